//! Partners at both doors: for what they ask is told to the person, and what programs are told when
//! they may not or cannot.

use access::{Action, Area, Purpose, SecretHash};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use exchange::dci::partner::{self, NewPartner};
use exchange::dci::signature::Policy;
use exchange::security::{self, Wanted};
use serde_json::{Value, json};

use super::installation::{self, Answer, Installation, SECRET, mother};
use crate::{Door, House, Settings, router};

const NAME: &str = "spmis.example.org";
const CLIENT: &str = "UZ/GOV/201122334/SPMIS";
const SEARCH: &str = "/dci/social/registry/sync/search";

/// The same house behind the security server.
fn behind(house: &Installation) -> Router {
    let settings = Settings {
        demo: false,
        secure_cookies: false,
    };
    router(House::new(house.daftar.clone(), settings), Door::XRoad)
}

async fn enter(house: &Installation) {
    let new = NewPartner {
        sender_id: NAME.to_owned(),
        office: "SPMIS".to_owned(),
        territory: Area::Country,
        receiver_id: "sr.gov".to_owned(),
        policy: Policy::None,
        jwks: r#"{"keys":[]}"#.to_owned(),
        legal_basis: "Agreement 12".to_owned(),
        callback: Some("http://127.0.0.1:9/registry".to_owned()),
        civil_registry: false,
        account_mapper: false,
        encrypted: false,
        xroad_client: Some(CLIENT.to_owned()),
        secret: SecretHash::of(SECRET).expect("a secret"),
    };
    let permit = managing(house).await;
    let entered = partner::add(&house.daftar.platform, &permit, &new).await;
    entered.expect("a partner");
}

async fn managing(house: &Installation) -> access::Permit {
    let (action, purpose) = (Action::ManageAccounts, Purpose::Upkeep);
    house
        .daftar
        .permit(action, purpose, 0)
        .await
        .expect("a permit")
}

fn search(message_id: &str) -> String {
    let now = store::Clock::system().now().to_string();
    let criteria = json!({ "query_type": "idtype-value",
        "query": { "type": "UIN", "value": mother().to_string() } });
    json!({ "signature": "", "header": { "version": "1.0.0", "message_id": message_id,
        "message_ts": now, "action": "search", "sender_id": NAME, "total_count": 1 },
        "message": { "transaction_id": "t1", "search_request": [{ "reference_id": "r1",
            "timestamp": now, "search_criteria": criteria }] } })
    .to_string()
}

async fn ask(house: &Installation, door: Door, request: Request<Body>) -> Answer {
    match door {
        Door::Front => house.ask(request).await,
        Door::XRoad => installation::ask(behind(house), request).await,
    }
}

