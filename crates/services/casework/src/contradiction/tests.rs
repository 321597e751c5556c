//! Two sources that tell different things: both are seen, one counts, and the pack may say which.

use ::store::testing::each_db;
use kernel::FactBody;
use kernel::facts::code;
use kernel::{CaseId, Currency, EvidenceId, Instant};
use registry::civil::{self, CivilAnswer, SpouseAnswer};

use super::civil::contradiction;
use super::*;
use crate::case::Verdict;
use crate::letter;
use crate::testing::{Family, SCHEMAS, Story, couple, pack_with};

/// A month's wage in so'm that the agency tells; above the line of 2026 for three persons.
const WAGE: i64 = 9_000_000;
const DAY: &str = "2026-01-05";

fn wages(amounts: &[(&str, i64)]) -> Vec<Vec<Cell>> {
    let row = |(month, soums): &(&str, i64)| {
        let month = Month::parse(month).unwrap();
        let amount = Cell::Int(soums * 100);
        vec![Cell::Int(i64::from(month.0)), amount, Cell::Missing]
    };
    amounts.iter().map(row).collect()
}

impl Story<'_> {
    /// An old file says something of the husband.
    async fn import_says(&self, family: &Family, as_of: &str, kind: u16, rows: Vec<Vec<Cell>>) {
        let owner = self.person(family.adult(1)).await.0;
        let fact = Fact {
            id: FactId(self.platform.ids.uuid()),
            owner,
            kind,
            source: Source::Import,
            as_of: Day::parse(as_of).unwrap(),
            received_at: self.platform.clock.now(),
            evidence: EvidenceId(self.platform.ids.uuid()),
            body: FactBody::new(rows),
        };
        let mut tx = self.platform.db.begin().await.unwrap();
        registry::fact::record(&mut tx, &self.permit, &[fact])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn contradictions(&self, case: CaseId) -> Vec<Contradiction> {
        let case = self.case(case).await;
        let mut tx = self.read().await;
        let explained = letter::explain(&mut tx, &self.permit, &self.shelf, &case);
        let explained = explained.await.unwrap();
        of(&mut tx, &self.permit, &explained).await.unwrap()
    }

    async fn verdict(&self, case: CaseId) -> Verdict {
        self.case(case).await.verdict.unwrap()
    }
}

const LAST: [(&str, i64); 3] = [("2025-10", WAGE), ("2025-11", WAGE), ("2025-12", WAGE)];

#[tokio::test]
async fn sources_disagree_where_they_tell_different_things_that_both_hold() {
    let none: &[(&str, i64)] = &[];
    let poorer = [
        ("2025-10", 100_000),
        ("2025-11", 100_000),
        ("2025-12", 100_000),
    ];
    let of_september = [("2025-09", 5), LAST[0], LAST[1], LAST[2]];
    let table = [
        ("the same", DAY, &LAST[..], false),
        ("other amounts", DAY, &poorer[..], true),
        ("nothing held", DAY, none, true),
        ("other months only", DAY, &of_september[..], false),
        ("one month missing that was over", DAY, &LAST[..2], true),
        (
            "told before December was over",
            "2025-12-20",
            &LAST[..2],
            false,
        ),
        (
            "told before November was over",
            "2025-11-20",
            &poorer[..1],
            true,
        ),
        ("told more than a year ago", "2025-01-03", none, false),
    ];
    for (name, as_of, import, expected) in table {
        each_db(SCHEMAS, async |platform| {
            let family = couple(1, WAGE, &["2020-06-01"]);
            let story = Story::of(&platform, std::slice::from_ref(&family)).await;
            story
                .import_says(&family, as_of, code::WAGE, wages(import))
                .await;
            let case = story.lodge_and_assess(&family, DAY).await;
            let found = story.contradictions(case).await;
            assert_eq!(found.len(), usize::from(expected), "{name}: {found:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn both_words_are_shown_and_the_most_trusted_source_counts() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, WAGE, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        story
            .import_says(&family, "2026-01-04", code::WAGE, vec![])
            .await;
        let case = story.lodge_and_assess(&family, DAY).await;
        assert_eq!(story.verdict(case).await, Verdict::NotEntitled);
        let [found] = story.contradictions(case).await.try_into().unwrap();
        let sources: Vec<_> = found
            .told
            .iter()
            .map(|told| (told.source, told.counts))
            .collect();
        assert_eq!(sources, [(Source::Tax, true), (Source::Import, false)]);
        assert_eq!((found.kind.name, found.why), ("wage", Why::Catalogue));
        assert_eq!((found.told[0].rows.len(), found.told[1].rows.len()), (3, 0));
        let days = found.told.iter().map(|told| told.as_of.to_string());
        assert_eq!(days.collect::<Vec<_>>(), [DAY, "2026-01-04"]);
        // What is told afterwards does not change what was known.
        story.at("2026-01-07T09:00:00+05:00");
        story
            .import_says(&family, "2026-01-07", code::WAGE, wages(&LAST))
            .await;
        assert_eq!(story.contradictions(case).await.len(), 1);
        story.holds().await;
    })
    .await;
}

/// The same family under a law that believes the imported file: decided otherwise, told why, and
/// replayed the same.
#[tokio::test]
async fn a_pack_says_which_source_prevails() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, WAGE, &["2020-06-01"]);
        let mut story = Story::of(&platform, std::slice::from_ref(&family)).await;
        story.shelf = believing_the_import();
        let mut tx = platform.db.begin().await.unwrap();
        story
            .shelf
            .store(&mut tx, platform.clock.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        story
            .import_says(&family, "2026-01-04", code::WAGE, vec![])
            .await;
        let case = story.lodge_and_assess(&family, DAY).await;
        assert_ne!(story.verdict(case).await, Verdict::NotEntitled);
        let [found] = story.contradictions(case).await.try_into().unwrap();
        let sources: Vec<_> = found
            .told
            .iter()
            .map(|told| (told.source, told.counts))
            .collect();
        assert_eq!(sources, [(Source::Import, true), (Source::Tax, false)]);
        assert_eq!(found.why, Why::Pack);
        story.holds().await;
    })
    .await;
}

