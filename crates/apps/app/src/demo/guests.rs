//! After the story: accounts of a few families, so that a visitor can read their pages, and
//! families that may still apply.

use access::account::{self, NewAccount};
use access::{Action, Area, Purpose, Role, SecretHash};
use casework::case::{self, Case};
use kernel::{Month, PersonId, Pinfl};
use store::Tx;

use crate::daftar::Daftar;
use crate::error::{Error, Result};

/// Families shown of each state.
const OF_A_STATE_MAX: usize = 2;
/// Families named that may still apply.
const NEWCOMERS_MAX: usize = 5;
/// Units looked through for newcomers.
const UNITS_MAX: usize = 2_000;

/// A citizen who may sign in with the demonstration's secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    pub pinfl: Pinfl,
    /// How the case stands: awarded, refused, waiting_list, ...
    pub state: &'static str,
}

/// Opens accounts for some applicants of the month, of each state a few.
pub async fn open_guests(daftar: &Daftar, month: Month, secret: &str) -> Result<Vec<Guest>> {
    if !daftar.config.demo {
        return Err(Error::NotADemo);
    }
    let permit = daftar
        .permit(Action::ManageAccounts, Purpose::Upkeep, 0)
        .await?;
    let mut tx = daftar.platform.db.read().await?;
    let chosen = a_few_of_each_state(case::counted_by(&mut tx, month).await?);
    let persons: Vec<PersonId> = chosen.iter().map(|case| case.applicant).collect();
    let pinfls = registry::person::pinfls_of(&mut tx, &permit, &persons).await?;
    drop(tx);
    let damaged = |why: String| Error::Damaged {
        what: "the demonstration's guests",
        why,
    };
    let hash = SecretHash::of(secret).map_err(|e| damaged(e.to_string()))?;
    let mut guests = Vec::new();
    let mut accounts = Vec::new();
    for case in &chosen {
        let Some(pinfl) = pinfls.get(&case.applicant) else {
            continue;
        };
        guests.push(Guest {
            pinfl: *pinfl,
            state: case.state.word(),
        });
        accounts.push(NewAccount {
            login: pinfl.to_string(),
            role: Role::Citizen,
            territory: Area::Country,
            office: String::new(),
            person: Some(case.applicant),
            secret: hash.clone(),
        });
    }
    let mut tx = daftar.platform.db.begin().await?;
    account::open(&mut tx, &daftar.platform.ids, &permit, &accounts)
        .await
        .map_err(|e| damaged(e.to_string()))?;
    tx.commit().await?;
    Ok(guests)
}

fn a_few_of_each_state(cases: Vec<Case>) -> Vec<Case> {
    let mut chosen: Vec<Case> = Vec::new();
    for case in cases {
        let same = chosen
            .iter()
            .filter(|other| other.state == case.state)
            .count();
        let again = chosen.iter().any(|other| other.applicant == case.applicant);
        if same < OF_A_STATE_MAX && !again {
            chosen.push(case);
        }
    }
    chosen
}

/// Heads of families of a mahalla that have no case, for a visitor who wants to lodge.
pub async fn newcomers(daftar: &Daftar, mahalla: u32) -> Result<Vec<Pinfl>> {
    let permit = daftar
        .permit(Action::AssessCase, Purpose::Oversight, 0)
        .await?;
    let pack = daftar.shelf.in_force(daftar.today())?;
    let mut tx = daftar.platform.db.read().await?;
    let units = registry::unit::page(&mut tx, &permit, &pack.unit().name, None, UNITS_MAX).await?;
    let mut heads = Vec::new();
    for unit in units.iter().filter(|unit| unit.mahalla == mahalla) {
        if heads.len() < NEWCOMERS_MAX && case::of_unit(&mut tx, unit.unit).await?.is_empty() {
            heads.push(unit.head);
        }
    }
    numbers(&mut tx, &permit, &heads).await
}

async fn numbers(tx: &mut Tx, permit: &access::Permit, heads: &[PersonId]) -> Result<Vec<Pinfl>> {
    let found = registry::person::pinfls_of(tx, permit, heads).await?;
    Ok(heads
        .iter()
        .filter_map(|head| found.get(head).copied())
        .collect())
}
