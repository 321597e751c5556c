//! Every person in exactly one unit.

use super::UnitBlock;
use super::compose::{Roster, Seating};
use super::graph::{KinGraph, Place};
use super::home::Rules;
use crate::day::Day;
use crate::ids::PersonId;

/// The units of the given persons on a day: each living person of the list sits in
/// exactly one roster. A unit brings in all its members, also those who are in
/// the graph but not in the list. Its first member is the oldest adult; rosters
/// come in the order of their heads' age. The dead and the unknown are left out.
pub fn partition(
    block: &UnitBlock,
    graph: &KinGraph,
    persons: &[PersonId],
    on: Day,
) -> Vec<Roster> {
    let rules = Rules {
        graph,
        on,
        children: block.children(),
    };
    let known = persons.iter().filter_map(|id| graph.place(*id));
    let mut queue: Vec<Place> = known.filter(|place| rules.is_alive(*place)).collect();
    queue.sort_by_key(|place| rules.seniority(*place));
    queue.dedup();
    let mut seated = vec![false; graph.len()];
    let mut rosters = Vec::new();
    for person in queue {
        if seated[person as usize] {
            continue;
        }
        let seating = unit_of(block, rules, person, &|place| seated[place as usize]);
        for (place, _, _) in &seating.seats {
            seated[*place as usize] = true;
        }
        rosters.push(seating.roster());
    }
    rosters
}

/// The unit of a person who has no seat yet, put together around its oldest adult.
fn unit_of<'a>(
    block: &UnitBlock,
    rules: Rules<'a>,
    person: Place,
    taken: &dyn Fn(Place) -> bool,
) -> Seating<'a> {
    let around = |head: Place| {
        let mut seating = Seating::new(rules);
        seating.seat_all(block, head, taken);
        seating
    };
    let home = rules.is_child(person).then(|| rules.home(person)).flatten();
    let first = home
        .map(|home| home.head)
        .filter(|head| !taken(*head))
        .unwrap_or(person);
    let seating = around(first);
    let adults = seating
        .seats
        .iter()
        .map(|seat| seat.0)
        .filter(|place| rules.is_adult(*place));
    match adults.min_by_key(|place| rules.seniority(*place)) {
        Some(oldest) if oldest != first => around(oldest),
        _ => seating,
    }
}
