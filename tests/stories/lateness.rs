//! Social workers and Sevens who do not come in time: the officer of the district is told, the
//! families lose nothing.

use casework::case::{State, counted_by};
use casework::escalation;
use kernel::Instant;

use crate::stage::{self, Cast, Stage, wire};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_visit_opens_a_task_of_the_officer_and_refuses_nobody() {
    let cast = Cast {
        families: 400,
        ..Cast::default()
    };
    stage::each(cast, async |stage| {
        stage.play("2026-02-06T09:00:00+05:00").await;
        let waiting = visiting(stage).await;
        assert!(waiting > 0, "nobody waits for a visit");
        let refused = refused(stage).await;

        // Daftar's clock goes on, the sandbox's people sleep.
        let later = Instant::parse_rfc3339("2026-02-16T09:00:00+05:00").expect("an instant");
        stage.daftar.set_clock(later).expect("the clock goes on");
        let settled = stage.daftar.settle().await.expect("a settling");
        assert_eq!(settled.late, waiting, "{settled:?}");
        assert_eq!(open(stage).await, waiting);
        assert_eq!(
            self::refused(stage).await,
            refused,
            "lateness refused somebody"
        );

        let officer = format!("officer-{}", stage.district);
        let cookie = wire::cookie(&stage.address, &officer).await;
        let page = wire::visit(&format!("{}/cases", stage.address), &cookie).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("id=\"late\""), "{}", page.text);
        let lines = page.text.split("id=\"late\"").nth(1).expect("the section");
        let lines = lines.split("</section>").next().expect("its end");
        assert_eq!(lines.matches("class=\"number\"").count(), waiting.min(50));

        // They wake up; what they bring is taken although it is late.
        let awake = Instant::parse_rfc3339("2026-02-17T09:00:00+05:00").expect("an instant");
        stage.clock(awake).await;
        assert!(open(stage).await < waiting, "no visit came");
        stage.everything_holds().await;
    })
    .await;
}

async fn visiting(stage: &Stage) -> usize {
    of_state(stage, State::Visiting).await
}

async fn refused(stage: &Stage) -> usize {
    of_state(stage, State::Refused).await
}

async fn of_state(stage: &Stage, state: State) -> usize {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let cases = counted_by(&mut tx, stage::month(2026, 3)).await;
    let cases = cases.expect("cases");
    cases.iter().filter(|case| case.state == state).count()
}

async fn open(stage: &Stage) -> usize {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let count = escalation::count_open(&mut tx, (Some(stage.district), None)).await;
    usize::try_from(count.expect("a count")).expect("a small number")
}
