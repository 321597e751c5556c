//! Who looked at a person's data, gathered from the rooms that know it: the access log, the
//! cases and runs by which the person finds batches, and the questions sent to agencies.

use std::collections::BTreeSet;

use access::log::{self, Before, EntryId, Looks, ProveFault, Whose};
use access::{Action, Permit, Purpose, Scope};
use axum::http::StatusCode;
use exchange::asked::{self, Asked};
use kernel::lang::Text3;
use kernel::{CaseId, PersonId, RunId};
use serde::Deserialize;
use store::Tx;

use crate::guest::Seat;
use crate::house::House;
use crate::stop::Stop;

/// All that a person reads.
#[derive(Debug)]
pub struct Seen {
    /// Of others, at the person: by name, in cases whose family held the person, in lists, by payment runs.
    pub looks: Looks,
    /// At the register as a whole.
    pub at_everybody: Looks,
    pub questions: Vec<Asked>,
}

/// Behind which looks a page begins, as its address says it; none: with the newest.
#[derive(Debug, Default, Deserialize)]
pub struct Behind {
    before: Option<String>,
    everybody_before: Option<String>,
}

fn place(field: &'static str, told: Option<&str>) -> Result<Before, Stop> {
    let Some(told) = told else {
        return Ok(Before::NONE);
    };
    let read = told.parse::<Before>();
    read.map_err(|wrong| Stop::bad(field, wrong.to_string()))
}

/// For the page and for programs alike.
pub async fn of(house: &House, seat: &Seat, behind: &Behind) -> Result<Seen, Stop> {
    let before = place("before", behind.before.as_deref())?;
    let everybody = place("everybody_before", behind.everybody_before.as_deref())?;
    let own = Own::find(house, seat).await?;
    let (mut tx, now) = (house.read().await?, house.daftar.now());
    Ok(Seen {
        looks: log::of_person(&mut tx, &own.permit, &own.whose(), now, before).await?,
        at_everybody: log::of_everybody(&mut tx, &own.permit, now, everybody).await?,
        questions: asked::of_person(&mut tx, &own.permit, own.person)
            .await
            .map_err(Stop::fault)?,
    })
}

/// The proof of one of the looks that the person may know of.
pub async fn proof(house: &House, seat: &Seat, entry: &str) -> Result<String, Stop> {
    let entry: EntryId = entry.parse().map_err(|_| Stop::NotFound)?;
    let own = Own::find(house, seat).await?;
    let (mut tx, now) = (house.read().await?, house.daftar.now());
    if !log::is_look_at(&mut tx, &own.permit, &own.whose(), entry, now).await? {
        return Err(Stop::NotFound);
    }
    let keys = house.daftar.key_place().load().map_err(Stop::fault)?;
    match log::prove_entry(&mut tx, &own.permit, &keys, entry).await {
        Ok(proof) => Ok(proof.to_json()),
        Err(ProveFault::NoEntry) => Err(Stop::NotFound),
        Err(ProveFault::Waits | ProveFault::NoCheckpoint) => Err(not_signed_yet()),
        Err(fault) => Err(Stop::fault(fault)),
    }
}

fn not_signed_yet() -> Stop {
    Stop::Refused {
        status: StatusCode::CONFLICT,
        code: "not_signed_yet",
        why: Text3::fixed(
            "Bu yozuv hali imzolanmagan. Bir necha daqiqadan keyin qayta urinib koʻring.",
            "Эта запись ещё не подписана. Попробуйте через несколько минут.",
            "This entry is not signed yet. Try again in some minutes.",
        ),
    }
}

/// By what a person finds the looks at the own data.
struct Own {
    permit: Permit,
    person: PersonId,
    cases: Vec<CaseId>,
    runs: Vec<RunId>,
}

impl Own {
    async fn find(house: &House, seat: &Seat) -> Result<Own, Stop> {
        let (scope, why) = (Scope::own(&seat.subject), Purpose::OwnInformation);
        let permit = seat
            .permit(house, Action::ReadAccessLog, why, scope)
            .await?;
        let person = permit.person().ok_or(Stop::NotFound)?;
        let payments = seat
            .permit(house, Action::ReadOwnPayments, why, scope)
            .await?;
        let mut tx = house.read().await?;
        let cases = cases_of(&mut tx, &permit, person).await?;
        let paid = payments::trace::of_person(&mut tx, &payments, person).await?;
        let mut runs: BTreeSet<RunId> = paid.iter().map(|payment| payment.run).collect();
        runs.extend(casework::case::runs_that_read(&mut tx, &cases).await?);
        Ok(Own {
            permit,
            person,
            cases,
            runs: runs.into_iter().collect(),
        })
    }

    fn whose(&self) -> Whose<'_> {
        Whose {
            person: self.person,
            cases: &self.cases,
            runs: &self.runs,
        }
    }
}

/// The cases in which the own data was read, in whatever family the person lived then.
async fn cases_of(tx: &mut Tx, permit: &Permit, person: PersonId) -> Result<Vec<CaseId>, Stop> {
    let units = registry::unit::of_persons_in_all_blocks(tx, permit, &[person]).await?;
    Ok(casework::case::that_read(tx, person, &units).await?)
}
