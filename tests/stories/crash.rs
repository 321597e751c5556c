//! A payment run that is killed, and one that is run again: nobody is paid twice, nobody lost.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kernel::Month;
use payments::run::{self, Run, State};

use crate::stage::{self, Cast, SECRET, Stage, binary};

/// In each state of the run the process is killed at most so often before it may finish.
const KILLS_A_STATE: u32 = 5;
/// Kills that must really have hit a living process.
const KILLS_MIN: u32 = 4;
/// Processes that only look, to learn how long one takes.
const LOOKS: u32 = 3;
/// A run that is not at its end after so many processes never gets there.
const PROCESSES_MAX: u32 = 120;

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
async fn a_run_killed_at_any_moment_ends_equal_to_the_banks_book() {
    stage::each(paid_at_once(), async |stage| {
        stage.play("2026-02-01T00:30:00+05:00").await;
        let mut dice = Dice(20_260_204);
        let mut usual = how_long(stage);
        let mut kills = 0;
        let mut in_state = (None, 0);
        for process in 0.. {
            assert!(process < PROCESSES_MAX, "the run does not end");
            let found = newest_run(stage).await;
            let state = found.as_ref().map(|run| run.state);
            if matches!(state, Some(State::Answered | State::Closed)) {
                break;
            }
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
        eprintln!("{kills} processes were killed");
        assert!(
            kills >= KILLS_MIN,
            "only {kills} processes were killed in time"
        );
        let (credited, minor) = stage.nobody_is_paid_twice_and_nobody_lost(february()).await;
        assert!(credited > 0 && minor > 0);
        assert_eq!(
            runs(stage).await.len(),
            1,
            "one run, however often it was begun"
        );
        stage.everything_holds().await;
    })
    .await;
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

async fn runs(stage: &Stage) -> Vec<Run> {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    run::list(&mut tx).await.expect("runs")
}

async fn newest_run(stage: &Stage) -> Option<Run> {
    runs(stage).await.into_iter().next()
}

/// The command line that brings the run one state further.
fn pay(stage: &Stage, run: Option<&Run>) -> Command {
    let id = run.map(|run| run.id.to_string()).unwrap_or_default();
    let step: &[&str] = match run.map(|run| run.state) {
        None | Some(State::Building) => &["build", "2026-02"],
        Some(State::Built) => &["approve", &id, "--login", "treasurer-1"],
        Some(State::ApprovedOnce) => &["approve", &id, "--login", "treasurer-2"],
        Some(State::Approved | State::Ordered | State::Funded) => &["send", &id],
        Some(State::Sent | State::Answered | State::Closed) => &["collect", &id],
    };
    daftar_pay(stage, step)
}

fn daftar_pay(stage: &Stage, step: &[&str]) -> Command {
    let config = &stage.daftar.config;
    let mut command = Command::new(binary("daftar"));
    command
        .arg("pay")
        .args(step)
        .args([
            "--database",
            &config.database,
            "--partners",
            &config.partners,
        ])
        .arg("--packs")
        .arg(&config.packs)
        .arg("--quiet")
        .env("DAFTAR_SECRET", SECRET)
        .stdin(Stdio::null());
    command
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

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
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
