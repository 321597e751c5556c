//! What agencies and people said, held against the hashes and rolls that were made of it.

use casework::verify::Check;
use exchange::consent;
use exchange::verify::Found;
use kernel::Source;
use store::{Tx, fetch_all};
use uuid::Uuid;

use super::{EXAMPLES_MAX, check};
use crate::daftar::Daftar;
use crate::error::Result;

/// Facts read at once.
const PAGE_FACTS: i64 = 10_000;
/// Imports that are looked for.
const IMPORTS_MAX: i64 = 100_000;
/// From the permit of an import to what it enters, which has its number and moment from the beginning.
const IMPORT_BEGINS: u64 = 600_000_000;
/// Between the number of an import and its moment the clock may tick.
const IMPORT_TICKS: u64 = 1_000_000;

impl Daftar {
    pub(super) async fn verify_kept(&self) -> Result<Vec<Check>> {
        let answers = self.exchange.verify_answers().await?;
        let rolls = self.exchange.verify_rolls().await?;
        let mut tx = self.platform.db.read().await?;
        let agreements = consent::verify_agreements(&mut tx).await?;
        let words = consent::verify_records(&mut tx).await?;
        let (facts, imported) = facts(&mut tx).await?;
        Ok(vec![
            of("every data agreement is as it was written", agreements, &[]),
            of("every word of consent is as it was said", words, &[]),
            of(
                "every answer opens and is what was received",
                answers.found,
                &[(
                    answers.not_covered,
                    "answers lie open, from before there was a key: not covered",
                )],
            ),
            of(
                "what was kept of agencies and people stands as the rolls list it",
                rolls.found,
                &[(
                    rolls.not_covered,
                    "rows are on no roll: they wait for the next one, or came in behind it",
                )],
            ),
            of(
                "every fact of an agency rests on evidence of that agency and person",
                facts,
                &[(
                    imported,
                    "facts came with an import: it is their evidence, and not covered",
                )],
            ),
        ])
    }
}

/// What is not covered is told, and is no difference.
fn of(name: &'static str, found: Found, not_covered: &[(u64, &str)]) -> Check {
    let mut check = check(
        name,
        i64::try_from(found.checked).unwrap_or(i64::MAX),
        vec![],
    );
    check.differences = i64::try_from(found.differences).unwrap_or(i64::MAX);
    check.examples = found.told.into_iter().take(EXAMPLES_MAX).collect();
    let told = not_covered.iter().filter(|(rows, _)| *rows > 0);
    check
        .examples
        .extend(told.map(|(rows, what)| format!("{rows} {what}")));
    check
}

#[derive(sqlx::FromRow)]
struct FactRow {
    id: Uuid,
    source: i64,
    evidence: Uuid,
    received_at: i64,
}

impl FactRow {
    fn is_of_agency(&self) -> bool {
        let source = u8::try_from(self.source).ok().and_then(Source::from_code);
        source.is_some_and(|source| exchange::AGENCIES.contains(&source))
    }

    /// An import enters facts under its own number, which tells when it began; the log, when it was
    /// permitted.
    fn is_of_import(&self, permitted: &[(i64,)]) -> bool {
        let made = self.evidence.get_timestamp().map(|at| at.to_unix());
        let is_close = |(s, ns): (u64, u32)| {
            let made = s * 1_000_000 + u64::from(ns) / 1_000;
            made.abs_diff(self.received_at.unsigned_abs()) < IMPORT_TICKS
        };
        let begins = |(at,): &(i64,)| {
            *at <= self.received_at && self.received_at.abs_diff(*at) < IMPORT_BEGINS
        };
        made.is_some_and(is_close) && permitted.iter().any(begins)
    }
}

/// Facts of agencies, and how many of them an import brought.
async fn facts(tx: &mut Tx) -> Result<(Found, u64)> {
    let (mut found, mut imported) = (Found::default(), 0);
    found.checked = count(tx).await?;
    let permitted = fetch_all!(
        tx,
        (i64,),
        "SELECT at FROM access_log WHERE action = 'import_register' AND granted = TRUE LIMIT $1",
        IMPORTS_MAX
    )?;
    let mut last = Uuid::nil();
    loop {
        let page = fetch_all!(
            tx,
            FactRow,
            "SELECT f.id, f.source, f.evidence, f.received_at FROM fact f
             WHERE f.id > $1 AND NOT EXISTS (SELECT 1 FROM evidence e
               WHERE e.id = f.evidence AND e.person = f.owner AND e.agency = f.source)
             ORDER BY f.id LIMIT $2",
            last,
            PAGE_FACTS
        )?;
        let Some(end) = page.last() else {
            return Ok((found, imported));
        };
        last = end.id;
        for row in page.iter().filter(|row| row.is_of_agency()) {
            match row.is_of_import(&permitted) {
                true => imported += 1,
                false => found.tell(format!(
                    "fact {}: its evidence {} is not there",
                    row.id, row.evidence
                )),
            }
        }
    }
}

async fn count(tx: &mut Tx) -> Result<u64> {
    let facts = store::fetch_value!(tx, i64, "SELECT COUNT(*) FROM fact")?;
    Ok(u64::try_from(facts).unwrap_or(0))
}
