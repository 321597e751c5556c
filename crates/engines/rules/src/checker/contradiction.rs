//! Parts of one `and` that no value of a single fact can meet together: `age >= 18 and age < 18`,
//! `amount between 5 and 3`, a code that is to be two codes.

use super::interval::Ratio;
use super::possible::Possible;
use crate::syntax::Comparison;
use crate::typed::{Op, Tree};

/// The end of a range, and whether the end itself is outside of it.
#[derive(Clone, Copy)]
struct End {
    at: Ratio,
    open: bool,
}

/// What one part demands of a fact.
struct Demand<'t> {
    of: &'t Tree,
    low: Option<End>,
    high: Option<End>,
}

pub(super) fn is_in(possible: &Possible<'_>, tree: &Tree) -> bool {
    let mut demands = Vec::new();
    collect(possible, tree, &mut demands);
    demands.iter().any(|one| {
        let above = |other: &&Demand<'_>| is_same(one.of, other.of) && is_above(one, other);
        demands.iter().any(|other| above(&other))
    })
}

fn collect<'t>(possible: &Possible<'_>, tree: &'t Tree, demands: &mut Vec<Demand<'t>>) {
    match &tree.op {
        Op::And(left, right) => {
            collect(possible, left, demands);
            collect(possible, right, demands);
        }
        Op::Compare(comparison, left, right) => {
            demands.extend(demand(possible, *comparison, left, right));
            demands.extend(demand(possible, turned(*comparison), right, left));
        }
        _ => {}
    }
}

fn demand<'t>(
    possible: &Possible<'_>,
    comparison: Comparison,
    of: &'t Tree,
    than: &Tree,
) -> Option<Demand<'t>> {
    let range = possible.of(than);
    let open = matches!(comparison, Comparison::Less | Comparison::Greater);
    let end = |at: Option<Ratio>| at.map(|at| End { at, open });
    let (low, high) = match comparison {
        Comparison::Less | Comparison::AtMost => (None, end(range.high)),
        Comparison::Greater | Comparison::AtLeast => (end(range.low), None),
        Comparison::Equal => (end(range.low), end(range.high)),
        Comparison::Unequal => return None,
    };
    Some(Demand { of, low, high })
}

/// The same comparison read from right to left.
fn turned(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::Greater => Comparison::Less,
        Comparison::AtLeast => Comparison::AtMost,
        same => same,
    }
}

/// The one asks for more than the other allows.
fn is_above(one: &Demand<'_>, other: &Demand<'_>) -> bool {
    let ends = one.low.zip(other.high);
    ends.is_some_and(|(low, high)| low.at > high.at || low.at == high.at && (low.open || high.open))
}

/// The same fact of the same person or row. Whatever is not plainly so counts as another.
fn is_same(one: &Tree, other: &Tree) -> bool {
    match (&one.op, &other.op) {
        (Op::Variable(one), Op::Variable(other)) | (Op::Input(one), Op::Input(other)) => {
            one == other
        }
        (Op::Case(one), Op::Case(other)) | (Op::Member(one), Op::Member(other)) => one == other,
        (
            Op::Field { table, field },
            Op::Field {
                table: other_table,
                field: other_field,
            },
        ) => (table, field) == (other_table, other_field),
        (Op::Parameter(one), Op::Parameter(other)) => one == other,
        (Op::Call(one, of_one), Op::Call(other, of_other)) => {
            let mut pairs = of_one.iter().zip(of_other);
            one == other && of_one.len() == of_other.len() && pairs.all(|(a, b)| is_same(a, b))
        }
        _ => false,
    }
}
