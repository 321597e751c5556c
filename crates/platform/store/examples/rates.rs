//! Rows a second of `bulk`, on the database named by the first argument:
//! `cargo run --release -p store --example rates -- sqlite:/tmp/rates.db [ROWS]`
#![allow(clippy::print_stdout, missing_docs)]

use std::time::Instant;
use store::{Clock, Db, Ids, Migration, Result, bulk, execute, fetch_value};
use uuid::Uuid;

const SCHEMA: &[Migration] = &[Migration {
    service: "rates",
    name: "0001",
    sql: "CREATE TABLE narrow (id UUID NOT NULL PRIMARY KEY, unit UUID NOT NULL,
            month BIGINT NOT NULL, amount BIGINT NOT NULL, state BIGINT NOT NULL);
          CREATE TABLE looked_up (id UUID NOT NULL PRIMARY KEY, pinfl TEXT NOT NULL,
            born BIGINT NOT NULL);
          CREATE UNIQUE INDEX looked_up_pinfl ON looked_up (pinfl);
          CREATE TABLE packed (id UUID NOT NULL PRIMARY KEY, body BYTEA NOT NULL);",
}];

const NARROW: bulk::Insert = bulk::Insert {
    into: "narrow (id, unit, month, amount, state)",
    on_conflict: "",
};
const LOOKED_UP: bulk::Insert = bulk::Insert {
    into: "looked_up (id, pinfl, born)",
    on_conflict: "",
};
const PACKED: bulk::Insert = bulk::Insert {
    into: "packed (id, body)",
    on_conflict: "",
};
const RAISE: bulk::With = bulk::With {
    v: "id, amount",
    statement: "UPDATE narrow SET amount = v.amount FROM v WHERE narrow.id = v.id",
};
const OF_IDS: bulk::With = bulk::With {
    v: "id",
    statement: "SELECT t.id, t.amount FROM v CROSS JOIN narrow t WHERE t.id = v.id",
};
const ROWS_A_COMMIT: usize = 50_000;

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments
        .next()
        .unwrap_or("sqlite:/tmp/rates.db".to_owned());
    let rows: usize = arguments
        .next()
        .map_or(1_000_000, |n| n.parse().expect("a number"));
    let db = Db::open(&address).await?;
    store::migrate(&db, &[SCHEMA]).await?;
    let mut tx = db.begin().await?;
    for table in [
        "DELETE FROM narrow",
        "DELETE FROM looked_up",
        "DELETE FROM packed",
    ] {
        execute!(tx, table)?;
    }
    tx.commit().await?;
    let ids = Ids::new(Clock::system());
    let list: Vec<Uuid> = (0..rows).map(|_| ids.uuid()).collect();

    let start = Instant::now();
    for part in list.chunks(ROWS_A_COMMIT) {
        let mut tx = db.begin().await?;
        bulk::insert(&mut tx, &NARROW, part, |row, id| {
            row.push(*id)
                .push(*id)
                .push(24_312_i64)
                .push(71_500_000_i64)
                .push(1_i64);
        })
        .await?;
        tx.commit().await?;
    }
    report("insert, 5 columns", rows, start);

    let start = Instant::now();
    for part in list.chunks(ROWS_A_COMMIT) {
        let mut tx = db.begin().await?;
        bulk::insert(&mut tx, &LOOKED_UP, part, |row, id| {
            // Scattered, as the numbers of persons are.
            let number = ids.random_u64() % 10_u64.pow(14);
            row.push(*id)
                .push(format!("{number:014}"))
                .push(i64::from(id.as_bytes()[15]));
        })
        .await?;
        tx.commit().await?;
    }
    report("insert, 3 columns and a scattered unique text", rows, start);

    let start = Instant::now();
    let body = [7_u8; 600];
    for part in list.chunks(ROWS_A_COMMIT) {
        let mut tx = db.begin().await?;
        bulk::insert(&mut tx, &PACKED, part, |row, id| {
            row.push(*id)
                .push(&body[..300 + usize::from(id.as_bytes()[15])]);
        })
        .await?;
        tx.commit().await?;
    }
    report("insert, packed bytes of 300 to 555", rows, start);

    let start = Instant::now();
    for part in list.chunks(ROWS_A_COMMIT) {
        let mut tx = db.begin().await?;
        let touched = bulk::update_from(&mut tx, &RAISE, part, |row, id| {
            row.push(*id).push(1_i64);
        })
        .await?;
        assert_eq!(touched, part.len() as u64);
        tx.commit().await?;
    }
    report("update_from", rows, start);

    let start = Instant::now();
    let mut tx = db.read().await?;
    for part in list.chunks(ROWS_A_COMMIT) {
        let found: Vec<(Uuid, i64)> = bulk::select_in(&mut tx, &OF_IDS, part, |row, id| {
            row.push(*id);
        })
        .await?;
        assert_eq!(found.len(), part.len());
    }
    report("select_in", rows, start);

    let start = Instant::now();
    let mut after = Uuid::nil();
    let mut read = 0;
    loop {
        let page = store::fetch_all!(
            tx,
            (Uuid, Vec<u8>),
            "SELECT id, body FROM packed WHERE id > $1 ORDER BY id LIMIT 10000",
            after
        )?;
        let Some(last) = page.last() else { break };
        after = last.0;
        read += page.len();
    }
    report("read packed by pages of 10,000", read, start);
    let total = fetch_value!(tx, i64, "SELECT COUNT(*) FROM narrow")?;
    assert_eq!(total, rows as i64);
    drop(tx);

    let start = Instant::now();
    for id in &list[..200] {
        let mut tx = db.begin().await?;
        execute!(tx, "UPDATE narrow SET amount = 2 WHERE id = $1", *id)?;
        tx.commit().await?;
    }
    report("one row a transaction", 200, start);
    println!("peak {} KiB", peak());
    db.close().await;
    Ok(())
}

fn report(what: &str, rows: usize, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    println!("{what}: {:.0} rows/s", rows as f64 / seconds);
}

fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|l| l.starts_with("VmHWM"))
        .unwrap_or_default();
    line.split_whitespace().nth(1).unwrap_or("?").to_owned()
}
