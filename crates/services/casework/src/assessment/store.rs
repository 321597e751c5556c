//! SQL of assessments.

use kernel::ids::AssessmentId;
use kernel::{CaseId, Day, Instant, Money, Month, UnitId};
use store::{Tx, bulk, fetch_all, fetch_optional};
use uuid::Uuid;

use super::{Assessment, Basis, standing};
use crate::case::{Verdict, hash_of, held_of, narrow};
use crate::fault::{Fault, Result};

const BASIS: bulk::Insert = bulk::Insert {
    into: "basis (id, regime, pack, language_version, decided_on, assessed_at, applied_on, \
           counted_month, window_end, origin, former_category, held_category, held_months, stage)",
    on_conflict: "",
};

pub(super) async fn insert_bases(tx: &mut Tx, bases: &[Basis]) -> Result<()> {
    bulk::insert(tx, &BASIS, bases, |row, basis| {
        row.push(basis.id)
            .push(basis.regime.as_str())
            .push(&basis.pack[..])
            .push(i64::from(basis.language_version))
            .push(i64::from(basis.decided_on.0))
            .push(basis.assessed_at.0)
            .push(i64::from(basis.applied_on.0))
            .push(i64::from(basis.counted_month.0))
            .push(i64::from(basis.window_end.0))
            .push(basis.origin.word())
            .push(basis.former_category.as_deref())
            .push(
                basis
                    .held
                    .as_ref()
                    .and_then(|held| held.category.as_deref()),
            )
            .push(basis.held.as_ref().map(|held| i64::from(held.months)))
            .push(basis.stage.word());
    })
    .await?;
    Ok(())
}

const ASSESSMENT: bulk::Insert = bulk::Insert {
    into: "assessment (subject, unit, id, basis, roster, facts, verdict, programme, category, \
           amount_minor, per_capita_minor, trace)",
    on_conflict: "",
};

/// Rows go in the order given: that of their keys.
pub(crate) async fn insert(tx: &mut Tx, assessments: &[Assessment]) -> Result<()> {
    bulk::insert(tx, &ASSESSMENT, assessments, |row, assessment| {
        row.push(assessment.subject)
            .push(assessment.unit.0)
            .push(assessment.id.0)
            .push(assessment.basis)
            .push(assessment.roster.as_slice())
            .push(assessment.facts.as_slice())
            .push(code_of(assessment.verdict))
            .push(assessment.programme.as_deref())
            .push(assessment.category.as_deref())
            .push(assessment.amount.map(Money::minor))
            .push(assessment.per_capita_minor)
            .push(assessment.trace.as_slice());
    })
    .await?;
    Ok(())
}

/// Verdicts stand as small numbers: a country's register is many rows.
fn code_of(verdict: Verdict) -> i64 {
    match verdict {
        Verdict::Entitled => 1,
        Verdict::NotEntitled => 2,
        Verdict::Unknown => 3,
        Verdict::NeedsVisit => 4,
        Verdict::NeedsSeven => 5,
    }
}

pub(super) fn verdict_of(code: i64) -> Result<Verdict> {
    let found = Verdict::ALL
        .iter()
        .find(|verdict| code_of(**verdict) == code);
    found.copied().ok_or_else(|| Fault::Stored {
        what: "assessment.verdict",
        reason: format!("{code} is no verdict"),
    })
}

#[derive(sqlx::FromRow)]
struct AssessmentRow {
    subject: Uuid,
    unit: Uuid,
    id: Uuid,
    roster: Vec<u8>,
    facts: Vec<u8>,
    verdict: i64,
    programme: Option<String>,
    category: Option<String>,
    amount_minor: Option<i64>,
    per_capita_minor: Option<i64>,
    trace: Vec<u8>,
    basis: Uuid,
    regime: String,
    pack: Vec<u8>,
    language_version: i64,
    decided_on: i64,
    assessed_at: i64,
    applied_on: i64,
    counted_month: i64,
    window_end: i64,
    origin: String,
    former_category: Option<String>,
    held_category: Option<String>,
    held_months: Option<i64>,
    stage: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT a.subject, a.unit, a.id, a.roster, a.facts, a.verdict, a.programme, \
             a.category, a.amount_minor, a.per_capita_minor, a.trace, a.basis, b.regime, b.pack, \
             b.language_version, b.decided_on, b.assessed_at, b.applied_on, b.counted_month, \
             b.window_end, b.origin, b.former_category, b.held_category, b.held_months, b.stage \
             FROM assessment a JOIN basis b ON b.id = a.basis ",
            $rest
        )
    };
}

/// An assessment of a case with its basis; the case's last one names its id.
pub async fn load_of_case(
    tx: &mut Tx,
    case: CaseId,
    id: AssessmentId,
) -> Result<(Assessment, Basis)> {
    let found = fetch_optional!(
        tx,
        AssessmentRow,
        select!("WHERE a.subject = $1 AND a.id = $2"),
        case.0,
        id.0
    )?;
    found.ok_or(Fault::NotAssessed(case)).and_then(of_row)
}

