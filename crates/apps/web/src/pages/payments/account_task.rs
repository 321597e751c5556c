//! Payments that a bank returned: find the person, put the account right.

use std::collections::HashMap;

use access::{Action, Permit, Purpose};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::ids::TaskId;
use payments::account_change::nominee::{self, Nominee};
use payments::account_change::{self, AccountChange};
use payments::account_task::{self, AccountTask, Mend};
use store::Tx;

use crate::api;
use crate::api::account_change::Word;
use crate::desk::{permit_naming, permit_naming_one, reach_of};
use crate::form_body::Body;
use crate::guest::Seat;
use crate::house::House;
use crate::i18n::zone;
use crate::pages::casework::application::names_of;
use crate::pages::payments::payment::return_reason;
use crate::pages::{Listed, in_language, show, show_as};
use crate::stop::Stop;
use askama::Template;
use kernel::account::{BankAccount, Mfo};
use kernel::{Day, Money, PersonId};
use uuid::Uuid;

use crate::form::{Field, Problems, Typed};
use crate::i18n::T;
use crate::shell::Shell;

#[derive(Debug)]
pub struct Task {
    pub task: Uuid,
    pub name: String,
    pub pinfl: String,
    pub amount: Money,
    pub reason: String,
    pub since: Day,
}

#[derive(Debug, Template)]
#[template(path = "payments/account_tasks.html")]
pub struct AccountTasksPage {
    pub shell: Shell,
    pub tasks: Vec<Task>,
    /// New accounts that wait for a second look.
    pub changes: Vec<Change>,
}

/// A change of an account that a colleague asked for.
#[derive(Debug)]
pub struct Change {
    pub change: Uuid,
    pub name: String,
    pub pinfl: String,
    /// By its two ends.
    pub account: String,
    /// Who receives the money there, on which document, when it is not the person.
    pub nominee: Option<String>,
    pub due: Day,
}

#[derive(Debug, Template)]
#[template(path = "payments/account_task.html")]
pub struct AccountTaskPage {
    pub shell: Shell,
    pub task: Task,
    pub id: Uuid,
    pub typed: Typed,
    pub problems: Problems,
}

#[derive(Debug)]
pub struct AccountForm {
    pub mfo: Mfo,
    pub account: BankAccount,
}

impl AccountTaskPage {
    fn mfo(&self) -> Field {
        let t = self.shell.t;
        Field::text("mfo", t.task_mfo(), &self.typed, &self.problems)
            .hint(t.task_mfo_hint())
            .digits()
    }

    fn account(&self) -> Field {
        let t = self.shell.t;
        Field::text("account", t.task_account(), &self.typed, &self.problems)
            .hint(t.task_account_hint())
            .digits()
    }

    pub fn read(t: T, typed: &Typed) -> Result<AccountForm, Problems> {
        let digits = |field| {
            typed
                .get(field)
                .chars()
                .filter(|c| !c.is_whitespace() && *c != '-')
                .collect::<String>()
        };
        let mut problems = Problems::none();
        let mfo = Mfo::parse(&digits("mfo"));
        if mfo.is_err() {
            problems.add("mfo", t.mfo_wrong());
        }
        let account = BankAccount::parse(&digits("account"));
        if account.is_err() {
            problems.add("account", t.account_wrong());
        }
        match (mfo, account) {
            (Ok(mfo), Ok(account)) => Ok(AccountForm { mfo, account }),
            _ => Err(problems),
        }
    }
}

async fn permit(house: &House, seat: &Seat) -> Result<Permit, Stop> {
    seat.permit(
        house,
        Action::MendAccount,
        Purpose::Payment,
        reach_of(&seat.subject),
    )
    .await
}

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Query(page): Query<Listed>,
) -> Result<Response, Stop> {
    let permit = permit(&house, &seat).await?;
    let mut tx = house.read().await?;
    let open = account_task::list_open(&mut tx, &permit, None).await?;
    let asked = Changes::asked(&mut tx, &permit).await?;
    drop(tx);
    let mut persons = asked.persons();
    persons.extend(open.iter().map(|task| task.payee));
    let (action, purpose) = (Action::MendAccount, Purpose::Payment);
    let permit = permit_naming(&house, &seat, action, purpose, &persons).await?;
    let mut tx = house.read().await?;
    let tasks = lines_of(&mut tx, &permit, seat.t(), open).await?;
    let changes = asked.lines(&mut tx, &permit, seat.t()).await?;
    let mut shell = seat.shell();
    shell.done = page.done.map(|_| seat.t().task_saved().to_owned());
    Ok(show(&AccountTasksPage {
        shell,
        tasks,
        changes,
    }))
}

/// Changes that wait for a second look, by ids: whose they are is read with a permit that names them.
struct Changes {
    asked: Vec<AccountChange>,
    nominees: HashMap<Uuid, Nominee>,
}

impl Changes {
    async fn asked(tx: &mut Tx, permit: &Permit) -> Result<Changes, Stop> {
        let asked = account_change::list_asked(tx, permit).await?;
        let mut nominees = HashMap::new();
        for change in &asked {
            let nominee = nominee::of_change(tx, change.id).await?;
            nominees.extend(nominee.map(|nominee| (change.id, nominee)));
        }
        Ok(Changes { asked, nominees })
    }

