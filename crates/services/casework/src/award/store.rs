//! SQL of awards.

use std::collections::HashMap;

use kernel::{AwardId, CaseId, DecisionId, Instant, Money, Month, PersonId, UnitId};
use store::{Tx, bulk, fetch_all, fetch_optional};
use uuid::Uuid;

use super::{AtEnd, Award, AwardStop, Member, StopReason};
use crate::case::narrow;
use crate::fault::Result;

/// Awards of one case that are listed.
const OF_CASE_MAX: i64 = 100;

const AWARD: bulk::Insert = bulk::Insert {
    into: "award (id, case_id, decision, unit, payee, district, regime, programme, category, \
           amount_minor, first_month, end_month, at_end)",
    on_conflict: "",
};
const MEMBER: bulk::Insert = bulk::Insert {
    into: "award_member (award, person, until_month)",
    on_conflict: "",
};

pub(crate) async fn insert(tx: &mut Tx, awards: &[Award]) -> Result<()> {
    bulk::insert(tx, &AWARD, awards, |row, award| {
        row.push(award.id.0)
            .push(award.case.0)
            .push(award.decision.0)
            .push(award.unit.0)
            .push(award.payee.0)
            .push(i64::from(award.district))
            .push(award.regime.as_str())
            .push(award.programme.as_str())
            .push(award.category.as_deref())
            .push(award.amount.minor())
            .push(i64::from(award.first_month.0))
            .push(i64::from(award.end_month.0))
            .push(award.at_end.word());
    })
    .await?;
    let members: Vec<(AwardId, Member)> = awards
        .iter()
        .flat_map(|award| award.members.iter().map(|m| (award.id, *m)))
        .collect();
    bulk::insert(tx, &MEMBER, &members, |row, (award, member)| {
        row.push(award.0)
            .push(member.person.0)
            .push(member.until.map(|month| i64::from(month.0)));
    })
    .await?;
    Ok(())
}

/// An award is stopped once: the first stop stays.
const STOP: bulk::Insert = bulk::Insert {
    into: "award_stop (award, from_month, reason, decision, stopped_at)",
    on_conflict: "(award) DO NOTHING",
};

pub(crate) async fn insert_stops(tx: &mut Tx, stops: &[AwardStop], now: Instant) -> Result<()> {
    bulk::insert(tx, &STOP, stops, |row, stop| {
        row.push(stop.award.0)
            .push(i64::from(stop.from_month.0))
            .push(stop.reason.word())
            .push(stop.decision.map(|decision| decision.0))
            .push(now.0);
    })
    .await?;
    Ok(())
}

/// An award as it runs: with the stop that ends it, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    pub award: Award,
    pub stopped: Option<(Month, StopReason)>,
}

impl Running {
    /// The first month that is not paid any more.
    pub fn end(&self) -> Month {
        self.stopped.map_or(self.award.end_month, |(month, _)| {
            month.min(self.award.end_month)
        })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct AwardRow {
    id: Uuid,
    case_id: Uuid,
    decision: Uuid,
    unit: Uuid,
    payee: Uuid,
    district: i64,
    regime: String,
    programme: String,
    category: Option<String>,
    amount_minor: i64,
    first_month: i64,
    end_month: i64,
    at_end: String,
    stop_month: Option<i64>,
    stop_reason: Option<String>,
}

macro_rules! columns {
    () => {
        "a.id, a.case_id, a.decision, a.unit, a.payee, a.district, a.regime, a.programme, \
         a.category, a.amount_minor, a.first_month, a.end_month, a.at_end, \
         s.from_month AS stop_month, s.reason AS stop_reason"
    };
}

pub(super) use columns;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM award a LEFT JOIN award_stop s ON s.award = a.id ",
            $rest
        )
    };
}

/// Awards of a case, in the order of their making; members are left out.
pub async fn of_case(tx: &mut Tx, case: CaseId) -> Result<Vec<Running>> {
    all(fetch_all!(
        tx,
        AwardRow,
        select!("WHERE a.case_id = $1 ORDER BY a.id LIMIT $2"),
        case.0,
        OF_CASE_MAX
    )?)
}

/// One award with its members.
pub async fn find(tx: &mut Tx, award: AwardId) -> Result<Option<Running>> {
    let row = fetch_optional!(tx, AwardRow, select!("WHERE a.id = $1"), award.0)?;
    let Some(mut found) = row.map(running).transpose()? else {
        return Ok(None);
    };
    let members = fetch_all!(
        tx,
        (Uuid, Option<i64>),
        "SELECT person, until_month FROM award_member WHERE award = $1 ORDER BY person",
        award.0
    )?;
    for (person, until) in members {
        let until = until.map(month_of).transpose()?;
        found.award.members.push(Member {
            person: PersonId(person),
            until,
        });
    }
    Ok(Some(found))
}

const OF_IDS: bulk::With = bulk::With {
    v: "k",
    statement: concat!(
        "SELECT ",
        columns!(),
        " FROM v CROSS JOIN award a LEFT JOIN award_stop s ON s.award = a.id WHERE a.id = v.k"
    ),
};

/// Those of the awards that are there, in the order of their ids; members are left out.
pub async fn load_many(tx: &mut Tx, awards: &[AwardId]) -> Result<Vec<Running>> {
    let rows: Vec<AwardRow> = bulk::select_in(tx, &OF_IDS, awards, |row, award| {
        row.push(award.0);
    })
    .await?;
    let mut found = all(rows)?;
    found.sort_by_key(|running| running.award.id);
    Ok(found)
}

