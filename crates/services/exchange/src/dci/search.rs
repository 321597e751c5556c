//! A search: what is wanted, who matches, and what is told of them.
//!
//! Nothing is read without a permit: one for the search itself, with the number of units it looks
//! through, and one for each person who is told about, so that everybody finds it on the page of who
//! looked. Who lives outside of the partner's territory is not found.

use access::{Action, Area, Permit, Purpose, Scope, Subject};
use futures::future::try_join_all;
use kernel::portrait::PortraitView;
use kernel::{Day, PersonId, Pinfl, Portrait, UnitId};
use registry::unit::{self, UnitRow};
use registry::{RegisterError, person};
use serde_json::{Map, Value};
use std::collections::HashMap;
use store::Platform;

use super::envelope::{self, Page};
use super::query::{self, Attribute, Seen, Test};
use super::record::Known;

/// Units that one search looks through; a larger register is asked by number or not at all.
pub const UNITS_MAX: i64 = 300_000;
/// Records that one search finds; more is a question that must be made narrower.
pub const RECORDS_MAX: usize = 20_000;
const UNITS_A_PAGE: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Person,
    Member,
    Group,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Person => "Person",
            Kind::Member => "Member",
            Kind::Group => "Group",
        }
    }
}

/// One question of a message is refused; the others are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    pub code: &'static str,
    pub message: String,
}

fn criteria(message: impl Into<String>) -> Rejected {
    Rejected {
        code: "rjct.search_criteria.invalid",
        message: message.into(),
    }
}

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

enum Question {
    /// By number; one that is no number of a person is nobody's.
    Number(Option<Pinfl>),
    Unit(Option<UnitId>),
    Matching(Test),
}

struct Wanted {
    kind: Kind,
    question: Question,
    sort: Option<(Attribute, bool)>,
    page: Page,
}

impl Wanted {
    fn of(item: &Map<String, Value>) -> Result<Wanted, Rejected> {
        let asked = item.get("search_criteria").and_then(Value::as_object);
        let asked = asked.ok_or_else(|| criteria("search_criteria is missing"))?;
        let query = asked.get("query").unwrap_or(&Value::Null);
        let question = match asked.get("query_type").and_then(Value::as_str) {
            Some("idtype-value") => by_number(query)?,
            Some("predicate") => Question::Matching(query::of_predicates(query).map_err(criteria)?),
            Some("expression") => {
                let inner = document(query).and_then(|inner| inner.get("query"));
                let inner =
                    inner.ok_or_else(|| criteria("query.value.expression.query is missing"))?;
                Question::Matching(query::of_expression(inner).map_err(criteria)?)
            }
            _ => {
                return Err(criteria(
                    "query_type is idtype-value, predicate or expression",
                ));
            }
        };
        let page = envelope::page(item).map_err(|refused| Rejected {
            code: "rjct.pagination.invalid",
            message: refused.message,
        })?;
        Ok(Wanted {
            kind: kind_of(asked, query)?,
            question,
            sort: sort_of(asked)?,
            page,
        })
    }
}

fn document(query: &Value) -> Option<&Value> {
    query.get("value")?.get("expression")
}

fn by_number(query: &Value) -> Result<Question, Rejected> {
    let text = |name: &str| query.get(name).and_then(Value::as_str);
    let (Some(kind), Some(value)) = (text("type"), text("value")) else {
        return Err(criteria("query is {type, value}"));
    };
    match kind {
        "UIN" | "NIN" => Ok(Question::Number(Pinfl::parse(value).ok())),
        "HOUSEHOLD_ID" => Ok(Question::Unit(value.parse().ok())),
        _ => Err(criteria("identifiers here are UIN, NIN and HOUSEHOLD_ID")),
    }
}

/// What kind of record: said by one of three fields, a member when by none.
fn kind_of(asked: &Map<String, Value>, query: &Value) -> Result<Kind, Rejected> {
    let text = |name: &str| asked.get(name).and_then(Value::as_str);
    let collection = document(query).and_then(|inner| inner.get("collection"));
    let said = text("reg_record_type")
        .or_else(|| text("response_entity"))
        .or_else(|| collection.and_then(Value::as_str));
    match said.map(|said| said.rsplit([':', '/']).next().unwrap_or(said)) {
        None | Some("Member" | "SRMember") => Ok(Kind::Member),
        Some("Person" | "SRPerson") => Ok(Kind::Person),
        Some("Group" | "SRGroup") => Ok(Kind::Group),
        Some(_) => Err(criteria("records here are Person, Member and Group")),
    }
}

