//! What came back, sorted: answers to keep, evidence, refusals, facts, and for each
//! person and agency what became of the question.

use super::send::{Inquiry, Reply};
use super::{Ask, SilentReason};
use crate::RestKeys;
use crate::answer::{AnswerRefusal, Read, Said};
use crate::asked::{self, NewUnanswered};
use crate::awaited::Standing;
use crate::call::Received;
use crate::evidence::{self, Evidence, NewAnswer, Refused};
use crate::failure::CallFailure;
use crate::security;
use crate::{Exchange, Result};
use kernel::{Day, EvidenceId, Fact, FactBody, FactId, Instant, Month, PersonId, Pinfl, Source};
use registry::civil::CivilAnswer;
use std::collections::HashMap;
use store::{Ids, Tx};
use uuid::Uuid;

/// One question about one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    agency: Source,
    person: Pinfl,
    as_of: Day,
    window: (Month, Month),
}

impl Key {
    pub fn of(agency: Source, person: Pinfl, ask: &Ask) -> Key {
        Key {
            agency,
            person,
            as_of: ask.as_of,
            window: ask.window,
        }
    }

    fn in_inquiry(inquiry: &Inquiry, person: Pinfl) -> Key {
        Key {
            agency: inquiry.agency,
            person,
            as_of: inquiry.as_of,
            window: inquiry.window,
        }
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    Answered {
        evidence: EvidenceId,
        as_of: Day,
        reused: bool,
    },
    Silent {
        reason: SilentReason,
        retry_at: Option<Instant>,
    },
}

/// Evidence of a person who may get an id only when the answer is applied.
struct Found {
    person: Pinfl,
    evidence: Evidence,
    bodies: Vec<(u16, FactBody)>,
}

#[derive(Default)]
pub(crate) struct Harvest {
    answers: Vec<NewAnswer>,
    found: Vec<Found>,
    refused: Vec<(Option<Pinfl>, Refused)>,
    unanswered: Vec<(Pinfl, NewUnanswered)>,
    civil: Vec<CivilAnswer>,
    outcomes: HashMap<Key, Outcome>,
    fact_ids: Vec<FactId>,
}

impl Harvest {
    pub(super) fn reap(exchange: &Exchange, replies: Vec<Reply<'_>>) -> Harvest {
        let mut harvest = Harvest::default();
        for reply in replies {
            let connector = &exchange.lines[&reply.inquiry.agency].connector;
            let now = exchange.platform.clock.now();
            let again = now.plus_seconds(connector.retry_after_s);
            let inquiry = reply.inquiry;
            match reply.result {
                Err(unanswered) => {
                    let again = again.max(now.plus_seconds(asked_to_wait_s(&unanswered.failure)));
                    let reason = SilentReason::Failed(unanswered.failure);
                    let sent = unanswered.sent_at;
                    harvest.all_silent(exchange, inquiry, sent, &reason, again);
                }
                Ok((received, Err(refusal))) => {
                    let reason = SilentReason::Refused(refusal.clone());
                    let sent = Some(received.sent_at);
                    harvest.all_silent(exchange, inquiry, sent, &reason, again);
                    let ids = &exchange.platform.ids;
                    harvest.refuse(ids, inquiry.agency, &received, None, &refusal);
                }
                Ok((received, Ok(read))) => {
                    harvest.keep(exchange, inquiry, received, read, again);
                }
            }
        }
        harvest.number_facts(exchange);
        harvest
    }

    fn all_silent(
        &mut self,
        exchange: &Exchange,
        inquiry: &Inquiry,
        sent_at: Option<Instant>,
        reason: &SilentReason,
        again: Instant,
    ) {
        for person in &inquiry.persons {
            let outcome = Outcome::Silent {
                reason: reason.clone(),
                retry_at: Some(again),
            };
            self.outcomes
                .insert(Key::in_inquiry(inquiry, *person), outcome);
            if let Some(sent_at) = sent_at {
                self.note_unanswered(exchange, inquiry, *person, sent_at, reason);
            }
        }
    }

    /// The agency heard the number: the person is to read of it.
    fn note_unanswered(
        &mut self,
        exchange: &Exchange,
        inquiry: &Inquiry,
        person: Pinfl,
        sent_at: Instant,
        reason: &SilentReason,
    ) {
        let row = NewUnanswered {
            id: exchange.platform.ids.uuid(),
            person: PersonId::NIL,
            agency: inquiry.agency,
            legal_basis: exchange.lines[&inquiry.agency]
                .connector
                .legal_basis
                .clone(),
            consent: inquiry.consent.clone(),
            sent_at,
            reason: reason.to_string(),
        };
        self.unanswered.push((person, row));
    }

