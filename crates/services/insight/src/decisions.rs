//! Decisions over a snapshot: Parquet in, Parquet out, on all cores, one stretch of units a
//! core in memory.
//!
//! `unit, district, verdict, programme, category, amount_minor, per_capita_minor` and for
//! every condition of the law `met_<condition>`: 1 met, 0 not met, null unknown, 2 does not
//! count at this stage. Rows stand in the order of the units.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use parquet::data_type::ByteArray;
use rules::batch::Cells;
use rules::outcome::Truth;
use rules::{Batch, CaseFacts, Outcomes, Pack, Plan, Step, Verdict};
use serde::Serialize;

use crate::snapshot::file::{Output, Values};
use crate::snapshot::schema::{Column, Kind};
use crate::snapshot::{Group, Result, Snapshot};

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    pub units: u64,
    pub members: u64,
    pub entitled: u64,
    pub not_entitled: u64,
    pub unknown: u64,
    pub needs_step: u64,
    /// Units with nobody alive or with too many members: not decided.
    pub left_out: u64,
    pub entitled_minor: i128,
}

/// The words of the verdicts, by place.
const VERDICTS: [&str; 5] = [
    "entitled",
    "not_entitled",
    "unknown",
    "needs_visit",
    "needs_seven",
];

fn place_of(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Entitled => 0,
        Verdict::NotEntitled => 1,
        Verdict::Unknown => 2,
        Verdict::NeedsVisit(Step::Visit) => 3,
        Verdict::NeedsVisit(Step::Seven) => 4,
    }
}

/// Decides every unit of a snapshot by the plan, and writes the decisions. `progress` is
/// told how many units are done.
pub fn decide(
    snapshot: &Snapshot,
    plan: &Plan,
    case: &CaseFacts,
    out: &Path,
    threads: usize,
    progress: impl Fn(u64) + Sync,
) -> Result<Totals> {
    let what = snapshot.what(plan)?;
    let output = Output::create(out.to_owned(), "decision", &columns(plan.pack()))?;
    let ordered = Mutex::new(Ordered {
        next: 0,
        waiting: BTreeMap::new(),
        words: Words::of(plan.pack()),
        output,
    });
    let done = AtomicU64::new(0);
    let work = |worker: &mut Worker, place: usize, group: &Group| {
        worker.batch.clear();
        let columns = what.columns(group);
        worker.totals.left_out += worker.batch.append_stretch(&columns, case) as u64;
        worker.totals.members += group.members.unit.len() as u64;
        plan.decide(&worker.batch, &mut worker.outcomes);
        let table = worker.table(plan.pack(), group);
        let mut ordered = ordered.lock().expect("no thread panics with it");
        ordered.take(place, table)?;
        let count = group.units.count as u64;
        progress(done.fetch_add(count, Ordering::Relaxed) + count);
        Ok(())
    };
    let workers = snapshot.each(&what, threads, || Worker::new(plan), work)?;
    let ordered = ordered.into_inner().expect("no thread panics with it");
    ordered.output.finish()?;
    let mut totals = Totals::default();
    workers.iter().for_each(|worker| totals.add(&worker.totals));
    Ok(totals)
}

fn columns(pack: &Pack) -> Vec<Column> {
    let fixed = [
        Column::new("unit", Kind::Number),
        Column::new("district", Kind::Small),
        Column::new("verdict", Kind::Word),
        Column::new("programme", Kind::Word),
        Column::new("category", Kind::Word),
        Column::new("amount_minor", Kind::Amount),
        Column::new("per_capita_minor", Kind::Amount),
    ];
    let met = |id: &str| Column::new(format!("met_{id}"), Kind::MaybeSmall);
    let met = pack.conditions().map(|condition| met(&condition.id));
    fixed.into_iter().chain(met).collect()
}

/// What one core holds.
struct Worker {
    batch: Batch,
    outcomes: Outcomes,
    truths: Vec<Truth>,
    totals: Totals,
}

/// The decisions of one stretch as columns.
#[derive(Default)]
struct Table {
    unit: Vec<i64>,
    district: Vec<i32>,
    verdict: Vec<Option<u8>>,
    programme: Vec<Option<u8>>,
    category: Vec<Option<u8>>,
    amount: Cells,
    per_capita: Cells,
    met: Vec<Cells>,
}

impl Worker {
    fn new(plan: &Plan) -> Worker {
        Worker {
            batch: Batch::new(plan),
            outcomes: Outcomes::new(),
            truths: Vec::new(),
            totals: Totals::default(),
        }
    }

    fn table(&mut self, pack: &Pack, group: &Group) -> Table {
        let mut table = Table {
            met: vec![Cells::default(); pack.conditions().count()],
            ..Table::default()
        };
        for i in 0..self.outcomes.len() {
            self.row(pack, group, i, &mut table);
        }
        table
    }

