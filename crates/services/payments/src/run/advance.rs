//! What the system does with an approved run: order, funding, statements, answers,
//! closing. Each step first finds its intent committed, then speaks to the partner under
//! ids that exist, then commits what the partner said. Killed anywhere, it is called
//! again and repeats at most the speaking.

use ::store::job::{self, Job, NewJob};
use ::store::{Platform, bug};
use futures::TryStreamExt;
use kernel::ids::OrderId;
use kernel::{Instant, Money, RunId};
use ledger::{Step, Transfer};
use serde::Deserialize;

use super::model::{Actor, Kind, Refusal, Run, State};
use super::{change_state, store};
use crate::bank::{Funding, PartnerFault, Partners};
use crate::channel::{self, Way};
use crate::limits::POLL_S;
use crate::order::{self, Order};
use crate::posting::{self, Known, ONE, bank_owner, transfer};
use crate::statement::{self, Statement};
use crate::{Error, Result, answer, delivery};

/// The kind of the job that drives a run; its payload is `{"run":id}`.
pub const ADVANCE: &str = "payments.advance";

/// Where a run stands now and when to come back; `None` when only a person (or nobody)
/// can bring it further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advanced {
    pub state: State,
    pub again_at: Option<Instant>,
}

/// Does all that can be done now.
pub async fn advance(platform: &Platform, partners: &Partners, run: RunId) -> Result<Advanced> {
    loop {
        let found = load(platform, run).await?;
        let moved = match step(platform, partners, &found).await {
            // Another worker brought it further meanwhile.
            Err(Error::Run(Refusal::WrongState { found, wanted, .. })) if found > wanted => true,
            moved => moved?,
        };
        if !moved {
            let asks = matches!(found.state, State::Ordered | State::Sent);
            let again_at = asks.then(|| platform.clock.now().plus_seconds(POLL_S));
            return Ok(Advanced {
                state: found.state,
                again_at,
            });
        }
    }
}

/// One step of a run; false when it cannot go further now.
async fn step(platform: &Platform, partners: &Partners, run: &Run) -> Result<bool> {
    match run.state {
        State::Approved => send_order(platform, partners, run).await,
        State::Ordered => ask_funding(platform, partners, run).await,
        State::Funded => send_statements(platform, partners, run).await,
        State::Sent => Ok(answer::collect(platform, partners, run.id).await?.complete),
        State::Answered => answer::close_settled(platform, run.id).await,
        State::Building | State::Built | State::ApprovedOnce | State::Closed => Ok(false),
    }
}

/// Works a claimed job of the kind [`ADVANCE`] to its end: advances the run, and in one
/// transaction ends the job and enqueues the next if the run waits for a partner. Silence
/// is waiting too, however long it lasts: it never wears a job out. On an error (a partner
/// that refuses or talks rubbish, a fault) the caller gives the job to `job::fail`, which
/// ends in a person's hands.
pub async fn work(platform: &Platform, partners: &Partners, job: &Job) -> Result<Advanced> {
    #[derive(Deserialize)]
    struct Payload {
        run: RunId,
    }
    let stored = |error: serde_json::Error| ::store::Fault::Stored {
        what: "the payload of a payments.advance job",
        reason: error.to_string(),
    };
    let payload: Payload = serde_json::from_str(&job.payload).map_err(stored)?;
    let advanced = match advance(platform, partners, payload.run).await {
        Err(Error::Partner(silent @ PartnerFault::Silent { .. })) => {
            tracing::warn!(run = %payload.run, %silent, "asked again later");
            let again_at = Some(platform.clock.now().plus_seconds(POLL_S));
            Advanced {
                state: load(platform, payload.run).await?.state,
                again_at,
            }
        }
        advanced => advanced?,
    };
    let mut tx = platform.db.begin().await?;
    job::done(&mut tx, std::slice::from_ref(job)).await?;
    if let Some(again_at) = advanced.again_at {
        let next = NewJob::new(ADVANCE, job.key.clone(), job.payload.clone()).at(again_at);
        job::enqueue(&mut tx, &platform.ids, &[next]).await?;
    }
    tx.commit().await?;
    Ok(advanced)
}

async fn load(platform: &Platform, run: RunId) -> Result<Run> {
    let mut tx = platform.db.read().await?;
    Ok(store::find(&mut tx, run)
        .await?
        .ok_or(Refusal::Unknown { run })?)
}

async fn load_order(platform: &Platform, run: RunId) -> Result<Order> {
    let mut tx = platform.db.read().await?;
    let order = order::of_run(&mut tx, run).await?;
    Ok(order.expect("a built run has its order, written in the same transaction"))
}

