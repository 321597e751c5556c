//! What data can break in casework, checked: decisions replay, projections equal their events,
//! nobody is awarded twice, no case is without an owner of its wait.

#[cfg(test)]
mod tests;

use ::store::{Platform, Tx, fetch_all, fetch_value};
use access::Permit;
use kernel::UnitId;
use kernel::ids::AssessmentId;
use uuid::Uuid;

use crate::assessment::{Key, PAGE_ASSESSMENTS, Page};
use crate::fault::Result;
use crate::shelf::Shelf;

/// Differences that are written out.
const EXAMPLES_MAX: usize = 10;

/// One named check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: &'static str,
    /// What was looked at.
    pub checked: i64,
    pub differences: i64,
    pub examples: Vec<String>,
}

impl Check {
    pub fn holds(&self) -> bool {
        self.differences == 0
    }
}

/// All checks of casework.
pub async fn verify(platform: &Platform, permit: &Permit, shelf: &Shelf) -> Result<Vec<Check>> {
    let mut checks = vec![replay(platform, permit, shelf, PAGE_ASSESSMENTS).await?];
    let mut tx = platform.db.read().await?;
    for (name, total, bad) in COUNTED {
        checks.push(counted(&mut tx, name, total, bad).await?);
    }
    Ok(checks)
}

/// Every stored assessment, made again from its facts, so many at once.
async fn replay(
    platform: &Platform,
    permit: &Permit,
    shelf: &Shelf,
    page_rows: i64,
) -> Result<Check> {
    let mut check = Check {
        name: "decisions replay bit for bit",
        checked: 0,
        differences: 0,
        examples: Vec::new(),
    };
    let first = (Uuid::nil(), UnitId::NIL, AssessmentId::NIL);
    let mut next = read(platform, permit, shelf, first, page_rows).await?;
    while let Some(page) = next {
        let last = page.last();
        check.checked += page.len() as i64;
        // The next page is read while this one is decided.
        let deciding = tokio::task::spawn_blocking(move || page.replay());
        next = read(platform, permit, shelf, last, page_rows).await?;
        let found = deciding.await;
        let found = found.unwrap_or_else(|died| std::panic::resume_unwind(died.into_panic()));
        for (assessment, what) in found {
            check.differences += 1;
            if check.examples.len() < EXAMPLES_MAX {
                let example = format!("assessment {assessment}: {}", what.join(", "));
                check.examples.push(example);
            }
        }
    }
    Ok(check)
}

async fn read(
    platform: &Platform,
    permit: &Permit,
    shelf: &Shelf,
    after: Key,
    limit: i64,
) -> Result<Option<Page>> {
    let mut tx = platform.db.read().await?;
    Page::read(&mut tx, permit, shelf, after, limit).await
}

/// (name, how many there are, which of them are wrong: one text a row)
const COUNTED: [(&str, &str, &str); 7] = [
    (
        "a case stands where its last event left it",
        "SELECT COUNT(*) FROM case_now",
        "SELECT c.number FROM case_now c WHERE c.events <> \
         (SELECT COUNT(*) FROM case_event e WHERE e.case_id = c.id) LIMIT 100",
    ),
    (
        "an awarded case has a decision and an award of the same amount",
        "SELECT COUNT(*) FROM case_now WHERE state = 'awarded'",
        "SELECT c.number FROM case_now c LEFT JOIN decision d ON d.case_id = c.id \
         AND d.id = c.decision LEFT JOIN award a ON a.decision = d.id AND a.case_id = c.id \
         WHERE c.state = 'awarded' AND (d.id IS NULL OR a.id IS NULL \
         OR d.outcome <> 'awarded' OR a.amount_minor <> d.amount_minor) LIMIT 100",
    ),
    (
        "a refused case has a decision that refuses",
        "SELECT COUNT(*) FROM case_now WHERE state = 'refused'",
        "SELECT c.number FROM case_now c LEFT JOIN decision d ON d.case_id = c.id \
         AND d.id = c.decision WHERE c.state = 'refused' \
         AND (d.id IS NULL OR d.outcome <> 'refused') LIMIT 100",
    ),
    (
        "a suspended case has a decision that suspends and no award",
        "SELECT COUNT(*) FROM case_now WHERE state = 'suspended'",
        "SELECT c.number FROM case_now c LEFT JOIN decision d ON d.case_id = c.id \
         AND d.id = c.decision LEFT JOIN award a ON a.case_id = c.id \
         WHERE c.state = 'suspended' AND (d.id IS NULL OR d.outcome <> 'suspended' \
         OR a.id IS NOT NULL) LIMIT 100",
    ),
    (
        "nobody is in two awards of one programme and month",
        "SELECT COUNT(*) FROM award_member",
        "SELECT a.programme || ' ' || CAST(COUNT(*) AS TEXT) FROM award_member m \
         JOIN award a ON a.id = m.award JOIN award_member n ON n.person = m.person \
         AND n.award > m.award JOIN award b ON b.id = n.award AND b.programme = a.programme \
         LEFT JOIN award_stop s ON s.award = a.id LEFT JOIN award_stop t ON t.award = b.id \
         WHERE a.first_month < COALESCE(t.from_month, b.end_month) AND a.first_month < b.end_month \
         AND b.first_month < COALESCE(s.from_month, a.end_month) AND b.first_month < a.end_month \
         AND a.first_month < COALESCE(s.from_month, a.end_month) \
         AND b.first_month < COALESCE(t.from_month, b.end_month) GROUP BY a.programme LIMIT 100",
    ),
    (
        "a closed envelope was not overspent",
        "SELECT COUNT(*) FROM month_close",
        "SELECT programme FROM month_close WHERE awarded_minor > limit_minor LIMIT 100",
    ),
    (
        "an open case says for whom it waits, and no other does",
        "SELECT COUNT(*) FROM case_now",
        // A suspended case waits only while its agencies are asked again.
        "SELECT number FROM case_now WHERE state <> 'suspended' AND (wait IS NULL) = (state IN \
         ('prepared', 'gathering', 'visiting', 'assessed', 'waiting_list')) LIMIT 100",
    ),
];

async fn counted(
    tx: &mut Tx,
    name: &'static str,
    total: &'static str,
    bad: &'static str,
) -> Result<Check> {
    let checked = fetch_value!(tx, i64, total)?;
    let rows = fetch_all!(tx, (String,), bad)?;
    Ok(Check {
        name,
        checked,
        differences: rows.len() as i64,
        examples: rows
            .into_iter()
            .map(|(row,)| row)
            .take(EXAMPLES_MAX)
            .collect(),
    })
}
