//! A scenario is read strictly, and its rows fit whom, when and as often as they say.

use kernel::{Day, Sex};

use super::*;

fn refused(text: &str) -> String {
    let refused = Scenario::parse("week.toml", text).expect_err("a mistake");
    refused.to_string()
}

#[test]
fn a_mistake_is_told_with_file_line_field_and_what_to_write() {
    let table = [
        (
            "[[fault]]\nagency = \"tax\"\nfault = \"sleepy\"",
            "week.toml:3: fault: write one of timeout, cut, reset, drip, rubbish, duplicate, reorder, \
             forged, wrong-key, replay, stale, late, contradictory",
        ),
        (
            "[[fault]]\nfault = \"reset\"\nagency = \"militia\"",
            "week.toml:3: agency: write one of civil_registry, tax,",
        ),
        (
            "[[fault]]\nfault = \"reset\"\nwhen = \"now\"",
            "week.toml:3: the form: unknown field `when`",
        ),
        (
            "[[fault]]\nagency = \"tax\"",
            "week.toml:1: the form: missing field `fault`",
        ),
        (
            "[[fault]]\nfault = \"reset\"\n[[fault]]\nfault = \"reset\"\npersons = [\"12\"]",
            "week.toml:5: persons: ",
        ),
        (
            "[[fault]]\nfault = \"reset\"\npersons = []",
            "week.toml:3: persons: name 1 to 1000 persons, or leave it out for everybody",
        ),
        (
            "[[fault]]\nfault = \"reset\"\npersons = [\"50101955660020\"]\nper_mille = 3",
            "week.toml:4: per_mille: persons are named already: leave one of the two out",
        ),
        (
            "[[fault]]\nfault = \"reset\"\nper_mille = 1001",
            "week.toml:3: per_mille: write a number from 1 to 1000",
        ),
        (
            "[[fault]]\nfault = \"reset\"\nfrom = \"2026-01-05\"",
            "week.toml:3: from: write a moment of the virtual clock as",
        ),
        (
            "[[fault]]\nfault = \"reset\"\nfrom = \"2026-01-05T09:00:00Z\"\nuntil = \"2026-01-05T09:00:00Z\"",
            "week.toml:4: until: write a moment after from",
        ),
        (
            "[[fault]]\nfault = \"reset\"\nrequests = [0, 3]",
            "week.toml:3: requests: write the first and the last request",
        ),
        (
            "[[fault]]\nfault = \"late\"\nrequests = [1, 3]",
            "week.toml:3: requests: an answer about a person is late, not a request",
        ),
        (
            "[[fault]]\nfault = \"reset\"\ndays = 3",
            "week.toml:3: days: only late or stale has it: leave it out",
        ),
        (
            "[[fault]]\nfault = \"late\"\ndays = 0",
            "week.toml:3: days: write a number from 1 to 4000",
        ),
        (
            "[[fault]]\nfault = \"drip\"\nms = 3",
            "week.toml:3: ms: only timeout has it: leave it out",
        ),
        (
            "[[fault]]\nagency = \"bank\"\nfault = \"forged\"",
            "week.toml:3: fault: bank signs nothing: name a registry that does",
        ),
        (
            "[[fault]]\nfault = \"contradictory\"\nsays = { died = \"2026-01-01\" }",
            "week.toml:3: says: name the agency that says it",
        ),
        (
            "[[fault]]\nagency = \"tax\"\nfault = \"contradictory\"\nsays = { died = \"2026-01-01\" }",
            "week.toml:4: says: tax tells nothing named died; it tells wages, self_employment",
        ),
    ];
    for (text, expected) in table {
        let found = refused(text);
        assert!(found.starts_with(expected), "{text}\n{found}");
    }
    let many = "[[fault]]\nfault = \"reset\"\n".repeat(501);
    assert!(refused(&many).contains(":1001: fault: a scenario has at most 500 rows"));
}

fn person(number: u16) -> Pinfl {
    Pinfl::make(
        Sex::Male,
        Day::new(1990, 5, 5).unwrap(),
        number / 900,
        number % 900,
    )
}

