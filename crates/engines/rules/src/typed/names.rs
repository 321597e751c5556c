//! The names that every pack may use: the case, the member, and the fact kinds
//! of the kernel's catalogue that the pack's `facts` block lists.

use super::{INTEGER, MONEY, MONTHS, Type};
use kernel::Source;
use kernel::facts::{self, FactKind, Owner, ValueType};

/// Columns of the case, one value a unit. The order is that of `batch::CaseFacts`.
pub const CASE_COLUMNS: &[(&str, Type)] = &[
    ("applied_on", Type::Date),
    ("decided_on", Type::Date),
    ("counted_month", Type::Month),
    ("window_end", Type::Month),
    (
        "origin",
        Type::Code(&["application", "migration", "reassessment", "renewal"]),
    ),
    // The category held before, as its place in the pack's list; -1 when there was none.
    ("former_category", INTEGER),
    ("stage", Type::Code(&["pre_assessment", "final"])),
    // The category of the award that the case continues, as its place in the list; -1: none.
    ("held_category", INTEGER),
    // Months paid in that category without a break; 0 where no award is continued.
    ("held_months", MONTHS),
    // The code of the district the unit lives in, as its portrait has it.
    ("territory", INTEGER),
];

/// The place of a column of the case.
pub fn case_column(name: &str) -> Option<u8> {
    let place = CASE_COLUMNS.iter().position(|(one, _)| *one == name);
    place.map(|place| place as u8)
}

/// Columns of a member; codes are those of `kernel::kin` and `kernel::sex`.
pub const MEMBER_COLUMNS: &[(&str, Type)] = &[
    (
        "role",
        Type::Code(&["applicant", "spouse", "child", "resident"]),
    ),
    ("tie", Type::Code(&["none", "own", "adopted", "ward"])),
    ("sex", Type::Code(&["male", "female"])),
    ("born", Type::Date),
];

/// Whose facts of a kind enter the formulas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    All,
    /// Everybody but the children.
    Adults,
    Children,
    /// The kind belongs to the family itself.
    Unit,
}

impl Who {
    pub fn named(word: &str) -> Option<Who> {
        Some(match word {
            "all" => Who::All,
            "adults" => Who::Adults,
            "children" => Who::Children,
            "family" => Who::Unit,
            _ => return None,
        })
    }
}

/// One fact kind as a table of rows.
#[derive(Debug, Clone)]
pub struct Table {
    pub kind: &'static FactKind,
    pub who: Who,
    /// The sources that the pack puts before the others of the kind, the most trusted first.
    pub prevails: Vec<Source>,
}

impl Table {
    /// 0 for the source that prevails: those that the pack names, then the others of the kind in the
    /// catalogue's order. `None` when this source may not speak of the kind.
    pub fn trust_of(&self, source: Source) -> Option<usize> {
        let named = self.prevails.iter().position(|known| *known == source);
        named.or_else(|| Some(self.prevails.len() + self.kind.trust_of(source)?))
    }

    /// The place of a field and its type; `None` for text.
    pub fn field(&self, name: &str) -> Option<(u16, Option<Type>)> {
        let position = self.kind.field(name)?;
        Some((position as u16, field_type(self.kind.fields[position].ty)))
    }

    pub fn field_names(&self) -> Vec<&'static str> {
        self.kind.fields.iter().map(|field| field.name).collect()
    }
}

fn field_type(ty: ValueType) -> Option<Type> {
    Some(match ty {
        ValueType::Money => MONEY,
        ValueType::Integer => INTEGER,
        ValueType::Day => Type::Date,
        ValueType::Month => Type::Month,
        ValueType::YesNo => Type::YesNo,
        ValueType::Code(list) => Type::Code(list),
        ValueType::Text => return None,
    })
}

/// The tables of a pack, in the order of its `facts` block.
#[derive(Debug, Clone, Default)]
pub struct Tables(pub Vec<Table>);

impl Tables {
    pub fn find(&self, name: &str) -> Option<(u16, &Table)> {
        let index = self.0.iter().position(|table| table.kind.name == name)?;
        Some((index as u16, &self.0[index]))
    }

    pub fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|table| table.kind.name).collect()
    }

    pub fn of_person(&self, table: u16) -> bool {
        self.0[usize::from(table)].kind.owner == Owner::Person
    }
}

/// Every fact kind there is, for "did you mean".
pub fn all_kinds() -> impl Iterator<Item = &'static str> + Clone {
    facts::CATALOGUE.iter().map(|kind| kind.name)
}

/// Amounts that are never below zero: an unknown one is at least 0, so that a
/// known part above a limit settles a refusal. A balance may be an overdraft.
pub fn never_negative(kind: &FactKind, field: usize) -> bool {
    kind.fields[field].ty == ValueType::Money && kind.code != facts::code::ACCOUNT
}

/// A value that its field's type allows; any other is as good as missing.
pub fn is_sound(kind: &FactKind, field: usize, value: i64) -> bool {
    const CALENDAR: u64 = 10_000_000;
    match kind.fields[field].ty {
        ValueType::Money => value >= 0 || !never_negative(kind, field),
        ValueType::Integer => true,
        ValueType::Day | ValueType::Month => value.unsigned_abs() < CALENDAR,
        ValueType::YesNo => value == 0 || value == 1,
        ValueType::Code(list) => usize::try_from(value).is_ok_and(|index| index < list.len()),
        ValueType::Text => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::facts::Code;

    #[test]
    fn every_code_that_a_formula_may_show_has_words() {
        let lists = CASE_COLUMNS.iter().chain(MEMBER_COLUMNS);
        let mut codes = 0;
        for (column, ty) in lists {
            let Type::Code(list) = ty else { continue };
            for at in 0..list.len() {
                let code = Code::of(list, at as i64).expect("a code of its list");
                assert!(code.label().is_some(), "{column}: `{}`", code.name());
                codes += 1;
            }
        }
        assert_eq!(codes, 16);
    }
}
