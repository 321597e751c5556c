//! What stays of every family when both laws have decided it.

use super::laws::Names;
use rules::{Outcomes, Verdict};
use std::collections::BTreeMap;

/// An income that the facts do not tell.
pub const UNKNOWN_INCOME: i64 = i64::MIN;

/// One row a family, in the order of the population.
#[derive(Debug, Clone, Default)]
pub struct Families {
    /// Income a head in minor units before benefits, or [`UNKNOWN_INCOME`].
    pub per_capita: Vec<i64>,
    /// As the base counts a family's members, by whose number its income was divided.
    pub people: Vec<u16>,
    pub district: Vec<u32>,
    /// For how many families of the country each stands; empty when all stand for
    /// [`weight_of_each`](Families::weight_of_each).
    pub weights: Vec<f64>,
    pub weight_of_each: f64,
    pub base: Answers,
    pub reform: Answers,
    /// Portraits that could not be decided on.
    pub malformed: u64,
    /// Families left out because a formula of a law fails for them, by law and formula: they
    /// neither win nor lose.
    pub failing: BTreeMap<(Side, String), u64>,
}

/// Which of the two laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Base,
    Reform,
}

/// What one law says of each family.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    pub verdict: Vec<Verdict>,
    /// One more than the place of the benefit in the pack's list; 0 for none.
    pub programme: Vec<u8>,
    /// A month's money in minor units; 0 for who is not entitled.
    pub amount: Vec<i64>,
    /// The places of families for whom a formula of this law fails, and its name.
    pub failing: Vec<(usize, String)>,
}

impl Families {
    pub fn new() -> Families {
        Families {
            weight_of_each: 1.0,
            ..Families::default()
        }
    }

    pub fn len(&self) -> usize {
        self.per_capita.len()
    }

    pub fn is_empty(&self) -> bool {
        self.per_capita.is_empty()
    }

    /// The families of the country that one stands for.
    pub fn weight(&self, at: usize) -> f64 {
        match self.weights.get(at) {
            Some(weight) => *weight,
            None => self.weight_of_each,
        }
    }

    /// Leaves out those for whom a law itself fails: what it would give them is not known, so
    /// they neither win nor lose. They are counted by law and formula.
    pub fn without_failing(mut self) -> Families {
        let mut keep = vec![true; self.len()];
        for (side, law) in [(Side::Base, &self.base), (Side::Reform, &self.reform)] {
            for (at, formula) in &law.failing {
                keep[*at] = false;
                *self.failing.entry((side, formula.clone())).or_default() += 1;
            }
        }
        if self.failing.is_empty() {
            return self;
        }
        retain(&mut self.per_capita, &keep);
        retain(&mut self.people, &keep);
        retain(&mut self.district, &keep);
        retain(&mut self.weights, &keep);
        for law in [&mut self.base, &mut self.reform] {
            retain(&mut law.verdict, &keep);
            retain(&mut law.programme, &keep);
            retain(&mut law.amount, &keep);
            law.failing.clear();
        }
        self
    }

    /// Joins the families of another part of the population to these.
    pub fn append(&mut self, mut other: Families) {
        self.per_capita.append(&mut other.per_capita);
        self.people.append(&mut other.people);
        self.district.append(&mut other.district);
        self.weights.append(&mut other.weights);
        self.base.append(&mut other.base);
        self.reform.append(&mut other.reform);
        self.malformed += other.malformed;
    }
}

impl Answers {
    pub(super) fn push(&mut self, outcomes: &Outcomes, at: usize, names: &Names<'_>) {
        let failing = outcomes.fault(at, names.plan);
        self.failing
            .extend(failing.map(|formula| (self.verdict.len(), formula)));
        self.verdict.push(outcomes.verdict(at));
        self.programme.push(names.place(outcomes, at));
        self.amount
            .push(outcomes.amount(at).map_or(0, |amount| amount.0));
    }

    fn append(&mut self, other: &mut Answers) {
        let before = self.verdict.len();
        let failing = other.failing.drain(..);
        self.failing
            .extend(failing.map(|(at, formula)| (before + at, formula)));
        self.verdict.append(&mut other.verdict);
        self.programme.append(&mut other.programme);
        self.amount.append(&mut other.amount);
    }

    pub fn count(&self, verdict: impl Fn(Verdict) -> bool) -> u64 {
        let found = self.verdict.iter().filter(|one| verdict(**one));
        found.count() as u64
    }
}

/// Of a column, the rows that stay. A column that is not there stays away.
fn retain<T>(column: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    column.retain(|_| *keep.next().expect("one for each row"));
}
