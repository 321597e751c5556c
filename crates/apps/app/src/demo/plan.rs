//! The story of the demonstration as data: two regimes, the change of law between them, two
//! payment runs. What people do in between is the sandbox's; the machine's calendar is here.

use kernel::{Day, Instant, Month, Zone};

/// What the machine does at an instant, after people have done theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Take the register of the district.
    Import,
    /// Share the month's budget and make the awards.
    Close(Month),
    /// Compare every decision of the month with the sandbox's own truth.
    Compare(Month),
    /// Reassess for children who came of age and terms that ended with the month before.
    Begin(Month),
    /// Move running awards and waiting cases to the regime in force.
    ChangeLaw,
    /// Build the month's run, approve it by two persons, send the order.
    StartRun(Month),
    /// Ask treasury and banks how far they are.
    Collect(Month),
    /// Pay what came back and was mended.
    Reissue(Month),
    /// Compare whom the run paid with the truth, and sum it up.
    EndRun(Month),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub at: Instant,
    pub title: &'static str,
    pub actions: Vec<Action>,
}

const ZONE: fn() -> Zone = Zone::tashkent;
const OFFICE_OPENS: (u32, u32) = (9, 0);
/// Month's closes run in the night.
const CLOSE_AT: (u32, u32) = (0, 30);

fn at((year, month, day): (i32, u32, u32), (hour, minute): (u32, u32)) -> Instant {
    let day = Day::new(year, month, day).expect("the story's days are in the calendar");
    Instant::start_of(day, ZONE()).plus_seconds(i64::from(hour * 3600 + minute * 60))
}

fn step(day: (i32, u32, u32), title: &'static str, actions: &[Action]) -> Step {
    Step {
        at: at(day, OFFICE_OPENS),
        title,
        actions: actions.to_vec(),
    }
}

/// Where the clock stands before the story.
pub fn start() -> Instant {
    at((2025, 12, 25), OFFICE_OPENS)
}

/// Every step of the story in order.
pub fn plan() -> Vec<Step> {
    use Action::{Begin, ChangeLaw, Close, Compare, Import};
    let month =
        |year, month| Month::new(year, month).expect("the story's months are in the calendar");
    let (january, february, march) = (month(2026, 1), month(2026, 2), month(2026, 3));
    let night = |day, title, actions: &[Action]| Step {
        at: at(day, CLOSE_AT),
        title,
        actions: actions.to_vec(),
    };
    let mut steps = vec![step(
        (2025, 12, 25),
        "the register of the district is taken",
        &[Import],
    )];
    for day in [5, 8, 12, 16, 20, 26] {
        steps.push(step((2026, 1, day), "families apply under UZ-654b", &[]));
    }
    steps.push(night(
        (2026, 2, 1),
        "January is closed; the law changes to UZ-SR26",
        &[Close(january), Compare(january), ChangeLaw],
    ));
    steps.push(step((2026, 2, 2), "families apply under UZ-SR26", &[]));
    steps.extend(run_of(february));
    for day in [18, 20, 24, 27] {
        steps.push(step(
            (2026, 2, day),
            "visits, conclusions, life events",
            &[],
        ));
    }
    steps.push(night(
        (2026, 3, 1),
        "February is closed",
        &[Close(february), Compare(february), Begin(march)],
    ));
    steps.extend(run_of(march));
    steps
}

/// A run: order on the 4th, money on the 5th, answers on the 6th, mended accounts paid again
/// on the 12th, all in before the 27th.
fn run_of(month: Month) -> Vec<Step> {
    use Action::{Collect, EndRun, Reissue, StartRun};
    let on = |day: u32| (month.year(), month.number(), day);
    vec![
        step(
            on(4),
            "the run is built, approved by two persons, sent",
            &[StartRun(month)],
        ),
        step(on(5), "the treasury funds the order", &[Collect(month)]),
        step(on(6), "the banks answer", &[Collect(month)]),
        step(on(9), "returned accounts are mended", &[Collect(month)]),
        step(on(12), "what came back is paid again", &[Reissue(month)]),
        step(
            on(13),
            "the treasury funds the second order",
            &[Collect(month)],
        ),
        step(
            on(16),
            "the run is closed",
            &[Collect(month), EndRun(month)],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_goes_forward_only() {
        let plan = plan();
        assert!(plan[0].at >= start());
        assert!(plan.windows(2).all(|pair| pair[0].at < pair[1].at));
    }

    #[test]
    fn each_month_is_closed_before_its_money_runs() {
        let plan = plan();
        let place = |action: Action| plan.iter().position(|step| step.actions.contains(&action));
        let month = |number| Month::new(2026, number).unwrap();
        for number in [1, 2] {
            assert!(
                place(Action::Close(month(number))) < place(Action::StartRun(month(number + 1)))
            );
        }
        assert!(place(Action::Close(month(1))) <= place(Action::ChangeLaw));
    }

    #[test]
    fn january_closes_at_half_past_midnight_in_tashkent() {
        let close = plan()
            .into_iter()
            .find(|step| step.actions.contains(&Action::ChangeLaw))
            .unwrap();
        assert_eq!(
            close.at,
            Instant::parse_rfc3339("2026-02-01T00:30:00+05:00").unwrap()
        );
    }
}
