//! Why a pack has no plan for a day, and where in the pack to look.

use crate::limits::NODES_MAX;
use crate::pack::Pack;
use crate::source::{Diagnostic, Place};
use kernel::Day;

/// Why there is no plan for a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("the parameter `{name}` has no value that was announced and in force on {day}")]
    ParameterUnknown {
        name: String,
        day: Day,
        parameter: u16,
    },
    #[error("the variable `{name}` has no formula in force on {day}")]
    FormulaNotInForce { name: String, day: Day },
    #[error("the scale `{name}` has no brackets that were announced and in force on {day}")]
    ScaleUnknown { name: String, day: Day, scale: u16 },
    #[error("the thresholds of `{name}` do not fit the value they are applied to")]
    ScaleTooLarge { name: String, scale: u16 },
    #[error("`{0}` is a calculation: it has results and decides about nobody")]
    Calculation(String),
    #[error("there is no variable `{0}`")]
    NoVariable(String),
    #[error("the pack needs more than {NODES_MAX} nodes")]
    TooLarge,
}

impl PlanError {
    pub(crate) fn diagnostic(&self, pack: &Pack) -> Diagnostic {
        let whole = || Place {
            file: pack
                .files
                .first()
                .map_or("pack", |file| file.path.as_str())
                .into(),
            text: "".into(),
            line: 1,
            column: 1,
            width: 1,
        };
        match self {
            PlanError::ParameterUnknown { parameter, .. } => {
                let place = &pack.parameters[usize::from(*parameter)].place;
                place.error(
                    self.to_string(),
                    "a row that is in force and announced by the pack's first day",
                )
            }
            PlanError::FormulaNotInForce { name, .. } => {
                let variable = pack
                    .variables
                    .iter()
                    .find(|variable| variable.name == *name);
                let place =
                    variable.map_or_else(whole, |variable| variable.versions[0].1.place.clone());
                place.error(
                    self.to_string(),
                    "`formula from DATE:` from the pack's first day on",
                )
            }
            PlanError::ScaleUnknown { scale, .. } | PlanError::ScaleTooLarge { scale, .. } => {
                let place = &pack.scales[usize::from(*scale)].place;
                let instead = "brackets in force and announced by the pack's first day";
                place.error(self.to_string(), instead)
            }
            PlanError::Calculation(_) | PlanError::NoVariable(_) | PlanError::TooLarge => {
                whole().error(self.to_string(), "a smaller pack")
            }
        }
    }
}
