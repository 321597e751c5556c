//! What a search asks for: three ways of asking become one test over a closed list of attributes.
//!
//! Attributes of a person are asked of the member; in a search for groups, of the group's head.

use kernel::day::completed_years;
use kernel::portrait::{MemberView, PortraitView};
use kernel::{Day, Instant, Sex};
use serde_json::{Map, Value};

/// Comparisons of one question.
pub const TESTS_MAX: usize = 32;
/// Values of one `in`.
const VALUES_MAX: usize = 100;
const DEPTH_MAX: usize = 8;
/// Characters of a value that a refusal repeats.
const SHOWN_CHARS_MAX: usize = 60;

/// Why a question is not understood; told to the asker.
pub type Refused = String;

/// What may be asked about. A name that is not here is refused, never guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    Age,
    Sex,
    BirthDate,
    GroupSize,
    /// A SOATO code: region, district or mahalla.
    Location,
}

impl Attribute {
    pub const NAMES: [(&'static str, Attribute); 7] = [
        ("age", Attribute::Age),
        ("sex", Attribute::Sex),
        ("gender", Attribute::Sex),
        ("birth_date", Attribute::BirthDate),
        ("group_size", Attribute::GroupSize),
        ("location", Attribute::Location),
        ("district", Attribute::Location),
    ];

    pub fn from_name(name: &str) -> Result<Attribute, Refused> {
        let known = Attribute::NAMES.iter().find(|(known, _)| *known == name);
        if let Some((_, attribute)) = known {
            return Ok(*attribute);
        }
        let names: Vec<&str> = Attribute::NAMES.iter().map(|(name, _)| *name).collect();
        Err(format!(
            "this register cannot be asked for '{name:.40}'; it can for {}",
            names.join(", ")
        ))
    }

    /// All values become whole numbers, so that one comparison serves all.
    fn number(self, value: &Value) -> Result<i64, Refused> {
        let text = value.as_str();
        let number = value.as_i64().or_else(|| text.and_then(|t| t.parse().ok()));
        let found = match self {
            Attribute::Sex => text.and_then(Sex::named).map(sex_number),
            Attribute::BirthDate => text.and_then(day_of).map(|day| i64::from(day.0)),
            Attribute::Location => number.filter(|code| access::Area::from_code(*code).is_ok()),
            Attribute::Age | Attribute::GroupSize => number,
        };
        found.ok_or_else(|| format!("{} is no value of {self:?}", beginning(value)))
    }

    fn has_order(self) -> bool {
        !matches!(self, Attribute::Sex | Attribute::Location)
    }
}

/// A day as it is, or the day of a moment with its zone.
fn day_of(text: &str) -> Option<Day> {
    const DAY_CHARS: usize = 10;
    if text.len() > DAY_CHARS {
        Instant::parse_rfc3339(text).ok()?;
    }
    Day::parse(text.get(..DAY_CHARS)?).ok()
}

fn beginning(value: &Value) -> String {
    value.to_string().chars().take(SHOWN_CHARS_MAX).collect()
}

fn sex_number(sex: Sex) -> i64 {
    match sex {
        Sex::Male => 1,
        Sex::Female => 2,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    In,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    fn from_name(name: &str) -> Result<Operator, Refused> {
        match name.trim_start_matches('$') {
            "eq" | "in" => Ok(Operator::In),
            "lt" => Ok(Operator::Less),
            "le" | "lte" => Ok(Operator::LessOrEqual),
            "gt" => Ok(Operator::Greater),
            "ge" | "gte" => Ok(Operator::GreaterOrEqual),
            _ => Err(format!("the operator '{name:.20}' is not known")),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    Compare {
        attribute: Attribute,
        operator: Operator,
        values: Vec<i64>,
    },
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
}

/// One record as the test sees it: a person, and the unit that the person lives in.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub born: Day,
    pub sex: Sex,
    pub group_size: usize,
    pub district: u32,
    pub mahalla: u32,
    pub today: Day,
}

impl Seen {
    pub fn member(unit: &PortraitView<'_>, member: &MemberView<'_>, today: Day) -> Seen {
        Seen {
            born: member.born,
            sex: member.sex,
            group_size: unit.member_count(),
            district: unit.district(),
            mahalla: unit.mahalla(),
            today,
        }
    }

    pub fn value(&self, attribute: Attribute) -> i64 {
        match attribute {
            Attribute::Age => i64::from(completed_years(self.born, self.today)),
            Attribute::Sex => sex_number(self.sex),
            Attribute::BirthDate => i64::from(self.born.0),
            Attribute::GroupSize => i64::try_from(self.group_size).unwrap_or(i64::MAX),
            Attribute::Location => i64::from(self.district),
        }
    }

    fn lies_in(&self, code: i64) -> bool {
        let own = [self.mahalla, self.district, self.district / 1_000];
        code == 0 || own.iter().any(|own| i64::from(*own) == code)
    }
}

impl Test {
    pub fn holds(&self, seen: &Seen) -> bool {
        match self {
            Test::All(tests) => tests.iter().all(|test| test.holds(seen)),
            Test::Any(tests) => tests.iter().any(|test| test.holds(seen)),
            Test::Not(test) => !test.holds(seen),
            Test::Compare {
                attribute: Attribute::Location,
                values,
                ..
            } => values.iter().any(|code| seen.lies_in(*code)),
            Test::Compare {
                attribute,
                operator,
                values,
            } => {
                let own = seen.value(*attribute);
                match operator {
                    Operator::In => values.contains(&own),
                    Operator::Less => own < values[0],
                    Operator::LessOrEqual => own <= values[0],
                    Operator::Greater => own > values[0],
                    Operator::GreaterOrEqual => own >= values[0],
                }
            }
        }
    }

    fn compare(name: &str, operator: &str, value: &Value) -> Result<Test, Refused> {
        let attribute = Attribute::from_name(name)?;
        let operator = Operator::from_name(operator)?;
        let one = std::slice::from_ref(value);
        let listed = value.as_array().map_or(one, Vec::as_slice);
        let fits = !listed.is_empty() && listed.len() <= VALUES_MAX;
        if !fits || (operator != Operator::In && (listed.len() != 1 || !attribute.has_order())) {
            return Err(format!("{name} cannot be compared so"));
        }
        let values = listed.iter().map(|value| attribute.number(value));
        Ok(Test::Compare {
            attribute,
            operator,
            values: values.collect::<Result<_, _>>()?,
        })
    }

    fn size(&self) -> usize {
        match self {
            Test::Compare { .. } => 1,
            Test::All(tests) | Test::Any(tests) => tests.iter().map(Test::size).sum(),
            Test::Not(test) => test.size(),
        }
    }
}

fn bounded(test: Test) -> Result<Test, Refused> {
    if test.size() <= TESTS_MAX {
        return Ok(test);
    }
    Err(format!("a question has at most {TESTS_MAX} comparisons"))
}

/// `[{seq_num, expression1, condition, expression2}]`: the items hold together, in any order.
pub fn of_predicates(query: &Value) -> Result<Test, Refused> {
    let items = query.as_array().filter(|items| !items.is_empty());
    let items = items.ok_or("a predicate is a list of expressions")?;
    if items.len() > TESTS_MAX {
        return Err(format!("a question has at most {TESTS_MAX} comparisons"));
    }
    let tests = items.iter().map(of_predicate).collect::<Result<_, _>>()?;
    bounded(Test::All(tests))
}

fn of_predicate(item: &Value) -> Result<Test, Refused> {
    let expression = |name: &str| {
        let fields = item.get(name)?;
        let text = |field: &str| fields.get(field).and_then(Value::as_str).unwrap_or("");
        let value = fields.get("attribute_value").unwrap_or(&Value::Null);
        Some(Test::compare(
            text("attribute_name"),
            text("operator"),
            value,
        ))
    };
    let first = expression("expression1").ok_or("expression1 is missing")??;
    let second = expression("expression2").transpose()?;
    match (item.get("condition").and_then(Value::as_str), second) {
        (None, None) => Ok(first),
        (Some("and"), Some(second)) => Ok(Test::All(vec![first, second])),
        (Some("or"), Some(second)) => Ok(Test::Any(vec![first, second])),
        (Some("not"), Some(second)) => Ok(Test::All(vec![first, Test::Not(Box::new(second))])),
        (Some("not"), None) => Ok(Test::Not(Box::new(first))),
        _ => Err("condition is and, or, not, and stands between two expressions".to_owned()),
    }
}

/// `{"$and": [{"age": {"$lt": 5}}, ...]}`, as document databases ask.
pub fn of_expression(query: &Value) -> Result<Test, Refused> {
    bounded(of_document(query, DEPTH_MAX)?)
}

fn of_document(query: &Value, depth: usize) -> Result<Test, Refused> {
    let depth = depth.checked_sub(1).ok_or("the expression is too deep")?;
    let fields = query.as_object().filter(|fields| !fields.is_empty());
    let fields: &Map<String, Value> = fields.ok_or("an expression is an object with names")?;
    let mut tests = Vec::new();
    for (name, value) in fields {
        let inner = || -> Result<Vec<Test>, Refused> {
            let list = value.as_array().filter(|list| !list.is_empty());
            let list = list.ok_or_else(|| format!("{name:.20} needs a list"))?;
            list.iter().map(|part| of_document(part, depth)).collect()
        };
        match name.as_str() {
            "$and" => tests.push(Test::All(inner()?)),
            "$or" => tests.push(Test::Any(inner()?)),
            "$not" => tests.push(Test::Not(Box::new(of_document(value, depth)?))),
            name => match value.as_object() {
                None => tests.push(Test::compare(name, "eq", value)?),
                // What compares nothing would hold for everybody.
                Some(comparisons) if comparisons.is_empty() => {
                    return Err(format!("{name:.20} is compared with nothing"));
                }
                Some(comparisons) => {
                    for (operator, value) in comparisons {
                        tests.push(Test::compare(name, operator, value)?);
                    }
                }
            },
        }
    }
    Ok(Test::All(tests))
}
