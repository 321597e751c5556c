//! Permits a second on the database named by the first argument, each durable
//! before it is given: `cargo run --release -p access --example permits -- sqlite:/tmp/p.db`
#![allow(clippy::print_stdout, missing_docs)]

use access::log::{self, KeyPlace, Keys};
use access::{Action, Purpose, SCHEMA, Scope, Subject, permit};
use store::{Clock, Db, Platform};

const PERMITS: usize = 20_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or("sqlite:/tmp/p.db".to_owned());
    let platform = Platform::new(Db::open(&address).await?, Clock::system());
    store::migrate(&platform.db, &[SCHEMA]).await?;
    for tasks in [1, 16, 256] {
        let each = if tasks == 1 {
            PERMITS / 20
        } else {
            PERMITS / tasks
        };
        let start = std::time::Instant::now();
        let running: Vec<_> = (0..tasks)
            .map(|_| tokio::spawn(ask(platform.clone(), each)))
            .collect();
        let mut waits = Vec::new();
        for task in running {
            waits.extend(task.await?);
        }
        let rate = waits.len() as f64 / start.elapsed().as_secs_f64();
        waits.sort_unstable();
        let (p50, p99) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
        println!("{tasks} tasks: {rate:.0} permits/s, p50 {p50} us, p99 {p99} us");
    }
    let start = std::time::Instant::now();
    let verified = log::verify(&platform.db).await?;
    assert!(verified.holds());
    let rate = verified.rows as f64 / start.elapsed().as_secs_f64();
    println!("verify: {rate:.0} rows/s");
    signed(&platform).await
}

/// Entries a second into a signed checkpoint, and out of it again.
async fn signed(platform: &Platform) -> Result<(), Box<dyn std::error::Error>> {
    let keys = Keys::new("example", [1; 32]);
    let place = KeyPlace::Text(keys.secret_lines());
    let start = std::time::Instant::now();
    let Some(made) = log::checkpoint(platform, &place).await? else {
        return Ok(());
    };
    let rate = made.size as f64 / start.elapsed().as_secs_f64();
    println!("checkpoint: {rate:.0} entries/s");
    let start = std::time::Instant::now();
    let sealed = log::verify_checkpoints(&platform.db, &keys).await?;
    let rate = sealed.entries as f64 / start.elapsed().as_secs_f64();
    println!("verify_checkpoints: {rate:.0} entries/s");
    Ok(())
}

async fn ask(platform: Platform, times: usize) -> Vec<u128> {
    let mut waits = Vec::with_capacity(times);
    for _ in 0..times {
        let start = std::time::Instant::now();
        let (action, purpose) = (Action::GatherFacts, Purpose::Assessment);
        let scope = Scope::country();
        let asked = permit(&platform, &Subject::system(), action, purpose, scope).await;
        asked.expect("the system may").must_be_for(&[action]);
        waits.push(start.elapsed().as_micros());
    }
    waits
}
