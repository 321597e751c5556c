//! Messages of the civil registry about what happened: births, deaths, marriages,
//! divorces, and deaths that are taken back. The sender's id makes a message one event, however often it comes; and in whatever
//! order messages come, the register ends the same. What cannot have happened is refused
//! ([`Impossible`]), and nothing is entered of it.

mod ahead;
mod annulled;
#[cfg(test)]
mod annulled_tests;
mod possible;
#[cfg(test)]
mod possible_tests;
#[cfg(test)]
mod tests;

use crate::events::{self, Touched};
use crate::kin::{self, NewRelation, NewResidence};
use crate::person::{self, Identifier, IdentifierKind, Person};
use crate::unit::{self, compose};
use crate::{Permit, RegisterError, Result, stored};
use access::Action;
use kernel::kin::Relation;
use kernel::{Day, Name, PersonId, Pinfl, Sex, Source, UnitId, Zone};
use std::collections::BTreeSet;
use store::{Ids, Tx, execute, fetch_optional, fetch_value, outbox};
use uuid::Uuid;

pub(crate) use annulled::standing;
pub use annulled::{Annulment, annulment};
pub use possible::Impossible;

#[derive(Debug, Clone, PartialEq)]
pub struct Birth {
    pub id: Uuid,
    pub mother: Pinfl,
    /// One whom the register does not know is left out.
    pub father: Option<Pinfl>,
    pub child: Pinfl,
    pub name: Name,
    pub sex: Sex,
    pub born: Day,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Death {
    pub id: Uuid,
    pub person: Pinfl,
    pub on: Day,
}

/// A marriage or a divorce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Union {
    pub id: Uuid,
    pub person: Pinfl,
    pub spouse: Pinfl,
    pub on: Day,
}

/// What a message did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Heard {
    /// False when the same message had come before; nothing changed then.
    pub fresh: bool,
    /// The persons it is about and all members of the units touched.
    pub persons: Vec<PersonId>,
    pub units: Vec<UnitId>,
}

impl Heard {
    /// News by which nothing changes: a death that was taken back before it was told.
    fn without_effect() -> Heard {
        Heard {
            fresh: true,
            ..Heard::default()
        }
    }
}

/// Whom a message was about: the child and its mother, the dead (or told to be), or the two of a union.
pub async fn parties(
    tx: &mut Tx,
    _permit: &Permit,
    id: Uuid,
) -> Result<Option<(PersonId, Option<PersonId>)>> {
    let row = fetch_optional!(
        tx,
        (Uuid, Option<Uuid>),
        "SELECT person, other FROM life_event WHERE id = $1",
        id
    )?;
    Ok(row.map(|(person, other)| (PersonId(person), other.map(PersonId))))
}

#[derive(Clone, Copy)]
enum Kind {
    Birth,
    Death,
    Marriage,
    Divorce,
    DeathAnnulled,
}

impl Kind {
    fn code(self) -> i64 {
        match self {
            Kind::Birth => 1,
            Kind::Death => 2,
            Kind::Marriage => 3,
            Kind::Divorce => 4,
            Kind::DeathAnnulled => 5,
        }
    }

    fn topic(self) -> &'static str {
        match self {
            Kind::Birth => events::PERSON_BORN,
            Kind::Death => events::PERSON_DIED,
            Kind::Marriage => events::MARRIED,
            Kind::Divorce => events::DIVORCED,
            Kind::DeathAnnulled => events::DEATH_ANNULLED,
        }
    }
}

/// One message being heard.
struct Message<'a> {
    id: Uuid,
    kind: Kind,
    on: Day,
    permit: &'a Permit,
    ids: &'a Ids,
}

/// A child is entered under its mother (and father) at the mother's home.
pub async fn birth(tx: &mut Tx, ids: &Ids, permit: &Permit, birth: &Birth) -> Result<Heard> {
    let message = Message {
        id: birth.id,
        kind: Kind::Birth,
        on: birth.born,
        permit,
        ids,
    };
    message.must_have_come()?;
    possible::birth(birth)?;
    let mother = message.known(tx, birth.mother).await?;
    message.alone(tx).await?;
    let father = match birth.father {
        Some(father) => Some(person::find_by_pinfl(tx, permit, father).await?),
        None => None,
    };
    let before = person::find_by_pinfl(tx, permit, birth.child).await?;
    if let Some(child) = before {
        let named = possible::Named { mother, father };
        possible::known_child(tx, child, birth, &named).await?;
    }
    let child = before.unwrap_or_else(|| PersonId(ids.uuid()));
    if !message.begin(tx, child, Some(mother)).await? {
        return Ok(Heard::default());
    }
    if before.is_none() {
        enter_child(tx, ids, child, birth).await?;
    }
    let parents = [Some(mother), father.flatten()];
    let mut ties: Vec<NewRelation> = parents
        .into_iter()
        .flatten()
        .map(|parent| tie(Relation::Parent, parent, child, birth.born, None))
        .collect();
    kin::insert_relations(tx, ids.now(), &mut ties).await?;
    live_with(tx, ids, child, mother, birth.born).await?;
    let mut heard = message.finish(tx, &[child, mother]).await?;
    for told_before in ahead::take(tx, birth.child).await? {
        let died = death(tx, ids, permit, &told_before).await?;
        heard.persons.extend(died.persons);
        heard.units.extend(died.units);
    }
    Ok(heard)
}

