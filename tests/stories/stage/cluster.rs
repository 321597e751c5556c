//! A PostgreSQL of a story's own, which may be killed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::{POSTGRES, administer, repository};

/// A cluster that has ended itself is noticed within so many looks.
const LOOKS: u32 = 100;
const BETWEEN: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub struct Cluster {
    pub address: String,
    folder: PathBuf,
    /// Removed with it, where the folder is its own.
    _temporary: Option<tempfile::TempDir>,
    kills: AtomicUsize,
}

impl Cluster {
    /// `None` where the stories have no PostgreSQL. What it says is durable it keeps.
    pub fn start() -> Option<Cluster> {
        std::env::var(POSTGRES).ok()?;
        Some(Cluster::made("start", &["durable"]))
    }

    /// The same in a folder of the caller's, with a log of many small files.
    pub fn start_in(folder: PathBuf) -> Option<Cluster> {
        std::env::var(POSTGRES).ok()?;
        let address = started(&folder, "start", &["durable", "--wal-segsize=1"]);
        Some(Cluster::at(address, folder, None))
    }

    /// A copy that has each commit of this one on its disk before the commit is answered.
    pub fn standby(&self) -> Cluster {
        let primary = self.folder.display().to_string();
        Cluster::made("standby", &[&primary])
    }

    fn made(verb: &str, more: &[&str]) -> Cluster {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = temporary.path().to_path_buf();
        Cluster::at(started(&folder, verb, more), folder, Some(temporary))
    }

    fn at(address: String, folder: PathBuf, temporary: Option<tempfile::TempDir>) -> Cluster {
        Cluster {
            address,
            folder,
            _temporary: temporary,
            kills: AtomicUsize::new(0),
        }
    }

    /// It waits for no standby any more.
    pub async fn stands_alone(&self) {
        administer(
            &self.address,
            "ALTER SYSTEM RESET synchronous_standby_names",
        )
        .await;
        administer(&self.address, "SELECT pg_reload_conf()").await;
    }

    /// It may have ended itself; then it is started again.
    pub async fn answers_again(&self) {
        use sqlx::Connection;
        for look in 0..LOOKS {
            if let Ok(connection) = sqlx::PgConnection::connect(&self.address).await {
                let _ = connection.close().await;
                return;
            }
            let postmaster = self.folder.join("data/postmaster.pid");
            if !postmaster.exists() {
                self.restart();
            }
            assert!(look + 1 < LOOKS, "PostgreSQL does not come back");
            tokio::time::sleep(BETWEEN).await;
        }
    }

    /// For a shell: `kill` ends all its processes at once, `restart` lets it read its log again and
    /// answer at the same address.
    pub fn shell(&self, verb: &str) -> String {
        let (script, folder) = (repository().join("tests/postgres"), &self.folder);
        format!("'{}' {verb} '{}'", script.display(), folder.display())
    }

    pub fn was_killed(&self) {
        self.kills.fetch_add(1, Ordering::SeqCst);
    }

    /// After a kill.
    pub fn restart(&self) {
        self.was_killed();
        let status = script(&self.folder, "restart").status();
        assert!(
            status.expect("a shell").success(),
            "PostgreSQL does not come back"
        );
    }

    pub fn kills(&self) -> usize {
        self.kills.load(Ordering::SeqCst)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = script(&self.folder, "stop").status();
    }
}

/// Makes a cluster; its address.
fn started(folder: &Path, verb: &str, more: &[&str]) -> String {
    let output = script(folder, verb).args(more).output().expect("a shell");
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "PostgreSQL does not start: {why}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn script(folder: &Path, command: &str) -> Command {
    let mut script = Command::new(repository().join("tests/postgres"));
    script.arg(command).arg(folder);
    script
}