    fn row(&mut self, pack: &Pack, group: &Group, i: usize, table: &mut Table) {
        let outcomes = &self.outcomes;
        let unit = outcomes.unit(i).0.as_u128() as i64;
        let verdict = outcomes.verdict(i);
        let amount = outcomes.amount(i).map(|money| money.0);
        self.totals.count(verdict, amount);
        table.unit.push(unit);
        let place = (unit - group.first_unit) as usize;
        table.district.push(group.units.district[place]);
        table.verdict.push(Some(place_of(verdict)));
        let programme = outcomes.programme(i).and_then(|id| {
            let place = pack.programmes().position(|programme| programme.id == id);
            place.map(|place| place as u8)
        });
        table.programme.push(programme);
        let category = outcomes.category(i);
        table
            .category
            .push(category.and_then(|id| pack.category_index(id)));
        table.amount.push(amount);
        table.per_capita.push(outcomes.per_capita_minor(i));
        self.truths.clear();
        outcomes.truths(i, &mut self.truths);
        for (truth, column) in self.truths.iter().zip(&mut table.met) {
            column.push(match truth {
                Truth::Met => Some(1),
                Truth::NotMet => Some(0),
                Truth::Unknown => None,
                Truth::NotYet => Some(2),
            });
        }
    }
}

impl Totals {
    fn count(&mut self, verdict: Verdict, amount: Option<i64>) {
        self.units += 1;
        match verdict {
            Verdict::Entitled => self.entitled += 1,
            Verdict::NotEntitled => self.not_entitled += 1,
            Verdict::Unknown => self.unknown += 1,
            Verdict::NeedsVisit(_) => self.needs_step += 1,
        }
        self.entitled_minor += i128::from(amount.unwrap_or(0));
    }

    fn add(&mut self, other: &Totals) {
        self.units += other.units;
        self.members += other.members;
        self.entitled += other.entitled;
        self.not_entitled += other.not_entitled;
        self.unknown += other.unknown;
        self.needs_step += other.needs_step;
        self.left_out += other.left_out;
        self.entitled_minor += other.entitled_minor;
    }
}

/// Names as Parquet holds them.
struct Words {
    verdicts: Vec<ByteArray>,
    programmes: Vec<ByteArray>,
    categories: Vec<ByteArray>,
}

impl Words {
    fn of(pack: &Pack) -> Words {
        Words {
            verdicts: VERDICTS.iter().map(|word| ByteArray::from(*word)).collect(),
            programmes: pack
                .programmes()
                .map(|one| one.id.as_str().into())
                .collect(),
            categories: pack
                .categories()
                .map(|one| one.id.as_str().into())
                .collect(),
        }
    }
}

/// Cores finish out of order; the file is written in order. What waits is at most what the
/// other cores decide while one is at work.
struct Ordered {
    next: usize,
    waiting: BTreeMap<usize, Table>,
    words: Words,
    output: Output,
}

impl Ordered {
    fn take(&mut self, place: usize, table: Table) -> Result<()> {
        self.waiting.insert(place, table);
        while let Some(table) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.write(&table)?;
        }
        Ok(())
    }

    fn write(&mut self, table: &Table) -> Result<()> {
        if table.unit.is_empty() {
            return Ok(());
        }
        let mut values = vec![
            Values::Large(&table.unit),
            Values::Small(&table.district),
            Values::Word(&table.verdict, &self.words.verdicts),
            Values::Word(&table.programme, &self.words.programmes),
            Values::Word(&table.category, &self.words.categories),
            Values::Maybe(&table.amount),
            Values::Maybe(&table.per_capita),
        ];
        values.extend(table.met.iter().map(Values::MaybeSmall));
        self.output.write(table.unit.len(), &values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::file::Input;
    use crate::snapshot::tests::{cases, from_portraits, pack, portraits, subject};
    use crate::snapshot::{GROUP_UNITS, Writer};
    use kernel::Day;

    #[test]
    fn decisions_stand_in_the_order_of_the_units_and_are_those_of_the_portraits() {
        let plan = pack("uz-sr26")
            .plan(Day::new(2026, 3, 10).expect("a day"))
            .expect("a plan");
        let portraits = portraits(4, 300);
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer =
            Writer::create(&folder.path().join("snapshot"), &subject()).expect("a new folder");
        // Three stretches, the last one short.
        let count = GROUP_UNITS * 2 + 100;
        for portrait in portraits.iter().cycle().take(count) {
            writer.push(&portrait.pack()).expect("a sound portrait");
        }
        writer.finish().expect("a snapshot");
        let snapshot = Snapshot::open(&folder.path().join("snapshot")).expect("a snapshot");
        let (case, out) = (cases(&plan)[2], folder.path().join("decisions.parquet"));
        let totals = decide(&snapshot, &plan, &case, &out, 3, |_| {}).expect("decisions");
        let expected = from_portraits(&plan, &portraits, &case);
        let left_out = portraits.len() - expected.len();
        assert_eq!(totals.units + totals.left_out, count as u64);
        assert!(left_out > 0 && totals.left_out >= (left_out * (count / 300)) as u64);

        let input = Input::open(out, &columns(plan.pack())).expect("its columns");
        let (mut units, mut amounts) = (Vec::new(), Cells::default());
        let (mut all, mut paid) = (Vec::new(), Vec::new());
        for group in 0..input.groups() {
            let group = input.group(group).expect("a row group");
            group.large(0, &mut units).expect("numbers");
            group.maybe(5, &mut amounts).expect("amounts");
            all.extend_from_slice(&units);
            paid.extend((0..amounts.len()).map(|row| amounts.get(row)));
        }
        assert!(all.is_sorted() && all.len() as u64 == totals.units);
        let first: Vec<Option<i64>> = expected.iter().map(|row| row.4).collect();
        assert_eq!(paid[..first.len()], first);
        let sum: i128 = paid
            .iter()
            .flatten()
            .map(|amount| i128::from(*amount))
            .sum();
        assert_eq!(sum, totals.entitled_minor);
    }
}
