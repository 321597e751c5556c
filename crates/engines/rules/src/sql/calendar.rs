//! The calendar as whole numbers, by the arithmetic of the kernel.

use super::slots::{Named, Slots, literal};
use crate::plan::Slot;
use crate::typed::Function;
use kernel::Day;

/// Days are shifted to the start of a far cycle of 400 years, so that none is negative.
const CYCLES: i64 = 15_000;
const SHIFT: i64 = 719_468 + 146_097 * CYCLES;
/// A year's days as one number: year * 512 + month * 32 + day.
const YEAR: i64 = 512;
/// Makes such numbers positive, for division.
const YEARS: i64 = 1 << 24;

impl Slots<'_> {
    pub(super) fn call(&self, slot: Slot, function: Function, a: Slot, b: Slot) -> Vec<Vec<Named>> {
        let state = format!(
            "CASE WHEN {} = 2 AND {} = 2 THEN 2 ELSE 0 END",
            self.s(a),
            self.s(b)
        );
        let quotient = |n: &str, d: i64| self.dialect.whole_quotient(n, &d.to_string());
        let year = |k: &str| format!("({} - {YEARS})", quotient(&shifted(k), YEAR));
        let month = |k: &str| quotient(&format!("({} % {YEAR})", shifted(k)), 32);
        let (mut steps, value) = match function {
            Function::MonthsBetween => (Vec::new(), format!("{} - {}", self.v(b), self.v(a))),
            Function::AddMonths => (Vec::new(), format!("{} + {}", self.v(a), self.v(b))),
            Function::CompletedYears => {
                let (mut steps, born) = self.calendar(slot, "x", a);
                let (more, on) = self.calendar(slot, "y", b);
                merge(&mut steps, more);
                (steps, year(&format!("{on} - {born}")))
            }
            Function::YearOf => {
                let (steps, k) = self.calendar(slot, "x", a);
                (steps, year(&k))
            }
            Function::MonthOf => {
                let (steps, k) = self.calendar(slot, "x", a);
                (steps, format!("{} * 12 + {} - 1", year(&k), month(&k)))
            }
            Function::MonthTurning => {
                let (steps, k) = self.calendar(slot, "x", a);
                let target = format!("({} + {})", year(&k), self.v(b));
                let leap =
                    format!("({target} % 4 = 0 AND ({target} % 100 <> 0 OR {target} % 400 = 0))");
                // Who was born on 29 February turns on 1 March in a common year.
                let later = format!(
                    "CASE WHEN {} % {YEAR} = {} AND NOT {leap} THEN 1 ELSE 0 END",
                    shifted(&k),
                    2 * 32 + 29
                );
                (
                    steps,
                    format!("{target} * 12 + {} - 1 + {later}", month(&k)),
                )
            }
        };
        steps.extend(self.one(slot, value, state));
        steps
    }

    /// A day as year * 512 + month * 32 + day, by the arithmetic of the kernel's calendar.
    fn calendar(&self, slot: Slot, letter: &str, day: Slot) -> (Vec<Vec<Named>>, String) {
        if let Some(fixed) = self.bound(day).fixed {
            let (year, month, of_month) = Day(fixed.value as i32).ymd();
            let k = i64::from(year) * YEAR + i64::from(month) * 32 + i64::from(of_month);
            return (Vec::new(), literal(k));
        }
        let div = |n: &str, d: i64| self.dialect.whole_quotient(n, &d.to_string());
        let name = |part: &str| format!("{letter}{part}{slot}");
        let (e, y, o) = (name("e"), name("y"), name("o"));
        let shifted = format!("({} + {SHIFT})", self.v(day));
        let of_era = format!(
            "{e} - {} + {} - {}",
            div(&e, 1_460),
            div(&e, 36_524),
            div(&e, 146_096)
        );
        let of_year = format!("{e} - (365 * {y} + {} - {})", div(&y, 4), div(&y, 100));
        let march = div(&format!("5 * {o} + 2"), 153);
        let of_month = format!("({o} - {} + 1)", div(&format!("153 * {march} + 2"), 5));
        let month = format!("(CASE WHEN {march} < 10 THEN {march} + 3 ELSE {march} - 9 END)");
        let era = div(&shifted, 146_097);
        let year =
            format!("({y} + ({era} - {CYCLES}) * 400 + CASE WHEN {march} >= 10 THEN 1 ELSE 0 END)");
        let k = name("k");
        let steps = vec![
            vec![(e, format!("{shifted} % 146097"))],
            vec![(y, div(&format!("({of_era})"), 365))],
            vec![(o, of_year)],
            vec![(
                k.clone(),
                format!("{year} * {YEAR} + {month} * 32 + {of_month}"),
            )],
        ];
        (steps, k)
    }
}

/// Positive whatever the year.
fn shifted(k: &str) -> String {
    format!("({k} + {})", YEARS * YEAR)
}

fn merge(steps: &mut Vec<Vec<Named>>, more: Vec<Vec<Named>>) {
    for (place, columns) in more.into_iter().enumerate() {
        match steps.get_mut(place) {
            Some(step) => step.extend(columns),
            None => steps.push(columns),
        }
    }
}
