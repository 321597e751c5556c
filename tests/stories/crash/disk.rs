//! The disk is full: everything a database writes lies in a small file system of the test's own,
//! which has room for nothing, then for a little, then for more, until the command passes. After
//! each failure room is given and the same command is given again.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::nth::{Fault, walk};
use crate::stage::desk::Desk;
use crate::stage::{self, Cluster, Hand};

const PAYEES: usize = 400;
const BANKS: usize = 2;
const PLENTY_BYTES: u64 = 512 * 1024 * 1024;
/// The room grows by so much with each N.
const STEP_BYTES: u64 = 16 * 1024;
/// Each of the five commands finds no room at all, at least.
const FULL_MIN: usize = 5;

/// A small file system in memory, mounted.
#[derive(Debug)]
pub struct Room(tempfile::TempDir);

impl Room {
    /// `None`, said aloud, to whom may not mount.
    pub fn of(bytes: u64) -> Option<Room> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let size = format!("size={bytes},mode=0755");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        if !mounted.is_ok_and(|status| status.success()) {
            eprintln!("SKIPPED: only root may mount a small file system");
            return None;
        }
        Some(Room(folder))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn resize(&self, bytes: u64) {
        let size = format!("remount,size={bytes}");
        let mut mount = Command::new("mount");
        let status = mount.args(["-o", &size]).arg(self.path()).status();
        assert!(status.expect("mount").success(), "{size}");
    }

    fn used(&self) -> u64 {
        let mut df = Command::new("df");
        df.args(["--block-size=1", "--output=used"])
            .arg(self.path());
        let output = df.output().expect("df");
        let text = super::said(&output.stdout);
        let used = text
            .lines()
            .last()
            .and_then(|line| line.trim().parse().ok());
        used.unwrap_or_else(|| panic!("df said {text:?}"))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // The folder below is removed after this, so it must be free.
        let mut unmount = Command::new("umount");
        let _ = unmount.arg("--lazy").arg(self.path()).status();
    }
}

struct Full<'a> {
    room: &'a Room,
    cluster: Option<&'a Cluster>,
}

impl Fault for Full<'_> {
    async fn arm(&mut self, desk: &Desk, n: usize) -> Hand {
        let free = STEP_BYTES * (n as u64 - 1);
        self.room.resize(self.room.used() + free);
        desk.hand.clone()
    }

    fn happened(&self, output: &Output) -> bool {
        !output.status.success()
    }

    async fn relieve(&mut self) {
        self.room.resize(PLENTY_BYTES);
        if let Some(cluster) = self.cluster {
            // PostgreSQL may have ended itself: it does when its log cannot be written.
            cluster.answers_again().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_on_a_full_disk_loses_nothing_and_the_same_command_finishes() {
    let Some(room) = Room::of(PLENTY_BYTES) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = format!("sqlite:{}", room.path().join("desk.db").display());
    let mut desk = Desk::set(PAYEES, BANKS, database, folder).await;
    let mut full = Full {
        room: &room,
        cluster: None,
    };
    let failed = walk(&mut desk, &mut full, 2).await;
    eprintln!("SQLite: {} commands found the disk full", failed.calls);
    assert!(failed.calls >= FULL_MIN, "{failed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_on_a_full_disk_loses_nothing_and_the_same_command_finishes() {
    let Some(room) = Room::of(PLENTY_BYTES) else {
        return;
    };
    let Some(cluster) = Cluster::start_in(room.path().join("cluster")) else {
        eprintln!("SKIPPED: no PostgreSQL");
        return;
    };
    stage::in_a_database_of(&cluster.address, async |database, folder| {
        let mut desk = Desk::set(PAYEES, BANKS, database, folder).await;
        let mut full = Full {
            room: &room,
            cluster: Some(&cluster),
        };
        let failed = walk(&mut desk, &mut full, 2).await;
        let restarts = cluster.kills();
        let calls = failed.calls;
        eprintln!(
            "PostgreSQL: {calls} commands found the disk full, it was started {restarts} times"
        );
        assert!(calls > 0, "{failed:?}");
    })
    .await;
}
