//! Is somebody in a programme? Asked as the standard for integrated beneficiary registries has it.

use access::Area;
use kernel::{AwardId, BankAccount, EntitlementId, Mfo, Money, Month, Period, UnitId};
use payments::appropriation::{self, SetLimit};
use payments::entitlement::{self, NewEntitlement, Stop};
use serde_json::{Value, json};

use super::message::{Client, status_by};
use super::register::{self, DISTRICT, Entry, Register, child, far_away, mother};

const CHILD: &str = "child";
const PENSION: &str = "pension";

fn expression(query: Value) -> Value {
    json!({ "query_type": "expression", "query": query })
}

fn in_programme(person: impl ToString, programme: &str) -> Value {
    expression(json!({ "person_identifier": { "eq": person.to_string() },
        "programme_identifier": { "eq": programme } }))
}

impl Client {
    async fn enrolled(&self, transaction: &str, criteria: Value) -> Value {
        let message = json!({ "transaction_id": transaction, "enrolled_criteria": criteria });
        let body = self.message("search", 1, message);
        let answer = self.post("sync/enrolled", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let told = answer.json();
        assert_eq!(told["header"]["action"], "on-search", "{told}");
        let message = told["message"].clone();
        assert_eq!(message["transaction_id"], transaction, "{told}");
        let status = message["enrolled_response"][0].get("status");
        let status = status.unwrap_or(&message["status"]);
        assert_eq!(&told["header"]["status"], status, "{told}");
        message
    }

    /// The status, and what is told: `yes` or `no`, or the code of a rejection.
    async fn is_enrolled(&self, criteria: Value) -> (String, String) {
        let message = self.enrolled("t1", criteria).await;
        let responses = message["enrolled_response"].as_array().expect("a list");
        let (from, name) = match responses.as_slice() {
            [] => (&message, "status_reason_code"),
            [response] => (response, "enrolled_status"),
            _ => panic!("{message}"),
        };
        let word = |name: &str| from[name].as_str().expect("a word").to_owned();
        (word("status"), word(name))
    }
}

fn told(status: &str, enrolled: &str) -> (String, String) {
    (status.to_owned(), enrolled.to_owned())
}

/// A `no` would be taken for an answer.
fn rejected() -> (String, String) {
    told("rjct", "rjct.search_criteria.invalid")
}

/// Money of the child's programme counts the child, from this month on.
async fn entitle(register: &Register) -> EntitlementId {
    let (payee, member) = (
        register.id_of(mother()).await,
        register.id_of(child()).await,
    );
    let month = register.daftar.today().month();
    let platform = &register.daftar.platform;
    let ids = &platform.ids;
    let mut tx = platform.db.begin().await.expect("a transaction");
    for programme in [CHILD, PENSION] {
        let line = SetLimit {
            id: ids.uuid(),
            district: DISTRICT,
            programme: programme.to_owned(),
            month,
            limit: Money(1_000_000_000),
            set_by: None,
        };
        appropriation::set(&mut tx, ids, &line)
            .await
            .expect("a line");
    }
    let new = NewEntitlement {
        id: EntitlementId(ids.uuid()),
        award: AwardId(ids.uuid()),
        unit: UnitId(ids.uuid()),
        programme: CHILD.to_owned(),
        district: DISTRICT,
        payee,
        mfo: Mfo::parse("00014").expect("a bank"),
        account: BankAccount::parse("22618000000000000001").expect("an account"),
        amount: Money(40_000_000),
        months: Period {
            from: month,
            to: Some(Month(month.0 + 1)),
        },
        members: vec![member],
    };
    entitlement::open(&mut tx, ids, std::slice::from_ref(&new))
        .await
        .expect("opened");
    tx.commit().await.expect("a commit");
    new.id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_learns_whether_somebody_is_in_a_programme_and_no_more() {
    register::each(async |register| {
        let client = register.partner(Entry::plain("spmis.example.org")).await;
        let near = Entry {
            territory: Area::District(DISTRICT),
            ..Entry::plain("near.example.org")
        };
        let near = register.partner(near).await;
        let opened = entitle(register).await;
        let path = "programme_identifier.program.programme_identifier";
        let asked = [
            (in_programme(child(), CHILD), told("succ", "yes")),
            (in_programme(child(), PENSION), told("succ", "no")),
            // She is paid, the child is counted.
            (in_programme(mother(), CHILD), told("succ", "no")),
            (
                expression(json!({ "person_identifier": { "eq": child().to_string() },
                    path: { "eq": CHILD } })),
                told("succ", "yes"),
            ),
            (
                expression(
                    json!({ "attribute_name": "person_identifier", "operator": "eq",
                    "attribute_value": child().to_string() }),
                ),
                told("succ", "yes"),
            ),
            (
                json!({ "query_type": "idtype-value",
                    "query": { "type": "UIN", "value": mother().to_string() } }),
                told("succ", "no"),
            ),
            // The law names it; no budget has a line for it.
            (in_programme(mother(), "child_benefit"), told("succ", "no")),
            (in_programme(child(), "chlid"), rejected()),
            (in_programme("30101900000000", CHILD), rejected()),
            (in_programme("TEST-001", CHILD), rejected()),
        ];
        for (criteria, wanted) in asked {
            assert_eq!(
                client.is_enrolled(criteria.clone()).await,
                wanted,
                "{criteria}"
            );
        }
        let unknown = client.enrolled("t1", in_programme(child(), "chlid")).await;
        let why = unknown["status_reason_message"].as_str().expect("words");
        assert!(
            why.contains("there are: ") && why.contains("child_benefit"),
            "{why}"
        );
        // Whoever is told about finds it; a number of nobody is nobody's look.
        assert_eq!(register.looks(client.sender_id, child()).await, (6, 0));
        assert_eq!(register.looks(client.sender_id, mother()).await, (3, 0));
        let far = in_programme(far_away(), CHILD);
        assert_eq!(near.is_enrolled(far).await, rejected());
        assert_eq!(register.looks(near.sender_id, far_away()).await, (0, 1));
        let stop = Stop {
            entitlement: opened,
            last_month: Month(register.daftar.today().month().0 - 1),
            reason: "left".to_owned(),
            by: None,
        };
        let platform = &register.daftar.platform;
        let mut tx = platform.db.begin().await.expect("a transaction");
        entitlement::stop(&mut tx, &platform.ids, &[stop])
            .await
            .expect("stopped");
        tx.commit().await.expect("a commit");
        let after = client.is_enrolled(in_programme(child(), CHILD)).await;
        assert_eq!(after, told("succ", "no"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_not_understood_is_refused_and_no_status_is_lost() {
    register::each(async |register| {
        let client = register.partner(Entry::plain("spmis.example.org")).await;
        let who = child().to_string();
        let wrong = [
            json!({}),
            json!({ "query_type": "predicate", "query": {} }),
            json!({ "query_type": "expression" }),
            json!({ "query_type": "idtype-value", "query": { "type": "PHONE", "value": who } }),
            expression(json!({})),
            expression(json!({ "person_identifier": who })),
            expression(json!({ "person_identifier": { "ne": who } })),
            expression(json!({ "person_identifier": { "eq": 7 } })),
            expression(json!({ "person_identifier": { "eq": who, "ne": who } })),
            expression(json!({ "programme_identifier": { "eq": CHILD } })),
            expression(json!({ "person_identifier": { "eq": who }, "income": { "eq": "0" } })),
            expression(json!({ "person_identifier": { "eq": who },
                "programme_identifier": { "eq": "x".repeat(100) } })),
            expression(
                json!({ "attribute_name": "person_identifier", "operator": "ne",
                "attribute_value": who }),
            ),
        ];
        for criteria in wrong {
            let message = json!({ "transaction_id": "t1", "enrolled_criteria": criteria });
            let body = client.message("search", 1, message);
            let refused = client.refused("sync/enrolled", &body).await;
            assert_eq!(refused.0, 400, "{criteria}: {refused:?}");
        }
        assert_eq!(register.looks(client.sender_id, child()).await, (0, 0));
        client
            .enrolled("t9", in_programme(child(), "nothing"))
            .await;
        let body = client.message("txn-status", 1, status_by("transaction_id", "t9"));
        let answer = client.post("sync/txn/status", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(
            answer.text.contains("rjct.search_criteria.invalid"),
            "{}",
            answer.text
        );
    })
    .await;
}
