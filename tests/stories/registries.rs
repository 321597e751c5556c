//! Registries that answer in their own time, in messages of their own, and a civil registry that tells
//! of what has happened to who has subscribed: two processes that meet over the wire alone.

use std::time::Duration;

use crate::stage::{self, Cast, Stage};

/// Rounds of hearing at most; each waits a moment for the other process.
const ROUNDS_MAX: usize = 300;
const MOMENT: Duration = Duration::from_millis(50);

async fn number(stage: &Stage, statement: &'static str) -> i64 {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    stage::count(&mut tx, statement).await
}

/// What was asked and why it was refused: nothing should have been.
async fn refused(stage: &Stage) -> Vec<(String, String)> {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let refused = "SELECT asked, reason FROM security_event";
    store::fetch_all!(tx, (String, String), refused).expect("events")
}

/// Corresponds and works until a number is reached.
async fn until(stage: &Stage, statement: &'static str, wanted: impl Fn(i64) -> bool) {
    for _ in 0..ROUNDS_MAX {
        stage.daftar.correspond().await.expect("a correspondence");
        stage.daftar.settle().await.expect("a settling");
        if wanted(number(stage, statement).await) {
            return;
        }
        tokio::time::sleep(MOMENT).await;
    }
    panic!("{statement} stays {}", number(stage, statement).await);
}

const AWAITED: &str = "SELECT COUNT(*) FROM awaited_person WHERE state = 'awaited'";
const TOLD: &str = "SELECT COUNT(*) FROM awaited_person WHERE state = 'told'";
const STANDS: &str = "SELECT COUNT(*) FROM registry_subscription WHERE state = 'stands'";
const LEFT: &str = "SELECT COUNT(DISTINCT event) FROM registry_subscription WHERE state = 'left'";
/// Each day's subscribing that still stands.
const NOT_LEFT: &str = "SELECT COUNT(*) FROM registry_subscription s WHERE state = 'stands'
    AND NOT EXISTS (SELECT 1 FROM registry_subscription o
      WHERE o.id = s.id AND o.version > s.version)";
const NOTIFIED: &str = "SELECT COUNT(*) FROM dci_message WHERE action = 'notify'";
const LIFE: &str = "SELECT COUNT(*) FROM life_event";
const BORN: &str = "SELECT COUNT(*) FROM outbox WHERE topic = 'registry.person_born'";
const DIED: &str = "SELECT COUNT(*) FROM outbox WHERE topic = 'registry.person_died'";
const MARRIED: &str = "SELECT COUNT(*) FROM outbox WHERE topic = 'registry.married'";
const DIVORCED: &str = "SELECT COUNT(*) FROM outbox WHERE topic = 'registry.divorced'";
const DECIDED: &str = "SELECT COUNT(*) FROM decision";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn registries_answer_later_and_life_events_come_by_subscription() {
    let cast = Cast {
        families: 300,
        later: true,
        ..Cast::default()
    };
    stage::each(cast, async |stage| {
        until(stage, STANDS, |stands| stands == 4).await;
        stage.play("2026-01-20T09:00:00+05:00").await;
        assert!(
            number(stage, AWAITED).await > 0,
            "nobody waits for a registry"
        );
        assert_eq!(number(stage, TOLD).await, 0, "nobody has asked yet");
        // First the civil registry, then, about the family it tells of, the register of the disabled.
        until(stage, TOLD, |told| told > 0).await;
        until(stage, AWAITED, |awaited| awaited == 0).await;
        stage.play("2026-02-17T09:00:00+05:00").await;
        until(stage, AWAITED, |awaited| awaited == 0).await;
        assert!(
            number(stage, DECIDED).await > 0,
            "what came later decides as what came at once"
        );

        assert_eq!(number(stage, LIFE).await, 0);
        let people = stage.play("2026-02-19T09:00:00+05:00").await;
        assert!(people.events > 0, "nothing has happened in the sandbox");
        let happened = i64::try_from(people.events).expect("a small number");
        assert_eq!(
            number(stage, NOTIFIED).await,
            happened,
            "all came by subscription"
        );
        assert_eq!(number(stage, LIFE).await, happened);
        assert!(number(stage, BORN).await > 0, "no birth");
        assert!(number(stage, DIED).await > 0, "no death");
        assert!(number(stage, MARRIED).await > 0, "no marriage");
        assert!(number(stage, DIVORCED).await > 0, "no divorce");

        // We leave, and are told no more.
        let registry = &stage.daftar.exchange;
        let civil = kernel::Source::CivilRegistry;
        registry.unsubscribe(civil).await.expect("we leave");
        assert_eq!(number(stage, LEFT).await, 4);
        assert_eq!(number(stage, NOT_LEFT).await, 0);
        until(stage, AWAITED, |awaited| awaited == 0).await;
        assert_eq!(refused(stage).await, Vec::<(String, String)>::new());
        stage.everything_holds().await;
    })
    .await;
}
