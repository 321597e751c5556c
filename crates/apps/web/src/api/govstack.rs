//! Payments that partners hand over, under `/gs/payments` (GovStack). What is asked and answered is
//! `exchange::govstack`'s; here is only HTTP.

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use exchange::govstack::{Call, Sent};
use serde::Deserialize;

use super::dci::{one_header, response};
use crate::guest::Seat;
use crate::house::House;

const CORRELATION: &str = "x-correlationid";

/// The handler of one address.
macro_rules! called {
    ($name:ident, $call:ident) => {
        pub async fn $name(
            State(house): State<House>,
            seat: Seat,
            headers: HeaderMap,
            body: Bytes,
        ) -> Response {
            answer(&house, &seat, &Call::$call, &headers, &body).await
        }
    };
}

called!(register, RegisterBeneficiary);
called!(update, UpdateBeneficiary);
called!(validate, PrepaymentValidation);
called!(validated, PrepaymentResult);
called!(bulk, BulkPayment);
called!(preactivate, Preactivate);
called!(activate, Activate);
called!(redeem, Redeem);

#[derive(Debug, Deserialize)]
pub struct OfBatch {
    #[serde(rename = "batchId", default)]
    batch: String,
}

pub async fn detail(
    State(house): State<House>,
    seat: Seat,
    headers: HeaderMap,
    Query(of): Query<OfBatch>,
) -> Response {
    let call = Call::BatchDetail { batch: of.batch };
    answer(&house, &seat, &call, &headers, &Bytes::new()).await
}

pub async fn status(
    State(house): State<House>,
    seat: Seat,
    headers: HeaderMap,
    Path(serial): Path<String>,
) -> Response {
    let call = Call::Status { serial };
    answer(&house, &seat, &call, &headers, &Bytes::new()).await
}

pub async fn cancel(
    State(house): State<House>,
    seat: Seat,
    headers: HeaderMap,
    Path(serial): Path<String>,
    body: Bytes,
) -> Response {
    let call = Call::Cancel { serial };
    answer(&house, &seat, &call, &headers, &body).await
}

async fn answer(
    house: &House,
    seat: &Seat,
    call: &Call,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response {
    let sent = Sent {
        body,
        correlation: one_header(headers, CORRELATION),
    };
    let exchange = &house.daftar.exchange;
    let reply = exchange.answer_govstack(&seat.subject, call, &sent, house.today());
    response(reply.await)
}
