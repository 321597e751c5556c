//! Figures of a district for one page: how many cases stand where, how much is awarded, how
//! long it takes. No names: nobody's permit is needed.

use ::store::{Tx, fetch_all};
use kernel::{Instant, Money, Month};

use crate::case::{State, WaitFor, narrow};
use crate::close::{self, ClosedEnvelope};
use crate::fault::Result;

/// Decided cases over which the median is taken, newest first.
const MEDIAN_OF_MAX: i64 = 10_000;
const DAY_MICROS: i64 = 86_400_000_000;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub by_state: Vec<(State, i64)>,
    pub by_wait: Vec<(WaitFor, i64)>,
    /// Cases that waited longer than they should.
    pub overdue: i64,
    /// Awards that run in the month: programme, families, money of the month.
    pub running: Vec<(String, i64, Money)>,
    /// Whole days from lodging to decision; none when nothing was decided.
    pub median_days: Option<i64>,
    pub closed: Vec<ClosedEnvelope>,
}

impl Figures {
    pub fn count(&self, state: State) -> i64 {
        self.by_state
            .iter()
            .find(|(known, _)| *known == state)
            .map_or(0, |(_, count)| *count)
    }
}

/// The figures of a district as they stand `now`; awards and close are those of `month`.
pub async fn district(tx: &mut Tx, district: u32, month: Month, now: Instant) -> Result<Figures> {
    let district_code = i64::from(district);
    let states = fetch_all!(
        tx,
        (String, i64),
        "SELECT state, COUNT(*) FROM case_now WHERE district = $1 GROUP BY state ORDER BY state",
        district_code
    )?;
    let waits = fetch_all!(
        tx,
        (String, i64, i64),
        "SELECT wait, COUNT(*), COUNT(*) FILTER (WHERE wait_deadline < $2) FROM case_now \
         WHERE district = $1 AND wait IS NOT NULL GROUP BY wait ORDER BY wait",
        district_code,
        now.0
    )?;
    let mut figures = Figures {
        overdue: waits.iter().map(|(_, _, overdue)| overdue).sum(),
        running: running(tx, district_code, month).await?,
        median_days: median_days(tx, district_code).await?,
        closed: close::of_month(tx, month.plus(-1), district).await?,
        ..Figures::default()
    };
    for (state, count) in states {
        figures.by_state.push((state.parse()?, count));
    }
    for (wait, count, _) in waits {
        figures.by_wait.push((wait.parse()?, count));
    }
    Ok(figures)
}

async fn running(tx: &mut Tx, district: i64, month: Month) -> Result<Vec<(String, i64, Money)>> {
    let rows = fetch_all!(
        tx,
        (String, i64, i64),
        "SELECT a.programme, COUNT(*), CAST(SUM(a.amount_minor) AS BIGINT) FROM award a \
         LEFT JOIN award_stop s ON s.award = a.id WHERE a.district = $1 AND a.first_month <= $2 \
         AND a.end_month > $2 AND (s.from_month IS NULL OR s.from_month > $2) \
         GROUP BY a.programme ORDER BY a.programme",
        district,
        i64::from(month.0)
    )?;
    Ok(rows
        .into_iter()
        .map(|(programme, count, minor)| (programme, count, Money(minor)))
        .collect())
}

async fn median_days(tx: &mut Tx, district: i64) -> Result<Option<i64>> {
    let mut days: Vec<i64> = fetch_all!(
        tx,
        (i64,),
        "SELECT decided_at - lodged_at FROM case_now WHERE district = $1 \
         AND decided_at IS NOT NULL ORDER BY id DESC LIMIT $2",
        district,
        MEDIAN_OF_MAX
    )?
    .into_iter()
    .map(|(micros,)| micros / DAY_MICROS)
    .collect();
    days.sort_unstable();
    Ok(days.get(days.len() / 2).copied())
}

/// Cases of all districts by state, for the country's line.
pub async fn by_state(tx: &mut Tx) -> Result<Vec<(State, i64)>> {
    let rows = fetch_all!(
        tx,
        (String, i64),
        "SELECT state, COUNT(*) FROM case_now GROUP BY state ORDER BY state"
    )?;
    rows.into_iter()
        .map(|(state, count)| Ok((state.parse()?, count)))
        .collect()
}

/// Districts that have cases, ascending.
pub async fn districts(tx: &mut Tx) -> Result<Vec<u32>> {
    let rows = fetch_all!(
        tx,
        (i64,),
        "SELECT DISTINCT district FROM case_now ORDER BY district"
    )?;
    rows.into_iter()
        .map(|(district,)| narrow("district", district))
        .collect()
}
