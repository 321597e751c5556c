//! What can be said of a pack that reads: rules that decide nothing, bands with holes,
//! formulas that always fail, dates that never come, names that nobody uses.
//!
//! The reader ([`crate::read_pack`]) refuses what cannot be decided with at all; this
//! looks for what can be decided with and is most likely not meant. It is sound where
//! it says "never" and "always": [`possible`] keeps for every formula an interval that
//! holds all its values on a day, so a condition is called settled only if it is. What
//! hangs on two facts together is not seen; the cases beside a pack are for that.

mod bands;
mod contradiction;
mod dates;
mod fault;
mod interval;
mod possible;
mod settled;
mod texts;
mod unused;

use crate::limits::DIAGNOSTICS_MAX;
use crate::markdown::{self, Block};
use crate::pack::Pack;
use crate::source::{Diagnostic, Place};
use kernel::Day;
use std::collections::BTreeSet;

/// Days of changed law that are looked at; a pack with more is looked at until there.
const LAW_DAYS_MAX: usize = 200;

/// Every complaint about a pack that reads, in the order of its text.
pub fn check(pack: &Pack) -> Vec<Diagnostic> {
    let blocks = Blocks::of(pack);
    let days = law_days(pack);
    let mut found = Vec::new();
    found.extend(dates::check(pack, &blocks));
    found.extend(settled::check(pack, &blocks, &days));
    found.extend(fault::check(pack, &days));
    // All variables of a calculation are its results.
    if !pack.is_calculation() {
        found.extend(bands::check(pack, &days));
        found.extend(unused::check(pack, &blocks));
    }
    found.extend(texts::check(pack, &blocks));
    found.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    found.dedup();
    found.truncate(DIAGNOSTICS_MAX);
    found
}

/// The blocks of the pack's own files, for the places of names.
struct Blocks(Vec<Block>);

impl Blocks {
    fn of(pack: &Pack) -> Blocks {
        // The pack has been read before, so nothing is wrong with its blocks.
        Blocks(markdown::read(&pack.files, &mut Vec::new()))
    }

    /// Those of the country's shared files.
    fn shared(pack: &Pack) -> Blocks {
        Blocks(markdown::read(&pack.shared, &mut Vec::new()))
    }

    fn find(&self, kind: &str, name: &str) -> Option<&Block> {
        let named = |block: &&Block| {
            block.kind == kind
                && block
                    .arguments
                    .first()
                    .is_some_and(|word| word.text == name)
        };
        self.0.iter().find(named)
    }

    /// Where a block of the pack's own files says its name.
    fn name_place(&self, kind: &str, name: &str) -> Option<&Place> {
        self.find(kind, name).map(|block| &block.arguments[0].place)
    }
}

/// The days of the regime on which its law changes: the first, and each on which a value
/// or a formula begins to count. Between two of them nothing moves.
fn law_days(pack: &Pack) -> Vec<Day> {
    let period = pack.in_force();
    let values = pack.parameters().iter().flat_map(|one| &one.values);
    let values = values.map(|value| value.in_force.max(value.announced));
    let ends = pack.parameters().iter().flat_map(|one| &one.ends);
    let ends = ends.map(|end| end.in_force.max(end.announced));
    let versions = pack.variables.iter().flat_map(|one| &one.versions);
    let days: BTreeSet<Day> = values
        .chain(ends)
        .chain(versions.map(|(day, _)| *day))
        .filter(|day| period.contains(*day))
        .chain([period.from])
        .collect();
    days.into_iter().take(LAW_DAYS_MAX).collect()
}
