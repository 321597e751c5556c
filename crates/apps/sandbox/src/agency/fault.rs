//! When an agency is late, silent or talks rubbish. A row of the scenario decides first; without
//! one the rates do, by hashes, so that the same question meets the same fate; a request that failed
//! once by its rate passes when the same request is tried again.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use kernel::{Day, Instant, Month, Pinfl};

use super::scenario::Scenario;
use super::{Agency, Question};
use crate::seed;
use crate::wire_time::{day_of, morning_of};

/// Shares per mille and the delay of every answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    pub late: u32,
    /// Late answers come after so many virtual days; `None`: after one to five.
    pub late_days: Option<u16>,
    pub timeout: u32,
    pub rubbish: u32,
    /// The connection breaks before the answer.
    pub reset: u32,
    /// The answer comes byte by byte, longer than anybody waits.
    pub drip: u32,
    /// A part of the answer comes twice.
    pub duplicate: u32,
    /// The parts of an answer come in another order, and after those of later requests.
    pub reorder: u32,
    /// A signed answer is changed on its way.
    pub forged: u32,
    /// A signed answer is signed by somebody else.
    pub wrong_key: u32,
    /// A true answer of before comes instead.
    pub replay: u32,
    /// A true answer comes that speaks for last year.
    pub stale: u32,
    /// The agency says something else than it would otherwise.
    pub contradictory: u32,
    /// Cards that are closed (AC04) until the owner mends the account.
    pub returned: u32,
    pub delay_ms: u64,
}

/// A thousand of a thousand requests.
const PER_MILLE_ALL: u32 = 1_000;

/// To how much the faults of requests add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatesRefused(u32);

impl std::fmt::Display for RatesRefused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the faults of requests add up to {} of a thousand, and a request meets one at most: write rates \
             that add up to {PER_MILLE_ALL} or less",
            self.0
        )
    }
}

impl std::error::Error for RatesRefused {}

impl Rates {
    /// Whether there is a request for each fault that was asked for.
    pub fn check(&self) -> Result<(), RatesRefused> {
        let sum = self.sum();
        match sum <= PER_MILLE_ALL {
            true => Ok(()),
            false => Err(RatesRefused(sum)),
        }
    }

    /// How many of a thousand requests meet no fault yet.
    pub fn room(&self) -> u32 {
        PER_MILLE_ALL.saturating_sub(self.sum())
    }

    fn sum(&self) -> u32 {
        let of_requests = [
            self.timeout,
            self.rubbish,
            self.reset,
            self.drip,
            self.duplicate,
            self.reorder,
            self.forged,
            self.wrong_key,
            self.replay,
            self.stale,
            self.contradictory,
        ];
        of_requests.into_iter().fold(0, u32::saturating_add)
    }
}

/// What happens to a whole request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Hangs, then answers.
    Hang {
        ms: u64,
    },
    /// The connection breaks in the middle of the answer.
    Cut,
    Rubbish,
    Reset,
    Drip,
    Duplicate,
    Reorder,
    Forged,
    WrongKey,
    Replay,
    /// Speaks for a day so long before.
    Stale {
        days: i32,
    },
    /// As this row of the scenario says; without one, the contrary of the truth.
    Contradictory {
        row: Option<usize>,
    },
}

/// Where nobody says how long before the day a stale answer speaks for.
pub const STALE_DAYS: i32 = 400;
/// Where nobody says how long a request hangs.
pub const HANG_MS: i64 = 5_000;

impl Fault {
    /// The day that an answer speaks for.
    pub fn as_of(self, asked: Day) -> Day {
        match self {
            Fault::Stale { days } => asked.plus_days(-days),
            _ => asked,
        }
    }
}

