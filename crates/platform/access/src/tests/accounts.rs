use store::Platform;
use store::testing::each_db;

use super::{MAHALLA, YUNUSOBOD, managing, new_account, open_account, subject};
use crate::account::{self, AccountRefused, NewAccount};
use crate::{Area, Role, SCHEMA, SecretHash, SecretRefused};

async fn refused(platform: &Platform, accounts: &[NewAccount]) -> AccountRefused {
    let permit = managing(platform).await;
    let mut tx = platform.db.begin().await.unwrap();
    account::open(&mut tx, &platform.ids, &permit, accounts)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_mahalla_worker_is_never_given_a_district() {
    each_db(&[SCHEMA], async |platform| {
        for (role, area) in [
            (Role::MahallaWorker, Area::District(YUNUSOBOD)),
            (Role::SevenMember, Area::Country),
            (Role::DistrictOfficer, Area::Region(1_726)),
            (Role::Citizen, MAHALLA),
        ] {
            let refused = refused(&platform, &[new_account("x", role, area)]).await;
            assert!(
                matches!(refused, AccountRefused::TerritoryDoesNotFit { .. }),
                "{role:?}"
            );
        }
        let system = refused(&platform, &[new_account("x", Role::System, Area::Country)]).await;
        assert!(matches!(system, AccountRefused::SystemRole));
    })
    .await;
}

#[tokio::test]
async fn a_login_is_one_in_any_case_and_a_bad_set_opens_nothing() {
    each_db(&[SCHEMA], async |platform| {
        open_account(&platform, "Qodirova", Role::MahallaWorker, MAHALLA).await;
        let new = |login| new_account(login, Role::MahallaWorker, MAHALLA);
        let taken = refused(&platform, &[new("karimov"), new(" QODIROVA ")]).await;
        assert!(
            matches!(taken, AccountRefused::LoginTaken { taken: 1 }),
            "{taken}"
        );
        let mut tx = platform.db.read().await.unwrap();
        let found = account::find_by_login(&mut tx, "qodirova")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.role, found.territory),
            (Role::MahallaWorker, MAHALLA)
        );
        assert!(
            account::find_by_login(&mut tx, "karimov")
                .await
                .unwrap()
                .is_none()
        );
        drop(tx);
        for login in ["", "two words", &"x".repeat(65)] {
            let form = refused(&platform, &[new(login)]).await;
            assert!(matches!(form, AccountRefused::LoginForm { .. }), "{login}");
        }
        let mut citizen = new_account("31234567890123", Role::Citizen, Area::Country);
        citizen.person = None;
        let refused = refused(&platform, &[citizen]).await;
        assert!(matches!(
            refused,
            AccountRefused::CitizenWithoutPerson { .. }
        ));
    })
    .await;
}

#[test]
fn a_secret_has_eight_characters_at_least() {
    assert_eq!(
        SecretHash::of("olma123"),
        Err(SecretRefused::TooShort { chars: 7 })
    );
    assert_eq!(
        SecretHash::of(&"x".repeat(129)),
        Err(SecretRefused::TooLong { chars: 129 })
    );
    let hash = SecretHash::of("oʻrikzor").unwrap();
    assert!(hash.matches("oʻrikzor") && !hash.matches("orikzor"));
    assert!(
        hash.as_stored()
            .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
    );
    assert_eq!(format!("{hash:?}"), "SecretHash(..)");
}

#[test]
fn two_accounts_of_one_person_are_not_four_eyes() {
    let person = Some(kernel::ids::PersonId::from_u128(5));
    let treasurer = subject(Role::Treasurer, Area::Country, person);
    let mut second = subject(Role::Auditor, Area::Country, person);
    assert!(treasurer.is_same_person(&second));
    second.person = None;
    assert!(!treasurer.is_same_person(&second));
}
