//! Two processes whose clocks are ten minutes apart drive one run at once.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::stage::Hand;
use crate::stage::desk::Desk;

const PAYEES: usize = 400;
const BANKS: usize = 3;
const STEPS_MAX: usize = 100;
/// The one that is second comes so much later: both are at work, and each is first at times. A
/// process under another clock takes a while to begin.
const LATER: [Duration; 2] = [Duration::from_millis(30), Duration::from_millis(300)];
const APART_MICROS: i64 = 9 * 60 * 1_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_with_clocks_ten_minutes_apart_make_one_run_and_pay_nobody_twice() {
    if !may_lie() {
        eprintln!("SKIPPED: faketime is missing");
        return;
    }
    Desk::each(PAYEES, BANKS, async |desk| {
        let mut ahead = desk.hand.clone();
        ahead.through = ["faketime", "-f", "+10m"].map(str::to_owned).to_vec();
        let pairs = drive(desk, &ahead).await;
        let apart = spread(desk).await;
        eprintln!("{pairs} pairs of processes, their times {apart} microseconds apart");
        assert!(apart > APART_MICROS, "only one clock wrote");
        desk.ends_as_if_nothing_was().await;
    })
    .await;
}

fn may_lie() -> bool {
    let mut lie = Command::new("faketime");
    let status = lie
        .args(["-f", "+10m", "true"])
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
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
        std::thread::sleep(LATER[step % 2]);
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

/// Between the first and the last thing that happened to the run, as its processes saw the time.
async fn spread(desk: &Desk) -> i64 {
    let db = desk.db().await;
    let mut tx = db.read().await.expect("a snapshot");
    let statement = "SELECT MAX(at) - MIN(at) FROM payment_run_event";
    let spread = crate::stage::count(&mut tx, statement).await;
    drop(tx);
    db.close().await;
    spread
}
