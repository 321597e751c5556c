//! Random formulas that are well typed, and random families: unknown, empty, extreme.

use kernel::facts::{self, Cell, FactBody};
use kernel::kin::{Role, Tie};
use kernel::portrait::{Member, PackedFact};
use kernel::{Day, FactId, PersonId, Portrait, Sex, UnitId};

/// A small generator of its own (splitmix64), so that a seed says everything.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.roll(from.len() as u64) as usize]
    }
}

/// Where the formula stands, and so what it may name.
#[derive(Clone, Copy, PartialEq)]
pub enum Level {
    Unit,
    Member,
    Row(&'static str),
}

impl Dice {
    pub fn truth(&mut self, deep: u32, at: Level) -> String {
        if deep == 0 {
            return self.plain_truth(at);
        }
        match self.roll(11) {
            0 => format!(
                "({} and {})",
                self.truth(deep - 1, at),
                self.truth(deep - 1, at)
            ),
            1 => format!(
                "({} or {})",
                self.truth(deep - 1, at),
                self.truth(deep - 1, at)
            ),
            2 => format!("not ({})", self.truth(deep - 1, at)),
            3..=5 => {
                let how = self.pick(&["<", "<=", "=", "<>", ">=", ">"]);
                format!(
                    "({} {how} {})",
                    self.money(deep - 1, at),
                    self.money(deep - 1, at)
                )
            }
            6 | 7 => {
                let how = self.pick(&["<", "<=", "=", "<>", ">=", ">"]);
                format!(
                    "({} {how} {})",
                    self.integer(deep - 1, at),
                    self.integer(deep - 1, at)
                )
            }
            8 => {
                let how = self.pick(&["<", "<=", "=", ">"]);
                format!("({} {how} {})", self.month(at), self.month(at))
            }
            9 => format!(
                "({} between {} and {})",
                self.integer(deep - 1, at),
                self.integer(0, at),
                self.integer(0, at)
            ),
            _ => format!(
                "case when {} then {} else {} end",
                self.truth(deep - 1, at),
                self.truth(deep - 1, at),
                self.plain_truth(at)
            ),
        }
    }

    fn plain_truth(&mut self, at: Level) -> String {
        let people = [
            "member.role = 'child'",
            "member.sex <> 'male'",
            "age >= 18",
            "owns > 0",
        ];
        match (at, self.roll(4)) {
            (_, 0) => self.pick(&["true", "false"]).to_owned(),
            (Level::Row("vehicle"), 1) => "vehicle.serviceable".to_owned(),
            (Level::Row("property"), 1) => "property.use in ('dwelling', 'land')".to_owned(),
            (Level::Row("visit"), 1) => "visit.at_home".to_owned(),
            (Level::Row("visit") | Level::Unit, _) => {
                format!(
                    "{} > {}",
                    self.integer(0, Level::Unit),
                    self.integer(0, Level::Unit)
                )
            }
            _ => self.pick(&people).to_owned(),
        }
    }

    pub fn integer(&mut self, deep: u32, at: Level) -> String {
        if deep == 0 {
            return self.plain_integer(at);
        }
        match self.roll(9) {
            0 => format!(
                "({} + {})",
                self.integer(deep - 1, at),
                self.integer(deep - 1, at)
            ),
            1 => format!(
                "({} - {})",
                self.integer(deep - 1, at),
                self.integer(deep - 1, at)
            ),
            2 => format!(
                "({} * {})",
                self.integer(deep - 1, at),
                self.plain_integer(at)
            ),
            3 => format!("(-{})", self.integer(deep - 1, at)),
            4 | 5 => {
                let function = self.pick(&["greatest", "least", "known_or"]);
                format!(
                    "{function}({}, {})",
                    self.integer(deep - 1, at),
                    self.integer(deep - 1, at)
                )
            }
            6 => format!(
                "case when {} then {} when {} then {} else {} end",
                self.truth(deep - 1, at),
                self.integer(deep - 1, at),
                self.truth(deep - 1, at),
                self.plain_integer(at),
                self.plain_integer(at)
            ),
            _ if at == Level::Unit => self.count(deep - 1),
            _ => self.plain_integer(at),
        }
    }

