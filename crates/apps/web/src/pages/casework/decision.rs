//! The decision explained, in eight blocks, top to bottom as a person asks:
//! the answer, what decided it, what was looked at, the arithmetic, what would
//! change it, what to do now, who decided, and the proof.
//! What the rules say is a reading of the stored trace, never typed per case.

use askama::Template;
use kernel::{CaseId, Day, Money};

use super::contradiction::Disagreement;
use crate::i18n::{Of, T};
use crate::shell::Shell;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Awarded {
        amount: Money,
        from: Day,
        to: Option<Day>,
    },
    Refused {
        reason: Option<String>,
    },
    /// The payment stops until a condition is met again.
    Suspended {
        reason: Option<String>,
    },
    WaitingList,
    WaitingAgency,
    WaitingVisit,
    WaitingClose {
        until: Day,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    Met,
    NotMet,
    Unknown,
}

/// One condition of the law, as it came out.
#[derive(Debug, Clone)]
pub struct Condition {
    pub label: String,
    pub truth: Truth,
    pub yours: Option<String>,
    pub limit: Option<String>,
    pub gap: Option<String>,
    pub article: String,
}

/// One fact with its source and date; without a value it is missing.
#[derive(Debug, Clone)]
pub struct FactLine {
    pub label: String,
    pub whose: String,
    pub value: Option<String>,
    pub source: String,
    pub as_of: Option<Day>,
}

/// Something to do now, with a way there when the house has one.
#[derive(Debug, Clone)]
pub struct Todo {
    pub words: String,
    pub path: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Decider {
    /// A visit or a conclusion came in as facts.
    pub people: bool,
    pub pack: String,
    pub article: String,
    pub day: Day,
}

#[derive(Debug, Clone)]
pub struct Proof {
    pub number: String,
    pub pack_hash: String,
}

#[derive(Debug, Template)]
#[template(path = "casework/decision.html")]
pub struct DecisionPage {
    pub shell: Shell,
    /// Where "back" leads: the citizen's or the officer's page of the case.
    pub back: String,
    pub case: CaseId,
    pub number: String,
    pub programme: Option<String>,
    pub answer: Answer,
    /// The conditions that decided: for a refusal those not met, otherwise those met.
    pub deciding: Vec<Condition>,
    pub facts: Vec<FactLine>,
    /// What sources tell otherwise than the facts above.
    pub disagreements: Vec<Disagreement>,
    /// Facts of other adults were left out.
    pub others_hidden: bool,
    pub sum: Vec<String>,
    pub changes: Vec<String>,
    pub todo: Vec<Todo>,
    pub decider: Decider,
    pub proof: Proof,
    /// Paragraphs of the letter as it was sent.
    pub letter: Vec<String>,
}

impl Answer {
    pub fn sentence(&self, t: impl Of<T>) -> String {
        let t = t.of();
        match self {
            Answer::Awarded {
                amount,
                from,
                to: Some(to),
            } => t.answer_awarded(t.money(amount), t.day(from), t.day(to)),
            Answer::Awarded {
                amount,
                from,
                to: None,
            } => t.answer_awarded_open(t.money(amount), t.day(from)),
            Answer::Refused {
                reason: Some(reason),
            } => t.answer_refused_because(reason),
            Answer::Refused { reason: None } => t.answer_refused().to_owned(),
            Answer::Suspended {
                reason: Some(reason),
            } => t.answer_suspended_because(reason),
            Answer::Suspended { reason: None } => t.answer_suspended().to_owned(),
            Answer::WaitingList => t.answer_waiting_list().to_owned(),
            Answer::WaitingAgency => t.answer_waiting_agency().to_owned(),
            Answer::WaitingVisit => t.answer_waiting_visit().to_owned(),
            Answer::WaitingClose { until } => t.answer_waiting_close(t.day(until)),
        }
    }

    /// The colour behind the sentence; the sentence says the same.
    pub fn tone(&self) -> &'static str {
        match self {
            Answer::Awarded { .. } => "yes",
            Answer::Refused { .. } | Answer::Suspended { .. } => "no",
            Answer::WaitingList
            | Answer::WaitingAgency
            | Answer::WaitingVisit
            | Answer::WaitingClose { .. } => "wait",
        }
    }
}

impl Truth {
    pub fn word(self, t: impl Of<T>) -> &'static str {
        let t = t.of();
        match self {
            Truth::Met => t.truth_met(),
            Truth::NotMet => t.truth_not_met(),
            Truth::Unknown => t.truth_unknown(),
        }
    }

    /// The sign before a line of a list.
    pub fn mark(self) -> &'static str {
        match self {
            Truth::Met => "yes",
            Truth::NotMet => "no",
            Truth::Unknown => "wait",
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            Truth::Met => "yes",
            Truth::NotMet => "no",
            Truth::Unknown => "wait",
        }
    }
}

impl DecisionPage {
    fn is_refusal(&self) -> bool {
        matches!(self.answer, Answer::Refused { .. })
    }

    fn reason_heading(&self) -> &'static str {
        match self.answer {
            Answer::Awarded { .. } | Answer::WaitingList | Answer::WaitingClose { .. } => {
                self.shell.t.block_reasons_met()
            }
            Answer::Refused { .. }
            | Answer::Suspended { .. }
            | Answer::WaitingAgency
            | Answer::WaitingVisit => self.shell.t.block_reason(),
        }
    }
}
