//! The nearest facts that would turn an outcome round.
//!
//! Each fact is changed by itself and the same plan is run again: an amount or a count up
//! and down to where the verdict turns, a yes to a no, a row taken away. What is told was
//! tried: with the change the verdict turns, one step before it does not. Where one
//! change is not enough (two grounds of refusal), none is told here;
//! [`Trace::changes`](super::Trace::changes) says what each condition lacks.
//!
//! About fifty runs of the plan a value, so this is asked for one decision at a time.

use super::evidence::shown_cells;
use super::{Said, filled};
use crate::batch::{Batch, CaseFacts, Malformed};
use crate::outcome::{Outcomes, Verdict};
use crate::plan::Plan;
use kernel::facts::{self, Cell, FactBody, FactKind, Field, ValueType};
use kernel::portrait::PackedFact;
use kernel::{Currency, FactId, Lang, PersonId, Portrait, Text3};

/// Changes that are told.
pub const NEAREST_MAX: usize = 8;
/// Decisions of one search at most; what it did not come to is not told.
const TRIES_MAX: u32 = 20_000;
/// Rows that are looked at.
const ROWS_MAX: usize = 64;
/// No amount and no count is taken further than this.
const MONEY_MAX: i64 = 100_000_000_000_000;
const COUNT_MAX: i64 = 1_000_000;

/// One changed fact, and what comes out with it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct FactChange {
    /// `None` for facts of the family itself.
    pub person: Option<PersonId>,
    pub fact: FactId,
    pub kind: u16,
    /// The row of the fact, from 0.
    pub row: usize,
    pub change: RowChange,
    pub verdict: Verdict,
    pub text: Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowChange {
    /// A field of the row had this value, and would have that one (money in minor units).
    Value { field: usize, from: i64, to: i64 },
    /// The row would not be there.
    Gone,
}

impl FactChange {
    /// The portrait with the fact as it would be.
    pub fn apply(&self, portrait: &Portrait) -> Portrait {
        changed(portrait, self.fact, self.row, self.change)
    }
}

/// The nearest changes of one fact each, the smallest first.
pub fn nearest(
    plan: &Plan,
    portrait: &Portrait,
    case: &CaseFacts,
) -> Result<Vec<FactChange>, Malformed> {
    let mut search = Search {
        plan,
        portrait,
        case,
        batch: Batch::new(plan),
        outcomes: Outcomes::new(),
        now: Verdict::Unknown,
        tries: TRIES_MAX,
    };
    search.now = search.verdict(portrait)?;
    if !matches!(search.now, Verdict::Entitled | Verdict::NotEntitled) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (person, fact) in all_facts(portrait).take(ROWS_MAX) {
        search.fact(person, fact, &mut found)?;
    }
    found.sort_by_key(|(distance, _)| *distance);
    // The same wage of three months is told once.
    let mut told: Vec<FactChange> = Vec::new();
    for (_, change) in found {
        let alike = |one: &FactChange| one.person == change.person && one.text == change.text;
        if told.len() < NEAREST_MAX && !told.iter().any(alike) {
            told.push(change);
        }
    }
    Ok(told)
}

fn all_facts(portrait: &Portrait) -> impl Iterator<Item = (Option<PersonId>, &PackedFact)> {
    let members = portrait.members.iter();
    members
        .flat_map(|member| member.facts.iter().map(|fact| (Some(member.person), fact)))
        .chain(portrait.facts.iter().map(|fact| (None, fact)))
}

struct Search<'a> {
    plan: &'a Plan,
    portrait: &'a Portrait,
    case: &'a CaseFacts,
    batch: Batch,
    outcomes: Outcomes,
    now: Verdict,
    /// Decisions that may still be made.
    tries: u32,
}

/// How far a change goes: values by the part of them that changes, a whole row further.
type Found = Vec<(u64, FactChange)>;

