//! Shapes that many addresses share.

use serde_json::{Map, Value, json};

pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// An object whose fields are named in order; a name with `?` may be left out.
pub fn object(fields: &[(&str, Value)]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, schema) in fields {
        let bare = name.trim_end_matches('?');
        properties.insert(bare.to_owned(), schema.clone());
        if bare == *name {
            required.push(bare);
        }
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

pub fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// One to so many.
pub fn some(items: Value, most: usize) -> Value {
    json!({ "type": "array", "items": items, "minItems": 1, "maxItems": most })
}

pub fn text() -> Value {
    json!({ "type": "string" })
}

pub fn words(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

pub fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

pub fn flag() -> Value {
    json!({ "type": "boolean" })
}

pub fn whole() -> Value {
    json!({ "type": "integer" })
}

pub fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

pub fn uuid() -> Value {
    reference("Id")
}

pub fn instant() -> Value {
    reference("Instant")
}

pub fn day() -> Value {
    reference("Day")
}

pub fn pinfl() -> Value {
    reference("Pinfl")
}

pub fn minor() -> Value {
    reference("Minor")
}

/// A parameter in the path, by its name.
pub fn of_path(name: &str) -> Value {
    let schema = match name {
        "entry" | "policy" => text(),
        "agreement" => pattern("^[0-9]{1,3}$"),
        "voucherserialnumber" => pattern("^[0-9]{1,25}$"),
        _ => uuid(),
    };
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}

pub fn of_query(name: &str, required: bool, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": required, "schema": schema })
}

pub fn of_header(name: &str, required: bool, schema: Value) -> Value {
    json!({ "name": name, "in": "header", "required": required, "schema": schema })
}

pub fn components() -> Value {
    let error = object(&[
        ("code", text()),
        ("message", text()),
        ("field", or_null(text())),
    ]);
    json!({
        "Id": { "type": "string", "format": "uuid" },
        "Instant": { "type": "string", "format": "date-time" },
        "Day": { "type": "string", "format": "date" },
        "Pinfl": { "type": "string", "pattern": "^[1-6][0-9]{13}$",
            "description": "14 digits, the last of them a check digit" },
        "Minor": { "type": "integer", "minimum": 0, "maximum": i64::MAX,
            "description": "a sum in tiyin" },
        "Refusal": object(&[("error", error)]),
        "TokenRefusal": object(&[("error", text()), ("error_description?", text())]),
        "DciRefusal": super::partners::refusal(),
        "Ack": super::partners::ack(),
        "DciAnswer": super::partners::told(),
        "PaymentsResponse": super::payers::response(),
        "PaymentsRefusal": { "anyOf": [reference("PaymentsResponse"), reference("Refusal"),
            object(&[("message", text())])] },
    })
}
