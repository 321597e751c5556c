//! Exact arithmetic: numbers of 128 bits brought back to 64, reduced if they must be.

use super::bounds::LEAST;
use super::local::least;
use super::slots::{Named, Slots, literal};
use crate::plan::Slot;
use crate::typed::Rounding;

impl Slots<'_> {
    pub(super) fn sum(&self, slot: Slot, a: Slot, b: Slot, sign: i8) -> Vec<Vec<Named>> {
        let (sa, sb) = (self.s(a), self.s(b));
        let least = least(&sa, &sb);
        let state = if sign < 0 {
            format!("CASE WHEN {sb} = 2 THEN {sa} ELSE 0 END")
        } else {
            least
        };
        let op = if sign < 0 { "-" } else { "+" };
        let (da, db) = (self.d(a), self.d(b));
        let whole = format!("{} {op} {}", self.wide(a), self.wide(b));
        let exact = if da == db {
            (whole, da)
        } else {
            let (wa, wb) = (self.dialect.wide(&da), self.dialect.wide(&db));
            let cross = format!("{} * {wb} {op} {} * {wa}", self.wide(a), self.wide(b));
            (
                format!("CASE WHEN {da} = {db} THEN {whole} ELSE {cross} END"),
                format!(
                    "CASE WHEN {da} = {db} THEN {} ELSE {wa} * {wb} END",
                    self.dialect.wide(&da)
                ),
            )
        };
        let mut faults = vec![sa, sb];
        if sign < 0 && self.bound(b).range.least == LEAST {
            // The engine turns the sign of the second first, which that one has not.
            let whole = format!("{} = 1 AND {} = 1", self.d(a), self.d(b));
            faults.push(format!(
                "CASE WHEN {whole} AND {} = {} THEN 0 ELSE 2 END",
                self.v(b),
                literal(i64::MIN)
            ));
        }
        self.exact(slot, exact, faults, state)
    }

    pub(super) fn product(&self, slot: Slot, a: Slot, b: Slot) -> Vec<Vec<Named>> {
        let (sa, sb) = (self.s(a), self.s(b));
        let (va, vb) = (self.v(a), self.v(b));
        let state = format!(
            "CASE WHEN ({sa} = 2 AND {sb} = 2) OR ({va} >= 0 AND {vb} >= 0) THEN {} ELSE 0 END",
            least(&sa, &sb)
        );
        let exact = (
            format!("{} * {}", self.wide(a), self.wide(b)),
            self.times_denominators(a, b),
        );
        self.exact(slot, exact, vec![sa, sb], state)
    }

    fn times_denominators(&self, a: Slot, b: Slot) -> String {
        match (self.d(a).as_str(), self.d(b).as_str()) {
            ("1", d) | (d, "1") => d.to_owned(),
            (da, db) => format!("{} * {}", self.dialect.wide(da), self.dialect.wide(db)),
        }
    }

    pub(super) fn quotient(&self, slot: Slot, a: Slot, b: Slot, shift: i64) -> Vec<Vec<Named>> {
        let (sa, sb, vb) = (self.s(a), self.s(b), self.v(b));
        let state = format!(
            "CASE WHEN {sb} = 2 AND ({sa} = 2 OR ({sa} = 1 AND {vb} > 0)) THEN {sa} ELSE 0 END"
        );
        let db = self.d(b);
        let mut numerator = self.wide(a);
        for factor in [db.as_str(), &shift.to_string()] {
            if factor != "1" {
                numerator = format!("{numerator} * {}", self.dialect.wide(factor));
            }
        }
        let mut denominator = self.wide(b);
        if self.d(a) != "1" {
            denominator = format!("{} * {denominator}", self.dialect.wide(&self.d(a)));
        }
        let range = self.bound(b).range;
        if range.least < 0 {
            numerator = format!("CASE WHEN {vb} < 0 THEN -({numerator}) ELSE {numerator} END");
            denominator = format!("abs({denominator})");
        }
        let mut faults = vec![sa, sb];
        if range.least <= 0 && range.most >= 0 {
            faults.push(format!("CASE WHEN {vb} = 0 THEN 0 ELSE 2 END"));
        }
        self.exact(slot, (numerator, denominator), faults, state)
    }

    /// A result of 128 bits brought to 64: reduced if it must be, unknown if it does not fit.
    /// It is computed only where none of `needed` is 0.
    pub(super) fn exact(
        &self,
        slot: Slot,
        (numerator, denominator): (String, String),
        needed: Vec<String>,
        state: String,
    ) -> Vec<Vec<Named>> {
        let dialect = self.dialect;
        let needed: Vec<String> = needed
            .into_iter()
            .filter(|state| state != "2")
            .map(|state| format!("{state} <> 0"))
            .collect();
        let guarded = |x: String| {
            if needed.is_empty() {
                x
            } else {
                format!("CASE WHEN {} THEN {x} END", needed.join(" AND "))
            }
        };
        let (p, q, g) = (format!("p{slot}"), format!("q{slot}"), format!("g{slot}"));
        let fraction = self.is_fraction(slot);
        let mut first = vec![(p.clone(), guarded(numerator))];
        if !fraction {
            let fitted = dialect.fitted(&p);
            let mut last = vec![(format!("v{slot}"), format!("COALESCE({fitted}, 0)"))];
            if !self.sure(slot) {
                let state = format!("CASE WHEN {fitted} IS NULL THEN 0 ELSE {state} END");
                last.push((format!("s{slot}"), state));
            }
            return vec![first, last];
        }
        first.push((q.clone(), guarded(denominator)));
        let (fit_p, fit_q) = (dialect.fitted(&p), dialect.fitted(&q));
        let common = format!(
            "CASE WHEN {fit_p} IS NOT NULL AND {fit_q} IS NOT NULL THEN 1 \
             WHEN {p} IS NOT NULL THEN {} END",
            dialect.common_divisor(&p, &q)
        );
        let reduced = |x: &str, fit: &str| {
            let quotient = dialect.fitted(&dialect.exact_quotient(x, &g));
            format!("CASE WHEN {g} = 1 THEN {fit} ELSE {quotient} END")
        };
        let (a, b) = (format!("a{slot}"), format!("b{slot}"));
        let both = format!("{a} IS NOT NULL AND {b} IS NOT NULL");
        let mut last = vec![
            (
                format!("v{slot}"),
                format!("CASE WHEN {both} THEN {a} ELSE 0 END"),
            ),
            (
                format!("d{slot}"),
                format!("CASE WHEN {both} THEN {b} ELSE 1 END"),
            ),
        ];
        if !self.sure(slot) {
            let state = format!("CASE WHEN {both} THEN {state} ELSE 0 END");
            last.push((format!("s{slot}"), state));
        }
        vec![
            first,
            vec![(g.clone(), common)],
            vec![
                (a.clone(), reduced(&p, &fit_p)),
                (b.clone(), reduced(&q, &fit_q)),
            ],
            last,
        ]
    }

    pub(super) fn round(
        &self,
        slot: Slot,
        value: Slot,
        (up, down, step): (i64, i64, i64),
        mode: Rounding,
    ) -> Vec<Vec<Named>> {
        let dialect = self.dialect;
        let (p, q, g) = (format!("h{slot}"), format!("i{slot}"), format!("j{slot}"));
        let times = |x: String, factor: i64| match factor {
            1 => x,
            _ => format!("{x} * {}", dialect.wide(&factor.to_string())),
        };
        let divisor = times(times(dialect.wide(&self.d(value)), down), step);
        let first = vec![
            (p.clone(), times(self.wide(value), up)),
            (q.clone(), divisor),
        ];
        let rest = vec![(g.clone(), dialect.remainder(&p, &q))];
        let floor = dialect.exact_quotient(&format!("{p} - {g}"), &q);
        let up = match mode {
            Rounding::Down => "0".to_owned(),
            Rounding::Up => format!("CASE WHEN {g} > 0 THEN 1 ELSE 0 END"),
            Rounding::HalfUp => format!("CASE WHEN {g} + {g} >= {q} THEN 1 ELSE 0 END"),
            Rounding::HalfEven => format!(
                "CASE WHEN {g} + {g} > {q} OR ({g} + {g} = {q} AND {floor} % 2 <> 0) \
                 THEN 1 ELSE 0 END"
            ),
        };
        let exact = times(format!("({floor} + {up})"), step);
        let mut steps = vec![first, rest];
        let state = self.s(value);
        steps.extend(self.exact(slot, (exact, "1".to_owned()), vec![state.clone()], state));
        steps
    }
}
