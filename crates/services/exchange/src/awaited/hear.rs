//! Messages that answer a question later: joined to it, believed like an answer at once, and
//! acknowledged when all of it is durable.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::{Instant, PersonId, Pinfl};
use registry::{civil, fact, person};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::Tx;
use uuid::Uuid;

use super::model::{About, Awaited, Became, Told};
use super::store as rows;
use crate::answer::{self, AnswerRefusal, Read, Said};
use crate::call::{Line, Received};
use crate::dci::Reply;
use crate::dci::envelope::{self, Arrived};
use crate::dci::refusal::Refusal;
use crate::dialect::Stamp;
use crate::dialect::dci::{self, Dci, Opened};
use crate::evidence::{self, Evidence};
use crate::gather::{Harvest, Inquiry};
use crate::heard::{NotHeard, refusal};
use crate::mended::{self, Mended};
use crate::{Exchange, ExchangeError, Result};

const ON_SEARCH: &str = "on-search";

impl Exchange {
    pub(crate) async fn hear_answer(
        &self,
        (line, dci): (&Line, &Dci),
        opened: &Opened,
        message_id: &str,
        arrived: &Arrived<'_>,
    ) -> Result<Reply, NotHeard> {
        let (question, persons) = self.question_of(line, opened).await?;
        let numbers: Vec<Pinfl> = persons.iter().map(|about| about.pinfl).collect();
        let now = self.platform.clock.now();
        let read = read(line, opened, (&question, &numbers), now)?;
        let answer = Answer {
            line,
            opened,
            parts: hashes(opened, &question, &numbers),
            received: Received {
                request: self.platform.ids.uuid(),
                sent_at: question.sent_at.unwrap_or(question.asked_at),
                received_at: now,
                body: arrived.body.to_vec(),
                stamp: Stamp {
                    signature: arrived.signature.map(str::to_owned),
                    ..Stamp::default()
                },
                wall_at: self.platform.wall.now(),
            },
        };
        let permit = self.permit_of(&question, persons.len()).await?;
        let mut tx = self.platform.db.begin().await?;
        if !self
            .take_once(&mut tx, dci, (message_id, ON_SEARCH), question.id)
            .await?
        {
            // The registry did not hear that we have it. Nothing is done twice.
            return Ok(self.acknowledged(question.id));
        }
        let agency = question.agency.name();
        tx.alone(&format!("awaited {agency}"))
            .await
            .map_err(ExchangeError::from)?;
        self.believe(&mut tx, &permit, &question, (answer, read))
            .await?;
        tx.commit().await.map_err(ExchangeError::from)?;
        line.breaker.succeeded();
        Ok(self.acknowledged(question.id))
    }

    /// Ours by its transaction, and the registry's by its correlation.
    async fn question_of(
        &self,
        line: &Line,
        opened: &Opened,
    ) -> Result<(Awaited, Vec<About>), NotHeard> {
        let unknown = || {
            let why = "no question of ours to you has this transaction and correlation";
            Refusal::new(404, "err.request.not_found", why)
        };
        let text = |name: &str| envelope::id(&opened.message, name);
        let transaction = text("transaction_id").and_then(|id| id.parse::<Uuid>().ok());
        let transaction = transaction.ok_or_else(unknown)?;
        let correlation = text("correlation_id").ok_or_else(unknown)?;
        let mut tx = self.platform.db.read().await?;
        let question = rows::find(&mut tx, transaction).await?;
        let question = question.filter(|question| {
            let known = question.correlation.as_ref();
            question.agency == line.connector.agency
                && known.is_none_or(|known| *known == correlation)
        });
        let question = question.ok_or_else(unknown)?;
        let persons = rows::persons_of(&mut tx, question.id).await?;
        Ok((question, persons))
    }

