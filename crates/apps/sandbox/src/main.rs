//! The command line of the sandbox.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use kernel::{Instant, Month};
use sandbox::agency::fault::Rates;
use sandbox::agency::scenario::Scenario;
use sandbox::cards::Cards;
use sandbox::export::{self, Wanted};
use sandbox::life::daftar::{Daftar, Secrets};
use sandbox::serve::router;
use sandbox::world::{Setup, World};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A synthetic country for Daftar: families, agencies, treasury, banks and the
/// people between them.
///
/// Nobody in it is real. The same number of families and the same seed give the
/// same people, the same faults and the same truth.
#[derive(Parser)]
#[command(
    version,
    after_help = "\
Try it:
  sandbox serve --families 2000
  curl -s localhost:8090/register/mahallas
  curl -s -X POST localhost:8090/clock -H 'content-type: application/json' -d '{\"now\":\"2026-01-05T09:00:00+05:00\"}'
  sandbox export --families 250000 --seed 7 --out /tmp/country"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves agencies, treasury, banks, clock, register and truth on 127.0.0.1
    Serve(Serve),
    /// Writes persons.csv, incomes.csv and aid.csv (a regional aid system's) of a
    /// population, in Daftar's import format
    Export(Export),
}

#[derive(Args)]
struct Serve {
    /// Port on 127.0.0.1; 0 takes a free one and prints it
    #[arg(long, default_value_t = 8090)]
    port: u16,
    /// Families of the district (about 3.3 persons each)
    #[arg(long, default_value_t = 20_000)]
    families: usize,
    /// Another seed, another country
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where Daftar serves; without it nobody lodges, visits or mends
    #[arg(long, value_name = "URL", requires = "accounts")]
    daftar: Option<String>,
    /// JSON file {login: secret} of the people who work with Daftar; read at each sign-in
    #[arg(long, value_name = "FILE")]
    accounts: Option<PathBuf>,
    /// The instant the clock stands at until the first step. Answers that are late come by this clock:
    /// to see one with `daftar connector try`, let it stand at now, --start "$(date -Iseconds)"
    #[arg(long, default_value = "2025-12-25T09:00:00+05:00", value_parser = instant)]
    start: Instant,
    /// File that keeps orders, statements and the banks' book over a restart
    #[arg(long, value_name = "FILE")]
    book: Option<PathBuf>,
    /// Accounts of people from elsewhere, in Daftar's import format, whom the banks pay too
    #[arg(long, value_name = "FILE")]
    cards: Option<PathBuf>,
    /// Treasury funds and banks answer at once instead of on the next day
    #[arg(long)]
    instant: bool,
    /// Answers about a person that come one to five virtual days late; see --start
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = of_a_thousand())]
    fault_late_per_mille: u32,
    /// Late answers come after so many virtual days instead of one to five
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=4000))]
    fault_late_days: Option<u16>,
    /// Requests to agencies that hang for five seconds or are cut; 2 when nothing is said and the other
    /// faults leave room
    #[arg(long, value_name = "N", value_parser = of_a_thousand())]
    fault_timeout_per_mille: Option<u32>,
    /// Cards that are closed until the owner brings a new account
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = of_a_thousand())]
    fault_return_per_mille: u32,
    /// Requests answered with well-formed nonsense
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = of_a_thousand())]
    fault_rubbish_per_mille: u32,
    /// Requests whose connection breaks before the answer
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = of_a_thousand())]
    fault_reset_per_mille: u32,
    /// Requests answered byte by byte, longer than anybody waits
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = of_a_thousand())]
    fault_drip_per_mille: u32,
    /// Requests answered with a part twice
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = of_a_thousand())]
    fault_duplicate_per_mille: u32,
    /// Requests answered in another order, after those of later requests
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = of_a_thousand())]
    fault_reorder_per_mille: u32,
    /// Signed answers that are changed on their way
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = of_a_thousand())]
    fault_forged_per_mille: u32,
    /// Signed answers that somebody else has signed
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = of_a_thousand())]
    fault_wrong_key_per_mille: u32,
    /// Requests answered with a true answer of before; the first is true and is what they answer with
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = of_a_thousand())]
    fault_replay_per_mille: u32,
    /// Requests answered for a day of last year
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = of_a_thousand())]
    fault_stale_per_mille: u32,
    /// Requests answered with the contrary of the truth: dead who live, nothing held where something is
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = of_a_thousand())]
    fault_contradictory_per_mille: u32,
    /// Faults by a script (TOML): which agency, about whom, when, which fault; rows go before the flags.
    /// An example: crates/apps/sandbox/scenarios/hard-week.toml
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Folder for the secrets and keys with which Daftar asks (its --agency-keys); without it, only
    /// what speaks plain can be asked
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// Messages to and from registries are encrypted, both ways; the connectors of Daftar that ask them
    /// say `encrypted = true`
    #[arg(long)]
    encrypted: bool,
    /// Every agency thinks for so long
    #[arg(long, default_value_t = 0, value_name = "MS")]
    delay_ms: u64,
}

