//! The end of a process's chain: rows of all tasks that wait go into one commit
//! (`store::together`), and each task goes on when its row is durable.

use kernel::ids::PersonId;
use store::together::Together;
use store::{Ids, Result, Tx, bulk};
use uuid::Uuid;

use super::canonical::{Entry, Hash, START};
use super::entry_id::EntryId;

/// The end of this process's chain. Whether a failed commit took place may be unknown: a chain is
/// begun anew then, and the same place of one is never written twice.
pub(crate) struct Chain {
    id: Uuid,
    seq: i64,
    last: Hash,
}

const ROW: bulk::Insert = bulk::Insert {
    into: "access_log (chain_id, seq, at, account, role, office, action, purpose, granted, \
           territory, person, case_id, run_id, population, digest, \
           errand_id, errand_user, errand_issue, prev_hash, hash)",
    on_conflict: "",
};

/// An entry, and whom the list of its page named.
pub(crate) struct NewEntry {
    pub entry: Entry,
    /// None for an entry that names a person or a case itself, or whose run has rows of its own.
    pub named: Vec<PersonId>,
}

impl From<Entry> for NewEntry {
    fn from(entry: Entry) -> NewEntry {
        let named = Vec::new();
        NewEntry { entry, named }
    }
}

const NAMED: bulk::Insert = bulk::Insert {
    into: "person_read (person, run)",
    on_conflict: "",
};

impl Together for Chain {
    type Row = NewEntry;
    type Kept = EntryId;
    const WHAT: &'static str = "access log";

    fn begin(ids: &Ids) -> Chain {
        Chain {
            id: ids.uuid(),
            seq: 0,
            last: START,
        }
    }

    async fn write(&mut self, tx: &mut Tx, entries: &[NewEntry]) -> Result<Vec<EntryId>> {
        let rows: Vec<(i64, Hash, Hash, &Entry)> = entries
            .iter()
            .map(|NewEntry { entry, .. }| {
                let prev = self.last;
                self.seq += 1;
                self.last = entry.hash(self.id, self.seq, &prev);
                (self.seq, prev, self.last, entry)
            })
            .collect();
        let chain = self.id;
        bulk::insert(tx, &ROW, &rows, |row, (seq, prev, hash, entry)| {
            row.push(chain).push(*seq);
            push(row, entry);
            row.push(prev.as_slice()).push(hash.as_slice());
        })
        .await?;
        write_named(tx, entries).await?;
        let place = |(seq, ..): &(i64, Hash, Hash, &Entry)| EntryId { chain, seq: *seq };
        Ok(rows.iter().map(place).collect())
    }
}

async fn write_named(tx: &mut Tx, entries: &[NewEntry]) -> Result<()> {
    let of = |new: &NewEntry| {
        let run = new.entry.run_id;
        let rows = new
            .named
            .iter()
            .filter_map(move |person| Some((person.0, run?)));
        rows.collect::<Vec<_>>()
    };
    let mut rows: Vec<(Uuid, Uuid)> = entries.iter().flat_map(of).collect();
    rows.sort_unstable();
    bulk::insert(tx, &NAMED, &rows, |row, (person, run)| {
        row.push(*person).push(*run);
    })
    .await?;
    Ok(())
}

fn push(row: &mut bulk::Values, entry: &Entry) {
    row.push(entry.at)
        .push(entry.account)
        .push(entry.role.as_str())
        .push(entry.office.as_str())
        .push(entry.action.as_str())
        .push(entry.purpose.as_str())
        .push(entry.granted)
        .push(entry.territory)
        .push(entry.person)
        .push(entry.case_id)
        .push(entry.run_id)
        .push(entry.population)
        .push(entry.digest.as_deref());
    for field in entry.errand.fields() {
        row.push(field);
    }
}
