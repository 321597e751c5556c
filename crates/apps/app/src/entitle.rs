//! Awards become entitlements: what casework decided, payments pays. Both are written in one
//! transaction, so there is no award without its money and no money without its award.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use access::{Action, Permit, Purpose};
use casework::award::{Award, AwardStop, Changes, FreeLines, Restated, Resumed, Running};
use casework::reassessment::Cause;
use kernel::facts::{CellView, code};
use kernel::portrait::PackedFact;
use kernel::{
    AwardId, BankAccount, CaseId, EntitlementId, Fact, Mfo, Month, Period, PersonId, Pinfl,
};
use payments::cash::{self, CashPayee};
use payments::entitlement::{self, NewEntitlement, Stop};
use payments::restatement::{self, Confirmed, Reason, Restatement};
use payments::{account_change, appropriation};
use serde::{Deserialize, Serialize};
use store::job::{self, Job, NewJob};
use store::{Ids, Tx};

use crate::daftar::Daftar;
use crate::error::{Error, Result};

/// What was opened and stopped, and what could not be opened yet.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Followed {
    pub opened: usize,
    pub stopped: usize,
    /// Paid months that differ from what was due.
    pub restated: usize,
    /// The payee has no card account that a bank told us of.
    pub without_account: Vec<Award>,
    /// The budget does not reach, and which line of it.
    pub without_money: Vec<(Award, entitlement::Refusal)>,
}

/// Follows casework: first stops, then awards, then months that are restated. An award that the
/// budget does not reach stops no other.
pub async fn follow(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    changes: &Changes,
) -> Result<Followed> {
    let stopped = stop(tx, ids, &changes.stops).await?;
    let (new, without_account) = entitlements(tx, ids, permit, &changes.awards).await?;
    let mut followed = Followed {
        stopped,
        without_account,
        ..Followed::default()
    };
    for part in new.chunks(payments::limits::ENTITLEMENTS_MAX) {
        open(tx, ids, part, &changes.awards, &mut followed).await?;
    }
    for resumed in &changes.resumed {
        followed.restated += resume(tx, ids, resumed).await?;
    }
    let restated: Vec<Restatement> = changes.restated.iter().map(restatement).collect();
    followed.restated += restatement::restate(tx, ids, &restated).await?.len();
    Ok(followed)
}

/// What a death that was taken back had restated is as before, and months that went unpaid are due.
async fn resume(tx: &mut Tx, ids: &Ids, resumed: &Resumed) -> Result<usize> {
    let back = restatement::take_back(tx, ids, resumed.award, Month(0)).await?;
    let Some(months) = resumed.missed else {
        return Ok(back.len());
    };
    let missed = Restatement {
        award: resumed.award,
        months,
        due: resumed.due,
        reason: Reason::DeathAnnulled,
        decision: None,
    };
    let good = restatement::make_good(tx, ids, &missed).await?;
    Ok(back.len() + good.len())
}

fn restatement(restated: &Restated) -> Restatement {
    Restatement {
        award: restated.award,
        months: restated.months,
        due: restated.due,
        reason: match restated.cause {
            Cause::Birth => Reason::Birth,
            Cause::Death => Reason::Death,
            Cause::DeathAnnulled => Reason::DeathAnnulled,
            Cause::Union => Reason::Union,
            Cause::Indexation => Reason::Indexation,
            Cause::ComingOfAge | Cause::TermEnd | Cause::Correction => Reason::Correction,
        },
        decision: restated.decision,
    }
}

/// Opens all at once, or one after the other when the money does not reach for all: a refusal
/// writes nothing.
async fn open(
    tx: &mut Tx,
    ids: &Ids,
    part: &[NewEntitlement],
    awards: &[Award],
    followed: &mut Followed,
) -> Result<()> {
    if lacking(entitlement::open(tx, ids, part).await)?.is_none() {
        followed.opened += part.len();
        return Ok(());
    }
    for one in part.chunks(1) {
        let Some(refusal) = lacking(entitlement::open(tx, ids, one).await)? else {
            followed.opened += 1;
            continue;
        };
        let award = awards.iter().find(|award| award.id == one[0].award);
        let award = award.cloned();
        followed
            .without_money
            .extend(award.map(|award| (award, refusal)));
    }
    Ok(())
}

