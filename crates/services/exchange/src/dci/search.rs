//! A search: what is wanted, who matches, and what is told of them.
//!
//! Nothing is read without a permit: one for the search itself, with the number of units it looks
//! through, and one for each person who is told about, so that everybody finds it on the page of who
//! looked. Who lives outside of the partner's territory is not found.

use access::{Action, Answering, Permit, Purpose, Subject};
use kernel::portrait::PortraitView;
use kernel::{Day, Pinfl, UnitId};
use registry::unit::{self, UnitRow};
use registry::{RegisterError, person};
use serde_json::{Map, Value};
use store::Tx;

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
    pub answering: &'a Answering<'a>,
    pub subject: &'a Subject,
    pub today: Day,
}

impl Searcher<'_> {
    /// Answers one question of a message. Nothing of it may leave before `answering` is durable.
    pub async fn search(
        &self,
        tx: &mut Tx,
        item: &Map<String, Value>,
    ) -> Result<Found, SearchFailed> {
        let wanted = Wanted::of(item)?;
        let block = block(tx).await?;
        let permit = self.permit(tx, &wanted, &block).await?;
        let mut hits = match &wanted.query {
            Query::Number(number) => of_number(tx, &permit, &block, *number).await?,
            Query::Unit(unit) => {
                self.of_unit(tx, &permit, &block, (*unit, wanted.kind))
                    .await?
            }
            Query::Matching(test) => self.matching(tx, &permit, &block, (&wanted, test)).await?,
        };
        let descending = wanted.sort.is_some_and(|(_, descending)| descending);
        hits.sort_by_key(|hit| (if descending { -hit.order } else { hit.order }, hit.person));
        let (size, number) = (wanted.page.size as usize, wanted.page.number as usize);
        let first = size.saturating_mul(number - 1);
        let page: Vec<Hit> = hits.iter().skip(first).take(size).copied().collect();
        let records = self.tell(tx, (&permit, &block), wanted.kind, &page).await?;
        // Who is not told about is not counted either.
        let untold = records.is_empty() && !page.is_empty();
        Ok(Found {
            kind: wanted.kind,
            records,
            total: if untold { 0 } else { hits.len() },
            page: wanted.page,
        })
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

async fn of_number(
    tx: &mut Tx,
    permit: &Permit,
    block: &str,
    number: Option<Pinfl>,
) -> Result<Vec<Hit>, SearchFailed> {
    let Some(number) = number else {
        return Ok(Vec::new());
    };
    let Some(person) = person::find_by_pinfl(tx, permit, number).await? else {
        return Ok(Vec::new());
    };
    let units = unit::of_persons(tx, permit, block, &[person]).await?;
    Ok(vec![Hit {
        person,
        unit: units.get(&person).copied(),
        order: 0,
    }])
}

fn too_many(message: String) -> Rejected {
    Rejected {
        code: "rjct.search.too_many_records_found",
        message,
    }
}