/// Awards of a regime that run in `month`, in the order of their ids.
pub async fn running_of_regime(
    tx: &mut Tx,
    regime: &str,
    month: Month,
    after: AwardId,
    limit: i64,
) -> Result<Vec<Running>> {
    all(fetch_all!(
        tx,
        AwardRow,
        select!(
            "WHERE a.regime = $1 AND a.end_month > $2 \
             AND (s.from_month IS NULL OR s.from_month > $2) AND a.id > $3 ORDER BY a.id LIMIT $4"
        ),
        regime,
        i64::from(month.0),
        after.0,
        limit
    )?)
}

/// Awards whose term is over with the month before `month`, and that nobody stopped earlier.
pub async fn ending_in(
    tx: &mut Tx,
    month: Month,
    after: AwardId,
    limit: i64,
) -> Result<Vec<Running>> {
    all(fetch_all!(
        tx,
        AwardRow,
        select!("WHERE a.end_month = $1 AND s.award IS NULL AND a.id > $2 ORDER BY a.id LIMIT $3"),
        i64::from(month.0),
        after.0,
        limit
    )?)
}

/// Awards that are paid in `month` and still count a child that came of age before it: in the
/// month before as a rule, or between the application and the first paid month.
pub async fn members_leaving_in(
    tx: &mut Tx,
    month: Month,
    after: AwardId,
    limit: i64,
) -> Result<Vec<Running>> {
    all(fetch_all!(
        tx,
        AwardRow,
        select!(
            "WHERE a.first_month <= $1 AND a.end_month > $1 AND s.award IS NULL AND a.id > $2 \
             AND EXISTS (SELECT 1 FROM award_member m WHERE m.award = a.id AND m.until_month <= $1) \
             ORDER BY a.id LIMIT $3"
        ),
        i64::from(month.0),
        after.0,
        limit
    )?)
}

const FIRST_MONTHS: bulk::With = bulk::With {
    v: "k",
    statement: "SELECT a.case_id, MIN(a.first_month) FROM v CROSS JOIN award a \
                WHERE a.case_id = v.k GROUP BY a.case_id",
};

/// The first month that each of the cases was awarded for.
pub async fn first_months(tx: &mut Tx, cases: &[CaseId]) -> Result<HashMap<CaseId, Month>> {
    let rows: Vec<(Uuid, i64)> = bulk::select_in(tx, &FIRST_MONTHS, cases, |row, case| {
        row.push(case.0);
    })
    .await?;
    rows.into_iter()
        .map(|(case, month)| Ok((CaseId(case), month_of(month)?)))
        .collect()
}

const OF_PERSONS: bulk::With = bulk::With {
    v: "person, month",
    statement: concat!(
        "SELECT ",
        columns!(),
        ", m.person FROM v CROSS JOIN award_member m JOIN award a ON a.id = m.award \
         LEFT JOIN award_stop s ON s.award = a.id WHERE m.person = v.person \
         AND a.end_month > v.month AND (m.until_month IS NULL OR m.until_month > v.month) \
         AND (s.from_month IS NULL OR s.from_month > v.month)"
    ),
};

#[derive(sqlx::FromRow)]
struct MemberAwardRow {
    person: Uuid,
    #[sqlx(flatten)]
    award: AwardRow,
}

/// For each of these persons, the awards that are for them in `month` or later.
pub async fn of_persons(
    tx: &mut Tx,
    persons: &[PersonId],
    month: Month,
) -> Result<Vec<(PersonId, Running)>> {
    let rows: Vec<MemberAwardRow> = bulk::select_in(tx, &OF_PERSONS, persons, |row, person| {
        row.push(person.0).push(i64::from(month.0));
    })
    .await?;
    let mut found: Vec<(PersonId, Running)> = rows
        .into_iter()
        .map(|row| Ok((PersonId(row.person), running(row.award)?)))
        .collect::<Result<_>>()?;
    found.sort_by_key(|(person, running)| (running.award.id, *person));
    Ok(found)
}

pub(super) fn all(rows: Vec<AwardRow>) -> Result<Vec<Running>> {
    rows.into_iter().map(running).collect()
}

fn running(row: AwardRow) -> Result<Running> {
    let at_end: AtEnd = row.at_end.parse()?;
    let stopped = match (row.stop_month, row.stop_reason) {
        (Some(month), Some(reason)) => {
            let reason: StopReason = reason.parse()?;
            Some((month_of(month)?, reason))
        }
        _ => None,
    };
    let award = Award {
        id: AwardId(row.id),
        case: CaseId(row.case_id),
        decision: DecisionId(row.decision),
        unit: UnitId(row.unit),
        payee: PersonId(row.payee),
        district: narrow("district", row.district)?,
        regime: row.regime,
        programme: row.programme,
        category: row.category,
        amount: Money(row.amount_minor),
        first_month: month_of(row.first_month)?,
        end_month: month_of(row.end_month)?,
        at_end,
        members: Vec::new(),
    };
    Ok(Running { award, stopped })
}

fn month_of(stored: i64) -> Result<Month> {
    narrow("month", stored).map(Month)
}
