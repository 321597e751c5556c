//! Instants on the wire: RFC 3339 with the offset of Tashkent.

use kernel::{Day, Instant, Month, Zone};

/// Uzbekistan has kept this offset since 1992.
const OFFSET: &str = "+05:00";

pub fn day_of(at: Instant) -> Day {
    at.day(Zone::tashkent())
}

pub fn text(at: Instant) -> String {
    let (hour, minute) = at.hour_minute(Zone::tashkent());
    let within_minute = at.0.rem_euclid(60_000_000);
    let (second, micros) = (within_minute / 1_000_000, within_minute % 1_000_000);
    let fraction = if micros == 0 {
        String::new()
    } else {
        format!(".{micros:06}")
    };
    format!(
        "{}T{hour:02}:{minute:02}:{second:02}{fraction}{OFFSET}",
        day_of(at)
    )
}

/// Nine in the morning.
pub fn morning_of(day: Day) -> Instant {
    Instant::start_of(day, Zone::tashkent()).plus_seconds(9 * 3600)
}

/// The close of a counted month: half past midnight of the next one.
pub fn close_of(month: Month) -> Instant {
    Instant::start_of(month.plus(1).first_day(), Zone::tashkent()).plus_seconds(30 * 60)
}

/// People lodge, visit and mend between eight and six.
pub fn is_working_time(at: Instant) -> bool {
    (8..18).contains(&at.hour_minute(Zone::tashkent()).0)
}

pub fn is_working_day(day: Day) -> bool {
    use kernel::day::Weekday::{Saturday, Sunday};
    !matches!(day.weekday(), Saturday | Sunday)
}

/// For `#[serde(serialize_with = "wire_time::write")]`.
pub fn write<S: serde::Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*at))
}

pub fn write_option<S: serde::Serializer>(
    at: &Option<Instant>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => write(at, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_with_the_offset_of_tashkent() {
        fn check(given: &str, expected: &str) {
            assert_eq!(text(Instant::parse_rfc3339(given).unwrap()), expected);
        }
        check("2026-01-05T04:00:00Z", "2026-01-05T09:00:00+05:00");
        check(
            "2026-01-31T19:30:00.000250Z",
            "2026-02-01T00:30:00.000250+05:00",
        );
        assert_eq!(
            text(close_of(Month::new(2026, 1).unwrap())),
            "2026-02-01T00:30:00+05:00"
        );
    }
}