impl Search<'_> {
    fn verdict(&mut self, portrait: &Portrait) -> Result<Verdict, Malformed> {
        self.batch.clear();
        self.batch.push(&portrait.pack(), self.case)?;
        self.plan.decide(&self.batch, &mut self.outcomes);
        Ok(self.outcomes.verdict(0))
    }

    /// A refusal turns when it is none any more, an award when it is refused.
    fn turns(&mut self, fact: FactId, row: usize, change: RowChange) -> Result<bool, Malformed> {
        let Some(left) = self.tries.checked_sub(1) else {
            return Ok(false);
        };
        self.tries = left;
        let verdict = self.verdict(&changed(self.portrait, fact, row, change))?;
        Ok(match self.now {
            Verdict::NotEntitled => verdict != Verdict::NotEntitled,
            _ => verdict == Verdict::NotEntitled,
        })
    }

    fn fact(
        &mut self,
        person: Option<PersonId>,
        fact: &PackedFact,
        found: &mut Found,
    ) -> Result<(), Malformed> {
        let (Some(kind), Ok(body)) = (facts::kind(fact.kind), fact.unpack_body()) else {
            return Ok(());
        };
        for (row, cells) in body.rows.iter().enumerate().take(ROWS_MAX) {
            let mut changes = Vec::new();
            for (at, (field, cell)) in kind.fields.iter().zip(cells).enumerate() {
                if let Cell::Int(value) = cell {
                    let change = self.value((fact.id, row, at), field, *value)?;
                    changes.extend(change.map(|to| (at, *value, to)));
                }
            }
            for (field, from, to) in changes {
                let part = part_of(from, to);
                let change = RowChange::Value { field, from, to };
                self.told(person, kind, fact.id, (row, change, part), found)?;
            }
            if kind.many && self.turns(fact.id, row, RowChange::Gone)? {
                let whole = (row, RowChange::Gone, 1_000);
                self.told(person, kind, fact.id, whole, found)?;
            }
        }
        Ok(())
    }

    fn told(
        &mut self,
        person: Option<PersonId>,
        kind: &'static FactKind,
        fact: FactId,
        (row, change, distance): (usize, RowChange, u64),
        found: &mut Found,
    ) -> Result<(), Malformed> {
        let verdict = self.verdict(&changed(self.portrait, fact, row, change))?;
        let cells = row_of(self.portrait, fact, row);
        let text = text(kind, &cells, change, self.now, self.plan.pack.currency());
        let change = FactChange {
            person,
            fact,
            kind: kind.code,
            row,
            change,
            verdict,
            text,
        };
        found.push((distance, change));
        Ok(())
    }

    /// The nearest value of a field at which the verdict turns.
    fn value(
        &mut self,
        (fact, row, at): (FactId, usize, usize),
        field: &Field,
        from: i64,
    ) -> Result<Option<i64>, Malformed> {
        let ends: &[i64] = match field.ty {
            ValueType::Money => &[0, MONEY_MAX],
            ValueType::Integer => &[0, COUNT_MAX],
            ValueType::YesNo => &[1 - from.clamp(0, 1)],
            _ => &[],
        };
        let ends: Vec<i64> = ends.to_vec();
        let mut nearest: Option<i64> = None;
        for end in ends.into_iter().filter(|end| *end != from) {
            let change = |to: i64| RowChange::Value {
                field: at,
                from,
                to,
            };
            if !self.turns(fact, row, change(end))? {
                continue;
            }
            // One end turns, the other does not: halve until they touch.
            let (mut stays, mut turns) = (from, end);
            while stays.abs_diff(turns) > 1 {
                let middle = stays.midpoint(turns);
                if self.turns(fact, row, change(middle))? {
                    turns = middle;
                } else {
                    stays = middle;
                }
            }
            if self.tries == 0 {
                // The halving did not end: what it stands at is not the nearest.
                return Ok(None);
            }
            if nearest.is_none_or(|before| from.abs_diff(turns) < from.abs_diff(before)) {
                nearest = Some(turns);
            }
        }
        Ok(nearest)
    }
}

fn row_of(portrait: &Portrait, fact: FactId, row: usize) -> Vec<Cell> {
    let packed = all_facts(portrait).find(|(_, packed)| packed.id == fact);
    let body = packed.and_then(|(_, packed)| packed.unpack_body().ok());
    body.and_then(|mut body| (row < body.rows.len()).then(|| body.rows.swap_remove(row)))
        .unwrap_or_default()
}

/// The change in thousandths of the value.
fn part_of(from: i64, to: i64) -> u64 {
    let part = u128::from(from.abs_diff(to)) * 1_000 / u128::from(from.unsigned_abs().max(1));
    u64::try_from(part).unwrap_or(u64::MAX)
}

