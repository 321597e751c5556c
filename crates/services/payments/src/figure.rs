//! Figures of one month's money: what was put on lines, credited, returned, still on its
//! way. By district and programme; no persons.

use kernel::{Money, Month};
use store::{Tx, fetch_all};

use crate::{Result, sql};

/// One district and programme in one month (the month paid for).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub district: u32,
    pub programme: String,
    pub payments: u64,
    /// Entitlements on lines, each once, whatever the attempts.
    pub due: Money,
    pub credited: u64,
    pub credited_total: Money,
    /// Came back and is not credited by a later attempt.
    pub returned: u64,
    pub returned_total: Money,
}

impl Figure {
    /// On its way: no bank has answered yet.
    pub fn on_the_way(&self) -> Money {
        self.due - self.credited_total - self.returned_total
    }
}

/// Figures of a month, of one district or all, in their order. Each entitlement is
/// counted by the last answer of its last attempt.
pub async fn of_month(tx: &mut Tx, month: Month, district: Option<u32>) -> Result<Vec<Figure>> {
    let rows = fetch_all!(
        tx,
        (i64, String, i64, i64, i64, i64, i64, i64),
        "SELECT a.district, a.programme, COUNT(*), CAST(SUM(p.amount_minor) AS BIGINT),
            COUNT(*) FILTER (WHERE e.state = 'credited'),
            CAST(COALESCE(SUM(p.amount_minor) FILTER (WHERE e.state = 'credited'), 0) AS BIGINT),
            COUNT(*) FILTER (WHERE e.state = 'returned'),
            CAST(COALESCE(SUM(p.amount_minor) FILTER (WHERE e.state = 'returned'), 0) AS BIGINT)
         FROM payment p JOIN appropriation a ON a.id = p.appropriation
         LEFT JOIN payment_event e ON e.payment = p.id
            AND e.seq = (SELECT MAX(l.seq) FROM payment_event l WHERE l.payment = p.id)
         WHERE p.month = $1 AND (a.district = $2 OR $2 = -1)
           AND NOT EXISTS (SELECT 1 FROM payment n WHERE n.month = p.month
               AND n.entitlement = p.entitlement AND n.attempt = p.attempt + 1)
         GROUP BY a.district, a.programme ORDER BY a.district, a.programme",
        i64::from(month.0),
        district.map_or(-1, i64::from)
    )?;
    let figure = |row: (i64, String, i64, i64, i64, i64, i64, i64)| {
        Ok(Figure {
            district: sql::district(row.0)?,
            programme: row.1,
            payments: sql::count(row.2)?,
            due: Money(row.3),
            credited: sql::count(row.4)?,
            credited_total: Money(row.5),
            returned: sql::count(row.6)?,
            returned_total: Money(row.7),
        })
    };
    rows.into_iter().map(figure).collect()
}
