//! PostgreSQL over a wire that is cut at a statement: it never came, came half, or was done and the
//! answer is lost. A commit of which nobody knows whether it was done is among them.

use std::process::Output;

use super::{Fault, walk};
use crate::stage::cut::{Cut, Wire};
use crate::stage::desk::Desk;
use crate::stage::{self, Hand};

const PAYEES: usize = 60;
const BANKS: usize = 2;
/// The first messages of each command are all cut, in the short form too.
const FIRST: usize = 3;
const CUTS_MIN: usize = 15;

#[derive(Default)]
struct CutDatabase {
    wire: Option<Wire>,
    /// Cuts so far: the kinds take turns.
    turn: usize,
}

impl Fault for CutDatabase {
    async fn arm(&mut self, desk: &Desk, n: usize) -> Hand {
        let cut = [Cut::After, Cut::Before, Cut::Within][self.turn % 3];
        self.turn += 1;
        let mut hand = desk.hand.clone();
        let (before, rest) = hand.database.split_once('@').expect("postgres://user@host");
        let (server, name) = rest.split_once('/').expect("a database's name");
        let wire = Wire::to(server, cut, n).await;
        hand.database = format!("{before}@{}/{name}", wire.address);
        self.wire = Some(wire);
        hand
    }

    fn happened(&self, _: &Output) -> bool {
        self.wire.as_ref().is_some_and(Wire::was_cut)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_to_postgresql_are_cut_before_within_and_after_they_are_done() {
    let Ok(cluster) = std::env::var("DAFTAR_TEST_POSTGRES") else {
        eprintln!("SKIPPED: DAFTAR_TEST_POSTGRES is not set");
        return;
    };
    stage::in_a_database_of(&cluster, async |database, folder| {
        let mut desk = Desk::set(PAYEES, BANKS, database, folder).await;
        let failed = walk(&mut desk, &mut CutDatabase::default(), FIRST).await;
        let (calls, told) = (failed.calls, failed.commands);
        eprintln!("{calls} messages to PostgreSQL cut, {told} told");
        assert!(calls >= CUTS_MIN && told > 0, "{failed:?}");
    })
    .await;
}
