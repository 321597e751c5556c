//! What holds of each unit after a run over the register: its row in the run, or in the nearest
//! run behind it that speaks of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use ::store::{Tx, bulk, fetch_all, fetch_optional};
use kernel::{Day, Money, UnitId};
use uuid::Uuid;

use super::store::verdict_of;
use crate::case::{Verdict, narrow};
use crate::fault::{Fault, Result};

/// Runs that may stand behind one; a run with so many is followed by a whole one.
pub const DEPTH_MAX: i64 = 12;

/// A run that ended and those behind it, the newest first.
#[derive(Clone, Debug)]
pub struct Chain {
    pub runs: Vec<Uuid>,
    pub end: RunEnd,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RunEnd {
    pub run: Uuid,
    pub since: Option<Uuid>,
    pub depth: i64,
    pub register_version: i64,
    pub finished_at: i64,
    pub decided: i64,
    pub units: i64,
    pub entitled: i64,
    pub not_entitled: i64,
    pub unknown: i64,
    pub needs_step: i64,
    pub malformed: i64,
    pub entitled_minor: i64,
}

/// What is compared and counted of an assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub verdict: Verdict,
    pub programme: Option<String>,
    pub category: Option<String>,
    pub amount: Option<Money>,
    /// The packed portrait without facts.
    pub roster: Vec<u8>,
}

/// What a run says of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Assessed(Standing),
    Malformed,
    Gone,
}

pub(super) async fn insert_end(tx: &mut Tx, end: &RunEnd) -> Result<()> {
    store::execute!(
        tx,
        "INSERT INTO register_run_end (run, since, depth, register_version, finished_at, decided, \
         units, entitled, not_entitled, unknown, needs_step, malformed, entitled_minor) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        end.run,
        end.since,
        end.depth,
        end.register_version,
        end.finished_at,
        end.decided,
        end.units,
        end.entitled,
        end.not_entitled,
        end.unknown,
        end.needs_step,
        end.malformed,
        end.entitled_minor
    )?;
    Ok(())
}

const WITHOUT: bulk::Insert = bulk::Insert {
    into: "register_run_without (run, unit, malformed)",
    on_conflict: "",
};

pub(super) async fn insert_without(
    tx: &mut Tx,
    run: Uuid,
    units: &[UnitId],
    malformed: bool,
) -> Result<()> {
    bulk::insert(tx, &WITHOUT, units, |row, unit| {
        row.push(run).push(unit.0).push(malformed);
    })
    .await?;
    Ok(())
}

/// The run with those behind it; one that never ended is refused.
pub async fn chain(tx: &mut Tx, run: Uuid) -> Result<Chain> {
    let end = find_end(tx, run).await?.ok_or(Fault::NoRun(run))?;
    let (mut runs, mut next) = (vec![run], end.since);
    while let Some(behind) = next {
        runs.push(behind);
        next = find_end(tx, behind)
            .await?
            .ok_or(Fault::NoRun(behind))?
            .since;
    }
    Ok(Chain { runs, end })
}

pub async fn find_end(tx: &mut Tx, run: Uuid) -> Result<Option<RunEnd>> {
    Ok(fetch_optional!(
        tx,
        RunEnd,
        "SELECT run, since, depth, register_version, finished_at, decided, units, entitled, \
         not_entitled, unknown, needs_step, malformed, entitled_minor \
         FROM register_run_end WHERE run = $1",
        run
    )?)
}

/// The regime and the day that a run decided by.
pub async fn law_of(tx: &mut Tx, run: Uuid) -> Result<(String, Day)> {
    let found: Option<(String, i64)> = fetch_optional!(
        tx,
        (String, i64),
        "SELECT b.regime, b.decided_on FROM register_run r JOIN basis b ON b.id = r.basis \
         WHERE r.id = $1",
        run
    )?;
    let (regime, day) = found.ok_or(Fault::NoRun(run))?;
    Ok((regime, narrow("day", day).map(Day)?))
}

#[derive(sqlx::FromRow)]
struct StandingRow {
    unit: Uuid,
    verdict: i64,
    programme: Option<String>,
    category: Option<String>,
    amount_minor: Option<i64>,
    roster: Vec<u8>,
}

impl StandingRow {
    fn said(self) -> Result<(UnitId, Said)> {
        let standing = Standing {
            verdict: verdict_of(self.verdict)?,
            programme: self.programme,
            category: self.category,
            amount: self.amount_minor.map(Money),
            roster: self.roster,
        };
        Ok((UnitId(self.unit), Said::Assessed(standing)))
    }
}

fn without(malformed: bool) -> Said {
    if malformed {
        Said::Malformed
    } else {
        Said::Gone
    }
}

/// A page of what holds, in the order of the units.
#[derive(Debug, Default)]
pub struct Page {
    pub units: Vec<(UnitId, Said)>,
    /// From where the next page goes on; `None` at the end.
    pub next: Option<UnitId>,
}

