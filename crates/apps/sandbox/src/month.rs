//! The truth of a month: every case counted in it or running through it, judged
//! by `truth.rs`, the change of law of 2026-02-01 and the budgets included.
//!
//! Law of time (wire contract, section 8): lodged up to the 16th counts in its
//! month, later in the next; the window is the three months before the month of
//! lodging; a running award stands until an event changes the family, from the
//! month after it.

use std::collections::BTreeMap;

use kernel::day::day_of_turning;
use kernel::{Day, Instant, Month};
use serde::Serialize;

use crate::cases::{Budget, Case};
use crate::population::person::PersonNo;
use crate::reading::Reading;
use crate::truth::{self, InQueue, Judgement, Outcome};
use crate::wire_time::{self, close_of, day_of};
use crate::world::World;

/// UP-258: the Social Register is in force from this day.
fn day_of_change() -> Day {
    Day::new(2026, 2, 1).unwrap_or_default()
}

const CUT_OFF_DAY: u32 = 16;

#[derive(Debug, Serialize)]
pub struct TruthJson {
    pub pinfl: kernel::Pinfl,
    pub number: String,
    #[serde(serialize_with = "wire_time::write")]
    pub lodged_at: Instant,
    pub outcome: Outcome,
    pub programme: Option<&'static str>,
    pub category: Option<&'static str>,
    pub amount_minor: Option<i64>,
    pub per_capita_minor: Option<i64>,
    pub reasons: Vec<&'static str>,
    /// True when the award ran before this month already.
    pub running: bool,
    /// True when the change of law moved the case.
    pub moved: bool,
}

/// A case as it stands after the close of a month.
#[derive(Clone, Debug)]
struct Standing {
    case: Case,
    moved: bool,
    running: bool,
    judgement: Judgement,
}

/// What was lodged and said, frozen for one reckoning.
struct Reckoning<'a> {
    world: &'a World,
    cases: Vec<Case>,
    events: Vec<crate::cases::LifeEvent>,
    steps: Vec<Instant>,
    budgets: BTreeMap<Month, Budget>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
    Uz654b,
    UzSr26,
}

impl Regime {
    pub fn named(name: &str) -> Option<Regime> {
        match name.to_ascii_lowercase().as_str() {
            "uz-654b" => Some(Regime::Uz654b),
            "uz-sr26" => Some(Regime::UzSr26),
            _ => None,
        }
    }
}

pub fn truth_of(world: &World, month: Month, regime: Regime) -> Vec<TruthJson> {
    let reckoning = Reckoning::new(world);
    let standings = match regime {
        Regime::Uz654b => reckoning.under_654b(month),
        Regime::UzSr26 => reckoning.under_sr26(month),
    };
    standings
        .into_iter()
        .map(|standing| standing.json(world))
        .collect()
}

/// Families whose award was running on the day of the change and was moved, poorest first.
pub fn running_after_change(world: &World) -> Vec<PersonNo> {
    let mut running = Reckoning::new(world).under_sr26(day_of_change().month());
    running.retain(|standing| standing.running && standing.judgement.outcome == Outcome::Awarded);
    running.sort_by_key(|standing| standing.judgement.per_head.map(|income| income.minor()));
    running
        .into_iter()
        .map(|standing| standing.case.applicant)
        .collect()
}

fn counted_month(case: &Case) -> Month {
    let day = day_of(case.lodged_at);
    day.month()
        .plus(i32::from(day.day_of_month() > CUT_OFF_DAY))
}

