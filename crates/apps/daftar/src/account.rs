//! `daftar account`: who signs in. The secret is made here, printed once, and kept only as a hash.

use access::account::{self, NewAccount};
use access::{Action, Area, Purpose, Role, SecretHash};
use app::Daftar;
use serde::Serialize;

use crate::args::{Account, Common};
use crate::config;
use crate::failure::Failure;
use crate::show::Show;

#[derive(Serialize)]
struct Opened<'a> {
    login: &'a str,
    role: &'a str,
    secret: String,
}

#[derive(Serialize)]
struct Closed<'a> {
    login: &'a str,
    closed: bool,
    /// It was closed before, and nothing has changed.
    already: bool,
}

pub async fn run(common: &Common, command: &Account) -> Result<(), Failure> {
    match command {
        Account::Add {
            login,
            role,
            territory,
        } => add(common, login, role, *territory).await,
        Account::Close { login } => close(common, login).await,
    }
}

async fn close(common: &Common, login: &str) -> Result<(), Failure> {
    let daftar = Daftar::open(config::existing(common)).await?;
    let (action, purpose) = (Action::ManageAccounts, Purpose::Upkeep);
    let permit = daftar.permit(action, purpose, 0).await?;
    let mut tx = daftar.platform.db.begin().await?;
    let found = account::find_even_closed(&mut tx, login).await?;
    let (id, _) = found.ok_or_else(|| Failure::Failed(format!("no account is called {login}")))?;
    let now = account::close(&mut tx, &permit, id).await?;
    tx.commit().await?;
    let text = match now {
        true => format!("{login} is closed: its sessions have ended, and nobody signs in with it"),
        false => format!("{login} was closed already; nothing has changed"),
    };
    let shown = Closed {
        login,
        closed: true,
        already: !now,
    };
    Show::new(common).result(&text, &shown);
    Ok(())
}

async fn add(
    common: &Common,
    login: &str,
    role: &str,
    territory: Option<u32>,
) -> Result<(), Failure> {
    let role = Role::from_name(role).ok_or_else(|| {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        Failure::argument("--role", format!("{role} is none of {}", names.join(", ")))
    })?;
    let area = Area::from_code(i64::from(territory.unwrap_or(0)))
        .map_err(|why| Failure::argument("--territory", why))?;
    let daftar = Daftar::open(config::existing(common)).await?;
    let secret = daftar.platform.ids.uuid().simple().to_string();
    let new = NewAccount {
        login: login.to_owned(),
        role,
        territory: area,
        office: String::new(),
        person: None,
        secret: SecretHash::of(&secret).map_err(|why| Failure::Failed(why.to_string()))?,
    };
    let permit = daftar
        .permit(Action::ManageAccounts, Purpose::Upkeep, 0)
        .await?;
    let mut tx = daftar.platform.db.begin().await?;
    account::open(&mut tx, &daftar.platform.ids, &permit, &[new]).await?;
    tx.commit().await?;
    let text = format!(
        "{login} ({}) may sign in with {secret}\nThis is shown once.",
        role.name()
    );
    Show::new(common).result(
        &text,
        &Opened {
            login,
            role: role.name(),
            secret,
        },
    );
    Ok(())
}
