//! Reading the documented columns of one row as typed values. Each error names its field.

use super::columns::Columns;
use super::lines::Fields;
use super::report::{Reason, Reject};
use kernel::{Day, Month, Pinfl};

/// One row with its line and header at hand.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    pub line: u64,
    pub columns: &'a Columns,
    pub names: &'static [&'static str],
    pub fields: &'a Fields,
}

impl<'a> Row<'a> {
    pub fn reject(&self, column: usize, reason: Reason) -> Reject {
        Reject {
            line: self.line,
            field: self.names[column],
            reason,
        }
    }

    /// Text of a column, trimmed; may be empty.
    pub fn text(&self, column: usize, characters_max: usize) -> Result<&'a str, Reject> {
        let bytes = self.fields.get(self.columns.at[column]);
        let text = std::str::from_utf8(bytes).map_err(|_| self.reject(column, Reason::NotUtf8))?;
        let text = text.trim();
        if text.len() > characters_max {
            let characters = text.chars().count();
            if characters > characters_max {
                return Err(self.reject(
                    column,
                    Reason::TooLong {
                        characters,
                        characters_max,
                    },
                ));
            }
        }
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return Err(self.reject(column, Reason::ControlCharacter));
        }
        Ok(text)
    }

    pub fn filled(&self, column: usize, characters_max: usize) -> Result<&'a str, Reject> {
        let text = self.text(column, characters_max)?;
        if text.is_empty() {
            return Err(self.reject(column, Reason::Empty));
        }
        Ok(text)
    }

    pub fn one_of<T: Copy>(
        &self,
        column: usize,
        allowed: &'static str,
        words: &[(&str, T)],
    ) -> Result<T, Reject> {
        let text = self.text(column, 64)?;
        let found = words.iter().find(|(word, _)| *word == text);
        found
            .map(|(_, value)| *value)
            .ok_or_else(|| self.reject(column, Reason::NotOneOf { allowed }))
    }

    pub fn number(&self, column: usize) -> Result<i64, Reject> {
        let text = self.filled(column, 20)?;
        text.parse()
            .map_err(|_| self.reject(column, Reason::NotANumber))
    }

    pub fn code(&self, column: usize) -> Result<u32, Reject> {
        let text = self.filled(column, 10)?;
        text.parse()
            .map_err(|_| self.reject(column, Reason::NotANumber))
    }

    pub fn day(&self, column: usize) -> Result<Day, Reject> {
        let text = self.filled(column, 10)?;
        Day::parse(text).map_err(|_| self.reject(column, Reason::NotADate))
    }

    pub fn day_if_any(&self, column: usize) -> Result<Option<Day>, Reject> {
        if self.text(column, 10)?.is_empty() {
            return Ok(None);
        }
        self.day(column).map(Some)
    }

    pub fn month(&self, column: usize) -> Result<Month, Reject> {
        let text = self.filled(column, 7)?;
        Month::parse(text).map_err(|_| self.reject(column, Reason::NotAMonth))
    }

    pub fn pinfl(&self, column: usize) -> Result<Pinfl, Reject> {
        let text = self.filled(column, 14)?;
        Pinfl::parse(text).map_err(|error| {
            self.reject(
                column,
                Reason::BadPinfl {
                    rule: error.to_string(),
                },
            )
        })
    }
}
