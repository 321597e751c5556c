//! The packs of law: those of the folder decide today, those of the database replay what was
//! decided. A text once used stays in `pack_text` under its hash for ever.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use kernel::{Day, Instant, Zone};
use rules::{Pack, Plan, Standing};
use store::{Tx, execute, fetch_optional};

use crate::fault::{Fault, Result};

/// Compiled plans kept in memory; when full, the shelf forgets them all and compiles anew.
const PLANS_KEPT_MAX: usize = 1_024;

pub type PackHash = [u8; 32];

/// Cheap to share behind an `Arc`; every method takes `&self`.
pub struct Shelf {
    zone: Zone,
    /// What the folder says now, one a regime.
    current: RwLock<Vec<Arc<Pack>>>,
    kept: RwLock<HashMap<PackHash, Arc<Pack>>>,
    plans: RwLock<HashMap<(PackHash, Day), Arc<Plan>>>,
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let regimes: Vec<String> = self.current().iter().map(|p| p.id().to_owned()).collect();
        f.debug_struct("Shelf")
            .field("current", &regimes)
            .finish_non_exhaustive()
    }
}

impl Shelf {
    pub fn new(zone: Zone, packs: Vec<Pack>) -> Shelf {
        let shelf = Shelf {
            zone,
            current: RwLock::default(),
            kept: RwLock::default(),
            plans: RwLock::default(),
        };
        shelf.replace(packs);
        shelf
    }

    /// The zone in which days of lodging are counted.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Puts the packs of the folder in the place of those before; decided cases keep theirs.
    pub fn replace(&self, packs: Vec<Pack>) {
        let packs: Vec<Arc<Pack>> = packs.into_iter().map(Arc::new).collect();
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.extend(packs.iter().map(|pack| (pack.hash(), Arc::clone(pack))));
        drop(kept);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = packs;
    }

    pub fn current(&self) -> Vec<Arc<Pack>> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The pack whose regime is primary for applications of `on`: the checker of a country's
    /// packs sees to it that there is one.
    pub fn in_force(&self, on: Day) -> Result<Arc<Pack>> {
        let found = self
            .current()
            .into_iter()
            .find(|pack| pack.is_primary() && pack.in_force().contains(on));
        found.ok_or(Fault::NoRegime { on })
    }

    /// Regimes that stand over the primary one on a day in a district: pilots and lists.
    pub fn overlays(&self, on: Day, district: u32) -> Vec<Arc<Pack>> {
        let mut overlays = self.current();
        overlays.retain(|pack| {
            pack.standing() == Standing::Overlay
                && pack.in_force().contains(on)
                && pack.reaches(district)
        });
        overlays
    }

    /// Does an award under the one regime stand in the way of an award under the other? The
    /// primary regimes of a country pay one benefit, whatever it is called; a programme of its
    /// own excludes only itself, and what its conditions name.
    pub fn is_same_benefit(&self, one: &str, other: &str) -> bool {
        let current = self.current();
        let is_programme = |id: &str| {
            let pack = current.iter().find(|pack| pack.id() == id);
            pack.is_some_and(|pack| pack.standing() == Standing::Programme)
        };
        one == other || !(is_programme(one) || is_programme(other))
    }

    /// The folder's pack of a regime, by the regime's id.
    pub fn regime(&self, id: &str) -> Result<Arc<Pack>> {
        let found = self.current().into_iter().find(|pack| pack.id() == id);
        found.ok_or_else(|| Fault::PackNotKept {
            regime: id.to_owned(),
            hash: "current".to_owned(),
        })
    }

    /// The plan of a pack with the parameters known and in force on a day.
    pub fn plan(&self, pack: &Pack, decided_on: Day) -> Result<Arc<Plan>> {
        let key = (pack.hash(), decided_on);
        if let Some(plan) = self
            .plans
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
        {
            return Ok(Arc::clone(plan));
        }
        let plan = pack.plan(decided_on).map_err(|reason| Fault::Pack {
            regime: pack.id().to_owned(),
            on: decided_on,
            reason: reason.to_string(),
        })?;
        let plan = Arc::new(plan);
        let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= PLANS_KEPT_MAX {
            plans.clear();
        }
        plans.insert(key, Arc::clone(&plan));
        Ok(plan)
    }

    /// The pack with this hash, from memory or from the database.
    pub async fn kept(&self, tx: &mut Tx, regime: &str, hash: &PackHash) -> Result<Arc<Pack>> {
        let held = self
            .kept
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(hash)
            .cloned();
        if let Some(pack) = held {
            return Ok(pack);
        }
        let pack = Arc::new(read_kept(tx, regime, hash).await?);
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.insert(*hash, Arc::clone(&pack));
        Ok(pack)
    }

    /// Stores the texts of the folder's packs that the database does not hold yet.
    pub async fn store(&self, tx: &mut Tx, now: Instant) -> Result<()> {
        for pack in self.current() {
            execute!(
                tx,
                "INSERT INTO pack_text (hash, regime, language_version, stored_at, canonical) \
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash) DO NOTHING",
                pack.hash().to_vec(),
                pack.id(),
                i64::from(rules::LANGUAGE),
                now.0,
                pack.canonical_text()
            )?;
        }
        Ok(())
    }
}

async fn read_kept(tx: &mut Tx, regime: &str, hash: &PackHash) -> Result<Pack> {
    let found: Option<(String,)> = fetch_optional!(
        tx,
        (String,),
        "SELECT canonical FROM pack_text WHERE hash = $1",
        hash.to_vec()
    )?;
    let (text,) = found.ok_or_else(|| Fault::PackNotKept {
        regime: regime.to_owned(),
        hash: hex(hash),
    })?;
    let pack = Pack::from_canonical(&text).map_err(|reason| Fault::Stored {
        what: "pack_text.canonical",
        reason: format!("{reason:?}"),
    })?;
    if pack.hash() != *hash {
        let reason = format!("its text gives {} and not {}", hex(&pack.hash()), hex(hash));
        return Err(Fault::Stored {
            what: "pack_text.hash",
            reason,
        });
    }
    Ok(pack)
}

fn hex(hash: &PackHash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
