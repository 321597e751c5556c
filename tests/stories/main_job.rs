//! The main job, end to end: from a passport at the mahalla to money on the card.

use app::demo::Told;
use kernel::facts::code;

use crate::stage::{self, Cast, Stage};

/// Of the awarded families at least so many in a hundred end credited.
const CREDITED_PERCENT_MIN: i64 = 99;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_district_applies_is_assessed_and_paid_without_one_difference() {
    let faults = Cast {
        families: 300,
        late: 10,
        timeout: 2,
        returned: 5,
        ..Cast::default()
    };
    stage::each(faults, async |stage| {
        let mut differences = Vec::new();
        let totals = app::demo::run(&stage.daftar, &stage.sandbox, |told| {
            if let Told::Difference(difference) = told {
                differences.push(difference);
            }
        })
        .await
        .expect("the story plays to its end");
        assert_eq!(totals.differences, 0, "{differences:#?}");
        assert_eq!(totals.families, 300);
        assert!(totals.awarded > 0 && totals.refused > 0, "{totals:?}");
        assert!(totals.credited_minor > 0, "{totals:?}");
        assert_eq!(totals.ordered_minor, totals.funded_minor);
        let (awarded, credited) = awarded_and_credited(stage).await;
        assert!(
            credited * 100 >= awarded * CREDITED_PERCENT_MIN,
            "{credited} of {awarded} awarded families were credited"
        );
        let (visits, asked) = visits(stage).await;
        assert!(asked > 0 && asked * 10 >= visits * 8, "{asked} of {visits}");
        stage.everything_holds().await;
    })
    .await;
}

/// Families whose award runs in a month that was paid, and those of them who were credited.
async fn awarded_and_credited(stage: &Stage) -> (i64, i64) {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let march = i64::from(stage::month(2026, 3).0);
    let awarded = store::fetch_value!(
        tx,
        i64,
        "SELECT COUNT(DISTINCT a.unit) FROM award a WHERE a.first_month <= $1 AND NOT EXISTS \
         (SELECT 1 FROM award_stop s WHERE s.award = a.id AND s.from_month <= a.first_month)",
        march
    );
    let credited = store::fetch_value!(
        tx,
        i64,
        "SELECT COUNT(DISTINCT a.unit) FROM award a WHERE EXISTS (SELECT 1 FROM payment p \
         JOIN payment_event e ON e.payment = p.id WHERE p.entitlement = a.id \
         AND e.state = 'credited')"
    );
    (awarded.expect("a count"), credited.expect("a count"))
}

/// Visits, and those of them at which an adult was asked what excuses from work: all at which
/// the family was at home, which few are not.
async fn visits(stage: &Stage) -> (i64, i64) {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let (visit, exemption) = (i64::from(code::VISIT), i64::from(code::WORK_EXEMPTION));
    let all = store::fetch_value!(tx, i64, "SELECT COUNT(*) FROM fact WHERE kind = $1", visit);
    let asked = store::fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM fact v WHERE v.kind = $1 AND EXISTS \
         (SELECT 1 FROM fact w WHERE w.kind = $2 AND w.evidence = v.evidence)",
        visit,
        exemption
    );
    (all.expect("a count"), asked.expect("a count"))
}
