//! What a connector's file may say, and how its mistakes are told.

use std::path::Path;

use kernel::facts::code;
use kernel::{Cell, Day, FactBody, Month, Source};
use serde_json::{Value, json};

use super::{Connector, Places};
use crate::answer::Said;
use crate::wire::Question;

const BASE: &str = "http://127.0.0.1:9";

fn places() -> Places<'static> {
    Places {
        base: BASE,
        keys: Path::new("/keys"),
    }
}

impl Connector {
    /// The eight agencies at one address, all in the plain dialect: for tests that are not about
    /// dialects.
    pub fn all_at(base: &str) -> Vec<Connector> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/plain");
        let keys = Path::new("/nowhere");
        Connector::in_folder(Path::new(folder), &Places { base, keys }).expect("the plain files")
    }
}

fn tax() -> String {
    include_str!("../tests/plain/tax.toml").to_owned()
}

/// The file with one line changed; every change must change something.
fn changed(from: &str, to: &str) -> String {
    let text = tax();
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

fn refusal(text: &str) -> String {
    let refused = Connector::parse("tax.toml", text, &places());
    refused.expect_err("a refusal").to_string()
}

#[test]
fn the_files_that_come_with_the_program_are_for_all_agencies_each_once() {
    let connectors = Connector::shipped(&places()).unwrap_or_else(|why| panic!("{why}"));
    let mut agencies: Vec<Source> = connectors.iter().map(|one| one.agency).collect();
    agencies.sort_unstable();
    let mut expected = super::AGENCIES.to_vec();
    expected.sort_unstable();
    assert_eq!(agencies, expected);
    let consented = connectors.iter().filter(|one| one.needs_consent);
    let consented: Vec<Source> = consented.map(|one| one.agency).collect();
    let private = [
        Source::Bank,
        Source::NonStatePensionFund,
        Source::VoluntaryInsurer,
    ];
    assert_eq!(consented, private);
    let spoken: Vec<(&str, &str)> = connectors
        .iter()
        .map(|one| (one.agency.name(), one.dialect.name()))
        .collect();
    assert_eq!(
        spoken,
        [
            ("civil_registry", "dci"),
            ("tax", "gateway"),
            ("employment", "xroad"),
            ("cadastre", "gateway"),
            ("vehicles", "gateway"),
            ("pension_fund", "xroad"),
            ("bank", "plain"),
            ("disability", "dci"),
            ("health_insurance", "gateway"),
            ("education", "xroad"),
            ("non_state_pension_fund", "plain"),
            ("voluntary_insurer", "plain"),
            ("farmer_registry", "dci"),
            ("social_insurance", "xroad"),
        ]
    );
}

/// A newcomer's mistakes, each told with its line, its field and what to write.
#[test]
fn a_mistake_is_told_with_line_field_and_what_to_write() {
    let check = |from: &str, to: &str, expected: &str| {
        let said = refusal(&changed(from, to));
        assert_eq!(said, expected, "{from} -> {to}");
    };
    check(
        "agency = \"tax\"",
        "agency = \"taxes\"",
        "tax.toml:2: agency: write one of civil_registry, tax, employment, cadastre, vehicles, \
         pension_fund, bank, disability, health_insurance, education, non_state_pension_fund, \
         voluntary_insurer, farmer_registry, social_insurance",
    );
    check(
        "valid_days = 30",
        "valid_days = 0",
        "tax.toml:6: valid_days: write a number from 1 to 366",
    );
    check(
        "{base}/agencies",
        "{host}/agencies",
        "tax.toml:4: address: {base} is the only placeholder of an address",
    );
    check(
        "\"{base}/agencies/tax/query\"",
        "\"ftp://tax.example/query\"",
        "tax.toml:4: address: write an address as https://host/path, http://host/path or {base}/path",
    );
    check(
        "\"{base}/agencies/tax/query\"",
        "\"https://user@tax.example/query\"",
        "tax.toml:4: address: write an address as https://host/path, http://host/path or {base}/path",
    );
    check(
        "legal_basis = \"PKM",
        "legal_basis = \"\" # \"PKM",
        "tax.toml:5: legal_basis: name the law that lets us ask, in one line of 1 to 500 characters",
    );
    check(
        "unit = \"tiyin\"",
        "unit = \"sum\"",
        "tax.toml:13: facts.wage.fields.amount: write unit = \"tiyin\" or unit = \"som\"",
    );
    check(
        "payer = { from = \"/payer\" }",
        "",
        "tax.toml:8: facts.wage.fields.payer: say where it stands, { from = \"/...\" }, or that the \
         agency does not tell it, { untold = true }",
    );
    check(
        "payer = {",
        "employer = {",
        "tax.toml:14: facts.wage.fields.employer: wage has no such field; it has month, amount, payer",
    );
    check(
        "rows = \"/wages\"",
        "rows = \"wages\"",
        "tax.toml:8: facts.wage: a place is a JSON pointer of at most 200 characters, as \
         \"/income/month\"",
    );
    check(
        "dialect = \"plain\"",
        "dialect = \"soap\"",
        "tax.toml:3: dialect: write one of plain, gateway, xroad, dci",
    );
    check(
        "dialect = \"plain\"",
        "dialect = \"gateway\"",
        "tax.toml:3: dialect: this dialect needs a table [gateway]; see docs/connectors.md",
    );
    let said = refusal(&tax().replace("facts.wage", "facts.pension"));
    assert_eq!(
        said,
        "tax.toml:8: facts.pension: tax is not asked for this; write one of wage, \
         self_employment, deposit_interest"
    );
    let said = refusal(&changed("valid_days", "days_valid"));
    assert!(
        said.starts_with("tax.toml:6: the form: unknown field `days_valid`"),
        "{said}"
    );
}

#[test]
fn no_file_loses_the_consent_that_the_bank_needs() {
    let bank = include_str!("../tests/plain/bank.toml");
    let line = "needs_consent = true\n";
    assert!(bank.contains(line));
    let without = Connector::parse("bank.toml", &bank.replace(line, ""), &places());
    assert!(without.unwrap().needs_consent);
    let denied = bank.replace(line, "needs_consent = false\n");
    assert_eq!(
        Connector::parse("bank.toml", &denied, &places())
            .unwrap_err()
            .to_string(),
        "bank.toml:7: needs_consent: this agency is asked with consent only: write true, or leave \
         it out"
    );
}

#[test]
fn a_folder_is_all_or_nothing_and_no_agency_stands_twice_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let read = || Connector::in_folder(folder.path(), &places()).map_err(|why| why.to_string());
    assert!(
        read()
            .unwrap_err()
            .ends_with("put one file NAME.toml an agency there")
    );
    std::fs::write(folder.path().join("a.toml"), tax()).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not a connector").unwrap();
    assert_eq!(read().unwrap().len(), 1);
    std::fs::write(folder.path().join("b.toml"), tax()).unwrap();
    assert!(
        read()
            .unwrap_err()
            .ends_with("b.toml are both for tax: keep one of them")
    );
    std::fs::write(folder.path().join("b.toml"), " ".repeat(65 * 1024)).unwrap();
    assert!(read().unwrap_err().contains("longer than 65536 bytes"));
}

