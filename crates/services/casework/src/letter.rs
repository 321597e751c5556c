//! The decision in words, and its short message. Nothing is stored but what was sent: a letter
//! is made from the trace, and the trace from what was stored, so it says the same for ever.

#[cfg(test)]
mod tests;

use ::store::{Platform, Tx, bulk, fetch_all};
use access::Permit;
use kernel::ids::AssessmentId;
use kernel::{CaseId, DecisionId, Instant, Lang, PersonId};
use rules::receipt::{ReceiptAbout, ReceiptLetter};
use rules::{Letter, LetterKind, Receipt};
use uuid::Uuid;

use crate::assessment::{self, Explained};
use crate::case::{self, Case, State, Verdict, WaitFor};
use crate::decision;
use crate::fault::{Fault, Result};
use crate::language;
use crate::shelf::Shelf;

/// Why the case stands where it stands: the trace of the assessment it was decided on, or of its
/// last one while it is not decided.
pub async fn explain(
    tx: &mut Tx,
    permit: &Permit,
    shelf: &Shelf,
    case: &Case,
) -> Result<Explained> {
    let id = ground(tx, case).await?;
    let (assessment, basis) = assessment::load_of_case(tx, case.id, id).await?;
    assessment::explain(tx, permit, shelf, assessment, basis).await
}

/// The nearest facts that would turn the assessment under the case.
pub async fn nearest(
    tx: &mut Tx,
    permit: &Permit,
    shelf: &Shelf,
    case: &Case,
) -> Result<Vec<rules::explain::FactChange>> {
    let id = ground(tx, case).await?;
    let stored = assessment::load_of_case(tx, case.id, id).await?;
    assessment::nearest(tx, permit, shelf, (&stored.0, &stored.1)).await
}

/// The receipt of a case: the assessment under it with law and facts, to be decided again
/// anywhere. Letters are made from the trace, so kind and decision name them.
pub async fn receipt(tx: &mut Tx, permit: &Permit, shelf: &Shelf, case: &Case) -> Result<Receipt> {
    let id = ground(tx, case).await?;
    let stored = assessment::load_of_case(tx, case.id, id).await?;
    let about = ReceiptAbout {
        number: Some(case.number.clone()),
        case: Some(case.id),
        assessment: Some(id),
        decision: case.decision,
    };
    let letters: Vec<ReceiptLetter> = case
        .decision
        .map(|decision| ReceiptLetter {
            kind: kind_of(case),
            decision,
        })
        .into_iter()
        .collect();
    let what = (&about, letters.as_slice());
    assessment::receipt(tx, permit, shelf, (&stored.0, &stored.1), what).await
}

/// The assessment under the case. Who is suspended or waits for money is assessed again, but
/// letter and receipt stay those of the decision until there is another.
async fn ground(tx: &mut Tx, case: &Case) -> Result<AssessmentId> {
    let last = case.assessment.ok_or(Fault::NotAssessed(case.id))?;
    let Some(decision) = case.decision.filter(|_| is_decided(case.state)) else {
        return Ok(last);
    };
    let made = decision::of_case(tx, case.id).await?;
    let made = made.into_iter().find(|made| made.id == decision);
    Ok(made.map_or(last, |made| made.assessment))
}

const fn is_decided(state: State) -> bool {
    matches!(
        state,
        State::Awarded | State::Refused | State::WaitingList | State::Suspended | State::Ended
    )
}

/// The letter of a case as it stands.
pub async fn of(
    tx: &mut Tx,
    permit: &Permit,
    shelf: &Shelf,
    case: &Case,
    lang: Lang,
) -> Result<Letter> {
    let explained = explain(tx, permit, shelf, case).await?;
    let kind = kind_of(case);
    let letter = rules::letter(&explained.pack, &explained.trace, lang, kind);
    letter.ok_or_else(|| Fault::Pack {
        regime: case.regime.clone(),
        on: case.applied_on,
        reason: format!("it has no letter {kind:?}"),
    })
}