/// A message through the security server, with what it says of the request.
async fn through(
    house: &Installation,
    path: &str,
    body: String,
    said: &[(&'static str, &str)],
) -> Answer {
    let mut request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json; charset=\"utf-8\"")
        .header("x-road-client", CLIENT);
    for (name, value) in said {
        request = request.header(*name, value.as_bytes());
    }
    let request = request.body(Body::from(body)).expect("a request");
    ask(house, Door::XRoad, request).await
}

fn read(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{}", answer.body))
}

async fn events(house: &Installation) -> Vec<(String, String)> {
    let wanted = Wanted {
        sender: Some(NAME.to_owned()),
        limit: 100,
        ..Wanted::default()
    };
    let mut tx = house.daftar.platform.db.read().await.expect("a snapshot");
    let events = security::list(&mut tx, &wanted).await.expect("events");
    let pair = |event: security::SecurityEvent| (event.asked, event.code);
    events.into_iter().map(pair).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_reads_for_what_a_partner_behind_the_security_server_asked() {
    let house = Installation::new(false).await;
    enter(&house).await;
    let said = [
        ("x-road-id", "0199c0de-17"),
        ("x-road-userid", "UZ-officer-17"),
        ("x-road-issue", "Иш № 4/<b>"),
    ];
    let found = through(&house, SEARCH, search("m1"), &said).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.body);
    // What is answered later is looked at later, for the same.
    let later = [("x-road-issue", "case 9")];
    let path = "/dci/social/registry/search";
    let taken = through(&house, path, search("m2"), &later).await;
    assert_eq!(taken.status, StatusCode::ACCEPTED, "{}", taken.body);
    let exchange = &house.daftar.exchange;
    exchange
        .correspond(house.daftar.today())
        .await
        .expect("a round");

    let token = house.token(&mother().to_string()).await;
    let get = |path: String| {
        let request = Request::get(path)
            .header(header::AUTHORIZATION, format!("bearer {token}"))
            .header("information-mediator-client", "UZ/GOV/1/portal");
        house.ask(request.body(Body::empty()).expect("a request"))
    };
    let seen = read(&get("/api/looks".to_owned()).await);
    let looks = seen["looks"].as_array().expect("looks").iter();
    let of_partner: Vec<&Value> = looks.filter(|look| look["role"] == "partner").collect();
    let errands: Vec<&Value> = of_partner.iter().map(|look| &look["errand"]).collect();
    let first = json!({ "id": "0199c0de-17", "user": "UZ-officer-17", "issue": "Иш № 4/<b>" });
    let second = json!({ "id": null, "user": null, "issue": "case 9" });
    assert_eq!(errands, [&second, &first], "{seen}");

    let usage = format!(
        "/gs/digital-registries/data/myPersonalDataUsage?userId={}&databaseId=DAFTAR",
        mother()
    );
    let usage = read(&get(usage).await);
    let usage = usage.as_array().expect("a list").iter();
    let of_first = usage.clone().find(|one| one["x-daftar"]["errand"] == first);
    let of_first = of_first.expect("the look of the partner");
    assert_eq!(
        of_first["refrences"],
        json!([{ "ReferenceID": "Иш № 4/<b>" }])
    );
    let cookie = house.sign_in(&mother().to_string()).await;
    let page = house.get("/my/looks", &cookie).await;
    assert!(
        page.body
            .contains("The case that the office named: Иш № 4/&#60;b&#62;")
    );
    assert!(page.body.contains("Who asked there: UZ-officer-17"));

    // The log is whole, and a proof carries the words.
    let verified = access::log::verify(&house.daftar.platform.db).await;
    assert_eq!(verified.expect("a log").broken, Vec::new());
    house
        .daftar
        .checkpoint()
        .await
        .expect("the key")
        .expect("something new");
    let entry = of_partner[1]["entry"].as_str().expect("an entry");
    let proof = get(format!("/api/looks/{entry}/proof")).await;
    let keys = house.daftar.key_place().load().expect("keys");
    let proven = access::log::verify_proof(proof.body.as_bytes(), &keys).expect("it holds");
    assert!(proven.words().contains("Иш № 4"), "{}", proven.words());
    let forged = proof.body.replace("UZ-officer-17", "UZ-officer-18");
    assert!(access::log::verify_proof(forged.as_bytes(), &keys).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_cannot_be_shown_are_refused_and_read_at_one_door_only() {
    let house = Installation::new(false).await;
    enter(&house).await;
    for said in [
        [("x-road-issue", "a\u{202e}b")],
        [("x-road-userid", &"x".repeat(256))],
    ] {
        let refused = through(&house, SEARCH, search("m1"), &said).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
        let code = &read(&refused)["errors"][0]["code"];
        assert_eq!(code, "err.request.bad", "{}", refused.body);
    }
    let refused = (SEARCH.to_owned(), "bad_request".to_owned());
    assert_eq!(events(&house).await, [refused.clone(), refused]);
    let keys = Request::get("/.well-known/jwks.json").body(Body::empty());
    let keys = ask(&house, Door::XRoad, keys.expect("a request")).await;
    assert_eq!(keys.status, StatusCode::OK);
    assert!(read(&keys)["keys"].is_array());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_partner_that_goes_on_asking_is_noted_at_both_doors_and_told_nothing() {
    let house = Installation::new(false).await;
    enter(&house).await;
    let form = format!(
        "grant_type=client_credentials&client_id={NAME}&client_secret={}",
        SECRET.replace(' ', "+")
    );
    let grant = || {
        let request = Request::post("/oauth2/client/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        house.ask(request.body(Body::from(form.clone())).expect("a request"))
    };
    let token = read(&grant().await)["access_token"].clone();
    let token = token.as_str().expect("a token").to_owned();
    let front = |token: String, id: &str| {
        let request = Request::post(SEARCH)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("BEARER {token}"));
        house.ask(request.body(Body::from(search(id))).expect("a request"))
    };
    assert_eq!(front(token.clone(), "m1").await.status, StatusCode::OK);
    let permit = managing(&house).await;
    let closed = partner::close(&house.daftar.platform, &permit, NAME).await;
    assert!(closed.expect("a partner"));

    let refused = front(token.clone(), "m2").await;
    let stranger = front("0".repeat(64), "m3").await;
    let code = |answer: &Answer| (answer.status, read(answer)["errors"].clone());
    assert_eq!(code(&refused), code(&stranger), "told no more");
    assert_eq!(
        refused.headers[header::WWW_AUTHENTICATE],
        "Bearer realm=\"daftar\", error=\"invalid_token\""
    );
    let refused = through(&house, SEARCH, search("m4"), &[]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        refused.headers[header::WWW_AUTHENTICATE],
        "X-Road realm=\"partners\""
    );
    assert_eq!(grant().await.status, StatusCode::UNAUTHORIZED);
    let expected = ["/oauth2/client/token", SEARCH, SEARCH];
    let expected = expected.map(|asked| (asked.to_owned(), "account_closed".to_owned()));
    assert_eq!(events(&house).await, expected);
    // What is open to everybody is no event.
    let request = Request::get("/.well-known/jwks.json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let keys = house
        .ask(request.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(keys.status, StatusCode::OK);
    assert_eq!(events(&house).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_method_is_refused_with_those_that_the_address_takes() {
    let house = Installation::new(false).await;
    let token = house.token("partner").await;
    let with = |method: Method, path: &str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        house.ask(request.body(Body::empty()).expect("a request"))
    };
    for (method, path, allow) in [
        (Method::GET, SEARCH, "POST"),
        (Method::GET, "/api/sign-in", "POST"),
        (Method::GET, "/oauth2/client/token", "POST"),
        (Method::POST, "/api/openapi.json", "GET,HEAD"),
    ] {
        let refused = with(method, path).await;
        assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(refused.headers[header::ALLOW], allow, "{path}");
        assert!(refused.body.contains("Allow"), "{}", refused.body);
    }
    let unknown = with(Method::GET, "/api/nothing").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.headers.get(header::ALLOW).is_none());
    // Who is not signed in learns how to.
    let request = Request::get("/api/looks").body(Body::empty());
    let stranger = house.ask(request.expect("a request")).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        stranger.headers[header::WWW_AUTHENTICATE],
        "Bearer realm=\"daftar\""
    );
}
