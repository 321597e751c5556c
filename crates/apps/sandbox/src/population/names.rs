//! Invented names: common first names, and family names made of syllables, so
//! that no list of real persons is needed.
//!
//! The civil registry writes Uzbek Latin with the proper letters (oʻ, gʻ: U+02BB).
//! The register holds what somebody once typed: other apostrophes, Uzbek
//! Cyrillic, or the Russian spelling.

use kernel::names::{Name, latin_to_cyrillic};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::person::NameCode;
use crate::seed;

const MEN: [&str; 40] = [
    "Alisher",
    "Akmal",
    "Anvar",
    "Aziz",
    "Bahodir",
    "Baxtiyor",
    "Bekzod",
    "Botir",
    "Dilshod",
    "Doniyor",
    "Elyor",
    "Erkin",
    "Farhod",
    "Farrux",
    "Gʻayrat",
    "Husan",
    "Ibrohim",
    "Islom",
    "Jahongir",
    "Jamshid",
    "Jasur",
    "Karim",
    "Kamol",
    "Laziz",
    "Mansur",
    "Murod",
    "Nodir",
    "Oʻktam",
    "Otabek",
    "Qodir",
    "Ravshan",
    "Rustam",
    "Sardor",
    "Sherzod",
    "Temur",
    "Toʻlqin",
    "Ulugʻbek",
    "Umid",
    "Yoʻldosh",
    "Zafar",
];

const WOMEN: [&str; 40] = [
    "Aziza",
    "Barno",
    "Charos",
    "Dildora",
    "Dilfuza",
    "Dilnoza",
    "Feruza",
    "Gavhar",
    "Gulbahor",
    "Gulnora",
    "Gulchehra",
    "Hilola",
    "Iroda",
    "Kamola",
    "Lola",
    "Madina",
    "Malika",
    "Maʼmura",
    "Mavluda",
    "Mohira",
    "Munira",
    "Nafisa",
    "Nargiza",
    "Nigora",
    "Nilufar",
    "Nodira",
    "Oygul",
    "Oʻgʻiloy",
    "Ozoda",
    "Rayhon",
    "Robiya",
    "Saida",
    "Sevara",
    "Shahnoza",
    "Shoira",
    "Umida",
    "Xurshida",
    "Yulduz",
    "Zarina",
    "Zulfiya",
];

const BEGINNINGS: [&str; 28] = [
    "Ab", "Al", "An", "Bo", "Bah", "Do", "Er", "Fo", "Gʻo", "Ha", "Is", "Jo", "Ka", "Ma", "Mi",
    "Na", "Nor", "Oʻr", "Ol", "Po", "Qo", "Ra", "Sa", "Soʻ", "Tu", "Us", "Yoʻ", "Zo",
];
const MIDDLES: [&str; 24] = [
    "bek", "dir", "far", "goy", "him", "jon", "kim", "lim", "man", "mur", "naz", "nor", "paz",
    "qul", "rah", "rim", "shod", "sim", "tam", "tir", "vor", "xon", "yor", "zod",
];
const FAMILIES: u16 = (BEGINNINGS.len() * MIDDLES.len()) as u16;

/// Mahallas are called after such words, numbered when the words run out.
const MAHALLAS: [&str; 32] = [
    "Bahor",
    "Boʻston",
    "Bogʻishamol",
    "Chamanzor",
    "Doʻstlik",
    "Fayzobod",
    "Gulbogʻ",
    "Guliston",
    "Gulzor",
    "Hamkor",
    "Istiqbol",
    "Kamolot",
    "Lolazor",
    "Mevazor",
    "Mehrobod",
    "Navbahor",
    "Nurafshon",
    "Nurobod",
    "Obod",
    "Oltinsoy",
    "Orzu",
    "Oydin",
    "Paxtakor",
    "Sadoqat",
    "Sarbon",
    "Shodlik",
    "Tinchlik",
    "Toʻqimachi",
    "Umid",
    "Yangiobod",
    "Yangi hayot",
    "Zarkent",
];

pub fn mahalla(number: usize) -> String {
    let word = MAHALLAS[number % MAHALLAS.len()];
    match number / MAHALLAS.len() {
        0 => word.to_owned(),
        round => format!("{word} {}", round + 1),
    }
}

