//! A pack with a change that is not law: the reform of a simulation.
//!
//! What was changed stands at the foot of the canonical text, so that a simulated
//! pack has a hash of its own, reads back bit for bit and is never taken for law.

use super::blocks;
use super::parameter::{ParameterValue, Status};
use super::{Pack, canonical};
use crate::markdown::Word;
use crate::source::{Diagnostic, Place, nearest};
use crate::typed::Type;

/// The change that takes the human steps as done.
const STEPS_PASSED: &str = "steps passed";

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverlayError {
    #[error("{pack} has no parameter `{name}`; did you mean `{near}`?")]
    NoParameter {
        pack: String,
        name: String,
        near: String,
    },
    #[error("`{name}` cannot be `{value}`: write {instead}")]
    Value {
        name: String,
        value: String,
        instead: String,
    },
    #[error("`{0}` is no change: write parameter=value")]
    Shape(String),
}

impl Pack {
    /// The same law with other values of parameters, written as in the tables of a pack
    /// (`800 000`, `0.75`). Each holds on every day on which the parameter had a value.
    pub fn with_parameters(&self, changes: &[(&str, &str)]) -> Result<Pack, OverlayError> {
        let mut pack = self.clone();
        for (name, value) in changes {
            pack.change(name, value)?;
        }
        pack.hash = canonical::hash(&pack.canonical_text());
        Ok(pack)
    }

    /// The same law when the human steps (visit, conclusion) have found nothing against a
    /// family and nothing that the official facts do not say.
    pub fn with_steps_passed(&self) -> Pack {
        let mut pack = self.clone();
        if !pack.steps.is_empty() {
            pack.pass_steps();
            pack.hash = canonical::hash(&pack.canonical_text());
        }
        pack
    }

    /// True when this is no law but a question about it: no decision may rest on it.
    pub fn is_simulated(&self) -> bool {
        !self.simulated.is_empty()
    }

    fn pass_steps(&mut self) {
        self.steps.clear();
        self.steps_when = None;
        self.simulated.push(STEPS_PASSED.to_owned());
    }

    fn change(&mut self, name: &str, value: &str) -> Result<(), OverlayError> {
        let names = self.parameters.iter().map(|one| one.name.as_str());
        let near = nearest(name, names).unwrap_or("mce").to_owned();
        let id = self.id.clone();
        let found = self.parameters.iter_mut().find(|one| one.name == name);
        let parameter = found.ok_or_else(|| OverlayError::NoParameter {
            pack: id,
            name: name.to_owned(),
            near,
        })?;
        let Type::Number { scale, .. } = parameter.ty else {
            unreachable!("parameters are numbers")
        };
        let number = number(value, scale).map_err(|wrong| OverlayError::Value {
            name: name.to_owned(),
            value: value.to_owned(),
            instead: wrong.instead,
        })?;
        let days = |day: fn(&ParameterValue) -> kernel::Day| parameter.values.iter().map(day).min();
        let (Some(in_force), Some(announced)) =
            (days(|one| one.in_force), days(|one| one.announced))
        else {
            unreachable!("a parameter without a value is not read")
        };
        // One value for the whole country: also where a territory had its own.
        parameter.ends.clear();
        parameter.values = vec![ParameterValue {
            in_force,
            announced,
            value: number,
            law: "simulation".to_owned(),
            status: Status::Simulated,
            territory: None,
        }];
        self.simulated.push(format!("{name}={value}"));
        Ok(())
    }

    /// A change as the canonical text keeps it.
    pub(super) fn change_again(&mut self, line: &str) -> Result<(), OverlayError> {
        if line == STEPS_PASSED {
            self.pass_steps();
            return Ok(());
        }
        let shape = || OverlayError::Shape(line.to_owned());
        let (name, value) = line.split_once('=').ok_or_else(shape)?;
        self.change(name, value)
    }
}

fn number(value: &str, scale: u8) -> Result<i64, Diagnostic> {
    let place = Place {
        file: "parameter=value".into(),
        text: value.into(),
        line: 1,
        column: 1,
        width: value.chars().count() as u32,
    };
    let word = Word {
        text: value.to_owned(),
        place,
    };
    // A line break would end the change's line in the canonical text.
    if value.contains(['\n', '\r']) {
        return Err(word.place.error("two lines", "a number"));
    }
    blocks::scaled_number(&word, scale)
}
