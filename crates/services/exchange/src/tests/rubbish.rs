//! Agencies that are silent, wrong or hostile: what they would say stays unknown.

use super::*;

/// What tax did, and what the case is told.
async fn check_tax(manner: Manner, expected: &str, refused: bool) {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        story.partner.set("tax", manner.clone());
        let gathered = story.gather(ask_about(1)).await;
        let told: Vec<String> = gathered
            .silent
            .iter()
            .map(|s| s.reason.to_string())
            .collect();
        assert_eq!(told, [expected, expected]);
        assert!(
            gathered
                .silent
                .iter()
                .all(|silent| silent.agency == Source::Tax)
        );
        assert!(
            gathered
                .silent
                .iter()
                .all(|s| s.retry_at.unwrap() > platform.clock.now())
        );
        let facts = story.facts_of(&platform, husband(1)).await;
        assert!(
            facts.iter().all(|fact| fact.kind > code::SELF_EMPLOYMENT),
            "silence is no fact"
        );
        assert_eq!(facts.len(), 6, "the others are heard");
        let kept = count(&platform, "SELECT COUNT(*) FROM evidence_refused").await;
        assert_eq!(kept > 0, refused, "{expected}");
    })
    .await;
}

#[tokio::test]
async fn a_silent_agency_leaves_its_facts_unknown_and_says_when_to_ask_again() {
    check_tax(Manner::Hangs, "no answer within 300 ms", false).await;
    check_tax(Manner::Status(500), "answered with HTTP status 500", false).await;
    check_tax(Manner::Status(413), "answered with HTTP status 413", false).await;
    check_tax(Manner::PassesOver, "passed the person over", false).await;
    let late = "2026-01-08T09:00:00+05:00";
    check_tax(
        Manner::Pending(late),
        "will answer by 2026-01-08T04:00:00Z",
        false,
    )
    .await;
}

#[tokio::test]
async fn an_answer_that_is_rubbish_is_refused_kept_apart_and_the_case_waits() {
    let check = async |manner: Manner, reason: &str| {
        check_tax(manner, &format!("its answer was refused: {reason}"), true).await;
    };
    check(
        Manner::Says(b"<html>".to_vec()),
        "not the JSON that was agreed (line 1, column 1): not JSON",
    )
    .await;
    check(
        Manner::Says(b"{\"request_id\":".to_vec()),
        "not the JSON that was agreed (line 1, column 14): cut short",
    )
    .await;
    let deep = [b"[".repeat(40_000), b"]".repeat(40_000)].concat();
    check(
        Manner::Says(deep),
        "not the JSON that was agreed (line 1, column 1): a field is missing, repeated or of another type",
    )
    .await;
    let other = "0197f0c0-0000-7000-8000-000000000000";
    check(
        Manner::Frame("request_id", json!(other)),
        &format!("answers another request ({other})"),
    )
    .await;
    check(
        Manner::Frame("agency", json!("cadastre")),
        "signed by another agency",
    )
    .await;
    check(
        Manner::Frame("as_of", json!("2026-02-01")),
        "speaks for 2026-02-01, a day still to come (2026-01-06 is the latest possible)",
    )
    .await;
    check(
        Manner::Frame("as_of", json!("2025-01-01")),
        "speaks for 2025-01-01, 30 days or more before 2026-01-05",
    )
    .await;
    let wage = |month: &str, amount: serde_json::Value| {
        Manner::Part(
            "wages",
            json!([{"payer": "x", "month": month, "amount_minor": amount}]),
        )
    };
    check(
        wage("2025-11", json!(-1)),
        "wages.amount_minor is -1, outside what is possible",
    )
    .await;
    check(
        wage("2026-03", json!(1)),
        "wages.month is 24314, outside what is possible",
    )
    .await;
    let typed = "wages.amount_minor is not a whole number";
    for wrong in [json!(1.5), json!("100"), json!(null)] {
        check(wage("2025-11", wrong), typed).await;
    }
    // Read as no number that two programs would write alike.
    let platform = platform_of_one().await;
    let story = story(&platform).await;
    story.partner.set("tax", wage("2025-11", json!(1e30)));
    let told = story.gather(ask_about(1)).await.silent[0]
        .reason
        .to_string();
    let typed = "its answer was refused: not the JSON that was agreed (line 1, column";
    assert!(told.starts_with(typed), "{told}");
    story.partner.set("tax", Manner::WagesTwice);
    let told = story.gather(ask_about(1)).await.silent[0]
        .reason
        .to_string();
    assert!(told.starts_with(typed), "a key that stands twice: {told}");
}

