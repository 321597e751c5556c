//! What a civil registry tells us: births, deaths, marriages and divorces, and deaths that it takes back. They
//! become life events of the register, the same in whatever order they come.
//!
//! A message is read as a whole before anything is entered, and entered as a whole. Of whom the
//! register does not know, nothing is entered: a civil registry tells of the whole country.

use access::{Action, Permit, Purpose, Scope, Subject};
use kernel::{Day, Name, Pinfl, Sex};
use registry::RegisterError;
use registry::event::{self, Annulment, Birth, Death, Union};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use store::Tx;
use uuid::Uuid;

use super::answer::Unanswered;
use super::envelope::Envelope;
use super::event::Event;
use super::outgoing::Reply;
use super::partner::Partner;
use super::question::Question;
use super::refusal::Refusal;
use crate::Exchange;

const NAME_CHARS_MAX: usize = 200;

#[derive(Debug, Clone, PartialEq)]
pub enum Life {
    Birth(Birth),
    Death(Death),
    DeathAnnulled(Annulment),
    Marriage(Union),
    Divorce(Union),
}

impl Exchange {
    pub(super) async fn hear_life(
        &self,
        partner: &Partner,
        subject: &Subject,
        envelope: &Envelope,
        today: Day,
    ) -> Result<Reply, Unanswered> {
        let forbidden = |why: &str| Refusal::new(403, "err.request.forbidden", why);
        if !partner.civil_registry {
            return Err(forbidden("you are not entered as a civil registry").into());
        }
        let items = envelope.message.get("notify_event");
        let items = items.and_then(Value::as_array).into_iter().flatten();
        let told = items.map(|item| Life::read(item, today).map_err(Refusal::bad));
        let told: Vec<Life> = told.collect::<Result<_, _>>()?;
        let (action, purpose) = (Action::SendCivilEvent, Purpose::Registration);
        let permit = access::permit(&self.platform, subject, action, purpose, Scope::country());
        let permit = permit.await.map_err(|why| forbidden(&why.to_string()))?;
        let correlation = self.platform.ids.uuid();
        let mut tx = self.platform.db.begin().await?;
        let row = (Question::Notify, correlation, None);
        self.take(&mut tx, partner, envelope, row).await?;
        for life in told {
            self.enter_life(&mut tx, &permit, life).await?;
        }
        tx.commit().await?;
        Ok(self.acknowledged(correlation))
    }

    /// Of whom the register does not know, nothing is entered.
    pub(crate) async fn enter_life(
        &self,
        tx: &mut Tx,
        permit: &Permit,
        life: Life,
    ) -> Result<(), RegisterError> {
        let ids = &self.platform.ids;
        let entered = match life {
            Life::Death(death) => event::death(tx, ids, permit, &death).await,
            Life::DeathAnnulled(annulled) => event::annulment(tx, ids, permit, &annulled).await,
            Life::Marriage(union) => event::marriage(tx, ids, permit, &union).await,
            Life::Divorce(union) => event::divorce(tx, ids, permit, &union).await,
            Life::Birth(birth) => event::birth(tx, ids, permit, &birth).await,
        };
        match entered {
            Ok(_) | Err(RegisterError::UnknownPinfl) => Ok(()),
            Err(why) => Err(why),
        }
    }
}

/// What cannot have happened is refused like what cannot be read: the standard has one code for both.
impl From<RegisterError> for Unanswered {
    fn from(why: RegisterError) -> Unanswered {
        match why {
            RegisterError::Impossible(_) => Refusal::bad(why).into(),
            why => Unanswered::Failed(why.into()),
        }
    }
}

impl Life {
    /// Reads one `notify_event`.
    pub fn read(item: &Value, today: Day) -> Result<Life, String> {
        let data = item.get("data").and_then(Value::as_object);
        let data = data.ok_or("notify_event.data is missing")?;
        let name = data.get("reg_event_type").and_then(Value::as_str);
        let record = data.get("reg_records").and_then(Value::as_object);
        let record = record.ok_or("data.reg_records is no object")?;
        let who = uin(record, "identifier")?.ok_or("the identifier is no UIN")?;
        match Event::from_name(name.unwrap_or("")) {
            Ok(Event::LiveBirth) => birth(record, who, today).map(Life::Birth),
            Ok(Event::Death) => {
                let on = day(record, "death_date", today)?;
                Ok(Life::Death(Death {
                    id: id_of_death(who, on),
                    person: who,
                    on,
                }))
            }
            Ok(Event::DeathAnnulled) => {
                let on = day(record, "death_date", today)?;
                Ok(Life::DeathAnnulled(Annulment {
                    id: id_of(&format!("death_annulled {who} {on}")),
                    death: id_of_death(who, on),
                    person: who,
                    on,
                }))
            }
            Ok(Event::Marriage) => union(record, who, "marriage", today).map(Life::Marriage),
            Ok(Event::Divorce) => union(record, who, "divorce", today).map(Life::Divorce),
            _ => {
                let heard =
                    "live_birth, death, death_annulled, marriage and divorce are heard here";
                Err(format!("reg_event_type: {heard}"))
            }
        }
    }
}

