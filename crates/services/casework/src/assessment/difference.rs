//! What a newer run says otherwise than an older one, as a table, before anything is awarded.

use std::collections::BTreeMap;

use ::store::{Platform, Tx};
use access::Permit;
use kernel::{Money, UnitId};
use uuid::Uuid;

use super::standing::{self, Chain, Said, Standing};
use crate::case::Verdict;
use crate::fault::{Fault, Result};
use crate::roster;

/// Units of one page of each run.
const PAGE_UNITS: i64 = 8_192;

/// In which way a unit's answer differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    NewlyEntitled,
    NoLongerEntitled,
    AmountUp,
    AmountDown,
    /// Entitled to another programme of the same amount.
    OtherProgramme,
    /// Not entitled in either, but another verdict: known now, or a step more.
    OtherVerdict,
}

impl Kind {
    pub const ALL: [Kind; 6] = [
        Kind::NewlyEntitled,
        Kind::NoLongerEntitled,
        Kind::AmountUp,
        Kind::AmountDown,
        Kind::OtherProgramme,
        Kind::OtherVerdict,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Kind::NewlyEntitled => "newly_entitled",
            Kind::NoLongerEntitled => "no_longer_entitled",
            Kind::AmountUp => "amount_up",
            Kind::AmountDown => "amount_down",
            Kind::OtherProgramme => "other_programme",
            Kind::OtherVerdict => "other_verdict",
        }
    }
}

/// One unit whose answer differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub unit: UnitId,
    pub district: u32,
    pub kind: Kind,
    /// What it is entitled to, if anything.
    pub before: Option<(String, Money)>,
    pub after: Option<(String, Money)>,
}

/// A group of differences and their monthly sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub units: u64,
    pub before_minor: i64,
    pub after_minor: i64,
}

/// All differences between two runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Units that both or either speak of.
    pub compared: u64,
    pub same: u64,
    /// By district, programme (the newer one, if both have one; empty for none) and kind.
    pub groups: BTreeMap<(u32, String, Kind), Sum>,
}

impl Differences {
    /// All districts and programmes together.
    pub fn total(&self, kind: Kind) -> Sum {
        let of_kind = self.groups.iter().filter(|((.., of), _)| *of == kind);
        of_kind.fold(Sum::default(), |sum, (_, one)| Sum {
            units: sum.units + one.units,
            before_minor: sum.before_minor + one.before_minor,
            after_minor: sum.after_minor + one.after_minor,
        })
    }

    fn add(&mut self, difference: &Difference) -> Result<()> {
        let minor = |side: &Option<(String, Money)>| side.as_ref().map_or(0, |(_, sum)| sum.0);
        let programme = difference.after.as_ref().or(difference.before.as_ref());
        let programme = programme.map_or_else(String::new, |(name, _)| name.clone());
        let group = (difference.district, programme, difference.kind);
        let sum = self.groups.entry(group).or_default();
        sum.units += 1;
        sum.before_minor = added(sum.before_minor, minor(&difference.before))?;
        sum.after_minor = added(sum.after_minor, minor(&difference.after))?;
        Ok(())
    }
}

fn added(sum: i64, one: i64) -> Result<i64> {
    sum.checked_add(one).ok_or_else(|| Fault::Stored {
        what: "the sum of a comparison",
        reason: "it does not fit".to_owned(),
    })
}

/// Compares what holds after `newer` with what holds after `older`, unit by unit; `each` is told
/// of every unit that differs, in the order of the units. Memory holds a page of each.
pub async fn compare(
    platform: &Platform,
    _permit: &Permit,
    older: Uuid,
    newer: Uuid,
    each: &mut (dyn FnMut(&Difference) + Send),
) -> Result<Differences> {
    let mut tx = platform.db.read().await?;
    let mut left = Side::of(&mut tx, older).await?;
    let mut right = Side::of(&mut tx, newer).await?;
    let mut found = Differences::default();
    loop {
        let units = (left.peek(&mut tx).await?, right.peek(&mut tx).await?);
        let unit = match units {
            (None, None) => return Ok(found),
            (Some(left), Some(right)) => left.min(right),
            (one, other) => one.or(other).expect("one of them"),
        };
        let (before, after) = (left.take(unit), right.take(unit));
        found.compared += 1;
        match difference(unit, before, after)? {
            Some(difference) => {
                found.add(&difference)?;
                each(&difference);
            }
            None => found.same += 1,
        }
    }
}

/// One run, read page by page.
struct Side {
    chain: Chain,
    page: std::iter::Peekable<std::vec::IntoIter<(UnitId, Standing)>>,
    next: Option<UnitId>,
}

impl Side {
    async fn of(tx: &mut Tx, run: Uuid) -> Result<Side> {
        Ok(Side {
            chain: standing::chain(tx, run).await?,
            page: Vec::new().into_iter().peekable(),
            next: Some(UnitId::NIL),
        })
    }

    async fn peek(&mut self, tx: &mut Tx) -> Result<Option<UnitId>> {
        while self.page.peek().is_none()
            && let Some(after) = self.next
        {
            let page = standing::page(tx, &self.chain, after, PAGE_UNITS).await?;
            self.next = page.next;
            let units = page.units.into_iter();
            let assessed = units.filter_map(|(unit, said)| match said {
                Said::Assessed(standing) => Some((unit, standing)),
                Said::Malformed | Said::Gone => None,
            });
            self.page = assessed.collect::<Vec<_>>().into_iter().peekable();
        }
        Ok(self.page.peek().map(|(unit, _)| *unit))
    }

    fn take(&mut self, unit: UnitId) -> Option<Standing> {
        self.page
            .next_if(|(next, _)| *next == unit)
            .map(|(_, standing)| standing)
    }
}

fn difference(
    unit: UnitId,
    before: Option<Standing>,
    after: Option<Standing>,
) -> Result<Option<Difference>> {
    let entitled = |side: &Option<Standing>| {
        let side = side
            .as_ref()
            .filter(|one| one.verdict == Verdict::Entitled)?;
        Some((side.programme.clone()?, side.amount?))
    };
    let (had, has) = (entitled(&before), entitled(&after));
    let kind = match (&had, &has) {
        (None, Some(_)) => Kind::NewlyEntitled,
        (Some(_), None) => Kind::NoLongerEntitled,
        (Some((_, before)), Some((_, after))) if after > before => Kind::AmountUp,
        (Some((_, before)), Some((_, after))) if after < before => Kind::AmountDown,
        (Some((before, _)), Some((after, _))) if before != after => Kind::OtherProgramme,
        (Some(_), Some(_)) => return Ok(None),
        (None, None) => {
            let verdict = |side: &Option<Standing>| side.as_ref().map(|one| one.verdict);
            if verdict(&before) == verdict(&after) {
                return Ok(None);
            }
            Kind::OtherVerdict
        }
    };
    let place = after.as_ref().or(before.as_ref());
    let district = match place {
        Some(standing) => roster::unpack(&standing.roster)?.district,
        None => 0,
    };
    Ok(Some(Difference {
        unit,
        district,
        kind,
        before: had,
        after: has,
    }))
}
