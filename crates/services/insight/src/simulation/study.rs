//! The figures of a simulation: each before benefits, under the base, under the reform, and
//! what changes; with intervals where the families are a sample.

use super::families::{Answers, Families, UNKNOWN_INCOME};
use crate::bootstrap::{Interval, Sample, interval};
use crate::inequality::{gini, lorenz, ranked, shares_of_poorest};
use crate::poverty::{Poverty, Weighted, poverty};
use crate::targeting::{Reached, Targeting, benefit_cost, cgh_index, ratio, targeting};

/// The bottom shares of people of which the index of Coady, Grosh and Hoddinott is told.
const BOTTOMS: [f64; 2] = [0.2, 0.4];
/// Points of a Lorenz curve beside its beginning.
const CURVE_STEPS: usize = 50;

/// Where a figure stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Before,
    Base,
    Reform,
    Change,
}

impl Column {
    pub const ALL: [Column; 4] = [Column::Before, Column::Base, Column::Reform, Column::Change];
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Families,
    People,
    /// Minor units a month.
    Money,
    /// From 0 to 1.
    Share,
    /// A plain number.
    Index,
}

/// One line of the figures, by [`Column`]; `None` where it says nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub key: &'static str,
    pub label: &'static str,
    pub unit: Unit,
    pub values: [Option<f64>; 4],
}

/// A figure and how sure it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    pub figure: Figure,
    pub intervals: [Option<Interval>; 4],
}

/// Families ranked once, and the poverty line that holds before and after.
#[derive(Debug)]
pub struct Study<'a> {
    pub(super) families: &'a Families,
    /// Minor units a head and month.
    pub(super) line: f64,
    /// Families of known income, the poorest first: before benefits, after the base's, after
    /// the reform's.
    pub(super) orders: [Vec<u32>; 3],
}

/// Whose benefits are counted.
type Law<'a> = Option<&'a Answers>;

impl<'a> Study<'a> {
    pub fn new(families: &'a Families, line_minor: i64) -> Study<'a> {
        let ranked_after = |law: Law<'_>| {
            let key = |at: usize| {
                // Incomes are not negative, so that their bits stand in their order.
                let after = income_after(families, law, at)?;
                Some(after.max(0.0).to_bits() as i64)
            };
            ranked((0..families.len()).map(key))
        };
        Study {
            families,
            line: line_minor as f64,
            orders: [
                ranked_after(None),
                ranked_after(Some(&families.base)),
                ranked_after(Some(&families.reform)),
            ],
        }
    }

    /// Families whose income is not known.
    pub fn unknown_incomes(&self) -> usize {
        self.families.len() - self.orders[0].len()
    }

    /// The figures of the country, as the families stand for it.
    pub fn figures(&self) -> Vec<Figure> {
        self.figures_of(&|_| 1.0)
    }

    /// The same with intervals, each family weighed anew in each replicate. `progress` is told
    /// after each of them.
    pub fn measured(&self, sample: &Sample, progress: &(dyn Fn() + Sync)) -> Vec<Measured> {
        let clusters = sample.cluster_count(self.families.len());
        let replicate = |number: u32| {
            let factors = sample.factors(number, clusters);
            let figures = self.figures_of(&|at| sample.factor_of(&factors, at));
            progress();
            figures.iter().map(|one| one.values).collect::<Vec<_>>()
        };
        let halves: [Vec<u32>; 2] = [0, 1].map(|half| {
            (0..sample.replicates)
                .filter(|one| one % 2 == half)
                .collect()
        });
        let run = |numbers: &[u32]| {
            numbers
                .iter()
                .map(|one| replicate(*one))
                .collect::<Vec<_>>()
        };
        let replicates = std::thread::scope(|scope| {
            let other = scope.spawn(|| run(&halves[1]));
            let mut all = run(&halves[0]);
            all.extend(
                other
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            );
            all
        });
        let figures = self.figures().into_iter().enumerate();
        let measured = figures.map(|(line, figure)| {
            let of = |column: usize| {
                // One cluster alone does not tell how sure it is.
                let values = replicates.iter().filter(|_| clusters > 1);
                let values = values.filter_map(|one| one[line][column]);
                figure.values[column].and_then(|_| interval(values.collect()))
            };
            Measured {
                intervals: [0, 1, 2, 3].map(of),
                figure,
            }
        });
        measured.collect()
    }

