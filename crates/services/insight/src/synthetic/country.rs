//! A plausible country straight into the columns of a snapshot, some millions of families
//! a minute. The shares are round numbers, not statistics of any country.

use kernel::facts::{FactKind, Owner, code};
use kernel::kin::{Role, Tie};
use kernel::{Day, Month};

use super::Luck;
use crate::snapshot::{Facts, Group};

/// What the families are made for.
#[derive(Debug, Clone)]
pub struct Country {
    pub kinds: Vec<&'static FactKind>,
    /// The day of the decision: incomes are those of the months before.
    pub day: Day,
    pub seed: u64,
}

impl Country {
    /// Adds the family of a number, 3.8 persons on average.
    pub fn push(&self, group: &mut Group, number: u64, district: u32) {
        let mut luck = Luck::of(self.seed, number);
        let unit = group.first_unit + group.units.count as i64;
        group.units.count += 1;
        group.units.id.push(u128::from(number).to_be_bytes());
        group.units.district.push(district as i32);
        group.units.mahalla.push(0);
        let couple = luck.per_mille(850);
        let children = luck.pick(&[0, 1, 1, 2, 2, 2, 3, 3, 3, 2]);
        // A share of families lives on little: the law is for them.
        let poor = luck.per_mille(250);
        self.adult(group, unit, Role::Applicant, poor, &mut luck);
        if couple {
            self.adult(group, unit, Role::Spouse, poor, &mut luck);
        }
        for _ in 0..children {
            let days = luck.between(0, 18 * 365);
            self.member(group, unit, Role::Child, Tie::Own, days, &mut luck);
            self.ask(group, false);
        }
        for (kind, facts) in self.kinds.iter().zip(&mut group.facts) {
            if kind.owner == Owner::Unit {
                facts.asked.push(false);
            }
        }
    }

    fn adult(&self, group: &mut Group, unit: i64, role: Role, poor: bool, luck: &mut Luck) {
        let days = luck.between(20 * 365, 62 * 365);
        self.member(group, unit, role, Tie::None, days, luck);
        let member = group.first_member + group.members.unit.len() as i64 - 1;
        self.ask(group, true);
        for (kind, facts) in self.kinds.iter().zip(&mut group.facts) {
            if kind.owner == Owner::Person {
                self.rows(kind, facts, (unit, member), poor, luck);
            }
        }
    }

    fn member(
        &self,
        group: &mut Group,
        unit: i64,
        role: Role,
        tie: Tie,
        days: i64,
        luck: &mut Luck,
    ) {
        let members = &mut group.members;
        members.unit.push(unit);
        members.role.push(i32::from(role.code()));
        members.tie.push(i32::from(tie.code()));
        let sex = match role {
            Role::Applicant => 1,
            Role::Spouse => 0,
            _ => luck.below(2) as i32,
        };
        members.sex.push(sex);
        members.born.push(self.day.0 - days as i32);
        members.died.push(None);
    }

    /// The agencies have spoken of every adult, but for some that are silent.
    fn ask(&self, group: &mut Group, adult: bool) {
        for (kind, facts) in self.kinds.iter().zip(&mut group.facts) {
            if kind.owner == Owner::Person {
                facts.asked.push(adult);
            }
        }
    }

    fn rows(
        &self,
        kind: &'static FactKind,
        facts: &mut Facts,
        owner: (i64, i64),
        poor: bool,
        luck: &mut Luck,
    ) {
        if luck.per_mille(2) {
            *facts.asked.last_mut().expect("asked before") = false;
            return;
        }
        let month = self.day.month();
        let mut row = |cells: &[Option<i64>]| push(kind, facts, owner, self.day, cells);
        match kind.code {
            code::WAGE if luck.per_mille(if poor { 300 } else { 600 }) => {
                let most = if poor { 150_000_000 } else { 900_000_000 };
                let amount = luck.between(40_000_000, most);
                for back in 1..=3 {
                    row(&[at(month, back), Some(amount), None]);
                }
            }
            code::SELF_EMPLOYMENT if luck.per_mille(100) => {
                row(&[at(month, 1), Some(luck.between(0, 300_000_000))]);
            }
            code::PENSION if luck.per_mille(80) => {
                for back in 1..=3 {
                    row(&[Some(0), at(month, back), Some(90_000_000)]);
                }
            }
            code::OTHER_INCOME if luck.per_mille(50) => {
                row(&[at(month, 2), Some(luck.between(0, 50_000_000)), Some(0)]);
            }
            code::PROPERTY if luck.per_mille(500) => {
                let second = !poor && luck.per_mille(150);
                for _ in 0..=u8::from(second) {
                    row(&[Some(0), None, Some(luck.between(30, 140))]);
                }
            }
            code::VEHICLE if luck.per_mille(if poor { 60 } else { 300 }) => {
                let made = i64::from(self.day.year()) - luck.between(0, 25);
                row(&[None, None, Some(made), Some(1)]);
            }
            code::ACCOUNT if luck.per_mille(700) => {
                let most = if poor { 100_000_000 } else { 2_000_000_000 };
                row(&[None, None, Some(luck.between(0, most)), Some(1)]);
            }
            code::DISABILITY if luck.per_mille(40) => row(&[Some(2), Some(1)]),
            _ => {}
        }
    }
}

fn at(month: Month, back: i32) -> Option<i64> {
    Some(i64::from(month.plus(-back).0))
}

fn push(
    kind: &'static FactKind,
    facts: &mut Facts,
    (unit, owner): (i64, i64),
    day: Day,
    cells: &[Option<i64>],
) {
    facts.unit.push(unit);
    facts.owner.push(owner);
    facts.source.push(i32::from(kind.agency().code()));
    facts.as_of.push(day.0);
    for (place, (field, column)) in kind.fields.iter().zip(&mut facts.fields).enumerate() {
        if field.ty != kernel::facts::ValueType::Text {
            column.push(cells.get(place).copied().flatten());
        }
    }
}