/// Why the budget does not reach, if it does not.
fn lacking(opened: payments::Result<entitlement::Opened>) -> Result<Option<entitlement::Refusal>> {
    match opened {
        Ok(_) => Ok(None),
        Err(payments::Error::Entitlement(refusal)) if refusal.is_of_budget() => Ok(Some(refusal)),
        Err(other) => Err(other.into()),
    }
}

/// An entitlement has the id of its award: the same award opens once.
fn id_of(award: &Award) -> EntitlementId {
    EntitlementId(award.id.0)
}

async fn stop(tx: &mut Tx, ids: &Ids, stops: &[AwardStop]) -> Result<usize> {
    let mut batch = Vec::with_capacity(stops.len());
    for stop in stops {
        // An award without an account has no entitlement to stop; one that a debt is kept from
        // has several.
        let paying = entitlement::of_award(tx, stop.award).await?;
        batch.extend(paying.iter().map(|paying| Stop {
            entitlement: paying.id,
            last_month: stop.from_month.plus(-1),
            reason: stop.reason.word().to_owned(),
            by: None,
        }));
    }
    let mut stopped = 0;
    for part in batch.chunks(payments::limits::ENTITLEMENTS_MAX) {
        stopped += entitlement::stop(tx, ids, part).await?;
    }
    Ok(stopped)
}

async fn entitlements(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    awards: &[Award],
) -> Result<(Vec<NewEntitlement>, Vec<Award>)> {
    let payees: Vec<PersonId> = awards.iter().map(|award| award.payee).collect();
    let accounts = accounts(tx, permit, &payees).await?;
    // What a person's own change says is newer than what a bank once told.
    let linked = account_change::current(tx, &payees).await?;
    let has_account =
        |payee: &&PersonId| linked.contains_key(payee) || accounts.contains_key(payee);
    let others: Vec<PersonId> = payees
        .iter()
        .filter(|one| !has_account(one))
        .copied()
        .collect();
    let desk = at_desk(tx, ids, permit, &others).await?;
    let mut new = Vec::with_capacity(awards.len());
    let mut without = Vec::new();
    for award in awards {
        let linked = linked.get(&award.payee).map(|to| (to.mfo, to.account));
        let account = linked
            .as_ref()
            .or(accounts.get(&award.payee))
            .or(desk.get(&award.payee));
        match account {
            Some((mfo, account)) => new.push(NewEntitlement {
                id: id_of(award),
                award: award.id,
                unit: award.unit,
                programme: award.programme.clone(),
                district: award.district,
                payee: award.payee,
                mfo: *mfo,
                account: *account,
                amount: award.amount,
                months: Period {
                    from: award.first_month,
                    to: Some(award.end_month),
                },
                members: award.members.iter().map(|member| member.person).collect(),
            }),
            None => without.push(award.clone()),
        }
    }
    Ok((new, without))
}

/// Whoever has no account is paid at the cash desks, if the country has any: the cashier is told the
/// name and the number in the passport. A person without a number cannot be paid there.
async fn at_desk(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    persons: &[PersonId],
) -> Result<HashMap<PersonId, (Mfo, BankAccount)>> {
    let Some(desk) = cash::find_desk(tx).await?.filter(|_| !persons.is_empty()) else {
        return Ok(HashMap::new());
    };
    let numbers = registry::person::pinfls_of(tx, permit, persons).await?;
    let known = registry::person::load_many(tx, permit, persons).await?;
    let payee = |(&person, &pinfl): (&PersonId, &Pinfl)| {
        let name = known.get(&person)?.name.to_string();
        let name = name.chars().take(cash::NAME_CHARS_MAX).collect();
        Some(CashPayee {
            person,
            pinfl,
            name,
        })
    };
    let payees: Vec<CashPayee> = numbers.iter().filter_map(payee).collect();
    cash::note(tx, ids, &payees).await?;
    let to = (desk.mfo, desk.account);
    Ok(payees.iter().map(|payee| (payee.person, to)).collect())
}

