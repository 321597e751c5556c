//! The truth of a case: what the law gives, by a plain function.
//!
//! Written from the tables of the country's facts, without Daftar's rules crate,
//! so that two programs that share no line can be compared. Nothing here knows
//! of packs, columns or plans: read it beside the law.
//!
//! Units: money in tiyin, ages in completed years on the day the unit is taken
//! (the application day; 2026-02-01 for families that the change of law moved).
//!
//! UZ-654b: UP-6277 of 2021-08-11, PKM-654, filters of PKM-122 (facts 1.4, 9.1, 9.2).
//! UZ-SR26: UP-258 of 2025-12-26, PKM-35 of 2026-01-29 (facts 1.2, 1.5, 9.3).

use kernel::{Day, Instant};

const fn soum(soum: i64) -> i64 {
    soum * 100
}

/// The minimum consumer expenditure by its first day (facts 1.1 [S15][S16]); the
/// day in 2026 is recalled.
const MCE: [((i32, u32, u32), i64); 2] =
    [((2025, 2, 4), soum(669_000)), ((2026, 1, 1), soum(715_000))];
/// From 2025-08-01 (facts 1.1 [S17]).
const MINIMUM_WAGE: i64 = soum(1_271_000);
/// Balances of five minimum wages refuse (facts 1.4, PKM-122).
const BALANCE_LIMIT: i64 = 5 * MINIMUM_WAGE;
/// A serviceable car of at most so many years refuses (facts 1.4, PKM-122).
const CAR_YEARS_MAX: i32 = 7;

/// Monthly benefit from 2025-07-01 (UP-91 of 2025-06-02 [S17]).
const FIRST_CHILD_UNDER_THREE: i64 = soum(360_000);
const FIRST_CHILD: i64 = soum(275_000);
const SECOND_CHILD: i64 = soum(165_000);
const EACH_NEXT_CHILD: i64 = soum(110_000);
const MATERIAL_ASSISTANCE: i64 = soum(420_000);

/// Working age ends with the pension age: 60 for men, 55 for women.
const WORKING_AGE: std::ops::Range<i32> = 18..60;
const WORKING_AGE_WOMEN: std::ops::Range<i32> = 18..55;

/// An adult of the unit; `None` where the agency has not answered.
#[derive(Clone, Debug)]
pub struct Adult {
    pub male: bool,
    pub age: i32,
    /// Wages, own business and pensions of the three months of the window, as far as answered.
    pub income: i64,
    /// False while an agency that knows of income has not answered.
    pub income_whole: bool,
    pub dwellings: Option<i32>,
    pub nonresidential: Option<i32>,
    pub vehicles: Option<Vec<Vehicle>>,
    pub balance: Option<i64>,
    pub in_service: Option<bool>,
    pub unable_to_work: Option<bool>,
    /// Told at home of a reason that excuses from work.
    pub exempt: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vehicle {
    pub made_year: i32,
    pub serviceable: bool,
}

/// What people found; `None` until they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub at_home: Option<bool>,
    pub informal_by_visit: i64,
    /// Concluded by the Seven: informal income a month, difficult situation.
    pub seven: Option<(i64, bool)>,
}

/// A family on the day it is judged.
#[derive(Clone, Debug)]
pub struct Family {
    pub on: Day,
    pub adults: Vec<Adult>,
    /// Ages of the children under 18.
    pub children: Vec<i32>,
    pub findings: Findings,
    /// Moved by the change of law: no human steps, the way of former members open.
    pub moved: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Awarded,
    Refused,
    WaitingBudget,
    WaitingAgency,
    WaitingVisit,
}

/// Income a head and month as a fraction: `sum / parts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerHead {
    pub sum: i64,
    pub parts: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub outcome: Outcome,
    pub programme: Option<&'static str>,
    pub category: Option<&'static str>,
    pub amount: Option<i64>,
    pub per_head: Option<PerHead>,
    pub reasons: Vec<&'static str>,
}

impl PerHead {
    /// How the income stands to so many per cent of the expenditure minimum.
    fn against(self, percent: i64, mce: i64) -> std::cmp::Ordering {
        let left = i128::from(self.sum) * 100;
        left.cmp(&(i128::from(mce) * i128::from(percent) * i128::from(self.parts)))
    }

    pub fn rank(self, other: PerHead) -> std::cmp::Ordering {
        let left = i128::from(self.sum) * i128::from(other.parts);
        left.cmp(&(i128::from(other.sum) * i128::from(self.parts)))
    }

    /// To the tiyin, half up, for people to read.
    pub fn minor(self) -> i64 {
        (2 * self.sum + self.parts).div_euclid(2 * self.parts)
    }
}

