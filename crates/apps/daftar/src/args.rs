//! The command line, as `--help` shows it. What each command does is in its own file.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};
use insight::bootstrap::{REPLICATES_MAX, REPLICATES_MIN};
use kernel::ids::Uuid;

pub use crate::connector_args::{Connector, ConnectorArgs};
pub use crate::partner_args::{EncryptionKey, Partner};
pub use crate::pay_args::{Pay, PayStep, Statement};
pub use crate::proof_args::{EvidenceKey, LogKey, Proof, Receipt, Replay, SigningKey, VerifyProof};

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
    /// The file of the keys that sign the log; without it, beside the database. The lines may
    /// stand in the variable DAFTAR_LOG_KEY instead
    #[arg(long, global = true, env = "DAFTAR_LOG_KEY_FILE", value_name = "FILE")]
    pub log_key: Option<PathBuf>,
    /// The file of the keys that seal what agencies say; without it, beside the database. The lines
    /// may stand in the variable DAFTAR_EVIDENCE_KEY instead
    #[arg(
        long,
        global = true,
        env = "DAFTAR_EVIDENCE_KEY_FILE",
        value_name = "FILE"
    )]
    pub evidence_key: Option<PathBuf>,
    /// Given to the commands that ask agencies; the others take them from the environment, so that
    /// what an installation says once holds for all.
    #[arg(skip)]
    pub agencies: Agencies,
    /// Answer with one JSON object, for machines
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress bars and no remarks, only the result and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// Who is asked, and with which secrets.
#[derive(Debug, Clone, Default, Args)]
pub struct Agencies {
    /// A folder with one file an agency (tax.toml...); without it, the agencies of the sandbox
    #[arg(long, global = true, env = CONNECTORS, value_name = "FOLDER")]
    pub connectors: Option<PathBuf>,
    /// The folder of the secrets and keys that those files name; without it, agency-keys
    #[arg(long, global = true, env = AGENCY_KEYS, value_name = "FOLDER")]
    pub agency_keys: Option<PathBuf>,
}

const CONNECTORS: &str = "DAFTAR_CONNECTORS";
const AGENCY_KEYS: &str = "DAFTAR_AGENCY_KEYS";

impl Agencies {
    fn of_environment() -> Agencies {
        let named = |variable| std::env::var_os(variable).map(PathBuf::from);
        Agencies {
            connectors: named(CONNECTORS),
            agency_keys: named(AGENCY_KEYS),
        }
    }
}

