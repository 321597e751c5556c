//! What a partner finds at once, whom it does not find, and what the log holds of it.

use access::Area;
use serde_json::{Value, json};

use super::message::{Client, by_number, expression, predicate, searches, status_by};
use super::register::{self, DISTRICT, Entry, MAHALLA, Register, child, far_away, mother};

fn pinfls(response: &Value) -> Vec<String> {
    let records = response["data"]["reg_records"].as_array().expect("records");
    let value = |record: &Value| {
        record["member_identifier"][0]["identifier_value"]
            .as_str()
            .expect("a PINFL")
            .to_owned()
    };
    records.iter().map(value).collect()
}

fn total(response: &Value) -> u64 {
    response["pagination"]["total_count"]
        .as_u64()
        .expect("a number")
}

fn where_(attribute: &str, operator: &str, value: Value) -> Value {
    json!({ "query_type": "predicate", "query": predicate(attribute, operator, value) })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_is_found_by_number_and_the_log_has_it_first() {
    register::each(async |register| {
        let client = register.partner(Entry::plain("spmis.example.org")).await;
        let found = client.search(by_number("UIN", mother())).await;
        assert_eq!(found["status"], "succ", "{found}");
        assert_eq!(
            (pinfls(&found), total(&found)),
            (vec![mother().to_string()], 1)
        );
        let person = &found["data"]["reg_records"][0]["demographic_info"];
        assert_eq!(person["name"]["given_name"], "Dilnoza");
        assert_eq!(person["birth_date"], "1990-05-12T00:00:00Z");
        assert_eq!(
            person["address"][0]["sub_region_code"],
            DISTRICT.to_string()
        );
        assert!(found.to_string().find("poverty").is_none(), "{found}");
        let sender = client.sender_id;
        assert_eq!(register.looks(sender, mother()).await, (1, 0));
        assert_eq!(register.looks(sender, child()).await, (0, 0));
        for number in ["30101900000000", "TEST-001", ""] {
            let nobody = client.search(by_number("UIN", number)).await;
            assert_eq!(
                (nobody["status"].as_str(), total(&nobody)),
                (Some("succ"), 0)
            );
        }
        assert_eq!(register.looks(sender, mother()).await, (1, 0));
        each_group_and_page(register, &client).await;
    })
    .await;
}

async fn each_group_and_page(register: &Register, client: &Client) {
    // A group tells of all its members, and each of them finds it in the log.
    let group = json!({ "query_type": "idtype-value", "reg_record_type": "Group",
        "query": { "type": "UIN", "value": mother().to_string() } });
    let found = client.search(group).await;
    let family = &found["data"]["reg_records"][0];
    assert_eq!(
        (&family["@type"], &family["group_size"]),
        (&json!("Group"), &json!(2))
    );
    assert_eq!(register.looks(client.sender_id, child()).await, (1, 0));
    let household = family["group_identifier"][0]["identifier_value"]
        .as_str()
        .expect("an id");
    let found = client.search(by_number("HOUSEHOLD_ID", household)).await;
    assert_eq!(total(&found), 2);

    let children = client.search(where_("age", "lt", 18.into())).await;
    assert_eq!(pinfls(&children), [child().to_string()]);
    let query = json!({ "$and": [{ "sex": "female" }, { "location": { "$in": [DISTRICT] } }] });
    let women = client.search(expression("Member", query)).await;
    assert_eq!(total(&women), 2, "{women}");
    let groups = client
        .search(expression("Group", json!({ "group_size": { "$gte": 2 } })))
        .await;
    assert_eq!(total(&groups), 2, "{groups}");

    let page = |order: &str, number: u64| {
        let mut criteria = where_("age", "ge", 0.into());
        criteria["sort"] = json!([{ "attribute_name": "age", "sort_order": order }]);
        criteria["pagination"] = json!({ "page_size": 2, "page_number": number });
        criteria
    };
    let mut seen = Vec::new();
    for number in 1..=4 {
        let found = client.search(page("asc", number)).await;
        assert_eq!(total(&found), 5);
        seen.extend(pinfls(&found));
    }
    assert_eq!(
        (seen.len(), &seen[0]),
        (5, &child().to_string()),
        "youngest first"
    );
    let oldest = client.search(page("desc", 1)).await;
    assert_eq!(pinfls(&oldest)[0], seen[4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lives_elsewhere_is_not_found_and_the_log_has_the_refusal() {
    register::each(async |register| {
        let entry = Entry {
            territory: Area::District(DISTRICT),
            ..Entry::plain("district.example.org")
        };
        let client = register.partner(entry).await;
        let sender = client.sender_id;
        let far = client.search(by_number("UIN", far_away())).await;
        assert_eq!(
            (far["status"].as_str(), total(&far)),
            (Some("succ"), 0),
            "{far}"
        );
        assert_eq!(register.looks(sender, far_away()).await, (0, 1));
        let all = client.search(where_("age", "ge", 0.into())).await;
        assert_eq!(total(&all), 4);
        assert!(!pinfls(&all).contains(&far_away().to_string()));
        assert_eq!(register.looks(sender, far_away()).await, (0, 1));
        let mahalla = Entry {
            territory: Area::Mahalla(MAHALLA),
            ..Entry::plain("mahalla.example.org")
        };
        let client = register.partner(mahalla).await;
        let all = client
            .search(where_("location", "eq", DISTRICT.into()))
            .await;
        assert_eq!(total(&all), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_wrongly_is_refused_with_the_word_of_the_standard() {
    register::each(async |register| {
        let client = register.partner(Entry::plain("spmis.example.org")).await;
        let mut sort = where_("age", "ge", 0.into());
        sort["sort"] = json!([{ "attribute_name": "poverty_score" }]);
        for (criteria, code) in [
            (
                where_("poverty_score", "lt", 5.into()),
                "rjct.search_criteria.invalid",
            ),
            (
                by_number("MOBILE", "+998901234567"),
                "rjct.search_criteria.invalid",
            ),
            (
                json!({ "query_type": "graphql", "query": "{}" }),
                "rjct.search_criteria.invalid",
            ),
            (sort, "rjct.sort.invalid"),
        ] {
            let rejected = client.search(criteria).await;
            assert_eq!(rejected["status"], "rjct");
            assert_eq!(rejected["status_reason_code"], code, "{rejected}");
        }
        // One question of two is refused; the other is answered.
        let two = [by_number("UIN", mother()), by_number("MOBILE", "1")];
        let body = client.message("search", 2, searches("t2", &two));
        let told = client.post("sync/search", &body).await.json();
        assert_eq!(told["header"]["status"], "succ", "{told}");
        let statuses =
            [0, 1].map(|place| told["message"]["search_response"][place]["status"].clone());
        assert_eq!(statuses, [json!("succ"), json!("rjct")]);

        let before = register.count("SELECT COUNT(*) FROM security_event").await;
        let again = client.refused("sync/search", &body).await;
        assert_eq!(again, (400, "rjct.message_id.duplicate".to_owned()));
        let mut mutant = client.message("search", 1, searches("t3", &two[..1]));
        mutant["header"]["sender_id"] = "tax.gov".into();
        assert_eq!(
            client.refused("sync/search", &mutant).await.1,
            "err.sender_id.invalid"
        );
        mutant["header"]["sender_id"] = client.sender_id.into();
        mutant["signature"] = "invalid-signature".into();
        let forged = client.refused("sync/search", &mutant).await;
        assert_eq!(forged, (401, "err.signature.invalid".to_owned()));
        let status = client.message("search", 1, searches("t3", &two[..1]));
        assert_eq!(
            client.refused("sync/txn/status", &status).await.1,
            "rjct.action.invalid"
        );
        let after = register.count("SELECT COUNT(*) FROM security_event").await;
        assert_eq!(after - before, 4, "each is a security event");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_tells_how_a_search_ended_by_either_id_and_to_its_asker_only() {
    register::each(async |register| {
        let client = register.partner(Entry::plain("spmis.example.org")).await;
        let two = [by_number("UIN", mother()), by_number("MOBILE", "1")];
        let body = client.message("search", 2, searches("t-of-mine", &two));
        let told = client.post("sync/search", &body).await.json();
        let correlation = told["message"]["correlation_id"].as_str().expect("an id");
        let other = register.partner(Entry::plain("other.example.org")).await;
        for (attribute, value) in [
            ("transaction_id", "t-of-mine"),
            ("correlation_id", correlation),
        ] {
            let body = client.message("txn-status", 1, status_by(attribute, value));
            let told = client.post("sync/txn/status", &body).await.json();
            let status = &told["message"]["txnstatus_response"]["txn_status"];
            assert_eq!(status["correlation_id"], correlation, "{told}");
            let ended = [0, 1].map(|place| status["search_response"][place]["status"].clone());
            assert_eq!(ended, [json!("succ"), json!("rjct")]);
            assert!(
                !told.to_string().contains(&mother().to_string()),
                "no record again"
            );
            let body = other.message("txn-status", 1, status_by(attribute, value));
            let told = other.post("sync/txn/status", &body).await.json();
            let status = &told["message"]["txnstatus_response"]["txn_status"];
            assert_eq!(told["header"]["status"], "rjct");
            assert_eq!(status["search_response"], json!([]));
        }
        assert_eq!(register.looks(client.sender_id, mother()).await, (1, 0));
        for wrong in [
            json!({ "transaction_id": "s1" }),
            status_by("reference_id_list", "r1"),
            status_by("transaction_id", ""),
        ] {
            let body = client.message("txn-status", 1, wrong);
            assert_eq!(
                client.refused("sync/txn/status", &body).await.1,
                "err.request.bad"
            );
        }
    })
    .await;
}
