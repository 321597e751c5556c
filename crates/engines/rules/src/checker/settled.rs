//! Conditions that can never hold, and those that always do.

use super::Blocks;
use super::possible::Possible;
use crate::pack::Pack;
use crate::source::{Diagnostic, Place};
use crate::typed::{Op, Tree};
use kernel::Day;
use std::collections::BTreeMap;

/// What is settled, and how bad that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Condition,
    Outcome,
    Arm,
    Filter,
}

/// One formula with the days it was looked at and on which it was settled.
struct Watched {
    place: Place,
    name: String,
    kind: Kind,
    days: usize,
    never: usize,
    always: usize,
}

type Seen = BTreeMap<(String, u32, u32, Kind), Watched>;

pub(super) fn check(pack: &Pack, blocks: &Blocks, days: &[Day]) -> Vec<Diagnostic> {
    let mut seen = Seen::new();
    for day in days {
        let possible = Possible::on(pack, *day);
        watch_outcomes(&possible, &mut seen);
        let versions = pack.variables.iter().filter_map(|one| one.at(*day));
        for tree in versions.chain(pack.outcome_formulas()) {
            watch_parts(&possible, tree, &mut seen);
        }
    }
    let own = |watched: &&Watched| blocks.0.iter().any(|b| b.place.file == watched.place.file);
    seen.values().filter(own).filter_map(complaint).collect()
}

fn watch_outcomes(possible: &Possible<'_>, seen: &mut Seen) {
    let pack = possible.pack;
    for one in pack.conditions() {
        watch(possible, &one.formula, &one.id, Kind::Condition, seen);
    }
    for one in pack.categories() {
        watch(possible, &one.when, &one.id, Kind::Outcome, seen);
    }
    for one in pack.programmes() {
        watch(possible, &one.when, &one.id, Kind::Outcome, seen);
    }
}

/// The WHENs of every CASE and the FILTER of every aggregate inside a formula.
fn watch_parts(possible: &Possible<'_>, tree: &Tree, seen: &mut Seen) {
    tree.visit(&mut |part| match &part.op {
        Op::Choose(arms, _) => {
            for (condition, _) in arms {
                watch(possible, condition, "", Kind::Arm, seen);
            }
        }
        Op::Aggregate(aggregate) => {
            if let Some(filter) = &aggregate.filter {
                watch(possible, filter, "", Kind::Filter, seen);
            }
        }
        _ => {}
    });
}

fn watch(possible: &Possible<'_>, tree: &Tree, name: &str, kind: Kind, seen: &mut Seen) {
    let place = &tree.place;
    let key = (place.file.to_string(), place.line, place.column, kind);
    let watched = seen.entry(key).or_insert_with(|| Watched {
        place: place.clone(),
        name: name.to_owned(),
        kind,
        days: 0,
        never: 0,
        always: 0,
    });
    watched.days += 1;
    watched.never += usize::from(!possible.can_hold(tree));
    watched.always += usize::from(!possible.can_fail(tree));
}

/// Only what is settled on every day of the regime.
fn complaint(watched: &Watched) -> Option<Diagnostic> {
    let place = &watched.place;
    let name = &watched.name;
    if watched.never == watched.days {
        return Some(match watched.kind {
            Kind::Condition => place.error(
                format!("the condition `{name}` can never be met: everybody would be refused"),
                "look at the comparison, its limit and its unit",
            ),
            Kind::Outcome => place.error(
                format!("`{name}` can never be given: this never holds"),
                "look at the comparison, its limit and its unit",
            ),
            Kind::Arm => place.warning(
                "this WHEN never holds",
                "take it out, or look at the comparison and its limit",
            ),
            Kind::Filter => place.warning(
                "this FILTER lets nothing through",
                "look at the comparison and its limit",
            ),
        });
    }
    if watched.always != watched.days {
        return None;
    }
    match watched.kind {
        Kind::Condition => Some(place.warning(
            format!("the condition `{name}` is always met: it decides nothing"),
            "look at the comparison and its limit, or take the condition out",
        )),
        // The last band, or the only benefit, may well be for all.
        Kind::Outcome => None,
        Kind::Arm => Some(place.warning(
            "this WHEN always holds: what stands after it is never reached",
            "take the rest out, or look at the comparison and its limit",
        )),
        Kind::Filter => Some(place.warning(
            "this FILTER lets everything through",
            "take it out, or look at the comparison and its limit",
        )),
    }
}
