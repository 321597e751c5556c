//! What people do between two instants of the clock: come to the mahalla, open
//! the door to the social worker, meet as the Seven, are born and die, marry
//! and part, fetch a new card. Everything goes through Daftar's API, sixteen at a time.
//!
//! Offices are open from eight to six; at other instants only treasury and banks
//! move, so that a close at half past midnight meets finished days.

mod account;
pub mod daftar;
mod event;
mod home;
mod lodge;
pub mod plan;
#[cfg(test)]
mod tests;
mod union;

use kernel::Instant;
use serde::Serialize;

use crate::wire_time;
use crate::world::World;

/// Calls to Daftar at the same time.
pub const PARALLEL_MAX: usize = 16;

/// What one step of the clock brought.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Stepped {
    #[serde(serialize_with = "wire_time::write")]
    pub now: Instant,
    pub lodged: usize,
    pub visits: usize,
    pub conclusions: usize,
    pub events: usize,
    pub mended: usize,
    /// Calls that Daftar did not accept; each one is in the log.
    pub failed: usize,
}

/// How many deeds of one kind were done, and how many failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    pub done: usize,
    pub failed: usize,
}

impl Done {
    pub fn add(&mut self, ok: bool) {
        if ok { self.done += 1 } else { self.failed += 1 }
    }
}

/// Moves the clock and plays what happens until then.
pub async fn step(world: &World, now: Instant) -> std::io::Result<Stepped> {
    let _one_at_a_time = world.stepping.lock().await;
    let before = world.now();
    world.set_now(now);
    world.cases().steps.push(now);
    world.settle_money()?;
    let mut stepped = Stepped {
        now,
        ..Stepped::default()
    };
    let Some(daftar) = world
        .daftar
        .as_ref()
        .filter(|_| wire_time::is_working_time(now))
    else {
        return Ok(stepped);
    };
    let lodged = lodge::applications(world, daftar).await;
    let visits = home::visits(world, daftar).await;
    let conclusions = home::conclusions(world, daftar).await;
    let events = event::happen(world, daftar, before).await;
    let mended = account::mend(world, daftar).await;
    stepped.lodged = lodged.done;
    stepped.visits = visits.done;
    stepped.conclusions = conclusions.done;
    stepped.events = events.done;
    stepped.mended = mended.done;
    stepped.failed = [lodged, visits, conclusions, events, mended]
        .iter()
        .map(|done| done.failed)
        .sum();
    Ok(stepped)
}
