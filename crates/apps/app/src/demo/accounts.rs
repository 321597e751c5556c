//! The accounts of the demonstration's people, by the logins of the wire contract.

use access::account::{self, NewAccount};
use access::{Action, Area, Purpose, Role, SecretHash};
use kernel::ids::AccountId;

use crate::daftar::Daftar;
use crate::error::{Error, Result};

/// An account of the demonstration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    pub login: String,
    pub role: Role,
    pub account: AccountId,
}

/// Opens the accounts of a district and its mahallas, all with one secret. Demonstrations only.
pub async fn open_accounts(
    daftar: &Daftar,
    district: u32,
    mahallas: &[u32],
    secret: &str,
) -> Result<Vec<Login>> {
    if !daftar.config.demo {
        return Err(Error::NotADemo);
    }
    let hash = SecretHash::of(secret).map_err(|e| Error::Damaged {
        what: "the demonstration's secret",
        why: e.to_string(),
    })?;
    let accounts: Vec<NewAccount> = people(district, mahallas)
        .into_iter()
        .map(|(login, role, territory)| NewAccount {
            office: office(role, territory),
            login,
            role,
            territory,
            person: None,
            secret: hash.clone(),
        })
        .collect();
    let permit = daftar
        .permit(Action::ManageAccounts, Purpose::Upkeep, 0)
        .await?;
    let mut tx = daftar.platform.db.begin().await?;
    let ids = account::open(&mut tx, &daftar.platform.ids, &permit, &accounts)
        .await
        .map_err(|e| Error::Damaged {
            what: "the demonstration's accounts",
            why: e.to_string(),
        })?;
    tx.commit().await?;
    let logins = accounts.into_iter().zip(ids);
    Ok(logins
        .map(|(new, account)| Login {
            login: new.login,
            role: new.role,
            account,
        })
        .collect())
}

fn people(district: u32, mahallas: &[u32]) -> Vec<(String, Role, Area)> {
    let place = Area::District(district);
    let mut people = vec![
        (format!("social-{district}"), Role::SocialWorker, place),
        (format!("seven-{district}"), Role::SevenMember, place),
        (format!("officer-{district}"), Role::DistrictOfficer, place),
        ("treasurer-1".to_owned(), Role::Treasurer, Area::Country),
        ("treasurer-2".to_owned(), Role::Treasurer, Area::Country),
        ("analyst".to_owned(), Role::Analyst, Area::Country),
        ("auditor".to_owned(), Role::Auditor, Area::Country),
        ("secrecy".to_owned(), Role::SecrecyOfficer, Area::Country),
        ("civil-registry".to_owned(), Role::Partner, Area::Country),
        ("operator".to_owned(), Role::Operator, Area::Country),
    ];
    people.extend(mahallas.iter().map(|mahalla| {
        (
            format!("mahalla-{mahalla}"),
            Role::MahallaWorker,
            Area::Mahalla(*mahalla),
        )
    }));
    people
}

fn office(role: Role, territory: Area) -> String {
    format!("{} ({territory})", role.label().uz)
}
