//! Whoever stands on a list of staff reads that it was read: by a table of the lists.

use access::{Action, Purpose};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::{CaseId, PersonId};
use serde_json::Value;
use store::{execute, fetch_values};
use uuid::Uuid;

use super::installation::{Answer, DISTRICT, Installation, mother};

const CASE: &str = "019b7a1c-6a80-7000-8000-3f0c2b6d9e11";
const DEBT: Uuid = Uuid::from_u128(21);
const TASK: Uuid = Uuid::from_u128(22);
const CHANGE: Uuid = Uuid::from_u128(23);
const PAYMENT: Uuid = Uuid::from_u128(24);

async fn get(house: &Installation, token: &str, path: &str) -> Answer {
    let request = Request::get(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::empty())
        .expect("a request");
    house.ask(request).await
}

/// What the mother reads of the looks of others.
async fn looks(house: &Installation, query: &str) -> Value {
    let token = house.token(&mother().to_string()).await;
    let seen = get(house, &token, &format!("/api/looks{query}")).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    serde_json::from_str(&seen.body).expect("JSON")
}

async fn entries(house: &Installation) -> Vec<String> {
    let seen = looks(house, "").await;
    let list = seen["looks"].as_array().expect("a list").iter();
    list.map(|look| look["entry"].as_str().expect("an entry").to_owned())
        .collect()
}

async fn lodge(house: &Installation) -> CaseId {
    let token = house.token("mahalla-worker").await;
    let body = format!(
        r#"{{"id":"{CASE}","pinfl":"{}","consent":true,"bank_consent":true}}"#,
        mother()
    );
    let lodged = house.send("/api/applications", &token, &body).await;
    let lodged: Value = serde_json::from_str(&lodged.body).expect("JSON");
    let case = lodged["case"].as_str().expect("a case");
    case.parse().expect("an id")
}

async fn person(house: &Installation) -> PersonId {
    let mut tx = house.daftar.platform.db.read().await.expect("a snapshot");
    let pinfl = mother().to_string();
    let found = fetch_values!(
        tx,
        Uuid,
        "SELECT person FROM identifier WHERE value = $1",
        pinfl
    );
    PersonId(found.expect("the register")[0])
}

/// A debt of the mother, and a payment of hers that came back.
async fn owe(house: &Installation, payee: PersonId) {
    let mut tx = house.daftar.platform.db.begin().await.expect("a tx");
    let (nobody, district) = (Uuid::nil(), i64::from(DISTRICT));
    execute!(
        tx,
        "INSERT INTO debt (id, award, unit, payee, district, programme, reason, amount_minor,
            offset_minor, state, events, found_at)
         VALUES ($1, $2, $2, $3, $4, 'child_benefit', 'death', 500, 0, 'notified', 1, 0)",
        DEBT,
        nobody,
        payee.0,
        district
    )
    .expect("a debt");
    execute!(
        tx,
        "INSERT INTO payment (id, statement, entitlement, month, attempt, payee, appropriation,
            account, amount_minor)
         VALUES ($1, $2, $2, 24312, 1, $3, $2, '20208000900000000001', 500)",
        PAYMENT,
        nobody,
        payee.0
    )
    .expect("a payment");
    execute!(
        tx,
        "INSERT INTO account_task (id, payment, entitlement, payee, district, reason, state,
            opened_at) VALUES ($1, $2, $3, $4, $5, 'AC04', 'open', 0)",
        TASK,
        PAYMENT,
        nobody,
        payee.0,
        district
    )
    .expect("a task");
    tx.commit().await.expect("a commit");
}

async fn ask_for_change(house: &Installation, person: PersonId) {
    let mut tx = house.daftar.platform.db.begin().await.expect("a tx");
    execute!(
        tx,
        "INSERT INTO account_change (id, person, district, origin, state, events, asked_at, due_at)
         VALUES ($1, $2, $3, 'staff', 'asked', 1, 0, 0)",
        CHANGE,
        person.0,
        i64::from(DISTRICT)
    )
    .expect("a change");
    tx.commit().await.expect("a commit");
}