fn changed(portrait: &Portrait, fact: FactId, row: usize, change: RowChange) -> Portrait {
    let mut portrait = portrait.clone();
    let members = portrait.members.iter_mut();
    let facts = members
        .flat_map(|member| &mut member.facts)
        .chain(&mut portrait.facts);
    for packed in facts.filter(|one| one.id == fact) {
        let Ok(mut body) = FactBody::unpack(&packed.body) else {
            continue;
        };
        match change {
            RowChange::Gone if row < body.rows.len() => {
                body.rows.remove(row);
            }
            RowChange::Value { field, to, .. } => {
                if let Some(cell) = body.rows.get_mut(row).and_then(|row| row.get_mut(field)) {
                    *cell = Cell::Int(to);
                }
            }
            RowChange::Gone => {}
        }
        packed.body = body.pack();
    }
    portrait
}

const REFUSED_VALUE: Text3 = Text3::fixed(
    "Agar “{kind}” maʼlumotida “{field}” {from} emas, {to} boʻlsa, rad etish uchun asos qolmaydi.",
    "Если в сведениях «{kind}» значение «{field}» будет {to} вместо {from}, основания для отказа не останется.",
    "If in “{kind}” the value “{field}” were {to} instead of {from}, no ground of refusal would be left.",
);
const REFUSED_GONE: Text3 = Text3::fixed(
    "Agar “{kind}” maʼlumotidagi qator ({row}) boʻlmasa, rad etish uchun asos qolmaydi.",
    "Если записи в сведениях «{kind}» ({row}) не будет, основания для отказа не останется.",
    "If the row of “{kind}” ({row}) were not there, no ground of refusal would be left.",
);
const AWARDED_VALUE: Text3 = Text3::fixed(
    "Agar “{kind}” maʼlumotida “{field}” {from} emas, {to} boʻlsa, ariza rad etiladi.",
    "Если в сведениях «{kind}» значение «{field}» будет {to} вместо {from}, последует отказ.",
    "If in “{kind}” the value “{field}” were {to} instead of {from}, the application would be refused.",
);
const AWARDED_GONE: Text3 = Text3::fixed(
    "Agar “{kind}” maʼlumotidagi qator ({row}) boʻlmasa, ariza rad etiladi.",
    "Если записи в сведениях «{kind}» ({row}) не будет, последует отказ.",
    "If the row of “{kind}” ({row}) were not there, the application would be refused.",
);

fn text(
    kind: &'static FactKind,
    cells: &[Cell],
    change: RowChange,
    now: Verdict,
    currency: Currency,
) -> Said {
    let refused = now == Verdict::NotEntitled;
    let written = match (change, refused) {
        (RowChange::Value { .. }, true) => REFUSED_VALUE,
        (RowChange::Gone, true) => REFUSED_GONE,
        (RowChange::Value { .. }, false) => AWARDED_VALUE,
        (RowChange::Gone, false) => AWARDED_GONE,
    };
    Said::each(|lang| {
        filled(&written, lang, |place| match (place, change) {
            ("kind", _) => Some(kind.label.get(lang).into_owned()),
            ("row", _) => Some(row_text(kind, cells, lang, currency)),
            ("field", RowChange::Value { field, .. }) => {
                Some(kind.fields[field].label.get(lang).into_owned())
            }
            ("from", RowChange::Value { field, from, .. }) => {
                Some(shown(kind, field, from, lang, currency))
            }
            ("to", RowChange::Value { field, to, .. }) => {
                Some(shown(kind, field, to, lang, currency))
            }
            _ => None,
        })
    })
}

/// The cells of a row that say something, as a list.
fn row_text(kind: &FactKind, cells: &[Cell], lang: Lang, currency: Currency) -> String {
    let cells = shown_cells(kind, cells, currency);
    let said = cells
        .iter()
        .map(|cell| format!("{} {}", cell.label.get(lang), cell.text.get(lang)));
    said.collect::<Vec<_>>().join(", ")
}

/// One value of a field, as its cell would be shown.
fn shown(kind: &FactKind, field: usize, value: i64, lang: Lang, currency: Currency) -> String {
    let mut cells = vec![Cell::Missing; field];
    cells.push(Cell::Int(value));
    let cell = shown_cells(kind, &cells, currency).pop();
    cell.map_or_else(String::new, |cell| cell.text.get(lang).to_owned())
}
