//! Synthetic families, for tests and measurements only: nobody in them lives.
//!
//! [`wild`] makes families out of everything the law may ever meet: silent agencies, empty
//! families, sums that do not fit, the dead. [`country`] makes a plausible country, fast.
//! The same seed makes the same families.

pub mod country;
pub mod wild;

/// Numbers that look random and are the same every time.
#[derive(Debug, Clone)]
pub struct Luck(u64);

impl Luck {
    /// The luck of one thing: its seed, and its number.
    pub fn of(seed: u64, number: u64) -> Luck {
        let mut luck = Luck(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number);
        luck.draw();
        luck
    }

    /// SplitMix64.
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// 0 up to, not including, `count`.
    pub fn below(&mut self, count: u64) -> u64 {
        ((u128::from(self.draw()) * u128::from(count)) >> 64) as u64
    }

    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        least + self.below((most - least + 1) as u64) as i64
    }

    /// True so many times of a thousand.
    pub fn per_mille(&mut self, times: u64) -> bool {
        self.below(1_000) < times
    }

    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }
}
