//! What stays of every family when both laws have decided it.

use super::laws::Names;
use rules::{Outcomes, Verdict};

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
}

/// What one law says of each family.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    pub verdict: Vec<Verdict>,
    /// One more than the place of the benefit in the pack's list; 0 for none.
    pub programme: Vec<u8>,
    /// A month's money in minor units; 0 for who is not entitled.
    pub amount: Vec<i64>,
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
        self.verdict.push(outcomes.verdict(at));
        self.programme.push(names.place(outcomes, at));
        self.amount
            .push(outcomes.amount(at).map_or(0, |amount| amount.0));
    }

    fn append(&mut self, other: &mut Answers) {
        self.verdict.append(&mut other.verdict);
        self.programme.append(&mut other.programme);
        self.amount.append(&mut other.amount);
    }

    pub fn count(&self, verdict: impl Fn(Verdict) -> bool) -> u64 {
        let found = self.verdict.iter().filter(|one| verdict(**one));
        found.count() as u64
    }
}
