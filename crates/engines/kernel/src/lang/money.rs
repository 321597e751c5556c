//! Sums and numbers as people read them: groups of three, the currency's word.

use std::fmt::Write;

use super::Lang;
use super::plural::{Plural, plural};
use crate::money::{Currency, MINOR_A_MAJOR, Money};

/// Between groups on pages: a no-break space, so that a sum is never torn apart.
const NO_BREAK: char = '\u{a0}';

/// `1 234 567 soʻm`, with no-break spaces; tiyin only when there are any.
pub fn money(sum: Money, currency: Currency, lang: Lang) -> String {
    let mut text = amount(sum, NO_BREAK, decimal_mark(lang));
    text.push(NO_BREAK);
    text.push_str(word(sum, currency, lang));
    text
}

/// The same for a short message: plain spaces, and in Uzbek the ASCII
/// apostrophe, because a typographic one costs half of the message's length.
pub fn money_sms(sum: Money, currency: Currency, lang: Lang) -> String {
    let text = format!(
        "{} {}",
        amount(sum, ' ', decimal_mark(lang)),
        word(sum, currency, lang)
    );
    text.replace('ʻ', "'").replace('−', "-")
}

/// `1 234 567,00` for a column of sums: hundredths always, no word of the currency.
pub fn figures(sum: Money, lang: Lang) -> String {
    let mut text = amount(sum, NO_BREAK, decimal_mark(lang));
    if sum.0 % MINOR_A_MAJOR == 0 {
        text.push(decimal_mark(lang));
        text.push_str("00");
    }
    text
}

/// `1 234 567` with no-break spaces.
pub fn number(number: i64) -> String {
    let sign = if number < 0 { "−" } else { "" };
    format!("{sign}{}", grouped(number.unsigned_abs(), NO_BREAK))
}

fn amount(sum: Money, space: char, mark: char) -> String {
    let minor = sum.0.unsigned_abs();
    let mut text = if sum.0 < 0 {
        "−".to_owned()
    } else {
        String::new()
    };
    text.push_str(&grouped(minor / MINOR_A_MAJOR as u64, space));
    let fraction = minor % MINOR_A_MAJOR as u64;
    if fraction != 0 {
        let _ = write!(text, "{mark}{fraction:02}");
    }
    text
}

fn decimal_mark(lang: Lang) -> char {
    if lang == Lang::En { '.' } else { ',' }
}

fn grouped(number: u64, space: char) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(space);
        }
        text.push(digit);
    }
    text
}

fn word(sum: Money, currency: Currency, lang: Lang) -> &'static str {
    match (currency, lang) {
        (Currency::Uzs, Lang::UzLatn) => "soʻm",
        (Currency::Uzs, Lang::UzCyrl) => "сўм",
        (Currency::Uzs, Lang::Ru) => russian(sum, ["сум", "сума", "сумов"]),
        (Currency::Uzs, Lang::En) => "soum",
        (Currency::Rub, Lang::UzLatn) => "rubl",
        (Currency::Rub, Lang::UzCyrl) => "рубль",
        (Currency::Rub, Lang::Ru) => russian(sum, ["рубль", "рубля", "рублей"]),
        (Currency::Rub, Lang::En) if sum.0.abs() == MINOR_A_MAJOR => "rouble",
        (Currency::Rub, Lang::En) => "roubles",
    }
}

fn russian(sum: Money, [one, few, many]: [&'static str; 3]) -> &'static str {
    let minor = sum.0.unsigned_abs();
    if !minor.is_multiple_of(MINOR_A_MAJOR as u64) {
        return few; // a fraction takes the genitive singular: 12,50 рубля
    }
    match plural(Lang::Ru, minor / MINOR_A_MAJOR as u64) {
        Plural::One => one,
        Plural::Few => few,
        Plural::Many | Plural::Other => many,
    }
}
