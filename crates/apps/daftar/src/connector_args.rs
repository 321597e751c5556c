//! The command line of connectors, as `--help` shows it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::Agencies;

#[derive(Debug, Args)]
pub struct ConnectorArgs {
    #[command(flatten)]
    pub agencies: Agencies,
    #[command(subcommand)]
    pub command: Connector,
}

#[derive(Debug, Subcommand)]
pub enum Connector {
    /// Show the agencies that are asked: how, where, on which law, and for how long an answer holds
    List(At),
    /// Read files of connectors and tell every mistake with its line and what to write instead
    ///
    /// Also told: facts that the packs of law ask an agency for and that its file does not map. They
    /// would stay unknown, and the cases that need them would wait. Exit code 3: a file has a mistake.
    Check {
        /// Files (tax.toml...); without them, those of --connectors or those of the program
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        at: At,
    },
    /// Ask an agency about one person; show the question, the answer and the facts it would make
    ///
    /// Nothing of the answer is kept and no fact is recorded. The look stands in the access log, and
    /// the person reads on the own page that the agency was asked. Exit code 3: no answer came, it is
    /// promised for later, or it is not believed.
    Try(Try),
    /// Print an answer as it was received, byte for byte, by the evidence that rests on it
    ///
    /// Evidence is named where a fact is explained (`daftar explain --json`). The answer lies sealed; it
    /// is opened with the keys of evidence and held against the hash of the day it came. The look
    /// stands in the access log.
    Answer(Answer),
    /// Subscribe at a registry to what its file names, so that it tells us of births, deaths and unions
    ///
    /// A serving Daftar does this by itself, and again each day. By hand: after `unsubscribe`, or after
    /// the registry has refused. What the registry answers comes to the address `callback` of its file,
    /// to the serving Daftar; `daftar connector list` shows what became of it. Exit code 3: something
    /// was refused.
    Subscribe(Subscription),
    /// End the subscriptions at a registry; they are not asked for again until somebody subscribes
    Unsubscribe(Subscription),
}

#[derive(Debug, Args)]
pub struct Answer {
    /// The evidence
    #[arg(value_name = "EVIDENCE")]
    pub evidence: uuid::Uuid,
    /// Write the bytes to this file, which must not stand yet; without it, to standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Subscription {
    /// The agency: civil_registry
    pub agency: String,
    #[command(flatten)]
    pub at: At,
}

#[derive(Debug, Args)]
pub struct At {
    /// Where the agencies of the sandbox answer: what {base} stands for in a file
    #[arg(
        long,
        env = "DAFTAR_PARTNERS",
        default_value = "http://127.0.0.1:8090",
        value_name = "URL"
    )]
    pub partners: String,
}

#[derive(Debug, Args)]
pub struct Try {
    #[arg(help = agencies())]
    pub agency: String,
    /// The person's PINFL, 14 digits
    pub pinfl: String,
    /// The person's consent, where the agency may be asked only with it: RECORD/REVISION
    #[arg(long, value_name = "ID")]
    pub consent: Option<String>,
    /// The day to ask for (YYYY-MM-DD); without it, today
    #[arg(long)]
    pub on: Option<String>,
    /// So many months of income before that day
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(i32).range(1..=36))]
    pub months: i32,
    #[command(flatten)]
    pub at: At,
}

/// Every agency of the catalogue, for `--help`.
fn agencies() -> String {
    let names = exchange::AGENCIES.map(kernel::Source::name).join(", ");
    format!("The agency: one of {names}")
}
