//! The PostgreSQL that holds the money dies for good in the middle of a run, and its synchronous
//! standby takes its place. A promise that was given holds there too, for a commit is answered
//! only when the standby has it on its disk (`synchronous_standby_names`, `synchronous_commit=on`).

use std::path::Path;

use payments::run::Run;

use super::{is_long, said};
use crate::stage::desk::Desk;
use crate::stage::{self, Cluster};

const PAYEES: usize = 400;
const BANKS: usize = 3;
/// Each of the five commands of a run meets it, in the short form once.
const TAKEOVERS_MIN: usize = 4;
const PROCESSES_MAX: usize = 200;

/// Where the first commit that is met stands, and the next ones.
fn points(process: usize) -> (&'static str, usize) {
    let when = if process.is_multiple_of(2) {
        "after"
    } else {
        "before"
    };
    (when, 1 + process / 2)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_takes_over_in_mid_run_ends_equal_to_the_banks_book() {
    let Some(mut primary) = Cluster::start() else {
        eprintln!("SKIPPED: no PostgreSQL that may be killed");
        return;
    };
    stage::administer(&primary.address, "CREATE DATABASE desk").await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut desk = Desk::set(PAYEES, BANKS, of(&primary), folder).await;
    let (mut takeovers, mut in_state) = (0, (None, 0));
    for process in 0..=PROCESSES_MAX {
        assert!(process < PROCESSES_MAX, "the run does not end");
        let Some(found) = desk.unfinished().await else {
            break;
        };
        let state = found.as_ref().map(|run| run.state);
        in_state = match in_state {
            (known, met) if known == state && process > 0 => (known, met + 1),
            _ => (state, 0),
        };
        let enough = if is_long() { usize::MAX } else { 1 };
        let standby = (in_state.1 < enough).then(|| primary.standby());
        // The state's own turn: in the short form one command dies before, the next one after.
        let turn = if is_long() { in_state.1 } else { takeovers };
        let mark = desk.folder().join(format!("taken-{process}"));
        let died = crashes(
            &desk,
            found.as_ref(),
            turn,
            standby.as_ref().map(|next| (&primary, next)),
            &mark,
        );
        if let (true, Some(next)) = (died, standby) {
            takeovers += 1;
            desk.move_to(of(&next));
            primary = next;
        } else {
            // The run goes on without this standby: its primary must not wait for it.
            primary.stands_alone().await;
        }
        desk.payments_hold(&format!("process {process}, {state:?}"))
            .await;
    }
    eprintln!("{takeovers} times a standby took over in mid-run");
    assert!(takeovers >= TAKEOVERS_MIN, "only {takeovers}");
    desk.ends_as_if_nothing_was().await;
}

fn of(cluster: &Cluster) -> String {
    let (server, _) = cluster.address.rsplit_once('/').expect("an address");
    format!("{server}/desk")
}

/// Runs the next command; true when its database died at the commit and the standby took over.
fn crashes(
    desk: &Desk,
    run: Option<&Run>,
    turn: usize,
    pair: Option<(&Cluster, &Cluster)>,
    mark: &Path,
) -> bool {
    let mut command = desk.hand.next(run);
    if let Some((primary, standby)) = pair {
        let (when, commit) = points(turn);
        let (kill, promote) = (primary.shell("kill"), standby.shell("promote"));
        let order = format!(
            "{when} {commit} lives {kill} && {promote} && touch '{}'",
            mark.display()
        );
        command.env(store::crash::VARIABLE, order);
    }
    let output = command.output().expect("daftar runs");
    let died = mark.exists();
    assert!(died || output.status.success(), "{}", said(&output.stderr));
    assert!(
        !said(&output.stderr).contains("panicked"),
        "{}",
        said(&output.stderr)
    );
    died
}
