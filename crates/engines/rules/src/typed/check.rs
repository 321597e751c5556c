//! From a parsed formula to a typed one: names, types, units and levels.

use super::names::{CASE_COLUMNS, MEMBER_COLUMNS, Tables};
use super::{Aggregate, AggregateKind, Function, INTEGER, Level, Op, Rounding, Tree, Type, Unit};
use crate::source::{Diagnostic, Place, nearest};
use crate::syntax::{Ast, Comparison, Form, Operator};
use kernel::Day;
use std::collections::BTreeMap;

/// Digits after the point that a product may carry before it must be rounded.
const SCALE_MAX: u8 = 9;

type Checked = Result<Tree, Diagnostic>;

/// The names a formula may use.
#[derive(Debug, Default)]
pub struct Scope {
    pub parameters: BTreeMap<String, (u16, Type)>,
    pub variables: BTreeMap<String, (u16, Type, Level)>,
    pub tables: Tables,
}

/// Checks a formula whose value belongs to `entity` (the unit or a member).
pub fn check(ast: &Ast, scope: &Scope, entity: Level) -> Checked {
    Checker {
        scope,
        entity,
        row: None,
        within: false,
    }
    .tree(ast)
}

/// `row` is the table whose rows are in sight, `within` tells that an aggregate
/// is around us already.
struct Checker<'a> {
    scope: &'a Scope,
    entity: Level,
    row: Option<u16>,
    within: bool,
}

