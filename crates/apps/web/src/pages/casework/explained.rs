//! From a stored case to the explanation page: a reading of its trace.

use std::collections::{BTreeSet, HashMap};

use access::{Action, Permit, Purpose, Role};
use axum::extract::{Path, State};
use axum::response::Response;
use casework::Case;
use casework::assessment::Explained;
use casework::case::{State as CaseState, Verdict, WaitFor, first_paid_month};
use kernel::kin::Role as Kin;
use kernel::{CaseId, PersonId};
use rules::explain::Trace;
use store::Tx;

use super::application::names_of;
use super::contradiction;
use super::decision::{Answer, Decider, DecisionPage, Proof, Todo};
use super::reading::Reading;
use crate::desk::{answer_by, open_case};
use crate::guest::Seat;
use crate::house::House;
use crate::i18n::T;
use crate::pages::show;
use crate::stop::Stop;

/// The citizen's own decision.
pub async fn my_decision(
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
    let back = format!("/my/applications/{}", case.id);
    Ok(show(&page_of(&house, &seat, &case, &permit, back).await?))
}

/// The same page for an officer or an auditor.
pub async fn decision(
    State(house): State<House>,
    seat: Seat,
    Path(case): Path<CaseId>,
) -> Result<Response, Stop> {
    let purpose = if seat.subject.role == Role::Auditor {
        Purpose::Oversight
    } else {
        Purpose::Casework
    };
    let (case, permit) = open_case(&house, &seat, case, Action::ReadCase, purpose).await?;
    let back = format!("/cases/{}", case.id);
    Ok(show(&page_of(&house, &seat, &case, &permit, back).await?))
}

async fn page_of(
    house: &House,
    seat: &Seat,
    case: &Case,
    permit: &Permit,
    back: String,
) -> Result<DecisionPage, Stop> {
    let mut tx = house.read().await?;
    let family = Family::load(&mut tx, seat, case, permit).await?;
    let explained = match case.assessment {
        Some(_) => Some(casework::letter::explain(&mut tx, permit, house.shelf(), case).await?),
        None => None,
    };
    let answer = answer_of(&mut tx, case, explained.as_ref(), seat.t()).await?;
    let Some(explained) = explained else {
        return Ok(unassessed(seat, case, answer, back));
    };
    let letter = casework::letter::of(&mut tx, permit, house.shelf(), case, seat.lang()).await;
    let letter = letter.map(|letter| letter.paragraphs).unwrap_or_default();
    let found = contradiction::of(&mut tx, permit, &explained).await?;
    Ok(Reading {
        t: seat.t(),
        case,
        trace: &explained.trace,
        family: &family,
        contradictions: &found,
    }
    .page(seat, answer, letter, back))
}

/// Who belongs to the family, and which of them the reader may read about.
#[derive(Debug)]
pub struct Family {
    names: HashMap<PersonId, String>,
    /// Adults whose own facts are shown to themselves only.
    hidden: BTreeSet<PersonId>,
}

impl Family {
    pub async fn load(
        tx: &mut Tx,
        seat: &Seat,
        case: &Case,
        permit: &Permit,
    ) -> Result<Family, Stop> {
        let roster = casework::roster::of(case)?;
        let members = roster.map(|roster| roster.members).unwrap_or_default();
        let persons: Vec<_> = members.iter().map(|member| member.person).collect();
        let citizen = seat.subject.role == Role::Citizen;
        let other = |person: PersonId| seat.subject.person != Some(person);
        let adults = members
            .iter()
            .filter(|member| member.role != Kin::Child)
            .map(|member| member.person);
        let hidden = adults.filter(|person| citizen && other(*person)).collect();
        Ok(Family {
            names: names_of(tx, permit, &persons).await?,
            hidden,
        })
    }

    pub fn is_hidden(&self, person: Option<PersonId>) -> bool {
        person.is_some_and(|person| self.hidden.contains(&person))
    }

    pub fn name(&self, person: Option<PersonId>) -> String {
        person
            .and_then(|person| self.names.get(&person))
            .cloned()
            .unwrap_or_default()
    }
}

async fn answer_of(
    tx: &mut Tx,
    case: &Case,
    explained: Option<&Explained>,
    t: T,
) -> Result<Answer, Stop> {
    let waits_for = case.wait.as_ref().map(|wait| wait.who);
    Ok(match (case.state, waits_for) {
        (CaseState::Awarded | CaseState::Ended, _) => awarded(tx, case).await?,
        (CaseState::Refused, _) if case.verdict == Some(Verdict::Entitled) => Answer::Refused {
            reason: Some(t.reason_money().to_owned()),
        },
        (CaseState::Refused, _) => Answer::Refused {
            reason: explained.and_then(|one| reason_of(&one.trace, t)),
        },
        (CaseState::Suspended, _) => Answer::Suspended {
            reason: explained.and_then(|one| reason_of(&one.trace, t)),
        },
        (CaseState::WaitingList, _) => Answer::WaitingList,
        (_, Some(WaitFor::Agency)) => Answer::WaitingAgency,
        (_, Some(WaitFor::Visit | WaitFor::Seven)) => Answer::WaitingVisit,
        _ => Answer::WaitingClose {
            until: answer_by(case),
        },
    })
}

async fn awarded(tx: &mut Tx, case: &Case) -> Result<Answer, Stop> {
    let awards = casework::award::of_case(tx, case.id).await?;
    Ok(match awards.last() {
        Some(running) => Answer::Awarded {
            amount: running.award.amount,
            from: running.award.first_month.first_day(),
            to: Some(running.end().first_day().plus_days(-1)),
        },
        None => Answer::Awarded {
            amount: case.amount.unwrap_or_default(),
            from: first_paid_month(case.counted_month).first_day(),
            to: None,
        },
    })
}

fn reason_of(trace: &Trace, t: T) -> Option<String> {
    let deciding = trace.conditions.get(trace.deciding?)?;
    Some(deciding.text.get(t.lang()).to_owned())
}

/// Nothing is assessed yet: the page says what is awaited.
fn unassessed(seat: &Seat, case: &Case, answer: Answer, back: String) -> DecisionPage {
    let t = seat.t();
    DecisionPage {
        shell: seat.shell(),
        back,
        case: case.id,
        number: case.number.clone(),
        programme: None,
        answer,
        deciding: Vec::new(),
        facts: Vec::new(),
        disagreements: Vec::new(),
        others_hidden: false,
        sum: Vec::new(),
        changes: vec![t.change_waiting().to_owned()],
        todo: vec![Todo {
            words: t.do_wait().to_owned(),
            path: None,
        }],
        decider: Decider {
            people: false,
            pack: case.regime.clone(),
            article: String::new(),
            day: case.applied_on,
        },
        proof: Proof {
            number: case.id.to_string(),
            pack_hash: String::new(),
        },
        letter: Vec::new(),
    }
}
