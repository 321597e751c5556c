//! Units of assessment: who is assessed together under each pack's `unit` block.
//!
//! `unit_now` holds one row a unit and block: its packed [`Portrait`], which has the
//! members and every current fact about them. `unit_member_now` says in which unit
//! of each block a person sits. Both are projections: see [`rebuild`] and [`verify`].

pub(crate) mod compose;
pub(crate) mod projection;
mod rebuild;
#[cfg(test)]
mod tests;
pub(crate) mod version;

use crate::person::Person;
use crate::{Permit, RegisterError, Result, stored};
use kernel::kin::UnitBlock;
use kernel::portrait::PortraitView;
use kernel::{Day, PersonId, Pinfl, Portrait, UnitId};
use std::collections::HashMap;
use store::{Platform, Tx, bulk, execute, fetch_all};
use uuid::Uuid;

pub(crate) use rebuild::is_due;
pub use rebuild::{Difference, Verified, rebuild, recompose_due, verify};
pub use version::{Since, since, version};

/// Units of one page at most.
pub const PAGE_MAX: usize = 50_000;

/// One unit as the batch reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    pub unit: UnitId,
    pub head: PersonId,
    pub district: u32,
    pub mahalla: u32,
    /// A [`Portrait`], packed.
    pub packed: Vec<u8>,
}

impl UnitRow {
    fn of(packed: Vec<u8>) -> Result<UnitRow> {
        let view = PortraitView::new(&packed).map_err(|e| stored::unreadable("portrait", e))?;
        let (unit, head) = (view.unit(), view.head());
        let (district, mahalla) = (view.district(), view.mahalla());
        Ok(UnitRow {
            unit,
            head,
            district,
            mahalla,
            packed,
        })
    }

    pub fn portrait(&self) -> Result<Portrait> {
        Portrait::unpack(&self.packed).map_err(|e| stored::unreadable("portrait", e))
    }
}

/// A block the register keeps a projection of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub code: i64,
    pub block: UnitBlock,
}

/// Makes the register keep units of this block from now on, composed on the day.
/// True when it was new. A known name with another composition is refused.
pub async fn ensure_block(
    platform: &Platform,
    permit: &Permit,
    block: &UnitBlock,
    on: Day,
) -> Result<bool> {
    let mut tx = platform.db.begin().await?;
    tx.alone(projection::UNITS).await?;
    let known = blocks(&mut tx).await?;
    if let Some(same) = known.iter().find(|known| known.block.name == block.name) {
        let equal = same.block == *block;
        return if equal {
            Ok(false)
        } else {
            Err(RegisterError::BlockChanged(block.name.clone()))
        };
    }
    let code = known.iter().map(|known| known.code).max().unwrap_or(0) + 1;
    let definition = serde_json::to_string(block).expect("plain data becomes JSON");
    execute!(
        tx,
        "INSERT INTO unit_block (code, name, definition) VALUES ($1, $2, $3)",
        code,
        block.name.as_str(),
        definition
    )?;
    tx.commit().await?;
    rebuild(platform, permit, &block.name, on).await?;
    Ok(true)
}

/// All blocks, in the order they were made known.
pub async fn blocks(tx: &mut Tx) -> Result<Vec<Block>> {
    let rows = fetch_all!(
        tx,
        (i64, String),
        "SELECT code, definition FROM unit_block ORDER BY code"
    )?;
    let block = |(code, definition): (i64, String)| {
        let block =
            serde_json::from_str(&definition).map_err(|e| stored::unreadable("unit block", e))?;
        Ok(Block { code, block })
    };
    rows.into_iter().map(block).collect()
}

pub(crate) async fn block_named(tx: &mut Tx, name: &str) -> Result<Block> {
    let known = blocks(tx).await?;
    let found = known.into_iter().find(|known| known.block.name == name);
    found.ok_or_else(|| RegisterError::NoBlock(name.to_owned()))
}

/// The units after `after` in the order of their ids; fewer than `limit` means the end.
pub async fn page(
    tx: &mut Tx,
    _permit: &Permit,
    block: &str,
    after: Option<UnitId>,
    limit: usize,
) -> Result<Vec<UnitRow>> {
    let code = block_named(tx, block).await?.code;
    rows_after(tx, code, after, limit).await
}

