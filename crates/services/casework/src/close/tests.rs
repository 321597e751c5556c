//! The month's close, the change of law, and what comes after an award.

mod annulled;
mod mended;

use ::store::testing::each_db;
use kernel::{CaseId, Day};

use super::*;
use crate::award::{AtEnd, Running, StopReason};
use crate::case::{Origin, WaitFor};
use crate::decision::{self, Outcome as Decided};
use crate::migration::{self, Change};
use crate::reassessment::{self, Cause};
use crate::renewal;
use crate::testing::{self, DISTRICT, Family, SCHEMAS, Story, civil_registry_permit, couple};

fn month_of(text: &str) -> Month {
    Month::parse(text).expect(text)
}

async fn close(story: &Story<'_>, closed: &str, soums: i64) -> Closed {
    let envelopes = [Envelope {
        programme: "child_benefit".to_owned(),
        limit: Money::from_major(soums),
    }];
    let mut tx = story.platform.db.begin().await.unwrap();
    let (ids, shelf) = (&story.platform.ids, &story.shelf);
    let closed = month(
        &mut tx,
        ids,
        shelf,
        &story.permit,
        month_of(closed),
        DISTRICT,
        &envelopes,
    )
    .await;
    let closed = closed.unwrap();
    tx.commit().await.unwrap();
    closed
}

async fn awards(story: &Story<'_>, case: CaseId) -> Vec<Running> {
    award::of_case(&mut story.read().await, case).await.unwrap()
}

#[tokio::test]
async fn the_poorest_are_awarded_within_the_budget_and_the_others_wait_their_turn() {
    each_db(SCHEMAS, async |platform| {
        let families = [
            couple(1, 1_200_000, &["2020-06-01"]),
            couple(2, 600_000, &["2020-06-01"]),
            couple(3, 900_000, &["2020-06-01"]),
        ];
        let story = Story::of(&platform, &families).await;
        let mut cases = Vec::new();
        for family in &families {
            cases.push(story.lodge_and_assess(family, "2026-01-05").await);
        }
        story.at("2026-02-01T00:30:00+05:00");
        let closed = close(&story, "2026-01", 2 * 275_000).await;
        assert_eq!((closed.awards.len(), closed.waiting), (2, 1));
        let states = async || {
            let mut states = Vec::new();
            for case in &cases {
                states.push(story.case(*case).await.state);
            }
            states
        };
        assert_eq!(
            states().await,
            [State::WaitingList, State::Awarded, State::Awarded]
        );
        let award = &closed.awards[0];
        assert_eq!(award.first_month, month_of("2026-02"));
        assert_eq!(award.end_month, month_of("2027-02"));
        assert_eq!(award.at_end, AtEnd::Renewal);
        assert_eq!(award.members.len(), 3);

        let again = close(&story, "2026-01", 1_000_000_000).await;
        assert!(again.already && again.awards.is_empty());
        assert_eq!(states().await[0], State::WaitingList);

        story.at("2026-03-01T00:30:00+05:00");
        let closed = close(&story, "2026-02", 275_000).await;
        assert_eq!(closed.awards.len(), 1);
        assert_eq!(closed.awards[0].first_month, month_of("2026-03"));
        assert_eq!(states().await[0], State::Awarded);
        let made = decision::of_case(&mut story.read().await, cases[0])
            .await
            .unwrap();
        let outcomes: Vec<Decided> = made.iter().map(|decision| decision.outcome).collect();
        assert_eq!(outcomes, [Decided::WaitingList, Decided::Awarded]);
        story.holds().await;
    })
    .await;
}

/// Three months on the waiting list, and a letter for who waited in vain. No law of the packs has
/// an end of the waiting list; the fund that refuses after three postponements is PKM-462's.
const WAITING_LIST: &str = r"

```term waiting_list
months: 3
at end: stop
law: PKM-462
status: recalled
```

```letter postponed
subject.uz: Mablagʻ yetmadi
subject.ru: Средств не хватило
subject.en: The money did not reach
body.uz: {applied_on} kungi ariza boʻyicha mablagʻ uch oy yetmadi.
body.ru: По заявлению от {applied_on} средств не хватило три месяца.
body.en: For the application of {applied_on} the money did not reach for three months.
sms.uz: Ariza {applied_on}: mablag' yetmadi.
sms.uz-cyrl: Ариза {applied_on}: маблағ етмади.
sms.ru: Заявление {applied_on}: нет средств.
sms.en: Application of {applied_on}: no money.
```
";

