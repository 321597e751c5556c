//! Facts: what a source said about an owner, appended for ever; the newest answer
//! of each source stands in the portrait of the owner's units.
//!
//! Newest is the fact with the latest as-of day; of one day the one recorded last
//! (ids rise with time).

use crate::unit::projection::{self, Portraits};
use crate::{Permit, RegisterError, Result, stored};
use kernel::portrait::PackedFact;
use kernel::{EvidenceId, Fact, FactId, Instant, Source, UnitId};
use std::collections::{BTreeSet, HashMap};
use store::{Tx, bulk};
use uuid::Uuid;

/// Owner of what a whole-register extract says: whoever is not on the list holds nothing.
/// It is a fact of every unit and stands among the facts of its portrait; it has no rows.
pub const REGISTER: Uuid = Uuid::nil();

const FACT: bulk::Insert = bulk::Insert {
    into: "fact (id, owner, kind, source, as_of, received_at, evidence, body)",
    on_conflict: "",
};
const FACTS_OF_OWNERS: bulk::With = bulk::With {
    v: "owner",
    statement: "SELECT t.id, t.owner, t.kind, t.source, t.as_of, t.received_at, t.evidence, t.body
        FROM v CROSS JOIN fact t WHERE t.owner = v.owner",
};
const FACTS_BY_ID: bulk::With = bulk::With {
    v: "id",
    statement: "SELECT t.id, t.owner, t.kind, t.source, t.as_of, t.received_at, t.evidence, t.body
        FROM v CROSS JOIN fact t WHERE t.id = v.id",
};

#[derive(Debug, sqlx::FromRow)]
pub(crate) struct FactRow {
    pub id: Uuid,
    pub owner: Uuid,
    kind: i64,
    source: i64,
    as_of: i64,
    received_at: i64,
    evidence: Uuid,
    body: Vec<u8>,
}

impl FactRow {
    pub fn into_fact(self) -> Result<Fact> {
        let packed = self.packed()?;
        let body = packed
            .unpack_body()
            .map_err(|e| stored::unreadable("fact body", e))?;
        Ok(Fact {
            id: packed.id,
            owner: self.owner,
            kind: packed.kind,
            source: packed.source,
            as_of: packed.as_of,
            received_at: Instant(self.received_at),
            evidence: EvidenceId(self.evidence),
            body,
        })
    }

    pub fn packed(&self) -> Result<PackedFact> {
        Ok(PackedFact {
            id: FactId(self.id),
            kind: u16::try_from(self.kind).map_err(|e| stored::unreadable("fact kind", e))?,
            source: stored::source(self.source)?,
            as_of: stored::day(self.as_of)?,
            body: self.body.clone(),
        })
    }
}

/// Appends facts and refreshes the portraits of their owners' units in the same
/// transaction. Answers the units that changed. All facts go in or none.
pub async fn record(tx: &mut Tx, permit: &Permit, facts: &[Fact]) -> Result<Vec<UnitId>> {
    let owners = |units: bool| {
        let wanted = facts
            .iter()
            .filter(move |fact| is_of_unit(fact.kind) == units);
        let owners: BTreeSet<Uuid> = wanted.map(|fact| fact.owner).collect();
        owners.into_iter().collect::<Vec<Uuid>>()
    };
    let portraits = Portraits::open(tx, &owners(false), &owners(true)).await?;
    record_in(tx, permit, facts, portraits).await
}

fn is_of_unit(kind: u16) -> bool {
    kernel::facts::kind(kind).is_some_and(|kind| kind.owner == kernel::facts::Owner::Unit)
}

/// The same, where the portraits of all owners have been opened.
pub(crate) async fn record_in(
    tx: &mut Tx,
    _permit: &Permit,
    facts: &[Fact],
    mut portraits: Portraits,
) -> Result<Vec<UnitId>> {
    facts.iter().try_for_each(check)?;
    let packed: Vec<PackedFact> = facts.iter().map(PackedFact::of).collect();
    let mut of_all: Vec<PackedFact> = Vec::new();
    for (fact, packed) in facts.iter().zip(&packed) {
        match fact.owner {
            REGISTER => of_all.push(packed.clone()),
            owner => portraits.put(owner, packed),
        }
    }
    let mut units = portraits.write(tx).await?;
    if !of_all.is_empty() {
        units.extend(projection::refresh_all(tx, &of_all).await?);
        units.sort_unstable();
        units.dedup();
    }
    insert(tx, facts, &packed).await?;
    Ok(units)
}

fn check(fact: &Fact) -> Result<()> {
    let refused = |reason: String| RegisterError::FactRefused {
        id: fact.id,
        kind: fact.kind,
        reason,
    };
    let kind = kernel::facts::kind(fact.kind)
        .ok_or_else(|| refused("no such kind in the catalogue".to_owned()))?;
    if kind.trust_of(fact.source).is_none() {
        return Err(refused(format!(
            "{} may not speak of it",
            fact.source.name()
        )));
    }
    let of_person = kind.owner == kernel::facts::Owner::Person;
    if fact.owner == REGISTER && !(of_person && fact.body.rows.is_empty()) {
        let reason = "of the whole register only that persons hold nothing more";
        return Err(refused(reason.to_owned()));
    }
    kind.check(&fact.body)
        .map_err(|error| refused(error.to_string()))
}

