//! What a treasurer sees before a run is approved: what payments finds in its own rows, and whom the
//! register knows to be dead.

#[cfg(test)]
mod tests;

use access::Permit;
use kernel::{PersonId, RunId};
use payments::run::{self, Checked, Example, FindingKind, Paid};
use store::Tx;
use uuid::Uuid;

use crate::error::Result;

/// The findings of payments, and payments for a month after the payee's death.
pub async fn check(tx: &mut Tx, permit: &Permit, run: RunId) -> Result<Checked> {
    let mut checked = run::check(tx, permit, run).await?;
    let mut after = Uuid::nil();
    while let Some((lines, last)) = run::paid(tx, permit, run, after).await? {
        for dead in after_death(tx, permit, lines).await? {
            checked.add(FindingKind::PaidAfterDeath, dead);
        }
        after = last;
    }
    Ok(checked)
}

/// The month of the death is paid whole; the months after it are not.
async fn after_death(tx: &mut Tx, permit: &Permit, lines: Vec<Paid>) -> Result<Vec<Example>> {
    let mut payees: Vec<PersonId> = lines.iter().map(|line| line.payee).collect();
    payees.sort_unstable();
    payees.dedup();
    let died = registry::person::died(tx, permit, &payees).await?;
    let dead = |line: Paid| {
        let day = died.get(&line.payee)?;
        (day.month() < line.month).then_some(Example {
            payee: line.payee,
            programme: line.programme,
            amount: line.amount,
            before: None,
        })
    };
    Ok(lines.into_iter().filter_map(dead).collect())
}
