//! The rim of every request: may who asks enter, how an error looks, and
//! the headers that protect the answer. Who it is, [`crate::arrival`] finds out.

use access::{Role, Subject};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use exchange::dci::refusal::Refusal;
use exchange::security::Refused;
use serde_json::json;

use crate::arrival::{self, Arrival};
use crate::guest::Guest;
use crate::house::House;
use crate::pages::error::ErrorPage;
use crate::pages::show_as;
use crate::query;
use crate::route::{Kind, Need, kind_of};
use crate::router::{BODY_KIB_MAX, Door};
use crate::stop::Stop;

/// Nothing runs but our own style sheet; nobody may frame a page.
const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
                   base-uri 'none'; frame-ancestors 'none'";

/// Of a security event: the sender was a partner once. It is told no more than a stranger is.
pub const CLOSED: &str = "account_closed";
const CLOSED_WORDS: &str = "the account is closed; what opened it opens nothing any more";

/// Finds out who asks, calls the house, and gives errors their form.
pub async fn receive(
    State((house, door)): State<(House, Door)>,
    mut request: Request,
    next: Next,
) -> Response {
    let kind = match door {
        Door::Front => kind_of(request.uri().path()),
        // No page and no way to one: nothing redirects here.
        Door::XRoad => Kind::Dci,
    };
    let arrival = arrival::of(&house, door, kind, request.headers(), request.uri()).await;
    let Arrival {
        guest,
        closed,
        stop,
    } = match arrival {
        Ok(arrival) => arrival,
        Err(stop) => return protect(plain(&stop, kind), kind, challenge(door, None)),
    };
    request.extensions_mut().insert(guest.clone());
    let asked_by_get = request.method().is_safe();
    let response = match stop {
        None => next.run(request).await,
        Some(stop) => stop.into_response(),
    };
    let stop = stopped(&response);
    note(&house, &guest, closed, stop.as_ref()).await;
    let challenge = challenge(door, Some(&guest));
    protect(
        dress(response, stop, &guest, kind, asked_by_get),
        kind,
        challenge,
    )
}

/// A message of a partner that did not get as far as its handler is a security event too, and so is
/// one of a partner that was closed.
async fn note(house: &House, guest: &Guest, closed: Option<Subject>, stop: Option<&Stop>) {
    let is_partner = |subject: &&Subject| subject.role == Role::Partner;
    let Some(stop) = stop.filter(|stop| stop.status().is_client_error()) else {
        return;
    };
    let (partner, code, reason) = match (&guest.subject, &closed) {
        (Some(subject), _) => (subject, stop.code(), stop.message()),
        (None, Some(closed)) => (closed, CLOSED, CLOSED_WORDS.to_owned()),
        (None, None) => return,
    };
    let refused = Refused {
        asked: &guest.here,
        code,
        reason: &reason,
    };
    if let Some(partner) = Some(partner).filter(is_partner) {
        let exchange = &house.daftar.exchange;
        exchange.note_refused(partner, &[], refused).await;
    }
}

/// RFC 9110, 15.5.2: how one signs in at this door; RFC 6750, 3.1: a token that came opens nothing.
fn challenge(door: Door, guest: Option<&Guest>) -> &'static str {
    let came = guest.is_some_and(|guest| guest.token.is_some() && guest.subject.is_none());
    match (door, came) {
        (Door::XRoad, _) => "X-Road realm=\"partners\"",
        (Door::Front, true) => "Bearer realm=\"daftar\", error=\"invalid_token\"",
        (Door::Front, false) => "Bearer realm=\"daftar\"",
    }
}

/// Lets in whom the route's need admits.
pub async fn admit(need: Need, guest: Guest, request: Request, next: Next) -> Response {
    let role = guest.subject.as_ref().map(|subject| subject.role);
    match role {
        _ if need.admits(role) => next.run(request).await,
        Some(role) => Stop::ForbiddenRole(role).into_response(),
        None => Stop::SignInFirst.into_response(),
    }
}

/// Why there is no answer of a handler; none where a handler has dressed its own.
fn stopped(response: &Response) -> Option<Stop> {
    let dressed = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| {
            let value = value.as_bytes();
            value.starts_with(b"text/html") || value.starts_with(b"application/json")
        });
    let stop = response.extensions().get::<Stop>().cloned();
    stop.or_else(|| (!dressed).then(|| stop_of(response)).flatten())
}

/// An error gets its page or its JSON.
fn dress(
    response: Response,
    stop: Option<Stop>,
    guest: &Guest,
    kind: Kind,
    asked_by_get: bool,
) -> Response {
    match stop {
        None => response,
        // For people there is no page there.
        Some(Stop::WrongMethod) if kind == Kind::Page => {
            show_as(StatusCode::NOT_FOUND, &page_of(&Stop::NotFound, guest))
        }
        Some(stop) if kind != Kind::Page => plain(&stop, kind),
        Some(Stop::SignInFirst) if asked_by_get => to_sign_in(guest),
        Some(stop) => show_as(stop.status(), &page_of(&stop, guest)),
    }
}