#[derive(Args)]
struct Export {
    /// Families to draw (about 3.3 persons each)
    #[arg(long, default_value_t = 20_000)]
    families: usize,
    /// Another seed, another country
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the files; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Incomes are those of the three months before this one
    #[arg(long, default_value = "2026-01", value_parser = month)]
    month: Month,
    /// Writes facts.csv too: real estate, vehicles, balances, disability
    #[arg(long)]
    facts: bool,
}

/// Of a thousand requests to agencies, where nobody says how many.
const TIMEOUT_USUAL: u32 = 2;

/// A rate: so many of a thousand.
fn of_a_thousand() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(0..=1_000)
}

fn instant(text: &str) -> Result<Instant, String> {
    Instant::parse_rfc3339(text).map_err(|error| error.to_string())
}

fn month(text: &str) -> Result<Month, String> {
    Month::parse(text).map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    match command() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A file of ours that is wrong is told as its reader wants it: file, line, field.
            let _ = writeln!(std::io::stderr(), "sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()),
        )
        .init();
    match Cli::parse().command {
        Command::Serve(serve) => tokio::runtime::Runtime::new()?.block_on(run(serve)),
        Command::Export(wanted) => {
            let Export {
                families,
                seed,
                out,
                month,
                facts,
            } = wanted;
            let written = export::write(&Wanted {
                families,
                seed,
                out,
                month,
                facts,
            })?;
            say(&serde_json::to_string(&written)?)
        }
    }
}

async fn run(serve: Serve) -> Result<(), Box<dyn Error>> {
    let mut rates = Rates {
        late: serve.fault_late_per_mille,
        late_days: serve.fault_late_days,
        timeout: serve.fault_timeout_per_mille.unwrap_or(0),
        rubbish: serve.fault_rubbish_per_mille,
        reset: serve.fault_reset_per_mille,
        drip: serve.fault_drip_per_mille,
        duplicate: serve.fault_duplicate_per_mille,
        reorder: serve.fault_reorder_per_mille,
        forged: serve.fault_forged_per_mille,
        wrong_key: serve.fault_wrong_key_per_mille,
        replay: serve.fault_replay_per_mille,
        stale: serve.fault_stale_per_mille,
        contradictory: serve.fault_contradictory_per_mille,
        returned: serve.fault_return_per_mille,
        delay_ms: serve.delay_ms,
    };
    if serve.fault_timeout_per_mille.is_none() {
        rates.timeout = TIMEOUT_USUAL.min(rates.room());
    }
    rates.check()?;
    let daftar = match (&serve.daftar, &serve.accounts) {
        (Some(url), Some(accounts)) => Some(Daftar::new(url, Secrets::File(accounts.clone()))?),
        _ => None,
    };
    let cards = serve.cards.as_deref().map(Cards::read).transpose()?;
    let cards = cards.unwrap_or_default();
    let scenario = serve
        .scenario
        .as_deref()
        .map(Scenario::in_file)
        .transpose()?;
    let world = World::new(Setup {
        families: serve.families,
        seed: serve.seed,
        rates,
        scenario: scenario.unwrap_or_default(),
        start: serve.start,
        at_once: serve.instant,
        encrypted: serve.encrypted,
        book: serve.book,
        cards,
        daftar,
    })?;
    if let Some(folder) = &serve.keys {
        world.keys.write(folder)?;
    }
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", serve.port)).await?;
    let people = world.country.population.people.len();
    say(&format!(
        "sandbox: {} families, {people} persons, http://{}",
        serve.families,
        listener.local_addr()?
    ))?;
    axum::serve(listener, router(Arc::new(world)))
        .with_graceful_shutdown(stopped())
        .await?;
    Ok(())
}

async fn stopped() {
    let interrupted = tokio::signal::ctrl_c().await;
    if let Err(error) = interrupted {
        tracing::warn!(%error, "no signal can stop the sandbox; end the process");
        std::future::pending::<()>().await;
    }
}

fn say(line: &str) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
