//! Reading JSON that strangers send, and writing it in the two canonical forms that are signed.
//!
//! What two readers could understand differently is refused: a key that stands twice, text that is
//! not UTF-8, numbers that other languages round in their own way.

use std::cell::Cell;
use std::fmt::{self, Write};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Levels of objects and lists inside each other.
pub const DEPTH_MAX: usize = 24;
/// Values of a message, of every kind.
pub const VALUES_MAX: usize = 8_192;
/// Beyond this a fraction is written differently by different programs.
const FRACTION_MAX: f64 = 1e15;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the body is not UTF-8 without a byte order mark")]
    Encoding,
    #[error("the body is not the JSON we take: {0}")]
    Json(String),
}

/// Reads one JSON value and nothing after it.
pub fn read(bytes: &[u8]) -> Result<Value, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::Encoding)?;
    if text.starts_with('\u{feff}') {
        return Err(Unreadable::Encoding);
    }
    read_str(text).map_err(|error| Unreadable::Json(error.to_string()))
}

/// The same of a text.
pub fn read_str(text: &str) -> serde_json::Result<Value> {
    let left = Cell::new(VALUES_MAX);
    let strict = Strict {
        depth: DEPTH_MAX,
        left: &left,
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = strict.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    left: &'a Cell<usize>,
}

impl Strict<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1);
        let depth = depth.ok_or_else(|| E::custom(format!("more than {DEPTH_MAX} levels")))?;
        Ok(Strict { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        let left = self.left.get().checked_sub(1);
        let left = left.ok_or_else(|| Error::custom(format!("more than {VALUES_MAX} values")))?;
        self.left.set(left);
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    /// Whole numbers of more than 64 bits arrive here too, and `-0`.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let plain = value.abs() < FRACTION_MAX && !(value == 0.0 && value.is_sign_negative());
        let number = Number::from_f64(value).filter(|_| plain);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number that programs write differently"))
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut fields = Map::new();
        while let Some(key) = object.next_key::<String>()? {
            let value = object.next_value_seed(inner)?;
            if fields.insert(key, value).is_some() {
                return Err(Error::custom("a key stands twice in one object"));
            }
        }
        Ok(Value::Object(fields))
    }
}

/// How strings and fractions are written in the bytes that are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Python's `json.dumps(sort_keys=True, separators=(",", ":"))`: all but printable ASCII escaped.
    PythonAscii,
    /// orjson with sorted keys: UTF-8 as it is.
    RawUtf8,
    /// Python's `json.dumps(..., ensure_ascii=False)`: UTF-8 as it is, small fractions as Python has them.
    PythonUtf8,
}

/// The bytes that a signature covers: `{"header":...,"message":...}` with sorted keys.
pub fn signed_text(header: &Value, message: &Value, form: Form) -> String {
    let mut out = String::from("{\"header\":");
    write_value(&mut out, header, form);
    out.push_str(",\"message\":");
    write_value(&mut out, message, form);
    out.push('}');
    out
}

fn write_value(out: &mut String, value: &Value, form: Form) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => write_number(out, number, form),
        Value::String(text) => write_string(out, text, form),
        Value::Array(values) => {
            out.push('[');
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_value(out, value, form);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            // By bytes of UTF-8, which is the order of code points that both sides sort by.
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (place, (key, value)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_string(out, key, form);
                out.push(':');
                write_value(out, value, form);
            }
            out.push('}');
        }
    }
}

/// The shortest digits that give the number back, in both. A small one gets a power of ten: in
/// orjson from `9e-6` down, in Python from `9e-05` down, with two digits of the power.
fn write_number(out: &mut String, number: &Number, form: Form) {
    let fraction = number.as_f64().filter(|_| number.is_f64());
    let _ = match fraction {
        None => write!(out, "{number}"),
        Some(value) if form != Form::RawUtf8 && value != 0.0 && value.abs() < 1e-4 => {
            let shortest = format!("{value:e}");
            let (digits, power) = shortest.split_once("e-").expect("a small number");
            write!(out, "{digits}e-{power:0>2}")
        }
        Some(value) if value != 0.0 && value.abs() < 1e-5 => write!(out, "{value:e}"),
        Some(value) if value.fract() == 0.0 => write!(out, "{value}.0"),
        Some(value) => write!(out, "{value}"),
    };
}

fn write_string(out: &mut String, text: &str, form: Form) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            c if form != Form::PythonAscii && c >= ' ' => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}
