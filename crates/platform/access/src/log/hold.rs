//! Digests of what other services keep: an entry of the log holds one, so that the log's signature
//! speaks for it, too. Nobody's data is looked at by it.

use store::{Platform, Result, Tx, fetch_all};
use uuid::Uuid;

use super::entry_id::EntryId;
use crate::permit::granting;
use crate::{Action, Denied, Purpose, Scope, Subject};

/// Writes the entry; returns when it is durable.
pub async fn hold(platform: &Platform, digest: Vec<u8>) -> std::result::Result<EntryId, Denied> {
    let asked = (Action::GatherFacts, Purpose::Upkeep);
    let (system, scope) = (Subject::system(), Scope::country());
    let permit = granting(platform, &system, asked, scope, Some(digest)).await?;
    Ok(permit.entry())
}

/// Entries that hold a digest, the first so many after one.
pub async fn held_after(
    tx: &mut Tx,
    after: EntryId,
    limit: i64,
) -> Result<Vec<(EntryId, Vec<u8>)>> {
    let rows = fetch_all!(
        tx,
        (Uuid, i64, Vec<u8>),
        "SELECT chain_id, seq, digest FROM access_log
         WHERE (chain_id, seq) > ($1, $2) AND action = 'gather_facts' AND purpose = 'upkeep'
           AND granted = TRUE AND digest IS NOT NULL
         ORDER BY chain_id, seq LIMIT $3",
        after.chain,
        after.seq,
        limit
    )?;
    let held = |(chain, seq, digest)| (EntryId { chain, seq }, digest);
    Ok(rows.into_iter().map(held).collect())
}
