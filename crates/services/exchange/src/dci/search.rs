//! A search: what is wanted, who matches, and what is told of them.
//!
//! Nothing is read without a permit: one for the search itself, with the number of units it looks
//! through, and one for each person who is told about, so that everybody finds it on the page of who
//! looked. Who lives outside of the partner's territory is not found.

use access::{Action, Permit, Purpose, Subject};
use kernel::portrait::PortraitView;
use kernel::{Day, Pinfl, UnitId};
use registry::unit::{self, UnitRow};
use registry::{RegisterError, person};
use serde_json::{Map, Value};
use store::Platform;

use super::envelope::Page;
use super::query::{Attribute, Seen, Test};
use super::tell::{Hit, area_of};
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
    pub subject: &'a Subject,
    pub today: Day,
}

impl Searcher<'_> {
    /// Answers one question of a message.
    pub async fn search(&self, item: &Map<String, Value>) -> Result<Found, SearchFailed> {
        let wanted = Wanted::of(item)?;
        let block = self.block().await?;
        let permit = self.permit(&wanted, &block).await?;
        let mut hits = match &wanted.query {
            Query::Number(number) => self.of_number(&permit, &block, *number).await?,
            Query::Unit(unit) => self.of_unit(&permit, &block, *unit, wanted.kind).await?,
            Query::Matching(test) => self.matching(&permit, &block, &wanted, test).await?,
        };
        let descending = wanted.sort.is_some_and(|(_, descending)| descending);
        hits.sort_by_key(|hit| (if descending { -hit.order } else { hit.order }, hit.person));
        let (size, number) = (wanted.page.size as usize, wanted.page.number as usize);
        let first = size.saturating_mul(number - 1);
        let page: Vec<Hit> = hits.iter().skip(first).take(size).copied().collect();
        let records = self.tell(&permit, &block, wanted.kind, &page).await?;
        // Who is not told about is not counted either.
        let untold = records.is_empty() && !page.is_empty();
        Ok(Found {
            kind: wanted.kind,
            records,
            total: if untold { 0 } else { hits.len() },
            page: wanted.page,
        })
    }

    /// The units of the law that came first: the family's.
    pub(super) async fn block(&self) -> Result<String, SearchFailed> {
        let mut tx = self.platform.db.read().await?;
        let mut blocks = unit::blocks(&mut tx).await?;
        if blocks.is_empty() {
            let why = "the register keeps no units yet".to_owned();
            return Err(Rejected::criteria(why).into());
        }
        Ok(blocks.swap_remove(0).block.name)
    }

    /// The permit of the search itself: how many it looks at.
    async fn permit(&self, wanted: &Wanted, block: &str) -> Result<Permit, SearchFailed> {
        let population = match &wanted.query {
            Query::Number(_) | Query::Unit(_) => 1,
            Query::Matching(_) => {
                let mut tx = self.platform.db.read().await?;
                let units = unit::count(&mut tx, block).await?;
                if units > UNITS_MAX {
                    let why = format!("{units} families cannot be looked through; ask by number");
                    return Err(too_many(why).into());
                }
                units.unsigned_abs()
            }
        };
        let (action, purpose) = (Action::SearchRegister, Purpose::Exchange);
        let subject = self.subject;
        Ok(access::batch(self.platform, subject, action, purpose, None, population).await?)
    }

    async fn of_number(
        &self,
        permit: &Permit,
        block: &str,
        number: Option<Pinfl>,
    ) -> Result<Vec<Hit>, SearchFailed> {
        let Some(number) = number else {
            return Ok(Vec::new());
        };
        let mut tx = self.platform.db.read().await?;
        let Some(person) = person::find_by_pinfl(&mut tx, permit, number).await? else {
            return Ok(Vec::new());
        };
        let units = unit::of_persons(&mut tx, permit, block, &[person]).await?;
        Ok(vec![Hit {
            person,
            unit: units.get(&person).copied(),
            order: 0,
        }])
    }

    async fn of_unit(
        &self,
        permit: &Permit,
        block: &str,
        unit: Option<UnitId>,
        kind: Kind,
    ) -> Result<Vec<Hit>, SearchFailed> {
        let Some(unit) = unit else {
            return Ok(Vec::new());
        };
        let mut tx = self.platform.db.read().await?;
        let rows = unit::load_many(&mut tx, permit, block, &[unit]).await?;
        let mut hits = Vec::new();
        for row in rows {
            let everybody = Test::All(Vec::new());
            self.add_matching(&mut hits, &row, kind, &everybody, None)?;
        }
        Ok(hits)
    }

    async fn matching(
        &self,
        permit: &Permit,
        block: &str,
        wanted: &Wanted,
        test: &Test,
    ) -> Result<Vec<Hit>, SearchFailed> {
        let mut tx = self.platform.db.read().await?;
        let (mut hits, mut after) = (Vec::new(), None);
        let sort = wanted.sort.map(|(attribute, _)| attribute);
        loop {
            let rows = unit::page(&mut tx, permit, block, after, UNITS_A_PAGE).await?;
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

fn too_many(message: String) -> Rejected {
    Rejected {
        code: "rjct.search.too_many_records_found",
        message,
    }
}
