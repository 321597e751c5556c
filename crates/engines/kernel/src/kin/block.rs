//! The `unit` block of a pack: how a unit is composed, as data.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ADULT_YEARS, Tie};

/// Whom a unit includes beside the applicant, in order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UnitBlock {
    /// `nuclear_family`, `household`, `person`: names the register's projection.
    pub name: String,
    pub include: Vec<Include>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Include {
    /// `spouse of applicant`
    Spouse,
    /// `children of applicant or spouse under 18 [own, adopted, ward]`
    Children { under_years: i32, ties: Vec<Tie> },
    /// `residents of dwelling`
    Residents,
}

impl UnitBlock {
    /// The applicant alone.
    pub fn person() -> UnitBlock {
        UnitBlock {
            name: "person".to_owned(),
            include: Vec::new(),
        }
    }

    /// Spouses and their children under 18: own, adopted and wards.
    pub fn nuclear_family() -> UnitBlock {
        let ties = vec![Tie::Own, Tie::Adopted, Tie::Ward];
        let children = Include::Children {
            under_years: ADULT_YEARS,
            ties,
        };
        UnitBlock {
            name: "nuclear_family".to_owned(),
            include: vec![Include::Spouse, children],
        }
    }

    /// Everyone who lives in the dwelling.
    pub fn household() -> UnitBlock {
        let include = [
            UnitBlock::nuclear_family().include,
            vec![Include::Residents],
        ]
        .concat();
        UnitBlock {
            name: "household".to_owned(),
            include,
        }
    }

    pub fn includes_spouse(&self) -> bool {
        self.include.contains(&Include::Spouse)
    }

    pub fn includes_residents(&self) -> bool {
        self.include.contains(&Include::Residents)
    }

    /// The age below which and the ties by which children belong.
    pub fn children(&self) -> Option<(i32, &[Tie])> {
        self.include.iter().find_map(|include| match include {
            Include::Children { under_years, ties } => Some((*under_years, ties.as_slice())),
            Include::Spouse | Include::Residents => None,
        })
    }
}

/// One include rule in the words of a pack.
impl fmt::Display for Include {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Include::Spouse => f.write_str("spouse of applicant"),
            Include::Residents => f.write_str("residents of dwelling"),
            Include::Children { under_years, ties } => {
                let ties: Vec<&str> = ties.iter().map(|tie| tie.name()).collect();
                let ties = ties.join(", ");
                write!(
                    f,
                    "children of applicant or spouse under {under_years} [{ties}]"
                )
            }
        }
    }
}