fn bounded_waiting(story: &Story<'_>) {
    let packs = story.shelf.current();
    let edited = packs.iter().map(|pack| match pack.id() {
        "uz-654b" => testing::pack("uz-654b", WAITING_LIST),
        _ => rules::Pack::clone(pack),
    });
    story.shelf.replace(edited.collect());
}

#[tokio::test]
async fn who_was_put_off_three_times_is_refused_at_the_next_close_without_money() {
    each_db(SCHEMAS, async |platform| {
        let families = [
            couple(1, 600_000, &["2020-06-01"]),
            couple(2, 900_000, &["2020-06-01"]),
        ];
        let story = Story::of(&platform, &families).await;
        bounded_waiting(&story);
        let poorer = story.lodge_and_assess(&families[0], "2026-01-05").await;
        let waiting = story.lodge_and_assess(&families[1], "2026-01-05").await;
        // The money reaches the poorer family, and for three more months nobody.
        for (month, soums) in [("2026-01", 275_000), ("2026-02", 0), ("2026-03", 0)] {
            story.at(&format!("{}-01T00:30:00+05:00", month_of(month).plus(1)));
            let closed = close(&story, month, soums).await;
            assert_eq!((closed.waiting, closed.postponed), (1, 0), "{month}");
            assert_eq!(story.case(waiting).await.state, State::WaitingList);
        }
        story.at("2026-05-01T00:30:00+05:00");
        let closed = close(&story, "2026-04", 0).await;
        assert_eq!((closed.waiting, closed.postponed), (0, 1));
        assert_eq!(story.case(poorer).await.state, State::Awarded);
        let case = story.case(waiting).await;
        assert_eq!((case.state, case.wait.clone()), (State::Refused, None));
        let made = decision::of_case(&mut story.read().await, waiting).await;
        let outcomes: Vec<Decided> = made.unwrap().iter().map(|one| one.outcome).collect();
        assert_eq!(outcomes, [Decided::WaitingList, Decided::Refused]);
        story.letters(&case, rules::LetterKind::Postponed).await;
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn money_that_comes_in_the_last_month_of_waiting_is_given() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        bounded_waiting(&story);
        let case = story.lodge_and_assess(&family, "2026-01-05").await;
        for month in ["2026-01", "2026-02", "2026-03"] {
            story.at(&format!("{}-01T00:30:00+05:00", month_of(month).plus(1)));
            assert_eq!(close(&story, month, 0).await.waiting, 1);
        }
        story.at("2026-05-01T00:30:00+05:00");
        assert_eq!(close(&story, "2026-04", 275_000).await.awards.len(), 1);
        assert_eq!(story.case(case).await.state, State::Awarded);
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn a_case_counted_for_the_next_month_is_not_in_this_close() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 0, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        story.at("2026-01-17T09:00:00+05:00");
        let case = story.lodge_and_assess(&family, "2026-01-17").await;
        story.at("2026-02-01T00:30:00+05:00");
        assert_eq!(close(&story, "2026-01", 1_000_000).await.awards, []);
        assert_eq!(story.case(case).await.state, State::Assessed);
    })
    .await;
}

