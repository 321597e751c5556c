//! "Who looked at my data": the page, the interface, the shape of GovStack, and the proof.

use access::log::{Keys, Proven, verify_proof};
use access::{Action, Purpose};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::CaseId;
use serde_json::Value;

use super::installation::{Answer, Installation, mother};

async fn lodge(house: &Installation) -> CaseId {
    let token = house.token("mahalla-worker").await;
    let body = format!(
        r#"{{"id":"019b7a1c-6a80-7000-8000-3f0c2b6d9e11","pinfl":"{}","consent":true,"bank_consent":true}}"#,
        mother()
    );
    let lodged = house.send("/api/applications", &token, &body).await;
    json(&lodged)["case"]
        .as_str()
        .expect("a case")
        .parse()
        .expect("an id")
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{}", answer.body))
}

/// With the header that GovStack requires; other addresses pass over it.
async fn get(house: &Installation, token: &str, path: &str) -> Answer {
    let request = Request::get(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header("information-mediator-client", "UZ/GOV/1/portal")
        .body(Body::empty())
        .expect("a request");
    house.ask(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_over_cases_is_found_by_its_person_and_one_over_other_cases_is_not() {
    let house = Installation::new(false).await;
    let case = lodge(&house).await;
    let (action, purpose) = (Action::AssessCase, Purpose::Assessment);
    let daftar = &house.daftar;
    let mine = daftar
        .permit_for(action, purpose, &[case])
        .await
        .expect("a permit");
    let strange = [CaseId::from_u128(7)];
    let other = daftar
        .permit_for(action, purpose, &strange)
        .await
        .expect("a permit");
    let all = daftar
        .permit(Action::AssessRegister, Purpose::Statistics, 0)
        .await;
    let all = all.expect("a permit");
    let token = house.token(&mother().to_string()).await;
    let seen = json(&get(&house, &token, "/api/looks").await);
    let entries = |of: &str| -> Vec<String> {
        let list = seen[of].as_array().expect("a list").iter();
        list.map(|look| look["entry"].as_str().expect("an entry").to_owned())
            .collect()
    };
    assert!(entries("looks").contains(&mine.entry().to_string()));
    assert!(!entries("looks").contains(&other.entry().to_string()));
    assert!(entries("at_everybody").contains(&all.entry().to_string()));
    let found = seen["looks"].as_array().expect("a list").iter();
    let batch = found
        .clone()
        .find(|look| look["population"] == 1)
        .expect("the batch");
    assert_eq!(batch["law"], "Cabinet resolution 35 of 2026 (PKM-35)");
    assert!(
        found
            .clone()
            .all(|look| look["purpose"] != "own_information")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_keeps_a_proof_that_others_check_with_the_public_key_alone() {
    let house = Installation::new(false).await;
    lodge(&house).await;
    let (login, daftar) = (mother().to_string(), &house.daftar);
    let (token, cookie) = (house.token(&login).await, house.sign_in(&login).await);
    let seen = json(&get(&house, &token, "/api/looks").await);
    let entry = seen["looks"][0]["entry"]
        .as_str()
        .expect("an entry")
        .to_owned();
    assert_eq!(seen["looks"][0]["signed"], false);
    let early = house
        .get(&format!("/my/looks/{entry}/proof"), &cookie)
        .await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    daftar
        .checkpoint()
        .await
        .expect("the key is there")
        .expect("there is something new");
    let page = house.get("/my/looks", &cookie).await;
    let address = format!("/my/looks/{}/proof", entry.replace(':', "%3A"));
    assert!(page.body.contains(&address), "{}", page.body);
    let file = house.get(&address, &cookie).await;
    let key = house.get("/log/key", "").await;
    let keys = Keys::parse(&key.body).expect("public lines");
    assert!(!keys.can_sign());
    let proven = verify_proof(file.body.as_bytes(), &keys).expect("it holds");
    assert!(matches!(proven, Proven::Entry(_)));
    assert_eq!(
        get(&house, &token, &format!("/api/looks/{entry}/proof"))
            .await
            .body,
        file.body
    );
    assert!(
        house
            .get("/log/checkpoint", "")
            .await
            .body
            .starts_with(keys.name())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_the_proof_of_a_look_at_another() {
    let house = Installation::new(false).await;
    let (action, purpose) = (Action::AssessCase, Purpose::Assessment);
    let other = house
        .daftar
        .permit_for(action, purpose, &[CaseId::from_u128(7)])
        .await;
    let other = other.expect("a permit").entry();
    house.daftar.checkpoint().await.expect("signed");
    let token = house.token(&mother().to_string()).await;
    for entry in [
        other.to_string(),
        "nonsense".to_owned(),
        format!("{}:99999", other.chain),
    ] {
        let answer = get(&house, &token, &format!("/api/looks/{entry}/proof")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{entry}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_usage_has_the_shape_of_govstack_and_is_the_caller_s_own() {
    let house = Installation::new(false).await;
    lodge(&house).await;
    let token = house.token(&mother().to_string()).await;
    let path = "/gs/digital-registries/data/myPersonalDataUsage";
    let own = format!("{path}?userId={}&databaseId=DAFTAR", mother());
    let usage = get(&house, &token, &own).await;
    assert_eq!(usage.status, StatusCode::OK, "{}", usage.body);
    let usage = json(&usage);
    // The properties of PersonalDataUsage 1.3.0, all of them strings but the list.
    let known = [
        "id",
        "readerId",
        "readerInitials",
        "readerInstitutionId",
        "readerInstitutionName",
        "readerApplicationName",
        "searchDateTime",
        "refrences",
    ];
    let why = [
        "action",
        "purpose",
        "purposeText",
        "law",
        "consent",
        "errand",
    ];
    let list = usage.as_array().expect("an array");
    assert!(
        list.iter().any(|one| one["readerId"] == "mahalla_worker"),
        "{usage}"
    );
    for one in list {
        let mut one = one.clone();
        // What the law wants told and the standard has no field for.
        let extension = one["x-daftar"].take();
        one.as_object_mut().expect("an object").remove("x-daftar");
        for name in why {
            let value = &extension[name];
            let may_be_none = ["consent", "errand"].contains(&name);
            let is_told = value.as_str().is_some_and(|text| !text.is_empty());
            assert!(is_told || may_be_none, "{name}: {value}");
        }
        for (name, value) in one.as_object().expect("an object") {
            assert!(known.contains(&name.as_str()), "{name}");
            assert!(value.is_string() || name == "refrences", "{name}: {value}");
        }
        let at = one["searchDateTime"].as_str().expect("a time");
        assert!(kernel::Instant::parse_rfc3339(at).is_ok(), "{at}");
        for reference in one["refrences"].as_array().expect("a list") {
            assert!(reference["ReferenceID"].is_string());
        }
    }
    let intake = |usage: &Value| {
        let list = usage.as_array().expect("an array");
        let worker = list.iter().find(|one| one["readerId"] == "mahalla_worker");
        worker.expect("the one who took it in")["x-daftar"].clone()
    };
    let uzbek = intake(&usage);
    assert_eq!(uzbek["purposeText"], "Ariza qabul qilish");
    let request = Request::get(&own)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::ACCEPT_LANGUAGE, "ru")
        .header("information-mediator-client", "UZ/GOV/1/portal")
        .body(Body::empty())
        .expect("a request");
    let russian = intake(&json(&house.ask(request).await));
    assert_eq!(russian["purposeText"], "Приём заявления");
    assert_eq!(russian["purpose"], uzbek["purpose"]);
    assert_ne!(russian["law"], uzbek["law"]);
    let stranger = format!("{path}?userId=30101901234569&databaseId=DAFTAR");
    assert_eq!(
        get(&house, &token, &stranger).await.status,
        StatusCode::NOT_FOUND
    );
    for wrong in [
        format!("{path}?userId={}&databaseId=OTHER", mother()),
        format!("{path}?userId=17&databaseId=DAFTAR"),
        path.to_owned(),
    ] {
        let answer = get(&house, &token, &wrong).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withheld_look_has_no_line_no_proof_and_no_usage_until_its_time() {
    let house = Installation::new(true).await;
    lodge(&house).await;
    house.daftar.checkpoint().await.expect("signed");
    let citizen = house.token(&mother().to_string()).await;
    let seen = json(&get(&house, &citizen, "/api/looks").await);
    let entry = seen["looks"][0]["entry"]
        .as_str()
        .expect("an entry")
        .to_owned();
    let officer = house.token("secrecy-officer").await;
    let until = house.daftar.now().plus_seconds(3 * 24 * 3600);
    let asked = format!(
        r#"{{"id":"019b7a1c-6a80-7000-8000-3f0c2b6d9e77","entry":"{entry}","until":"{until}","ground":"order 17"}}"#
    );
    let refused = house.send("/api/log/delays", &citizen, &asked).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let set = house.send("/api/log/delays", &officer, &asked).await;
    assert_eq!(set.status, StatusCode::CREATED, "{}", set.body);
    let usage = format!(
        "/gs/digital-registries/data/myPersonalDataUsage?userId={}&databaseId=DAFTAR",
        mother()
    );
    for path in ["/api/looks", usage.as_str()] {
        let told = get(&house, &citizen, path).await.body;
        assert!(
            !told.contains(&entry) && !told.contains("secrecy"),
            "{path}: {told}"
        );
    }
    let proof = format!("/api/looks/{entry}/proof");
    assert_eq!(
        get(&house, &citizen, &proof).await.status,
        StatusCode::NOT_FOUND
    );
    house.daftar.set_clock(until).expect("a demonstration");
    let told = json(&get(&house, &citizen, "/api/looks").await);
    let looks = told["looks"].as_array().expect("a list");
    let shown = looks
        .iter()
        .find(|look| look["entry"] == entry.as_str())
        .expect("shown now");
    assert_eq!(shown["withheld"], "order 17");
    assert!(
        looks
            .iter()
            .any(|look| look["action"] == "delay_disclosure")
    );
    assert_eq!(get(&house, &citizen, &proof).await.status, StatusCode::OK);
}
