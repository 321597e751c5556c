//! The twelve formulas of January 2017 as a programmer would write them for these
//! people alone: the limit that the engine is measured against. It reads no pack,
//! knows nothing of unknowns and checks no overflow.

use super::people::{DAY, People};
use kernel::Day;

/// In the order of `ours::VARIABLES`, at the scales of the pack.
pub fn totals(people: &People) -> Vec<i128> {
    let (year, month, day) = Day(DAY as i32).ymd();
    let mut sums = [0_i64; 12];
    for household in 0..people.households() {
        let start = people.member_start[household] as usize;
        let end = people.member_start[household + 1] as usize;
        let (mut adults, mut under_8, mut under_6) = (0, false, false);
        let (mut salaries, mut others, mut taxes) = (0, 0, 0);
        let (mut basic_incomes, mut contributions) = (0, 0);
        for person in start..end {
            let (born_year, born_month, born_day) = Day(people.birth[person] as i32).ymd();
            let before = (month, day) < (born_month, born_day);
            let age = i64::from(year - born_year - i32::from(before));
            let (salary, capital) = (people.salary[person], people.capital_returns[person]);
            let basic_income = if age >= 18 { 60_000 } else { 0 };
            let pension = if age >= 62 { 100 } else { 0 };
            let income_tax = (salary + capital + pension) * 15;
            let contribution = salary.min(600_000) * 2
                + (salary.min(1_240_000) - 600_000).max(0) * 6
                + (salary - 1_240_000).max(0) * 12;
            adults += i64::from(people.role[person] == 0);
            under_8 |= age < 8;
            under_6 |= age < 6;
            salaries += salary;
            others += capital + pension;
            taxes += income_tax;
            basic_incomes += basic_income;
            contributions += contribution;
            sums[0] += age;
            sums[1] += basic_income;
            sums[2] += pension;
            sums[3] += income_tax;
            sums[4] += contribution;
        }
        let child = (adults == 1 && under_8) || under_6;
        let parenting = if salaries <= 50_000 && child {
            60_000
        } else {
            0
        };
        let housing_tax = match people.status[household] {
            0 | 1 => (people.size[household] * 1_000).max(2_000_000),
            _ => 0,
        };
        sums[5] += salaries;
        sums[7] += parenting;
        sums[8] += housing_tax;
        let income = (salaries + others + basic_incomes + parenting) * 100;
        sums[9] += (income - taxes - contributions) * 12 - housing_tax;
        sums[10] += basic_incomes * 100;
        sums[11] += (taxes + contributions) * 12 + housing_tax;
    }
    sums.iter().map(|sum| i128::from(*sum)).collect()
}
