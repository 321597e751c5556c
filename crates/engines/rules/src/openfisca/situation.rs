//! The persons and groups of a test, and what is stated of them.

use super::form::{self, Stated, TestForm, Time, text};
use super::ratio::Ratio;
use super::{Unsupported, time_of};
use crate::markdown::Word;
use crate::pack::{Input, Pack, Stretch, Variable, input_value};
use crate::plan::PlanInput;
use crate::source::Place;
use crate::typed::{Level, Type};
use serde_yaml_ng::{Mapping, Value};
use std::collections::BTreeMap;

/// Members in the order of their units.
#[derive(Debug, Default)]
pub struct Situation {
    pub persons: Vec<String>,
    pub units: Vec<String>,
    /// One more than units.
    pub member_start: Vec<u32>,
    /// By variable: what is stated, of which element (`None`: of all, in order).
    stated: BTreeMap<String, Vec<(Option<usize>, Stated)>>,
}

/// A declared input or a variable, as a test may name it.
pub enum Named<'a> {
    Input(&'a Input),
    Variable(&'a Variable),
}

/// Values of one column of the batch, with what is known of them.
pub type Filled = (Vec<i64>, Vec<bool>);

impl<'a> Named<'a> {
    pub fn find(pack: &'a Pack, name: &str) -> Result<Named<'a>, Unsupported> {
        let input = pack.inputs.iter().find(|input| input.name == name);
        let variable = pack.variables.iter().find(|variable| variable.name == name);
        match (input, variable) {
            (Some(input), _) => Ok(Named::Input(input)),
            (_, Some(variable)) => Ok(Named::Variable(variable)),
            _ => Err(format!("the pack has no `{name}`")),
        }
    }

    pub fn period(&self) -> Stretch {
        match self {
            Named::Input(input) => input.period,
            Named::Variable(variable) => variable.period,
        }
    }
}

impl Situation {
    pub fn of(pack: &Pack, form: &TestForm) -> Result<Situation, Unsupported> {
        let empty = Mapping::new();
        let input = form.part("input").unwrap_or(&empty);
        let period = form.period()?;
        let names = &pack.entities;
        let is = |names: &crate::pack::Names, key: &str| key == names.one || key == names.many;
        let entity = |key: &str| is(&names.member, key) || is(&names.unit, key);
        if input.keys().filter_map(text).any(|key| entity(&key)) {
            return Situation::of_entities(pack, input, period);
        }
        Situation::of_variables(pack, input, period)
    }

    /// Nobody is named: as many persons as the longest list, each a unit alone.
    fn of_variables(pack: &Pack, input: &Mapping, period: Time) -> Result<Situation, Unsupported> {
        let mut situation = Situation::default();
        let mut count = 1;
        for (name, value) in input {
            let name = text(name).ok_or("a name is text")?;
            for stated in form::stated(value, period)? {
                if let Value::Sequence(values) = &stated.value {
                    count = count.max(values.len());
                }
                situation.state(pack, &name, None, stated)?;
            }
        }
        for person in 0..count {
            situation.persons.push(person.to_string());
            situation.units.push(person.to_string());
        }
        situation.member_start = (0..=count as u32).collect();
        Ok(situation)
    }

    fn of_entities(pack: &Pack, input: &Mapping, period: Time) -> Result<Situation, Unsupported> {
        let names = &pack.entities;
        let people = named_parts(input, &names.member)?;
        let units = named_parts(input, &names.unit)?;
        let mut situation = Situation::default();
        situation.member_start.push(0);
        let mut roles = Vec::new();
        for (unit, parts) in &units {
            for (key, value) in parts.iter() {
                let key = text(key).ok_or("a name is text")?;
                let role = names
                    .roles
                    .iter()
                    .find(|(_, _, role)| key == role.one || key == role.many);
                let Some((input, code, _)) = role else {
                    for stated in form::stated(value, period)? {
                        situation.state(pack, &key, Some(situation.units.len()), stated)?;
                    }
                    continue;
                };
                for person in listed(value)? {
                    roles.push((input.clone(), code.clone(), situation.persons.len()));
                    situation.persons.push(person);
                }
            }
            situation.end_unit(unit)?;
        }
        for (person, _) in &people {
            // Whom no group names is a group alone.
            if !situation.persons.contains(person) {
                situation.persons.push(person.clone());
                situation.end_unit(person)?;
            }
        }
        for (input, code, person) in roles {
            let stated = Stated {
                at: Time::Always,
                value: Value::String(code),
            };
            situation.state(pack, &input, Some(person), stated)?;
        }
        for (person, parts) in &people {
            let place = situation.persons.iter().position(|known| known == person);
            for (key, value) in parts.iter() {
                let key = text(key).ok_or("a name is text")?;
                for stated in form::stated(value, period)? {
                    situation.state(pack, &key, place, stated)?;
                }
            }
        }
        Ok(situation)
    }

    fn end_unit(&mut self, unit: &str) -> Result<(), Unsupported> {
        let members = self.persons.len() as u32;
        if self.member_start.last() == Some(&members) {
            return Err(format!("`{unit}` has no members"));
        }
        self.units.push(unit.to_owned());
        self.member_start.push(members);
        Ok(())
    }

    fn state(
        &mut self,
        pack: &Pack,
        name: &str,
        of: Option<usize>,
        stated: Stated,
    ) -> Result<(), Unsupported> {
        Named::find(pack, name)?;
        let known = self.stated.entry(name.to_owned()).or_default();
        known.push((of, stated));
        Ok(())
    }

    pub fn count(&self, level: Level) -> usize {
        match level {
            Level::Member => self.persons.len(),
            _ => self.units.len(),
        }
    }

    /// Variables whose value at a time is stated and need not be computed.
    pub fn given(&self, pack: &Pack, at: Time) -> Vec<String> {
        let stated = self.stated.iter().filter(|(name, stated)| {
            matches!(Named::find(pack, name), Ok(Named::Variable(variable))
                if stated.iter().any(|(_, one)| one.at == time_of(variable.period, at)))
        });
        stated.map(|(name, _)| name.clone()).collect()
    }

    /// The column of an input, or of a variable that is given, at a time.
    pub fn fill(&self, pack: &Pack, input: &PlanInput, at: Time) -> Result<Filled, Unsupported> {
        let count = self.count(input.level);
        let named = Named::find(pack, &input.name)?;
        let (assumed, codes, spread) = match &named {
            Named::Input(input) => (input.assumed, &input.codes[..], input.spread),
            // The format knows a value for everything: of what is given for some, 0 for others.
            Named::Variable(_) => (Some(0), &[][..], false),
        };
        let mut values = vec![assumed.unwrap_or(0); count];
        let mut known = vec![assumed.is_some(); count];
        let wanted = time_of(named.period(), at);
        for (of, stated) in self.stated.get(&input.name).into_iter().flatten() {
            let Some(months) = share(stated.at, wanted, spread)? else {
                continue;
            };
            let listed = match &stated.value {
                Value::Sequence(values) => values.iter().collect(),
                one => vec![one; if of.is_some() { 1 } else { count }],
            };
            if listed.len() != if of.is_some() { 1 } else { count } {
                return Err(format!("`{}` is stated for another number", input.name));
            }
            for (place, value) in listed.into_iter().enumerate() {
                let place = of.unwrap_or(place);
                values[place] = number(&input.name, value, input.ty, codes, months)?;
                known[place] = true;
            }
        }
        Ok((values, known))
    }
}

/// In how many parts a value stated for one time falls on another; `None`: not on it.
fn share(stated: Time, wanted: Time, spread: bool) -> Result<Option<u32>, Unsupported> {
    Ok(match (stated, wanted) {
        (_, Time::Always) => Some(1),
        (stated, wanted) if stated == wanted => Some(1),
        (Time::Year(year), Time::Month(of, _)) if year == of => {
            if !spread {
                return Err("a year's value of what is known by month".into());
            }
            Some(12)
        }
        (Time::Month(of, _), Time::Year(year)) if year == of => {
            return Err("a month's value of what is known by year".into());
        }
        _ => None,
    })
}

/// A stated value at the scale of its type.
pub fn number(
    name: &str,
    value: &Value,
    ty: Type,
    codes: &[String],
    parts: u32,
) -> Result<i64, Unsupported> {
    let written = text(value).ok_or_else(|| format!("`{name}` is not stated as one value"))?;
    let unfit = || format!("`{name}: {written}` does not fit its type in the pack");
    if let Type::Number { scale, .. } = ty {
        let part = Ratio {
            over: 1,
            below: i128::from(parts),
        };
        let ratio = Ratio::read(&written).and_then(|ratio| ratio.times(part));
        return ratio
            .and_then(|ratio| ratio.at_scale(scale))
            .ok_or_else(unfit);
    }
    let place = Place {
        file: "test".into(),
        text: written.as_str().into(),
        line: 1,
        column: 1,
        width: 1,
    };
    let word = Word {
        text: written.clone(),
        place,
    };
    input_value(&word, ty, codes).map_err(|_| unfit())
}

/// `household: {...}` is one without a name of its own, `households: {a: {...}}` are many.
fn named_parts<'a>(
    input: &'a Mapping,
    names: &crate::pack::Names,
) -> Result<Vec<(String, &'a Mapping)>, Unsupported> {
    if let Some(one) = input.get(names.one.as_str()) {
        let parts = one.as_mapping().ok_or("an entity is a mapping")?;
        return Ok(vec![(names.one.clone(), parts)]);
    }
    let Some(many) = input.get(names.many.as_str()) else {
        return Ok(Vec::new());
    };
    let many = many.as_mapping().ok_or("entities are a mapping")?;
    let parts = many.iter().map(|(name, parts)| {
        let name = text(name).ok_or("a name is text")?;
        Ok((name, parts.as_mapping().ok_or("an entity is a mapping")?))
    });
    parts.collect()
}

fn listed(value: &Value) -> Result<Vec<String>, Unsupported> {
    let one = || text(value).map(|person| vec![person]);
    let names = match value {
        Value::Sequence(values) => values.iter().map(text).collect(),
        _ => one(),
    };
    names.ok_or_else(|| "members are a list of names".into())
}
