//! A search: what is wanted, who matches, and what is told of them.
//!
//! Nothing is read without a permit: one for the search itself, with the number of units it looks
//! through, and one for each person who is told about, so that everybody finds it on the page of who
//! looked. Who lives outside of the partner's territory is not found. A number of matches tells of
//! persons, too: a page beyond the last is asked for as the first one is.

use std::collections::HashMap;

use access::{Action, Answering, Permit, Purpose, Subject};
use kernel::portrait::PortraitView;
use kernel::{Day, Pinfl, Portrait, UnitId};
use registry::RegisterError;
use registry::unit::{self, UnitRow};
use serde_json::{Map, Value};
use store::{Platform, Tx};

use super::envelope::Page;
use super::query::{Attribute, Seen, Test};
use super::record::Known;
use super::tell::{Hit, Numbers, area_of, portraits};
use super::wanted::{Kind, Query, Rejected, Wanted};

/// Units that one search looks through; a larger register is asked by number or not at all.
pub const UNITS_MAX: i64 = 300_000;
/// Records that one search finds; more is a question that must be made narrower.
pub const RECORDS_MAX: usize = 20_000;
const UNITS_A_PAGE: usize = 10_000;

#[derive(Debug)]
pub struct Found {
    pub kind: Kind,
    pub records: Vec<Value>,
    pub total: usize,
    pub page: Page,
}

/// Who matches, before anything is told.
struct Looked {
    total: usize,
    /// Those of the page that is wanted; of the first one where the wanted one is beyond the last.
    page: Vec<Hit>,
    /// The page that is wanted is beyond the last: of it the number alone is told.
    is_beyond: bool,
    /// The units of the page.
    units: HashMap<UnitId, Portrait>,
    /// Whoever of the page was read with the search already.
    known: Known,
}

