//! Aggregates: over whom or what they run, and with which value.

use super::numbers::all_alike;
use super::{Checked, Checker, leaf};
use crate::source::{Diagnostic, Place};
use crate::syntax::{Ast, Form};
use crate::typed::{Aggregate, AggregateKind, INTEGER, Level, Op, Tree, Type};

impl Checker<'_> {
    pub(super) fn aggregate(
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
    pub(super) fn counted(
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

    pub(super) fn members_in_sight(&self, place: &Place) -> Result<(), Diagnostic> {
        if self.entity == Level::Unit {
            return Ok(());
        }
        Err(place.error(
            "one member cannot count members",
            "make it a variable of the unit",
        ))
    }

    pub(super) fn inside(&self, table: Option<u16>) -> Checker<'_> {
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
    pub(super) fn table_of(&self, ast: &Ast) -> Option<u16> {
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
}
