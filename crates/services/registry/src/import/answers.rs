//! Rows of persons (incomes, accounts, aid) gathered by person and written as facts, a chunk in one
//! transaction.

use super::report::{Reason, Reject};
use super::write::{Desk, Written};
use crate::events::{self, Imported};
use crate::unit::projection::Portraits;
use crate::{Permit, Result, fact};
use kernel::facts::{code, kind};
use kernel::{Cell, Day, Fact, FactBody, FactId, PersonId, Pinfl, Source};
use std::collections::{BTreeMap, HashSet};
use store::{Tx, outbox};
use uuid::Uuid;

/// Rows of one person in one file.
pub const ROWS_OF_PERSON_MAX: usize = 1_000;

/// One row of what a source says of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerRow {
    pub line: u64,
    pub pinfl: Pinfl,
    pub kind: u16,
    pub source: Source,
    pub as_of: Day,
    /// In the order of the kind's fields.
    pub cells: Vec<Cell>,
}

/// All rows of one person.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonAnswers {
    pub pinfl: Pinfl,
    pub rows: Vec<AnswerRow>,
}

impl PersonAnswers {
    /// The line in which the same case of a regional aid system stands already.
    fn same_case(&self, row: &AnswerRow) -> Option<u64> {
        if row.kind != code::AID {
            return None;
        }
        let at = kind(code::AID)?.field("case_number")?;
        let number = &row.cells[at];
        let same = self.rows.iter().find(|before| before.cells[at] == *number);
        same.map(|before| before.line)
    }

    /// One answer a kind and source: its day, and its rows as the file has them.
    fn answers(self) -> BTreeMap<(u16, u8), (Day, FactBody)> {
        let mut answers: BTreeMap<(u16, u8), (Day, FactBody)> = BTreeMap::new();
        for row in self.rows {
            let key = (row.kind, row.source.code());
            let (as_of, body) = answers
                .entry(key)
                .or_insert((row.as_of, FactBody::nothing()));
            *as_of = (*as_of).max(row.as_of);
            body.rows.push(row.cells);
        }
        answers
    }
}

/// Takes rows in the order of the file.
#[derive(Debug, Default)]
pub struct AnswerGathering {
    open: Option<PersonAnswers>,
    closed: HashSet<u64>,
}

impl AnswerGathering {
    /// Takes the next row; gives back the person whom it ended, if it did.
    pub fn take(&mut self, row: AnswerRow) -> (Option<PersonAnswers>, Result<(), Reject>) {
        let continues = self
            .open
            .as_ref()
            .is_some_and(|open| open.pinfl == row.pinfl);
        let ended = if continues { None } else { self.end() };
        (ended, self.add(row))
    }

    pub fn end(&mut self) -> Option<PersonAnswers> {
        let person = self.open.take()?;
        self.closed.insert(person.pinfl.number());
        Some(person)
    }

    fn add(&mut self, row: AnswerRow) -> Result<(), Reject> {
        let reject = |reason| Reject {
            line: row.line,
            field: "pinfl",
            reason,
        };
        match &mut self.open {
            Some(open) if let Some(first_line) = open.same_case(&row) => {
                return Err(Reject {
                    field: "case_number",
                    ..reject(Reason::CaseTwice { first_line })
                });
            }
            Some(open) if open.rows.len() >= ROWS_OF_PERSON_MAX => {
                return Err(reject(Reason::TooManyRows {
                    rows_max: ROWS_OF_PERSON_MAX,
                }));
            }
            Some(open) => open.rows.push(row),
            None if self.closed.contains(&row.pinfl.number()) => {
                return Err(reject(Reason::PersonComesApart));
            }
            None => {
                self.open = Some(PersonAnswers {
                    pinfl: row.pinfl,
                    rows: vec![row],
                })
            }
        }
        Ok(())
    }
}

pub(super) async fn write_answers(
    tx: &mut Tx,
    permit: &Permit,
    desk: &Desk<'_>,
    persons: Vec<PersonAnswers>,
) -> Result<Written> {
    let mut written = Written::default();
    let mut pinfls: Vec<Pinfl> = persons.iter().map(|person| person.pinfl).collect();
    pinfls.sort_unstable();
    let (known, portraits) = Portraits::of_pinfls(tx, &pinfls).await?;
    let mut found: Vec<(PersonId, PersonAnswers)> = Vec::with_capacity(persons.len());
    for person in persons {
        match known.get(&person.pinfl) {
            Some(id) => found.push((*id, person)),
            None => written.rejects.extend(person.rows.iter().map(|row| Reject {
                line: row.line,
                field: "pinfl",
                reason: Reason::UnknownPerson,
            })),
        }
    }
    found.sort_unstable_by_key(|(id, _)| *id);
    let facts = new_facts(tx, desk, found, &portraits, &mut written).await?;
    let units = fact::record_in(tx, permit, &facts, portraits).await?;
    if !facts.is_empty() {
        let (facts, units) = (facts.len() as u64, units.len() as u64);
        let batch = Imported {
            persons: 0,
            facts,
            units,
        };
        outbox::emit(
            tx,
            desk.ids,
            &[events::imported(events::INCOMES_IMPORTED, &batch)],
        )
        .await?;
    }
    Ok(written)
}

/// The answers the register does not hold yet, word for word.
async fn new_facts(
    tx: &mut Tx,
    desk: &Desk<'_>,
    persons: Vec<(PersonId, PersonAnswers)>,
    portraits: &Portraits,
    written: &mut Written,
) -> Result<Vec<Fact>> {
    // Who sits in no unit (the dead) stands in no portrait either.
    let unseated = persons.iter().map(|(id, _)| id.0);
    let unseated: Vec<Uuid> = unseated
        .filter(|id| portraits.held(*id).is_none())
        .collect();
    let of_unseated = fact::current_packed(tx, &unseated).await?;
    let mut facts = Vec::with_capacity(persons.len());
    for (owner, person) in persons {
        let held = portraits
            .held(owner.0)
            .or_else(|| of_unseated.get(&owner.0).map(Vec::as_slice))
            .unwrap_or_default();
        for ((kind, source), (as_of, body)) in person.answers() {
            let rows = body.rows.len() as u64;
            let packed = body.pack();
            let same = held.iter().any(|fact| {
                (fact.kind, fact.source.code(), fact.as_of) == (kind, source, as_of)
                    && fact.body == packed
            });
            if same {
                written.unchanged += rows;
                continue;
            }
            written.accepted += rows;
            facts.push(Fact {
                id: FactId(desk.ids.uuid()),
                owner: owner.0,
                kind,
                source: Source::from_code(source).expect("a code that was just taken"),
                as_of,
                received_at: desk.entering.known_from,
                evidence: desk.entering.run,
                body,
            });
        }
    }
    Ok(facts)
}