#[tokio::test]
async fn the_change_of_law_moves_awards_and_waiting_cases_without_an_application() {
    each_db(SCHEMAS, async |platform| {
        // Poor; just above the old line after the change; not poor any more; lodged late.
        let families = [
            couple(1, 600_000, &["2020-06-01"]),
            couple(2, 2_000_000, &["2020-06-01"]),
            couple(3, 1_000_000, &["2020-06-01"]),
            couple(4, 600_000, &["2020-06-01"]),
        ];
        let story = Story::of(&platform, &families).await;
        let mut cases = Vec::new();
        for family in &families[..3] {
            cases.push(story.lodge_and_assess(family, "2026-01-05").await);
        }
        story.at("2026-01-20T09:00:00+05:00");
        let pending = story.lodge_and_assess(&families[3], "2026-01-20").await;
        story.at("2026-02-01T00:30:00+05:00");
        assert_eq!(close(&story, "2026-01", 10_000_000).await.awards.len(), 3);
        story.to_gather().await;

        let change = Change {
            from: "uz-654b".to_owned(),
            to: "uz-sr26".to_owned(),
            on: Day::new(2026, 2, 1).unwrap(),
            first_month: month_of("2026-02"),
        };
        let moved = migration::regime(&platform, &change).await.unwrap();
        assert_eq!((moved.cases, moved.awards), (1, 3));
        let again = migration::regime(&platform, &change).await.unwrap();
        assert_eq!((again.cases, again.awards), (0, 0));
        let asked = story.to_gather().await;
        assert_eq!(asked.len(), 4);
        assert!(asked.contains(&pending));

        // The new window is asked for: the second earns more now, the third far more.
        let wages = [600_000, 2_400_000, 9_000_000, 600_000];
        for (family, wage) in families.iter().zip(wages) {
            let mut now = family.clone();
            now.adults[1].wage = wage;
            story.agencies_answer(&now, "2026-02-01", &[]).await;
        }
        let assessed = story.assess(&asked, &[]).await;
        assert_eq!((assessed.assessed, assessed.refused), (4, 1));
        assert_eq!(
            (assessed.changes.stops.len(), assessed.changes.awards.len()),
            (3, 2)
        );

        // (category, amount) of the awards that took the old ones' place
        let mut new: Vec<(&str, Money)> = assessed
            .changes
            .awards
            .iter()
            .map(|award| (award.category.as_deref().unwrap(), award.amount))
            .collect();
        new.sort();
        // 2,400,000 / 3 = 800,000 a head: between 1.0 and 1.25 of 715,000, so 75 per cent.
        let expected = [
            ("BORDERLINE", Money(20_625_000)),
            ("POOR", Money::from_major(275_000)),
        ];
        assert_eq!(new, expected);
        for case in &cases {
            assert_eq!(story.case(*case).await.state, State::Ended);
            let running = awards(&story, *case).await;
            assert_eq!(running[0].end(), month_of("2026-02"), "never paid");
        }
        let pending = story.case(pending).await;
        assert_eq!(
            (pending.state, pending.origin),
            (State::Assessed, Origin::Migration)
        );
        assert_eq!(pending.counted_month, month_of("2026-02"));
        story.holds().await;
    })
    .await;
}

/// A family awarded under UZ-654b from February on.
async fn awarded(story: &Story<'_>, family: &Family) -> CaseId {
    let case = story.lodge_and_assess(family, "2026-01-05").await;
    story.at("2026-02-01T00:30:00+05:00");
    assert_eq!(close(story, "2026-01", 10_000_000).await.awards.len(), 1);
    story.to_gather().await;
    case
}

/// A second child is born on 18 February: the cases that ask the law again.
async fn second_child(story: &Story<'_>, family: &Family) -> Vec<CaseId> {
    let (heard, on) = child_born(story, family).await;
    let platform = story.platform;
    let mut tx = platform.db.begin().await.unwrap();
    for opened in [1, 0] {
        let asked = reassessment::on_event(&mut tx, platform, &heard, on, Cause::Birth);
        assert_eq!(asked.await.unwrap(), opened);
    }
    tx.commit().await.unwrap();
    story.to_gather().await
}

/// The register hears of it: whom it touches, and its day.
async fn child_born(story: &Story<'_>, family: &Family) -> (Vec<kernel::PersonId>, Day) {
    let platform = story.platform;
    story.at("2026-02-18T09:00:00+05:00");
    let born = registry::event::Birth {
        id: story.message(),
        mother: family.adult(0),
        father: Some(family.adult(1)),
        child: kernel::Pinfl::make(kernel::Sex::Male, Day::new(2026, 2, 18).unwrap(), 300, 1),
        name: kernel::Name {
            family: "Karimov".to_owned(),
            given: "Temur".to_owned(),
            patronymic: None,
        },
        sex: kernel::Sex::Male,
        born: Day::new(2026, 2, 18).unwrap(),
    };
    let partner = civil_registry_permit(platform).await;
    let mut tx = platform.db.begin().await.unwrap();
    let heard = registry::event::birth(&mut tx, &platform.ids, &partner, &born)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (heard.persons, born.born)
}

