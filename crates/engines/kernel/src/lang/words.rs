//! Sums in words, as a document of money spells them beside the figures: whoever changes a digit
//! has to change a word too.

use super::Lang;
use super::plural::{Plural, plural};
use crate::money::{Currency, MINOR_A_MAJOR, Money};
use crate::names::latin_to_cyrillic;

const THOUSAND: u64 = 1_000;

/// `Bir million ikki yuz ming soʻm 50 tiyin`: the whole part in words, the hundredths in digits,
/// always two.
pub fn in_words(sum: Money, currency: Currency, lang: Lang) -> String {
    let minor = sum.0.unsigned_abs();
    let (whole, hundredths) = (minor / MINOR_A_MAJOR as u64, minor % MINOR_A_MAJOR as u64);
    let written = match lang {
        Lang::UzCyrl => return latin_to_cyrillic(&in_words(sum, currency, Lang::UzLatn)),
        Lang::UzLatn => uzbek(whole),
        Lang::Ru => russian(whole),
        Lang::En => english(whole),
    };
    let minus = match (sum.0 < 0, lang) {
        (false, _) => "",
        (true, Lang::Ru) => "минус ",
        (true, _) => "minus ",
    };
    let (major, minor) = names(currency, lang);
    let major = major[form(lang, whole)];
    let minor = minor[form(lang, hundredths)];
    first_up(&format!("{minus}{written} {major} {hundredths:02} {minor}"))
}

/// One, few and many; languages without few repeat the last.
type Forms = [&'static str; 3];

fn names(currency: Currency, lang: Lang) -> (Forms, Forms) {
    match (currency, lang) {
        (Currency::Uzs, Lang::Ru) => (["сум", "сума", "сумов"], ["тийин", "тийина", "тийинов"]),
        (Currency::Uzs, Lang::En) => (["soum"; 3], ["tiyin"; 3]),
        (Currency::Uzs, Lang::UzLatn | Lang::UzCyrl) => (["soʻm"; 3], ["tiyin"; 3]),
        (Currency::Rub, Lang::Ru) => (
            ["рубль", "рубля", "рублей"],
            ["копейка", "копейки", "копеек"],
        ),
        (Currency::Rub, Lang::En) => (
            ["rouble", "roubles", "roubles"],
            ["kopeck", "kopecks", "kopecks"],
        ),
        (Currency::Rub, Lang::UzLatn | Lang::UzCyrl) => (["rubl"; 3], ["kopek"; 3]),
    }
}

fn form(lang: Lang, count: u64) -> usize {
    match plural(lang, count) {
        Plural::One => 0,
        Plural::Few => 1,
        Plural::Many | Plural::Other => 2,
    }
}

fn first_up(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).collect()
}

/// `number` in groups of three digits, the highest first, each with its place: 0 the ones, 1 the
/// thousands, and so on. Groups of zeros are left out.
fn groups(number: u64) -> Vec<(usize, u64)> {
    let mut groups = Vec::new();
    let (mut rest, mut place) = (number, 0);
    while rest > 0 {
        if rest % THOUSAND > 0 {
            groups.push((place, rest % THOUSAND));
        }
        (rest, place) = (rest / THOUSAND, place + 1);
    }
    groups.reverse();
    groups
}

fn digits(group: u64) -> (usize, usize, usize) {
    let digit = |unit: u64| (group / unit % 10) as usize;
    (digit(100), digit(10), digit(1))
}

fn uzbek(number: u64) -> String {
    const ONES: [&str; 10] = [
        "", "bir", "ikki", "uch", "toʻrt", "besh", "olti", "yetti", "sakkiz", "toʻqqiz",
    ];
    const TENS: [&str; 10] = [
        "", "oʻn", "yigirma", "oʻttiz", "qirq", "ellik", "oltmish", "yetmish", "sakson", "toʻqson",
    ];
    const PLACES: [&str; 7] = [
        "",
        "ming",
        "million",
        "milliard",
        "trillion",
        "kvadrillion",
        "kvintillion",
    ];
    let mut words = Vec::new();
    for (place, group) in groups(number) {
        let (hundreds, tens, ones) = digits(group);
        if hundreds > 0 {
            words.extend([ONES[hundreds], "yuz"]);
        }
        words.extend([TENS[tens], ONES[ones], PLACES[place]]);
    }
    joined(words, "nol")
}

fn english(number: u64) -> String {
    const ONES: [&str; 20] = [
        "",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 10] = [
        "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    const PLACES: [&str; 7] = [
        "",
        "thousand",
        "million",
        "billion",
        "trillion",
        "quadrillion",
        "quintillion",
    ];
    let mut words = Vec::new();
    for (place, group) in groups(number) {
        let (hundreds, tens, ones) = digits(group);
        if hundreds > 0 {
            words.extend([ONES[hundreds].to_owned(), "hundred".to_owned()]);
        }
        words.push(match (tens, ones) {
            (0 | 1, _) => ONES[tens * 10 + ones].to_owned(),
            (_, 0) => TENS[tens].to_owned(),
            _ => format!("{}-{}", TENS[tens], ONES[ones]),
        });
        words.push(PLACES[place].to_owned());
    }
    joined(words, "zero")
}