/// Answers that the framework gave without us.
fn stop_of(response: &Response) -> Option<Stop> {
    let cross = response
        .extensions()
        .get::<tower_http::csrf::ProtectionError>()
        .is_some();
    let unreadable = || Stop::Bad {
        field: None,
        message: "the request cannot be read".to_owned(),
    };
    match response.status() {
        StatusCode::FORBIDDEN if cross => Some(Stop::CrossSite),
        StatusCode::NOT_FOUND => Some(Stop::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(Stop::WrongMethod),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Stop::TooLarge),
        StatusCode::REQUEST_TIMEOUT => Some(Stop::CameSlowly),
        StatusCode::GATEWAY_TIMEOUT => Some(Stop::TooSlow),
        status if status.is_client_error() => Some(unreadable()),
        status if status.is_server_error() => Some(Stop::Fault),
        _ => None,
    }
}

fn to_sign_in(guest: &Guest) -> Response {
    if guest.here == "/" {
        return Redirect::to("/sign-in").into_response();
    }
    Redirect::to(&format!("/sign-in?next={}", query::encode(&guest.here))).into_response()
}

fn page_of(stop: &Stop, guest: &Guest) -> ErrorPage {
    let shell = guest.shell();
    match stop {
        Stop::NotFound | Stop::WrongMethod => ErrorPage::not_found(shell),
        Stop::SignInFirst | Stop::Bad { .. } => ErrorPage::bad_request(shell),
        Stop::ForbiddenRole(role) => {
            let role = role.label().get(guest.lang).into_owned();
            ErrorPage::forbidden_role(shell, &role)
        }
        Stop::ForbiddenArea => ErrorPage::forbidden_area(shell),
        Stop::CrossSite => ErrorPage::cross_site(shell),
        Stop::TooLarge => ErrorPage::too_large(shell, BODY_KIB_MAX),
        Stop::CameSlowly => ErrorPage {
            status: stop.status(),
            ..ErrorPage::slow(shell)
        },
        Stop::TooSlow => ErrorPage::slow(shell),
        Stop::Refused { status, why, .. } => ErrorPage {
            status: *status,
            ..ErrorPage::conflict(shell, why.get(guest.lang).into_owned())
        },
        Stop::Fault => ErrorPage::fault(shell),
    }
}

/// An error as programs of a kind read it.
fn plain(stop: &Stop, kind: Kind) -> Response {
    match kind {
        Kind::Page => stop.status().into_response(),
        Kind::Api => as_ours(stop),
        Kind::Dci => as_dci(stop),
        Kind::Token => as_oauth(stop),
    }
}

/// The one JSON shape of errors.
fn as_ours(stop: &Stop) -> Response {
    let error = json!({ "code": stop.code(), "message": stop.message(), "field": stop.field() });
    (stop.status(), Json(json!({ "error": error }))).into_response()
}

/// RFC 6749, section 5.2: one word, and words for whoever writes the program. The standard has no word
/// of its own for a fault of ours at this address: it is the one of section 4.1.2.1.
fn as_oauth(stop: &Stop) -> Response {
    let error = match stop.status() {
        status if status.is_server_error() => "server_error",
        _ => "invalid_request",
    };
    let error = json!({ "error": error, "error_description": stop.message() });
    (stop.status(), Json(error)).into_response()
}

/// Both shapes that readers of DCI expect. What was asked for is not known here.
fn as_dci(stop: &Stop) -> Response {
    let code = match stop.status() {
        StatusCode::UNAUTHORIZED => "err.request.unauthorized",
        StatusCode::FORBIDDEN => "err.request.forbidden",
        StatusCode::NOT_FOUND => "err.request.not_found",
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => "err.request.timeout",
        status if status.is_server_error() => "err.service.unavailable",
        _ => "err.request.bad",
    };
    let message = match stop {
        Stop::SignInFirst => "send a bearer token from POST /oauth2/client/token; through X-Road, \
                              the subsystem must be entered as a partner's (--xroad-client)"
            .to_owned(),
        other => other.message(),
    };
    let refusal = Refusal::new(stop.status().as_u16(), code, message);
    let body = refusal.body("", store::Clock::system().now());
    (stop.status(), Json(body)).into_response()
}

fn protect(mut response: Response, kind: Kind, challenge: &'static str) -> Response {
    let is_unknown = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(
        header::CONTENT_SECURITY_POLICY,
        if kind == Kind::Page {
            CSP
        } else {
            "default-src 'none'; frame-ancestors 'none'"
        },
    );
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=()",
    );
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    if is_unknown {
        set(header::WWW_AUTHENTICATE, challenge);
    }
    // Pages are personal: neither the browser nor anything between keeps them.
    set(header::CACHE_CONTROL, "no-store");
    response
}
