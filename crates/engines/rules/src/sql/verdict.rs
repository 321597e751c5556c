//! From the columns of the units to the decision, in the order of the law.

use super::slots::Slots;
use crate::pack::{StageRule, Step};
use crate::plan::{Plan, Slot};
use crate::typed::{Type, Unit};
use kernel::facts::code;

/// The bit of a kind among the missing facts: those that human steps bring, and all else.
pub(super) fn bit_of(kind: u16) -> u8 {
    match kind {
        code::VISIT => step_bit(Step::Visit),
        code::SEVEN => step_bit(Step::Seven),
        _ => OTHER,
    }
}

const OTHER: u8 = 4;

fn step_bit(step: Step) -> u8 {
    match step {
        Step::Visit => 1,
        Step::Seven => 2,
    }
}

fn step_word(step: Step) -> &'static str {
    match step {
        Step::Visit => "'needs_visit'",
        Step::Seven => "'needs_seven'",
    }
}

/// The nodes that the decision reads.
pub(super) fn outputs(plan: &Plan) -> impl Iterator<Item = Slot> + '_ {
    let truths = plan.conditions.iter().map(|condition| condition.truth);
    let steps = [plan.steps_when, plan.stage_slot].into_iter().flatten();
    truths
        .chain(plan.award_slots())
        .chain(steps)
        .chain(plan.rank)
}

/// By node: does the decision read it, if only through others?
pub(super) fn read(plan: &Plan) -> Vec<bool> {
    let mut read = vec![false; plan.nodes.len()];
    outputs(plan).for_each(|slot| read[slot as usize] = true);
    for slot in (0..read.len()).rev() {
        if read[slot] {
            let operands = plan.nodes[slot].node.operands();
            operands.for_each(|one| read[one as usize] = true);
        }
    }
    read
}

/// Appends the last sub-selects and gives the statement's end.
pub(super) fn written(slots: &Slots<'_>, units: &str, ctes: &mut Vec<(String, String)>) -> String {
    let judged = format!("SELECT {} FROM {units}", judged(slots).join(", "));
    let amount = slots.dialect.half_up("sum_minor * share", "share_scale");
    let amount = slots.dialect.fitted(&amount);
    let steps = [
        judged,
        format!("SELECT *, {} FROM j1", chosen(slots)),
        format!("SELECT *, CASE WHEN {amount} >= 0 THEN {amount} END AS full_minor FROM j2"),
        format!("SELECT *, {} AS verdict FROM j3", verdict(slots)),
    ];
    let named = (1..).map(|step| format!("j{step}")).zip(steps);
    ctes.extend(named);
    last(slots.plan)
}

/// Every condition, band, benefit and line by itself.
fn judged(slots: &Slots<'_>) -> Vec<String> {
    let plan = slots.plan;
    let mut columns = vec!["unit".to_owned(), "district".to_owned()];
    columns.push(format!("{} AS per_capita_minor", rank(slots)));
    for (place, condition) in plan.conditions.iter().enumerate() {
        let truth = truth(slots, place, condition.truth);
        columns.push(format!("{truth} AS c{place}"));
    }
    columns.push(format!(
        "CASE WHEN {} THEN 1 ELSE 0 END AS ahead",
        ahead(slots)
    ));
    let whens = plan.categories.iter().map(|category| category.when);
    columns.push(format!("{} AS category_place", first_met(slots, whens)));
    let whens = plan.programmes.iter().map(|programme| programme.when);
    columns.push(format!("{} AS programme_place", first_met(slots, whens)));
    for (place, programme) in plan.programmes.iter().enumerate() {
        let lines = lines(slots, &programme.lines);
        columns.push(format!("{lines} AS lines{place}"));
    }
    let shares = plan.categories.iter().enumerate();
    let shares = shares.filter_map(|(place, category)| Some((place, category.share?)));
    columns.extend(shares.map(|(place, share)| {
        let known = format!("{} = 2", slots.s(share));
        let value = slots.dialect.wide(&slots.v(share));
        format!("CASE WHEN {known} THEN {value} END AS share{place}")
    }));
    if slots.needs {
        columns.push(format!("{} AS condition_needs", condition_needs(slots)));
        let award = all_needs(slots, plan.award_slots());
        columns.push(format!("{award} AS award_needs"));
    }
    columns
}