fn sort_of(asked: &Map<String, Value>) -> Result<Option<(Attribute, bool)>, Rejected> {
    let refused = |message: String| Rejected {
        code: "rjct.sort.invalid",
        message,
    };
    let Some(sort) = asked.get("sort") else {
        return Ok(None);
    };
    let fields = match sort.as_array().map(Vec::as_slice) {
        Some([]) => return Ok(None),
        Some([one]) => one,
        _ => return Err(refused("sort is a list of one attribute".to_owned())),
    };
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or("");
    let attribute = Attribute::from_name(text("attribute_name")).map_err(refused)?;
    match text("sort_order") {
        "asc" | "" => Ok(Some((attribute, false))),
        "desc" => Ok(Some((attribute, true))),
        _ => Err(refused("sort_order is asc or desc".to_owned())),
    }
}

/// A record that matches, before anything of it is told.
#[derive(Clone, Copy)]
struct Hit {
    person: PersonId,
    unit: Option<UnitId>,
    order: i64,
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
        let mut hits = match &wanted.question {
            Question::Number(number) => self.of_number(&permit, &block, *number).await?,
            Question::Unit(unit) => self.of_unit(&permit, &block, *unit, wanted.kind).await?,
            Question::Matching(test) => self.matching(&permit, &block, &wanted, test).await?,
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
    async fn block(&self) -> Result<String, SearchFailed> {
        let mut tx = self.platform.db.read().await?;
        let mut blocks = unit::blocks(&mut tx).await?;
        if blocks.is_empty() {
            return Err(criteria("the register keeps no units yet").into());
        }
        Ok(blocks.swap_remove(0).block.name)
    }

    /// The permit of the search itself: how many it looks at.
    async fn permit(&self, wanted: &Wanted, block: &str) -> Result<Permit, SearchFailed> {
        let population = match &wanted.question {
            Question::Number(_) | Question::Unit(_) => 1,
            Question::Matching(_) => {
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
            let seen = Seen {
                unit: &view,
                member: &member,
                today: self.today,
            };
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

    /// The records of a page. Each person of them is in the access log before anything is read.
    async fn tell(
        &self,
        permit: &Permit,
        block: &str,
        kind: Kind,
        page: &[Hit],
    ) -> Result<Vec<Value>, SearchFailed> {
        let units = self.units(permit, block, page).await?;
        let mut areas: HashMap<PersonId, Area> = HashMap::new();
        for hit in page {
            let unit = hit.unit.and_then(|unit| units.get(&unit));
            let area = unit.map_or(Area::Country, |unit| area_of(unit.district, unit.mahalla));
            areas.insert(hit.person, area);
            let family = unit.filter(|_| kind == Kind::Group);
            for member in family.map_or(&[][..], |unit| &unit.members) {
                areas.insert(member.person, area);
            }
        }
        let permits = try_join_all(areas.iter().map(|(person, area)| {
            let scope = Scope::person(*person, *area);
            let (action, purpose) = (Action::SearchRegister, Purpose::Exchange);
            access::permit(self.platform, self.subject, action, purpose, scope)
        }));
        // Somebody outside of the territory is not found, and the log has the refusal.
        let permits = match permits.await {
            Err(access::Denied::OutsideTerritory { .. }) => return Ok(Vec::new()),
            permits => permits?,
        };
        let known = self.known(&permits).await?;
        let record = |hit: &Hit| {
            let unit = hit.unit.and_then(|unit| units.get(&unit));
            match kind {
                Kind::Person => known.person(hit.person, unit),
                Kind::Member => known.member(hit.person, unit),
                Kind::Group => known.group(unit?, GROUP_IS_A_FAMILY),
            }
        };
        Ok(page.iter().filter_map(record).collect())
    }

    async fn units(
        &self,
        permit: &Permit,
        block: &str,
        page: &[Hit],
    ) -> Result<HashMap<UnitId, Portrait>, SearchFailed> {
        let ids: Vec<UnitId> = page.iter().filter_map(|hit| hit.unit).collect();
        let mut tx = self.platform.db.read().await?;
        let rows = unit::load_many(&mut tx, permit, block, &ids).await?;
        let portraits = rows.iter().map(|row| Ok((row.unit, row.portrait()?)));
        portraits.collect()
    }

    /// Those whom the permits open, and nobody else.
    async fn known(&self, permits: &[Permit]) -> Result<Known, SearchFailed> {
        let Some(permit) = permits.first() else {
            return Ok(Known::default());
        };
        let ids: Vec<PersonId> = permits.iter().filter_map(Permit::person).collect();
        let mut tx = self.platform.db.read().await?;
        Ok(Known {
            persons: person::load_many(&mut tx, permit, &ids).await?,
            pinfls: person::pinfls_of(&mut tx, permit, &ids).await?,
        })
    }
}

/// `group_type` of the schema: 1 a member, 2 a household, 3 a family.
const GROUP_IS_A_FAMILY: &str = "3";

fn too_many(message: String) -> Rejected {
    Rejected {
        code: "rjct.search.too_many_records_found",
        message,
    }
}

fn area_of(district: u32, mahalla: u32) -> Area {
    if mahalla == 0 {
        return Area::District(district);
    }
    Area::Mahalla(mahalla)
}
