//! Telling partners what has happened, to those and of those whom their subscription names.
//!
//! An event becomes one work a subscription in the transaction that hears it; each is told, or not,
//! on its own. Who lives outside of the partner's territory is not told of, and everybody who is
//! told of stands in the access log first.

use std::collections::{BTreeSet, HashMap};

use access::{Answering, Permit};
use kernel::{Day, PersonId, UnitId};
use registry::event::parties;
use registry::events::Touched;
use registry::person::{self, Person};
use registry::unit::{self, UnitRow};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::job::{self, Job, NewJob};
use store::{Fault, Tx, outbox};
use uuid::Uuid;

use super::event::{Event, TOPICS};
use super::outgoing::Told;
use super::partner;
use super::query::Seen;
use super::record::Known;
use super::search::{self, SearchFailed, Searcher};
use super::send::{self, Outgoing};
use super::subscription::{self, Subscription, Wish};
use super::tell::{Hit, area_of, portraits};
use super::wanted::{Kind, Query, REGISTRY};
use crate::Exchange;

/// The kind of the job that tells one subscriber of one event.
const NOTIFY: &str = "dci.notify";
/// Under this name the exchange hears the register.
const CONSUMER: &str = "dci";
/// Works taken at once.
const NOTES_MAX: i64 = 20;
/// Subscriptions read at once.
const SUBSCRIPTIONS_A_PAGE: i64 = 1_000;
/// Records of one message.
const RECORDS_A_MESSAGE: usize = super::envelope::ITEMS_MAX;
const ACTION: &str = "notify";

/// One event for one subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    code: Uuid,
    touched: Touched,
}

/// Says once for ever which events of the register partners can hear of.
pub async fn listen(db: &store::Db) -> store::Result<()> {
    for topic in TOPICS {
        outbox::subscribe(db, topic, CONSUMER).await?;
    }
    Ok(())
}

impl Exchange {
    /// Makes a work of each event and subscription to it; the number of events.
    pub(super) async fn hear_due(&self) -> store::Result<usize> {
        let mut tx = self.platform.db.read().await?;
        let waiting = outbox::waiting(&mut tx, CONSUMER).await?;
        drop(tx);
        if waiting == 0 {
            return Ok(0);
        }
        let mut tx = self.platform.db.begin().await?;
        let heard = outbox::take(&mut tx, CONSUMER, outbox::TAKE_MAX).await?;
        for event in &heard {
            self.note(&mut tx, event).await?;
        }
        tx.commit().await?;
        Ok(heard.len())
    }

    async fn note(&self, tx: &mut Tx, heard: &outbox::Event) -> store::Result<()> {
        let touched: Touched = read(&heard.payload)?;
        for event in Event::of_topic(&heard.topic) {
            let mut after = Uuid::nil();
            loop {
                let page = SUBSCRIPTIONS_A_PAGE;
                let codes = subscription::waiting_for(tx, *event, after, page).await?;
                let jobs = codes.iter().map(|code| {
                    let touched = touched.clone();
                    let note = Note {
                        code: *code,
                        touched,
                    };
                    let payload = serde_json::to_string(&note).expect("plain data becomes JSON");
                    NewJob::new(NOTIFY, format!("{} {code}", heard.id), payload)
                });
                job::enqueue(tx, &self.platform.ids, &jobs.collect::<Vec<_>>()).await?;
                match codes.last() {
                    Some(last) if codes.len() as i64 == page => after = *last,
                    _ => break,
                }
            }
        }
        Ok(())
    }

    /// Tells what is due; the number of works looked at.
    pub(super) async fn notify_due(&self, today: Day) -> store::Result<usize> {
        let jobs = job::claim(&self.platform, NOTIFY, NOTES_MAX, job::LEASE_S).await?;
        for job in &jobs {
            if let Err(failed) = self.notify(job, today).await {
                tracing::error!(%failed, "a subscriber is told later");
                job::fail(&self.platform, job, &failed.to_string()).await?;
            }
        }
        Ok(jobs.len())
    }

