//! One person's part of an answer, by agency: from wire structs to fact bodies.

use crate::answer::{AnswerRefusal, Said, not_the_format};
use crate::wire::*;
use kernel::facts::{code, kind};
use kernel::{Cell, Day, FactBody, Month, Name, Pinfl, Sex, Source};
use registry::civil::{ChildAnswer, CivilAnswer, ParentTie, ResidenceAnswer, SpouseAnswer};
use serde::Deserialize;

/// Rows of one kind about one person.
const ROWS_MAX: usize = 500;
const TEXT_BYTES_MAX: usize = 300;
/// One amount: a billion soʻm a line is more than any honest answer holds.
const AMOUNT_MINOR_MAX: i64 = 100_000_000_000_000;
const AREA_M2_MAX: i64 = 100_000_000;
const MADE_YEAR_MIN: i64 = 1900;
const CHILDREN_MAX: usize = 40;

type Refused<T> = Result<T, AnswerRefusal>;

/// What an agency that holds nothing about a person says: each kind it speaks of, empty.
pub fn nothing(agency: Source) -> Vec<(u16, FactBody)> {
    kinds_of(agency)
        .iter()
        .map(|code| (*code, FactBody::nothing()))
        .collect()
}

/// Kinds of facts that an agency's answer settles.
pub fn kinds_of(agency: Source) -> &'static [u16] {
    match agency {
        Source::Tax => &[code::WAGE, code::SELF_EMPLOYMENT],
        Source::Employment => &[code::EMPLOYMENT],
        Source::Cadastre => &[code::PROPERTY],
        Source::Vehicles => &[code::VEHICLE],
        Source::PensionFund => &[code::PENSION],
        Source::Bank => &[code::ACCOUNT],
        Source::Disability => &[code::DISABILITY],
        _ => &[],
    }
}

pub fn found(agency: Source, question: &Question<'_>, person: Pinfl, raw: &str) -> Refused<Said> {
    let bodies = match agency {
        Source::CivilRegistry => return civil(question, person, parse(raw)?),
        Source::Tax => tax(question, parse(raw)?)?,
        Source::Employment => vec![(code::EMPLOYMENT, employment(question, parse(raw)?)?)],
        Source::Cadastre => vec![(code::PROPERTY, cadastre(parse(raw)?)?)],
        Source::Vehicles => vec![(code::VEHICLE, vehicles(question, parse(raw)?)?)],
        Source::PensionFund => vec![(code::PENSION, pensions(question, parse(raw)?)?)],
        Source::Bank => vec![(code::ACCOUNT, accounts(parse(raw)?)?)],
        Source::Disability => vec![(code::DISABILITY, disability(parse(raw)?)?)],
        _ => Vec::new(),
    };
    for (code, body) in &bodies {
        let kind = kind(*code).expect("kinds_of names kinds of the catalogue");
        kind.check(body)
            .map_err(|error| AnswerRefusal::Body(error.to_string()))?;
    }
    Ok(Said::Facts {
        found: true,
        bodies,
    })
}

fn parse<'a, T: Deserialize<'a>>(raw: &'a str) -> Refused<T> {
    serde_json::from_str(raw).map_err(|error| not_the_format(&error))
}

fn tax(question: &Question<'_>, answer: TaxJson) -> Refused<Vec<(u16, FactBody)>> {
    let wages = rows("wages", answer.wages, |wage| {
        let Some(month) = month_asked(question, wage.month)? else {
            return Ok(None);
        };
        let amount = amount("wages.amount_minor", wage.amount_minor)?;
        Ok(Some(vec![month, amount, text("wages.payer", wage.payer)?]))
    })?;
    let own = rows("self_employment", answer.self_employment, |line| {
        let Some(month) = month_asked(question, line.month)? else {
            return Ok(None);
        };
        Ok(Some(vec![
            month,
            amount("self_employment.amount_minor", line.amount_minor)?,
        ]))
    })?;
    Ok(vec![(code::WAGE, wages), (code::SELF_EMPLOYMENT, own)])
}

fn employment(question: &Question<'_>, answer: EmploymentJson) -> Refused<FactBody> {
    let employer = answer
        .employer
        .map(|name| text("employer", name))
        .transpose()?;
    let since = answer
        .since
        .map(|day| past_day("since", day, question.as_of))
        .transpose()?;
    Ok(FactBody::new(vec![vec![
        word(code::EMPLOYMENT, 0, "status", &answer.status)?,
        employer.unwrap_or(Cell::Missing),
        since.map_or(Cell::Missing, |day| Cell::Int(i64::from(day.0))),
        yes_no(answer.service_employer),
    ]]))
}