pub async fn death(tx: &mut Tx, ids: &Ids, permit: &Permit, death: &Death) -> Result<Heard> {
    let message = Message {
        id: death.id,
        kind: Kind::Death,
        on: death.on,
        permit,
        ids,
    };
    message.must_have_come()?;
    possible::death(death)?;
    let person = match message.known(tx, death.person).await {
        Err(RegisterError::UnknownPinfl) if ahead::may_be(death) => {
            ahead::keep(tx, ids, death).await?;
            return Ok(Heard::default());
        }
        found => found?,
    };
    message.alone(tx).await?;
    if !message.begin(tx, person, None).await? {
        return Ok(Heard::default());
    }
    if annulled::is_annulled(tx, death, person).await? {
        return Ok(Heard::without_effect());
    }
    let before = person::load(tx, permit, person).await?;
    // Of several deaths that stand the first day counts, whichever was told first.
    let died = annulled::standing(tx, person).await?.unwrap_or(death.on);
    let version = Person {
        died: Some(died),
        source: Source::CivilRegistry,
        evidence: None,
        known_from: ids.now(),
        row_hash: None,
        ..before
    };
    person::insert_versions(tx, &[version]).await?;
    possible::unwed_after(tx, ids, person, died).await?;
    message.finish(tx, &[person]).await
}

pub async fn marriage(tx: &mut Tx, ids: &Ids, permit: &Permit, union: &Union) -> Result<Heard> {
    let message = Message {
        id: union.id,
        kind: Kind::Marriage,
        on: union.on,
        permit,
        ids,
    };
    message.must_have_come()?;
    possible::union(union)?;
    let person = message.known(tx, union.person).await?;
    let spouse = message.known(tx, union.spouse).await?;
    message.alone(tx).await?;
    possible::marriage(tx, [person, spouse], union.on).await?;
    if !message.begin(tx, person, Some(spouse)).await? {
        return Ok(Heard::default());
    }
    let divorced = divorced_on(tx, union.on, (person, spouse)).await?;
    let mut ties = [tie(Relation::Spouse, person, spouse, union.on, divorced)];
    kin::insert_relations(tx, ids.now(), &mut ties).await?;
    message.finish(tx, &[person, spouse]).await
}

/// When a marriage ended of which we are told after its divorce.
async fn divorced_on(
    tx: &mut Tx,
    married: Day,
    (person, spouse): (PersonId, PersonId),
) -> Result<Option<Day>> {
    let day = fetch_value!(
        tx,
        Option<i64>,
        "SELECT MIN(happened_on) FROM life_event WHERE kind = $1 AND happened_on >= $2
            AND ((person = $3 AND other = $4) OR (person = $4 AND other = $3))",
        Kind::Divorce.code(),
        stored::of_day(married),
        person.0,
        spouse.0
    )?;
    day.map(stored::day).transpose()
}

pub async fn divorce(tx: &mut Tx, ids: &Ids, permit: &Permit, union: &Union) -> Result<Heard> {
    let message = Message {
        id: union.id,
        kind: Kind::Divorce,
        on: union.on,
        permit,
        ids,
    };
    message.must_have_come()?;
    possible::union(union)?;
    let person = message.known(tx, union.person).await?;
    let spouse = message.known(tx, union.spouse).await?;
    message.alone(tx).await?;
    if !message.begin(tx, person, Some(spouse)).await? {
        return Ok(Heard::default());
    }
    let kinship = kin::load(tx, &[person, spouse], 0, false).await?;
    let pair = [(person, spouse), (spouse, person)];
    let mut ties: Vec<NewRelation> = kinship
        .bonds
        .iter()
        .filter(|bond| bond.relation == Relation::Spouse && pair.contains(&(bond.of, bond.to)))
        // A marriage of after this day is another one, of which we were told before.
        .filter(|bond| bond.valid.from <= union.on)
        .filter(|bond| bond.valid.to.is_none_or(|to| union.on < to))
        .map(|bond| {
            let end = Some(union.on);
            tie(Relation::Spouse, bond.of, bond.to, bond.valid.from, end)
        })
        .collect();
    kin::insert_relations(tx, ids.now(), &mut ties).await?;
    message.finish(tx, &[person, spouse]).await
}