fn question() -> Question<'static> {
    Question {
        legal_basis: "law",
        consent: None,
        as_of: Day::parse("2026-01-05").unwrap(),
        window: (Month::new(2025, 10).unwrap(), Month::new(2025, 12).unwrap()),
        persons: &[],
        issue: None,
    }
}

/// What a part says when the fields of the wages are read as `fields` has it.
fn wages(fields: &str, part: &Value) -> Result<FactBody, String> {
    let text = tax();
    let (head, rest) = text.split_once("month = ").unwrap();
    let (_, rest) = rest.split_once("\n\n").unwrap();
    let text = format!("{head}{fields}\n\n{rest}");
    let connector =
        Connector::parse("tax.toml", &text, &places()).unwrap_or_else(|why| panic!("{why}"));
    let said = connector.mapping.found(&question(), part);
    match said.map_err(|refusal| refusal.to_string())? {
        Said::Facts { mut bodies, .. } => {
            assert_eq!(bodies[0].0, code::WAGE);
            Ok(bodies.remove(0).1)
        }
        other => panic!("{other:?}"),
    }
}

/// An agency that writes soʻm with decimals, days with points, and its own names.
#[test]
fn an_agency_that_writes_otherwise_is_read_by_its_file_alone() {
    let fields = "month = { from = \"/davr\", form = \"MM.YYYY\" }\n\
         amount = { from = \"/toʻlov/summa\", unit = \"som\" }\n\
         payer = { untold = true }";
    let part = |month: &str, sum: Value| json!({"wages": [{"davr": month, "toʻlov": {"summa": sum}}], "self_employment": []});
    let november = i64::from(Month::new(2025, 11).unwrap().0);
    for (sum, minor) in [
        (json!(1_500_000), 150_000_000),
        (json!(1_500_000.5), 150_000_050),
        (json!(0.07), 7),
        (json!(19.99), 1_999),
    ] {
        let row = vec![Cell::Int(november), Cell::Int(minor), Cell::Missing];
        assert_eq!(
            wages(fields, &part("11.2025", sum)),
            Ok(FactBody::new(vec![row]))
        );
    }
    let refused = |month: &str, sum: Value| wages(fields, &part(month, sum)).unwrap_err();
    let number = "wages.toʻlov.summa is not a number with at most two decimals";
    assert_eq!(refused("11.2025", json!(1.005)), number);
    assert_eq!(refused("11.2025", json!("100")), number);
    assert_eq!(
        refused("11.2025", json!(-1)),
        "wages.toʻlov.summa is -100, outside what is possible"
    );
    for month in ["2025-11", "1.2025", "13.2025", "11.20255", "+1.2025"] {
        let said = "wages.davr is not a month as it is agreed";
        assert_eq!(refused(month, json!(1)), said, "{month}");
    }
    // A month that was not asked for is left out, not kept.
    assert_eq!(
        wages(fields, &part("09.2025", json!(1))),
        Ok(FactBody::nothing())
    );
}

