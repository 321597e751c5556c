//! A run that rests on another: when only facts changed, only the units that they touched are
//! decided again; when the law or the day is another, the whole register is.

use ::store::{Tx, fetch_values};
use access::Permit;
use kernel::UnitId;
use uuid::Uuid;

use super::Basis;
use super::standing::{self, Chain, DEPTH_MAX};
use crate::fault::Result;

/// Changed units that are held in memory at most; of more, the whole register is decided.
const CHANGED_MAX: usize = 1_000_000;

/// Which units a run over the register decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// All of them.
    Whole,
    /// Those that changed since this run, if it applied the same law on the same day.
    Since(Uuid),
    /// Those that changed since the newest run that applied the same law on the same day.
    Newest,
}

/// The run whose rows hold for all units but these.
#[derive(Debug)]
pub(super) struct Ground {
    pub chain: Chain,
    pub changed: Vec<UnitId>,
    pub gone: Vec<UnitId>,
}

/// Nothing to rest on means: decide the whole register.
pub(super) async fn ground(
    tx: &mut Tx,
    permit: &Permit,
    block: &str,
    basis: &Basis,
    again: Again,
) -> Result<Option<Ground>> {
    let named = match again {
        Again::Whole => return Ok(None),
        // A run that does not exist or never ended is a mistake, not a reason for more work.
        Again::Since(run) => Some(standing::chain(tx, run).await?.end.run),
        Again::Newest => None,
    };
    let Some(run) = newest_like(tx, block, basis, named).await? else {
        return Ok(None);
    };
    let chain = standing::chain(tx, run).await?;
    if chain.end.depth >= DEPTH_MAX {
        return Ok(None);
    }
    let version = chain.end.register_version;
    let since = registry::unit::since(tx, permit, block, version, CHANGED_MAX).await?;
    Ok(since.map(|since| Ground {
        chain,
        changed: since.changed,
        gone: since.gone,
    }))
}

/// The newest ended run (or the named one) under the same law, on the same day, of the same units.
async fn newest_like(
    tx: &mut Tx,
    block: &str,
    basis: &Basis,
    named: Option<Uuid>,
) -> Result<Option<Uuid>> {
    let found = fetch_values!(
        tx,
        Uuid,
        "SELECT e.run FROM register_run_end e \
         JOIN register_run r ON r.id = e.run JOIN basis b ON b.id = r.basis \
         WHERE b.pack = $1 AND b.language_version = $2 AND b.decided_on = $3 \
         AND b.applied_on = $4 AND b.counted_month = $5 AND b.window_end = $6 \
         AND b.origin = $7 AND b.stage = $8 AND b.former_category IS NULL \
         AND r.unit_block = $9 AND (e.run = $10 OR $11) \
         ORDER BY e.finished_at DESC, e.run DESC LIMIT 1",
        basis.pack.to_vec(),
        i64::from(basis.language_version),
        i64::from(basis.decided_on.0),
        i64::from(basis.applied_on.0),
        i64::from(basis.counted_month.0),
        i64::from(basis.window_end.0),
        basis.origin.word(),
        basis.stage.word(),
        block,
        named.unwrap_or(Uuid::nil()),
        named.is_none()
    )?;
    Ok(found.into_iter().next())
}
