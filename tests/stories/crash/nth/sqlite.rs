//! A write or a sync of SQLite's files to which the kernel answers with an error.
//!
//! A sync of the log after new pages is a commit: when it fails the command may not end well. A
//! sync of a checkpoint may fail unsaid, for the log still holds what it would have moved.

use std::path::PathBuf;
use std::process::Output;

use super::{Fault, walk};
use crate::stage::desk::Desk;
use crate::stage::trace::{Kind, Trace};
use crate::stage::{Hand, each_sqlite};

const PAYEES: usize = 60;
const BANKS: usize = 2;
const LOOKED: &str = "write,pwrite64,fsync,fdatasync";
const SYNC_FAILS: Kind = Kind {
    calls: "fsync,fdatasync",
    error: "EIO",
};
const NO_ROOM: Kind = Kind {
    calls: "write,pwrite64",
    error: "ENOSPC",
};
/// The first calls of each command all fail, in the short form too.
const FIRST: usize = 2;
const FAILURES_MIN: usize = 10;

struct Kernel {
    kind: Kind,
    trace: Trace,
}

impl Fault for Kernel {
    async fn arm(&mut self, desk: &Desk, n: usize) -> Hand {
        let file = desk.file().expect("a desk on SQLite");
        let log = PathBuf::from(format!("{}-wal", file.display()));
        self.trace
            .arm(&desk.hand, self.kind, LOOKED, &[file, log], n)
    }

    fn happened(&self, _: &Output) -> bool {
        self.trace.injected()
    }

    fn must_be_told(&self) -> bool {
        let seen = self.trace.seen();
        seen.iter().enumerate().any(|(place, one)| {
            let earlier = seen[..place].iter().rev();
            let before = earlier
                .filter(|other| other.file == one.file)
                .find(|other| other.thread == one.thread);
            let is_sync = one.call.contains("sync");
            let wrote = before.is_some_and(|before| before.call.contains("write"));
            one.injected && one.file.ends_with("-wal") && is_sync && wrote
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_failed_sync_or_write_of_sqlite_is_taken_for_done() {
    if !Trace::is_there() {
        return;
    }
    for kind in [SYNC_FAILS, NO_ROOM] {
        each_sqlite(async |database, folder| {
            let trace = Trace(folder.path().join("trace"));
            let mut desk = Desk::set(PAYEES, BANKS, database, folder).await;
            let failed = walk(&mut desk, &mut Kernel { kind, trace }, FIRST).await;
            let (calls, told) = (failed.calls, failed.commands);
            eprintln!("{} {}: {calls} failed, {told} told", kind.calls, kind.error);
            assert!(calls >= FAILURES_MIN && told > 0, "{failed:?}");
        })
        .await;
    }
}
