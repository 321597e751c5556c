//! The permits of one answer. A permit of its own is durable before it is given; those of an answer
//! are durable before the answer leaves, all in one commit: the disk is waited for once.

use std::sync::{Mutex, PoisonError};

use kernel::ids::RunId;
use store::Platform;
use store::together::Added;

use crate::log::{Chain, Entry, EntryId};
use crate::permit::{Denied, Permit, judge};
use crate::{Action, Purpose, Scope, Subject};

/// Gives permits, and keeps their log rows until the answer is ready. What was read with them is
/// given out after [`Answering::hand_in`] and [`HandedIn::durable`] only; an answer that is given up
/// before has told nobody anything, and no row says that it did.
#[derive(Debug)]
pub struct Answering<'a> {
    platform: &'a Platform,
    rows: Mutex<Vec<Entry>>,
}

/// Log rows that are on their way to the disk.
#[derive(Debug)]
#[must_use = "nothing may be told before the rows are durable"]
pub struct HandedIn(Vec<Added<EntryId>>);

impl<'a> Answering<'a> {
    pub fn new(platform: &'a Platform) -> Answering<'a> {
        Answering {
            platform,
            rows: Mutex::default(),
        }
    }

    /// See [`crate::permit()`]. A refusal is durable at once, whatever becomes of the answer.
    pub async fn permit(
        &self,
        subject: &Subject,
        action: Action,
        purpose: Purpose,
        scope: Scope,
    ) -> Result<Permit, Denied> {
        self.mint(subject, (action, purpose), scope, None).await
    }

    /// See [`crate::batch`].
    pub async fn batch(
        &self,
        subject: &Subject,
        action: Action,
        purpose: Purpose,
        run: Option<RunId>,
        population: u64,
    ) -> Result<Permit, Denied> {
        let scope = Scope::batch(subject, run);
        self.mint(subject, (action, purpose), scope, Some(population))
            .await
    }

    async fn mint(
        &self,
        subject: &Subject,
        (action, purpose): (Action, Purpose),
        scope: Scope,
        population: Option<u64>,
    ) -> Result<Permit, Denied> {
        let asked = (action, purpose);
        if judge(subject, action, &scope).is_err() {
            return crate::permit::mint(self.platform, subject, asked, scope, population).await;
        }
        let at = self.platform.clock.now();
        let row = Entry::of(subject, asked, &scope, at, true, population);
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.push(row);
        Ok(Permit::granted(subject, asked, scope, at, None))
    }

    /// The rows go to the disk with what else the process writes; see [`HandedIn::durable`].
    pub async fn hand_in(self) -> HandedIn {
        let rows = self.rows.into_inner();
        let mut added = Vec::new();
        for row in rows.unwrap_or_else(PoisonError::into_inner) {
            added.push(self.platform.add::<Chain>(row.into()).await);
        }
        HandedIn(added)
    }
}

impl HandedIn {
    /// Returns when all rows are durable: now the answer may leave.
    pub async fn durable(self) -> Result<(), Denied> {
        for added in self.0 {
            let kept = added.kept().await;
            kept.map_err(|reason| Denied::LogUnavailable { reason })?;
        }
        Ok(())
    }
}
