//! The door: a secret to sign in, a role's rooms and no others, a clock that only a
//! demonstration has.

use std::sync::Arc;

use access::account::{self, NewAccount};
use access::{Action, Area, Purpose, Role, SecretHash};
use app::{Config, Daftar};
use serde_json::json;

use crate::stage::{self, Cast, SECRET, wire};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_needs_the_secret() {
    stage::each(Cast::default(), async |stage| {
        let wrong = wire::sign_in(&stage.address, "treasurer-1", "seven black horses").await;
        assert_eq!(wrong.status, 401, "{}", wrong.text);
        assert!(wrong.json().get("token").is_none());
        let nobody = wire::sign_in(&stage.address, "treasurer-9", SECRET).await;
        assert_eq!(nobody.status, 401, "{}", nobody.text);
        let right = wire::sign_in(&stage.address, "treasurer-1", SECRET).await;
        assert_eq!(right.status, 200, "{}", right.text);
        let made_up = wire::get(&format!("{}/api/visits", stage.address), "abc").await;
        assert_eq!(made_up.status, 401, "{}", made_up.text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mahalla_worker_meets_closed_doors_at_the_treasury_and_everywhere_else() {
    stage::each(Cast::default(), async |stage| {
        let login = format!("mahalla-{}", stage.mahallas[0]);
        let token = wire::token(&stage.address, &login).await;
        let cookie = wire::cookie(&stage.address, &login).await;
        let at = |path: &str| format!("{}{path}", stage.address);
        for path in [
            "/runs",
            "/appropriations",
            "/figures",
            "/cases",
            "/account-tasks",
        ] {
            let page = wire::visit(&at(path), &cookie).await;
            assert_eq!(page.status, 403, "{path}");
        }
        let run = "00000000-0000-7000-8000-000000000001";
        for path in [
            "/runs".to_owned(),
            format!("/runs/{run}/approve"),
            "/appropriations".to_owned(),
        ] {
            let page = wire::submit(&at(&path), &cookie, "month=2026-02&kind=regular").await;
            assert_eq!(page.status, 403, "{path}");
        }
        for path in ["/api/civil-events", "/demo/clock", "/demo/settle"] {
            let answer = wire::post(&at(path), &token, &json!({})).await;
            assert_eq!(answer.status, 403, "{path}: {}", answer.text);
        }
        for path in [
            format!("/api/visits/{run}"),
            format!("/api/conclusions/{run}"),
        ] {
            let answer = wire::post(&at(&path), &token, &json!({})).await;
            assert_eq!(answer.status, 403, "{path}: {}", answer.text);
        }
        let own = wire::visit(&at("/applications"), &cookie).await;
        assert_eq!(own.status, 200, "the own room is open");
    })
    .await;
}

/// What a person can send about a case: facts and steps of the family, never a verdict.
const SENT_ABOUT_A_CASE: &[&str] = &[
    "/applications",
    "/visits/{case}",
    "/conclusions/{case}",
    "/renewals/{case}",
    "/api/applications",
    "/api/visits/{case}",
    "/api/conclusions/{case}",
    "/api/renewals/{case}/confirm",
];

#[test]
fn no_route_approves_or_refuses_an_application() {
    let routes = web::routes::table();
    let words = ["approve", "refuse", "reject", "decide", "award", "grant"];
    for route in &routes {
        let on_a_run = route.path == "/runs/{run}/approve";
        let decides = words.iter().any(|word| route.path.contains(word));
        assert!(!decides || on_a_run, "{} {}", route.method, route.path);
    }
    let about_a_case = |path: &str| path.contains("{case}") || path.contains("applications");
    let mut sent: Vec<&str> = routes
        .iter()
        .filter(|route| !route.method.is_safe() && about_a_case(route.path))
        .map(|route| route.path)
        .collect();
    let mut known = SENT_ABOUT_A_CASE.to_vec();
    sent.sort_unstable();
    known.sort_unstable();
    assert_eq!(
        sent, known,
        "a new way to send something about a case: does it decide?"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_of_a_demonstration_obeys_its_operator_alone() {
    stage::each(Cast::default(), async |stage| {
        let clock = format!("{}/demo/clock", stage.address);
        let to = json!({ "now": "2025-12-26T09:00:00+05:00" });
        assert_eq!(wire::post(&clock, "", &to).await.status, 401);
        let mahalla = format!("mahalla-{}", stage.mahallas[0]);
        for login in ["treasurer-1", "auditor", "civil-registry", &mahalla] {
            let token = wire::token(&stage.address, login).await;
            let answer = wire::post(&clock, &token, &to).await;
            assert_eq!(answer.status, 403, "{login}: {}", answer.text);
        }
        assert_eq!(stage.daftar.today().to_string(), "2025-12-25");
        let operator = wire::token(&stage.address, "operator").await;
        let moved = wire::post(&clock, &operator, &to).await;
        assert_eq!(moved.status, 200, "{}", moved.text);
        assert_eq!(stage.daftar.today().to_string(), "2025-12-26");
        let settle = format!("{}/demo/settle", stage.address);
        let settled = wire::post(&settle, &operator, &json!({})).await;
        assert_eq!(settled.status, 200, "{}", settled.text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daftar_that_is_no_demonstration_has_no_clock_to_move() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = Config {
        database: format!("sqlite:{}", folder.path().join("real.db").display()),
        packs: stage::repository().join("packs"),
        ..Config::default()
    };
    let daftar = Arc::new(Daftar::init(config).await.expect("an installation"));
    open_operator(&daftar).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let serving = stage::serve(listener, Arc::clone(&daftar), daftar.config.demo);
    let token = wire::token(&address, "operator").await;
    let before = daftar.today();
    let to = json!({ "now": "2040-01-01T09:00:00+05:00" });
    for path in ["/demo/clock", "/demo/settle"] {
        let answer = wire::post(&format!("{address}{path}"), &token, &to).await;
        assert!(
            [403, 404].contains(&answer.status),
            "{path}: {}",
            answer.text
        );
    }
    assert_eq!(daftar.today(), before);
    serving.abort();
}

async fn open_operator(daftar: &Daftar) {
    let operator = NewAccount {
        login: "operator".to_owned(),
        role: Role::Operator,
        territory: Area::Country,
        office: "the machine room".to_owned(),
        person: None,
        secret: SecretHash::of(SECRET).expect("a secret"),
    };
    let permit = daftar
        .permit(Action::ManageAccounts, Purpose::Upkeep, 0)
        .await
        .expect("a permit");
    let mut tx = daftar.platform.db.begin().await.expect("a transaction");
    account::open(&mut tx, &daftar.platform.ids, &permit, &[operator])
        .await
        .expect("an account");
    tx.commit().await.expect("a commit");
}
