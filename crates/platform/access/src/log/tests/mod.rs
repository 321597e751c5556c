//! Proofs: the tree by itself, keys and notes, and the log of two processes on both databases.

mod checkpoints;
mod keys;
mod proofs;
mod tree;

use store::Platform;

use super::{KeyPlace, Keys};
use crate::tests::{MAHALLA, subject};
use crate::{Action, Purpose, Role, Scope, permit};

pub(super) const NAME: &str = "daftar.uz/00000001";

/// Keys of a story; a real seed comes from the system.
pub(super) fn keys(seed: u8) -> Keys {
    Keys::new(NAME, [seed; 32])
}

pub(super) fn place(keys: &Keys) -> KeyPlace {
    KeyPlace::Text(keys.secret_lines())
}

/// So many looks by this process.
pub(super) async fn look(platform: &Platform, times: usize) {
    let worker = subject(Role::MahallaWorker, MAHALLA, None);
    for _ in 0..times {
        let (action, purpose) = (Action::LodgeApplication, Purpose::Intake);
        let scope = Scope::area(MAHALLA);
        let _ = permit(platform, &worker, action, purpose, scope)
            .await
            .unwrap();
    }
}

/// Another process on the same database: its own writer, its own chain.
pub(super) fn second_process(platform: &Platform) -> Platform {
    let clock = platform.clock.clone();
    let ids = store::Ids::seeded(clock.clone(), 2);
    Platform::with_ids(platform.db.clone(), clock, ids)
}
