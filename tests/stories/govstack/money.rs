//! Money on its whole way: handed over by a payer, paid by the month's run, credited by the bank.

use access::{Action, Purpose};
use kernel::{BankAccount, Mfo, Money, Month, PersonId};
use payments::voucher::{self, Group, Merchant};
use reqwest::Method;
use serde_json::{Value, json};

use super::payer::{BLOCK, Client, Purse, appropriate};
use crate::stage::{self, Cast, Stage, month};

const FEBRUARY: &str = "2026-02-03T12:00:00+05:00";

fn cast() -> Cast {
    Cast {
        families: 60,
        at_once: true,
        ..Cast::default()
    }
}

fn february() -> Month {
    month(2026, 2)
}

/// Somebody who is paid from another programme than the payer's: number, bank and account.
struct Payee {
    pinfl: String,
    mfo: Mfo,
    account: BankAccount,
}

async fn payees(stage: &Stage, purse: &Purse) -> Vec<Payee> {
    let (action, purpose) = (Action::AssessCase, Purpose::Upkeep);
    let permit = stage
        .daftar
        .permit(action, purpose, 0)
        .await
        .expect("a permit");
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let rows = store::fetch_all!(
        tx,
        (uuid::Uuid, i64, String),
        "SELECT payee, mfo, account FROM entitlement e WHERE programme <> $1 AND NOT EXISTS
           (SELECT 1 FROM entitlement_member m WHERE m.programme = $1 AND m.person = e.payee)
         ORDER BY id LIMIT 10",
        purse.programme
    );
    let mut payees = Vec::new();
    for (person, mfo, account) in rows.expect("entitlements") {
        let person = PersonId(person);
        let known = registry::person::pinfls_of(&mut tx, &permit, &[person]).await;
        payees.push(Payee {
            pinfl: known.expect("a register")[&person].to_string(),
            mfo: Mfo::parse(&format!("{mfo:05}")).expect("a bank"),
            account: BankAccount::parse(&account).expect("an account"),
        });
    }
    payees
}

async fn begin(stage: &Stage) -> (Purse, Client, Vec<Payee>) {
    stage.play(FEBRUARY).await;
    let purse = Purse {
        programme: "material_assistance",
        district: stage.district,
    };
    appropriate(&stage.daftar, &purse, february(), 100_000_000).await;
    let client = Client::enter(&stage.daftar, &stage.address, "payer", &purse).await;
    let payees = payees(stage, &purse).await;
    assert!(payees.len() >= 3, "a district of people who are paid");
    (purse, client, payees)
}

async fn three_days(stage: &Stage) {
    let clock = &stage.daftar.platform.clock;
    clock.step(72 * 3_600_000_000).expect("the clock goes on");
    stage.daftar.settle().await.expect("a settling");
}

fn batch(request: &str, name: &str, instructions: &[Value]) -> Value {
    json!({ "RequestID": request, "SourceBBID": "SourceBBID11", "BatchID": name,
        "CreditInstructions": instructions })
}

fn instruction(name: &str, payee: &str, amount: Value, currency: &str) -> Value {
    json!({ "InstructionID": name, "PayeeFunctionalID": payee, "Amount": amount,
        "Currency": currency, "Narration": "help" })
}

fn answered(answer: &stage::wire::Answer) -> (u16, String) {
    let told = answer.json();
    let code = told["ResponseCode"].as_str().unwrap_or("").to_owned();
    (answer.status, code)
}

fn ok() -> (u16, String) {
    (200, "00".to_owned())
}