/// Somebody opens a list, and exactly one look more is read by her who stands on it.
async fn opens(house: &Installation, login: &str, path: &str) {
    let before = entries(house).await;
    let shown = if path.starts_with("/api") {
        let token = house.token(login).await;
        get(house, &token, path).await
    } else {
        let cookie = house.sign_in(login).await;
        house.get(path, &cookie).await
    };
    assert_eq!(shown.status, StatusCode::OK, "{path}: {}", shown.body);
    let seen = looks(house, "").await;
    let list = seen["looks"].as_array().expect("a list");
    let is_new = |look: &&Value| {
        let entry = look["entry"].as_str().expect("an entry");
        !before.iter().any(|known| known == entry)
    };
    let new: Vec<&Value> = list.iter().filter(is_new).collect();
    assert_eq!(new.len(), 1, "{path}: {new:?}");
    assert_eq!(new[0]["role"], login.replace('-', "_"), "{path}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_a_list_shows_reads_of_it() {
    let house = Installation::new(false).await;
    lodge(&house).await;
    let person = person(&house).await;
    owe(&house, person).await;
    for (login, path) in [
        ("mahalla-worker", "/applications".to_owned()),
        ("district-officer", "/applications".to_owned()),
        ("district-officer", "/account-tasks".to_owned()),
        ("social-worker", format!("/account-tasks/{TASK}")),
        ("district-officer", "/api/account-tasks".to_owned()),
        ("district-officer", "/debts".to_owned()),
        ("district-officer", format!("/debts/{DEBT}")),
    ] {
        opens(&house, login, &path).await;
    }
    ask_for_change(&house, person).await;
    for path in ["/account-tasks", "/api/account-changes"] {
        opens(&house, "district-officer", path).await;
    }
    waits_for_a_visit(&house).await;
    for path in ["/visits", "/api/visits"] {
        opens(&house, "social-worker", path).await;
    }
}

async fn waits_for_a_visit(house: &Installation) {
    let mut tx = house.daftar.platform.db.begin().await.expect("a tx");
    execute!(
        tx,
        "UPDATE case_now SET state = 'visiting', wait = 'visit', wait_since = 0"
    )
    .expect("a case");
    tx.commit().await.expect("a commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stands_on_no_list_reads_of_none() {
    let house = Installation::new(false).await;
    let cookie = house.sign_in("district-officer").await;
    for path in ["/applications", "/account-tasks", "/debts"] {
        assert_eq!(house.get(path, &cookie).await.status, StatusCode::OK);
    }
    let seen = looks(&house, "").await;
    assert_eq!(seen["looks"], Value::Array(vec![]));
    let whole = seen["at_everybody"].as_array().expect("a list");
    assert!(whole.iter().all(|look| look["role"] == "system"), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn they_of_whom_the_registry_tells_read_of_it() {
    let house = Installation::new(false).await;
    let token = house.token("partner").await;
    let body = format!(
        r#"{{"kind":"death","id":"{}","on":"2025-12-20","person":"{}"}}"#,
        Uuid::from_u128(31),
        mother()
    );
    let heard = house.send("/api/civil-events", &token, &body).await;
    assert_eq!(heard.status, StatusCode::ACCEPTED, "{}", heard.body);
    let found = {
        let mut tx = house.daftar.platform.db.read().await.expect("a snapshot");
        let person = person(&house).await;
        let actions = fetch_values!(
            tx,
            String,
            "SELECT l.action FROM person_read r JOIN access_log l ON l.run_id = r.run
             WHERE r.person = $1",
            person.0
        );
        actions.expect("the log")
    };
    assert_eq!(found, ["send_civil_event"]);
    // What follows of it reads of the whole family: of her and of the child.
    house.daftar.settle().await.expect("a settling");
    let mut tx = house.daftar.platform.db.read().await.expect("a snapshot");
    let told = fetch_values!(
        tx,
        i64,
        "SELECT COUNT(*) FROM person_read r JOIN access_log l ON l.run_id = r.run
         WHERE l.action = 'assess_case' AND l.purpose = 'registration'"
    );
    assert_eq!(told.expect("the log"), [2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_stays_with_the_family_that_it_read() {
    let house = Installation::new(false).await;
    let (theirs, former) = (CaseId::from_u128(7), CaseId::from_u128(8));
    // She was of the family of that case; whoever she lives with today.
    let person = person(&house).await;
    let daftar = &house.daftar;
    let mut tx = daftar.platform.db.begin().await.expect("a tx");
    for (case, member) in [(former, person.0), (theirs, Uuid::from_u128(3))] {
        execute!(
            tx,
            "INSERT INTO case_member (case_id, person) VALUES ($1, $2)",
            case.0,
            member
        )
        .expect("a member");
    }
    tx.commit().await.expect("a commit");
    let (action, purpose) = (Action::AssessCase, Purpose::Assessment);
    let mut looked = Vec::new();
    for case in [former, theirs] {
        let permit = daftar.permit_for(action, purpose, &[case]).await;
        looked.push(permit.expect("a permit").entry().to_string());
    }
    daftar.checkpoint().await.expect("signed");
    assert_eq!(entries(&house).await, looked[..1]);
    let token = house.token(&mother().to_string()).await;
    for (entry, status) in [
        (&looked[0], StatusCode::OK),
        (&looked[1], StatusCode::NOT_FOUND),
    ] {
        let proof = get(&house, &token, &format!("/api/looks/{entry}/proof")).await;
        assert_eq!(proof.status, status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_looks_are_a_page_further() {
    let house = Installation::new(false).await;
    let case = lodge(&house).await;
    let (action, purpose) = (Action::AssessCase, Purpose::Assessment);
    for _ in 0..access::log::LOOKS_MAX {
        let permit = house.daftar.permit_for(action, purpose, &[case]).await;
        assert!(permit.is_ok());
    }
    let first = looks(&house, "").await;
    assert_eq!(
        first["looks"].as_array().map(Vec::len),
        Some(access::log::LOOKS_MAX)
    );
    let place = first["earlier"].as_str().expect("there are earlier ones");
    let address = format!("?before={}", crate::query::encode(place));
    let earlier = looks(&house, &address).await;
    let roles: Vec<&Value> = earlier["looks"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|look| &look["role"])
        .collect();
    assert!(roles.contains(&&Value::from("mahalla_worker")), "{earlier}");
    assert_eq!(earlier["earlier"], Value::Null);
    let cookie = house.sign_in(&mother().to_string()).await;
    let page = house.get("/my/looks", &cookie).await;
    let link = format!("href=\"/my/looks{address}\"");
    assert!(page.body.contains(&link) && page.body.contains("Earlier looks"));
    let token = house.token(&mother().to_string()).await;
    for wrong in ["before=17", "before=", "everybody_before=x:y"] {
        let answer = get(&house, &token, &format!("/api/looks?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}
