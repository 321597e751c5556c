//! Deaths that are taken back: the award runs again, nothing is lost, nobody is paid twice.

use kernel::PersonId;

use super::*;
use crate::annulment::{self, Back};
use crate::award::Changes;
use crate::case::EventKind;

const DIED: &str = "2026-02-18";

struct Told<'a> {
    story: &'a Story<'a>,
    family: [PersonId; 2],
    case: CaseId,
}

impl Told<'_> {
    async fn dead(&self, payable_from: Month) -> Changes {
        let mut tx = self.story.platform.db.begin().await.unwrap();
        let (platform, on) = (self.story.platform, Day::parse(DIED).unwrap());
        let (dead, all) = (&self.family[..1], &self.family);
        let changes = reassessment::on_death(&mut tx, platform, dead, all, on, payable_from).await;
        tx.commit().await.unwrap();
        changes.unwrap()
    }

    async fn alive(&self, died: Option<&str>, payable_from: Month) -> Changes {
        let mut tx = self.story.platform.db.begin().await.unwrap();
        let back = Back {
            person: self.family[0],
            died: died.map(|on| Day::parse(on).unwrap()),
        };
        let (platform, all, back) = (self.story.platform, &self.family, [back]);
        let changes = annulment::resume(&mut tx, platform, &back, all, payable_from).await;
        let changes = changes.unwrap();
        tx.commit().await.unwrap();
        changes
    }

    /// Months that its awards pay, one after the other.
    async fn paid(&self) -> Vec<Month> {
        let mut paid: Vec<Month> = Vec::new();
        for running in awards(self.story, self.case).await {
            let months = running.award.first_month.0..running.end().0;
            paid.extend(months.map(Month));
        }
        paid.sort_unstable();
        paid
    }

    async fn noted(&self, kind: EventKind) -> usize {
        let mut tx = self.story.read().await;
        let events = crate::case::events(&mut tx, self.case).await.unwrap();
        events.iter().filter(|event| event.kind == kind).count()
    }
}

async fn told<'a>(story: &'a Story<'a>, family: &Family) -> Told<'a> {
    let case = awarded(story, family).await;
    let of = [family.applicant(), family.adult(1)];
    Told {
        story,
        case,
        family: [story.person(of[0]).await, story.person(of[1]).await],
    }
}

#[tokio::test]
async fn the_award_runs_again_to_its_old_end_for_the_same_case_and_decision_once() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let told = told(&story, &family).await;
        let whole = told.paid().await;
        let march = month_of("2026-03");
        assert_eq!(
            told.alive(None, march).await,
            Changes::default(),
            "nothing had stopped"
        );
        told.dead(march).await;
        // The run of March is built: it did not pay.
        let april = march.plus(1);
        let changes = told.alive(None, april).await;
        let stopped = &awards(&story, told.case).await[0].award;
        let [again] = &changes.awards[..] else {
            panic!("{changes:?}");
        };
        let expected = award::Award {
            id: again.id,
            first_month: april,
            ..award::find(&mut story.read().await, stopped.id)
                .await
                .unwrap()
                .unwrap()
                .award
        };
        assert_eq!(*again, expected);
        let missed = award::Resumed {
            award: stopped.id,
            case: told.case,
            payee: told.family[0],
            missed: Some(kernel::Period {
                from: march,
                to: Some(april),
            }),
            due: stopped.amount,
        };
        assert_eq!(changes.resumed, [missed]);
        let case = story.case(told.case).await;
        assert_eq!(
            (case.state, case.decision),
            (State::Awarded, Some(again.decision))
        );
        assert_eq!(told.alive(None, april).await, Changes::default(), "once");
        let but_march: Vec<Month> = whole.into_iter().filter(|month| *month != march).collect();
        assert_eq!(told.paid().await, but_march);
        story.holds().await;
    })
    .await;
}

