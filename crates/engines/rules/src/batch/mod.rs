//! Families as columns: portraits are read where they lie and spread over
//! columns of members and of rows, which the plan then evaluates in blocks.
//!
//! A fact that should be there and is not becomes one *phantom row*: all its
//! cells are unknown. A filter over known columns may still exclude it; if it
//! does not, it makes the aggregate unknown. So one rule serves all.

mod columns;
mod push;
mod stretch;

pub use columns::{Cases, Columns, Members, Misfit, Rows, TableRead, Values};
pub use push::Malformed;
pub use stretch::{Asked, Cells, Numbered, Stretch, StretchRows};

use crate::limits::BLOCK_UNITS;
use crate::plan::{Layout, Plan};
use crate::typed::Level;
use kernel::{Day, Month, PersonId, UnitId};
use std::ops::Range;

/// What is known about the case beside the portrait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseFacts {
    pub applied_on: Day,
    /// The month whose close awards.
    pub counted_month: Month,
    /// The last month of the window of income.
    pub window_end: Month,
    pub origin: Origin,
    /// The category held before, as its place in the pack's list.
    pub former_category: Option<u8>,
    pub stage: Stage,
    /// The award that the case continues.
    pub held: Option<Held>,
}

/// An award that a case continues: its category, and how long the family has held it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// As its place in the pack's list; none where the pack has no categories.
    pub category: Option<u8>,
    /// Months paid in that category without a break.
    pub months: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Application,
    /// Moved from the regime before, with no application.
    Migration,
    Reassessment,
    Renewal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Before the human steps.
    PreAssessment,
    Final,
}

impl CaseFacts {
    /// The case of an application lodged on a day: by the cut-off day it counts
    /// for this month, later for the next; the window is the three months
    /// before the month of the application.
    pub fn application(applied_on: Day, cut_off_day: u32) -> CaseFacts {
        let month = applied_on.month();
        let late = applied_on.day_of_month() > cut_off_day;
        CaseFacts {
            applied_on,
            counted_month: month.plus(i32::from(late)),
            window_end: month.plus(-1),
            origin: Origin::Application,
            former_category: None,
            stage: Stage::Final,
            held: None,
        }
    }

    /// In the order of `typed::CASE_COLUMNS`.
    fn columns(&self, decided_on: Day) -> [i64; CASE_WIDTH] {
        [
            i64::from(self.applied_on.0),
            i64::from(decided_on.0),
            i64::from(self.counted_month.0),
            i64::from(self.window_end.0),
            self.origin as i64,
            self.former_category.map_or(-1, i64::from),
            self.stage as i64,
            self.held
                .and_then(|held| held.category)
                .map_or(-1, i64::from),
            self.held.map_or(0, |held| i64::from(held.months)),
        ]
    }
}

pub(crate) const CASE_WIDTH: usize = crate::typed::CASE_COLUMNS.len();
pub(crate) const MEMBER_WIDTH: usize = crate::typed::MEMBER_COLUMNS.len();

/// How much is known of a value.
pub(crate) const UNKNOWN: u8 = 0;
/// The true value is this or more.
pub(crate) const AT_LEAST: u8 = 1;
pub(crate) const KNOWN: u8 = 2;

/// The fact of a row that stands for a missing fact.
pub(crate) const PHANTOM: u32 = u32::MAX;

/// Units waiting to be decided.
#[derive(Debug)]
pub struct Batch {
    layout: Layout,
    decided_on: Day,
    pub(crate) units: Vec<UnitId>,
    pub(crate) cases: [Vec<i64>; CASE_WIDTH],
    pub(crate) persons: Vec<PersonId>,
    pub(crate) member_unit: Vec<u32>,
    /// One more than units: where each unit's members start.
    pub(crate) member_start: Vec<u32>,
    pub(crate) members: [Vec<i64>; MEMBER_WIDTH],
    pub(crate) tables: Vec<TableRows>,
    pub(crate) inputs: Vec<InputColumn>,
    /// Of a calculation: no cases, no persons, no portraits.
    calculation: bool,
    pub(crate) fact_ids: Vec<u8>,
    pub(crate) fact_start: Vec<u32>,
}

/// The rows of one table.
#[derive(Debug, Default)]
pub(crate) struct TableRows {
    /// The member (or, for facts of the family, the unit) a row belongs to.
    pub owner: Vec<u32>,
    /// The place of the row's fact among the batch's facts, or [`PHANTOM`].
    pub fact: Vec<u32>,
    /// One more than units: where each unit's rows start.
    pub start: Vec<u32>,
    pub values: Vec<Vec<i64>>,
    pub states: Vec<Vec<u8>>,
}

