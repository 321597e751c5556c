//! Awards become entitlements: what casework decided, payments pays. Both are written in one
//! transaction, so there is no award without its money and no money without its award.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use access::{Action, Permit, Purpose};
use casework::award::{Award, AwardStop, Changes};
use kernel::facts::{CellView, code};
use kernel::portrait::PackedFact;
use kernel::{AwardId, BankAccount, EntitlementId, Fact, Mfo, Money, Month, Period, PersonId};
use payments::entitlement::{self, NewEntitlement, Stop};
use store::job::{self, NewJob};
use store::{Ids, Tx};

use crate::daftar::Daftar;
use crate::error::{Error, Result};

/// What could not be opened: the payee has no card account that a bank told us of.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Followed {
    pub opened: usize,
    pub stopped: usize,
    pub without_account: Vec<Award>,
}

/// Follows casework: first stops, then awards.
pub async fn follow(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    changes: &Changes,
) -> Result<Followed> {
    let stopped = stop(tx, ids, &changes.stops).await?;
    let (new, without_account) = entitlements(tx, permit, &changes.awards).await?;
    for part in new.chunks(payments::limits::ENTITLEMENTS_MAX) {
        entitlement::open(tx, ids, part).await?;
    }
    Ok(Followed {
        opened: new.len(),
        stopped,
        without_account,
    })
}

/// An entitlement has the id of its award: the same award opens once.
fn id_of(award: &Award) -> EntitlementId {
    EntitlementId(award.id.0)
}

async fn stop(tx: &mut Tx, ids: &Ids, stops: &[AwardStop]) -> Result<usize> {
    let mut batch = Vec::with_capacity(stops.len());
    for stop in stops {
        // An award without an account has no entitlement to stop.
        if entitlement::find(tx, EntitlementId(stop.award.0))
            .await?
            .is_some()
        {
            batch.push(Stop {
                entitlement: EntitlementId(stop.award.0),
                last_month: stop.from_month.plus(-1),
                reason: stop.reason.word().to_owned(),
                by: None,
            });
        }
    }
    let mut stopped = 0;
    for part in batch.chunks(payments::limits::ENTITLEMENTS_MAX) {
        stopped += entitlement::stop(tx, ids, part).await?;
    }
    Ok(stopped)
}

async fn entitlements(
    tx: &mut Tx,
    permit: &Permit,
    awards: &[Award],
) -> Result<(Vec<NewEntitlement>, Vec<Award>)> {
    let payees: Vec<PersonId> = awards.iter().map(|award| award.payee).collect();
    let accounts = accounts(tx, permit, &payees).await?;
    let mut new = Vec::with_capacity(awards.len());
    let mut without = Vec::new();
    for award in awards {
        match accounts.get(&award.payee) {
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

/// Keeps awards whose payee has no card: their entitlement opens when a bank tells of one.
pub async fn wait_for_account(tx: &mut Tx, ids: &Ids, awards: &[Award]) -> Result<()> {
    let at = ids.now().plus_seconds(LOOK_AGAIN_S);
    let jobs: Vec<NewJob> = awards
        .iter()
        .map(|award| {
            let payload = serde_json::json!({ "case": award.case }).to_string();
            NewJob::new(AWAIT_ACCOUNT, award.id.to_string(), payload).at(at)
        })
        .collect();
    job::enqueue(tx, ids, &jobs).await?;
    Ok(())
}

/// Awards looked at in one read.
const PAGE_AWARDS: i64 = 2_000;

/// What awards that wait for an account take of `month`, by district and programme: no budget
/// line has it committed yet, but it is theirs.
pub async fn promised(tx: &mut Tx, month: Month) -> Result<BTreeMap<(u32, String), Money>> {
    let mut promised: BTreeMap<(u32, String), Money> = BTreeMap::new();
    let mut after = AwardId::NIL;
    loop {
        let running = casework::award::running_in(tx, month, after, PAGE_AWARDS).await?;
        let Some(last) = running.last() else {
            return Ok(promised);
        };
        after = last.award.id;
        let awards: Vec<AwardId> = running.iter().map(|running| running.award.id).collect();
        let paid = entitlement::paying(tx, &awards).await?;
        for award in running.into_iter().map(|running| running.award) {
            if !paid.contains(&award.id) {
                let sum = promised.entry((award.district, award.programme));
                *sum.or_insert(Money::ZERO) += award.amount;
            }
        }
    }
}

/// Opens entitlements of awards that waited for an account and have one now.
pub async fn open_waiting(daftar: &Daftar) -> Result<usize> {
    let platform = &daftar.platform;
    let jobs = job::claim(platform, AWAIT_ACCOUNT, AWAITING_MAX, job::LEASE_S).await?;
    if jobs.is_empty() {
        return Ok(0);
    }
    let permit = daftar
        .permit(Action::AssessCase, Purpose::Payment, jobs.len() as u64)
        .await?;
    let mut tx = platform.db.begin().await?;
    let mut awards = Vec::new();
    for job in &jobs {
        let id = job.key.parse().map_err(|_| damaged(&job.key))?;
        awards.extend(
            casework::award::find(&mut tx, id)
                .await?
                .filter(|r| r.stopped.is_none()),
        );
    }
    let changes = Changes {
        stops: Vec::new(),
        awards: awards.into_iter().map(|running| running.award).collect(),
    };
    let followed = follow(&mut tx, &platform.ids, &permit, &changes).await?;
    job::done(&mut tx, &jobs).await?;
    wait_for_account(&mut tx, &platform.ids, &followed.without_account).await?;
    tx.commit().await?;
    Ok(followed.opened)
}

fn damaged(key: &str) -> Error {
    Error::Damaged {
        what: "a job that waits for an account",
        why: key.to_owned(),
    }
}
