//! An event of one service becomes a command of another.

use access::{Action, Purpose, Subject};
use casework::reassessment::{self, Cause};
use casework::{case, events, letter};
use exchange::events::Answered;
use kernel::{CaseId, Instant, PersonId};
use registry::events::Touched;
use serde::Deserialize;
use store::job::{self, NewJob};
use store::{Tx, outbox};

use super::{CONSUMER, Settled};
use crate::daftar::Daftar;
use crate::error::{Error, Result};

/// The kind of the job that writes short messages of decisions.
const MESSAGES: &str = "app.messages";
/// Sets of decisions written at once.
const SETS_MAX: i64 = 10;

#[derive(Deserialize)]
struct Decided {
    decisions: Vec<DecidedCase>,
}

#[derive(Deserialize)]
struct DecidedCase {
    case: CaseId,
}

impl Daftar {
    pub(super) async fn react(&self) -> Result<Settled> {
        let mut settled = Settled {
            reactions: self.hear().await?,
            ..Settled::default()
        };
        settled.messages = self.write_messages().await?;
        Ok(settled)
    }

    /// Follows what was told, in the transaction that takes it.
    async fn hear(&self) -> Result<usize> {
        let (permit, mut tx, heard) = loop {
            let mut tx = self.platform.db.read().await?;
            let next = outbox::next(&mut tx, CONSUMER, outbox::TAKE_MAX).await?;
            drop(tx);
            if next.is_empty() {
                return Ok(0);
            }
            let persons = touched_by(&next)?;
            let (system, platform) = (Subject::system(), &self.platform);
            let (action, purpose) = (Action::AssessCase, Purpose::Registration);
            let permit = access::naming(platform, &system, action, purpose, &persons).await?;
            let mut tx = platform.db.begin().await?;
            let count = i64::try_from(next.len()).unwrap_or(outbox::TAKE_MAX);
            let heard = outbox::take(&mut tx, CONSUMER, count).await?;
            // Otherwise somebody else took of them meanwhile, and others were taken here, whom the
            // permit does not name.
            if heard == next {
                break (permit, tx, heard);
            }
        };
        for event in &heard {
            if event.topic == events::DECIDED {
                let job = NewJob::new(MESSAGES, event.id.to_string(), event.payload.clone());
                job::enqueue(&mut tx, &self.platform.ids, &[job]).await?;
            } else if event.topic == payments::events::ACCOUNT_CHANGE_ASKED {
                let asked = read(&event.payload)?;
                self.tell_of_change(&mut tx, &permit, &asked).await?;
            } else if event.topic == exchange::events::ANSWERED {
                let answered = (read(&event.payload)?, Instant(event.at));
                self.follow_answer(&mut tx, &permit, answered).await?;
            } else {
                let touched: Touched = read(&event.payload)?;
                self.follow_life(&mut tx, &permit, &event.topic, &touched)
                    .await?;
            }
        }
        tx.commit().await?;
        Ok(heard.len())
    }

    /// Who waited looks again at once, and so does every open case of whom an agency has said otherwise;
    /// an award that rests on it is asked anew.
    async fn follow_answer(
        &self,
        tx: &mut Tx,
        permit: &access::Permit,
        (answered, told_at): (Answered, Instant),
    ) -> Result<()> {
        let platform = &self.platform;
        let mut cases = answered.cases.clone();
        if !answered.corrected.is_empty() {
            cases.extend(case::open_of(tx, &answered.corrected).await?);
            cases.sort_unstable();
            cases.dedup();
        }
        let keys: Vec<String> = cases.iter().map(CaseId::to_string).collect();
        job::hasten(tx, &platform.ids, events::GATHER, &keys).await?;
        let looks = keys
            .into_iter()
            .map(|key| NewJob::new(events::GATHER, key, "{}"));
        job::enqueue(tx, &platform.ids, &looks.collect::<Vec<_>>()).await?;
        if !answered.corrected.is_empty() {
            let corrected = (permit, answered.corrected.as_slice());
            let told = (self.today(), told_at);
            reassessment::on_mended(tx, platform, &self.shelf, corrected, told).await?;
        }
        Ok(())
    }

    /// Asks what met a case that was open; where that is still so, it is put off again.
    pub(super) async fn ask_put_off(&self) -> Result<Settled> {
        let jobs = job::claim(&self.platform, events::PUT_OFF, SETS_MAX, job::LEASE_S).await?;
        let mut settled = Settled::default();
        for job in &jobs {
            let mut tx = self.platform.db.begin().await?;
            match reassessment::ask_again(&mut tx, &self.platform, job).await {
                Ok(_) => {
                    tx.commit().await?;
                    settled.reactions += 1;
                }
                Err(error) => {
                    drop(tx);
                    let (one, why) = (std::slice::from_ref(job), error.to_string());
                    settled.add(self.fail_all(one, &why).await?);
                }
            }
        }
        Ok(settled)
    }

    async fn follow_life(
        &self,
        tx: &mut Tx,
        permit: &access::Permit,
        topic: &str,
        touched: &Touched,
    ) -> Result<()> {
        let (platform, on) = (&self.platform, touched.on);
        if topic == registry::events::PERSON_DIED {
            return self.follow_death(tx, permit, touched).await;
        }
        if topic == registry::events::DEATH_ANNULLED {
            return self.follow_annulled(tx, permit, touched).await;
        }
        let cause = if topic == registry::events::PERSON_BORN {
            Cause::Birth
        } else {
            Cause::Union
        };
        reassessment::on_event(tx, platform, &touched.persons, on, cause).await?;
        Ok(())
    }

    async fn write_messages(&self) -> Result<usize> {
        let jobs = job::claim(&self.platform, MESSAGES, SETS_MAX, job::LEASE_S).await?;
        let mut written = 0;
        for job in &jobs {
            let decided: Decided = read(&job.payload)?;
            let cases: Vec<CaseId> = decided.decisions.iter().map(|d| d.case).collect();
            let permit = self
                .permit_for(Action::AssessCase, Purpose::Casework, &cases)
                .await?;
            written += letter::write_sms(&self.platform, &permit, &self.shelf, &cases).await?;
            let mut tx = self.platform.db.begin().await?;
            job::done(&mut tx, std::slice::from_ref(job)).await?;
            tx.commit().await?;
        }
        Ok(written)
    }
}

/// Whom the events touch: they read of it. A decision is read with a permit of its own, and whose
/// account is to change is written to.
fn touched_by(heard: &[outbox::Event]) -> Result<Vec<PersonId>> {
    let own = [events::DECIDED, payments::events::ACCOUNT_CHANGE_ASKED];
    let mut persons = Vec::new();
    for event in heard {
        if own.contains(&event.topic.as_str()) {
            continue;
        } else if event.topic == exchange::events::ANSWERED {
            let answered: Answered = read(&event.payload)?;
            persons.extend(answered.corrected);
        } else {
            let touched: Touched = read(&event.payload)?;
            persons.extend(touched.persons);
        }
    }
    Ok(persons)
}

fn read<'a, T: Deserialize<'a>>(payload: &'a str) -> Result<T> {
    serde_json::from_str(payload).map_err(|e| Error::Damaged {
        what: "the payload of an event",
        why: e.to_string(),
    })
}
