//! Receipts: a decision taken out of the house and made again.

mod packs;

use kernel::facts::{Cell, FactBody};
use rules::cases::{ReadyCase, read_cases};
use rules::limits::RECEIPT_BYTES_MAX;
use rules::receipt::{ReceiptAbout, ToReceipt};
use rules::{Pack, Receipt, ReceiptError};

const FAMILY: &str = "
- name: a family
  decided_on: 2026-03-05
  stage: final
  family:
    applicant: { age: 34, sex: female, wage: 900 000 }
    spouse:
      age: 36
      sex: male
      wage: 1 200 000
      vehicle: [{ plate: 01A123BC, model: Nexia, made_year: 2010, serviceable: true }]
    children: [1, 5, 2016-03-01]
    visit: { at_home: true, confirmed: true, informal_income: 300 000 }
    seven: { informal_income: 200 000, difficult_situation: true }
  expect: { verdict: entitled }
";

fn case(pack: &Pack, yaml: &str) -> ReadyCase {
    read_cases(pack, yaml).expect("a sound case").remove(0)
}

fn receipt_of(pack: &Pack, case: &ReadyCase) -> Receipt {
    let made = Receipt::of(&ToReceipt {
        pack,
        decided_on: case.decided_on,
        portrait: &case.portrait,
        case: &case.facts,
        about: &ReceiptAbout::default(),
        letters: &[],
    });
    made.expect("a receipt")
}

fn family() -> Receipt {
    let pack = packs::pack("uz-sr26");
    receipt_of(&pack, &case(&pack, FAMILY))
}

/// Fields at which a receipt differs when it is decided again.
fn differs(receipt: &Receipt) -> Vec<String> {
    let found = receipt.replay(&[]).expect("a receipt that can be decided");
    found.into_iter().map(|one| one.field).collect()
}

#[test]
fn every_case_of_the_packs_is_decided_again_from_its_receipt() {
    for id in ["uz-654b", "uz-sr26"] {
        let pack = packs::pack(id);
        let folder = packs::folder().join(id).join("cases");
        for entry in std::fs::read_dir(folder).expect("the folder of cases") {
            let path = entry.expect("an entry").path();
            let yaml = std::fs::read_to_string(&path).expect("a readable file");
            for case in read_cases(&pack, &yaml).expect("sound cases") {
                let text = receipt_of(&pack, &case).to_json().expect("within bounds");
                let again = Receipt::read(text.as_bytes()).expect("its own text");
                assert_eq!(again.replay(&[]), Ok(vec![]), "{id}: {}", case.name);
            }
        }
    }
}

#[test]
fn one_changed_digit_of_a_fact_is_found_by_the_seal_and_by_deciding_again() {
    let mut receipt = family();
    let wage = &mut receipt.unit.members[0].facts[0].rows[0]["amount"];
    assert_eq!(*wage, 90_000_000);
    *wage = 90_000_001.into();
    assert!(differs(&receipt).contains(&"seal".to_owned()));
    // A forger would make the seal anew: the arithmetic does not follow.
    let found = differs(&receipt.sealed());
    assert!(!found.contains(&"seal".to_owned()));
    assert!(
        found.contains(&"outcome.conditions[1].value.numerator".to_owned()),
        "{found:?}"
    );
}

/// `{"amount": 1, "amount": 90000000}`: one program reads the first, another the last.
#[test]
fn a_field_that_stands_twice_is_refused() {
    let text = family().to_json().expect("within bounds");
    let said = "\"amount\":90000000";
    let text = text.replace(": ", ":");
    assert!(text.contains(said), "{text}");
    let twice = text.replacen(said, &format!("\"amount\":1,{said}"), 1);
    let error = Receipt::read(twice.as_bytes()).expect_err("it could be read as either");
    assert!(
        error.to_string().contains("`amount` stands twice"),
        "{error}"
    );
}

/// Facts that the law of the day does not read are under the seal all the same.
#[test]
fn one_changed_letter_of_a_fact_that_nothing_reads_is_found_by_the_seal() {
    let mut receipt = family();
    let vehicle = receipt.unit.members[1]
        .facts
        .iter_mut()
        .find(|fact| fact.kind == "vehicle")
        .expect("a vehicle");
    vehicle.rows[0]["plate"] = "01A124BC".into();
    assert_eq!(differs(&receipt), ["seal"]);
}

#[test]
fn one_changed_digit_of_the_amount_is_found() {
    let mut receipt = family();
    let amount = receipt.outcome.amount.as_mut().expect("an amount");
    amount.0 += 1;
    let found = differs(&receipt.sealed());
    assert_eq!(found, ["outcome.amount"]);
}

#[test]
fn one_changed_digit_of_the_law_is_found() {
    let mut receipt = family();
    let text = receipt.pack.text.as_mut().expect("the text");
    assert!(text.contains("| 715 000 |"));
    *text = text.replace("| 715 000 |", "| 716 000 |");
    assert_eq!(differs(&receipt.clone().sealed()), ["pack.hash"]);
    // With a hash to match, another law decides.
    let text = receipt.pack.text.clone().expect("the text");
    let other = Pack::from_canonical(&text).expect("a sound pack");
    receipt.pack.hash = other.hash_hex();
    let found = differs(&receipt.sealed());
    assert!(
        found.contains(&"outcome.conditions[1].limit.numerator".to_owned()),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|field| field.starts_with("outcome.parameters"))
    );
}

