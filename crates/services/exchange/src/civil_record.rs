//! The civil registry's record as DCI writes it (`schema.spdci.org`: CRVSPerson, and Member for those
//! related), read into the same struct as the plain dialect's, so that one set of checks serves both.

use crate::answer::{AnswerRefusal, not_the_format};
use crate::possible::{Refused, unknown_word};
use crate::wire::{ChildJson, CivilJson, CodeJson, NamesJson, ResidenceJson, SpouseJson};
use kernel::{Day, Pinfl};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct RecordJson {
    #[serde(flatten)]
    person: PersonJson,
    phone_number: Option<Vec<String>>,
    address: Option<Vec<AddressJson>>,
    marriage_date: Option<String>,
    #[serde(default)]
    related_person: Vec<RelatedJson>,
}

#[derive(Debug, Deserialize)]
struct PersonJson {
    name: NameJson,
    sex: String,
    birth_date: String,
    death_date: Option<String>,
}

#[derive(Debug, Deserialize)]
struct NameJson {
    surname: String,
    given_name: String,
    second_name: Option<String>,
}

/// The profile of Uzbekistan: SOATO codes for regions, the code of the dwelling as the first line.
#[derive(Debug, Deserialize)]
struct AddressJson {
    sub_region_code: String,
    locality: Option<String>,
    address_line_1: String,
    since: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RelatedJson {
    relationship_type: String,
    since: Option<String>,
    related_member: MemberJson,
}

#[derive(Debug, Deserialize)]
struct MemberJson {
    member_identifier: Vec<IdentifierJson>,
    demographic_info: Option<PersonJson>,
}

#[derive(Debug, Deserialize)]
struct IdentifierJson {
    identifier_type: String,
    identifier_value: String,
}

/// Ties that make no family of a benefit; the registry may tell them.
const OTHER_TIES: [&str; 4] = ["parent", "sibling", "grandparent", "grandchild"];

/// The record of one person.
pub fn read(record: &str) -> Refused<CivilJson> {
    let record: RecordJson =
        serde_json::from_str(record).map_err(|error| not_the_format(&error))?;
    let mut civil = CivilJson {
        names: names(record.person.name),
        sex: sex(&record.person.sex)?,
        born: day("birth_date", &record.person.birth_date)?,
        died: some_day("death_date", record.person.death_date.as_deref())?,
        phone: record
            .phone_number
            .and_then(|phones| phones.into_iter().next()),
        spouse: None,
        children: Vec::new(),
        residence: residence(record.address)?,
    };
    let married = some_day("marriage_date", record.marriage_date.as_deref())?;
    for related in record.related_person {
        relate(&mut civil, related, married)?;
    }
    Ok(civil)
}

fn relate(civil: &mut CivilJson, related: RelatedJson, married: Option<Day>) -> Refused<()> {
    let tie = related.relationship_type.as_str();
    if OTHER_TIES.contains(&tie) {
        return Ok(());
    }
    let person = number(&related.related_member.member_identifier)?;
    let since = some_day("related_person.since", related.since.as_deref())?;
    let relation = match tie {
        "spouse" if civil.spouse.is_some() => return Err(AnswerRefusal::Twice),
        "spouse" => {
            civil.spouse = Some(SpouseJson {
                pinfl: person,
                since: since.or(married),
            });
            return Ok(());
        }
        "child" => "parent",
        "adopted_child" => "adopter",
        "ward" => "guardian",
        _ => return Err(unknown_word("related_person.relationship_type")),
    };
    let about = related.related_member.demographic_info;
    let about = about.ok_or_else(|| AnswerRefusal::AnotherType {
        field: "related_person.demographic_info".to_owned(),
        expected: "there",
    })?;
    civil.children.push(ChildJson {
        pinfl: person,
        relation: relation.to_owned(),
        names: names(about.name),
        sex: sex(&about.sex)?,
        born: day("related_person.birth_date", &about.birth_date)?,
        died: some_day("related_person.death_date", about.death_date.as_deref())?,
        since,
    });
    Ok(())
}

fn number(identifiers: &[IdentifierJson]) -> Refused<Pinfl> {
    let mut uins = identifiers
        .iter()
        .filter(|one| one.identifier_type == "UIN");
    let uin = uins
        .next()
        .and_then(|uin| Pinfl::parse(&uin.identifier_value).ok());
    uin.ok_or_else(|| unknown_word("related_person.member_identifier"))
}

fn names(name: NameJson) -> NamesJson {
    NamesJson {
        family: name.surname,
        given: name.given_name,
        patronymic: name.second_name,
    }
}

fn sex(word: &str) -> Refused<String> {
    match word {
        "male" => Ok("m".to_owned()),
        "female" => Ok("f".to_owned()),
        _ => Err(unknown_word("sex")),
    }
}

/// The newest address; the registry's first.
fn residence(addresses: Option<Vec<AddressJson>>) -> Refused<Option<ResidenceJson>> {
    let Some(home) = addresses.and_then(|list| list.into_iter().next()) else {
        return Ok(None);
    };
    Ok(Some(ResidenceJson {
        district: CodeJson::Text(home.sub_region_code),
        mahalla: home.locality.map(CodeJson::Text),
        dwelling: home.address_line_1,
        since: some_day("address.since", home.since.as_deref())?,
    }))
}

fn some_day(field: &str, text: Option<&str>) -> Refused<Option<Day>> {
    text.map(|text| day(field, text)).transpose()
}

/// A day, or the moment with which it begins.
fn day(field: &str, text: &str) -> Refused<Day> {
    let (date, rest) = text.split_at_checked(10).unwrap_or((text, ""));
    let is_day = rest.is_empty() || rest.starts_with('T');
    let day = Day::parse(date).ok().filter(|_| is_day);
    day.ok_or_else(|| AnswerRefusal::AnotherType {
        field: field.to_owned(),
        expected: "a day",
    })
}