#[tokio::test]
async fn a_birth_that_is_decided_months_later_is_due_from_the_month_after_it() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = awarded(&story, &family).await;
        let asked = second_child(&story, &family).await;
        story.at("2026-06-10T10:00:00+05:00");
        let done = story.assess(&asked, &[]).await;
        assert_eq!(done.changes.awards[0].first_month, month_of("2026-06"));
        let expected = award::Restated {
            award: awards(&story, case).await[0].award.id,
            months: kernel::Period {
                from: month_of("2026-03"),
                to: Some(month_of("2026-06")),
            },
            due: Money::from_major(525_000),
            cause: Cause::Birth,
            decision: Some(done.changes.awards[0].decision),
        };
        assert_eq!(done.changes.restated, [expected]);
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_in_the_family_changes_the_amount_from_the_next_month() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = awarded(&story, &family).await;
        let asked = second_child(&story, &family).await;
        let done = story.assess(&asked, &[]).await;
        assert_eq!(done.changes.awards.len(), 1);
        let award = &done.changes.awards[0];
        // The youngest is under three now and there are two: 360,000 + 165,000.
        assert_eq!(award.amount, Money::from_major(525_000));
        assert_eq!(award.first_month, month_of("2026-03"));
        let former = awards(&story, case).await;
        assert_eq!(
            former[0].stopped,
            Some((month_of("2026-03"), StopReason::Replaced))
        );
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn who_grows_beyond_the_budget_is_paid_as_before_until_a_close_has_the_money() {
    each_db(SCHEMAS, async |platform| {
        let families = [
            couple(1, 600_000, &["2020-06-01"]),
            couple(2, 600_000, &["2020-06-01"]),
        ];
        let story = Story::of(&platform, &families).await;
        let case = awarded(&story, &families[0]).await;
        story.at("2026-02-04T09:00:00+05:00");
        let other = story.lodge(&families[1]).await.case;
        story.agencies_answer(&families[1], "2026-02-04", &[]).await;
        let mut asked = second_child(&story, &families[0]).await;
        asked.retain(|asked| *asked != other);
        let [grown] = asked[..] else {
            panic!("{asked:?}");
        };
        // 525,000 in the place of 275,000 need 250,000 more: a soum less is left.
        let left = Money::from_major(249_999);
        let done = story.assess_within(&[grown, other], &[], left).await;
        assert_eq!(done.assessed, 2, "the other family goes on");
        assert!(done.changes.is_empty(), "{done:?}");
        let waits = story.case(grown).await;
        assert_eq!(waits.state, State::WaitingList);
        assert_eq!(waits.wait.map(|wait| wait.who), Some(WaitFor::Close));
        assert_eq!(story.case(case).await.state, State::Awarded);
        assert_eq!(awards(&story, case).await[0].stopped, None);
        // The close needs the growth alone, and the old award ends where the new one begins.
        story.at("2026-03-01T00:30:00+05:00");
        let closed = close(&story, "2026-02", 250_000).await;
        assert_eq!((closed.awards.len(), closed.doubled), (1, 0));
        let stops: Vec<Month> = closed.stops.iter().map(|stop| stop.from_month).collect();
        assert_eq!(stops, [month_of("2026-03")]);
        assert_eq!(closed.awards[0].amount, Money::from_major(525_000));
        assert_eq!(closed.awards[0].first_month, month_of("2026-03"));
        assert_eq!(story.case(case).await.state, State::Ended);
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn the_death_of_the_applicant_stops_the_award_after_its_month() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = awarded(&story, &family).await;
        let dead = story.person(family.applicant()).await;
        let mut tx = platform.db.begin().await.unwrap();
        let (on, from) = (Day::new(2026, 2, 18).unwrap(), month_of("2026-02"));
        let changes = reassessment::on_death(&mut tx, &platform, &[dead], &[dead], on, from)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let stops = changes.stops;
        assert_eq!((stops.len(), changes.restated.len()), (1, 0));
        assert_eq!(
            (stops[0].from_month, stops[0].reason),
            (month_of("2026-03"), StopReason::Death)
        );
        assert_eq!(story.case(case).await.state, State::Ended);
        assert!(story.to_gather().await.is_empty());
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn months_paid_before_the_death_was_told_are_restated() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = awarded(&story, &family).await;
        let award = awards(&story, case).await[0].award.id;
        let dead = story.person(family.applicant()).await;
        let mut tx = platform.db.begin().await.unwrap();
        // Died in February, told in June, when the runs of March to May are built.
        let (on, from) = (Day::new(2026, 2, 18).unwrap(), month_of("2026-06"));
        let changes = reassessment::on_death(&mut tx, &platform, &[dead], &[dead], on, from)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(changes.stops[0].from_month, month_of("2026-06"));
        let expected = award::Restated {
            award,
            months: kernel::Period {
                from: month_of("2026-03"),
                to: Some(month_of("2026-06")),
            },
            due: Money::ZERO,
            cause: Cause::Death,
            decision: None,
        };
        assert_eq!(changes.restated, [expected]);
        story.holds().await;
    })
    .await;
}

