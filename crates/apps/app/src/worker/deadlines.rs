//! Deadlines of human steps: what did not come in time is told to the district officer.

use casework::{escalation, events};
use store::job;

use super::Settled;
use crate::daftar::Daftar;
use crate::error::Result;

impl Daftar {
    /// Looks at the cases whose visit or conclusion should have come by now.
    pub(super) async fn escalate_due(&self) -> Result<Settled> {
        let jobs = job::claim(
            &self.platform,
            events::STEP_DUE,
            escalation::JOBS_MAX,
            job::LEASE_S,
        )
        .await?;
        if jobs.is_empty() {
            return Ok(Settled::default());
        }
        let mut tx = self.platform.db.begin().await?;
        let late = escalation::follow(&mut tx, self.now(), &jobs).await?;
        job::done(&mut tx, &jobs).await?;
        tx.commit().await?;
        Ok(Settled {
            looked_at: jobs.len(),
            late,
            ..Settled::default()
        })
    }
}