fn question(persons: &[Pinfl]) -> Question {
    Question {
        request_id: "r".to_owned(),
        consent: None,
        as_of: Day::new(2026, 1, 5).unwrap(),
        window: None,
        persons: persons.iter().map(Pinfl::to_string).collect(),
    }
}

fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

fn scenario(text: &str) -> Scenario {
    Scenario::parse("week.toml", text).unwrap()
}

#[test]
fn a_row_fits_its_agency_its_persons_and_its_time() {
    let named = person(1);
    let week = scenario(&format!(
        "[[fault]]\nagency = \"tax\"\nfault = \"reset\"\npersons = [\"{named}\"]\n\
         from = \"2026-01-05T09:00:00+05:00\"\nuntil = \"2026-01-06T09:00:00+05:00\""
    ));
    let day = at("2026-01-05T12:00:00+05:00");
    let table = [
        (Agency::Tax, &[person(2), named][..], day, true),
        (Agency::Tax, &[person(2)][..], day, false),
        (Agency::Bank, &[named][..], day, false),
        (
            Agency::Tax,
            &[named][..],
            at("2026-01-05T08:59:59+05:00"),
            false,
        ),
        (
            Agency::Tax,
            &[named][..],
            at("2026-01-05T09:00:00+05:00"),
            true,
        ),
        (
            Agency::Tax,
            &[named][..],
            at("2026-01-06T09:00:00+05:00"),
            false,
        ),
    ];
    for (agency, persons, now, expected) in table {
        let found = week.of_request(agency, &question(persons), now);
        assert_eq!(found, expected.then_some(Fault::Reset), "{agency:?} {now}");
    }
}

#[test]
fn a_row_is_met_by_the_requests_that_it_counts_and_the_first_row_goes_first() {
    let week = scenario(
        "[[fault]]\nfault = \"cut\"\nrequests = [2, 3]\n[[fault]]\nfault = \"timeout\"\nms = 7\nrequests = [1, 1]",
    );
    let ask = || week.of_request(Agency::Tax, &question(&[person(1)]), Instant(0));
    let met = [ask(), ask(), ask(), ask()];
    assert_eq!(
        met,
        [
            Some(Fault::Hang { ms: 7 }),
            Some(Fault::Cut),
            Some(Fault::Cut),
            None
        ]
    );
}

#[test]
fn a_share_of_persons_is_the_same_persons_each_time() {
    let week = scenario("[[fault]]\nfault = \"late\"\nper_mille = 100\ndays = 9");
    let late = |number| week.late_days(Agency::Tax, person(number), Instant(0));
    let those: Vec<u16> = (0..5_000)
        .filter(|number| late(*number).is_some())
        .collect();
    assert!(
        (400..600).contains(&those.len()),
        "{} of 5,000",
        those.len()
    );
    assert!(those.iter().all(|number| late(*number) == Some(9)));
}

#[test]
fn signatures_are_forged_only_where_there_are_some() {
    let week = scenario("[[fault]]\nfault = \"wrong-key\"");
    let ask = |agency| week.of_request(agency, &question(&[person(1)]), Instant(0));
    assert_eq!(ask(Agency::Disability), Some(Fault::WrongKey));
    assert_eq!(ask(Agency::Tax), None);
}

#[test]
fn an_agency_says_what_its_row_says_and_of_nobody_else() {
    let named = person(1);
    let week = scenario(&format!(
        "[[fault]]\nagency = \"employment\"\nfault = \"contradictory\"\npersons = [\"{named}\"]\n\
         says = {{ status = \"job_seeker\" }}"
    ));
    let asked = question(&[person(2), named]);
    let fault = week.of_request(Agency::Employment, &asked, Instant(0));
    assert_eq!(fault, Some(Fault::Contradictory { row: Some(0) }));
    let part = serde_json::json!({ "found": true, "status": "employed", "employer": "A" });
    let mut parts = [part.clone(), part.clone()];
    let about = (Agency::Employment, &asked);
    crate::agency::contradiction::tell(&week, Some(0), about, &mut parts);
    assert_eq!(parts[0], part);
    assert_eq!(
        (&parts[1]["status"], &parts[1]["employer"]),
        (&"job_seeker".into(), &"A".into())
    );
}