/// Words of an agency, as texts or numbers; what the file does not list is refused.
#[test]
fn words_are_those_of_the_file_and_no_others() {
    let text = include_str!("../tests/plain/disability.toml");
    let text = text.replace(
        "{ from = \"/group\" }",
        "{ from = \"/guruh\", words = { \"1\" = \"I\", \"bola\" = \"child\", \"0\" = \"none\" } }",
    );
    let text = text.replace(
        "{ from = \"/unable_to_work\" }",
        "{ from = \"/mehnat\", yes = [\"Y\"], no = [\"N\"] }",
    );
    let connector = Connector::parse("disability.toml", &text, &places()).unwrap();
    let read = |group: Value, unable: &str| {
        let part = json!({"guruh": group, "mehnat": unable});
        connector.mapping.found(&question(), &part)
    };
    let row = |group: i64, unable: i64| Said::Facts {
        found: true,
        bodies: vec![(
            code::DISABILITY,
            FactBody::new(vec![vec![Cell::Int(group), Cell::Int(unable)]]),
        )],
    };
    // none, I, II, III, child: the catalogue's places.
    assert_eq!(read(json!(1), "Y"), Ok(row(1, 1)));
    assert_eq!(read(json!("bola"), "N"), Ok(row(4, 0)));
    let refused = |group: Value, unable: &str| read(group, unable).unwrap_err().to_string();
    assert_eq!(
        refused(json!("II"), "Y"),
        "guruh is not one of the agreed words"
    );
    assert_eq!(
        refused(json!(1), "y"),
        "mehnat is not one of the agreed words"
    );
    assert_eq!(refused(json!(1.5), "Y"), "guruh is not a word");
}

#[test]
fn what_is_possible_is_not_the_files_to_say() {
    let connectors = Connector::all_at(BASE);
    let refused = |agency: Source, part: Value| {
        let connector = connectors.iter().find(|one| one.agency == agency).unwrap();
        let said = connector.mapping.found(&question(), &part);
        said.map(|_| String::new())
            .unwrap_or_else(|refusal| refusal.to_string())
    };
    let car = |year: i64| {
        json!({"vehicles": [
            {"plate": "20 A 001 AA", "model": "Nexia", "made_year": year, "serviceable": true}]})
    };
    assert_eq!(refused(Source::Vehicles, car(2027)), "");
    assert_eq!(
        refused(Source::Vehicles, car(2028)),
        "vehicles.made_year is 2028, outside what is possible"
    );
    assert_eq!(
        refused(Source::Vehicles, car(1899)),
        "vehicles.made_year is 1899, outside what is possible"
    );
    let home = |area: i64| json!({"properties": [{"use": "land", "cadastre_no": "20:01", "area_m2": area}]});
    assert_eq!(
        refused(Source::Cadastre, home(100_000_001)),
        "properties.area_m2 is 100000001, outside what is possible"
    );
    let account = |mfo: &str, account: &str| json!({"accounts": [{"mfo": mfo, "account": account, "balance_minor": 1, "card": true}]});
    assert_eq!(
        refused(Source::Bank, account("00014", "22618000123456789001")),
        ""
    );
    assert_eq!(
        refused(Source::Bank, account("14", "22618000123456789001")),
        "accounts.mfo is not one of the agreed words"
    );
    assert_eq!(
        refused(Source::Bank, account("00014", "226")),
        "accounts.account is not one of the agreed words"
    );
    let work =
        |since: &str| json!({"status": "employed", "since": since, "service_employer": false});
    assert_eq!(refused(Source::Employment, work("2026-01-05")), "");
    assert!(refused(Source::Employment, work("2026-01-06")).starts_with("since is "));
    let many = json!({"vehicles": vec![car(2020)["vehicles"][0].clone(); 501]});
    assert_eq!(
        refused(Source::Vehicles, many),
        "vehicles holds 501 rows, at most 500 are read"
    );
    assert_eq!(
        refused(Source::Vehicles, json!({})),
        "vehicles is not a list"
    );
    let long =
        json!({"properties": [{"use": "land", "cadastre_no": "x".repeat(301), "area_m2": 1}]});
    assert_eq!(
        refused(Source::Cadastre, long),
        "properties.cadastre_no is longer than 300 bytes or holds control characters"
    );
}

