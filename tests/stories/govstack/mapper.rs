//! The mapper: what is linked waits, is told to the person, and can be stopped by the person.

use access::account::{self, NewAccount};
use access::{Action, Area, Purpose, Role, SecretHash};
use kernel::Pinfl;
use payments::account_change::WAIT_S;
use serde_json::{Value, json};

use crate::dci::listener::Listener;
use crate::dci::message::{Client, now};
use crate::dci::register::{self, DISTRICT, Entry, Register, far_away, mother};
use crate::stage::SECRET;
use crate::stage::wire::{self, Answer};

const FIRST: &str = "account:22618000000000000001@00014";
const SECOND: &str = "account:22618000000000000002@00014";

fn entry() -> Entry {
    Entry {
        account_mapper: true,
        ..Entry::plain("mapper.example.org")
    }
}

fn item(fields: Value) -> Value {
    let mut item = json!({ "reference_id": "r1", "timestamp": now().to_string(), "locale": "uzb" });
    for (name, value) in fields.as_object().expect("an object") {
        item[name] = value.clone();
    }
    item
}

fn message(client: &Client, action: &str, fields: Value) -> Value {
    let list = format!("{action}_request");
    client.message(
        action,
        1,
        json!({ "transaction_id": "t1", list: [item(fields)] }),
    )
}

async fn post(client: &Client, path: &str, body: &Value) -> Answer {
    wire::post(
        &format!("{}/mapper/{path}", client.address),
        &client.token,
        body,
    )
    .await
}