    /// Points of the Lorenz curves, [`CURVE_STEPS`] and one for each of the three incomes.
    pub fn curves(&self) -> [Vec<f64>; 3] {
        let families = self.families;
        [None, Some(&families.base), Some(&families.reform)].map(|law| {
            let order = self.order(law);
            let people = order.iter().map(|at| self.people(*at as usize, &|_| 1.0));
            lorenz(self.after(law, &|_| 1.0), people.sum(), CURVE_STEPS)
        })
    }

    fn order(&self, law: Law<'_>) -> &[u32] {
        match law {
            None => &self.orders[0],
            Some(answers) if std::ptr::eq(answers, &self.families.base) => &self.orders[1],
            Some(_) => &self.orders[2],
        }
    }

    /// The people whom a family stands for.
    fn people(&self, at: usize, factor: &dyn Fn(usize) -> f64) -> f64 {
        self.families.weight(at) * factor(at) * f64::from(self.families.people[at])
    }

    /// Incomes a head after a law's benefits, the poorest first.
    fn after<'b>(
        &'b self,
        law: Law<'b>,
        factor: &'b dyn Fn(usize) -> f64,
    ) -> impl Iterator<Item = Weighted> + Clone + 'b {
        self.order(law).iter().map(move |at| {
            let at = *at as usize;
            Weighted {
                value: income_after(self.families, law, at).unwrap_or(0.0),
                weight: self.people(at, factor),
            }
        })
    }

    fn figures_of(&self, factor: &dyn Fn(usize) -> f64) -> Vec<Figure> {
        let families = self.families;
        let before = OfLaw {
            poverty: poverty(self.after(None, factor), self.line),
            gini: gini(self.after(None, factor)),
            ..OfLaw::default()
        };
        let base = self.of_law(&families.base, before.poverty, factor);
        let reform = self.of_law(&families.reform, before.poverty, factor);
        let mut figures = changes(families, factor);
        figures.extend(both(&before, &base, &reform));
        figures
    }

    fn of_law(
        &self,
        law: &Answers,
        before: Option<Poverty>,
        factor: &dyn Fn(usize) -> f64,
    ) -> OfLaw {
        let families = self.families;
        let mut of = OfLaw {
            poverty: poverty(self.after(Some(law), factor), self.line),
            gini: gini(self.after(Some(law), factor)),
            targeting: Some(targeting(self.reached(law, factor))),
            ..OfLaw::default()
        };
        for (at, amount) in law.amount.iter().enumerate().filter(|(_, sum)| **sum > 0) {
            let weight = families.weight(at) * factor(at);
            of.entitled += weight;
            of.people += weight * f64::from(families.people[at]);
            of.cost += weight * *amount as f64;
        }
        let known = self.reached(law, factor).fold((0.0, 0.0), |sums, one| {
            (sums.0 + one.people, sums.1 + one.benefit)
        });
        let amounts = self.reached(law, factor);
        let shares = shares_of_poorest(
            amounts.map(|one| (one.people, one.benefit)),
            known.0,
            &BOTTOMS,
        );
        for (index, (share, bottom)) in of.cgh.iter_mut().zip(shares.iter().zip(BOTTOMS)) {
            *index = Some(cgh_index(*share, bottom));
        }
        of.benefit_cost = before
            .zip(of.poverty)
            .and_then(|(before, after)| benefit_cost(before.gap_cost, after.gap_cost, known.1));
        of
    }

    /// Families of known income, the poorest before benefits first.
    fn reached<'b>(
        &'b self,
        law: &'b Answers,
        factor: &'b dyn Fn(usize) -> f64,
    ) -> impl Iterator<Item = Reached> + 'b {
        self.orders[0].iter().map(move |at| {
            let at = *at as usize;
            let people = self.people(at, factor);
            let income = self.families.per_capita[at] as f64;
            Reached {
                people,
                short: (self.line - income).max(0.0) * people,
                poor: income < self.line,
                benefit: self.families.weight(at) * factor(at) * law.amount[at] as f64,
            }
        })
    }
}

/// Minor units a head; `None` when the income is not known.
pub(super) fn income_after(families: &Families, law: Law<'_>, at: usize) -> Option<f64> {
    let income = families.per_capita[at];
    if income == UNKNOWN_INCOME {
        return None;
    }
    let benefit = law.map_or(0, |answers| answers.amount[at]);
    Some(income as f64 + benefit as f64 / f64::from(families.people[at]))
}

