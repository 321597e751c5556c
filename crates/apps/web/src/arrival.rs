//! Who asks: at the front door by a session, behind the security server by what that server says.

use access::session::{self, Holder, Token};
use access::{Subject, account};
use axum::http::header;
use axum::http::{HeaderMap, Uri};
use exchange::dci::partner::{self, BehindXRoad};
use kernel::Pinfl;
use kernel::lang::Lang;

use crate::api::dci::one_header;
use crate::cookie;
use crate::errand;
use crate::guest::Guest;
use crate::house::House;
use crate::query;
use crate::route::Kind;
use crate::router::Door;
use crate::stop::Stop;

/// By this header a security server names the subsystem that asks. It is read behind its listener only.
const X_ROAD_CLIENT: &str = "x-road-client";

/// A request at the door.
#[derive(Debug)]
pub struct Arrival {
    pub guest: Guest,
    /// Who it would be if the account were not closed. It opens nothing.
    pub closed: Option<Subject>,
    /// Why it goes no further, whatever it asks.
    pub stop: Option<Stop>,
}

pub async fn of(
    house: &House,
    door: Door,
    kind: Kind,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Arrival, Stop> {
    match door {
        Door::Front => at_the_front(house, headers, uri, kind).await,
        Door::XRoad => behind_x_road(house, headers, uri).await,
    }
}

async fn at_the_front(
    house: &House,
    headers: &HeaderMap,
    uri: &Uri,
    kind: Kind,
) -> Result<Arrival, Stop> {
    let token = token_of(headers, kind);
    let holder = match &token {
        Some(token) => session::holder(house.platform(), token).await?,
        None => Holder::Nobody,
    };
    let (subject, closed) = match holder {
        Holder::Nobody => (None, None),
        Holder::Open(subject) => (Some(subject), None),
        Holder::Closed(subject) => (None, Some(subject)),
    };
    let login = match &subject {
        Some(subject) if kind == Kind::Page => login_of(house, subject).await?,
        _ => String::new(),
    };
    let guest = Guest {
        subject,
        login,
        token,
        ..nobody(house, headers, uri)
    };
    Ok(Arrival {
        guest,
        closed,
        stop: None,
    })
}

/// Whom the security server names. No session opens anything here: only what the server says counts.
async fn behind_x_road(house: &House, headers: &HeaderMap, uri: &Uri) -> Result<Arrival, Stop> {
    let mut arrival = Arrival {
        guest: nobody(house, headers, uri),
        closed: None,
        stop: None,
    };
    let Some(client) = one_header(headers, X_ROAD_CLIENT) else {
        return Ok(arrival);
    };
    let mut tx = house.read().await?;
    match partner::find_by_xroad_client(&mut tx, client).await? {
        BehindXRoad::Nobody => {}
        BehindXRoad::Closed(subject) => arrival.closed = Some(subject),
        BehindXRoad::Open(_, subject) => {
            let (errand, stop) = match errand::of(headers) {
                Ok(errand) => (errand, None),
                Err(stop) => (access::Errand::NONE, Some(stop)),
            };
            arrival.stop = stop;
            arrival.guest.subject = Some(Subject { errand, ..subject });
        }
    }
    Ok(arrival)
}

fn nobody(house: &House, headers: &HeaderMap, uri: &Uri) -> Guest {
    Guest {
        lang: language_of(headers),
        here: here(uri),
        subject: None,
        login: String::new(),
        token: None,
        demo: house.settings.demo,
    }
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
            let (scheme, token) = line.split_once(' ')?;
            let is_bearer = scheme.eq_ignore_ascii_case("bearer");
            token.trim().parse().ok().filter(|_| is_bearer)
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
