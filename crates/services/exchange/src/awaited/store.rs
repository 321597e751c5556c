//! SQL of questions that are awaited.

use kernel::{CaseId, Instant, Pinfl, Source};
use store::{Result, Tx, bulk, execute, fetch_all, fetch_optional, fetch_values};
use uuid::Uuid;

use super::model::{About, AboutRow, Awaited, Became, QuestionRow, UnderWay, UnderWayRow};

/// Cases that wait for one question, told in one event.
const CASES_MAX: i64 = 10_000;

const PERSON: bulk::Insert = bulk::Insert {
    into: "awaited_person (question, place, agency, pinfl, state)",
    on_conflict: "",
};
const CASE: bulk::Insert = bulk::Insert {
    into: "awaited_case (question, case_id)",
    on_conflict: "(question, case_id) DO NOTHING",
};
const UNDER_WAY: bulk::With = bulk::With {
    v: "agency, pinfl",
    statement:
        "SELECT p.pinfl, p.question, p.state, p.settled_at, p.reason, q.as_of, q.window_from,
            q.window_to, q.consent, q.deadline
        FROM v CROSS JOIN awaited_person p JOIN awaited_question q ON q.id = p.question
        WHERE p.agency = v.agency AND p.pinfl = v.pinfl
          AND p.state IN ('awaited', 'nothing', 'refused')",
};

pub async fn insert(tx: &mut Tx, question: &Awaited, persons: &[Pinfl]) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO awaited_question (id, agency, as_of, window_from, window_to, legal_basis, consent,
           issue, asked_at, deadline, prolonged, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11)",
        question.id,
        i64::from(question.agency.code()),
        i64::from(question.as_of.0),
        i64::from(question.window.0.0),
        i64::from(question.window.1.0),
        question.legal_basis.as_str(),
        question.consent.as_deref(),
        question.issue.as_deref(),
        question.asked_at.0,
        question.deadline.0,
        question.state.word()
    )?;
    let places: Vec<(usize, Pinfl)> = persons.iter().copied().enumerate().collect();
    bulk::insert(tx, &PERSON, &places, |row, (place, pinfl)| {
        row.push(question.id)
            .push(*place as i64)
            .push(i64::from(question.agency.code()))
            .push(pinfl.to_string())
            .push(Became::Awaited.word());
    })
    .await?;
    Ok(())
}

/// Cases wait for questions; told again, it is the same.
pub async fn wait_for(tx: &mut Tx, waits: &[(Uuid, CaseId)]) -> Result<()> {
    bulk::insert(tx, &CASE, waits, |row, (question, case)| {
        row.push(*question).push(case.0);
    })
    .await?;
    Ok(())
}

/// Questions about persons that are under way, or ended without an answer to keep.
pub async fn under_way(tx: &mut Tx, agency: Source, persons: &[Pinfl]) -> Result<Vec<UnderWay>> {
    let rows: Vec<UnderWayRow> = bulk::select_in(tx, &UNDER_WAY, persons, |row, pinfl| {
        row.push(i64::from(agency.code())).push(pinfl.to_string());
    })
    .await?;
    rows.into_iter().map(UnderWayRow::into_under_way).collect()
}

pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Awaited>> {
    let row = fetch_optional!(
        tx,
        QuestionRow,
        "SELECT id, agency, as_of, window_from, window_to, legal_basis, consent, issue, asked_at,
                deadline, prolonged, state, sent_at, correlation
         FROM awaited_question WHERE id = $1",
        id
    )?;
    row.map(QuestionRow::into_question).transpose()
}

/// Whom a question is about, in the order in which they were asked about.
pub async fn persons_of(tx: &mut Tx, question: Uuid) -> Result<Vec<About>> {
    let rows = fetch_all!(
        tx,
        AboutRow,
        "SELECT place, pinfl, state, reason, told_as_of, told_at, told_sha256
         FROM awaited_person WHERE question = $1 ORDER BY place",
        question
    )?;
    rows.into_iter().map(AboutRow::into_about).collect()
}

pub async fn cases_of(tx: &mut Tx, question: Uuid) -> Result<Vec<CaseId>> {
    let cases = fetch_values!(
        tx,
        Uuid,
        "SELECT case_id FROM awaited_case WHERE question = $1 ORDER BY case_id LIMIT $2",
        question,
        CASES_MAX
    )?;
    Ok(cases.into_iter().map(CaseId).collect())
}

/// The registry has taken it. A message that answers may have come first and brought its name.
pub async fn sent(tx: &mut Tx, id: Uuid, at: Instant, correlation: Option<&str>) -> Result<()> {
    execute!(
        tx,
        "UPDATE awaited_question SET sent_at = $2, correlation = COALESCE(correlation, $3),
           state = CASE WHEN state = 'kept' THEN 'sent' ELSE state END
         WHERE id = $1",
        id,
        at.0,
        correlation
    )?;
    Ok(())
}

pub async fn name(tx: &mut Tx, id: Uuid, correlation: &str) -> Result<()> {
    execute!(
        tx,
        "UPDATE awaited_question SET correlation = $2 WHERE id = $1 AND correlation IS NULL",
        id,
        correlation
    )?;
    Ok(())
}

pub async fn prolong(tx: &mut Tx, id: Uuid, until: Instant) -> Result<()> {
    execute!(
        tx,
        "UPDATE awaited_question SET deadline = $2, prolonged = prolonged + 1 WHERE id = $1",
        id,
        until.0
    )?;
    Ok(())
}

pub async fn settle(tx: &mut Tx, question: Uuid, about: &About, at: Instant) -> Result<()> {
    let told = about.told.as_ref();
    execute!(
        tx,
        "UPDATE awaited_person SET state = $3, settled_at = $4, reason = $5, told_as_of = $6,
           told_at = $7, told_sha256 = $8
         WHERE question = $1 AND place = $2",
        question,
        about.place,
        about.became.word(),
        at.0,
        about.reason.as_deref(),
        told.map(|told| i64::from(told.as_of.0)),
        told.map(|told| told.sent_at.0),
        told.map(|told| told.sha256.clone())
    )?;
    Ok(())
}

/// A question of which nobody is awaited any more has ended.
pub async fn end_if_settled(tx: &mut Tx, question: Uuid) -> Result<()> {
    execute!(
        tx,
        "UPDATE awaited_question SET state = 'ended' WHERE id = $1 AND NOT EXISTS
           (SELECT 1 FROM awaited_person p WHERE p.question = awaited_question.id
              AND p.state = 'awaited')",
        question
    )?;
    Ok(())
}
