//! Why a file is not taken: where, and what is wrong there. Never what stood there: it can
//! be a person's account.

use crate::limits::{
    DEPTH_MAX, FIELD_CHARS_MAX, FILE_BYTES_MAX, ITEMS_MAX, NARRATIVE_LINES_MAX, PIECE_BYTES_MAX,
};

/// Characters of the XML reader's own words that are kept.
const WORDS_MAX: usize = 120;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {field}: {problem}")]
pub struct Fault {
    /// Counted from 1.
    pub line: u64,
    /// The way to the element, or the tag of MT940.
    pub field: String,
    pub problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("neither ISO 20022 (XML) nor MT940")]
    NotABankFile,
    #[error(
        "the message is {0}; read are pain.002, camt.053, camt.054, pacs.004 of ISO 20022, and MT940"
    )]
    UnknownMessage(String),
    #[error("the XML is broken: {0}")]
    Broken(String),
    #[error("a DOCTYPE has no place in a bank's file")]
    Doctype,
    #[error("an entity other than the five of XML")]
    Entity,
    #[error("the file must be in UTF-8")]
    Encoding,
    #[error("the file ends before its last element is closed")]
    CutOff,
    #[error("a file has at most {FILE_BYTES_MAX} bytes")]
    FileTooLarge,
    #[error("one piece of a file has at most {PIECE_BYTES_MAX} bytes")]
    PieceTooLarge,
    #[error("elements stand at most {DEPTH_MAX} deep")]
    TooDeep,
    #[error("a field has at most {FIELD_CHARS_MAX} characters")]
    FieldTooLong,
    #[error("a file has at most {ITEMS_MAX} lines")]
    TooManyItems,
    #[error("a free text has at most {NARRATIVE_LINES_MAX} lines")]
    NarrativeTooLong,
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("{0} is not written like this")]
    Form(&'static str),
    #[error("a sum has no fractions of a tiyin")]
    FractionOfTiyin,
    #[error("the sum is too large to be real")]
    SumTooLarge,
    #[error("it says {said}, the lines come to {found}")]
    Differs { said: String, found: String },
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
}

impl Problem {
    pub(crate) fn broken(why: impl std::fmt::Display) -> Problem {
        Problem::Broken(why.to_string().chars().take(WORDS_MAX).collect())
    }
}
