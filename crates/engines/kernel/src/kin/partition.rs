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
        let head = head_for(block, rules, person, &|place| seated[place as usize]);
        let mut seating = Seating::new(rules);
        seating.seat_all(block, head, &|place| seated[place as usize]);
        for (place, _, _) in &seating.seats {
            seated[*place as usize] = true;
        }
        rosters.push(seating.roster());
    }
    rosters
}

/// The head of the unit in which a person who has no seat yet belongs.
fn head_for(
    block: &UnitBlock,
    rules: Rules<'_>,
    person: Place,
    taken: &dyn Fn(Place) -> bool,
) -> Place {
    let mut head = person;
    if rules.is_child(person)
        && let Some(home) = rules.home(person)
        && !taken(home.head)
    {
        head = home.head;
    }
    let mut seating = Seating::new(rules);
    seating.seat_all(block, head, taken);
    let adults = seating
        .seats
        .iter()
        .map(|seat| seat.0)
        .filter(|place| rules.is_adult(*place));
    adults
        .min_by_key(|place| rules.seniority(*place))
        .unwrap_or(head)
}
