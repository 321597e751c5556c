use crate::Platform;
use crate::outbox::{self, NewEvent};
use crate::testing::each_db;

async fn emit(platform: &Platform, events: &[NewEvent]) {
    let mut tx = platform.db.begin().await.unwrap();
    outbox::emit(&mut tx, &platform.ids, events).await.unwrap();
    tx.commit().await.unwrap();
}

async fn keys_taken(platform: &Platform, consumer: &str, keep: bool) -> Vec<String> {
    let mut tx = platform.db.begin().await.unwrap();
    let taken = outbox::take(&mut tx, consumer, outbox::TAKE_MAX)
        .await
        .unwrap();
    if keep {
        tx.commit().await.unwrap();
    }
    taken.into_iter().map(|event| event.key).collect()
}

#[tokio::test]
async fn each_consumer_hears_each_event_once_and_again_after_a_rollback() {
    each_db(&[], async |platform| {
        let db = &platform.db;
        outbox::subscribe(db, "died", "casework").await.unwrap();
        outbox::subscribe(db, "died", "casework").await.unwrap();
        outbox::subscribe(db, "died", "payments").await.unwrap();
        let events: Vec<_> = (0..150)
            .map(|n| NewEvent::new("died", n.to_string(), "{}"))
            .chain([NewEvent::new("born", "x", "{}")])
            .collect();
        emit(&platform, &events).await;
        let expected =
            |range: std::ops::Range<i32>| range.map(|n| n.to_string()).collect::<Vec<_>>();
        assert_eq!(
            keys_taken(&platform, "casework", false).await,
            expected(0..100)
        );
        assert_eq!(
            keys_taken(&platform, "casework", true).await,
            expected(0..100)
        );
        assert_eq!(
            keys_taken(&platform, "casework", true).await,
            expected(100..150)
        );
        assert!(keys_taken(&platform, "casework", true).await.is_empty());
        let mut tx = db.read().await.unwrap();
        assert_eq!(outbox::waiting(&mut tx, "payments").await.unwrap(), 150);
    })
    .await;
}

#[tokio::test]
async fn an_event_goes_with_its_change_or_not_at_all() {
    each_db(&[], async |platform| {
        outbox::subscribe(&platform.db, "died", "casework")
            .await
            .unwrap();
        let mut tx = platform.db.begin().await.unwrap();
        let event = NewEvent::new("died", "1", "{}");
        outbox::emit(&mut tx, &platform.ids, &[event])
            .await
            .unwrap();
        tx.rollback().await.unwrap();
        assert!(keys_taken(&platform, "casework", true).await.is_empty());
    })
    .await;
}