/// UZ-654b: entitled up to and including one minimum; any filter refuses.
pub fn judge_654b(family: &Family) -> Judgement {
    let per_head = income_per_head(family, 0);
    let mut reasons = property_hits(family);
    let at_least = income_at_least(family, 0);
    reasons.extend(
        family
            .adults
            .iter()
            .any(|a| a.in_service == Some(true))
            .then_some("EMPLOYER_CLASS"),
    );
    // What is known can only grow: above the limit it settles the refusal.
    if at_least.against(100, mce(family.on)).is_gt() {
        reasons.insert(0, "INC_OFFICIAL");
    }
    if !reasons.is_empty() {
        return refused(reasons, per_head);
    }
    if per_head.is_none()
        || owning_unanswered(family)
        || family.adults.iter().any(|a| a.in_service.is_none())
    {
        return waiting(Outcome::WaitingAgency, per_head);
    }
    awarded(family, None, 100, per_head)
}

/// UZ-SR26: filters, then the visit and the Seven, then the bands.
pub fn judge_sr26(family: &Family) -> Judgement {
    let mce = mce(family.on);
    let official = income_per_head(family, 0);
    let mut reasons = property_hits(family);
    // At 1.5 and above no category is left, whatever anybody may still say.
    if income_at_least(family, 0).against(150, mce).is_ge() {
        reasons.insert(0, "INC_OFFICIAL");
    }
    if !reasons.is_empty() {
        return refused(reasons, official);
    }
    if official.is_none() || owning_unanswered(family) {
        return waiting(Outcome::WaitingAgency, official);
    }
    if !family.moved {
        match (family.findings.at_home, family.findings.seven) {
            (Some(false), _) => return refused(vec!["NOT_AT_HOME"], official),
            (None, _) | (_, None) => return waiting(Outcome::WaitingVisit, official),
            (Some(true), Some(_)) => {}
        }
    }
    by_bands(family, mce)
}

fn by_bands(family: &Family, mce: i64) -> Judgement {
    let difficult = family
        .findings
        .seven
        .is_some_and(|(_, difficult)| difficult);
    let per_head = income_per_head(family, informal(family));
    let Some(income) = per_head else {
        return waiting(Outcome::WaitingAgency, None);
    };
    if income.against(100, mce).is_lt() {
        let category = match is_anybody_able(family) {
            Some(true) => "POOR",
            Some(false) => "STATE_SUPPORTED",
            None => return waiting(Outcome::WaitingAgency, per_head),
        };
        return awarded(family, Some(category), 100, per_head);
    }
    let way_open = family.moved || difficult;
    if way_open && income.against(125, mce).is_le() {
        return awarded(family, Some("BORDERLINE"), 75, per_head);
    }
    if way_open && income.against(150, mce).is_lt() {
        return awarded(family, Some("BORDERLINE"), 50, per_head);
    }
    let limit = if way_open { 150 } else { 100 };
    let official_alone =
        income_per_head(family, 0).is_some_and(|own| own.against(limit, mce).is_ge());
    refused(
        vec![if official_alone {
            "INC_OFFICIAL"
        } else {
            "INC_INFORMAL"
        }],
        per_head,
    )
}

/// The greater of what the questionnaire and the Seven found, so far.
fn informal(family: &Family) -> i64 {
    let by_seven = family.findings.seven.map_or(0, |(sum, _)| sum);
    by_seven.max(family.findings.informal_by_visit)
}

/// `None` while an income of any adult is unanswered. `informal` is a month's.
fn income_per_head(family: &Family, informal: i64) -> Option<PerHead> {
    let whole = family.adults.iter().all(|adult| adult.income_whole);
    whole.then(|| income_at_least(family, informal))
}

/// What is known of the income; what is still unanswered can only add to it.
fn income_at_least(family: &Family, informal: i64) -> PerHead {
    let official: i64 = family.adults.iter().map(|adult| adult.income).sum();
    let members = (family.adults.len() + family.children.len()) as i64;
    PerHead {
        sum: official + 3 * informal,
        parts: 3 * members,
    }
}

/// Filters of facts 1.4 that known answers hit.
fn property_hits(family: &Family) -> Vec<&'static str> {
    let adults = || family.adults.iter();
    let known = |count: fn(&Adult) -> Option<i32>| adults().filter_map(count).sum::<i32>();
    let running = || {
        adults()
            .flat_map(|adult| adult.vehicles.iter().flatten())
            .filter(|car| car.serviceable)
    };
    let balance: i64 = adults().filter_map(|adult| adult.balance).sum();
    let hits = [
        ("PROP_DWELLING", known(|adult| adult.dwellings) > 1),
        ("PROP_NONRES", known(|adult| adult.nonresidential) >= 1),
        (
            "VEH_AGE",
            running().any(|car| family.on.year() - car.made_year <= CAR_YEARS_MAX),
        ),
        ("VEH_COUNT", running().count() >= 2),
        ("BANK", balance >= BALANCE_LIMIT),
    ];
    hits.into_iter()
        .filter_map(|(code, hit)| hit.then_some(code))
        .collect()
}

