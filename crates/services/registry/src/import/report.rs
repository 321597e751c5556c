//! What an import did, and why rows were left out.

use std::fmt;

/// Rejected rows kept in the report; the rest are only counted.
pub const REJECTS_KEPT_MAX: usize = 100_000;

/// Outcome of one import. Good rows stand although others were rejected.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows that changed the register.
    pub accepted: u64,
    /// Rows the register already held, word for word.
    pub unchanged: u64,
    /// Rows left out; at most [`REJECTS_KEPT_MAX`] of them are in `rejects`.
    pub rejected: u64,
    pub rejects: Vec<Reject>,
    /// The last line had no line break: perhaps half a file.
    pub last_line_open: bool,
}

impl ImportReport {
    pub fn reject(&mut self, reject: Reject) {
        self.rejected += 1;
        if self.rejects.len() < REJECTS_KEPT_MAX {
            self.rejects.push(reject);
        }
    }

    /// The rejected rows as CSV, for FILE.rejected.csv.
    pub fn rejected_csv(&self) -> String {
        let mut text = String::from("line,field,reason\n");
        for reject in &self.rejects {
            let reason = reject.reason.to_string().replace('"', "\"\"");
            text.push_str(&format!("{},{},\"{reason}\"\n", reject.line, reject.field));
        }
        text
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Line of the file, from 1 (the header).
    pub line: u64,
    /// Column by its name in the header; empty when the whole row is meant.
    pub field: &'static str,
    pub reason: Reason,
}

/// Why a row is left out. No text of a person is repeated here: a report is read by many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    RowTooLong {
        bytes: u64,
        bytes_max: usize,
    },
    QuoteNotClosed,
    TextAfterQuote,
    TooManyFields {
        fields_max: usize,
    },
    WrongFieldCount {
        fields: usize,
        expected: usize,
        last_line: bool,
    },
    NotUtf8,
    ControlCharacter,
    Empty,
    TooLong {
        characters: usize,
        characters_max: usize,
    },
    NotOneOf {
        allowed: &'static str,
    },
    NotADate,
    NotAMonth,
    NotANumber,
    Negative,
    InTheFuture,
    DiedBeforeBorn,
    BornTooLongAgo {
        years_max: i32,
    },
    BadPinfl {
        rule: String,
    },
    BornDiffersFromPinfl,
    SexDiffersFromPinfl,
    BadAccount {
        rule: String,
    },
    BadPhone {
        rule: String,
    },
    UnknownDistrict {
        code: u32,
    },
    MahallaNotInDistrict {
        mahalla: u32,
        district: u32,
    },
    DwellingElsewhere {
        district: u32,
        mahalla: u32,
    },
    PinflTwice {
        first_line: u64,
    },
    ChildInTwoFamilies {
        first_line: Option<u64>,
    },
    SecondHead {
        first_line: u64,
    },
    SecondSpouse {
        first_line: u64,
    },
    FamilyTooLarge {
        persons_max: usize,
    },
    FamilyComesApart {
        closed_at_line: u64,
    },
    PersonComesApart,
    UnknownPerson,
    TooManyIncomeRows {
        rows_max: usize,
    },
    SourceNotPermitted,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Reason::*;
        match self {
            RowTooLong { bytes, bytes_max } => {
                write!(f, "the row has {bytes} bytes, at most {bytes_max} are read")
            }
            QuoteNotClosed => write!(f, "a quote is not closed on its line"),
            TextAfterQuote => write!(f, "text follows a closing quote"),
            TooManyFields { fields_max } => write!(f, "more than {fields_max} fields"),
            WrongFieldCount {
                fields,
                expected,
                last_line: true,
            } => write!(
                f,
                "the last line has {fields} of {expected} fields: the file is cut short, export it again"
            ),
            WrongFieldCount {
                fields, expected, ..
            } => {
                write!(f, "the row has {fields} fields, the header {expected}")
            }
            NotUtf8 => write!(
                f,
                "not UTF-8 (another encoding, such as windows-1251?): save the file as CSV UTF-8"
            ),
            ControlCharacter => write!(f, "holds a control character"),
            Empty => write!(f, "must not be empty"),
            TooLong {
                characters,
                characters_max,
            } => {
                write!(f, "{characters} characters, at most {characters_max}")
            }
            NotOneOf { allowed } => write!(f, "must be one of {allowed}"),
            NotADate => write!(f, "not a date such as 2026-01-31"),
            NotAMonth => write!(f, "not a month such as 2026-01"),
            NotANumber => write!(f, "not a whole number"),
            Negative => write!(f, "must not be negative"),
            InTheFuture => write!(f, "lies in the future"),
            DiedBeforeBorn => write!(f, "lies before the birth"),
            BornTooLongAgo { years_max } => write!(f, "more than {years_max} years ago"),
            BadPinfl { rule } => write!(f, "{rule}"),
            BornDiffersFromPinfl => write!(f, "differs from the birth date inside the PINFL"),
            SexDiffersFromPinfl => write!(f, "differs from the sex inside the PINFL"),
            BadAccount { rule } | BadPhone { rule } => write!(f, "{rule}"),
            UnknownDistrict { code } => write!(f, "no district has the code {code}"),
            MahallaNotInDistrict { mahalla, district } => {
                write!(f, "mahalla {mahalla} does not lie in district {district}")
            }
            DwellingElsewhere { district, mahalla } => {
                write!(
                    f,
                    "this dwelling stands in district {district}, mahalla {mahalla}"
                )
            }
            PinflTwice { first_line } => write!(f, "the same PINFL stands in line {first_line}"),
            ChildInTwoFamilies {
                first_line: Some(line),
            } => {
                write!(
                    f,
                    "child in two families: already a member of the family in line {line}"
                )
            }
            ChildInTwoFamilies { first_line: None } => {
                write!(
                    f,
                    "child in two families: the register holds the child with other parents"
                )
            }
            SecondHead { first_line } => {
                write!(
                    f,
                    "a second head of the family; the first is in line {first_line}"
                )
            }
            SecondSpouse { first_line } => {
                write!(
                    f,
                    "a second spouse in the family; the first is in line {first_line}"
                )
            }
            FamilyTooLarge { persons_max } => {
                write!(f, "more than {persons_max} persons in one family")
            }
            FamilyComesApart { closed_at_line } => write!(
                f,
                "rows of a family must stand together; this family ended at line {closed_at_line}"
            ),
            PersonComesApart => write!(f, "income rows of a person must stand together"),
            UnknownPerson => write!(f, "no person of the register has this PINFL"),
            TooManyIncomeRows { rows_max } => {
                write!(f, "more than {rows_max} income rows of one person")
            }
            SourceNotPermitted => write!(f, "this kind of income may not come from this source"),
        }
    }
}

/// Why nothing of a file was read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the file is empty")]
    Empty,
    #[error("the file is in UTF-16: save it as CSV UTF-8")]
    Utf16,
    #[error("line 1: the header is not UTF-8 text: save the file as CSV UTF-8")]
    HeaderNotText,
    #[error("line 1: column {0} is missing")]
    MissingColumn(&'static str),
    #[error("line 1: column {0} stands twice")]
    ColumnTwice(&'static str),
    #[error(
        "line 1: the header fits neither persons (family,dwelling,...) nor incomes (pinfl,kind,...); fields must be separated by commas"
    )]
    UnknownKind,
    #[error("there is no whole list of the kind {0}: it is not said of persons, or not imported")]
    NoWholeList(u16),
    #[error("reading the file: {0}")]
    Read(#[from] std::io::Error),
    #[error(transparent)]
    Register(#[from] crate::RegisterError),
}