    /// What is new in a message becomes evidence and facts, as an answer at once would.
    async fn believe(
        &self,
        tx: &mut Tx,
        permit: &access::Permit,
        question: &Awaited,
        (answer, read): (Answer<'_>, Read),
    ) -> Result<()> {
        // Read again under the lock: another message may have come meanwhile.
        let persons = rows::persons_of(tx, question.id).await?;
        let numbers: Vec<Pinfl> = persons.iter().map(|about| about.pinfl).collect();
        let fresh = Fresh::of(&answer, persons, read);
        if fresh.abouts.is_empty() {
            return Ok(());
        }
        let inquiry = Inquiry {
            agency: question.agency,
            as_of: question.as_of,
            window: question.window,
            consent: question.consent.clone(),
            persons: fresh.abouts.iter().map(|about| about.pinfl).collect(),
            issue: question.issue.clone(),
        };
        let mut harvest = Harvest::heard(self, &inquiry, answer.received, fresh.read);
        let now = self.platform.clock.now();
        let told = harvest.civil_answers();
        if !told.is_empty() {
            civil::apply(tx, &self.platform.ids, permit, &told, now).await?;
        }
        let known = person::find_by_pinfls(tx, permit, &numbers).await?;
        let received = harvest.store(tx, &self.evidence_keys, &known).await?;
        fact::record(tx, permit, &harvest.facts(&known)).await?;
        let again = fresh.again.iter();
        let again = again.filter_map(|(who, again)| Some((*known.get(who)?, *again)));
        let again: BTreeMap<PersonId, Again> = again.collect();
        let received = (received.as_slice(), &again);
        let corrected = self.mend(tx, permit, question, received).await?;
        for about in &fresh.abouts {
            rows::settle(tx, question.id, about, now).await?;
        }
        let correlation = envelope::id(&answer.opened.message, "correlation_id");
        rows::name(tx, question.id, &correlation.unwrap_or_default()).await?;
        rows::end_if_settled(tx, question.id).await?;
        self.tell_cases(tx, question, corrected.into_iter().collect())
            .await
    }

    /// Of whom the agency says otherwise than it had said, to this question or to another. Of two answers
    /// to this question one holds: the newer one, though it came first.
    async fn mend(
        &self,
        tx: &mut Tx,
        permit: &access::Permit,
        question: &Awaited,
        (received, again): (&[Evidence], &BTreeMap<PersonId, Again>),
    ) -> Result<BTreeSet<PersonId>> {
        let persons: Vec<PersonId> = received.iter().map(|one| one.person).collect();
        let mut earlier = evidence::of_persons(tx, permit, &persons).await?;
        earlier.retain(|one| {
            one.agency == question.agency && received.iter().all(|just| just.id != one.id)
        });
        let just = (received, question.asked_at);
        let (mut mended, mut of) = mended::find(tx, permit, &earlier, just).await?;
        let to_this =
            |one: &&Evidence| one.received_at >= question.asked_at && one.window == question.window;
        for just in received {
            let Some(again) = again.get(&just.person) else {
                continue;
            };
            let mut before = earlier.iter().filter(to_this);
            let before = before.rfind(|one| one.person == just.person && !one.mended);
            let before = before.map(|before| before.id);
            let (evidence, by) = match again {
                Again::Corrected => (before, Some(just.id)),
                Again::Overtaken => (Some(just.id), before),
            };
            if let (Some(evidence), Some(by)) = (evidence, by) {
                mended.push(Mended { evidence, by });
            }
            if *again == Again::Corrected {
                of.insert(just.person);
            }
        }
        mended::note(tx, &self.platform.ids, &mended).await?;
        Ok(of)
    }
}

/// A message that was opened, and what stands in it of each person, as a hash.
struct Answer<'a> {
    line: &'a Line,
    opened: &'a Opened,
    parts: HashMap<Pinfl, Vec<u8>>,
    received: Received,
}

/// What of a message is new, and what becomes of the persons by it.
struct Fresh {
    read: Read,
    abouts: Vec<About>,
    /// Who was told of before.
    again: Vec<(Pinfl, Again)>,
}

/// Of a person another thing was told to the same question before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    /// That holds no more.
    Corrected,
    /// That is newer and holds; this is kept as evidence.
    Overtaken,
}