impl<'a> Reckoning<'a> {
    fn new(world: &'a World) -> Reckoning<'a> {
        let cases = world.cases();
        Reckoning {
            world,
            cases: cases.lodged.values().cloned().collect(),
            events: cases.events.clone(),
            steps: cases.steps.clone(),
            budgets: cases.budgets.clone(),
        }
    }

    /// Cases of the old law that count in a month, after its budget was shared.
    fn under_654b(&self, month: Month) -> Vec<Standing> {
        self.share(self.judged_old(month), month)
    }

    /// The same before any budget, at the close of the month or the change of law.
    fn judged_old(&self, month: Month) -> Vec<Standing> {
        let close = close_of(month.min(day_of_change().month().plus(-1)));
        let old =
            |case: &&Case| day_of(case.lodged_at) < day_of_change() && counted_month(case) == month;
        let standing = |case: &Case| Standing {
            case: case.clone(),
            moved: false,
            running: false,
            judgement: self.judge_old(case, close),
        };
        self.cases.iter().filter(old).map(standing).collect()
    }

    fn under_sr26(&self, month: Month) -> Vec<Standing> {
        let first = day_of_change().month();
        if month < first {
            return vec![];
        }
        let mut standings = if month == first {
            self.moved()
        } else {
            self.continued(month)
        };
        let new = |case: &&Case| {
            day_of(case.lodged_at) >= day_of_change() && counted_month(case) == month
        };
        let standing = |case: &Case| Standing {
            case: case.clone(),
            moved: false,
            running: false,
            judgement: self.judge_new(case, false, month, None),
        };
        standings.extend(self.cases.iter().filter(new).map(standing));
        self.share(standings, month)
    }

    /// Awards and pending cases of the old law on the day of the change. Who was
    /// refused under the old law stays refused.
    fn moved(&self) -> Vec<Standing> {
        let first = day_of_change().month();
        let mut standings = vec![];
        // Those lodged from the 17th on were decided, but never came to a close.
        for old in self
            .under_654b(first.plus(-1))
            .into_iter()
            .chain(self.judged_old(first))
        {
            let counted_before = counted_month(&old.case) < first;
            if old.judgement.outcome == Outcome::Refused {
                standings.extend((!counted_before).then_some(old));
                continue;
            }
            let running = counted_before && old.judgement.outcome == Outcome::Awarded;
            let judgement = self.judge_new(&old.case, true, first, None);
            standings.push(Standing {
                moved: true,
                running,
                judgement,
                ..old
            });
        }
        standings
    }

    /// What the month before left: awards run on, those who waited try again.
    fn continued(&self, month: Month) -> Vec<Standing> {
        let mut standings = self.under_sr26(month.plus(-1));
        standings.retain(|standing| standing.judgement.outcome != Outcome::Refused);
        for standing in &mut standings {
            standing.running = standing.judgement.outcome == Outcome::Awarded;
            let changed = if standing.running {
                self.last_change(&standing.case, month)
            } else {
                None
            };
            if !standing.running || changed.is_some() {
                standing.judgement = self.judge_new(&standing.case, standing.moved, month, changed);
            }
        }
        standings
    }

    /// The last day that changed the family and works from this month on: a birth
    /// or a death (from the month after it), or a child who came of age (the
    /// benefit runs to the end of that month; asked on the first of the next).
    fn last_change(&self, case: &Case, month: Month) -> Option<Day> {
        let told = self
            .events
            .iter()
            .filter(|event| event.family == case.family);
        let told = told.map(|event| event.on).filter(|on| on.month() < month);
        let country = &self.world.country;
        let children = country
            .unit(case.applicant, day_of(case.lodged_at))
            .children;
        let of_age = children
            .iter()
            .map(|no| day_of_turning(country.person(*no).born, 18));
        let since_award = |day: &Day| (day_of_change()..month.first_day()).contains(day);
        let of_age = of_age
            .filter(since_award)
            .map(|day| day.month().plus(1).first_day());
        told.chain(of_age).max()
    }

    fn judge_old(&self, case: &Case, close: Instant) -> Judgement {
        let on = day_of(case.lodged_at);
        truth::judge_654b(&self.reading(on.month(), close).family(case, on, false))
    }

    /// Ages, roster and window are those of the application day, of the day of the
    /// change of law, or of the day that changed the family.
    fn judge_new(&self, case: &Case, moved: bool, month: Month, changed: Option<Day>) -> Judgement {
        let lodged = if moved {
            day_of_change()
        } else {
            day_of(case.lodged_at)
        };
        let on = changed.unwrap_or(lodged);
        if !self.world.country.person(case.applicant).is_alive(on) {
            return truth::stopped("DEATH");
        }
        truth::judge_sr26(
            &self
                .reading(on.month(), close_of(month))
                .family(case, on, moved),
        )
    }

    fn reading(&self, asked: Month, close: Instant) -> Reading<'_> {
        Reading {
            world: self.world,
            steps: &self.steps,
            asked,
            close,
        }
    }

    /// Awards of this month's queue within the budget; running awards have theirs already.
    fn share(&self, mut standings: Vec<Standing>, month: Month) -> Vec<Standing> {
        let limits = self.budgets.get(&month);
        let limit_of = |programme: &str| {
            let named = |(name, _): &&(String, i64)| name == programme;
            limits
                .and_then(|limits| limits.iter().find(named))
                .map(|(_, limit)| *limit)
        };
        let places: Vec<usize> = (0..standings.len())
            .filter(|place| {
                !standings[*place].running
                    && standings[*place].judgement.outcome == Outcome::Awarded
            })
            .collect();
        let queue: Vec<InQueue> = places
            .iter()
            .filter_map(|place| standings[*place].in_queue(self.world))
            .collect();
        for (place, awarded) in places
            .into_iter()
            .zip(truth::share_budget(&queue, limit_of))
        {
            if !awarded {
                standings[place].judgement.outcome = Outcome::WaitingBudget;
            }
        }
        standings
    }
}

impl Standing {
    fn in_queue(&self, world: &World) -> Option<InQueue> {
        Some(InQueue {
            programme: self.judgement.programme?,
            amount: self.judgement.amount?,
            per_head: self.judgement.per_head?,
            lodged_at: self.case.lodged_at,
            pinfl: world.country.person(self.case.applicant).pinfl,
        })
    }

    fn json(self, world: &World) -> TruthJson {
        let Judgement {
            outcome,
            programme,
            category,
            amount,
            per_head,
            reasons,
        } = self.judgement;
        TruthJson {
            pinfl: world.country.person(self.case.applicant).pinfl,
            number: self.case.number,
            lodged_at: self.case.lodged_at,
            outcome,
            programme,
            category,
            amount_minor: amount,
            per_capita_minor: per_head.map(|income| income.minor()),
            reasons,
            running: self.running,
            moved: self.moved,
        }
    }
}