/// An award since February is looked at again in June for its months from March on, after the tax
/// office mended what it had said: `(restated due, stopped)`.
async fn corrected(wage: i64) -> Vec<(Option<Money>, usize)> {
    let mut found = Vec::new();
    let found_in = std::sync::Mutex::new(&mut found);
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = awarded(&story, &family).await;
        story.to_gather().await;
        story.at("2026-06-10T10:00:00+05:00");
        let mended = couple(1, wage, &["2020-06-01"]);
        story.agencies_answer(&mended, "2026-01-05", &[]).await;
        let mut tx = platform.db.begin().await.unwrap();
        let from = month_of("2026-03");
        for opened in [1, 0] {
            let again = reassessment::on_correction(&mut tx, &platform, case, from).await;
            assert_eq!(again.unwrap(), opened);
        }
        tx.commit().await.unwrap();
        let done = story.assess(&story.to_gather().await, &[]).await;
        for restated in &done.changes.restated {
            assert_eq!(restated.cause, Cause::Correction);
            assert_eq!(restated.months.from, month_of("2026-03"));
            assert_eq!(restated.months.to, Some(month_of("2026-06")));
            assert!(restated.decision.is_some());
        }
        assert_eq!(done.changes.stops[0].from_month, month_of("2026-06"));
        let due = done.changes.restated.first().map(|restated| restated.due);
        let stopped = done.changes.stops.len();
        found_in.lock().unwrap().push((due, stopped));
        story.holds().await;
    })
    .await;
    found
}

