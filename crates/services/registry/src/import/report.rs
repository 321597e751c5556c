//! What an import did, and why rows were left out.

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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("the row has {bytes} bytes, at most {bytes_max} are read")]
    RowTooLong { bytes: u64, bytes_max: usize },
    #[error("a quote is not closed on its line")]
    QuoteNotClosed,
    #[error("text follows a closing quote")]
    TextAfterQuote,
    #[error("more than {fields_max} fields")]
    TooManyFields { fields_max: usize },
    #[error("{}", wrong_count(*.fields, *.expected, *.last_line))]
    WrongFieldCount {
        fields: usize,
        expected: usize,
        last_line: bool,
    },
    #[error("not UTF-8 (another encoding, such as windows-1251?): save the file as CSV UTF-8")]
    NotUtf8,
    #[error("holds a control character")]
    ControlCharacter,
    #[error("must not be empty")]
    Empty,
    #[error("{characters} characters, at most {characters_max}")]
    TooLong {
        characters: usize,
        characters_max: usize,
    },
    #[error("must be one of {allowed}")]
    NotOneOf { allowed: &'static str },
    #[error("{field} is none that the catalogue of facts knows: see docs/import.md")]
    NotInCatalogue { field: &'static str },
    #[error("lies before the first month")]
    EndsBeforeItBegins,
    #[error("the same case stands in line {first_line}")]
    CaseTwice { first_line: u64 },
    #[error("not a date such as 2026-01-31")]
    NotADate,
    #[error("not a month such as 2026-01")]
    NotAMonth,
    #[error("not a whole number")]
    NotANumber,
    #[error("must not be negative")]
    Negative,
    #[error("lies in the future")]
    InTheFuture,
    #[error("lies before the birth")]
    DiedBeforeBorn,
    #[error("more than {years_max} years ago")]
    BornTooLongAgo { years_max: i32 },
    #[error("{rule}")]
    BadPinfl { rule: String },
    #[error("differs from the birth date inside the PINFL")]
    BornDiffersFromPinfl,
    #[error("differs from the sex inside the PINFL")]
    SexDiffersFromPinfl,
    #[error("{rule}")]
    BadAccount { rule: String },
    #[error("{rule}")]
    BadPhone { rule: String },
    #[error("no district has the code {code}")]
    UnknownDistrict { code: u32 },
    #[error("mahalla {mahalla} does not lie in district {district}")]
    MahallaNotInDistrict { mahalla: u32, district: u32 },
    #[error("this dwelling stands in district {district}, mahalla {mahalla}")]
    DwellingElsewhere { district: u32, mahalla: u32 },
    #[error("the same PINFL stands in line {first_line}")]
    PinflTwice { first_line: u64 },
    #[error("child in two families: {}", where_else(*.first_line))]
    ChildInTwoFamilies { first_line: Option<u64> },
    #[error("a second head of the family; the first is in line {first_line}")]
    SecondHead { first_line: u64 },
    #[error("a second spouse in the family; the first is in line {first_line}")]
    SecondSpouse { first_line: u64 },
    #[error("more than {persons_max} persons in one family")]
    FamilyTooLarge { persons_max: usize },
    #[error("rows of a family must stand together; this family ended at line {closed_at_line}")]
    FamilyComesApart { closed_at_line: u64 },
    #[error("rows of a person must stand together")]
    PersonComesApart,
    #[error("no person of the register has this PINFL")]
    UnknownPerson,
    #[error("more than {rows_max} rows of one person")]
    TooManyRows { rows_max: usize },
    #[error("this kind of income may not come from this source")]
    SourceNotPermitted,
}

fn wrong_count(fields: usize, expected: usize, last_line: bool) -> String {
    if last_line {
        format!(
            "the last line has {fields} of {expected} fields: the file is cut short, export it again"
        )
    } else {
        format!("the row has {fields} fields, the header {expected}")
    }
}

fn where_else(first_line: Option<u64>) -> String {
    match first_line {
        Some(line) => format!("already a member of the family in line {line}"),
        None => "the register holds the child with other parents".to_owned(),
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