/// The state of one instruction, and why.
async fn standing(client: &Client, name: &str, instruction: &str) -> (String, String) {
    let answer = client.get(&format!("batch/detail?batchId={name}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let lines = answer.json();
    let mut lines = lines.as_array().expect("a list").iter();
    let line = lines.find(|line| line["transactionId"] == instruction);
    let line = line.expect("the instruction");
    let text = |field: &str| line[field].as_str().unwrap_or("").to_owned();
    (text("status"), text("errorInformation"))
}

async fn count(stage: &Stage, sql: &'static str) -> i64 {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    stage::count(&mut tx, sql).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_payment_is_paid_by_the_months_run_once_and_told_of() {
    stage::each(cast(), async |stage| {
        let (_, client, payees) = begin(stage).await;
        let (one, two) = (&payees[0], &payees[1]);
        let address = format!("{}@{}", one.account, one.mfo);
        let register = json!({ "RequestID": "register-001", "SourceBBID": "SourceBBID11",
            "Beneficiaries": [
                { "PayeeFunctionalID": one.pinfl, "PaymentModality": "01", "FinancialAddress": address },
                { "PayeeFunctionalID": "2ba5ed20-0f42-4eff-8" },
            ] });
        let answer = client.post("register-beneficiary", &register).await;
        assert_eq!(answered(&answer), ok());
        let words = answer.json()["ResponseDescription"].clone();
        assert!(words.as_str().is_some_and(|words| words.contains("1 not entered")), "{words}");
        let again = client.post("register-beneficiary", &register).await.json();
        assert_eq!(again["ResponseDescription"], words, "the same answer");

        let good = instruction("instruction-0001", &one.pinfl, json!(150_000.5), "UZS");
        let early = batch("request-0001", "batch-000001", std::slice::from_ref(&good));
        assert_eq!(answered(&client.post("prepayment-validation", &early).await), ok());
        let result = json!({ "RequestID": "request-0001", "Source_BatchID": "batch-000001" });
        let checked = client.post("prepayment-validation-response", &result).await.json();
        assert_eq!(checked["NumberFailedCases"], 1, "72 hours are not over: {checked}");
        three_days(stage).await;

        let list = [
            good.clone(),
            instruction("instruction-0002", &two.pinfl, json!(10), "UZS"),
            instruction("instruction-0003", &one.pinfl, json!(10), "USD"),
            instruction("instruction-0004", "30101900000001", json!(10), "UZS"),
            instruction("instruction-0005", &one.pinfl, json!(7), "UZS"),
            instruction("instruction-0006", "a98bc16e-f724-410e-b", json!(1), "UZS"),
        ];
        let body = batch("request-0002", "batch-000002", &list);
        assert_eq!(answered(&client.post("bulk-payment", &body).await), ok());
        assert_eq!(answered(&client.post("bulk-payment", &body).await), ok(), "the same list");
        let batches = "SELECT COUNT(*) FROM payment_batch";
        assert_eq!(count(stage, batches).await, 1);
        for other in [
            batch("request-0002", "batch-000003", &list),
            batch("request-0003", "batch-000002", &list),
            batch("request-0002", "batch-000002", &list[..1]),
        ] {
            let refused = client.post("bulk-payment", &other).await;
            assert_eq!(answered(&refused), (400, "01".to_owned()), "{}", refused.text);
        }
        assert_eq!(count(stage, batches).await, 1);
        for (name, why) in [
            ("instruction-0002", "no account is linked"),
            ("instruction-0003", "UZS is paid here"),
            ("instruction-0004", "check digit"),
            ("instruction-0005", "already"),
            ("instruction-0006", "no PINFL"),
        ] {
            let (status, reason) = standing(&client, "batch-000002", name).await;
            assert_eq!(status, "FAILED", "{name}");
            assert!(reason.contains(why), "{name}: {reason}");
        }
        let waits = standing(&client, "batch-000002", "instruction-0001").await;
        assert_eq!(waits, ("IN_PROGRESS".to_owned(), String::new()));

        stage.whole_run(february()).await;
        let paid = standing(&client, "batch-000002", "instruction-0001").await;
        assert_eq!(paid, ("COMPLETED".to_owned(), String::new()));
        let credited = "SELECT COUNT(*) FROM payment p JOIN payment_event e ON e.payment = p.id
            JOIN payment_instruction i ON i.id = p.entitlement
            WHERE e.state = 'credited' AND p.amount_minor = 15000050";
        assert_eq!(count(stage, credited).await, 1);
        stage.everything_holds().await;
    })
    .await;
}

/// A group in so'm, a group in another currency, and a merchant whom a bank knows.
async fn agree(stage: &Stage, purse: &Purse, merchant: &Payee) {
    let (action, purpose) = (Action::ManageAccounts, Purpose::Upkeep);
    let permit = stage
        .daftar
        .permit(action, purpose, 0)
        .await
        .expect("a permit");
    let platform = &stage.daftar.platform;
    let mut tx = platform.db.begin().await.expect("a transaction");
    for (name, currency, rate_e4) in [("food", "UZS", 10_000), ("school", "AED", 34_502_500)] {
        let group = Group {
            name: name.to_owned(),
            currency: currency.to_owned(),
            rate_e4,
            programme: purse.programme.to_owned(),
            district: purse.district,
            valid_days: 30,
        };
        let set = voucher::set_group(&mut tx, &platform.ids, &permit, &group).await;
        set.expect("a group");
    }
    let merchant = Merchant {
        id: platform.ids.uuid(),
        name: "Shop".to_owned(),
        bank_details: "Shop's bank".to_owned(),
        mfo: merchant.mfo,
        account: merchant.account,
    };
    let added = voucher::add_merchant(&mut tx, &platform.ids, &permit, &merchant).await;
    added.expect("a merchant");
    tx.commit().await.expect("a commit");
}

async fn issue(client: &Client, group: &str, currency: &str, amount: &str) -> (String, String) {
    let body = json!({ "voucher_amount": amount, "voucher_currency": currency,
        "voucher_group": group, "Gov_Stack_BB": BLOCK });
    let answer = client.post("vouchers/voucher_preactivation", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let told = answer.json();
    let text = |name: &str| told[name].as_str().expect(name).to_owned();
    (text("voucher_serial_number"), text("voucher_number"))
}

fn redemption(number: &str, group: &str, any_group: bool) -> Value {
    json!({ "voucher_number": number, "Gov_Stack_BB": BLOCK, "merchant_name": "Shop",
        "merchant_bank_details": "Shop's bank", "merchant_voucher_group": group,
        "override": any_group })
}

async fn redeem(client: &Client, number: &str, group: &str, any_group: bool) -> u16 {
    let body = redemption(number, group, any_group);
    client
        .post("vouchers/voucher_redemption", &body)
        .await
        .status
}

async fn activate(client: &Client, serial: &str) -> u16 {
    let body = json!({ "voucher_serial_number": serial, "Gov_Stack_BB": BLOCK });
    client
        .patch("vouchers/voucher_activation", &body)
        .await
        .status
}

async fn status(client: &Client, serial: &str) -> (u16, String) {
    let answer = client
        .get(&format!("vouchers/voucherstatuscheck/{serial}"))
        .await;
    let word = answer.json()["voucher_status"]
        .as_str()
        .unwrap_or("")
        .to_owned();
    (answer.status, word)
}

async fn cancel(client: &Client, serial: &str) -> u16 {
    let body = json!({ "voucherserialnumber": serial, "Gov_Stack_BB": BLOCK });
    client
        .patch(&format!("vouchers/voucherstatuscheck/{serial}"), &body)
        .await
        .status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_voucher_is_redeemed_once_and_its_merchant_is_paid_by_the_run() {
    stage::each(cast(), async |stage| {
        let (purse, client, payees) = begin(stage).await;
        agree(stage, &purse, &payees[0]).await;
        let (serial, number) = issue(&client, "food", "UZS", "150000").await;
        assert_eq!(
            status(&client, &serial).await,
            (200, "Pre-Activated".to_owned())
        );
        assert_eq!(
            redeem(&client, &number, "food", false).await,
            461,
            "not activated"
        );
        assert_eq!(
            (
                activate(&client, &serial).await,
                activate(&client, &serial).await
            ),
            (200, 200)
        );
        assert_eq!(
            redeem(&client, &number, "school", false).await,
            461,
            "of another group"
        );
        let stranger = Client::enter(&stage.daftar, &stage.address, "stranger", &purse).await;
        assert_eq!(status(&stranger, &serial).await.0, 456, "somebody else's");
        assert_eq!(cancel(&stranger, &serial).await, 463);

        // Twice at once: one of them is too late.
        let (first, second) = tokio::join!(
            redeem(&client, &number, "food", false),
            redeem(&stranger, &number, "food", false)
        );
        let mut both = [first, second];
        both.sort_unstable();
        assert_eq!(both, [200, 458]);
        assert_eq!(status(&client, &serial).await.0, 458);
        assert_eq!(cancel(&client, &serial).await, 464);
        assert_eq!(
            redeem(&client, "11111111111111111111", "food", false).await,
            461
        );

        // 15.21 dirham at 3,450.25 so'm: 52,478.3025 so'm, half a tiyin upwards.
        let (dear, dear_number) = issue(&client, "school", "AED", "15.21").await;
        activate(&client, &dear).await;
        assert_eq!(redeem(&client, &dear_number, "food", true).await, 200);
        stage.whole_run(february()).await;
        for (sum, amount) in [
            (
                1,
                "SELECT COUNT(*) FROM payment p JOIN payment_event e ON e.payment = p.id
                JOIN voucher v ON v.id = p.entitlement
                WHERE e.state = 'credited' AND p.amount_minor = 15000000",
            ),
            (
                1,
                "SELECT COUNT(*) FROM payment p JOIN payment_event e ON e.payment = p.id
                JOIN voucher v ON v.id = p.entitlement
                WHERE e.state = 'credited' AND p.amount_minor = 5247830",
            ),
            (
                0,
                "SELECT COUNT(*) FROM voucher_event WHERE note LIKE '%1111%'",
            ),
        ] {
            assert_eq!(count(stage, amount).await, sum, "{amount}");
        }
        stage.everything_holds().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_voucher_costs_its_budget_until_it_is_cancelled_or_runs_out() {
    stage::each(cast(), async |stage| {
        let (purse, client, payees) = begin(stage).await;
        agree(stage, &purse, &payees[0]).await;
        let left = async || {
            let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
            let (district, programme) = (purse.district, purse.programme);
            let line =
                payments::appropriation::find(&mut tx, district, programme, february()).await;
            line.expect("lines").expect("a line").available()
        };
        let before = left().await;
        let too_much = json!({ "voucher_amount": "100000000.01", "voucher_currency": "UZS",
            "voucher_group": "food", "Gov_Stack_BB": BLOCK });
        let refused = client
            .post("vouchers/voucher_preactivation", &too_much)
            .await;
        assert_eq!(refused.status, 462, "{}", refused.text);
        let (taken_back, _) = issue(&client, "food", "UZS", "1000").await;
        let (runs_out, number) = issue(&client, "food", "UZS", "2000.5").await;
        activate(&client, &runs_out).await;
        assert_eq!(left().await, before - Money(300_050));
        assert_eq!(
            (
                cancel(&client, &taken_back).await,
                cancel(&client, &taken_back).await
            ),
            (200, 464)
        );
        assert_eq!(
            status(&client, &taken_back).await,
            (200, "Blocked".to_owned())
        );
        assert_eq!(activate(&client, &taken_back).await, 461);
        assert_eq!(left().await, before - Money(200_050));

        // The same id is the same voucher; its lost number is replaced, and the budget pays once.
        let body = json!({ "voucher_amount": "5", "voucher_currency": "UZS",
            "voucher_group": "food", "Gov_Stack_BB": BLOCK });
        let path = "vouchers/voucher_preactivation";
        let send = async |body: &Value| {
            let body = Some(body.to_string());
            client
                .send(Method::POST, path, body, Some("command-1"))
                .await
        };
        let (first, again) = (send(&body).await.json(), send(&body).await.json());
        assert_eq!(
            first["voucher_serial_number"],
            again["voucher_serial_number"]
        );
        assert_ne!(first["voucher_number"], again["voucher_number"]);
        let mut other = body.clone();
        other["voucher_amount"] = "6".into();
        assert_eq!(send(&other).await.status, 409);
        let serial = again["voucher_serial_number"].as_str().expect("a serial");
        activate(&client, serial).await;
        assert_eq!(
            send(&body).await.status,
            409,
            "somebody may hold its number"
        );
        let lost = first["voucher_number"].as_str().expect("a number");
        assert_eq!(redeem(&client, lost, "food", false).await, 461);
        assert_eq!(cancel(&client, serial).await, 200);
        assert_eq!(left().await, before - Money(200_050));

        let clock = &stage.daftar.platform.clock;
        clock
            .step(30 * 24 * 3_600_000_000)
            .expect("the clock goes on");
        assert_eq!(
            redeem(&client, &number, "food", false).await,
            459,
            "before anybody looked"
        );
        stage.daftar.settle().await.expect("a settling");
        assert_eq!(
            (left().await, status(&client, &runs_out).await.0),
            (before, 459)
        );
        stage.everything_holds().await;
    })
    .await;
}
