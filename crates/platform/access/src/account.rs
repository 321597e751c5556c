//! Accounts: opened in sets, closed, never deleted (the log names them).
//!
//! Staff sign in with a login and a secret, citizens with their PINFL and a
//! secret (in this version; a state identity provider comes later).

use std::collections::BTreeSet;

use kernel::ids::{AccountId, PersonId};
use store::{Fault, Ids, Tx, bulk, execute, fetch_optional, fetch_values};
use uuid::Uuid;

use crate::{Action, Area, Errand, Permit, Role, SecretHash, Subject};

/// Longest login, in characters.
pub const LOGIN_CHARS_MAX: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    pub login: String,
    pub role: Role,
    pub territory: Area,
    /// What citizens read about who looked: "Yunusobod tumani, “Inson” markazi".
    pub office: String,
    /// Whose account it is; a citizen's must have it.
    pub person: Option<PersonId>,
    pub secret: SecretHash,
}

#[derive(Debug, thiserror::Error)]
pub enum AccountRefused {
    #[error("a {} cannot have {area} as its territory", .role.name())]
    TerritoryDoesNotFit { role: Role, area: Area },
    #[error("the account of a citizen needs the person of the register: {login}")]
    CitizenWithoutPerson { login: String },
    #[error("a login has 1 to {LOGIN_CHARS_MAX} characters without spaces, not '{login}'")]
    LoginForm { login: String },
    #[error("{taken} of the logins exist already, or stand twice in the list")]
    LoginTaken { taken: u64 },
    #[error("the program's own role is not given to an account")]
    SystemRole,
    #[error(transparent)]
    Fault(#[from] Fault),
}

const ACCOUNT: bulk::Insert = bulk::Insert {
    into: "account (id, login, role, territory, office, person, secret, closed)",
    on_conflict: "(login) DO NOTHING",
};

/// Opens accounts; all or none (roll back on a refusal). The ids are in the
/// order of the list.
pub async fn open(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    accounts: &[NewAccount],
) -> Result<Vec<AccountId>, AccountRefused> {
    permit.must_be_for(&[Action::ManageAccounts]);
    for account in accounts {
        check(account)?;
    }
    let rows: Vec<(AccountId, &NewAccount)> = accounts
        .iter()
        .map(|a| (AccountId(ids.uuid()), a))
        .collect();
    let opened = bulk::insert(tx, &ACCOUNT, &rows, |row, (id, account)| {
        row.push(id.0)
            .push(fold_login(&account.login))
            .push(account.role.name())
            .push(account.territory.code())
            .push(account.office.as_str())
            .push(account.person.map(|person| person.0))
            .push(account.secret.as_stored())
            .push(false);
    })
    .await?;
    let taken = rows.len() as u64 - opened;
    if taken > 0 {
        return Err(AccountRefused::LoginTaken { taken });
    }
    Ok(rows.into_iter().map(|(id, _)| id).collect())
}

fn check(account: &NewAccount) -> Result<(), AccountRefused> {
    let (role, area) = (account.role, account.territory);
    let login = fold_login(&account.login);
    let chars = login.chars().count();
    if chars == 0 || chars > LOGIN_CHARS_MAX || login.contains(char::is_whitespace) {
        return Err(AccountRefused::LoginForm { login });
    }
    if role == Role::System {
        return Err(AccountRefused::SystemRole);
    }
    if !role.fits(area) {
        return Err(AccountRefused::TerritoryDoesNotFit { role, area });
    }
    if role == Role::Citizen && account.person.is_none() {
        return Err(AccountRefused::CitizenWithoutPerson { login });
    }
    Ok(())
}

/// Logins are the same in any case and with spaces around.
pub(crate) fn fold_login(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Gives a new secret and ends every session of the account.
pub async fn set_secret(
    tx: &mut Tx,
    permit: &Permit,
    account: AccountId,
    secret: &SecretHash,
) -> store::Result<bool> {
    permit.must_be_for(&[Action::ManageAccounts]);
    alone(tx, account).await?;
    let changed = execute!(
        tx,
        "UPDATE account SET secret = $2 WHERE id = $1",
        account.0,
        secret.as_stored()
    )?;
    end_sessions(tx, account).await?;
    Ok(changed == 1)
}

/// Closes the account; its sessions open nothing from this moment on. Whose they were stays known for
/// a time: whoever goes on using them is noted. `false`: it was closed already.
pub async fn close(tx: &mut Tx, permit: &Permit, account: AccountId) -> store::Result<bool> {
    permit.must_be_for(&[Action::ManageAccounts]);
    alone(tx, account).await?;
    let closed = execute!(
        tx,
        "UPDATE account SET closed = TRUE WHERE id = $1 AND closed = FALSE",
        account.0
    )?;
    Ok(closed == 1)
}

/// Who opens a session and who ends them all take turns: none is opened behind the other's back.
pub(crate) async fn alone(tx: &mut Tx, account: AccountId) -> store::Result<()> {
    tx.alone(&format!("account {}", account.0)).await
}

pub(crate) async fn end_sessions(tx: &mut Tx, account: AccountId) -> store::Result<u64> {
    execute!(tx, "DELETE FROM session WHERE account = $1", account.0)
}

/// The login of an account, closed ones too: who approved a run must stay readable.
pub async fn find_login(tx: &mut Tx, account: AccountId) -> store::Result<Option<String>> {
    fetch_optional!(
        tx,
        (String,),
        "SELECT login FROM account WHERE id = $1",
        account.0
    )
    .map(|row| row.map(|(login,)| login))
}

/// The account behind a login, closed ones left out.
pub async fn find_by_login(tx: &mut Tx, login: &str) -> store::Result<Option<Subject>> {
    let found = find_with_secret(tx, login).await?;
    Ok(found.map(|(subject, _)| subject))
}

/// The account behind a login, if it is closed.
pub async fn find_closed(tx: &mut Tx, login: &str) -> store::Result<Option<Subject>> {
    let row = fetch_optional!(
        tx,
        AccountRow,
        "SELECT id, role, territory, office, person, secret FROM account
         WHERE login = $1 AND closed = TRUE",
        fold_login(login)
    )?;
    let found = row.map(AccountRow::open).transpose()?;
    Ok(found.map(|(subject, _)| subject))
}

/// The account of a login, closed ones too, and whether it is open.
pub async fn find_even_closed(
    tx: &mut Tx,
    login: &str,
) -> store::Result<Option<(AccountId, bool)>> {
    let found = fetch_optional!(
        tx,
        (Uuid, bool),
        "SELECT id, closed FROM account WHERE login = $1",
        fold_login(login)
    )?;
    Ok(found.map(|(id, closed)| (AccountId(id), !closed)))
}

/// The accounts of a role that are closed.
pub async fn list_closed(tx: &mut Tx, role: Role) -> store::Result<BTreeSet<AccountId>> {
    let closed = fetch_values!(
        tx,
        Uuid,
        "SELECT id FROM account WHERE role = $1 AND closed = TRUE",
        role.name()
    )?;
    Ok(closed.into_iter().map(AccountId).collect())
}

pub(crate) async fn find_with_secret(
    tx: &mut Tx,
    login: &str,
) -> store::Result<Option<(Subject, SecretHash)>> {
    let row = fetch_optional!(
        tx,
        AccountRow,
        "SELECT id, role, territory, office, person, secret FROM account
         WHERE login = $1 AND closed = FALSE",
        fold_login(login)
    )?;
    row.map(AccountRow::open).transpose()
}

#[derive(Clone, sqlx::FromRow)]
pub(crate) struct AccountRow {
    id: Uuid,
    role: String,
    territory: i64,
    office: String,
    person: Option<Uuid>,
    secret: String,
}

impl AccountRow {
    pub(crate) fn open(self) -> store::Result<(Subject, SecretHash)> {
        let strange = |reason: String| Fault::Stored {
            what: "account",
            reason,
        };
        let role = Role::from_name(&self.role)
            .ok_or_else(|| strange(format!("the role '{}' is unknown", self.role)))?;
        let territory = Area::from_code(self.territory).map_err(|e| strange(e.to_string()))?;
        let subject = Subject {
            account: AccountId(self.id),
            role,
            territory,
            person: self.person.map(PersonId),
            office: self.office,
            errand: Errand::NONE,
        };
        Ok((subject, SecretHash::stored(self.secret)))
    }
}
