//! The mahalla worker's pages: take an application, hand over its number, follow.

use askama::Template;
use kernel::pinfl::{Pinfl, PinflError};
use kernel::{CaseId, Day};
use uuid::Uuid;

use super::CaseLine;
use crate::form::{Field, Problems, Typed};
use crate::i18n::T;
use crate::shell::Shell;

#[derive(Debug, Template)]
#[template(path = "casework/lodge.html")]
pub struct LodgePage {
    pub shell: Shell,
    /// Made when the form was shown: sending it twice lodges once.
    pub id: Uuid,
    pub typed: Typed,
    pub problems: Problems,
}

/// A form without mistakes.
#[derive(Debug)]
pub struct LodgeForm {
    pub pinfl: Pinfl,
    pub bank_consent: bool,
}

impl LodgePage {
    fn pinfl(&self) -> Field {
        let t = self.shell.t;
        Field::text("pinfl", t.lodge_pinfl(), &self.typed, &self.problems)
            .hint(t.lodge_pinfl_hint())
            .digits()
    }

    pub fn read(t: T, typed: &Typed) -> Result<LodgeForm, Problems> {
        let mut problems = Problems::none();
        let pinfl = read_pinfl(t, typed, "pinfl", &mut problems);
        if !typed.ticked("consent") {
            problems.add("consent", t.consent_missing());
        }
        if !typed.ticked("bank_consent") {
            problems.add("bank_consent", t.bank_consent_missing());
        }
        match pinfl {
            Some(pinfl) if problems.is_empty() => Ok(LodgeForm {
                pinfl,
                bank_consent: true,
            }),
            _ => Err(problems),
        }
    }
}

/// A PINFL in any grouping; the problem says what to type instead.
pub fn read_pinfl(
    t: T,
    typed: &Typed,
    field: &'static str,
    problems: &mut Problems,
) -> Option<Pinfl> {
    let text = typed.get(field);
    if text.is_empty() {
        problems.add(field, t.pinfl_empty());
        return None;
    }
    match Pinfl::parse_typed(text) {
        Ok(pinfl) => Some(pinfl),
        Err(wrong) => {
            problems.add(field, pinfl_problem(t, &wrong));
            None
        }
    }
}

pub fn pinfl_problem(t: T, wrong: &PinflError) -> String {
    match wrong {
        PinflError::Length { found } => t.pinfl_length(found),
        PinflError::NotDigit { .. } => t.pinfl_digits().to_owned(),
        PinflError::Century { .. } | PinflError::Date { .. } | PinflError::CheckDigit { .. } => {
            t.pinfl_check().to_owned()
        }
    }
}

/// The confirmation: number, what comes next and when. Prints on one page.
#[derive(Debug, Template)]
#[template(path = "casework/lodged.html")]
pub struct LodgedPage {
    pub shell: Shell,
    pub case: CaseId,
    pub number: String,
    pub lodged_on: Day,
    pub visit_by: Option<Day>,
    pub answer_by: Day,
    pub regime: String,
}

#[derive(Debug, Template)]
#[template(path = "casework/follow.html")]
pub struct FollowPage {
    pub shell: Shell,
    pub lines: Vec<CaseLine>,
    /// The address of the next page, when there is one.
    pub more: Option<String>,
}