/// Every order of up to five messages: the months that are paid and those that are made good come to
/// the whole term where the last word is life, and to the month of the death where it is not.
#[tokio::test]
async fn whatever_the_messages_say_on_the_way_nothing_is_lost_and_nothing_is_paid_twice() {
    each_db(SCHEMAS, async |platform| {
        let families: Vec<Family> = (1..=62)
            .map(|no| couple(no, 600_000, &["2020-06-01"]))
            .collect();
        let story = Story::of(&platform, &families).await;
        let mut cases = Vec::new();
        for family in &families {
            cases.push(story.lodge_and_assess(family, "2026-01-05").await);
        }
        story.at("2026-02-01T00:30:00+05:00");
        close(&story, "2026-01", 100_000_000).await;
        let mut orders: Vec<Vec<bool>> = Vec::new();
        for length in 1..=5 {
            orders.extend(
                (0..1 << length).map(|n: u32| (0..length).map(|bit| n >> bit & 1 == 1).collect()),
            );
        }
        for ((order, family), case) in orders.iter().zip(&families).zip(cases) {
            let of = [family.applicant(), family.adult(1)];
            let family = [story.person(of[0]).await, story.person(of[1]).await];
            let told = Told {
                story: &story,
                family,
                case,
            };
            let whole = told.paid().await;
            let mut good = Vec::new();
            let mut payable = month_of("2026-03");
            for dead in order {
                match dead {
                    true => drop(told.dead(payable).await),
                    false => {
                        let resumed = told.alive(None, payable).await.resumed;
                        let missed = resumed.into_iter().filter_map(|one| one.missed);
                        good.extend(
                            missed.flat_map(|months| {
                                (months.from.0..months.to.unwrap().0).map(Month)
                            }),
                        );
                    }
                }
                // A run is built after each.
                payable = payable.plus(1);
            }
            let mut paid = told.paid().await;
            paid.extend(good);
            paid.sort_unstable();
            let is_dead = order.last() == Some(&true);
            match is_dead {
                false => assert_eq!(paid, whole, "{order:?}"),
                true => assert!(
                    paid.len() < whole.len() && whole.starts_with(&paid),
                    "{order:?}: {paid:?}"
                ),
            }
            let expected = if is_dead {
                State::Ended
            } else {
                State::Awarded
            };
            assert_eq!(story.case(case).await.state, expected, "{order:?}");
        }
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn where_another_award_pays_by_now_it_does_not_run_again_and_the_case_says_so() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let told = told(&story, &family).await;
        told.dead(month_of("2026-03")).await;
        // The widower is awarded for the child.
        let mut tx = platform.db.begin().await.unwrap();
        let stopped = awards(&story, told.case).await[0].award.id;
        let stopped = award::find(&mut tx, stopped).await.unwrap().unwrap().award;
        let his = award::Award {
            id: kernel::AwardId(platform.ids.uuid()),
            payee: told.family[1],
            first_month: month_of("2026-04"),
            members: stopped
                .members
                .iter()
                .filter(|one| one.person != told.family[0])
                .copied()
                .collect(),
            ..stopped
        };
        award::insert(&mut tx, std::slice::from_ref(&his))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            told.alive(None, month_of("2026-04")).await,
            Changes::default()
        );
        assert_eq!(told.noted(EventKind::NotResumed).await, 1);
        assert_eq!(told.noted(EventKind::Resumed).await, 0);
        assert_eq!(story.case(told.case).await.state, State::Ended);
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn a_later_death_that_stands_gives_back_the_months_before_it() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let told = told(&story, &family).await;
        told.dead(month_of("2026-03")).await;
        // Dead in April and not in February; the runs of March to May are built.
        let changes = told.alive(Some("2026-04-20"), month_of("2026-06")).await;
        let months = kernel::Period {
            from: month_of("2026-03"),
            to: Some(month_of("2026-05")),
        };
        assert_eq!(changes.resumed[0].missed, Some(months));
        // It is stopped again from the month after that death.
        let mut tx = platform.db.begin().await.unwrap();
        let (all, on) = (&told.family, Day::new(2026, 4, 20).unwrap());
        let june = month_of("2026-06");
        reassessment::on_death(&mut tx, &platform, &all[..1], all, on, june)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(told.paid().await, [month_of("2026-02")]);
        story.holds().await;
    })
    .await;
}

#[tokio::test]
async fn an_award_whose_term_was_over_meanwhile_is_made_good_and_asked_about() {
    each_db(SCHEMAS, async |platform| {
        let family = couple(1, 600_000, &["2020-06-01"]);
        let story = Story::of(&platform, std::slice::from_ref(&family)).await;
        let told = told(&story, &family).await;
        told.dead(month_of("2026-03")).await;
        let end = awards(&story, told.case).await[0].award.end_month;
        let changes = told.alive(None, end.plus(1)).await;
        assert_eq!(changes.awards, []);
        let months = kernel::Period {
            from: month_of("2026-03"),
            to: Some(end),
        };
        assert_eq!(changes.resumed[0].missed, Some(months));
        let mut tx = story.read().await;
        let unit = story.case(told.case).await.unit;
        let cases = crate::case::of_unit(&mut tx, unit).await.unwrap();
        assert_eq!(cases.len(), 2, "its renewal is prepared");
        drop(tx);
        story.holds().await;
    })
    .await;
}
