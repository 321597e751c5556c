//! The only reader of the computer's clock. A story or a demonstration runs on
//! a virtual clock that moves only when told.
//!
//! Processes on several machines share a database, and leases, deadlines and the order of events
//! need one time: theirs is the database server's ([`crate::Platform::keep_time`]).

use kernel::day::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time; cloning a virtual clock shares it.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// The computer's clock, and by how much that of the installation is ahead of it.
    System(Arc<AtomicI64>),
    Virtual(Arc<AtomicI64>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockRefused {
    #[error("the clock of a real installation cannot be set; only a demonstration's can")]
    NotVirtual,
    #[error("the clock stands at {now_us} and does not go back to {asked_us} (microseconds UTC)")]
    Backwards { now_us: i64, asked_us: i64 },
}

impl Clock {
    pub fn system() -> Clock {
        Clock(Kind::System(Arc::default()))
    }

    /// A clock that stands at `start` until it is set.
    pub fn standing_at(start: Instant) -> Clock {
        Clock(Kind::Virtual(Arc::new(AtomicI64::new(start.0))))
    }

    pub fn now(&self) -> Instant {
        match &self.0 {
            Kind::System(ahead) => Instant(system_us() + ahead.load(Ordering::SeqCst)),
            Kind::Virtual(us) => Instant(us.load(Ordering::SeqCst)),
        }
    }

    pub fn is_virtual(&self) -> bool {
        matches!(self.0, Kind::Virtual(_))
    }

    /// Goes by another clock, which showed `other` at some moment between `before` and `after` of
    /// this one. Nothing changes while the two may agree. Answers by how many microseconds the other
    /// clock is ahead of the computer's; nothing of a virtual clock, which goes by no other.
    pub(crate) fn go_by(&self, before: Instant, other: Instant, after: Instant) -> Option<i64> {
        let Kind::System(ahead) = &self.0 else {
            return None;
        };
        if before <= other && other <= after {
            return Some(ahead.load(Ordering::SeqCst));
        }
        let off = other.0 - (before.0 + (after.0 - before.0) / 2);
        Some(ahead.fetch_add(off, Ordering::SeqCst) + off)
    }

    /// Moves a virtual clock forward to `to`; never back, never a real one.
    pub fn set(&self, to: Instant) -> Result<(), ClockRefused> {
        let Kind::Virtual(us) = &self.0 else {
            return Err(ClockRefused::NotVirtual);
        };
        let before = us.fetch_max(to.0, Ordering::SeqCst);
        if before > to.0 {
            return Err(ClockRefused::Backwards {
                now_us: before,
                asked_us: to.0,
            });
        }
        Ok(())
    }

    /// Moves a virtual clock forward by so many microseconds.
    pub fn step(&self, us: i64) -> Result<Instant, ClockRefused> {
        let to = Instant(self.now().0 + us);
        self.set(to)?;
        Ok(to)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the computer's clock"
)]
fn system_us() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a computer clock before 1970 cannot date a decision");
    let us = i64::try_from(since.as_micros()).expect("microseconds of the next 290,000 years fit");
    #[cfg(feature = "testing")]
    let us = us + wrong_by_us();
    us
}

/// A computer whose clock is wrong, for the tests of such; compiled only for tests.
#[cfg(feature = "testing")]
pub const WRONG_BY_S: &str = "DAFTAR_TEST_CLOCK_WRONG_BY_S";

#[cfg(feature = "testing")]
fn wrong_by_us() -> i64 {
    static WRONG_BY_US: std::sync::LazyLock<i64> = std::sync::LazyLock::new(|| {
        let said = std::env::var(WRONG_BY_S).unwrap_or_else(|_| "0".to_owned());
        let seconds: i64 = said.parse().expect("seconds");
        seconds * 1_000_000
    });
    *WRONG_BY_US
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds of our clock before and after the asking, what the other one said, and by how much
    /// ours must then have moved: by hand.
    #[test]
    fn it_goes_by_another_clock_as_far_as_it_can_know_that() {
        let table = [
            (100, 100, 100, 0),
            (100, 101, 102, 0),
            (100, 700, 100, 600),
            (100, 701, 102, 600),
            (100, 40, 110, -65),
        ];
        for (before, other, after, moved) in table {
            let clock = Clock::system();
            let at = |s: i64| Instant(s * 1_000_000);
            let found = clock.go_by(at(before), at(other), at(after));
            assert_eq!(found, Some(moved * 1_000_000), "{before} {other} {after}");
        }
        let virtual_one = Clock::standing_at(Instant(5));
        assert_eq!(virtual_one.go_by(Instant(1), Instant(9), Instant(1)), None);
        assert_eq!(virtual_one.now(), Instant(5));
    }

    #[test]
    fn what_it_goes_by_is_shared_and_told_as_the_whole_difference() {
        let clock = Clock::system();
        let (shared, before) = (clock.clone(), clock.now());
        let hour = 3_600_000_000;
        clock.go_by(before, before.plus_seconds(3_600), before);
        assert!(shared.now() >= before.plus_seconds(3_600));
        let now = Instant(1);
        let minute_back = Instant(1 - 60_000_000);
        assert_eq!(shared.go_by(now, minute_back, now), Some(hour - 60_000_000));
    }
}
