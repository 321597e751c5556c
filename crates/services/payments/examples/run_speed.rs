//! How quick is the money? `cargo run --release -p payments --example run_speed [LINES] [PATH]`
//!
//! Opens LINES entitlements (200,000 by default) in a fresh SQLite file with full
//! durability, builds the run (lines, postings, statement hashes, order), sends it to a
//! treasury and twenty banks in this process over HTTP, reconciles their answers (one in
//! 200 comes back) and verifies. Prints one JSON object.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use access::{Action, Area, Permit, Purpose, Role, Scope, Subject};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use kernel::ids::AccountId;
use kernel::{AwardId, BankAccount, EntitlementId, Mfo, Money, Month, Period, PersonId, UnitId};
use payments::appropriation::{self, SetLimit};
use payments::entitlement::{self, NewEntitlement};
use payments::run::{self, BuildRun, Kind};
use payments::{Partners, verify};
use serde_json::{Value, json};
use store::{Clock, Db, Platform};
use uuid::Uuid;

const DISTRICT: u32 = 1_726_262;
const BANKS: u64 = 20;
const OPEN_AT_ONCE: u64 = 20_000;

/// Payments of each statement, as their 36 characters.
type Banks = Arc<Mutex<HashMap<String, Vec<String>>>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let lines: u64 = arguments.next().map_or(Ok(200_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("speed.db").display().to_string();
    let path = arguments.next().unwrap_or(file);
    let platform = Platform::new(Db::open(&format!("sqlite:{path}")).await?, Clock::system());
    store::migrate(&platform.db, &[access::SCHEMA, payments::SCHEMA]).await?;
    let partners = partners().await?;
    let month = Month::parse("2026-02")?;

    let open_s = timed(open(&platform, month, lines)).await?;
    let mut built = None;
    let build_s = timed(async {
        built = Some(build(&platform, month).await?);
        Ok(())
    })
    .await?;
    let run = built.ok_or("no run")?;
    approve(&platform, run.id).await?;
    let mut sent = None;
    let settle_s = timed(async {
        sent = Some(run::advance(&platform, &partners, run.id).await?);
        Ok(())
    })
    .await?;
    let peak_mib = peak_mib();
    let verify_s = timed(async {
        match verify::all(&platform).await?.first() {
            None => Ok(()),
            Some(difference) => Err(format!("{difference:?}").into()),
        }
    })
    .await?;
    let rate = |seconds: f64| (lines as f64 / seconds) as u64;
    let result = json!({
        "lines": lines, "open_s": open_s, "open_per_s": rate(open_s),
        "run_s": build_s, "run_lines_per_s": rate(build_s),
        "send_and_reconcile_s": settle_s, "send_and_reconcile_lines_per_s": rate(settle_s),
        "verify_s": verify_s, "peak_mib": peak_mib, "state": format!("{:?}", sent.map(|s| s.state)),
    });
    use std::io::Write;
    writeln!(std::io::stdout(), "{result}")?;
    Ok(())
}

type Step = Result<(), Box<dyn std::error::Error>>;

async fn timed(work: impl Future<Output = Step>) -> Result<f64, Box<dyn std::error::Error>> {
    let start = Instant::now();
    work.await?;
    Ok((start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0)
}

async fn open(platform: &Platform, month: Month, lines: u64) -> Step {
    let mut tx = platform.db.begin().await?;
    let command = SetLimit {
        id: platform.ids.uuid(),
        district: DISTRICT,
        programme: "child_benefit".to_owned(),
        month,
        limit: Money(i64::MAX / 4),
        set_by: None,
    };
    appropriation::set(&mut tx, &platform.ids, &command).await?;
    tx.commit().await?;
    let mut from = 0;
    while from < lines {
        let to = (from + OPEN_AT_ONCE).min(lines);
        let batch: Vec<_> = (from..to).map(|n| family(platform, month, n)).collect();
        let mut tx = platform.db.begin().await?;
        entitlement::open(&mut tx, &platform.ids, &batch).await?;
        tx.commit().await?;
        from = to;
    }
    Ok(())
}

fn family(platform: &Platform, month: Month, n: u64) -> NewEntitlement {
    let id = platform.ids.uuid();
    let payee = PersonId(platform.ids.uuid());
    NewEntitlement {
        id: EntitlementId(id),
        award: AwardId(id),
        unit: UnitId(id),
        programme: "child_benefit".to_owned(),
        district: DISTRICT,
        payee,
        mfo: Mfo::parse(&format!("{:05}", 100 + n % BANKS)).expect("an MFO"),
        account: BankAccount::parse(&format!("22618000{n:012}")).expect("an account"),
        amount: Money(27_000_000 + n as i64),
        months: Period {
            from: month,
            to: Some(month.plus(12)),
        },
        members: vec![
            payee,
            PersonId(platform.ids.uuid()),
            PersonId(platform.ids.uuid()),
        ],
    }
}

async fn permit(
    platform: &Platform,
    subject: &Subject,
    action: Action,
) -> Result<Permit, access::Denied> {
    access::permit(
        platform,
        subject,
        action,
        Purpose::Payment,
        Scope::country(),
    )
    .await
}

async fn build(platform: &Platform, month: Month) -> Result<run::Run, Box<dyn std::error::Error>> {
    let permit = permit(platform, &Subject::system(), Action::BuildRun).await?;
    let id = kernel::RunId(platform.ids.uuid());
    let command = BuildRun {
        id,
        month,
        kind: Kind::Regular,
    };
    Ok(run::build(platform, &permit, command, |_| {}).await?)
}

async fn approve(platform: &Platform, run: kernel::RunId) -> Step {
    for number in [1, 2] {
        let treasurer = Subject {
            account: AccountId(Uuid::from_u128(number)),
            role: Role::Treasurer,
            territory: Area::Country,
            person: None,
            office: "Treasury".to_owned(),
        };
        let permit = permit(platform, &treasurer, Action::ApproveRun).await?;
        let mut tx = platform.db.read().await?;
        let order = run::load_sheet(&mut tx, run)
            .await?
            .order
            .ok_or("no order")?;
        drop(tx);
        run::approve(platform, &permit, run, order.sha256).await?;
    }
    Ok(())
}

async fn partners() -> Result<Partners, Box<dyn std::error::Error>> {
    let router = Router::new()
        .route("/treasury/orders", post(take_order))
        .route("/treasury/orders/{id}", get(show_order))
        .route("/banks/{mfo}/statements", post(take_statement))
        .route("/banks/{mfo}/statements/{id}/answers", get(show_answers))
        .layer(DefaultBodyLimit::disable())
        .with_state((Banks::default(), Total::default()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(Partners::new(&address, &address))
}

/// The sum of the order.
type Total = Arc<Mutex<i64>>;
type Shared = State<(Banks, Total)>;

async fn take_order(State((_, total)): Shared, Json(order): Json<Value>) -> Json<Value> {
    *total.lock().expect("unpoisoned") = order["total_minor"].as_i64().expect("a sum");
    Json(json!({"order_id": order["order_id"], "state": "accepted"}))
}

async fn show_order(State((_, total)): Shared, Path(id): Path<String>) -> Json<Value> {
    let total = *total.lock().expect("unpoisoned");
    Json(json!({"order_id": id, "state": "funded", "funded_minor": total, "funded_at": null}))
}

/// Takes the ids out of the bytes: the bank must not be what is measured.
async fn take_statement(State((banks, _)): Shared, bytes: Bytes) -> Json<Value> {
    let text = std::str::from_utf8(&bytes).expect("UTF-8");
    let id = text[17..53].to_owned();
    let payments = text
        .split("\"payment_id\":\"")
        .skip(1)
        .map(|rest| rest[..36].to_owned());
    banks
        .lock()
        .expect("unpoisoned")
        .insert(id, payments.collect());
    Json(json!({}))
}

#[derive(serde::Deserialize)]
struct Page {
    after: usize,
    limit: usize,
}

async fn show_answers(
    State((banks, _)): Shared,
    Path((_, id)): Path<(String, String)>,
    Query(page): Query<Page>,
) -> String {
    let banks = banks.lock().expect("unpoisoned");
    let payments = banks.get(&id).map(Vec::as_slice).unwrap_or_default();
    let mut text = String::with_capacity(page.limit * 150);
    text.push_str("{\"complete\":true,\"answers\":[");
    for (place, payment) in payments
        .iter()
        .enumerate()
        .skip(page.after)
        .take(page.limit)
    {
        let returned = place % 200 == 199;
        let outcome = if returned { "returned" } else { "credited" };
        let reason = if returned { "\"AC04\"" } else { "null" };
        let comma = if place == page.after { "" } else { "," };
        text.push_str(&format!(
            "{comma}{{\"seq\":{},\"payment_id\":\"{payment}\",\"outcome\":\"{outcome}\",\
             \"reason\":{reason},\"at\":\"2026-02-05T09:00:00+05:00\"}}",
            place + 1
        ));
    }
    text.push_str("]}");
    text
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or(0) / 1024
}
