//! What the machine does by itself: it asks agencies, assesses, writes short messages, drives
//! payment runs, signs the log, hears of births and deaths, tells of steps that are late. Work waits in the job table and the outbox of the
//! database, so any number of processes share it and a killed one loses nothing.

mod accounts;
mod calendar;
mod correspondence;
mod deadlines;
mod deaths;
mod gather;
mod reactions;
mod restated;
mod runs;

use std::sync::Arc;
use std::time::Duration;

use access::log::CHECKPOINT_S;
use kernel::Instant;
use store::{Db, outbox};

use crate::daftar::Daftar;
use crate::error::Result;

pub use calendar::Calendar;
pub(crate) use gather::payable_from;

/// The name under which this service hears the outbox.
pub const CONSUMER: &str = "app";
/// How long an idle worker rests, unless the bell rings.
const REST: Duration = Duration::from_millis(500);
/// Rounds of one settling at most; more means that work makes work for ever.
const ROUNDS_MAX: usize = 100_000;

/// What a settling did, or one round of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Settled {
    /// Families whose agencies were asked.
    pub gathered: usize,
    pub assessed: usize,
    pub refused: usize,
    /// Awards that began or ended at once.
    pub changes: usize,
    pub messages: usize,
    /// Births, deaths and other events that were followed.
    pub reactions: usize,
    /// Deadlines of visits and conclusions that were looked at.
    pub looked_at: usize,
    /// Those of them that had not come: told to the district officer.
    pub late: usize,
    /// Account changes that took effect.
    pub accounts: usize,
    /// Vouchers that ran out.
    pub vouchers: usize,
    /// Steps of payment runs.
    pub runs: usize,
    /// Jobs that failed and wait for another try.
    pub failed: usize,
}

impl Settled {
    pub fn is_idle(&self) -> bool {
        *self == Settled::default()
    }

    fn add(&mut self, other: Settled) {
        self.gathered += other.gathered;
        self.assessed += other.assessed;
        self.refused += other.refused;
        self.changes += other.changes;
        self.messages += other.messages;
        self.reactions += other.reactions;
        self.looked_at += other.looked_at;
        self.late += other.late;
        self.accounts += other.accounts;
        self.vouchers += other.vouchers;
        self.runs += other.runs;
        self.failed += other.failed;
    }
}

/// Says once for ever which events this service wants to hear.
pub async fn subscribe(db: &Db) -> Result<()> {
    let topics = [
        registry::events::PERSON_BORN,
        registry::events::PERSON_DIED,
        registry::events::DEATH_ANNULLED,
        registry::events::MARRIED,
        registry::events::DIVORCED,
        casework::events::DECIDED,
        payments::events::ACCOUNT_CHANGE_ASKED,
        exchange::events::ANSWERED,
    ];
    for topic in topics {
        outbox::subscribe(db, topic, CONSUMER).await?;
    }
    Ok(exchange::dci::listen(db).await?)
}

impl Daftar {
    /// Works until nothing is due. What waits for a later moment stays.
    pub async fn settle(&self) -> Result<Settled> {
        let _alone = self.settling.lock().await;
        let mut settled = Settled::default();
        self.reload_packs().await?;
        self.keep_clock().await?;
        for _ in 0..ROUNDS_MAX {
            let round = self.round().await?;
            if round.is_idle() {
                return Ok(settled);
            }
            settled.add(round);
        }
        unreachable!("{ROUNDS_MAX} rounds of work and still something due")
    }

    /// One look at every queue.
    async fn round(&self) -> Result<Settled> {
        let mut round = self.react().await?;
        round.add(self.ask_put_off().await?);
        round.add(self.gather_due().await?);
        round.add(self.assess_due().await?);
        round.add(self.escalate_due().await?);
        round.add(self.settle_restated().await?);
        round.add(self.follow_payees().await?);
        round.add(self.advance_runs().await?);
        Ok(round)
    }

    /// Goes by the database's time anew and signs the log, every [`CHECKPOINT_S`] seconds of the wall. A
    /// fault is logged, and tried again after as long.
    async fn keep_order_when_due(&self, due: &mut Instant) {
        let now = self.platform.wall.now();
        if now < *due {
            return;
        }
        *due = now.plus_seconds(CHECKPOINT_S);
        if let Err(error) = self.platform.keep_time().await {
            tracing::error!(%error, "the database does not tell the time");
        }
        if let Err(error) = self.checkpoint().await {
            tracing::error!(%error, "no checkpoint of the log was made");
        }
    }

    /// The worker of a serving process, and beside it the correspondence with partners, which waits
    /// for others and holds nothing up. Both end with the task that holds them.
    pub async fn work(self: Arc<Daftar>) {
        tokio::join!(self.keep_settling(), self.keep_corresponding());
    }

    /// Keeps the time, signs the log, settles, rests, and keeps the calendar. A fault is logged and the next round
    /// tries again.
    async fn keep_settling(&self) {
        let mut due = Instant(0);
        loop {
            self.keep_order_when_due(&mut due).await;
            if !self.config.demo
                && let Err(error) = self.keep_calendar().await
            {
                tracing::error!(%error, "the calendar's work failed");
            }
            if let Err(error) = self.settle().await {
                tracing::error!(%error, "the worker's round failed");
            }
            let _rung = tokio::time::timeout(REST, self.bell.notified()).await;
        }
    }
}
