//! Bands: what several `when`s say about one number, laid side by side.
//!
//! Where every category (or every benefit) compares the same variable with a limit, the
//! limits cut its values into stretches. A stretch that no band takes is a hole; a band
//! that begins where an earlier one still holds overlaps it; one that lies wholly in an
//! earlier one is never reached. Other parts of a `when` are taken as they may be: they
//! never make a hole, and a band that has them hides nothing behind it.

use super::interval::{Interval, Ratio};
use super::possible::{Possible, is_of_unit};
use crate::explain::Quantity;
use crate::pack::Pack;
use crate::source::{Diagnostic, Place};
use crate::syntax::Comparison;
use crate::typed::{Op, Tree, Type};
use kernel::{Day, Lang};
use std::collections::BTreeSet;

/// An end of a band: the value, and whether it belongs to the band.
type End = Option<(Ratio, bool)>;

#[derive(Debug, Clone, Copy)]
struct Band {
    low: End,
    high: End,
    /// Nothing but this number is asked.
    pure: bool,
}

const WHOLE: Band = Band {
    low: None,
    high: None,
    pure: true,
};

/// A stretch of values between two limits, or one value.
#[derive(Debug, Clone, Copy)]
enum Stretch {
    Point(Ratio),
    Between(Option<Ratio>, Option<Ratio>),
}

struct Named<'a> {
    id: &'a str,
    when: &'a Tree,
    band: Band,
}

pub(super) fn check(pack: &Pack, days: &[Day]) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for day in days {
        let possible = Possible::on(pack, *day);
        let categories = pack.categories().map(|one| (one.id.as_str(), &one.when));
        let programmes = pack.programmes().map(|one| (one.id.as_str(), &one.when));
        found.extend(one_list(&possible, "category", categories.collect()));
        found.extend(one_list(&possible, "benefit", programmes.collect()));
    }
    // The same hole on many days is told once, with the first of them.
    let mut told = BTreeSet::new();
    found.retain(|one| told.insert((one.file.clone(), one.line, one.column)));
    found
}

fn one_list(possible: &Possible<'_>, what: &str, whens: Vec<(&str, &Tree)>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if whens.len() < 2 {
        return found;
    }
    for (index, variable) in possible.pack.variables.iter().enumerate() {
        if !is_of_unit(variable.level) || !matches!(variable.ty, Type::Number { .. }) {
            continue;
        }
        let subject = Subject {
            possible,
            index: index as u16,
            what,
        };
        let bands: Option<Vec<Named<'_>>> = whens
            .iter()
            .map(|(id, when)| subject.named(id, when))
            .collect();
        if let Some(bands) = bands {
            subject.overlaps(&bands, &mut found);
            subject.holes(&bands, &mut found);
        }
    }
    found
}

/// The variable whose bands are looked at.
struct Subject<'a> {
    possible: &'a Possible<'a>,
    index: u16,
    what: &'a str,
}

