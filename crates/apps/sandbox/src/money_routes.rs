//! Treasury and banks behind HTTP (wire contract, sections 2 and 3).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::bank::{BookOutcome, Booked, ReturnReason, Statement, StatementRefusal};
use crate::journal::Entry;
use crate::population::estate::BANKS;
use crate::refusal::{Refusal, broken, refuse};
use crate::treasury::{Offered, Order, OrderRefusal, Uncovered};
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

type Answered = Result<Response, Refusal>;

pub async fn post_order(State(world): State<Arc<World>>, body: Bytes) -> Answered {
    let order: Order = serde_json::from_slice(&body)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, error.to_string()))?;
    let order_id = order.order_id.clone();
    accept(&world, order)?;
    settle_at_once(&world)?;
    let answer = json!({ "order_id": order_id, "state": "accepted" });
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

fn accept(world: &World, order: Order) -> Result<(), Refusal> {
    let money = &mut *world.money();
    let at = world.now();
    let entry = Entry::Order {
        order: order.clone(),
        at,
    };
    match money.treasury.accept(order, at) {
        Ok(true) => money.journal.write([&entry]).map_err(broken),
        Ok(false) => Ok(()),
        Err(refusal @ OrderRefusal::Conflict { .. }) => {
            Err(refuse(StatusCode::CONFLICT, refusal.to_string()))
        }
        Err(refusal) => Err(refuse(
            StatusCode::UNPROCESSABLE_ENTITY,
            refusal.to_string(),
        )),
    }
}

pub async fn get_order(State(world): State<Arc<World>>, Path(id): Path<String>) -> Answered {
    let state = world.money().treasury.state(&id);
    let state = state.ok_or_else(|| refuse(StatusCode::NOT_FOUND, format!("no order {id}")))?;
    Ok(Json(state).into_response())
}

pub async fn list_banks() -> Json<Vec<&'static str>> {
    Json(BANKS.iter().map(|(mfo, _)| *mfo).collect())
}

/// A statement may have hundreds of thousands of lines: read off the async threads.
pub async fn post_statement(
    State(world): State<Arc<World>>,
    Path(mfo): Path<String>,
    body: Bytes,
) -> Answered {
    let work = tokio::task::spawn_blocking(move || take_statement(&world, &mfo, &body));
    work.await.map_err(broken)?
}

fn take_statement(world: &World, mfo: &str, body: &[u8]) -> Answered {
    if !BANKS.iter().any(|(known, _)| *known == mfo) {
        return Err(refuse(
            StatusCode::NOT_FOUND,
            format!("no bank with MFO {mfo}"),
        ));
    }
    let statement: Statement = serde_json::from_slice(body)
        .map_err(|error| refuse(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    let statement_id = statement.statement_id.clone();
    let sha256 = hex::encode(Sha256::digest(body));
    take(world, mfo, statement, sha256)?;
    settle_at_once(world)?;
    let answer = json!({ "statement_id": statement_id, "state": "accepted" });
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

fn take(world: &World, mfo: &str, statement: Statement, sha256: String) -> Result<(), Refusal> {
    let money = &mut *world.money();
    let (statement_id, count, total_minor) = (
        statement.statement_id.clone(),
        statement.count,
        statement.total_minor,
    );
    let offered = Offered {
        statement_id,
        count,
        total_minor,
        sha256,
    };
    let covered = money.treasury.covers(mfo, &statement.order_id, &offered);
    covered.map_err(|uncovered| {
        let not_yet = uncovered == Uncovered::NotFunded;
        let status = if not_yet {
            StatusCode::CONFLICT
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        refuse(status, format!("order {}: {uncovered}", statement.order_id))
    })?;
    let at = world.now();
    let entry = Entry::Statement {
        mfo: mfo.to_owned(),
        statement: statement.clone(),
        at,
    };
    match money.banks.take(mfo, statement, at) {
        Ok(true) => money.journal.write([&entry]).map_err(broken),
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

fn settle_at_once(world: &World) -> Result<(), Refusal> {
    if world.at_once {
        world.settle_money().map_err(broken)
    } else {
        Ok(())
    }
}

pub async fn get_answers(
    State(world): State<Arc<World>>,
    Path((mfo, id)): Path<(String, String)>,
    Query(page): Query<Page>,
) -> Answered {
    let money = world.money();
    let Some((complete, answers)) = money.banks.answers(&mfo, &id, page.after, page.limit()) else {
        return Err(refuse(
            StatusCode::NOT_FOUND,
            format!("bank {mfo} has no statement {id}"),
        ));
    };
    let answers: Vec<_> = answers
        .into_iter()
        .map(|(seq, booked)| answer(seq, booked, false))
        .collect();
    Ok(Json(json!({ "complete": complete, "answers": answers })).into_response())
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