impl Looked {
    fn new(wanted: &Wanted, mut hits: Vec<Hit>) -> Looked {
        let descending = wanted.sort.is_some_and(|(_, descending)| descending);
        hits.sort_by_key(|hit| (if descending { -hit.order } else { hit.order }, hit.person));
        let (size, number) = (wanted.page.size as usize, wanted.page.number as usize);
        let first = size.saturating_mul(number - 1);
        let is_beyond = first >= hits.len();
        let first = if is_beyond { 0 } else { first };
        Looked {
            total: hits.len(),
            page: hits.iter().skip(first).take(size).copied().collect(),
            is_beyond,
            units: HashMap::new(),
            known: Known::default(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SearchFailed {
    #[error("{}", .0.message)]
    Rejected(Rejected),
    #[error(transparent)]
    Denied(#[from] access::Denied),
    #[error(transparent)]
    Register(#[from] RegisterError),
    #[error(transparent)]
    Fault(#[from] store::Fault),
}

impl From<Rejected> for SearchFailed {
    fn from(rejected: Rejected) -> SearchFailed {
        SearchFailed::Rejected(rejected)
    }
}

#[derive(Debug)]
pub struct Searcher<'a> {
    pub platform: &'a Platform,
    pub answering: &'a Answering<'a>,
    pub subject: &'a Subject,
    pub today: Day,
}

impl Searcher<'_> {
    /// Answers one question of a message. Nothing of it may leave before `answering` is durable.
    pub async fn search(&self, item: &Map<String, Value>) -> Result<Found, SearchFailed> {
        let wanted = Wanted::of(item)?;
        let looked = match &wanted.query {
            Query::Number(number) => self.of_number(&wanted, *number).await?,
            Query::Unit(_) | Query::Matching(_) => self.of_register(&wanted).await?,
        };
        let read = (&looked.units, looked.known);
        let records = self.tell(wanted.kind, &looked.page, read).await?;
        // Who is not told about is not counted either.
        let total = if records.is_empty() { 0 } else { looked.total };
        let records = match looked.is_beyond {
            true => Vec::new(),
            false => records,
        };
        Ok(Found {
            kind: wanted.kind,
            records,
            total,
            page: wanted.page,
        })
    }

    /// Searches by number come from everywhere at once: they are looked up together.
    async fn of_number(
        &self,
        wanted: &Wanted,
        number: Option<Pinfl>,
    ) -> Result<Looked, SearchFailed> {
        let nobody = || Ok(Looked::new(wanted, Vec::new()));
        let permit = self.batch(1).await?;
        let Some(number) = number else {
            return nobody();
        };
        let found = self.platform.look_up::<Numbers>((permit, number)).await?;
        let Some((person, row)) = found else {
            return nobody();
        };
        let hit = Hit {
            person: person.id,
            unit: row.as_ref().map(|row| row.unit),
            order: 0,
        };
        let mut looked = Looked::new(wanted, vec![hit]);
        looked.units = portraits(&row)?;
        looked.known = Known {
            pinfls: HashMap::from([(person.id, number)]),
            persons: HashMap::from([(person.id, person)]),
        };
        Ok(looked)
    }

    /// Looks through the register, all of it from one snapshot.
    async fn of_register(&self, wanted: &Wanted) -> Result<Looked, SearchFailed> {
        let mut tx = self.platform.db.read().await?;
        let block = block(&mut tx).await?;
        let permit = self.permit(&mut tx, wanted, &block).await?;
        let hits = match &wanted.query {
            Query::Unit(unit) => {
                let asked = (*unit, wanted.kind);
                self.of_unit(&mut tx, &permit, &block, asked).await?
            }
            Query::Matching(test) => {
                let asked = (wanted, test);
                self.matching(&mut tx, &permit, &block, asked).await?
            }
            Query::Number(_) => Vec::new(),
        };
        let mut looked = Looked::new(wanted, hits);
        let ids: Vec<UnitId> = looked.page.iter().filter_map(|hit| hit.unit).collect();
        looked.units = portraits(&unit::load_many(&mut tx, &permit, &block, &ids).await?)?;
        Ok(looked)
    }

    /// The permit of the search itself: how many it looks at.
    async fn permit(
        &self,
        tx: &mut Tx,
        wanted: &Wanted,
        block: &str,
    ) -> Result<Permit, SearchFailed> {
        let population = match &wanted.query {
            Query::Number(_) | Query::Unit(_) => 1,
            Query::Matching(_) => {
                let units = unit::count(tx, block).await?;
                if units > UNITS_MAX {
                    let why = format!("{units} families cannot be looked through; ask by number");
                    return Err(too_many(why).into());
                }
                units.unsigned_abs()
            }
        };
        Ok(self.batch(population).await?)
    }

    pub(super) async fn batch(&self, population: u64) -> Result<Permit, access::Denied> {
        let (action, purpose) = (Action::SearchRegister, Purpose::Exchange);
        let answering = self.answering;
        answering
            .batch(self.subject, action, purpose, None, population)
            .await
    }

    async fn of_unit(
        &self,
        tx: &mut Tx,
        permit: &Permit,
        block: &str,
        (unit, kind): (Option<UnitId>, Kind),
    ) -> Result<Vec<Hit>, SearchFailed> {
        let Some(unit) = unit else {
            return Ok(Vec::new());
        };
        let rows = unit::load_many(tx, permit, block, &[unit]).await?;
        let mut hits = Vec::new();
        for row in rows {
            let everybody = Test::All(Vec::new());
            self.add_matching(&mut hits, &row, kind, &everybody, None)?;
        }
        Ok(hits)
    }

    async fn matching(
        &self,
        tx: &mut Tx,
        permit: &Permit,
        block: &str,
        (wanted, test): (&Wanted, &Test),
    ) -> Result<Vec<Hit>, SearchFailed> {
        let (mut hits, mut after) = (Vec::new(), None);
        let sort = wanted.sort.map(|(attribute, _)| attribute);
        loop {
            let rows = unit::page(tx, permit, block, after, UNITS_A_PAGE).await?;
            for row in &rows {
                self.add_matching(&mut hits, row, wanted.kind, test, sort)?;
            }
            match rows.last() {
                Some(last) if rows.len() == UNITS_A_PAGE => after = Some(last.unit),
                _ => return Ok(hits),
            }
        }
    }

    fn add_matching(
        &self,
        hits: &mut Vec<Hit>,
        row: &UnitRow,
        kind: Kind,
        test: &Test,
        sort: Option<Attribute>,
    ) -> Result<(), SearchFailed> {
        if !self
            .subject
            .territory
            .covers(area_of(row.district, row.mahalla))
        {
            return Ok(());
        }
        let view = PortraitView::new(&row.packed).map_err(|why| store::Fault::Stored {
            what: "portrait",
            reason: why.to_string(),
        })?;
        for member in view.members() {
            if kind == Kind::Group && member.person != row.head {
                continue;
            }
            let seen = Seen::member(&view, &member, self.today);
            if test.holds(&seen) {
                hits.push(Hit {
                    person: member.person,
                    unit: Some(row.unit),
                    order: sort.map_or(0, |attribute| seen.value(attribute)),
                });
            }
        }
        if hits.len() > RECORDS_MAX {
            let why = format!("more than {RECORDS_MAX} records: ask for a district or an age");
            return Err(too_many(why).into());
        }
        Ok(())
    }
}

/// The units of the law that came first: the family's.
pub(super) async fn block(tx: &mut Tx) -> Result<String, SearchFailed> {
    let mut blocks = unit::blocks(tx).await?;
    if blocks.is_empty() {
        let why = "the register keeps no units yet".to_owned();
        return Err(Rejected::criteria(why).into());
    }
    Ok(blocks.swap_remove(0).block.name)
}

fn too_many(message: String) -> Rejected {
    Rejected {
        code: "rjct.search.too_many_records_found",
        message,
    }
}