/// The only answer to one question: its status and its code.
async fn asked(client: &Client, action: &str, fields: Value) -> (String, String) {
    let body = message(client, action, fields);
    let answer = post(client, &format!("sync/{action}"), &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let told = answer.json();
    assert_eq!(told["header"]["action"], format!("on-{action}"));
    let told = &told["message"][format!("{action}_response")][0];
    assert_eq!(told["reference_id"], "r1");
    let text = |name: &str| told[name].as_str().unwrap_or("").to_owned();
    (text("status"), text("status_reason_code"))
}

fn id(who: Pinfl) -> String {
    format!("pinfl:{who}@uz")
}

async fn resolved(client: &Client, fa: &str) -> String {
    let (status, code) = asked(client, "resolve", json!({ "id": id(mother()), "fa": fa })).await;
    assert_eq!(status, "succ");
    code
}

async fn hours(register: &Register, hours: i64) {
    let clock = &register.daftar.platform.clock;
    clock
        .step(hours * 3_600_000_000)
        .expect("the clock goes on");
    register.daftar.settle().await.expect("a settling");
}

fn pair(status: &str, code: &str) -> (String, String) {
    (status.to_owned(), code.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_takes_effect_after_seventy_two_hours_and_its_person_hears_of_it_at_once() {
    register::each(async |register| {
        assert_eq!(WAIT_S, 72 * 3600);
        let client = register.partner(entry()).await;
        let link = json!({ "id": id(mother()), "fa": FIRST, "phone_number": "+998900000000" });
        assert_eq!(asked(&client, "link", link.clone()).await, pair("pdng", ""));
        assert_eq!(resolved(&client, FIRST).await, "succ.fa.inactive");
        register.daftar.settle().await.expect("a settling");
        let told = "SELECT COUNT(*) FROM notice WHERE body LIKE '%0001%'";
        assert_eq!(register.count(told).await, 1);
        assert_eq!(
            asked(&client, "link", link).await,
            pair("pdng", ""),
            "the same wish"
        );
        let other = json!({ "id": id(mother()), "fa": SECOND });
        assert_eq!(
            asked(&client, "update", other.clone()).await,
            pair("rjct", "rjct.other.error"),
            "one at a time"
        );
        hours(register, 71).await;
        assert_eq!(resolved(&client, FIRST).await, "succ.fa.inactive");
        hours(register, 1).await;
        assert_eq!(resolved(&client, FIRST).await, "succ.fa.active");
        let whom = asked(&client, "resolve", json!({ "fa": FIRST })).await;
        assert_eq!(whom, pair("succ", "succ.fa.active"));
        let same = asked(&client, "link", json!({ "id": id(mother()), "fa": FIRST })).await;
        assert_eq!(same, pair("succ", ""));

        // The person says no to the next one.
        assert_eq!(asked(&client, "update", other).await, pair("pdng", ""));
        assert_eq!(resolved(&client, SECOND).await, "succ.fa.inactive");
        stopped_by_its_person(register).await;
        hours(register, 100).await;
        assert_eq!(resolved(&client, SECOND).await, "succ.fa.not_linked_to_id");
        assert_eq!(resolved(&client, FIRST).await, "succ.fa.active");

        let wrong = asked(
            &client,
            "unlink",
            json!({ "id": id(mother()), "fa": SECOND }),
        )
        .await;
        assert_eq!(wrong, pair("rjct", "rjct.fa.invalid"));
        let unlink = json!({ "id": id(mother()), "fa": FIRST });
        assert_eq!(asked(&client, "unlink", unlink).await, pair("pdng", ""));
        hours(register, 72).await;
        let gone = asked(&client, "resolve", json!({ "id": id(mother()) })).await;
        assert_eq!(gone, pair("succ", "succ.id.not_found"));
        for check in register.daftar.verify().await.expect("checks") {
            assert!(check.holds(), "{check:?}");
        }
    })
    .await;
}

/// The person reads of the change on the page of payments, and stops it there.
async fn stopped_by_its_person(register: &Register) {
    let person = register.id_of(mother()).await;
    let (action, purpose) = (Action::ManageAccounts, Purpose::Upkeep);
    let permit = register.daftar.permit(action, purpose, 0).await;
    let citizen = NewAccount {
        login: mother().to_string(),
        role: Role::Citizen,
        territory: Area::Country,
        office: String::new(),
        person: Some(person),
        secret: SecretHash::of(SECRET).expect("a secret"),
    };
    let platform = &register.daftar.platform;
    let mut tx = platform.db.begin().await.expect("a transaction");
    let permit = permit.expect("a permit");
    let opened = account::open(&mut tx, &platform.ids, &permit, &[citizen]).await;
    opened.expect("an account");
    tx.commit().await.expect("a commit");
    let cookie = wire::cookie(&register.address, &mother().to_string()).await;
    let page = wire::visit(&format!("{}/my/payments", register.address), &cookie).await;
    let (_, rest) = page
        .text
        .split_once("/my/account-changes/")
        .expect("a change");
    let (change, _) = rest.split_once("/stop").expect("a button");
    let stop = format!("{}/my/account-changes/{change}/stop", register.address);
    assert_eq!(wire::submit(&stop, &cookie, "").await.status, 303);
    let page = wire::visit(&format!("{}/my/payments", register.address), &cookie).await;
    assert!(
        !page.text.contains("/my/account-changes/"),
        "nothing waits any more"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_may_be_answered_later_and_its_status_is_told() {
    register::each(async |register| {
        let listener = Listener::new().await;
        let with_callback = Entry {
            callback: Some(listener.folder()),
            ..entry()
        };
        let client = register.partner(with_callback).await;
        let body = message(&client, "link", json!({ "id": id(mother()), "fa": FIRST }));
        let promised = post(&client, "link", &body).await;
        assert_eq!(promised.status, 202, "{}", promised.text);
        let correlation = promised.json()["message"]["correlation_id"].clone();
        let changes = "SELECT COUNT(*) FROM account_change";
        assert_eq!(register.count(changes).await, 0, "not yet");
        register.correspond().await;
        let heard = listener.heard();
        assert_eq!(
            (heard.len(), heard[0].path.as_str()),
            (1, "/registry/on-link")
        );
        let told = &heard[0].body["message"];
        assert_eq!(told["correlation_id"], correlation);
        assert_eq!(told["link_response"][0]["status"], "pdng");
        assert_eq!(register.count(changes).await, 1);

        let again = post(&client, "link", &body).await;
        assert_eq!(
            again.json()["errors"][0]["code"],
            "rjct.message_id.duplicate"
        );
        assert_eq!(
            (register.correspond().await, register.count(changes).await),
            (0, 1)
        );

        let status = json!({ "transaction_id": "s1", "txnstatus_request": { "reference_id": "r1",
            "txn_type": "link", "attribute_type": "correlation_id",
            "attribute_value": correlation } });
        let status = client.message("txn-status", 1, status);
        let told = post(&client, "sync/txn/status", &status).await.json();
        let told = &told["message"]["txnstatus_response"];
        assert_eq!(told["txn_type"], "on-link", "{told}");
        assert_eq!(told["txn_status"]["link_response"][0]["status"], "pdng");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_links_who_was_not_entered_for_it_nor_anybody_outside_of_the_territory() {
    register::each(async |register| {
        let stranger = register.partner(Entry::plain("search.example.org")).await;
        let body = message(
            &stranger,
            "link",
            json!({ "id": id(mother()), "fa": FIRST }),
        );
        let refused = post(&stranger, "sync/link", &body).await;
        assert_eq!(
            (refused.status, &refused.json()["errors"][0]["code"]),
            (403, &"err.request.forbidden".into())
        );
        let near = Entry {
            territory: Area::District(DISTRICT),
            ..entry()
        };
        let client = register.partner(near).await;
        let nobody = "30101900000001";
        for who in [
            id(far_away()),
            id(mother()).replace("pinfl", "vid"),
            nobody.to_owned(),
        ] {
            let fields = json!({ "id": who, "fa": FIRST });
            let told = asked(&client, "link", fields).await;
            assert_eq!(told, pair("rjct", "rjct.id.invalid"), "{who}");
        }
        for fa in [
            "account:2261800000000000000@00014",
            "token:1@00014",
            "22618840000000000001@00014",
            "",
        ] {
            let told = asked(&client, "link", json!({ "id": id(mother()), "fa": fa })).await;
            assert_eq!(told, pair("rjct", "rjct.fa.invalid"), "{fa}");
        }
        assert_eq!(
            register.count("SELECT COUNT(*) FROM account_change").await,
            0
        );
    })
    .await;
}