fn russian(number: u64) -> String {
    const HUNDREDS: [&str; 10] = [
        "",
        "сто",
        "двести",
        "триста",
        "четыреста",
        "пятьсот",
        "шестьсот",
        "семьсот",
        "восемьсот",
        "девятьсот",
    ];
    const TENS: [&str; 10] = [
        "",
        "",
        "двадцать",
        "тридцать",
        "сорок",
        "пятьдесят",
        "шестьдесят",
        "семьдесят",
        "восемьдесят",
        "девяносто",
    ];
    const ONES: [&str; 20] = [
        "",
        "один",
        "два",
        "три",
        "четыре",
        "пять",
        "шесть",
        "семь",
        "восемь",
        "девять",
        "десять",
        "одиннадцать",
        "двенадцать",
        "тринадцать",
        "четырнадцать",
        "пятнадцать",
        "шестнадцать",
        "семнадцать",
        "восемнадцать",
        "девятнадцать",
    ];
    const PLACES: [Forms; 7] = [
        ["", "", ""],
        ["тысяча", "тысячи", "тысяч"],
        ["миллион", "миллиона", "миллионов"],
        ["миллиард", "миллиарда", "миллиардов"],
        ["триллион", "триллиона", "триллионов"],
        ["квадриллион", "квадриллиона", "квадриллионов"],
        ["квинтиллион", "квинтиллиона", "квинтиллионов"],
    ];
    let mut words = Vec::new();
    for (place, group) in groups(number) {
        let (hundreds, tens, ones) = digits(group);
        let (tens, ones) = if tens == 1 {
            (0, 10 + ones)
        } else {
            (tens, ones)
        };
        // A thousand is a woman: одна тысяча, две тысячи.
        let one = match (place, ones) {
            (1, 1) => "одна",
            (1, 2) => "две",
            _ => ONES[ones],
        };
        let name = PLACES[place][form(Lang::Ru, group)];
        words.extend([HUNDREDS[hundreds], TENS[tens], one, name]);
    }
    joined(words, "ноль")
}

fn joined<W: AsRef<str>>(words: Vec<W>, zero: &str) -> String {
    let said: Vec<&str> = words
        .iter()
        .map(AsRef::as_ref)
        .filter(|word| !word.is_empty())
        .collect();
    if said.is_empty() {
        return zero.to_owned();
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(minor: i64, lang: Lang, expected: &str) {
        assert_eq!(in_words(Money(minor), Currency::Uzs, lang), expected);
    }

    #[test]
    fn a_sum_is_spelt_in_every_language() {
        let sum = 123_456_789_050;
        check(
            sum,
            Lang::UzLatn,
            "Bir milliard ikki yuz oʻttiz toʻrt million besh yuz oltmish yetti ming sakkiz yuz \
             toʻqson soʻm 50 tiyin",
        );
        check(
            sum,
            Lang::UzCyrl,
            "Бир миллиард икки юз ўттиз тўрт миллион беш юз олтмиш етти минг саккиз юз тўқсон сўм \
             50 тийин",
        );
        check(
            sum,
            Lang::Ru,
            "Один миллиард двести тридцать четыре миллиона пятьсот шестьдесят семь тысяч \
             восемьсот девяносто сумов 50 тийинов",
        );
        check(
            sum,
            Lang::En,
            "One billion two hundred thirty-four million five hundred sixty-seven thousand eight \
             hundred ninety soum 50 tiyin",
        );
    }

    #[test]
    fn groups_of_zeros_and_teens_are_spelt_right() {
        check(0, Lang::UzLatn, "Nol soʻm 00 tiyin");
        check(100, Lang::Ru, "Один сум 00 тийинов");
        check(-201, Lang::Ru, "Минус два сума 01 тийин");
        check(200_000_002, Lang::Ru, "Два миллиона сумов 02 тийина");
        check(
            101_100,
            Lang::Ru,
            "Одна тысяча одиннадцать сумов 00 тийинов",
        );
        check(
            2_211_200,
            Lang::Ru,
            "Двадцать две тысячи сто двенадцать сумов 00 тийинов",
        );
        check(
            100_000_000_000_000,
            Lang::UzLatn,
            "Bir trillion soʻm 00 tiyin",
        );
        check(11_000, Lang::En, "One hundred ten soum 00 tiyin");
        check(
            1_300_002_100,
            Lang::En,
            "Thirteen million twenty-one soum 00 tiyin",
        );
        let roubles = in_words(Money(221), Currency::Rub, Lang::Ru);
        assert_eq!(roubles, "Два рубля 21 копейка");
    }

    #[test]
    fn the_greatest_sum_has_words_too() {
        for lang in Lang::ALL {
            assert!(in_words(Money(i64::MAX), Currency::Uzs, lang).len() > 100);
            assert!(in_words(Money(i64::MIN), Currency::Uzs, lang).len() > 100);
        }
    }
}