async fn insert(tx: &mut Tx, facts: &[Fact], packed: &[PackedFact]) -> Result<()> {
    let mut rows: Vec<(&Fact, &PackedFact)> = facts.iter().zip(packed).collect();
    rows.sort_unstable_by_key(|(fact, _)| fact.id);
    bulk::insert(tx, &FACT, &rows, |row, (fact, packed)| {
        row.push(fact.id.0)
            .push(fact.owner)
            .push(i64::from(fact.kind))
            .push(i64::from(fact.source.code()))
            .push(stored::of_day(fact.as_of))
            .push(fact.received_at.0)
            .push(fact.evidence.0)
            .push(packed.body.clone());
    })
    .await?;
    Ok(())
}

/// The facts by their ids, in the order asked; a missing one is an error.
pub async fn load(tx: &mut Tx, _permit: &Permit, ids: &[FactId]) -> Result<Vec<Fact>> {
    let rows: Vec<FactRow> = bulk::select_in(tx, &FACTS_BY_ID, ids, |row, id| {
        row.push(id.0);
    })
    .await?;
    let mut by_id: HashMap<FactId, Fact> = HashMap::with_capacity(rows.len());
    for row in rows {
        by_id.insert(FactId(row.id), row.into_fact()?);
    }
    ids.iter()
        .map(|id| by_id.get(id).cloned().ok_or(RegisterError::NoFact(*id)))
        .collect()
}

/// The facts by their ids as they were stored, each with its owner; one that is not there is
/// left out.
pub async fn load_packed(
    tx: &mut Tx,
    _permit: &Permit,
    ids: &[FactId],
) -> Result<HashMap<FactId, (Uuid, PackedFact)>> {
    let rows: Vec<FactRow> = bulk::select_in(tx, &FACTS_BY_ID, ids, |row, id| {
        row.push(id.0);
    })
    .await?;
    let packed = |row: FactRow| Ok((FactId(row.id), (row.owner, row.packed()?)));
    rows.into_iter().map(packed).collect()
}

/// Everything ever said about the owners, in the order it was recorded.
pub async fn history(tx: &mut Tx, _permit: &Permit, owners: &[Uuid]) -> Result<Vec<Fact>> {
    let mut rows = rows_of(tx, owners).await?;
    rows.sort_by_key(|row| row.id);
    rows.into_iter().map(FactRow::into_fact).collect()
}

/// The newest answer of each source about each owner.
pub async fn current(tx: &mut Tx, _permit: &Permit, owners: &[Uuid]) -> Result<Vec<Fact>> {
    newest(rows_of(tx, owners).await?)
}

/// The same as it was known at a moment: what came later is left out.
pub async fn known_at(
    tx: &mut Tx,
    _permit: &Permit,
    owners: &[Uuid],
    at: Instant,
) -> Result<Vec<Fact>> {
    let mut rows = rows_of(tx, owners).await?;
    rows.retain(|row| row.received_at <= at.0);
    newest(rows)
}

fn newest(rows: Vec<FactRow>) -> Result<Vec<Fact>> {
    let mut newest: HashMap<(Uuid, u16, Source), Fact> = HashMap::new();
    for row in rows {
        let fact = row.into_fact()?;
        let key = (fact.owner, fact.kind, fact.source);
        let later = |known: &Fact| (known.as_of, known.id) < (fact.as_of, fact.id);
        if newest.get(&key).is_none_or(later) {
            newest.insert(key, fact);
        }
    }
    let mut facts: Vec<Fact> = newest.into_values().collect();
    facts.sort_by_key(|fact| (fact.owner, fact.kind, fact.source.code()));
    Ok(facts)
}

pub(crate) async fn rows_of(tx: &mut Tx, owners: &[Uuid]) -> Result<Vec<FactRow>> {
    Ok(bulk::select_in(tx, &FACTS_OF_OWNERS, owners, |row, owner| {
        row.push(*owner);
    })
    .await?)
}

/// The newest answers as they stand in portraits, by owner, in the order of kind and source.
pub(crate) async fn current_packed(
    tx: &mut Tx,
    owners: &[Uuid],
) -> Result<HashMap<Uuid, Vec<PackedFact>>> {
    let mut by_owner: HashMap<Uuid, Vec<PackedFact>> = HashMap::new();
    for row in rows_of(tx, owners).await? {
        merge(by_owner.entry(row.owner).or_default(), row.packed()?);
    }
    Ok(by_owner)
}

/// Puts a fact in its place among the current ones, unless a newer answer of the same
/// source stands there. True when something changed.
pub(crate) fn merge(current: &mut Vec<PackedFact>, fact: PackedFact) -> bool {
    let key = |fact: &PackedFact| (fact.kind, fact.source.code());
    match current.binary_search_by_key(&key(&fact), key) {
        Ok(at) if (current[at].as_of, current[at].id) < (fact.as_of, fact.id) => current[at] = fact,
        Ok(_) => return false,
        Err(at) => current.insert(at, fact),
    }
    true
}
