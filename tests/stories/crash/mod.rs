//! A payment run that crashes, and one that is run again: nobody is paid twice, nobody lost.
//!
//! | what dies | when | file |
//! |---|---|---|
//! | the program | at any moment | `moments.rs` |
//! | the program | before and after each of its commits, on both databases | `commits.rs` |
//! | PostgreSQL at once with the program | before and after some of its commits; long: each | `commits.rs` |
//! | PostgreSQL alone | at some commits, and the program goes on | `commits.rs` |
//! | the N-th call to a partner, the database, the kernel, the signer | N = 1, 2, 3, ... | `nth/` |
//! | the room on the disk | after so many pages, on both databases | `disk.rs` |
//! | a PostgreSQL for good, its standby takes over | at a commit of each command | `standby.rs` |
//! | nothing; two processes do it at once, their computers' clocks ten minutes apart | the whole run | `clocks.rs` |
//! | one of three programs that serve at once, again and again | at any moment | `workers.rs` |
//!
//! Each ends by the banks' own book, and with every check of `daftar verify`. The short form runs
//! with every test; `./test --crash` sets `DAFTAR_CRASH=long`: the database dies with the program at
//! every commit, the program at more than a thousand moments.

mod clocks;
mod commits;
mod disk;
mod moments;
mod nth;
mod standby;
mod workers;

use std::process::Command;

use kernel::Month;
use payments::run::{self, Run, State};

use crate::stage::{self, Cast, Hand, Stage};

fn february() -> Month {
    stage::month(2026, 2)
}

/// A district whose January is awarded, with treasury and banks that answer at once.
fn paid_at_once() -> Cast {
    Cast {
        families: 400,
        returned: 20,
        at_once: true,
        ..Cast::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_the_run_twice_pays_nobody_twice() {
    stage::each(paid_at_once(), async |stage| {
        stage.play("2026-02-01T00:30:00+05:00").await;
        let first = stage.whole_run(february()).await;
        assert!(first.lines > 0);
        let paid = stage.nobody_is_paid_twice_and_nobody_lost(february()).await;
        let book = stage.book().await.len();

        let second = stage.whole_run(february()).await;
        assert_eq!(second.lines, 0, "{second:?}");
        stage.daftar.settle().await.expect("a settling");
        let again = stage.nobody_is_paid_twice_and_nobody_lost(february()).await;
        assert_eq!(again, paid);
        assert_eq!(stage.book().await.len(), book);
        stage.everything_holds().await;
    })
    .await;
}

/// The long form kills more often, for an hour.
fn is_long() -> bool {
    std::env::var("DAFTAR_CRASH").is_ok_and(|form| form == "long")
}

async fn ends_as_if_nothing_was(stage: &Stage) {
    let (credited, minor) = stage.nobody_is_paid_twice_and_nobody_lost(february()).await;
    assert!(credited > 0 && minor > 0);
    assert_eq!(
        runs(stage).await.len(),
        1,
        "one run, however often it was begun"
    );
    stage.everything_holds().await;
}

/// The run that has not come to its end, or none yet; `None` when it has.
async fn unfinished(stage: &Stage) -> Option<Option<Run>> {
    let found = newest_run(stage).await;
    let ended = |run: &Run| matches!(run.state, State::Answered | State::Closed);
    (!found.as_ref().is_some_and(ended)).then_some(found)
}

async fn runs(stage: &Stage) -> Vec<Run> {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    run::list(&mut tx).await.expect("runs")
}

async fn newest_run(stage: &Stage) -> Option<Run> {
    runs(stage).await.into_iter().next()
}

/// The command line that brings the run one state further.
fn pay(stage: &Stage, run: Option<&Run>) -> Command {
    Hand::of(&stage.daftar.config).next(run)
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
