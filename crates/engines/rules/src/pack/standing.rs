//! How the packs of a country stand side by side.
//!
//! For every day one *primary* regime decides the family's benefit. *Overlays* stand over it
//! for a time, perhaps in one territory only: a pilot, a list that gives plans and no money.
//! *Programmes* are asked for on their own, each with its own unit.

use super::Pack;
use super::blocks::{self, Errors};
use crate::markdown::{Block, Field};
use crate::source::Diagnostic;
use kernel::Day;

/// What a pack is to the others of its country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Decides the family's benefit: one on every day.
    Primary,
    /// Stands over the primary regime for a time or a territory.
    Overlay,
    /// Asked for on its own, beside whatever else there is.
    Programme,
}

/// Who makes the first move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenedBy {
    Application,
    /// The register itself: nobody applies.
    Register,
}

/// What a condition that is known not to be met does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenUnmet {
    Refuse,
    /// Stops the payment until the condition is met again; for how long it is looked at again
    /// says the condition's `term`.
    Suspend,
}

pub(super) fn standing(block: &Block, errors: &mut Errors) -> Standing {
    let Some(field) = block.field("standing") else {
        return Standing::Primary;
    };
    match field.text().as_str() {
        "primary" => Standing::Primary,
        "overlay" => Standing::Overlay,
        "programme" => Standing::Programme,
        _ => {
            let instead = "standing: primary, overlay or programme";
            errors.add(field.place().error("a pack does not stand so", instead));
            Standing::Primary
        }
    }
}

pub(super) fn opened_by(block: &Block, errors: &mut Errors) -> OpenedBy {
    let Some(field) = block.field("opened by") else {
        return OpenedBy::Application;
    };
    match field.text().as_str() {
        "application" => OpenedBy::Application,
        "register" => OpenedBy::Register,
        _ => {
            let instead = "opened by: application, or opened by: register";
            errors.add(field.place().error("nobody opens a case so", instead));
            OpenedBy::Application
        }
    }
}

pub(super) fn when_unmet(block: &Block, errors: &mut Errors) -> WhenUnmet {
    let Some(field) = block.field("when unmet") else {
        return WhenUnmet::Refuse;
    };
    match field.text().as_str() {
        "refuse" => WhenUnmet::Refuse,
        "suspend" => WhenUnmet::Suspend,
        _ => {
            let instead = "when unmet: refuse, or when unmet: suspend";
            errors.add(field.place().error("a condition does not do that", instead));
            WhenUnmet::Refuse
        }
    }
}

/// Codes of regions or districts in which the pack holds; none is the whole country.
pub(super) fn territory(block: &Block, standing: Standing, errors: &mut Errors) -> Vec<u32> {
    let Some(field) = block.field("territory") else {
        return Vec::new();
    };
    if standing == Standing::Primary {
        errors.add(field.place().error(
            "a primary regime is the law of the whole country",
            "standing: overlay",
        ));
    }
    read_codes(field, errors)
}

fn read_codes(field: &Field, errors: &mut Errors) -> Vec<u32> {
    let mut codes = Vec::new();
    for word in &field.value {
        for text in word.text.split(',') {
            let part = crate::markdown::Word {
                text: text.trim().to_owned(),
                place: word.place.clone(),
            };
            codes.extend(errors.keep(blocks::count(&part, 10, 9_999_999)));
        }
    }
    codes
}

impl Pack {
    pub fn standing(&self) -> Standing {
        self.standing
    }

    pub fn is_primary(&self) -> bool {
        self.standing == Standing::Primary && !self.is_calculation()
    }

    /// For how many months a suspended case is looked at again; none where nothing suspends.
    pub fn suspension_months(&self) -> Option<u32> {
        let mut suspending = self
            .conditions
            .iter()
            .filter(|one| one.when_unmet == WhenUnmet::Suspend);
        let term = self.term(&suspending.next()?.id, None)?;
        Some(term.months)
    }

    pub fn opened_by(&self) -> OpenedBy {
        self.opened_by
    }

    /// Does the pack hold in this district? A region's code reaches all its districts.
    pub fn reaches(&self, district: u32) -> bool {
        let under = |code: &u32| {
            let mut district = district;
            while district > *code {
                district /= 10;
            }
            district == *code
        };
        self.territory.is_empty() || self.territory.iter().any(under)
    }
}

/// What is wrong with the packs of a country together: days with two primary regimes, and days
/// between primary regimes that have none.
pub fn check_country(packs: &[Pack]) -> Vec<Diagnostic> {
    let mut primary: Vec<&Pack> = packs.iter().filter(|pack| pack.is_primary()).collect();
    primary.sort_by_key(|pack| pack.in_force.from);
    let pairs = primary.windows(2);
    pairs.filter_map(|pair| between(pair[0], pair[1])).collect()
}

fn between(before: &Pack, next: &Pack) -> Option<Diagnostic> {
    let starts = next.in_force.from;
    let (one, other) = (before.id(), next.id());
    let last_of = |end: Day| end.plus_days(-1);
    match before.in_force.to {
        Some(end) if end == starts => None,
        Some(end) if end < starts => Some(next.placed.error(
            format!(
                "no regime is primary from {end} to {}, between `{one}` and `{other}`",
                last_of(starts)
            ),
            format!("in force from: {end}"),
        )),
        Some(end) => {
            let last = next.in_force.to.map_or(end, |to| to.min(end));
            Some(next.placed.error(
                format!(
                    "`{one}` and `{other}` are both primary from {starts} to {}",
                    last_of(last)
                ),
                format!("in force from: {end}, or standing: overlay"),
            ))
        }
        None => Some(next.placed.error(
            format!("`{one}` and `{other}` are both primary from {starts} on"),
            format!(
                "in force until: {} in `{one}`, or standing: overlay",
                last_of(starts)
            ),
        )),
    }
}