    fn keep(
        &mut self,
        exchange: &Exchange,
        inquiry: &Inquiry,
        received: Received,
        read: Read,
        again: Instant,
    ) {
        let (ids, agency) = (&exchange.platform.ids, inquiry.agency);
        let as_of = read.as_of;
        for person in read.missing {
            let reason = SilentReason::PassedOver;
            self.note_unanswered(exchange, inquiry, person, received.sent_at, &reason);
            self.silent(inquiry, person, reason, Some(again));
        }
        for (person, refusal) in read.refused {
            self.refuse(ids, agency, &received, person, &refusal);
            if let Some(person) = person {
                let reason = SilentReason::Refused(refusal);
                self.note_unanswered(exchange, inquiry, person, received.sent_at, &reason);
                self.silent(inquiry, person, reason, Some(again));
            }
        }
        for (person, said) in read.said {
            match said {
                Said::Pending { ready_at } => {
                    let reason = SilentReason::Pending { ready_at };
                    self.note_unanswered(exchange, inquiry, person, received.sent_at, &reason);
                    self.silent(
                        inquiry,
                        person,
                        reason,
                        Some(ready_at.max(received.received_at)),
                    );
                }
                Said::NotFound => {
                    let reason = SilentReason::NotFound;
                    self.note_unanswered(exchange, inquiry, person, received.sent_at, &reason);
                    self.silent(inquiry, person, reason, None);
                }
                said => self.believe(exchange, inquiry, &received, (person, said, as_of)),
            }
        }
        self.answered(exchange, inquiry, received);
    }

    /// One message that answers a question later. What was not believed is kept apart.
    pub fn heard(
        exchange: &Exchange,
        inquiry: &Inquiry,
        received: Received,
        read: Read,
    ) -> Harvest {
        let mut harvest = Harvest::default();
        let (ids, agency, as_of) = (&exchange.platform.ids, inquiry.agency, read.as_of);
        for (person, refusal) in read.refused {
            harvest.refuse(ids, agency, &received, person, &refusal);
        }
        for (person, said) in read.said {
            harvest.believe(exchange, inquiry, &received, (person, said, as_of));
        }
        harvest.answered(exchange, inquiry, received);
        harvest.number_facts(exchange);
        harvest
    }

    fn believe(
        &mut self,
        exchange: &Exchange,
        inquiry: &Inquiry,
        received: &Received,
        (person, said, as_of): (Pinfl, Said, Day),
    ) {
        let id = EvidenceId(exchange.platform.ids.uuid());
        let told = match said {
            Said::Civil(mut answer) => {
                answer.evidence = Some(id);
                self.civil.push(*answer);
                (true, Vec::new())
            }
            Said::Facts { found, bodies } => (found, bodies),
            Said::NotFound | Said::Pending { .. } => return,
        };
        self.add(exchange, inquiry, received, person, id, as_of, told);
    }

    fn answered(&mut self, exchange: &Exchange, inquiry: &Inquiry, received: Received) {
        let agency = inquiry.agency;
        self.answers.push(NewAnswer {
            id: received.request,
            agency,
            legal_basis: exchange.lines[&agency].connector.legal_basis.clone(),
            sent_at: received.sent_at,
            received_at: received.received_at,
            persons: inquiry.persons.len(),
            body: received.body,
            stamp: received.stamp,
        });
    }

    fn number_facts(&mut self, exchange: &Exchange) {
        let facts: usize = self.found.iter().map(|found| found.bodies.len()).sum();
        let ids = &exchange.platform.ids;
        self.fact_ids = (0..facts).map(|_| FactId(ids.uuid())).collect();
    }

