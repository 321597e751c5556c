//! Bodies that nobody sensible sends: each is refused or answered, none breaks anything, and nothing
//! of a refused one is written.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use reqwest::Method;
use serde_json::{Value, json};

use super::payer::{BLOCK, Client, Purse};
use crate::dci::register::{self, DISTRICT, Register};

/// Random bodies for each address.
const RANDOM_BODIES: usize = 24;

const PURSE: Purse = Purse {
    programme: "child_benefit",
    district: DISTRICT,
};

/// Every address with a body that is right.
fn addresses() -> Vec<(Method, &'static str, Value)> {
    let (request, source, batch) = ("RequestID111", "SourceBBID11", "BatchID11111");
    let list = json!({ "RequestID": request, "SourceBBID": source, "BatchID": batch,
        "CreditInstructions": [{ "InstructionID": "InstructionID111", "Amount": 100.5,
            "PayeeFunctionalID": "PayeeFunctionalID111", "Currency": "UZS", "Narration": "x" }] });
    let beneficiaries = json!({ "RequestID": request, "SourceBBID": source, "Beneficiaries": [{
        "PayeeFunctionalID": "PayeeFunctionalID111", "PaymentModality": "01",
        "FinancialAddress": "22618000000000000001@00014" }] });
    let result = json!({ "RequestID": request, "Source_BatchID": batch });
    let voucher = json!({ "voucher_amount": "1.5", "voucher_currency": "UZS",
        "voucher_group": "g", "Gov_Stack_BB": BLOCK, "voucher_comment": "c" });
    let serial = json!({ "voucher_serial_number": "5555", "Gov_Stack_BB": BLOCK });
    let redemption = json!({ "voucher_number": "5555", "Gov_Stack_BB": BLOCK,
        "merchant_name": "m", "merchant_bank_details": "b", "merchant_voucher_group": "g",
        "override": true });
    let cancellation = json!({ "voucherserialnumber": "5555", "Gov_Stack_BB": BLOCK });
    vec![
        (Method::POST, "bulk-payment", list.clone()),
        (Method::POST, "prepayment-validation", list),
        (Method::POST, "prepayment-validation-response", result),
        (Method::POST, "register-beneficiary", beneficiaries.clone()),
        (Method::POST, "update-beneficiary-details", beneficiaries),
        (Method::POST, "vouchers/voucher_preactivation", voucher),
        (Method::PATCH, "vouchers/voucher_activation", serial),
        (Method::POST, "vouchers/voucher_redemption", redemption),
        (
            Method::PATCH,
            "vouchers/voucherstatuscheck/5555",
            cancellation,
        ),
    ]
}

/// Every place in a value, as a JSON pointer.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(key, inner)| places(inner, &format!("{here}/{key}"), found)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(index, inner)| places(inner, &format!("{here}/{index}"), found)),
        _ => {}
    }
}

/// What is put in the place of each value.
fn nasty() -> Vec<Value> {
    vec![
        Value::Null,
        json!(-1),
        json!(0),
        json!(1e14),
        json!(u64::MAX),
        json!(true),
        json!(""),
        json!("x".repeat(5_000)),
        json!("\u{0}\u{202e}'; DROP TABLE voucher; --"),
        json!("٣٤٥"),
        json!([]),
        json!([[], {}, null]),
        json!({}),
        json!(vec![json!({}); 600]),
    ]
}

fn mutants(body: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    places(body, "", &mut found);
    let mut mutants = Vec::new();
    for place in &found {
        for value in nasty() {
            let mut mutant = body.clone();
            if let Some(here) = mutant.pointer_mut(place) {
                *here = value;
                mutants.push(mutant);
            }
        }
    }
    mutants
}

/// Refused, or answered in the shape of the address; never broken.
async fn answered(client: &Client, method: &Method, path: &str, body: String) {
    let shown: String = body.chars().take(300).collect();
    let answer = client.send(method.clone(), path, Some(body), None).await;
    assert!(
        answer.status < 500,
        "{path} {shown}: {} {}",
        answer.status,
        answer.text
    );
    let told = answer.json();
    let shaped = [
        "message",
        "ResponseCode",
        "error",
        "result_status",
        "RequestID",
        "voucher_number",
    ];
    assert!(
        shaped.iter().any(|name| told.get(name).is_some()),
        "{path} {shown}: {told}"
    );
    if answer.status == 400 && told.get("error").is_none() {
        let words = told["message"]
            .as_str()
            .or(told["ResponseDescription"].as_str());
        assert!(
            words.is_some_and(|words| words.len() > 10),
            "{path} {shown}: {told}"
        );
    }
}

async fn written(register: &Register) -> i64 {
    let tables = "SELECT (SELECT COUNT(*) FROM entitlement) + (SELECT COUNT(*) FROM voucher)
        + (SELECT COUNT(*) FROM account_change) + (SELECT COUNT(*) FROM ledger_transfer)
        + (SELECT COUNT(*) FROM payment_instruction WHERE batch NOT IN
            (SELECT id FROM payment_batch))";
    register.count(tables).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_field_with_anything_in_it_breaks_an_address_or_moves_money() {
    register::each(async |register| {
        let client = Client::enter(&register.daftar, &register.address, "payer", &PURSE).await;
        for (method, path, body) in addresses() {
            for mutant in mutants(&body) {
                answered(&client, &method, path, mutant.to_string()).await;
            }
        }
        assert_eq!(written(register).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_bytes_at_all_break_an_address() {
    register::each(async |register| {
        let client = Client::enter(&register.daftar, &register.address, "payer", &PURSE).await;
        let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
        let twice = r#"{"RequestID":"RequestID111","RequestID":"RequestID222"}"#;
        let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(70_000));
        let random = proptest::collection::vec(proptest::char::any(), 0..200);
        let mut runner = TestRunner::deterministic();
        for (method, path, _) in addresses() {
            for body in ["", "{", "null", "[]", "\"x\"", "1", twice, &deep, &long] {
                answered(&client, &method, path, body.to_owned()).await;
            }
            for _ in 0..RANDOM_BODIES {
                let body = random.new_tree(&mut runner).expect("a body").current();
                answered(&client, &method, path, body.into_iter().collect()).await;
            }
        }
        for path in [
            "batch/detail",
            "batch/detail?batchId=%00",
            "batch/detail?batchId=x'",
        ] {
            assert_eq!(client.get(path).await.status, 404, "{path}");
        }
        for (serial, status) in [
            ("%7B%7D", 400),
            ("notAnumber", 456),
            ("%00", 400),
            ("99", 456),
        ] {
            let path = format!("vouchers/voucherstatuscheck/{serial}");
            assert_eq!(client.get(&path).await.status, status, "{path}");
        }
        assert_eq!(written(register).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_no_payer_or_no_partner_hands_nothing_over() {
    register::each(async |register| {
        let payer = Client::enter(&register.daftar, &register.address, "payer", &PURSE).await;
        let other = register
            .partner(register::Entry::plain("search.example.org"))
            .await;
        let no_payer = Client {
            address: payer.address.clone(),
            token: other.token.clone(),
        };
        let nobody = Client {
            address: payer.address.clone(),
            token: "x".repeat(43),
        };
        for (method, path, body) in addresses() {
            let body = || Some(body.to_string());
            let refused = no_payer.send(method.clone(), path, body(), None).await;
            assert_eq!(refused.status, 403, "{path}: {}", refused.text);
            let refused = nobody.send(method.clone(), path, body(), None).await;
            assert_eq!(refused.status, 401, "{path}: {}", refused.text);
        }
        assert_eq!(written(register).await, 0);
    })
    .await;
}
