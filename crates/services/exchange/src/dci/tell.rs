//! What is told of those who match. Each person of it is in the access log before anything leaves.

use std::collections::HashMap;

use access::{Action, Area, Permit, Purpose, Scope};
use kernel::{PersonId, Portrait, UnitId};
use registry::{person, unit};
use serde_json::Value;
use store::Tx;

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
    /// The records of a page. Each person of them has a permit, which is durable before they leave.
    pub async fn tell(
        &self,
        tx: &mut Tx,
        (permit, block): (&Permit, &str),
        kind: Kind,
        page: &[Hit],
    ) -> Result<Vec<Value>, SearchFailed> {
        let units = units(tx, permit, block, page).await?;
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
        let known = known(tx, &permits).await?;
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

async fn units(
    tx: &mut Tx,
    permit: &Permit,
    block: &str,
    page: &[Hit],
) -> Result<HashMap<UnitId, Portrait>, SearchFailed> {
    let ids: Vec<UnitId> = page.iter().filter_map(|hit| hit.unit).collect();
    let rows = unit::load_many(tx, permit, block, &ids).await?;
    let portraits = rows.iter().map(|row| Ok((row.unit, row.portrait()?)));
    portraits.collect()
}

/// Those whom the permits open, and nobody else.
async fn known(tx: &mut Tx, permits: &[Permit]) -> Result<Known, SearchFailed> {
    let Some(permit) = permits.first() else {
        return Ok(Known::default());
    };
    let ids: Vec<PersonId> = permits.iter().filter_map(Permit::person).collect();
    Ok(Known {
        persons: person::load_many(tx, permit, &ids).await?,
        pinfls: person::pinfls_of(tx, permit, &ids).await?,
    })
}

pub fn area_of(district: u32, mahalla: u32) -> Area {
    if mahalla == 0 {
        return Area::District(district);
    }
    Area::Mahalla(mahalla)
}