/// The civil registry's file with lines more in its table [dci].
fn registry(lines: &str, address: &str) -> Result<Connector, String> {
    let text = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../connectors/civil_registry.toml"
    ));
    let text = text.replace("/sync/search", address);
    let text = text.replace("[dci]\n", &format!("[dci]\n{lines}\n"));
    let places = Places {
        base: BASE,
        keys: std::path::Path::new("/keys"),
    };
    Connector::parse("civil.toml", &text, &places).map_err(|refused| refused.to_string())
}

#[test]
fn a_registry_that_answers_later_or_tells_us_says_where_it_reaches_us() {
    const CALLBACK: &str = "callback = \"http://127.0.0.1:9/dci/cb/registry\"";
    let with = |lines: &str| format!("{lines}\n{CALLBACK}");
    for (lines, address, why) in [
        (
            "answers = \"later\"".to_owned(),
            "/search",
            "dci.answers: say where it reaches us",
        ),
        (
            with("answers = \"soon\""),
            "/search",
            "dci.answers: write at_once or later",
        ),
        (
            with("answers = \"later\""),
            "/sync/search",
            "address: a registry that answers later is asked at",
        ),
        (
            with("answers = \"later\"\nanswers_within_s = 59"),
            "/search",
            "dci.answers_within_s: write a number from 60",
        ),
        (
            "callback = \"ftp://127.0.0.1/\"".to_owned(),
            "/search",
            "dci.callback: a callback is an http or https address",
        ),
        (
            "subscribe = [\"death\"]".to_owned(),
            "/search",
            "dci.subscribe: say where it reaches us",
        ),
        (
            with("subscribe = [\"adoption\"]"),
            "/search",
            "dci.subscribe: write each once of live_birth",
        ),
        (
            with("subscribe = [\"death\", \"death\"]"),
            "/search",
            "dci.subscribe: write each once",
        ),
        (
            "encrypted = true".to_owned(),
            "/search",
            "dci.encrypted: write encryption_key_file too",
        ),
        (
            "encryption_key_file = \"k\"".to_owned(),
            "/search",
            "dci.encryption_key_file: it is used where",
        ),
    ] {
        let refused = registry(&lines, address).expect_err(&lines);
        assert!(refused.contains(why), "{lines}: {refused}");
    }
    let later = with("answers = \"later\"\nsubscribe = [\"death\"]");
    let connector = registry(&later, "/search").unwrap();
    assert!(connector.subscribes() && connector.dialect.later().is_some());
    let at_once = connector.at_once();
    assert!(at_once.dialect.later().is_none());
    assert!(
        at_once.address.ends_with("/registry/sync/search"),
        "{}",
        at_once.address
    );
}

#[test]
fn a_token_of_a_registry_is_said_with_all_that_it_takes_or_not_at_all() {
    const TOKEN: [&str; 3] = [
        "token_address = \"{base}/dci/oauth2/client/token\"",
        "client_id = \"daftar\"",
        "secret_file = \"registry.secret\"",
    ];
    let with = |lines: &[&str]| {
        let text = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../connectors/disability.toml"
        ));
        let text = text.replace(&TOKEN.join("\n"), &lines.join("\n"));
        let places = Places {
            base: BASE,
            keys: std::path::Path::new("/keys"),
        };
        Connector::parse("d.toml", &text, &places).map_err(|refused| refused.to_string())
    };
    let [address, client, secret] = TOKEN;
    for (lines, why) in [
        (
            &[address, secret][..],
            "dci.token_address: write client_id too",
        ),
        (&[address, client], "dci: say where the secret lies"),
        (
            &[address, client, secret, "secret_variable = \"S\""],
            "dci: say where the secret lies",
        ),
        (
            &[client],
            "dci.client_id: it is for a token: write token_address too",
        ),
        (
            &[secret],
            "dci.secret_file: it is for a token: write token_address too",
        ),
        (
            &["token_address = \"somewhere\"", client, secret],
            "dci.token_address: write an address as",
        ),
    ] {
        let refused = with(lines).expect_err(why);
        assert!(refused.contains(why), "{lines:?}: {refused}");
    }
    assert!(with(&[]).unwrap().dialect.grant().is_none());
    let connector = with(&TOKEN).unwrap();
    let grant = connector.dialect.grant().expect("a token");
    assert_eq!(grant.address, format!("{BASE}/dci/oauth2/client/token"));
    assert_eq!(grant.secret.to_string(), "the file /keys/registry.secret");
}
