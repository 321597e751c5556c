//! Money that budget lines have left, as casework is told of it. Pure.

use std::collections::BTreeMap;

use kernel::{Money, Month};

use super::{Award, Running};

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
        self.of(award)
            .is_some_and(|months| months.contains_key(&award.first_month))
            && self.bears(award, &[])
    }

    /// Whether the award can take the place of those `held`, which give their money back: no line
    /// of its months lacks what it asks beyond them. Who asks for no more than is held is never
    /// short.
    pub(crate) fn bears(&self, award: &Award, held: &[Running]) -> bool {
        let months = self.of(award).into_iter().flatten();
        let mut own = months.filter(|(month, _)| is_paid_in(award, award.end_month, **month));
        own.all(|(month, free)| {
            let line = (award.district, award.programme.as_str());
            let asked = award.amount - held_in(line, held, *month);
            asked <= Money::ZERO || asked <= *free
        })
    }

    /// The award takes its money, whether or not it is there.
    pub fn spend(&mut self, award: &Award) {
        self.change(award, award.first_month, award.end_month, -award.amount);
    }

    /// A running award gives back what it held from a month on.
    pub(crate) fn give_back(&mut self, held: &Running, from: Month) {
        let from = from.max(held.award.first_month);
        self.change(&held.award, from, held.end(), held.award.amount);
    }

    fn of(&self, award: &Award) -> Option<&BTreeMap<Month, Money>> {
        self.0.get(&(award.district, award.programme.clone()))
    }

    fn change(&mut self, award: &Award, from: Month, end: Month, by: Money) {
        let key = (award.district, award.programme.clone());
        let months = (from < end).then(|| self.0.get_mut(&key)).flatten();
        for (_, free) in months.into_iter().flat_map(|m| m.range_mut(from..end)) {
            *free += by;
        }
    }
}

fn is_paid_in(award: &Award, end: Month, month: Month) -> bool {
    award.first_month <= month && month < end
}

/// What awards hold of a line (district and programme) in a month.
pub(crate) fn held_in(line: (u32, &str), held: &[Running], month: Month) -> Money {
    let same_line = |held: &&Running| {
        (held.award.district, held.award.programme.as_str()) == line
            && is_paid_in(&held.award, held.end(), month)
    };
    let held = held.iter().filter(same_line);
    held.map(|held| held.award.amount).sum()
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

    #[test]
    fn an_award_in_the_place_of_another_needs_only_what_it_grows_by() {
        let mut free = FreeLines::default();
        for (text, left) in [("2026-02", 30), ("2026-03", 29), ("2026-05", 130)] {
            free.add(1, "child_benefit", month(text), Money(left));
        }
        let held = |end| Running {
            award: award("2026-01", end),
            stopped: None,
        };
        let grown = |first, end, amount| Award {
            amount: Money(amount),
            ..award(first, end)
        };
        let check = |award: &Award, held_until, expected| {
            let held = [held(held_until)];
            assert_eq!(free.bears(award, &held), expected, "{award:?}");
        };
        check(&grown("2026-02", "2026-03", 130), "2026-06", true);
        check(&grown("2026-02", "2026-03", 131), "2026-06", false);
        check(&grown("2026-02", "2026-04", 130), "2026-06", false);
        // Where the old one has ended the new one is asked for whole.
        check(&grown("2026-05", "2026-06", 130), "2026-05", true);
        check(&grown("2026-05", "2026-06", 131), "2026-05", false);
        // Another line gives nothing.
        let mut other = held("2026-06");
        other.award.programme = "material_assistance".to_owned();
        assert!(!free.bears(&grown("2026-02", "2026-03", 100), &[other]));
        // No more than before is never short, even of a line that owes.
        free.add(1, "child_benefit", month("2026-02"), Money(-500));
        let same = grown("2026-02", "2026-03", 100);
        assert!(free.bears(&same, &[held("2026-06")]));
        free.give_back(&held("2026-06"), month("2026-02"));
        free.spend(&same);
        let line = free.of(&same).unwrap();
        assert_eq!(line[&month("2026-02")], Money(-500));
        assert_eq!(line[&month("2026-03")], Money(129), "given back");
    }
}
