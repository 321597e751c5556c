//! Payments that a bank returned: find the person, put the account right.

use askama::Template;
use kernel::account::{BankAccount, Mfo};
use kernel::{Day, Money};
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
