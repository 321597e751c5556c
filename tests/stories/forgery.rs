//! Agencies and what lies between them and us, at their worst: cut lines, answers twice, changed on the
//! way, signed by strangers, of another day or another question. What is recorded is what the same
//! country tells when nothing goes wrong; the rest stays unknown until it is told properly.

use std::collections::BTreeSet;
use std::sync::Mutex;

use crate::stage::{self, Cast, Stage};

/// Owner's number, kind, and what was said.
type Facts = BTreeSet<(String, i64, Vec<u8>)>;

const UNTIL: &str = "2026-01-26T09:00:00+05:00";
const WORST: &[(&str, u32)] = &[
    ("reset", 30),
    ("drip", 5),
    ("duplicate", 100),
    ("forged", 200),
    ("wrong-key", 200),
    ("replay", 100),
    ("stale", 100),
];

/// The registry that signs is called seldom, for a hundred persons at once: on the first day of
/// applications each of its answers is forged, and not one in ten by chance.
const FORGED: &str = "
    [[fault]]
    agency = 'civil_registry'
    fault = 'forged'
    from = '2026-01-05T00:00:00+05:00'
    until = '2026-01-06T00:00:00+05:00'
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_forged_replayed_or_stale_becomes_a_fact() {
    let (truth, worst) = (Mutex::new(Facts::new()), Mutex::new(Facts::new()));
    let cast = Cast {
        families: 120,
        ..Cast::default()
    };
    stage::each(cast.clone(), async |stage| {
        stage.play(UNTIL).await;
        let facts = facts(stage).await;
        *truth.lock().expect("no panic") = facts;
    })
    .await;
    let at_worst = Cast {
        faults: WORST,
        scenario: FORGED,
        ..cast
    };
    stage::each(at_worst, async |stage| {
        stage.play(UNTIL).await;
        let facts = facts(stage).await;
        worst.lock().expect("no panic").extend(facts);
        everything_was_tried(stage).await;
        nobody_was_declared_dead(stage).await;
        stage.everything_holds().await;
    })
    .await;
    let (truth, worst) = (truth.into_inner(), worst.into_inner());
    let (truth, worst) = (truth.expect("facts"), worst.expect("facts"));
    assert!(truth.len() > 300, "{} facts", truth.len());
    assert!(worst.len() > truth.len() / 2, "{} facts", worst.len());
    let invented: Vec<_> = worst.difference(&truth).take(5).collect();
    assert!(invented.is_empty(), "believed, and not true: {invented:?}");
}

/// The facts that agencies told; those of people are told by people.
async fn facts(stage: &Stage) -> Facts {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let rows = store::fetch_all!(
        &mut tx,
        (String, i64, Vec<u8>),
        "SELECT i.value, f.kind, f.body FROM fact f JOIN identifier i ON i.person = f.owner
         WHERE f.source <= 8 AND i.kind = 1"
    );
    rows.expect("facts").into_iter().collect()
}

/// Each kind of fault came, and was refused for what it is. (A stale answer of a registry is rare here;
/// its refusal is held by a test of the dialect.)
async fn everything_was_tried(stage: &Stage) {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let reasons = store::fetch_all!(
        &mut tx,
        (String,),
        "SELECT DISTINCT reason FROM evidence_refused"
    );
    let reasons: Vec<String> = reasons
        .expect("reasons")
        .into_iter()
        .map(|row| row.0)
        .collect();
    for expected in [
        "the signature is not of this message",
        "answers another request (",
        "speaks twice of one person",
        "speaks for 202",
    ] {
        let came = reasons.iter().any(|reason| reason.starts_with(expected));
        assert!(came, "{expected}: {reasons:?}");
    }
}

/// The forger's wish: everybody whose record passed by died on 1 January 2020.
async fn nobody_was_declared_dead(stage: &Stage) {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let dead = "SELECT COUNT(*) FROM person WHERE died = 18262";
    assert_eq!(stage::count(&mut tx, dead).await, 0);
}
