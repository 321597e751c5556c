//! The law on many machines: the emitted SQL on Ballista.
//!
//! One program is all three: the scheduler, an executor on each machine, and the client that hands
//! them a snapshot and a statement. `daftar snapshot --by-district` and
//! `daftar rules sql --dialect datafusion` make what it takes. See `docs/beyond-one-machine.md`.

mod decide;
mod executor;
mod scheduler;
mod shares;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Plans of a law are nested deeply, and are read, planned and run by recursion.
const STACK_BYTES: usize = 256 << 20;
/// A plan as a message; 16 MiB, what Ballista allows by itself, is less than some laws need.
const MESSAGE_BYTES_MAX: u32 = 256 << 20;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Decides a country by the emitted SQL, on many machines.
///
/// Nothing here asks who is calling, and what goes over the wire is not encrypted: run it on a
/// network that nobody else can reach.
#[derive(Debug, Parser)]
#[command(name = "daftar-cluster", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Hands out the work; one for the cluster
    Scheduler(scheduler::Arguments),
    /// Does the work; one on each machine
    Executor(executor::Arguments),
    /// Gives a snapshot and a statement to the cluster and writes the decisions
    Decide(decide::Arguments),
}

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.enable_all().thread_stack_size(STACK_BYTES);
    // The first thread's stack is the shell's to give; work is done on threads of our own.
    runtime.build()?.block_on(async {
        match command {
            Command::Scheduler(arguments) => tokio::spawn(scheduler::run(arguments)).await?,
            Command::Executor(arguments) => tokio::spawn(executor::run(arguments)).await?,
            Command::Decide(arguments) => tokio::spawn(decide::run(arguments)).await?,
        }
    })
}