fn cadastre(answer: CadastreJson) -> Refused<FactBody> {
    rows("properties", answer.properties, |property| {
        Ok(Some(vec![
            word(code::PROPERTY, 0, "properties.use", &property.used_as)?,
            text("properties.cadastre_no", property.cadastre_no)?,
            within("properties.area_m2", property.area_m2, 0, AREA_M2_MAX)?,
        ]))
    })
}

fn vehicles(question: &Question<'_>, answer: VehiclesJson) -> Refused<FactBody> {
    let year_max = i64::from(question.as_of.year()) + 1;
    rows("vehicles", answer.vehicles, |vehicle| {
        Ok(Some(vec![
            text("vehicles.plate", vehicle.plate)?,
            text("vehicles.model", vehicle.model)?,
            within(
                "vehicles.made_year",
                vehicle.made_year,
                MADE_YEAR_MIN,
                year_max,
            )?,
            yes_no(vehicle.serviceable),
        ]))
    })
}

fn pensions(question: &Question<'_>, answer: PensionFundJson) -> Refused<FactBody> {
    rows("payments", answer.payments, |payment| {
        let Some(month) = month_asked(question, payment.month)? else {
            return Ok(None);
        };
        Ok(Some(vec![
            word(code::PENSION, 0, "payments.kind", &payment.kind)?,
            month,
            amount("payments.amount_minor", payment.amount_minor)?,
        ]))
    })
}

fn accounts(answer: BankJson) -> Refused<FactBody> {
    rows("accounts", answer.accounts, |account| {
        let number = kernel::BankAccount::parse(&account.account).map_err(|_| {
            AnswerRefusal::UnknownWord {
                field: "accounts.account",
            }
        })?;
        Ok(Some(vec![
            Cell::Text(account.mfo.to_string()),
            Cell::Text(number.to_string()),
            amount("accounts.balance_minor", account.balance_minor)?,
            yes_no(account.card),
        ]))
    })
}

fn disability(answer: DisabilityJson) -> Refused<FactBody> {
    let group = word(code::DISABILITY, 0, "group", &answer.group)?;
    Ok(FactBody::new(vec![vec![
        group,
        yes_no(answer.unable_to_work),
    ]]))
}

fn civil(question: &Question<'_>, person: Pinfl, answer: CivilJson) -> Refused<Said> {
    let as_of = question.as_of;
    let sex = sex_of(person, &answer.sex, answer.born)?;
    if answer.children.len() > CHILDREN_MAX {
        let rows = answer.children.len();
        return Err(AnswerRefusal::TooManyRows {
            field: "children",
            rows,
            rows_max: CHILDREN_MAX,
        });
    }
    let spouse = answer
        .spouse
        .map(|spouse| spouse_answer(spouse, as_of))
        .transpose()?;
    let children = answer
        .children
        .into_iter()
        .map(|child| child_answer(child, as_of));
    let died = answer
        .died
        .map(|day| past_day("died", day, as_of))
        .transpose()?;
    Ok(Said::Civil(Box::new(CivilAnswer {
        person,
        name: name(answer.names)?,
        sex,
        born: answer.born,
        died,
        phone: answer
            .phone
            .and_then(|phone| kernel::Phone::parse(&phone).ok()),
        spouse,
        children: children.collect::<Refused<Vec<_>>>()?,
        residence: answer
            .residence
            .map(|home| residence(home, as_of))
            .transpose()?,
        as_of,
        evidence: None,
    })))
}

fn spouse_answer(spouse: SpouseJson, as_of: Day) -> Refused<SpouseAnswer> {
    let since = spouse
        .since
        .map(|day| past_day("spouse.since", day, as_of))
        .transpose()?;
    Ok(SpouseAnswer {
        person: spouse.pinfl,
        since,
    })
}

fn child_answer(child: ChildJson, as_of: Day) -> Refused<ChildAnswer> {
    let tie = match child.relation.as_str() {
        "parent" => ParentTie::Parent,
        "adopter" => ParentTie::Adopter,
        "guardian" => ParentTie::Guardian,
        _ => {
            return Err(AnswerRefusal::UnknownWord {
                field: "children.relation",
            });
        }
    };
    Ok(ChildAnswer {
        person: child.pinfl,
        tie,
        sex: sex_of(child.pinfl, &child.sex, child.born)?,
        name: name(child.names)?,
        born: past_day("children.born", child.born, as_of)?,
        died: child
            .died
            .map(|day| past_day("children.died", day, as_of))
            .transpose()?,
        since: child
            .since
            .map(|day| past_day("children.since", day, as_of))
            .transpose()?,
    })
}