impl Fresh {
    fn of(answer: &Answer<'_>, persons: Vec<About>, read: Read) -> Fresh {
        let mut by_number: BTreeMap<Pinfl, About> = BTreeMap::new();
        by_number.extend(persons.into_iter().map(|about| (about.pinfl, about)));
        let mut fresh = Fresh {
            read: Read {
                as_of: read.as_of,
                ..Read::default()
            },
            abouts: Vec::new(),
            again: Vec::new(),
        };
        let is_civil = answer.line.connector.agency == kernel::Source::CivilRegistry;
        for (person, said) in read.said {
            let Some(about) = by_number.remove(&person) else {
                continue;
            };
            fresh.said(answer, about, said, is_civil);
        }
        for (person, refusal) in read.refused {
            let about = person.and_then(|person| by_number.remove(&person));
            // What was told before stands.
            let about = about.filter(|about| about.became != Became::Told);
            if let Some(about) = about {
                fresh.abouts.push(About {
                    became: Became::Refused,
                    reason: Some(refusal.to_string()),
                    ..about
                });
            }
            fresh.read.refused.push((person, refusal));
        }
        fresh
    }

    fn said(&mut self, answer: &Answer<'_>, about: About, said: Said, is_civil: bool) {
        let person = about.pinfl;
        let told = Told {
            as_of: self.read.as_of,
            sent_at: answer.opened.sent_at,
            sha256: answer.parts.get(&person).cloned().unwrap_or_default(),
        };
        let before = about.told.as_ref();
        let order = |told: &Told| (told.as_of, told.sent_at);
        if before.is_some_and(|before| before.sha256 == told.sha256) {
            return;
        }
        let is_overtaken = before.is_some_and(|before| order(before) >= order(&told));
        let said = match said {
            Said::Pending { .. } => return,
            Said::NotFound => {
                if before.is_none() {
                    self.abouts.push(About {
                        became: Became::Nothing,
                        ..about
                    });
                }
                return;
            }
            // Kept as evidence; what was sent later holds.
            Said::Facts { found, .. } if is_overtaken => Said::Facts {
                found,
                bodies: Vec::new(),
            },
            Said::Civil(_) if is_overtaken && is_civil => Said::Facts {
                found: true,
                bodies: Vec::new(),
            },
            said => said,
        };
        if before.is_some() {
            let again = match is_overtaken {
                true => Again::Overtaken,
                false => Again::Corrected,
            };
            self.again.push((person, again));
        }
        self.read.said.push((person, said));
        self.abouts.push(About {
            became: Became::Told,
            reason: None,
            told: if is_overtaken { about.told } else { Some(told) },
            ..about
        });
    }
}

fn read(
    line: &Line,
    opened: &Opened,
    (question, numbers): (&Awaited, &[Pinfl]),
    now: Instant,
) -> Result<Read, NotHeard> {
    let asked = question.asking(numbers);
    let frame = dci::frame_of(opened, question.id, &asked).map_err(refusal)?;
    let read = answer::read_frame(&line.connector, &asked, (&frame, now)).map_err(refusal)?;
    let about_others = |(_, why): &(Option<Pinfl>, AnswerRefusal)| *why == AnswerRefusal::NotAsked;
    match read.refused.iter().any(about_others) {
        true => Err(refusal(AnswerRefusal::NotAsked).into()),
        false => Ok(read),
    }
}

/// The hash of the data of each person's item: by it a repetition is told from a correction.
fn hashes(opened: &Opened, question: &Awaited, numbers: &[Pinfl]) -> HashMap<Pinfl, Vec<u8>> {
    let items = opened.message.get("search_response");
    let items = items.and_then(Value::as_array).into_iter().flatten();
    let parts = items.filter_map(|item| {
        let person = dci::asked_about(item, question.id, numbers)?;
        let as_of = opened.header.get("meta").and_then(|meta| meta.get("as_of"));
        let said = format!("{}{:?}{as_of:?}", item["data"], item["status"]);
        Some((person, Sha256::digest(said).to_vec()))
    });
    parts.collect()
}
