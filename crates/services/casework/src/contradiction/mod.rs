//! Sources that disagree: two of them tell different things of the same person and kind, and both
//! hold on the day of the assessment. The law is applied to one; both are shown, with the reason why
//! the one counts. Nothing is averaged and nothing is hidden.

mod civil;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use ::store::Tx;
use access::Permit;
use kernel::facts::{Cell, FactKind, ValueType};
use kernel::ids::Uuid;
use kernel::{Day, Fact, FactId, Month, PersonId, Source, Zone};
use rules::explain::{EvidenceCell, shown_cells};

use crate::assessment::Explained;
use crate::fault::Result;
use crate::roster;

/// What a source said longer ago no longer holds against another.
const HOLDS_DAYS: i32 = 366;
/// Rows of one source that are shown.
const ROWS_MAX: usize = 12;

#[derive(Clone, Debug)]
pub struct Contradiction {
    /// `None`: of the family itself.
    pub person: Option<PersonId>,
    pub kind: &'static FactKind,
    pub why: Why,
    /// The one that counts first.
    pub told: Vec<Told>,
}

/// Why the first one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The pack of the regime lets it prevail.
    Pack,
    /// It is the most trusted of the kind's sources.
    Catalogue,
    /// The same source said otherwise before.
    LastWord,
}

impl Why {
    pub const fn word(self) -> &'static str {
        match self {
            Why::Pack => "pack",
            Why::Catalogue => "catalogue",
            Why::LastWord => "last_word",
        }
    }
}

/// What one source told.
#[derive(Clone, Debug)]
pub struct Told {
    pub source: Source,
    pub as_of: Day,
    /// Whether the law was applied to it.
    pub counts: bool,
    /// Empty: it said that nothing is held.
    pub rows: Vec<Vec<EvidenceCell>>,
}

/// The contradictions under an assessment, from what was known at its moment.
pub async fn of(tx: &mut Tx, permit: &Permit, explained: &Explained) -> Result<Vec<Contradiction>> {
    let roster = roster::unpack(&explained.assessment.roster)?;
    let persons = roster.members.iter().map(|member| member.person.0);
    let owners: Vec<Uuid> = persons.chain([roster.unit.0]).collect();
    let at = explained.basis.assessed_at;
    let known = registry::fact::known_at(tx, permit, &owners, at).await?;
    let used = used(&explained.assessment.facts);
    let held = Held::of(explained);
    let mut of_kind: BTreeMap<(usize, u16), Vec<&Fact>> = BTreeMap::new();
    for fact in known.iter().filter(|fact| held.holds(fact)) {
        let place = owners.iter().position(|owner| *owner == fact.owner);
        let place = place.unwrap_or(owners.len());
        of_kind.entry((place, fact.kind)).or_default().push(fact);
    }
    let members = roster.members.iter().map(|member| member.person);
    let members: Vec<PersonId> = members.collect();
    let contradiction = |((place, _), facts): (&(usize, u16), &Vec<&Fact>)| {
        let person = members.get(*place).copied();
        contradiction(explained, &held, person, (facts, &used))
    };
    let of_facts = of_kind.iter().filter_map(contradiction);
    let currency = explained.pack.currency();
    let mut all = civil::of(tx, permit, &members, (at, currency)).await?;
    all.extend(of_facts);
    Ok(all)
}

fn used(packed: &[u8]) -> BTreeSet<FactId> {
    let ids = packed.as_chunks::<16>().0.iter();
    ids.map(|id| FactId::from_bytes(*id)).collect()
}

/// The one that counts, and those that say otherwise; `None` when all agree or none was used.
fn contradiction(
    explained: &Explained,
    held: &Held,
    person: Option<PersonId>,
    (facts, used): (&[&Fact], &BTreeSet<FactId>),
) -> Option<Contradiction> {
    let counts = facts.iter().find(|fact| used.contains(&fact.id))?;
    let others: Vec<&&Fact> = facts
        .iter()
        .filter(|fact| fact.id != counts.id && held.differ(counts, fact))
        .collect();
    let kind = kernel::facts::kind(counts.kind).filter(|_| !others.is_empty())?;
    let prevailing = explained.pack.prevailing(kind.code);
    let why = match prevailing.contains(&counts.source) {
        true => Why::Pack,
        false => Why::Catalogue,
    };
    let told = |fact: &&Fact| held.told(kind, fact, explained, fact.id == counts.id);
    Some(Contradiction {
        person,
        kind,
        why,
        told: [counts].into_iter().chain(others).map(told).collect(),
    })
}

