//! Deaths that the civil registry takes back. Which of a death and its annulment comes first makes no
//! difference, nor how often either comes: a death counts while no annulment names its message. Whoever
//! is taken back lives again, unless another death of the person stands; of several the first day counts.

use super::{Death, Heard, Impossible, Kind, Message, ahead, possible};
use crate::person::{self, IdentifierKind, Person};
use crate::{Permit, RegisterError, Result, stored};
use kernel::{Day, PersonId, Pinfl, Source};
use store::{Ids, Tx, execute, fetch_optional, fetch_value};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Annulment {
    pub id: Uuid,
    /// The message that had told of the death.
    pub death: Uuid,
    pub person: Pinfl,
    /// The day of that death.
    pub on: Day,
}

/// The registry takes a death back.
pub async fn annulment(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    annulment: &Annulment,
) -> Result<Heard> {
    let message = Message {
        id: annulment.id,
        kind: Kind::DeathAnnulled,
        on: annulment.on,
        permit,
        ids,
    };
    message.must_have_come()?;
    let death = annulment.death();
    possible::death(&death)?;
    let person = match message.known(tx, annulment.person).await {
        Err(RegisterError::UnknownPinfl) if ahead::may_be(&death) => {
            keep(tx, ids, annulment).await?;
            return Ok(Heard::default());
        }
        found => found?,
    };
    message.alone(tx).await?;
    must_be_that_death(tx, annulment, person).await?;
    if !keep(tx, ids, annulment).await? {
        return Ok(Heard::default());
    }
    message.begin(tx, person, None).await?;
    take_back(tx, &message, person).await
}

/// The person is dead or alive by what stands now.
async fn take_back(tx: &mut Tx, message: &Message<'_>, person: PersonId) -> Result<Heard> {
    let before = person::load(tx, message.permit, person).await?;
    let otherwise = before.died.filter(|died| *died != message.on);
    let died = standing(tx, person).await?.or(otherwise);
    if died == before.died {
        return Ok(Heard::without_effect());
    }
    let was_dead_since = before.died;
    let version = Person {
        died,
        source: Source::CivilRegistry,
        evidence: None,
        known_from: message.ids.now(),
        row_hash: None,
        ..before
    };
    person::insert_versions(tx, &[version]).await?;
    if let Some(since) = was_dead_since {
        possible::wed_again(tx, message.ids, person, (since, died)).await?;
    }
    message.finish(tx, &[person]).await
}

/// The first day on which a death stands of which a message told.
pub(crate) async fn standing(tx: &mut Tx, person: PersonId) -> Result<Option<Day>> {
    let day = fetch_value!(
        tx,
        Option<i64>,
        "SELECT MIN(e.happened_on) FROM life_event e WHERE e.person = $1 AND e.kind = $2
            AND NOT EXISTS (SELECT 1 FROM death_annulled d JOIN identifier i
                ON i.kind = $3 AND i.value = d.pinfl
                WHERE d.death = e.id AND d.died_on = e.happened_on AND i.person = e.person)",
        person.0,
        Kind::Death.code(),
        IdentifierKind::Pinfl.code()
    )?;
    day.map(stored::day).transpose()
}

/// Whether a death was taken back before it was told.
pub(super) async fn is_annulled(tx: &mut Tx, death: &Death, person: PersonId) -> Result<bool> {
    let found = fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM death_annulled d JOIN identifier i ON i.kind = $1
            AND i.value = d.pinfl WHERE d.death = $2 AND d.died_on = $3 AND i.person = $4",
        IdentifierKind::Pinfl.code(),
        death.id,
        stored::of_day(death.on),
        person.0
    )?;
    Ok(0 < found)
}

/// False when it was kept before.
async fn keep(tx: &mut Tx, ids: &Ids, annulment: &Annulment) -> Result<bool> {
    let kept = execute!(
        tx,
        "INSERT INTO death_annulled (death, pinfl, died_on, id, told_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (death, pinfl, died_on) DO NOTHING",
        annulment.death,
        annulment.person.to_string(),
        stored::of_day(annulment.on),
        annulment.id,
        ids.now().0
    )?;
    Ok(kept == 1)
}

/// What is known under the death's id is the death of this person on this day. An annulment that came
/// before what it names wrongly has no effect on it.
async fn must_be_that_death(tx: &mut Tx, annulment: &Annulment, person: PersonId) -> Result<()> {
    let known = fetch_optional!(
        tx,
        (i64, Uuid, i64),
        "SELECT kind, person, happened_on FROM life_event WHERE id = $1",
        annulment.death
    )?;
    let meant = (Kind::Death.code(), person.0, stored::of_day(annulment.on));
    match known.is_none_or(|known| known == meant) {
        true => Ok(()),
        false => Err(Impossible::AnotherDeath.into()),
    }
}

impl Annulment {
    fn death(&self) -> Death {
        Death {
            id: self.death,
            person: self.person,
            on: self.on,
        }
    }
}
