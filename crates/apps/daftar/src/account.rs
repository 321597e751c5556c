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

pub async fn run(common: &Common, command: &Account) -> Result<(), Failure> {
    let Account::Add {
        login,
        role,
        territory,
    } = command;
    let role = Role::from_name(role).ok_or_else(|| {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        Failure::argument("--role", format!("{role} is none of {}", names.join(", ")))
    })?;
    let area = Area::from_code(i64::from(territory.unwrap_or(0)))
        .map_err(|why| Failure::argument("--territory", why))?;
    let daftar = Daftar::open(config::existing(common)).await?;
    let secret = daftar.platform.ids.uuid().simple().to_string();
    let new = NewAccount {
        login: login.clone(),
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
