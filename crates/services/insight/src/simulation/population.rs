//! A snapshot's families under both laws.

use super::families::Families;
use super::laws::{Law, Laws, Worker};
use crate::snapshot::{Result, Snapshot};
use kernel::UnitId;

/// As many threads decide; more would not be fed.
const THREADS_MAX: usize = 16;

/// Decides every family of the snapshot under both laws, on all cores. `progress` is told how
/// many more were decided. Laws that do not read alike take a pass over the snapshot each.
pub fn of_snapshot(
    snapshot: &Snapshot,
    laws: &Laws,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Families> {
    if laws.read_alike() {
        let families = pass(snapshot, &laws.base, Some(&laws.reform), progress)?;
        return Ok(families.without_failing());
    }
    let mut families = pass(snapshot, &laws.base, None, progress)?;
    let other = pass(snapshot, &laws.reform, None, &|_| ())?;
    // Who can be decided on does not depend on the law.
    assert_eq!(
        families.len(),
        other.len(),
        "both passes read the same families"
    );
    families.reform = other.base;
    Ok(families.without_failing())
}

fn pass(
    snapshot: &Snapshot,
    base: &Law,
    reform: Option<&Law>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Families> {
    let what = snapshot.what(&base.plan)?;
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let state = || (Worker::new(base, reform), Vec::new());
    let parts = snapshot.each(
        &what,
        threads.min(THREADS_MAX),
        state,
        |(worker, parts), place, group| {
            let columns = what.columns(group);
            let (batch, case) = worker.batch();
            batch.append_stretch(&columns, case);
            for at in 0..group.units.count {
                let number = group.first_unit + at as i64;
                let district = u32::try_from(group.units.district[at]).unwrap_or(0);
                worker.expect(UnitId::from_u128(number as u128), district, None);
            }
            let mut families = Families::new();
            worker.decide(&mut families);
            parts.push((place, families));
            progress(group.units.count as u64);
            Ok(())
        },
    )?;
    let mut parts: Vec<(usize, Families)> =
        parts.into_iter().flat_map(|(_, parts)| parts).collect();
    // In the order of the units, whichever thread had them: the same snapshot ranks the same.
    parts.sort_unstable_by_key(|(place, _)| *place);
    let mut families = Families::new();
    for (_, part) in parts {
        families.append(part);
    }
    Ok(families)
}
