//! Money over the wire, and over a restart.

use std::path::Path;

use kernel::Instant;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::agency::fault::Rates;
use crate::agency::scenario::Scenario;
use crate::agency::tests::{Place, open};
use crate::population::person::Role;
use crate::world::{Setup, World};

fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

/// One card in two is closed.
fn world(book: &Path, at_once: bool) -> World {
    let rates = Rates {
        returned: 500,
        ..Rates::default()
    };
    let start = at("2026-02-04T09:00:00+05:00");
    let book = Some(book.to_path_buf());
    let setup = Setup {
        families: 300,
        seed: 1,
        rates,
        scenario: Scenario::default(),
        start,
        at_once,
        encrypted: false,
        book,
        cards: crate::cards::Cards::default(),
        daftar: None,
    };
    World::new(setup).unwrap()
}

/// A statement of so many payments to people of the bank 00601, and its order.
fn papers(world: &World, payments: usize) -> (Value, String) {
    let country = &world.country;
    let clients = (0..country.population.people.len() as u32)
        .filter(|no| country.bank_of(*no) == "00601" && country.person(*no).role != Role::Child);
    let line = |(nth, no): (usize, u32)| {
        let payment = uuid::Uuid::from_u128(nth as u128 + 1);
        json!({ "payment_id": payment, "account": country.card(no).1, "amount_minor": 44_000_000, "payee": "p" })
    };
    let lines: Vec<Value> = clients.take(payments).enumerate().map(line).collect();
    let total = payments as i64 * 44_000_000;
    let statement = json!({ "statement_id": "s-1", "order_id": "o-1", "run_id": "r-1", "month": "2026-02", "count": payments, "total_minor": total, "lines": lines });
    let statement = statement.to_string();
    let sha256 = hex::encode(Sha256::digest(&statement));
    let order = json!({
        "order_id": "o-1", "run_id": "r-1", "month": "2026-02", "currency": "UZS", "total_minor": total,
        "budget_lines": [{ "district": 1_724_220, "programme": "child_benefit", "amount_minor": total }],
        "banks": [{ "mfo": "00601", "statement_id": "s-1", "count": payments, "total_minor": total, "sha256": sha256 }],
    });
    (order, statement)
}

impl Place {
    async fn get(&self, path: &str) -> Value {
        self.client
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    async fn send(&self, statement: &str) -> u16 {
        let url = format!("{}/banks/00601/statements", self.base);
        self.client
            .post(url)
            .body(statement.to_owned())
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    }

    async fn clock(&self, now: &str) {
        assert_eq!(self.post("/clock", &json!({ "now": now })).await.0, 200);
    }
}

#[tokio::test]
async fn money_goes_from_order_to_book_in_three_days() {
    let folder = tempfile::tempdir().unwrap();
    let place = open(world(&folder.path().join("book"), false)).await;
    let (order, statement) = papers(&place.world, 40);
    assert_eq!(place.send(&statement).await, 409, "no order");
    assert_eq!(place.post("/treasury/orders", &order).await.0, 202);
    assert_eq!(
        place.post("/treasury/orders", &order).await.0,
        202,
        "the same again"
    );
    assert_eq!(place.get("/treasury/orders/o-1").await["state"], "accepted");
    assert_eq!(place.send(&statement).await, 409, "not funded");
    place.clock("2026-02-05T09:00:00+05:00").await;
    assert_eq!(
        place.get("/treasury/orders/o-1").await["funded_minor"],
        order["total_minor"]
    );
    assert_eq!(
        place.send(&statement.replacen("\"p\"", "\"q\"", 1)).await,
        422,
        "other bytes"
    );
    assert_eq!(place.send(&statement).await, 202);
    assert_eq!(place.send(&statement).await, 202, "the same again");
    assert_eq!(
        place.get("/banks/00601/statements/s-1/answers").await["complete"],
        false
    );
    place.clock("2026-02-06T09:00:00+05:00").await;
    let answers = place
        .get("/banks/00601/statements/s-1/answers?after=0&limit=1000")
        .await;
    let book = place.get("/banks/00601/book?after=0&limit=1000").await;
    assert_eq!(
        (
            answers["complete"].as_bool(),
            book["entries"].as_array().map(Vec::len)
        ),
        (Some(true), Some(40))
    );
    let returned = answers["answers"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["reason"] == "AC04")
        .count();
    assert!(
        (10..30).contains(&returned),
        "{returned} of 40 cards are closed"
    );
}

#[tokio::test]
async fn a_restart_remembers_orders_statements_and_the_book_and_pays_nobody_twice() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book");
    let before = open(world(&file, true)).await;
    let (order, statement) = papers(&before.world, 40);
    before.post("/treasury/orders", &order).await;
    assert_eq!(before.send(&statement).await, 202);
    let book = before.get("/banks/00601/book").await;
    assert_eq!(book["entries"].as_array().map(Vec::len), Some(40));
    // A kill in the middle of a line.
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.extend_from_slice(b"{\"kind\":\"booked\",\"mfo\":");
    std::fs::write(&file, bytes).unwrap();
    let after = open(world(&file, true)).await;
    assert_eq!(after.get("/banks/00601/book").await, book);
    assert_eq!(after.send(&statement).await, 202);
    assert_eq!(after.get("/banks/00601/book").await, book);
    assert_eq!(after.get("/treasury/orders/o-1").await["state"], "funded");
    assert_eq!(
        after.get("/banks/00601/statements/s-1/answers").await["complete"],
        true
    );
}

#[tokio::test]
async fn a_kill_between_two_lines_of_a_statement_ends_with_each_booked_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book");
    let before = open(world(&file, true)).await;
    let (order, statement) = papers(&before.world, 40);
    before.post("/treasury/orders", &order).await;
    before.send(&statement).await;
    let book = before.get("/banks/00601/book").await;
    let text = std::fs::read_to_string(&file).unwrap();
    let kept: Vec<&str> = text.lines().take(text.lines().count() - 15).collect();
    std::fs::write(&file, kept.join("\n") + "\n").unwrap();
    let after = open(world(&file, true)).await;
    assert_eq!(
        after.get("/banks/00601/book").await["entries"]
            .as_array()
            .map(Vec::len),
        Some(25)
    );
    after.clock("2026-02-04T09:00:00+05:00").await;
    assert_eq!(after.get("/banks/00601/book").await, book);
}
