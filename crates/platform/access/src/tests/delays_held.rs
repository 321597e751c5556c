//! What an insider with rights on the database does to delays, and what `verify` says of it.

use kernel::ids::{PersonId, Uuid};
use store::testing::each_db;
use store::{Platform, execute};

use super::{MAHALLA, YUNUSOBOD, subject};
use crate::log::{NewDelay, VerifiedDelays, delay, verify, verify_delays};
use crate::{Action, Area, Purpose, Role, SCHEMA, Scope, permit};

/// The delay of a look at this person, until so many days from now.
async fn delay_of(platform: &Platform, person: u128) -> NewDelay {
    let officer = subject(Role::DistrictOfficer, Area::District(YUNUSOBOD), None);
    let scope = Scope::person(PersonId::from_u128(person), MAHALLA);
    let (action, purpose) = (Action::ReadCase, Purpose::Oversight);
    let look = permit(platform, &officer, action, purpose, scope).await;
    NewDelay {
        id: Uuid::from_u128(person),
        entry: look.unwrap().entry(),
        until: platform.clock.now().plus_seconds(30 * 24 * 3600),
        ground: "order 17 of the district court".to_owned(),
    }
}

/// Two delays of looks at two persons, as they were set.
async fn two_delays(platform: &Platform) {
    let secrecy = subject(Role::SecrecyOfficer, Area::Country, None);
    for person in [1, 2] {
        let new = delay_of(platform, person).await;
        delay(platform, &secrecy, &new).await.unwrap();
        // Sent again, and another one under the same id: neither grants what would be missed.
        delay(platform, &secrecy, &new).await.unwrap();
        let longer = NewDelay {
            until: new.until.plus_seconds(1),
            ..new
        };
        delay(platform, &secrecy, &longer).await.unwrap_err();
    }
    assert_eq!(found(platform).await, held(0));
}

fn held(not_covered: u64) -> VerifiedDelays {
    VerifiedDelays {
        delays: 2,
        not_covered,
        wrong: Vec::new(),
    }
}

async fn found(platform: &Platform) -> VerifiedDelays {
    let mut tx = platform.db.read().await.unwrap();
    verify_delays(&mut tx).await.unwrap()
}

async fn tamper(platform: &Platform, table: &str, change: &'static str) {
    let mut tx = platform.db.begin().await.unwrap();
    let drops = match tx.is_sqlite() {
        true => vec![
            format!("DROP TRIGGER {table}_no_update"),
            format!("DROP TRIGGER {table}_no_delete"),
        ],
        false => vec![format!("DROP TRIGGER {table}_append_only ON {table}")],
    };
    for drop in drops {
        execute!(tx, sqlx::AssertSqlSafe(drop.clone())).unwrap();
    }
    assert!(execute!(tx, change).unwrap() > 0, "{change}");
    tx.commit().await.unwrap();
}

async fn check(change: &'static str, expected: &[&str]) {
    each_db(&[SCHEMA], async |platform| {
        two_delays(&platform).await;
        tamper(&platform, "disclosure_delay", change).await;
        let wrong = found(&platform).await.wrong;
        assert_eq!(wrong.len(), expected.len(), "{change}: {wrong:?}");
        for (wrong, expected) in wrong.iter().zip(expected) {
            assert!(wrong.contains(expected), "{change}: {wrong}");
        }
    })
    .await;
}

const CHANGED: &str = "is not what was granted";
const GONE: &str = "grants a delay that is gone or changed";

#[tokio::test]
async fn a_delay_prolonged_or_with_another_ground_is_named() {
    check(
        "UPDATE disclosure_delay SET until = until + 25920000000000 WHERE seq < by_seq",
        &[CHANGED, CHANGED, GONE, GONE],
    )
    .await;
    check(
        "UPDATE disclosure_delay SET ground = 'order 18'
         WHERE seq = (SELECT MAX(seq) FROM disclosure_delay)",
        &[CHANGED, GONE],
    )
    .await;
}

#[tokio::test]
async fn a_delay_that_was_taken_away_is_named_by_the_entry_that_grants_it() {
    check(
        "DELETE FROM disclosure_delay WHERE seq = (SELECT MIN(seq) FROM disclosure_delay)",
        &[GONE],
    )
    .await;
}

#[tokio::test]
async fn a_delay_that_rests_on_an_entry_about_another_is_named() {
    check(
        "INSERT INTO disclosure_delay (id, chain_id, seq, until, ground, set_at, by_chain, by_seq)
         SELECT a.chain_id, a.chain_id, a.seq, a.until, a.ground, b.set_at, b.by_chain, b.by_seq
         FROM disclosure_delay a CROSS JOIN disclosure_delay b WHERE a.seq < b.seq",
        &["about another person"],
    )
    .await;
}

#[tokio::test]
async fn a_second_delay_on_one_entry_and_one_of_another_time_are_named() {
    check(
        "INSERT INTO disclosure_delay (id, chain_id, seq, until, ground, set_at, by_chain, by_seq)
         SELECT chain_id, chain_id, seq, until, ground, set_at, by_chain, by_seq
         FROM disclosure_delay WHERE seq = (SELECT MIN(seq) FROM disclosure_delay)",
        &[CHANGED],
    )
    .await;
    check(
        "UPDATE disclosure_delay SET set_at = set_at - 1 WHERE seq < by_seq",
        &["was not set when", "was not set when"],
    )
    .await;
}

/// Whoever takes the digests out of the log as well breaks its chain.
#[tokio::test]
async fn without_a_digest_a_delay_is_not_covered_and_the_log_tells_when_one_was_taken_out() {
    each_db(&[SCHEMA], async |platform| {
        two_delays(&platform).await;
        let change = "UPDATE access_log SET digest = NULL WHERE digest IS NOT NULL";
        tamper(&platform, "access_log", change).await;
        assert_eq!(found(&platform).await, held(2));
        assert_eq!(verify(&platform.db).await.unwrap().broken.len(), 2);
    })
    .await;
}
