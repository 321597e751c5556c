//! `POST /api/civil-events`: births, deaths, marriages and divorces as the
//! registry's messages, and deaths that it takes back. The same id is one event.

use access::{Action, Permit, Purpose, Scope};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use exchange::dci::partner;
use kernel::ids::Uuid;
use kernel::lang::Text3;
use kernel::{Name, Pinfl, Sex};
use registry::RegisterError;
use registry::event::{self, Annulment, Birth, Death, Heard, Union};
use registry::person;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Tx;

use super::{Sent, day, pinfl};
use crate::desk::permit_naming;
use crate::guest::Seat;
use crate::house::House;
use crate::stop::Stop;

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CivilEventJson {
    Birth {
        id: Uuid,
        #[serde(default)]
        mother: Option<String>,
        #[serde(default)]
        person: Option<String>,
        #[serde(default)]
        father: Option<String>,
        child: ChildJson,
    },
    Death {
        id: Uuid,
        on: String,
        person: String,
    },
    /// The death that the message `death` told of, on this day, was none.
    DeathAnnulled {
        id: Uuid,
        death: Uuid,
        on: String,
        person: String,
    },
    Marriage {
        id: Uuid,
        on: String,
        person: String,
        spouse: String,
    },
    Divorce {
        id: Uuid,
        on: String,
        person: String,
        spouse: String,
    },
}

#[derive(Debug, Deserialize)]
pub struct ChildJson {
    pinfl: String,
    names: NamesJson,
    sex: String,
    born: String,
}

#[derive(Debug, Deserialize)]
pub struct NamesJson {
    family: String,
    given: String,
    #[serde(default)]
    patronymic: Option<String>,
}

pub async fn hear(
    State(house): State<House>,
    seat: Seat,
    Sent(body): Sent<CivilEventJson>,
) -> Result<(StatusCode, Json<Value>), Stop> {
    must_be_a_registry(&house, &seat).await?;
    let message = Message::read(body)?;
    let scope = Scope::country();
    let (action, purpose) = (Action::SendCivilEvent, Purpose::Registration);
    let permit = seat.permit(&house, action, purpose, scope).await?;
    let mut tx = house.read().await?;
    let known = person::find_by_pinfls(&mut tx, &permit, &message.about()).await?;
    drop(tx);
    let known: Vec<_> = known.into_values().collect();
    let permit = permit_naming(&house, &seat, action, purpose, &known).await?;
    let mut tx = house.begin().await?;
    let heard = message.enter(&house, &mut tx, &permit).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "fresh": heard.fresh }))))
}

/// A partner that is entered to ask only does not tell of deaths.
async fn must_be_a_registry(house: &House, seat: &Seat) -> Result<(), Stop> {
    let mut tx = house.platform().db.read().await?;
    let partner = partner::find_by_account(&mut tx, seat.subject.account).await?;
    match partner {
        Some(partner) if !partner.civil_registry => Err(Stop::ForbiddenRole(seat.subject.role)),
        _ => Ok(()),
    }
}

enum Message {
    Birth(Birth),
    Death(Death),
    DeathAnnulled(Annulment),
    Marriage(Union),
    Divorce(Union),
}

impl Message {
    fn read(body: CivilEventJson) -> Result<Message, Stop> {
        Ok(match body {
            CivilEventJson::Birth {
                id,
                mother,
                person,
                father,
                child,
            } => {
                let mother = mother.or(person).unwrap_or_default();
                Message::Birth(birth(id, &mother, father.as_deref(), child)?)
            }
            CivilEventJson::Death { id, on, person } => Message::Death(Death {
                id,
                person: pinfl("person", &person)?,
                on: day("on", &on)?,
            }),
            CivilEventJson::DeathAnnulled {
                id,
                death,
                on,
                person,
            } => Message::DeathAnnulled(Annulment {
                id,
                death,
                person: pinfl("person", &person)?,
                on: day("on", &on)?,
            }),
            CivilEventJson::Marriage {
                id,
                on,
                person,
                spouse,
            } => Message::Marriage(union(id, &on, &person, &spouse)?),
            CivilEventJson::Divorce {
                id,
                on,
                person,
                spouse,
            } => Message::Divorce(union(id, &on, &person, &spouse)?),
        })
    }

    /// Of whom it tells: each of them reads who did.
    fn about(&self) -> Vec<Pinfl> {
        match self {
            Message::Birth(birth) => {
                let parents = birth.father.into_iter().chain([birth.mother]);
                parents.chain([birth.child]).collect()
            }
            Message::Death(death) => vec![death.person],
            Message::DeathAnnulled(annulled) => vec![annulled.person],
            Message::Marriage(union) | Message::Divorce(union) => vec![union.person, union.spouse],
        }
    }

    async fn enter(&self, house: &House, tx: &mut Tx, permit: &Permit) -> Result<Heard, Stop> {
        let ids = &house.platform().ids;
        let entered = match self {
            Message::Birth(birth) => event::birth(tx, ids, permit, birth).await,
            Message::Death(death) => event::death(tx, ids, permit, death).await,
            Message::DeathAnnulled(annulled) => event::annulment(tx, ids, permit, annulled).await,
            Message::Marriage(union) => event::marriage(tx, ids, permit, union).await,
            Message::Divorce(union) => event::divorce(tx, ids, permit, union).await,
        };
        entered.map_err(refused)
    }
}

/// What cannot have happened is refused for good; the rim notes it as a security event.
fn refused(why: RegisterError) -> Stop {
    match why {
        RegisterError::Impossible(why) => Stop::Refused {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            code: "impossible_event",
            why: Text3::same(why.to_string()),
        },
        why => why.into(),
    }
}

fn birth(id: Uuid, mother: &str, father: Option<&str>, child: ChildJson) -> Result<Birth, Stop> {
    let sex = match child.sex.as_str() {
        "m" => Sex::Male,
        "f" => Sex::Female,
        other => {
            return Err(Stop::bad(
                "child.sex",
                format!("the sex is m or f, not `{other}`"),
            ));
        }
    };
    let patronymic = child.names.patronymic.unwrap_or_default();
    Ok(Birth {
        id,
        mother: pinfl("mother", mother)?,
        father: father.map(|father| pinfl("father", father)).transpose()?,
        child: pinfl("child.pinfl", &child.pinfl)?,
        name: Name::new(&child.names.family, &child.names.given, &patronymic),
        sex,
        born: day("child.born", &child.born)?,
    })
}

fn union(id: Uuid, on: &str, person: &str, spouse: &str) -> Result<Union, Stop> {
    Ok(Union {
        id,
        person: pinfl("person", person)?,
        spouse: pinfl("spouse", spouse)?,
        on: day("on", on)?,
    })
}
