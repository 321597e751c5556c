//! How an engine writes what SQL leaves open: numbers of 128 bits, division, casts.

/// An engine that runs the emitted statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    DuckDb,
    DataFusion,
}

impl Dialect {
    pub const ALL: [(&'static str, Dialect); 2] = [
        ("duckdb", Dialect::DuckDb),
        ("datafusion", Dialect::DataFusion),
    ];

    pub fn named(name: &str) -> Option<Dialect> {
        let found = Dialect::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, dialect)| *dialect)
    }

    /// A number that holds the product of two of 64 bits.
    pub(super) fn wide(self, x: &str) -> String {
        match self {
            Dialect::DuckDb => format!("CAST({x} AS HUGEINT)"),
            Dialect::DataFusion => format!("CAST({x} AS DECIMAL(38,0))"),
        }
    }

    /// A number that holds everything of 128 bits, and can be divided.
    fn widest(self, x: &str) -> String {
        match self {
            Dialect::DuckDb => format!("CAST({x} AS HUGEINT)"),
            Dialect::DataFusion => format!("CAST({x} AS DECIMAL(76,0))"),
        }
    }

    /// Null where it does not fit 64 bits.
    pub(super) fn fitted(self, x: &str) -> String {
        format!("TRY_CAST({x} AS BIGINT)")
    }

    /// The remainder that is never negative; the divisor is positive.
    pub(super) fn remainder(self, n: &str, divisor: &str) -> String {
        let (n, d) = (self.widest(n), self.widest(divisor));
        format!("(({n} % {d} + {d}) % {d})")
    }

    /// A quotient without a rest.
    pub(super) fn exact_quotient(self, n: &str, divisor: &str) -> String {
        let (n, d) = (self.widest(n), self.widest(divisor));
        match self {
            Dialect::DuckDb => format!("({n} // {d})"),
            // Decimal division keeps four digits, all of them zero here.
            Dialect::DataFusion => format!("CAST({n} / {d} AS DECIMAL(38,0))"),
        }
    }

    /// The quotient of two whole numbers that are not negative, of 64 bits.
    pub(super) fn whole_quotient(self, n: &str, divisor: &str) -> String {
        match self {
            Dialect::DuckDb => format!("(({n}) // ({divisor}))"),
            Dialect::DataFusion => format!("(({n}) / ({divisor}))"),
        }
    }

    /// The greatest common divisor of a number and a positive one, neither of which
    /// need fit 64 bits.
    pub(super) fn common_divisor(self, n: &str, d: &str) -> String {
        match self {
            Dialect::DuckDb => format!("gcd({}, {})", self.widest(n), self.widest(d)),
            // One step of Euclid brings both to 64 bits, unless both were beyond.
            Dialect::DataFusion => {
                let rest = |a: &str, b: &str| {
                    let (a, b) = (self.widest(a), self.widest(b));
                    format!("TRY_CAST({a} % {b} AS BIGINT)")
                };
                let (small_d, small_n) = (self.fitted(d), self.fitted(n));
                format!(
                    "CASE WHEN {small_d} IS NOT NULL THEN gcd({}, {small_d}) \
                     WHEN {small_n} <> 0 THEN gcd({}, {small_n}) ELSE 1 END",
                    rest(n, d),
                    rest(d, n),
                )
            }
        }
    }

    /// `floor(n / d + 1/2)`, the divisor positive.
    pub(super) fn half_up(self, n: &str, divisor: &str) -> String {
        let (n, d) = (self.widest(n), self.widest(divisor));
        let twice = format!("({n} + {n} + {d})");
        let double = format!("({d} + {d})");
        let rest = format!("(({twice} % {double} + {double}) % {double})");
        match self {
            Dialect::DuckDb => format!("(({twice} - {rest}) // {double})"),
            Dialect::DataFusion => format!("CAST(({twice} - {rest}) / {double} AS DECIMAL(38,0))"),
        }
    }
}