/// The regimes of the repository, with the import before the tax authority.
fn believing_the_import() -> crate::Shelf {
    const ROW: &str = "| wage            | adults |";
    let with = |id| pack_with(id, ROW, &format!("{ROW} import |"));
    crate::Shelf::new(Zone::tashkent(), vec![with("uz-654b"), with("uz-sr26")])
}

impl Story<'_> {
    /// The civil registry answers about the wife.
    async fn registry_says(&self, family: &Family, at: &str, born: &str, died: Option<&str>) {
        self.at(at);
        let day = |text: &str| Day::parse(text).unwrap();
        let wife = family.adult(0);
        let mut tx = self.platform.db.begin().await.unwrap();
        let person = registry::person::find_by_pinfl(&mut tx, &self.permit, wife).await;
        let known = registry::person::load(&mut tx, &self.permit, person.unwrap().unwrap()).await;
        let known = known.unwrap();
        let answer = CivilAnswer {
            person: wife,
            name: known.name,
            sex: known.sex,
            born: day(born),
            died: died.map(day),
            phone: None,
            spouse: Some(SpouseAnswer {
                person: family.adult(1),
                since: None,
            }),
            children: vec![],
            residence: None,
            as_of: day(&at[..10]),
            evidence: Some(EvidenceId(self.platform.ids.uuid())),
        };
        let (ids, now) = (&self.platform.ids, self.platform.clock.now());
        let applied = civil::apply(&mut tx, ids, &self.permit, &[answer], now).await;
        applied.unwrap();
        tx.commit().await.unwrap();
    }
}

/// When born, and when dead.
type Word = (&'static str, Option<&'static str>);

#[tokio::test]
async fn what_a_registry_takes_back_of_a_person_is_shown_beside_its_last_word() {
    const BORN: &str = "1990-05-01";
    let table: [(&str, &[Word], &[&str]); 4] = [
        ("the same twice", &[(BORN, None), (BORN, None)], &[]),
        (
            "dead yesterday, alive today",
            &[(BORN, Some("2026-01-02")), (BORN, None)],
            &[
                "civil_registry 2026-01-07 true",
                "civil_registry 2026-01-06 false died",
            ],
        ),
        (
            "dead, alive, dead on another day, alive",
            &[
                (BORN, Some("2026-01-01")),
                (BORN, None),
                (BORN, Some("2026-01-02")),
                (BORN, None),
            ],
            &[
                "civil_registry 2026-01-09 true",
                "civil_registry 2026-01-08 false died",
                "civil_registry 2026-01-06 false died",
            ],
        ),
        (
            "born otherwise than imported",
            &[("1990-05-02", None)],
            &["civil_registry 2026-01-06 true", "import 2026-01-05 false"],
        ),
    ];
    for (name, told, expected) in table {
        each_db(SCHEMAS, async |platform| {
            let family = couple(1, WAGE, &["2020-06-01"]);
            let story = Story::of(&platform, std::slice::from_ref(&family)).await;
            for (place, (born, died)) in told.iter().enumerate() {
                let at = format!("2026-01-{:02}T09:00:00+05:00", place + 6);
                story.registry_says(&family, &at, born, *died).await;
            }
            story.at("2026-01-11T09:00:00+05:00");
            let case = story.lodge_and_assess(&family, DAY).await;
            let found = story.contradictions(case).await;
            let said = found.iter().flat_map(|one| &one.told).map(|told| {
                let died = told.rows[0].iter().find(|cell| cell.field == "died");
                let died = died.map_or("", |_| " died");
                format!(
                    "{} {} {}{died}",
                    told.source.name(),
                    told.as_of,
                    told.counts
                )
            });
            assert_eq!(said.collect::<Vec<_>>(), expected, "{name}");
            let kinds = found.iter().map(|one| (one.kind.name, one.why.word()));
            let why = if name.starts_with("born") {
                "catalogue"
            } else {
                "last_word"
            };
            assert!(
                kinds.into_iter().all(|kind| kind == ("person", why)),
                "{name}"
            );
        })
        .await;
    }
}