    fn plain_integer(&mut self, at: Level) -> String {
        match (at, self.roll(5)) {
            (Level::Row("vehicle"), 0 | 1) => "vehicle.made_year".to_owned(),
            (Level::Row("property"), 0 | 1) => "property.area_m2".to_owned(),
            (Level::Member | Level::Row("wage" | "account"), 0) => "owns".to_owned(),
            (_, 2) => "members".to_owned(),
            (_, 3) => self
                .pick(&["999999999999999", "1000000007", "4096"])
                .to_owned(),
            _ => self.roll(4).to_string(),
        }
    }

    fn count(&mut self, deep: u32) -> String {
        match self.roll(4) {
            0 => format!(
                "count(member) filter (where {})",
                self.truth(deep, Level::Member)
            ),
            1 => format!(
                "count(property) filter (where {})",
                self.truth(deep, Level::Row("property"))
            ),
            2 => "count(wage)".to_owned(),
            _ => format!(
                "count(vehicle) filter (where {})",
                self.truth(deep, Level::Row("vehicle"))
            ),
        }
    }

    /// Money, perhaps as a fraction: whole tiyin where it must be, see [`Dice::whole_money`].
    pub fn money(&mut self, deep: u32, at: Level) -> String {
        if deep == 0 {
            return self.plain_money(at);
        }
        match self.roll(12) {
            0 | 1 => format!(
                "({} + {})",
                self.money(deep - 1, at),
                self.money(deep - 1, at)
            ),
            2 => format!(
                "({} - {})",
                self.money(deep - 1, at),
                self.money(deep - 1, at)
            ),
            3 => format!(
                "({} * {})",
                self.money(deep - 1, at),
                self.plain_integer(at)
            ),
            4 => format!(
                "({} * {})",
                self.money(deep - 1, at),
                self.pick(&["0.5", "1.25", "0.001"])
            ),
            5 | 6 => format!(
                "({} / {})",
                self.money(deep - 1, at),
                self.integer(deep - 1, at)
            ),
            7 => {
                let function = self.pick(&["greatest", "least", "known_or"]);
                format!(
                    "{function}({}, {})",
                    self.money(deep - 1, at),
                    self.money(deep - 1, at)
                )
            }
            8 => format!(
                "case when {} then {} else {} end",
                self.truth(deep - 1, at),
                self.money(deep - 1, at),
                self.money(deep - 1, at)
            ),
            9 => self.whole_money(deep, at),
            _ if at == Level::Unit => self.sum(deep - 1),
            _ => self.plain_money(at),
        }
    }

    fn whole_money(&mut self, deep: u32, at: Level) -> String {
        let step = self.pick(&["0.01", "1", "1000"]);
        let mode = self.pick(&["half_up", "half_even", "down", "up"]);
        format!("round({}, {step}, '{mode}')", self.money(deep - 1, at))
    }

    fn plain_money(&mut self, at: Level) -> String {
        match (at, self.roll(4)) {
            (Level::Row("wage"), 0 | 1) => "wage.amount".to_owned(),
            (Level::Row("account"), 0 | 1) => "account.balance".to_owned(),
            (Level::Row("visit"), 0 | 1) => "visit.informal_income".to_owned(),
            (Level::Unit, 0) => "pay".to_owned(),
            (_, 1) => "vast".to_owned(),
            (_, 2) => "grant".to_owned(),
            _ => "line".to_owned(),
        }
    }

    fn sum(&mut self, deep: u32) -> String {
        let table = self.pick(&["wage", "account", "visit"]);
        let at = Level::Row(table);
        let deep = deep.max(1);
        let field = match table {
            "wage" => "wage.amount",
            "account" => "account.balance",
            _ => "visit.informal_income",
        };
        let value = if self.roll(2) == 0 {
            field.to_owned()
        } else {
            format!(
                "round({field} + {}, 0.01, 'half_up')",
                self.money(deep - 1, at)
            )
        };
        let filter = match self.roll(3) {
            0 => String::new(),
            _ => format!(" filter (where {})", self.truth(deep, at)),
        };
        match self.roll(4) {
            0 => format!(
                "min({value}, {}){filter}",
                self.pick(&["line", "vast", "0"])
            ),
            1 => format!(
                "max({value}, {}){filter}",
                self.pick(&["line", "grant", "0"])
            ),
            _ => format!("sum({value}){filter}"),
        }
    }

