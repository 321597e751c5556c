//! The district officer's pages: cases that wait and why, and one case.
//! An officer can neither approve nor refuse.

use access::{Action, Purpose};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use casework::Case;
use casework::case::{self, WaitFor};
use casework::escalation::{self, Escalation};

use super::application::LINES_MAX;
use super::my_application::steps_of;
use crate::desk::{
    agencies, next_of, open_case, queue_of, reach_of, reason_of, reason_of_wait, status_of,
};
use crate::guest::Seat;
use crate::house::House;
use crate::i18n::{T, zone};
use crate::pages::figures::Bar;
use crate::pages::show;
use crate::stop::Stop;
use askama::Template;
use kernel::{CaseId, Day, Instant};

use super::contradiction::{self, Disagreement};
use super::explained::Family;
use super::my_application::Step;
use super::{Reason, Status};
use crate::pages::figures::Bars;
use crate::shell::Shell;

#[derive(Debug)]
pub struct Waiting {
    pub case: CaseId,
    pub number: String,
    pub reason: Reason,
    /// The agencies that are silent, in words.
    pub whom: String,
    pub since: Day,
    pub deadline: Option<Day>,
    pub overdue: bool,
}

/// A visit or a conclusion that did not come in time.
#[derive(Debug)]
pub struct Late {
    pub case: CaseId,
    pub number: String,
    pub reason: Reason,
    pub mahalla: u32,
    pub since: Day,
    pub days: i32,
}

#[derive(Debug, Template)]
#[template(path = "casework/cases.html")]
pub struct CasesPage {
    pub shell: Shell,
    /// The longest late first; `late_count` counts those not shown too.
    pub late: Vec<Late>,
    pub late_count: i64,
    pub counts: Bars,
    pub chosen: Option<Reason>,
    pub lines: Vec<Waiting>,
    pub more: Option<String>,
}

/// What an answer of an agency or a fact looks like on the officer's page.
#[derive(Debug)]
pub struct Member {
    pub name: String,
    pub role: String,
    pub born: Day,
}

#[derive(Debug, Template)]
#[template(path = "casework/case.html")]
pub struct CasePage {
    pub shell: Shell,
    pub case: CaseId,
    pub number: String,
    pub regime: String,
    pub lodged_at: Instant,
    pub status: Status,
    /// Why it waits, in words, with date and deadline; none when it does not.
    pub waits: Option<String>,
    pub members: Vec<Member>,
    pub disagreements: Vec<Disagreement>,
    pub steps: Vec<Step>,
}

impl CasesPage {
    fn reasons(&self) -> [Reason; 7] {
        Reason::ALL
    }

    fn is_chosen(&self, reason: &Reason) -> bool {
        self.chosen.as_ref() == Some(reason)
    }
}

#[derive(Debug, serde::Deserialize)]
pub struct Asked {
    reason: Option<String>,
    after: Option<CaseId>,
}

pub async fn list(
    State(house): State<House>,
    seat: Seat,
    Query(asked): Query<Asked>,
) -> Result<Response, Stop> {
    let scope = reach_of(&seat.subject);
    let permit = seat
        .permit(&house, Action::ReadWaitingCases, Purpose::Casework, scope)
        .await?;
    permit.must_be_for(&[Action::ReadWaitingCases]);
    let chosen = asked.reason.as_deref().and_then(Reason::find);
    let (t, now) = (seat.t(), house.daftar.now());
    let mut tx = house.read().await?;
    let queue = queue_of(
        seat.subject.territory,
        chosen.and_then(wait_of),
        asked.after,
        LINES_MAX,
    );
    let mut cases = case::queue(&mut tx, queue).await?;
    let more = (cases.len() == LINES_MAX as usize)
        .then(|| cases.last())
        .flatten();
    let more = more.map(|case| format!("/cases?after={}{}", case.id, chosen_words(chosen)));
    if let Some(reason) = chosen {
        cases.retain(|case| reason_of(case) == reason);
    }
    let lines = cases.iter().map(|case| waiting_of(t, case, now)).collect();
    let counts = counts_of(&mut tx, &house, &seat).await?;
    let area = (queue.district, queue.mahalla);
    let late = escalation::open_in(&mut tx, area, LINES_MAX).await?;
    Ok(show(&CasesPage {
        shell: seat.shell(),
        late: late
            .iter()
            .map(|late| late_of(late, house.today()))
            .collect(),
        late_count: escalation::count_open(&mut tx, area).await?,
        counts,
        chosen,
        lines,
        more,
    }))
}

