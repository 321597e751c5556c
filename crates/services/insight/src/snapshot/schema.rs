//! Which columns each file has. They follow from the kernel's catalogue of facts.

use kernel::facts::{FactKind, Owner, ValueType};
use parquet::basic::Type as Physical;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number given in order: units and members.
    Number,
    /// Of 32 bits: codes and days.
    Small,
    MaybeSmall,
    Yes,
    Id,
    /// Money in minor units; unknown where the source did not say.
    Amount,
    /// Any other value of a fact.
    Maybe,
    /// A word out of a short list.
    Word,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub name: String,
    pub kind: Kind,
}

impl Column {
    pub fn new(name: impl Into<String>, kind: Kind) -> Column {
        Column {
            name: name.into(),
            kind,
        }
    }

    pub fn nullable(&self) -> bool {
        use Kind::{Amount, Maybe, MaybeSmall, Word};
        matches!(self.kind, Amount | Maybe | MaybeSmall | Word)
    }

    pub fn physical(&self) -> Physical {
        match self.kind {
            Kind::Number | Kind::Amount | Kind::Maybe => Physical::INT64,
            Kind::Small | Kind::MaybeSmall => Physical::INT32,
            Kind::Yes => Physical::BOOLEAN,
            Kind::Id => Physical::FIXED_LEN_BYTE_ARRAY,
            Kind::Word => Physical::BYTE_ARRAY,
        }
    }

    /// As Parquet's schema language says it.
    pub fn declaration(&self) -> String {
        let word = if self.nullable() {
            "OPTIONAL"
        } else {
            "REQUIRED"
        };
        let name = &self.name;
        match self.kind {
            Kind::Id => format!("{word} FIXED_LEN_BYTE_ARRAY (16) {name} (UUID); "),
            Kind::Word => format!("{word} BYTE_ARRAY {name} (UTF8); "),
            _ => format!("{word} {} {name}; ", self.physical()),
        }
    }
}

pub(crate) const UNIT_ID: usize = 1;
pub(crate) const DISTRICT: usize = 2;
pub(crate) const MAHALLA: usize = 3;
pub(crate) const UNIT_ASKED: usize = 4;

/// `unit.parquet`: one row a unit. `asked_<kind>` says whether the source has spoken of it.
pub(crate) fn unit(kinds: &[&'static FactKind]) -> Vec<Column> {
    let fixed = [
        Column::new("unit", Kind::Number),
        Column::new("unit_id", Kind::Id),
        Column::new("district", Kind::Small),
        Column::new("mahalla", Kind::Small),
    ];
    fixed.into_iter().chain(asked(kinds, Owner::Unit)).collect()
}

pub(crate) const MEMBER_UNIT: usize = 1;
pub(crate) const ROLE: usize = 2;
pub(crate) const TIE: usize = 3;
pub(crate) const SEX: usize = 4;
pub(crate) const BORN: usize = 5;
pub(crate) const DIED: usize = 6;
pub(crate) const MEMBER_ASKED: usize = 7;

/// `member.parquet`: one row a person; the number is all that is said of who it is.
pub(crate) fn member(kinds: &[&'static FactKind]) -> Vec<Column> {
    let fixed = [
        Column::new("member", Kind::Number),
        Column::new("unit", Kind::Number),
        Column::new("role", Kind::Small),
        Column::new("tie", Kind::Small),
        Column::new("sex", Kind::Small),
        Column::new("born", Kind::Small),
        Column::new("died", Kind::MaybeSmall),
    ];
    fixed
        .into_iter()
        .chain(asked(kinds, Owner::Person))
        .collect()
}

fn asked<'a>(kinds: &'a [&'static FactKind], owner: Owner) -> impl Iterator<Item = Column> + 'a {
    kinds
        .iter()
        .filter(move |kind| kind.owner == owner)
        .map(|kind| Column::new(format!("asked_{}", kind.name), Kind::Yes))
}

/// The place of a kind's `asked` column in the file of its owners.
pub(crate) fn asked_place(kinds: &[&'static FactKind], kind: usize) -> usize {
    let owner = kinds[kind].owner;
    let before = kinds[..kind].iter().filter(|one| one.owner == owner);
    let first = match owner {
        Owner::Unit => UNIT_ASKED,
        Owner::Person => MEMBER_ASKED,
    };
    first + before.count()
}

/// `<kind>.parquet`: one row for each row of a fact. Its source and day come along; texts
/// do not, since no rule may compare them.
pub(crate) fn fact(kind: &'static FactKind) -> Vec<Column> {
    let mut columns = vec![Column::new("unit", Kind::Number)];
    if kind.owner == Owner::Person {
        columns.push(Column::new("member", Kind::Number));
    }
    // Kinds have fields of their own named `source`.
    columns.push(Column::new("from_source", Kind::Small));
    columns.push(Column::new("as_of", Kind::Small));
    for field in kind.fields.iter() {
        let column = match field.ty {
            ValueType::Text => continue,
            ValueType::Money => Kind::Amount,
            _ => Kind::Maybe,
        };
        columns.push(Column::new(field.name, column));
    }
    columns
}

pub(crate) fn owner_place(kind: &FactKind) -> usize {
    usize::from(kind.owner == Owner::Person)
}

/// The place of a field's column; `None` for text.
pub(crate) fn field_place(kind: &FactKind, field: usize) -> Option<usize> {
    let is_kept = |field: &kernel::facts::Field| field.ty != ValueType::Text;
    is_kept(&kind.fields[field]).then(|| {
        let before = kind.fields[..field].iter().filter(|one| is_kept(one));
        owner_place(kind) + 3 + before.count()
    })
}
