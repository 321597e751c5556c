//! Account tasks: a returned payment waits until its person's account is put right, and
//! is then paid again by the next reissue run.
//!
//! Mending one account mends every open task of the same person on the same old account,
//! and their entitlements pay to the new one from then on.

use access::{Action, Area, Permit};
use kernel::ids::{AccountId, TaskId};
use kernel::{BankAccount, EntitlementId, Instant, Mfo, Money, Month, PersonId, RunId};
use store::{Ids, Tx, bulk, fetch_all, fetch_value, fetch_values, lock_one};
use uuid::Uuid;

use crate::run::Actor;
use crate::{PaymentId, Result, entitlement, events, limits, sql};

/// A task that waits for a person of the mahalla.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountTask {
    pub id: TaskId,
    pub payment: PaymentId,
    pub payee: PersonId,
    pub district: u32,
    pub month: Month,
    pub amount: Money,
    /// The bank's code: AC01 wrong account, AC04 closed account, MD07 deceased.
    pub reason: String,
    pub since: Instant,
}

/// A command: the person's new account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    /// Made by the sender; the same id is the same command.
    pub id: Uuid,
    pub task: TaskId,
    pub mfo: Mfo,
    pub account: BankAccount,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no account task {task}")]
    Unknown { task: TaskId },
    #[error("the id {id} put another account into task {task}")]
    IdTaken { id: Uuid, task: TaskId },
    #[error("task {task} is {state} already")]
    NotOpen { task: TaskId, state: String },
}

type TaskRow = (Uuid, Uuid, Uuid, i64, i64, i64, String, i64);

/// Open tasks that the permit opens (of a district, a region, the country or one person),
/// the oldest first, after a task already seen. A mahalla's permit opens its district's.
pub async fn list_open(
    tx: &mut Tx,
    permit: &Permit,
    after: Option<TaskId>,
) -> Result<Vec<AccountTask>> {
    permit.must_be_for(&[Action::MendAccount]);
    let (from, to) = districts(permit.area());
    let rows = fetch_all!(
        tx,
        TaskRow,
        "SELECT t.id, t.payment, t.payee, t.district, p.month, p.amount_minor, t.reason,
            t.opened_at
         FROM account_task t JOIN payment p ON p.id = t.payment
         WHERE t.state = 'open' AND t.id > $1 AND t.district >= $2 AND t.district < $3
            AND (t.payee = $4 OR $5)
         ORDER BY t.id LIMIT $6",
        after.map_or(Uuid::nil(), |task| task.0),
        from,
        to,
        permit.person().map_or(Uuid::nil(), |person| person.0),
        permit.person().is_none(),
        limits::LIST_MAX
    )?;
    rows.into_iter().map(read).collect()
}

/// Codes of the districts in an area, half-open.
fn districts(area: Area) -> (i64, i64) {
    match (area, area.district()) {
        (_, Some(district)) => (i64::from(district), i64::from(district) + 1),
        (Area::Region(region), _) => (i64::from(region) * 1_000, i64::from(region) * 1_000 + 1_000),
        _ => (0, i64::MAX),
    }
}

fn read(row: TaskRow) -> Result<AccountTask> {
    let (id, payment, payee, district, month, amount, reason, since) = row;
    Ok(AccountTask {
        id: TaskId(id),
        payment: PaymentId(payment),
        payee: PersonId(payee),
        district: sql::district(district)?,
        month: sql::month(month)?,
        amount: Money(amount),
        reason,
        since: Instant(since),
    })
}

/// Puts a person's account right. Answers how many tasks that mended.
pub async fn mend(tx: &mut Tx, ids: &Ids, permit: &Permit, command: &Mend) -> Result<u64> {
    permit.must_be_for(&[Action::MendAccount]);
    tx.alone("payments.entitlement").await?;
    let task = command.task;
    let found = find_standing(tx, task)
        .await?
        .ok_or(Refusal::Unknown { task })?;
    if !permit.opens_person(found.payee, Area::District(found.district)) {
        // Not a word about whether there is such a task.
        return Err(Refusal::Unknown { task }.into());
    }
    if found.mend == Some(command.id) {
        return match found.account.as_deref() == Some(command.account.as_str()) {
            true => Ok(0),
            false => Err(Refusal::IdTaken {
                id: command.id,
                task,
            }
            .into()),
        };
    }
    if found.state != "open" {
        return Err(Refusal::NotOpen {
            task,
            state: found.state,
        }
        .into());
    }
    let by = Actor::of(permit).account;
    change_entitlements(tx, ids, found.payment, command, by).await?;
    let mended = mend_tasks(tx, ids, found.payment, command, by).await?;
    events::emit_set(tx, ids, events::ACCOUNTS_MENDED, "mended", &mended).await?;
    Ok(mended.len() as u64)
}

