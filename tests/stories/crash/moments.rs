//! Processes of a payment run that are killed (SIGKILL) at any moment.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::{daftar_pay, ends_as_if_nothing_was, is_long, paid_at_once, pay, said, unfinished};
use crate::stage::{self, Stage};

/// In each state of the run the process is killed at most so often before it may finish.
const KILLS_A_STATE: u32 = 5;
/// Kills that must really have hit a living process.
const KILLS_MIN: u32 = 4;
const SEED: u64 = 20_260_204;
/// Whole runs of the long form, on each database: above 1,000 kills in all.
const LONG_RUNS: u64 = 25;
/// Processes that only look, to learn how long one takes.
const LOOKS: u32 = 3;
/// A run that is not at its end after so many processes never gets there.
const PROCESSES_MAX: u32 = 120;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_killed_at_any_moment_ends_equal_to_the_banks_book() {
    let runs = if is_long() { LONG_RUNS } else { 1 };
    let killed = AtomicU32::new(0);
    for seed in 0..runs {
        stage::each(paid_at_once(), async |stage| {
            let kills = killed_at_any_moment(stage, Dice(SEED + seed)).await;
            killed.fetch_add(kills, Ordering::SeqCst);
        })
        .await;
    }
    let killed = killed.into_inner();
    // The rule of three: no harm in N trials bounds its chance by 3/N, with 95 in 100.
    let bound = 300.0 / f64::from(killed);
    eprintln!(
        "{killed} kills: 0 lost, 0 paid twice; at most {bound:.2} % of kills could do either"
    );
}

/// How many processes were killed before the run came to its end.
async fn killed_at_any_moment(stage: &Stage, mut dice: Dice) -> u32 {
    stage.play("2026-02-01T00:30:00+05:00").await;
    let mut usual = how_long(stage);
    let mut kills = 0;
    let mut in_state = (None, 0);
    for process in 0.. {
        assert!(process < PROCESSES_MAX, "the run does not end");
        let Some(found) = unfinished(stage).await else {
            break;
        };
        let state = found.as_ref().map(|run| run.state);
        if in_state.0 != state {
            in_state = (state, 0);
        }
        in_state.1 += 1;
        let mut command = pay(stage, found.as_ref());
        if in_state.1 > KILLS_A_STATE {
            let output = command.output().expect("daftar runs");
            assert!(output.status.success(), "{}", said(&output.stderr));
            continue;
        }
        match ended_before(&mut command, usual.mul_f64(dice.moment(in_state.1))) {
            Some(took) => usual = usual.min(took),
            None => kills += 1,
        }
    }
    assert!(
        kills >= KILLS_MIN,
        "only {kills} processes were killed in time"
    );
    ends_as_if_nothing_was(stage).await;
    kills
}

/// How long a process takes that only looks, when the machine is least busy.
fn how_long(stage: &Stage) -> Duration {
    let looks = (0..LOOKS).map(|_| {
        let began = Instant::now();
        let listed = daftar_pay(stage, &["list"]).output().expect("daftar runs");
        assert!(listed.status.success(), "{}", said(&listed.stderr));
        began.elapsed()
    });
    looks.min().expect("some looks")
}

/// Starts the process and kills it (SIGKILL) after a while; how long it took if it was faster.
fn ended_before(command: &mut Command, after: Duration) -> Option<Duration> {
    let began = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("daftar starts");
    while began.elapsed() < after {
        if child.try_wait().expect("a process").is_some() {
            return Some(began.elapsed());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("a process is killed");
    child.wait().expect("a process ends");
    None
}

/// A small seeded generator (splitmix64): the same moments in every run of the test.
struct Dice(u64);

impl Dice {
    /// Shares of a usual process: the first attempts die early, the later ones near the end.
    fn moment(&mut self, attempt: u32) -> f64 {
        0.25 * f64::from(attempt) + 0.3 * self.share()
    }

    /// From 0 up to 1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 40) as f64 / (1_u64 << 24) as f64
    }
}
