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
