//! What a question means: each operator over each attribute, its bounds, and what is refused.

use kernel::{Day, Sex};
use serde_json::{Value, json};

use crate::dci::query::{Seen, TESTS_MAX, of_expression, of_predicates};
use crate::dci::wanted::{Kind, Query, Wanted};

/// A woman of 35 in a family of four in the mahalla 1726262001.
fn seen() -> Seen {
    Seen {
        born: Day::parse("1990-05-12").unwrap(),
        sex: Sex::Female,
        group_size: 4,
        district: 1_726_262,
        mahalla: 1_726_262_001,
        today: Day::parse("2026-01-05").unwrap(),
    }
}

fn predicate(attribute: &str, operator: &str, value: Value) -> Value {
    json!({ "attribute_name": attribute, "operator": operator, "attribute_value": value })
}

/// The answer is the same whichever way it is asked.
fn check(attribute: &str, operator: &str, value: Value, expected: bool) {
    let asked =
        json!([{ "seq_num": 1, "expression1": predicate(attribute, operator, value.clone()) }]);
    let test = of_predicates(&asked).unwrap();
    assert_eq!(
        test.holds(&seen()),
        expected,
        "{attribute} {operator} {value}"
    );
    let asked = json!({ attribute: { format!("${operator}"): value } });
    let test = of_expression(&asked).unwrap();
    assert_eq!(test.holds(&seen()), expected, "{asked}");
}

#[test]
fn each_operator_compares_and_keeps_to_its_bound() {
    for (operator, at_34, at_35, at_36) in [
        ("lt", false, false, true),
        ("le", false, true, true),
        ("lte", false, true, true),
        ("gt", true, false, false),
        ("ge", true, true, false),
        ("gte", true, true, false),
        ("eq", false, true, false),
        ("in", false, true, false),
    ] {
        for (age, expected) in [(34, at_34), (35, at_35), (36, at_36)] {
            check("age", operator, age.into(), expected);
            check("age", operator, age.to_string().into(), expected);
        }
    }
}

#[test]
fn each_attribute_is_read_in_its_own_way() {
    check("sex", "eq", "female".into(), true);
    check("gender", "eq", "male".into(), false);
    check("sex", "in", json!(["male", "female"]), true);
    check("birth_date", "eq", "1990-05-12".into(), true);
    check("birth_date", "lt", "1990-05-12T00:00:00Z".into(), false);
    check("birth_date", "le", "1990-05-12T00:00:00Z".into(), true);
    check("group_size", "gt", 3.into(), true);
    check("group_size", "in", json!([1, 2, 3]), false);
    for code in [1_726_i64, 1_726_262, 1_726_262_001] {
        check("location", "eq", code.into(), true);
        check("district", "eq", code.to_string().into(), true);
    }
    check("location", "in", json!([1_727_i64, 1_726_262_002]), false);
}

#[test]
fn conditions_join_two_expressions() {
    let (young, woman) = (
        predicate("age", "lt", 18.into()),
        predicate("sex", "eq", "female".into()),
    );
    for (condition, expected) in [("and", false), ("or", true), ("not", false)] {
        let asked = json!([{ "expression1": young, "condition": condition, "expression2": woman }]);
        let test = of_predicates(&asked).unwrap();
        assert_eq!(test.holds(&seen()), expected, "{condition}");
    }
    let not_young = json!([{ "expression1": young, "condition": "not" }]);
    assert!(of_predicates(&not_young).unwrap().holds(&seen()));
    let both = json!([{ "expression1": woman }, { "expression1": young }]);
    assert!(
        !of_predicates(&both).unwrap().holds(&seen()),
        "items hold together"
    );
    let inner = json!({ "$or": [{ "age": { "$lt": 18 } }, { "$not": { "sex": "male" } }] });
    assert!(of_expression(&inner).unwrap().holds(&seen()));
    let range = json!({ "age": { "$gte": 35, "$lt": 36 } });
    assert!(of_expression(&range).unwrap().holds(&seen()));
}

#[test]
fn a_predicate_that_is_not_understood_is_refused() {
    let good = || predicate("age", "lt", 18.into());
    let many: Vec<Value> = (0..=TESTS_MAX)
        .map(|_| json!({ "expression1": good() }))
        .collect();
    let values: Vec<i64> = (0..101).collect();
    for asked in [
        json!(null),
        json!([]),
        json!({}),
        json!([{}]),
        json!([{ "expression1": good(), "condition": "xor", "expression2": good() }]),
        json!([{ "expression1": good(), "condition": "and" }]),
        json!([{ "expression1": good(), "expression2": good() }]),
        json!([{ "expression1": predicate("poverty_score", "lt", 5.into()) }]),
        json!([{ "expression1": predicate("age", "like", 5.into()) }]),
        json!([{ "expression1": predicate("age", "lt", json!([1, 2])) }]),
        json!([{ "expression1": predicate("age", "lt", "young".into()) }]),
        json!([{ "expression1": predicate("age", "in", json!([])) }]),
        json!([{ "expression1": predicate("age", "in", json!(values)) }]),
        json!([{ "expression1": predicate("sex", "lt", "female".into()) }]),
        json!([{ "expression1": predicate("sex", "eq", "unknown".into()) }]),
        json!([{ "expression1": predicate("location", "gt", 1_726_262.into()) }]),
        json!([{ "expression1": predicate("location", "eq", "central_region".into()) }]),
        json!([{ "expression1": predicate("birth_date", "eq", "12.05.1990".into()) }]),
        json!([{ "expression1": predicate("birth_date", "eq", "1990-05-12JUNK".into()) }]),
        json!([{ "expression1": predicate("birth_date", "eq", "1990-05-12T25:00:00Z".into()) }]),
        json!([{ "expression1": predicate("birth_date", "eq", "1990-05-12 ".into()) }]),
        Value::Array(many),
    ] {
        assert!(of_predicates(&asked).is_err(), "{asked}");
    }
}

