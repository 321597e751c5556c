//! What a test expects, and how far the pack's results are from it.

use super::Unsupported;
use super::form::{self, Margins, Stated, TestForm, Time, text};
use super::ratio::Ratio;
use super::situation::{Named, Situation, number};
use crate::batch::{Batch, Cases, Columns, Members, Values};
use crate::outcome::Results;
use crate::pack::{Pack, Stretch};
use crate::typed::Type;
use serde_yaml_ng::{Mapping, Value};

/// One variable at one time: of one element, or of all.
pub struct Wanted {
    name: String,
    of: Option<usize>,
    stated: Stated,
}

/// All that a test expects, in its order.
pub fn wanted(
    pack: &Pack,
    form: &TestForm,
    situation: &Situation,
) -> Result<Vec<Wanted>, Unsupported> {
    let output = form.part("output").ok_or("the test has no output")?;
    let period = form.period()?;
    let (member, unit) = (&pack.entities.member, &pack.entities.unit);
    let mut wanted = Vec::new();
    for (key, value) in output {
        let key = text(key).ok_or("a name is text")?;
        let parts = || value.as_mapping().ok_or("an entity is a mapping");
        if key == unit.one || key == member.one {
            gather(parts()?, Some(0), period, &mut wanted)?;
        } else if key == unit.many || key == member.many {
            let known = if key == unit.many {
                &situation.units
            } else {
                &situation.persons
            };
            for (name, parts) in parts()? {
                let name = text(name).ok_or("a name is text")?;
                let place = known.iter().position(|known| *known == name);
                let place = place.ok_or_else(|| format!("nobody is called `{name}`"))?;
                let parts = parts.as_mapping().ok_or("an entity is a mapping")?;
                gather(parts, Some(place), period, &mut wanted)?;
            }
        } else {
            add(&key, value, None, period, &mut wanted)?;
        }
    }
    Ok(wanted)
}

fn gather(
    parts: &Mapping,
    of: Option<usize>,
    period: Time,
    wanted: &mut Vec<Wanted>,
) -> Result<(), Unsupported> {
    for (name, value) in parts {
        add(
            &text(name).ok_or("a name is text")?,
            value,
            of,
            period,
            wanted,
        )?;
    }
    Ok(())
}

fn add(
    name: &str,
    value: &Value,
    of: Option<usize>,
    period: Time,
    wanted: &mut Vec<Wanted>,
) -> Result<(), Unsupported> {
    for stated in form::stated(value, period)? {
        let name = name.to_owned();
        wanted.push(Wanted { name, of, stated });
    }
    Ok(())
}

/// A result: exact, or nobody knows it.
type Found = Option<Ratio>;

impl Wanted {
    pub fn compare(
        &self,
        pack: &Pack,
        situation: &Situation,
        margins: &Margins,
    ) -> Result<Vec<String>, Unsupported> {
        let named = Named::find(pack, &self.name)?;
        let results = self.results(pack, situation, &named)?;
        let ty = match &named {
            Named::Input(input) => input.ty,
            Named::Variable(variable) => variable.ty,
        };
        let codes = match &named {
            Named::Input(input) => &input.codes[..],
            Named::Variable(_) => &[],
        };
        let mut differences = Vec::new();
        let (first, count) = self.of.map_or((0, results.len()), |of| (of, 1));
        for (place, result) in results.iter().enumerate().skip(first).take(count) {
            let expected = match &self.stated.value {
                Value::Sequence(values) => values.get(place - first).ok_or("too few values")?,
                one => one,
            };
            let expected = expected_ratio(&self.name, expected, ty, codes)?;
            if !is_near(*result, expected, margins)? {
                let shown = result.map_or("unknown".to_owned(), |result| result.to_string());
                let at = &self.stated.at;
                differences.push(format!(
                    "{} {at:?}: {expected} is expected, here is {shown}",
                    self.name
                ));
            }
        }
        Ok(differences)
    }