impl Cli {
    /// Reads the command line, or ends the program with what is wrong with it.
    pub fn read() -> Cli {
        let mut cli = Cli::parse();
        cli.common.agencies = match &cli.command {
            Command::Init(init) => init.agencies.clone(),
            Command::Serve(serve) => serve.agencies.clone(),
            Command::Connector(connector) => connector.agencies.clone(),
            _ => Agencies::of_environment(),
        };
        cli
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the database of one country: tables, packs of law, the key that signs the access log
    Init(Init),
    /// Serve the pages and the interfaces, and do the waiting work
    Serve(Serve),
    /// Run the main job on a synthetic district, then serve its pages
    Demo(Demo),
    /// Take persons, families and incomes in bulk from CSV files
    Import(Import),
    /// Apply the law to all registered families, or to those whose facts changed
    ///
    /// A run over the same law and day as one before decides only the families that were touched
    /// since; the rows of the others are carried. Another law or another day decides all.
    /// `--compare` shows what a newer run says otherwise than an older one, before any award.
    Assess(Assess),
    /// Decide awards again for months that were paid, with what is known now
    ///
    /// For an agency's answer that was mended, or a value of the law announced for a day that has
    /// passed. The question is asked as it was asked first; what was due and was not paid is paid
    /// with the next run, what was paid too much is a debt (see `pay debts`). Nothing of before is
    /// changed. A running server, or `daftar serve`, does the work.
    Restate(Restate),
    /// Write the register as a folder of Parquet files, for simulation and other engines
    Snapshot(Snapshot),
    /// Ask what a reform would do: who wins and loses, what it costs, what it does to poverty
    ///
    /// Two laws decide every family of a snapshot, and what differs is added up: winners and
    /// losers, cost and coverage by district and by tenth of the people, poverty, Gini,
    /// targeting errors. Nothing is stored and nobody is decided on.
    ///
    /// A threshold:        daftar simulate --base uz-sr26 --reform mce=800000 --population snap
    ///
    /// Two at once:        ... --reform mce=800000 --reform share_near=0.60
    ///
    /// Another regime:     ... --base uz-654b --reform uz-sr26
    ///
    /// From a sample:      ... --sample-of 9500000     (adds intervals of 95 in 100)
    ///
    /// `daftar rules parameters uz-sr26` lists what can be changed.
    #[command(verbatim_doc_comment)]
    Simulate(Simulate),
    /// The monthly payment run: build, approve, send, collect, close
    ///
    /// Banks are called over the wire, or take files. With files:
    ///
    /// Once a bank:   daftar pay channel 00014 --account 23402000300100001010 --owner 'Agency'
    ///
    /// Each month:    daftar pay build 2026-11 ... approve twice ... send (the order is funded)
    ///
    /// Then:          daftar pay export RUN --out to-the-banks
    ///
    /// As they come:  daftar pay import from-the-banks/*
    ///
    /// And look at:   daftar pay worklist
    #[command(verbatim_doc_comment)]
    Pay(Pay),
    /// Where a payment is and how it came there: from the budget line to the person
    ///
    /// Every hop with its time (UTC), the account of who did it, and the hash of the file that went
    /// out with it. The person sees on the page of who looked that somebody traced the payment.
    Trace(Trace),
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
    /// Systems of other agencies that ask the register over DCI (SPDCI)
    #[command(subcommand)]
    Partner(Partner),
    /// The agencies that are asked for facts: list them, check their files, ask one and see
    ///
    /// One agency is one file: how it is spoken to, its address, the law that lets us ask, how long
    /// an answer holds, and which of its fields gives which of our facts. See docs/connectors.md.
    ///
    /// What is there:   daftar connector list
    ///
    /// A file of yours: daftar connector check connectors/tax.toml
    ///
    /// Ask about one:   daftar connector try tax 30101901234569
    #[command(verbatim_doc_comment)]
    Connector(ConnectorArgs),
    /// Agree with a partner that it hands payments over, and from which budget it pays
    Payer(crate::payer_args::Payer),
    /// Vouchers: what they are for, who takes them, and those that others have printed
    #[command(subcommand)]
    Voucher(crate::payer_args::Voucher),
    /// Set the money of a district for a programme and month, or a whole plan from a file
    Budget(Budget),
    /// Check what data can break: ledger, log and its checkpoints, decisions, projections
    Verify(Verify),
    /// Prove to others what the access log holds: an entry, or that nothing was taken out since
    ///
    /// A proof is a file. Whoever has it checks it with `daftar verify-proof`, without the database and
    /// without us; whoever has the public key (`daftar log-key show`) also checks whose it is.
    #[command(subcommand)]
    Proof(Proof),
    /// Check a proof, offline, and say in plain words what it proves
    ///
    /// A proof carries the public key that signed it and is checked by it; the words then say so, for a
    /// file cannot prove whose key that is. With --key it is checked by the installation's: lines of
    /// `daftar log-key show`, in a file or as they are. Exit code 3: the proof does not hold.
    VerifyProof(VerifyProof),
    /// The keys that sign the log: show the public lines, or begin a new key
    #[command(subcommand)]
    LogKey(LogKey),
    /// The keys that seal what agencies say: show their ids, or begin a new key
    #[command(subcommand)]
    EvidenceKey(EvidenceKey),
    /// The keys that sign answers to partners and files to banks: make one, begin a new one, forget an
    /// earlier one, or show the public halves
    #[command(subcommand)]
    SigningKey(SigningKey),
    /// The keys that partners encrypt their messages to: make one, begin a new one, or show it
    #[command(subcommand)]
    EncryptionKey(EncryptionKey),
}

#[derive(Debug, Args)]
pub struct Init {
    /// The country whose packs, numbers, currency and calendar hold
    #[arg(long, default_value = "uz")]
    pub country: String,
    #[command(flatten)]
    pub agencies: Agencies,
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
    /// A file with the key that signs answers to partners, and earlier ones; see signing-key
    #[arg(long, env = "DAFTAR_SIGNING_KEY")]
    pub signing_key: Option<PathBuf>,
    /// A file with the keys, one a line, that partners encrypt their messages to; see encryption-key
    #[arg(long, env = "DAFTAR_ENCRYPTION_KEY")]
    pub encryption_key: Option<PathBuf>,
    /// A file of authorities (PEM) that vouch for partners at https addresses, beside those that the
    /// machine trusts. Agencies have their own, in the table [tls] of their files
    #[arg(long, env = "DAFTAR_PARTNER_CA", value_name = "FILE")]
    pub partner_ca: Option<PathBuf>,
    #[command(flatten)]
    pub agencies: Agencies,
    #[command(flatten)]
    pub x_road: XRoad,
}

/// The listener of our X-Road security server.
#[derive(Debug, Args)]
pub struct XRoad {
    /// Serve partners that come through X-Road on this address: TLS, and only our security server may
    /// connect. It names the subsystem that asks (X-Road-Client); see partner add --xroad-client
    #[arg(
        long = "x-road",
        env = "DAFTAR_X_ROAD",
        value_name = "ADDRESS",
        requires_all = ["x_road_cert", "x_road_key", "x_road_server"]
    )]
    pub x_road: Option<String>,
    /// Our certificate on that address, with its chain (PEM)
    #[arg(
        long,
        env = "DAFTAR_X_ROAD_CERT",
        value_name = "FILE",
        requires = "x_road"
    )]
    pub x_road_cert: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(
        long,
        env = "DAFTAR_X_ROAD_KEY",
        value_name = "FILE",
        requires = "x_road"
    )]
    pub x_road_key: Option<PathBuf>,
    /// The internal certificates of the security servers that may connect (PEM): these and no other
    #[arg(
        long,
        env = "DAFTAR_X_ROAD_SERVER",
        value_name = "FILE",
        requires = "x_road"
    )]
    pub x_road_server: Option<PathBuf>,
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
    /// A file with the key that signs answers to partners; without it, one is made that vanishes with
    /// the demonstration
    #[arg(long, value_name = "FILE")]
    pub signing_key: Option<PathBuf>,
    /// In how many of 1,000 answers an agency is days late
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub fault_late_per_mille: u32,
    /// In how many of 1,000 credits the bank returns the money
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub fault_return_per_mille: u32,
    /// In how many of 1,000 requests an agency hangs or cuts the line
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub fault_timeout_per_mille: u32,
}

