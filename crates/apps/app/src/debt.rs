//! What an officer may decide about a debt: the limits stand in the law of the day.

use access::Permit;
use kernel::Money;
use payments::debt::{self, Decide, Limits, Plan};
use store::Ids;

use crate::daftar::Daftar;
use crate::error::{Error, Result};
use crate::worker::payable_from;

/// Percent of a month's payment that may be kept at most.
const SHARE: &str = "recovery_share_max";
/// What is left of a month's payment at least.
const FLOOR: &str = "recovery_floor";

impl Daftar {
    /// How much of a payment may be kept, by the country's parameters of today.
    pub fn recovery_limits(&self) -> Result<Limits> {
        let today = self.today();
        let pack = self.shelf.in_force(today)?;
        let value = |name: &'static str| {
            let found = pack.parameters().iter().find(|one| one.name == name);
            let value = found.and_then(|one| one.at(today)).map(|one| one.value);
            value.ok_or(Error::NoRecoveryLimit { name, on: today })
        };
        Ok(Limits {
            share_percent_max: u32::try_from(value(SHARE)?).unwrap_or(0),
            floor: Money(value(FLOOR)?),
        })
    }

    /// Plans the recovery of a debt from the next month that has no run.
    pub async fn recover(&self, permit: &Permit, decide: &Decide, percent: u32) -> Result<Plan> {
        permit.must_be_for(&[access::Action::PlanRecovery]);
        let limits = self.recovery_limits()?;
        let ids: &Ids = &self.platform.ids;
        let mut tx = self.platform.db.begin().await?;
        let from = payable_from(&mut tx, self.today().month()).await?;
        let plan = debt::recover(&mut tx, ids, decide, percent, limits, from).await?;
        tx.commit().await?;
        Ok(plan)
    }
}