#[tokio::test]
async fn a_part_about_the_wrong_person_or_twice_about_one_is_not_believed() {
    let platform = platform_of_one().await;
    let story = story(&platform).await;
    story
        .partner
        .set("employment", Manner::Part("pinfl", json!(husband(7))));
    story.partner.set("vehicles", Manner::Twice);
    story
        .partner
        .set("cadastre", Manner::Part("pinfl", json!("30101901234560")));
    let gathered = story.gather(ask_about(1)).await;
    let told: Vec<(Source, String)> = gathered
        .silent
        .iter()
        .map(|s| (s.agency, s.reason.to_string()))
        .collect();
    let passed = |agency| (agency, "passed the person over".to_owned());
    let twice = (
        Source::Vehicles,
        "its answer was refused: speaks twice of one person".to_owned(),
    );
    assert_eq!(
        told,
        [
            passed(Source::Employment),
            passed(Source::Employment),
            passed(Source::Cadastre),
            passed(Source::Cadastre),
            twice.clone(),
            twice,
        ],
    );
    assert_eq!(
        count(&platform, "SELECT COUNT(*) FROM evidence_refused").await,
        2 + 2 + 2
    );
}

#[tokio::test]
async fn an_answer_larger_than_its_cap_is_not_read_to_its_end() {
    let bytes_max = crate::ANSWER_BYTES_BASE + 2 * crate::ANSWER_BYTES_A_PERSON;
    let expected = format!("an answer of more than {bytes_max} bytes");
    check_tax(Manner::Says(vec![b' '; bytes_max + 1]), &expected, false).await;
}

#[tokio::test]
async fn a_failed_attempt_is_tried_again_with_a_new_request_id() {
    let platform = platform_of_one().await;
    let story = story(&platform).await;
    story.partner.set("tax", Manner::FailsFirst(1));
    assert_eq!(story.gather(ask_about(1)).await.silent, []);
    let asked = story.partner.asked("tax");
    assert_eq!(asked.len(), 2);
    assert_ne!(asked[0]["request_id"], asked[1]["request_id"]);
}

#[tokio::test]
async fn after_failures_in_a_row_an_agency_is_left_alone_and_the_others_are_not_slowed() {
    let platform = platform_of_one().await;
    let story = story(&platform).await;
    story.partner.set("tax", Manner::Status(503));
    for number in 1..=3 {
        know_family(&story.partner, number);
        story.gather(ask_about(number)).await;
    }
    assert_eq!(story.exchange.left_alone(), [Source::Tax]);
    assert_eq!(
        story.partner.asked("tax").len(),
        5,
        "the breaker opens after five failures in a row"
    );
    know_family(&story.partner, 4);
    let gathered = story.gather(ask_about(4)).await;
    let is_open = |reason: &SilentReason| {
        matches!(
            reason,
            SilentReason::Failed(CallFailure::BreakerOpen { .. })
        )
    };
    assert_eq!(gathered.silent.len(), 2);
    assert!(
        gathered.silent.iter().all(|silent| is_open(&silent.reason)),
        "{:?}",
        gathered.silent
    );
    assert_eq!(story.partner.asked("tax").len(), 5, "no knocking meanwhile");
}
