//! What can have happened. Numbers of persons hold sex and day of birth, so most of it is seen without
//! the register; the rest is held against the ties that stand.
//!
//! Messages overtake each other, so nothing that a later message may still bring is missed here: a
//! divorce needs no marriage, a child's death no birth. Two that exclude each other: a death always
//! holds (see [`unwed_after`]), else the one that was heard first.

use super::{Birth, Death, Kind, Union, divorced_on, tie};
use crate::kin::{self, Kinship, NewRelation};
use crate::{Result, stored};
use kernel::day::day_of_turning;
use kernel::kin::Relation;
use kernel::{Day, PersonId, Pinfl, Sex};
use store::{Ids, Tx, fetch_all, fetch_value};
use uuid::Uuid;

const MOTHER_YEARS_MIN: i32 = 10;
/// Completed years; the next birthday is too late.
const MOTHER_YEARS_MAX: i32 = 65;
const FATHER_YEARS_MIN: i32 = 10;
/// No law marries anybody younger, with whatever permission.
const WED_YEARS_MIN: i32 = 15;

/// Why a message cannot be true. It names no number: it goes into logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    #[error("the day is still to come")]
    ToCome,
    #[error("a death before the birth of the dead")]
    DeadBeforeBirth,
    #[error("the child's number is of another day of birth")]
    AnotherDay,
    #[error("the child's number is of the other sex")]
    AnotherSex,
    #[error("the child is its own parent")]
    OwnParent,
    #[error("the mother's number is a man's")]
    MotherIsNoWoman,
    #[error("the father's number is a woman's")]
    FatherIsNoMan,
    #[error("a mother younger than {MOTHER_YEARS_MIN} or older than {MOTHER_YEARS_MAX} years")]
    AgeOfMother,
    #[error("a father younger than {FATHER_YEARS_MIN} years")]
    AgeOfFather,
    #[error("the register knows the child by another day of birth or the other sex")]
    AnotherPerson,
    #[error("the register knows other parents of the child")]
    OtherParents,
    #[error("the child and a parent are married to each other")]
    ChildIsSpouse,
    #[error("somebody married to or divorced from oneself")]
    Oneself,
    #[error("somebody married or divorced who is younger than {WED_YEARS_MIN} years")]
    TooYoungToWed,
    #[error("a marriage of parent and child")]
    ParentAndChild,
    #[error("a marriage of somebody who was dead on that day")]
    DeadSpouse,
    #[error("what is annulled is no death of this person on that day")]
    AnotherDeath,
}

use Impossible as No;

pub(super) fn come(on: Day, today: Day) -> Result<(), No> {
    must(on <= today, No::ToCome)
}

pub(super) fn birth(birth: &Birth) -> Result<(), No> {
    let (child, mother) = (birth.child, birth.mother);
    must(child.born() == birth.born, No::AnotherDay)?;
    must(child.sex() == birth.sex, No::AnotherSex)?;
    must(
        child != mother && birth.father != Some(child),
        No::OwnParent,
    )?;
    must(mother.sex() == Sex::Female, No::MotherIsNoWoman)?;
    let fertile = turns(mother, MOTHER_YEARS_MIN)..turns(mother, MOTHER_YEARS_MAX + 1);
    must(fertile.contains(&birth.born), No::AgeOfMother)?;
    let Some(father) = birth.father else {
        return Ok(());
    };
    must(father.sex() == Sex::Male, No::FatherIsNoMan)?;
    let is_old_enough = turns(father, FATHER_YEARS_MIN) <= birth.born;
    must(is_old_enough, No::AgeOfFather)
}

pub(super) fn death(death: &Death) -> Result<(), No> {
    must(death.person.born() <= death.on, No::DeadBeforeBirth)
}

/// A marriage or a divorce.
pub(super) fn union(union: &Union) -> Result<(), No> {
    must(union.person != union.spouse, No::Oneself)?;
    let both = [union.person, union.spouse];
    let mut of_age = both.map(|one| turns(one, WED_YEARS_MIN)).into_iter();
    must(of_age.all(|day| day <= union.on), No::TooYoungToWed)
}

/// The parents that a birth names, as far as the register knows them.
pub(super) struct Named {
    pub mother: PersonId,
    /// `None`: none is named. `Some(None)`: one whom the register does not know.
    pub father: Option<Option<PersonId>>,
}

/// A birth of somebody whom the register knows already: the same one again, or of a person whose parents
/// were not known. Never one that moves a child from one family into another.
pub(super) async fn known_child(
    tx: &mut Tx,
    child: PersonId,
    birth: &Birth,
    named: &Named,
) -> Result<()> {
    let kinship = kin::load(tx, &[child], 1, false).await?;
    let is_same = |known: &kin::Brief| known.born == birth.born && known.sex == birth.sex;
    let known = kinship.persons.get(&child);
    must(known.is_none_or(is_same), No::AnotherPerson)?;
    let may_be = |parent: PersonId| {
        let sex = kinship.persons.get(&parent).map(|known| known.sex);
        match (sex, named.father) {
            (Some(Sex::Male), None) => true,
            (Some(Sex::Male), Some(father)) => father == Some(parent),
            _ => parent == named.mother,
        }
    };
    must(
        parents(&kinship, child).into_iter().all(may_be),
        No::OtherParents,
    )?;
    let is_named = |one| one == named.mother || named.father == Some(Some(one));
    let mut spouses = spouses(&kinship, child);
    must(!spouses.any(is_named), No::ChildIsSpouse)?;
    Ok(())
}