    async fn notify(&self, job: &Job, today: Day) -> Result<(), SearchFailed> {
        let note: Note = read(&job.payload)?;
        let mut tx = self.platform.db.read().await?;
        let found = subscription::find(&mut tx, note.code).await?;
        let found = found.filter(|(_, stands)| *stands);
        let Some((subscription, _)) = found else {
            return Ok(self.end(job).await?);
        };
        // Taken when filters were read more widely: whom it means nobody knows.
        let Ok(query) = subscription.wish.query() else {
            tracing::error!(code = %note.code, "the filter of a subscription is not understood");
            return Ok(self.end(job).await?);
        };
        let asker = partner::find_open(&mut tx, &subscription.sender_id).await?;
        drop(tx);
        let callback = asker
            .as_ref()
            .and_then(|(partner, _)| partner.callback.clone());
        let (Some((_, subject)), Some(callback)) = (asker, callback) else {
            return Ok(self.end(job).await?);
        };
        let answering = Answering::new(&self.platform);
        let searcher = Searcher {
            platform: &self.platform,
            answering: &answering,
            subject: &subject,
            today,
        };
        let asked = (&subscription.wish, &query);
        let records = searcher.of_event(asked, &note.touched).await?;
        answering.hand_in().await.durable().await?;
        let outgoing = records.chunks(RECORDS_A_MESSAGE).map(|records| Outgoing {
            message_id: self.platform.ids.uuid(),
            sender_id: subscription.sender_id.clone(),
            address: callback.below(ACTION).into(),
            told: self.notification(&subscription, records),
        });
        let sends: Vec<NewJob> = outgoing.map(Outgoing::into_job).collect();
        let mut tx = self.platform.db.begin().await?;
        job::done(&mut tx, std::slice::from_ref(job)).await?;
        match send::waiting(&mut tx, &subscription.sender_id).await? < send::WAITING_MAX {
            true => drop(job::enqueue(&mut tx, &self.platform.ids, &sends).await?),
            false => {
                let (sender, code) = (&subscription.sender_id, note.code);
                tracing::error!(sender, %code, "too many messages wait: it is not told of an event");
            }
        }
        Ok(tx.commit().await?)
    }

    fn notification(&self, subscription: &Subscription, records: &[Value]) -> Told {
        let (wish, now) = (&subscription.wish, self.platform.wall.now());
        let events = records.iter().map(|record| {
            json!({
                "reference_id": self.platform.ids.uuid().to_string(),
                "timestamp": now.to_string(),
                "data": {
                    "version": "1.0.0",
                    "reg_type": REGISTRY,
                    "reg_event_type": wish.event.name(),
                    "reg_record_type": wish.kind.name(),
                    "reg_records": record,
                },
            })
        });
        let message = json!({
            "transaction_id": subscription.transaction_id,
            "notify_event": events.collect::<Value>(),
        });
        Told {
            total: records.len(),
            completed: records.len(),
            meta: Some(json!({ "subscription_code": subscription.code.to_string() })),
            ..Told::of_one(ACTION, "succ", message)
        }
    }
}

fn read<'a, T: Deserialize<'a>>(payload: &'a str) -> store::Result<T> {
    serde_json::from_str(payload).map_err(|why| Fault::Stored {
        what: "event of the register",
        reason: why.to_string(),
    })
}

/// Those whom an event touches, with what the filter looks at.
struct Whom {
    persons: HashMap<PersonId, Person>,
    units: HashMap<UnitId, UnitRow>,
    unit_of: HashMap<PersonId, UnitId>,
    /// Where somebody belongs who sits in no unit any more.
    touched: Option<UnitId>,
}