#[test]
fn a_receipt_with_the_hash_alone_needs_the_same_pack() {
    let mut receipt = family();
    receipt.pack.text = None;
    let receipt = receipt.sealed();
    let (right, other) = (packs::pack("uz-sr26"), packs::pack("uz-654b"));
    let hash = right.hash_hex();
    assert_eq!(
        receipt.replay(std::slice::from_ref(&other)),
        Err(ReceiptError::PackNotAtHand(hash))
    );
    assert_eq!(receipt.replay(&[other, right]), Ok(vec![]));
    assert!(receipt.to_json().expect("within bounds").len() < 20_000);
}

#[test]
fn a_receipt_names_nobody() {
    let text = family().to_json().expect("within bounds");
    for word in ["pinfl", "family_name", "given_name", "patronymic", "phone"] {
        assert!(!text.contains(&format!("\"{word}\"")), "{word}");
    }
}

/// What is wrong with a receipt of which one text was replaced by another.
fn refusal(from: &str, to: &str) -> String {
    let text = family().to_json().expect("within bounds");
    assert!(text.contains(from), "`{from}` does not stand in it");
    let text = text.replacen(from, to, 1);
    match Receipt::read(text.as_bytes()) {
        Err(error) => error.to_string(),
        Ok(receipt) => match receipt.sealed().replay(&[]) {
            Err(error) => error.to_string(),
            Ok(found) => format!("read, and differs in {found:?}"),
        },
    }
}

#[track_caller]
fn refused(from: &str, to: &str, field: &str) {
    let said = refusal(from, to);
    assert!(said.starts_with(&format!("`{field}`: ")), "{said}");
}

#[test]
fn a_hostile_receipt_is_refused_with_its_field() {
    refused("\"receipt\": 1", "\"receipt\": 2", "receipt");
    refused("\"receipt\": 1", "\"receipt\": -1", "receipt");
    refused(
        "\"decided_on\": \"2026-03-05\"",
        "\"decided_on\": \"2026-03-35\"",
        "decided_on",
    );
    refused(
        "\"decided_on\": \"2026-03-05\"",
        "\"decided_on\": \"1926-03-05\"",
        "decided_on",
    );
    refused(
        "\"origin\": \"application\"",
        "\"origin\": \"theft\"",
        "case.origin",
    );
    refused(
        "\"former_category\": null",
        "\"former_category\": \"RICH\"",
        "case.former_category",
    );
    refused(
        "\"role\": \"applicant\"",
        "\"role\": \"king\"",
        "unit.members[0].role",
    );
    refused(
        "\"source\": \"tax\"",
        "\"source\": \"rumour\"",
        "unit.members[0].facts[0].source",
    );
    refused(
        "\"kind\": \"wage\"",
        "\"kind\": \"wages\"",
        "unit.members[0].facts[0].kind",
    );
    refused(
        "\"amount\": 90000000",
        "\"amount\": 9e7",
        "unit.members[0].facts[0].rows[0].amount",
    );
    refused(
        "\"amount\": 90000000",
        "\"amount\": 900000000000000000000",
        "unit.members[0].facts[0].rows[0].amount",
    );
    refused(
        "\"amount\": 90000000",
        "\"sum\": 90000000",
        "unit.members[0].facts[0].rows[0].amount",
    );
    refused(
        "\"language\": 1",
        "\"language\": 1, \"extra\": 2",
        "pack.extra",
    );
    refused("\"language\": 1", "\"language\": 9", "pack.language");
    refused("\"id\": \"uz-sr26\"", "\"id\": \"uz-sr27\"", "pack.id");
}

/// The hash is checked first: to come as far as the text, a forger makes it match.
#[test]
fn a_text_that_is_no_pack_is_refused() {
    let mut receipt = family();
    for text in [
        "",
        "daftar-pack 99 uz-sr26\n",
        "daftar-pack 1 uz-sr26\nfile own 99999999999999999999 a\n",
    ] {
        receipt.pack.hash = hash_of(text);
        receipt.pack.text = Some(text.to_owned());
        let error = receipt.clone().sealed().replay(&[]).expect_err("no pack");
        assert!(error.to_string().starts_with("`pack.text`"), "{error}");
    }
}

fn hash_of(text: &str) -> String {
    rules::pack::canonical_hash(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn a_receipt_too_large_or_too_deep_is_refused_before_it_is_read() {
    let large = vec![b' '; RECEIPT_BYTES_MAX + 1];
    assert_eq!(
        Receipt::read(&large),
        Err(ReceiptError::TooLarge(RECEIPT_BYTES_MAX + 1))
    );
    let deep = "[".repeat(1_000_000);
    assert!(Receipt::read(deep.as_bytes()).is_err());
    assert!(Receipt::read(b"").is_err());
    assert!(Receipt::read(&[0xff, 0xfe, 0x7b, 0x00]).is_err());
    let twice = family().to_json().expect("within bounds").repeat(2);
    assert!(Receipt::read(twice.as_bytes()).is_err());
}

/// Cells come back as they were, also those that no sound source would send.
#[test]
fn facts_outside_their_type_come_back_as_they_were() {
    let pack = packs::pack("uz-sr26");
    let mut case = case(&pack, FAMILY);
    let odd = [i64::MIN, -1, 0, 1, i64::from(i32::MAX), i64::MAX];
    let rows: Vec<Vec<Cell>> = odd
        .iter()
        .map(|number| vec![Cell::Int(*number), Cell::Int(*number), Cell::Missing])
        .collect();
    case.portrait.members[0].facts[0].body = FactBody::new(rows).pack();
    let receipt = receipt_of(&pack, &case);
    let text = receipt.to_json().expect("within bounds");
    let again = Receipt::read(text.as_bytes()).expect("its own text");
    assert_eq!(again, receipt);
    assert_eq!(again.replay(&[]), Ok(vec![]));
}