/// What holds of the units after `after`: every run gives its next `limit` rows, and as far as
/// all of them have spoken, the newest word counts.
pub async fn page(tx: &mut Tx, chain: &Chain, after: UnitId, limit: i64) -> Result<Page> {
    let mut said: BTreeMap<UnitId, Said> = BTreeMap::new();
    let mut spoken_to: Option<UnitId> = None;
    for run in chain.runs.iter().rev() {
        for list in [
            rows_of(tx, *run, after, limit).await?,
            without_of(tx, *run, after, limit).await?,
        ] {
            if let Some((last, _)) = list.last()
                && list.len() as i64 == limit
            {
                spoken_to = Some(spoken_to.map_or(*last, |bound| bound.min(*last)));
            }
            said.extend(list);
        }
    }
    if let Some(bound) = spoken_to {
        said.retain(|unit, _| *unit <= bound);
    }
    Ok(Page {
        units: said.into_iter().collect(),
        next: spoken_to,
    })
}

async fn rows_of(tx: &mut Tx, run: Uuid, after: UnitId, limit: i64) -> Result<Vec<(UnitId, Said)>> {
    let rows = fetch_all!(
        tx,
        StandingRow,
        "SELECT unit, verdict, programme, category, amount_minor, roster FROM assessment \
         WHERE subject = $1 AND unit > $2 ORDER BY unit LIMIT $3",
        run,
        after.0,
        limit
    )?;
    rows.into_iter().map(StandingRow::said).collect()
}

async fn without_of(
    tx: &mut Tx,
    run: Uuid,
    after: UnitId,
    limit: i64,
) -> Result<Vec<(UnitId, Said)>> {
    let rows = fetch_all!(
        tx,
        (Uuid, bool),
        "SELECT unit, malformed FROM register_run_without \
         WHERE run = $1 AND unit > $2 ORDER BY unit LIMIT $3",
        run,
        after.0,
        limit
    )?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(unit, malformed)| (UnitId(unit), without(malformed)))
        .collect())
}

const ROWS: bulk::With = bulk::With {
    v: "subject, unit",
    statement: "SELECT t.unit, t.verdict, t.programme, t.category, t.amount_minor, t.roster \
                FROM v CROSS JOIN assessment t \
                WHERE t.subject = v.subject AND t.unit = v.unit",
};
const ROWS_WITHOUT: bulk::With = bulk::With {
    v: "run, unit",
    statement: "SELECT t.unit, t.malformed FROM v CROSS JOIN register_run_without t \
                WHERE t.run = v.run AND t.unit = v.unit",
};

/// What holds of some units; those of which no run speaks are left out.
pub async fn of_units(
    tx: &mut Tx,
    chain: &Chain,
    units: &[UnitId],
) -> Result<HashMap<UnitId, Said>> {
    let mut found: HashMap<UnitId, Said> = HashMap::with_capacity(units.len());
    let mut open: Vec<UnitId> = units.to_vec();
    for run in &chain.runs {
        let bind = |row: &mut bulk::Values, unit: &UnitId| {
            row.push(*run).push(unit.0);
        };
        let rows: Vec<StandingRow> = bulk::select_in(tx, &ROWS, &open, bind).await?;
        for row in rows {
            let (unit, said) = row.said()?;
            found.insert(unit, said);
        }
        let gone: Vec<(Uuid, bool)> = bulk::select_in(tx, &ROWS_WITHOUT, &open, bind).await?;
        found.extend(
            gone.into_iter()
                .map(|(unit, malformed)| (UnitId(unit), without(malformed))),
        );
        open.retain(|unit| !found.contains_key(unit));
    }
    Ok(found)
}

/// Those of a run's units, from one behind it, that a newer run of the chain speaks of.
pub(super) async fn overtaken(
    tx: &mut Tx,
    newer: &[Uuid],
    units: &[UnitId],
) -> Result<HashSet<UnitId>> {
    let mut overtaken = HashSet::new();
    for run in newer {
        let bind = |row: &mut bulk::Values, unit: &UnitId| {
            row.push(*run).push(unit.0);
        };
        let rows: Vec<(Uuid,)> = bulk::select_in(tx, &SPEAKS, units, bind).await?;
        let gone: Vec<(Uuid, bool)> = bulk::select_in(tx, &ROWS_WITHOUT, units, bind).await?;
        overtaken.extend(rows.into_iter().map(|(unit,)| UnitId(unit)));
        overtaken.extend(gone.into_iter().map(|(unit, _)| UnitId(unit)));
    }
    Ok(overtaken)
}

const SPEAKS: bulk::With = bulk::With {
    v: "subject, unit",
    statement: "SELECT t.unit FROM v CROSS JOIN assessment t \
                WHERE t.subject = v.subject AND t.unit = v.unit",
};
