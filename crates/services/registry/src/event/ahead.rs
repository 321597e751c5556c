//! Messages overtake each other: an infant's death may be told before its birth. It is kept until the
//! birth comes. Of anybody else whom the register does not know nothing is kept.

use super::Death;
use crate::{Result, stored};
use kernel::Pinfl;
use store::{Ids, Tx, execute, fetch_all};
use uuid::Uuid;

/// Whoever dies at this age has long been told of, if ever.
const INFANT_DAYS: i32 = 366;
/// Deaths of one child that are kept: those that were told wrongly are taken back.
const DEATHS_MAX: i64 = 8;
/// A birth that has not come by then does not come.
const KEPT_S: i64 = 400 * 86_400;

pub(super) fn may_be(death: &Death) -> bool {
    let born = death.person.born();
    born <= death.on && death.on < born.plus_days(INFANT_DAYS)
}

pub(super) async fn keep(tx: &mut Tx, ids: &Ids, death: &Death) -> Result<()> {
    execute!(
        tx,
        "DELETE FROM deaths_ahead WHERE told_at < $1",
        ids.now().plus_seconds(-KEPT_S).0
    )?;
    execute!(
        tx,
        "INSERT INTO deaths_ahead (pinfl, id, died_on, told_at)
         SELECT $1, $2, $3, $4
         WHERE (SELECT COUNT(*) FROM deaths_ahead WHERE pinfl = $1) < $5
         ON CONFLICT (pinfl, id) DO NOTHING",
        death.person.to_string(),
        death.id,
        stored::of_day(death.on),
        ids.now().0,
        DEATHS_MAX
    )?;
    Ok(())
}

/// The deaths that were told before this child's birth.
pub(super) async fn take(tx: &mut Tx, child: Pinfl) -> Result<Vec<Death>> {
    let rows = fetch_all!(
        tx,
        (Uuid, i64),
        "DELETE FROM deaths_ahead WHERE pinfl = $1 RETURNING id, died_on",
        child.to_string()
    )?;
    let death = |(id, on): (Uuid, i64)| {
        Ok(Death {
            id,
            person: child,
            on: stored::day(on)?,
        })
    };
    rows.into_iter().map(death).collect()
}
