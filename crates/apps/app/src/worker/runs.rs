//! Driving payment runs, and opening the entitlements of awards that waited for an account.

use payments::run;
use store::job;

use super::Settled;
use crate::daftar::Daftar;
use crate::entitle;
use crate::error::Result;

/// Runs driven in one round.
const RUNS_MAX: i64 = 10;

impl Daftar {
    /// Brings every run that is due as far as it can go now.
    pub(super) async fn advance_runs(&self) -> Result<Settled> {
        let mut settled = Settled::default();
        for job in job::claim(&self.platform, run::ADVANCE, RUNS_MAX, job::LEASE_S).await? {
            match run::work(&self.platform, &self.partners, &job).await {
                Ok(_) => settled.runs += 1,
                Err(error) => {
                    tracing::warn!(%error, "a payment run could not be driven; it is tried again");
                    job::fail(&self.platform, &job, &error.to_string()).await?;
                    settled.failed += 1;
                }
            }
        }
        settled.changes += entitle::open_waiting(self).await?;
        Ok(settled)
    }
}