/// The day and the months of incomes that an assessment is about.
struct Held {
    on: Day,
    window: (Month, Month),
}

impl Held {
    fn of(explained: &Explained) -> Held {
        let basis = &explained.basis;
        let months = explained.pack.window().months as i32;
        let on = basis.assessed_at.day(Zone::tashkent());
        Held {
            on: on.max(basis.decided_on),
            window: (basis.window_end.plus(1 - months), basis.window_end),
        }
    }

    fn holds(&self, fact: &Fact) -> bool {
        let age = self.on.days_since(fact.as_of);
        (0..i64::from(HOLDS_DAYS)).contains(&age)
    }

    fn is_in_window(&self, month: i64) -> bool {
        (i64::from(self.window.0.0)..=i64::from(self.window.1.0)).contains(&month)
    }

    /// Whether two sources say different things. Names and numbers in words are no difference, nor
    /// is what one of them left unsaid; of months only those are compared that were over for both.
    fn differ(&self, one: &Fact, other: &Fact) -> bool {
        let Some(kind) = kernel::facts::kind(one.kind) else {
            return false;
        };
        match kind.month() {
            Some(month) => {
                let told_by = one.as_of.min(other.as_of);
                self.sums(kind, month, one, told_by) != self.sums(kind, month, other, told_by)
            }
            None => rows_differ(&said(kind, one), &said(kind, other)),
        }
    }

    /// Money by month and codes; a month without a row has none.
    fn sums(
        &self,
        kind: &FactKind,
        month: usize,
        fact: &Fact,
        told_by: Day,
    ) -> BTreeMap<Vec<i64>, i64> {
        let mut sums = BTreeMap::new();
        for row in &fact.body.rows {
            let Some(Cell::Int(of)) = row.get(month) else {
                continue;
            };
            let is_over =
                i32::try_from(*of).is_ok_and(|of| Month(of).plus(1).first_day() <= told_by);
            if !self.is_in_window(*of) || !is_over {
                continue;
            }
            let (mut key, mut amount) = (vec![*of], 0);
            for (field, cell) in kind.fields.iter().zip(row) {
                match (field.ty, cell) {
                    (ValueType::Money, Cell::Int(money)) => amount += money,
                    (ValueType::Code(_), Cell::Int(code)) => key.push(*code),
                    _ => {}
                }
            }
            if amount != 0 {
                *sums.entry(key).or_default() += amount;
            }
        }
        sums
    }

    fn told(&self, kind: &FactKind, fact: &Fact, explained: &Explained, counts: bool) -> Told {
        let shown = |row: &&Vec<Cell>| match kind.month().and_then(|month| row.get(month)) {
            Some(Cell::Int(month)) => self.is_in_window(*month),
            _ => true,
        };
        let rows = fact.body.rows.iter().filter(shown).take(ROWS_MAX);
        let currency = explained.pack.currency();
        Told {
            source: fact.source,
            as_of: fact.as_of,
            counts,
            rows: rows.map(|row| shown_cells(kind, row, currency)).collect(),
        }
    }
}

/// The cells that are no text, row by row, in an order of their own.
fn said(kind: &FactKind, fact: &Fact) -> Vec<Vec<Option<i64>>> {
    let cells = |row: &Vec<Cell>| {
        let fields = kind.fields.iter().zip(row);
        let told = fields.filter(|(field, _)| field.ty != ValueType::Text);
        told.map(|(_, cell)| match cell {
            Cell::Int(value) => Some(*value),
            Cell::Text(_) | Cell::Missing => None,
        })
        .collect()
    };
    let mut rows: Vec<Vec<Option<i64>>> = fact.body.rows.iter().map(cells).collect();
    rows.sort();
    rows
}

fn rows_differ(one: &[Vec<Option<i64>>], other: &[Vec<Option<i64>>]) -> bool {
    let cells_differ = |(a, b): (&Option<i64>, &Option<i64>)| a.is_some() && b.is_some() && a != b;
    let differ = |(a, b): (&Vec<_>, &Vec<_>)| a.iter().zip(b).any(cells_differ);
    one.len() != other.len() || one.iter().zip(other).any(differ)
}
