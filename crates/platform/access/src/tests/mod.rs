//! Stories of access, each on both databases.

mod accounts;
mod chain;
mod delays;
mod delays_held;
mod looks;
mod matrix;
mod permits;
mod sessions;

use kernel::ids::{AccountId, PersonId};
use store::Platform;

use crate::account::{self, NewAccount};
use crate::{Action, Area, Errand, Permit, Purpose, Role, Scope, SecretHash, Subject, permit};

const YUNUSOBOD: u32 = 1_726_266;
pub(crate) const MAHALLA: Area = Area::Mahalla(1_726_266_001);
const SECRET: &str = "olma-anor-uzum";

async fn managing(platform: &Platform) -> Permit {
    permit(
        platform,
        &Subject::system(),
        Action::ManageAccounts,
        Purpose::Upkeep,
        Scope::country(),
    )
    .await
    .unwrap()
}

fn new_account(login: &str, role: Role, territory: Area) -> NewAccount {
    NewAccount {
        login: login.to_owned(),
        role,
        territory,
        office: format!("{territory}"),
        person: (role == Role::Citizen).then(|| PersonId::from_u128(7)),
        secret: SecretHash::of(SECRET).unwrap(),
    }
}

async fn open_account(platform: &Platform, login: &str, role: Role, area: Area) -> AccountId {
    let permit = managing(platform).await;
    let mut tx = platform.db.begin().await.unwrap();
    let new = [new_account(login, role, area)];
    let opened = account::open(&mut tx, &platform.ids, &permit, &new)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    opened[0]
}

pub(crate) fn subject(role: Role, territory: Area, person: Option<PersonId>) -> Subject {
    Subject {
        account: AccountId::from_u128(100 + role as u128),
        role,
        territory,
        person,
        office: format!("office in {territory}"),
        errand: Errand::NONE,
    }
}
