//! The pack `country-template` over the people, in batches, on one or more threads.

use super::people::{DAY, People};
use kernel::Day;
use rules::{Batch, Cases, Columns, Members, Plan, Results, SourceFile, Values, read_pack};
use std::ops::Range;
use std::path::Path;

/// Households of one batch: their columns stay in the cache.
const BATCH: usize = 1_024;

/// The variables that are computed: all whose law stands in January 2017, as before.
pub const VARIABLES: [&str; 12] = [
    "age",
    "basic_income",
    "pension",
    "income_tax",
    "social_security_contribution",
    "household_income",
    "housing_allowance",
    "parenting_allowance",
    "housing_tax",
    "disposable_income",
    "total_benefits",
    "total_taxes",
];

pub fn plan(packs: &Path) -> Plan {
    let path = packs.join("template/country-template/template.md");
    let file = SourceFile {
        path: "template/country-template/template.md".into(),
        text: std::fs::read_to_string(path).expect("the pack"),
    };
    let pack = match read_pack("country-template", &[file], &[]) {
        Ok(pack) => pack,
        Err(errors) => panic!("{}", errors[0]),
    };
    pack.calculation(Day(DAY as i32), &VARIABLES, &[])
        .expect("a plan")
}

/// The sum of each variable's numerators over everybody.
pub fn totals(plan: &Plan, people: &People, threads: usize) -> Vec<i128> {
    let households = people.households();
    let part = households.div_ceil(threads);
    let parts: Vec<Vec<i128>> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|thread| {
                let range = thread * part..((thread + 1) * part).min(households);
                scope.spawn(move || part_totals(plan, people, range))
            })
            .collect();
        let joined = started.into_iter().map(|thread| thread.join());
        joined.map(|totals| totals.expect("a thread")).collect()
    });
    let sum = |place: usize| parts.iter().map(|totals| totals[place]).sum();
    (0..VARIABLES.len()).map(sum).collect()
}

fn part_totals(plan: &Plan, people: &People, range: Range<usize>) -> Vec<i128> {
    let mut totals = vec![0; VARIABLES.len()];
    each_batch(plan, people, range, |_, results| {
        for (total, name) in totals.iter_mut().zip(VARIABLES) {
            let column = results.column(name).expect("a variable");
            let sum: i64 = column
                .numerators()
                .iter()
                .fold(0, |sum, one| sum.wrapping_add(*one));
            *total += i128::from(sum);
        }
    });
    totals
}

/// Computes the households of a range, batch by batch.
fn each_batch(
    plan: &Plan,
    people: &People,
    range: Range<usize>,
    mut take: impl FnMut(Range<usize>, &Results),
) {
    let (mut batch, mut results) = (Batch::new(plan), Results::new());
    for from in range.clone().step_by(BATCH) {
        let units = from..(from + BATCH).min(range.end);
        let starts = &people.member_start[units.start..=units.end];
        let members = starts[0] as usize..starts[starts.len() - 1] as usize;
        let column = |name: &str| match name {
            "role" => &people.role[members.clone()],
            "birth" => &people.birth[members.clone()],
            "salary" => &people.salary[members.clone()],
            "capital_returns" => &people.capital_returns[members.clone()],
            "rent" => &people.rent[units.clone()],
            "accommodation_size" => &people.size[units.clone()],
            "housing_occupancy_status" => &people.status[units.clone()],
            other => panic!("no column {other}"),
        };
        let inputs = plan.inputs().iter().map(|input| Values {
            values: column(&input.name),
            known: &[],
        });
        let inputs: Vec<Values<'_>> = inputs.collect();
        batch.clear();
        let columns = Columns {
            first_unit: units.start as u32,
            member_start: starts,
            units: &[],
            cases: Cases::None,
            members: Members::default(),
            tables: &[],
            inputs: &inputs,
        };
        batch.append(&columns).expect("columns that fit");
        plan.calculate(&batch, &mut results);
        assert_eq!(results.faults(plan).count(), 0, "nothing overflows here");
        take(units, &results);
    }
}

/// How far the results lie from OpenFisca's.
#[derive(Debug, Default)]
pub struct Difference {
    pub compared: usize,
    pub greatest: f64,
    pub beyond: usize,
}

/// Every person's and household's value of every variable.
pub fn compare(plan: &Plan, people: &People, folder: &Path) -> Difference {
    let theirs: Vec<Vec<f32>> = VARIABLES.iter().map(|name| floats(folder, name)).collect();
    let mut found = Difference::default();
    let mut done = vec![0; VARIABLES.len()];
    each_batch(plan, people, 0..people.households(), |_, results| {
        for ((name, theirs), done) in VARIABLES.iter().zip(&theirs).zip(&mut done) {
            let column = results.column(name).expect("a variable");
            let digits = match column.ty {
                rules::typed::Type::Number { scale, .. } => i32::from(scale),
                _ => 0,
            };
            for index in 0..column.len() {
                let value = column.value(index).expect("everything is known");
                let below = value.denominator as f64 * 10_f64.powi(digits);
                found.see(value.numerator as f64 / below, theirs[*done + index]);
            }
            *done += column.len();
        }
    });
    for (done, theirs) in done.iter().zip(&theirs) {
        assert_eq!(*done, theirs.len(), "as many values as OpenFisca computed");
    }
    found
}

impl Difference {
    /// The larger of a hundredth and two steps of float32 is allowed.
    fn see(&mut self, ours: f64, theirs: f32) {
        let step = f64::from(theirs.abs().next_up()) - f64::from(theirs.abs());
        let difference = (ours - f64::from(theirs)).abs();
        self.compared += 1;
        self.greatest = self.greatest.max(difference);
        self.beyond += usize::from(difference.is_nan() || difference > (2.0 * step).max(0.01));
    }
}

fn floats(folder: &Path, name: &str) -> Vec<f32> {
    let bytes = std::fs::read(folder.join(format!("{name}.f32"))).expect("OpenFisca's results");
    let (numbers, _) = bytes.as_chunks::<4>();
    numbers
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect()
}
