//! Payers: partners that hand payments over to us, and the budget from which they pay. What is agreed
//! is a version; no word of a message widens it.

use access::{Action, Permit};
use kernel::ids::AccountId;
use store::{Ids, Tx, execute, fetch_optional};
use uuid::Uuid;

use crate::{Result, sql};

/// Building blocks of one payer.
pub const BLOCKS_MAX: usize = 50;
const BLOCK_CHARS_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    pub account: AccountId,
    pub programme: String,
    pub district: u32,
    /// The names under which its systems speak.
    pub blocks: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "a payer has at most {BLOCKS_MAX} building blocks of 1 to {BLOCK_CHARS_MAX} characters"
    )]
    Blocks,
}

/// Agrees with a partner from which budget it pays.
pub async fn set(tx: &mut Tx, ids: &Ids, permit: &Permit, payer: &Payer) -> Result<()> {
    permit.must_be_for(&[Action::ManageAccounts]);
    let fits = |block: &String| {
        let chars = block.chars().count();
        (1..=BLOCK_CHARS_MAX).contains(&chars) && !block.contains(char::is_control)
    };
    if payer.blocks.len() > BLOCKS_MAX || !payer.blocks.iter().all(fits) {
        return Err(Refusal::Blocks.into());
    }
    execute!(
        tx,
        "INSERT INTO payer (account, known_from, programme, district, blocks)
         VALUES ($1, $2, $3, $4, $5)",
        payer.account.0,
        ids.now().0,
        payer.programme.as_str(),
        i64::from(payer.district),
        payer.blocks.join("\n")
    )?;
    Ok(())
}

/// As it is agreed now; nothing for a partner that hands nothing over.
pub async fn find(tx: &mut Tx, account: AccountId) -> Result<Option<Payer>> {
    let row = fetch_optional!(
        tx,
        (Uuid, String, i64, String),
        "SELECT account, programme, district, blocks FROM payer WHERE account = $1
         ORDER BY known_from DESC LIMIT 1",
        account.0
    )?;
    let Some((account, programme, district, blocks)) = row else {
        return Ok(None);
    };
    Ok(Some(Payer {
        account: AccountId(account),
        programme,
        district: sql::district(district)?,
        blocks: blocks.lines().map(str::to_owned).collect(),
    }))
}
