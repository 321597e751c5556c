//! Driving payment runs, and opening the entitlements of awards that waited for an account.

use access::Action;
use kernel::RunId;
use payments::run;
use store::job::{self, Job};

use super::Settled;
use crate::daftar::Daftar;
use crate::entitle;
use crate::error::{Error, Result};

/// Runs driven in one round.
const RUNS_MAX: i64 = 10;

impl Daftar {
    /// Brings every run that is due as far as it can go now.
    pub(super) async fn advance_runs(&self) -> Result<Settled> {
        let mut settled = Settled::default();
        for job in job::claim(&self.platform, run::ADVANCE, RUNS_MAX, job::LEASE_S).await? {
            self.may_settle(&job).await?;
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

    /// Before the lines of a run go to the treasury and the banks the log says so, once a run: it
    /// is asked about every few minutes until it is settled.
    async fn may_settle(&self, job: &Job) -> Result<()> {
        let run: RunId = job.key.parse().map_err(|_| Error::Damaged {
            what: "a job that drives a payment run",
            why: job.key.clone(),
        })?;
        let mut tx = self.platform.db.read().await?;
        let is_logged = access::log::knows_of_run(&mut tx, Action::SettleRun, run).await?;
        drop(tx);
        if !is_logged {
            let permit = self.permit_for_run(Action::SettleRun, run).await?;
            permit.must_be_for(&[Action::SettleRun]);
        }
        Ok(())
    }
}