fn chosen_words(chosen: Option<Reason>) -> String {
    chosen
        .map(|reason| format!("&reason={}", reason.word()))
        .unwrap_or_default()
}

fn wait_of(reason: Reason) -> Option<WaitFor> {
    match reason {
        Reason::Agency => Some(WaitFor::Agency),
        Reason::Visit => Some(WaitFor::Visit),
        Reason::Seven => Some(WaitFor::Seven),
        Reason::Close => Some(WaitFor::Close),
        Reason::Renewal => Some(WaitFor::Confirmation),
        Reason::Budget | Reason::Other => None,
    }
}

async fn counts_of(tx: &mut store::Tx, house: &House, seat: &Seat) -> Result<Bars, Stop> {
    let t = seat.t();
    let mut counts = std::collections::BTreeMap::<Reason, i64>::new();
    if let Some(district) = seat.subject.territory.district() {
        let now = house.daftar.now();
        let figures = casework::figures::district(tx, district, house.today().month(), now).await?;
        for (who, count) in &figures.by_wait {
            *counts.entry(reason_of_wait(*who)).or_default() += count;
        }
        let listed = figures.count(casework::case::State::WaitingList);
        counts.insert(Reason::Budget, listed);
    }
    let bar = |(reason, count): (Reason, i64)| Bar {
        label: t.reason(&reason).to_owned(),
        value: count,
        shown: t.count(count),
    };
    Ok(Bars {
        caption: t.cases_by_reason().to_owned(),
        head: [t.col_reason().to_owned(), t.col_count().to_owned()],
        rows: counts.into_iter().map(bar).collect(),
    })
}

fn waiting_of(t: T, case: &Case, now: Instant) -> Waiting {
    let wait = case.wait.as_ref();
    Waiting {
        case: case.id,
        number: case.number.clone(),
        reason: reason_of(case),
        whom: wait
            .map(|wait| agencies(t, &wait.detail))
            .unwrap_or_default(),
        since: wait.map_or(case.lodged_at, |wait| wait.since).day(zone()),
        deadline: wait
            .and_then(|wait| wait.deadline)
            .map(|deadline| deadline.day(zone())),
        overdue: wait.is_some_and(|wait| wait.is_overdue(now)),
    }
}

/// The day after the last one that was left is the first late one.
fn late_of(late: &Escalation, today: Day) -> Late {
    let since = late.deadline.day(zone());
    Late {
        case: late.case,
        number: late.number.clone(),
        reason: reason_of_wait(late.step),
        mahalla: late.mahalla,
        since,
        days: today.0 - since.0 + 1,
    }
}

pub async fn show_one(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
) -> Result<Response, Stop> {
    let (case, permit) =
        open_case(&house, &seat, case, Action::ReadCase, Purpose::Casework).await?;
    let t = seat.t();
    let mut tx = house.read().await?;
    let roster = casework::roster::of(&case)?;
    let members = roster.map(|roster| roster.members).unwrap_or_default();
    let family = Family::load(&mut tx, &seat, &case, &permit).await?;
    let found = contradiction::of_case(&mut tx, &house, &permit, &case).await?;
    let member = |member: &kernel::portrait::Member| Member {
        name: family.name(Some(member.person)),
        role: t.kin_role(member.role).to_owned(),
        born: member.born,
    };
    let page = CasePage {
        shell: seat.shell(),
        case: case.id,
        lodged_at: case.lodged_at,
        status: status_of(&case),
        waits: case.wait.as_ref().map(|_| t.next_step(&next_of(&case, t))),
        members: members.iter().map(member).collect(),
        disagreements: contradiction::shown(t, &found, &family),
        steps: steps_of(t, &case::events(&mut tx, case.id).await?),
        number: case.number,
        regime: case.regime,
    };
    Ok(show(&page))
}

impl T {
    fn kin_role(self, role: kernel::kin::Role) -> &'static str {
        match role {
            kernel::kin::Role::Applicant => self.kin_applicant(),
            kernel::kin::Role::Spouse => self.kin_spouse(),
            kernel::kin::Role::Child => self.kin_child(),
            kernel::kin::Role::Resident => self.kin_other(),
        }
    }
}
