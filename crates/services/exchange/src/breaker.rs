//! A breaker per agency: after some failures in a row the agency is left alone for
//! a while, then one probe decides whether calls flow again.
//!
//! Time here is the machine's running time and not the register's clock: a
//! partner's health is no fact of a case.

use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

#[derive(Debug)]
pub struct Breaker {
    failures_max: u32,
    open_for: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Instant,
    },
    /// One probe is under way; it is given up for lost at `until`.
    Probing {
        until: Instant,
    },
}

/// Whether a call may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    Go,
    /// Closed to calls for this long.
    Wait(Duration),
}

impl Breaker {
    pub fn new(failures_max: u32, open_for: Duration) -> Breaker {
        let state = Mutex::new(State::Closed { failures: 0 });
        Breaker {
            failures_max: failures_max.max(1),
            open_for,
            state,
        }
    }

    pub fn gate(&self) -> Gate {
        let now = Instant::now();
        let mut state = self.state.lock().expect("no panic under this lock");
        match *state {
            State::Closed { .. } => Gate::Go,
            State::Open { until } | State::Probing { until } if now < until => {
                Gate::Wait(until - now)
            }
            State::Open { .. } | State::Probing { .. } => {
                *state = State::Probing {
                    until: now + self.open_for,
                };
                Gate::Go
            }
        }
    }

    /// Whether the last call went well, or there was none.
    pub fn is_clean(&self) -> bool {
        let state = self.state.lock().expect("no panic under this lock");
        matches!(*state, State::Closed { failures: 0 })
    }

    pub fn succeeded(&self) {
        *self.state.lock().expect("no panic under this lock") = State::Closed { failures: 0 };
    }

    /// True when this failure opened the breaker.
    pub fn failed(&self) -> bool {
        let mut state = self.state.lock().expect("no panic under this lock");
        let failures = match *state {
            State::Closed { failures } => failures + 1,
            State::Probing { .. } => self.failures_max,
            State::Open { .. } => return false,
        };
        if failures < self.failures_max {
            *state = State::Closed { failures };
            return false;
        }
        *state = State::Open {
            until: Instant::now() + self.open_for,
        };
        true
    }

    pub fn is_open(&self) -> bool {
        !matches!(
            *self.state.lock().expect("no panic under this lock"),
            State::Closed { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_failures_in_a_row_and_one_probe_closes_it() {
        let breaker = Breaker::new(3, Duration::from_secs(10));
        assert!(!breaker.failed());
        assert!(!breaker.failed());
        breaker.succeeded();
        assert!(!breaker.failed());
        assert!(!breaker.failed());
        assert!(breaker.failed(), "the third failure in a row opens it");
        assert_eq!(breaker.gate(), Gate::Wait(Duration::from_secs(10)));
        tokio::time::advance(Duration::from_secs(11)).await;
        assert_eq!(breaker.gate(), Gate::Go, "one probe");
        assert_eq!(
            breaker.gate(),
            Gate::Wait(Duration::from_secs(10)),
            "but only one"
        );
        assert!(breaker.failed(), "a failed probe opens it again");
        tokio::time::advance(Duration::from_secs(11)).await;
        assert_eq!(breaker.gate(), Gate::Go);
        breaker.succeeded();
        assert_eq!(breaker.gate(), Gate::Go);
        assert_eq!(breaker.gate(), Gate::Go);
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_never_came_back_does_not_lock_the_agency_out() {
        let breaker = Breaker::new(1, Duration::from_secs(10));
        assert!(breaker.failed());
        tokio::time::advance(Duration::from_secs(11)).await;
        assert_eq!(breaker.gate(), Gate::Go);
        tokio::time::advance(Duration::from_secs(11)).await;
        assert_eq!(breaker.gate(), Gate::Go);
    }
}
