//! A mahalla under a district.

use std::fmt;
use std::str::FromStr;

use super::{Level, find};

/// Ten digits: the district's SOATO code and a serial from 001 to 999, so that the
/// number knows its district. The state register of mahallas (resolution 586 of
/// 2025-09-15) has codes of its own; they are kept beside, as an identifier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MahallaCode(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MahallaError {
    #[error("a mahalla code has ten digits: the district's seven and a serial of three")]
    Form,
    #[error("the mahalla code begins with {district}, and no district has that code")]
    UnknownDistrict { district: u32 },
    #[error("a mahalla's serial is 001 to 999")]
    Serial,
}

const SERIALS: u32 = 1_000;

impl MahallaCode {
    pub fn new(code: u32) -> Result<MahallaCode, MahallaError> {
        MahallaCode::of(code / SERIALS, code % SERIALS)
    }

    pub fn of(district: u32, serial: u32) -> Result<MahallaCode, MahallaError> {
        if !(1..SERIALS).contains(&serial) {
            return Err(MahallaError::Serial);
        }
        match find(district) {
            Some(known) if known.level == Level::District => {
                Ok(MahallaCode(district * SERIALS + serial))
            }
            _ => Err(MahallaError::UnknownDistrict { district }),
        }
    }

    pub fn parse(text: &str) -> Result<MahallaCode, MahallaError> {
        let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit());
        let code: u32 = text
            .parse()
            .ok()
            .filter(|_| plain)
            .ok_or(MahallaError::Form)?;
        MahallaCode::new(code)
    }

    pub fn number(self) -> u32 {
        self.0
    }

    pub fn district(self) -> u32 {
        self.0 / SERIALS
    }

    pub fn serial(self) -> u32 {
        self.0 % SERIALS
    }
}

impl fmt::Display for MahallaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for MahallaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MahallaCode({})", self.0)
    }
}

impl FromStr for MahallaCode {
    type Err = MahallaError;
    fn from_str(text: &str) -> Result<MahallaCode, MahallaError> {
        MahallaCode::parse(text)
    }
}
