//! The Mahalla Seven records its conclusion: a fact, never a decision.

use askama::Template;
use kernel::{CaseId, Day, Money};
use uuid::Uuid;

use super::visit::{income_field, read_day, read_soum, read_yes_no};
use crate::form::{Choice, Field, Problems, Typed};
use crate::i18n::T;
use crate::shell::Shell;

#[derive(Debug, Template)]
#[template(path = "casework/conclusion.html")]
pub struct ConclusionPage {
    pub shell: Shell,
    pub case: CaseId,
    pub number: String,
    pub name: String,
    pub id: Uuid,
    pub typed: Typed,
    pub problems: Problems,
}

#[derive(Debug)]
pub struct ConclusionForm {
    pub informal_income: Money,
    pub difficult_situation: bool,
    pub concluded_on: Day,
}

impl ConclusionPage {
    fn difficult(&self) -> Choice {
        let t = self.shell.t;
        Choice::yes_no(
            "difficult_situation",
            t.conclusion_difficult(),
            t,
            &self.typed,
            &self.problems,
        )
    }

    fn income(&self) -> Field {
        income_field(self.shell.t, &self.typed, &self.problems)
    }

    fn day(&self) -> Field {
        Field::text(
            "concluded_on",
            self.shell.t.conclusion_day(),
            &self.typed,
            &self.problems,
        )
        .day()
    }

    pub fn read(t: T, typed: &Typed, today: Day) -> Result<ConclusionForm, Problems> {
        let mut problems = Problems::none();
        let difficult = read_yes_no(t, typed, "difficult_situation", &mut problems);
        let income = read_soum(t, typed, "informal_income", &mut problems);
        let day = read_day(t, typed, "concluded_on", today, &mut problems);
        match (income, difficult, day) {
            (Some(informal_income), Some(difficult_situation), Some(concluded_on)) => {
                Ok(ConclusionForm {
                    informal_income,
                    difficult_situation,
                    concluded_on,
                })
            }
            _ => Err(problems),
        }
    }
}
