//! The unit of one applicant on a day.

use super::graph::{KinGraph, Place};
use super::home::Rules;
use super::{Include, Role, Tie, UnitBlock};
use crate::day::Day;
use crate::ids::PersonId;

/// A unit: who sits in it and what was doubtful.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Roster {
    /// The applicant or head first, then the spouse, children by birth then id,
    /// and the other residents by birth then id. Empty when the applicant is
    /// dead, not yet born or unknown.
    pub members: Vec<Seat>,
    pub findings: Vec<Finding>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    pub person: PersonId,
    pub role: Role,
    pub tie: Tie,
}

/// What an officer should look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// Two families have an equal claim on the child; it sits in the one of
    /// `kept_by`, and `also_of` heads the other.
    ChildInTwoFamilies {
        child: PersonId,
        kept_by: PersonId,
        also_of: PersonId,
    },
    /// A child of this couple belongs to the family of `home`.
    ChildElsewhere { child: PersonId, home: PersonId },
    /// No living parent, adopter or guardian is known.
    ChildAlone { child: PersonId },
    /// Two marriages are in force; the later one counts.
    TwoSpouses { person: PersonId },
    /// Two residences are in force; the later one counts.
    TwoDwellings { person: PersonId },
}

impl Roster {
    pub fn head(&self) -> Option<PersonId> {
        self.members.first().map(|seat| seat.person)
    }

    pub fn contains(&self, person: PersonId) -> bool {
        self.members.iter().any(|seat| seat.person == person)
    }
}

/// The unit that the block composes around the applicant.
pub fn compose(block: &UnitBlock, graph: &KinGraph, applicant: PersonId, on: Day) -> Roster {
    let rules = Rules {
        graph,
        on,
        children: block.children(),
    };
    let Some(place) = graph
        .place(applicant)
        .filter(|place| rules.is_alive(*place))
    else {
        return Roster::default();
    };
    let mut seating = Seating::new(rules);
    seating.seat_all(block, place, &|_| false);
    seating.roster()
}

/// A unit being put together.
pub(super) struct Seating<'a> {
    rules: Rules<'a>,
    pub seats: Vec<(Place, Role, Tie)>,
    findings: Vec<Finding>,
}

impl<'a> Seating<'a> {
    pub fn new(rules: Rules<'a>) -> Seating<'a> {
        Seating {
            rules,
            seats: Vec::new(),
            findings: Vec::new(),
        }
    }

    pub fn seat_all(&mut self, block: &UnitBlock, head: Place, taken: &dyn Fn(Place) -> bool) {
        self.seats.push((head, Role::Applicant, Tie::None));
        self.note_doubts(head);
        for include in &block.include {
            match include {
                Include::Spouse => self.seat_spouse(head, taken),
                Include::Children { .. } => self.seat_children(head, taken),
                Include::Residents => self.seat_residents(head, taken),
            }
        }
    }

    fn seat_spouse(&mut self, head: Place, taken: &dyn Fn(Place) -> bool) {
        if let Some(spouse) = self.rules.spouse(head).filter(|spouse| !taken(*spouse)) {
            self.seat(spouse, Role::Spouse, Tie::None);
        }
    }

    fn seat_children(&mut self, head: Place, taken: &dyn Fn(Place) -> bool) {
        if self.rules.is_child(head) {
            if self.rules.home(head).is_none() {
                self.findings.push(Finding::ChildAlone {
                    child: self.id(head),
                });
            }
            return;
        }
        let spouse = self.rules.spouse(head);
        let family = self.rules.couple_head(head);
        for (child, home) in self.rules.children_of(head, spouse) {
            if home.head != family {
                let (child, home) = (self.id(child), self.id(home.head));
                self.findings.push(Finding::ChildElsewhere { child, home });
            } else if !taken(child) {
                self.seat(child, Role::Child, home.tie);
                if let Some(other) = home.other {
                    let (kept_by, also_of) = (self.id(home.head), self.id(other));
                    let child = self.id(child);
                    self.findings.push(Finding::ChildInTwoFamilies {
                        child,
                        kept_by,
                        also_of,
                    });
                }
            }
        }
    }

    fn seat_residents(&mut self, head: Place, taken: &dyn Fn(Place) -> bool) {
        let rules = self.rules;
        let Some(dwelling) = rules.graph.dwelling(head, rules.on) else {
            return;
        };
        let mut residents: Vec<Place> = rules
            .graph
            .residents(dwelling, rules.on)
            .filter(|place| !taken(*place))
            .collect();
        residents.sort_by_key(|place| rules.seniority(*place));
        for resident in residents {
            self.seat(resident, Role::Resident, Tie::None);
        }
    }

    /// The first rule that seats a person gives the role.
    fn seat(&mut self, place: Place, role: Role, tie: Tie) {
        if self.seats.iter().all(|(seated, _, _)| *seated != place) {
            self.seats.push((place, role, tie));
            self.note_doubts(place);
        }
    }

    fn note_doubts(&mut self, place: Place) {
        let rules = self.rules;
        let mut others = rules.marriages(place).map(|marriage| marriage.0);
        if let Some(first) = others.next()
            && others.any(|other| other != first)
        {
            self.findings.push(Finding::TwoSpouses {
                person: self.id(place),
            });
        }
        let mut homes = rules.graph.dwellings(place, rules.on).map(|home| home.0);
        if let Some(first) = homes.next()
            && homes.any(|home| home != first)
        {
            self.findings.push(Finding::TwoDwellings {
                person: self.id(place),
            });
        }
    }

    fn id(&self, place: Place) -> PersonId {
        self.rules.graph.person(place).id
    }

    pub fn roster(mut self) -> Roster {
        self.findings.sort();
        self.findings.dedup();
        let seats = std::mem::take(&mut self.seats);
        let seat = |(place, role, tie)| Seat {
            person: self.id(place),
            role,
            tie,
        };
        Roster {
            members: seats.into_iter().map(seat).collect(),
            findings: self.findings.clone(),
        }
    }
}
