//! Names: parameters, variables, columns and fields, and who may see them.

use super::{Checked, Checker, leaf};
use crate::source::{Diagnostic, Place, nearest};
use crate::typed::{CASE_COLUMNS, Level, MEMBER_COLUMNS, Op, Type};

impl Checker<'_> {
    pub(super) fn name(&self, path: &[String], place: &Place) -> Checked {
        match path {
            [name] => self.plain_name(name, place),
            [table, field] => self.dotted_name(table, field, place),
            _ => Err(place.error("a name has at most one dot", "wage.amount")),
        }
    }

    pub(super) fn plain_name(&self, name: &str, place: &Place) -> Checked {
        if let Some((index, ty)) = self.scope.parameters.get(name) {
            let level = if self.scope.by_territory.contains(name) {
                Level::Unit
            } else {
                Level::Constant
            };
            return Ok(leaf(Op::Parameter(*index), *ty, level, place));
        }
        if let Some((index, ty, level)) = self.scope.variables.get(name) {
            self.in_sight(*level, name, place)?;
            return Ok(leaf(Op::Variable(*index), *ty, *level, place));
        }
        if let Some((index, ty, level)) = self.scope.inputs.get(name) {
            self.in_sight(*level, name, place)?;
            return Ok(leaf(Op::Input(*index), *ty, *level, place));
        }
        if self.scope.tables.find(name).is_some() || name == "member" {
            let message = format!("`{name}` is a table, not a value");
            return Err(place.error(message, format!("count({name}) or {name}.some_field")));
        }
        if self.scope.broken.contains(name) {
            return Err(place.follows());
        }
        let known = self
            .scope
            .parameters
            .keys()
            .chain(self.scope.variables.keys())
            .chain(self.scope.inputs.keys());
        let instead = match nearest(name, known.map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "declare it in a `parameter` or `variable` block".into(),
        };
        Err(place.error(format!("nobody knows the name `{name}`"), instead))
    }

    pub(super) fn dotted_name(&self, table: &str, field: &str, place: &Place) -> Checked {
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
        if self.scope.calculation && (table, field) != ("case", "decided_on") {
            return Err(place.error(
                "a calculation has neither case nor facts of the catalogue",
                "declare an `input`; of the case there is case.decided_on alone",
            ));
        }
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

    pub(super) fn unknown_table(&self, table: &str, place: &Place) -> Diagnostic {
        let names = self.scope.tables.names();
        let known = names.iter().copied().chain(["case", "member"]);
        let instead = match nearest(table, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the pack's `facts` block lists the kinds it reads".into(),
        };
        place.error(format!("the pack reads no facts called `{table}`"), instead)
    }

    /// A value of a member or row can be read only where one member or row stands.
    pub(super) fn in_sight(
        &self,
        level: Level,
        name: &str,
        place: &Place,
    ) -> Result<(), Diagnostic> {
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
}