/// The base from three years on was 275 000 when the families were awarded; an act of April lets
/// 300 000 count from January on, and so its row stands as announced in January.
#[tokio::test]
async fn a_value_announced_for_a_day_that_has_passed_is_asked_of_every_award_that_runs() {
    each_db(SCHEMAS, async |platform| {
        let families = [
            couple(1, 600_000, &["2020-06-01"]),
            couple(2, 600_000, &["2020-06-01"]),
        ];
        let story = Story::of(&platform, &families).await;
        for family in &families {
            story.lodge_and_assess(family, "2026-01-05").await;
        }
        story.at("2026-02-01T00:30:00+05:00");
        assert_eq!(close(&story, "2026-01", 10_000_000).await.awards.len(), 2);
        story.to_gather().await;
        story.at("2026-06-10T10:00:00+05:00");
        let row = "| 2025-07-01 | 2025-06-02 | 275 000 | UP-91 of 02.06.2025 | verified |";
        let late = "\n| 2026-01-01 | 2026-01-01 | 300 000 | an act of April | recalled |";
        story.shelf.replace(vec![testing::pack_with(
            "uz-654b",
            row,
            &format!("{row}{late}"),
        )]);
        let (from, now) = (month_of("2026-02"), month_of("2026-06"));
        for opened in [2, 0] {
            let again = reassessment::on_indexation(&platform, "uz-654b", from, now, |_| ());
            assert_eq!(again.await.unwrap(), opened);
        }
        let done = story.assess(&story.to_gather().await, &[]).await;
        assert_eq!(done.changes.restated.len(), 2);
        for restated in &done.changes.restated {
            assert_eq!(restated.cause, Cause::Indexation);
            assert_eq!(restated.due, Money::from_major(300_000));
            let months = (restated.months.from, restated.months.to);
            assert_eq!(months, (from, Some(now)));
        }
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn a_corrected_wage_restates_the_months_that_were_paid() {
    for one in corrected(9_000_000).await {
        assert_eq!(one, (Some(Money::ZERO), 1));
    }
    for one in corrected(700_000).await {
        assert_eq!(one, (Some(Money::from_major(275_000)), 1));
    }
}

#[tokio::test]
async fn at_the_end_of_the_term_a_renewal_is_prepared_and_the_family_only_confirms() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let case = awarded(&story, &family).await;
        story.at("2027-02-01T00:30:00+05:00");
        let mut tx = platform.db.begin().await.unwrap();
        let month = month_of("2027-02");
        assert_eq!(
            reassessment::term_ends(&mut tx, &platform, month)
                .await
                .unwrap(),
            1
        );
        assert_eq!(
            reassessment::term_ends(&mut tx, &platform, month)
                .await
                .unwrap(),
            0
        );
        tx.commit().await.unwrap();
        assert!(
            story.to_gather().await.is_empty(),
            "nobody is asked before the family says yes"
        );
        let of_applicant = story.person(family.applicant()).await;
        let cases = case::of_applicant(&mut story.read().await, of_applicant)
            .await
            .unwrap();
        let renewal = cases
            .iter()
            .find(|case| case.origin == Origin::Renewal)
            .unwrap();
        assert_eq!(renewal.former_case, Some(case));
        let who = renewal.wait.as_ref().map(|wait| wait.who);
        assert_eq!(
            (renewal.state, who),
            (State::Prepared, Some(WaitFor::Confirmation))
        );

        let (id, account) = (story.message(), kernel::ids::AccountId::from_u128(2));
        let confirmed = renewal::confirm(&platform, renewal.id, account, id)
            .await
            .unwrap();
        assert_eq!(confirmed.state, State::Gathering);
        renewal::confirm(&platform, renewal.id, account, id)
            .await
            .unwrap();
        assert_eq!(story.to_gather().await, [renewal.id]);
        story.agencies_answer(&family, "2027-02-01", &[]).await;
        let done = story.assess(&[renewal.id], &[]).await;
        assert_eq!(done.changes.awards[0].first_month, month);
        assert_eq!(done.changes.stops, []);
        story.holds().await;
    })
    .await;
}

/// UP-6277 (recalled): the benefit is paid to the end of the month in which the child turns 18.
#[tokio::test]
async fn a_child_who_comes_of_age_before_the_first_paid_month_is_not_paid_for() {
    each_db(SCHEMAS, async |platform| {
        let families = [
            couple(1, 600_000, &["2008-01-20", "2020-06-01"]),
            couple(2, 600_000, &["2008-02-20", "2020-06-01"]),
        ];
        let story = Story::of(&platform, &families).await;
        let mut cases = Vec::new();
        for family in &families {
            cases.push(story.lodge_and_assess(family, "2026-01-05").await);
        }
        let reassess = async |month: &str| {
            let mut tx = platform.db.begin().await.unwrap();
            let opened = reassessment::comings_of_age(&mut tx, &platform, month_of(month)).await;
            tx.commit().await.unwrap();
            assert_eq!(opened.unwrap(), 1, "{month}");
            let done = story.assess(&story.to_gather().await, &[]).await;
            (done.changes.awards, done.changes.stops)
        };
        story.at("2026-02-01T00:30:00+05:00");
        close(&story, "2026-01", 10_000_000).await;
        story.to_gather().await;
        for (case, month, now) in [
            (cases[0], "2026-02", "2026-02-01T01:00:00+05:00"),
            (cases[1], "2026-03", "2026-03-01T01:00:00+05:00"),
        ] {
            story.at(now);
            // 275,000 + 165,000 for two; 275,000 for the one who is left.
            let former = &awards(&story, case).await[0];
            assert_eq!(former.award.amount, Money::from_major(440_000), "{month}");
            let (made, stopped) = reassess(month).await;
            let one_child = (Money::from_major(275_000), month_of(month));
            assert_eq!((made[0].amount, made[0].first_month), one_child);
            assert_eq!(stopped[0].from_month, month_of(month));
        }
        story.holds().await;
    })
    .await;
}
