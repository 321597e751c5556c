//! The country template as a calculation: its inputs, its scales, what is unknown of
//! it, and tests in OpenFisca's format. Expected values follow from the law's numbers.

use rules::openfisca::{TestOutcome, run_tests};
use rules::{Batch, Cases, Columns, ExactValue, Members, Misfit, Pack, Results, Values, read_pack};
use std::path::Path;

fn pack() -> Pack {
    let path = "packs/template/country-template/template.md";
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../..")
        .join(path);
    let file = rules::SourceFile {
        path: "template/country-template/template.md".into(),
        text: std::fs::read_to_string(path).expect("the pack"),
    };
    read_pack("country-template", &[file], &[]).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

/// One variable of households given by their sizes, with the columns of the plan's inputs.
fn computed(
    variable: &str,
    day: &str,
    sizes: &[u32],
    column: impl Fn(&str) -> (Vec<i64>, Vec<bool>),
) -> Result<Vec<Option<ExactValue>>, Misfit> {
    let day = kernel::Day::parse(day).expect("a day");
    let plan = pack().calculation(day, &[variable], &[]).expect("a plan");
    let mut starts = vec![0];
    sizes
        .iter()
        .for_each(|size| starts.push(starts[starts.len() - 1] + size));
    let filled: Vec<_> = plan
        .inputs()
        .iter()
        .map(|input| column(&input.name))
        .collect();
    let inputs: Vec<Values<'_>> = filled
        .iter()
        .map(|(values, known)| Values { values, known })
        .collect();
    let mut batch = Batch::new(&plan);
    batch.append(&Columns {
        districts: &[],
        first_unit: 0,
        member_start: &starts,
        units: &[],
        cases: Cases::None,
        members: Members::default(),
        tables: &[],
        inputs: &inputs,
    })?;
    let mut results = Results::new();
    plan.calculate(&batch, &mut results);
    let column = results.column(variable).expect("the variable");
    Ok((0..column.len()).map(|index| column.value(index)).collect())
}

fn whole(numerator: i64) -> Option<ExactValue> {
    Some(ExactValue {
        numerator,
        denominator: 1,
    })
}

#[test]
fn a_marginal_scale_takes_each_rate_of_its_part() {
    // 2 % of 6,000 and 6 % of 6,400 and 12 % of 2,600, in ten-thousandths.
    let salaries = vec![1_500_000, 600_000, 0];
    let found = computed("social_security_contribution", "2017-01-01", &[3], |_| {
        (salaries.clone(), vec![])
    });
    assert_eq!(
        found,
        Ok(vec![whole(8_160_000), whole(1_200_000), whole(0)])
    );
}

#[test]
fn amounts_of_a_scale_are_picked_or_added_up() {
    let of = |variable: &str| {
        let salaries = vec![0, 24_900, 24_901, 25_000, 50_000, 100_000];
        computed(variable, "2017-01-01", &[1; 6], |_| {
            (salaries.clone(), vec![])
        })
    };
    let picked = [0, 0, 0, 100, 200, 400];
    assert_eq!(of("meal_price"), Ok(picked.map(whole).to_vec()));
    let added = [0, 0, 100, 100, 200, 400];
    assert_eq!(of("swimming_pool_access"), Ok(added.map(whole).to_vec()));
}

#[test]
fn a_salary_that_nobody_told_is_not_zero() {
    // Two households of two; the second's second salary is unknown.
    let found = computed("household_income", "2017-01-01", &[2, 2], |_| {
        (vec![10, 20, 30, 0], vec![true, true, true, false])
    });
    assert_eq!(found, Ok(vec![whole(30), None]));
}

#[test]
fn a_twelfth_of_a_years_tax_is_kept_as_a_fraction() {
    let found = computed("total_taxes", "2017-01-01", &[1], |input| {
        let value = match input {
            "accommodation_size" => 10_000,
            _ => 0,
        };
        (vec![value], vec![])
    });
    // 100 square metres of an owner (the first code): a thousand a year, a twelfth a month.
    let value = found.expect("columns that fit")[0].expect("known");
    assert_eq!(
        i128::from(value.numerator) * 12,
        10_000_000 * i128::from(value.denominator)
    );
}

#[test]
fn columns_that_do_not_fit_are_refused_and_leave_nothing() {
    let short = computed("household_income", "2017-01-01", &[2], |_| {
        (vec![1], vec![])
    });
    assert!(matches!(
        short,
        Err(Misfit::Length {
            found: 1,
            expected: 2,
            ..
        })
    ));
    let nobody = computed("household_income", "2017-01-01", &[1, 0], |_| {
        (vec![1], vec![])
    });
    assert_eq!(nobody, Err(Misfit::Nobody(1)));
}

#[test]
fn the_law_of_a_day_without_brackets_is_an_error() {
    let day = kernel::Day::parse("2016-01-01").expect("a day");
    let error = pack()
        .calculation(day, &["meal_price"], &[])
        .expect_err("no brackets yet");
    assert!(error.to_string().contains("meal_price_scale"), "{error}");
}

fn outcome(yaml: &str) -> TestOutcome {
    run_tests(&pack(), yaml).expect("a test")[0].outcome.clone()
}

#[test]
fn a_test_in_the_other_format_passes_fails_or_says_what_it_cannot() {
    let test = |expected: &str| {
        outcome(&format!(
            "name: tax\nperiod: 2017-01\ninput: {{salary: 1000}}\noutput: {{income_tax: {expected}}}"
        ))
    };
    assert_eq!(test("150"), TestOutcome::Passed);
    assert_eq!(test("1500 / 10"), TestOutcome::Passed);
    assert!(matches!(test("150.01"), TestOutcome::Failed(_)));
    let reformed = "name: other\nreforms: a.b\nperiod: 2017-01\noutput: {income_tax: 0}";
    assert!(matches!(outcome(reformed), TestOutcome::Unsupported(_)));
    let strange = "name: other\nperiod: 2017-01\ninput: {wage: 1}\noutput: {income_tax: 0}";
    assert!(matches!(outcome(strange), TestOutcome::Unsupported(_)));
    let weekly = "name: other\nperiod: week:2017-01-02\noutput: {income_tax: 0}";
    assert!(matches!(outcome(weekly), TestOutcome::Unsupported(_)));
}

#[test]
fn margins_of_a_test_are_kept() {
    let test = |margin: &str| {
        outcome(&format!(
            "name: tax\nperiod: 2017-01\n{margin}\ninput: {{salary: 1000}}\noutput: {{income_tax: 151}}"
        ))
    };
    assert_eq!(test("absolute_error_margin: 1"), TestOutcome::Passed);
    assert!(matches!(
        test("absolute_error_margin: 0.99"),
        TestOutcome::Failed(_)
    ));
    assert_eq!(test("relative_error_margin: 0.01"), TestOutcome::Passed);
    assert!(matches!(
        test("relative_error_margin: 0.006"),
        TestOutcome::Failed(_)
    ));
}

#[test]
fn a_family_of_named_persons_is_put_together() {
    let yaml = "
name: one parent, a child of seven
period: 2017-01
input:
  household: {adults: [a], children: [b]}
  persons:
    a: {birth: 1980-05-01, salary: {2017: 6000}}
    b: {birth: 2009-06-15}
output:
  persons: {a: {age: 36, income_tax: 75}, b: {age: 7}}
  household: {parenting_allowance: 600, household_income: 500}
";
    assert_eq!(outcome(yaml), TestOutcome::Passed);
}

#[test]
fn a_variable_that_is_given_is_not_computed() {
    let yaml = "
name: age is told
period: 2017-01
input: {age: [17, 18]}
output: {basic_income: [0, 600]}
";
    assert_eq!(outcome(yaml), TestOutcome::Passed);
}
