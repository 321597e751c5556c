//! SQL of applications.

use kernel::ids::ApplicationId;
use kernel::{CaseId, Instant, Month, PersonId, UnitId};
use store::{Tx, execute, fetch_optional};
use uuid::Uuid;

use super::{Lodged, NewApplication};
use crate::case::{Case, narrow};
use crate::fault::Result;

#[derive(sqlx::FromRow)]
struct ApplicationRow {
    case_id: Uuid,
    number: String,
    applicant: Uuid,
    counted_month: i64,
    regime: String,
    lodged_at: i64,
}

/// The receipt that was given for this application.
pub(super) async fn find(tx: &mut Tx, id: ApplicationId) -> Result<Option<Lodged>> {
    let found = fetch_optional!(
        tx,
        ApplicationRow,
        "SELECT case_id, number, applicant, counted_month, regime, lodged_at \
         FROM application WHERE id = $1",
        id.0
    )?;
    found.map(receipt).transpose()
}

fn receipt(row: ApplicationRow) -> Result<Lodged> {
    Ok(Lodged {
        case: CaseId(row.case_id),
        number: row.number,
        received_at: Instant(row.lodged_at),
        regime: row.regime,
        applicant: PersonId(row.applicant),
        counted_month: Month(narrow("month", row.counted_month)?),
    })
}

/// The number of the family's application of a calendar month.
pub(super) async fn of_unit_in_month(
    tx: &mut Tx,
    unit: UnitId,
    month: Month,
) -> Result<Option<String>> {
    let found = fetch_optional!(
        tx,
        (String,),
        "SELECT number FROM application WHERE unit = $1 AND month = $2",
        unit.0,
        i64::from(month.0)
    )?;
    Ok(found.map(|(number,)| number))
}

pub(super) async fn insert(tx: &mut Tx, new: &NewApplication, case: &Case) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO application (id, case_id, number, applicant, unit, month, counted_month, \
         regime, lodged_at, lodged_by, bank_consent) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        new.id.0,
        case.id.0,
        case.number.as_str(),
        case.applicant.0,
        case.unit.0,
        i64::from(case.applied_on.month().0),
        i64::from(case.counted_month.0),
        case.regime.as_str(),
        case.lodged_at.0,
        new.lodged_by.0,
        new.bank_consent
    )?;
    Ok(())
}