#[test]
fn an_expression_that_is_not_understood_is_refused() {
    let mut deep = json!({ "age": 5 });
    for _ in 0..8 {
        deep = json!({ "$not": deep });
    }
    let many: Vec<Value> = (0..=TESTS_MAX).map(|_| json!({ "age": 5 })).collect();
    for asked in [
        json!(null),
        json!({}),
        json!([]),
        json!({ "$and": [] }),
        json!({ "$and": {} }),
        json!({ "$nor": [{ "age": 5 }] }),
        json!({ "$where": "1 = 1" }),
        json!({ "age": { "$regex": ".*" } }),
        json!({ "age": null }),
        json!({ "age": {} }),
        json!({ "age": { "$lt": 5 }, "sex": {} }),
        json!({ "$and": [{ "age": {} }] }),
        json!({ "$or": [{ "age": 5 }, { "age": {} }] }),
        json!({ "$not": { "age": {} } }),
        json!({ "age": 1.5 }),
        json!({ "poverty_score": { "$lt": 5 } }),
        json!({ "$and": many }),
        deep,
    ] {
        assert!(of_expression(&asked).is_err(), "{asked}");
    }
}

fn wanted(criteria: Value) -> Result<Wanted, &'static str> {
    let item = json!({ "search_criteria": criteria });
    Wanted::of(item.as_object().unwrap()).map_err(|rejected| rejected.code)
}

#[test]
fn criteria_say_who_is_wanted_and_as_what_record() {
    let by_number = |kind: &str| json!({ "query_type": "idtype-value", "query": { "type": kind, "value": "x" } });
    for kind in ["UIN", "NIN"] {
        assert_eq!(wanted(by_number(kind)).unwrap().query, Query::Number(None));
    }
    assert_eq!(
        wanted(by_number("HOUSEHOLD_ID")).unwrap().query,
        Query::Unit(None)
    );
    assert_eq!(wanted(by_number("UIN")).unwrap().kind, Kind::Member);
    for (field, said, kind) in [
        ("reg_record_type", "SRPerson", Kind::Person),
        (
            "reg_record_type",
            "spdci-extensions-dci:Member",
            Kind::Member,
        ),
        ("response_entity", "Group", Kind::Group),
    ] {
        let mut criteria = by_number("UIN");
        criteria[field] = said.into();
        assert_eq!(wanted(criteria).unwrap().kind, kind, "{said}");
    }
    // The standard's word on the answer, beside its word on the question.
    let mut both = by_number("UIN");
    both["reg_record_type"] = "SRPerson".into();
    both["response_entity"] = "Group".into();
    assert_eq!(wanted(both).unwrap().kind, Kind::Group);
    for named in ["ns:org:RegistryType:Social", "social", "Social"] {
        let mut ours = by_number("UIN");
        ours["reg_type"] = named.into();
        assert!(wanted(ours).is_ok(), "{named}");
    }
}

#[test]
fn criteria_are_refused_with_the_word_of_the_standard() {
    let with = |field: &str, value: Value| {
        let mut criteria = json!({ "query_type": "predicate",
            "query": [{ "expression1": predicate("age", "lt", 5.into()) }] });
        criteria[field] = value;
        wanted(criteria).map(|_| ()).unwrap_err()
    };
    let criteria = "rjct.search_criteria.invalid";
    assert_eq!(with("query_type", "graphql".into()), criteria);
    assert_eq!(with("query_type", "idtype-value".into()), criteria);
    assert_eq!(with("reg_record_type", "Farmer".into()), criteria);
    for other in [json!("ns:org:RegistryType:Civil"), json!("IBR"), json!(7)] {
        assert_eq!(with("reg_type", other), criteria);
    }
    assert_eq!(
        with("query", json!({ "type": "MOBILE", "value": "1" })),
        criteria
    );
    let sort = "rjct.sort.invalid";
    assert_eq!(
        with("sort", json!([{ "attribute_name": "poverty_score" }])),
        sort
    );
    assert_eq!(
        with(
            "sort",
            json!([{ "attribute_name": "age", "sort_order": "up" }])
        ),
        sort
    );
    assert_eq!(with("sort", json!([{}, {}])), sort);
    let page = "rjct.pagination.invalid";
    assert_eq!(with("pagination", json!({ "page_size": 51 })), page);
}
