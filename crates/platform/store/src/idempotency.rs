//! Every command carries a key made by the sender; the same key answers the
//! same, as long as the effect is kept.
//!
//! ```no_run
//! # use store::{idempotency::{self, Begun}, Platform};
//! # async fn example(platform: &Platform, key: &str, hash: &[u8]) -> store::Result<()> {
//! let mut tx = platform.db.begin().await?;
//! match idempotency::begin(&mut tx, &platform.clock, "lodge", key, hash).await? {
//!     Begun::Fresh => {
//!         // ... the effect, in this same transaction ...
//!         idempotency::finish(&mut tx, "lodge", key, "{\"case\":\"...\"}").await?;
//!         tx.commit().await?;
//!     }
//!     Begun::Seen { response } => { let _answer_again = response; }
//!     Begun::Different => { /* refuse: the key belongs to another request */ }
//! }
//! # Ok(()) }
//! ```

use crate::{Clock, Result, Tx, execute, fetch_one};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// First time: do it, then [`finish`], in the same transaction.
    Fresh,
    /// Done before, with this answer (`None` when the effect has none).
    Seen { response: Option<String> },
    /// The key was used for a request with another content: refuse.
    Different,
}

/// Claims the key in `scope` (the command's name and the account). A second
/// sender of the same key waits until the first has committed.
pub async fn begin(
    tx: &mut Tx,
    clock: &Clock,
    scope: &str,
    key: &str,
    request_hash: &[u8],
) -> Result<Begun> {
    let fresh = execute!(
        tx,
        "INSERT INTO idempotency (scope, key, request_hash, response, at)
         VALUES ($1, $2, $3, NULL, $4) ON CONFLICT (scope, key) DO NOTHING",
        scope,
        key,
        request_hash,
        clock.now().0
    )?;
    if fresh == 1 {
        return Ok(Begun::Fresh);
    }
    let (hash, response) = fetch_one!(
        tx,
        (Vec<u8>, Option<String>),
        "SELECT request_hash, response FROM idempotency WHERE scope = $1 AND key = $2",
        scope,
        key
    )?;
    Ok(if hash == request_hash {
        Begun::Seen { response }
    } else {
        Begun::Different
    })
}

/// Keeps the answer for the next time.
pub async fn finish(tx: &mut Tx, scope: &str, key: &str, response: &str) -> Result<()> {
    let kept = execute!(
        tx,
        "UPDATE idempotency SET response = $3 WHERE scope = $1 AND key = $2",
        scope,
        key,
        response
    )?;
    assert_eq!(kept, 1, "finish without begin: {scope} {key}");
    Ok(())
}