/// The values of one declared input.
#[derive(Debug, Default)]
pub(crate) struct InputColumn {
    pub of_member: bool,
    pub values: Vec<i64>,
    /// Empty: all are known.
    pub states: Vec<u8>,
}

/// A stretch of units evaluated together.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub units: Range<usize>,
    pub members: Range<usize>,
    pub rows: Vec<Range<usize>>,
}

impl Block {
    pub fn range(&self, level: Level) -> Range<usize> {
        match level {
            Level::Constant => 0..1,
            Level::Unit => self.units.clone(),
            Level::Member => self.members.clone(),
            Level::Row(table) => self.rows[usize::from(table)].clone(),
        }
    }
}

impl Batch {
    pub fn new(plan: &Plan) -> Batch {
        let table = |columns: u16| TableRows {
            values: vec![Vec::new(); usize::from(columns)],
            states: vec![Vec::new(); usize::from(columns)],
            start: vec![0],
            ..TableRows::default()
        };
        Batch {
            layout: plan.layout.clone(),
            decided_on: plan.decided_on,
            units: Vec::new(),
            cases: Default::default(),
            persons: Vec::new(),
            member_unit: Vec::new(),
            member_start: vec![0],
            members: Default::default(),
            tables: plan
                .layout
                .tables
                .iter()
                .map(|layout| table(layout.column_count))
                .collect(),
            inputs: plan.inputs.iter().map(InputColumn::of).collect(),
            calculation: plan.pack.is_calculation(),
            fact_ids: Vec::new(),
            fact_start: vec![0],
        }
    }

    /// True when `plan` reads the same columns on the same day, so that it can decide what
    /// was read for another plan.
    pub fn fits(&self, plan: &Plan) -> bool {
        let read = |layout: &Layout| -> Vec<_> {
            let tables = layout.tables.iter();
            tables
                .map(|one| (one.table.kind.code, one.table.who, one.columns.clone()))
                .collect()
        };
        self.decided_on == plan.decided_on && read(&self.layout) == read(&plan.layout)
    }

    pub fn len(&self) -> usize {
        self.member_start.len() - 1
    }

    /// Living members of a unit.
    pub fn member_count(&self, index: usize) -> usize {
        (self.member_start[index + 1] - self.member_start[index]) as usize
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The unit's id; units of a calculation have none.
    pub fn unit(&self, index: usize) -> UnitId {
        self.units.get(index).copied().unwrap_or(UnitId::NIL)
    }

    /// Empties the batch and keeps its memory.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    pub(crate) fn blocks(&self) -> impl Iterator<Item = Block> + '_ {
        (0..self.len()).step_by(BLOCK_UNITS).map(|from| {
            let to = (from + BLOCK_UNITS).min(self.len());
            let span = |start: &[u32]| start[from] as usize..start[to] as usize;
            Block {
                units: from..to,
                members: span(&self.member_start),
                rows: self.tables.iter().map(|table| span(&table.start)).collect(),
            }
        })
    }

    /// Forgets all units from `units` on, and whatever was begun of the next.
    fn truncate(&mut self, units: usize) {
        let members = self.member_start[units] as usize;
        let facts = self.fact_start[units] as usize;
        self.units.truncate(units);
        self.cases
            .iter_mut()
            .for_each(|column| column.truncate(units));
        self.member_start.truncate(units + 1);
        self.persons.truncate(members);
        self.member_unit.truncate(members);
        self.members
            .iter_mut()
            .for_each(|column| column.truncate(members));
        self.fact_start.truncate(units + 1);
        self.fact_ids.truncate(facts * 16);
        for input in &mut self.inputs {
            input.truncate(if input.of_member { members } else { units });
        }
        for table in &mut self.tables {
            let rows = table.start[units] as usize;
            table.start.truncate(units + 1);
            table.owner.truncate(rows);
            table.fact.truncate(rows);
            table
                .values
                .iter_mut()
                .for_each(|column| column.truncate(rows));
            table
                .states
                .iter_mut()
                .for_each(|column| column.truncate(rows));
        }
    }
}

impl InputColumn {
    fn of(input: &crate::plan::PlanInput) -> InputColumn {
        InputColumn {
            of_member: input.level == Level::Member,
            ..InputColumn::default()
        }
    }

    fn truncate(&mut self, len: usize) {
        self.values.truncate(len);
        self.states.truncate(len);
    }
}
