//! The description of the interface for programs, as OpenAPI 3.1: made from the route table, so that
//! an address, its method and who may call it cannot differ from what the router does. What is sent
//! and told at each stands in `ours.rs`, `partners.rs`, `payers.rs` and `consents.rs`; a test holds that every route
//! for programs is described once, and nothing else.

mod consents;
mod ours;
mod partners;
mod payers;
mod schema;
#[cfg(test)]
mod tests;

use axum::Json;
use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::route::{Kind, Need, Route};
use crate::router::BODY_KIB_MAX;
use crate::routes;

const JSON: &str = "application/json";

/// What is sent to an address and what it tells.
#[derive(Debug, Clone)]
pub struct Spoken {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    /// Beside those of the path.
    parameters: Vec<Value>,
    body: Option<Value>,
    /// Of a form instead of JSON.
    form: bool,
    /// The status of a success, and what is told with it.
    told: Vec<(u16, Value)>,
    /// The media type of a success; a refusal is JSON.
    told_as: &'static str,
    /// The shape of every refusal.
    refusal: &'static str,
}

impl Spoken {
    fn new(
        (method, path): (&'static str, &'static str),
        summary: &'static str,
        (status, told): (u16, Value),
    ) -> Spoken {
        Spoken {
            method,
            path,
            summary,
            parameters: Vec::new(),
            body: None,
            form: false,
            told: vec![(status, told)],
            told_as: JSON,
            refusal: "Refusal",
        }
    }

    fn get(path: &'static str, summary: &'static str, told: Value) -> Spoken {
        Spoken::new(("GET", path), summary, (200, told))
    }

    fn post(path: &'static str, summary: &'static str, body: Value, told: (u16, Value)) -> Spoken {
        Spoken::new(("POST", path), summary, told).sends(body)
    }

    /// Of lines of text instead of JSON.
    fn lines(path: &'static str, summary: &'static str) -> Spoken {
        Spoken {
            told_as: "text/plain",
            ..Spoken::get(path, summary, schema::text())
        }
    }

    fn sends(self, body: Value) -> Spoken {
        Spoken {
            body: Some(body),
            ..self
        }
    }

    fn takes(mut self, parameter: Value) -> Spoken {
        self.parameters.push(parameter);
        self
    }

    /// What an open address answers to a name that it does not know.
    fn may_be_unknown(self) -> Spoken {
        self.may_be_refused_with(&[400, 404])
    }

    /// What an open address is refused with that takes no body.
    fn may_be_refused_with(mut self, statuses: &[u16]) -> Spoken {
        let refusal = schema::reference(self.refusal);
        let refused = statuses.iter().map(|status| (*status, refusal.clone()));
        self.told.extend(refused);
        self
    }

    fn refuses_as(self, refusal: &'static str) -> Spoken {
        Spoken { refusal, ..self }
    }
}

/// Whether programs speak to it.
fn is_for_programs(route: &Route) -> bool {
    route.kind() != Kind::Page && !route.path.starts_with("/demo/")
}

fn spoken() -> Vec<Spoken> {
    let mut spoken = ours::spoken();
    spoken.extend(partners::spoken());
    spoken.extend(payers::spoken());
    spoken.extend(consents::spoken());
    spoken
}

/// `GET /api/openapi.json`.
pub async fn show() -> Json<Value> {
    Json(document())
}

/// The whole description.
pub fn document() -> Value {
    let spoken = spoken();
    let mut paths = Map::new();
    for route in routes::table()
        .iter()
        .filter(|route| is_for_programs(route))
    {
        let method = route.method.as_str();
        let found = spoken
            .iter()
            .find(|spoken| spoken.method == method && spoken.path == route.path);
        let Some(found) = found else { continue };
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[method.to_ascii_lowercase()] = operation(route, found);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Daftar",
            "version": env!("CARGO_PKG_VERSION"),
            "description": format!(
                "The interface for programs. A body has at most {BODY_KIB_MAX} KiB; a command with an \
                 `id` answers the same when it is sent again."),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schema::components(),
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(route: &Route, spoken: &Spoken) -> Value {
    let mut parameters: Vec<Value> = names_in(route.path).map(schema::of_path).collect();
    parameters.extend(spoken.parameters.iter().cloned());
    let mut operation = json!({
        "summary": spoken.summary,
        "operationId": id_of(route),
        "parameters": parameters,
        "responses": responses(route, spoken),
    });
    if let Some(body) = &spoken.body {
        let kind = match spoken.form {
            true => "application/x-www-form-urlencoded",
            false => JSON,
        };
        operation["requestBody"] =
            json!({ "required": true, "content": { kind: { "schema": body } } });
    }
    match route.need {
        Need::Nothing(_) => operation["security"] = json!([]),
        Need::SignedIn(_) => operation["security"] = json!([{ "bearer": [] }]),
        Need::All(actions) => {
            operation["security"] = json!([{ "bearer": [] }]);
            let actions: Vec<&str> = actions.iter().map(|action| action.name()).collect();
            operation["x-actions"] = json!(actions);
        }
    }
    operation
}

fn responses(route: &Route, spoken: &Spoken) -> Value {
    let mut responses = Map::new();
    for (status, told) in &spoken.told {
        let (what, kind) = match *status < 300 {
            true => ("what was asked for", spoken.told_as),
            false => ("it is refused", JSON),
        };
        responses.insert(status.to_string(), answer(what, kind, told.clone()));
    }
    let refusal = schema::reference(spoken.refusal);
    let open = matches!(route.need, Need::Nothing(_));
    let every: &[(u16, &str)] = &[
        (400, "the request cannot be read, or is refused"),
        (401, "a bearer token is missing, or does not hold"),
        (403, "the account may not do this"),
        (404, "there is nothing of that name"),
        (408, "the request came too slowly"),
        (409, "the state of things refuses it"),
        (413, "the body is too large"),
        (415, "the body is of another kind"),
        (429, "too many for now"),
        (503, "something that is needed for it is missing"),
        (504, "the answer took too long"),
    ];
    for (status, what) in every {
        // A body where none is asked for is bounded like every other.
        let never = match status {
            413 => route.method == Method::GET,
            415 => spoken.body.is_none(),
            _ => false,
        };
        if never || (open && spoken.body.is_none() && *status != 504) {
            continue;
        }
        responses.insert(status.to_string(), answer(what, JSON, refusal.clone()));
    }
    Value::Object(responses)
}

fn answer(what: &str, kind: &str, schema: Value) -> Value {
    json!({ "description": what, "content": { kind: { "schema": schema } } })
}

/// The names in braces.
fn names_in(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// Unlike the summary it never changes: programs are generated from it.
fn id_of(route: &Route) -> String {
    let words = route.path.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!(
        "{}_{}",
        route.method.as_str().to_ascii_lowercase(),
        words.join("_")
    )
}