impl Checker<'_> {
    fn tree(&self, ast: &Ast) -> Checked {
        let place = &ast.place;
        match &ast.form {
            Form::Number(digits) => number(digits, place),
            Form::YesNo(truth) => Ok(leaf(
                Op::Constant(i64::from(*truth)),
                Type::YesNo,
                Level::Constant,
                place,
            )),
            Form::Date(text) => match Day::parse(text) {
                Ok(day) => Ok(leaf(
                    Op::Constant(i64::from(day.0)),
                    Type::Date,
                    Level::Constant,
                    place,
                )),
                Err(error) => Err(place.error(error.to_string(), "DATE '2026-02-01'")),
            },
            Form::Code(_) => Err(place.error(
                "a code stands alone here",
                "compare it with a field that has codes: property.use = 'dwelling'",
            )),
            Form::Name(path) => self.name(path, place),
            Form::Not(inner) => {
                let inner = self.yes_no(inner)?;
                let level = inner.level;
                Ok(leaf(Op::Not(Box::new(inner)), Type::YesNo, level, place))
            }
            Form::Minus(inner) => {
                let inner = self.tree(inner)?;
                numeric(&inner)?;
                let (ty, level) = (inner.ty, inner.level);
                Ok(leaf(Op::Negate(Box::new(inner)), ty, level, place))
            }
            Form::Binary(operator, left, right) => self.binary(*operator, left, right, place),
            Form::Case(arms, otherwise) => self.choose(arms, otherwise, place),
            Form::Call {
                name,
                arguments,
                filter,
            } => self.call(name, arguments, filter.as_deref(), place),
        }
    }

    fn name(&self, path: &[String], place: &Place) -> Checked {
        match path {
            [name] => self.plain_name(name, place),
            [table, field] => self.dotted_name(table, field, place),
            _ => Err(place.error("a name has at most one dot", "wage.amount")),
        }
    }

    fn plain_name(&self, name: &str, place: &Place) -> Checked {
        if let Some((index, ty)) = self.scope.parameters.get(name) {
            return Ok(leaf(Op::Parameter(*index), *ty, Level::Constant, place));
        }
        if let Some((index, ty, level)) = self.scope.variables.get(name) {
            self.in_sight(*level, name, place)?;
            return Ok(leaf(Op::Variable(*index), *ty, *level, place));
        }
        if self.scope.tables.find(name).is_some() || name == "member" {
            let message = format!("`{name}` is a table, not a value");
            return Err(place.error(message, format!("count({name}) or {name}.some_field")));
        }
        let known = self
            .scope
            .parameters
            .keys()
            .chain(self.scope.variables.keys());
        let instead = match nearest(name, known.map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "declare it in a `parameter` or `variable` block".into(),
        };
        Err(place.error(format!("nobody knows the name `{name}`"), instead))
    }

    fn dotted_name(&self, table: &str, field: &str, place: &Place) -> Checked {
        let fixed = |columns: &'static [(&'static str, Type)]| {
            columns
                .iter()
                .position(|(name, _)| *name == field)
                .ok_or_else(|| {
                    let known: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
                    let message = format!("`{table}` has no `{field}`");
                    place.error(message, format!("one of: {}", known.join(", ")))
                })
        };
        if table == "case" {
            let index = fixed(CASE_COLUMNS)?;
            return Ok(leaf(
                Op::Case(index as u8),
                CASE_COLUMNS[index].1,
                Level::Unit,
                place,
            ));
        }
        if table == "member" {
            let index = fixed(MEMBER_COLUMNS)?;
            self.in_sight(Level::Member, "member", place)?;
            return Ok(leaf(
                Op::Member(index as u8),
                MEMBER_COLUMNS[index].1,
                Level::Member,
                place,
            ));
        }
        let (index, known) = self
            .scope
            .tables
            .find(table)
            .ok_or_else(|| self.unknown_table(table, place))?;
        let Some((position, ty)) = known.field(field) else {
            let message = format!("`{table}` has no `{field}`");
            return Err(place.error(
                message,
                format!("one of: {}", known.field_names().join(", ")),
            ));
        };
        self.in_sight(Level::Row(index), table, place)?;
        let Some(ty) = ty else {
            return Err(place.error(
                format!("`{table}.{field}` is text for people; it cannot be computed with"),
                "use a field with a number, a date, a code or yes/no",
            ));
        };
        Ok(leaf(
            Op::Field {
                table: index,
                field: position,
            },
            ty,
            Level::Row(index),
            place,
        ))
    }

    fn unknown_table(&self, table: &str, place: &Place) -> Diagnostic {
        let names = self.scope.tables.names();
        let known = names.iter().copied().chain(["case", "member"]);
        let instead = match nearest(table, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the pack's `facts` block lists the kinds it reads".into(),
        };
        place.error(format!("the pack reads no facts called `{table}`"), instead)
    }

    /// A value of a member or row can be read only where one member or row stands.
    fn in_sight(&self, level: Level, name: &str, place: &Place) -> Result<(), Diagnostic> {
        let seen = match (level, self.row) {
            (Level::Constant | Level::Unit, _) => true,
            (Level::Member, None) => self.entity == Level::Member,
            (Level::Member, Some(table)) => self.scope.tables.of_person(table),
            (Level::Row(table), Some(row)) => table == row,
            (Level::Row(_), None) => false,
        };
        if seen {
            return Ok(());
        }
        let message = format!("`{name}` has many values here");
        Err(place.error(
            message,
            "take one of them: sum(...), count(...), min(..., 0) or max(..., 0)",
        ))
    }

    fn yes_no(&self, ast: &Ast) -> Checked {
        let tree = self.tree(ast)?;
        if tree.ty == Type::YesNo {
            return Ok(tree);
        }
        let message = format!("this is {}, but a yes/no is needed", tree.ty.word());
        Err(ast
            .place
            .error(message, "compare it with something, as in `x > 0`"))
    }

    fn binary(&self, operator: Operator, left: &Ast, right: &Ast, place: &Place) -> Checked {
        match operator {
            Operator::And | Operator::Or => {
                let (left, right) = (self.yes_no(left)?, self.yes_no(right)?);
                let level = self.join(&left, &right, place)?;
                let (left, right) = (Box::new(left), Box::new(right));
                let op = if operator == Operator::And {
                    Op::And(left, right)
                } else {
                    Op::Or(left, right)
                };
                Ok(leaf(op, Type::YesNo, level, place))
            }
            Operator::Compare(comparison) => self.compare(comparison, left, right, place),
            _ => {
                let (left, right) = (self.tree(left)?, self.tree(right)?);
                let level = self.join(&left, &right, place)?;
                arithmetic(operator, left, right, level, place)
            }
        }
    }

    fn compare(&self, comparison: Comparison, left: &Ast, right: &Ast, place: &Place) -> Checked {
        let (left, right) = match (&left.form, &right.form) {
            (Form::Code(code), Form::Code(_)) => {
                return Err(place.error(
                    format!("two codes, '{code}' and another, are compared"),
                    "compare a field with a code",
                ));
            }
            (Form::Code(code), _) => {
                let other = self.tree(right)?;
                (coded(code, &other, &left.place)?, other)
            }
            (_, Form::Code(code)) => {
                let other = self.tree(left)?;
                let code = coded(code, &other, &right.place)?;
                (other, code)
            }
            _ => (self.tree(left)?, self.tree(right)?),
        };
        let level = self.join(&left, &right, place)?;
        let (left, right) = if numeric(&left).is_ok() && numeric(&right).is_ok() {
            aligned(left, right, place)?
        } else if left.ty == right.ty {
            (left, right)
        } else {
            let message = format!("{} is compared with {}", left.ty.word(), right.ty.word());
            return Err(place.error(message, "both sides of one type"));
        };
        let ordered = !matches!(left.ty, Type::YesNo | Type::Code(_));
        if !ordered && !matches!(comparison, Comparison::Equal | Comparison::Unequal) {
            return Err(place.error(format!("{} has no order", left.ty.word()), "use = or <>"));
        }
        Ok(leaf(
            Op::Compare(comparison, Box::new(left), Box::new(right)),
            Type::YesNo,
            level,
            place,
        ))
    }

    fn choose(&self, arms: &[(Ast, Ast)], otherwise: &Ast, place: &Place) -> Checked {
        let mut values = Vec::with_capacity(arms.len() + 1);
        let mut conditions = Vec::with_capacity(arms.len());
        for (condition, value) in arms {
            conditions.push(self.yes_no(condition)?);
            values.push(self.tree(value)?);
        }
        values.push(self.tree(otherwise)?);
        let mut level = Level::Constant;
        for part in conditions.iter().chain(&values) {
            level = self.joined(level, part.level, place)?;
        }
        let values = all_alike(values, place)?;
        let ty = values[0].ty;
        let mut values = values.into_iter();
        let arms = conditions.into_iter().zip(values.by_ref()).collect();
        let otherwise = values.next().expect("the ELSE value");
        Ok(leaf(
            Op::Choose(arms, Box::new(otherwise)),
            ty,
            level,
            place,
        ))
    }

    fn call(&self, name: &str, arguments: &[Ast], filter: Option<&Ast>, place: &Place) -> Checked {
        let kind = match name {
            "count" => Some(AggregateKind::Count),
            "sum" => Some(AggregateKind::Sum),
            "min" => Some(AggregateKind::Min),
            "max" => Some(AggregateKind::Max),
            _ => None,
        };
        if let Some(kind) = kind {
            return self.aggregate(kind, arguments, filter, place);
        }
        if let Some(filter) = filter {
            return Err(filter.place.error(
                format!("`{name}` takes no FILTER"),
                "FILTER belongs to sum, count, min, max",
            ));
        }
        match (name, arguments) {
            ("greatest" | "least" | "known_or", [left, right]) => {
                let (left, right) = (self.tree(left)?, self.tree(right)?);
                let level = self.join(&left, &right, place)?;
                let pair = all_alike(vec![left, right], place)?;
                let ty = pair[0].ty;
                if name != "known_or" {
                    numeric(&pair[0])?;
                }
                let mut pair = pair.into_iter().map(Box::new);
                let (left, right) = (pair.next().expect("left"), pair.next().expect("right"));
                let op = match name {
                    "greatest" => Op::Greatest(left, right),
                    "least" => Op::Least(left, right),
                    _ => Op::KnownOr(left, right),
                };
                Ok(leaf(op, ty, level, place))
            }
            ("round", [value, step, mode]) => self.round(value, step, mode, place),
            _ => self.function(name, arguments, place),
        }
    }

    fn round(&self, value: &Ast, step: &Ast, mode: &Ast, place: &Place) -> Checked {
        let value = self.tree(value)?;
        let Type::Number { unit, .. } = value.ty else {
            return Err(place.error(
                format!("{} cannot be rounded", value.ty.word()),
                "round(some_number, 0.01, 'half_up')",
            ));
        };
        let mode = match &mode.form {
            Form::Code(code) => Rounding::named(code),
            _ => None,
        };
        let (Some(mode), Form::Number(step)) = (mode, &step.form) else {
            return Err(place.error(
                "the rounding is not clear",
                "round(x, 0.01, 'half_up'), 'half_even', 'down' or 'up'",
            ));
        };
        rounded(value, step, mode, unit, place)
    }

    fn function(&self, name: &str, arguments: &[Ast], place: &Place) -> Checked {
        let Some((_, function, example)) = Function::ALL.iter().find(|(known, ..)| *known == name)
        else {
            let known = Function::ALL.iter().map(|(known, ..)| *known);
            let known = known.chain([
                "sum", "count", "min", "max", "greatest", "least", "round", "known_or",
            ]);
            let instead = match nearest(name, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of: {}", known.collect::<Vec<_>>().join(", ")),
            };
            return Err(place.error(format!("there is no function `{name}`"), instead));
        };
        let years = Type::Number {
            unit: Unit::Years,
            scale: 0,
            fraction: false,
        };
        let months = Type::Number {
            unit: Unit::Months,
            scale: 0,
            fraction: false,
        };
        let (wanted, result): (&[Type], Type) = match function {
            Function::CompletedYears => (&[Type::Date, Type::Date], years),
            Function::YearOf => (&[Type::Date], INTEGER),
            Function::MonthOf => (&[Type::Date], Type::Month),
            Function::MonthTurning => (&[Type::Date, years], Type::Month),
            Function::MonthsBetween => (&[Type::Month, Type::Month], months),
            Function::AddMonths => (&[Type::Month, months], Type::Month),
        };
        if arguments.len() != wanted.len() {
            let message = format!(
                "`{name}` takes {} values, here are {}",
                wanted.len(),
                arguments.len()
            );
            return Err(place.error(message, *example));
        }
        let mut level = Level::Constant;
        let mut trees = Vec::with_capacity(wanted.len());
        for (argument, wanted) in arguments.iter().zip(wanted) {
            let tree = self.tree(argument)?;
            let tree = if is_literal(&tree) && numeric(&tree).is_ok() {
                adopt(tree, *wanted)
            } else {
                tree
            };
            if tree.ty != *wanted {
                let message = format!(
                    "`{name}` needs a {} here, this is {}",
                    wanted.word(),
                    tree.ty.word()
                );
                return Err(argument.place.error(message, *example));
            }
            level = self.joined(level, tree.level, place)?;
            trees.push(tree);
        }
        Ok(leaf(Op::Call(*function, trees), result, level, place))
    }

    fn aggregate(
        &self,
        kind: AggregateKind,
        arguments: &[Ast],
        filter: Option<&Ast>,
        place: &Place,
    ) -> Checked {
        if self.within {
            return Err(place.error(
                "an aggregate inside an aggregate",
                "name the inner one as a variable",
            ));
        }
        let example = match kind {
            AggregateKind::Count => "count(vehicle) filter (where vehicle.serviceable)",
            AggregateKind::Sum => "sum(wage.amount) filter (where wage.month = case.window_end)",
            _ => "min(age, 200): the second value is taken when there is nobody",
        };
        let (about, empty) = match (kind, arguments) {
            (AggregateKind::Count | AggregateKind::Sum, [about]) => (about, None),
            (AggregateKind::Min | AggregateKind::Max, [about, empty]) => (about, Some(empty)),
            _ => return Err(place.error("wrong number of values for this aggregate", example)),
        };
        let (table, value) = self.counted(kind, about, place, example)?;
        let inner = self.inside(table);
        let filter = filter.map(|filter| inner.yes_no(filter)).transpose()?;
        if let (Some(table), Level::Member) = (table, self.entity)
            && !self.scope.tables.of_person(table)
        {
            return Err(place.error(
                "these facts belong to the family, not to one member",
                "use them in a variable of the unit",
            ));
        }
        let (ty, value, empty) = match (value, empty) {
            (None, _) => (INTEGER, None, None),
            (Some(value), None) => (value.ty, Some(value), None),
            (Some(value), Some(empty)) => {
                let empty = self.tree(empty)?;
                let pair = all_alike(vec![value, empty], place)?;
                let ty = pair[0].ty;
                let mut pair = pair.into_iter();
                (ty, pair.next(), pair.next())
            }
        };
        let op = Op::Aggregate(Box::new(Aggregate {
            kind,
            table,
            value,
            filter,
            empty,
        }));
        Ok(leaf(op, ty, self.entity, place))
    }

    /// What is aggregated: members or rows of one table, and which value of them.
    fn counted(
        &self,
        kind: AggregateKind,
        about: &Ast,
        place: &Place,
        example: &str,
    ) -> Result<(Option<u16>, Option<Tree>), Diagnostic> {
        let wrong = || place.error("it is not clear over what this runs", example);
        if kind == AggregateKind::Count {
            let Form::Name(path) = &about.form else {
                return Err(wrong());
            };
            let [name] = path.as_slice() else {
                return Err(wrong());
            };
            if name == "member" {
                self.members_in_sight(place)?;
                return Ok((None, None));
            }
            let (index, _) = self
                .scope
                .tables
                .find(name)
                .ok_or_else(|| self.unknown_table(name, &about.place))?;
            return Ok((Some(index), None));
        }
        let table = self.table_of(about);
        if table.is_none() {
            self.members_in_sight(place)?;
        }
        let value = self.inside(table).tree(about)?;
        match value.ty {
            Type::Number {
                fraction: false, ..
            } => {}
            Type::Date | Type::Month if kind != AggregateKind::Sum => {}
            _ => {
                let message = format!("{} cannot be put together this way", value.ty.word());
                return Err(about.place.error(
                    message,
                    "sum and compare whole numbers; round fractions first",
                ));
            }
        }
        Ok((table, Some(value)))
    }

    fn members_in_sight(&self, place: &Place) -> Result<(), Diagnostic> {
        if self.entity == Level::Unit {
            return Ok(());
        }
        Err(place.error(
            "one member cannot count members",
            "make it a variable of the unit",
        ))
    }

    fn inside(&self, table: Option<u16>) -> Checker<'_> {
        let entity = if table.is_none() {
            Level::Member
        } else {
            self.entity
        };
        Checker {
            scope: self.scope,
            entity,
            row: table,
            within: true,
        }
    }

    /// The first table named inside a formula.
    fn table_of(&self, ast: &Ast) -> Option<u16> {
        match &ast.form {
            Form::Name(path) if path.len() == 2 => {
                self.scope.tables.find(&path[0]).map(|(index, _)| index)
            }
            Form::Not(inner) | Form::Minus(inner) => self.table_of(inner),
            Form::Binary(_, left, right) => self.table_of(left).or_else(|| self.table_of(right)),
            Form::Case(arms, otherwise) => arms
                .iter()
                .find_map(|(condition, value)| {
                    self.table_of(condition).or_else(|| self.table_of(value))
                })
                .or_else(|| self.table_of(otherwise)),
            Form::Call { arguments, .. } => arguments
                .iter()
                .find_map(|argument| self.table_of(argument)),
            _ => None,
        }
    }

    fn join(&self, left: &Tree, right: &Tree, place: &Place) -> Result<Level, Diagnostic> {
        self.joined(left.level, right.level, place)
    }

    /// The finer of two levels, if one belongs to the other.
    fn joined(&self, left: Level, right: Level, place: &Place) -> Result<Level, Diagnostic> {
        let (coarse, fine) = if left <= right {
            (left, right)
        } else {
            (right, left)
        };
        let fits = match (coarse, fine) {
            (Level::Member, Level::Row(table)) => self.scope.tables.of_person(table),
            (Level::Row(one), Level::Row(other)) => one == other,
            _ => true,
        };
        if fits {
            return Ok(fine);
        }
        Err(place.error(
            "rows of different owners meet in one formula",
            "aggregate one of them first",
        ))
    }
}