/// Which letter a case in this state gets.
pub fn kind_of(case: &Case) -> LetterKind {
    let waits_for = case.wait.as_ref().map(|wait| wait.who);
    match (case.state, waits_for) {
        // Entitled, and refused for want of money alone.
        (State::Refused, _) if case.verdict == Some(Verdict::Entitled) => LetterKind::Postponed,
        (State::Refused, _) => LetterKind::Refused,
        (State::Suspended, _) => LetterKind::Suspended,
        // Ended while suspended: the family applied anew.
        (State::Ended, _) if case.verdict != Some(Verdict::Entitled) && case.decision.is_some() => {
            LetterKind::Suspended
        }
        (State::Awarded | State::Ended, _) => LetterKind::Awarded,
        (State::WaitingList, _) => LetterKind::WaitingList,
        (_, Some(WaitFor::Agency)) => LetterKind::WaitingAgency,
        (_, Some(WaitFor::Visit | WaitFor::Seven)) => LetterKind::WaitingVisit,
        _ => LetterKind::WaitingList,
    }
}

/// A short message to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sms {
    pub decision: DecisionId,
    pub case: CaseId,
    pub person: PersonId,
    pub lang: Lang,
    pub body: String,
    pub written_at: Instant,
    pub sent_at: Option<Instant>,
}

const SMS: bulk::Insert = bulk::Insert {
    into: "sms (decision, case_id, person, lang, body, written_at, sent_at)",
    on_conflict: "(decision) DO NOTHING",
};

/// Writes the short messages of decided cases, each in its applicant's language; a decision has
/// one, however often it is asked for.
pub async fn write_sms(
    platform: &Platform,
    permit: &Permit,
    shelf: &Shelf,
    cases: &[CaseId],
) -> Result<usize> {
    let mut tx = platform.db.begin().await?;
    let cases = case::load_many(&mut tx, cases).await?;
    let mut applicants: Vec<PersonId> = cases.iter().map(|case| case.applicant).collect();
    applicants.sort_unstable();
    applicants.dedup();
    let chosen = language::of_persons(&mut tx, &applicants).await?;
    let now = platform.clock.now();
    let mut messages = Vec::with_capacity(cases.len());
    for case in cases {
        let Some(decision) = case.decision else {
            continue;
        };
        let lang = chosen.get(&case.applicant).copied().unwrap_or_default();
        messages.push(Sms {
            decision,
            case: case.id,
            person: case.applicant,
            lang,
            body: of(&mut tx, permit, shelf, &case, lang).await?.sms,
            written_at: now,
            sent_at: None,
        });
    }
    bulk::insert(&mut tx, &SMS, &messages, |row, sms| {
        row.push(sms.decision.0)
            .push(sms.case.0)
            .push(sms.person.0)
            .push(sms.lang.tag())
            .push(sms.body.as_str())
            .push(sms.written_at.0)
            .push(sms.sent_at.map(|at| at.0));
    })
    .await?;
    tx.commit().await?;
    Ok(messages.len())
}

type SmsRow = (Uuid, Uuid, Uuid, String, String, i64, Option<i64>);

/// Short messages of a case, in the order of their writing.
pub async fn sms_of_case(tx: &mut Tx, _permit: &Permit, case: CaseId) -> Result<Vec<Sms>> {
    let rows = fetch_all!(
        tx,
        SmsRow,
        "SELECT decision, case_id, person, lang, body, written_at, sent_at FROM sms \
         WHERE case_id = $1 ORDER BY decision LIMIT 100",
        case.0
    )?;
    rows.into_iter().map(sms_of).collect()
}

fn sms_of((decision, case, person, lang, body, written_at, sent_at): SmsRow) -> Result<Sms> {
    Ok(Sms {
        decision: DecisionId(decision),
        case: CaseId(case),
        person: PersonId(person),
        lang: language::stored("sms.lang", &lang)?,
        body,
        written_at: Instant(written_at),
        sent_at: sent_at.map(Instant),
    })
}
