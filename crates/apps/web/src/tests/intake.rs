//! A mahalla worker lodges and follows; the citizen reads; nobody decides.

use axum::http::StatusCode;

use super::installation::{Installation, MAHALLA, mother};

#[tokio::test(flavor = "multi_thread")]
async fn a_form_with_mistakes_comes_back_with_every_value() {
    let house = Installation::new(false).await;
    let cookie = house.sign_in("mahalla-worker").await;
    let form = house.get("/applications/new", &cookie).await;
    let id = form.value_of("id");
    let typed = [
        ("id", id.as_str()),
        ("pinfl", "4 120585 123"),
        ("consent", "yes"),
    ];
    let back = house.post("/applications", &cookie, &typed).await;
    assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(back.value_of("pinfl"), "4 120585 123");
    assert_eq!(back.value_of("id"), id, "the form keeps its id");
    assert!(back.body.contains("name=\"consent\" value=\"yes\" checked"));
    assert!(back.body.contains("A PINFL has 14 digits. You typed 10."));
    assert!(back.body.contains("<title>Error: "));
    let digit = [
        ("id", id.as_str()),
        ("pinfl", "41205851234567"),
        ("consent", "yes"),
        ("bank_consent", "yes"),
    ];
    let back = house.post("/applications", &cookie, &digit).await;
    assert!(back.body.contains("One digit of the PINFL is wrong"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_lodged_once_and_followed() {
    let house = Installation::new(false).await;
    let cookie = house.sign_in("mahalla-worker").await;
    let id = house.get("/applications/new", &cookie).await.value_of("id");
    let pinfl = mother().grouped();
    let typed = [
        ("id", id.as_str()),
        ("pinfl", &pinfl),
        ("consent", "yes"),
        ("bank_consent", "yes"),
    ];
    let first = house.post("/applications", &cookie, &typed).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.body);
    let again = house.post("/applications", &cookie, &typed).await;
    assert_eq!(
        again.location(),
        first.location(),
        "sending twice lodges once"
    );
    let receipt = house.get(first.location(), &cookie).await;
    assert_eq!(receipt.status, StatusCode::OK, "{}", receipt.body);
    let number = receipt
        .body
        .split("class=\"big\">")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .expect("a number");
    let list = house.get("/applications", &cookie).await;
    assert!(
        list.body.contains(number) && list.body.contains("Karimova Dilnoza"),
        "{}",
        list.body
    );
    let other = house.get("/applications/new", &cookie).await.value_of("id");
    let second = [
        ("id", other.as_str()),
        ("pinfl", &pinfl),
        ("consent", "yes"),
        ("bank_consent", "yes"),
    ];
    let refused = house.post("/applications", &cookie, &second).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("has applied this month") && refused.body.contains(number));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_citizen_sees_the_own_case_and_who_looked_and_nothing_else() {
    let house = Installation::new(false).await;
    let token = house.token("mahalla-worker").await;
    let body = format!(
        r#"{{"id":"019b7a1c-6a80-7000-8000-3f0c2b6d9e11","pinfl":"{}","consent":true,"bank_consent":true}}"#,
        mother()
    );
    let lodged = house.send("/api/applications", &token, &body).await;
    assert_eq!(lodged.status, StatusCode::CREATED, "{}", lodged.body);
    let lodged: serde_json::Value = serde_json::from_str(&lodged.body).expect("JSON");
    let (case, number) = (
        lodged["case"].as_str().expect("a case"),
        lodged["number"].as_str().expect("a number"),
    );
    let cookie = house.sign_in(&mother().to_string()).await;
    for path in [
        "/my/applications".to_owned(),
        format!("/my/applications/{case}"),
        format!("/my/applications/{case}/decision"),
    ] {
        let page = house.get(&path, &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
        assert!(page.body.contains(number), "{path}");
    }
    let looks = house.get("/my/looks", &cookie).await;
    assert!(looks.body.contains("Mahalla worker"), "{}", looks.body);
    let refused = house.get(&format!("/cases/{case}"), &cookie).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("Your role is: Citizen"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_interface_answers_the_wire_s_shapes() {
    let house = Installation::new(false).await;
    let token = house.token("mahalla-worker").await;
    let unknown =
        r#"{"id":"019b7a1c-6a80-7000-8000-3f0c2b6d9e12","pinfl":"41205851234567","consent":true}"#;
    let answer = house.send("/api/applications", &token, unknown).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let json: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(json["error"]["field"], "pinfl");
    assert_eq!(json["error"]["code"], "bad_request");
    let social = house.token("social-worker").await;
    let request = axum::http::Request::builder()
        .uri("/api/visits?limit=10")
        .header("authorization", format!("Bearer {social}"))
        .body(axum::body::Body::empty());
    let answer = house.ask(request.expect("a request")).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (StatusCode::OK, r#"{"visits":[]}"#)
    );
    let wrong = house
        .send("/api/sign-in", "", r#"{"login":"analyst","secret":"no"}"#)
        .await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(wrong.body.contains("wrong_secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_officer_sees_why_a_case_waits_and_cannot_decide_it() {
    let house = Installation::new(false).await;
    let token = house.token("mahalla-worker").await;
    let body = format!(
        r#"{{"id":"019b7a1c-6a80-7000-8000-3f0c2b6d9e11","pinfl":"{}","consent":true,"bank_consent":true}}"#,
        mother()
    );
    let lodged = house.send("/api/applications", &token, &body).await;
    let lodged: serde_json::Value = serde_json::from_str(&lodged.body).expect("JSON");
    let cookie = house.sign_in("district-officer").await;
    let cases = house.get("/cases", &cookie).await;
    assert!(
        cases
            .body
            .contains(lodged["number"].as_str().expect("a number")),
        "{}",
        cases.body
    );
    let case = house
        .get(
            &format!("/cases/{}", lodged["case"].as_str().expect("a case")),
            &cookie,
        )
        .await;
    assert_eq!(case.status, StatusCode::OK, "{}", case.body);
    assert!(case.body.contains("You can neither approve nor refuse"));
    assert!(!case.body.contains("<form id=\"form\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_written_to_in_the_language_they_chose() {
    let house = Installation::new(false).await;
    let chosen = async || {
        let permit = house
            .daftar
            .permit(access::Action::AssessCase, access::Purpose::Casework, 1)
            .await
            .expect("a permit");
        let mut tx = house.daftar.platform.db.read().await.expect("a snapshot");
        let person = registry::person::find_by_pinfl(&mut tx, &permit, mother()).await;
        let person = person.expect("a register").expect("the mother");
        let chosen = casework::language::of_persons(&mut tx, &[person]).await;
        chosen.expect("languages").get(&person).copied()
    };
    assert_eq!(chosen().await, None);
    // The mahalla worker asks the person and ticks the answer.
    let cookie = house.sign_in("mahalla-worker").await;
    let form = house.get("/applications/new", &cookie).await;
    let (id, pinfl) = (form.value_of("id"), mother().to_string());
    let typed = [
        ("id", id.as_str()),
        ("pinfl", &pinfl),
        ("consent", "yes"),
        ("bank_consent", "yes"),
        ("lang", "ru"),
    ];
    let lodged = house.post("/applications", &cookie, &typed).await;
    assert_eq!(lodged.status, StatusCode::SEE_OTHER, "{}", lodged.body);
    assert_eq!(chosen().await, Some(kernel::Lang::Ru));
    // A worker's own language is nobody else's.
    house.get("/language/en?back=/", &cookie).await;
    assert_eq!(chosen().await, Some(kernel::Lang::Ru));
    // A link that sets the cookie writes nothing: any page may hold it.
    let cookie = house.sign_in(&pinfl).await;
    house.get("/language/uz-Cyrl?back=/", &cookie).await;
    assert_eq!(chosen().await, Some(kernel::Lang::Ru));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_of_another_mahalla_is_told_to_whom_the_person_goes_and_not_where_that_is() {
    let house = Installation::new(false).await;
    let login = "mahalla-worker-2";
    house.open_worker(login, MAHALLA + 1).await;
    let cookie = house.sign_in(login).await;
    let form = house.get("/applications/new", &cookie).await;
    let (id, pinfl) = (form.value_of("id"), mother().to_string());
    let typed = [
        ("id", id.as_str()),
        ("pinfl", &pinfl),
        ("consent", "yes"),
        ("bank_consent", "yes"),
    ];
    let page = house.post("/applications", &cookie, &typed).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The own mahalla and district stand at the head of every page; the person's must not.
    let (place, own) = (MAHALLA.to_string(), (MAHALLA + 1).to_string());
    let told = page.body.replace(&own, "");
    assert!(
        told.contains("lives elsewhere") && !told.contains(&place),
        "{}",
        page.body
    );
    let token = house.token(login).await;
    let body = format!(
        r#"{{"id":"019b7a1c-6a80-7000-8000-3f0c2b6d9e19","pinfl":"{pinfl}","consent":true}}"#
    );
    let answer = house.send("/api/applications", &token, &body).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.body);
    let json: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(json["error"]["code"], "lives_elsewhere");
    let message = json["error"]["message"].as_str().expect("words");
    assert!(message.contains("lives elsewhere"), "{message}");
    assert!(!message.contains(char::is_numeric), "{message}");
    // Both tries stand in the log of the person, as refused.
    let mut tx = house.daftar.platform.db.read().await.expect("a snapshot");
    let refused = store::fetch_value!(
        tx,
        i64,
        "SELECT COUNT(*) FROM access_log WHERE NOT granted AND person IS NOT NULL \
         AND action = 'lodge_application'"
    );
    assert_eq!(refused.expect("a count"), 2);
    let lodged = store::fetch_value!(tx, i64, "SELECT COUNT(*) FROM application");
    assert_eq!(lodged.expect("a count"), 0);
    drop(tx);
    // The person lodges alone, wherever they live.
    let cookie = house.sign_in(&pinfl).await;
    let own = house.post("/applications", &cookie, &typed).await;
    assert_eq!(own.status, StatusCode::SEE_OTHER, "{}", own.body);
}
