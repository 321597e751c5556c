//! Formulas that fail on a day whatever the facts are: a division by nothing, a number that
//! does not fit, an amount below zero, a share of more than the whole.
//!
//! The engine leaves a family open where a formula fails; here everybody's would. Only what is
//! proven is told: arms that are never taken and operands that settle nothing are not walked.

use super::interval::{Interval, Ratio};
use super::possible::{Possible, scale};
use crate::pack::{Pack, Programme};
use crate::source::{Diagnostic, Place};
use crate::typed::{Op, Tree};
use kernel::Day;
use std::collections::BTreeMap;

/// By place, so that what fails on several days is told once, with the first of them.
type Found = BTreeMap<(String, u32, u32), Diagnostic>;

pub(super) fn check(pack: &Pack, days: &[Day]) -> Vec<Diagnostic> {
    let mut found = Found::new();
    for day in days {
        let possible = Possible::on(pack, *day);
        let versions = pack.variables.iter().filter_map(|one| one.at(*day));
        for tree in versions.chain(pack.outcome_formulas()) {
            walk(&possible, tree, &mut found);
        }
        for one in pack.programmes() {
            below_zero(&possible, one, &mut found);
        }
        for share in pack.categories().filter_map(|one| one.share.as_ref()) {
            no_share(&possible, share, &mut found);
        }
    }
    found.into_values().collect()
}

fn tell(found: &mut Found, place: &Place, say: impl FnOnce() -> Diagnostic) {
    let key = (place.file.to_string(), place.line, place.column);
    found.entry(key).or_insert_with(say);
}

/// The formula and every part of it that can be reached.
fn walk(possible: &Possible<'_>, tree: &Tree, found: &mut Found) {
    match &tree.op {
        Op::And(left, right) => {
            walk(possible, left, found);
            if possible.can_hold(left) {
                walk(possible, right, found);
            }
        }
        Op::Or(left, right) => {
            walk(possible, left, found);
            if possible.can_fail(left) {
                walk(possible, right, found);
            }
        }
        Op::Choose(arms, otherwise) => walk_arms(possible, arms, otherwise, found),
        Op::Aggregate(aggregate) => {
            let filter = aggregate.filter.as_ref();
            filter
                .into_iter()
                .for_each(|part| walk(possible, part, found));
            if filter.is_none_or(|filter| possible.can_hold(filter)) {
                let value = aggregate.value.iter();
                value.for_each(|part| walk(possible, part, found));
            }
        }
        _ => tree.parts(&mut |part| walk(possible, part, found)),
    }
    by_nothing(possible, tree, found);
    too_large(possible, tree, found);
}

fn walk_arms(possible: &Possible<'_>, arms: &[(Tree, Tree)], otherwise: &Tree, found: &mut Found) {
    for (condition, value) in arms {
        walk(possible, condition, found);
        if possible.can_hold(condition) {
            walk(possible, value, found);
        }
        if !possible.can_fail(condition) {
            return;
        }
    }
    walk(possible, otherwise, found);
}

fn by_nothing(possible: &Possible<'_>, tree: &Tree, found: &mut Found) {
    let Op::Divide(_, by) = &tree.op else { return };
    if possible.of(by).exact() == Some(Ratio::ZERO) {
        tell(found, &by.place, || {
            by.place.error(
                format!(
                    "from {} this is zero, and nothing is divided by zero",
                    possible.day
                ),
                "another divisor, or `case when … > 0 then … else … end` around the division",
            )
        });
    }
}

fn too_large(possible: &Possible<'_>, tree: &Tree, found: &mut Found) {
    if !does_not_fit(possible, tree) {
        return;
    }
    tell(found, &tree.place, || {
        tree.place.error(
            format!("from {} this number is too large to be kept", possible.day),
            "smaller numbers: a value has at most eighteen digits, those after the point counted",
        )
    });
}

/// Of two whole numbers that are known to the last digit, the result leaves 64 bits.
fn does_not_fit(possible: &Possible<'_>, tree: &Tree) -> bool {
    let whole = |part: &Tree| {
        let value = possible.of(part).exact()?;
        (value.denominator == 1).then_some(value.numerator)
    };
    let both = |left: &Tree, right: &Tree| whole(left).zip(whole(right));
    let result = match &tree.op {
        Op::Add(left, right) => both(left, right).map(|(one, two)| one.checked_add(two)),
        Op::Subtract(left, right) => both(left, right).map(|(one, two)| one.checked_sub(two)),
        Op::Multiply(left, right) => both(left, right).map(|(one, two)| one.checked_mul(two)),
        _ => None,
    };
    result.is_some_and(|value| value.is_none_or(|value| i64::try_from(value).is_err()))
}

/// A line may take away; what all lines are together may not.
fn below_zero(possible: &Possible<'_>, programme: &Programme, found: &mut Found) {
    let Some(first) = programme.lines.first() else {
        return;
    };
    let nothing = Interval::point(Ratio::ZERO);
    let lines = programme
        .lines
        .iter()
        .map(|line| possible.of(&line.formula));
    let amount = lines.fold(nothing, Interval::plus);
    if possible.can_hold(&programme.when) && amount.high.is_some_and(|most| most < Ratio::ZERO) {
        let place = &first.formula.place;
        tell(found, place, || {
            place.error(
                format!(
                    "from {} the amount of `{}` is below zero for everybody",
                    possible.day, programme.id
                ),
                "`greatest(…, 0)`, or look at what is taken away",
            )
        });
    }
}

fn no_share(possible: &Possible<'_>, share: &Tree, found: &mut Found) {
    let whole = 10_i64.pow(scale(share.ty).unwrap_or(0));
    let values = possible.of(share);
    let negative = values.high.is_some_and(|most| most < Ratio::ZERO);
    let more = values.low.is_some_and(|least| least > Ratio::whole(whole));
    if negative || more {
        let what = if negative {
            "below zero"
        } else {
            "more than the whole"
        };
        tell(found, &share.place, || {
            share.place.error(
                format!("from {} this share is {what}", possible.day),
                "a share from 0 to 1: 0.75 gives three quarters of the amount",
            )
        });
    }
}
