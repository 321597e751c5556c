//! How long an award runs. Pure.

use kernel::day::last_day_of_month_turning;
use kernel::{Day, Month};

use crate::case::words;

words! {
    /// What happens when the term is over, as the pack says.
    AtEnd {
        /// Assessed again without an application (UZ-SR26).
        Reassess = "reassess",
        /// Prepared by the system, confirmed by the family (UZ-654b).
        Renewal = "renewal",
        Stop = "stop",
    }
}

words! {
    StopReason {
        /// Another award took its place.
        Replaced = "replaced",
        /// The family is no longer entitled.
        NotEntitled = "not_entitled",
        /// A condition that suspends is not met.
        Suspended = "suspended",
        Death = "death",
        Withdrawn = "withdrawn",
    }
}

/// The age at which a child's benefit ends.
const OF_AGE_YEARS: i32 = 18;

/// The first month in which the child is no longer paid for: the one after the month of 18
/// (PKM-654: paid to the end of the month in which the child turns 18).
pub fn child_leaves(born: Day) -> Month {
    last_day_of_month_turning(born, OF_AGE_YEARS)
        .month()
        .plus(1)
}

/// The month after the last paid one: the term's months, cut at the last month that the law
/// lets it be paid for. An award that was granted pays its first month in any case.
pub fn end_month(first: Month, months: u32, last: Option<Month>) -> Month {
    let months = i32::try_from(months).expect("a term of less than two thousand million months");
    let term = first.plus(months);
    let cut = last.map_or(term, |last| last.plus(1));
    term.min(cut).max(first.plus(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(first: &str, months: u32, last: Option<&str>, end: &str) {
        let month = |text: &str| Month::parse(text).expect(text);
        assert_eq!(
            end_month(month(first), months, last.map(month)),
            month(end),
            "{last:?}"
        );
    }

    #[test]
    fn an_award_runs_its_months() {
        check("2026-02", 12, None, "2027-02");
        check("2026-02", 6, None, "2026-08");
    }

    #[test]
    fn it_ends_after_the_last_month_that_the_law_allows() {
        check("2026-02", 12, Some("2026-06"), "2026-07");
        check("2026-02", 6, Some("2030-01"), "2026-08");
    }

    #[test]
    fn a_child_leaves_after_the_month_of_its_eighteenth_birthday() {
        let check = |born: &str, leaves: &str| {
            let leaves = Month::parse(leaves).expect(leaves);
            assert_eq!(
                child_leaves(Day::parse(born).expect(born)),
                leaves,
                "{born}"
            );
        };
        check("2008-06-15", "2026-07");
        check("2008-06-01", "2026-07");
        check("2008-06-30", "2026-07");
        check("2008-02-29", "2026-04");
    }

    #[test]
    fn a_granted_award_pays_its_first_month() {
        check("2026-02", 12, Some("2026-01"), "2026-03");
    }
}
