//! Who must act next on a run, and until when: no run waits for nobody, and none waits unseen.
//!
//! The payment window is the law's: payments of a month fall from the 4th to the 27th.

use kernel::{Day, Instant, Month, Zone};

use super::model::{Run, State};

/// The first day of a month on which its payments fall, and the last.
pub const WINDOW: (u32, u32) = (4, 27);

/// Who must act next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A worker of the program: a run that waits for it long has a fault behind it.
    System,
    Treasurer,
    /// Another person than the first treasurer.
    SecondTreasurer,
    Treasury,
    /// A bank that takes files needs somebody who carries them; one over the wire needs nobody.
    Sender,
    Banks,
    /// Puts the accounts of returned payments right.
    Mahalla,
}

impl Owner {
    pub const fn as_str(self) -> &'static str {
        match self {
            Owner::System => "system",
            Owner::Treasurer => "treasurer",
            Owner::SecondTreasurer => "second_treasurer",
            Owner::Treasury => "treasury",
            Owner::Sender => "sender",
            Owner::Banks => "banks",
            Owner::Mahalla => "mahalla",
        }
    }
}

/// What a run waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub owner: Owner,
    pub until: Instant,
}

impl Due {
    pub fn is_over(&self, now: Instant) -> bool {
        now > self.until
    }
}

const HOUR_S: i64 = 3_600;

/// Who acts in a state, and within how many hours.
const fn share(state: State) -> Option<(Owner, i64)> {
    Some(match state {
        State::Building => (Owner::System, 6),
        State::Built => (Owner::Treasurer, 48),
        State::ApprovedOnce => (Owner::SecondTreasurer, 24),
        State::Approved => (Owner::System, 6),
        State::Ordered => (Owner::Treasury, 72),
        State::Funded => (Owner::Sender, 24),
        State::Sent => (Owner::Banks, 72),
        State::Answered => (Owner::Mahalla, 10 * 24),
        State::Closed => return None,
    })
}

/// What a run waits for since it came into its state; nothing when it is closed. A deadline that
/// would fall behind the payment window falls on the window's end, unless the state itself began
/// later.
pub fn due(run: &Run, since: Instant, zone: Zone) -> Option<Due> {
    let (owner, hours) = share(run.state)?;
    let allowed = since.plus_seconds(hours * HOUR_S);
    let end = end_of_window(run.month, zone);
    let until = if since < end {
        allowed.min(end)
    } else {
        allowed
    };
    Some(Due { owner, until })
}

/// The first moment after the window of a month.
fn end_of_window(month: Month, zone: Zone) -> Instant {
    Instant::start_of(day_of(month, WINDOW.1 + 1), zone)
}

/// When a bank is asked to pay what is sent to it on `today`: not before the window opens, and at
/// once when it is closing or closed, because late money is better than none.
pub fn pay_on(month: Month, today: Day) -> Day {
    day_of(month, WINDOW.0).max(today)
}

fn day_of(month: Month, day: u32) -> Day {
    let days = i32::try_from(day).expect("a day of a month") - 1;
    month.first_day().plus_days(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Kind;
    use kernel::{Money, RunId};

    fn at(text: &str) -> Instant {
        Instant::parse_rfc3339(text).expect("an instant")
    }

    fn run(state: State) -> Run {
        Run {
            id: RunId::from_u128(1),
            month: Month::parse("2026-02").expect("a month"),
            kind: Kind::Regular,
            state,
            lines: 1,
            total: Money(1),
        }
    }

    #[test]
    fn each_state_has_an_owner_and_a_deadline_but_the_last() {
        for state in State::ALL {
            let due = due(
                &run(state),
                at("2026-02-04T09:00:00+05:00"),
                Zone::tashkent(),
            );
            assert_eq!(due.is_none(), state == State::Closed, "{state:?}");
        }
    }

    /// State, since when, who, until when.
    #[test]
    fn a_deadline_is_the_states_own_or_the_end_of_the_window() {
        fn check(state: State, since: &str, owner: Owner, until: &str) {
            let due = due(&run(state), at(since), Zone::tashkent()).expect("it waits");
            assert_eq!(
                (due.owner, due.until),
                (owner, at(until)),
                "{state:?} {since}"
            );
            assert!(!due.is_over(due.until));
            assert!(due.is_over(due.until.plus_seconds(1)));
        }
        use State::*;
        let from = "2026-02-04T09:00:00+05:00";
        check(Built, from, Owner::Treasurer, "2026-02-06T09:00:00+05:00");
        check(
            ApprovedOnce,
            from,
            Owner::SecondTreasurer,
            "2026-02-05T09:00:00+05:00",
        );
        check(Ordered, from, Owner::Treasury, "2026-02-07T09:00:00+05:00");
        check(Sent, from, Owner::Banks, "2026-02-07T09:00:00+05:00");
        check(Answered, from, Owner::Mahalla, "2026-02-14T09:00:00+05:00");
        let late = "2026-02-26T09:00:00+05:00";
        check(Ordered, late, Owner::Treasury, "2026-02-28T00:00:00+05:00");
        check(Answered, late, Owner::Mahalla, "2026-02-28T00:00:00+05:00");
        let after = "2026-03-02T09:00:00+05:00";
        check(Sent, after, Owner::Banks, "2026-03-05T09:00:00+05:00");
    }

    #[test]
    fn banks_pay_from_the_fourth_on_and_late_money_at_once() {
        let day = |text| Day::parse(text).expect("a day");
        let month = Month::parse("2026-02").expect("a month");
        for (today, expected) in [
            ("2026-01-30", "2026-02-04"),
            ("2026-02-01", "2026-02-04"),
            ("2026-02-04", "2026-02-04"),
            ("2026-02-19", "2026-02-19"),
            ("2026-03-02", "2026-03-02"),
        ] {
            assert_eq!(pay_on(month, day(today)), day(expected), "{today}");
        }
    }
}
