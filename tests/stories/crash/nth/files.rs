//! Statements as files for banks that take files: each call on a file or its signature fails, the
//! folder is none or full, the key of the signer is gone. A file that has its name is whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use payments::run::State;

use super::said;
use crate::crash::disk::Room;
use crate::stage::desk::{Desk, Mark};
use crate::stage::trace::{Kind, Trace};
use crate::stage::{Hand, binary, each_sqlite};

const PAYEES: usize = 60;
const BANKS: [&str; 2] = ["00601", "00602"];
/// strace counts each of them by itself, so each is walked by itself.
const CALLS: [&str; 5] = ["mkdir", "openat", "write", "fsync", "rename"];
const CALLS_MAX: usize = 200;
/// The folder is made once; three files and their signatures are opened, written, synced, named.
const FAILURES_MIN: usize = 1 + 4 * 2 * (BANKS.len() + 1);
const ROOM_BYTES: u64 = 8 * 1024;
const PLENTY_BYTES: u64 = 4 * 1024 * 1024;

/// A run that waits for its files to be written.
struct Counter {
    desk: Desk,
    run: String,
    key: PathBuf,
    funded: Mark,
}

type Files = BTreeMap<String, Vec<u8>>;

impl Counter {
    async fn set(database: String, folder: tempfile::TempDir) -> Counter {
        let desk = Desk::set(PAYEES, BANKS.len(), database, folder).await;
        for bank in BANKS {
            // Each bank keeps an account of its own.
            let account = format!("234020003001000{bank}");
            let words = ["channel", bank, "--account", &account, "--owner", "Agency"];
            passes(&mut desk.hand.pay(&words));
        }
        let run = loop {
            let run = desk.runs().await.into_iter().next();
            match run {
                Some(run) if run.state >= State::Funded => break run.id.to_string(),
                run => passes(&mut desk.hand.next(run.as_ref())),
            }
        };
        let key = desk.folder().join("signer");
        passes(
            Command::new(binary("daftar"))
                .args(["signing-key", "make"])
                .arg(&key),
        );
        let funded = desk.mark("funded").await;
        Counter {
            desk,
            run,
            key,
            funded,
        }
    }

    fn export(&self, hand: &Hand, out: &Path, key: &Path) -> Command {
        let mut command = hand.pay(&["export", &self.run]);
        command.arg("--out").arg(out).arg("--signing-key").arg(key);
        command
    }

    async fn state(&self) -> State {
        self.desk.runs().await[0].state
    }

    /// The export failed: what has its name is whole, and now all is written. A second export
    /// writes the same bytes.
    async fn ends_well(&self, out: &Path, failed: &Output, when: &str) -> Files {
        assert!(
            super::it_said_so(failed, when),
            "{when}: success was claimed"
        );
        self.desk.payments_hold(when).await;
        let torn = named(out);
        passes(&mut self.export(&self.desk.hand, out, &self.key));
        let whole = named(out);
        for (name, bytes) in torn.iter().filter(|(name, _)| name.ends_with(".xml")) {
            assert_eq!(whole.get(name), Some(bytes), "{when}: {name} was torn");
        }
        assert_eq!(self.state().await, State::Sent, "{when}");
        let other = self.desk.folder().join("other");
        let _ = fs::remove_dir_all(&other);
        passes(&mut self.export(&self.desk.hand, &other, &self.key));
        assert_eq!(named(&other), whole, "{when}");
        assert_eq!(
            whole.len(),
            2 * (BANKS.len() + 1),
            "{when}: {:?}",
            whole.keys()
        );
        self.desk.payments_hold(when).await;
        whole
    }
}

fn passes(command: &mut Command) {
    let output = command.output().expect("daftar runs");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        said(&output.stderr)
    );
}

/// The files that have their names.
fn named(folder: &Path) -> Files {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, fs::read(entry.path()).expect("a file"))
    });
    files.filter(|(name, _)| !name.starts_with('.')).collect()
}

/// The folder, and every name that its files will have, half written and whole.
fn paths(out: &Path, files: &Files) -> Vec<PathBuf> {
    let names = files.keys();
    let both = names.flat_map(|name| [out.join(name), out.join(format!(".{name}.partial"))]);
    [out.to_owned()].into_iter().chain(both).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_on_a_banks_file_fails_and_the_same_export_ends_it() {
    if !Trace::is_there() {
        return;
    }
    each_sqlite(async |database, folder| {
        let counter = Counter::set(database, folder).await;
        let out = counter.desk.folder().join("out");
        passes(&mut counter.export(&counter.desk.hand, &out, &counter.key));
        let paths = paths(&out, &named(&out));
        let mut failed = 0;
        for calls in CALLS {
            failed += walk(&counter, &out, &paths, calls).await;
        }
        eprintln!("{failed} calls on files failed, all told");
        assert!(failed >= FAILURES_MIN, "only {failed}");
    })
    .await;
}

/// Lets the N-th call of this name fail until there is none; how many there were.
async fn walk(counter: &Counter, out: &Path, paths: &[PathBuf], calls: &'static str) -> usize {
    let trace = Trace(counter.desk.folder().join("trace"));
    let error = "ENOSPC";
    for n in 1..CALLS_MAX {
        counter.desk.back_to(&counter.funded).await;
        fs::remove_dir_all(out).expect("a folder");
        let hand = trace.arm(&counter.desk.hand, Kind { calls, error }, calls, paths, n);
        let output = counter.export(&hand, out, &counter.key).output();
        let output = output.expect("daftar runs");
        if !trace.injected() {
            assert!(output.status.success(), "{}", said(&output.stderr));
            return n - 1;
        }
        counter
            .ends_well(out, &output, &format!("{calls} {n}"))
            .await;
    }
    panic!("the export does not pass");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_cannot_be_read_writes_nothing_and_the_same_export_ends_it() {
    each_sqlite(async |database, folder| {
        let counter = Counter::set(database, folder).await;
        let out = counter.desk.folder().join("out");
        let (empty, wrong) = (out.with_extension("empty"), out.with_extension("wrong"));
        fs::write(&empty, "").expect("a file");
        fs::write(&wrong, "no key").expect("a file");
        let gone = out.with_extension("gone");
        for key in [gone.as_path(), &empty, &wrong, counter.desk.folder()] {
            counter.desk.back_to(&counter.funded).await;
            let _ = fs::remove_dir_all(&out);
            let output = counter.export(&counter.desk.hand, &out, key).output();
            let output = output.expect("daftar runs");
            assert_eq!(named(&out), Files::new(), "{key:?}");
            assert_eq!(counter.state().await, State::Funded, "{key:?}");
            counter.ends_well(&out, &output, &format!("{key:?}")).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_is_none_or_full_is_told_and_the_same_export_ends_it() {
    each_sqlite(async |database, folder| {
        let counter = Counter::set(database, folder).await;
        let out = counter.desk.folder().join("out");
        fs::write(&out, "a file is no folder").expect("a file");
        let output = counter
            .export(&counter.desk.hand, &out, &counter.key)
            .output();
        let output = output.expect("daftar runs");
        fs::remove_file(&out).expect("a file");
        counter.ends_well(&out, &output, "no folder").await;

        let Some(room) = Room::of(ROOM_BYTES) else {
            return;
        };
        counter.desk.back_to(&counter.funded).await;
        let output = counter
            .export(&counter.desk.hand, room.path(), &counter.key)
            .output();
        let output = output.expect("daftar runs");
        assert_ne!(counter.state().await, State::Sent);
        room.resize(PLENTY_BYTES);
        counter.ends_well(room.path(), &output, "full").await;
    })
    .await;
}
