//! Processes of a payment run that are killed (SIGKILL) at any moment.
//!
//! A run that nobody disturbs tells how long each of its commands takes; the commands of the next
//! runs are killed at moments drawn evenly from that time, a few times in each state of the run.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use payments::run::State;

use super::{is_long, said};
use crate::stage::desk::{Desk, Mark};

/// Payees, and so lines of the run.
const LINES: usize = 2_000;
const BANKS: usize = 5;
/// Kills that hit a living process, on each database: forty in all, above a thousand in the long
/// form.
const KILLS: u32 = 20;
const KILLS_LONG: u32 = 510;
/// In each state of the run the process is killed at most so often before it may finish.
const KILLS_A_STATE: u32 = 6;
const SEED: u64 = 20_260_204;
/// A run that is not at its end after so many processes never gets there.
const PROCESSES_MAX: u32 = 120;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_killed_at_any_moment_ends_equal_to_the_banks_book() {
    let wanted = if is_long() { KILLS_LONG } else { KILLS };
    let (all, runs) = (AtomicU32::new(0), AtomicU32::new(0));
    let began = Instant::now();
    Desk::each(LINES, BANKS, async |desk| {
        let start = desk.mark("start").await;
        let usual = undisturbed(desk).await;
        let (mut kills, mut dice) = (0, Dice(SEED));
        while kills < wanted {
            begin_again(desk, &start).await;
            kills += killed_at_any_moment(desk, &usual, &mut dice).await;
            runs.fetch_add(1, Ordering::SeqCst);
        }
        all.fetch_add(kills, Ordering::SeqCst);
        desk.forget(start).await;
    })
    .await;
    let (all, runs) = (all.into_inner(), runs.into_inner());
    assert!(all >= wanted, "only {all} kills");
    // The rule of three: no harm in N trials bounds its chance by 3/N, with 95 in 100.
    let bound = 300.0 / f64::from(all);
    let seconds = began.elapsed().as_secs();
    eprintln!(
        "{all} kills in {runs} runs of {LINES} lines, {seconds} s: 0 lost, 0 paid twice; \
         at most {bound:.2} % of kills could do either (3/N)"
    );
}

async fn begin_again(desk: &mut Desk, start: &Mark) {
    desk.back_to(start).await;
    desk.fresh_banks();
}

type Usual = BTreeMap<Option<&'static str>, Duration>;

fn name(state: Option<State>) -> Option<&'static str> {
    state.map(State::as_str)
}

/// How long the command of each state takes when nobody disturbs it.
async fn undisturbed(desk: &mut Desk) -> Usual {
    let mut usual = Usual::new();
    while let Some(found) = desk.unfinished().await {
        let began = Instant::now();
        finishes(&mut desk.hand.next(found.as_ref()));
        let state = name(found.map(|run| run.state));
        let again = usual.insert(state, began.elapsed());
        assert_eq!(again, None, "{state:?} lasts");
    }
    desk.ends_as_if_nothing_was().await;
    usual
}

fn finishes(command: &mut Command) {
    let output = command.output().expect("daftar runs");
    assert!(output.status.success(), "{}", said(&output.stderr));
}

/// How many processes were killed before the run came to its end.
async fn killed_at_any_moment(desk: &Desk, usual: &Usual, dice: &mut Dice) -> u32 {
    let longest = usual.values().max().copied().expect("some commands");
    let (mut kills, mut in_state) = (0, (None, 0));
    for process in 0.. {
        assert!(process < PROCESSES_MAX, "the run does not end");
        let Some(found) = desk.unfinished().await else {
            break;
        };
        let state = found.as_ref().map(|run| run.state);
        if in_state.0 != state {
            in_state = (state, 0);
        }
        in_state.1 += 1;
        let mut command = desk.hand.next(found.as_ref());
        if in_state.1 > KILLS_A_STATE {
            finishes(&mut command);
            continue;
        }
        let usual = usual.get(&name(state)).copied().unwrap_or(longest);
        kills += u32::from(is_killed(&mut command, usual.mul_f64(dice.share())));
        desk.payments_hold(&format!("process {process}, {state:?}"))
            .await;
    }
    desk.ends_as_if_nothing_was().await;
    kills
}

/// Starts the process and kills it (SIGKILL) after a while, unless it was faster.
fn is_killed(command: &mut Command, after: Duration) -> bool {
    let began = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("daftar starts");
    while began.elapsed() < after {
        if child.try_wait().expect("a process").is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("a process is killed");
    !child.wait().expect("a process ends").success()
}

/// A small seeded generator (splitmix64): the same shares in every run of the test.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// From 0 up to 1.
    pub(super) fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 40) as f64 / (1_u64 << 24) as f64
    }
}
