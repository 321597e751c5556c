//! A PostgreSQL of a story's own, which may be killed.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{POSTGRES, repository};

#[derive(Debug)]
pub struct Cluster {
    pub address: String,
    folder: tempfile::TempDir,
    kills: AtomicUsize,
}

impl Cluster {
    /// `None` where the stories have no PostgreSQL. What it says is durable it keeps.
    pub fn start() -> Option<Cluster> {
        std::env::var(POSTGRES).ok()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let output = script(folder.path(), "start")
            .arg("durable")
            .output()
            .expect("a shell");
        assert!(output.status.success(), "PostgreSQL does not start");
        Some(Cluster {
            address: String::from_utf8_lossy(&output.stdout).trim().to_owned(),
            folder,
            kills: AtomicUsize::new(0),
        })
    }

    /// For a shell: `kill` ends all its processes at once, `restart` lets it read its log again and
    /// answer at the same address.
    pub fn shell(&self, verb: &str) -> String {
        let (script, folder) = (repository().join("tests/postgres"), self.folder.path());
        format!("'{}' {verb} '{}'", script.display(), folder.display())
    }

    pub fn was_killed(&self) {
        self.kills.fetch_add(1, Ordering::SeqCst);
    }

    /// After a kill.
    pub fn restart(&self) {
        self.was_killed();
        let status = script(self.folder.path(), "restart").status();
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
        let _ = script(self.folder.path(), "stop").status();
    }
}

fn script(folder: &Path, command: &str) -> Command {
    let mut script = Command::new(repository().join("tests/postgres"));
    script.arg(command).arg(folder);
    script
}
