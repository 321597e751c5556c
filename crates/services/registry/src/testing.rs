//! For the tests of this crate.

use crate::unit;
use access::{Action, Permit, Purpose, Role, Subject};
use store::{Clock, Db, Ids, Platform};

pub(crate) async fn permit(platform: &Platform) -> Permit {
    let (subject, why) = (Subject::system(), Purpose::Registration);
    let permit = Permit::batch(platform, &subject, Action::ImportRegister, why, None, 0).await;
    permit.expect("the system may import")
}

/// The civil registry's, for its messages.
pub(crate) async fn partner(platform: &Platform) -> Permit {
    let subject = Subject {
        role: Role::Partner,
        ..Subject::system()
    };
    let (action, why) = (Action::SendCivilEvent, Purpose::Registration);
    let permit = Permit::batch(platform, &subject, action, why, None, 1).await;
    permit.expect("a partner may send civil events")
}

/// A database of its own that vanishes with the platform.
pub(crate) async fn sqlite() -> Platform {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!(
        "sqlite:{}",
        folder.path().join("test.db").display()
    ))
    .await
    .unwrap();
    store::migrate(&db, &[access::SCHEMA, crate::SCHEMA])
        .await
        .unwrap();
    let clock = Clock::standing_at(store::testing::MORNING);
    let platform = Platform::with_ids(db, clock.clone(), Ids::seeded(clock, 1));
    platform.keep(|| folder);
    platform
}

/// The number of rows of every table: an import that changes nothing leaves them alone.
pub(crate) async fn dump(platform: &Platform) -> Vec<(&'static str, i64)> {
    let mut tx = platform.db.read().await.unwrap();
    let mut counts = Vec::new();
    macro_rules! count {
        ($($table:literal),+) => {$(
            let sql = concat!("SELECT COUNT(*) FROM ", $table);
            counts.push(($table, store::fetch_value!(tx, i64, sql).unwrap()));
        )+};
    }
    count!(
        "person",
        "identifier",
        "relation",
        "dwelling",
        "residence",
        "fact",
        "unit_now",
        "unit_member_now",
        "outbox"
    );
    counts
}

/// Every block's projection equals what its sources give.
pub(crate) async fn assert_verified(platform: &Platform) {
    let permit = permit(platform).await;
    let mut tx = platform.db.read().await.unwrap();
    let blocks = unit::blocks(&mut tx).await.unwrap();
    drop(tx);
    for block in blocks {
        let verified = unit::verify(platform, &permit, &block.block.name)
            .await
            .unwrap();
        assert_eq!(
            verified.differences, 0,
            "{}: {:?}",
            block.block.name, verified.examples
        );
        assert!(verified.units > 0);
    }
}
