//! How quick is the money, and how much does it ask of the database?
//!
//! `cargo run --release -p payments --example money DATABASE LINES FOLDER`; `benches/money/run`
//! runs it on both databases.
//!
//! LINES entitlements are opened, of twenty banks that take files. Then, timed: the run (built,
//! approved twice, ordered, funded by a treasury behind HTTP, its files written and signed into
//! FOLDER), the reconciliation (a camt.054 of each bank, written here from our files; one line in
//! 200 comes back), `verify`, and transfers alone. Prints one JSON object.
//!
//! Statements are those that the driver runs, counted by its own events. Bytes written are the
//! process's own on SQLite less the files, and log and pages of the server on PostgreSQL.

#[path = "money/meter.rs"]
mod meter;

use std::fs;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use access::{Action, Area, Permit, Purpose, Role, Scope, Subject};
use axum::extract::{Path as Route, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use kernel::ids::AccountId;
use kernel::{
    AwardId, BankAccount, EntitlementId, Mfo, Money, Month, Period, PersonId, RunId, UnitId, Zone,
};
use ledger::{Step, Transfer};
use payments::appropriation::{self, SetLimit};
use payments::channel::{self, FileChannel, Form, KeysChange};
use payments::delivery::{self, Manifest};
use payments::entitlement::{self, NewEntitlement};
use payments::run::{self, BuildRun, Kind};
use payments::{CURRENCY, Partners, intake, posting, verify};
use serde_json::{Value, json};
use signing::SigningKey;
use store::{Clock, Db, Platform};
use uuid::Uuid;

const DISTRICT: u32 = 1_726_262;
const BANKS: u64 = 20;
const OPEN_AT_ONCE: u64 = 20_000;
/// One line in so many comes back.
const RETURNED_EVERY: usize = 200;
const TRANSFERS_AT_ONCE: u64 = 10_000;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    meter::count_statements();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, lines, folder] = arguments.as_slice() else {
        return Err("DATABASE LINES FOLDER".into());
    };
    let (lines, folder): (u64, &Path) = (lines.parse()?, Path::new(folder));
    let month = Month::parse("2026-02")?;
    {
        let platform = platform(database).await?;
        open(&platform, month, lines).await?;
        channels(&platform).await?;
        platform.db.close().await;
    }
    let meter = meter::Meter::start(database).await?;
    let platform = platform(database).await?;

    let begun = Instant::now();
    let (run, manifest) = whole_run(&platform, month, folder).await?;
    let run_s = seconds(begun);

    let answers = answers(folder, &manifest)?;
    let begun = Instant::now();
    let (credited, returned) = reconcile(&platform, &answers).await?;
    let reconcile_s = seconds(begun);
    let peak_mib = meter::peak_mib();
    let statements = meter::statements();
    let files = manifest.files.iter().map(|file| file.bytes).sum::<u64>();
    let written = meter.written(files + sizes(&answers)?).await?;

    let begun = Instant::now();
    if let Some(difference) = verify::all(&platform).await?.first() {
        return Err(format!("{difference:?}").into());
    }
    let verify_s = seconds(begun);
    let begun = Instant::now();
    let transfers = transfers(&platform, lines.min(400_000)).await?;
    let transfers_per_s = (transfers as f64 / seconds(begun)) as u64;
    platform.db.close().await;

    let result = json!({
        "lines": manifest.lines, "credited": credited, "returned": returned, "run": run.to_string(),
        "run_s": run_s, "reconcile_s": reconcile_s, "verify_s": verify_s,
        "transfers_per_s": transfers_per_s,
        "statements_per_line": (statements as f64 / lines as f64 * 1e5).round() / 1e5,
        "bytes_written_by_byte_kept": written, "peak_mib": peak_mib,
    });
    writeln!(std::io::stdout(), "{result}")?;
    Ok(())
}