fn owning_unanswered(family: &Family) -> bool {
    let unanswered = |adult: &Adult| {
        adult.dwellings.is_none() || adult.vehicles.is_none() || adult.balance.is_none()
    };
    family.adults.iter().any(unanswered)
}

/// Is any adult able to work? `None` while it hangs on the disability register.
fn is_anybody_able(family: &Family) -> Option<bool> {
    let mut candidates = family
        .adults
        .iter()
        .filter(|adult| may_have_to_work(adult, family));
    if candidates
        .clone()
        .any(|adult| adult.unable_to_work == Some(false))
    {
        return Some(true);
    }
    let unanswered = candidates.any(|adult| adult.unable_to_work.is_none());
    (!unanswered).then_some(false)
}

/// Of working age, and not the one who cares for a child under three: the mother,
/// or the only parent.
fn may_have_to_work(adult: &Adult, family: &Family) -> bool {
    if adult.exempt {
        return false;
    }
    let working_age = if adult.male {
        WORKING_AGE
    } else {
        WORKING_AGE_WOMEN
    };
    let infant = family.children.iter().any(|age| *age < 3);
    let carer = infant && (!adult.male || family.adults.len() == 1);
    working_age.contains(&adult.age) && !carer
}

/// Facts 1.1: the base goes by the youngest child, then increments.
pub fn monthly_benefit(children: &[i32]) -> i64 {
    let Some(youngest) = children.iter().min() else {
        return MATERIAL_ASSISTANCE;
    };
    let base = if *youngest < 3 {
        FIRST_CHILD_UNDER_THREE
    } else {
        FIRST_CHILD
    };
    let second = if children.len() >= 2 { SECOND_CHILD } else { 0 };
    base + second + EACH_NEXT_CHILD * (children.len() as i64 - 2).max(0)
}

fn mce(on: Day) -> i64 {
    let in_force =
        |((year, month, day), _): &&((i32, u32, u32), i64)| on.ymd() >= (*year, *month, *day);
    MCE.iter()
        .rev()
        .find(in_force)
        .map_or(MCE[0].1, |(_, sum)| *sum)
}

fn awarded(
    family: &Family,
    category: Option<&'static str>,
    percent: i64,
    per_head: Option<PerHead>,
) -> Judgement {
    let programme = if family.children.is_empty() {
        "material_assistance"
    } else {
        "child_benefit"
    };
    Judgement {
        outcome: Outcome::Awarded,
        programme: Some(programme),
        category,
        // Exact: every sum of the table is a multiple of a hundred tiyin.
        amount: Some(monthly_benefit(&family.children) * percent / 100),
        per_head,
        reasons: vec![],
    }
}

fn refused(reasons: Vec<&'static str>, per_head: Option<PerHead>) -> Judgement {
    Judgement {
        outcome: Outcome::Refused,
        programme: None,
        category: None,
        amount: None,
        per_head,
        reasons,
    }
}

/// An award that ends for a reason outside the test of means.
pub fn stopped(reason: &'static str) -> Judgement {
    refused(vec![reason], None)
}

fn waiting(outcome: Outcome, per_head: Option<PerHead>) -> Judgement {
    Judgement {
        outcome,
        programme: None,
        category: None,
        amount: None,
        per_head,
        reasons: vec![],
    }
}

/// One who is entitled and stands in the queue for the month's budget.
#[derive(Clone, Copy, Debug)]
pub struct InQueue {
    pub programme: &'static str,
    pub amount: i64,
    pub per_head: PerHead,
    pub lodged_at: Instant,
    pub pinfl: kernel::Pinfl,
}

/// Shares a programme's budget, poorest first; the first one that does not fit
/// and all after it wait. True where awarded.
pub fn share_budget(queue: &[InQueue], limit_of: impl Fn(&str) -> Option<i64>) -> Vec<bool> {
    let mut order: Vec<usize> = (0..queue.len()).collect();
    order.sort_by(|left, right| {
        let (left, right) = (&queue[*left], &queue[*right]);
        let poorer = left.per_head.rank(right.per_head);
        poorer
            .then(left.lodged_at.cmp(&right.lodged_at))
            .then(left.pinfl.cmp(&right.pinfl))
    });
    let mut awarded = vec![false; queue.len()];
    for programme in ["child_benefit", "material_assistance"] {
        let mut left = limit_of(programme).unwrap_or(i64::MAX);
        for place in order
            .iter()
            .filter(|place| queue[**place].programme == programme)
        {
            if queue[*place].amount > left {
                break;
            }
            left -= queue[*place].amount;
            awarded[*place] = true;
        }
    }
    awarded
}

#[cfg(test)]
#[path = "truth_tests.rs"]
mod tests;
