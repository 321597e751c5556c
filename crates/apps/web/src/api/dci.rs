//! The social registry for partners, under `/dci/social` (SPDCI), and the mapper of accounts, under
//! `/mapper` (G2P Connect). What is asked and answered is
//! `exchange::dci`'s; here is only HTTP.

use access::session::{self, Kind, SignInRefused};
use access::{Role, account};
use axum::body::Bytes;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, extract::rejection::FormRejection};
use exchange::dci::{Arrived, Question, Reply, When};
use exchange::security::Refused;
use exchange::{Heard, client_of};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::guest::Seat;
use crate::house::House;
use crate::rim::CLOSED;

/// The name of the header of a detached signature.
const SIGNATURE: &str = "signature";

/// The handler of one address: what it asks for and when the answer comes are the address's.
macro_rules! asked {
    ($name:ident, $question:ident, $when:ident) => {
        pub async fn $name(
            State(house): State<House>,
            seat: Seat,
            headers: HeaderMap,
            body: Bytes,
        ) -> Response {
            let asked = (Question::$question, When::$when);
            answer(&house, &seat, asked, &headers, &body).await
        }
    };
}

asked!(sync_search, Search, AtOnce);
asked!(sync_enrolled, Enrolled, AtOnce);
asked!(sync_txn_status, TxnStatus, AtOnce);
asked!(search, Search, Later);
asked!(txn_status, TxnStatus, Later);
asked!(subscribe, Subscribe, Later);
asked!(unsubscribe, Unsubscribe, Later);
asked!(notify, Notify, AtOnce);
asked!(sync_link, Link, AtOnce);
asked!(sync_update, Update, AtOnce);
asked!(sync_unlink, Unlink, AtOnce);
asked!(sync_resolve, Resolve, AtOnce);
asked!(link, Link, Later);
asked!(update, Update, Later);
asked!(unlink, Unlink, Later);
asked!(resolve, Resolve, Later);

/// The handler of one address, `/dci/cb/registry/...`, where registries that we asked tell us something.
macro_rules! heard {
    ($name:ident, $heard:ident) => {
        pub async fn $name(
            State(house): State<House>,
            headers: HeaderMap,
            body: Bytes,
        ) -> Response {
            hear(&house, Heard::$heard, &headers, &body).await
        }
    };
}

heard!(on_search, OnSearch);
heard!(on_subscribe, OnSubscribe);
heard!(on_unsubscribe, OnUnsubscribe);
heard!(notified, Notify);

async fn hear(house: &House, heard: Heard, headers: &HeaderMap, body: &Bytes) -> Response {
    let exchange = &house.daftar.exchange;
    let arrived = arrived(headers, body);
    let reply = exchange.hear_registry(heard, &arrived, house.today());
    let reply = reply.await;
    house.daftar.wake_worker();
    response(reply)
}

fn arrived<'a>(headers: &'a HeaderMap, body: &'a Bytes) -> Arrived<'a> {
    Arrived {
        body,
        content_type: one_header(headers, header::CONTENT_TYPE.as_str()),
        signature: one_header(headers, SIGNATURE),
    }
}

async fn answer(
    house: &House,
    seat: &Seat,
    asked: (Question, When),
    headers: &HeaderMap,
    body: &Bytes,
) -> Response {
    let arrived = arrived(headers, body);
    let exchange = &house.daftar.exchange;
    let reply = exchange.answer_dci(&seat.subject, asked, &arrived, house.today());
    response(reply.await)
}

/// A header that stands twice could be read as either: it is read as none.
pub fn one_header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().filter(|_| values.next().is_none())?;
    first.to_str().ok()
}

pub fn response(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = HeaderValue::from_static("application/json");
    let mut response = (status, [(header::CONTENT_TYPE, json)], reply.body).into_response();
    if let Some(signature) = reply.signature.and_then(|text| text.parse().ok()) {
        response.headers_mut().insert(SIGNATURE, signature);
    }
    response
}

/// `GET /.well-known/jwks.json`: the keys that our answers are signed with.
pub async fn jwks(State(house): State<House>) -> Json<Value> {
    Json(house.daftar.exchange.jwks())
}

#[derive(Debug, Deserialize)]
pub struct TokenForm {
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<String>,
}

impl TokenForm {
    /// Client and secret in the form or in the header, as RFC 6749 section 2.3.1 has both; never in both.
    fn client(self, headers: &HeaderMap) -> Option<(String, String)> {
        let in_header = one_header(headers, header::AUTHORIZATION.as_str());
        match (
            in_header.and_then(client_of),
            self.client_id,
            self.client_secret,
        ) {
            (Some(client), None, None) => Some(client),
            (None, Some(id), Some(secret)) => Some((id, secret)),
            _ => None,
        }
    }
}

/// `POST /oauth2/client/token`: a bearer token for a partner's system, as RFC 6749 section 4.4.
pub async fn token(
    State(house): State<House>,
    headers: HeaderMap,
    form: Result<Form<TokenForm>, FormRejection>,
) -> Response {
    let bad = StatusCode::BAD_REQUEST;
    let form = match form {
        Ok(Form(form)) => form,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return crate::stop::Stop::TooLarge.into_response();
        }
        Err(_) => return refused(bad, "invalid_request"),
    };
    if form.grant_type != "client_credentials" {
        return refused(bad, "unsupported_grant_type");
    }
    let platform = house.platform();
    let Some((id, secret)) = form.client(&headers) else {
        return refused(bad, "invalid_request");
    };
    let signed_in = match session::sign_in(platform, &id, &secret, Kind::Partner).await {
        Ok(signed_in) => signed_in,
        Err(SignInRefused::Locked { .. }) => {
            return refused(StatusCode::TOO_MANY_REQUESTS, "slow_down");
        }
        Err(SignInRefused::Wrong { .. }) => {
            note_closed(&house, &id).await;
            return refused(StatusCode::UNAUTHORIZED, "invalid_client");
        }
        Err(SignInRefused::Fault(fault)) => return crate::stop::Stop::fault(fault).into_response(),
    };
    // People sign in elsewhere, with a session that fits them.
    if signed_in.subject.role != Role::Partner {
        if let Err(fault) = session::end(platform, &signed_in.token).await {
            return crate::stop::Stop::fault(fault).into_response();
        }
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let token = json!({
        "access_token": signed_in.token.to_string(),
        "token_type": "Bearer",
        "expires_in": Kind::Partner.age_s_max(),
    });
    Json(token).into_response()
}

/// A closed partner that asks for a token again is told what a stranger is, and noted.
async fn note_closed(house: &House, login: &str) {
    let found = async {
        let mut tx = house.platform().db.read().await?;
        account::find_closed(&mut tx, login).await
    };
    let closed = match found.await {
        Ok(closed) => closed.filter(|subject| subject.role == Role::Partner),
        Err(fault) => {
            tracing::error!(%fault, "whether an account is closed could not be read");
            None
        }
    };
    if let Some(closed) = closed {
        let refused = Refused {
            asked: "/oauth2/client/token",
            code: CLOSED,
            reason: "a token was asked for in the name of an account that is closed",
        };
        let exchange = &house.daftar.exchange;
        exchange.note_refused(&closed, &[], refused).await;
    }
}

fn refused(status: StatusCode, error: &'static str) -> Response {
    let mut response = (status, Json(json!({ "error": error }))).into_response();
    if status == StatusCode::UNAUTHORIZED {
        let basic = HeaderValue::from_static("Basic realm=\"partners\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, basic);
    }
    response
}
