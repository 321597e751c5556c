//! The social worker's visits: the list, and the questionnaire at home.
//! Shared with the conclusions of the Seven: the list and the money of a form.

use askama::Template;
use kernel::{CaseId, Day, Money};
use uuid::Uuid;

use crate::form::{Choice, Field, Problems, Typed};
use crate::i18n::T;
use crate::shell::Shell;

/// A case that waits for a visit or for a conclusion.
#[derive(Debug)]
pub struct Due {
    pub case: CaseId,
    pub number: String,
    /// In groups, as it stands in the passport.
    pub pinfl: String,
    pub name: String,
    pub mahalla: String,
    pub since: Day,
    pub deadline: Option<Day>,
    pub overdue: bool,
}

#[derive(Debug, Template)]
#[template(path = "casework/visits.html")]
pub struct VisitsPage {
    pub shell: Shell,
    pub title: &'static str,
    pub none: &'static str,
    /// `/visits` or `/conclusions`.
    pub base: &'static str,
    pub due: Vec<Due>,
    pub more: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "casework/visit.html")]
pub struct VisitPage {
    pub shell: Shell,
    pub case: CaseId,
    pub number: String,
    pub name: String,
    pub id: Uuid,
    pub typed: Typed,
    pub problems: Problems,
}

/// A questionnaire without mistakes.
#[derive(Debug)]
pub struct VisitForm {
    pub at_home: bool,
    pub confirmed: bool,
    pub informal_income: Money,
    pub visited_on: Day,
}

impl VisitPage {
    fn at_home(&self) -> Choice {
        Choice::yes_no(
            "at_home",
            self.shell.t.visit_at_home(),
            self.shell.t,
            &self.typed,
            &self.problems,
        )
    }

    fn confirmed(&self) -> Choice {
        Choice::yes_no(
            "confirmed",
            self.shell.t.visit_confirmed(),
            self.shell.t,
            &self.typed,
            &self.problems,
        )
    }

    fn income(&self) -> Field {
        income_field(self.shell.t, &self.typed, &self.problems)
    }

    fn day(&self) -> Field {
        Field::text(
            "visited_on",
            self.shell.t.visit_day(),
            &self.typed,
            &self.problems,
        )
        .day()
    }

    pub fn read(t: T, typed: &Typed, today: Day) -> Result<VisitForm, Problems> {
        let mut problems = Problems::none();
        let at_home = read_yes_no(t, typed, "at_home", &mut problems);
        let confirmed = read_yes_no(t, typed, "confirmed", &mut problems);
        let income = read_soum(t, typed, "informal_income", &mut problems);
        let day = read_day(t, typed, "visited_on", today, &mut problems);
        match (at_home, confirmed, income, day) {
            (Some(at_home), Some(confirmed), Some(informal_income), Some(visited_on)) => {
                Ok(VisitForm {
                    at_home,
                    confirmed,
                    informal_income,
                    visited_on,
                })
            }
            _ => Err(problems),
        }
    }
}

pub fn income_field(t: T, typed: &Typed, problems: &Problems) -> Field {
    Field::text("informal_income", t.visit_income(), typed, problems)
        .hint(t.visit_income_hint())
        .digits()
}

pub fn read_yes_no(
    t: T,
    typed: &Typed,
    field: &'static str,
    problems: &mut Problems,
) -> Option<bool> {
    match typed.get(field) {
        "yes" => Some(true),
        "no" => Some(false),
        _ => {
            problems.add(field, t.choose_one());
            None
        }
    }
}

/// Whole soums in any grouping; never negative.
pub fn read_soum(
    t: T,
    typed: &Typed,
    field: &'static str,
    problems: &mut Problems,
) -> Option<Money> {
    let digits: String = typed
        .get(field)
        .chars()
        .filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}'))
        .collect();
    let sum = Money::parse(&digits.replace(',', "."))
        .ok()
        .filter(|sum| !sum.is_negative());
    if sum.is_none() {
        problems.add(field, t.money_wrong());
    }
    sum
}

pub fn read_day(
    t: T,
    typed: &Typed,
    field: &'static str,
    today: Day,
    problems: &mut Problems,
) -> Option<Day> {
    match Day::parse(typed.get(field)) {
        Ok(day) if day <= today => Some(day),
        Ok(_) => {
            problems.add(field, t.day_future());
            None
        }
        Err(_) => {
            problems.add(field, t.day_wrong());
            None
        }
    }
}
