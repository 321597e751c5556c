//! `count_months(excused.month, case.window_end, 12) filter (where …)`: in how many
//! of the twelve months up to a month there is such a row. Two rows of one month
//! count once, which a plain count cannot say. It is written out as a sum of yes/no
//! counts, one a month, so that it has their meaning for what is unknown.

use super::{Checked, Checker};
use crate::limits::WINDOW_MONTHS_MAX;
use crate::source::Place;
use crate::syntax::{Ast, Comparison, Form, Operator};

const EXAMPLE: &str = "count_months(wage.month, case.window_end, 12)";

impl Checker<'_> {
    pub(super) fn count_months(
        &self,
        arguments: &[Ast],
        filter: Option<&Ast>,
        place: &Place,
    ) -> Checked {
        let [month, last, months] = arguments else {
            return Err(place.error("a month of a row, a last month and a number", EXAMPLE));
        };
        let Form::Name(path) = &month.form else {
            return Err(month.place.error("this is not a month of a row", EXAMPLE));
        };
        let [table, _] = path.as_slice() else {
            return Err(month.place.error("this is not a month of a row", EXAMPLE));
        };
        let number = match &months.form {
            Form::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        let Some(number) = number.filter(|months| (1..=WINDOW_MONTHS_MAX).contains(months)) else {
            let wanted = format!("a written number from 1 to {WINDOW_MONTHS_MAX}");
            return Err(months.place.error("how many months?", wanted));
        };
        let at = |form: Form| Ast {
            form,
            place: place.clone(),
        };
        let ones = (0..number).map(|back| {
            let between = call(
                &at,
                "months_between",
                vec![month.clone(), last.clone()],
                None,
            );
            let back = at(Form::Number(back.to_string()));
            let in_month = compared(&at, Comparison::Equal, between, back);
            let wanted = match filter {
                Some(filter) => at(Form::Binary(
                    Operator::And,
                    Box::new(filter.clone()),
                    Box::new(in_month),
                )),
                None => in_month,
            };
            let rows = at(Form::Name(vec![table.clone()]));
            let count = call(&at, "count", vec![rows], Some(wanted));
            let any = compared(
                &at,
                Comparison::AtLeast,
                count,
                at(Form::Number("1".into())),
            );
            let one = (any, at(Form::Number("1".into())));
            at(Form::Case(
                vec![one],
                Box::new(at(Form::Number("0".into()))),
            ))
        });
        let add = |sum, one| at(Form::Binary(Operator::Add, Box::new(sum), Box::new(one)));
        self.tree(&ones.reduce(add).expect("at least one month"))
    }
}

fn call(at: &impl Fn(Form) -> Ast, name: &str, arguments: Vec<Ast>, filter: Option<Ast>) -> Ast {
    at(Form::Call {
        name: name.to_owned(),
        arguments,
        filter: filter.map(Box::new),
    })
}

fn compared(at: &impl Fn(Form) -> Ast, comparison: Comparison, left: Ast, right: Ast) -> Ast {
    let operator = Operator::Compare(comparison);
    at(Form::Binary(operator, Box::new(left), Box::new(right)))
}