impl Rounding {
    pub fn named(word: &str) -> Option<Rounding> {
        Some(match word {
            "half_up" => Rounding::HalfUp,
            "half_even" => Rounding::HalfEven,
            "down" => Rounding::Down,
            "up" => Rounding::Up,
            _ => return None,
        })
    }
}

/// A rounding to a step written in the major unit (`0.01`, `1`, `1000`).
pub fn rounded(value: Tree, step: &str, mode: Rounding, unit: Unit, place: &Place) -> Checked {
    let step_tree = number(step, place)?;
    let (Op::Constant(step), Type::Number { scale, .. }) = (step_tree.op, step_tree.ty) else {
        unreachable!("a number is a constant");
    };
    let target = if unit == Unit::Money {
        super::MONEY_SCALE
    } else {
        scale
    };
    if scale > target || step <= 0 {
        return Err(place.error(
            "money is rounded to a positive step of whole tiyin",
            "round: 0.01 half_up",
        ));
    }
    let step = step.checked_mul(10_i64.pow(u32::from(target - scale)));
    let step = step.ok_or_else(|| place.error("the step is too large", "round: 1000 down"))?;
    let ty = Type::Number {
        unit,
        scale: target,
        fraction: false,
    };
    let level = value.level;
    Ok(leaf(
        Op::Round {
            value: Box::new(value),
            step,
            mode,
        },
        ty,
        level,
        place,
    ))
}