impl Searcher<'_> {
    /// The records that an event makes for a wish, whose filter is `query`.
    async fn of_event(
        &self,
        (wish, query): (&Wish, &Query),
        touched: &Touched,
    ) -> Result<Vec<Value>, SearchFailed> {
        let mut tx = self.platform.db.read().await?;
        let block = search::block(&mut tx).await?;
        let permit = self.batch(touched.persons.len() as u64).await?;
        let about = about(&mut tx, &permit, wish.event, touched).await?;
        let whom = Whom::load(&mut tx, &permit, &block, touched).await?;
        let number = match query {
            Query::Number(Some(number)) => person::find_by_pinfl(&mut tx, &permit, *number).await?,
            _ => None,
        };
        let mut hits: Vec<Hit> = Vec::new();
        for person in about {
            let hit = whom.hit(person, wish.kind);
            let Some(hit) = hit.filter(|hit| self.may_hear(&whom, hit)) else {
                continue;
            };
            let matches = match query {
                Query::Number(_) => number == Some(person),
                Query::Unit(unit) => hit.unit == *unit,
                Query::Matching(test) => whom
                    .seen(&hit, self.today)
                    .is_some_and(|seen| test.holds(&seen)),
            };
            if matches && !hits.contains(&hit) {
                hits.push(hit);
            }
        }
        drop(tx);
        let units = portraits(whom.units.values())?;
        self.tell(wish.kind, &hits, (&units, Known::default()))
            .await
    }

    fn may_hear(&self, whom: &Whom, hit: &Hit) -> bool {
        let row = hit.unit.and_then(|unit| whom.units.get(&unit));
        let area = row.map(|row| area_of(row.district, row.mahalla));
        self.subject
            .territory
            .covers(area.unwrap_or(access::Area::Country))
    }
}

/// The persons an event is about; all it touches for a change of families.
async fn about(
    tx: &mut Tx,
    permit: &Permit,
    event: Event,
    touched: &Touched,
) -> Result<BTreeSet<PersonId>, SearchFailed> {
    if event == Event::Update {
        return Ok(touched.persons.iter().copied().collect());
    }
    let Some(id) = touched.event else {
        return Ok(BTreeSet::new());
    };
    let parties = parties(tx, permit, id).await?;
    let union = matches!(event, Event::Marriage | Event::Divorce);
    let persons = parties.into_iter().flat_map(|(person, other)| {
        let other = other.filter(|_| union);
        [Some(person), other].into_iter().flatten()
    });
    Ok(persons.collect())
}

impl Whom {
    async fn load(
        tx: &mut Tx,
        permit: &Permit,
        block: &str,
        touched: &Touched,
    ) -> Result<Whom, SearchFailed> {
        let unit_of = unit::of_persons(tx, permit, block, &touched.persons).await?;
        let mut wanted: Vec<UnitId> = touched.units.clone();
        wanted.extend(unit_of.values());
        let rows = unit::load_many(tx, permit, block, &wanted).await?;
        let units: HashMap<UnitId, UnitRow> = rows.into_iter().map(|row| (row.unit, row)).collect();
        let mut ids = touched.persons.clone();
        ids.extend(units.values().map(|row| row.head));
        Ok(Whom {
            persons: person::load_many(tx, permit, &ids).await?,
            touched: touched
                .units
                .iter()
                .find(|unit| units.contains_key(unit))
                .copied(),
            units,
            unit_of,
        })
    }

    /// The record that is about somebody: the own one, or that of the family.
    fn hit(&self, person: PersonId, kind: Kind) -> Option<Hit> {
        let unit = self.unit_of.get(&person).copied().or(self.touched);
        let told = match kind {
            Kind::Group => self.units.get(&unit?)?.head,
            Kind::Person | Kind::Member => person,
        };
        Some(Hit {
            person: told,
            unit,
            order: 0,
        })
    }

    /// In a subscription to groups, attributes of a person are the head's, as in a search.
    fn seen(&self, hit: &Hit, today: Day) -> Option<Seen> {
        let person = self.persons.get(&hit.person)?;
        let row = hit.unit.and_then(|unit| self.units.get(&unit));
        let size = row.and_then(|row| row.portrait().ok());
        Some(Seen {
            born: person.born,
            sex: person.sex,
            group_size: size.map_or(0, |portrait| portrait.members.len()),
            district: row.map_or(0, |row| row.district),
            mahalla: row.map_or(0, |row| row.mahalla),
            today,
        })
    }
}