/// Those by birth; who adopted the child where nobody is known by birth.
fn parents(kinship: &Kinship, child: PersonId) -> Vec<PersonId> {
    let by = |relation| {
        let bonds = kinship.bonds.iter();
        let stands = bonds.filter(|bond| bond.valid.to.is_none());
        let of_child = stands.filter(move |bond| bond.relation == relation && bond.to == child);
        of_child.map(|bond| bond.of).collect::<Vec<_>>()
    };
    let by_birth = by(Relation::Parent);
    match by_birth.is_empty() {
        true => by(Relation::Adopter),
        false => by_birth,
    }
}

fn spouses(kinship: &Kinship, person: PersonId) -> impl Iterator<Item = PersonId> {
    let bonds = kinship.bonds.iter();
    let marriages = bonds.filter(|bond| bond.relation == Relation::Spouse);
    marriages.filter_map(move |bond| match (bond.of == person, bond.to == person) {
        (true, _) => Some(bond.to),
        (_, true) => Some(bond.of),
        _ => None,
    })
}

/// Those who marry are no parent and child, and alive on the day.
pub(super) async fn marriage(tx: &mut Tx, pair: [PersonId; 2], on: Day) -> Result<()> {
    let kinship = kin::load(tx, &pair, 0, false).await?;
    let is_parent_of_other = kinship.bonds.iter().any(|bond| {
        let is_parental = matches!(bond.relation, Relation::Parent | Relation::Adopter);
        is_parental && pair.contains(&bond.of) && pair.contains(&bond.to)
    });
    must(!is_parent_of_other, No::ParentAndChild)?;
    let mut died = kinship.persons.values().filter_map(|person| person.died);
    must(died.all(|died| on <= died), No::DeadSpouse)?;
    Ok(())
}

/// Marriages of after a death, of which messages had told before it: they never were, as if the death
/// had been told first. What only an agency's answer or a file says of a marriage is left alone, its day
/// is often the day on which it was said.
pub(super) async fn unwed_after(tx: &mut Tx, ids: &Ids, dead: PersonId, died: Day) -> Result<()> {
    let kinship = kin::load(tx, &[dead], 0, false).await?;
    let mut ties: Vec<NewRelation> = Vec::new();
    for bond in &kinship.bonds {
        let from = bond.valid.from;
        let is_later = bond.relation == Relation::Spouse && died < from;
        if is_later && was_told(tx, [bond.of, bond.to], from).await? {
            ties.push(tie(Relation::Spouse, bond.of, bond.to, from, Some(from)));
        }
    }
    kin::insert_relations(tx, ids.now(), &mut ties).await
}

/// Marriages that never were because somebody had died before them stand again when that death is taken
/// back, or when only a later one is left; unless the other one of the two was dead.
pub(super) async fn wed_again(
    tx: &mut Tx,
    ids: &Ids,
    person: PersonId,
    (since, died): (Day, Option<Day>),
) -> Result<()> {
    let told = fetch_all!(
        tx,
        (Uuid, Uuid, i64),
        "SELECT person, other, happened_on FROM life_event WHERE kind = $1 AND happened_on > $2
            AND (person = $3 OR other = $3)",
        Kind::Marriage.code(),
        stored::of_day(since),
        person.0
    )?;
    let mut ties: Vec<NewRelation> = Vec::new();
    for (one, other, on) in told {
        let (pair, on) = ([PersonId(one), PersonId(other)], stored::day(on)?);
        let kinship = kin::load(tx, &pair, 0, false).await?;
        let mut bonds = kinship.bonds.iter();
        let stands = bonds.any(|bond| {
            let is_theirs = pair.contains(&bond.of) && pair.contains(&bond.to);
            is_theirs && bond.relation == Relation::Spouse && bond.valid.from == on
        });
        let mut others = kinship.persons.values().filter(|known| known.id != person);
        let other_lives = others.all(|known| known.died.is_none_or(|died| on <= died));
        if !stands && other_lives && died.is_none_or(|died| on <= died) {
            let until = divorced_on(tx, on, (pair[0], pair[1])).await?;
            ties.push(tie(Relation::Spouse, pair[0], pair[1], on, until));
        }
    }
    kin::insert_relations(tx, ids.now(), &mut ties).await
}

/// Whether a message told of a marriage of the two on that day.
async fn was_told(tx: &mut Tx, [one, other]: [PersonId; 2], on: Day) -> Result<bool> {
    let told = fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM life_event WHERE kind = $1 AND happened_on = $2
            AND ((person = $3 AND other = $4) OR (person = $4 AND other = $3))",
        Kind::Marriage.code(),
        stored::of_day(on),
        one.0,
        other.0
    )?;
    Ok(0 < told)
}

fn turns(person: Pinfl, years: i32) -> Day {
    day_of_turning(person.born(), years)
}

fn must(holds: bool, or_else: No) -> Result<(), No> {
    if holds { Ok(()) } else { Err(or_else) }
}
