//! The sandbox: a synthetic country that Daftar meets only over the wire.
//!
//! A district of Syrdarya with invented families, the agencies that know them,
//! treasury and banks, the people who lodge and visit, and the truth of every case
//! by a plain function. Nothing of Daftar is used but the kernel's words.
//!
//! Reading order
//! 1. [`population`]: who lives there, from a seed
//! 2. [`country`]: the same with births, deaths, marriages, divorces and new cards
//! 3. [`agency`], [`treasury`], [`bank`]: what answers over HTTP
//! 4. [`life`]: what people do when the clock moves
//! 5. [`truth`] (the law), [`month`] (the law over all cases of a month)
//! 6. [`register`]: the old register as files; [`serve`]: all of it on one port

pub mod agency;
pub mod bank;
pub mod cards;
pub mod cases;
pub mod country;
pub mod export;
pub mod journal;
pub mod keys;
pub mod life;
pub mod money_routes;
#[cfg(test)]
mod money_tests;
pub mod month;
pub mod population;
pub mod reading;
pub mod refusal;
pub mod register;
pub mod seed;
pub mod serve;
pub mod treasury;
pub mod truth;
pub mod wire_time;
pub mod world;
