//! Signing in, cookies, headers, and what stands between sites.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};

use super::installation::{Installation, SECRET, mother};

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_needs_the_secret() {
    let house = Installation::new(false).await;
    let login = mother().to_string();
    let wrong = house
        .post(
            "/sign-in",
            "",
            &[("login", &login), ("secret", "a wrong guess")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("The login or the secret is wrong"));
    assert_eq!(wrong.value_of("login"), login, "what was typed is kept");
    assert_eq!(wrong.value_of("secret"), "", "a secret is never sent back");
    assert!(wrong.headers.get(header::SET_COOKIE).is_none());
    let empty = house
        .post("/sign-in", "", &[("login", ""), ("secret", "")])
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("<title>Error: "));
    let grouped = house
        .post(
            "/sign-in",
            "",
            &[("login", &mother().grouped()), ("secret", SECRET)],
        )
        .await;
    assert_eq!(
        grouped.status,
        StatusCode::SEE_OTHER,
        "any grouping of the PINFL is accepted"
    );
    let cookie = grouped
        .headers
        .get(header::SET_COOKIE)
        .and_then(|line| line.to_str().ok())
        .unwrap_or("");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_five_wrong_tries_the_page_says_how_long_to_wait() {
    let house = Installation::new(false).await;
    for _ in 0..5 {
        house
            .post(
                "/sign-in",
                "",
                &[("login", "analyst"), ("secret", "a wrong guess")],
            )
            .await;
    }
    let locked = house
        .post("/sign-in", "", &[("login", "analyst"), ("secret", SECRET)])
        .await;
    assert_eq!(locked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        locked.body.contains("Try again in 15 minutes"),
        "{}",
        locked.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_sent_to_the_door_comes_back_to_the_page() {
    let house = Installation::new(false).await;
    let sent = house.get("/figures?x=1", "").await;
    assert_eq!(sent.location(), "/sign-in?next=/figures%3Fx%3D1");
    let form = house.get(sent.location(), "").await;
    let next = form.value_of("next");
    let back = house
        .post(
            "/sign-in",
            "",
            &[("login", "analyst"), ("secret", SECRET), ("next", &next)],
        )
        .await;
    assert_eq!(back.location(), "/figures?x=1");
    let away = [
        ("login", "analyst"),
        ("secret", SECRET),
        ("next", "//evil.example"),
    ];
    assert_eq!(house.post("/sign-in", "", &away).await.location(), "/");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session() {
    let house = Installation::new(false).await;
    let cookie = house.sign_in("analyst").await;
    assert_eq!(house.get("/figures", &cookie).await.status, StatusCode::OK);
    house.post("/sign-out", &cookie, &[]).await;
    assert_eq!(
        house.get("/figures", &cookie).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_is_refused() {
    let house = Installation::new(false).await;
    let cookie = house.sign_in("treasurer").await;
    let request = Request::builder()
        .method(Method::POST)
        .uri("/runs")
        .header(header::COOKIE, format!("daftar_language=en; {cookie}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from("month=2026-02"));
    let answer = house.ask(request.expect("a request")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("The request came from another site"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_its_armour_and_personal_pages_are_not_kept() {
    let house = Installation::new(false).await;
    let cookie = house.sign_in(&mother().to_string()).await;
    for path in ["/my/applications", "/sign-in", "/nowhere"] {
        let answer = house.get(path, &cookie).await;
        let of = |name: &str| {
            answer
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or("")
        };
        assert!(
            of("content-security-policy").starts_with("default-src 'none'"),
            "{path}"
        );
        assert!(
            of("content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(of("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(of("referrer-policy"), "same-origin", "{path}");
        assert_eq!(of("cache-control"), "no-store", "{path}");
    }
    let style = house.get("/style.css", "").await;
    assert!(
        style.headers["cache-control"]
            .to_str()
            .unwrap_or("")
            .contains("immutable")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_is_refused() {
    let house = Installation::new(false).await;
    let cookie = house.sign_in("treasurer").await;
    let long = "9".repeat(70 * 1024);
    let answer = house.post("/runs", &cookie, &[("month", &long)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains("64 KiB"), "{}", answer.body);
    let token = house.token("treasurer").await;
    let answer = house.send("/api/applications", &token, &long).await;
    assert!(answer.status.is_client_error());
    assert!(answer.body.starts_with("{\"error\":{"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_remembered_and_the_page_is_kept() {
    let house = Installation::new(false).await;
    let answer = house.get("/language/ru?back=/sign-in", "").await;
    assert_eq!(answer.location(), "/sign-in");
    assert_eq!(answer.cookie(), "daftar_language=ru");
    assert_eq!(
        house
            .get("/language/ru?back=https://evil.example", "")
            .await
            .location(),
        "/"
    );
    assert_eq!(
        house.get("/language/xx", "").await.status,
        StatusCode::NOT_FOUND
    );
    let typed = [("login", "qodirova"), ("secret", "x"), ("language", "uz")];
    let changed = house.post("/sign-in", "", &typed).await;
    assert_eq!(changed.status, StatusCode::OK);
    assert!(changed.body.contains("<html lang=\"uz\">"));
    assert_eq!(changed.value_of("login"), "qodirova");
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_messages_are_accepted_in_a_demonstration_only() {
    let (real, demo) = (
        Installation::new(false).await,
        Installation::new(true).await,
    );
    let message = r#"{"now":"2026-01-20T09:00:00+05:00"}"#;
    let token = real.token("operator").await;
    assert_eq!(
        real.send("/demo/clock", &token, message).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        demo.send("/demo/clock", "", message).await.status,
        StatusCode::UNAUTHORIZED
    );
    let token = demo.token("treasurer").await;
    assert_eq!(
        demo.send("/demo/clock", &token, message).await.status,
        StatusCode::FORBIDDEN
    );
    let token = demo.token("operator").await;
    let moved = demo.send("/demo/clock", &token, message).await;
    assert_eq!(
        (moved.status, moved.body.contains("2026-01-20")),
        (StatusCode::OK, true),
        "{}",
        moved.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_house_says_that_it_is_well() {
    let house = Installation::new(false).await;
    let answer = house.get("/healthz", "").await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (StatusCode::OK, "well\n")
    );
}

/// Each address refuses what is too large in its own shape, and says how large it may be.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_refused_in_the_shape_of_its_address() {
    let house = Installation::new(false).await;
    let refused = async |path: &str| {
        let large = "x".repeat(64 * 1024 + 1);
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::CONTENT_LENGTH, large.len())
            .body(Body::from(large));
        let answer = house.ask(request.expect("a request")).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        serde_json::from_str::<serde_json::Value>(&answer.body).expect("JSON")
    };
    let most = "a request has at most 64 KiB";
    let token = refused("/oauth2/client/token").await;
    assert_eq!(
        token,
        serde_json::json!({ "error": "invalid_request", "error_description": most })
    );
    let dci = refused("/dci/social/registry/sync/search").await;
    assert_eq!(dci["errors"][0]["message"], most);
    let ours = refused("/api/sign-in").await;
    assert_eq!(ours["error"]["message"], most);
}
