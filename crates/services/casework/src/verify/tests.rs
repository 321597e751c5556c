//! A forged assessment is found among the true ones, in whatever page it lies.

use ::store::testing::each_db;
use kernel::Day;

use super::*;
use crate::assessment;
use crate::testing::{SCHEMAS, Story, couple};

const ON: &str = "2026-01-05";

/// Twenty families as cases and as a run over the register: two laws' worth of batches.
async fn filled<'a>(platform: &'a Platform) -> Story<'a> {
    let families: Vec<_> = (1..=20_u16)
        .map(|no| couple(no, i64::from(no) * 150_000, &["2020-06-01", "2024-06-01"]))
        .collect();
    let story = Story::of(platform, &families).await;
    for family in &families {
        story.lodge_and_assess(family, ON).await;
    }
    for (regime, on) in [("uz-654b", ON), ("uz-sr26", "2026-02-05")] {
        let pack = story.shelf.regime(regime).unwrap();
        let on = Day::parse(on).unwrap();
        let month = on.month();
        let (permit, shelf) = (&story.permit, &story.shelf);
        let progress = &mut |_| ();
        assessment::register(platform, permit, shelf, &pack, on, month, progress)
            .await
            .unwrap();
    }
    story
}

async fn replayed(story: &Story<'_>, page_rows: i64) -> Check {
    replay(story.platform, &story.permit, &story.shelf, page_rows)
        .await
        .unwrap()
}

#[tokio::test]
async fn every_assessment_replays_in_pages_of_any_size() {
    each_db(SCHEMAS, async |platform| {
        let story = filled(&platform).await;
        for page_rows in [1, 7, 60, PAGE_ASSESSMENTS] {
            let check = replayed(&story, page_rows).await;
            assert!(check.holds(), "{page_rows}: {check:?}");
            assert_eq!(check.checked, 60, "{page_rows}");
        }
    })
    .await;
}

/// A row as it would have to be forged: the table is append-only, so it is one more.
async fn forge(platform: &Platform, columns: &'static str) -> AssessmentId {
    let id = platform.ids.uuid();
    let mut tx = platform.db.begin().await.unwrap();
    let sql = format!(
        "INSERT INTO assessment (subject, unit, id, basis, roster, facts, verdict, programme, \
         category, amount_minor, per_capita_minor, trace) SELECT subject, unit, $1, basis, \
         {columns} FROM assessment WHERE verdict = 1 ORDER BY subject, unit, id LIMIT 1"
    );
    let forged = ::store::execute!(tx, sqlx::AssertSqlSafe(sql), id);
    assert_eq!(forged.unwrap(), 1);
    tx.commit().await.unwrap();
    AssessmentId(id)
}

#[tokio::test]
async fn a_forged_assessment_is_found_and_named_with_what_differs() {
    each_db(SCHEMAS, async |platform| {
        let story = filled(&platform).await;
        let forgeries = [
            (
                "roster, facts, verdict, programme, category, amount_minor + 1, \
                 per_capita_minor, trace",
                "amount",
            ),
            (
                "roster, facts, 2, programme, category, amount_minor, per_capita_minor, trace",
                "verdict",
            ),
            (
                "roster, facts, verdict, 'other', category, amount_minor, per_capita_minor, trace",
                "programme",
            ),
            (
                "roster, facts, verdict, programme, category, amount_minor, \
                 per_capita_minor - 1, trace",
                "per_capita",
            ),
            (
                "roster, facts, verdict, programme, category, amount_minor, per_capita_minor, \
                 facts",
                "trace",
            ),
            (
                "facts, facts, verdict, programme, category, amount_minor, per_capita_minor, \
                 trace",
                "roster",
            ),
            (
                "roster, roster, verdict, programme, category, amount_minor, per_capita_minor, \
                 trace",
                "a fact is missing",
            ),
        ];
        for (done, (columns, what)) in forgeries.into_iter().enumerate() {
            let id = forge(&platform, columns).await;
            for page_rows in [5, PAGE_ASSESSMENTS] {
                let check = replayed(&story, page_rows).await;
                assert_eq!(check.differences, done as i64 + 1, "{what}: {check:?}");
                let named = format!("assessment {id}: {what}");
                assert!(check.examples.contains(&named), "{named}: {check:?}");
            }
        }
    })
    .await;
}
