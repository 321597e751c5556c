//! Ids are UUIDv7: 48 bits of milliseconds, then a counter that rises within
//! the millisecond, then a random tail. Rows made in order are stored in order,
//! on both databases and by every process. An id is no secret.

use crate::Clock;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Bits of the counter; a millisecond holds more ids than a process can make,
/// also on a virtual clock that stands still.
const COUNTER_BITS: u32 = 34;
const TAIL_BITS: u32 = 74 - COUNTER_BITS;

/// Makes ids; cloning shares the counter.
#[derive(Clone, Debug)]
pub struct Ids {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    random: SplitMix,
    ms: u64,
    counter: u64,
}

impl Ids {
    /// Ids of a real installation: the tail is seeded by the system.
    pub fn new(clock: Clock) -> Ids {
        Ids::with(clock, u64::from_le_bytes(secret()))
    }

    /// Ids of a story: the same seed and the same clock give the same ids.
    pub fn seeded(clock: Clock, seed: u64) -> Ids {
        Ids::with(clock, seed)
    }

    fn with(clock: Clock, seed: u64) -> Ids {
        let state = State {
            random: SplitMix(seed),
            ms: 0,
            counter: 0,
        };
        Ids {
            clock,
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// The next id, greater than every one before it from this process.
    pub fn uuid(&self) -> Uuid {
        let now_ms = u64::try_from(self.clock.now().0 / 1000).unwrap_or(0);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.next(now_ms)
    }

    /// The clock these ids are dated by.
    pub fn now(&self) -> kernel::day::Instant {
        self.clock.now()
    }

    /// A random number for jitter; no secret.
    pub fn random_u64(&self) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.random.next()
    }
}

impl State {
    fn next(&mut self, now_ms: u64) -> Uuid {
        if now_ms > self.ms {
            self.ms = now_ms;
            // Half of the counter's room stays free for the millisecond.
            self.counter = self.random.next() >> (64 - COUNTER_BITS + 1);
        } else {
            // Same millisecond, or a clock set back: keep rising.
            self.counter += 1;
            if self.counter >> COUNTER_BITS != 0 {
                self.ms += 1;
                self.counter = 0;
            }
        }
        let tail = self.random.next() >> (64 - TAIL_BITS);
        let low = (u128::from(self.counter) << TAIL_BITS) | u128::from(tail);
        let (rand_a, rand_b) = (low >> 62, low & ((1 << 62) - 1));
        Uuid::from_u128(
            (u128::from(self.ms) << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b,
        )
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, quick and even; not for secrets.
#[derive(Debug)]
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// Unguessable bytes from the operating system, for tokens and salts; never
/// seeded, also not in a story.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that asks the system for randomness"
)]
pub fn secret<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("a system without randomness cannot guard a session");
    bytes
}
