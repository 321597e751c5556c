//! The rim of every request: who it is, may he enter, how an error looks, and
//! the headers that protect the answer.

use access::session::{self, Token};
use access::{Role, Subject, account};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use exchange::dci::partner;
use exchange::dci::refusal::Refusal;
use exchange::security::Refused;
use kernel::Pinfl;
use kernel::lang::Lang;
use serde_json::json;

use crate::api::dci::one_header;
use crate::cookie;
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

/// By this header a security server names the subsystem that asks. It is read behind its listener only.
const X_ROAD_CLIENT: &str = "x-road-client";

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
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let guest = match door {
        Door::Front => guest_of(&house, headers, uri, kind).await,
        Door::XRoad => member_of(&house, &headers, &uri).await,
    };
    let guest = match guest {
        Ok(guest) => guest,
        Err(stop) => return protect(plain(&stop, kind), kind),
    };
    request.extensions_mut().insert(guest.clone());
    let asked_by_get = request.method().is_safe();
    let response = next.run(request).await;
    let stop = stopped(&response);
    if let Some(stop) = &stop {
        note(&house, &guest, stop).await;
    }
    protect(dress(response, stop, &guest, kind, asked_by_get), kind)
}

/// A message of a partner that did not get as far as its handler is a security event too.
async fn note(house: &House, guest: &Guest, stop: &Stop) {
    let partner = guest.subject.as_ref();
    let partner = partner.filter(|subject| subject.role == Role::Partner);
    let Some(partner) = partner.filter(|_| stop.status().is_client_error()) else {
        return;
    };
    let refused = Refused {
        asked: &guest.here,
        code: stop.code(),
        reason: &stop.message(),
    };
    house
        .daftar
        .exchange
        .note_refused(partner, &[], refused)
        .await;
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

async fn guest_of(house: &House, headers: HeaderMap, uri: Uri, kind: Kind) -> Result<Guest, Stop> {
    let token = token_of(&headers, kind);
    let subject = match &token {
        Some(token) => session::find(house.platform(), token).await?,
        None => None,
    };
    let login = match &subject {
        Some(subject) if kind == Kind::Page => login_of(house, subject).await?,
        _ => String::new(),
    };
    Ok(Guest {
        lang: language_of(&headers),
        here: here(&uri),
        subject,
        login,
        token,
        demo: house.settings.demo,
    })
}

/// Whom the security server names. No session opens anything here: only what the server says counts.
async fn member_of(house: &House, headers: &HeaderMap, uri: &Uri) -> Result<Guest, Stop> {
    let subject = match one_header(headers, X_ROAD_CLIENT) {
        Some(client) => {
            let mut tx = house.read().await?;
            let found = partner::find_by_xroad_client(&mut tx, client).await?;
            found.map(|(_, subject)| subject)
        }
        None => None,
    };
    Ok(Guest {
        lang: language_of(headers),
        here: here(uri),
        subject,
        login: String::new(),
        token: None,
        demo: house.settings.demo,
    })
}

fn here(uri: &Uri) -> String {
    let here = uri.path_and_query().map_or("/", |here| here.as_str());
    here.chars().take(query::ADDRESS_CHARS_MAX).collect()
}

async fn login_of(house: &House, subject: &Subject) -> Result<String, Stop> {
    let mut tx = house.read().await?;
    let login = account::find_login(&mut tx, subject.account)
        .await?
        .unwrap_or_default();
    Ok(Pinfl::parse(&login).map_or(login, |pinfl| pinfl.grouped()))
}

/// A cookie opens pages only, a bearer token opens the interface only: a page
/// of another site can make a browser send the one, never the other.
fn token_of(headers: &HeaderMap, kind: Kind) -> Option<Token> {
    match kind {
        Kind::Page => cookie::find(headers, cookie::SESSION)?.parse().ok(),
        Kind::Api | Kind::Dci | Kind::Token => {
            let line = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
            line.strip_prefix("Bearer ")?.trim().parse().ok()
        }
    }
}

/// The chosen language, else what the browser prefers, else Uzbek.
fn language_of(headers: &HeaderMap) -> Lang {
    if let Some(lang) = cookie::find(headers, cookie::LANGUAGE).and_then(Lang::from_tag) {
        return lang;
    }
    let wished = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|line| line.to_str().ok())
        .unwrap_or("");
    let tags = wished
        .split(',')
        .filter_map(|part| part.split([';', '-']).next())
        .map(str::trim);
    tags.filter_map(Lang::from_tag).next().unwrap_or_default()
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
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Some(Stop::NotFound),
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
        Stop::NotFound => ErrorPage::not_found(shell),
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

fn protect(mut response: Response, kind: Kind) -> Response {
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
    // Pages are personal: neither the browser nor anything between keeps them.
    set(header::CACHE_CONTROL, "no-store");
    response
}