/// The sum of the benefit that holds, and the share of the band.
fn chosen(slots: &Slots<'_>) -> String {
    let plan = slots.plan;
    let one = slots.dialect.wide("1");
    let of_category = |of: &dyn Fn(usize, Slot) -> String| {
        let share = |place: usize| Some(of(place, plan.categories[place].share?));
        by_place("category_place", plan.categories.len(), share, &one)
    };
    let lines = |place| Some(format!("lines{place}"));
    let sum = by_place("programme_place", plan.programmes.len(), lines, "NULL");
    let share = of_category(&|place, _| format!("share{place}"));
    let scale = of_category(&|_, share| slots.dialect.wide(&scale(slots, share).to_string()));
    format!("{sum} AS sum_minor, {share} AS share, {scale} AS share_scale")
}

fn last(plan: &Plan) -> String {
    let named = |place: &str, ids: &mut dyn Iterator<Item = &str>| {
        let arms: String = ids
            .enumerate()
            .map(|(index, id)| format!(" WHEN {place} = {index} THEN '{}'", id.replace('\'', "''")))
            .collect();
        if arms.is_empty() {
            "NULL".to_owned()
        } else {
            format!("CASE WHEN verdict <> 'entitled' THEN NULL{arms} END")
        }
    };
    let programmes = &mut plan.pack.programmes.iter().map(|one| one.id.as_str());
    let programme = named("programme_place", programmes);
    let category = named(
        "category_place",
        &mut plan.pack.categories.iter().map(|one| one.id.as_str()),
    );
    let met: String = plan
        .pack
        .conditions
        .iter()
        .enumerate()
        .map(|(place, condition)| format!(", c{place} AS \"met_{}\"", condition.id))
        .collect();
    format!(
        "SELECT unit, district, verdict, {programme} AS programme, {category} AS category, \
         CASE WHEN verdict = 'entitled' THEN full_minor END AS amount_minor, per_capita_minor{met} \
         FROM j4"
    )
}

/// For ranking: rounded half up to the minor unit.
fn rank(slots: &Slots<'_>) -> String {
    let plan = slots.plan;
    let Some(rank) = plan.rank else {
        return "CAST(NULL AS BIGINT)".to_owned();
    };
    let down = match plan.nodes[rank as usize].ty {
        Type::Number {
            unit: Unit::Money,
            scale,
            ..
        } => 10_i64.pow(u32::from(scale.saturating_sub(2))),
        _ => 1,
    };
    let divisor = format!(
        "{} * {}",
        slots.dialect.wide(&slots.d(rank)),
        slots.dialect.wide(&down.to_string())
    );
    let rounded = slots.dialect.half_up(&slots.v(rank), &divisor);
    let known = slots.s(rank);
    format!(
        "CASE WHEN {known} = 2 THEN {} END",
        slots.dialect.fitted(&rounded)
    )
}

fn needed(slots: &Slots<'_>) -> String {
    match slots.plan.steps_when {
        Some(slot) => format!("({} = 2 AND {} <> 0)", slots.s(slot), slots.v(slot)),
        None => "FALSE".to_owned(),
    }
}

/// Human steps are needed and have not been taken.
fn ahead(slots: &Slots<'_>) -> String {
    match slots.plan.stage_slot {
        Some(stage) => format!("({} AND {} = 0)", needed(slots), slots.v(stage)),
        None => "FALSE".to_owned(),
    }
}

/// 1 met, 0 not met, null unknown, 2 does not count at this stage.
fn truth(slots: &Slots<'_>, place: usize, slot: Slot) -> String {
    let waits = if slots.plan.pack.conditions[place].stage == StageRule::FinalOnly {
        format!(
            "WHEN NOT ({} AND NOT {}) THEN 2 ",
            needed(slots),
            ahead(slots)
        )
    } else {
        String::new()
    };
    format!(
        "CASE {waits}WHEN {s} = 2 AND {v} = 0 THEN 0 WHEN {s} = 2 THEN 1 END",
        s = slots.s(slot),
        v = slots.v(slot)
    )
}

/// The place of the first that holds; -1 when one before it is unknown, -2 when none does.
fn first_met(slots: &Slots<'_>, whens: impl Iterator<Item = Slot>) -> String {
    let arms: String = whens
        .enumerate()
        .map(|(place, slot)| {
            let (s, v) = (slots.s(slot), slots.v(slot));
            format!(" WHEN {s} <> 2 THEN -1 WHEN {v} <> 0 THEN {place}")
        })
        .collect();
    if arms.is_empty() {
        return "-2".to_owned();
    }
    format!("CASE{arms} ELSE -2 END")
}

