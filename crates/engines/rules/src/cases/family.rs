//! From a family of a case file to a portrait.

use super::form::{ChildForm, FamilyForm, PersonForm, soums};
use crate::batch::CaseFacts;
use crate::pack::Pack;
use crate::typed::Who;
use kernel::facts::{self, Cell, FactBody, FactKind, Owner, ValueType};
use kernel::kin::{Role, Tie};
use kernel::portrait::{Member, PackedFact};
use kernel::{Day, FactId, Month, PersonId, Portrait, Sex, UnitId};
use serde_yaml_ng::Value;
use std::collections::BTreeMap;

pub fn portrait(pack: &Pack, family: &FamilyForm, case: &CaseFacts) -> Result<Portrait, String> {
    let mut maker = Maker {
        pack,
        case,
        next: 0,
    };
    let mut members = vec![maker.member(&family.applicant, Role::Applicant)?];
    if let Some(spouse) = &family.spouse {
        members.push(maker.member(spouse, Role::Spouse)?);
    }
    for child in &family.children {
        let person = match child {
            ChildForm::Age(age) => PersonForm {
                age: Some(*age),
                ..nobody()
            },
            ChildForm::Born(born) => PersonForm {
                born: Some(*born),
                ..nobody()
            },
            ChildForm::Person(person) => (**person).clone(),
        };
        members.push(maker.member(&person, Role::Child)?);
    }
    for resident in &family.residents {
        members.push(maker.member(resident, Role::Resident)?);
    }
    let mut unit_facts = Vec::new();
    for (name, value) in &family.facts {
        let kind = facts::kind_named(name).filter(|kind| kind.owner == Owner::Unit);
        let kind = kind.ok_or_else(|| format!("`{name}` is no fact of a family"))?;
        unit_facts.extend(maker.fact(kind, Some(value))?);
    }
    let head = members[0].person;
    Ok(Portrait {
        unit: UnitId::from_u128(1),
        head,
        district: 1_703_202,
        mahalla: 0,
        members,
        facts: unit_facts,
    })
}

fn nobody() -> PersonForm {
    PersonForm {
        age: None,
        born: None,
        died: None,
        sex: None,
        tie: None,
        facts: BTreeMap::new(),
    }
}

/// Counts ids up, so that a case always has the same.
struct Maker<'a> {
    pack: &'a Pack,
    case: &'a CaseFacts,
    next: u128,
}

impl Maker<'_> {
    fn id(&mut self) -> u128 {
        self.next += 1;
        self.next
    }

    fn member(&mut self, form: &PersonForm, role: Role) -> Result<Member, String> {
        let born = match (form.born, form.age) {
            (Some(born), _) => born,
            // Half a year past the birthday, so that no age hangs on a day.
            (None, Some(age)) => self.case.applied_on.month().plus(-12 * age - 6).first_day(),
            (None, None) => return Err("a person needs `age` or `born`".into()),
        };
        let child = role == Role::Child;
        let mut packed = Vec::new();
        for (code, who) in self.pack.required_kinds() {
            let asked = match who {
                Who::All => true,
                Who::Adults => !child,
                Who::Children => child,
                Who::Unit => false,
            };
            let kind = facts::kind(*code).ok_or("a kind of the catalogue")?;
            let listed = form.facts.get(kind.name);
            if asked || listed.is_some() {
                packed.extend(self.fact(kind, listed)?);
            }
        }
        if let Some(name) = form
            .facts
            .keys()
            .find(|name| facts::kind_named(name).is_none_or(|kind| kind.owner != Owner::Person))
        {
            return Err(format!("`{name}` is no fact of a person"));
        }
        Ok(Member {
            person: PersonId::from_u128(self.id()),
            role,
            tie: form.tie.unwrap_or(if child { Tie::Own } else { Tie::None }),
            sex: form.sex.unwrap_or(Sex::Female),
            born,
            died: form.died,
            facts: packed,
        })
    }

    /// The fact of a kind: `None` when the case says that it is unknown.
    fn fact(
        &mut self,
        kind: &'static FactKind,
        listed: Option<&Value>,
    ) -> Result<Option<PackedFact>, String> {
        let rows = match listed {
            None => Vec::new(),
            Some(Value::String(word)) if word == "unknown" => return Ok(None),
            Some(Value::Sequence(rows)) => rows
                .iter()
                .map(|row| self.row(kind, row, None))
                .collect::<Result<_, _>>()?,
            Some(row @ Value::Mapping(_)) => vec![self.row(kind, row, None)?],
            Some(amount) => (0..3)
                .map(|back| self.row(kind, amount, Some(self.case.window_end.plus(-back))))
                .collect::<Result<_, _>>()?,
        };
        Ok(Some(PackedFact {
            id: FactId::from_u128(self.id()),
            kind: kind.code,
            source: kind.agency(),
            as_of: self.case.applied_on,
            body: FactBody::new(rows).pack(),
        }))
    }

    /// A row as a map of fields, or an amount in one month.
    fn row(
        &self,
        kind: &FactKind,
        value: &Value,
        month: Option<Month>,
    ) -> Result<Vec<Cell>, String> {
        let mut cells = Vec::with_capacity(kind.fields.len());
        for field in kind.fields {
            let given = match (month, field.ty) {
                (Some(month), ValueType::Month) => Some(Cell::Int(i64::from(month.0))),
                (Some(_), ValueType::Money) => {
                    Some(cell(field.ty, value).ok_or_else(|| wrong(field.name, value))?)
                }
                (Some(_), _) => None,
                (None, ty) => match value.get(field.name) {
                    None => None,
                    Some(value) => Some(cell(ty, value).ok_or_else(|| wrong(field.name, value))?),
                },
            };
            cells.push(given.unwrap_or(Cell::Missing));
        }
        if let (None, Some(mapping)) = (month, value.as_mapping()) {
            let unknown = mapping
                .keys()
                .find(|key| key.as_str().is_none_or(|key| kind.field(key).is_none()));
            if let Some(key) = unknown {
                return Err(format!("`{}` has no field {key:?}", kind.name));
            }
        }
        Ok(cells)
    }
}

fn wrong(field: &str, value: &Value) -> String {
    format!("`{field}` cannot be {value:?}")
}

fn cell(ty: ValueType, value: &Value) -> Option<Cell> {
    let text = value.as_str();
    Some(match ty {
        ValueType::Money => Cell::Int(soums(value)?.0),
        ValueType::Integer => Cell::Int(value.as_i64()?),
        ValueType::Day => Cell::Int(i64::from(Day::parse(text?).ok()?.0)),
        ValueType::Month => Cell::Int(i64::from(Month::parse(text?).ok()?.0)),
        ValueType::YesNo => Cell::Int(i64::from(value.as_bool()?)),
        ValueType::Code(list) => {
            Cell::Int(list.iter().position(|code| Some(*code) == text)? as i64)
        }
        ValueType::Text => Cell::Text(text?.to_owned()),
    })
}
