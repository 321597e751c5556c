//! What can be said only of the whole pack.

use super::blocks::Errors;
use super::read::Parts;
use super::{AtEnd, LetterKind, WAITING_LIST, WhenUnmet};
use crate::limits::OUTCOMES_MAX;
use crate::source::{Place, nearest};
use std::collections::BTreeSet;

impl Parts {
    /// What must be there at all, and names that must be unique or known.
    pub(super) fn check_whole(&self, id: &str, end: &Place, errors: &mut Errors) {
        self.check_blocks(id, end, errors);
        let outcomes = self.outcome_ids();
        self.check_names(&outcomes, end, errors);
        if self.scope.calculation {
            self.check_calculation(end, errors);
            return;
        }
        // What did not read is missing too, but its errors say it better.
        if errors.0.is_empty() {
            self.check_terms(&outcomes, end, errors);
            self.check_suspensions(end, errors);
            self.check_waiting_list(end, errors);
        }
        self.check_letters(end, errors);
    }

    /// A calculation has inputs and variables, and decides nothing.
    fn check_calculation(&self, end: &Place, errors: &mut Errors) {
        let decides = !self.conditions.is_empty()
            || !self.categories.is_empty()
            || !self.programmes.is_empty()
            || !self.letters.is_empty()
            || !self.scope.tables.0.is_empty()
            || self.unit.is_some()
            || self.steps.is_some();
        if decides {
            let instead = "inputs, entities, parameters, scales and variables only";
            errors.add(end.error("a calculation decides about nobody", instead));
        }
        if self.variables.is_empty() && errors.0.is_empty() {
            errors.add(end.error("the calculation has no `variable`", "```variable ..."));
        }
    }

    fn check_blocks(&self, id: &str, end: &Place, errors: &mut Errors) {
        let missing = [
            (self.head.is_none(), "pack"),
            (self.unit.is_none(), "unit"),
            (self.scope.tables.0.is_empty(), "facts"),
            (
                self.conditions.is_empty() && !self.is_overview(),
                "condition",
            ),
            (
                self.programmes.is_empty() && !self.is_overview(),
                "programme",
            ),
        ];
        // A block with errors is missing too, but its errors say it better.
        let whole_so_far = errors.0.is_empty() && !self.scope.calculation;
        if let (Some(input), false) = (self.inputs.first(), self.scope.calculation) {
            let message = format!("`{}`: a regime reads facts of the catalogue", input.name);
            errors.add(end.error(message, "the `facts` block, or `kind: calculation`"));
        }
        for (_, kind) in missing
            .iter()
            .filter(|(missing, _)| *missing && whole_so_far)
        {
            let message = format!("the pack has no `{kind}` block");
            errors.add(end.error(message, format!("```{kind} ...")));
        }
        if let Some(head) = &self.head
            && head.id.text != id
        {
            let message = format!("the pack lies in the folder `{id}`");
            errors.add(head.id.place.error(message, format!("```pack {id}")));
        }
    }

    /// A pack that pays nothing puts values and groups before people.
    fn is_overview(&self) -> bool {
        self.programmes.is_empty() && !(self.groups.is_empty() && self.shown.is_empty())
    }

    /// Names of categories, then of programmes.
    fn outcome_ids(&self) -> Vec<&str> {
        let categories = self.categories.iter().map(|category| category.id.as_str());
        categories
            .chain(self.programmes.iter().map(|one| one.id.as_str()))
            .collect()
    }

    fn check_names(&self, outcomes: &[&str], end: &Place, errors: &mut Errors) {
        let most = self.conditions.len().max(outcomes.len());
        if most.max(self.groups.len()) > OUTCOMES_MAX {
            let limit = format!("at most {OUTCOMES_MAX} of each");
            errors.add(end.error("too many conditions or outcomes", limit));
        }
        let conditions = self
            .conditions
            .iter()
            .map(|condition| condition.id.as_str());
        let mut seen = BTreeSet::new();
        let groups = self.groups.iter().map(|group| group.id.as_str());
        for id in conditions
            .chain(groups)
            .chain(outcomes.iter().copied())
            .filter(|id| !seen.insert(*id))
        {
            let message = format!("two conditions, groups or outcomes are called `{id}`");
            errors.add(end.error(message, "another name for one of them"));
        }
    }

    /// A term belongs to a known outcome, and every programme has one.
    fn check_terms(&self, outcomes: &[&str], end: &Place, errors: &mut Errors) {
        let known = |name: &str| {
            name == WAITING_LIST
                || outcomes.contains(&name)
                || self.suspending().any(|id| id == name)
        };
        for (name, _) in self.terms.iter().filter(|(name, _)| !known(&name.text)) {
            let near = nearest(&name.text, outcomes.iter().copied()).unwrap_or("child_benefit");
            let message = "a term of nothing: no such category or programme";
            errors.add(name.place.error(message, format!("```term {near}")));
        }
        let named = |id: &str| self.terms.iter().any(|(name, _)| name.text == id);
        let by_category = !self.categories.is_empty()
            && self.categories.iter().all(|category| named(&category.id));
        for programme in self
            .programmes
            .iter()
            .filter(|one| !named(&one.id) && !by_category)
        {
            let message = format!("`{}` has no term", programme.id);
            errors.add(end.error(message, format!("```term {}", programme.id)));
        }
    }

    /// Conditions that suspend, by name.
    fn suspending(&self) -> impl Iterator<Item = &str> {
        let suspends = |when_unmet| when_unmet == WhenUnmet::Suspend;
        let conditions = self.conditions.iter();
        conditions
            .filter(move |one| suspends(one.when_unmet))
            .map(|one| one.id.as_str())
    }

    /// A suspension has an end, and a letter that tells of it.
    fn check_suspensions(&self, end: &Place, errors: &mut Errors) {
        for id in self.suspending() {
            if !self.terms.iter().any(|(name, _)| name.text == id) {
                let message = format!("`{id}` suspends without an end");
                errors.add(end.error(message, format!("```term {id}")));
            }
        }
        if self.suspending().next().is_some() && !self.letters.contains_key(&LetterKind::Suspended)
        {
            errors.add(end.error("the pack has no letter `suspended`", "```letter suspended"));
        }
    }

    /// Who waits for money in vain is told so, and is refused: nothing goes on by itself.
    fn check_waiting_list(&self, end: &Place, errors: &mut Errors) {
        let Some((name, term)) = self
            .terms
            .iter()
            .find(|(name, _)| name.text == WAITING_LIST)
        else {
            return;
        };
        if term.at_end != AtEnd::Stop {
            let message = "who waited for money as long as the law allows is refused";
            errors.add(name.place.error(message, "at end: stop"));
        }
        if !self.letters.contains_key(&LetterKind::Postponed) {
            errors.add(end.error("the pack has no letter `postponed`", "```letter postponed"));
        }
    }

    fn check_letters(&self, end: &Place, errors: &mut Errors) {
        const ALWAYS: [(LetterKind, &str); 4] = [
            (LetterKind::Awarded, "awarded"),
            (LetterKind::Refused, "refused"),
            (LetterKind::WaitingList, "waiting_list"),
            (LetterKind::WaitingAgency, "waiting_agency"),
        ];
        let visit = self
            .steps
            .as_ref()
            .map(|_| (LetterKind::WaitingVisit, "waiting_visit"));
        if self.is_overview() {
            return;
        }
        for (kind, name) in ALWAYS.into_iter().chain(visit) {
            if !self.letters.contains_key(&kind) {
                let message = format!("the pack has no letter `{name}`");
                errors.add(end.error(message, format!("```letter {name}")));
            }
        }
    }
}
