//! The budget: money set aside for a district and a programme, and what is left.

use askama::Template;
use kernel::{Money, Month, territory};
use uuid::Uuid;

use crate::form::{Choice, Field, Problems, Typed};
use crate::i18n::T;
use crate::pages::casework::visit::read_soum;
use crate::shell::Shell;

#[derive(Debug)]
pub struct BudgetLine {
    pub district: String,
    pub programme: String,
    pub month: Month,
    pub limit: Money,
    pub committed: Money,
    pub left: Money,
}

#[derive(Debug, Template)]
#[template(path = "payments/appropriations.html")]
pub struct AppropriationsPage {
    pub shell: Shell,
    pub lines: Vec<BudgetLine>,
    pub id: Uuid,
    pub typed: Typed,
    pub problems: Problems,
}

#[derive(Debug)]
pub struct AppropriationForm {
    pub district: u32,
    pub programme: String,
    pub month: Month,
    pub amount: Money,
}

/// What a budget can be set aside for.
pub const PROGRAMMES: [&str; 2] = ["child_benefit", "material_assistance"];

impl AppropriationsPage {
    fn district(&self) -> Field {
        let t = self.shell.t;
        Field::text("district", t.budget_district(), &self.typed, &self.problems)
            .hint(t.budget_district_hint())
            .digits()
    }

    fn programme(&self) -> Choice {
        let t = self.shell.t;
        let options = PROGRAMMES.map(|id| (id.to_owned(), t.programme(id)));
        Choice::new(
            "programme",
            t.budget_programme(),
            options,
            &self.typed,
            &self.problems,
        )
    }

    fn month(&self) -> Field {
        let t = self.shell.t;
        Field::text("month", t.runs_month(), &self.typed, &self.problems)
            .hint(t.runs_month_hint())
            .month()
    }

    fn amount(&self) -> Field {
        Field::text(
            "amount",
            self.shell.t.budget_amount(),
            &self.typed,
            &self.problems,
        )
        .digits()
    }

    pub fn read(t: T, typed: &Typed) -> Result<AppropriationForm, Problems> {
        let mut problems = Problems::none();
        let district = typed
            .get("district")
            .parse()
            .ok()
            .filter(|code| territory::find(*code).is_some());
        if district.is_none() {
            problems.add("district", t.district_wrong());
        }
        let programme = PROGRAMMES
            .into_iter()
            .find(|id| *id == typed.get("programme"));
        if programme.is_none() {
            problems.add("programme", t.choose_one());
        }
        let month = super::run::read_month(t, typed, &mut problems);
        let amount = read_soum(t, typed, "amount", &mut problems);
        match (district, programme, month, amount) {
            (Some(district), Some(programme), Some(month), Some(amount)) => Ok(AppropriationForm {
                district,
                programme: programme.to_owned(),
                month,
                amount,
            }),
            _ => Err(problems),
        }
    }
}
