//! What entitlements do to the budget: one commitment or release for each budget line
//! (district, programme, month), for the whole batch.

use std::collections::BTreeMap;

use ::store::{Ids, Tx, bug};
use kernel::ids::AppropriationId;
use kernel::{Money, Month};
use ledger::{Step, Transfer};

use super::ending::Ending;
use super::model::{NewEntitlement, Refusal, pair};
use crate::appropriation::{self, Budget};
use crate::posting::{self, Known};
use crate::{Error, Result};

/// The lines of a (district, programme), by month.
struct Lines(BTreeMap<(u32, String), BTreeMap<Month, Budget>>);

impl Lines {
    async fn from_month(tx: &mut Tx, month: Month) -> Result<Lines> {
        let mut lines: BTreeMap<(u32, String), BTreeMap<Month, Budget>> = BTreeMap::new();
        for line in appropriation::from_month(tx, month).await? {
            let key = (line.district, line.programme.clone());
            lines.entry(key).or_default().insert(line.month, line);
        }
        Ok(Lines(lines))
    }

    fn between<'a>(
        &'a self,
        of: &(u32, String),
        from: Month,
        to: Month,
    ) -> impl Iterator<Item = &'a Budget> + use<'a> {
        let months = (from < to).then(|| self.0.get(of)).flatten();
        months
            .into_iter()
            .flat_map(move |months| months.range(from..to))
            .map(|(_, line)| line)
    }
}

/// Amount to commit or release, by line.
type Sums = BTreeMap<AppropriationId, (Budget, Money)>;

fn add(sums: &mut Sums, line: &Budget, amount: Money) {
    let sum = sums
        .entry(line.appropriation)
        .or_insert_with(|| (line.clone(), Money::ZERO));
    sum.1 += amount;
}

/// Commits the money of every month whose line stands; the first month's must.
pub async fn commit(tx: &mut Tx, ids: &Ids, batch: &[(usize, &NewEntitlement)]) -> Result<()> {
    let Some(first) = batch.iter().map(|(_, new)| new.months.from).min() else {
        return Ok(());
    };
    posting::lock(tx).await?;
    let lines = Lines::from_month(tx, first).await?;
    let mut sums = Sums::new();
    let mut key = (0, String::new());
    for (_, new) in batch {
        if key.0 != new.district || key.1 != new.programme {
            key = (new.district, new.programme.clone());
        }
        let (from, to) = pair(&new.months);
        if !lines
            .0
            .get(&key)
            .is_some_and(|months| months.contains_key(&from))
        {
            let (district, programme) = key;
            return Err(Refusal::NoAppropriation {
                district,
                programme,
                month: from,
            }
            .into());
        }
        for line in lines.between(&key, from, to) {
            add(&mut sums, line, new.amount);
        }
    }
    refuse_over_budget(&sums)?;
    write(tx, ids, &sums, Step::Commit).await
}

/// Frees the months that are no longer promised.
pub async fn release(tx: &mut Tx, ids: &Ids, batch: &[Ending]) -> Result<()> {
    let Some(first) = batch.iter().map(|ending| ending.to).min() else {
        return Ok(());
    };
    if bug::is_planted("release_forgotten") {
        return Ok(());
    }
    posting::lock(tx).await?;
    let lines = Lines::from_month(tx, first).await?;
    let mut sums = Sums::new();
    for ending in batch {
        let key = (ending.district, ending.programme.clone());
        for line in lines.between(&key, ending.to, ending.until_now) {
            add(&mut sums, line, ending.amount);
        }
    }
    write(tx, ids, &sums, Step::Release).await
}

fn refuse_over_budget(sums: &Sums) -> Result<()> {
    let over = sums.values().find(|(line, asked)| {
        let stale = bug::is_planted("budget_read_stale");
        *asked > if stale { line.limit } else { line.available() }
    });
    let Some((line, asked)) = over else {
        return Ok(());
    };
    Err(Error::from(Refusal::OverBudget {
        district: line.district,
        programme: line.programme.clone(),
        month: line.month,
        available: line.available(),
        asked: *asked,
    }))
}

async fn write(tx: &mut Tx, ids: &Ids, sums: &Sums, step: Step) -> Result<()> {
    let transfers: Vec<Transfer> = sums
        .iter()
        .map(|(line, (_, amount))| match step {
            Step::Release => appropriation::release(*line, ids.uuid(), *amount),
            _ => appropriation::commit(*line, ids.uuid(), *amount),
        })
        .collect();
    posting::post(tx, ids.now(), &transfers, Known::New).await?;
    Ok(())
}
