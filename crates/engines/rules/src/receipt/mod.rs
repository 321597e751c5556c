//! A receipt: everything that a decision rests on, in one JSON text that anybody can
//! decide again without a database, bit for bit. Its fields are described in
//! `docs/receipt.md`.
//!
//! It holds the law (the pack's canonical text, or only its hash), the day, the case,
//! the unit's facts as they were stored (persons by their register's ids; no names, no
//! personal numbers), and what came out. The `seal` is the SHA-256 of the rest, so that
//! a changed digit is seen even where the law does not read it; it is no signature: who
//! wants to know that a receipt is an office's own compares the seal with the office's.
//!
//! A receipt is hostile until it has been read: at most [`RECEIPT_BYTES_MAX`] bytes, no
//! unknown field, and a refusal names the field.

mod outcome;
mod unit;

pub use outcome::{Difference, ReceiptCondition, ReceiptOutcome, ReceiptParameter};
pub use unit::{ReceiptFact, ReceiptMember, ReceiptUnit};

use crate::batch::{Batch, CaseFacts, Held, Origin, Stage};
use crate::limits::RECEIPT_BYTES_MAX;
use crate::outcome::Outcomes;
use crate::pack::{LANGUAGE, LetterKind, Pack, canonical_hash};
use kernel::{Day, DecisionId, Month, Portrait};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The version of the receipt's fields.
pub const RECEIPT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    pub receipt: u32,
    pub about: ReceiptAbout,
    pub pack: ReceiptPack,
    pub decided_on: Day,
    pub case: ReceiptCase,
    pub unit: ReceiptUnit,
    pub outcome: ReceiptOutcome,
    pub letters: Vec<ReceiptLetter>,
    /// SHA-256 of all the fields above.
    pub seal: String,
}

/// Where the decision is kept; nothing is computed from it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptAbout {
    /// The case's number, as it stands on the letter.
    pub number: Option<String>,
    pub case: Option<kernel::CaseId>,
    pub assessment: Option<kernel::ids::AssessmentId>,
    pub decision: Option<DecisionId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptPack {
    pub id: String,
    /// SHA-256 of the canonical text.
    pub hash: String,
    pub language: u32,
    /// The canonical text; without it the replay needs a folder with the same pack.
    pub text: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptCase {
    pub applied_on: Day,
    pub counted_month: Month,
    pub window_end: Month,
    pub origin: Origin,
    pub former_category: Option<String>,
    pub stage: Stage,
    pub held: Option<ReceiptHeld>,
}

/// The award that the case continues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptHeld {
    pub category: Option<String>,
    pub months: u32,
}

/// A letter is made from the decision's trace, so kind and decision name it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptLetter {
    pub kind: LetterKind,
    pub decision: DecisionId,
}

/// Why a receipt cannot be made, read or replayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    #[error("the receipt is {0} bytes; at most {RECEIPT_BYTES_MAX} are read")]
    TooLarge(usize),
    #[error("`{field}`: {why}")]
    Field { field: String, why: String },
    #[error(
        "the receipt holds only the hash {0} of its pack; give the folder of packs that has it (--packs)"
    )]
    PackNotAtHand(String),
}

impl ReceiptError {
    fn field(field: impl Into<String>, why: impl std::fmt::Display) -> ReceiptError {
        ReceiptError::Field {
            field: field.into(),
            why: why.to_string(),
        }
    }
}

/// What is decided, and where it is kept.
#[derive(Debug, Clone, Copy)]
pub struct ToReceipt<'a> {
    pub pack: &'a Pack,
    pub decided_on: Day,
    pub portrait: &'a Portrait,
    pub case: &'a CaseFacts,
    pub about: &'a ReceiptAbout,
    pub letters: &'a [ReceiptLetter],
}

impl Receipt {
    /// Decides the unit and writes down everything that the decision rests on.
    pub fn of(what: &ToReceipt<'_>) -> Result<Receipt, ReceiptError> {
        let receipt = Receipt {
            receipt: RECEIPT,
            about: what.about.clone(),
            pack: ReceiptPack {
                id: what.pack.id().to_owned(),
                hash: what.pack.hash_hex(),
                language: LANGUAGE,
                text: Some(what.pack.canonical_text()),
            },
            decided_on: what.decided_on,
            case: ReceiptCase::of(what.pack, what.case),
            unit: ReceiptUnit::of(what.portrait)?,
            outcome: decided(what.pack, what.decided_on, what.portrait, what.case)?,
            letters: what.letters.to_vec(),
            seal: String::new(),
        };
        Ok(receipt.sealed())
    }

    /// The same receipt with the seal of what it says now.
    pub fn sealed(self) -> Receipt {
        let seal = self.seal_of();
        Receipt { seal, ..self }
    }

    fn seal_of(&self) -> String {
        let bare = Receipt {
            seal: String::new(),
            ..self.clone()
        };
        let text = serde_json::to_vec(&bare).expect("a receipt is plain data");
        hex::encode(Sha256::digest(text))
    }

    /// The text that is handed out.
    pub fn to_json(&self) -> Result<String, ReceiptError> {
        let text = serde_json::to_string_pretty(self).expect("a receipt is plain data");
        if text.len() > RECEIPT_BYTES_MAX {
            return Err(ReceiptError::TooLarge(text.len()));
        }
        Ok(text)
    }