/// An answer and its headers, as it was given.
pub type Given = (Vec<u8>, Vec<(&'static str, String)>);

#[derive(Debug)]
pub struct Faults {
    seed: u64,
    pub rates: Rates,
    pub scenario: Scenario,
    late: Mutex<HashMap<LateKey, Late>>,
    failed: Mutex<HashSet<(Agency, u64)>>,
    /// The last honest answer of each agency, for whoever plays it again.
    recorded: Mutex<HashMap<Agency, Given>>,
}

type LateKey = (Agency, Pinfl, Month);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Late {
    ready_at: Instant,
}

/// Late answers come after so many virtual days, at nine in the morning.
const LATE_DAYS: (i64, i64) = (1, 5);

impl Faults {
    pub fn new(seed: u64, rates: Rates, scenario: Scenario) -> Faults {
        Faults {
            seed,
            rates,
            scenario,
            late: Mutex::default(),
            failed: Mutex::default(),
            recorded: Mutex::default(),
        }
    }

    /// The fate of a question: as the scenario has it, or else by its own id.
    pub fn of_question(&self, agency: Agency, question: &Question, now: Instant) -> Fault {
        let scripted = self.scenario.of_request(agency, question, now);
        scripted.unwrap_or_else(|| self.of_request(agency, &question.request_id))
    }

    /// The fate of a request, by its own id.
    fn of_request(&self, agency: Agency, request: &str) -> Fault {
        let fault = self.chosen(agency, seed::of_text(request));
        if fault == Fault::None {
            return Fault::None;
        }
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.insert((agency, seed::of_text(request))) {
            fault
        } else {
            Fault::None
        }
    }

    /// By hashes: the first fault of the table that happens to this request.
    fn chosen(&self, agency: Agency, request: u64) -> Fault {
        let rates = &self.rates;
        let hash = seed::mix(&[self.seed, 11, agency as u64, request]);
        if seed::happens(hash, rates.timeout) {
            return match (hash / 1000).is_multiple_of(2) {
                true => Fault::Hang {
                    ms: HANG_MS.unsigned_abs(),
                },
                false => Fault::Cut,
            };
        }
        if seed::happens(hash / 7, rates.rubbish) {
            return Fault::Rubbish;
        }
        // Only registries sign.
        let signed = |rate| if agency.signs() { rate } else { 0 };
        let table = [
            (rates.reset, Fault::Reset),
            (rates.drip, Fault::Drip),
            (rates.duplicate, Fault::Duplicate),
            (signed(rates.forged), Fault::Forged),
            (signed(rates.wrong_key), Fault::WrongKey),
            (rates.replay, Fault::Replay),
            (rates.stale, Fault::Stale { days: STALE_DAYS }),
            (rates.reorder, Fault::Reorder),
            (rates.contradictory, Fault::Contradictory { row: None }),
        ];
        let happens = |(place, (rate, _)): &(usize, &(u32, Fault))| {
            let hash = seed::mix(&[self.seed, 14, *place as u64, agency as u64, request]);
            seed::happens(hash, *rate)
        };
        let chosen = table.iter().enumerate().find(happens);
        chosen.map_or(Fault::None, |(_, (_, fault))| *fault)
    }

    /// Keeps an honest answer for whoever plays it again.
    pub fn record(&self, agency: Agency, given: &Given) {
        if self.rates.replay == 0 && !self.scenario.replays() {
            return;
        }
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.insert(agency, given.clone());
    }

    pub fn recorded(&self, agency: Agency) -> Option<Given> {
        let recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        recorded.get(&agency).cloned()
    }

    /// `Some(ready_at)` while the answer about a person is pending. The wait is
    /// counted from the first question.
    pub fn pending(
        &self,
        agency: Agency,
        pinfl: Pinfl,
        month: Month,
        now: Instant,
    ) -> Option<Instant> {
        let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (agency, pinfl, month);
        let ready_at = match late.get(&key) {
            Some(known) => known.ready_at,
            None => {
                let days = self.late_days(key, now)?;
                let ready_at = morning_of(day_of(now).plus_days(days));
                late.insert(key, Late { ready_at });
                ready_at
            }
        };
        (ready_at > now).then_some(ready_at)
    }

    /// Whether Daftar could have had the answer by `close`: it was never late, or
    /// the clock stood still at some step between its coming and the close.
    pub fn answered_by(
        &self,
        key: (Agency, Pinfl, Month),
        steps: &[Instant],
        close: Instant,
    ) -> bool {
        let late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(late) = late.get(&key) else {
            return true;
        };
        steps
            .iter()
            .any(|step| late.ready_at <= *step && *step < close)
    }

    /// How many days after its first question the answer comes, if it is late.
    fn late_days(&self, (agency, pinfl, month): LateKey, now: Instant) -> Option<i32> {
        if let Some(days) = self.scenario.late_days(agency, pinfl, now) {
            return Some(days);
        }
        let hash = seed::mix(&[self.seed, 12, agency as u64, pinfl.number(), month.0 as u64]);
        if !seed::happens(hash, self.rates.late) {
            return None;
        }
        if let Some(days) = self.rates.late_days {
            return Some(i32::from(days));
        }
        let hash = seed::mix(&[self.seed, 13, agency as u64, pinfl.number()]);
        Some(seed::between(hash, LATE_DAYS.0, LATE_DAYS.1) as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Sex;

    fn faults(rates: Rates) -> Faults {
        Faults::new(1, rates, Scenario::default())
    }

    fn pinfls() -> impl Iterator<Item = Pinfl> {
        let day = Day::new(1990, 5, 5).unwrap();
        (0..20_000u32)
            .map(move |n| Pinfl::make(Sex::Male, day, (n / 1000) as u16, (n % 1000) as u16))
    }

    fn at(text: &str) -> Instant {
        Instant::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn one_answer_in_a_hundred_is_late_and_a_retry_agrees_until_it_is_ready() {
        let faults = faults(Rates {
            late: 10,
            ..Rates::default()
        });
        let month = Month::new(2026, 1).unwrap();
        let asked = at("2026-01-05T09:00:00+05:00");
        let mut late = 0;
        for pinfl in pinfls() {
            let Some(ready_at) = faults.pending(Agency::Tax, pinfl, month, asked) else {
                continue;
            };
            late += 1;
            let days = day_of(ready_at).days_since(day_of(asked));
            assert!((1..=5).contains(&days), "{days} days");
            assert_eq!(
                faults.pending(Agency::Tax, pinfl, month, asked.plus_seconds(60)),
                Some(ready_at)
            );
            assert_eq!(faults.pending(Agency::Tax, pinfl, month, ready_at), None);
            let key = (Agency::Tax, pinfl, month);
            let close = at("2026-02-01T00:30:00+05:00");
            assert!(!faults.answered_by(key, &[asked], close));
            assert!(faults.answered_by(key, &[asked, ready_at], close));
        }
        assert!((150..250).contains(&late), "{late} of 20,000");
    }

    #[test]
    fn late_answers_come_after_the_days_that_were_chosen() {
        let faults = faults(Rates {
            late: 1000,
            late_days: Some(30),
            ..Rates::default()
        });
        let (month, asked) = (
            Month::new(2026, 1).unwrap(),
            at("2026-01-05T09:00:00+05:00"),
        );
        let pinfl = pinfls().next().unwrap();
        let ready_at = faults.pending(Agency::Tax, pinfl, month, asked);
        assert_eq!(ready_at, Some(at("2026-02-04T09:00:00+05:00")));
    }

    #[test]
    fn a_request_fails_once_and_passes_when_tried_again() {
        let faults = faults(Rates {
            timeout: 2,
            rubbish: 1,
            ..Rates::default()
        });
        let mut failed = 0;
        for n in 0..20_000 {
            let request = format!("request-{n}");
            if faults.of_request(Agency::Bank, &request) != Fault::None {
                failed += 1;
                assert_eq!(faults.of_request(Agency::Bank, &request), Fault::None);
            }
        }
        assert!((30..90).contains(&failed), "{failed} of 20,000");
    }

    #[test]
    fn more_faults_than_requests_are_refused() {
        let rates = |timeout, replay| Rates {
            timeout,
            replay,
            late: 1_000,
            ..Rates::default()
        };
        assert_eq!(
            rates(400, 600).check(),
            Ok(()),
            "who is late is another matter"
        );
        assert_eq!(rates(400, 601).check(), Err(RatesRefused(1_001)));
        assert!(rates(u32::MAX, 2).check().is_err());
        assert_eq!(rates(0, 999).room(), 1);
        assert_eq!(rates(400, 601).room(), 0);
    }

    #[test]
    fn without_rates_nothing_fails() {
        let faults = faults(Rates::default());
        let month = Month::new(2026, 1).unwrap();
        assert!(pinfls().all(|pinfl| {
            faults
                .pending(Agency::Tax, pinfl, month, Instant(0))
                .is_none()
        }));
        assert_eq!(faults.of_request(Agency::Tax, "any"), Fault::None);
    }
}