    fn results(
        &self,
        pack: &Pack,
        situation: &Situation,
        named: &Named<'_>,
    ) -> Result<Vec<Found>, Unsupported> {
        let at = self.stated.at;
        let fits = matches!(
            (named.period(), at),
            (Stretch::Month | Stretch::FirstMonth, Time::Month(..))
                | (Stretch::Year, Time::Year(_))
                | (Stretch::Always, _)
        );
        if !fits {
            return Err(format!("`{}` is not a value of such a period", self.name));
        }
        match named {
            Named::Input(input) => {
                let of = crate::plan::PlanInput {
                    name: input.name.clone(),
                    level: input.level,
                    ty: input.ty,
                };
                // An input itself is asked at its very time, not at that of a decision.
                let (values, known) = situation.fill(pack, &of, at)?;
                let scale = scale(input.ty);
                let pairs = values.into_iter().zip(known);
                Ok(pairs
                    .map(|(value, known)| known.then(|| ratio(value, 1, scale)))
                    .collect())
            }
            Named::Variable(variable) => calculated(pack, situation, &variable.name, at),
        }
    }
}

/// The variable by the law of a time, from what is stated of that time.
fn calculated(
    pack: &Pack,
    situation: &Situation,
    name: &str,
    at: Time,
) -> Result<Vec<Found>, Unsupported> {
    let day = at.first_day().ok_or("the law of all times at once")?;
    let given = situation.given(pack, at);
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let plan = pack
        .calculation(day, &[name], &given)
        .map_err(|error| error.to_string())?;
    let filled = plan
        .inputs()
        .iter()
        .map(|input| situation.fill(pack, input, at))
        .collect::<Result<Vec<_>, _>>()?;
    let inputs: Vec<Values<'_>> = filled
        .iter()
        .map(|(values, known)| Values { values, known })
        .collect();
    let mut batch = Batch::new(&plan);
    let columns = Columns {
        districts: &[],
        first_unit: 0,
        member_start: &situation.member_start,
        units: &[],
        cases: Cases::None,
        members: Members::default(),
        tables: &[],
        inputs: &inputs,
    };
    batch
        .append(&columns)
        .map_err(|misfit| misfit.to_string())?;
    let mut results = Results::new();
    plan.calculate(&batch, &mut results);
    let column = results
        .column(name)
        .ok_or("the variable was not computed")?;
    let scale = scale(column.ty);
    let one = |index| {
        let value = column.value(index)?;
        Some(ratio(value.numerator, value.denominator, scale))
    };
    Ok((0..column.len()).map(one).collect())
}

fn scale(ty: Type) -> u8 {
    match ty {
        Type::Number { scale, .. } => scale,
        _ => 0,
    }
}

fn ratio(numerator: i64, denominator: i64, scale: u8) -> Ratio {
    Ratio {
        over: i128::from(numerator),
        below: i128::from(denominator) * 10_i128.pow(u32::from(scale)),
    }
}

/// Numbers as they are written, everything else as its whole number.
fn expected_ratio(
    name: &str,
    value: &Value,
    ty: Type,
    codes: &[String],
) -> Result<Ratio, Unsupported> {
    if let Type::Number { .. } = ty {
        let written = text(value).ok_or_else(|| format!("`{name}`: no number is expected"))?;
        let unread = || format!("`{name}: {written}` is not read as a number");
        return Ratio::read(&written).ok_or_else(unread);
    }
    Ok(ratio(number(name, value, ty, codes, 1)?, 1, 0))
}

fn is_near(result: Found, expected: Ratio, margins: &Margins) -> Result<bool, Unsupported> {
    let Some(result) = result else {
        return Ok(false);
    };
    let near = || {
        let distance = result.plus(expected.negated())?.absolute();
        let within = match margins.absolute {
            Some(margin) => distance.is_at_most(margin)?,
            None => true,
        };
        let relative = match margins.relative {
            Some(margin) => distance.is_at_most(expected.times(margin)?.absolute())?,
            None => true,
        };
        Some(within && relative)
    };
    near().ok_or_else(|| "the numbers are too long to be compared".into())
}