/// The card account of each person that a bank has told us of; of several the first in order.
pub async fn accounts(
    tx: &mut Tx,
    permit: &Permit,
    persons: &[PersonId],
) -> Result<HashMap<PersonId, (Mfo, BankAccount)>> {
    let mut owners: Vec<_> = persons.iter().map(|person| person.0).collect();
    owners.sort_unstable();
    owners.dedup();
    let facts = registry::fact::current(tx, permit, &owners).await?;
    let mut accounts = HashMap::new();
    for fact in facts.iter().filter(|fact| fact.kind == code::ACCOUNT) {
        if let Some(account) = card_of(fact)? {
            accounts.entry(PersonId(fact.owner)).or_insert(account);
        }
    }
    Ok(accounts)
}

fn card_of(fact: &Fact) -> Result<Option<(Mfo, BankAccount)>> {
    let kind = kernel::facts::kind(code::ACCOUNT).expect("the catalogue has accounts");
    let column = |name| kind.field(name).expect("the catalogue's own column");
    let (mfo, account, card) = (column("mfo"), column("account"), column("card"));
    let packed = PackedFact::of(fact);
    let damaged = |why: String| Error::Damaged {
        what: "a fact of accounts",
        why,
    };
    let body = kernel::facts::BodyView::new(&packed.body).map_err(|e| damaged(e.to_string()))?;
    for row in body.rows() {
        if row.cell(card).int() != Some(1) {
            continue;
        }
        let text = |cell: CellView<'_>| cell.text().ok().flatten().map(str::to_owned);
        let parsed = text(row.cell(mfo))
            .and_then(|mfo| Mfo::parse(&mfo).ok())
            .zip(text(row.cell(account)).and_then(|account| BankAccount::parse(&account).ok()));
        if parsed.is_some() {
            return Ok(parsed);
        }
    }
    Ok(None)
}

/// The kind of the job that looks again for the account of an award's payee.
const AWAIT_ACCOUNT: &str = "app.await_account";
/// How often it is looked for.
const LOOK_AGAIN_S: i64 = 24 * 3600;
/// Awards looked after in one round.
const AWAITING_MAX: i64 = 500;

/// Keeps awards whose payee has no card, or that the budget does not reach: they are tried again
/// each day. That money is lacking is told in the case, once.
pub async fn wait(tx: &mut Tx, ids: &Ids, followed: &Followed) -> Result<()> {
    let told = HashSet::new();
    wait_telling(tx, ids, followed, &told).await
}

/// What the job of an award says.
#[derive(Deserialize, Serialize)]
struct Waiting {
    case: CaseId,
    /// Which money is lacking; told in the case already.
    #[serde(skip_serializing_if = "Option::is_none")]
    lacks: Option<String>,
}

/// As [`wait`], without telling again those who were `told`.
async fn wait_telling(
    tx: &mut Tx,
    ids: &Ids,
    followed: &Followed,
    told: &HashSet<AwardId>,
) -> Result<()> {
    let at = ids.now().plus_seconds(LOOK_AGAIN_S);
    let mut jobs = Vec::new();
    if !followed.without_account.is_empty() {
        let awards = followed.without_account.len();
        tracing::warn!(
            awards,
            "awards wait: no bank has told of a card of their payees"
        );
    }
    for award in &followed.without_account {
        tracing::debug!(award = %award.id, case = %award.case, "the payee has no card account");
        jobs.push(job_of(award, None).at(at));
    }
    for (award, refusal) in &followed.without_money {
        let why = refusal.to_string();
        tracing::warn!(award = %award.id, case = %award.case, why, "the budget does not reach");
        if !told.contains(&award.id) {
            casework::case::payment_waits(tx, ids.now(), award.case, &why).await?;
        }
        jobs.push(job_of(award, Some(why)).at(at));
    }
    job::enqueue(tx, ids, &jobs).await?;
    Ok(())
}