pub(crate) async fn rows_after(
    tx: &mut Tx,
    block: i64,
    after: Option<UnitId>,
    limit: usize,
) -> Result<Vec<UnitRow>> {
    let limit = i64::try_from(limit.min(PAGE_MAX)).expect("a page fits");
    let rows = fetch_all!(
        tx,
        (Vec<u8>,),
        "SELECT packed FROM unit_now WHERE block = $1 AND unit > $2 ORDER BY unit LIMIT $3",
        block,
        after.unwrap_or(UnitId::NIL).0,
        limit
    )?;
    rows.into_iter()
        .map(|(packed,)| UnitRow::of(packed))
        .collect()
}

/// How many units the block has.
pub async fn count(tx: &mut Tx, block: &str) -> Result<i64> {
    let code = block_named(tx, block).await?.code;
    Ok(store::fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM unit_now WHERE block = $1",
        code
    )?)
}

/// The unit in which each of the persons sits; the dead sit in none.
pub async fn of_persons(
    tx: &mut Tx,
    _permit: &Permit,
    block: &str,
    persons: &[PersonId],
) -> Result<HashMap<PersonId, UnitId>> {
    let code = block_named(tx, block).await?.code;
    projection::units_of(tx, code, persons).await
}

const UNITS_BY_ID: bulk::With = bulk::With {
    v: "block, unit",
    statement: "SELECT t.packed FROM v CROSS JOIN unit_now t
        WHERE t.block = v.block AND t.unit = v.unit",
};

/// Those of the units that exist, in the order of their ids.
pub async fn load_many(
    tx: &mut Tx,
    _permit: &Permit,
    block: &str,
    units: &[UnitId],
) -> Result<Vec<UnitRow>> {
    let code = block_named(tx, block).await?.code;
    rows_of(tx, code, units).await
}

pub(crate) async fn rows_of(tx: &mut Tx, block: i64, units: &[UnitId]) -> Result<Vec<UnitRow>> {
    let rows: Vec<(Vec<u8>,)> = bulk::select_in(tx, &UNITS_BY_ID, units, |row, unit| {
        row.push(block).push(unit.0);
    })
    .await?;
    let rows = rows.into_iter().map(|(packed,)| UnitRow::of(packed));
    let mut rows: Vec<UnitRow> = rows.collect::<Result<_>>()?;
    rows.sort_unstable_by_key(|row| row.unit);
    rows.dedup_by_key(|row| row.unit);
    Ok(rows)
}

/// The units of whatever block in which the persons sit, each once.
pub async fn of_persons_in_all_blocks(
    tx: &mut Tx,
    _permit: &Permit,
    persons: &[PersonId],
) -> Result<Vec<UnitId>> {
    projection::all_units_of(tx, persons).await
}

/// Who has each of the numbers, with the unit in which that person sits under the block that was made
/// known first. One statement, for short lists; a number of nobody is left out.
pub async fn of_pinfls(
    tx: &mut Tx,
    _permit: &Permit,
    pinfls: &[Pinfl],
) -> Result<HashMap<Pinfl, (Person, Option<UnitRow>)>> {
    let rows = projection::of_pinfls(tx, pinfls).await?;
    let read = |row: projection::Seated| {
        let pinfl = Pinfl::parse(&row.value).map_err(|e| stored::unreadable("identifier", e))?;
        let unit = row.packed.map(UnitRow::of).transpose()?;
        Ok((pinfl, (row.version.into_person()?, unit)))
    };
    rows.into_iter().map(read).collect()
}

/// The unit's current portrait; an unknown id is an error.
pub async fn load(tx: &mut Tx, permit: &Permit, block: &str, unit: UnitId) -> Result<UnitRow> {
    let mut rows = load_many(tx, permit, block, &[unit]).await?;
    rows.pop().ok_or(RegisterError::NoUnit(unit))
}

/// The unit in which a person sits, with its portrait.
pub async fn of_person(
    tx: &mut Tx,
    permit: &Permit,
    block: &str,
    person: PersonId,
) -> Result<Option<UnitRow>> {
    match of_persons(tx, permit, block, &[person]).await?.get(&person) {
        Some(unit) => load(tx, permit, block, *unit).await.map(Some),
        None => Ok(None),
    }
}

pub(crate) fn owner(person: PersonId) -> Uuid {
    person.0
}
