//! What would change the outcome: for each condition the nearest value on the
//! other side of its limit.

use super::quantity::Quantity;
use super::{ConditionTrace, QuantityKind, Said};
use crate::outcome::{Truth, Verdict};
use crate::syntax::Comparison;
use crate::typed::MONEY_SCALE;
use kernel::Lang;

/// The nearest change of one value that turns its condition.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Change {
    pub condition: String,
    pub direction: Direction,
    /// By how much the value must change, in its own unit (tiyin for money),
    /// rounded away so that the change suffices.
    pub by: i64,
    pub value: Quantity,
    pub limit: Quantity,
    /// Would the condition then be met? All conditions not met must change together.
    pub then_met: bool,
    pub text: Said,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Down,
    Up,
}

/// For a refusal: how each condition not met would be met. For an award: how far
/// the income (the first condition about money) is from its limit.
pub(super) fn changes(conditions: &[ConditionTrace], verdict: Verdict) -> Vec<Change> {
    match verdict {
        Verdict::NotEntitled => conditions
            .iter()
            .filter(|one| one.truth == Truth::NotMet)
            .filter_map(turned)
            .collect(),
        Verdict::Entitled => {
            let money = |one: &&ConditionTrace| {
                one.truth == Truth::Met
                    && one
                        .value
                        .is_some_and(|value| value.kind == QuantityKind::Money)
            };
            conditions
                .iter()
                .find(money)
                .and_then(turned)
                .into_iter()
                .collect()
        }
        Verdict::Unknown | Verdict::NeedsVisit(_) => Vec::new(),
    }
}

fn turned(condition: &ConditionTrace) -> Option<Change> {
    let (value, limit, comparison) = (condition.value?, condition.limit?, condition.comparison?);
    let met = condition.truth == Truth::Met;
    // The value at which the comparison turns, as steps beyond the limit.
    let (direction, strict) = match (comparison, met) {
        (Comparison::AtMost, false) => (Direction::Down, false),
        (Comparison::Less, false) => (Direction::Down, true),
        (Comparison::AtLeast, false) => (Direction::Up, false),
        (Comparison::Greater, false) => (Direction::Up, true),
        (Comparison::AtMost, true) => (Direction::Up, true),
        (Comparison::Less, true) => (Direction::Up, false),
        (Comparison::AtLeast, true) => (Direction::Down, true),
        (Comparison::Greater, true) => (Direction::Down, false),
        (Comparison::Equal | Comparison::Unequal, _) => return None,
    };
    let by = distance(value, limit, direction, strict)?;
    let shown = Quantity {
        numerator: by,
        denominator: 1,
        scale: step_scale(value),
        at_least: false,
        ..value
    };
    let text = Said::each(|lang| {
        sentence(
            condition.label.get(lang),
            shown,
            value.at_least,
            met,
            direction,
            lang,
        )
    });
    Some(Change {
        condition: condition.id.clone(),
        direction,
        by,
        value,
        limit,
        then_met: !met,
        text,
    })
}

/// Whole steps (tiyin, pieces) from the value to the limit, rounded up; one more
/// where the limit itself does not turn the comparison.
fn distance(value: Quantity, limit: Quantity, direction: Direction, strict: bool) -> Option<i64> {
    let power = |scale: u8| 10_i128.pow(u32::from(scale));
    let cross = |a: Quantity, b: Quantity| {
        i128::from(a.numerator)
            .checked_mul(i128::from(b.denominator))?
            .checked_mul(power(b.scale))
    };
    let (value_cross, limit_cross) = (cross(value, limit)?, cross(limit, value)?);
    let gap = match direction {
        Direction::Down => value_cross.checked_sub(limit_cross)?,
        Direction::Up => limit_cross.checked_sub(value_cross)?,
    };
    let gap = gap.checked_mul(power(step_scale(value)))?;
    let whole = i128::from(value.denominator).checked_mul(i128::from(limit.denominator))?;
    let step = whole
        .checked_mul(power(value.scale))?
        .checked_mul(power(limit.scale))?;
    let steps = if strict {
        gap.div_euclid(step) + 1
    } else {
        gap.div_euclid(step) + i128::from(gap.rem_euclid(step) > 0)
    };
    i64::try_from(steps).ok().filter(|steps| *steps > 0)
}

/// Money changes by tiyin, other values by steps of their own scale.
fn step_scale(value: Quantity) -> u8 {
    if value.kind == QuantityKind::Money {
        MONEY_SCALE
    } else {
        value.scale
    }
}

fn sentence(
    label: &str,
    by: Quantity,
    at_least: bool,
    met: bool,
    direction: Direction,
    lang: Lang,
) -> String {
    // Of a value known only from below, the distance is a lower bound too.
    let counted = by.kind == QuantityKind::Number;
    let by = Quantity { at_least, ..by }.text(lang);
    let by = match lang {
        Lang::UzLatn if counted => format!("{by} taga"),
        Lang::UzLatn => format!("{by}ga"),
        Lang::UzCyrl if counted => format!("{by} тага"),
        Lang::UzCyrl => format!("{by}га"),
        Lang::Ru => format!("на {by}"),
        Lang::En => format!("by {by}"),
    };
    let subject = match (lang, counted) {
        (Lang::UzLatn, true) => "soni",
        (Lang::UzCyrl, true) => "сони",
        (Lang::Ru, true) => "число",
        (Lang::En, true) => "the number",
        (Lang::UzLatn, false) => "summasi",
        (Lang::UzCyrl, false) => "суммаси",
        (Lang::Ru, false) => "сумма",
        (Lang::En, false) => "the sum",
    };
    let verb = verb(lang, met, direction == Direction::Down);
    match (lang, met) {
        (Lang::UzLatn, false) => {
            format!("{label}: shart bajarilishi uchun {subject} {by} {verb} kerak.")
        }
        (Lang::UzCyrl, false) => {
            format!("{label}: шарт бажарилиши учун {subject} {by} {verb} керак.")
        }
        (Lang::Ru, false) => {
            format!("{label}: условие будет выполнено, если {subject} {verb} {by}.")
        }
        (Lang::En, false) => format!("{label}: the condition is met if {subject} {verb} {by}."),
        (Lang::UzLatn, true) => {
            format!("{label}: {subject} {by} {verb}, shart bajarilmay qoladi.")
        }
        (Lang::UzCyrl, true) => {
            format!("{label}: {subject} {by} {verb}, шарт бажарилмай қолади.")
        }
        (Lang::Ru, true) => {
            format!("{label}: условие перестанет выполняться, если {subject} {verb} {by}.")
        }
        (Lang::En, true) => format!("{label}: the condition fails if {subject} {verb} {by}."),
    }
}

/// What the value would have to do; in Uzbek a condition that is not met needs another form.
fn verb(lang: Lang, met: bool, down: bool) -> &'static str {
    match (lang, met, down) {
        (Lang::UzLatn, false, true) => "kamayishi",
        (Lang::UzLatn, false, false) => "koʻpayishi",
        (Lang::UzLatn, true, true) => "kamaysa",
        (Lang::UzLatn, true, false) => "koʻpaysa",
        (Lang::UzCyrl, false, true) => "камайиши",
        (Lang::UzCyrl, false, false) => "кўпайиши",
        (Lang::UzCyrl, true, true) => "камайса",
        (Lang::UzCyrl, true, false) => "кўпайса",
        (Lang::Ru, _, true) => "уменьшится",
        (Lang::Ru, _, false) => "увеличится",
        (Lang::En, _, true) => "falls",
        (Lang::En, _, false) => "rises",
    }
}
