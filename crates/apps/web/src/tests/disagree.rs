//! Two sources that tell different things of a wage: the officer's page, the decision and the
//! interface show both, and which one the law was applied to.

use access::{Action, Purpose};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use casework::assessment::{Answered, ready_cases};
use casework::award::FreeLines;
use kernel::facts::{Cell, code};
use kernel::{CaseId, EvidenceId, Fact, FactBody, FactId, Month, Source, Zone};
use serde_json::{Value, json};

use super::installation::{Installation, mother};

async fn lodge(house: &Installation) -> CaseId {
    let token = house.token("mahalla-worker").await;
    let body = format!(
        r#"{{"id":"019b7a1c-6a80-7000-8000-3f0c2b6d9e11","pinfl":"{}","consent":true,"bank_consent":true}}"#,
        mother()
    );
    let lodged = house.send("/api/applications", &token, &body).await;
    let lodged: Value = serde_json::from_str(&lodged.body).expect("JSON");
    lodged["case"]
        .as_str()
        .expect("a case")
        .parse()
        .expect("an id")
}

fn wage(month: Month, soums: i64) -> FactBody {
    let month = Cell::Int(i64::from(month.0));
    let payer = Cell::Text("Sirdaryo 1-maktab".to_owned());
    FactBody::new(vec![vec![month, Cell::Int(soums * 100), payer]])
}

/// The tax authority and an old file tell of the mother's wage of last month; then the case is
/// assessed with what is known.
async fn assessed(house: &Installation) -> CaseId {
    let case = lodge(house).await;
    let (daftar, platform) = (&house.daftar, &house.daftar.platform);
    let cases = [case];
    let permit = daftar.permit_for(Action::AssessCase, Purpose::Assessment, &cases);
    let permit = permit.await.expect("a permit");
    let mut tx = platform.db.begin().await.expect("a transaction");
    let found = registry::person::find_by_pinfl(&mut tx, &permit, mother()).await;
    let owner = found.expect("a register").expect("the mother").0;
    let now = platform.clock.now();
    let last = now.month(Zone::tashkent()).plus(-1);
    let fact = |source, soums| Fact {
        id: FactId(platform.ids.uuid()),
        owner,
        kind: code::WAGE,
        source,
        as_of: now.day(Zone::tashkent()),
        received_at: now,
        evidence: EvidenceId(platform.ids.uuid()),
        body: wage(last, soums),
    };
    let facts = [fact(Source::Tax, 2_500_000), fact(Source::Import, 900_000)];
    let recorded = registry::fact::record(&mut tx, &permit, &facts).await;
    recorded.expect("facts");
    let answered = [Answered {
        case,
        silent: vec![],
        lapsed: vec![],
        aside: vec![],
    }];
    let payable = now.month(Zone::tashkent());
    let (ids, shelf) = (&platform.ids, &daftar.shelf);
    let done = ready_cases(
        &mut tx,
        ids,
        shelf,
        &permit,
        &answered,
        payable,
        FreeLines::default(),
    );
    done.await.expect("an assessment");
    tx.commit().await.expect("a commit");
    case
}

#[tokio::test(flavor = "multi_thread")]
async fn both_words_stand_on_the_case_the_decision_and_in_the_interface() {
    let house = Installation::new(false).await;
    let case = assessed(&house).await;
    let cookie = house.sign_in("district-officer").await;
    for path in [format!("/cases/{case}"), format!("/cases/{case}/decision")] {
        let page = house.get(&path, &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        for text in [
            "Sources that disagree",
            "Tax authority prevails: the most trusted source of such facts.",
            "does not count",
            "900\u{a0}000",
        ] {
            assert!(
                page.body.contains(text),
                "{path} lacks {text}: {}",
                page.body
            );
        }
    }
    let token = house.token("district-officer").await;
    let path = format!("/api/cases/{case}/contradictions");
    let request = Request::get(&path).header(header::AUTHORIZATION, format!("Bearer {token}"));
    let told = house
        .ask(request.body(Body::empty()).expect("a request"))
        .await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.body);
    let told: Value = serde_json::from_str(&told.body).expect("JSON");
    let [one] = told["contradictions"]
        .as_array()
        .expect("a list")
        .as_slice()
    else {
        panic!("{told}")
    };
    assert_eq!(
        (&one["kind"], &one["why"]),
        (&json!("wage"), &json!("catalogue"))
    );
    let words = one["told"].as_array().expect("a list").iter();
    let words: Vec<(&Value, &Value)> = words
        .map(|said| (&said["source"], &said["counts"]))
        .collect();
    let expected = [
        (&json!("tax"), &json!(true)),
        (&json!("import"), &json!(false)),
    ];
    assert_eq!(words, expected);
}
