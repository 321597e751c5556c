//! Consent over the interface, in the shapes of GovStack's consent building block 1.1, under
//! `/gs/consent`.
//!
//! Where we differ, and why: agreements follow from the connectors of the installation, so that they
//! are read here and not written; an individual is whoever holds the token, and no other one can be
//! named; the id of an individual is ours, not a person's number.

use axum::Json;
use axum::extract::{Path, State};
use exchange::consent::{self, Agreement, LawfulBasis, Record};
use kernel::ids::Uuid;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Sent;
use crate::guest::Seat;
use crate::house::House;
use crate::pages::access::consent::{permit, say, stands};
use crate::stop::Stop;

/// How a word over the interface is named in the record.
const THROUGH: &str = "the interface";
/// The one policy under which all agreements stand.
const POLICY: &str = "1";

fn policy() -> Value {
    json!({
        "id": POLICY,
        "name": "Daftar: data of families for the assignment of social benefits",
        "version": "1",
        "url": "/my/consents",
        "jurisdiction": "UZ",
        "industrySector": "social protection",
    })
}

/// The policy has never changed: its first revision is what it says.
fn policy_revision() -> Value {
    let snapshot = policy().to_string();
    json!({
        "id": "1/1",
        "schemaName": "policy",
        "objectId": POLICY,
        "serializedHash": hex::encode(Sha256::digest(&snapshot)),
        "serializedSnapshot": snapshot,
        "timestamp": "2026-11-27T00:00:00Z",
    })
}

/// An agreement is named by the number of its agency in the catalogue of sources.
fn id_of(agreement: &Agreement) -> String {
    agreement.agency.code().to_string()
}

fn agreement_json(agreement: &Agreement) -> Value {
    let terms = &agreement.terms;
    json!({
        "id": id_of(agreement),
        "version": terms.version,
        "controller": { "id": "daftar", "name": "Daftar", "url": "/" },
        "policy": policy(),
        "purpose": terms.purpose,
        "lawfulBasis": match terms.lawful_basis {
            LawfulBasis::PublicTask => "public_task",
            LawfulBasis::Consent => "consent",
        },
        "dataUse": terms.legal_basis,
        "dpia": "",
        "active": true,
        "forgettable": false,
        "dataAttributes": terms.attributes,
        "dataSource": terms.data_source,
    })
}

fn revision_json(agreement: &Agreement) -> Value {
    json!({
        "id": format!("{}/{}", id_of(agreement), agreement.seq),
        "schemaName": "dataAgreement",
        "objectId": id_of(agreement),
        "serializedSnapshot": agreement.snapshot,
        "serializedHash": hex::encode(&agreement.hash),
        "timestamp": agreement.since,
        "predecessorHash": agreement.predecessor.as_deref().map(hex::encode),
    })
}

fn record_json(record: &Record, agreements: &[Agreement]) -> Value {
    let agreement = agreements
        .iter()
        .find(|agreement| agreement.terms.id == record.agreement);
    json!({
        "id": record.id,
        "dataAgreement": agreement.map(agreement_json),
        "dataAgreementRevision": agreement.map(revision_json),
        "dataAgreementRevisionHash": agreement.map(|agreement| hex::encode(&agreement.hash)),
        "individual": { "id": record.person },
        "optIn": record.last.opt_in,
        "state": "signed",
        "revision": {
            "id": format!("{}/{}", record.id, record.last.seq),
            "schemaName": "consentRecord",
            "objectId": record.id,
            "serializedHash": hex::encode(&record.last.hash),
            "predecessorHash": record.last.predecessor.as_deref().map(hex::encode),
            "timestamp": record.last.at,
        },
    })
}

/// What is known of every agency's agreement; nothing of it is personal.
async fn agreements(house: &House) -> Result<Vec<Agreement>, Stop> {
    let agreements = house.daftar.exchange.agreements().await;
    agreements.map_err(Stop::fault)
}

