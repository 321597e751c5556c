//! Whole-register extracts: an agency handed over its complete list of a kind, so whoever
//! is not on it holds nothing.

use super::enter::Entering;
use super::report::ImportError;
use crate::{Permit, Result, fact, unit};
use kernel::facts::{Owner, kind};
use kernel::{Fact, FactBody, FactId, Source};
use store::Platform;

/// A list can be whole only of what is said of persons and may be imported.
pub(super) fn check(kinds: &[u16]) -> Result<(), ImportError> {
    let fits = |code: &u16| {
        kind(*code).is_some_and(|kind| {
            kind.owner == Owner::Person && kind.trust_of(Source::Import).is_some()
        })
    };
    match kinds.iter().find(|code| !fits(code)) {
        Some(code) => Err(ImportError::NoWholeList(*code)),
        None => Ok(()),
    }
}

/// One fact of the register a kind, unless it holds today's already.
pub(super) async fn record(
    platform: &Platform,
    permit: &Permit,
    entering: Entering,
    kinds: &[u16],
) -> Result<()> {
    if kinds.is_empty() {
        return Ok(());
    }
    let mut tx = platform.db.begin().await?;
    tx.alone(unit::projection::UNITS).await?;
    let held = fact::current_packed(&mut tx, &[fact::REGISTER]).await?;
    let mut facts: Vec<Fact> = Vec::with_capacity(kinds.len());
    for code in kinds {
        let known = held.values().flatten().any(|fact| {
            (fact.kind, fact.source) == (*code, Source::Import) && fact.as_of >= entering.today
        });
        if known || facts.iter().any(|fact| fact.kind == *code) {
            continue;
        }
        facts.push(Fact {
            id: FactId(platform.ids.uuid()),
            owner: fact::REGISTER,
            kind: *code,
            source: Source::Import,
            as_of: entering.today,
            received_at: entering.known_from,
            evidence: entering.run,
            body: FactBody::nothing(),
        });
    }
    fact::record(&mut tx, permit, &facts).await?;
    tx.commit().await?;
    Ok(())
}