fn number(digits: &str, place: &Place) -> Checked {
    let scale = digits.split_once('.').map_or(0, |(_, after)| after.len());
    let wrong = || {
        place.error(
            format!("`{digits}` is not a number the engine can hold"),
            "at most 15 digits, 9 of them after the point",
        )
    };
    let bare: String = digits.chars().filter(|c| *c != '.').collect();
    if scale > usize::from(SCALE_MAX) || bare.is_empty() || bare.len() > 15 {
        return Err(wrong());
    }
    let value = bare.parse().map_err(|_| wrong())?;
    let ty = Type::Number {
        unit: Unit::Bare,
        scale: scale as u8,
        fraction: false,
    };
    Ok(leaf(Op::Constant(value), ty, Level::Constant, place))
}

fn coded(code: &str, other: &Tree, place: &Place) -> Checked {
    let Type::Code(list) = other.ty else {
        let message = format!("'{code}' is compared with {}", other.ty.word());
        return Err(place.error(message, "only a field with codes is compared with a code"));
    };
    match list.iter().position(|known| *known == code) {
        Some(index) => Ok(leaf(
            Op::Constant(index as i64),
            other.ty,
            Level::Constant,
            place,
        )),
        None => Err(place.error(
            format!("there is no code '{code}' here"),
            format!("one of: {}", list.join(", ")),
        )),
    }
}

