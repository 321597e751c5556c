//! Everything that data can break, checked in one go: `daftar verify`.

mod kept;

use access::{Action, Purpose};
use casework::verify::Check;

use crate::daftar::Daftar;
use crate::error::Result;

/// Differences written out for one check.
const EXAMPLES_MAX: usize = 10;

impl Daftar {
    /// Every check of every service. Good is: each of them holds.
    pub async fn verify(&self) -> Result<Vec<Check>> {
        let permit = self
            .permit(Action::AssessCase, Purpose::Oversight, 0)
            .await?;
        let mut checks = vec![
            self.verify_log().await?,
            self.verify_checkpoints().await?,
            self.verify_delays().await?,
        ];
        checks.extend(self.verify_kept().await?);
        let mut tx = self.platform.db.read().await?;
        let blocks = registry::unit::blocks(&mut tx).await?;
        drop(tx);
        for block in blocks {
            checks.push(self.verify_units(&permit, &block.block.name).await?);
        }
        checks.extend(casework::verify::verify(&self.platform, &permit, &self.shelf).await?);
        checks.push(self.verify_awards_are_paid().await?);
        let found = payments::verify::all(&self.platform).await?;
        let found = found
            .into_iter()
            .map(|d| format!("{}: {}", d.check, d.found))
            .collect();
        checks.push(check("payments and their ledger hold together", 1, found));
        Ok(checks)
    }

    /// The same, and every line against the banks' own books.
    pub async fn verify_with_banks(&self) -> Result<Vec<Check>> {
        let mut checks = self.verify().await?;
        let found = payments::verify::against_banks(&self.platform, &self.partners).await?;
        let found = found
            .into_iter()
            .map(|d| format!("{}: {}", d.check, d.found))
            .collect();
        checks.push(check(
            "every credited tiyin stands in the bank's own book",
            1,
            found,
        ));
        Ok(checks)
    }

    async fn verify_log(&self) -> Result<Check> {
        let verified = access::log::verify(&self.platform.db).await?;
        let broken = verified
            .broken
            .iter()
            .map(|broken| format!("{broken:?}"))
            .collect();
        Ok(check(
            "the chain of the access log is whole",
            verified.rows as i64,
            broken,
        ))
    }

    /// Without the key nothing can be said, and that is told as broken: it must be kept.
    async fn verify_checkpoints(&self) -> Result<Check> {
        const NAME: &str = "the signed checkpoints hold the access log";
        let keys = match self.key_place().load() {
            Ok(keys) => keys,
            Err(fault) => return Ok(check(NAME, 0, vec![fault.to_string()])),
        };
        let sealed = access::log::verify_checkpoints(&self.platform.db, &keys).await?;
        let torn = sealed.torn.iter().map(ToString::to_string).collect();
        Ok(check(NAME, sealed.entries as i64, torn))
    }

    async fn verify_delays(&self) -> Result<Check> {
        let mut tx = self.platform.db.read().await?;
        let found = access::log::verify_delays(&mut tx).await?;
        let mut check = check(
            "every look that is shown late is so lawfully",
            found.delays as i64,
            found.wrong,
        );
        if found.not_covered > 0 {
            check.examples.push(format!(
                "{} delays were set before the log held what it grants: not covered",
                found.not_covered
            ));
        }
        Ok(check)
    }

    async fn verify_units(&self, permit: &access::Permit, block: &str) -> Result<Check> {
        let verified = registry::unit::verify(&self.platform, permit, block).await?;
        let mut check = check(
            "the register's units equal their facts",
            verified.units as i64,
            vec![],
        );
        check.differences = verified.differences as i64;
        check.examples = verified
            .examples
            .iter()
            .take(EXAMPLES_MAX)
            .map(|d| format!("{d:?}"))
            .collect();
        Ok(check)
    }

    /// No award without its entitlement, unless it waits for an account or for money; the same sum.
    async fn verify_awards_are_paid(&self) -> Result<Check> {
        let mut tx = self.platform.db.read().await?;
        let awards = store::fetch_value!(tx, i64, "SELECT COUNT(*) FROM award")?;
        let differing = store::fetch_all!(
            tx,
            (uuid::Uuid,),
            "SELECT a.id FROM award a JOIN entitlement e ON e.id = a.id \
             WHERE e.amount_minor <> a.amount_minor OR e.from_month <> a.first_month LIMIT 100"
        )?;
        let missing = store::fetch_value!(
            tx,
            i64,
            "SELECT COUNT(*) FROM award a LEFT JOIN award_stop s ON s.award = a.id \
             WHERE COALESCE(s.from_month, a.end_month) > a.first_month AND NOT EXISTS \
             (SELECT 1 FROM entitlement e WHERE e.id = a.id)"
        )?;
        let waiting = store::fetch_value!(
            tx,
            i64,
            "SELECT COUNT(*) FROM job WHERE kind = 'app.await_account'"
        )?;
        let mut found: Vec<String> = differing
            .iter()
            .map(|(id,)| format!("award {id}"))
            .collect();
        if missing > waiting {
            found.push(format!(
                "{missing} awards without money, {waiting} of them wait for an account or for budget"
            ));
        }
        Ok(check("every award has its money", awards, found))
    }
}

fn check(name: &'static str, checked: i64, found: Vec<String>) -> Check {
    let differences = found.len() as i64;
    Check {
        name,
        checked,
        differences,
        examples: found.into_iter().take(EXAMPLES_MAX).collect(),
    }
}
