//! A bank's statement on paper: who gets it, what comes, and that its persons find the look.

use access::{Action, Purpose, Role, Subject};
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use kernel::{
    AwardId, BankAccount, EntitlementId, Mfo, Money, Month, Period, PersonId, RunId, UnitId,
};
use payments::appropriation::{self, SetLimit};
use payments::entitlement::{self, NewEntitlement};
use payments::run::{self, BuildRun, Kind};
use tower::ServiceExt;

use super::installation::{DISTRICT, Installation, login_of, mother};

fn february() -> Month {
    Month::parse("2026-02").expect("a month")
}

async fn permit(house: &Installation, action: Action, run: Option<RunId>) -> access::Permit {
    let (platform, system) = (house.daftar.platform.clone(), Subject::system());
    let permit = access::batch(&platform, &system, action, Purpose::Payment, run, 0).await;
    permit.expect("the system may")
}

/// A run that pays the mother.
async fn paid(house: &Installation) -> RunId {
    let permit_of = permit(house, Action::ImportRegister, None).await;
    let platform = &house.daftar.platform;
    let mut tx = platform.db.begin().await.expect("a transaction");
    let found = registry::person::find_by_pinfl(&mut tx, &permit_of, mother()).await;
    let person: PersonId = found.expect("a register").expect("the mother");
    let line = SetLimit {
        id: platform.ids.uuid(),
        month: february(),
        district: DISTRICT,
        programme: "child_benefit".to_owned(),
        limit: Money(100_000_000),
        set_by: None,
    };
    let set = appropriation::set(&mut tx, &platform.ids, &line).await;
    set.expect("a budget");
    let due = NewEntitlement {
        id: EntitlementId::from_u128(1),
        award: AwardId::from_u128(1),
        unit: UnitId::from_u128(1),
        programme: "child_benefit".to_owned(),
        district: DISTRICT,
        payee: person,
        mfo: Mfo::parse("00014").expect("an MFO"),
        account: BankAccount::parse("22618000000000000001").expect("an account"),
        amount: Money(63_500_000),
        months: Period {
            from: february(),
            to: Some(february().plus(1)),
        },
        members: vec![person],
    };
    let opened = entitlement::open(&mut tx, &platform.ids, &[due]).await;
    opened.expect("an entitlement");
    tx.commit().await.expect("a commit");
    let run = RunId(platform.ids.uuid());
    let command = BuildRun {
        id: run,
        month: february(),
        kind: Kind::Regular,
    };
    let permit = permit(house, Action::BuildRun, Some(run)).await;
    let built = run::build(platform, &permit, command, |_| {}).await;
    built.expect("a run");
    run
}

/// Status, the headers' texts, and the bytes.
async fn fetch(house: &Installation, cookie: &str, path: &str) -> (StatusCode, String, Vec<u8>) {
    let request = Request::builder()
        .method(Method::GET)
        .uri(path)
        .header(header::COOKIE, cookie)
        .body(Body::empty())
        .expect("a request");
    let answer = house.router.clone().oneshot(request).await;
    let (parts, body) = answer.expect("an answer").into_parts();
    let headers = format!("{:?}", parts.headers);
    let bytes = to_bytes(body, 4 << 20).await.expect("a body");
    (parts.status, headers, bytes.to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_treasurer_takes_a_statement_on_paper_and_its_person_finds_the_look() {
    let house = Installation::new(false).await;
    let run = paid(&house).await;
    let cookie = house.sign_in(&login_of(Role::Treasurer)).await;
    let page = house.get(&format!("/runs/{run}"), &cookie).await;
    for (format, first) in [("pdf", b"%PDF"), ("xlsx", b"PK\x03\x04")] {
        let path = format!("/runs/{run}/statements/00014.{format}");
        assert!(page.body.contains(&path), "{}", page.body);
        let (status, headers, bytes) = fetch(&house, &cookie, &path).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(bytes[..4], first[..]);
        assert!(headers.contains(&format!(".{format}\\\"")), "{headers}");
        assert!(headers.contains("no-store"), "{headers}");
    }
    let citizen = house.sign_in(&mother().to_string()).await;
    let looks = house.get("/my/looks", &citizen).await.body;
    let office = format!("office of {}", Role::Treasurer.name());
    assert!(looks.contains(&office), "{looks}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_role_another_bank_and_another_format_get_no_statement() {
    let house = Installation::new(false).await;
    let run = paid(&house).await;
    let path = |file: &str| format!("/runs/{run}/statements/{file}");
    let worker = house.sign_in(&login_of(Role::MahallaWorker)).await;
    let refused = fetch(&house, &worker, &path("00014.pdf")).await;
    assert_eq!(refused.0, StatusCode::FORBIDDEN);
    let treasurer = house.sign_in(&login_of(Role::Treasurer)).await;
    for file in ["00015.pdf", "00014.doc", "00014", "1.pdf"] {
        let found = fetch(&house, &treasurer, &path(file)).await;
        assert_eq!(found.0, StatusCode::NOT_FOUND, "{file}");
    }
}
