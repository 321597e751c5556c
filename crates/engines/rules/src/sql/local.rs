//! Columns computed from columns of the same row: logic and choices.

use super::bounds::MOST;
use super::slots::{Named, Slots};
use crate::plan::{Node, Slot};
use crate::syntax::Comparison;

impl Slots<'_> {
    /// The slot's columns, step by step: those of a step read what earlier steps made.
    pub fn local(&self, slot: Slot) -> Vec<Vec<Named>> {
        let operand = self.plan.nodes[slot as usize];
        let mut steps = match operand.node {
            Node::Not(inner) => self.one(slot, format!("1 - {}", self.v(inner)), self.s(inner)),
            Node::And(a, b) => self.kleene(slot, a, b, 0),
            Node::Or(a, b) => self.kleene(slot, a, b, 1),
            Node::Compare(comparison, a, b) => self.compare(slot, comparison, a, b),
            Node::If {
                condition,
                met,
                unmet,
            } => self.choose(slot, condition, met, unmet),
            Node::KnownOr(a, b) => {
                let of = |part: &dyn Fn(Slot) -> String| {
                    format!(
                        "CASE WHEN {} = 2 THEN {} ELSE {} END",
                        self.s(a),
                        part(a),
                        part(b)
                    )
                };
                self.with_denominator(
                    slot,
                    of(&|x| self.v(x)),
                    of(&|x| self.s(x)),
                    of(&|x| self.d(x)),
                )
            }
            Node::Greatest(a, b) => self.extreme(slot, a, b, true),
            Node::Least(a, b) => self.extreme(slot, a, b, false),
            Node::Negate(a) => {
                let known = format!("CASE WHEN {} = 2 THEN 2 ELSE 0 END", self.s(a));
                let exact = (format!("-{}", self.wide(a)), self.d(a));
                self.exact(slot, exact, vec![self.s(a)], known)
            }
            Node::Add(a, b) => self.sum(slot, a, b, 1),
            Node::Subtract(a, b) => self.sum(slot, a, b, -1),
            Node::Multiply(a, b) => self.product(slot, a, b),
            Node::Divide { left, right, shift } => self.quotient(slot, left, right, shift),
            Node::Round {
                value,
                up,
                down,
                step,
                mode,
            } => self.round(slot, value, (up, down, step), mode),
            Node::Call {
                function,
                first,
                second,
            } => self.call(slot, function, first, second),
            other => unreachable!("{other:?} is not local"),
        };
        if self.needs && self.bound(slot).asks {
            let needs = (format!("n{slot}"), self.raw_needs(operand.node));
            steps.last_mut().expect("at least one step").push(needs);
        }
        steps
    }

    fn raw_needs(&self, node: Node) -> String {
        if let Node::If {
            condition,
            met,
            unmet,
        } = node
        {
            let known = format!("{} = 2", self.s(condition));
            return format!(
                "CASE WHEN {known} AND {} = 1 THEN {} WHEN {known} THEN {} ELSE {} END",
                self.v(condition),
                self.n(met),
                self.n(unmet),
                self.n(condition),
            );
        }
        let needs: Vec<String> = node
            .operands()
            .map(|one| self.n(one))
            .filter(|need| need != "0")
            .map(|need| format!("({need})"))
            .collect();
        if needs.is_empty() {
            "0".to_owned()
        } else {
            needs.join(" | ")
        }
    }

    /// One step: value and state.
    pub(super) fn one(&self, slot: Slot, value: String, state: String) -> Vec<Vec<Named>> {
        self.with_denominator(slot, value, state, String::new())
    }

    fn with_denominator(
        &self,
        slot: Slot,
        value: String,
        state: String,
        denominator: String,
    ) -> Vec<Vec<Named>> {
        let mut columns = vec![(format!("v{slot}"), format!("CAST({value} AS BIGINT)"))];
        if !self.sure(slot) {
            columns.push((format!("s{slot}"), state));
        }
        if self.is_fraction(slot) {
            columns.push((format!("d{slot}"), format!("CAST({denominator} AS BIGINT)")));
        }
        vec![columns]
    }

    fn kleene(&self, slot: Slot, a: Slot, b: Slot, settles: u8) -> Vec<Vec<Named>> {
        let settled = |x: Slot| format!("({} = 2 AND {} = {settles})", self.s(x), self.v(x));
        let (first, second) = (settled(a), settled(b));
        let both = format!("({} = 2 AND {} = 2)", self.s(a), self.s(b));
        let value = if settles == 1 {
            format!("CASE WHEN {first} OR {second} THEN 1 ELSE 0 END")
        } else {
            format!("CASE WHEN {first} OR {second} THEN 0 WHEN {both} THEN 1 ELSE 0 END")
        };
        let state = format!("CASE WHEN {first} OR {second} OR {both} THEN 2 ELSE 0 END");
        self.one(slot, value, state)
    }

    fn compare(&self, slot: Slot, comparison: Comparison, a: Slot, b: Slot) -> Vec<Vec<Named>> {
        let (x, y) = self.crosswise(a, b);
        let holds = format!("{x} {} {y}", sign(comparison));
        let (sa, sb) = (self.s(a), self.s(b));
        let known = format!("{sa} = 2 AND {sb} = 2");
        let mut value = format!("CASE WHEN {known} THEN CASE WHEN {holds} THEN 1 ELSE 0 END");
        let mut state = format!("CASE WHEN {known} THEN 2");
        // A lower bound settles what the bound alone settles.
        for (from, other, x, y, comparison) in [
            (&sa, &sb, &x, &y, comparison),
            (&sb, &sa, &y, &x, mirrored(comparison)),
        ] {
            let (beyond, truth) = from_below(comparison);
            let settled = format!("WHEN {from} = 1 AND {other} = 2 AND {x} {beyond} {y} THEN");
            value.push_str(&format!(" {settled} {truth}"));
            state.push_str(&format!(" {settled} 2"));
        }
        value.push_str(" ELSE 0 END");
        state.push_str(" ELSE 0 END");
        if self.sure(a) && self.sure(b) {
            value = format!("CASE WHEN {holds} THEN 1 ELSE 0 END");
        }
        self.one(slot, value, state)
    }

    /// Both sides so that their order is that of the exact values.
    fn crosswise(&self, a: Slot, b: Slot) -> (String, String) {
        let (da, db) = (self.d(a), self.d(b));
        if da == "1" && db == "1" {
            return (self.v(a), self.v(b));
        }
        let times = |x: Slot, d: &str, den: i128| {
            let fits = self.bound(x).range.magnitude().saturating_mul(den) <= MOST;
            match (d, fits) {
                ("1", _) => self.v(x),
                (_, true) => format!("{} * {d}", self.v(x)),
                _ => format!("{} * {}", self.wide(x), self.dialect.wide(d)),
            }
        };
        let (of_a, of_b) = (self.bound(a).range.den, self.bound(b).range.den);
        (times(a, &db, of_b), times(b, &da, of_a))
    }

    pub(super) fn wide(&self, slot: Slot) -> String {
        self.dialect.wide(&self.v(slot))
    }

    fn choose(&self, slot: Slot, c: Slot, met: Slot, unmet: Slot) -> Vec<Vec<Named>> {
        let (x, y) = self.crosswise(met, unmet);
        let same = format!(
            "{} = 2 AND {} = 2 AND {x} = {y}",
            self.s(met),
            self.s(unmet)
        );
        let of = |part: &dyn Fn(Slot) -> String, undecided: &str| {
            let (m, u) = (part(met), part(unmet));
            if self.sure(c) {
                return format!("CASE WHEN {} = 1 THEN {m} ELSE {u} END", self.v(c));
            }
            let known = format!("{} = 2", self.s(c));
            let taken = self.v(c);
            format!(
                "CASE WHEN {known} AND {taken} = 1 THEN {m} WHEN {known} THEN {u} \
                 WHEN {same} THEN {m} ELSE {undecided} END"
            )
        };
        self.with_denominator(
            slot,
            of(&|x| self.v(x), "0"),
            of(&|x| self.s(x), "0"),
            of(&|x| self.d(x), "1"),
        )
    }

    fn extreme(&self, slot: Slot, a: Slot, b: Slot, greatest: bool) -> Vec<Vec<Named>> {
        let (x, y) = self.crosswise(a, b);
        let (sa, sb) = (self.s(a), self.s(b));
        // Of two that are level the known one settles the least.
        let left_wins = if greatest {
            format!("{x} >= {y}")
        } else {
            format!("({x} < {y} OR ({x} = {y} AND {sa} = 2))")
        };
        let of = |part: &dyn Fn(Slot) -> String| {
            let (left, right) = (part(a), part(b));
            if self.sure(a) && self.sure(b) {
                return format!("CASE WHEN {left_wins} THEN {left} ELSE {right} END");
            }
            let nothing = if greatest { "AND" } else { "OR" };
            format!(
                "CASE WHEN {sa} = 0 {nothing} {sb} = 0 THEN 0 WHEN {sa} = 0 THEN {right} \
                 WHEN {sb} = 0 THEN {left} WHEN {left_wins} THEN {left} ELSE {right} END"
            )
        };
        let state = if greatest {
            format!(
                "CASE WHEN {sa} = 0 AND {sb} = 0 THEN 0 WHEN {sa} = 0 OR {sb} = 0 THEN 1 \
                 ELSE LEAST({sa}, {sb}) END"
            )
        } else {
            format!(
                "CASE WHEN {sa} = 0 OR {sb} = 0 THEN 0 \
                 WHEN {left_wins} AND {sa} = 2 THEN 2 WHEN NOT ({left_wins}) AND {sb} = 2 THEN 2 \
                 ELSE LEAST({sa}, {sb}) END"
            )
        };
        let denominator = format!("GREATEST({}, 1)", of(&|x| self.d(x)));
        self.with_denominator(slot, of(&|x| self.v(x)), state, denominator)
    }
}

pub(super) fn least(a: &str, b: &str) -> String {
    match (a, b) {
        ("2", other) | (other, "2") => other.to_owned(),
        _ => format!("LEAST({a}, {b})"),
    }
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::Equal => "=",
        Comparison::Unequal => "<>",
        Comparison::AtLeast => ">=",
        Comparison::Greater => ">",
    }
}

/// What a lower bound on the left settles: when it stands so to the other side, the truth
/// is this.
fn from_below(comparison: Comparison) -> (&'static str, u8) {
    match comparison {
        Comparison::Less => (">=", 0),
        Comparison::AtMost | Comparison::Equal => (">", 0),
        Comparison::AtLeast => (">=", 1),
        Comparison::Greater | Comparison::Unequal => (">", 1),
    }
}

fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::AtLeast => Comparison::AtMost,
        Comparison::Greater => Comparison::Less,
        same => same,
    }
}
