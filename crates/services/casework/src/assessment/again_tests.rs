//! Families whose facts changed are decided again, and nobody else; the law changed, and all
//! are; what differs is a table before it is a payment.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::store::testing::each_db;
use kernel::{Day, Money, Month, Sex, UnitId};
use registry::event::{self, Union};
use rules::Pack;
use uuid::Uuid;

use super::difference::{self, Differences, Kind, Sum};
use super::standing::{self, Said};
use super::*;
use crate::fault::Fault;
use crate::testing::{DISTRICT, Family, SCHEMAS, Story, adult, civil_registry_permit, couple};

const FAMILIES: u16 = 40;

fn day() -> Day {
    Day::new(2026, 1, 5).unwrap()
}

/// Half of them with children and every wage from nothing to far above the line.
fn country() -> Vec<Family> {
    let family = |no: u16| {
        let children: &[&str] = if no.is_multiple_of(2) {
            &["2020-06-01", "2024-06-01"]
        } else {
            &[]
        };
        couple(no, i64::from(no) * 120_000, children)
    };
    let mut families: Vec<Family> = (1..=FAMILIES).map(family).collect();
    // Two who live alone, and will marry.
    for (no, sex) in [(91, Sex::Female), (92, Sex::Male)] {
        families.push(Family {
            no,
            adults: vec![adult(sex, 300_000)],
            children: vec![],
        });
    }
    families
}

async fn settled<'a>(platform: &'a ::store::Platform, families: &[Family]) -> Story<'a> {
    let story = Story::of(platform, families).await;
    for family in families {
        story.agencies_answer(family, "2026-01-05", &[]).await;
    }
    story.whole_register(&["uz-654b"]).await;
    story
}

async fn run(story: &Story<'_>, pack: &Arc<Pack>, again: Again) -> RegisterReport {
    let order = Order {
        pack,
        decided_on: day(),
        month: Month::new(2026, 1).unwrap(),
        again,
    };
    let (platform, shelf) = (story.platform, &story.shelf);
    register_again(platform, &story.permit, shelf, &order, &mut |_| ())
        .await
        .unwrap()
}

/// Everything that holds after a run, read in pages so small that they meet in every way.
async fn holding(story: &Story<'_>, run: Uuid) -> BTreeMap<UnitId, standing::Standing> {
    let mut tx = story.read().await;
    let chain = standing::chain(&mut tx, run).await.unwrap();
    let (mut all, mut after) = (BTreeMap::new(), Some(UnitId::NIL));
    while let Some(from) = after {
        let page = standing::page(&mut tx, &chain, from, 3).await.unwrap();
        for (unit, said) in page.units {
            if let Said::Assessed(one) = said {
                assert!(all.insert(unit, one).is_none(), "{unit} twice");
            }
        }
        after = page.next;
    }
    all
}

async fn rows(story: &Story<'_>, run: Uuid) -> i64 {
    let mut tx = story.read().await;
    let sql = "SELECT COUNT(*) FROM assessment WHERE subject = $1";
    ::store::fetch_value!(&mut tx, i64, sql, run).unwrap()
}

async fn entitled(story: &Story<'_>, run: Uuid) -> Vec<(UnitId, Option<Money>)> {
    let mut tx = story.read().await;
    let (mut all, mut after) = (Vec::new(), UnitId::NIL);
    loop {
        let page = entitled_of_run(&mut tx, run, after, 4).await.unwrap();
        let Some((last, _)) = page.last() else {
            return all;
        };
        after = last.unit;
        all.extend(page.iter().map(|(row, _)| (row.unit, row.amount)));
    }
}

fn counts(report: &RegisterReport) -> [i64; 7] {
    let whole = |count: u64| i64::try_from(count).unwrap();
    [
        whole(report.units),
        whole(report.entitled),
        whole(report.not_entitled),
        whole(report.unknown),
        whole(report.needs_step),
        whole(report.malformed),
        report.entitled_minor,
    ]
}

async fn compared(story: &Story<'_>, older: Uuid, newer: Uuid) -> Differences {
    let told = &mut |_: &difference::Difference| ();
    difference::compare(story.platform, &story.permit, older, newer, told)
        .await
        .unwrap()
}

