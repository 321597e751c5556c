//! What a search wants: the criteria of one request, read and checked.

use kernel::{Pinfl, UnitId};
use serde_json::{Map, Value};

use super::envelope::{self, Page};
use super::query::{self, Attribute, Refused, Test};

/// How this registry is named; a partner may leave the namespace out.
pub const REGISTRY: &str = "ns:org:RegistryType:Social";

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

    /// As partners write it: with or without `SR`, behind a namespace or not.
    pub fn from_name(name: &str) -> Option<Kind> {
        match plain(name) {
            "Person" | "SRPerson" => Some(Kind::Person),
            "Member" | "SRMember" => Some(Kind::Member),
            "Group" | "SRGroup" => Some(Kind::Group),
            _ => None,
        }
    }
}

/// A name without its namespace.
fn plain(name: &str) -> &str {
    name.rsplit([':', '/']).next().unwrap_or(name)
}

/// Criteria that name another registry are not answered from this one.
pub fn check_registry(asked: &Map<String, Value>) -> Result<(), Refused> {
    let is_ours = |named: &Value| {
        let named = named.as_str().map(plain);
        named.is_some_and(|named| named.eq_ignore_ascii_case(plain(REGISTRY)))
    };
    match asked.get("reg_type").is_none_or(is_ours) {
        true => Ok(()),
        false => Err(format!("this registry is {REGISTRY}")),
    }
}

/// One question of a message is refused; the others are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    pub code: &'static str,
    pub message: String,
}

impl Rejected {
    pub fn criteria(message: impl Into<String>) -> Rejected {
        Rejected {
            code: "rjct.search_criteria.invalid",
            message: message.into(),
        }
    }
}

/// Who is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// By number; one that is no number of a person is nobody's.
    Number(Option<Pinfl>),
    Unit(Option<UnitId>),
    Matching(Test),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub kind: Kind,
    pub query: Query,
    pub sort: Option<(Attribute, bool)>,
    pub page: Page,
}

impl Wanted {
    pub fn of(item: &Map<String, Value>) -> Result<Wanted, Rejected> {
        let asked = item.get("search_criteria").and_then(Value::as_object);
        let asked = asked.ok_or_else(|| Rejected::criteria("search_criteria is missing"))?;
        check_registry(asked).map_err(Rejected::criteria)?;
        let query = asked.get("query").unwrap_or(&Value::Null);
        let query_type = asked.get("query_type").and_then(Value::as_str);
        let page = envelope::page(item).map_err(|refused| Rejected {
            code: "rjct.pagination.invalid",
            message: refused.message,
        })?;
        Ok(Wanted {
            query: Query::of(query_type.unwrap_or(""), query).map_err(Rejected::criteria)?,
            kind: kind_of(asked, query)?,
            sort: sort_of(asked)?,
            page,
        })
    }
}

impl Query {
    /// `query_type` says in which of the three ways `query` is written.
    pub fn of(query_type: &str, query: &Value) -> Result<Query, Refused> {
        Query::of_field("query", query_type, query)
    }

    /// The same of a field of another name: a filter is written as a query.
    pub fn of_field(field: &str, kind: &str, written: &Value) -> Result<Query, Refused> {
        if written.is_null() {
            return Err(format!("{field} is missing"));
        }
        match kind {
            "idtype-value" => by_number(field, written),
            "predicate" => query::of_predicates(written).map(Query::Matching),
            "expression" => {
                let inner = document(written).and_then(|inner| inner.get("query"));
                let inner =
                    inner.ok_or_else(|| format!("{field}.value.expression.query is missing"))?;
                query::of_expression(inner).map(Query::Matching)
            }
            _ => Err(format!(
                "{field}_type is idtype-value, predicate or expression"
            )),
        }
    }
}

fn document(query: &Value) -> Option<&Value> {
    query.get("value")?.get("expression")
}

fn by_number(field: &str, written: &Value) -> Result<Query, Refused> {
    let text = |name: &str| written.get(name).and_then(Value::as_str);
    let (Some(kind), Some(value)) = (text("type"), text("value")) else {
        return Err(format!("{field} is {{type, value}}"));
    };
    match kind {
        "UIN" | "NIN" => Ok(Query::Number(Pinfl::parse(value).ok())),
        "HOUSEHOLD_ID" => Ok(Query::Unit(value.parse().ok())),
        _ => Err("identifiers here are UIN, NIN and HOUSEHOLD_ID".to_owned()),
    }
}

/// What kind of record: said by one of three fields, of which `response_entity` is about the answer
/// and the others about the question; a member when by none.
fn kind_of(asked: &Map<String, Value>, query: &Value) -> Result<Kind, Rejected> {
    let text = |name: &str| asked.get(name).and_then(Value::as_str);
    let collection = document(query).and_then(|inner| inner.get("collection"));
    let said = text("response_entity")
        .or_else(|| text("reg_record_type"))
        .or_else(|| collection.and_then(Value::as_str));
    let Some(said) = said else {
        return Ok(Kind::Member);
    };
    Kind::from_name(said)
        .ok_or_else(|| Rejected::criteria("records here are Person, Member and Group"))
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