#[derive(Debug, Args)]
pub struct Import {
    /// Kinds of fact of which the agency handed over its whole list (wage,self_employment,...):
    /// whoever is not on it holds nothing
    #[arg(long, value_delimiter = ',', value_name = "KINDS")]
    pub complete: Vec<String>,
    /// CSV files; persons, incomes, accounts and aid of a regional system are told apart by their
    /// header (see docs/import.md)
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("elsewhere").args(["snapshot", "compare"]))]
pub struct Assess {
    /// The regime; without it, the run's with --since, else the one in force on the day
    #[arg(long)]
    pub regime: Option<String>,
    /// The day whose law and parameters hold (YYYY-MM-DD); without it, the run's with --since,
    /// the snapshot's with --snapshot, else today
    #[arg(long)]
    pub on: Option<String>,
    /// Award those who are entitled within the month's budget, without application
    #[arg(long)]
    pub award: bool,
    /// Decide a snapshot instead of the register, on all cores, without a database
    #[arg(
        long,
        value_name = "FOLDER",
        requires = "out",
        conflicts_with_all = ["since", "full", "award"]
    )]
    pub snapshot: Option<PathBuf>,
    /// Decide only the families that changed since this run; without it, since the newest run of
    /// the same law and day
    #[arg(long, value_name = "RUN", conflicts_with = "full")]
    pub since: Option<Uuid>,
    /// Decide all families, whatever was decided before
    #[arg(long)]
    pub full: bool,
    /// Decide nothing: show what the second run says otherwise than the first
    #[arg(
        long,
        num_args = 2,
        value_names = ["OLDER", "NEWER"],
        conflicts_with_all = ["since", "full", "award", "regime", "on", "snapshot"]
    )]
    pub compare: Option<Vec<Uuid>>,
    /// With --snapshot: where its decisions go, as one Parquet file. With --compare: a folder for
    /// the table (differences.csv) and the families that differ (families.csv)
    #[arg(long, value_name = "FILE|FOLDER", requires = "elsewhere")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Snapshot {
    /// The new folder
    pub folder: PathBuf,
    /// The regime whose families are written; without it, the one in force today
    #[arg(long)]
    pub regime: Option<String>,
    /// A folder for each district, so that several machines can share the work
    #[arg(long)]
    pub by_district: bool,
}

