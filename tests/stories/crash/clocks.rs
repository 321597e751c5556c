//! Two processes whose computers' clocks are ten minutes apart drive one run at once. They go by one
//! time all the same, the database server's. The embedded database is left out: its processes are of
//! one computer.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::stage::desk::Desk;
use crate::stage::{self, Hand};

const PAYEES: usize = 400;
const BANKS: usize = 3;
const STEPS_MAX: usize = 100;
/// The one that is second comes so much later: both are at work, and each is first at times.
const LATER: Duration = Duration::from_millis(30);
/// Longer than any run of this story takes, and shorter than the clocks are apart.
const LASTS_MICROS_MAX: i64 = 5 * 60 * 1_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_with_clocks_ten_minutes_apart_go_by_one_time_and_pay_nobody_twice() {
    let Ok(cluster) = std::env::var(stage::POSTGRES) else {
        eprintln!("SKIPPED: {} is not set", stage::POSTGRES);
        return;
    };
    stage::in_a_database_of(&cluster, async |database, folder| {
        let desk = Desk::set(PAYEES, BANKS, database, folder).await;
        let mut ahead = desk.hand.clone();
        let ten_minutes = "600".to_owned();
        ahead.env.push((store::WRONG_BY_S.to_owned(), ten_minutes));
        let pairs = drive(&desk, &ahead).await;
        let (lasted, since) = times(&desk).await;
        eprintln!(
            "{pairs} pairs of processes; by their times the run lasted {lasted} microseconds"
        );
        assert!(lasted < LASTS_MICROS_MAX, "two clocks wrote");
        assert!(since < LASTS_MICROS_MAX, "the wrong clock wrote");
        desk.ends_as_if_nothing_was().await;
    })
    .await;
}

/// Both give the next command at once, until the run is at its end. One that finds its work done by
/// the other may say so; it may not panic.
async fn drive(desk: &Desk, ahead: &Hand) -> usize {
    for step in 0..STEPS_MAX {
        let Some(found) = desk.unfinished().await else {
            return step;
        };
        let mut hands = [&desk.hand, ahead];
        hands.rotate_left(step % 2);
        let first = begun(hands[0].next(found.as_ref()));
        std::thread::sleep(LATER);
        let second = begun(hands[1].next(found.as_ref()));
        for child in [first, second] {
            let output = child.wait_with_output().expect("a process ends");
            let words = super::said(&output.stderr);
            assert!(!words.contains("panicked"), "{words}");
        }
        desk.payments_hold(&format!("step {step}")).await;
    }
    panic!("the run does not end");
}

fn begun(mut command: Command) -> Child {
    let silent = command.stdout(Stdio::null()).stderr(Stdio::piped());
    silent.spawn().expect("daftar starts")
}

/// From the first to the last thing that happened to the run, and from the last until now, as the
/// database saw it.
async fn times(desk: &Desk) -> (i64, i64) {
    let db = desk.db().await;
    let mut tx = db.read().await.expect("a snapshot");
    let lasted = "SELECT MAX(at) - MIN(at) FROM payment_run_event";
    let lasted = stage::count(&mut tx, lasted).await;
    let since =
        "SELECT ABS(CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) - MAX(at))
        FROM payment_run_event";
    let since = stage::count(&mut tx, since).await;
    drop(tx);
    db.close().await;
    (lasted, since)
}
