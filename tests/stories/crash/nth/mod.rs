//! The N-th call fails, for N = 1, 2, 3, ... until a command passes; then the next command of the
//! run. After each failure the same command is given again and does what it should have done; then
//! the data is put back to where it stood before, and N grows.
//!
//! | whose call | how it fails | file |
//! |---|---|---|
//! | a message to treasury or bank | the connection is cut before, within, after it | `partner.rs` |
//! | a message to PostgreSQL | the same | `database.rs` |
//! | a write or sync of SQLite's files | the kernel answers ENOSPC or EIO | `sqlite.rs` |
//! | a call on a bank's file, or its signature | the kernel answers with an error | `files.rs` |
//! | the signer | its key is not there, not readable, no key | `files.rs` |

mod database;
mod files;
mod partner;
mod sqlite;

use std::process::Output;

use payments::run::{Run, State};

use super::{is_long, said};
use crate::stage::Hand;
use crate::stage::desk::Desk;

/// A command that does not pass after so many calls never does.
const CALLS_MAX: usize = 5_000;

/// What a story does to a command.
pub trait Fault {
    /// The hand with which the N-th call of a command fails.
    async fn arm(&mut self, desk: &Desk, n: usize) -> Hand;

    /// True when the call came, and failed.
    fn happened(&self, output: &Output) -> bool;

    /// True when the command may not end well, for what failed was a promise of its own.
    fn must_be_told(&self) -> bool {
        false
    }

    /// The trouble is over.
    async fn relieve(&mut self) {}
}

/// How often the calls failed, and how often the command said so.
#[derive(Clone, Copy, Debug, Default)]
pub struct Failed {
    pub calls: usize,
    pub commands: usize,
}

/// Which call is next. The short form takes the first ones and then wider and wider steps.
fn next(n: usize, first: usize) -> usize {
    if is_long() || n < first { n + 1 } else { 3 * n }
}

/// Walks a whole run through a fault, each command at each of its calls.
pub async fn walk(desk: &mut Desk, fault: &mut impl Fault, first: usize) -> Failed {
    let mut failed = Failed::default();
    while let Some(found) = desk.unfinished().await {
        let mark = desk.mark("before").await;
        let mut n = 1;
        loop {
            assert!(n < CALLS_MAX, "the command does not pass");
            let hand = fault.arm(desk, n).await;
            let output = hand.next(found.as_ref()).output().expect("daftar runs");
            fault.relieve().await;
            if !fault.happened(&output) {
                assert!(output.status.success(), "{}", said(&output.stderr));
                break;
            }
            failed.calls += 1;
            let when = format!("call {n}, {:?}", found.as_ref().map(|run| run.state));
            let told = it_said_so(&output, &when);
            assert!(told || !fault.must_be_told(), "{when}: success was claimed");
            failed.commands += usize::from(told);
            desk.payments_hold(&when).await;
            passes_now(desk, found.as_ref(), &when).await;
            desk.back_to(&mark).await;
            n = next(n, first);
        }
        desk.forget(mark).await;
    }
    desk.ends_as_if_nothing_was().await;
    failed
}

/// A command that was disturbed ends well, or says what happened; it never panics.
pub fn it_said_so(output: &Output, when: &str) -> bool {
    let words = said(&output.stderr);
    assert!(!words.contains("panicked"), "{when}: {words}");
    if output.status.success() {
        return false;
    }
    assert_eq!(output.status.code(), Some(1), "{when}: {words}");
    assert!(!words.trim().is_empty(), "{when}: it said nothing");
    true
}

/// The same command again, undisturbed: the run is further than it was.
pub async fn passes_now(desk: &Desk, before: Option<&Run>, when: &str) {
    let now = desk.runs().await.into_iter().next();
    let moved = |now: Option<&Run>| {
        now.map(|run| run.state) > before.map(|run| run.state)
            && now.is_some_and(|run| run.state != State::Building)
    };
    if !moved(now.as_ref()) {
        let output = desk.hand.next(now.as_ref()).output().expect("daftar runs");
        let words = said(&output.stderr);
        assert!(output.status.success(), "{when}, again: {words}");
        let then = desk.runs().await.into_iter().next();
        assert!(moved(then.as_ref()), "{when}, again: {then:?}");
    }
    assert_eq!(desk.runs().await.len(), 1, "{when}");
    desk.payments_hold(when).await;
}
