//! A crash before and after each commit of a payment run, walked through one by one.
//!
//! A process of the run is started with the order to crash at its N-th commit
//! (`store::crash`). What it committed before stays, so the next process begins there; while a
//! crash after the N-th commit brings the run further, N stays: where the program dies, alone or
//! with the database, every commit of the run is met, before and after. Where the database alone
//! dies, the program mostly finds it again and goes on to the end of its step.

use std::fmt;
use std::path::Path;
use std::process::{Command, Output};

use super::{ends_as_if_nothing_was, is_long, newest_run, paid_at_once, pay, said, unfinished};
use crate::stage::{self, Stage};

/// A walk that is not at its end after so many processes never gets there.
const PROCESSES_MAX: usize = 400;
/// Commits that a whole run surely has.
const POINTS_MIN: usize = 10;
/// In the short form the database dies at each so many-th point.
const DATABASE_EVERY: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dies {
    Program,
    Database,
    Both,
}

/// Where a process is to crash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Point {
    after: bool,
    commit: u64,
}

impl Point {
    const FIRST: Point = Point {
        after: false,
        commit: 1,
    };
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = if self.after { "after" } else { "before" };
        write!(f, "{when} {}", self.commit)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_dies_before_and_after_each_commit() {
    stage::each(paid_at_once(), async |stage| {
        stage.play("2026-02-01T00:30:00+05:00").await;
        let crashed = walk(stage, |_| Dies::Program, None).await;
        eprintln!("{crashed} points, the program died at each");
        assert!(crashed >= 2 * POINTS_MIN, "only {crashed} points");
        ends_as_if_nothing_was(stage).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_dies_before_and_after_commits() {
    let Some(cluster) = stage::Cluster::start() else {
        eprintln!("SKIPPED: no PostgreSQL that may be killed");
        return;
    };
    let short = |place: usize| match place % DATABASE_EVERY {
        0 => Dies::Database,
        3 => Dies::Both,
        _ => Dies::Program,
    };
    if is_long() {
        with_a_cluster(&cluster, |_| Dies::Database).await;
        with_a_cluster(&cluster, |_| Dies::Both).await;
    } else {
        with_a_cluster(&cluster, short).await;
    }
    let kills = cluster.kills();
    assert!(kills >= POINTS_MIN / 3, "it died only {kills} times");
}

async fn with_a_cluster(cluster: &stage::Cluster, dies: impl Fn(usize) -> Dies) {
    stage::in_cluster(paid_at_once(), &cluster.address, async |stage| {
        stage.play("2026-02-01T00:30:00+05:00").await;
        let crashed = walk(stage, &dies, Some(cluster)).await;
        eprintln!(
            "{crashed} points; PostgreSQL died {} times so far",
            cluster.kills()
        );
        ends_as_if_nothing_was(stage).await;
    })
    .await;
}

/// Drives the run to its end, crashing at each point; how many there were.
async fn walk(
    stage: &Stage,
    dies: impl Fn(usize) -> Dies,
    cluster: Option<&stage::Cluster>,
) -> usize {
    let (mut point, mut crashed) = (Point::FIRST, 0);
    for process in 0.. {
        assert!(process < PROCESSES_MAX, "the run does not end");
        let Some(found) = unfinished(stage).await else {
            break;
        };
        let state = found.as_ref().map(|run| run.state);
        let before = written(stage).await;
        let mark = stage.folder().join(format!("crashed-{process}"));
        let dies = dies(crashed);
        let mut command = pay(stage, found.as_ref());
        let output = crash(&mut command, point, dies, &mark, cluster);
        if !mark.exists() {
            assert!(output.status.success(), "{point}: {}", said(&output.stderr));
            point = Point::FIRST;
            continue;
        }
        assert!(
            dies == Dies::Database || !output.status.success(),
            "{point}: it should have died"
        );
        match (dies, cluster) {
            (Dies::Both, Some(cluster)) => cluster.restart(),
            // It came back while the program went on with what it had lost.
            (Dies::Database, Some(cluster)) => cluster.was_killed(),
            _ => {}
        }
        crashed += 1;
        let checks = payments::verify::all(&stage.daftar.platform).await;
        assert_eq!(checks.expect("checks"), [], "{point}, {dies:?}, {state:?}");
        let now = newest_run(stage).await.map(|run| run.state);
        let further = written(stage).await != before;
        point = match point {
            _ if now != state => Point::FIRST,
            Point {
                after: true,
                commit,
            } if further => Point {
                after: false,
                commit,
            },
            Point {
                after: true,
                commit,
            } => Point {
                after: false,
                commit: commit + 1,
            },
            Point { commit, .. } => Point {
                after: true,
                commit,
            },
        };
    }
    crashed
}

fn crash(
    command: &mut Command,
    point: Point,
    dies: Dies,
    mark: &Path,
    cluster: Option<&stage::Cluster>,
) -> Output {
    let marks = format!("touch '{}'", mark.display());
    let shell = |verb| cluster.expect("a cluster").shell(verb);
    let order = match dies {
        Dies::Program => format!("{point} dies {marks}"),
        Dies::Both => format!("{point} dies {marks} && {}", shell("kill")),
        Dies::Database => format!(
            "{point} lives {marks} && {} && {}",
            shell("kill"),
            shell("restart")
        ),
    };
    command
        .env(store::crash::VARIABLE, order)
        .output()
        .expect("daftar starts")
}

/// Rows and sums that grow with every step of a run.
async fn written(stage: &Stage) -> Vec<i64> {
    const COUNTS: [&str; 6] = [
        "SELECT COUNT(*) FROM payment_run_event",
        "SELECT COUNT(*) FROM payment",
        "SELECT COUNT(*) FROM payment_event",
        "SELECT COUNT(*) FROM ledger_transfer",
        "SELECT COUNT(*) FROM statement WHERE accepted_at IS NOT NULL",
        "SELECT COUNT(*) FROM statement WHERE sha256 IS NOT NULL",
    ];
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let mut counts = Vec::new();
    for count in COUNTS {
        counts.push(stage::count(&mut tx, count).await);
    }
    counts
}
