//! Messages of partners and answers of agencies that were refused: who sent them, what for, why. For
//! the auditor and for who runs the installation; what the messages said is kept nowhere.

use access::{Action, Purpose, Scope};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use exchange::security::{self, SecurityEvent, Wanted};
use kernel::{Day, Instant};
use serde::Deserialize;

use crate::form::{Field, Problems, Typed};
use crate::guest::Seat;
use crate::house::House;
use crate::i18n::zone;
use crate::pages::{show, show_as};
use crate::shell::Shell;
use crate::stop::Stop;

/// Events of one page; who needs more narrows them down, or asks `daftar partner refused`.
pub const EVENTS_A_PAGE: i64 = 200;

/// Which events are wanted, as the address says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    sender: String,
    code: String,
    since: String,
}

/// A refused message, as a row.
#[derive(Debug)]
pub struct Refused {
    pub at: Instant,
    pub sender: String,
    pub asked: String,
    pub code: String,
    pub reason: String,
    pub bytes: i64,
    /// The first half of the SHA-256 of what came: enough to find the same message again.
    pub hash: String,
}

#[derive(Debug, Template)]
#[template(path = "access/security_events.html")]
pub struct SecurityEventsPage {
    pub shell: Shell,
    pub events: Vec<Refused>,
    /// There are older ones that do not stand here.
    pub more: bool,
    pub typed: Typed,
    pub problems: Problems,
}

impl SecurityEventsPage {
    fn fields(&self) -> [Field; 3] {
        let t = self.shell.t;
        let text = |name, label| Field::text(name, label, &self.typed, &self.problems);
        [
            text("sender", t.events_sender()),
            text("code", t.events_code()).hint(t.events_code_hint()),
            text("since", t.events_since()).hint(t.events_since_hint()),
        ]
    }
}

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Query(narrowed): Query<Narrowed>,
) -> Result<Response, Stop> {
    let scope = Scope::country();
    seat.permit(
        &house,
        Action::ReadSecurityEvents,
        Purpose::Oversight,
        scope,
    )
    .await?
    .must_be_for(&[Action::ReadSecurityEvents]);
    let t = seat.t();
    let typed = Typed::new([
        ("sender".to_owned(), narrowed.sender),
        ("code".to_owned(), narrowed.code),
        ("since".to_owned(), narrowed.since),
    ]);
    let since = match typed.get("since") {
        "" => Ok(None),
        day => Day::parse(day).map(Some),
    };
    let Ok(since) = since else {
        let problems = Problems::one("since", t.events_since_wrong());
        let page = page_of(seat.shell().with_failure(), Vec::new(), typed, problems);
        return Ok(show_as(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &page));
    };
    let text = |name: &str| Some(typed.get(name).to_owned()).filter(|text| !text.is_empty());
    let wanted = Wanted {
        sender: text("sender"),
        code: text("code"),
        since: since.map(|day| Instant::start_of(day, zone())),
        limit: EVENTS_A_PAGE + 1,
    };
    let events = security::list(&mut house.read().await?, &wanted).await?;
    let page = page_of(seat.shell(), events, typed, Problems::none());
    Ok(show(&page))
}

fn page_of(
    shell: Shell,
    events: Vec<SecurityEvent>,
    typed: Typed,
    problems: Problems,
) -> SecurityEventsPage {
    let more = events.len() as i64 > EVENTS_A_PAGE;
    let shown = events.into_iter().take(EVENTS_A_PAGE as usize);
    SecurityEventsPage {
        shell,
        events: shown.map(refused).collect(),
        more,
        typed,
        problems,
    }
}

fn refused(event: SecurityEvent) -> Refused {
    let mut hash = hex::encode(&event.sha256);
    hash.truncate(32);
    Refused {
        at: event.at,
        sender: event.sender,
        asked: event.asked,
        code: event.code,
        reason: event.reason,
        bytes: event.bytes,
        hash,
    }
}