fn arithmetic(operator: Operator, left: Tree, right: Tree, level: Level, place: &Place) -> Checked {
    let ((left_unit, left_scale, left_fraction), (right_unit, right_scale, right_fraction)) =
        (numeric(&left)?, numeric(&right)?);
    if matches!(operator, Operator::Add | Operator::Subtract) {
        let (left, right) = aligned(left, right, place)?;
        let (unit, scale, _) = numeric(&left)?;
        let ty = Type::Number {
            unit,
            scale,
            fraction: left_fraction || right_fraction,
        };
        let (left, right) = (Box::new(left), Box::new(right));
        let op = if operator == Operator::Add {
            Op::Add(left, right)
        } else {
            Op::Subtract(left, right)
        };
        return Ok(leaf(op, ty, level, place));
    }
    if operator == Operator::Multiply {
        let unit = match (left_unit, right_unit) {
            (Unit::Bare, unit) | (unit, Unit::Bare) => unit,
            _ => {
                return Err(place.error(
                    format!("{} times {}", left.ty.word(), right.ty.word()),
                    "one side must be a bare number",
                ));
            }
        };
        let scale = left_scale + right_scale;
        if scale > SCALE_MAX {
            return Err(place.error(
                "too many digits after the point",
                "round(..., 0.01, 'half_up') one of the sides",
            ));
        }
        let ty = Type::Number {
            unit,
            scale,
            fraction: left_fraction || right_fraction,
        };
        return Ok(leaf(
            Op::Multiply(Box::new(left), Box::new(right)),
            ty,
            level,
            place,
        ));
    }
    let unit = match (left_unit, right_unit) {
        (unit, Unit::Bare) => unit,
        (left, right) if left == right => Unit::Bare,
        _ => {
            return Err(place.error(
                format!("{} divided by {}", left.ty.word(), right.ty.word()),
                "divide by a bare number or by the same unit",
            ));
        }
    };
    let ty = Type::Number {
        unit,
        scale: left_scale,
        fraction: true,
    };
    Ok(leaf(
        Op::Divide(Box::new(left), Box::new(right)),
        ty,
        level,
        place,
    ))
}

