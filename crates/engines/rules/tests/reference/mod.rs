//! A second evaluator: slow, obvious, over the syntax, with numbers without end. It is
//! written from `packs/README.md`, and shares nothing with the engine but the parser,
//! the catalogue of facts and the calendar.
//!
//! A value is known, or known to be at least something, or unknown. Every part of a
//! formula is worked out, also what a CASE does not take: an engine that goes by columns
//! does the same, and a number that fits nowhere is a fault wherever it stands.
#![allow(dead_code, reason = "each test file uses its own part")]

mod aggregate;
mod number;
pub mod random;

pub use number::{Known, Number};

use kernel::facts::{self, Cell, FactBody, Owner, ValueType, code};
use kernel::kin::Role;
use kernel::portrait::PackedFact;
use kernel::{Day, Month, Portrait};
use rules::CaseFacts;
use rules::syntax::{Ast, Form, Operator};
use std::cell::Cell as Flag;
use std::collections::BTreeMap;

/// What a formula comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Number(Number),
    Truth(Option<bool>),
    Code(Option<String>),
}

/// A row of facts; a phantom stands for an answer that never came.
#[derive(Clone)]
pub struct Row {
    pub owner: usize,
    pub phantom: bool,
    pub cells: BTreeMap<&'static str, Value>,
}

#[derive(Clone)]
pub struct Variable {
    pub of_member: bool,
    pub formula: Ast,
    pub round: Option<(String, String)>,
}

/// One unit and the law that is applied to it.
pub struct World {
    pub parameters: BTreeMap<String, Number>,
    pub variables: BTreeMap<String, Variable>,
    pub members: Vec<BTreeMap<&'static str, Value>>,
    pub case: BTreeMap<&'static str, Value>,
    pub tables: BTreeMap<&'static str, Vec<Row>>,
    /// Some number did not fit the engine's, or was divided by nothing.
    pub fault: Flag<bool>,
}

/// Where a formula stands: at the unit, at a member, at a row.
#[derive(Clone, Copy)]
pub struct At<'a> {
    pub member: Option<usize>,
    pub row: Option<(&'a str, usize)>,
    /// A variable of a member sees only that member's rows.
    pub own: bool,
}

pub const UNIT: At<'static> = At {
    member: None,
    row: None,
    own: false,
};

impl World {
    /// `adults` and `family` are the kinds that the law reads, and of whom.
    pub fn of(portrait: &Portrait, case: &CaseFacts, day: Day, kinds: &[&'static str]) -> World {
        let date = |day: Day| Value::Number(Number::whole(i64::from(day.0)));
        let month = |month: Month| Value::Number(Number::whole(i64::from(month.0)));
        let text = |text: &str| Value::Code(Some(text.to_owned()));
        let members = portrait.members.iter().map(|member| {
            let role = ["applicant", "spouse", "child", "resident"][member.role.code() as usize];
            let sex = if member.sex == kernel::Sex::Female {
                "female"
            } else {
                "male"
            };
            BTreeMap::from([
                ("role", text(role)),
                ("sex", text(sex)),
                ("born", date(member.born)),
            ])
        });
        let mut world = World {
            parameters: BTreeMap::new(),
            variables: BTreeMap::new(),
            members: members.collect(),
            case: BTreeMap::from([
                ("applied_on", date(case.applied_on)),
                ("decided_on", date(day)),
                ("window_end", month(case.window_end)),
                ("counted_month", month(case.counted_month)),
            ]),
            tables: BTreeMap::new(),
            fault: Flag::new(false),
        };
        for name in kinds {
            world.tables.insert(name, rows_of(portrait, name));
        }
        world
    }

    /// The same world, where one row of a member stands in of which nothing is known.
    fn with_stand_in(&self, table: &str, owner: usize) -> World {
        let (name, _) = self.tables.get_key_value(table).expect("a kind");
        let kind = facts::kind_named(name).expect("a kind of the catalogue");
        let blank = cells(kind, &[]);
        let blank = blank
            .iter()
            .map(|(name, value)| (*name, unknown_like(value)));
        let stand_in = Row {
            owner,
            phantom: true,
            cells: blank.collect(),
        };
        let rows = |name: &&'static str, rows: &Vec<Row>| match *name == kind.name {
            true => vec![stand_in.clone()],
            false => rows.clone(),
        };
        World {
            parameters: self.parameters.clone(),
            variables: self.variables.clone(),
            members: self.members.clone(),
            case: self.case.clone(),
            tables: self
                .tables
                .iter()
                .map(|(name, list)| (*name, rows(name, list)))
                .collect(),
            fault: Flag::new(false),
        }
    }

