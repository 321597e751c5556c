//! Treasury and banks over a wire that is cut at each message, before, within and after it.

use std::process::Output;

use super::{Fault, walk};
use crate::stage::Hand;
use crate::stage::cut::{Cut, Wire};
use crate::stage::desk::Desk;

const PAYEES: usize = 120;
const BANKS: usize = 2;
/// Order, funding, a statement and a page of answers a bank: what a run surely says.
const MESSAGES_MIN: usize = 2 + 2 * BANKS;

struct CutWire {
    cut: Cut,
    wire: Option<Wire>,
}

impl Fault for CutWire {
    async fn arm(&mut self, desk: &Desk, n: usize) -> Hand {
        let target = desk.hand.partners.trim_start_matches("http://").to_owned();
        let wire = Wire::to(&target, self.cut, n).await;
        let mut hand = desk.hand.clone();
        hand.partners = format!("http://{}", wire.address);
        self.wire = Some(wire);
        hand
    }

    fn happened(&self, _: &Output) -> bool {
        self.wire.as_ref().is_some_and(Wire::was_cut)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_message_to_treasury_and_banks_is_cut_before_within_and_after_it() {
    Desk::each(PAYEES, BANKS, async |desk| {
        let start = desk.mark("start").await;
        for cut in [Cut::Before, Cut::Within, Cut::After] {
            desk.back_to(&start).await;
            desk.fresh_banks();
            let failed = walk(desk, &mut CutWire { cut, wire: None }, usize::MAX).await;
            let (calls, told) = (failed.calls, failed.commands);
            eprintln!("{cut:?}: {calls} messages cut, {told} told");
            assert!(failed.calls >= MESSAGES_MIN, "{failed:?}");
        }
        desk.forget(start).await;
    })
    .await;
}
