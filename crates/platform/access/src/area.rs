//! A part of the country by its SOATO code, as the reach of an account and as
//! the place of a case.

use std::fmt;

/// 4 digits a region, 7 a district, 10 a mahalla; a code begins with the code
/// of what it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Area {
    Country,
    Region(u32),
    District(u32),
    Mahalla(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{code} is no territory: 0 the country, 4 digits a region, 7 a district, 10 a mahalla")]
pub struct AreaError {
    pub code: i64,
}

impl Area {
    /// From the stored code; 0 is the country.
    pub fn from_code(code: i64) -> Result<Area, AreaError> {
        let number = u32::try_from(code).map_err(|_| AreaError { code })?;
        match number {
            0 => Ok(Area::Country),
            1_000..=9_999 => Ok(Area::Region(number)),
            1_000_000..=9_999_999 => Ok(Area::District(number)),
            1_000_000_000.. => Ok(Area::Mahalla(number)),
            _ => Err(AreaError { code }),
        }
    }

    pub const fn code(self) -> i64 {
        match self {
            Area::Country => 0,
            Area::Region(code) | Area::District(code) | Area::Mahalla(code) => code as i64,
        }
    }

    pub const fn district(self) -> Option<u32> {
        match self {
            Area::Mahalla(code) => Some(code / 1_000),
            Area::District(code) => Some(code),
            Area::Region(_) | Area::Country => None,
        }
    }

    pub const fn region(self) -> Option<u32> {
        match self {
            Area::Region(code) => Some(code),
            Area::Country => None,
            _ => match self.district() {
                Some(district) => Some(district / 1_000),
                None => None,
            },
        }
    }

    /// True when `other` lies in this area or is it.
    pub fn covers(self, other: Area) -> bool {
        match self {
            Area::Country => true,
            Area::Region(code) => other.region() == Some(code),
            Area::District(code) => other.district() == Some(code),
            Area::Mahalla(_) => other == self,
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Area::Country => f.write_str("the country"),
            Area::Region(code) => write!(f, "region {code}"),
            Area::District(code) => write!(f, "district {code}"),
            Area::Mahalla(code) => write!(f, "mahalla {code}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: i64, expected: Option<Area>) {
        assert_eq!(Area::from_code(code).ok(), expected, "{code}");
        if let Some(area) = expected {
            assert_eq!(area.code(), code);
        }
    }

    #[test]
    fn the_number_of_digits_is_the_level() {
        check(0, Some(Area::Country));
        check(1_726, Some(Area::Region(1_726)));
        check(1_726_266, Some(Area::District(1_726_266)));
        check(1_726_266_001, Some(Area::Mahalla(1_726_266_001)));
        for code in [
            -1,
            7,
            999,
            10_000,
            999_999,
            10_000_000,
            999_999_999,
            i64::MAX,
        ] {
            check(code, None);
        }
    }

    #[test]
    fn an_area_covers_what_lies_in_it() {
        let areas = [
            Area::Country,
            Area::Region(1_726),
            Area::District(1_726_266),
            Area::Mahalla(1_726_266_001),
        ];
        for (outer, larger) in areas.into_iter().enumerate() {
            for (inner, smaller) in areas.into_iter().enumerate() {
                assert_eq!(larger.covers(smaller), outer <= inner, "{larger} {smaller}");
            }
        }
        for other in [
            Area::Region(1_727),
            Area::District(1_727_206),
            Area::Mahalla(1_726_264_001),
        ] {
            assert!(!Area::District(1_726_266).covers(other), "{other}");
        }
    }
}