    /// Works out every variable, so that a fault in any of them is seen.
    pub fn work_out_all(&self) {
        for variable in self.variables.values() {
            let count = if variable.of_member {
                self.members.len()
            } else {
                1
            };
            for member in 0..count {
                let member = variable.of_member.then_some(member);
                self.variable(
                    variable,
                    At {
                        member,
                        own: variable.of_member,
                        ..UNIT
                    },
                );
            }
        }
    }

    pub fn value(&self, ast: &Ast, at: At<'_>) -> Value {
        match &ast.form {
            Form::Number(digits) => Value::Number(Number::written(digits)),
            Form::Code(code) => Value::Code(Some(code.clone())),
            Form::YesNo(truth) => Value::Truth(Some(*truth)),
            Form::Date(text) => {
                let day = Day::parse(text).expect("a day");
                Value::Number(Number::whole(i64::from(day.0)))
            }
            Form::Name(path) => self.name(path, at),
            Form::Not(inner) => Value::Truth(self.truth(inner, at).map(|truth| !truth)),
            Form::Minus(inner) => {
                let inner = self.number(inner, at);
                self.fitted(inner.negated())
            }
            Form::Binary(operator, left, right) => self.binary(*operator, left, right, at),
            Form::Case(arms, otherwise) => self.choose(arms, otherwise, at),
            Form::Call {
                name,
                arguments,
                filter,
            } => self.call(name, arguments, filter.as_deref(), at),
        }
    }

    pub fn number(&self, ast: &Ast, at: At<'_>) -> Number {
        match self.value(ast, at) {
            Value::Number(number) => number,
            other => panic!("{other:?} is no number"),
        }
    }

    pub fn truth(&self, ast: &Ast, at: At<'_>) -> Option<bool> {
        match self.value(ast, at) {
            Value::Truth(truth) => truth,
            other => panic!("{other:?} is no yes/no"),
        }
    }

    /// A number that the engine could not hold is unknown, and a fault.
    pub fn fitted(&self, number: Number) -> Value {
        // Also of what is only bounded below: its bound is a number like any other.
        let fits = number.fits();
        self.fault.set(self.fault.get() || !fits);
        if number.known == Known::Nothing || !fits {
            return Value::Number(Number::unknown(number.scale));
        }
        Value::Number(number)
    }

    fn name(&self, path: &[String], at: At<'_>) -> Value {
        let owner = || {
            let of_row = at.row.map(|(table, row)| self.tables[table][row].owner);
            at.member.or(of_row).expect("a member in sight")
        };
        match path {
            [name] => {
                if let Some(parameter) = self.parameters.get(name) {
                    return Value::Number(parameter.clone());
                }
                let variable = &self.variables[name];
                let member = variable.of_member.then(owner);
                self.variable(
                    variable,
                    At {
                        member,
                        own: variable.of_member,
                        ..UNIT
                    },
                )
            }
            [table, field] if table == "case" => self.case[field.as_str()].clone(),
            [table, field] if table == "member" => self.members[owner()][field.as_str()].clone(),
            [table, field] => {
                let (_, row) = at.row.expect("a row in sight");
                self.tables[table.as_str()][row].cells[field.as_str()].clone()
            }
            _ => panic!("{path:?} is no name"),
        }
    }

    fn variable(&self, variable: &Variable, at: At<'_>) -> Value {
        let value = self.value(&variable.formula, at);
        match (&variable.round, value) {
            (Some((step, mode)), Value::Number(number)) => self.fitted(number.rounded(step, mode)),
            (_, value) => value,
        }
    }

