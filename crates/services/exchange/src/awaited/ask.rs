//! Sending kept questions, each until the registry has taken it.

use futures::future::join_all;
use kernel::{PersonId, Pinfl};
use serde_json::Value;
use store::job::{self, Job};
use uuid::Uuid;

use super::model::{About, Awaited, Became, State};
use super::store as rows;
use crate::asked::{self, NewUnanswered};
use crate::dci::json;
use crate::dialect::dci;
use crate::failure::CallFailure;
use crate::wire::Question;
use crate::{Exchange, Result};

/// The kind of the job that asks.
pub const ASK: &str = "awaited.ask";
/// Questions on their way at once; a registry's own limit is lower.
const ASKS_MAX: i64 = 32;
const CORRELATION_CHARS_MAX: usize = 99;

/// What a registry said to the question itself.
#[derive(Debug, PartialEq, Eq)]
enum Taken {
    /// With its name of the question, if it gave one.
    Yes(Option<String>),
    No(String),
}

impl Exchange {
    /// Asks what is due, side by side; the number of attempts.
    pub(crate) async fn ask_due(&self) -> store::Result<usize> {
        let jobs = job::claim(&self.platform, ASK, ASKS_MAX, job::LEASE_S).await?;
        let asked = join_all(jobs.iter().map(|job| self.ask_job(job))).await;
        for (job, asked) in jobs.iter().zip(asked) {
            if let Err(why) = asked {
                job::fail(&self.platform, job, &why.to_string()).await?;
            }
        }
        Ok(jobs.len())
    }

    async fn ask_job(&self, job: &Job) -> Result<(), NotAsked> {
        let id = job.key.parse::<Uuid>().unwrap_or_default();
        let mut tx = self.platform.db.read().await?;
        let question = rows::find(&mut tx, id).await?;
        let persons = rows::persons_of(&mut tx, id).await?;
        drop(tx);
        let question = question.filter(|question| question.state == State::Kept);
        let line = question
            .as_ref()
            .and_then(|one| self.lines.get(&one.agency));
        let dialect = line.and_then(|line| line.connector.dialect.later());
        let (Some(question), Some(line), Some((dci, _))) = (question, line, dialect) else {
            return Ok(self.end(job).await?);
        };
        let numbers: Vec<Pinfl> = persons.iter().map(|about| about.pinfl).collect();
        let asked = question.asking(&numbers);
        // The same message each time: a registry that has it already says so.
        let dated = (question.id, self.platform.wall.now());
        let sent = dci::write(&line.connector, dci, dated, &asked)?;
        let (status, body) = line.deliver(&sent).await?;
        let taken = taken(status, &json::read(&body).unwrap_or(Value::Null));
        Ok(self.end_asking(job, &question, persons, taken).await?)
    }

    async fn end_asking(
        &self,
        job: &Job,
        question: &Awaited,
        persons: Vec<About>,
        taken: Taken,
    ) -> Result<()> {
        let now = self.platform.clock.now();
        let permit = self.permit_of(question, persons.len()).await?;
        let mut tx = self.platform.db.begin().await?;
        let numbers: Vec<Pinfl> = persons.iter().map(|about| about.pinfl).collect();
        let known = registry::person::find_by_pinfls(&mut tx, &permit, &numbers).await?;
        let mut noted: Vec<PersonId> = known.into_values().collect();
        noted.sort_unstable();
        let reason = match taken {
            Taken::Yes(correlation) => {
                rows::sent(&mut tx, question.id, now, correlation.as_deref()).await?;
                "an answer is awaited".to_owned()
            }
            Taken::No(why) => {
                let agency = question.agency.name();
                tracing::warn!(agency, question = %question.id, why, "a question is refused");
                let why = format!("the question was refused: {why}");
                for about in persons {
                    let about = About {
                        became: Became::Refused,
                        reason: Some(why.clone()),
                        ..about
                    };
                    rows::settle(&mut tx, question.id, &about, now).await?;
                }
                rows::end_if_settled(&mut tx, question.id).await?;
                self.tell_cases(&mut tx, question, Vec::new()).await?;
                why
            }
        };
        let notes: Vec<NewUnanswered> = noted
            .into_iter()
            .map(|person| question.note(self.platform.ids.uuid(), person, now, &reason))
            .collect();
        asked::insert_unanswered(&mut tx, &notes).await?;
        job::done(&mut tx, std::slice::from_ref(job)).await?;
        Ok(tx.commit().await?)
    }
}