/// What a run over the register said about one unit, or the run behind it that it rests on.
pub async fn of_run_unit(
    tx: &mut Tx,
    run: Uuid,
    unit: UnitId,
) -> Result<Option<(Assessment, Basis)>> {
    for run in runs_of(tx, run).await? {
        let found = fetch_optional!(
            tx,
            AssessmentRow,
            select!("WHERE a.subject = $1 AND a.unit = $2"),
            run,
            unit.0
        )?;
        if let Some(row) = found {
            return of_row(row).map(Some);
        }
        if !standing::overtaken(tx, &[run], &[unit]).await?.is_empty() {
            return Ok(None);
        }
    }
    Ok(None)
}

/// The run and those it rests on, the newest first.
async fn runs_of(tx: &mut Tx, run: Uuid) -> Result<Vec<Uuid>> {
    Ok(match standing::find_end(tx, run).await? {
        Some(_) => standing::chain(tx, run).await?.runs,
        None => vec![run],
    })
}

/// Entitled units of a run over the register, in the order of their ids.
pub async fn entitled_of_run(
    tx: &mut Tx,
    run: Uuid,
    mut after: UnitId,
    limit: usize,
) -> Result<Vec<(Assessment, Basis)>> {
    let runs = runs_of(tx, run).await?;
    loop {
        let (mut found, mut spoken_to) = (Vec::new(), None);
        for (place, run) in runs.iter().enumerate() {
            let page = entitled_rows(tx, *run, after, limit).await?;
            let units: Vec<UnitId> = page.iter().map(|(row, _)| row.unit).collect();
            if let Some(last) = units.last().filter(|_| units.len() == limit) {
                spoken_to = Some(spoken_to.map_or(*last, |bound: UnitId| bound.min(*last)));
            }
            let overtaken = standing::overtaken(tx, &runs[..place], &units).await?;
            let hold = page.into_iter();
            found.extend(hold.filter(|(row, _)| !overtaken.contains(&row.unit)));
        }
        if let Some(bound) = spoken_to {
            found.retain(|(row, _)| row.unit <= bound);
            if found.is_empty() {
                after = bound;
                continue;
            }
        }
        found.sort_unstable_by_key(|(row, _)| row.unit);
        found.truncate(limit);
        return Ok(found);
    }
}

async fn entitled_rows(
    tx: &mut Tx,
    run: Uuid,
    after: UnitId,
    limit: usize,
) -> Result<Vec<(Assessment, Basis)>> {
    let rows = fetch_all!(
        tx,
        AssessmentRow,
        select!("WHERE a.subject = $1 AND a.unit > $2 AND a.verdict = $3 ORDER BY a.unit LIMIT $4"),
        run,
        after.0,
        code_of(Verdict::Entitled),
        i64::try_from(limit).unwrap_or(i64::MAX)
    )?;
    rows.into_iter().map(of_row).collect()
}

/// Assessments in the order of their keys, after one of them: for the replay.
pub(super) async fn page(
    tx: &mut Tx,
    after: (Uuid, UnitId, AssessmentId),
    limit: i64,
) -> Result<Vec<(Assessment, Basis)>> {
    let rows = fetch_all!(
        tx,
        AssessmentRow,
        select!(
            "WHERE (a.subject, a.unit, a.id) > ($1, $2, $3) \
             ORDER BY a.subject, a.unit, a.id LIMIT $4"
        ),
        after.0,
        after.1.0,
        after.2.0,
        limit
    )?;
    rows.into_iter().map(of_row).collect()
}

fn of_row(row: AssessmentRow) -> Result<(Assessment, Basis)> {
    let month = |value| narrow("month", value).map(Month);
    let day = |value| narrow("day", value).map(Day);
    let basis = Basis {
        id: row.basis,
        regime: row.regime,
        pack: hash_of(&row.pack)?,
        language_version: narrow("language_version", row.language_version)?,
        decided_on: day(row.decided_on)?,
        assessed_at: Instant(row.assessed_at),
        applied_on: day(row.applied_on)?,
        counted_month: month(row.counted_month)?,
        window_end: month(row.window_end)?,
        origin: row.origin.parse()?,
        former_category: row.former_category,
        held: held_of(row.held_category, row.held_months)?,
        stage: row.stage.parse()?,
    };
    let assessment = Assessment {
        subject: row.subject,
        unit: UnitId(row.unit),
        id: AssessmentId(row.id),
        basis: row.basis,
        roster: row.roster,
        facts: row.facts,
        verdict: verdict_of(row.verdict)?,
        programme: row.programme,
        category: row.category,
        amount: row.amount_minor.map(Money),
        per_capita_minor: row.per_capita_minor,
        trace: row.trace,
    };
    Ok((assessment, basis))
}

pub(super) async fn insert_run(
    tx: &mut Tx,
    run: Uuid,
    basis: &Basis,
    unit_block: &str,
    month: Month,
) -> Result<()> {
    store::execute!(
        tx,
        "INSERT INTO register_run (id, basis, unit_block, month, started_at) \
         VALUES ($1, $2, $3, $4, $5)",
        run,
        basis.id,
        unit_block,
        i64::from(month.0),
        basis.assessed_at.0
    )?;
    Ok(())
}
