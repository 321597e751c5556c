//! A treasury and banks in memory, behind real HTTP, with the faults that a story asks for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use payments::Partners;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const AT: &str = "2026-02-05T09:00:00+05:00";

/// What the treasury and the banks know, and how they behave.
#[derive(Debug, Default)]
pub struct World {
    pub orders: BTreeMap<String, Value>,
    pub funds_at_once: bool,
    pub funded: BTreeSet<String>,
    pub statements: BTreeMap<String, Value>,
    /// How often each statement came.
    pub deliveries: BTreeMap<String, usize>,
    pub statement_bytes: BTreeMap<String, Vec<u8>>,
    pub answers: HashMap<String, Vec<Value>>,
    pub book: BTreeMap<String, Vec<Value>>,
    booked: BTreeSet<String>,
    /// Accounts that are closed: money comes back.
    pub closed: BTreeSet<String>,
    /// How many calls came, and which one is done but never answered (a crash of ours
    /// between the partner's effect and our commit).
    pub calls: usize,
    pub unanswered_call: Option<usize>,
    /// Every call fails before it does anything.
    pub silent: bool,
    /// Answers of a page come in the reverse order, each twice.
    pub stutters: bool,
}

type Shared = Arc<Mutex<World>>;

pub fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Listens on a free port until the test ends.
pub async fn start() -> (Partners, Shared) {
    let world = Shared::default();
    let router = Router::new()
        .route("/treasury/orders", post(take_order))
        .route("/treasury/orders/{id}", get(show_order))
        .route("/banks/{mfo}/statements", post(take_statement))
        .route("/banks/{mfo}/statements/{id}/answers", get(show_answers))
        .route("/banks/{mfo}/book", get(show_book))
        .layer(middleware::from_fn_with_state(world.clone(), fail))
        .layer(DefaultBodyLimit::disable())
        .with_state(world.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (Partners::new(&address, &address), world)
}

async fn fail(State(world): State<Shared>, request: Request, next: Next) -> Response {
    let unanswered = {
        let mut world = lock(&world);
        if world.silent {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        world.calls += 1;
        world.unanswered_call == Some(world.calls)
    };
    let response = next.run(request).await;
    if unanswered {
        StatusCode::BAD_GATEWAY.into_response()
    } else {
        response
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().expect("a text").to_owned()
}

fn number(value: &Value, field: &str) -> i64 {
    value[field].as_i64().expect("a number")
}

fn sum(rows: &Value, field: &str) -> i64 {
    rows.as_array()
        .expect("rows")
        .iter()
        .map(|row| number(row, field))
        .sum()
}

async fn take_order(State(world): State<Shared>, Json(order): Json<Value>) -> Response {
    let mut world = lock(&world);
    let id = text(&order, "order_id");
    let total = number(&order, "total_minor");
    if sum(&order["budget_lines"], "amount_minor") != total
        || sum(&order["banks"], "total_minor") != total
    {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    if world.orders.get(&id).is_some_and(|known| *known != order) {
        return StatusCode::CONFLICT.into_response();
    }
    world.orders.insert(id.clone(), order);
    if world.funds_at_once {
        world.funded.insert(id.clone());
    }
    (
        StatusCode::ACCEPTED,
        Json(json!({"order_id": id, "state": "accepted"})),
    )
        .into_response()
}

async fn show_order(State(world): State<Shared>, Path(id): Path<String>) -> Response {
    let world = lock(&world);
    let Some(order) = world.orders.get(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let funded = world.funded.contains(&id);
    let answer = match funded {
        true => json!({"order_id": id, "state": "funded", "funded_at": AT,
            "funded_minor": order["total_minor"]}),
        false => json!({"order_id": id, "state": "accepted", "funded_minor": 0,
            "funded_at": null}),
    };
    Json(answer).into_response()
}

async fn take_statement(
    State(world): State<Shared>,
    Path(mfo): Path<String>,
    bytes: axum::body::Bytes,
) -> Response {
    let mut world = lock(&world);
    let statement: Value = serde_json::from_slice(&bytes).expect("JSON");
    let (id, order) = (
        text(&statement, "statement_id"),
        text(&statement, "order_id"),
    );
    if !world.funded.contains(&order) {
        return StatusCode::CONFLICT.into_response();
    }
    let lines = statement["lines"].as_array().expect("lines").clone();
    if lines.len() as i64 != number(&statement, "count")
        || sum(&statement["lines"], "amount_minor") != number(&statement, "total_minor")
    {
        return StatusCode::UNPROCESSABLE_ENTITY.into_response();
    }
    *world.deliveries.entry(id.clone()).or_default() += 1;
    if world.statements.insert(id.clone(), statement).is_none() {
        for line in &lines {
            book_line(&mut world, &mfo, &id, line);
        }
    }
    world.statement_bytes.insert(id, bytes.to_vec());
    (StatusCode::ACCEPTED, Json(json!({}))).into_response()
}

fn book_line(world: &mut World, mfo: &str, statement: &str, line: &Value) {
    let payment = text(line, "payment_id");
    assert!(
        world.booked.insert(payment.clone()),
        "{payment} came in two statements"
    );
    let closed = world.closed.contains(&text(line, "account"));
    let outcome = if closed { "returned" } else { "credited" };
    answer(
        world,
        statement,
        &payment,
        outcome,
        closed.then_some("AC04"),
    );
    let book = world.book.entry(mfo.to_owned()).or_default();
    book.push(json!({"seq": book.len() as i64 + 1, "payment_id": payment,
        "account": line["account"], "amount_minor": line["amount_minor"],
        "outcome": outcome, "at": AT}));
}

/// The bank says something about a payment of a statement.
pub fn answer(
    world: &mut World,
    statement: &str,
    payment: &str,
    outcome: &str,
    reason: Option<&str>,
) {
    let answers = world.answers.entry(statement.to_owned()).or_default();
    answers.push(
        json!({"seq": answers.len() as i64 + 1, "payment_id": payment,
        "outcome": outcome, "reason": reason, "at": AT}),
    );
}

#[derive(Deserialize)]
struct Page {
    after: i64,
    limit: usize,
}

async fn show_answers(
    State(world): State<Shared>,
    Path((_, id)): Path<(String, String)>,
    Query(page): Query<Page>,
) -> Json<Value> {
    let world = lock(&world);
    let all = world.answers.get(&id).cloned().unwrap_or_default();
    let mut answers = page_of(&all, &page);
    if world.stutters {
        answers = answers
            .into_iter()
            .flat_map(|answer| [answer.clone(), answer])
            .rev()
            .collect();
    }
    Json(json!({"complete": true, "answers": answers}))
}

async fn show_book(
    State(world): State<Shared>,
    Path(mfo): Path<String>,
    Query(page): Query<Page>,
) -> Json<Value> {
    let book = lock(&world).book.get(&mfo).cloned().unwrap_or_default();
    Json(json!({"entries": page_of(&book, &page)}))
}

fn page_of(rows: &[Value], page: &Page) -> Vec<Value> {
    let after = |row: &&Value| number(row, "seq") > page.after;
    rows.iter()
        .filter(after)
        .take(page.limit)
        .cloned()
        .collect()
}
