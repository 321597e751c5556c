//! What an agency that answers at once says otherwise than it had said.

use super::*;
use crate::events::{ANSWERED, Answered};
use kernel::PersonId;

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn ask_of(as_of: &str, (first, last): (&str, &str)) -> Ask {
    Ask {
        as_of: day(as_of),
        window: (month(first), month(last)),
        ..ask_about(1)
    }
}

fn first() -> Ask {
    ask_of("2026-01-05", ("2025-10", "2025-12"))
}

/// Months and sums.
type Told<'a> = &'a [(&'a str, i64)];

fn wages(rows: Told<'_>) -> Manner {
    let row = |(month, minor): &(&str, i64)| json!({"payer": "Paxta MCHJ", "payer_tin": "123456789", "month": month, "amount_minor": minor});
    Manner::Part("wages", rows.iter().map(row).collect())
}

/// Of how many persons the worker is told that another thing is said.
async fn told(platform: &Platform) -> usize {
    let mut tx = platform.db.read().await.unwrap();
    let sql = "SELECT topic, payload FROM outbox ORDER BY id";
    let all = store::fetch_all!(tx, (String, String), sql).unwrap();
    let corrected = |(topic, payload): (String, String)| {
        (topic == ANSWERED).then(|| serde_json::from_str::<Answered>(&payload).unwrap())
    };
    let all = all.into_iter().filter_map(corrected);
    let persons: Vec<PersonId> = all.flat_map(|answered| answered.corrected).collect();
    persons.len()
}

async fn later(platform: &Platform, to: &str) {
    let at = Instant::parse_rfc3339(&format!("{to}T09:00:00+05:00")).unwrap();
    platform.clock.set(at).unwrap();
}

/// What the tax authority says in January of October to December, what and of which months in March, and
/// whether it says otherwise.
#[tokio::test]
async fn an_income_told_otherwise_is_found_where_both_speak_of_the_month_and_it_was_over() {
    let before: Told = &[("2025-10", 100), ("2025-12", 300)];
    let (overlap, apart) = (("2025-12", "2026-02"), ("2026-01", "2026-03"));
    let table: &[(Told, (&str, &str), bool)] = &[
        (&[("2025-12", 300), ("2026-01", 50)], overlap, false),
        (&[("2025-12", 900), ("2026-01", 50)], overlap, true),
        (&[("2026-01", 50)], overlap, true),
        // The same twice is another sum; the order is nothing.
        (&[("2025-12", 300), ("2025-12", 300)], overlap, true),
        (&[("2026-01", 50), ("2025-12", 300)], overlap, false),
        (&[("2026-01", 50)], apart, false),
    ];
    for (after, window, expected) in table {
        each_db(SCHEMAS, async |platform| {
            let story = story(&platform).await;
            story.partner.set("tax", wages(before));
            story.gather(first()).await;
            later(&platform, "2026-03-10").await;
            story.partner.set("tax", wages(after));
            let ask = ask_of("2026-03-10", *window);
            let gathered = story.gather(ask.clone()).await;
            assert_eq!(gathered.silent, []);
            let persons = if *expected { 2 } else { 0 };
            assert_eq!(told(&platform).await, persons, "{after:?} {window:?}");
            // The first question is asked again where its answer is mended, and what was just said of other
            // months stands back behind it.
            story.partner.forget();
            let again = story.gather(first()).await;
            let asked = story.partner.asked("tax").len();
            assert_eq!(asked, usize::from(*expected), "{after:?} {window:?}");
            let later: Vec<EvidenceId> = of_tax(&gathered);
            assert_eq!(later.len(), 2);
            assert!(later.iter().all(|one| again.aside.contains(one)));
            assert!(of_tax(&again).iter().all(|one| !again.aside.contains(one)));
            // Who looks back changes nothing: no word of a later day is mended by one of an earlier.
            assert_eq!(told(&platform).await, persons);
            let third = story.gather(ask).await;
            assert_eq!(of_tax(&third), later);
        })
        .await;
    }
}

fn of_tax(gathered: &Gathered) -> Vec<EvidenceId> {
    let of_tax = gathered
        .answered
        .iter()
        .filter(|one| one.agency == Source::Tax);
    of_tax.map(|one| one.evidence).collect()
}

#[tokio::test]
async fn a_month_that_was_not_over_and_a_flat_bought_since_mend_nothing() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        let with_january = ("2025-11", "2026-01");
        story.partner.set("tax", wages(&[("2026-01", 10)]));
        story
            .partner
            .set("cadastre", Manner::Part("properties", json!([])));
        story.gather(ask_of("2026-01-05", with_january)).await;
        later(&platform, "2026-03-10").await;
        story.partner.set("tax", wages(&[("2026-01", 500)]));
        story.partner.set("cadastre", Manner::Answers);
        let now = ask_of("2026-03-10", with_january);
        let gathered = story.gather(now.clone()).await;
        assert_eq!(told(&platform).await, 0);
        let flat = |gathered: &Gathered| {
            let of = gathered
                .answered
                .iter()
                .find(|one| one.agency == Source::Cadastre);
            of.unwrap().evidence
        };
        // Asked about January it is January's word that answers, and about March that of March.
        let again = story.gather(ask_of("2026-01-05", with_january)).await;
        assert_ne!(flat(&again), flat(&gathered));
        assert!(again.aside.contains(&flat(&gathered)));
        let anew = story.gather(now).await;
        assert_eq!(flat(&anew), flat(&gathered));
        assert!(!anew.aside.contains(&flat(&gathered)));
    })
    .await;
}
