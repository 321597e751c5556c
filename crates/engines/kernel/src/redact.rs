//! Personal numbers in logs: all but the last two digits are hidden.

use std::fmt;

const SHOWN: usize = 2;

pub(crate) fn write(f: &mut fmt::Formatter<'_>, kind: &str, digits: &str) -> fmt::Result {
    let hidden = digits.len().saturating_sub(SHOWN);
    let tail = digits.get(hidden..).unwrap_or("");
    write!(f, "{kind}({}{tail})", "*".repeat(hidden))
}

/// Serialize, Deserialize, FromStr and a redacted Debug for a personal number
/// that has `parse` and a Display of its digits.
macro_rules! personal_number {
    ($type:ident, $error:ident) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::redact::write(f, stringify!($type), &self.to_string())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $error;
            fn from_str(text: &str) -> Result<$type, $error> {
                $type::parse(text)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<$type, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                $type::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use personal_number;

/// A text of exactly `N` ASCII digits as digits, or what is wrong with it.
pub(crate) fn digits<const N: usize>(text: &str) -> Result<[u8; N], NotDigits> {
    if let Some((at, found)) = text.chars().enumerate().find(|(_, c)| !c.is_ascii_digit()) {
        return Err(NotDigits::NotDigit {
            position: at + 1,
            found,
        });
    }
    let bytes: &[u8; N] = text
        .as_bytes()
        .try_into()
        .map_err(|_| NotDigits::Length { found: text.len() })?;
    Ok(bytes.map(|byte| byte - b'0'))
}

pub(crate) enum NotDigits {
    Length { found: usize },
    NotDigit { position: usize, found: char },
}