    /// How questions stand that are answered later.
    pub fn awaits(&mut self, inquiry: &Inquiry, standing: Vec<(Pinfl, Standing)>) {
        for (person, standing) in standing {
            let (reason, retry_at) = match standing {
                Standing::Awaited { look_at } => {
                    let reason = SilentReason::Pending { ready_at: look_at };
                    (reason, Some(look_at))
                }
                Standing::Nothing => (SilentReason::NotFound, None),
                Standing::Refused { reason, again } => {
                    let refusal = AnswerRefusal::Body(reason);
                    (SilentReason::Refused(refusal), Some(again))
                }
            };
            self.silent(inquiry, person, reason, retry_at);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn add(
        &mut self,
        exchange: &Exchange,
        inquiry: &Inquiry,
        received: &Received,
        person: Pinfl,
        id: EvidenceId,
        as_of: Day,
        (found, bodies): (bool, Vec<(u16, FactBody)>),
    ) {
        let valid_days = exchange.lines[&inquiry.agency].connector.valid_days;
        let evidence = Evidence {
            id,
            person: PersonId::NIL,
            agency: inquiry.agency,
            answer: received.request,
            window: inquiry.window,
            consent: inquiry.consent.clone(),
            as_of,
            valid_until: as_of.plus_days(valid_days),
            received_at: received.received_at,
            found,
            mended: false,
        };
        self.found.push(Found {
            person,
            evidence,
            bodies,
        });
        let answered = Outcome::Answered {
            evidence: id,
            as_of,
            reused: false,
        };
        self.outcomes
            .insert(Key::in_inquiry(inquiry, person), answered);
    }

    fn silent(
        &mut self,
        inquiry: &Inquiry,
        person: Pinfl,
        reason: SilentReason,
        retry_at: Option<Instant>,
    ) {
        let silent = Outcome::Silent { reason, retry_at };
        self.outcomes
            .insert(Key::in_inquiry(inquiry, person), silent);
    }

    fn refuse(
        &mut self,
        ids: &Ids,
        agency: Source,
        received: &Received,
        person: Option<Pinfl>,
        refusal: &AnswerRefusal,
    ) {
        let refused = Refused {
            id: ids.uuid(),
            agency,
            request: received.request,
            person: None,
            reason: refusal.to_string(),
            security_code: refusal.security_code(),
            received_at: received.received_at,
            body: received.body.clone(),
        };
        self.refused.push((person, refused));
    }

    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.refused.is_empty() && self.unanswered.is_empty()
    }

    pub fn civil_answers(&mut self) -> Vec<CivilAnswer> {
        std::mem::take(&mut self.civil)
    }

    pub(super) fn outcome(&self, key: &Key) -> Outcome {
        let passed_over = Outcome::Silent {
            reason: SilentReason::PassedOver,
            retry_at: None,
        };
        self.outcomes.get(key).cloned().unwrap_or(passed_over)
    }

    /// Writes answers, evidence and refusals, and gives the evidence. `persons` has everyone who was
    /// asked about.
    pub async fn store(
        &mut self,
        tx: &mut Tx,
        keys: &RestKeys,
        persons: &HashMap<Pinfl, PersonId>,
    ) -> Result<Vec<Evidence>> {
        self.answers.sort_unstable_by_key(|answer| answer.id);
        evidence::insert_answers(tx, keys, &self.answers).await?;
        let mut rows: Vec<Evidence> = Vec::with_capacity(self.found.len());
        for found in &self.found {
            let Some(person) = persons.get(&found.person) else {
                continue;
            };
            rows.push(Evidence {
                person: *person,
                ..found.evidence.clone()
            });
        }
        rows.sort_unstable_by_key(|evidence| evidence.id);
        evidence::insert_evidence(tx, &rows).await?;
        let mut refused: Vec<Refused> = Vec::with_capacity(self.refused.len());
        for (person, row) in self.refused.drain(..) {
            let person = person.and_then(|person| persons.get(&person).copied());
            refused.push(Refused { person, ..row });
        }
        refused.sort_unstable_by_key(|refused| refused.id);
        evidence::insert_refused(tx, keys, &refused).await?;
        security::insert_answers(tx, &refused).await?;
        self.store_unanswered(tx, persons).await?;
        Ok(rows)
    }

    /// Of a person whom the register does not know nobody can read it.
    async fn store_unanswered(
        &mut self,
        tx: &mut Tx,
        persons: &HashMap<Pinfl, PersonId>,
    ) -> Result<()> {
        let known = self.unanswered.drain(..).filter_map(|(person, row)| {
            let person = *persons.get(&person)?;
            Some(NewUnanswered { person, ..row })
        });
        let mut rows: Vec<NewUnanswered> = known.collect();
        rows.sort_unstable_by_key(|row| (row.person, row.id));
        asked::insert_unanswered(tx, &rows).await
    }

    /// The facts the answers give, in the order of their ids.
    pub fn facts(&mut self, persons: &HashMap<Pinfl, PersonId>) -> Vec<Fact> {
        let mut ids = self.fact_ids.drain(..);
        let mut facts = Vec::with_capacity(ids.len());
        for found in &mut self.found {
            let owner: Option<Uuid> = persons.get(&found.person).map(|person| person.0);
            for (kind, body) in found.bodies.drain(..) {
                let id = ids.next().expect("an id was made for each body");
                let Some(owner) = owner else { continue };
                let Evidence {
                    agency: source,
                    as_of,
                    received_at,
                    id: evidence,
                    ..
                } = found.evidence;
                facts.push(Fact {
                    id,
                    owner,
                    kind,
                    source,
                    as_of,
                    received_at,
                    evidence,
                    body,
                });
            }
        }
        facts
    }
}

/// How long the agency wants to be left in peace; a wish of more than a day is no wish.
fn asked_to_wait_s(failure: &CallFailure) -> i64 {
    const DAY_S: i64 = 86_400;
    match failure {
        CallFailure::AskedToWait { s } => i64::try_from(*s).unwrap_or(DAY_S).min(DAY_S),
        _ => 0,
    }
}
