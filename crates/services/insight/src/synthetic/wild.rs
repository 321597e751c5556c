//! Families that a test should meet and a country seldom has.

use kernel::facts::{Cell, FactBody, FactKind, Owner, ValueType};
use kernel::kin::{Role, Tie};
use kernel::portrait::{Member, PackedFact};
use kernel::{Day, FactId, PersonId, Portrait, Sex, UnitId};

use super::Luck;

/// The family whose members are more than the law can be applied to.
const CROWD: u64 = 7;

/// How strange one family is, in thousandths.
struct Ways {
    silent: u64,
    missing: u64,
    extreme: u64,
}

/// The family of a number. `day` is about when it is decided.
pub fn family(kinds: &[&'static FactKind], day: Day, seed: u64, number: u64) -> Portrait {
    let mut luck = Luck::of(seed, number);
    let ways = Ways {
        silent: luck.pick(&[0, 0, 20, 100, 400]),
        missing: luck.pick(&[0, 0, 0, 50, 300]),
        extreme: luck.pick(&[0, 0, 0, 0, 0, 30, 300]),
    };
    let mut maker = Maker {
        kinds,
        day,
        luck,
        ways,
        next: u128::from(number) << 64,
    };
    let unit = UnitId::from_u128(maker.id());
    let mut members = maker.members();
    if number == CROWD {
        let one = members[0].clone();
        members.resize(1_001, one);
    }
    Portrait {
        unit,
        head: members[0].person,
        district: maker.district(),
        mahalla: 0,
        members,
        facts: maker.facts(None),
    }
}

struct Maker<'a> {
    kinds: &'a [&'static FactKind],
    day: Day,
    luck: Luck,
    ways: Ways,
    next: u128,
}

impl Maker<'_> {
    /// A district of one region of Uzbekistan; some live where the packs of Russia have values
    /// of a territory's own, or beside.
    fn district(&mut self) -> u32 {
        let abroad = self.luck.pick(&[0, 0, 0, 43, 62, 72, 73]);
        match abroad {
            0 => 1_703_202 + self.luck.below(12) as u32 * 2,
            region => region * 1_000_000 + 701_000,
        }
    }

    fn id(&mut self) -> u128 {
        self.next += 1;
        self.next
    }

    fn members(&mut self) -> Vec<Member> {
        let mut roles = vec![Role::Applicant];
        roles.extend(self.luck.per_mille(700).then_some(Role::Spouse));
        let children = self.luck.pick(&[0, 0, 1, 1, 2, 2, 3, 4, 7]);
        roles.extend(vec![Role::Child; children]);
        roles.extend(self.luck.per_mille(100).then_some(Role::Resident));
        roles.into_iter().map(|role| self.member(role)).collect()
    }

    fn member(&mut self, role: Role) -> Member {
        let years = match role {
            Role::Child => self.luck.between(0, 18),
            _ => self.luck.between(16, 75),
        };
        // Now and then the birthday is the day itself, or the day before or after it.
        let (year, month, of_month) = self.day.ymd();
        let on_the_day = Day::new(year - years as i32, month, of_month.min(28));
        let near = on_the_day.unwrap_or(self.day);
        let born = match self.luck.below(8) {
            0 => near.plus_days(self.luck.between(-1, 1) as i32),
            1 => Day::new((year - years as i32) / 4 * 4, 2, 29).unwrap_or(near),
            _ => near.plus_days(-self.luck.between(0, 364) as i32),
        };
        let died = self.luck.per_mille(40).then(|| {
            let days = self.luck.between(-30, 30);
            self.day.plus_days(days as i32)
        });
        let tie = match role {
            Role::Child => self
                .luck
                .pick(&[Tie::Own, Tie::Own, Tie::Adopted, Tie::Ward]),
            _ => Tie::None,
        };
        Member {
            person: PersonId::from_u128(self.id()),
            role,
            tie,
            sex: self.luck.pick(&[Sex::Female, Sex::Male]),
            born,
            died,
            facts: self.facts(Some(role)),
        }
    }

    /// Facts of a member, or of the unit: its own, and sometimes an extract over all.
    fn facts(&mut self, of: Option<Role>) -> Vec<PackedFact> {
        let mut facts = Vec::new();
        for kind in self.kinds {
            let times = match (kind.owner, of) {
                (Owner::Unit, None) | (Owner::Person, Some(_)) => 1_000 - self.ways.silent,
                (Owner::Person, None) => 60,
                (Owner::Unit, Some(_)) => 0,
            };
            if self.luck.per_mille(times) {
                facts.push(self.fact(kind));
                if self.luck.per_mille(100) {
                    facts.push(self.fact(kind));
                }
            }
        }
        facts
    }

    fn fact(&mut self, kind: &'static FactKind) -> PackedFact {
        let most = if kind.many { 4 } else { 1 };
        let rows = match kind.owner {
            Owner::Unit => 1,
            Owner::Person => self.luck.pick(&[0, 0, 1, 1, most]),
        };
        let rows = (0..rows).map(|_| {
            let cells = kind.fields.iter().enumerate();
            cells.map(|(place, _)| self.cell(kind, place)).collect()
        });
        let rows = rows.collect();
        PackedFact {
            id: FactId::from_u128(self.id()),
            kind: kind.code,
            source: self.luck.pick(kind.sources),
            as_of: self.day.plus_days(-self.luck.between(0, 40) as i32),
            body: FactBody::new(rows).pack(),
        }
    }

    fn cell(&mut self, kind: &'static FactKind, field: usize) -> Cell {
        if self.luck.per_mille(self.ways.missing) {
            return Cell::Missing;
        }
        let extreme = self.luck.per_mille(self.ways.extreme);
        let month = i64::from(self.day.month().0);
        Cell::Int(match kind.fields[field].ty {
            ValueType::Text => return Cell::Text("Ipak yoʻli".to_owned()),
            ValueType::Money if extreme => self.luck.pick(&[
                i64::MAX,
                i64::MAX - 1,
                i64::MAX / 2,
                i64::MAX / 4,
                1_000_000_000_000_000_000,
                -1,
                i64::MIN,
            ]),
            ValueType::Money => {
                let (little, more) = (
                    self.luck.between(0, 20_000_000),
                    self.luck.between(0, 200_000_000),
                );
                self.luck.pick(&[0, little, more, 200_700_000, 66_900_000])
            }
            ValueType::Integer if extreme => self.luck.pick(&[i64::MAX, i64::MIN, 0, -1]),
            ValueType::Integer => {
                let some = self.luck.between(1, 120);
                let year = i64::from(self.day.year()) - self.luck.between(0, 12);
                self.luck.pick(&[0, 1, 2, some, year])
            }
            ValueType::Day => i64::from(self.day.0) - self.luck.between(-10, 4_000),
            ValueType::Month => month - self.luck.pick(&[0, 1, 1, 2, 2, 3, 3, 4, 12, 13]),
            ValueType::YesNo => self.luck.between(0, 1),
            ValueType::Code(list) => self.luck.below(list.len() as u64) as i64,
        })
    }
}