/// The mother is the parent whose number is a woman's.
fn birth(record: &Map<String, Value>, child: Pinfl, today: Day) -> Result<Birth, String> {
    let named = ["parent1_identifier", "parent2_identifier"].map(|field| uin(record, field));
    let [first, second] = named;
    let parents = [first?, second?];
    let of = |sex: Sex| {
        let mut parents = parents.into_iter().flatten();
        parents.find(|parent| parent.sex() == sex)
    };
    let sex = record.get("sex").and_then(Value::as_str);
    Ok(Birth {
        id: id_of(&format!("birth {child}")),
        mother: of(Sex::Female).ok_or("neither parent is a mother with a UIN")?,
        father: of(Sex::Male),
        child,
        name: name(record)?,
        sex: sex.and_then(Sex::named).ok_or("sex is male or female")?,
        born: day(record, "birth_date", today)?,
    })
}

/// The standard's record of the civil registry has no field for the other one of a union: who it is
/// stands in `related_person`, as in the record of a member.
fn union(
    record: &Map<String, Value>,
    person: Pinfl,
    what: &str,
    today: Day,
) -> Result<Union, String> {
    let spouse = spouse(record)?.ok_or("related_person has no spouse with a UIN")?;
    let on = day(record, &format!("{what}_date"), today)?;
    let (first, second) = (person.min(spouse), person.max(spouse));
    Ok(Union {
        id: id_of(&format!("{what} {first} {second} {on}")),
        person,
        spouse,
        on,
    })
}

fn spouse(record: &Map<String, Value>) -> Result<Option<Pinfl>, String> {
    let related = record.get("related_person").and_then(Value::as_array);
    let is_spouse = |one: &&Value| one["relationship_type"].as_str() == Some("spouse");
    let spouse = related.into_iter().flatten().find(is_spouse);
    let member = spouse.and_then(|one| one["related_member"].as_object());
    match member {
        Some(member) => uin(member, "member_identifier"),
        None => Ok(None),
    }
}

fn name(record: &Map<String, Value>) -> Result<Name, String> {
    let named = record.get("name");
    let text = |field: &str| {
        let text = named.and_then(|named| named.get(field));
        let text = text.and_then(Value::as_str).unwrap_or("").trim();
        (text.chars().count() <= NAME_CHARS_MAX && !text.contains(char::is_control)).then_some(text)
    };
    match (text("surname"), text("given_name"), text("second_name")) {
        (Some(family), Some(given), Some(patronymic))
            if !family.is_empty() && !given.is_empty() =>
        {
            Ok(Name::new(family, given, patronymic))
        }
        _ => Err(format!(
            "name needs surname and given_name of at most {NAME_CHARS_MAX} characters"
        )),
    }
}

/// One identifier or a list of them; none where the field is absent.
fn uin(record: &Map<String, Value>, field: &str) -> Result<Option<Pinfl>, String> {
    let Some(value) = record.get(field) else {
        return Ok(None);
    };
    let listed = value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice);
    let is_uin = |one: &&Value| matches!(one["identifier_type"].as_str(), Some("UIN" | "NIN"));
    let Some(found) = listed.iter().find(is_uin) else {
        return Ok(None);
    };
    let number = found["identifier_value"].as_str().unwrap_or("");
    let pinfl = Pinfl::parse(number).map_err(|_| format!("{field} is no number of a person"))?;
    Ok(Some(pinfl))
}

/// A day, with or without its hour, and none that is still to come. Of a list the last one is told of.
fn day(record: &Map<String, Value>, field: &str, today: Day) -> Result<Day, String> {
    let told = record.get(field);
    let last = told.and_then(Value::as_array).and_then(|list| list.last());
    let text = last.or(told).and_then(Value::as_str);
    let day = text.and_then(|text| Day::parse(text.get(..10)?).ok());
    let day = day.ok_or_else(|| format!("{field} is a day, as 2026-02-18"))?;
    if day > today {
        return Err(format!("{field} is still to come"));
    }
    Ok(day)
}

fn id_of_death(who: Pinfl, on: Day) -> Uuid {
    id_of(&format!("death {who} {on}"))
}

/// One birth a child, one death a person and day, in however many messages it is told.
fn id_of(what: &str) -> Uuid {
    let hash = Sha256::digest(what.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