    /// Reads a receipt; a refusal names the field.
    pub fn read(text: &[u8]) -> Result<Receipt, ReceiptError> {
        if text.len() > RECEIPT_BYTES_MAX {
            return Err(ReceiptError::TooLarge(text.len()));
        }
        let mut json = serde_json::Deserializer::from_slice(text);
        let receipt: Receipt = serde_path_to_error::deserialize(&mut json)
            .map_err(|error| ReceiptError::field(error.path().to_string(), error.inner()))?;
        json.end()
            .map_err(|error| ReceiptError::field("(after the receipt)", error))?;
        if receipt.receipt != RECEIPT {
            let why = format!("this program reads version {RECEIPT}");
            return Err(ReceiptError::field("receipt", why));
        }
        if receipt.pack.language > LANGUAGE {
            let why = format!("this engine speaks the language of rules up to {LANGUAGE}");
            return Err(ReceiptError::field("pack.language", why));
        }
        Ok(receipt)
    }

    /// Decides again and tells every place where the receipt says something else; an
    /// empty list means that it is right to the last bit. `packs` are looked into when
    /// the receipt has only the hash of its law.
    pub fn replay(&self, packs: &[Pack]) -> Result<Vec<Difference>, ReceiptError> {
        let mut found = Vec::new();
        let seal = self.seal_of();
        if seal != self.seal {
            found.push(Difference::of("seal", &self.seal, &seal));
        }
        if let Some(text) = &self.pack.text {
            let hash = hex::encode(canonical_hash(text));
            if hash != self.pack.hash {
                // Another law would decide: nothing else can be compared.
                found.push(Difference::of("pack.hash", &self.pack.hash, &hash));
                return Ok(found);
            }
        }
        let pack = self.law(packs)?;
        let portrait = self.unit.portrait()?;
        let case = self.case.facts(&pack)?;
        let again = decided(&pack, self.decided_on, &portrait, &case)?;
        found.extend(outcome::differences(&self.outcome, &again));
        Ok(found)
    }

    /// The pack of the receipt, read from its own text or found among those at hand.
    fn law(&self, packs: &[Pack]) -> Result<Pack, ReceiptError> {
        let pack = match &self.pack.text {
            Some(text) => Pack::from_canonical(text)
                .map_err(|error| ReceiptError::field("pack.text", error))?,
            None => packs
                .iter()
                .find(|pack| pack.hash_hex() == self.pack.hash)
                .cloned()
                .ok_or_else(|| ReceiptError::PackNotAtHand(self.pack.hash.clone()))?,
        };
        if pack.id() != self.pack.id {
            let why = format!("the text is that of `{}`", pack.id());
            return Err(ReceiptError::field("pack.id", why));
        }
        Ok(pack)
    }
}

impl ReceiptCase {
    fn of(pack: &Pack, case: &CaseFacts) -> ReceiptCase {
        // A pack without categories still knows that there was a former one.
        let category = |index: u8| {
            let known = pack.categories().nth(usize::from(index));
            known.map_or(index.to_string(), |one| one.id.clone())
        };
        ReceiptCase {
            applied_on: case.applied_on,
            counted_month: case.counted_month,
            window_end: case.window_end,
            origin: case.origin,
            former_category: case.former_category.map(category),
            stage: case.stage,
            held: case.held.map(|held| ReceiptHeld {
                category: held.category.map(category),
                months: held.months,
            }),
        }
    }

    fn facts(&self, pack: &Pack) -> Result<CaseFacts, ReceiptError> {
        let place = |field: &str, id: &Option<String>| {
            let Some(id) = id else { return Ok(None) };
            let index = pack.category_index(id).or_else(|| id.parse().ok());
            let wrong = || ReceiptError::field(field, format!("no category `{id}`"));
            index.map(Some).ok_or_else(wrong)
        };
        let held = match &self.held {
            None => None,
            Some(held) => Some(Held {
                category: place("case.held.category", &held.category)?,
                months: held.months,
            }),
        };
        Ok(CaseFacts {
            applied_on: self.applied_on,
            counted_month: self.counted_month,
            window_end: self.window_end,
            origin: self.origin,
            former_category: place("case.former_category", &self.former_category)?,
            stage: self.stage,
            held,
        })
    }
}

/// Decides one unit: a batch of one.
fn decided(
    pack: &Pack,
    day: Day,
    portrait: &Portrait,
    case: &CaseFacts,
) -> Result<ReceiptOutcome, ReceiptError> {
    if pack.is_calculation() {
        return Err(ReceiptError::field(
            "pack",
            "a calculation decides about nobody",
        ));
    }
    let plan = pack
        .plan(day)
        .map_err(|error| ReceiptError::field("decided_on", error))?;
    let mut batch = Batch::new(&plan);
    batch
        .push(&portrait.pack(), case)
        .map_err(|error| ReceiptError::field("unit", error))?;
    let mut outcomes = Outcomes::new();
    plan.decide(&batch, &mut outcomes);
    outcome::read(&plan, &outcomes, portrait.district)
}
