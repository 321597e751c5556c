//! Ages in completed years.
//!
//! Law (recalled, medium confidence; to be checked against the Family Code and
//! the Civil Code's chapter on terms): an age is completed on the birthday. For a
//! person born on 29 February the birthday of a common year is 1 March, the
//! first day on which the full years have passed; this is also the reading that
//! favours a child whose benefit ends with the month of the birthday.

use super::{Day, Month};

/// Full years lived from `born` to `on`; negative before birth.
pub fn completed_years(born: Day, on: Day) -> i32 {
    let (born_year, born_month, born_day) = born.ymd();
    let (year, month, day) = on.ymd();
    year - born_year - i32::from((month, day) < (born_month, born_day))
}

/// The day on which a person born on `born` completes `years` years.
pub fn day_of_turning(born: Day, years: i32) -> Day {
    let (year, month, day) = born.ymd();
    let target = Month::of(year.saturating_add(years), month);
    if day > target.days() {
        return target.plus(1).first_day();
    }
    target.first_day().plus_days(day as i32 - 1)
}

/// The last day of the month in which a person completes `years` years: child
/// benefit is paid to the end of the month in which the child turns 18.
pub fn last_day_of_month_turning(born: Day, years: i32) -> Day {
    day_of_turning(born, years).month().last_day()
}
