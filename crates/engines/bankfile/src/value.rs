//! Fields of files as values. A sum is read digit by digit: never a float.

use kernel::money::MoneyError;
use kernel::{Day, Instant, Money, Zone};
use uuid::Uuid;

use crate::fault::Problem;
use crate::limits::ID_CHARS_MAX;

/// A payment's name on its whole way: our id in 32 hexadecimal digits.
pub fn name_of(payment: Uuid) -> String {
    payment.simple().to_string()
}

/// A decimal of the standard: up to five places, of which ours has two.
pub fn money(text: &str) -> Result<Money, Problem> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return Err(Problem::Form("a sum"));
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 2 {
        return Err(Problem::FractionOfTiyin);
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    Money::parse(&format!("{whole}.{fraction}")).map_err(|wrong| match wrong {
        MoneyError::Form => Problem::Form("a sum"),
        MoneyError::TooLarge => Problem::SumTooLarge,
    })
}

pub fn sum(one: Money, other: Money) -> Result<Money, Problem> {
    one.checked_add(other).ok_or(Problem::SumTooLarge)
}

/// A date, with or without the zone that the standard allows behind it.
pub fn day(text: &str) -> Result<Day, Problem> {
    let wrong = Problem::Form("a date");
    let date = text.get(..10).ok_or(wrong.clone())?;
    Day::parse(date).map_err(|_| wrong)
}

/// A date and time; one without a zone is the country's own.
pub fn instant(text: &str, zone: Zone) -> Result<Instant, Problem> {
    if let Ok(instant) = Instant::parse_rfc3339(text) {
        return Ok(instant);
    }
    let wrong = || Problem::Form("a date and time");
    let clock = text.get(11..19).ok_or_else(wrong)?;
    let parts: Vec<i64> = clock
        .split(':')
        .filter_map(|part| part.parse::<u8>().ok().map(i64::from))
        .collect();
    let [hours @ 0..24, minutes @ 0..60, seconds @ 0..60] = parts[..] else {
        return Err(wrong());
    };
    // What follows can only be a fraction of the second.
    let rest = text.get(19..).unwrap_or_default();
    let fraction = rest.strip_prefix('.').unwrap_or(rest);
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let midnight = Instant::start_of(day(text)?, zone);
    Ok(midnight.plus_seconds(hours * 3_600 + minutes * 60 + seconds))
}

pub fn id(text: &str) -> Result<String, Problem> {
    let fits = !text.is_empty() && text.chars().count() <= ID_CHARS_MAX;
    match fits && !text.chars().any(char::is_control) {
        true => Ok(text.to_owned()),
        false => Err(Problem::Form("an id of 1 to 35 characters")),
    }
}

pub fn count(text: &str) -> Result<u64, Problem> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let count = digits.then(|| text.parse().ok()).flatten();
    count.ok_or(Problem::Form("a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_whole_tiyin_whatever_its_places() {
        fn check(text: &str, expected: Result<i64, Problem>) {
            assert_eq!(money(text).map(Money::minor), expected, "{text}");
        }
        check("650000.01", Ok(65_000_001));
        check("650000", Ok(65_000_000));
        check("650000.", Ok(65_000_000));
        check("650000.5", Ok(65_000_050));
        check("650000.50000", Ok(65_000_050));
        check(".01", Ok(1));
        check("0", Ok(0));
        check("92233720368547758.07", Ok(i64::MAX));
        check("92233720368547758.08", Err(Problem::SumTooLarge));
        check("1.001", Err(Problem::FractionOfTiyin));
        for wrong in [
            "", ".", "-1", "+1", "1,5", "1e3", "1 000", "NaN", "1.0.0", "١",
        ] {
            check(wrong, Err(Problem::Form("a sum")));
        }
    }

    #[test]
    fn a_time_without_a_zone_is_the_country_s_own() {
        let at = |text: &str| instant(text, Zone::tashkent()).map(|at| at.to_string());
        let expected = Ok("2026-11-23T04:00:01Z".to_owned());
        assert_eq!(at("2026-11-23T09:00:01+05:00"), expected);
        assert_eq!(at("2026-11-23T09:00:01"), expected);
        assert_eq!(at("2026-11-23T09:00:01.000"), expected);
        for wrong in [
            "",
            "2026-11-23",
            "2026-11-23T24:00:00",
            "2026-11-23T09:00:01 noon",
            "é".repeat(12).as_str(),
        ] {
            assert_eq!(at(wrong), Err(Problem::Form("a date and time")), "{wrong}");
        }
    }
}
