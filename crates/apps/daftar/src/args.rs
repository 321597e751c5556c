//! The command line, as `--help` shows it. What each command does is in its own file.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Daftar runs the social protection of a country: from a passport at the mahalla to money received.
///
/// Begin with `daftar demo`: it makes a synthetic district and runs the main job before your eyes.
/// For a country of your own: `daftar init --country uz`, `daftar import persons.csv`, `daftar serve`.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    long_about,
    propagate_version = true,
    arg_required_else_help = true
)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Where the data is: sqlite:FILE, or postgres://USER@HOST/NAME
    #[arg(
        long,
        global = true,
        env = "DAFTAR_DATABASE",
        default_value = "sqlite:daftar.db"
    )]
    pub database: String,
    /// The folder of the law's packs
    #[arg(long, global = true, env = "DAFTAR_PACKS", default_value = "packs")]
    pub packs: PathBuf,
    /// Answer with one JSON object, for machines
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress bars and no remarks, only the result and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the database of one country: tables, packs of law, the first account
    Init(Init),
    /// Serve the pages and the interfaces, and do the waiting work
    Serve(Serve),
    /// Run the main job on a synthetic district, then serve its pages
    Demo(Demo),
    /// Take persons, families and incomes in bulk from CSV files
    Import(Import),
    /// Apply the law to all registered families
    Assess(Assess),
    /// The monthly payment run: build, approve, send, collect, close
    Pay(Pay),
    /// Why a case was decided as it was: conditions, facts, arithmetic
    Explain(Explain),
    /// Write the receipt of a decided case: law, facts and outcome in one JSON text
    Receipt(Receipt),
    /// Decide a receipt again, offline, and tell whether every bit is the same
    Replay(Replay),
    /// Look at the packs of law
    #[command(subcommand)]
    Rules(Rules),
    /// Accounts of people and partners that sign in
    #[command(subcommand)]
    Account(Account),
    /// Set the money of a district for a programme and month, or a whole plan from a file
    Budget(Budget),
    /// Check what data can break: ledger, chain of the log, replay of decisions, projections
    Verify(Verify),
}

#[derive(Debug, Args)]
pub struct Init {
    /// The country whose packs, numbers, currency and calendar hold
    #[arg(long, default_value = "uz")]
    pub country: String,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// The address to listen on
    #[arg(long, env = "DAFTAR_HTTP", default_value = "127.0.0.1:8080")]
    pub http: String,
    /// Where the agencies, the treasury and the banks answer
    #[arg(long, env = "DAFTAR_PARTNERS", default_value = "http://127.0.0.1:8090")]
    pub partners: String,
    /// Take the time from clock messages instead of the system: for demos and tests only
    #[arg(long)]
    pub demo: bool,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// End after the main job instead of serving the pages
    #[arg(long)]
    pub once: bool,
    /// Families of the synthetic district
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(50..=2_000_000))]
    pub families: u32,
    /// The seed from which the district is made; the same seed makes the same district
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub http: String,
    /// Write the demo's logins and secrets into this file
    #[arg(long)]
    pub accounts: Option<PathBuf>,
    /// In how many of 1,000 answers an agency is days late
    #[arg(long, default_value_t = 10)]
    pub fault_late_per_mille: u32,
    /// In how many of 1,000 credits the bank returns the money
    #[arg(long, default_value_t = 5)]
    pub fault_return_per_mille: u32,
    /// In how many of 1,000 requests an agency hangs or cuts the line
    #[arg(long, default_value_t = 2)]
    pub fault_timeout_per_mille: u32,
}

#[derive(Debug, Args)]
pub struct Import {
    /// Kinds of fact of which the agency handed over its whole list (wage,self_employment,...):
    /// whoever is not on it holds nothing
    #[arg(long, value_delimiter = ',', value_name = "KINDS")]
    pub complete: Vec<String>,
    /// CSV files; persons, incomes and accounts are told apart by their header (see docs/import.md)
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Assess {
    /// The regime; without it, the one in force on the day
    #[arg(long)]
    pub regime: Option<String>,
    /// The day whose law and parameters hold (YYYY-MM-DD); without it, today
    #[arg(long)]
    pub on: Option<String>,
    /// Award those who are entitled within the month's budget, without application
    #[arg(long)]
    pub award: bool,
}

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

#[derive(Debug, Subcommand)]
pub enum PayStep {
    /// Build the run of a month: one payment for each entitlement
    Build { month: String },
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
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The case's number (4F7K29) or id
    pub case: String,
    /// The language: uz, uz-cyrl, ru or en
    #[arg(long, default_value = "en")]
    pub lang: String,
}

#[derive(Debug, Args)]
pub struct Receipt {
    /// The case's number (4F7K29) or id
    pub case: String,
    /// Leave the text of the law out: a replay then needs the same packs
    #[arg(long)]
    pub without_law: bool,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// The receipt's file, or - for standard input
    pub receipt: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum Rules {
    /// Read all packs and run their cases; errors come with file, line, column and what to write
    Check {
        /// A warning is enough to fail
        #[arg(long)]
        deny_warnings: bool,
    },
    /// Print the reference of the rule language, out of the engine's own tables
    Reference,
    /// List the parameters of a pack with law, dates and status
    Parameters { regime: String },
}

#[derive(Debug, Subcommand)]
pub enum Account {
    /// Make an account; its secret is printed once
    Add {
        login: String,
        #[arg(long)]
        role: String,
        /// District (7 digits) or mahalla code that the account works in
        #[arg(long)]
        territory: Option<u32>,
    },
}

#[derive(Debug, Args)]
pub struct Budget {
    /// District, 7 digits
    #[arg(long, required_unless_present = "file")]
    pub district: Option<u32>,
    /// child_benefit or material_assistance
    #[arg(long, required_unless_present = "file")]
    pub programme: Option<String>,
    /// The month of payment, YYYY-MM
    #[arg(long, required_unless_present = "file")]
    pub month: Option<String>,
    /// The limit in so'm
    #[arg(long, required_unless_present = "file")]
    pub som: Option<i64>,
    /// A plan of many lines instead: CSV with the columns district, programme, month, som
    #[arg(long, conflicts_with_all = ["district", "programme", "month", "som"])]
    pub file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Verify {}