/// A newest word that is of a less trusted source counts because it is the newest.
#[tokio::test]
async fn why_the_newest_word_of_a_person_counts() {
    use Source::{CivilRegistry, Import};
    let table = [
        (Import, CivilRegistry, Why::Catalogue),
        (CivilRegistry, Import, Why::LastWord),
        (Import, Import, Why::LastWord),
        (CivilRegistry, CivilRegistry, Why::LastWord),
    ];
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, WAGE, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let id = story.person(family.adult(0)).await;
        let mut tx = story.read().await;
        let known = registry::person::load(&mut tx, &story.permit, id).await;
        let known = known.unwrap();
        for (earlier, newest, expected) in table {
            let told = |source, days: i32| {
                let mut told = known.clone();
                told.source = source;
                told.born = told.born.plus_days(days);
                told.known_from = told.known_from.plus_seconds(i64::from(days) * 86_400);
                told
            };
            let versions = [told(earlier, 0), told(newest, 1)];
            let on = versions[1].known_from.day(Zone::tashkent());
            let found = contradiction(&versions, on, Currency::Uzs).unwrap();
            let words: Vec<Source> = found.told.iter().map(|told| told.source).collect();
            assert_eq!(words, [newest, earlier], "the one that counts first");
            assert_eq!(found.why, expected, "{earlier:?}, then {newest:?}");
        }
    })
    .await;
}

/// Aid is told with its first and last month, not by month: what began before the window counts too.
#[test]
fn aid_is_compared_whole() {
    let month = |text: &str| i64::from(Month::parse(text).unwrap().0);
    let row = |first: &str, last: &str, soums: i64, case: &str| {
        let spans = [0, 0, month(first), month(last), soums * 100].map(Cell::Int);
        let case = [Cell::Text(case.to_owned())];
        spans.into_iter().chain(case).collect::<Vec<Cell>>()
    };
    let told = |source, rows| Fact {
        id: FactId::from_bytes([1; 16]),
        owner: Uuid::nil(),
        kind: code::AID,
        source,
        as_of: Day::parse(DAY).unwrap(),
        received_at: Instant(0),
        evidence: EvidenceId(Uuid::nil()),
        body: FactBody::new(rows),
    };
    let held = Held {
        on: Day::parse(DAY).unwrap(),
        window: (
            Month::parse("2025-10").unwrap(),
            Month::parse("2025-12").unwrap(),
        ),
    };
    let ours = || row("2025-01", "2025-12", 300_000, "");
    let table = [
        ("the same", vec![ours()], false),
        (
            "another number of the case",
            vec![row("2025-01", "2025-12", 300_000, "7")],
            false,
        ),
        (
            "another last month",
            vec![row("2025-01", "2025-06", 300_000, "")],
            true,
        ),
        (
            "another amount",
            vec![row("2025-01", "2025-12", 310_000, "")],
            true,
        ),
        (
            "one more, from before the window",
            vec![ours(), row("2025-02", "2025-12", 1, "")],
            true,
        ),
        ("none", vec![], true),
    ];
    for (name, rows, differ) in table {
        let (one, other) = (
            told(Source::Programmes, vec![ours()]),
            told(Source::RegionalAid, rows),
        );
        assert_eq!(held.differ(&one, &other), differ, "{name}");
        assert_eq!(held.differ(&other, &one), differ, "{name}, the other way");
    }
}
