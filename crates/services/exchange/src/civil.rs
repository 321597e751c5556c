//! What the civil registry says of a person, from its wire structs. Its answers make persons, ties
//! and homes, which no table of fields can say; so this one agency has its mapping in code.

use crate::answer::{AnswerRefusal, Said, not_the_format};
use crate::civil_record;
use crate::connector::Connector;
use crate::dialect::Dialect;
use crate::possible::{self, Refused, past_day, plain, unknown_word};
use crate::wire::{ChildJson, CivilJson, NamesJson, Question, ResidenceJson, SpouseJson};
use kernel::{Day, Name, Pinfl, Sex};
use registry::civil::{ChildAnswer, CivilAnswer, ParentTie, ResidenceAnswer, SpouseAnswer};

const CHILDREN_MAX: usize = 40;

pub fn found(
    connector: &Connector,
    question: &Question<'_>,
    (person, part): (Pinfl, &str),
) -> Refused<Said> {
    let answer = match &connector.dialect {
        Dialect::Dci(_) => civil_record::read(part)?,
        _ => serde_json::from_str(part).map_err(|error| not_the_format(&error))?,
    };
    civil(question, person, answer)
}

fn civil(question: &Question<'_>, person: Pinfl, answer: CivilJson) -> Refused<Said> {
    let as_of = question.as_of;
    let sex = sex_of(person, &answer.sex, answer.born)?;
    possible::few_rows("children", answer.children.len(), CHILDREN_MAX)?;
    let spouse = answer.spouse.map(|spouse| spouse_answer(spouse, as_of));
    let children = answer.children.into_iter();
    let children = children.map(|child| child_answer(child, as_of));
    let died = answer.died.map(|day| past_day("died", day, as_of));
    let phone = answer.phone.as_deref().map(kernel::Phone::parse);
    let residence = answer.residence.map(|home| residence(home, as_of));
    Ok(Said::Civil(Box::new(CivilAnswer {
        person,
        name: name(answer.names)?,
        sex,
        born: answer.born,
        died: died.transpose()?,
        phone: phone.and_then(Result::ok),
        spouse: spouse.transpose()?,
        children: children.collect::<Refused<Vec<_>>>()?,
        residence: residence.transpose()?,
        as_of,
        evidence: None,
    })))
}

fn spouse_answer(spouse: SpouseJson, as_of: Day) -> Refused<SpouseAnswer> {
    let since = spouse.since.map(|day| past_day("spouse.since", day, as_of));
    Ok(SpouseAnswer {
        person: spouse.pinfl,
        since: since.transpose()?,
    })
}

fn child_answer(child: ChildJson, as_of: Day) -> Refused<ChildAnswer> {
    let tie = match child.relation.as_str() {
        "parent" => ParentTie::Parent,
        "adopter" => ParentTie::Adopter,
        "guardian" => ParentTie::Guardian,
        _ => return Err(unknown_word("children.relation")),
    };
    let past = |field, day: Option<Day>| day.map(|day| past_day(field, day, as_of)).transpose();
    Ok(ChildAnswer {
        person: child.pinfl,
        tie,
        sex: sex_of(child.pinfl, &child.sex, child.born)?,
        name: name(child.names)?,
        born: past_day("children.born", child.born, as_of)?,
        died: past("children.died", child.died)?,
        since: past("children.since", child.since)?,
    })
}

fn residence(home: ResidenceJson, as_of: Day) -> Refused<ResidenceAnswer> {
    let district = home.district.number();
    let mahalla = match home.mahalla {
        None => Some(0),
        Some(code) => code.number(),
    };
    let since = home
        .since
        .map(|day| past_day("residence.since", day, as_of));
    Ok(ResidenceAnswer {
        district: district.ok_or_else(|| unknown_word("residence.district"))?,
        mahalla: mahalla.ok_or_else(|| unknown_word("residence.mahalla"))?,
        dwelling: plain("residence.dwelling", &home.dwelling)?,
        since: since.transpose()?,
    })
}

fn sex_of(person: Pinfl, sex: &str, born: Day) -> Refused<Sex> {
    let sex = match sex {
        "m" => Sex::Male,
        "f" => Sex::Female,
        _ => return Err(unknown_word("sex")),
    };
    if sex != person.sex() || born != person.born() {
        return Err(AnswerRefusal::DiffersFromPinfl);
    }
    Ok(sex)
}

fn name(names: NamesJson) -> Refused<Name> {
    Ok(Name::new(
        &plain("names.family", &names.family)?,
        &plain("names.given", &names.given)?,
        &plain("names.patronymic", &names.patronymic.unwrap_or_default())?,
    ))
}
