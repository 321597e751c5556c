//! Persons whom partners name by number in order to pay them: found with a permit of each, so that
//! everybody sees on the page of who looked that a partner asked.

use std::collections::{BTreeSet, HashMap};

use access::{Action, Area, Permit, Purpose, Scope, Subject};
use futures::future::try_join_all;
use kernel::{PersonId, Pinfl};
use registry::{RegisterError, person, unit};

use crate::Exchange;
use crate::dci::area_of;

/// A person of the register who lives in the partner's territory.
#[derive(Debug, Clone)]
pub struct Payee {
    pub person: PersonId,
    pub district: u32,
    /// Opens this person.
    pub permit: Permit,
}

#[derive(Debug, thiserror::Error)]
pub enum Unfound {
    #[error(transparent)]
    Denied(#[from] access::Denied),
    #[error(transparent)]
    Register(#[from] RegisterError),
    #[error(transparent)]
    Fault(#[from] store::Fault),
}

impl From<Unfound> for store::Fault {
    fn from(unfound: Unfound) -> store::Fault {
        match unfound {
            Unfound::Fault(fault) => fault,
            Unfound::Register(error) => error.into(),
            Unfound::Denied(denied) => store::Fault::Stored {
                what: "payee",
                reason: denied.to_string(),
            },
        }
    }
}

impl Exchange {
    /// The permit to look numbers up in the register.
    pub(crate) async fn permit_to_look(
        &self,
        subject: &Subject,
        action: Action,
        persons: usize,
    ) -> Result<Permit, Unfound> {
        let (purpose, persons) = (Purpose::Payment, persons as u64);
        let permit = access::batch(&self.platform, subject, action, purpose, None, persons);
        Ok(permit.await?)
    }

    /// Those of the numbers whom the register knows and the partner's territory covers. Who is of no
    /// unit lives nowhere that we know of, and is not found.
    pub(crate) async fn find_payees(
        &self,
        subject: &Subject,
        action: Action,
        numbers: &BTreeSet<Pinfl>,
    ) -> Result<HashMap<Pinfl, Payee>, Unfound> {
        if numbers.is_empty() {
            return Ok(HashMap::new());
        }
        let look = self.permit_to_look(subject, action, numbers.len()).await?;
        let homes = self.homes(&look, numbers).await?;
        let payees = homes.into_iter().map(async |(number, person, area)| {
            let scope = Scope::person(person, area);
            let permit = access::permit(&self.platform, subject, action, Purpose::Payment, scope);
            match permit.await {
                Ok(permit) => Ok(area.district().map(|district| {
                    let payee = Payee {
                        person,
                        district,
                        permit,
                    };
                    (number, payee)
                })),
                // The log has the refusal; the partner learns nothing.
                Err(access::Denied::OutsideTerritory { .. }) => Ok(None),
                Err(denied) => Err(Unfound::from(denied)),
            }
        });
        let payees: Vec<Option<(Pinfl, Payee)>> = try_join_all(payees).await?;
        Ok(payees.into_iter().flatten().collect())
    }

    async fn homes(
        &self,
        look: &Permit,
        numbers: &BTreeSet<Pinfl>,
    ) -> Result<Vec<(Pinfl, PersonId, Area)>, Unfound> {
        let mut tx = self.platform.db.read().await?;
        let Some(block) = unit::blocks(&mut tx).await?.into_iter().next() else {
            return Ok(Vec::new());
        };
        let block = block.block.name;
        let numbers: Vec<Pinfl> = numbers.iter().copied().collect();
        let persons = person::find_by_pinfls(&mut tx, look, &numbers).await?;
        let ids: Vec<PersonId> = persons.values().copied().collect();
        let unit_of = unit::of_persons(&mut tx, look, &block, &ids).await?;
        let units: BTreeSet<_> = unit_of.values().copied().collect();
        let units: Vec<_> = units.into_iter().collect();
        let rows = unit::load_many(&mut tx, look, &block, &units).await?;
        let areas: HashMap<_, _> = rows
            .iter()
            .map(|row| (row.unit, area_of(row.district, row.mahalla)))
            .collect();
        let home = |(number, person): (Pinfl, PersonId)| {
            Some((number, person, *areas.get(unit_of.get(&person)?)?))
        };
        Ok(persons.into_iter().filter_map(home).collect())
    }
}