fn numeric(tree: &Tree) -> Result<(Unit, u8, bool), Diagnostic> {
    match tree.ty {
        Type::Number {
            unit,
            scale,
            fraction,
        } => Ok((unit, scale, fraction)),
        other => Err(tree.place.error(
            format!("this is {}, but a number is needed", other.word()),
            "use a number here",
        )),
    }
}

fn is_literal(tree: &Tree) -> bool {
    match &tree.op {
        Op::Constant(_) => true,
        Op::Negate(inner) => is_literal(inner),
        _ => false,
    }
}

/// Both sides in one unit and at one scale. A literal takes the unit of the
/// other side, except that a sum of money other than 0 must be a parameter: it
/// has a date and a law.
fn aligned(left: Tree, right: Tree, place: &Place) -> Result<(Tree, Tree), Diagnostic> {
    let ((left_unit, left_scale, _), (right_unit, right_scale, _)) =
        (numeric(&left)?, numeric(&right)?);
    let fits = |literal: &Tree, unit: Unit| {
        is_literal(literal) && (unit != Unit::Money || matches!(literal.op, Op::Constant(0)))
    };
    let unit = match (left_unit, right_unit) {
        (left, right) if left == right => left,
        (_, unit) if fits(&left, unit) => unit,
        (unit, _) if fits(&right, unit) => unit,
        (Unit::Money, _) | (_, Unit::Money) if is_literal(&left) || is_literal(&right) => {
            return Err(place.error(
                "a sum of money is written into a formula",
                "a `parameter`, with its date and its law",
            ));
        }
        _ => {
            let message = format!("{} meets {}", left.ty.word(), right.ty.word());
            return Err(place.error(message, "both sides in one unit"));
        }
    };
    let scale = left_scale.max(right_scale);
    Ok((scaled(left, unit, scale), scaled(right, unit, scale)))
}