pub fn draw(rng: &mut ChaCha8Rng) -> NameCode {
    NameCode {
        family: rng.random_range(0..FAMILIES),
        given: rng.random_range(0..MEN.len() as u8),
        father: rng.random_range(0..MEN.len() as u8),
    }
}

/// The name as the civil registry writes it.
pub fn official(code: NameCode, male: bool) -> Name {
    let (ending, given, child) = if male {
        ("ov", MEN[usize::from(code.given)], "oʻgʻli")
    } else {
        ("ova", WOMEN[usize::from(code.given)], "qizi")
    };
    let beginning = BEGINNINGS[usize::from(code.family) / MIDDLES.len()];
    let middle = MIDDLES[usize::from(code.family) % MIDDLES.len()];
    Name {
        family: format!("{beginning}{middle}{ending}"),
        given: given.to_owned(),
        patronymic: Some(format!("{} {child}", MEN[usize::from(code.father)])),
    }
}

/// How one clerk typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    Proper,
    /// oʻ with another of the apostrophes found on keyboards.
    Apostrophe(char),
    Cyrillic,
    Russian,
    Capitals,
}

/// Six names in ten are typed properly.
pub fn spelling_of(hash: u64) -> Spelling {
    match hash % 100 {
        0..60 => Spelling::Proper,
        60..75 => Spelling::Apostrophe('\''),
        75..79 => Spelling::Apostrophe('’'),
        79..82 => Spelling::Apostrophe('‘'),
        82..85 => Spelling::Apostrophe('`'),
        85..92 => Spelling::Cyrillic,
        92..97 => Spelling::Russian,
        _ => Spelling::Capitals,
    }
}

pub fn typed(name: &Name, spelling: Spelling) -> Name {
    match spelling {
        Spelling::Proper => name.clone(),
        Spelling::Apostrophe(mark) => each(name, |part| {
            part.replace(['ʻ', 'ʼ'], mark.encode_utf8(&mut [0; 4]))
        }),
        Spelling::Cyrillic => each(name, latin_to_cyrillic),
        Spelling::Russian => each(name, in_russian),
        Spelling::Capitals => each(name, str::to_uppercase),
    }
}

fn each(name: &Name, change: impl Fn(&str) -> String) -> Name {
    Name {
        family: change(&name.family),
        given: change(&name.given),
        patronymic: name.patronymic.as_deref().map(&change),
    }
}

/// A clerk with a Russian keyboard: no ў, қ, ғ, ҳ.
fn in_russian(part: &str) -> String {
    let letter = |c: char| match c {
        'ў' => 'у',
        'Ў' => 'У',
        'қ' => 'к',
        'Қ' => 'К',
        'ғ' => 'г',
        'Ғ' => 'Г',
        'ҳ' => 'х',
        'Ҳ' => 'Х',
        other => other,
    };
    latin_to_cyrillic(part).chars().map(letter).collect()
}

/// +998, an operator and seven digits.
pub fn phone(pinfl: u64) -> String {
    const OPERATORS: [u32; 6] = [90, 91, 93, 94, 97, 99];
    let hash = seed::mix(&[pinfl, seed::of_text("phone")]);
    let operator = OPERATORS[(hash % OPERATORS.len() as u64) as usize];
    format!("+998{operator}{:07}", hash / 7 % 10_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_typed_in_many_ways() {
        let code = NameCode {
            family: 27 * 24 + 23,
            given: 27,
            father: 14,
        };
        let name = official(code, true);
        assert_eq!(name.family, "Zozodov");
        assert_eq!(name.given, "Oʻktam");
        assert_eq!(name.patronymic.as_deref(), Some("Gʻayrat oʻgʻli"));
        assert_eq!(typed(&name, Spelling::Apostrophe('\'')).given, "O'ktam");
        assert_eq!(typed(&name, Spelling::Cyrillic).given, "Ўктам");
        assert_eq!(
            typed(&name, Spelling::Russian).patronymic.as_deref(),
            Some("Гайрат угли")
        );
    }
}
