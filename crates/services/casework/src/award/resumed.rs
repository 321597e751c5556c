//! Awards that a death stopped: which of them may run again, and whose money is kept meanwhile.

use kernel::{AwardId, Instant, Month, PersonId};
use store::{Tx, bulk, fetch_optional};
use uuid::Uuid;

use super::store::{AwardRow, all, columns};
use super::{Award, Running, StopReason};
use crate::fault::Result;

/// Stopped awards whose money is kept, at once.
const KEPT_MAX: i64 = 100_000;

const STOPPED: bulk::With = bulk::With {
    v: "person",
    statement: concat!(
        "SELECT DISTINCT ",
        columns!(),
        " FROM v CROSS JOIN award_member m JOIN award a ON a.id = m.award \
         JOIN award_stop s ON s.award = a.id WHERE m.person = v.person AND s.reason = 'death' \
         AND NOT EXISTS (SELECT 1 FROM award_resumed r WHERE r.stopped = a.id)"
    ),
};

/// Awards for these persons that a death stopped and that do not run again; members are left out.
pub(crate) async fn stopped_by_death(tx: &mut Tx, persons: &[PersonId]) -> Result<Vec<Running>> {
    let rows: Vec<AwardRow> = bulk::select_in(tx, &STOPPED, persons, |row, person| {
        row.push(person.0);
    })
    .await?;
    let mut found = all(rows)?;
    found.sort_by_key(|running| running.award.id);
    found.dedup_by_key(|running| running.award.id);
    Ok(found)
}

/// Awards for these persons that go on after a month or did when they were made, whatever became of them;
/// each with its payee.
pub async fn of_persons_after(
    tx: &mut Tx,
    persons: &[PersonId],
    month: Month,
) -> Result<Vec<(AwardId, PersonId)>> {
    const AFTER: bulk::With = bulk::With {
        v: "person, month",
        statement: "SELECT DISTINCT a.id, a.payee FROM v CROSS JOIN award_member m \
                    JOIN award a ON a.id = m.award \
                    WHERE m.person = v.person AND a.end_month > v.month",
    };
    let rows: Vec<(Uuid, Uuid)> = bulk::select_in(tx, &AFTER, persons, |row, person| {
        row.push(person.0).push(i64::from(month.0));
    })
    .await?;
    let mut awards: Vec<(AwardId, PersonId)> = rows
        .into_iter()
        .map(|(award, payee)| (AwardId(award), PersonId(payee)))
        .collect();
    awards.sort_unstable();
    awards.dedup();
    Ok(awards)
}

/// The same of everybody, stopped since that moment, as they would run again: each from its stop to
/// the end of its term.
pub async fn that_may_run_again(tx: &mut Tx, since: Instant) -> Result<Vec<Award>> {
    let rows = store::fetch_all!(
        tx,
        AwardRow,
        concat!(
            "SELECT ",
            columns!(),
            " FROM award_stop s JOIN award a ON a.id = s.award \
             WHERE s.reason = 'death' AND s.stopped_at >= $1 \
             AND NOT EXISTS (SELECT 1 FROM award_resumed r WHERE r.stopped = a.id) \
             ORDER BY a.id LIMIT $2"
        ),
        since.0,
        KEPT_MAX
    )?;
    let again = |running: Running| {
        let (first_month, _) = running.stopped?;
        let award = Award {
            first_month,
            ..running.award
        };
        (award.first_month < award.end_month).then_some(award)
    };
    Ok(all(rows)?.into_iter().filter_map(again).collect())
}

const OTHERS: &str = "SELECT a.id FROM award_member n JOIN award_member m ON m.person = n.person \
     JOIN award a ON a.id = m.award LEFT JOIN award_stop s ON s.award = a.id \
     WHERE n.award = $1 AND a.id <> $1 AND a.programme = $2 AND a.end_month > $3 \
     AND a.first_month < $4 AND (s.award IS NULL OR (s.from_month > $3 \
     AND s.from_month > a.first_month)) ORDER BY a.id LIMIT 1";

/// Another award of the programme that is for one of its persons between its stop and the end of its
/// term. It counts a child that comes of age to its own end, as payments do.
pub(crate) async fn paid_otherwise(
    tx: &mut Tx,
    award: &Award,
    from: Month,
) -> Result<Option<AwardId>> {
    let found = fetch_optional!(
        tx,
        (Uuid,),
        OTHERS,
        award.id.0,
        award.programme.as_str(),
        i64::from(from.0),
        i64::from(award.end_month.0)
    )?;
    Ok(found.map(|(id,)| AwardId(id)))
}

const RESUMED: bulk::Insert = bulk::Insert {
    into: "award_resumed (stopped, award, resumed_at)",
    on_conflict: "",
};

/// What runs again stands once: a second resumption of the same award fails on the key.
pub(crate) async fn insert_resumed(
    tx: &mut Tx,
    resumed: &[(AwardId, Option<AwardId>)],
    now: Instant,
) -> Result<()> {
    bulk::insert(tx, &RESUMED, resumed, |row, (stopped, award)| {
        row.push(stopped.0)
            .push(award.map(|award| award.0))
            .push(now.0);
    })
    .await?;
    Ok(())
}

/// The month from which a death stopped it.
pub(crate) fn stopped_from(running: &Running) -> Option<Month> {
    let stopped = running.stopped.filter(|(_, why)| *why == StopReason::Death);
    stopped.map(|(month, _)| month)
}