struct Standing {
    state: String,
    payment: Uuid,
    payee: PersonId,
    district: u32,
    mend: Option<Uuid>,
    account: Option<String>,
}

async fn find_standing(tx: &mut Tx, task: TaskId) -> Result<Option<Standing>> {
    let row = lock_one!(
        tx,
        (String, Uuid, Uuid, i64, Option<Uuid>, Option<String>),
        "SELECT state, payment, payee, district, mend, account FROM account_task WHERE id = $1",
        task.0
    )?;
    let Some((state, payment, payee, district, mend, account)) = row else {
        return Ok(None);
    };
    let (payee, district) = (PersonId(payee), sql::district(district)?);
    Ok(Some(Standing {
        state,
        payment,
        payee,
        district,
        mend,
        account,
    }))
}

/// Every entitlement of the person that pays to the account that failed.
async fn change_entitlements(
    tx: &mut Tx,
    ids: &Ids,
    payment: Uuid,
    command: &Mend,
    by: Option<AccountId>,
) -> Result<()> {
    let failing = fetch_values!(
        tx,
        Uuid,
        "SELECT e.id FROM payment p JOIN statement s ON s.id = p.statement
         JOIN entitlement e ON e.payee = p.payee AND e.mfo = s.mfo AND e.account = p.account
         WHERE p.id = $1 ORDER BY e.id",
        payment
    )?;
    for id in failing {
        let (mfo, account) = (command.mfo, command.account);
        entitlement::set_account(tx, ids.now(), EntitlementId(id), mfo, account, by).await?;
    }
    Ok(())
}

async fn mend_tasks(
    tx: &mut Tx,
    ids: &Ids,
    payment: Uuid,
    command: &Mend,
    by: Option<AccountId>,
) -> Result<Vec<Uuid>> {
    Ok(fetch_values!(
        tx,
        Uuid,
        "UPDATE account_task SET state = 'mended', mend = $2, mfo = $3, account = $4,
            mended_by = $5, mended_at = $6
         WHERE state = 'open' AND payment IN (
            SELECT p.id FROM payment failed
            JOIN statement fs ON fs.id = failed.statement
            JOIN account_task t ON t.payee = failed.payee AND t.state = 'open'
            JOIN payment p ON p.id = t.payment AND p.account = failed.account
            JOIN statement s ON s.id = p.statement AND s.mfo = fs.mfo
            WHERE failed.id = $1)
         RETURNING id",
        payment,
        command.id,
        i64::from(command.mfo.number()),
        command.account.as_str(),
        by.map(|by| by.0),
        ids.now().0
    )?)
}

/// Opens a task for each returned payment, with the bank's reason.
pub(crate) async fn open(tx: &mut Tx, ids: &Ids, returned: &[(PaymentId, String)]) -> Result<()> {
    const TASK: bulk::With = bulk::With {
        v: "id, payment, reason, at",
        statement: "INSERT INTO account_task (id, payment, entitlement, payee, district, reason,
                state, opened_at)
            SELECT v.id, p.id, p.entitlement, p.payee, a.district, v.reason, 'open', v.at
            FROM v CROSS JOIN payment p CROSS JOIN appropriation a
            WHERE p.id = v.payment AND a.id = p.appropriation",
    };
    let at = ids.now();
    let rows: Vec<(Uuid, &(PaymentId, String))> =
        returned.iter().map(|task| (ids.uuid(), task)).collect();
    let opened = bulk::update_from(tx, &TASK, &rows, |row, (id, (payment, reason))| {
        row.push(*id)
            .push(payment.0)
            .push(reason.as_str())
            .push(at.0);
    })
    .await?;
    assert_eq!(opened, rows.len() as u64, "a returned payment has its task");
    Ok(())
}

/// How many returned payments of a run are not in a later run yet.
pub(crate) async fn waiting_of_run(tx: &mut Tx, run: RunId) -> Result<i64> {
    Ok(fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM account_task t JOIN payment p ON p.id = t.payment
         JOIN statement s ON s.id = p.statement
         WHERE t.state IN ('open', 'mended') AND s.run = $1",
        run.0
    )?)
}

/// Ends the tasks whose payments are lines of a new run.
pub(crate) async fn end_reissued(tx: &mut Tx, lines: &[(Uuid, Uuid)]) -> Result<()> {
    const REISSUED: bulk::With = bulk::With {
        v: "id, payment",
        statement: "UPDATE account_task SET state = 'reissued', reissued_as = v.payment
            FROM v WHERE account_task.id = v.id AND account_task.state = 'mended'",
    };
    let ended = bulk::update_from(tx, &REISSUED, lines, |row, (task, payment)| {
        row.push(*task).push(*payment);
    })
    .await?;
    assert_eq!(
        ended,
        lines.len() as u64,
        "a mended task is paid again once"
    );
    Ok(())
}
