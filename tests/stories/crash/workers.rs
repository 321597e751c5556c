//! Three programs serve one database, and their workers drive one run at once; the clock of one
//! computer is ten minutes ahead. One after the other is killed (SIGKILL) at any moment and started
//! again. All the while leases are over at once, so that a job is taken from a worker that lives: no
//! clock and no slow computer could be worse.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use payments::run::State;

use super::is_long;
use super::moments::Dice;
use crate::stage::desk::Desk;

/// Payees, and so lines of the run.
const LINES: usize = 2_000;
const BANKS: usize = 5;
const WORKERS: usize = 3;
/// The one whose computer's clock is wrong.
const AHEAD: usize = 2;
/// Kills on each database.
const KILLS: usize = 12;
const KILLS_LONG: usize = 300;
/// Between two kills at most.
const APART: Duration = Duration::from_millis(600);
/// A run that is not at its end by then never gets there.
const LASTS_MAX: Duration = Duration::from_secs(180);
const SEED: u64 = 20_260_205;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_workers_killed_on_one_run_end_equal_to_the_banks_book() {
    let wanted = if is_long() { KILLS_LONG } else { KILLS };
    Desk::each(LINES, BANKS, async |desk| {
        let start = desk.mark("start").await;
        let (mut kills, mut runs, mut dice) = (0, 0, Dice(SEED));
        while kills < wanted {
            desk.back_to(&start).await;
            desk.fresh_banks();
            approve(desk).await;
            kills += driven_by_the_dying(desk, &mut dice).await;
            runs += 1;
        }
        desk.forget(start).await;
        eprintln!("{kills} kills among {WORKERS} workers in {runs} runs: 0 lost, 0 paid twice");
    })
    .await;
}

/// What people do: building the run, and two approvals.
async fn approve(desk: &Desk) {
    loop {
        let found = desk.unfinished().await.expect("a run that goes on");
        if found
            .as_ref()
            .is_some_and(|run| run.state >= State::Approved)
        {
            return;
        }
        let done = desk
            .hand
            .next(found.as_ref())
            .output()
            .expect("daftar runs");
        assert!(done.status.success(), "{}", super::said(&done.stderr));
    }
}

/// How many were killed before the run came to its end.
async fn driven_by_the_dying(desk: &Desk, dice: &mut Dice) -> usize {
    let mut workers: Vec<Worker> = (0..WORKERS).map(|n| Worker::start(desk, n)).collect();
    let (began, mut kills) = (Instant::now(), 0);
    while desk.unfinished().await.is_some() {
        assert!(began.elapsed() < LASTS_MAX, "the run does not end");
        std::thread::sleep(APART.mul_f64(dice.share()));
        let dying = (dice.share() * WORKERS as f64) as usize;
        workers[dying].killed();
        kills += 1;
        leases_are_over(desk).await;
        workers[dying] = Worker::start(desk, dying);
    }
    for worker in &mut workers {
        worker.killed();
    }
    desk.ends_as_if_nothing_was().await;
    kills
}

/// Every job may be taken at once, and none wears out.
async fn leases_are_over(desk: &Desk) {
    let db = desk.db().await;
    let mut tx = db.begin().await.expect("a transaction");
    store::execute!(
        tx,
        "UPDATE job SET run_at = 0, attempts_max = 1000000 WHERE state <> 'dead'"
    )
    .expect("jobs");
    tx.commit().await.expect("a commit");
    db.close().await;
}

/// A `daftar serve` as a process of its own.
struct Worker {
    child: Child,
    words: PathBuf,
}

impl Worker {
    fn start(desk: &Desk, n: usize) -> Worker {
        let words = desk.folder().join(format!("worker-{n}.txt"));
        let mut serve = desk.hand.daftar(&["serve", "--http", "127.0.0.1:0"]);
        serve.args(["--partners", &desk.hand.partners]);
        // Processes of the embedded database are of one computer.
        if n == AHEAD && desk.file().is_none() {
            serve.env(store::WRONG_BY_S, "600");
        }
        let file = File::create(&words).expect("a file");
        serve.stdout(Stdio::null()).stderr(file);
        let child = serve.spawn().expect("daftar starts");
        Worker { child, words }
    }

    /// It must have lived, and said nothing of a panic.
    fn killed(&mut self) {
        let ended = self.child.try_wait().expect("a process");
        let words = fs::read_to_string(&self.words).expect("a file");
        assert!(ended.is_none() && !words.contains("panicked"), "{words}");
        self.child.kill().expect("a process is killed");
        self.child.wait().expect("a process ends");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
