//! The command line of `daftar pay`, as `--help` shows it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use kernel::ids::Uuid;

#[derive(Debug, Args)]
pub struct Pay {
    /// Where the treasury and the banks answer
    #[arg(
        long,
        global = true,
        env = "DAFTAR_PARTNERS",
        default_value = "http://127.0.0.1:8090"
    )]
    pub partners: String,
    #[command(subcommand)]
    pub step: PayStep,
}

/// Who decides about a debt, and why.
#[derive(Debug, Args)]
pub struct Decided {
    /// Why; the person and the auditor read it
    #[arg(long)]
    pub note: String,
    /// The login of the officer; the secret is read from DAFTAR_SECRET
    #[arg(long)]
    pub login: String,
}

/// Who receives whose money.
#[derive(Debug, Args)]
pub struct Nominee {
    /// The PINFL of the person whose money it is
    pub person: String,
    /// The PINFL of the guardian or nominee
    #[arg(long)]
    pub to: String,
    /// The bank of the nominee's account: its MFO, 5 digits
    #[arg(long)]
    pub bank: String,
    /// The nominee's account, 20 digits
    #[arg(long)]
    pub account: String,
    /// The guardianship decision or power of attorney: name, number and day
    #[arg(long)]
    pub basis: String,
    /// The last day on which the nominee receives the money, as 2026-12-31
    #[arg(long)]
    pub until: String,
    /// The login of the officer; the secret is read from DAFTAR_SECRET
    #[arg(long)]
    pub login: String,
}

#[derive(Debug, Subcommand)]
pub enum PayStep {
    /// Build the run of a month: one payment for each entitlement
    Build { month: String },
    /// Before you approve: how a run differs from the one before it, and what is odd in it
    ///
    /// Who is new, who stopped, who gets another sum or on another account, and accounts that several
    /// persons share. Nothing of it stops the run; the first of each are named.
    Check { run: String },
    /// Approve a run; two different persons must
    Approve {
        run: String,
        /// The login of the approving treasurer; the secret is asked, or read from DAFTAR_SECRET
        #[arg(long)]
        login: String,
    },
    /// Send the order to the treasury and, once funded, the statements to the banks
    Send { run: String },
    /// Fetch the banks' answers and reconcile them
    Collect { run: String },
    /// Show the runs and their states
    List,
    /// Say how a bank is spoken to, with files or over the wire; without a bank, show what holds
    ///
    /// A bank that was never named is called over the wire. What left before stays as it is.
    Channel {
        /// The bank's MFO, 5 digits
        bank: Option<String>,
        /// It takes files; they pay from this account, 20 digits, kept in the bank itself
        #[arg(long, requires = "bank", requires = "owner", conflicts_with = "wire")]
        account: Option<String>,
        /// In whose name the account is kept
        #[arg(long, requires = "account")]
        owner: Option<String>,
        /// The bank wants accounts wrapped as IBANs (UZ, check digits, the 20 digits)
        #[arg(long, requires = "account")]
        iban: bool,
        /// It is called over the wire
        #[arg(long, requires = "bank")]
        wire: bool,
        /// It signs its files: its public keys, a JSON Web Key Set. A file without the signature of
        /// one of them is refused
        #[arg(long, requires = "account", value_name = "FILE")]
        jwks: Option<PathBuf>,
        /// It does not sign its files any more
        #[arg(long, requires = "account", conflicts_with = "jwks")]
        unsigned: bool,
    },
    /// Set the cash desks that pay whoever has no account; without a bank, show what holds
    ///
    /// The money goes to the bank's own account for its desks, and each line names its person. What
    /// nobody came for the bank returns with NOAS: it is carried over by the next reissue run, at
    /// most three times, and then somebody has to look for the person.
    CashDesk {
        /// The bank's MFO, 5 digits
        bank: Option<String>,
        /// The bank's own account for its desks, 20 digits
        #[arg(long, requires = "bank")]
        account: Option<String>,
        /// Nobody new is sent to the desks
        #[arg(long, conflicts_with = "bank")]
        none: bool,
    },
    /// Pay a person's money to a guardian or nominee, on a document and for a time
    ///
    /// It is asked in the name of an officer, confirmed by a second one on the page of returned
    /// payments, told to the person, and takes effect after 72 hours. When the time is over the
    /// money goes back where it went before.
    Nominee(Nominee),
    /// Write the statements of a funded run as files, for the banks that take files
    ///
    /// One pain.001.001.09 (ISO 20022) a bank and, last, manifest.json with the hash and the sums of
    /// each: together they are the approved order to the tiyin, or nothing is called done. Writing
    /// again writes the same bytes. A file that its bank has rejected whole (see `worklist`) is
    /// written under a new name, its payments under their old ones.
    Export {
        run: String,
        /// The folder; it is made if it is not there
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
        /// The key that signs each file and the manifest, in NAME.jws beside it (see `signing-key`)
        #[arg(long, env = "DAFTAR_SIGNING_KEY", value_name = "FILE")]
        signing_key: Option<PathBuf>,
    },
    /// Take in files of banks: pain.002, camt.053, camt.054, pacs.004 of ISO 20022, and MT940
    ///
    /// A file is known by its content. It is read to its end before anything of it is believed; one
    /// that was taken before changes nothing. Accepted is not paid: a payment is credited when the
    /// bank has booked it, and returned with the bank's own code (AC04, AM04, RC01, ...). What fits no
    /// payment is kept in the work list. The signature of a bank that signs lies beside the file, as
    /// NAME.jws; it is found there and need not be named.
    ///
    /// Exit codes: 0 all is taken in, 3 something waits for a person or a file could not be read,
    /// 1 no file could be read.
    Import {
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Close a line of the work list in the name of a treasurer, with a note of what it was
    ///
    /// No money moves: the line stays as it came, and the note beside it.
    Close {
        /// As the work list shows it: SOURCE/LINE
        line: String,
        #[arg(long)]
        note: String,
        /// The login of the treasurer; the secret is read from DAFTAR_SECRET
        #[arg(long)]
        login: String,
    },
    /// Show debts: what persons were paid too much, and what became of it; one of them with its months
    Debts {
        /// The debt's id; without it, all that are not over
        debt: Option<Uuid>,
        /// Only those of a district, by its code
        #[arg(long, conflicts_with = "debt")]
        district: Option<u32>,
    },
    /// Recover a debt from the payments to come, in the name of a district officer
    ///
    /// So many per cent of each month's payment are kept until the debt is gone: no more than the law
    /// of the country allows, and never below its floor (parameters `recovery_share_max` and
    /// `recovery_floor`). The person must have been told of the debt.
    Recover {
        debt: Uuid,
        /// Per cent of a month's payment
        #[arg(long)]
        percent: u32,
        #[command(flatten)]
        decided: Decided,
    },
    /// Waive a debt in the name of a district officer: nothing of it is recovered
    Waive {
        debt: Uuid,
        #[command(flatten)]
        decided: Decided,
    },
    /// Note that the person objects to a debt: an officer has to decide
    Dispute {
        debt: Uuid,
        #[command(flatten)]
        decided: Decided,
    },
    /// Show what waits for a person: lines that fit nothing, gaps, rejections, silence, late runs
    ///
    /// Exit codes: 0 the list is empty, 3 it is not.
    Worklist {
        /// A bank is silent when it has not told everything so many hours after its file was written
        #[arg(long, default_value_t = 72, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(0..=8_760))]
        silent_after: u32,
    },
}
