//! What a bank's file says, in words that no format owns.

use kernel::{Day, Instant, Money};

/// Which message a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Pain002,
    Camt054,
    Camt053,
    Pacs004,
    Mt940,
}

impl Kind {
    pub const ALL: [Kind; 5] = [
        Kind::Pain002,
        Kind::Camt054,
        Kind::Camt053,
        Kind::Pacs004,
        Kind::Mt940,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Pain002 => "pain.002",
            Kind::Camt054 => "camt.054",
            Kind::Camt053 => "camt.053",
            Kind::Pacs004 => "pacs.004",
            Kind::Mt940 => "MT940",
        }
    }
}

/// What stands above everything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub kind: Kind,
    /// The bank's own name of the message; MT940 has none that is unique.
    pub message: Option<String>,
    /// `None` in MT940.
    pub made_at: Option<Instant>,
}

/// One thing that a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    File(FileStatus),
    Line(Line),
    Statement(AccountStatement),
}

/// What a bank says of something that was sent to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Said {
    /// Taken; not yet carried out.
    Accepted,
    Rejected,
    /// Nothing yet.
    Pending,
}

impl Said {
    /// A status of the standard's external code lists. Accepted is not paid: only a booking is.
    pub fn of_status(code: &str) -> Said {
        match code {
            "RJCT" | "CANC" => Said::Rejected,
            "ACCC" | "ACCP" | "ACFC" | "ACSC" | "ACSP" | "ACTC" | "ACWC" | "ACWP" | "PART" => {
                Said::Accepted
            }
            _ => Said::Pending,
        }
    }
}

/// The status of a whole file of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStatus {
    /// The message of ours.
    pub original: String,
    pub said: Said,
    pub reason: Option<String>,
}

impl FileStatus {
    /// The bank has had this very message before: nothing happens to its lines.
    pub fn is_duplicate(&self) -> bool {
        self.said == Said::Rejected && matches!(self.reason.as_deref(), Some("DUPL" | "AM05"))
    }
}

/// What happened to one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Says {
    /// The bank will carry it out.
    Accepted,
    /// No word yet, or an entry that is not booked yet.
    Pending,
    /// It will not be carried out.
    Rejected,
    /// It left our account.
    Debited,
    /// It stands on our account again.
    CameBack,
    /// It comes back; the booking is told by another file.
    Returned,
}

impl Says {
    pub const ALL: [Says; 6] = [
        Says::Accepted,
        Says::Pending,
        Says::Rejected,
        Says::Debited,
        Says::CameBack,
        Says::Returned,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Says::Accepted => "accepted",
            Says::Pending => "pending",
            Says::Rejected => "rejected",
            Says::Debited => "debited",
            Says::CameBack => "came_back",
            Says::Returned => "returned",
        }
    }

    /// Told from the account itself.
    pub const fn is_booking(self) -> bool {
        matches!(self, Says::Debited | Says::CameBack)
    }
}

/// One line about one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub says: Says,
    /// `EndToEndId`, as the bank gives it.
    pub end_to_end: Option<String>,
    /// The message of ours that it belongs to.
    pub original: Option<String>,
    /// Our account that it was booked on.
    pub account: Option<String>,
    /// The account of the person, where the bank repeats it.
    pub creditor: Option<String>,
    pub amount: Option<Money>,
    pub currency: Option<String>,
    /// The standard's code, kept as it is.
    pub reason: Option<String>,
    /// The bank's own name of the booking.
    pub reference: Option<String>,
    /// The day of the booking.
    pub day: Option<Day>,
}

impl Line {
    pub(crate) fn new(says: Says) -> Line {
        Line {
            says,
            end_to_end: None,
            original: None,
            account: None,
            creditor: None,
            amount: None,
            currency: None,
            reason: None,
            reference: None,
            day: None,
        }
    }
}

/// One account statement, told after its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountStatement {
    pub account: Option<String>,
    pub currency: Option<String>,
    pub number: Option<i64>,
    /// The last day that it covers.
    pub day: Option<Day>,
    /// Below zero when the account is overdrawn.
    pub opening: Option<Money>,
    pub closing: Option<Money>,
    /// Of its booked entries.
    pub debits: Money,
    pub credits: Money,
    pub entries: u64,
    /// How many entries the bank says there are.
    pub said_entries: Option<u64>,
}

impl AccountStatement {
    /// What the entries miss to lead from one balance to the other; `None` when the bank
    /// gives no balances.
    pub fn missing(&self) -> Option<Money> {
        let (opening, closing) = (self.opening?, self.closing?);
        let moved = self.credits.checked_sub(self.debits)?;
        closing.checked_sub(opening.checked_add(moved)?)
    }
}
