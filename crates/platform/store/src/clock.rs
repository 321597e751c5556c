//! The only reader of the computer's clock. A story or a demonstration runs on
//! a virtual clock that moves only when told.

use kernel::day::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time; cloning a virtual clock shares it.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System,
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
        Clock(Kind::System)
    }

    /// A clock that stands at `start` until it is set.
    pub fn standing_at(start: Instant) -> Clock {
        Clock(Kind::Virtual(Arc::new(AtomicI64::new(start.0))))
    }

    pub fn now(&self) -> Instant {
        match &self.0 {
            Kind::System => Instant(system_us()),
            Kind::Virtual(us) => Instant(us.load(Ordering::SeqCst)),
        }
    }

    pub fn is_virtual(&self) -> bool {
        matches!(self.0, Kind::Virtual(_))
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
    i64::try_from(since.as_micros()).expect("microseconds of the next 290,000 years fit")
}
