//! Values as people read them, exact behind.

use crate::batch::{AT_LEAST, UNKNOWN};
use crate::plan::eval::{Scratch, rounded};
use crate::plan::{Plan, Slot};
use crate::typed::{Rounding, Type, Unit};
use kernel::facts::Code;
use kernel::lang::{self, number};
use kernel::{Currency, Day, Lang, Money, Month};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuantityKind {
    Money,
    Number,
    Years,
    Months,
    Days,
    Date,
    Month,
    YesNo,
    Code(Code),
    /// A number outside every list: the data are damaged.
    NoCode,
}

/// A value of the trace: `numerator / denominator`, `scale` digits after the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Quantity {
    pub kind: QuantityKind,
    pub numerator: i64,
    pub denominator: i64,
    pub scale: u8,
    /// Only a lower bound is known: the true value is this or more.
    pub at_least: bool,
}

impl Quantity {
    pub(crate) fn read(
        plan: &Plan,
        scratch: &Scratch,
        slot: Slot,
        index: usize,
    ) -> Option<Quantity> {
        let column = &scratch.columns[slot as usize];
        let state = column.state(index);
        if state == UNKNOWN {
            return None;
        }
        let value = column.value(index);
        let quantity = Quantity::of(plan.nodes[slot as usize].ty, value);
        Some(Quantity {
            denominator: column.denominator(index),
            at_least: state == AT_LEAST,
            ..quantity
        })
    }

    pub(crate) fn of(ty: Type, value: i64) -> Quantity {
        let (kind, scale) = match ty {
            Type::Number { unit, scale, .. } => (
                match unit {
                    Unit::Bare => QuantityKind::Number,
                    Unit::Money => QuantityKind::Money,
                    Unit::Years => QuantityKind::Years,
                    Unit::Months => QuantityKind::Months,
                    Unit::Days => QuantityKind::Days,
                },
                scale,
            ),
            Type::Date => (QuantityKind::Date, 0),
            Type::Month => (QuantityKind::Month, 0),
            Type::YesNo => (QuantityKind::YesNo, 0),
            Type::OwnCode(_) => (QuantityKind::Number, 0),
            Type::Code(list) => {
                let code = Code::of(list, value);
                (code.map_or(QuantityKind::NoCode, QuantityKind::Code), 0)
            }
        };
        Quantity {
            kind,
            numerator: value,
            denominator: 1,
            scale,
            at_least: false,
        }
    }

    /// Rounded half up to a scale, for display.
    fn shown(&self, scale: u8) -> i128 {
        let up = 10_i128.pow(u32::from(scale.saturating_sub(self.scale)));
        let down = 10_i128.pow(u32::from(self.scale.saturating_sub(scale)));
        let value = rounded(
            i128::from(self.numerator) * up,
            i128::from(self.denominator) * down,
            1,
            Rounding::HalfUp,
        );
        value.map_or(i128::from(i64::MAX), i128::from)
    }

    /// Tiyin, rounded half up.
    pub fn minor(&self) -> i64 {
        i64::try_from(self.shown(2)).unwrap_or(i64::MAX)
    }

    pub fn text(&self, lang: Lang) -> String {
        let text = self.bare_text(lang);
        if !self.at_least {
            return text;
        }
        match lang {
            Lang::UzLatn => format!("kamida {text}"),
            Lang::UzCyrl => format!("камида {text}"),
            Lang::Ru => format!("не менее {text}"),
            Lang::En => format!("at least {text}"),
        }
    }

    fn bare_text(&self, lang: Lang) -> String {
        let plain = |value: i128| number(i64::try_from(value).unwrap_or(i64::MAX));
        match self.kind {
            QuantityKind::Money => lang::money(Money(self.minor()), Currency::Uzs, lang),
            QuantityKind::Number => self.decimal_text(lang),
            QuantityKind::Years | QuantityKind::Months | QuantityKind::Days => plain(self.shown(0)),
            QuantityKind::Date => lang::date(Day(self.numerator as i32), lang),
            QuantityKind::Month => lang::month(Month(self.numerator as i32), lang),
            QuantityKind::YesNo => yes_no(self.numerator == 1, lang).to_owned(),
            QuantityKind::Code(code) => code.label().map_or_else(
                || code.name().to_owned(),
                |label| label.get(lang).into_owned(),
            ),
            QuantityKind::NoCode => "?".to_owned(),
        }
    }

    fn decimal_text(&self, lang: Lang) -> String {
        let digits = if self.denominator == 1 {
            self.scale
        } else {
            self.scale.max(2)
        };
        let value = self.shown(digits);
        let unit = 10_i128.pow(u32::from(digits));
        let whole = number(i64::try_from(value / unit).unwrap_or(i64::MAX));
        let rest = (value % unit).abs();
        if rest == 0 {
            return whole;
        }
        let rest = format!("{rest:0width$}", width = usize::from(digits));
        let mark = if lang == Lang::En { '.' } else { ',' };
        format!("{whole}{mark}{}", rest.trim_end_matches('0'))
    }
}

fn yes_no(yes: bool, lang: Lang) -> &'static str {
    match (lang, yes) {
        (Lang::UzLatn, true) => "ha",
        (Lang::UzLatn, false) => "yoʻq",
        (Lang::UzCyrl, true) => "ҳа",
        (Lang::UzCyrl, false) => "йўқ",
        (Lang::Ru, true) => "да",
        (Lang::Ru, false) => "нет",
        (Lang::En, true) => "yes",
        (Lang::En, false) => "no",
    }
}
