//! The same by tenths of the people and by district.

use super::families::{Answers, Families, UNKNOWN_INCOME};
use super::study::{Study, income_after};
use crate::inequality::deciles;
use crate::table::{Cell, Table};
use std::collections::BTreeMap;

const COLUMNS: [&str; 18] = [
    "families",
    "people",
    "mean_income",
    "entitled_base",
    "entitled_reform",
    "coverage_base",
    "coverage_reform",
    "cost_base",
    "cost_reform",
    "change",
    "winners",
    "losers",
    "gains",
    "losses",
    "poor_before",
    "poor_base",
    "poor_reform",
    "income_unknown",
];

/// By tenths of the people, the poorest first; those of unknown income last.
pub fn by_decile(study: &Study<'_>) -> Table {
    let families = study.families;
    let order = &study.orders[0];
    let weight = |at: &u32| {
        let at = *at as usize;
        families.weight(at) * f64::from(families.people[at])
    };
    let people = order.iter().map(weight).sum();
    let tenths = deciles(order.iter().map(weight), people);
    let mut groups = vec![Group::default(); 11];
    for (at, tenth) in order.iter().zip(tenths) {
        groups[usize::from(tenth)].add(study, *at as usize);
    }
    for at in (0..families.len()).filter(|at| families.per_capita[*at] == UNKNOWN_INCOME) {
        groups[10].add(study, at);
    }
    let name = |place: usize| match place {
        10 => Cell::Text("unknown".to_owned()),
        _ => Cell::Text((place + 1).to_string()),
    };
    let named = groups.iter().enumerate();
    table("decile", named.map(|(place, group)| (name(place), group)))
}

/// By district, in the order of their codes.
pub fn by_district(study: &Study<'_>) -> Table {
    let mut groups: BTreeMap<u32, Group> = BTreeMap::new();
    for (at, district) in study.families.district.iter().enumerate() {
        groups.entry(*district).or_default().add(study, at);
    }
    let named = groups.iter();
    table(
        "district",
        named.map(|(district, group)| (Cell::Text(district.to_string()), group)),
    )
}

fn table<'a>(group: &'static str, rows: impl Iterator<Item = (Cell, &'a Group)>) -> Table {
    let mut columns = vec![group];
    columns.extend(COLUMNS);
    Table {
        name: group,
        columns,
        rows: rows.map(|(name, group)| group.row(name)).collect(),
    }
}

/// Sums over the families of a group, as they stand for the country.
#[derive(Debug, Clone, Default)]
struct Group {
    families: f64,
    people: f64,
    people_known: f64,
    income: f64,
    base: Helped,
    reform: Helped,
    winners: f64,
    losers: f64,
    gains: f64,
    losses: f64,
    /// People under the line before, after the base's benefits, after the reform's.
    poor: [f64; 3],
}

#[derive(Debug, Clone, Default)]
struct Helped {
    families: f64,
    people: f64,
    cost: f64,
}

impl Helped {
    fn add(&mut self, law: &Answers, at: usize, weight: f64, people: f64) {
        if law.amount[at] > 0 {
            self.families += weight;
            self.people += people;
            self.cost += weight * law.amount[at] as f64;
        }
    }
}

impl Group {
    fn add(&mut self, study: &Study<'_>, at: usize) {
        let families: &Families = study.families;
        let weight = families.weight(at);
        let people = weight * f64::from(families.people[at]);
        self.families += weight;
        self.people += people;
        self.base.add(&families.base, at, weight, people);
        self.reform.add(&families.reform, at, weight, people);
        let change = weight * (families.reform.amount[at] - families.base.amount[at]) as f64;
        if change > 0.0 {
            self.winners += weight;
            self.gains += change;
        }
        if change < 0.0 {
            self.losers += weight;
            self.losses += change;
        }
        let laws = [None, Some(&families.base), Some(&families.reform)];
        for (poor, law) in self.poor.iter_mut().zip(laws) {
            if income_after(families, law, at).is_some_and(|income| income < study.line) {
                *poor += people;
            }
        }
        if let Some(income) = income_after(families, None, at) {
            self.people_known += people;
            self.income += people * income;
        }
    }

    fn row(&self, name: Cell) -> Vec<Cell> {
        let share = |part: f64, whole: f64| {
            let share = crate::targeting::ratio(part, whole);
            share.map_or(Cell::Nothing, Cell::Share)
        };
        let mean = crate::targeting::ratio(self.income, self.people_known);
        vec![
            name,
            Cell::Count(self.families),
            Cell::Count(self.people),
            mean.map_or(Cell::Nothing, Cell::Money),
            Cell::Count(self.base.families),
            Cell::Count(self.reform.families),
            share(self.base.people, self.people),
            share(self.reform.people, self.people),
            Cell::Money(self.base.cost),
            Cell::Money(self.reform.cost),
            Cell::Money(self.reform.cost - self.base.cost),
            Cell::Count(self.winners),
            Cell::Count(self.losers),
            Cell::Money(self.gains),
            Cell::Money(self.losses),
            share(self.poor[0], self.people_known),
            share(self.poor[1], self.people_known),
            share(self.poor[2], self.people_known),
            share(self.people - self.people_known, self.people),
        ]
    }
}
