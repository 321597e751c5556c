//! What is told of those who match. Each person of it is in the access log before anything leaves.

use std::collections::HashMap;

use access::{Action, Area, Permit, Purpose, Scope};
use kernel::{PersonId, Pinfl, Portrait, UnitId};
use registry::person::{self, Person};
use registry::unit::{self, UnitRow};
use serde_json::Value;
use store::Tx;
use store::lookup::LookUp;

use super::record::Known;
use super::search::{SearchFailed, Searcher};
use super::wanted::Kind;

/// `group_type` of the schema: 1 a member, 2 a household, 3 a family.
const GROUP_IS_A_FAMILY: &str = "3";

/// A record that matches, before anything of it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    pub person: PersonId,
    pub unit: Option<UnitId>,
    pub order: i64,
}

impl Searcher<'_> {
    /// The records of a page, of which somebody may have been `read` under the search's own permit.
    /// Each person of them has a permit, which is durable before they leave.
    pub async fn tell(
        &self,
        kind: Kind,
        page: &[Hit],
        (units, read): (&HashMap<UnitId, Portrait>, Known),
    ) -> Result<Vec<Value>, SearchFailed> {
        let mut areas: HashMap<PersonId, Area> = HashMap::new();
        for hit in page {
            let unit = hit.unit.and_then(|unit| units.get(&unit));
            let area = unit.map_or(Area::Country, |unit| area_of(unit.district, unit.mahalla));
            areas.insert(hit.person, area);
            let family = unit.filter(|_| kind == Kind::Group);
            for member in family.map_or(&[][..], |unit| &unit.members) {
                areas.insert(member.person, area);
            }
        }
        let all_read = areas.keys().all(|person| read.persons.contains_key(person));
        let mut permits = Vec::with_capacity(areas.len());
        for (person, area) in areas {
            let scope = Scope::person(person, area);
            let (action, purpose) = (Action::SearchRegister, Purpose::Exchange);
            let permit = self.answering.permit(self.subject, action, purpose, scope);
            permits.push(match permit.await {
                Ok(permit) => permit,
                // Somebody outside of the territory is not found, and the log has the refusal.
                Err(access::Denied::OutsideTerritory { .. }) => return Ok(Vec::new()),
                Err(denied) => return Err(denied.into()),
            });
        }
        let known = match all_read {
            true => read,
            false => self.platform.look_up::<Permitted>(permits).await?,
        };
        let record = |hit: &Hit| {
            let unit = hit.unit.and_then(|unit| units.get(&unit));
            match kind {
                Kind::Person => known.person(hit.person, unit),
                Kind::Member => known.member(hit.person, unit),
                Kind::Group => known.group(unit?, GROUP_IS_A_FAMILY),
            }
        };
        Ok(page.iter().filter_map(record).collect())
    }
}

/// The units of a page, read.
pub(super) fn portraits<'a>(
    rows: impl IntoIterator<Item = &'a UnitRow>,
) -> Result<HashMap<UnitId, Portrait>, registry::RegisterError> {
    let portraits = rows.into_iter().map(|row| Ok((row.unit, row.portrait()?)));
    portraits.collect()
}

/// Those whom the permits open, and nobody else.
struct Permitted;

impl LookUp for Permitted {
    type Key = Vec<Permit>;
    type Found = Known;
    const IS_ONE_STATEMENT: bool = false;

    async fn look_up(tx: &mut Tx, pages: &[Vec<Permit>]) -> store::Result<Vec<Known>> {
        let Some(permit) = pages.iter().flatten().next() else {
            return Ok(pages.iter().map(|_| Known::default()).collect());
        };
        let all: Vec<PersonId> = pages.iter().flatten().filter_map(Permit::person).collect();
        let persons = person::load_many(tx, permit, &all).await?;
        let pinfls = person::pinfls_of(tx, permit, &all).await?;
        let known = |page: &Vec<Permit>| {
            let ids = || page.iter().filter_map(Permit::person);
            let person = |id| persons.get(&id).map(|person| (id, person.clone()));
            let pinfl = |id| pinfls.get(&id).map(|pinfl| (id, *pinfl));
            Known {
                persons: ids().filter_map(person).collect(),
                pinfls: ids().filter_map(pinfl).collect(),
            }
        };
        Ok(pages.iter().map(known).collect())
    }
}

/// Who has a number, with the unit; the permit is the search's.
pub(super) struct Numbers;

impl LookUp for Numbers {
    type Key = (Permit, Pinfl);
    type Found = Option<(Person, Option<UnitRow>)>;
    const IS_ONE_STATEMENT: bool = true;

    async fn look_up(
        tx: &mut Tx,
        keys: &[(Permit, Pinfl)],
    ) -> store::Result<Vec<Option<(Person, Option<UnitRow>)>>> {
        let Some((permit, _)) = keys.first() else {
            return Ok(Vec::new());
        };
        let pinfls: Vec<Pinfl> = keys.iter().map(|(_, pinfl)| *pinfl).collect();
        let found = unit::of_pinfls(tx, permit, &pinfls).await?;
        Ok(pinfls
            .iter()
            .map(|pinfl| found.get(pinfl).cloned())
            .collect())
    }
}

pub fn area_of(district: u32, mahalla: u32) -> Area {
    if mahalla == 0 {
        return Area::District(district);
    }
    Area::Mahalla(mahalla)
}
