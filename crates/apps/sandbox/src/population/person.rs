//! One person in about 80 bytes: a million of them fit in memory beside their
//! agencies. What can be computed from a hash (the wage of one month, a plate, a
//! phone) is not stored.

use kernel::{Day, Month, Pinfl, Sex};

use crate::seed;

/// Place in the population's list of persons.
pub type PersonNo = u32;
pub const NOBODY: PersonNo = u32::MAX;

/// How the register (not the civil registry) lists a person in a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Head,
    Spouse,
    Child,
    /// A grown, unmarried child who lives with the parents.
    Grown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    Own,
    Adopted,
    Ward,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PensionKind {
    OldAge,
    Disability,
    Survivor,
    Allowance,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disability {
    None,
    First,
    Second,
    Third,
    Child,
}

/// Yes-or-no properties, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(pub u16);

impl Marks {
    /// Every month the same wage to the tiyin.
    pub const STEADY: Marks = Marks(1);
    pub const JOB_SEEKER: Marks = Marks(1 << 1);
    /// Serves in defence, interior, security, guard or customs.
    pub const SERVICE: Marks = Marks(1 << 2);
    /// Lives elsewhere than the register's family (a divorce the register missed).
    pub const MOVED: Marks = Marks(1 << 3);
    pub const UNABLE_TO_WORK: Marks = Marks(1 << 4);
    /// The register has the row without the personal number.
    pub const NO_PINFL_IN_REGISTER: Marks = Marks(1 << 5);
    /// Works abroad, or serves a sentence: data only, the law in force here asks neither.
    pub const ABROAD: Marks = Marks(1 << 6);
    pub const IMPRISONED: Marks = Marks(1 << 7);
    /// The second vehicle is driven by a general power of attorney.
    pub const POWER_OF_ATTORNEY: Marks = Marks(1 << 8);

    pub fn has(self, mark: Marks) -> bool {
        self.0 & mark.0 != 0
    }

    pub fn set(&mut self, mark: Marks) {
        self.0 |= mark.0;
    }
}

/// A vehicle in two bytes: years since 1970 and whether it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Car(u16);

impl Car {
    pub const NONE: Car = Car(0);
    const RUNS: u16 = 1 << 15;

    pub fn made(year: i32, serviceable: bool) -> Car {
        let years = (year - 1970) as u16;
        Car(years | if serviceable { Car::RUNS } else { 0 })
    }

    pub fn exists(self) -> bool {
        self != Car::NONE
    }

    pub fn made_year(self) -> i32 {
        1970 + i32::from(self.0 & !Car::RUNS)
    }

    pub fn serviceable(self) -> bool {
        self.0 & Car::RUNS != 0
    }
}

/// How many of each kind of real estate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estate {
    pub dwellings: u8,
    pub nonresidential: u8,
    pub land: u8,
}

/// Places in the lists of names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameCode {
    pub family: u16,
    pub given: u8,
    pub father: u8,
}

/// Money here is whole soʻm; the agencies answer in tiyin.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub pinfl: Pinfl,
    pub born: Day,
    /// As the civil registry knows it; the register may have missed it.
    pub died: Option<Day>,
    pub family: u32,
    /// As the civil registry knows it.
    pub spouse: PersonNo,
    pub name: NameCode,
    pub role: Role,
    pub tie: Tie,
    pub marks: Marks,
    pub wage_soum: u32,
    /// The wage from January 2026 on, when it is another.
    pub wage_2026_soum: Option<std::num::NonZeroU32>,
    pub payer: u16,
    pub self_employment_soum: u32,
    pub pension_soum: u32,
    pub pension_kind: PensionKind,
    pub disability: Disability,
    pub estate: Estate,
    pub cars: [Car; 2],
    /// Which bank keeps the card.
    pub bank: u8,
    pub card_soum: u32,
    pub deposit_soum: u32,
}

/// What keeps a person from work, told at home: no agency knows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// As Daftar's questionnaire names it.
    pub reason: &'static str,
    pub since: Day,
    pub until: Option<Day>,
}

impl Exemption {
    pub fn holds(self, on: Day) -> bool {
        self.since <= on && self.until.is_none_or(|until| until >= on)
    }
}

const TIYIN: i64 = 100;
/// The month from which `wage_2026_soum` holds.
const RAISE_MONTH: Month = Month(2026 * 12);

impl Person {
    pub fn sex(&self) -> Sex {
        self.pinfl.sex()
    }

    pub fn is_male(&self) -> bool {
        self.sex() == Sex::Male
    }

    pub fn age(&self, on: Day) -> i32 {
        kernel::day::completed_years(self.born, on)
    }

    pub fn is_alive(&self, on: Day) -> bool {
        self.died.is_none_or(|died| died > on)
    }

    /// Wage of a month in tiyin: the base, a tenth up or down by month unless steady.
    pub fn wage_minor(&self, month: Month) -> i64 {
        let raised = self.wage_2026_soum.filter(|_| month >= RAISE_MONTH);
        let base = i64::from(raised.map_or(self.wage_soum, |wage| wage.get())) * TIYIN;
        self.by_month(base, month, 900, 1100)
    }

    /// Takings of the self-employed swing more, and some months bring nothing.
    pub fn self_employment_minor(&self, month: Month) -> i64 {
        let base = i64::from(self.self_employment_soum) * TIYIN;
        if !self.marks.has(Marks::STEADY) && seed::happens(self.hash(month), 80) {
            return 0;
        }
        self.by_month(base, month, 600, 1400)
    }

    pub fn pension_minor(&self, _month: Month) -> i64 {
        i64::from(self.pension_soum) * TIYIN
    }

    /// Of who earns nothing: some of the young study, some women bear a child, some of all
    /// others care for somebody.
    pub fn exemption(&self) -> Option<Exemption> {
        if self.wage_soum > 0 || self.self_employment_soum > 0 {
            return None;
        }
        let hash = seed::mix(&[self.pinfl.number(), seed::of_text("exemption")]);
        let (reason, per_mille, since, until) = match self.age(Day::new(2026, 2, 1)?) {
            18..23 => (
                "full_time_study",
                250,
                Day::new(2025, 9, 2)?,
                Day::new(2026, 6, 30),
            ),
            20..40 if !self.is_male() => (
                "pregnancy",
                60,
                Day::new(2025, 12, 15)?,
                Day::new(2026, 7, 15),
            ),
            _ => ("care_of_disabled", 25, Day::new(2024, 3, 1)?, None),
        };
        seed::happens(hash, per_mille).then_some(Exemption {
            reason,
            since,
            until,
        })
    }

    fn by_month(&self, base: i64, month: Month, low: i64, high: i64) -> i64 {
        if self.marks.has(Marks::STEADY) {
            return base;
        }
        base * seed::between(self.hash(month), low, high) / 1000
    }

    fn hash(&self, month: Month) -> u64 {
        seed::mix(&[self.pinfl.number(), month.0 as u64])
    }
}