/// Why a question waits for another attempt.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotAsked {
    #[error(transparent)]
    Call(#[from] CallFailure),
    #[error(transparent)]
    Fault(#[from] store::Fault),
    #[error(transparent)]
    Exchange(#[from] crate::ExchangeError),
}

impl Awaited {
    /// As it is written on the wire.
    pub(super) fn asking<'a>(&'a self, persons: &'a [Pinfl]) -> Question<'a> {
        Question {
            legal_basis: &self.legal_basis,
            consent: self.consent.as_deref(),
            as_of: self.as_of,
            window: self.window,
            persons,
            issue: self.issue.as_deref(),
        }
    }

    /// The agency has heard the number: the person is to read of it.
    fn note(
        &self,
        id: Uuid,
        person: PersonId,
        sent_at: kernel::Instant,
        reason: &str,
    ) -> NewUnanswered {
        NewUnanswered {
            id,
            person,
            agency: self.agency,
            legal_basis: self.legal_basis.clone(),
            consent: self.consent.clone(),
            sent_at,
            reason: reason.to_owned(),
        }
    }
}

fn taken(status: u16, ack: &Value) -> Taken {
    let text = |pointer: &str| ack.pointer(pointer).and_then(Value::as_str);
    let codes = ["/errors/0/code", "/message/error/code"].map(text);
    // From an attempt whose end we did not live to see.
    if codes.contains(&Some("rjct.message_id.duplicate")) {
        return Taken::Yes(None);
    }
    let says_no = matches!(text("/message/ack_status"), Some("ERR" | "NACK"));
    if says_no || !(200..300).contains(&status) {
        let code = codes.into_iter().flatten().next();
        let code = code.map(|code| code.chars().filter(|c| !c.is_control()).take(60).collect());
        return Taken::No(code.unwrap_or_else(|| format!("HTTP status {status}")));
    }
    let correlation = text("/message/correlation_id").filter(|name| {
        (1..=CORRELATION_CHARS_MAX).contains(&name.chars().count())
            && !name.contains(char::is_control)
    });
    Taken::Yes(correlation.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_registry_says_to_a_question_is_a_yes_with_its_name_or_a_no_with_its_code() {
        let no = |code: &str| Taken::No(code.to_owned());
        let named = |name: &str| Taken::Yes(Some(name.to_owned()));
        for (status, ack, expected) in [
            (
                202,
                json!({"message": {"ack_status": "ACK", "correlation_id": "c1"}}),
                named("c1"),
            ),
            (
                200,
                json!({"message": {"ack_status": "ACK"}}),
                Taken::Yes(None),
            ),
            (
                200,
                json!({"message": {"ack_status": "ACK", "correlation_id": "a\nb"}}),
                Taken::Yes(None),
            ),
            (
                200,
                json!({"message": {"ack_status": "ERR", "error": {"code": "err.request.bad"}}}),
                no("err.request.bad"),
            ),
            (
                200,
                json!({"message": {"ack_status": "NACK"}}),
                no("HTTP status 200"),
            ),
            (
                400,
                json!({"errors": [{"code": "rjct.message_id.duplicate"}]}),
                Taken::Yes(None),
            ),
            (
                401,
                json!({"errors": [{"code": "err.signature.invalid"}]}),
                no("err.signature.invalid"),
            ),
            (404, Value::Null, no("HTTP status 404")),
        ] {
            assert_eq!(taken(status, &ack), expected, "{status} {ack}");
        }
    }
}
