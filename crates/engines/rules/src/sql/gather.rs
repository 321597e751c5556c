//! Counting and summing: one grouped sub-select for all aggregates over the same rows.

use super::slots::{Named, Slots};
use crate::plan::{Node, Slot};
use crate::typed::{AggregateKind, Level};

/// The columns of the grouped sub-select, and those that are made of them beside the unit
/// or member they belong to.
pub(super) fn gathered(slots: &Slots<'_>, slot: Slot) -> (Vec<Named>, Vec<Named>) {
    let Node::Aggregate {
        kind,
        over,
        value,
        filter,
        empty,
    } = slots.plan.nodes[slot as usize].node
    else {
        unreachable!("called for aggregates only");
    };
    let row = Row::of(slots, over, value, filter);
    let (sum, state) = match kind {
        AggregateKind::Count | AggregateKind::Sum => row.sum(slots),
        AggregateKind::Min => row.extreme("MIN", 0),
        AggregateKind::Max => row.extreme("MAX", 1),
    };
    let mut grouped = vec![(format!("x{slot}"), sum)];
    let state = (!slots.sure(slot)).then_some(state);
    grouped.extend(state.map(|state| (format!("y{slot}"), state)));
    let outer = match kind {
        AggregateKind::Count | AggregateKind::Sum => outer_sum(slots, slot),
        _ => outer_extreme(slots, slot, empty),
    };
    let mut outer = outer;
    if slots.needs && slots.bound(slot).asks {
        grouped.push((format!("z{slot}"), row.needs(slots, over, value, filter)));
        outer.push((format!("n{slot}"), format!("COALESCE(z{slot}, 0)")));
    }
    (grouped, outer)
}

/// How a row stands to the aggregate, as expressions.
struct Row {
    out: Option<String>,
    within: Option<String>,
    value: String,
    state: String,
}

impl Row {
    fn of(slots: &Slots<'_>, over: Level, value: Option<Slot>, filter: Option<Slot>) -> Row {
        let real = matches!(over, Level::Row(_)).then(|| "ph = 0".to_owned());
        let met = filter.map(|filter| {
            let (s, v) = (slots.s(filter), slots.v(filter));
            if slots.sure(filter) {
                format!("{v} <> 0")
            } else {
                format!("{s} = 2 AND {v} <> 0")
            }
        });
        let within: Vec<String> = real.into_iter().chain(met).collect();
        Row {
            out: filter
                .map(|filter| format!("{} = 2 AND {} = 0", slots.s(filter), slots.v(filter))),
            within: (!within.is_empty()).then(|| within.join(" AND ")),
            value: value.map_or("1".to_owned(), |value| slots.v(value)),
            state: value.map_or("2".to_owned(), |value| slots.s(value)),
        }
    }

    fn out_arm(&self, then: &str) -> String {
        let arm = |out: &String| format!("WHEN {out} THEN {then} ");
        self.out.as_ref().map(arm).unwrap_or_default()
    }

    fn within(&self) -> String {
        self.within.clone().unwrap_or_else(|| "TRUE".to_owned())
    }

    fn sum(&self, slots: &Slots<'_>) -> (String, String) {
        let (within, value, state) = (self.within(), &self.value, &self.state);
        let known = if state == "2" {
            within.clone()
        } else {
            format!("{within} AND {state} <> 0")
        };
        let wide = slots.dialect.wide(value);
        let sum = format!(
            "SUM(CASE WHEN {known} THEN {wide} ELSE {} END)",
            slots.dialect.wide("0")
        );
        let state = format!(
            "MIN(CASE {}WHEN {within} THEN {state} \
             WHEN {state} <> 0 AND {value} >= 0 THEN 1 ELSE 0 END)",
            self.out_arm("2")
        );
        (sum, state)
    }

    fn extreme(&self, function: &str, bounded: u8) -> (String, String) {
        let (within, value, state) = (self.within(), &self.value, &self.state);
        let best = format!("{function}(CASE WHEN {within} AND {state} <> 0 THEN {value} END)");
        let state = format!(
            "MIN(CASE {}WHEN {within} AND {state} = 2 THEN 2 ELSE {bounded} END)",
            self.out_arm("2")
        );
        (best, state)
    }

    fn needs(
        &self,
        slots: &Slots<'_>,
        over: Level,
        value: Option<Slot>,
        filter: Option<Slot>,
    ) -> String {
        let mut parts: Vec<String> = [filter, value]
            .into_iter()
            .flatten()
            .map(|one| slots.n(one))
            .filter(|need| need != "0")
            .map(|need| format!("({need})"))
            .collect();
        if let Level::Row(table) = over {
            let bit = slots.bit(table);
            parts.push(format!("CASE WHEN ph = 1 THEN {bit} ELSE 0 END"));
        }
        let all = if parts.is_empty() {
            "0".to_owned()
        } else {
            parts.join(" | ")
        };
        format!("BIT_OR(CASE {}ELSE {all} END)", self.needs_out())
    }

    fn needs_out(&self) -> String {
        match &self.out {
            Some(_) => self.out_arm("0"),
            None => "WHEN FALSE THEN 0 ".to_owned(),
        }
    }
}

fn outer_sum(slots: &Slots<'_>, slot: Slot) -> Vec<Named> {
    let fitted = slots.dialect.fitted(&format!("x{slot}"));
    let mut columns = vec![(format!("v{slot}"), format!("COALESCE({fitted}, 0)"))];
    if !slots.sure(slot) {
        let state = format!(
            "CASE WHEN x{slot} IS NOT NULL AND {fitted} IS NULL THEN 0 ELSE COALESCE(y{slot}, 2) END"
        );
        columns.push((format!("s{slot}"), state));
    }
    columns
}

fn outer_extreme(slots: &Slots<'_>, slot: Slot, empty: Option<Slot>) -> Vec<Named> {
    let any = format!("x{slot} IS NOT NULL");
    let (value, state) = empty.map_or(("0".to_owned(), "2".to_owned()), |empty| {
        (slots.v(empty), slots.s(empty))
    });
    if slots.sure(slot) {
        return vec![(
            format!("v{slot}"),
            format!("CAST(CASE WHEN {any} THEN x{slot} ELSE {value} END AS BIGINT)"),
        )];
    }
    let unsure = format!("COALESCE(y{slot}, 2) <> 2");
    vec![
        (
            format!("v{slot}"),
            format!(
                "CAST(CASE WHEN {any} THEN x{slot} WHEN {unsure} THEN 0 ELSE {value} END AS BIGINT)"
            ),
        ),
        (
            format!("s{slot}"),
            format!(
                "CASE WHEN {any} THEN COALESCE(y{slot}, 2) WHEN {unsure} THEN 0 ELSE {state} END"
            ),
        ),
    ]
}
