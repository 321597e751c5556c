//! Holds every delay against the entries of the log that grant them. The log itself is chained and
//! signed, so what stands there counts: a delay that says something else was written by an insider,
//! and a grant without its delay was taken away by one.

use std::collections::HashSet;

use kernel::day::Instant;
use store::{Result, Tx, fetch_all};
use uuid::Uuid;

use super::delay::{NewDelay, latest_of};
use super::entry_id::EntryId;

/// Delays or entries read at once.
const PAGE_ROWS: i64 = 1_000;
/// Delays that do not hold which are told.
const WRONG_MAX: usize = 100;

/// What was found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct VerifiedDelays {
    pub delays: u64,
    /// Set before entries had digests: that their end and ground were not changed cannot be said.
    pub not_covered: u64,
    pub wrong: Vec<String>,
}

/// Whom an entry speaks of.
type About = (Option<Uuid>, Option<Uuid>, Option<Uuid>);

#[derive(sqlx::FromRow)]
struct DelayRow {
    id: Uuid,
    chain_id: Uuid,
    seq: i64,
    until: i64,
    ground: String,
    set_at: i64,
    by_chain: Uuid,
    by_seq: i64,
    /// The look that is withheld.
    look_at: Option<i64>,
    look_account: Option<Uuid>,
    look_person: Option<Uuid>,
    look_case: Option<Uuid>,
    look_run: Option<Uuid>,
    /// The entry that grants it, where it is one that can.
    by_at: Option<i64>,
    by_account: Option<Uuid>,
    by_person: Option<Uuid>,
    by_case: Option<Uuid>,
    by_run: Option<Uuid>,
    by_digest: Option<Vec<u8>>,
}

impl DelayRow {
    fn digest(&self) -> Vec<u8> {
        let delay = NewDelay {
            id: self.id,
            entry: EntryId {
                chain: self.chain_id,
                seq: self.seq,
            },
            until: Instant(self.until),
            ground: self.ground.clone(),
        };
        delay.digest()
    }

    fn wrong(&self) -> Option<&'static str> {
        let (Some(look_at), Some(by_at)) = (self.look_at, self.by_at) else {
            return Some("rests on no permitted entry");
        };
        let look: About = (self.look_person, self.look_case, self.look_run);
        let by: About = (self.by_person, self.by_case, self.by_run);
        if look != by {
            return Some("rests on an entry about another person, case or run");
        }
        if self.look_account == self.by_account {
            return Some("withholds a look of the one who set it");
        }
        if Instant(self.until) > latest_of(Instant(look_at)) {
            return Some("lasts too long");
        }
        if self.set_at != by_at {
            return Some("was not set when its entry was written");
        }
        let is_other = |digest: &Vec<u8>| *digest != self.digest();
        let changed = self.by_digest.as_ref().is_some_and(is_other);
        changed.then_some("is not what was granted: its look, end or ground was changed")
    }
}

/// Every delay, and every entry that grants one.
pub async fn verify_delays(tx: &mut Tx) -> Result<VerifiedDelays> {
    let mut check = Check::default();
    check.delays(tx).await?;
    check.grants(tx).await?;
    Ok(check.found)
}

#[derive(Default)]
struct Check {
    found: VerifiedDelays,
    digests: HashSet<Vec<u8>>,
    /// Entries that grant: one delay each.
    by: HashSet<(Uuid, i64)>,
}

impl Check {
    fn tell(&mut self, wrong: String) {
        if self.found.wrong.len() < WRONG_MAX {
            self.found.wrong.push(wrong);
        }
    }

    async fn delays(&mut self, tx: &mut Tx) -> Result<()> {
        let mut last = Uuid::nil();
        loop {
            let page = delays_after(tx, last).await?;
            let Some(end) = page.last() else {
                return Ok(());
            };
            last = end.id;
            for row in &page {
                self.delay(row);
            }
        }
    }

    fn delay(&mut self, row: &DelayRow) {
        self.found.delays += 1;
        self.digests.insert(row.digest());
        let is_first = self.by.insert((row.by_chain, row.by_seq));
        let shared = (!is_first).then_some("rests on the entry of another delay");
        match row.wrong().or(shared) {
            Some(why) => self.tell(format!("delay {} {why}", row.id)),
            None if row.by_digest.is_none() => self.found.not_covered += 1,
            None => {}
        }
    }

    /// Whoever was sent the same delay twice at once wrote two entries of one digest.
    async fn grants(&mut self, tx: &mut Tx) -> Result<()> {
        let mut last = (Uuid::nil(), 0);
        loop {
            let page = fetch_all!(
                tx,
                (Uuid, i64, Vec<u8>),
                "SELECT chain_id, seq, digest FROM access_log
                 WHERE (chain_id, seq) > ($1, $2) AND action = 'delay_disclosure'
                   AND granted = TRUE AND digest IS NOT NULL
                 ORDER BY chain_id, seq LIMIT $3",
                last.0,
                last.1,
                PAGE_ROWS
            )?;
            let Some((chain, seq, _)) = page.last() else {
                return Ok(());
            };
            last = (*chain, *seq);
            for (chain, seq, digest) in page {
                if !self.digests.contains(&digest) {
                    let entry = EntryId { chain, seq };
                    self.tell(format!(
                        "entry {entry} grants a delay that is gone or changed"
                    ));
                }
            }
        }
    }
}

async fn delays_after(tx: &mut Tx, last: Uuid) -> Result<Vec<DelayRow>> {
    fetch_all!(
        tx,
        DelayRow,
        "SELECT d.id, d.chain_id, d.seq, d.until, d.ground, d.set_at, d.by_chain, d.by_seq,
            l.at AS look_at, l.account AS look_account, l.person AS look_person,
            l.case_id AS look_case, l.run_id AS look_run,
            b.at AS by_at, b.account AS by_account, b.person AS by_person, b.case_id AS by_case,
            b.run_id AS by_run, b.digest AS by_digest
         FROM disclosure_delay d
           LEFT JOIN access_log b ON b.chain_id = d.by_chain AND b.seq = d.by_seq
             AND b.action = 'delay_disclosure' AND b.granted = TRUE
           LEFT JOIN access_log l ON l.chain_id = d.chain_id AND l.seq = d.seq
             AND l.granted = TRUE
         WHERE d.id > $1 ORDER BY d.id LIMIT $2",
        last,
        PAGE_ROWS
    )
}
