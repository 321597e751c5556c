//! Texts of letters, and the placeholders that texts may use.

use super::LetterKind;
use super::blocks::Errors;
use crate::markdown::{Block, Field};
use crate::source::nearest;
use kernel::Text3;

/// A letter: a subject, paragraphs and a short message, in every language.
#[derive(Debug, Clone)]
pub struct LetterTexts {
    pub subject: Text3,
    pub paragraphs: Vec<Text3>,
    /// Said when a known fact settled the matter although an agency was silent.
    pub silent: Option<Text3>,
    pub sms: Text3,
    /// Uzbek Cyrillic by hand: transliterated it would not fit one message.
    pub sms_cyrillic: String,
}

/// Placeholders of a condition's texts.
pub const CONDITION_SLOTS: [&str; 2] = ["value", "limit"];
/// Placeholders of letters. Those that stand for several lines stand alone in
/// their paragraph.
pub const LETTER_SLOTS: [&str; 17] = [
    "regime",
    "law",
    "programme",
    "category",
    "amount",
    "per_capita",
    "applied_on",
    "decided_on",
    "window",
    "term",
    "until",
    "reasons",
    "conditions",
    "arithmetic",
    "needs",
    "silent",
    "changes",
];
/// A short message carries no sum and nothing that tells why.
pub const SMS_SLOTS: [&str; 1] = ["applied_on"];
pub const LETTER_KEYS: [&str; 13] = [
    "subject.uz",
    "subject.ru",
    "subject.en",
    "body.uz",
    "body.ru",
    "body.en",
    "silent.uz",
    "silent.ru",
    "silent.en",
    "sms.uz",
    "sms.ru",
    "sms.en",
    "sms.uz-cyrl",
];
/// Longest short message in the GSM alphabet and in the other one.
const SMS_GSM_MAX: usize = 160;
const SMS_WIDE_MAX: usize = 70;

pub fn read_letter(block: &Block, errors: &mut Errors) -> Option<(LetterKind, LetterTexts)> {
    let name = errors.keep(block.name())?;
    let kind = match name.text.as_str() {
        "awarded" => LetterKind::Awarded,
        "refused" => LetterKind::Refused,
        "waiting_list" => LetterKind::WaitingList,
        "postponed" => LetterKind::Postponed,
        "waiting_agency" => LetterKind::WaitingAgency,
        "waiting_visit" => LetterKind::WaitingVisit,
        "suspended" => LetterKind::Suspended,
        _ => {
            let kinds = "awarded, refused, suspended, waiting_list, postponed, waiting_agency or \
                         waiting_visit";
            errors.add(name.place.error("there is no such letter", kinds));
            return None;
        }
    };
    errors.keys(block, &LETTER_KEYS);
    for field in &block.fields {
        let slots: &[&str] = if field.key.text.starts_with("sms") {
            &SMS_SLOTS
        } else {
            &LETTER_SLOTS
        };
        check_slots(field, slots, errors);
    }
    let subject = errors.text3(block, "subject");
    let sms = errors.text3(block, "sms");
    check_sms(block, errors);
    let paragraphs = read_body(block, errors);
    let silent = errors.text3_or_none(block, "silent");
    let sms_cyrillic = errors.keep(block.required("sms.uz-cyrl")).map(Field::text);
    Some((
        kind,
        LetterTexts {
            subject: subject?,
            paragraphs: paragraphs?,
            silent,
            sms: sms?,
            sms_cyrillic: sms_cyrillic?,
        },
    ))
}

/// Each line of `body` is a paragraph; the languages have equally many.
fn read_body(block: &Block, errors: &mut Errors) -> Option<Vec<Text3>> {
    let mut bodies = Vec::with_capacity(3);
    for lang in ["uz", "ru", "en"] {
        bodies.push(errors.keep(block.required(&format!("body.{lang}")))?);
    }
    let count = bodies[0].value.len();
    for body in &bodies[1..] {
        if body.value.len() != count {
            let message = format!(
                "this body has {} paragraphs, the Uzbek one {count}",
                body.value.len()
            );
            errors.add(
                body.key
                    .place
                    .error(message, "the same paragraphs in each language"),
            );
            return None;
        }
    }
    let text = |body: usize, at: usize| bodies[body].value[at].text.clone();
    Some(
        (0..count)
            .map(|at| Text3::new(text(0, at), text(1, at), text(2, at)))
            .collect(),
    )
}

/// Braces of a text must name known slots or a parameter (`{param:mce}`).
pub fn check_slots(field: &Field, slots: &[&str], errors: &mut Errors) {
    for line in &field.value {
        for slot in slots_of(&line.text) {
            if !slots.contains(&slot) && !slot.starts_with("param:") {
                let instead = match nearest(slot, slots.iter().copied()) {
                    Some(near) => format!("did you mean {{{near}}}?"),
                    None => format!("one of: {}", slots.join(", ")),
                };
                errors.add(
                    line.place
                        .error(format!("there is nothing to put for {{{slot}}}"), instead),
                );
            }
        }
    }
}

/// The names between braces, in order.
pub fn slots_of(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .map(|rest| rest.split('}').next().unwrap_or(rest))
}

/// Short messages: within one message, and Uzbek with the ASCII apostrophe.
fn check_sms(block: &Block, errors: &mut Errors) {
    for lang in ["uz", "uz-cyrl", "ru", "en"] {
        let Some(field) = block.field(&format!("sms.{lang}")) else {
            continue;
        };
        let text = field.text();
        let plain = text
            .chars()
            .all(|c| c.is_ascii() && !matches!(c, '[' | ']' | '\\' | '^' | '~' | '|' | '`'));
        // A date takes ten characters where its placeholder stands.
        let length = text.replace("{applied_on}", "16.01.2026").chars().count();
        if matches!(lang, "uz" | "en") && !plain {
            errors.add(field.place().error(
                "this short message leaves the GSM alphabet",
                "ASCII only, the apostrophe as '",
            ));
        }
        let most = if plain { SMS_GSM_MAX } else { SMS_WIDE_MAX };
        if length > most {
            errors.add(field.place().error(
                format!("the short message has {length} characters"),
                format!("at most {most}"),
            ));
        }
    }
}
