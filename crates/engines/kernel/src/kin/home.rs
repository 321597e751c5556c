//! Whose spouse, whose child: the rules that decide where one person belongs.

use super::graph::{KinGraph, Place, Side};
use super::{ADULT_YEARS, Tie};
use crate::day::{Day, completed_years};
use crate::sex::Sex;

/// A block applied to a graph on a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'a> {
    pub graph: &'a KinGraph,
    pub on: Day,
    /// Children belong below this age, by these ties; `None` when the block has none.
    pub children: Option<(i32, &'a [Tie])>,
}

/// Where a child belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Home {
    /// The older of the couple that cares for the child.
    pub head: Place,
    pub tie: Tie,
    /// Another family with an equal claim, when only age decided.
    pub other: Option<Place>,
}

/// A carer's claim on a child for the family of `head`.
#[derive(Clone, Copy)]
struct Claim {
    carer: Place,
    head: Place,
    tie: Tie,
}

impl Rules<'_> {
    pub fn is_alive(&self, place: Place) -> bool {
        self.graph.is_alive(place, self.on)
    }

    pub fn age(&self, place: Place) -> i32 {
        completed_years(self.graph.person(place).born, self.on)
    }

    pub fn is_adult(&self, place: Place) -> bool {
        self.age(place) >= ADULT_YEARS
    }

    /// Older first, ties by id: smaller is older.
    pub fn seniority(&self, place: Place) -> (Day, Place) {
        (self.graph.person(place).born, place) // places are in the order of ids
    }

    /// The spouse by the latest marriage in force, if that spouse says the same.
    pub fn spouse(&self, place: Place) -> Option<Place> {
        let spouse = self.chosen_spouse(place)?;
        (self.chosen_spouse(spouse) == Some(place)).then_some(spouse)
    }

    fn chosen_spouse(&self, place: Place) -> Option<Place> {
        let marriages = self.marriages(place);
        marriages
            .max_by_key(|(other, since)| (*since, std::cmp::Reverse(*other)))
            .map(|m| m.0)
    }

    pub fn marriages(&self, place: Place) -> impl Iterator<Item = (Place, Day)> {
        let links = self.graph.links(place, self.on);
        links
            .filter(|link| link.side == Side::Spouse)
            .map(|link| (link.other, link.valid.from))
    }

    /// The older of a couple stands for it.
    pub fn couple_head(&self, place: Place) -> Place {
        match self.spouse(place) {
            Some(spouse) if self.seniority(spouse) < self.seniority(place) => spouse,
            _ => place,
        }
    }

    /// Young enough for the block, unmarried and not a parent.
    pub fn is_child(&self, place: Place) -> bool {
        let Some((under_years, _)) = self.children else {
            return false;
        };
        self.age(place) < under_years && !self.stands_alone(place)
    }

    fn stands_alone(&self, place: Place) -> bool {
        let mut links = self.graph.links(place, self.on);
        links.any(|link| matches!(link.side, Side::Spouse | Side::Child(_)))
    }

    /// The family that a child belongs to; `None` without a living carer.
    pub fn home(&self, child: Place) -> Option<Home> {
        let mut claims = self.claims(child);
        let tie = claims.iter().map(|claim| claim.tie).max()?;
        claims.retain(|claim| claim.tie == tie);
        if claims.iter().any(|claim| claim.head != claims[0].head) {
            self.prefer_dwelling(child, &mut claims);
            claims.sort_by_key(|claim| (self.is_father(claim.carer), self.seniority(claim.head)));
        }
        let head = claims[0].head;
        let other = claims
            .iter()
            .map(|claim| claim.head)
            .find(|other| *other != head);
        Some(Home { head, tie, other })
    }

    /// Between parents who are not married the mother's family comes first: she is the one whom
    /// courts leave small children with, and whose husband's death is closed late (recalled).
    fn is_father(&self, carer: Place) -> bool {
        self.graph.person(carer).sex == Sex::Male
    }

    /// Every permitted claim on a child, one entry a carer.
    fn claims(&self, child: Place) -> Vec<Claim> {
        let Some((_, ties)) = self.children else {
            return Vec::new();
        };
        let carers = self
            .graph
            .links(child, self.on)
            .filter_map(|link| match link.side {
                Side::Carer(relation) => Some((link.other, Tie::given_by(relation))),
                Side::Spouse | Side::Child(_) => None,
            });
        let permitted = carers.filter(|(_, tie)| ties.contains(tie));
        permitted
            .map(|(carer, tie)| Claim {
                carer,
                head: self.couple_head(carer),
                tie,
            })
            .collect()
    }

    /// Keeps the claims of families that the child lives with, if there are any.
    fn prefer_dwelling(&self, child: Place, claims: &mut Vec<Claim>) {
        let Some(dwelling) = self.graph.dwelling(child, self.on) else {
            return;
        };
        let is_there = |who| self.graph.dwelling(who, self.on) == Some(dwelling);
        let lives_with =
            |claim: &Claim| is_there(claim.carer) || self.spouse(claim.carer).is_some_and(is_there);
        if claims.iter().any(lives_with) {
            claims.retain(lives_with);
        }
    }

    /// Children whose home is the couple of `head`, and children of the couple
    /// who belong elsewhere; each in the order of birth, then id.
    pub fn children_of(&self, head: Place, spouse: Option<Place>) -> Vec<(Place, Home)> {
        let couple = [Some(head), spouse].into_iter().flatten();
        let links = couple.flat_map(|carer| self.graph.links(carer, self.on));
        let mut children: Vec<Place> = links
            .filter(|link| matches!(link.side, Side::Child(_)))
            .map(|link| link.other)
            .filter(|child| self.is_child(*child))
            .collect();
        children.sort_by_key(|child| self.seniority(*child));
        children.dedup();
        children
            .into_iter()
            .filter_map(|child| Some((child, self.home(child)?)))
            .collect()
    }
}
