//! The eight blocks of the explanation page, read from a trace.

use access::Role;
use casework::Case;
use casework::contradiction::Contradiction;
use kernel::Source;
use rules::explain::{ConditionTrace, EvidenceCell, FactUsed, QuantityKind, Trace};

use super::contradiction;
use super::decision::{Answer, Condition, Decider, DecisionPage, FactLine, Proof, Todo, Truth};
use super::explained::Family;
use crate::guest::Seat;
use crate::i18n::{T, zone};

/// Conditions and rows shown at most: a page is read in a minute.
const CONDITIONS_MAX: usize = 6;
const ROWS_MAX: usize = 6;
/// Days in which a person may ask for another look.
const OBJECTION_DAYS: i32 = 30;

/// What the blocks are read from.
#[derive(Debug)]
pub struct Reading<'a> {
    pub t: T,
    pub case: &'a Case,
    pub trace: &'a Trace,
    pub family: &'a Family,
    pub contradictions: &'a [Contradiction],
}

impl Reading<'_> {
    /// The whole page of an assessed case.
    pub fn page(
        &self,
        seat: &Seat,
        answer: Answer,
        letter: Vec<String>,
        back: String,
    ) -> DecisionPage {
        let decided = self
            .case
            .decision
            .map_or_else(|| self.case.id.to_string(), |id| id.to_string());
        DecisionPage {
            shell: seat.shell(),
            back,
            case: self.case.id,
            number: self.case.number.clone(),
            programme: self.programme(),
            deciding: self.deciding(&answer),
            others_hidden: self
                .trace
                .facts
                .iter()
                .any(|fact| self.family.is_hidden(fact.person)),
            facts: self.facts(),
            disagreements: contradiction::shown(self.t, self.contradictions, self.family),
            sum: self
                .trace
                .arithmetic
                .iter()
                .map(|line| line.text(self.t.lang()))
                .collect(),
            changes: self.changes(&answer),
            todo: self.todo(&answer, seat.subject.role),
            decider: self.decider(),
            proof: Proof {
                number: decided,
                pack_hash: self.trace.pack_hash.clone(),
            },
            letter,
            answer,
        }
    }

    fn programme(&self) -> Option<String> {
        let chosen = self.trace.programme.as_ref()?;
        let category = self.trace.category.as_ref();
        let words = chosen.label.get(self.t.lang()).to_owned();
        Some(category.map_or(words.clone(), |category| {
            format!("{words}, {}", category.label.get(self.t.lang()))
        }))
    }

    /// For a refusal what was not met, else what was met, the limits first.
    fn deciding(&self, answer: &Answer) -> Vec<Condition> {
        let wanted = |condition: &&ConditionTrace| match answer {
            Answer::Refused { .. } => condition.truth == rules::outcome::Truth::NotMet,
            Answer::WaitingAgency | Answer::WaitingVisit => {
                condition.truth == rules::outcome::Truth::Unknown
            }
            _ => condition.truth == rules::outcome::Truth::Met,
        };
        let mut found: Vec<_> = self.trace.conditions.iter().filter(wanted).collect();
        found.sort_by_key(|condition| condition.limit.is_none());
        found
            .into_iter()
            .take(CONDITIONS_MAX)
            .map(|condition| self.condition(condition))
            .collect()
    }

    fn condition(&self, condition: &ConditionTrace) -> Condition {
        let lang = self.t.lang();
        let truth = match condition.truth {
            rules::outcome::Truth::Met => Truth::Met,
            rules::outcome::Truth::NotMet => Truth::NotMet,
            _ => Truth::Unknown,
        };
        Condition {
            label: condition.label.get(lang).to_owned(),
            truth,
            yours: condition.value.map(|value| value.text(lang)),
            limit: condition.limit.map(|limit| limit.text(lang)),
            gap: self.gap(condition).filter(|_| truth == Truth::NotMet),
            article: condition.law.get(lang).to_owned(),
        }
    }

    fn gap(&self, condition: &ConditionTrace) -> Option<String> {
        let (value, limit) = (condition.value?, condition.limit?);
        let both = value.kind == QuantityKind::Money && limit.kind == QuantityKind::Money;
        let gap = value.minor() - limit.minor();
        (both && gap != 0).then(|| self.t.money(kernel::Money(gap.abs())))
    }

    /// Every fact that was looked at, then what is missing.
    fn facts(&self) -> Vec<FactLine> {
        let open = self
            .trace
            .facts
            .iter()
            .filter(|fact| !self.family.is_hidden(fact.person));
        let known = open.map(|fact| self.fact(fact));
        let lang = self.t.lang();
        let missing = self.trace.needs.iter().map(|need| FactLine {
            label: sentence_case(need.kind.get(lang)),
            whose: self.family.name(need.need.person),
            value: None,
            source: sentence_case(need.agency.get(lang)),
            as_of: None,
        });
        known.chain(missing).collect()
    }

    fn fact(&self, fact: &FactUsed) -> FactLine {
        let lang = self.t.lang();
        FactLine {
            label: sentence_case(fact.kind_label.get(lang)),
            whose: self.family.name(fact.person),
            value: Some(self.value_of(fact)),
            source: sentence_case(fact.source_label.get(lang)),
            as_of: Some(fact.as_of),
        }
    }

    /// The rows the conditions rest on; a register that held nothing says so.
    fn value_of(&self, fact: &FactUsed) -> String {
        if fact.rows == 0 {
            return self.t.fact_none().to_owned();
        }
        let rows = self
            .trace
            .conditions
            .iter()
            .flat_map(|condition| &condition.evidence);
        let mut said: Vec<String> = Vec::new();
        for row in rows.filter(|row| row.fact == fact.id) {
            let cells = row.cells.iter().map(|cell| self.cell(cell));
            let words = cells.collect::<Vec<_>>().join(", ");
            if !said.contains(&words) {
                said.push(words);
            }
        }
        if said.is_empty() {
            return self.t.fact_rows(fact.rows);
        }
        let left = said.len().saturating_sub(ROWS_MAX);
        said.truncate(ROWS_MAX);
        if left > 0 {
            said.push(self.t.fact_rows_more(left));
        }
        said.join("; ")
    }

    /// A bare number or a yes says nothing without its name.
    fn cell(&self, cell: &EvidenceCell) -> String {
        const BARE_CHARS_MAX: usize = 5;
        let (label, text) = (cell.label.get(self.t.lang()), cell.text.get(self.t.lang()));
        if text.chars().count() <= BARE_CHARS_MAX {
            return format!("{label} {text}");
        }
        text.to_owned()
    }

    fn changes(&self, answer: &Answer) -> Vec<String> {
        let lang = self.t.lang();
        let mut changes: Vec<String> = self
            .trace
            .changes
            .iter()
            .map(|change| change.text.get(lang).to_owned())
            .collect();
        match answer {
            Answer::Refused { .. } if changes.is_empty() => {
                let again = self.t.day(self.next_chance());
                changes.extend(
                    self.unmet()
                        .map(|one| self.t.change_condition(one.label.get(lang), &again)),
                );
            }
            Answer::Refused { .. } => {}
            Answer::Suspended { .. } => changes.push(self.t.change_suspended().to_owned()),
            Answer::WaitingList => changes.push(self.t.change_waiting_list().to_owned()),
            Answer::WaitingAgency | Answer::WaitingVisit => {
                changes.push(self.t.change_waiting().to_owned())
            }
            Answer::Awarded { .. } | Answer::WaitingClose { .. } => {}
        }
        changes.push(self.t.change_family().to_owned());
        changes
    }

    fn unmet(&self) -> impl Iterator<Item = &ConditionTrace> {
        self.trace
            .conditions
            .iter()
            .filter(|one| one.truth == rules::outcome::Truth::NotMet)
            .take(CONDITIONS_MAX)
    }

    /// The first day of the month after the application's.
    fn next_chance(&self) -> kernel::Day {
        self.case.applied_on.month().plus(1).first_day()
    }

    fn todo(&self, answer: &Answer, role: Role) -> Vec<Todo> {
        let t = self.t;
        let plain = |words: String| Todo { words, path: None };
        let decided = self
            .case
            .decided_at
            .map(|at| at.day(zone()).plus_days(OBJECTION_DAYS));
        let ask = decided.map(|until| plain(t.do_ask(t.day(until))));
        match answer {
            Answer::Refused { .. } => {
                let advice = self.unmet().filter_map(|one| one.advice.as_ref());
                let advice = advice.map(|said| plain(said.get(t.lang()).to_owned()));
                let again = plain(t.do_again(t.day(self.next_chance())));
                ask.into_iter()
                    .chain(advice)
                    .chain([plain(t.do_correct().to_owned()), again])
                    .collect()
            }
            Answer::Awarded { .. } if role == Role::Citizen => {
                let path = Some("/my/payments".to_owned());
                let payments = Todo {
                    words: t.do_payments().to_owned(),
                    path,
                };
                [payments].into_iter().chain(ask).collect()
            }
            Answer::Awarded { .. } => ask.into_iter().collect(),
            _ => [plain(t.do_wait().to_owned())]
                .into_iter()
                .chain(ask)
                .collect(),
        }
    }

    fn decider(&self) -> Decider {
        let by_people =
            |fact: &&FactUsed| matches!(fact.source, Source::Visit | Source::MahallaSeven);
        Decider {
            people: self.trace.facts.iter().any(|fact| by_people(&fact)),
            pack: format!(
                "{} ({})",
                self.trace.pack,
                self.trace.regime.get(self.t.lang())
            ),
            article: self.trace.law.get(self.t.lang()).to_owned(),
            day: self
                .case
                .decided_at
                .map_or(self.trace.decided_on, |at| at.day(zone())),
        }
    }
}

/// Begins with a capital letter.
pub fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