/// What is told of one law.
#[derive(Default)]
struct OfLaw {
    entitled: f64,
    people: f64,
    cost: f64,
    poverty: Option<Poverty>,
    gini: Option<f64>,
    targeting: Option<Targeting>,
    cgh: [Option<f64>; 2],
    benefit_cost: Option<f64>,
}

/// Who wins and who loses, and how much.
#[derive(Default)]
struct Moved {
    families: f64,
    money: f64,
}

fn changes(families: &Families, factor: &dyn Fn(usize) -> f64) -> Vec<Figure> {
    let (mut won, mut lost) = (Moved::default(), Moved::default());
    let (mut came, mut left) = (0.0, 0.0);
    let amounts = families.base.amount.iter().zip(&families.reform.amount);
    for (at, (base, reform)) in amounts
        .enumerate()
        .filter(|(_, (base, reform))| base != reform)
    {
        let weight = families.weight(at) * factor(at);
        let moved = if reform > base { &mut won } else { &mut lost };
        moved.families += weight;
        moved.money += weight * (*reform as f64 - *base as f64);
        came += if *base == 0 { weight } else { 0.0 };
        left += if *reform == 0 { weight } else { 0.0 };
    }
    let change = |key, label, unit, value: Option<f64>| Figure {
        key,
        label,
        unit,
        values: [None, None, None, value],
    };
    use Unit::{Families as F, Money as M};
    vec![
        change("winners", "families that gain", F, Some(won.families)),
        change("losers", "families that lose", F, Some(lost.families)),
        change("newly_entitled", "families newly entitled", F, Some(came)),
        change("no_longer", "families no longer entitled", F, Some(left)),
        change("gains", "what the winners gain", M, Some(won.money)),
        change("losses", "what the losers lose", M, Some(lost.money)),
        change(
            "mean_gain",
            "mean gain of a winner",
            M,
            ratio(won.money, won.families),
        ),
        change(
            "mean_loss",
            "mean loss of a loser",
            M,
            ratio(lost.money, lost.families),
        ),
    ]
}

fn both(before: &OfLaw, base: &OfLaw, reform: &OfLaw) -> Vec<Figure> {
    let line = |key, label, unit, first: Option<f64>, pick: &dyn Fn(&OfLaw) -> Option<f64>| {
        let (base, reform) = (pick(base), pick(reform));
        let change = base.zip(reform).map(|(base, reform)| reform - base);
        Figure {
            key,
            label,
            unit,
            values: [first, base, reform, change],
        }
    };
    let poor = |key, label, unit, pick: fn(Poverty) -> f64| {
        let first = before.poverty.map(pick);
        line(key, label, unit, first, &|of| of.poverty.map(pick))
    };
    let target = |key, label, pick: fn(Targeting) -> Option<f64>| {
        line(key, label, Unit::Share, None, &|of| {
            of.targeting.and_then(pick)
        })
    };
    use Unit::{Families, Index, Money, People, Share};
    vec![
        line("entitled", "families entitled", Families, None, &|of| {
            Some(of.entitled)
        }),
        line("people", "people in them", People, None, &|of| {
            Some(of.people)
        }),
        line("cost", "cost a month", Money, None, &|of| Some(of.cost)),
        poor("head_count", "poverty head-count", Share, |of| {
            of.head_count
        }),
        poor("gap", "poverty gap", Share, |of| of.gap),
        poor("severity", "poverty severity", Share, |of| of.severity),
        poor("gap_cost", "cost of the gap a month", Money, |of| {
            of.gap_cost
        }),
        line("gini", "Gini coefficient", Index, before.gini, &|of| {
            of.gini
        }),
        target("coverage", "poor people covered", |of| of.coverage),
        target("exclusion_error", "exclusion error", |of| {
            of.exclusion_error
        }),
        target("exclusion_error_by_gap", "exclusion error by gap", |of| {
            of.exclusion_error_by_gap
        }),
        target("inclusion_error", "inclusion error", |of| {
            of.inclusion_error
        }),
        target("leakage", "leakage (by amount)", |of| of.leakage),
        line("cgh_20", "CGH index, bottom 20%", Index, None, &|of| {
            of.cgh[0]
        }),
        line("cgh_40", "CGH index, bottom 40%", Index, None, &|of| {
            of.cgh[1]
        }),
        line(
            "benefit_cost",
            "gap closed for each unit paid",
            Index,
            None,
            &|of| of.benefit_cost,
        ),
    ]
}
