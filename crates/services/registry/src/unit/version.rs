//! What changed since: every change of a portrait has a version, ascending in the order in
//! which the changes were made.

use super::{block_named, projection};
use crate::{Permit, Result};
use kernel::UnitId;
use store::{Tx, fetch_values};
use uuid::Uuid;

/// Units changed and gone since a version, in the order of their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Since {
    pub changed: Vec<UnitId>,
    pub gone: Vec<UnitId>,
}

/// The version of the last change, all of it committed. Waits for whoever is writing, so `tx`
/// must be one that writes; end it soon.
pub async fn version(tx: &mut Tx) -> Result<i64> {
    tx.alone(projection::UNITS).await?;
    let found = fetch_values!(tx, i64, "SELECT version FROM unit_version WHERE id = 1")?;
    Ok(found.into_iter().next().unwrap_or(0))
}

/// The next version, for a change that is about to be written. Its writer is alone.
pub(crate) async fn next(tx: &mut Tx) -> Result<i64> {
    Ok(store::fetch_value!(
        tx,
        i64,
        "INSERT INTO unit_version (id, version) VALUES (1, 1)
         ON CONFLICT (id) DO UPDATE SET version = unit_version.version + 1 RETURNING version"
    )?)
}

/// What changed after `version`; `None` when more than `max` units did, which is to be taken
/// as all of them.
pub async fn since(
    tx: &mut Tx,
    _permit: &Permit,
    block: &str,
    version: i64,
    max: usize,
) -> Result<Option<Since>> {
    let code = block_named(tx, block).await?.code;
    let limit = i64::try_from(max).unwrap_or(i64::MAX - 1) + 1;
    let changed = fetch_values!(
        tx,
        Uuid,
        "SELECT unit FROM unit_now WHERE block = $1 AND version > $2 LIMIT $3",
        code,
        version,
        limit
    )?;
    let gone = fetch_values!(
        tx,
        Uuid,
        "SELECT unit FROM unit_gone WHERE block = $1 AND version > $2 LIMIT $3",
        code,
        version,
        limit
    )?;
    if changed.len() > max || gone.len() > max {
        return Ok(None);
    }
    let sorted = |ids: Vec<Uuid>| {
        let mut units: Vec<UnitId> = ids.into_iter().map(UnitId).collect();
        units.sort_unstable();
        units.dedup();
        units
    };
    Ok(Some(Since {
        changed: sorted(changed),
        gone: sorted(gone),
    }))
}