    fn month(&mut self, at: Level) -> String {
        match (at, self.roll(6)) {
            (Level::Row("wage"), 0 | 1) => "wage.month".to_owned(),
            (Level::Member, 0 | 1) => "month_turning(member.born, 18)".to_owned(),
            (_, 2) => "case.window_end".to_owned(),
            (_, 3) => "add_months(case.counted_month, -3)".to_owned(),
            (_, 4) => "month_of(DATE '2025-11-30')".to_owned(),
            _ => "month_of(case.applied_on)".to_owned(),
        }
    }
}

/// Facts are missing, empty, ordinary or absurd.
pub fn family(dice: &mut Dice, window_end: i64) -> Portrait {
    let count = 1 + dice.roll(4);
    let mut next = 0;
    let mut members = Vec::new();
    for place in 0..count {
        let role = match place {
            0 => Role::Applicant,
            1 if dice.roll(2) == 0 => Role::Spouse,
            _ => Role::Child,
        };
        let kinds = ["wage", "vehicle", "account", "property"];
        let packed = kinds
            .iter()
            .filter_map(|kind| fact(dice, kind, window_end, &mut next));
        let facts = packed.collect();
        members.push(Member {
            person: PersonId::from_u128(u128::from(place) + 1),
            role,
            tie: if role == Role::Child {
                Tie::Own
            } else {
                Tie::None
            },
            sex: if dice.roll(2) == 0 {
                Sex::Male
            } else {
                Sex::Female
            },
            born: Day::new(
                2026 - dice.roll(80) as i32,
                1 + dice.roll(12) as u32,
                1 + dice.roll(28) as u32,
            )
            .expect("a day"),
            died: None,
            facts,
        });
    }
    Portrait {
        unit: UnitId::from_u128(1),
        head: members[0].person,
        district: 1_703_202,
        mahalla: 0,
        members,
        facts: fact(dice, "visit", window_end, &mut next)
            .into_iter()
            .collect(),
    }
}

fn fact(dice: &mut Dice, name: &str, window_end: i64, next: &mut u128) -> Option<PackedFact> {
    let kind = facts::kind_named(name).expect("a kind");
    if dice.roll(4) == 0 {
        return None;
    }
    *next += 1;
    let most = if kind.many { 4 } else { 2 };
    let rows = (0..dice.roll(most)).map(|_| {
        let fields = kind.fields.iter();
        fields
            .map(|field| cell(dice, field.ty, window_end))
            .collect()
    });
    Some(PackedFact {
        id: FactId::from_u128(*next),
        kind: kind.code,
        source: kind.agency(),
        as_of: Day::new(2026, 3, 1).expect("a day"),
        body: FactBody::new(rows.collect()).pack(),
    })
}

fn cell(dice: &mut Dice, ty: facts::ValueType, window_end: i64) -> Cell {
    use facts::ValueType;
    if dice.roll(8) == 0 {
        return Cell::Missing;
    }
    let odd = [-1, i64::MAX, i64::MIN + 1, i64::MAX / 3];
    if dice.roll(12) == 0 && ty != ValueType::Text {
        return Cell::Int(odd[dice.roll(4) as usize]);
    }
    match ty {
        ValueType::Text => Cell::Text("x".into()),
        ValueType::Money => Cell::Int([0, 1, 99, 70_000_000, 123_456_789][dice.roll(5) as usize]),
        ValueType::Integer => Cell::Int(1990 + dice.roll(40) as i64),
        ValueType::Month => Cell::Int(window_end - dice.roll(4) as i64),
        ValueType::Day => Cell::Int(dice.roll(20_000) as i64),
        ValueType::YesNo => Cell::Int(dice.roll(2) as i64),
        ValueType::Code(list) => Cell::Int(dice.roll(list.len() as u64) as i64),
    }
}
