//! A crash at one commit, for the tests of crashes; compiled only for tests.
//!
//! `DAFTAR_TEST_CRASH="before 3 dies COMMAND"`: before (or `after`) the third commit of this
//! process the command is run by a shell, then the process ends at once as if killed (`dies`), or
//! goes on and finds what the command has done (`lives`).

use std::process::Command;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

pub const VARIABLE: &str = "DAFTAR_TEST_CRASH";

static COMMITS: AtomicU64 = AtomicU64::new(0);
static PLAN: LazyLock<Option<Plan>> = LazyLock::new(|| {
    let text = std::env::var(VARIABLE).ok()?;
    Some(Plan::read(&text).unwrap_or_else(|| panic!("{VARIABLE}={text} is not understood")))
});

struct Plan {
    after: bool,
    commit: u64,
    dies: bool,
    command: String,
}

impl Plan {
    fn read(text: &str) -> Option<Plan> {
        let mut words = text.splitn(4, ' ');
        let after = match words.next()? {
            "before" => false,
            "after" => true,
            _ => return None,
        };
        let commit = words.next()?.parse().ok()?;
        let dies = match words.next()? {
            "dies" => true,
            "lives" => false,
            _ => return None,
        };
        Some(Plan {
            after,
            commit,
            dies,
            command: words.next()?.to_owned(),
        })
    }
}

/// The number of the commit that begins now.
pub fn before() -> u64 {
    let commit = COMMITS.fetch_add(1, Ordering::SeqCst) + 1;
    point(false, commit);
    commit
}

pub fn after(commit: u64) {
    point(true, commit);
}

fn point(after: bool, commit: u64) {
    let Some(plan) = PLAN.as_ref() else { return };
    if (plan.after, plan.commit) != (after, commit) {
        return;
    }
    let status = Command::new("sh").args(["-c", &plan.command]).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "{}",
        plan.command
    );
    if plan.dies {
        // No destructor runs, nothing is flushed.
        std::process::abort();
    }
}
