//! Building a run: lines in the order of banks and entitlements, in transactions of
//! [`crate::limits::BUILD_LINES_MAX`] lines, each of which moves the run's cursor with it. A build that
//! was killed goes on where its last transaction ended.
//!
//! A regular run takes the entitlements that are live in its month and have no payment
//! for it; a second regular run of the same month so takes only what came since. A
//! reissue takes returned payments whose account was put right, as the next attempt: the
//! money is owed since the first.

use ::store::{Platform, Tx, bug, execute, fetch_one, fetch_optional};
use access::{Action, Permit};
use kernel::{Month, RunId};
use uuid::Uuid;

use super::model::{Actor, Kind, Refusal, Run, State};
use super::{lines, seal, store};
use crate::{Result, answer, events, sql};

/// A command to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildRun {
    /// Made by the sender; the same id is the same run.
    pub id: RunId,
    pub month: Month,
    pub kind: Kind,
}

/// Builds the run, or goes on building it, or answers how it stands when it is built
/// already. `progress` hears how many lines there are so far.
pub async fn build(
    platform: &Platform,
    permit: &Permit,
    command: BuildRun,
    mut progress: impl FnMut(u64) + Send,
) -> Result<Run> {
    permit.must_be_for(&[Action::BuildRun]);
    let mut run = begin(platform, permit, &command).await?;
    while run.state == State::Building {
        let lines = build_part(platform, &run).await?;
        run = reload(platform, run.id).await?;
        progress(run.lines);
        if lines == 0 && run.state == State::Building {
            seal::seal(platform, &run).await?;
            run = reload(platform, run.id).await?;
            if run.kind == Kind::Reissue {
                answer::close_all_settled(platform).await?;
            }
        }
    }
    Ok(run)
}

async fn reload(platform: &Platform, run: RunId) -> Result<Run> {
    let mut tx = platform.db.read().await?;
    Ok(store::find(&mut tx, run)
        .await?
        .ok_or(Refusal::Unknown { run })?)
}

async fn begin(platform: &Platform, permit: &Permit, command: &BuildRun) -> Result<Run> {
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.run").await?;
    if let Some(run) = store::find(&mut tx, command.id).await? {
        if (run.kind, run.month) != (command.kind, command.month) {
            return Err(Refusal::IdTaken {
                run: run.id,
                kind: run.kind,
                month: run.month,
            }
            .into());
        }
        return Ok(run);
    }
    if let Some(other) = store::in_state(&mut tx, State::Building).await?.first() {
        // Whoever began it may be dead, and its id with him: the same command goes on with it.
        if (other.kind, other.month) == (command.kind, command.month) {
            return Ok(other.clone());
        }
        return Err(Refusal::AnotherIsBuilding { run: other.id }.into());
    }
    if command.kind == Kind::Regular {
        refuse_without_appropriation(&mut tx, command.month).await?;
    }
    insert_run(&mut tx, platform, permit, command).await?;
    tx.commit().await?;
    reload(platform, command.id).await
}

async fn insert_run(
    tx: &mut Tx,
    platform: &Platform,
    permit: &Permit,
    command: &BuildRun,
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO payment_run (id, month, kind, state, cursor_mfo, cursor_id, lines,
            total_minor, events) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 1)",
        command.id.0,
        i64::from(command.month.0),
        command.kind.as_str(),
        State::Building.as_str(),
        -1_i64,
        Uuid::nil()
    )?;
    let at = platform.clock.now();
    let actor = Actor::of(permit);
    store::insert_event(tx, command.id, 1, State::Building, &actor, "", at).await?;
    events::emit_run(tx, &platform.ids, command.id, State::Building.as_str(), 1).await?;
    Ok(())
}

async fn refuse_without_appropriation(tx: &mut Tx, month: Month) -> Result<()> {
    let missing = fetch_optional!(
        tx,
        (i64, String, i64),
        "SELECT e.district, e.programme, COUNT(*) FROM entitlement e
         WHERE e.from_month <= $1 AND e.to_month > $1 AND NOT EXISTS (SELECT 1 FROM appropriation a
             WHERE a.month = $1 AND a.district = e.district AND a.programme = e.programme)
         GROUP BY e.district, e.programme ORDER BY e.district, e.programme LIMIT 1",
        i64::from(month.0)
    )?;
    let Some((district, programme, lines)) = missing else {
        return Ok(());
    };
    let (district, lines) = (sql::district(district)?, sql::count(lines)?);
    Err(Refusal::NoAppropriation {
        district,
        programme,
        month,
        lines,
    }
    .into())
}

/// One transaction of lines; answers how many. Zero: there are no more.
async fn build_part(platform: &Platform, run: &Run) -> Result<usize> {
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.run").await?;
    let (mfo, id) = fetch_one!(
        tx,
        (i64, Uuid),
        "SELECT cursor_mfo, cursor_id FROM payment_run WHERE id = $1 AND state = 'building'",
        run.id.0
    )?;
    let (mut lines, cursor) = match run.kind {
        Kind::Regular => {
            let wrong = bug::is_planted("one_month_late");
            let month = run.month.plus(i32::from(wrong));
            lines::of_entitlements(&mut tx, month, (mfo, id)).await?
        }
        Kind::Reissue => lines::of_mended_tasks(&mut tx, id).await?,
    };
    if lines.is_empty() {
        return Ok(0);
    }
    lines::place_in_statements(&mut tx, &platform.ids, run.id, &mut lines).await?;
    lines::insert(&mut tx, &lines).await?;
    lines::name_for_cash(&mut tx, &lines).await?;
    match run.kind {
        Kind::Regular => lines::post_due(&mut tx, platform.clock.now(), &lines).await?,
        Kind::Reissue => lines::mark_reissued(&mut tx, &lines).await?,
    }
    lines::add_to_run(&mut tx, run.id, &lines, cursor).await?;
    tx.commit().await?;
    Ok(lines.len())
}