    fn binary(&self, operator: Operator, left: &Ast, right: &Ast, at: At<'_>) -> Value {
        let (left, right) = (self.value(left, at), self.value(right, at));
        match (operator, left, right) {
            (Operator::And, Value::Truth(left), Value::Truth(right)) => {
                Value::Truth(match (left, right) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                })
            }
            (Operator::Or, Value::Truth(left), Value::Truth(right)) => {
                Value::Truth(match (left, right) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                })
            }
            (Operator::Compare(how), Value::Code(left), Value::Code(right)) => {
                let both = left.zip(right);
                Value::Truth(both.map(|(left, right)| {
                    how.holds(left.cmp(&right).then(std::cmp::Ordering::Equal))
                }))
            }
            (Operator::Compare(how), Value::Truth(left), Value::Truth(right)) => {
                let both = left.zip(right);
                Value::Truth(both.map(|(left, right)| how.holds(left.cmp(&right))))
            }
            (Operator::Compare(how), Value::Number(left), Value::Number(right)) => {
                let (left, right) = self.alike(left, right);
                Value::Truth(left.compared(how, &right))
            }
            (Operator::Add, Value::Number(left), Value::Number(right)) => {
                let (left, right) = self.alike(left, right);
                self.fitted(left.plus(&right))
            }
            (Operator::Subtract, Value::Number(left), Value::Number(right)) => {
                let (left, right) = self.alike(left, right);
                self.fitted(left.minus(&right))
            }
            (Operator::Multiply, Value::Number(left), Value::Number(right)) => {
                self.fitted(left.times(&right))
            }
            (Operator::Divide, Value::Number(left), Value::Number(right)) => {
                match left.over(&right) {
                    Some(quotient) => self.fitted(quotient),
                    None => {
                        self.fault.set(true);
                        Value::Number(Number::unknown(left.scale))
                    }
                }
            }
            (operator, left, right) => panic!("{operator:?} of {left:?} and {right:?}"),
        }
    }

    /// Both at the finer scale, where they must fit too.
    fn alike(&self, left: Number, right: Number) -> (Number, Number) {
        let scale = left.scale.max(right.scale);
        let at = |number: Number| match self.fitted(Number { scale, ..number }) {
            Value::Number(number) => number,
            _ => unreachable!("a number stays one"),
        };
        (at(left), at(right))
    }

    fn all_alike(&self, values: Vec<Value>) -> Vec<Value> {
        let scales = values.iter().filter_map(|value| match value {
            Value::Number(number) => Some(number.scale),
            _ => None,
        });
        let scale = scales.max().unwrap_or(0);
        let at = |value: Value| match value {
            Value::Number(number) => self.fitted(Number { scale, ..number }),
            other => other,
        };
        values.into_iter().map(at).collect()
    }

    /// The first arm that holds. If it is not known which, all that may be must be the same.
    fn choose(&self, arms: &[(Ast, Ast)], otherwise: &Ast, at: At<'_>) -> Value {
        let mut values: Vec<Value> = arms
            .iter()
            .map(|(_, value)| self.value(value, at))
            .collect();
        values.push(self.value(otherwise, at));
        let mut values = self.all_alike(values);
        let mut chosen = values.pop().expect("the ELSE");
        for ((condition, _), value) in arms.iter().zip(values).rev() {
            chosen = match self.truth(condition, at) {
                Some(true) => value,
                Some(false) => chosen,
                None if is_known(&value) && value == chosen => value,
                None => unknown_like(&value),
            };
        }
        chosen
    }

    fn call(&self, name: &str, arguments: &[Ast], filter: Option<&Ast>, at: At<'_>) -> Value {
        match name {
            "count" | "sum" | "min" | "max" => self.aggregate(name, arguments, filter, at),
            "greatest" | "least" | "known_or" => {
                let both = arguments.iter().map(|one| self.value(one, at)).collect();
                let mut both = self.all_alike(both);
                let (right, left) = (both.pop().expect("two"), both.pop().expect("two"));
                match (name, left, right) {
                    ("known_or", left, right) => {
                        if is_known(&left) {
                            left
                        } else {
                            right
                        }
                    }
                    ("greatest", Value::Number(left), Value::Number(right)) => {
                        Value::Number(left.greatest(&right))
                    }
                    (_, Value::Number(left), Value::Number(right)) => {
                        Value::Number(left.least(&right))
                    }
                    (name, ..) => panic!("{name} of what is no number"),
                }
            }
            "round" => {
                let (Form::Number(step), Form::Code(mode)) =
                    (&arguments[1].form, &arguments[2].form)
                else {
                    panic!("a rounding has a step and a mode")
                };
                let value = self.number(&arguments[0], at);
                self.fitted(value.rounded(step, mode))
            }
            _ => {
                let numbers: Vec<Number> =
                    arguments.iter().map(|one| self.number(one, at)).collect();
                if numbers.iter().any(|number| number.known != Known::Exactly) {
                    return Value::Number(Number::unknown(0));
                }
                let whole: Vec<i64> = numbers.iter().map(Number::integer).collect();
                Value::Number(Number::whole(calendar(name, &whole)))
            }
        }
    }
}