#[derive(Debug, Args)]
pub struct Simulate {
    /// The law as it is: a regime of the packs
    #[arg(long, value_name = "REGIME")]
    pub base: String,
    /// The reform: parameter=value as the pack's tables write it (money in so'm or roubles),
    /// another regime, or the folder of a pack that lies elsewhere; may be given several times
    #[arg(long, required = true, value_name = "PARAMETER=VALUE|REGIME|FOLDER")]
    pub reform: Vec<String>,
    /// The folder of a snapshot of the register
    #[arg(long, value_name = "SNAPSHOT")]
    pub population: PathBuf,
    /// The day whose law and parameters hold (YYYY-MM-DD); without it, the snapshot's
    #[arg(long)]
    pub on: Option<String>,
    /// The poverty line a head and month, in the so'm or roubles of the country; without it, the
    /// base's `mce` on the day
    #[arg(long, value_name = "AMOUNT")]
    pub line: Option<i64>,
    /// Who still needs a visit or a conclusion gets nothing; without it, they are taken as passed
    #[arg(long)]
    pub steps_ahead: bool,
    /// The snapshot is a random sample of so many families: weigh it up and tell how sure each
    /// figure is
    #[arg(long, value_name = "FAMILIES")]
    pub sample_of: Option<u64>,
    /// Whole districts were drawn, not families one by one, out of so many in the country
    #[arg(long, value_name = "DISTRICTS", requires = "sample_of")]
    pub districts_of: Option<u32>,
    /// Replicates of the bootstrap
    #[arg(
        long,
        default_value_t = 400,
        requires = "sample_of",
        value_parser = clap::value_parser!(u32)
            .range(i64::from(REPLICATES_MIN)..=i64::from(REPLICATES_MAX))
    )]
    pub replicates: u32,
    /// The seed of the bootstrap; the same seed tells the same intervals
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// A folder for the tables (CSV and Parquet) and the plots (SVG)
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Write over the simulation that the folder holds
    #[arg(long, requires = "out")]
    pub overwrite: bool,
}

#[derive(Debug, Args)]
pub struct Trace {
    /// The payment's id, as statements carry it; or a case's number, for all payments to its
    /// applicant
    pub payment: String,
}

#[derive(Debug, Args)]
pub struct Restate {
    /// The number (4F7K29) or id of the case that was awarded
    #[arg(required_unless_present = "regime")]
    pub case: Option<String>,
    /// Every award of this regime that runs today: a value of the law was announced late
    #[arg(long, conflicts_with = "case")]
    pub regime: Option<String>,
    /// The first month that may have been paid otherwise than was due (2026-03)
    #[arg(long, value_name = "MONTH")]
    pub from: String,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The case's number (4F7K29) or id
    pub case: String,
    /// The language: uz, uz-cyrl, ru or en
    #[arg(long, default_value = "en")]
    pub lang: String,
}

#[derive(Debug, Subcommand)]
pub enum Rules {
    /// Read all packs and run their cases; errors come with file, line, column and what to write
    Check {
        /// One country's packs; those of every country if it is left out
        #[arg(long)]
        country: Option<String>,
        /// A warning is enough to fail
        #[arg(long)]
        deny_warnings: bool,
    },
    /// Print the reference of the rule language, out of the engine's own tables
    Reference,
    /// List the parameters of a pack with law, dates and status
    Parameters {
        regime: String,
        /// The country whose pack it is
        #[arg(long, default_value = "uz")]
        country: String,
    },
    /// Print the law of a day as one SQL statement over the tables of a snapshot
    Sql {
        regime: String,
        /// The day whose law and parameters hold (YYYY-MM-DD)
        #[arg(long)]
        on: String,
        /// The engine: duckdb or datafusion
        #[arg(long, default_value = "duckdb")]
        dialect: String,
        /// The country whose pack it is
        #[arg(long, default_value = "uz")]
        country: String,
    },
    /// Run a folder of tests in OpenFisca's YAML format against a calculation
    TestOpenfisca {
        folder: PathBuf,
        /// The pack, as country/pack
        #[arg(long, default_value = "template/country-template")]
        pack: String,
    },
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
    /// Close an account, for good: its sessions end at once and nobody signs in with it any more
    ///
    /// The log names it on, and its login is given to nobody else. Said again, it changes nothing. A
    /// partner is closed by `daftar partner close`, which is the same.
    Close { login: String },
}

#[derive(Debug, Args)]
pub struct Budget {
    /// District, 7 digits
    #[arg(long, required_unless_present = "file")]
    pub district: Option<u32>,
    /// A programme of any pack, e.g. child_benefit or material_assistance
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
