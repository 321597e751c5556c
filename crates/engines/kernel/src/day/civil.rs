//! The Gregorian calendar as arithmetic on days, total over every `i32`.
//!
//! The era method of Howard Hinnant ("chrono-compatible low-level date
//! algorithms"): years start on 1 March, so the leap day is the last of its year.

const DAYS_IN_ERA: i64 = 146_097; // 400 years
const EPOCH_SHIFT: i64 = 719_468; // 0000-03-01 to 1970-01-01

pub(super) fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(super) fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The caller has checked that the day exists. Ends of the range saturate.
pub(super) fn days_from_ymd(year: i32, month: u32, day: u32) -> i32 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * DAYS_IN_ERA + day_of_era - EPOCH_SHIFT;
    days.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

pub(super) fn ymd_from_days(days: i32) -> (i32, u32, u32) {
    let shifted = i64::from(days) + EPOCH_SHIFT;
    let era = shifted.div_euclid(DAYS_IN_ERA);
    let day_of_era = shifted.rem_euclid(DAYS_IN_ERA);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u32, day as u32)
}

/// Plain ASCII digits, at most nine of them; nothing else.
pub(super) fn digits(bytes: &[u8]) -> Option<u32> {
    let plain = !bytes.is_empty() && bytes.len() <= 9 && bytes.iter().all(u8::is_ascii_digit);
    plain.then(|| {
        bytes
            .iter()
            .fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'))
    })
}

/// Enough of a wrong text to recognise it: a field may hold a gigabyte.
pub(super) fn excerpt(text: &str) -> String {
    const CHARS_MAX: usize = 32;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