    fn persons(&self) -> Vec<PersonId> {
        let mut persons: Vec<_> = self.asked.iter().map(|change| change.person).collect();
        persons.extend(self.nominees.values().map(|nominee| nominee.person));
        persons
    }

    async fn lines(self, tx: &mut Tx, permit: &Permit, t: T) -> Result<Vec<Change>, Stop> {
        let persons = self.persons();
        let Changes { asked, nominees } = self;
        let names = names_of(tx, permit, &persons).await?;
        let pinfls = registry::person::pinfls_of(tx, permit, &persons).await?;
        let line = |change: AccountChange| Change {
            change: change.id,
            name: names.get(&change.person).cloned().unwrap_or_default(),
            pinfl: pinfls
                .get(&change.person)
                .map(|pinfl| pinfl.grouped())
                .unwrap_or_default(),
            account: change.to.map_or("–".to_owned(), |to| to.account.masked()),
            nominee: nominees.get(&change.id).map(|nominee| {
                let name = names.get(&nominee.person).map_or("–", String::as_str);
                t.change_nominee(
                    name,
                    &nominee.basis,
                    t.day(nominee.until.plus_seconds(-1).day(zone())),
                )
            }),
            due: change.due_at.day(zone()),
        };
        Ok(asked.into_iter().map(line).collect())
    }
}

pub async fn confirm(
    State(house): State<House>,
    seat: Seat,
    Path(change): Path<Uuid>,
) -> Result<Response, Stop> {
    api::account_change::second(&house, &seat, change, Word::Confirm).await?;
    Ok(Redirect::to("/account-tasks").into_response())
}

pub async fn decline(
    State(house): State<House>,
    seat: Seat,
    Path(change): Path<Uuid>,
) -> Result<Response, Stop> {
    api::account_change::second(&house, &seat, change, Word::Decline).await?;
    Ok(Redirect::to("/account-tasks").into_response())
}

async fn lines_of(
    tx: &mut Tx,
    permit: &Permit,
    t: T,
    open: Vec<AccountTask>,
) -> Result<Vec<Task>, Stop> {
    let payees: Vec<_> = open.iter().map(|task| task.payee).collect();
    let names = names_of(tx, permit, &payees).await?;
    let pinfls = registry::person::pinfls_of(tx, permit, &payees).await?;
    let line = |task: AccountTask| Task {
        task: task.id.0,
        name: names.get(&task.payee).cloned().unwrap_or_default(),
        pinfl: pinfls
            .get(&task.payee)
            .map(|pinfl| pinfl.grouped())
            .unwrap_or_default(),
        amount: task.amount,
        reason: return_reason(t, &task.reason),
        since: task.since.day(zone()),
    };
    Ok(open.into_iter().map(line).collect())
}

async fn task_page(
    house: &House,
    seat: &Seat,
    task: TaskId,
    typed: Typed,
    problems: Problems,
) -> Result<AccountTaskPage, Stop> {
    let permit = permit(house, seat).await?;
    let mut tx = house.read().await?;
    // Ids rise, so the page after the one before holds this task first.
    let before = TaskId(Uuid::from_u128(task.0.as_u128().saturating_sub(1)));
    let mut open = account_task::list_open(&mut tx, &permit, Some(before)).await?;
    open.retain(|open| open.id == task);
    drop(tx);
    let payee = open.first().ok_or(Stop::NotFound)?.payee;
    let (action, purpose) = (Action::MendAccount, Purpose::Payment);
    let permit = permit_naming_one(house, seat, action, purpose, payee).await?;
    let mut tx = house.read().await?;
    let line = lines_of(&mut tx, &permit, seat.t(), open)
        .await?
        .pop()
        .ok_or(Stop::NotFound)?;
    let shell = seat
        .shell_at(format!("/account-tasks/{task}"))
        .with_form(!problems.is_empty());
    let id = typed.id().unwrap_or_else(|_| house.platform().ids.uuid());
    Ok(AccountTaskPage {
        shell,
        task: line,
        id,
        typed,
        problems,
    })
}

pub async fn form(
    State(house): State<House>,
    seat: Seat,
    Path(task): Path<TaskId>,
) -> Result<Response, Stop> {
    Ok(show(
        &task_page(&house, &seat, task, Typed::default(), Problems::none()).await?,
    ))
}

pub async fn mend(
    State(house): State<House>,
    seat: Seat,
    Path(task): Path<TaskId>,
    Body(typed): Body,
) -> Result<Response, Stop> {
    if let Some(lang) = typed.language() {
        let page = task_page(
            &house,
            &seat.in_language(lang),
            task,
            typed,
            Problems::none(),
        )
        .await?;
        return Ok(in_language(lang, &house, show(&page)));
    }
    let form = match AccountTaskPage::read(seat.t(), &typed) {
        Ok(form) => form,
        Err(problems) => {
            let page = task_page(&house, &seat, task, typed, problems).await?;
            return Ok(show_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
        }
    };
    let mend = Mend {
        id: typed.id()?,
        task,
        mfo: form.mfo,
        account: form.account,
    };
    api::account_task::take(&house, &seat, &mend).await?;
    Ok(Redirect::to("/account-tasks?done=1").into_response())
}
