//! Account tasks: a returned payment waits until its person's account is put right, and
//! is then paid again by the next reissue run.
//!
//! Putting it right is an [`account_change`]: it needs a second person where staff ask, waits, and
//! can be stopped by its person. When it takes effect it mends every open task of that person.
//! Cash that nobody came for needs no new account: it is carried over ([`cash`]).

use access::{Action, Area, Permit};
use kernel::ids::TaskId;
use kernel::{BankAccount, Instant, Mfo, Money, Month, PersonId, RunId};
use store::{Ids, Tx, bulk, fetch_all, fetch_optional, fetch_value, lock_one};
use uuid::Uuid;

use crate::account_change::{self, Ask, Asked, Destination};
use crate::{PaymentId, Result, cash, events, limits, sql};

/// A task that waits for a person of the mahalla.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountTask {
    pub id: TaskId,
    pub payment: PaymentId,
    pub payee: PersonId,
    pub district: u32,
    pub month: Month,
    pub amount: Money,
    /// The bank's code: AC01 wrong account, AC04 closed account, MD07 deceased, NOAS unclaimed.
    pub reason: String,
    pub since: Instant,
}

/// A command: the person's new account; its id is the account change's.
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
    #[error("task {task} is {state} already")]
    NotOpen { task: TaskId, state: String },
}

/// Whose task it is, when the permit opens it: so that a permit can be asked for that names the
/// person.
pub async fn payee_of(tx: &mut Tx, permit: &Permit, task: TaskId) -> Result<Option<PersonId>> {
    permit.must_be_for(&[Action::MendAccount]);
    let row = fetch_optional!(
        tx,
        (Uuid, i64),
        "SELECT payee, district FROM account_task WHERE id = $1",
        task.0
    )?;
    opened(permit, row)
}

/// The person, when the permit opens that person's data in the district.
pub(crate) fn opened(permit: &Permit, row: Option<(Uuid, i64)>) -> Result<Option<PersonId>> {
    let Some((person, district)) = row else {
        return Ok(None);
    };
    let (person, area) = (PersonId(person), Area::District(sql::district(district)?));
    Ok(permit.opens_person(person, area).then_some(person))
}

type TaskRow = (Uuid, Uuid, Uuid, i64, i64, i64, String, i64);

/// Open tasks for which no new account is asked yet and that the permit opens (of a district, a region, the country or one person),
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
            AND (t.payee = $4 OR $5) AND NOT EXISTS (SELECT 1 FROM account_change c
                WHERE c.person = t.payee AND c.state IN ('asked', 'waiting'))
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
pub(crate) fn districts(area: Area) -> (i64, i64) {
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

/// Asks that the person of a returned payment be paid to a new account. When that has taken effect,
/// everything that came back from the person's old one is paid again by the next reissue run.
pub async fn mend(tx: &mut Tx, ids: &Ids, permit: &Permit, command: &Mend) -> Result<Asked> {
    permit.must_be_for(&[Action::MendAccount]);
    let task = command.task;
    let found = find_standing(tx, task)
        .await?
        .ok_or(Refusal::Unknown { task })?;
    if !permit.opens_person(found.payee, Area::District(found.district)) {
        // Not a word about whether there is such a task.
        return Err(Refusal::Unknown { task }.into());
    }
    if found.state != "open" && found.mend != Some(command.id) {
        return Err(Refusal::NotOpen {
            task,
            state: found.state,
        }
        .into());
    }
    let ask = Ask {
        id: command.id,
        person: found.payee,
        district: found.district,
        to: Some(Destination {
            mfo: command.mfo,
            account: command.account,
        }),
    };
    account_change::ask(tx, ids, permit, &ask).await
}

struct Standing {
    state: String,
    payee: PersonId,
    district: u32,
    mend: Option<Uuid>,
}

async fn find_standing(tx: &mut Tx, task: TaskId) -> Result<Option<Standing>> {
    let row = lock_one!(
        tx,
        (String, Uuid, i64, Option<Uuid>),
        "SELECT state, payee, district, mend FROM account_task WHERE id = $1",
        task.0
    )?;
    let Some((state, payee, district, mend)) = row else {
        return Ok(None);
    };
    let (payee, district) = (PersonId(payee), sql::district(district)?);
    Ok(Some(Standing {
        state,
        payee,
        district,
        mend,
    }))
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
    let opened: Vec<Uuid> = rows.iter().map(|(id, _)| *id).collect();
    let carried = cash::carry_over(tx, ids, &opened).await?;
    Ok(events::emit_set(tx, ids, events::ACCOUNTS_MENDED, "carried", &carried).await?)
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
