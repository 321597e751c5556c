//! Money that budget lines have left, as casework is told of it. Pure.

use std::collections::BTreeMap;

use kernel::{Money, Month};

use super::Award;

/// What is left of each line: by district and programme, month by month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FreeLines(BTreeMap<(u32, String), BTreeMap<Month, Money>>);

impl FreeLines {
    pub fn add(&mut self, district: u32, programme: &str, month: Month, free: Money) {
        let line = self.0.entry((district, programme.to_owned())).or_default();
        line.insert(month, free);
    }

    /// Whether the award can be paid: its first month has a line, and every line of its months
    /// has the money left. Months without a line are granted later and refuse nothing.
    pub(crate) fn reaches(&self, award: &Award) -> bool {
        let key = (award.district, award.programme.clone());
        self.0.get(&key).is_some_and(|months| {
            months.contains_key(&award.first_month)
                && months
                    .range(award.first_month..award.end_month)
                    .all(|(_, free)| *free >= award.amount)
        })
    }

    /// The award takes its money, whether or not it is there.
    pub(crate) fn spend(&mut self, award: &Award) {
        let key = (award.district, award.programme.clone());
        let Some(months) = self.0.get_mut(&key) else {
            return;
        };
        for (_, free) in months.range_mut(award.first_month..award.end_month) {
            *free -= award.amount;
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{AwardId, CaseId, DecisionId, PersonId, UnitId};

    use super::*;
    use crate::award::AtEnd;

    fn month(text: &str) -> Month {
        Month::parse(text).expect(text)
    }

    fn award(first: &str, end: &str) -> Award {
        Award {
            id: AwardId::NIL,
            case: CaseId::NIL,
            decision: DecisionId::NIL,
            unit: UnitId::NIL,
            payee: PersonId::NIL,
            district: 1,
            regime: String::new(),
            programme: "child_benefit".to_owned(),
            category: None,
            amount: Money(100),
            first_month: month(first),
            end_month: month(end),
            at_end: AtEnd::Stop,
            members: Vec::new(),
        }
    }

    #[test]
    fn an_award_needs_a_line_in_its_first_month_and_money_in_every_line_of_its_months() {
        let mut free = FreeLines::default();
        for (text, left) in [("2026-02", 250), ("2026-03", 100), ("2026-05", 99)] {
            free.add(1, "child_benefit", month(text), Money(left));
        }
        assert!(!free.reaches(&award("2026-01", "2026-03")), "no line");
        assert!(free.reaches(&award("2026-02", "2026-05")), "April is open");
        assert!(!free.reaches(&award("2026-02", "2026-06")), "May is short");
        free.spend(&award("2026-02", "2026-05"));
        assert!(free.reaches(&award("2026-02", "2026-03")));
        assert!(
            !free.reaches(&award("2026-02", "2026-04")),
            "March is spent"
        );
    }
}