fn lines(slots: &Slots<'_>, lines: &[Slot]) -> String {
    let known = lines.iter().filter(|line| !slots.sure(**line));
    let known: Vec<String> = known
        .map(|line| format!("{} = 2", slots.s(*line)))
        .collect();
    let wide = lines.iter().map(|line| slots.dialect.wide(&slots.v(*line)));
    let sum = wide.reduce(|sum, line| format!("{sum} + {line}"));
    let sum = sum.unwrap_or_else(|| slots.dialect.wide("0"));
    if known.is_empty() {
        return sum;
    }
    format!("CASE WHEN {} THEN {sum} END", known.join(" AND "))
}

fn scale(slots: &Slots<'_>, share: Slot) -> i64 {
    match slots.plan.nodes[share as usize].ty {
        Type::Number { scale, .. } => 10_i64.pow(u32::from(scale)),
        _ => 1,
    }
}

fn by_place(
    place: &str,
    count: usize,
    of: impl Fn(usize) -> Option<String>,
    otherwise: &str,
) -> String {
    let arms: String = (0..count)
        .filter_map(|one| of(one).map(|x| format!(" WHEN {place} = {one} THEN {x}")))
        .collect();
    if arms.is_empty() {
        return otherwise.to_owned();
    }
    format!("CASE{arms} ELSE {otherwise} END")
}

fn all_needs(slots: &Slots<'_>, of: impl Iterator<Item = Slot>) -> String {
    let mut needs: Vec<String> = of
        .map(|slot| slots.n(slot))
        .filter(|need| need != "0")
        .map(|need| format!("({need})"))
        .collect();
    needs.dedup();
    if needs.is_empty() {
        "0".to_owned()
    } else {
        needs.join(" | ")
    }
}

/// Only unknown conditions that count at this stage are asked about.
fn condition_needs(slots: &Slots<'_>) -> String {
    let conditions = slots.plan.conditions.iter().enumerate();
    let needs: Vec<String> = conditions
        .filter_map(|(place, condition)| {
            let need = slots.n(condition.truth);
            let unknown = format!("({}) IS NULL", truth(slots, place, condition.truth));
            (need != "0").then(|| format!("(CASE WHEN {unknown} THEN {need} ELSE 0 END)"))
        })
        .collect();
    if needs.is_empty() {
        "0".to_owned()
    } else {
        needs.join(" | ")
    }
}

fn verdict(slots: &Slots<'_>) -> String {
    let plan = slots.plan;
    let any = |is: &str| {
        let each = (0..plan.conditions.len()).map(|place| format!("c{place} {is}"));
        let each: Vec<String> = each.collect();
        if each.is_empty() {
            "FALSE".to_owned()
        } else {
            each.join(" OR ")
        }
    };
    let first = plan
        .pack
        .steps
        .first()
        .map_or(Step::Visit, |step| step.step);
    let mut text = format!(
        "CASE WHEN {} THEN 'not_entitled' WHEN {} THEN {} WHEN ahead = 1 THEN {}",
        any("= 0"),
        any("IS NULL"),
        unknown(slots, "condition_needs"),
        step_word(first)
    );
    let open = unknown(slots, "award_needs");
    if !plan.categories.is_empty() {
        text.push_str(&format!(" WHEN category_place < 0 THEN {open}"));
    }
    text.push_str(&format!(
        " WHEN programme_place < 0 OR full_minor IS NULL THEN {open} ELSE 'entitled' END"
    ));
    text
}

/// Unknown, or the human step to wait for when nothing but human steps is missing.
fn unknown(slots: &Slots<'_>, needs: &str) -> String {
    if !slots.needs {
        return "'unknown'".to_owned();
    }
    let steps: String = slots
        .plan
        .pack
        .steps
        .iter()
        .map(|step| {
            let bit = step_bit(step.step);
            format!(" WHEN ({needs} & {bit}) <> 0 THEN {}", step_word(step.step))
        })
        .collect();
    format!("CASE WHEN ({needs} & {OTHER}) <> 0 THEN 'unknown'{steps} ELSE 'unknown' END")
}