pub async fn list(State(house): State<House>) -> Result<Json<Value>, Stop> {
    let agreements = agreements(&house).await?;
    let told: Vec<Value> = agreements.iter().map(agreement_json).collect();
    Ok(Json(json!({ "dataAgreements": told })))
}

pub async fn one(State(house): State<House>, Path(id): Path<String>) -> Result<Json<Value>, Stop> {
    let agreement = named(&agreements(&house).await?, &id)?;
    Ok(Json(json!({
        "dataAgreement": agreement_json(&agreement),
        "revision": revision_json(&agreement),
    })))
}

fn named(agreements: &[Agreement], id: &str) -> Result<Agreement, Stop> {
    let wrong = || Stop::bad("dataAgreementId", "the id of a data agreement is a number");
    let id: u8 = id.parse().map_err(|_| wrong())?;
    let mut named = agreements
        .iter()
        .filter(|agreement| agreement.agency.code() == id);
    named.next().cloned().ok_or(Stop::NotFound)
}

pub async fn one_policy(Path(id): Path<String>) -> Result<Json<Value>, Stop> {
    match id == POLICY {
        true => Ok(Json(
            json!({ "policy": policy(), "revision": policy_revision() }),
        )),
        false => Err(Stop::NotFound),
    }
}

/// What the reader has said, newest words only.
pub async fn records(State(house): State<House>, seat: Seat) -> Result<Json<Value>, Stop> {
    let permit = permit(&house, &seat).await?;
    let (agreements, records) = stands(&house, &permit).await?;
    let told: Vec<Value> = records
        .iter()
        .map(|record| record_json(record, &agreements))
        .collect();
    Ok(Json(json!({ "consentRecords": told })))
}

/// Every word that the reader has said, oldest first.
pub async fn history(State(house): State<House>, seat: Seat) -> Result<Json<Value>, Stop> {
    let permit = permit(&house, &seat).await?;
    let (agreements, _) = stands(&house, &permit).await?;
    let mut tx = house.read().await?;
    let words = consent::history(&mut tx, &permit).await;
    let words = words.map_err(Stop::fault)?;
    let told: Vec<Value> = words
        .iter()
        .map(|record| record_json(record, &agreements))
        .collect();
    Ok(Json(json!({ "consentRecords": told })))
}

/// `optIn` of a consent record; giving needs no body.
#[derive(Debug, Default, Deserialize)]
pub struct Word {
    #[serde(rename = "optIn")]
    opt_in: Option<bool>,
}

pub async fn give(
    State(house): State<House>,
    seat: Seat,
    Path(id): Path<String>,
) -> Result<Json<Value>, Stop> {
    let agreement = named(&agreements(&house).await?, &id)?;
    let record = say(&house, &seat, agreement.agency, true, THROUGH).await?;
    let told = record_json(&record, std::slice::from_ref(&agreement));
    Ok(Json(json!({ "consentRecord": told })))
}

/// Gives again or takes back, by the record's own id.
pub async fn change(
    State(house): State<House>,
    seat: Seat,
    Path(id): Path<Uuid>,
    Sent(word): Sent<Word>,
) -> Result<Json<Value>, Stop> {
    let opt_in = word
        .opt_in
        .ok_or_else(|| Stop::bad("optIn", "say true to give, false to take back"))?;
    let permit = permit(&house, &seat).await?;
    let (agreements, records) = stands(&house, &permit).await?;
    let record = records.iter().find(|record| record.id == id);
    let record = record.ok_or(Stop::NotFound)?;
    let agreement = agreements
        .iter()
        .find(|agreement| agreement.terms.id == record.agreement)
        .ok_or(Stop::NotFound)?;
    let record = say(&house, &seat, agreement.agency, opt_in, THROUGH).await?;
    let told = record_json(&record, std::slice::from_ref(agreement));
    Ok(Json(json!({ "consentRecord": told })))
}
