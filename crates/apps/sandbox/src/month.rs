//! The truth of a month: every case counted in it or running through it, judged
//! by `truth.rs`, the change of law of 2026-02-01 and the budgets included.
//!
//! Law of time (wire contract, section 8): lodged up to the 16th counts in its
//! month, later in the next; the window is the three months before the month of
//! lodging; a running award stands until an event changes the family, from the
//! month after it.

use std::collections::BTreeMap;

use kernel::{Day, Instant, Month};
use serde::Serialize;

use crate::agency::Agency;
use crate::cases::{Budget, Case};
use crate::population::person::{Marks, PersonNo};
use crate::truth::{self, Adult, Findings, InQueue, Judgement, Outcome, Vehicle};
use crate::wire_time::{self, close_of, day_of};
use crate::world::World;

/// UP-258: the Social Register is in force from this day.
fn day_of_change() -> Day {
    Day::new(2026, 2, 1).unwrap_or_default()
}

const CUT_OFF_DAY: u32 = 16;
const WINDOW_MONTHS: i32 = 3;

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
                self.last_event(&standing.case, month)
            } else {
                None
            };
            if !standing.running || changed.is_some() {
                standing.judgement = self.judge_new(&standing.case, standing.moved, month, changed);
            }
        }
        standings
    }

    /// The last event in a family that works from this month on.
    fn last_event(&self, case: &Case, month: Month) -> Option<Day> {
        let works = |event: &&crate::cases::LifeEvent| {
            event.family == case.family && event.on.month() < month
        };
        self.events.iter().filter(works).map(|event| event.on).max()
    }

    fn judge_old(&self, case: &Case, close: Instant) -> Judgement {
        let on = day_of(case.lodged_at);
        truth::judge_654b(&self.family(case, on, on.month(), close, false))
    }

    fn judge_new(&self, case: &Case, moved: bool, month: Month, changed: Option<Day>) -> Judgement {
        let lodged = if moved {
            day_of_change()
        } else {
            day_of(case.lodged_at)
        };
        let on = changed.unwrap_or(lodged);
        if !self.world.country.person(case.applicant).is_alive(on) {
            let stopped = Outcome::Refused;
            return Judgement {
                outcome: stopped,
                programme: None,
                category: None,
                amount: None,
                per_head: None,
                reasons: vec!["DEATH"],
            };
        }
        truth::judge_sr26(&self.family(case, on, lodged.month(), close_of(month), moved))
    }

    /// The facts of a family on a day, for the window before `asked`, as far as
    /// the agencies had answered by `close`.
    fn family(
        &self,
        case: &Case,
        on: Day,
        asked: Month,
        close: Instant,
        moved: bool,
    ) -> truth::Family {
        let country = &self.world.country;
        let unit = country.unit(case.applicant, on);
        let roster_known = self.answered(Agency::CivilRegistry, case.applicant, asked, close);
        let adult = |no: &PersonNo| self.adult(*no, on, asked, close, roster_known);
        let in_time = |at: Instant| at < close;
        let visit = case
            .visited
            .filter(|(at, _)| in_time(*at))
            .map(|(_, visit)| visit);
        let seven = case
            .concluded
            .filter(|(at, _)| in_time(*at))
            .map(|(_, seven)| seven);
        truth::Family {
            on,
            adults: unit.adults.iter().map(adult).collect(),
            children: unit
                .children
                .iter()
                .map(|no| country.person(*no).age(on))
                .collect(),
            findings: Findings {
                at_home: visit.map(|visit| visit.at_home),
                informal_by_visit: visit.map_or(0, |visit| visit.informal_minor),
                seven: seven.map(|seven| (seven.informal_minor, seven.difficult_situation)),
            },
            moved,
        }
    }

    fn adult(
        &self,
        no: PersonNo,
        on: Day,
        asked: Month,
        close: Instant,
        roster_known: bool,
    ) -> Adult {
        const TIYIN: i64 = 100;
        let person = self.world.country.person(no);
        let answered = |agency| roster_known && self.answered(agency, no, asked, close);
        let window = (1..=WINDOW_MONTHS).map(|back| asked.plus(-back));
        let income = window.map(|month| {
            person.wage_minor(month)
                + person.self_employment_minor(month)
                + person.pension_minor(month)
        });
        let car = |car: &crate::population::person::Car| Vehicle {
            made_year: car.made_year(),
            serviceable: car.serviceable(),
        };
        let cars = person
            .cars
            .iter()
            .filter(|car| car.exists())
            .map(car)
            .collect();
        let balance = (i64::from(person.card_soum) + i64::from(person.deposit_soum)) * TIYIN;
        Adult {
            male: person.is_male(),
            age: person.age(on),
            income: (answered(Agency::Tax) && answered(Agency::PensionFund)).then(|| income.sum()),
            dwellings: answered(Agency::Cadastre).then_some(i32::from(person.estate.dwellings)),
            nonresidential: answered(Agency::Cadastre)
                .then_some(i32::from(person.estate.nonresidential)),
            vehicles: answered(Agency::Vehicles).then_some(cars),
            balance: answered(Agency::Bank).then_some(balance),
            in_service: answered(Agency::Employment).then_some(person.marks.has(Marks::SERVICE)),
            unable_to_work: answered(Agency::Disability)
                .then_some(person.marks.has(Marks::UNABLE_TO_WORK)),
        }
    }

    fn answered(&self, agency: Agency, no: PersonNo, asked: Month, close: Instant) -> bool {
        let pinfl = self.world.country.person(no).pinfl;
        self.world
            .faults
            .answered_by((agency, pinfl, asked), &self.steps, close)
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
