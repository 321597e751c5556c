//! What the reader knows, as tables: the reference page is made from the very lists by
//! which blocks are read.

pub(crate) use super::head::HEAD_KEYS;
pub(crate) use super::parameter::COLUMNS as PARAMETER_COLUMNS;
pub(crate) use super::read::BLOCK_KINDS;
pub(crate) use super::texts::{CONDITION_SLOTS, LETTER_SLOTS, SMS_SLOTS};
pub(crate) use super::unit_block::RULES as UNIT_RULES;

use super::country::COUNTRY_KEYS;
use super::formulas::VARIABLE_KEYS;
use super::groups::GROUP_KEYS;
use super::input_block::INPUT_KEYS;
use super::outcome_blocks::{CATEGORY_KEYS, CONDITION_KEYS, PROGRAMME_KEYS, STEPS_KEYS, TERM_KEYS};
use super::parameter::PARAMETER_KEYS;
use super::scale_block::SCALE_KEYS;
use super::texts::LETTER_KEYS;

/// Keys of a block that carry a part chosen by the author.
const VARIABLE_OPEN: [&str; 2] = ["formula", "formula from DATE"];
const PROGRAMME_OPEN: [&str; 4] = ["line NAME", "line NAME.uz", "line NAME.ru", "line NAME.en"];

/// The keys that a kind of block may have.
pub(crate) fn keys(kind: &str) -> Vec<&'static str> {
    match kind {
        "country" => COUNTRY_KEYS.to_vec(),
        "pack" => HEAD_KEYS.to_vec(),
        "parameter" => PARAMETER_KEYS.to_vec(),
        "variable" => [&VARIABLE_KEYS[..], &VARIABLE_OPEN[..]].concat(),
        "input" => INPUT_KEYS.to_vec(),
        "scale" => SCALE_KEYS.to_vec(),
        "condition" => CONDITION_KEYS.to_vec(),
        "category" => CATEGORY_KEYS.to_vec(),
        "programme" => [&PROGRAMME_KEYS[..], &PROGRAMME_OPEN[..]].concat(),
        "term" => TERM_KEYS.to_vec(),
        "steps" => STEPS_KEYS.to_vec(),
        "letter" => LETTER_KEYS.to_vec(),
        "group" => GROUP_KEYS.to_vec(),
        _ => Vec::new(),
    }
}
