//! Other registries of the protocol by a file alone: employment (Member, with its spells) and a
//! functional one of farmers (land). No line of code knows them.

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use serde_json::Value;

use super::awaited::{header, sealed};
use super::dci_asking::{OURS, REGISTRYS, file, key};
use super::*;
use crate::Places;
use crate::dci::signature::Policy;

/// What the file for an employment service that speaks DCI makes of its records.
pub(super) fn employment_facts() -> String {
    let file = include_str!("../../../../../connectors/dci/employment.toml");
    let at = file.find("[facts.employment]").expect("its facts");
    file[at..].to_owned()
}
const LAND: &str = r#"
[facts.property]
rows = "/land_info"
[facts.property.fields]
use = { from = "/land_use", words = { "agricultural" = "land" } }
area_m2 = { from = "/area_m2" }
cadastre_no = { from = "/parcel_number" }
"#;

/// What the registries hold: the husband works and farms, the wife looks for work.
fn record(kind: &str, pinfl: &Value) -> Value {
    let identifier = json!([{"identifier_type": "UIN", "identifier_value": pinfl}]);
    let is_his = *pinfl == json!(husband(1).to_string());
    let (status, spells) = match is_his {
        true => (
            "1",
            json!([{"start_date": "2019-03-01", "end_date": null,
            "job_title": "tractor driver", "employer": "Paxta MCHJ", "employment_type": "full"}]),
        ),
        false => ("5", json!([])),
    };
    match kind {
        "Member" => json!({"@type": "Member", "member_identifier": identifier,
            "employment_status": status, "employment_info": spells}),
        _ => json!({"@type": "Farmer", "identifier": identifier, "land_info": match is_his {
            true => json!([{"land_use": "agricultural", "area_m2": 12_000,
                "parcel_number": "10:01:77"}]),
            false => json!([]),
        }}),
    }
}

pub(super) async fn search(body: Bytes) -> String {
    let asked: Value = serde_json::from_slice(&body).unwrap();
    let requests = asked["message"]["search_request"].as_array().unwrap();
    let item = |request: &Value| {
        let criteria = &request["search_criteria"];
        let kind = criteria["reg_record_type"].as_str().unwrap();
        let record = record(kind, &criteria["query"]["value"]);
        json!({"reference_id": request["reference_id"], "status": "succ",
            "data": {"version": "1.0.0", "reg_record_type": kind, "reg_records": [record]}})
    };
    let items: Vec<Value> = requests.iter().map(item).collect();
    let at = Instant::parse_rfc3339(asked["header"]["message_ts"].as_str().unwrap()).unwrap();
    let mut header = header(&asked["header"]["message_id"], "on-search", "succ", at);
    header["meta"] = json!({"as_of": asked["header"]["meta"]["as_of"]});
    let message = json!({"transaction_id": asked["message"]["transaction_id"],
        "correlation_id": "c1", "search_response": items});
    sealed(REGISTRYS, header, message)
}

#[tokio::test]
async fn employment_and_a_farmers_registry_are_asked_by_their_files_alone() {
    each_db(SCHEMAS, async |platform| {
        let router = Router::new().fallback(post(search));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let keys = tempfile::tempdir().unwrap();
        std::fs::write(keys.path().join("daftar.seed"), OURS).unwrap();
        let published = key(REGISTRYS).jwks().to_string();
        std::fs::write(keys.path().join("registry.jwks.json"), published).unwrap();
        let places = Places {
            base: &base,
            keys: keys.path(),
        };
        let mut story = story(&platform).await;
        let mut all: Vec<Connector> = story.exchange.connectors().cloned().collect();
        all.retain(|one| !matches!(one.agency, Source::Employment | Source::Cadastre));
        all.iter_mut().for_each(|one| one.timeout_ms = 5_000);
        for (agency, kind, facts) in [
            ("employment", "Member", employment_facts()),
            ("cadastre", "Farmer", LAND.to_owned()),
        ] {
            let text = file(agency, kind, Policy::DciEd25519, &facts);
            let read = Connector::parse("x.toml", &text, &places);
            all.push(read.unwrap_or_else(|why| panic!("{why}")));
        }
        story.exchange = Exchange::new(platform.clone(), all, crate::tests::keys()).unwrap();
        assert_eq!(story.gather(ask_about(1)).await.silent, []);
        let rows = async |who, kind| {
            let facts = story.facts_of(&platform, who).await;
            let fact = facts.iter().find(|fact| fact.kind == kind).expect("a fact");
            fact.unpack_body().unwrap().rows
        };
        use kernel::Cell::{Int, Missing, Text};
        let since = i64::from(day("2019-03-01").0);
        let works = vec![Int(0), Text("Paxta MCHJ".to_owned()), Int(since), Missing];
        assert_eq!(rows(husband(1), code::EMPLOYMENT).await, [works]);
        assert_eq!(
            rows(wife(1), code::EMPLOYMENT).await,
            [vec![Int(1), Missing, Missing, Missing]]
        );
        assert_eq!(rows(husband(1), code::PROPERTY).await.len(), 1);
        assert_eq!(rows(husband(1), code::PROPERTY).await[0][0], Int(2), "land");
        assert_eq!(
            rows(wife(1), code::PROPERTY).await.len(),
            0,
            "nothing held is known"
        );
    })
    .await;
}