fn calendar(name: &str, of: &[i64]) -> i64 {
    let small = |at: usize| i32::try_from(of[at]).expect("within the calendar");
    match name {
        "completed_years" => i64::from(kernel::day::completed_years(Day(small(0)), Day(small(1)))),
        "year_of" => i64::from(Day(small(0)).year()),
        "month_of" => i64::from(Day(small(0)).month().0),
        "month_turning" => i64::from(
            kernel::day::day_of_turning(Day(small(0)), small(1))
                .month()
                .0,
        ),
        "months_between" => of[1] - of[0],
        "add_months" => of[0] + of[1],
        _ => panic!("there is no function {name}"),
    }
}

pub fn is_known(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.known == Known::Exactly,
        Value::Truth(truth) => truth.is_some(),
        Value::Code(code) => code.is_some(),
    }
}

pub fn unknown_like(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(Number::unknown(number.scale)),
        Value::Truth(_) => Value::Truth(None),
        Value::Code(_) => Value::Code(None),
    }
}

/// The rows of a kind. Facts of persons are those of the adults; a person (or the
/// family) of whom no answer came has one row that stands for whatever it would say.
fn rows_of(portrait: &Portrait, name: &'static str) -> Vec<Row> {
    let kind = facts::kind_named(name).expect("a kind of the catalogue");
    let mut rows = Vec::new();
    let mut add = |owner: usize, list: &[PackedFact]| {
        let Some(fact) = list.iter().find(|fact| fact.kind == kind.code) else {
            rows.push(Row {
                owner,
                phantom: true,
                cells: cells(kind, &[]),
            });
            return;
        };
        let body = FactBody::unpack(&fact.body).expect("sound facts");
        for row in body.rows {
            rows.push(Row {
                owner,
                phantom: false,
                cells: cells(kind, &row),
            });
        }
    };
    if kind.owner == Owner::Unit {
        add(0, &portrait.facts);
        return rows;
    }
    for (owner, member) in portrait.members.iter().enumerate() {
        if member.role != Role::Child {
            add(owner, &member.facts);
        }
    }
    rows
}

fn cells(kind: &facts::FactKind, row: &[Cell]) -> BTreeMap<&'static str, Value> {
    let fields = kind.fields.iter().enumerate();
    fields
        .filter(|(_, field)| field.ty != ValueType::Text)
        .map(|(at, field)| {
            let number = match row.get(at) {
                Some(Cell::Int(number)) => Some(*number),
                _ => None,
            };
            let balance = kind.code == code::ACCOUNT;
            (field.name, cell(field.ty, number, balance))
        })
        .collect()
}

/// What is outside its type is as good as missing; a missing amount is at least nothing,
/// but a balance may be an overdraft.
fn cell(ty: ValueType, number: Option<i64>, balance: bool) -> Value {
    match ty {
        ValueType::Money => {
            let sound = number.filter(|number| balance || *number >= 0);
            Value::Number(match sound {
                Some(number) => Number::tiyin(number),
                None if balance => Number::unknown(2),
                None => Number {
                    known: Known::AtLeast,
                    ..Number::tiyin(0)
                },
            })
        }
        ValueType::Integer => Value::Number(number.map_or(Number::unknown(0), Number::whole)),
        ValueType::Day | ValueType::Month => {
            let sound = number.filter(|number| (-9_999_999..=9_999_999).contains(number));
            Value::Number(sound.map_or(Number::unknown(0), Number::whole))
        }
        ValueType::YesNo => Value::Truth(match number {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        }),
        ValueType::Code(list) => {
            let place = number.and_then(|number| usize::try_from(number).ok());
            Value::Code(
                place
                    .and_then(|place| list.get(place))
                    .map(|code| (*code).to_owned()),
            )
        }
        ValueType::Text => Value::Code(None),
    }
}