impl Subject<'_> {
    /// The band of a `when`, if it asks anything of this variable.
    fn named<'a>(&self, id: &'a str, when: &'a Tree) -> Option<Named<'a>> {
        let band = self.band(when)?;
        Some(Named { id, when, band })
    }

    /// `None` when the formula says nothing about the variable.
    fn band(&self, tree: &Tree) -> Option<Band> {
        match &tree.op {
            Op::And(left, right) => match (self.band(left), self.band(right)) {
                (Some(left), Some(right)) => Some(meet(left, right)),
                (Some(band), None) | (None, Some(band)) => Some(Band {
                    pure: false,
                    ..band
                }),
                (None, None) => None,
            },
            Op::Variable(index) if tree.ty == Type::YesNo => {
                let version = &self.possible.pack.variables[usize::from(*index)];
                version
                    .at(self.possible.day)
                    .and_then(|tree| self.band(tree))
            }
            Op::Compare(comparison, left, right) => {
                if let Some(factor) = self.factor(left) {
                    let limit = self.possible.of(right).exact()?;
                    return band_of(*comparison, limit.over(factor)?);
                }
                let factor = self.factor(right)?;
                let limit = self.possible.of(left).exact()?;
                band_of(comparison.mirrored(), limit.over(factor)?)
            }
            _ => None,
        }
    }

    /// The variable itself, or the same at a larger scale.
    fn factor(&self, tree: &Tree) -> Option<Ratio> {
        match &tree.op {
            Op::Variable(index) if *index == self.index => Some(Ratio::whole(1)),
            Op::Multiply(left, right) => match right.op {
                Op::Constant(factor) if factor > 0 => {
                    self.factor(left)?.times(Ratio::whole(factor))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Values that a family still in the running can have.
    fn domain(&self) -> Band {
        let values: Interval = self.possible.of_variable(self.index);
        let mut domain = Band {
            low: values.low.map(|low| (low, true)),
            high: values.high.map(|high| (high, true)),
            pure: true,
        };
        for condition in self.possible.pack.conditions() {
            if let Some(band) = self.band(&condition.formula) {
                domain = meet(domain, band);
            }
        }
        domain
    }

    fn holes(&self, bands: &[Named<'_>], found: &mut Vec<Diagnostic>) {
        let domain = self.domain();
        let mut cuts: Vec<Ratio> = bands
            .iter()
            .map(|named| named.band)
            .chain([domain])
            .flat_map(|band| [band.low, band.high])
            .flatten()
            .map(|(value, _)| value)
            .collect();
        cuts.sort();
        cuts.dedup();
        for stretch in stretches(&cuts) {
            let inside = holds(domain, stretch) && !self.is_empty(stretch);
            if inside && !bands.iter().any(|named| holds(named.band, stretch)) {
                let place = nearest_below(bands, stretch);
                found.push(self.hole(place, stretch));
            }
        }
    }

    fn hole(&self, place: &Place, stretch: Stretch) -> Diagnostic {
        let name = &self.possible.pack.variables[usize::from(self.index)].name;
        let values = match stretch {
            Stretch::Point(value) => format!("`{name}` exactly {}", self.said(value)),
            Stretch::Between(None, Some(high)) => format!("`{name}` below {}", self.said(high)),
            Stretch::Between(Some(low), None) => format!("`{name}` above {}", self.said(low)),
            Stretch::Between(Some(low), Some(high)) => {
                format!(
                    "`{name}` between {} and {}",
                    self.said(low),
                    self.said(high)
                )
            }
            Stretch::Between(None, None) => format!("any `{name}`"),
        };
        place.error(
            format!(
                "a hole from {}: with {values} no {} is given",
                self.possible.day, self.what
            ),
            "let the bands meet: `<=` on one side of a limit and `>` on the other",
        )
    }

    fn overlaps(&self, bands: &[Named<'_>], found: &mut Vec<Diagnostic>) {
        for (at, later) in bands.iter().enumerate() {
            for earlier in bands[..at].iter().filter(|one| one.band.pure) {
                if lies_within(later.band, earlier.band) {
                    found.push(later.when.place.error(
                        format!(
                            "`{}` is never given: `{}` stands before it and takes all of it",
                            later.id, earlier.id
                        ),
                        "the narrower band first, or other limits",
                    ));
                } else if let Some(common) = self.common(later.band, earlier.band) {
                    found.push(later.when.place.warning(
                        format!(
                            "`{}` and `{}` overlap {common}: the first is taken",
                            earlier.id, later.id
                        ),
                        "let the bands meet: `<=` on one side of a limit and `>` on the other",
                    ));
                }
            }
        }
    }

    /// What two bands have in common, where the later one says from where it begins.
    fn common(&self, later: Band, earlier: Band) -> Option<String> {
        let ((low, with_low), (high, with_high)) = (later.low?, earlier.high?);
        // An earlier band that begins above the later one does not reach down to it.
        if earlier.low.is_some_and(|(from, _)| from > low) {
            return None;
        }
        if low == high && with_low && with_high {
            return Some(format!("at exactly {}", self.said(low)));
        }
        let both = low < high && !self.is_empty(Stretch::Between(Some(low), Some(high)));
        both.then(|| format!("from {} to {}", self.said(low), self.said(high)))
    }

    /// Between two whole numbers next to each other there is no third.
    fn is_empty(&self, stretch: Stretch) -> bool {
        let ty = self.possible.pack.variables[usize::from(self.index)].ty;
        let Type::Number {
            fraction: false, ..
        } = ty
        else {
            return false;
        };
        match stretch {
            Stretch::Point(value) => value.denominator != 1,
            Stretch::Between(Some(low), Some(high)) => {
                let first = low.numerator.div_euclid(low.denominator) + 1;
                let last = -(-high.numerator).div_euclid(high.denominator) - 1;
                first > last
            }
            Stretch::Between(..) => false,
        }
    }

    fn said(&self, value: Ratio) -> String {
        let ty = self.possible.pack.variables[usize::from(self.index)].ty;
        let numerator = i64::try_from(value.numerator).unwrap_or(i64::MAX);
        let quantity = Quantity {
            denominator: i64::try_from(value.denominator).unwrap_or(i64::MAX),
            ..Quantity::of(ty, numerator, self.possible.pack.currency())
        };
        quantity.text(Lang::En).replace('\u{a0}', " ")
    }
}

fn band_of(comparison: Comparison, limit: Ratio) -> Option<Band> {
    let (low, high) = match comparison {
        Comparison::Less => (None, Some((limit, false))),
        Comparison::AtMost => (None, Some((limit, true))),
        Comparison::Greater => (Some((limit, false)), None),
        Comparison::AtLeast => (Some((limit, true)), None),
        Comparison::Equal => (Some((limit, true)), Some((limit, true))),
        Comparison::Unequal => return None,
    };
    Some(Band { low, high, ..WHOLE })
}

/// What lies in both.
fn meet(one: Band, other: Band) -> Band {
    let tighter = |one: End, other: End, upper: bool| match (one, other) {
        (Some((a, with_a)), Some((b, with_b))) if a == b => Some((a, with_a && with_b)),
        (Some(a), Some(b)) => Some(if (a.0 < b.0) == upper { a } else { b }),
        (end, None) | (None, end) => end,
    };
    Band {
        low: tighter(one.low, other.low, false),
        high: tighter(one.high, other.high, true),
        pure: one.pure && other.pure,
    }
}

/// Is all of `inner` in `outer`?
fn lies_within(inner: Band, outer: Band) -> bool {
    let low = match (inner.low, outer.low) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some((a, with_a)), Some((b, with_b))) => a > b || (a == b && (with_b || !with_a)),
    };
    let high = match (inner.high, outer.high) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some((a, with_a)), Some((b, with_b))) => a < b || (a == b && (with_b || !with_a)),
    };
    low && high
}

fn stretches(cuts: &[Ratio]) -> Vec<Stretch> {
    let mut all = Vec::with_capacity(cuts.len() * 2 + 1);
    let mut before = None;
    for cut in cuts {
        all.push(Stretch::Between(before, Some(*cut)));
        all.push(Stretch::Point(*cut));
        before = Some(*cut);
    }
    all.push(Stretch::Between(before, None));
    all
}

/// Stretches end at limits, so a band holds all of one or nothing of it.
fn holds(band: Band, stretch: Stretch) -> bool {
    let above = |low: End, value: Ratio| {
        low.is_none_or(|(low, with)| value > low || (with && value == low))
    };
    let below = |high: End, value: Ratio| {
        high.is_none_or(|(high, with)| value < high || (with && value == high))
    };
    match stretch {
        Stretch::Point(value) => above(band.low, value) && below(band.high, value),
        Stretch::Between(from, to) => {
            let low = band
                .low
                .is_none_or(|(low, _)| from.is_some_and(|from| from >= low));
            let high = band
                .high
                .is_none_or(|(high, _)| to.is_some_and(|to| to <= high));
            low && high
        }
    }
}

/// Where to point: the band that ends where the hole begins, else the first.
fn nearest_below<'a>(bands: &[Named<'a>], stretch: Stretch) -> &'a Place {
    let start = match stretch {
        Stretch::Point(value) => Some(value),
        Stretch::Between(from, _) => from,
    };
    let ends_there = |named: &&Named<'_>| {
        named
            .band
            .high
            .zip(start)
            .is_some_and(|((high, _), start)| high == start)
    };
    let named = bands.iter().find(ends_there).or(bands.first());
    &named.expect("there are bands").when.place
}
