//! What can be said only of the whole pack.

use super::blocks::Errors;
use super::read::Parts;
use super::{LetterKind, Programme};
use crate::limits::OUTCOMES_MAX;
use crate::source::{Place, nearest};

impl Parts {
    /// What must be there at all, and names that must be unique or known.
    pub(super) fn check_whole(&self, id: &str, end: &Place, errors: &mut Errors) {
        let missing = [
            (self.head.is_none(), "pack"),
            (self.unit.is_none(), "unit"),
            (self.scope.tables.0.is_empty(), "facts"),
            (self.conditions.is_empty(), "condition"),
            (self.programmes.is_empty(), "programme"),
        ];
        // A block with errors is missing too, but its errors say it better.
        let whole_so_far = errors.0.is_empty();
        for (_, kind) in missing
            .iter()
            .filter(|(missing, _)| *missing && whole_so_far)
        {
            errors.add(end.error(
                format!("the pack has no `{kind}` block"),
                format!("```{kind} ..."),
            ));
        }
        if let Some(head) = &self.head
            && head.id.text != id
        {
            errors.add(head.id.place.error(
                format!("the pack lies in the folder `{id}`"),
                format!("```pack {id}"),
            ));
        }
        let outcomes: Vec<&str> = self
            .categories
            .iter()
            .map(|category| category.id.as_str())
            .chain(
                self.programmes
                    .iter()
                    .map(|programme| programme.id.as_str()),
            )
            .collect();
        for (name, _) in &self.terms {
            if !outcomes.contains(&name.text.as_str()) {
                let near = nearest(&name.text, outcomes.iter().copied()).unwrap_or("child_benefit");
                errors.add(name.place.error(
                    "a term of nothing: no such category or programme",
                    format!("```term {near}"),
                ));
            }
        }
        if self.conditions.len().max(outcomes.len()) > OUTCOMES_MAX {
            errors.add(end.error(
                "too many conditions or outcomes",
                format!("at most {OUTCOMES_MAX} of each"),
            ));
        }
        let ids = self
            .conditions
            .iter()
            .map(|condition| condition.id.as_str())
            .chain(outcomes.iter().copied());
        let mut seen = std::collections::BTreeSet::new();
        for id in ids.filter(|id| !seen.insert(*id)) {
            errors.add(end.error(
                format!("two conditions or outcomes are called `{id}`"),
                "another name for one of them",
            ));
        }
        let covered = |programme: &Programme| {
            let named = |id: &str| self.terms.iter().any(|(name, _)| name.text == id);
            named(&programme.id)
                || (!self.categories.is_empty()
                    && self.categories.iter().all(|category| named(&category.id)))
        };
        for programme in self
            .programmes
            .iter()
            .filter(|programme| !covered(programme))
        {
            errors.add(end.error(
                format!("`{}` has no term", programme.id),
                format!("```term {}", programme.id),
            ));
        }
        for kind in [
            LetterKind::Awarded,
            LetterKind::Refused,
            LetterKind::WaitingList,
            LetterKind::WaitingAgency,
        ] {
            if !self.letters.contains_key(&kind) {
                errors.add(end.error(
                    format!("the pack has no letter {kind:?}"),
                    "```letter awarded, refused, waiting_list, waiting_agency",
                ));
            }
        }
        if self.steps.is_some() && !self.letters.contains_key(&LetterKind::WaitingVisit) {
            errors.add(end.error(
                "the pack has steps but no letter about the visit",
                "```letter waiting_visit",
            ));
        }
    }
}