/// The same value at a larger scale.
fn scaled(tree: Tree, unit: Unit, scale: u8) -> Tree {
    let Type::Number {
        scale: from,
        fraction,
        ..
    } = tree.ty
    else {
        return tree;
    };
    let ty = Type::Number {
        unit,
        scale,
        fraction,
    };
    if from == scale {
        return Tree { ty, ..tree };
    }
    let factor = 10_i64.pow(u32::from(scale - from));
    let (place, level) = (tree.place.clone(), tree.level);
    let factor = leaf(Op::Constant(factor), INTEGER, Level::Constant, &place);
    leaf(
        Op::Multiply(Box::new(tree), Box::new(factor)),
        ty,
        level,
        &place,
    )
}

fn adopt(tree: Tree, wanted: Type) -> Tree {
    match (tree.ty, wanted) {
        (
            Type::Number {
                unit: Unit::Bare,
                scale: 0,
                ..
            },
            Type::Number { scale: 0, .. },
        ) => Tree { ty: wanted, ..tree },
        _ => tree,
    }
}

/// All values of one type, numbers at one scale.
pub fn all_alike(values: Vec<Tree>, place: &Place) -> Result<Vec<Tree>, Diagnostic> {
    if values.iter().all(|value| numeric(value).is_err()) {
        if let Some(other) = values.iter().find(|value| value.ty != values[0].ty) {
            let message = format!(
                "one value is {}, another {}",
                values[0].ty.word(),
                other.ty.word()
            );
            return Err(place.error(message, "all values of one type"));
        }
        return Ok(values);
    }
    let mut unit: Option<Unit> = None;
    let (mut scale, mut fraction) = (0, false);
    for value in &values {
        let (own, own_scale, own_fraction) = numeric(value)?;
        let zero = matches!(value.op, Op::Constant(0));
        let bends = zero || (is_literal(value) && own == Unit::Bare);
        match unit {
            None if !bends => unit = Some(own),
            Some(unit) if unit != own && !(bends && (unit != Unit::Money || zero)) => {
                let message = format!("one value is {}, another is not", value.ty.word());
                return Err(value.place.error(
                    message,
                    "all values in one unit; sums of money are parameters",
                ));
            }
            _ => {}
        }
        scale = scale.max(own_scale);
        fraction |= own_fraction;
    }
    let unit = unit.unwrap_or(Unit::Bare);
    if unit == Unit::Money {
        if let Some(literal) = values
            .iter()
            .find(|value| is_literal(value) && !matches!(value.op, Op::Constant(0)))
        {
            return Err(literal.place.error(
                "a sum of money is written into a formula",
                "a `parameter`, with its date and its law",
            ));
        }
    }
    Ok(values
        .into_iter()
        .map(|value| fractioned(scaled(value, unit, scale), fraction))
        .collect())
}

/// A whole number may stand where a fraction is expected: its denominator is 1.
fn fractioned(tree: Tree, fraction: bool) -> Tree {
    match tree.ty {
        Type::Number {
            unit,
            scale,
            fraction: false,
        } if fraction => {
            let (level, place) = (tree.level, tree.place.clone());
            let one = leaf(Op::Constant(1), INTEGER, Level::Constant, &place);
            leaf(
                Op::Divide(Box::new(tree), Box::new(one)),
                Type::Number {
                    unit,
                    scale,
                    fraction: true,
                },
                level,
                &place,
            )
        }
        _ => tree,
    }
}

fn leaf(op: Op, ty: Type, level: Level, place: &Place) -> Tree {
    Tree {
        op,
        ty,
        level,
        place: place.clone(),
    }
}
