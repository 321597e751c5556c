//! The citizen's own pages: my applications, and the way of one of them.

use access::{Action, Purpose, Scope};
use axum::extract::{Path, State};
use axum::response::Response;
use casework::case::{self, Event, EventKind};

use super::application::lines_of;
use crate::desk::{agencies, next_of, open_case, status_of};
use crate::guest::Seat;
use crate::house::House;
use crate::i18n::{T, zone};
use crate::pages::show;
use crate::stop::Stop;
use askama::Template;
use kernel::{CaseId, Day, Instant};

use super::{CaseLine, Next, Status};
use crate::shell::Shell;

#[derive(Debug, Template)]
#[template(path = "casework/my_applications.html")]
pub struct MyApplicationsPage {
    pub shell: Shell,
    pub lines: Vec<CaseLine>,
}

/// A step that was made.
#[derive(Debug)]
pub struct Step {
    pub at: Instant,
    pub what: String,
    pub detail: String,
}

#[derive(Debug, Template)]
#[template(path = "casework/my_application.html")]
pub struct MyApplicationPage {
    pub shell: Shell,
    pub case: CaseId,
    pub number: String,
    pub lodged_on: Day,
    pub status: Status,
    pub next: Next,
    pub steps: Vec<Step>,
    /// The short message as it was sent.
    pub sms: Option<String>,
}

impl MyApplicationPage {
    fn goes_on(&self) -> bool {
        self.next != Next::Nothing
    }
}

pub async fn list(State(house): State<House>, seat: Seat) -> Result<Response, Stop> {
    let scope = Scope::own(&seat.subject);
    let permit = seat
        .permit(&house, Action::ReadOwnCase, Purpose::OwnInformation, scope)
        .await?;
    let person = permit.person().ok_or(Stop::NotFound)?;
    let mut tx = house.read().await?;
    let mut cases = case::of_applicant(&mut tx, person).await?;
    cases.sort_by_key(|case| std::cmp::Reverse(case.id));
    let lines = lines_of(&mut tx, &permit, seat.t(), &cases).await?;
    Ok(show(&MyApplicationsPage {
        shell: seat.shell(),
        lines,
    }))
}

pub async fn show_one(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
) -> Result<Response, Stop> {
    let (case, permit) = open_case(
        &house,
        &seat,
        case,
        Action::ReadOwnCase,
        Purpose::OwnInformation,
    )
    .await?;
    let mut tx = house.read().await?;
    let steps = steps_of(seat.t(), &case::events(&mut tx, case.id).await?);
    let sms = casework::letter::sms_of_case(&mut tx, &permit, case.id).await?;
    let page = MyApplicationPage {
        shell: seat.shell(),
        case: case.id,
        lodged_on: case.lodged_at.day(zone()),
        status: status_of(&case),
        next: next_of(&case, seat.t()),
        steps,
        sms: sms.into_iter().next_back().map(|sms| sms.body),
        number: case.number,
    };
    Ok(show(&page))
}

/// The way of a case in words; what only the machine cares about is left out.
pub fn steps_of(t: T, events: &[Event]) -> Vec<Step> {
    let step = |event: &Event| {
        let what = words_of(t, event.kind);
        let silent = event
            .detail
            .get("agencies")
            .and_then(|codes| codes.as_str());
        let detail = silent.map(|codes| agencies(t, codes)).unwrap_or_default();
        Step {
            at: event.at,
            what: what.to_owned(),
            detail,
        }
    };
    events.iter().map(step).collect()
}

fn words_of(t: T, kind: EventKind) -> &'static str {
    match kind {
        EventKind::Lodged => t.step_lodged(),
        EventKind::Opened => t.step_opened(),
        EventKind::AgenciesAnswered => t.step_gathered(),
        EventKind::AgencySilent => t.step_waiting(),
        EventKind::Visited => t.step_visit(),
        EventKind::Concluded => t.step_seven(),
        EventKind::StepLate => t.step_late(),
        EventKind::Assessed => t.step_assessed(),
        EventKind::Awarded => t.step_awarded(),
        EventKind::PaymentWaits => t.step_payment_waits(),
        EventKind::Refused => t.step_refused(),
        EventKind::PutOnWaitingList => t.step_waiting_list(),
        EventKind::RegimeChanged => t.step_migrated(),
        EventKind::Confirmed => t.renewal_confirm(),
        EventKind::Withdrawn => t.step_withdrawn(),
        EventKind::Suspended => t.step_suspended(),
        EventKind::LookedAtAgain => t.step_looked_again(),
        EventKind::Ended => t.step_ended(),
        EventKind::Resumed => t.step_resumed(),
        EventKind::NotResumed => t.step_not_resumed(),
    }
}
