//! Treasury and banks behind HTTP (wire contract, sections 2 and 3).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::agency::refuse;
use crate::bank::{BookOutcome, Booked, ReturnReason, Statement, StatementRefusal};
use crate::journal::Entry;
use crate::population::estate::BANKS;
use crate::treasury::{Order, OrderRefusal};
use crate::wire_time;
use crate::world::World;

/// A page of answers or of the book.
#[derive(Debug, Deserialize)]
pub struct Page {
    #[serde(default)]
    after: usize,
    limit: Option<usize>,
}

const PAGE_MAX: usize = 10_000;

impl Page {
    fn limit(&self) -> usize {
        self.limit.unwrap_or(PAGE_MAX).min(PAGE_MAX)
    }
}

#[derive(Serialize)]
struct AnswerJson<'a> {
    seq: usize,
    payment_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount_minor: Option<i64>,
    outcome: BookOutcome,
    reason: Option<ReturnReason>,
    #[serde(serialize_with = "wire_time::write")]
    at: kernel::Instant,
}

pub async fn post_order(State(world): State<Arc<World>>, body: Bytes) -> Response {
    let order: Order = match serde_json::from_slice(&body) {
        Ok(order) => order,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, error.to_string()),
    };
    let order_id = order.order_id.clone();
    let accepted = {
        let money = &mut *world.money();
        let entry = Entry::Order {
            order: order.clone(),
            at: world.now(),
        };
        match money.treasury.accept(order, world.now()) {
            Ok(true) => money
                .journal
                .write([&entry])
                .map_err(|error| error.to_string()),
            Ok(false) => Ok(()),
            Err(refusal @ OrderRefusal::Conflict { .. }) => {
                return refuse(StatusCode::CONFLICT, refusal.to_string());
            }
            Err(refusal) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, refusal.to_string()),
        }
    };
    let settled = accepted.and_then(|()| settle_at_once(&world));
    match settled {
        Ok(()) => (
            StatusCode::ACCEPTED,
            Json(json!({ "order_id": order_id, "state": "accepted" })),
        )
            .into_response(),
        Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, error),
    }
}

pub async fn get_order(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    match world.money().treasury.state(&id) {
        Some(state) => Json(state).into_response(),
        None => refuse(StatusCode::NOT_FOUND, format!("no order {id}")),
    }
}

pub async fn list_banks() -> Json<Vec<&'static str>> {
    Json(BANKS.iter().map(|(mfo, _)| *mfo).collect())
}

/// A statement may have hundreds of thousands of lines: read off the async threads.
pub async fn post_statement(
    State(world): State<Arc<World>>,
    Path(mfo): Path<String>,
    body: Bytes,
) -> Response {
    let work = tokio::task::spawn_blocking(move || take_statement(&world, &mfo, &body));
    work.await
        .unwrap_or_else(|error| refuse(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

fn take_statement(world: &World, mfo: &str, body: &[u8]) -> Response {
    if !BANKS.iter().any(|(known, _)| *known == mfo) {
        return refuse(StatusCode::NOT_FOUND, format!("no bank with MFO {mfo}"));
    }
    let statement: Statement = match serde_json::from_slice(body) {
        Ok(statement) => statement,
        Err(error) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
    };
    let id = statement.statement_id.clone();
    let taken = take(world, mfo, statement);
    match taken.and_then(|()| {
        settle_at_once(world).map_err(|error| refuse(StatusCode::INTERNAL_SERVER_ERROR, error))
    }) {
        Ok(()) => (
            StatusCode::ACCEPTED,
            Json(json!({ "statement_id": id, "state": "accepted" })),
        )
            .into_response(),
        Err(response) => response,
    }
}

// The refusal is the whole HTTP answer; it is made once a statement.
#[allow(clippy::result_large_err)]
fn take(world: &World, mfo: &str, statement: Statement) -> Result<(), Response> {
    let money = &mut *world.money();
    match money
        .treasury
        .funded_line(&statement.order_id, mfo, &statement.statement_id)
    {
        Err(false) => {
            return Err(refuse(
                StatusCode::CONFLICT,
                format!("order {} is not funded", statement.order_id),
            ));
        }
        Err(true) => {
            let text = format!(
                "order {} has no statement {} of bank {mfo}",
                statement.order_id, statement.statement_id
            );
            return Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, text));
        }
        Ok(line) if (line.count, line.total_minor) != (statement.count, statement.total_minor) => {
            let text = format!(
                "the order says {} payments, {} tiyin; the statement {}, {}",
                line.count, line.total_minor, statement.count, statement.total_minor
            );
            return Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, text));
        }
        Ok(_) => {}
    }
    let at = world.now();
    let entry = Entry::Statement {
        mfo: mfo.to_owned(),
        statement: statement.clone(),
        at,
    };
    match money.banks.take(mfo, statement, at) {
        Ok(true) => money
            .journal
            .write([&entry])
            .map_err(|error| refuse(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
        Ok(false) => Ok(()),
        Err(refusal @ StatementRefusal::Conflict { .. }) => {
            Err(refuse(StatusCode::CONFLICT, refusal.to_string()))
        }
        Err(refusal) => Err(refuse(
            StatusCode::UNPROCESSABLE_ENTITY,
            refusal.to_string(),
        )),
    }
}

fn settle_at_once(world: &World) -> Result<(), String> {
    if world.at_once {
        world.settle_money().map_err(|error| error.to_string())
    } else {
        Ok(())
    }
}

pub async fn get_answers(
    State(world): State<Arc<World>>,
    Path((mfo, id)): Path<(String, String)>,
    Query(page): Query<Page>,
) -> Response {
    let money = world.money();
    let Some((complete, answers)) = money.banks.answers(&mfo, &id, page.after, page.limit()) else {
        return refuse(
            StatusCode::NOT_FOUND,
            format!("bank {mfo} has no statement {id}"),
        );
    };
    let answers: Vec<_> = answers
        .into_iter()
        .map(|(seq, booked)| answer(seq, booked, false))
        .collect();
    Json(json!({ "complete": complete, "answers": answers })).into_response()
}

pub async fn get_book(
    State(world): State<Arc<World>>,
    Path(mfo): Path<String>,
    Query(page): Query<Page>,
) -> Response {
    let money = world.money();
    let book = money.banks.book_of(&mfo, page.after, page.limit());
    let entries: Vec<_> = book
        .into_iter()
        .map(|(seq, booked)| answer(seq, booked, true))
        .collect();
    Json(json!({ "entries": entries })).into_response()
}

fn answer(seq: usize, booked: &Booked, whole: bool) -> AnswerJson<'_> {
    AnswerJson {
        seq,
        payment_id: booked.payment_id,
        account: whole.then_some(&*booked.account),
        amount_minor: whole.then_some(booked.amount_minor),
        outcome: booked.outcome,
        reason: booked.reason,
        at: booked.at,
    }
}
