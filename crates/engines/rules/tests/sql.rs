//! The plan as SQL. That the engines agree row by row is held by tests/sql-oracle, which
//! runs the statement; here stands what needs no engine.

mod packs;

use kernel::Day;
use packs::{edited, pack};
use rules::{CaseFacts, Dialect, Pack, Stage, to_sql};

fn sql(pack: &Pack, on: Day, dialect: Dialect) -> Result<String, rules::SqlError> {
    let plan = pack.plan(on).expect("a plan");
    let case = CaseFacts {
        stage: Stage::PreAssessment,
        ..CaseFacts::application(on, pack.cut_off_day())
    };
    to_sql(&plan, &case, dialect)
}

#[test]
fn every_regime_is_one_statement_of_a_sane_size() {
    let laws = packs::laws();
    assert_eq!(laws.len(), 18);
    for pack in laws {
        for (name, dialect) in Dialect::ALL {
            let statement = sql(&pack, packs::a_day_of(&pack), dialect).expect("a statement");
            let kib = statement.len() >> 10;
            assert!(kib < 160, "{} for {name} has {kib} KiB", pack.id());
            assert_eq!(
                statement.matches('(').count(),
                statement.matches(')').count()
            );
        }
    }
}

#[test]
fn the_statement_has_a_column_for_every_condition() {
    let pack = pack("uz-sr26");
    let on = Day::new(2026, 3, 10).expect("a day");
    let statement = sql(&pack, on, Dialect::DuckDb).expect("a statement");
    for condition in pack.conditions() {
        let column = format!("AS \"met_{}\"", condition.id);
        assert!(statement.contains(&column), "{column} is missing");
    }
}

#[test]
fn the_law_of_another_day_is_another_statement() {
    let pack = pack("uz-654b");
    // The minimum consumer expenditure rose on 4 February 2025.
    let (before, after) = (Day::new(2025, 2, 3), Day::new(2025, 2, 4));
    let [before, after] = [before, after].map(|on| {
        let statement = sql(&pack, on.expect("a day"), Dialect::DuckDb);
        statement.expect("a statement")
    });
    assert!(before.contains("64800000") && !before.contains("66900000"));
    assert!(after.contains("66900000") && !after.contains("64800000"));
}

#[test]
fn a_formula_that_may_leave_128_bits_is_refused_with_its_name() {
    // A sum divided by a fraction whose denominator is a sum: exact, and too wide for an engine.
    let pack = edited(
        "uz-sr26",
        "formula: wages + self_employment_income + pensions + other_incomes",
        "formula: round(wages / (mce / wages), 0.01, 'half_up') + self_employment_income",
    );
    let on = Day::new(2026, 3, 10).expect("a day");
    let refused = sql(&pack, on, Dialect::DuckDb).expect_err("too wide");
    assert_eq!(
        refused,
        rules::SqlError::TooWide("household_income".to_owned())
    );
}
