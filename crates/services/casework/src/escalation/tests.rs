//! Deadlines that pass: told to the officer, never held against the family.

use ::store::job;
use ::store::testing::each_db;
use kernel::ids::AccountId;
use kernel::{Day, Money};

use super::*;
use crate::case::Verdict;
use crate::step::{self, Conclusion, Visit};
use crate::testing::{DISTRICT, SCHEMAS, Story, couple};

/// Wednesday; three working days are left, the last of them is Monday the 9th.
const ASSESSED: &str = "2026-02-04T09:00:00+05:00";
const LAST_MOMENT: &str = "2026-02-09T23:59:59+05:00";
const TOO_LATE: &str = "2026-02-10T00:00:00+05:00";

/// What the worker does when it looks at the deadlines.
async fn look(story: &Story<'_>) -> usize {
    let platform = story.platform;
    let jobs = job::claim(platform, events::STEP_DUE, JOBS_MAX, job::LEASE_S)
        .await
        .unwrap();
    let mut tx = platform.db.begin().await.unwrap();
    let late = follow(&mut tx, platform.clock.now(), &jobs).await.unwrap();
    job::done(&mut tx, &jobs).await.unwrap();
    tx.commit().await.unwrap();
    late
}

async fn open_now(story: &Story<'_>) -> Vec<(CaseId, WaitFor)> {
    let mut tx = story.read().await;
    let area = (Some(DISTRICT), None);
    let open = open_in(&mut tx, area, 10).await.unwrap();
    let count = count_open(&mut tx, area).await.unwrap();
    assert_eq!(count, open.len() as i64);
    assert!(
        open_in(&mut tx, (Some(DISTRICT + 1), None), 10)
            .await
            .unwrap()
            .is_empty(),
        "another district sees nothing of it"
    );
    open.iter().map(|late| (late.case, late.step)).collect()
}

async fn visit(story: &Story<'_>, case: CaseId, on: &str) {
    let visit = Visit {
        id: story.message(),
        at_home: true,
        confirmed: true,
        informal_income: Money::ZERO,
        work: Vec::new(),
        visited_on: Day::parse(on).unwrap(),
    };
    let (zone, worker) = (story.shelf.zone(), AccountId::from_u128(3));
    step::record_visit(story.platform, zone, &story.permit, case, worker, &visit)
        .await
        .unwrap();
    story.assess(&[case], &[]).await;
}

async fn conclude(story: &Story<'_>, case: CaseId, on: &str) {
    let conclusion = Conclusion {
        id: story.message(),
        informal_income: Money::ZERO,
        difficult_situation: false,
        concluded_on: Day::parse(on).unwrap(),
    };
    let (zone, member) = (story.shelf.zone(), AccountId::from_u128(4));
    step::record_conclusion(
        story.platform,
        zone,
        &story.permit,
        case,
        member,
        &conclusion,
    )
    .await
    .unwrap();
    story.assess(&[case], &[]).await;
}

#[tokio::test]
async fn a_late_visit_is_told_to_the_officer_and_never_refuses_the_family() {
    each_db(SCHEMAS, async |platform| {
        let families = [couple(1, 0, &["2020-06-01"]), couple(2, 0, &["2020-06-01"])];
        let story = Story::of(&platform, &families).await;
        story.at(ASSESSED);
        let late = story.lodge_and_assess(&families[0], "2026-02-04").await;
        let in_time = story.lodge_and_assess(&families[1], "2026-02-04").await;
        story.at(LAST_MOMENT);
        assert_eq!(look(&story).await, 0, "the last working day is not over");
        visit(&story, in_time, "2026-02-09").await;
        conclude(&story, in_time, "2026-02-09").await;
        let done = story.case(in_time).await;
        assert_eq!(done.state, State::Assessed);

        story.at(TOO_LATE);
        assert_eq!(look(&story).await, 1, "one of two was visited");
        assert_eq!(open_now(&story).await, [(late, WaitFor::Visit)]);
        let case = story.case(late).await;
        assert_eq!(
            (case.state, case.verdict, case.decision),
            (State::Visiting, Some(Verdict::NeedsVisit), None)
        );
        let told = case::events(&mut story.read().await, late).await.unwrap();
        let told = told.iter().filter(|e| e.kind == EventKind::StepLate);
        assert_eq!(told.count(), 1);
        assert_eq!(look(&story).await, 0, "it is told once");

        // The visit comes, late; then the Seven are late too.
        story.at("2026-02-11T09:00:00+05:00");
        visit(&story, late, "2026-02-11").await;
        assert!(open_now(&story).await.is_empty(), "the visit has come");
        story.at("2026-02-17T09:00:00+05:00");
        assert_eq!(look(&story).await, 1);
        assert_eq!(open_now(&story).await, [(late, WaitFor::Seven)]);
        conclude(&story, late, "2026-02-17").await;
        assert!(open_now(&story).await.is_empty());
        let case = story.case(late).await;
        assert_eq!(
            (case.state, case.verdict),
            (State::Assessed, Some(Verdict::Entitled))
        );
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn a_deadline_is_looked_at_once_however_often_a_case_is_assessed() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 0, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        story.at(ASSESSED);
        let case = story.lodge_and_assess(&family, "2026-02-04").await;
        story.assess(&[case], &[]).await;
        story.at(TOO_LATE);
        let jobs = job::claim(&platform, events::STEP_DUE, JOBS_MAX, 1)
            .await
            .unwrap();
        assert_eq!(jobs.len(), 1);
        // A worker died with the job; the next one does it, and nothing is told twice.
        let mut tx = platform.db.begin().await.unwrap();
        let now = platform.clock.now();
        assert_eq!(follow(&mut tx, now, &jobs).await.unwrap(), 1);
        assert_eq!(follow(&mut tx, now, &jobs).await.unwrap(), 0);
        tx.commit().await.unwrap();
        assert_eq!(open_now(&story).await, [(case, WaitFor::Visit)]);
        // Assessed again after the deadline, the case is looked at again and told once.
        story.assess(&[case], &[]).await;
        story.at("2026-02-12T09:00:00+05:00");
        assert_eq!(look(&story).await, 0);
        assert_eq!(open_now(&story).await, [(case, WaitFor::Visit)]);
    })
    .await;
}

#[tokio::test]
async fn a_step_that_is_awaited_anew_is_followed_to_its_new_deadline() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 0, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        story.at(ASSESSED);
        let case = story.lodge_and_assess(&family, "2026-02-04").await;
        // Something came between, and the visit has until the 16th now.
        let now = platform.clock.now();
        let later = Instant::parse_rfc3339("2026-02-16T00:00:00+05:00").unwrap();
        let mut anew = [story.case(case).await];
        anew[0].waits(WaitFor::Agency, String::new(), now, None);
        anew[0].waits(WaitFor::Visit, String::new(), now, Some(later));
        let mut tx = platform.db.begin().await.unwrap();
        let job = due_job(&anew[0]).unwrap();
        job::enqueue(&mut tx, &platform.ids, &[job]).await.unwrap();
        case::save(&mut tx, &mut anew).await.unwrap();
        tx.commit().await.unwrap();
        story.at(TOO_LATE);
        assert_eq!(look(&story).await, 0, "the old deadline counts no more");
        story.at("2026-02-16T00:00:01+05:00");
        assert_eq!(look(&story).await, 1);
        assert_eq!(open_now(&story).await, [(case, WaitFor::Visit)]);
    })
    .await;
}