fn residence(home: ResidenceJson, as_of: Day) -> Refused<ResidenceAnswer> {
    let unknown = |field| AnswerRefusal::UnknownWord { field };
    let district = home
        .district
        .number()
        .ok_or(unknown("residence.district"))?;
    let mahalla = match home.mahalla {
        None => 0,
        Some(code) => code.number().ok_or(unknown("residence.mahalla"))?,
    };
    let since = home
        .since
        .map(|day| past_day("residence.since", day, as_of))
        .transpose()?;
    let Cell::Text(dwelling) = text("residence.dwelling", home.dwelling)? else {
        return Err(unknown("residence.dwelling"));
    };
    Ok(ResidenceAnswer {
        district,
        mahalla,
        dwelling,
        since,
    })
}

fn sex_of(person: Pinfl, sex: &str, born: Day) -> Refused<Sex> {
    let sex = match sex {
        "m" => Sex::Male,
        "f" => Sex::Female,
        _ => return Err(AnswerRefusal::UnknownWord { field: "sex" }),
    };
    if sex != person.sex() || born != person.born() {
        return Err(AnswerRefusal::DiffersFromPinfl);
    }
    Ok(sex)
}

fn name(names: NamesJson) -> Refused<Name> {
    Ok(Name::new(
        &plain("names.family", names.family)?,
        &plain("names.given", names.given)?,
        &plain("names.patronymic", names.patronymic.unwrap_or_default())?,
    ))
}

fn rows<T>(
    field: &'static str,
    list: Vec<T>,
    mut row: impl FnMut(T) -> Refused<Option<Vec<Cell>>>,
) -> Refused<FactBody> {
    if list.len() > ROWS_MAX {
        return Err(AnswerRefusal::TooManyRows {
            field,
            rows: list.len(),
            rows_max: ROWS_MAX,
        });
    }
    let cells = list.into_iter().filter_map(|item| row(item).transpose());
    Ok(FactBody::new(cells.collect::<Refused<Vec<_>>>()?))
}

/// The month when it was asked for; a month outside the window is left out (we keep
/// no more than we asked for), a month still to come is impossible.
fn month_asked(question: &Question<'_>, month: Month) -> Refused<Option<Cell>> {
    if month > question.as_of.month() || month.year() < 1990 {
        let found = i64::from(month.0);
        return Err(AnswerRefusal::Impossible {
            field: "month",
            found,
        });
    }
    let (from, to) = question.window;
    Ok((from <= month && month <= to).then_some(Cell::Int(i64::from(month.0))))
}

fn amount(field: &'static str, minor: i64) -> Refused<Cell> {
    within(field, minor, 0, AMOUNT_MINOR_MAX)
}

fn within(field: &'static str, found: i64, min: i64, max: i64) -> Refused<Cell> {
    if (min..=max).contains(&found) {
        Ok(Cell::Int(found))
    } else {
        Err(AnswerRefusal::Impossible { field, found })
    }
}

fn past_day(field: &'static str, day: Day, as_of: Day) -> Refused<Day> {
    if day > as_of || day.year() < 1850 {
        return Err(AnswerRefusal::Impossible {
            field,
            found: i64::from(day.0),
        });
    }
    Ok(day)
}

fn word(kind_code: u16, place: usize, field: &'static str, found: &str) -> Refused<Cell> {
    let kind = kind(kind_code).expect("a kind of the catalogue");
    let kernel::facts::ValueType::Code(list) = kind.fields[place].ty else {
        unreachable!("this field of the catalogue is a code")
    };
    let index = list.iter().position(|known| *known == found);
    let index = index.ok_or(AnswerRefusal::UnknownWord { field })?;
    Ok(Cell::Int(index as i64))
}

fn yes_no(yes: bool) -> Cell {
    Cell::Int(i64::from(yes))
}

fn text(field: &'static str, text: String) -> Refused<Cell> {
    plain(field, text).map(Cell::Text)
}

fn plain(field: &'static str, text: String) -> Refused<String> {
    if text.len() > TEXT_BYTES_MAX || text.chars().any(char::is_control) {
        return Err(AnswerRefusal::BadText {
            field,
            bytes_max: TEXT_BYTES_MAX,
        });
    }
    Ok(text)
}
