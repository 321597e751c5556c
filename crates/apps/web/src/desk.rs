//! What several rooms do at their desks: find a case, ask for its permit, say
//! where it stands in a citizen's words.

use access::{Action, Area, Permit, Purpose, Role, Scope, Subject};
use casework::Case;
use casework::case::{self, State, WaitFor};
use kernel::{CaseId, Day, PersonId, Source};

use crate::guest::Seat;
use crate::house::House;
use crate::i18n::{T, zone};
use crate::pages::casework::{Next, Reason, Status};
use crate::stop::Stop;

/// Money of a month is on the cards by this day.
const PAID_BY_DAY: i32 = 27;

/// Where a case lies.
pub fn area_of(case: &Case) -> Area {
    Area::from_code(i64::from(case.mahalla)).unwrap_or(Area::District(case.district))
}

/// Lists: the account's territory, or the own person of a citizen.
pub fn reach_of(subject: &Subject) -> Scope {
    match subject.role {
        Role::Citizen => Scope::own(subject),
        _ => Scope::area(subject.territory),
    }
}

/// A permit that names everybody whom a list shows: find first who they are, by their ids, and read
/// of them with this. One row of the access log a page, which each of them reads.
pub async fn permit_naming(
    house: &House,
    seat: &Seat,
    action: Action,
    purpose: Purpose,
    persons: &[PersonId],
) -> Result<Permit, Stop> {
    match seat.subject.role {
        Role::Citizen => {
            let own = Scope::own(&seat.subject);
            seat.permit(house, action, purpose, own).await
        }
        _ => Ok(access::naming(house.platform(), &seat.subject, action, purpose, persons).await?),
    }
}

/// The same of one person, whom the reader's permit for a list has opened.
pub async fn permit_naming_one(
    house: &House,
    seat: &Seat,
    action: Action,
    purpose: Purpose,
    person: PersonId,
) -> Result<Permit, Stop> {
    let scope = match seat.subject.role {
        Role::Citizen => Scope::own(&seat.subject),
        _ => Scope::person(person, seat.subject.territory),
    };
    seat.permit(house, action, purpose, scope).await
}

/// Where a case is may be read without a permit; everything else needs the one
/// that comes back with it, and its row is in the access log by then.
pub async fn open_case(
    house: &House,
    seat: &Seat,
    case: CaseId,
    action: Action,
    purpose: Purpose,
) -> Result<(Case, Permit), Stop> {
    let mut tx = house.read().await?;
    let case = case::find(&mut tx, case).await?.ok_or(Stop::NotFound)?;
    drop(tx);
    let scope = Scope::case(case.id, case.applicant, area_of(&case));
    let permit = seat.permit(house, action, purpose, scope).await?;
    Ok((case, permit))
}

/// The cases of a list's area.
pub fn queue_of(
    area: Area,
    wait: Option<WaitFor>,
    after: Option<CaseId>,
    limit: u32,
) -> case::Queue {
    let mahalla = match area {
        Area::Mahalla(code) => Some(code),
        _ => None,
    };
    case::Queue {
        district: area.district(),
        mahalla,
        wait,
        after,
        limit,
    }
}

pub fn status_of(case: &Case) -> Status {
    match case.state {
        State::Prepared => Status::Need,
        State::Gathering if case.wait.as_ref().is_none_or(|wait| wait.detail.is_empty()) => {
            Status::Sent
        }
        State::Gathering | State::Visiting | State::Assessed => Status::Checking,
        State::Awarded
        | State::Refused
        | State::Suspended
        | State::WaitingList
        | State::Withdrawn
        | State::Ended => Status::Decided,
    }
}

/// What comes next, with its date.
pub fn next_of(case: &Case, t: T) -> Next {
    let wait = case.wait.as_ref();
    let until = wait
        .and_then(|wait| wait.deadline)
        .map(|deadline| deadline.day(zone()));
    match (case.state, wait.map(|wait| wait.who)) {
        (State::Prepared, _) => Next::Confirm,
        (State::WaitingList, _) => Next::WaitingList,
        (State::Suspended, _) => Next::Suspended,
        (State::Awarded, _) => Next::Paid {
            until: paid_by(case),
        },
        (State::Refused | State::Withdrawn | State::Ended, _) => Next::Nothing,
        (_, Some(WaitFor::Agency)) => match wait.filter(|wait| !wait.detail.is_empty()) {
            None => Next::Agencies,
            Some(wait) => Next::Agency {
                name: agencies(t, &wait.detail),
                since: wait.since.day(zone()),
            },
        },
        (_, Some(WaitFor::Visit)) => Next::Visit {
            until: until.unwrap_or_else(|| answer_by(case)),
        },
        (_, Some(WaitFor::Seven)) => Next::Seven {
            until: until.unwrap_or_else(|| answer_by(case)),
        },
        _ => Next::Close {
            until: answer_by(case),
        },
    }
}

/// The month's close is on the first of the month after.
pub fn answer_by(case: &Case) -> Day {
    case.counted_month.plus(1).first_day()
}

fn paid_by(case: &Case) -> Day {
    case::first_paid_month(case.counted_month)
        .first_day()
        .plus_days(PAID_BY_DAY - 1)
}

/// Agencies by their codes, in words.
pub fn agencies(t: T, codes: &str) -> String {
    let names = codes
        .split([' ', ','])
        .filter(|code| !code.is_empty())
        .map(|code| {
            Source::named(code).map_or_else(|| code.to_owned(), |source| t.three(&source.label()))
        });
    names.collect::<Vec<_>>().join(", ")
}

pub fn reason_of(case: &Case) -> Reason {
    match (case.state, case.wait.as_ref().map(|wait| wait.who)) {
        (State::WaitingList, _) => Reason::Budget,
        (_, Some(who)) => reason_of_wait(who),
        (State::Prepared, None) => Reason::Renewal,
        _ => Reason::Other,
    }
}

pub fn reason_of_wait(who: WaitFor) -> Reason {
    match who {
        WaitFor::Agency => Reason::Agency,
        WaitFor::Visit => Reason::Visit,
        WaitFor::Seven => Reason::Seven,
        WaitFor::Confirmation => Reason::Renewal,
        WaitFor::Close => Reason::Close,
        WaitFor::Assessment => Reason::Other,
    }
}
