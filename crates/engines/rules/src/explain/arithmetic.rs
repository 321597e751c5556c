//! The sums behind a decision, line by line: first the income that ranks the
//! family, then the amount.

use super::quantity::Quantity;
use super::{Reader, Said};
use crate::outcome::Outcomes;
use crate::plan::Slot;
use crate::typed::{Level, MONEY, Op, Tree, Type};
use kernel::Lang;

/// `label: formula in numbers = value`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ArithmeticLine {
    /// The variable or line of the amount.
    pub id: String,
    pub label: Said,
    /// The formula with numbers in place of names; empty when there is none to show.
    pub formula: Said,
    pub value: Option<Quantity>,
}

impl ArithmeticLine {
    pub fn text(&self, lang: Lang) -> String {
        let value = self
            .value
            .map_or_else(|| "—".to_owned(), |value| value.text(lang));
        match self.formula.get(lang) {
            "" => format!("{}: {value}", self.label.get(lang)),
            formula => format!("{}: {formula} = {value}", self.label.get(lang)),
        }
    }
}

impl Reader<'_> {
    pub(super) fn arithmetic(&self, outcomes: &Outcomes) -> Vec<ArithmeticLine> {
        let mut lines = self.income_lines();
        let programme = outcomes.programme(0).and_then(|id| {
            self.plan
                .pack
                .programmes
                .iter()
                .position(|programme| programme.id == id)
        });
        if let Some(programme) = programme {
            self.amount_lines(programme, outcomes, &mut lines);
        }
        lines
    }

    /// The rank variable and what it is made of, in the order of the pack.
    fn income_lines(&self) -> Vec<ArithmeticLine> {
        let pack = &self.plan.pack;
        let Some(rank) = pack.rank.map(usize::from) else {
            return Vec::new();
        };
        let mut wanted = vec![false; pack.variables.len()];
        wanted[rank] = true;
        // Each variable stands behind what it uses, so one pass backwards will do.
        for index in (0..=rank).rev() {
            if wanted[index]
                && let Some(tree) = self.version(index)
            {
                tree.mark_variables(&mut wanted);
            }
        }
        let shown = |index: &usize| {
            let variable = &pack.variables[*index];
            wanted[*index]
                && variable.level == Level::Unit
                && matches!(variable.ty, Type::Number { .. })
        };
        (0..wanted.len())
            .filter(shown)
            .map(|index| self.variable_line(index))
            .collect()
    }

    fn version(&self, index: usize) -> Option<&Tree> {
        self.plan.pack.variables[index].at(self.plan.decided_on)
    }

    fn variable_line(&self, index: usize) -> ArithmeticLine {
        let variable = &self.plan.pack.variables[index];
        let formula = self
            .version(index)
            .map(|tree| Said::each(|lang| self.formula(tree, lang)))
            .unwrap_or_default();
        ArithmeticLine {
            id: variable.name.clone(),
            label: Said::of(&variable.label),
            formula,
            value: self.plan.variables[index].and_then(|slot| self.quantity(slot)),
        }
    }

    pub(super) fn of(&self, ty: Type, value: i64) -> Quantity {
        Quantity::of(ty, value, self.plan.pack.currency())
    }

    fn quantity(&self, slot: Slot) -> Option<Quantity> {
        Quantity::read(self.plan, self.scratch, slot, 0)
    }

    fn amount_lines(&self, programme: usize, outcomes: &Outcomes, lines: &mut Vec<ArithmeticLine>) {
        let (written, slots) = (
            &self.plan.pack.programmes[programme],
            &self.plan.programmes[programme],
        );
        let mut parts = Vec::new();
        for (line, slot) in written.lines.iter().zip(&slots.lines) {
            let value = self.quantity(*slot);
            if value.is_some_and(|value| value.numerator == 0) {
                continue;
            }
            parts.extend(value);
            lines.push(ArithmeticLine {
                id: line.id.clone(),
                label: Said::of(&line.label),
                formula: Said::each(|lang| self.formula(&line.formula, lang)),
                value,
            });
        }
        let category = outcomes
            .category(0)
            .and_then(|id| self.plan.pack.category_index(id));
        let share = category.and_then(|category| self.plan.categories[usize::from(category)].share);
        let share = share.and_then(|slot| self.quantity(slot));
        lines.push(ArithmeticLine {
            id: "amount".into(),
            label: Said::of(&written.label),
            formula: Said::each(|lang| total(&parts, share, lang)),
            value: outcomes.amount(0).map(|amount| self.of(MONEY, amount.0)),
        });
    }

    /// The formula in numbers, if it is plain arithmetic over names.
    fn formula(&self, tree: &Tree, lang: Lang) -> String {
        match &tree.op {
            Op::Add(..) | Op::Subtract(..) | Op::Multiply(..) | Op::Divide(..) => {
                self.numbers(tree, lang, 0).unwrap_or_default()
            }
            Op::Round { value, .. } => self.formula(value, lang),
            _ => String::new(),
        }
    }

    fn numbers(&self, tree: &Tree, lang: Lang, outer: u8) -> Option<String> {
        let (left, right, sign, strength) = match &tree.op {
            Op::Constant(value) => return Some(short(self.of(tree.ty, *value), lang)),
            Op::Parameter(index) => {
                let used = self.used(usize::from(*index))?;
                return Some(short(self.of(tree.ty, used.value), lang));
            }
            Op::Variable(index) => {
                let slot = self.plan.variables[usize::from(*index)]?;
                return Some(short(self.quantity(slot)?, lang));
            }
            Op::Greatest(left, right) => {
                let (left, right) = (self.numbers(left, lang, 0)?, self.numbers(right, lang, 0)?);
                return Some(format!("max({left}; {right})"));
            }
            Op::Add(left, right) => (left, right, "+", 1),
            Op::Subtract(left, right) => (left, right, "−", 1),
            Op::Multiply(left, right) => (left, right, "×", 2),
            Op::Divide(left, right) => (left, right, "÷", 2),
            _ => return None,
        };
        // The right side of − and ÷ needs brackets at equal strength.
        let (left, right) = (
            self.numbers(left, lang, strength)?,
            self.numbers(right, lang, strength + 1)?,
        );
        let text = format!("{left} {sign} {right}");
        Some(if strength < outer {
            format!("({text})")
        } else {
            text
        })
    }
}

/// Sums without the currency's word: it stands behind the result.
fn short(quantity: Quantity, lang: Lang) -> String {
    let bare = Quantity {
        kind: match quantity.kind {
            super::QuantityKind::Money => super::QuantityKind::Number,
            other => other,
        },
        ..quantity
    };
    bare.text(lang)
}

fn total(parts: &[Quantity], share: Option<Quantity>, lang: Lang) -> String {
    let sum = parts
        .iter()
        .map(|part| short(*part, lang))
        .collect::<Vec<_>>()
        .join(" + ");
    match share {
        Some(share) if parts.len() > 1 => format!("({sum}) × {}", share.text(lang)),
        Some(share) => format!("{sum} × {}", share.text(lang)),
        None if parts.len() > 1 => sum,
        None => String::new(),
    }
}
