//! The few facts about the installation itself: its country, its mode.

use crate::{Result, Tx, execute, fetch_values};

/// The value, or `None` when it was never set.
pub async fn find(tx: &mut Tx, key: &str) -> Result<Option<String>> {
    let found = fetch_values!(tx, String, "SELECT value FROM setting WHERE key = $1", key)?;
    Ok(found.into_iter().next())
}

pub async fn set(tx: &mut Tx, key: &str, value: &str) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO setting (key, value) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        key,
        value
    )?;
    Ok(())
}
