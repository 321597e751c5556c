//! `daftar`: the one binary. Reads the command line, calls the rooms below, says what came of it.
//!
//! Reading order: [`args`] (what there is), then one file a command; [`show`] prints, [`failure`]
//! ends. Results go to standard output, remarks and the log to standard error.

mod account;
mod answer;
mod args;
mod assess;
mod assess_snapshot;
mod budget;
mod compare;
mod config;
mod conformance;
mod connector;
mod connector_args;
mod demo;
mod encryption_key;
mod evidence_key;
mod explain;
mod failure;
mod import;
mod init;
mod laid_out;
mod log_key;
mod openfisca;

mod partner;
mod partner_account;
mod partner_args;
mod pay;
mod pay_args;
mod pay_cash;
mod pay_channel;
mod pay_check;
mod pay_debt;
mod pay_export;
mod pay_import;
mod pay_statement;
mod pay_worklist;
mod payer;
mod payer_args;
mod proof;
mod proof_args;
mod receipt;
mod restate;
mod rules;
mod serve;
mod show;
mod signing_key;
mod simulate;
mod snapshot;
mod trace;
mod verify;
mod voucher;

use std::io::IsTerminal;
use std::process::ExitCode;

use args::{Cli, Command};
use failure::Failure;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::read();
    log_to_stderr();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime needs threads and a poller");
    match runtime.block_on(run(&cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let said = failure.to_string();
            if !said.is_empty() {
                tracing::error!("{said}");
            }
            failure.code()
        }
    }
}

async fn run(cli: &Cli) -> Result<(), Failure> {
    let common = &cli.common;
    match &cli.command {
        Command::Init(init) => init::run(common, init).await,
        Command::Serve(serve) => serve::run(common, serve).await,
        Command::Demo(demo) => demo::run(common, demo).await,
        Command::Import(import) => import::run(common, import).await,
        Command::Assess(assess) => match &assess.compare {
            Some(runs) => compare::run(common, runs, assess.out.as_deref()).await,
            None => assess::run(common, assess).await,
        },
        Command::Simulate(simulate) => simulate::run(common, simulate),
        Command::Snapshot(snapshot) => snapshot::run(common, snapshot).await,
        Command::Pay(pay) => pay::run(common, pay).await,
        Command::Trace(trace) => trace::run(common, trace).await,
        Command::Restate(args) => restate::run(common, args).await,
        Command::Explain(explain) => explain::run(common, explain).await,
        Command::Receipt(receipt) => receipt::write(common, receipt).await,
        Command::Replay(replay) => receipt::replay(common, replay),
        Command::Rules(command) => rules::run(common, command),
        Command::Account(command) => account::run(common, command).await,
        Command::Partner(command) => partner::run(common, command).await,
        Command::Connector(args) => connector::run(common, &args.command).await,
        Command::Payer(args) => payer::run(common, args).await,
        Command::Voucher(command) => voucher::run(common, command).await,
        Command::Budget(budget) => budget::run(common, budget).await,
        Command::Verify(_) => verify::run(common).await,
        Command::Proof(command) => proof::write(common, command).await,
        Command::VerifyProof(args) => proof::verify(common, args),
        Command::LogKey(command) => log_key::run(common, command).await,
        Command::EvidenceKey(command) => evidence_key::run(common, command),
        Command::SigningKey(command) => signing_key::run(common, command),
        Command::EncryptionKey(command) => encryption_key::run(common, command),
    }
}

/// `RUST_LOG` widens or narrows; no personal data is ever logged.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .without_time()
        .with_target(false)
        .init();
}