async fn send_order(platform: &Platform, partners: &Partners, run: &Run) -> Result<bool> {
    let order = load_order(platform, run.id).await?;
    let id = match bug::is_planted("sent_under_a_new_id") {
        true => OrderId(platform.ids.uuid()),
        false => order.id,
    };
    partners.post_order(id, order.body).await?;
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.run").await?;
    if order::accepted(&mut tx, order.id, platform.clock.now()).await? {
        let step = (State::Approved, State::Ordered);
        change_state(&mut tx, &platform.ids, run.id, step, &Actor::SYSTEM, "").await?;
    }
    tx.commit().await?;
    Ok(true)
}

async fn ask_funding(platform: &Platform, partners: &Partners, run: &Run) -> Result<bool> {
    let order = load_order(platform, run.id).await?;
    let funding = partners.funding(order.id).await?;
    let Funding::Funded { total, at } = funding else {
        return Ok(false);
    };
    if total != order.total {
        return Err(funded_differently(&order, total).into());
    }
    let now = platform.clock.now();
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.run").await?;
    if order::funded(&mut tx, order.id, at.unwrap_or(now)).await? {
        let posting = [fund(run.kind, order.id, order.total)];
        posting::post(&mut tx, now, &posting, Known::MayRepeat).await?;
        let step = (State::Ordered, State::Funded);
        change_state(&mut tx, &platform.ids, run.id, step, &Actor::SYSTEM, "").await?;
    }
    tx.commit().await?;
    Ok(true)
}

fn funded_differently(order: &Order, total: Money) -> PartnerFault {
    let why = format!("order {} of {} funded with {total}", order.id, order.total);
    PartnerFault::Rubbish {
        partner: "the treasury".to_owned(),
        why,
    }
}

/// Money that came back pays again; other money is new.
fn fund(kind: Kind, order: OrderId, total: Money) -> Transfer {
    let step = match kind {
        Kind::Regular => Step::Fund,
        Kind::Reissue => Step::FundAgain,
    };
    transfer(step, order.0, order.0, ONE, total)
}

async fn send_statements(platform: &Platform, partners: &Partners, run: &Run) -> Result<bool> {
    let order = load_order(platform, run.id).await?.id;
    let mut tx = platform.db.read().await?;
    let unaccepted = statement::unaccepted(&mut tx, run.id).await?;
    drop(tx);
    // One silent bank does not hold up the others; the first fault is told at the end.
    let mut fault = None;
    for statement in unaccepted {
        if way(platform, &statement).await? == Way::File {
            continue;
        }
        match send_statement(platform, partners, run, order, &statement).await {
            Ok(()) => {}
            Err(error @ Error::Partner(_)) => fault = fault.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    if let Some(fault) = fault {
        return Err(fault);
    }
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.run").await?;
    // Banks that take files wait for the export.
    if delivery::unwritten(&mut tx, run.id).await? > 0 {
        return Ok(false);
    }
    let step = (State::Funded, State::Sent);
    change_state(&mut tx, &platform.ids, run.id, step, &Actor::SYSTEM, "").await?;
    tx.commit().await?;
    Ok(true)
}

/// By which way a statement leaves. The wire's is written before anything leaves by it, the
/// file's with the file.
async fn way(platform: &Platform, statement: &Statement) -> Result<Way> {
    let mut tx = platform.db.begin().await?;
    let takes_files = channel::find_files(&mut tx, statement.mfo).await?.is_some();
    let decided = channel::find_way(&mut tx, statement.id).await?;
    if takes_files && decided != Some(Way::Wire) {
        return Ok(Way::File);
    }
    let way = channel::claim(&mut tx, statement.id, Way::Wire, platform.clock.now()).await?;
    tx.commit().await?;
    Ok(way)
}

async fn send_statement(
    platform: &Platform,
    partners: &Partners,
    run: &Run,
    order: OrderId,
    statement: &Statement,
) -> Result<()> {
    let head = statement.head(order, run.month);
    let sha256 = statement.sha256.expect("an approved statement is sealed");
    let file = statement::file::chunks(&platform.db, &head, sha256).map_err(std::io::Error::other);
    partners
        .post_statement(statement.mfo, reqwest::Body::wrap_stream(file))
        .await?;
    let now = platform.clock.now();
    let mut tx = platform.db.begin().await?;
    if statement::accepted(&mut tx, statement.id, now).await? {
        let (bank, amount) = (bank_owner(statement.mfo), statement.total);
        let sent = transfer(Step::Send, statement.id.0, bank, order.0, amount);
        posting::post(&mut tx, now, &[sent], Known::MayRepeat).await?;
    }
    Ok(tx.commit().await?)
}
