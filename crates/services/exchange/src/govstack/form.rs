//! Reading what payers send: every field is looked at, and the one that is wrong is named.

use kernel::Money;
use serde_json::{Map, Number, Value};

use crate::dci::envelope::BODY_BYTES_MAX;
use crate::dci::json;

/// A field that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct Wrong {
    pub field: String,
    pub why: String,
}

impl Wrong {
    pub fn new(field: impl Into<String>, why: impl Into<String>) -> Wrong {
        Wrong {
            field: field.into(),
            why: why.into(),
        }
    }

    fn missing(field: String) -> Wrong {
        Wrong::new(field, "is missing")
    }
}

/// From 2^46 on, two sums that differ by a hundredth are the same fraction to a reader of JSON.
const FRACTION_MAX: f64 = 70_368_744_177_664.0;

fn is_exact(number: &Number) -> bool {
    let fraction = number.as_f64().filter(|_| number.is_f64());
    fraction.is_none_or(|value| value.abs() < FRACTION_MAX)
}

/// So many letters, digits, `-` and `_`.
pub fn is_id(text: &str, chars: usize) -> bool {
    let plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
    text.len() == chars && text.bytes().all(plain)
}

/// The fields of one object, and where it stands.
#[derive(Debug, Clone)]
pub struct Fields {
    fields: Map<String, Value>,
    place: String,
}

impl Fields {
    /// The body of a request: one object, each key once.
    pub fn read(body: &[u8]) -> Result<Fields, Wrong> {
        let whole = |why: String| Wrong::new("body", why);
        if body.len() > BODY_BYTES_MAX {
            return Err(whole(format!("has more than {BODY_BYTES_MAX} bytes")));
        }
        match json::read(body).map_err(|why| whole(why.to_string()))? {
            Value::Object(fields) => Ok(Fields {
                fields,
                place: String::new(),
            }),
            _ => Err(whole("is no object".to_owned())),
        }
    }

    fn name(&self, field: &str) -> String {
        format!("{}{field}", self.place)
    }

    pub fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(field)
    }

    pub fn has(&self, field: &str) -> Result<(), Wrong> {
        match self.get(field) {
            Some(_) => Ok(()),
            None => Err(Wrong::missing(self.name(field))),
        }
    }

    pub fn wrong(&self, field: &str, why: impl Into<String>) -> Wrong {
        Wrong::new(self.name(field), why)
    }

    /// A text that is there.
    pub fn text(&self, field: &str) -> Result<&str, Wrong> {
        self.has(field)?;
        let text = self.get(field).and_then(Value::as_str);
        text.ok_or_else(|| self.wrong(field, "is no text"))
    }

    /// An id that the sender made: so many letters, digits, `-` and `_`.
    pub fn id(&self, field: &str, chars: usize) -> Result<String, Wrong> {
        let text = self.text(field)?;
        if is_id(text, chars) {
            return Ok(text.to_owned());
        }
        let why = format!("must have {chars} letters, digits, - or _");
        Err(self.wrong(field, why))
    }

    /// A text that may be left out, of at most so many characters.
    pub fn remark(&self, field: &str, chars_max: usize) -> Result<Option<String>, Wrong> {
        if self.get(field).is_none() {
            return Ok(None);
        }
        let text = self.text(field)?;
        if text.chars().count() > chars_max || text.contains(char::is_control) {
            let why = format!("must have at most {chars_max} characters, none of control");
            return Err(self.wrong(field, why));
        }
        Ok(Some(text.to_owned()))
    }

    /// A sum above zero, exact: as a number or as a text.
    pub fn sum(&self, field: &str) -> Result<Money, Wrong> {
        self.has(field)?;
        let text = match self.get(field) {
            Some(Value::Number(number)) if is_exact(number) => number.to_string(),
            Some(Value::Number(_)) => {
                let why = "is too large for a fraction of JSON: write it as a text";
                return Err(self.wrong(field, why));
            }
            Some(Value::String(text)) => text.clone(),
            _ => return Err(self.wrong(field, "is no number")),
        };
        let sum = Money::parse(&text).map_err(|why| self.wrong(field, why.to_string()))?;
        if sum > Money::ZERO {
            return Ok(sum);
        }
        Err(self.wrong(field, "is not above zero"))
    }

    /// Three capital letters.
    pub fn currency(&self, field: &str) -> Result<String, Wrong> {
        let text = self.text(field)?;
        if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Ok(text.to_owned());
        }
        Err(self.wrong(field, "is no code of a currency, as UZS"))
    }

    /// The objects of a list of one to so many.
    pub fn list(&self, field: &str, most: usize) -> Result<Vec<Fields>, Wrong> {
        self.has(field)?;
        let list = self.get(field).and_then(Value::as_array);
        let list = list.ok_or_else(|| self.wrong(field, "is no list"))?;
        if list.is_empty() || list.len() > most {
            return Err(self.wrong(field, format!("must have 1 to {most} items")));
        }
        let object = |(index, value): (usize, &Value)| {
            let place = format!("{}[{index}].", self.name(field));
            let fields = value.as_object().cloned();
            let fields = fields.ok_or_else(|| Wrong::new(place.clone(), "is no object"))?;
            Ok(Fields { fields, place })
        };
        list.iter().enumerate().map(object).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_read_exactly_or_not_at_all() {
        let check = |json: &str, expected: Option<i64>| {
            let fields = Fields::read(format!(r#"{{"a":{json}}}"#).as_bytes()).expect("JSON");
            let read = fields.sum("a").ok().map(Money::minor);
            assert_eq!(read, expected, "{json}");
        };
        check("100", Some(10_000));
        check("100.5", Some(10_050));
        check("15.21", Some(1_521));
        check("\"15.21\"", Some(1_521));
        check("0.01", Some(1));
        check("70368744177663.99", Some(7_036_874_417_766_399));
        check("70368744177664.13", None);
        check("\"70368744177664.13\"", Some(7_036_874_417_766_413));
        check("0.001", None);
        check("0", None);
        check("-1", None);
        check("1e3", Some(100_000));
        check("9223372036854775807", None);
        check("\"x\"", None);
        check("null", None);
        check("true", None);
    }

    #[test]
    fn the_field_that_is_wrong_is_named_with_its_place() {
        let fields = Fields::read(br#"{"l":[{"id":"1234"},{"id":"12"}],"e":[]}"#).expect("JSON");
        let list = fields.list("l", 2).expect("two");
        assert_eq!(list[0].id("id", 4).expect("right"), "1234");
        let wrong = list[1].id("id", 4).expect_err("short").to_string();
        assert_eq!(wrong, "l[1].id: must have 4 letters, digits, - or _");
        assert_eq!(
            list[1].text("x").expect_err("absent").to_string(),
            "l[1].x: is missing"
        );
        for (field, most) in [("l", 1), ("e", 2), ("x", 1)] {
            assert!(fields.list(field, most).is_err(), "{field}");
        }
        for body in [&b"[]"[..], b"", b"{", b"{\"a\":1,\"a\":2}", b"\xff"] {
            assert!(Fields::read(body).is_err(), "{body:?}");
        }
    }
}
