//! Walks every chain from its first row.

use std::ops::ControlFlow;

use store::{Db, Result, Tx, fetch_all};
use uuid::Uuid;

use super::canonical::{Entry, Hash, START};

/// Rows read at once.
const PAGE_ROWS: i64 = 10_000;
/// Broken places that are told; the count goes on.
pub const BROKEN_MAX: usize = 100;

/// What the walk found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Verified {
    pub chains: u64,
    pub rows: u64,
    pub broken: Vec<Broken>,
}

impl Verified {
    pub fn holds(&self) -> bool {
        self.broken.is_empty()
    }
}

/// A place where a chain does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The row is not what was written.
    Changed { chain: Uuid, seq: i64 },
    /// Rows before this one are gone, or stand elsewhere.
    Gap { chain: Uuid, seq: i64 },
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub chain_id: Uuid,
    pub seq: i64,
    #[sqlx(flatten)]
    pub entry: Entry,
    pub prev_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

/// Entries of one chain, from one place to another.
pub(super) async fn page_of(tx: &mut Tx, chain: Uuid, from: i64, to: i64) -> Result<Vec<Row>> {
    fetch_all!(
        tx,
        Row,
        "SELECT chain_id, seq, at, account, role, office, action, purpose, granted, territory,
                person, case_id, run_id, population, digest,
                errand_id, errand_user, errand_issue, prev_hash, hash
         FROM access_log WHERE chain_id = $1 AND seq >= $2 AND seq <= $3 ORDER BY seq",
        chain,
        from,
        to
    )
}

/// Reads the whole log; a fault is the database's, what is broken is told in
/// the answer.
pub async fn verify(db: &Db) -> Result<Verified> {
    let mut walk = Walk::default();
    let mut tx = db.read().await?;
    loop {
        let page = fetch_all!(
            tx,
            Row,
            "SELECT chain_id, seq, at, account, role, office, action, purpose, granted, territory,
                    person, case_id, run_id, population, digest,
                errand_id, errand_user, errand_issue, prev_hash, hash
             FROM access_log WHERE (chain_id, seq) > ($1, $2)
             ORDER BY chain_id, seq LIMIT $3",
            walk.chain,
            walk.seq,
            PAGE_ROWS
        )?;
        if walk.page(&page).is_break() {
            return Ok(walk.found);
        }
    }
}

pub(super) struct Walk {
    found: Verified,
    chain: Uuid,
    seq: i64,
    pub last: Hash,
}

impl Default for Walk {
    fn default() -> Walk {
        Walk {
            found: Verified::default(),
            chain: Uuid::nil(),
            seq: i64::MIN,
            last: START,
        }
    }
}

impl Walk {
    /// Goes on in one chain after an entry that is known.
    pub fn after(chain: Uuid, seq: i64, last: Hash) -> Walk {
        let mut walk = Walk {
            chain,
            seq,
            last,
            ..Walk::default()
        };
        walk.found.chains = 1;
        walk
    }

    /// What does not hold by now; `seq` is where the walk should have come to.
    pub fn broken_at(&self, seq: i64) -> Option<Broken> {
        let chain = self.chain;
        let short = (self.seq != seq).then_some(Broken::Gap { chain, seq });
        self.found.broken.first().copied().or(short)
    }

    fn page(&mut self, page: &[Row]) -> ControlFlow<()> {
        if page.is_empty() {
            return ControlFlow::Break(());
        }
        for row in page {
            self.row(row);
        }
        ControlFlow::Continue(())
    }

    pub fn row(&mut self, row: &Row) {
        let (chain, seq) = (row.chain_id, row.seq);
        if self.found.chains == 0 || chain != self.chain {
            self.found.chains += 1;
            (self.chain, self.seq, self.last) = (chain, 0, START);
        }
        self.found.rows += 1;
        if seq != self.seq + 1 || row.prev_hash != self.last {
            self.tell(Broken::Gap { chain, seq });
        }
        // Against the row's own prev_hash, so that one bad row is told once.
        let prev = Hash::try_from(row.prev_hash.as_slice()).unwrap_or(START);
        let hash = row.entry.hash(chain, seq, &prev);
        if row.hash != hash {
            self.tell(Broken::Changed { chain, seq });
        }
        self.seq = seq;
        self.last = Hash::try_from(row.hash.as_slice()).unwrap_or(START);
    }

    fn tell(&mut self, broken: Broken) {
        if self.found.broken.len() < BROKEN_MAX {
            self.found.broken.push(broken);
        }
    }
}