fn seconds(begun: Instant) -> f64 {
    (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
}

async fn platform(database: &str) -> Outcome<Platform> {
    let platform = Platform::new(Db::open(database).await?, Clock::system());
    store::migrate(&platform.db, &[access::SCHEMA, payments::SCHEMA]).await?;
    Ok(platform)
}

/// From entitlements to signed files.
async fn whole_run(platform: &Platform, month: Month, folder: &Path) -> Outcome<(RunId, Manifest)> {
    let partners = partners().await?;
    let run = build(platform, month).await?.id;
    approve(platform, run).await?;
    run::advance(platform, &partners, run).await?;
    let settle = permit(platform, &Subject::system(), Action::SettleRun).await?;
    let key = SigningKey::from_seed(&store::secret::<{ SigningKey::SEED_BYTES }>())?;
    let zone = Zone::tashkent();
    let manifest =
        delivery::export(platform, &settle, zone, run, folder, Some(&key), |_| {}).await?;
    Ok((run, manifest))
}

async fn channels(platform: &Platform) -> Outcome<()> {
    let settle = permit(platform, &Subject::system(), Action::SettleRun).await?;
    for n in 0..BANKS {
        let files = FileChannel {
            account: our_account(n)?,
            form: Form::Domestic,
            owner: "Agency".to_owned(),
        };
        channel::set(platform, &settle, bank(n), Some(&files), KeysChange::Keep).await?;
    }
    Ok(())
}

fn bank(n: u64) -> Mfo {
    Mfo::parse(&format!("{:05}", 100 + n % BANKS)).expect("an MFO")
}

fn our_account(n: u64) -> Outcome<BankAccount> {
    Ok(BankAccount::parse(&format!("23402000{n:012}"))?)
}

/// What the banks say: a camt.054 for each of our files, beside it.
fn answers(folder: &Path, manifest: &Manifest) -> Outcome<Vec<std::path::PathBuf>> {
    let mut answers = Vec::new();
    for (n, file) in manifest.files.iter().enumerate() {
        let ours = fs::read_to_string(folder.join(&file.file))?;
        let path = folder.join(format!("answer-{}", file.file));
        let mut out = BufWriter::new(File::create(&path)?);
        let (id, account) = (
            format!("N{n}"),
            between(&ours, "<DbtrAcct><Id><Othr><Id>", "<"),
        );
        write!(
            out,
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.08\">\
             <BkToCstmrDbtCdtNtfctn><GrpHdr><MsgId>{id}</MsgId>\
             <CreDtTm>2026-02-10T18:00:00+05:00</CreDtTm></GrpHdr><Ntfctn><Id>{id}</Id>\
             <Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>"
        )?;
        for (place, line) in ours.split("<CdtTrfTxInf>").skip(1).enumerate() {
            entry(&mut out, place, line)?;
        }
        write!(out, "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>")?;
        out.flush()?;
        answers.push(path);
    }
    Ok(answers)
}

fn entry(out: &mut impl Write, place: usize, line: &str) -> std::io::Result<()> {
    let name = between(line, "<EndToEndId>", "<");
    let amount = between(line, "Ccy=\"UZS\">", "<");
    let (side, reason) = match place % RETURNED_EVERY {
        199 => ("CRDT", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"),
        _ => ("DBIT", ""),
    };
    write!(
        out,
        "<Ntry><Amt Ccy=\"UZS\">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>\
         <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-02-10</Dt></BookgDt>\
         <AcctSvcrRef>R{place}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>{name}\
         </EndToEndId></Refs>{reason}</TxDtls></NtryDtls></Ntry>"
    )
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text.split_once(from).map_or("", |(_, rest)| rest);
    rest.split_once(to).map_or("", |(found, _)| found)
}

fn sizes(files: &[std::path::PathBuf]) -> std::io::Result<u64> {
    files.iter().map(|path| Ok(fs::metadata(path)?.len())).sum()
}

async fn reconcile(platform: &Platform, files: &[std::path::PathBuf]) -> Outcome<(u64, u64)> {
    let settle = permit(platform, &Subject::system(), Action::SettleRun).await?;
    let (mut credited, mut returned) = (0, 0);
    for path in files {
        let file = File::open(path)?;
        let zone = Zone::tashkent();
        let counts = intake::take(platform, &settle, zone, file, None, |_| {})
            .await?
            .counts;
        if counts.unmatched + counts.repeated > 0 {
            return Err(format!("{counts:?}").into());
        }
        credited += counts.credited;
        returned += counts.returned;
    }
    Ok((credited, returned))
}

/// Money promised becomes owed to so many persons, each with an account of its own.
async fn transfers(platform: &Platform, count: u64) -> Outcome<u64> {
    let (line, now) = (platform.ids.uuid(), platform.clock.now());
    let whole = Money(i64::MAX / 8);
    let first = [
        Transfer::new(Step::Appropriate, line, Uuid::nil(), line, whole, CURRENCY),
        Transfer::new(Step::Commit, line, line, line, whole, CURRENCY),
    ];
    let mut tx = platform.db.begin().await?;
    posting::post_new(&mut tx, now, &first).await?;
    tx.commit().await?;
    let mut posted = 0;
    while posted < count {
        let due = |_| {
            let (id, person) = (platform.ids.uuid(), platform.ids.uuid());
            Transfer::new(Step::Due, id, line, person, Money(27_000_000), CURRENCY)
        };
        let batch: Vec<Transfer> = (0..TRANSFERS_AT_ONCE).map(due).collect();
        let mut tx = platform.db.begin().await?;
        posting::post_new(&mut tx, now, &batch).await?;
        tx.commit().await?;
        posted += TRANSFERS_AT_ONCE;
    }
    Ok(posted)
}

async fn open(platform: &Platform, month: Month, lines: u64) -> Outcome<()> {
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
        mfo: bank(n),
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

async fn build(platform: &Platform, month: Month) -> Outcome<run::Run> {
    let permit = permit(platform, &Subject::system(), Action::BuildRun).await?;
    let id = kernel::RunId(platform.ids.uuid());
    let command = BuildRun {
        id,
        month,
        kind: Kind::Regular,
    };
    Ok(run::build(platform, &permit, command, |_| {}).await?)
}

async fn approve(platform: &Platform, run: kernel::RunId) -> Outcome<()> {
    for number in [1, 2] {
        let treasurer = Subject {
            account: AccountId(Uuid::from_u128(number)),
            role: Role::Treasurer,
            territory: Area::Country,
            person: None,
            office: "Treasury".to_owned(),
            errand: access::Errand::NONE,
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

async fn partners() -> Outcome<Partners> {
    let router = Router::new()
        .route("/treasury/orders", post(take_order))
        .route("/treasury/orders/{id}", get(show_order))
        .with_state(Total::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(Partners::new(&address, &address))
}

/// The sum of the order.
type Total = Arc<Mutex<i64>>;

async fn take_order(State(total): State<Total>, Json(order): Json<Value>) -> Json<Value> {
    *total.lock().expect("unpoisoned") = order["total_minor"].as_i64().expect("a sum");
    Json(json!({"order_id": order["order_id"], "state": "accepted"}))
}

async fn show_order(State(total): State<Total>, Route(id): Route<String>) -> Json<Value> {
    let total = *total.lock().expect("unpoisoned");
    Json(json!({"order_id": id, "state": "funded", "funded_minor": total, "funded_at": null}))
}