/// What holds after `again` is row by row what a run over everything says.
async fn equals_a_whole_run(story: &Story<'_>, pack: &Arc<Pack>, again: &RegisterReport) {
    let whole = run(story, pack, Again::Whole).await;
    assert_eq!(whole.since, None);
    assert_eq!(counts(again), counts(&whole));
    assert_eq!(
        holding(story, again.run).await,
        holding(story, whole.run).await
    );
    assert_eq!(
        entitled(story, again.run).await,
        entitled(story, whole.run).await
    );
    let none = compared(story, again.run, whole.run).await;
    assert_eq!((none.compared, none.groups.len()), (whole.units, 0));
    assert_eq!(none.same, whole.units);
}

#[tokio::test]
async fn only_touched_families_are_decided_again_and_what_holds_is_what_a_whole_run_says() {
    each_db(SCHEMAS, async |platform| {
        let mut families = country();
        let story = settled(&platform, &families).await;
        let pack = story.shelf.regime("uz-654b").unwrap();
        let first = run(&story, &pack, Again::Newest).await;
        assert_eq!((first.since, first.decided, first.units), (None, 42, 42));
        assert!(first.entitled > 0 && first.not_entitled > 0);
        let mut before = first;
        // Rounds that touch other families each, some of them again: runs stand behind runs.
        for (round, step) in [(1, 7), (2, 5), (3, 13)] {
            let touched: Vec<usize> = (round..FAMILIES as usize).step_by(step).collect();
            for place in &touched {
                let wage = &mut families[*place].adults[1].wage;
                *wage = 5_000_000 - *wage + round as i64;
                let family = &families[*place];
                story.agencies_answer(family, "2026-01-06", &[]).await;
            }
            let again = run(&story, &pack, Again::Since(before.run)).await;
            assert_eq!(again.since, Some(before.run));
            assert_eq!(again.decided, touched.len() as u64, "round {round}");
            assert_eq!(rows(&story, again.run).await, touched.len() as i64);
            equals_a_whole_run(&story, &pack, &again).await;
            before = again;
        }
        // Nothing changed since: nobody is decided, and everything holds.
        let idle = run(&story, &pack, Again::Since(before.run)).await;
        assert_eq!((idle.decided, counts(&idle)), (0, counts(&before)));
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn a_family_that_is_no_more_loses_its_row() {
    each_db(SCHEMAS, async |platform| {
        let families = country();
        let story = settled(&platform, &families).await;
        let pack = story.shelf.regime("uz-654b").unwrap();
        let first = run(&story, &pack, Again::Whole).await;
        let [wife, husband] = [41, 42].map(|place: usize| families[place - 1].applicant());
        let union = Union {
            id: story.message(),
            person: wife,
            spouse: husband,
            on: day(),
        };
        let permit = civil_registry_permit(&platform).await;
        let mut tx = platform.db.begin().await.unwrap();
        event::marriage(&mut tx, &platform.ids, &permit, &union)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let again = run(&story, &pack, Again::Newest).await;
        assert_eq!((again.since, again.decided), (Some(first.run), 1));
        assert_eq!((first.units, again.units), (42, 41));
        equals_a_whole_run(&story, &pack, &again).await;
        let (old, new) = (
            holding(&story, first.run).await,
            holding(&story, again.run).await,
        );
        let gone: Vec<&UnitId> = old.keys().filter(|unit| !new.contains_key(unit)).collect();
        assert_eq!(gone.len(), 1);
        let mut tx = story.read().await;
        let found = of_run_unit(&mut tx, again.run, *gone[0]).await.unwrap();
        assert!(found.is_none());
        let still = of_run_unit(&mut tx, first.run, *gone[0]).await.unwrap();
        assert!(still.is_some());
        drop(tx);
        story.holds().await;
    })
    .await;
}

/// The same pack with a poverty line of 905,000 in the place of 715,000.
fn with_a_higher_line(pack: &Pack) -> Arc<Pack> {
    let text = pack.canonical_text();
    assert!(text.contains("715 000"));
    let changed = text.replace("715 000", "905 000");
    Arc::new(Pack::from_canonical(&changed).unwrap())
}

#[tokio::test]
async fn another_law_decides_all_and_the_table_of_differences_is_what_sql_counts() {
    each_db(SCHEMAS, async |platform| {
        let story = settled(&platform, &country()).await;
        let pack = story.shelf.regime("uz-654b").unwrap();
        let older = run(&story, &pack, Again::Whole).await;
        let law = with_a_higher_line(&pack);
        // The changed pack is the folder's now.
        story.shelf.replace(vec![(*law).clone()]);
        let newer = run(&story, &law, Again::Since(older.run)).await;
        assert_eq!((newer.since, newer.decided), (None, 42));
        let found = compared(&story, older.run, newer.run).await;
        assert_eq!(found.compared, 42);
        assert!(found.total(Kind::NewlyEntitled).units > 0);
        assert!(
            found
                .groups
                .keys()
                .all(|(district, ..)| *district == DISTRICT)
        );
        let changed: u64 = found.groups.values().map(|sum| sum.units).sum();
        assert_eq!(found.same + changed, 42);
        for ((_, programme, kind), sum) in &found.groups {
            let counted = counted(&story, older.run, newer.run, programme, *kind).await;
            assert_eq!(*sum, counted, "{programme} {kind:?}");
        }
        let change: i64 = found
            .groups
            .values()
            .map(|s| s.after_minor - s.before_minor)
            .sum();
        assert_eq!(change, newer.entitled_minor - older.entitled_minor);
        story.holds().await;
    })
    .await;
}

/// An independent recount: the verdicts 1 (entitled) to 5 and amounts of both runs, joined.
async fn counted(story: &Story<'_>, older: Uuid, newer: Uuid, programme: &str, kind: Kind) -> Sum {
    let holds = match kind {
        Kind::NewlyEntitled => "a.verdict <> 1 AND b.verdict = 1",
        Kind::NoLongerEntitled => "a.verdict = 1 AND b.verdict <> 1",
        Kind::AmountUp => "a.verdict = 1 AND b.verdict = 1 AND a.amount_minor < b.amount_minor",
        Kind::AmountDown => "a.verdict = 1 AND b.verdict = 1 AND a.amount_minor > b.amount_minor",
        Kind::OtherProgramme => {
            "a.verdict = 1 AND b.verdict = 1 AND a.amount_minor = b.amount_minor \
             AND a.programme <> b.programme"
        }
        Kind::OtherVerdict => "a.verdict <> 1 AND b.verdict <> 1 AND a.verdict <> b.verdict",
    };
    let sql = format!(
        "SELECT COUNT(*), CAST(COALESCE(SUM(a.amount_minor), 0) AS BIGINT), \
         CAST(COALESCE(SUM(b.amount_minor), 0) AS BIGINT) \
         FROM assessment a JOIN assessment b ON b.unit = a.unit \
         WHERE a.subject = $1 AND b.subject = $2 AND {holds} \
         AND COALESCE(b.programme, a.programme, '') = $3"
    );
    let sql: &'static str = Box::leak(sql.into_boxed_str());
    let mut tx = story.read().await;
    let (units, before_minor, after_minor) =
        ::store::fetch_one!(&mut tx, (i64, i64, i64), sql, older, newer, programme).unwrap();
    Sum {
        units: u64::try_from(units).unwrap(),
        before_minor,
        after_minor,
    }
}

#[tokio::test]
async fn no_decision_rests_on_a_simulated_law_or_on_a_run_that_never_ended() {
    each_db(SCHEMAS, async |platform| {
        let story = settled(&platform, &country()[..2]).await;
        let pack = story.shelf.regime("uz-654b").unwrap();
        let dream = Arc::new(pack.with_parameters(&[("mce", "1000000")]).unwrap());
        let order = |pack, again| Order {
            pack,
            decided_on: day(),
            month: Month::new(2026, 1).unwrap(),
            again,
        };
        let (permit, shelf) = (&story.permit, &story.shelf);
        let refused = order(&dream, Again::Whole);
        let refused = register_again(&platform, permit, shelf, &refused, &mut |_| ()).await;
        assert!(matches!(refused, Err(Fault::Simulated(_))), "{refused:?}");
        let nobody = order(&pack, Again::Since(Uuid::from_u128(7)));
        let refused = register_again(&platform, permit, shelf, &nobody, &mut |_| ()).await;
        assert!(matches!(refused, Err(Fault::NoRun(_))), "{refused:?}");
    })
    .await;
}