impl Message<'_> {
    async fn known(&self, tx: &mut Tx, pinfl: Pinfl) -> Result<PersonId> {
        self.permit.must_be_for(&[Action::SendCivilEvent]);
        let found = person::find_by_pinfl(tx, self.permit, pinfl).await?;
        found.ok_or(RegisterError::UnknownPinfl)
    }

    fn must_have_come(&self) -> Result<()> {
        Ok(possible::come(self.on, self.today())?)
    }

    fn today(&self) -> Day {
        self.ids.now().day(Zone::tashkent())
    }

    /// What is looked at from here on, nobody else changes.
    async fn alone(&self, tx: &mut Tx) -> Result<()> {
        Ok(tx.alone(unit::projection::UNITS).await?)
    }

    /// False when this message was heard before.
    async fn begin(&self, tx: &mut Tx, person: PersonId, other: Option<PersonId>) -> Result<bool> {
        let fresh = execute!(
            tx,
            "INSERT INTO life_event (id, kind, happened_on, person, other, received_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
            self.id,
            self.kind.code(),
            stored::of_day(self.on),
            person.0,
            other.map(|other| other.0),
            self.ids.now().0
        )?;
        Ok(fresh == 1)
    }

    /// Composes the units anew and tells others.
    async fn finish(&self, tx: &mut Tx, about: &[PersonId]) -> Result<Heard> {
        let blocks = unit::blocks(tx).await?;
        // Composed on the day we learn of it, not on an earlier one: a unit never goes back.
        let today = self.today();
        let mut persons: BTreeSet<PersonId> = about.iter().copied().collect();
        persons.extend(members(tx, self.permit, &blocks, about).await?);
        let units = compose::recompose(tx, self.ids, &blocks, about, today).await?;
        persons.extend(members(tx, self.permit, &blocks, about).await?);
        let persons: Vec<PersonId> = persons.into_iter().collect();
        let touched = Touched {
            event: Some(self.id),
            persons: persons.clone(),
            units: units.clone(),
            on: self.on,
        };
        let event = events::touched(self.kind.topic(), self.id.to_string(), &touched);
        outbox::emit(tx, self.ids, &[event]).await?;
        Ok(Heard {
            fresh: true,
            persons,
            units,
        })
    }
}

pub(crate) async fn members(
    tx: &mut Tx,
    permit: &Permit,
    blocks: &[unit::Block],
    persons: &[PersonId],
) -> Result<Vec<PersonId>> {
    let mut all = Vec::new();
    for block in blocks {
        let of = unit::of_persons(tx, permit, &block.block.name, persons).await?;
        let units: Vec<UnitId> = of.into_values().collect();
        for row in unit::rows_of(tx, block.code, &units).await? {
            all.extend(row.portrait()?.members.iter().map(|member| member.person));
        }
    }
    Ok(all)
}

async fn enter_child(tx: &mut Tx, ids: &Ids, child: PersonId, birth: &Birth) -> Result<()> {
    let version = Person {
        id: child,
        name: birth.name.clone(),
        sex: birth.sex,
        born: birth.born,
        died: None,
        phone: None,
        source: Source::CivilRegistry,
        evidence: None,
        known_from: ids.now(),
        row_hash: None,
    };
    person::insert_versions(tx, &[version]).await?;
    let mut identifiers = [Identifier {
        kind: IdentifierKind::Pinfl,
        value: birth.child.to_string(),
        person: child,
        valid_from: birth.born,
    }];
    person::insert_identifiers(tx, ids.now(), &mut identifiers).await?;
    Ok(())
}

/// Whose home is known, stays there.
async fn live_with(
    tx: &mut Tx,
    ids: &Ids,
    child: PersonId,
    mother: PersonId,
    since: Day,
) -> Result<()> {
    let kinship = kin::load(tx, &[mother, child], 0, false).await?;
    let mut homes = kinship.residences.iter();
    if homes.any(|home| home.person == child) {
        return Ok(());
    }
    let homes = kinship.homes(since);
    let Some(dwelling) = homes.get(&mother) else {
        return Ok(());
    };
    let home = NewResidence {
        person: child,
        dwelling: *dwelling,
        valid_from: since,
        source: Source::CivilRegistry,
        evidence: None,
    };
    kin::insert_residences(tx, ids.now(), &[home]).await
}

fn tie(
    relation: Relation,
    of: PersonId,
    to: PersonId,
    valid_from: Day,
    valid_to: Option<Day>,
) -> NewRelation {
    let source = Source::CivilRegistry;
    NewRelation {
        relation,
        of,
        to,
        valid_from,
        valid_to,
        source,
        evidence: None,
    }
}