fn job_of(award: &Award, lacks: Option<String>) -> NewJob {
    let case = award.case;
    let payload = serde_json::json!(Waiting { case, lacks }).to_string();
    NewJob::new(AWAIT_ACCOUNT, award.id.to_string(), payload)
}

/// Awards that have no entitlement yet, each until its stop if it has one, and those that a death has
/// stopped which is not confirmed, from then on: no budget line has their money committed, but it is
/// theirs.
pub async fn promised(tx: &mut Tx, confirmed: Confirmed) -> Result<Vec<Award>> {
    let keys = job::keys(tx, AWAIT_ACCOUNT).await?;
    let waiting: Result<Vec<AwardId>> = keys.iter().map(|key| award_of(key)).collect();
    let waiting = waiting?;
    let paid = entitlement::paying(tx, &waiting).await?;
    let awards = casework::award::load_many(tx, &waiting).await?;
    let awards = awards.into_iter().filter_map(owed);
    let mut promised: Vec<Award> = awards.filter(|award| !paid.contains(&award.id)).collect();
    promised.extend(casework::award::that_may_run_again(tx, confirmed.before).await?);
    Ok(promised)
}

/// What every budget line has left from `month` on when those who wait have theirs.
pub async fn free_lines(tx: &mut Tx, month: Month, confirmed: Confirmed) -> Result<FreeLines> {
    let mut free = FreeLines::default();
    for line in appropriation::from_month(tx, month).await? {
        free.add(line.district, &line.programme, line.month, line.available());
    }
    for award in promised(tx, confirmed).await? {
        free.spend(&award);
    }
    Ok(free)
}

/// The award up to its stop; nothing when it was stopped before its first month.
fn owed(running: Running) -> Option<Award> {
    let end_month = running.end();
    let award = Award {
        end_month,
        ..running.award
    };
    (award.first_month < end_month).then_some(award)
}

fn award_of(key: &str) -> Result<AwardId> {
    key.parse().map_err(|_| damaged(key))
}

/// Opens entitlements of awards that waited for an account and have one now.
pub async fn open_waiting(daftar: &Daftar) -> Result<usize> {
    let platform = &daftar.platform;
    let jobs = job::claim(platform, AWAIT_ACCOUNT, AWAITING_MAX, job::LEASE_S).await?;
    if jobs.is_empty() {
        return Ok(0);
    }
    let permit = permit_for_awards(daftar, &jobs).await?;
    let mut tx = platform.db.begin().await?;
    let mut awards = Vec::new();
    let mut told = HashSet::new();
    for job in &jobs {
        let id = award_of(&job.key)?;
        let waiting: Waiting =
            serde_json::from_str(&job.payload).map_err(|_| damaged(&job.payload))?;
        if waiting.lacks.is_some() {
            told.insert(id);
        }
        awards.extend(casework::award::find(&mut tx, id).await?.and_then(owed));
    }
    let changes = Changes {
        awards,
        ..Changes::default()
    };
    let followed = follow(&mut tx, &platform.ids, &permit, &changes).await?;
    job::done(&mut tx, &jobs).await?;
    wait_telling(&mut tx, &platform.ids, &followed, &told).await?;
    tx.commit().await?;
    Ok(followed.opened)
}

/// The permit for the cases whose awards wait.
async fn permit_for_awards(daftar: &Daftar, jobs: &[Job]) -> Result<Permit> {
    let mut cases = Vec::with_capacity(jobs.len());
    let mut tx = daftar.platform.db.read().await?;
    for job in jobs {
        let award = casework::award::find(&mut tx, award_of(&job.key)?).await?;
        cases.extend(award.map(|running| running.award.case));
    }
    drop(tx);
    daftar
        .permit_for(Action::AssessCase, Purpose::Payment, &cases)
        .await
}

fn damaged(key: &str) -> Error {
    Error::Damaged {
        what: "a job that waits for an account",
        why: key.to_owned(),
    }
}
