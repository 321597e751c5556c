//! Dates written out, as each language writes them.

use super::Lang;
use crate::day::{Day, Instant, Month, Zone};

const UZ_LATN: [&str; 12] = [
    "yanvar", "fevral", "mart", "aprel", "may", "iyun", "iyul", "avgust", "sentabr", "oktabr",
    "noyabr", "dekabr",
];
const UZ_CYRL: [&str; 12] = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
];
const RU: [&str; 12] = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
];
const RU_GENITIVE: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];
const EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `16-yanvar, 2026`, `16 января 2026 года`, `16 January 2026`.
pub fn date(day: Day, lang: Lang) -> String {
    let (year, number, day) = day.ymd();
    let at = number as usize - 1;
    match lang {
        Lang::UzLatn => format!("{day}-{}, {year}", UZ_LATN[at]),
        Lang::UzCyrl => format!("{day}-{}, {year}", UZ_CYRL[at]),
        Lang::Ru => format!("{day}\u{a0}{} {year}\u{a0}года", RU_GENITIVE[at]),
        Lang::En => format!("{day}\u{a0}{} {year}", EN[at]),
    }
}

/// For narrow tables and short messages: `16.01.2026`.
pub fn date_short(day: Day) -> String {
    let (year, month, day) = day.ymd();
    format!("{day:02}.{month:02}.{year}")
}

/// `2026-yil yanvar`, `январь 2026 года`, `January 2026`.
pub fn month(month: Month, lang: Lang) -> String {
    let (year, at) = (month.year(), month.number() as usize - 1);
    match lang {
        Lang::UzLatn => format!("{year}-yil {}", UZ_LATN[at]),
        Lang::UzCyrl => format!("{year}-йил {}", UZ_CYRL[at]),
        Lang::Ru => format!("{} {year}\u{a0}года", RU[at]),
        Lang::En => format!("{} {year}", EN[at]),
    }
}

/// A 24-hour clock behind the date: `16 January 2026, 14:05`.
pub fn time(instant: Instant, zone: Zone, lang: Lang) -> String {
    let (hour, minute) = instant.hour_minute(zone);
    format!("{}, {hour:02}:{minute:02}", date(instant.day(zone), lang))
}
