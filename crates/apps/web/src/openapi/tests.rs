//! The description says what the router does: every address once, every name that it uses.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{document, is_for_programs, spoken};
use crate::routes;

#[test]
fn every_route_for_programs_is_described_once_and_nothing_else() {
    let routes = routes::table();
    let routed: BTreeSet<(String, &str)> = routes
        .iter()
        .filter(|route| is_for_programs(route))
        .map(|route| (route.method.to_string(), route.path))
        .collect();
    let spoken = spoken();
    let described: BTreeSet<(String, &str)> = spoken
        .iter()
        .map(|spoken| (spoken.method.to_owned(), spoken.path))
        .collect();
    assert_eq!(
        described.len(),
        spoken.len(),
        "an address is described twice"
    );
    assert_eq!(described, routed);
    let listed = document()["paths"].as_object().map(|paths| {
        paths
            .values()
            .filter_map(Value::as_object)
            .map(|path| path.len())
            .sum()
    });
    assert_eq!(listed, Some(routed.len()));
}

#[test]
fn every_shape_that_is_named_is_there_and_every_operation_has_its_own_name() {
    let document = document();
    let (mut names, mut ids) = (Vec::new(), Vec::new());
    walk(&document, &mut names, &mut ids);
    assert!(names.len() > 100, "{}", names.len());
    for name in names {
        let pointer = name.strip_prefix('#').expect("a name in this document");
        assert!(document.pointer(pointer).is_some(), "{name}");
    }
    let different: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(different.len(), ids.len());
}

fn walk(value: &Value, names: &mut Vec<String>, ids: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), value.as_str()) {
                    ("$ref", Some(name)) => names.push(name.to_owned()),
                    ("operationId", Some(id)) => ids.push(id.to_owned()),
                    _ => walk(value, names, ids),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| walk(value, names, ids)),
        _ => {}
    }
}

#[test]
fn who_may_call_an_address_is_what_the_route_table_says() {
    let document = document();
    let search = &document["paths"]["/dci/social/registry/search"]["post"];
    assert_eq!(search["x-actions"], serde_json::json!(["search_register"]));
    assert_eq!(search["security"], serde_json::json!([{ "bearer": [] }]));
    let token = &document["paths"]["/oauth2/client/token"]["post"];
    assert_eq!(token["security"], serde_json::json!([]));
}

/// A body is bounded where none is asked for, too.
#[test]
fn every_address_that_may_be_sent_a_body_says_that_it_is_bounded() {
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().expect("operations") {
            let bounded = operation["responses"].get("413").is_some();
            assert_eq!(bounded, method != "get", "{method} {path}");
        }
    }
}

#[test]
fn what_the_house_says_of_itself_is_described_as_text() {
    let document = document();
    for path in ["/healthz", "/log/key", "/log/checkpoint"] {
        let told = &document["paths"][path]["get"]["responses"]["200"]["content"];
        assert_eq!(told["text/plain"]["schema"]["type"], "string", "{path}");
    }
}
