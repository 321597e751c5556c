//! Civil registry, registers of disabled persons and of farmers, and employment over DCI, `POST
//! .../registry/sync/search`: the question's signature is checked, the answer is signed. Written from
//! the two dialects' descriptions, apart from Daftar's own: what one side signs, the other has to read.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kernel::{Day, Instant, Month};
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::fault::Fault;
use super::{Agency, Question, Window, parts, served};
use super::{encryption, record};
use crate::keys::kid;
use crate::refusal::{Refusal, refuse};
use crate::world::World;

pub(super) const ASKER: &str = "daftar.uz";
const LIFE_S: i64 = 300;
const ITEMS_MAX: usize = 20;
/// A stale answer was sent so long ago.
const STALE_S: i64 = 3_600;

/// A message to a registry, with its token, that its asker has signed, and encrypted where that is
/// agreed: what every address of this protocol takes.
#[derive(Debug)]
pub struct Asked {
    pub(super) world: Arc<World>,
    pub(super) agency: Agency,
    pub(super) message: Value,
}

impl FromRequest<Arc<World>> for Asked {
    type Rejection = Response;

    async fn from_request(request: Request, world: &Arc<World>) -> Result<Asked, Response> {
        let (mut parts, body) = request.into_parts();
        let named = Path::from_request_parts(&mut parts, world).await;
        let Path(agency) = named.map_err(IntoResponse::into_response)?;
        let headers = parts.headers.clone();
        let body = Bytes::from_request(Request::from_parts(parts, body), world).await;
        let body = body.map_err(IntoResponse::into_response)?;
        let message = read(world, agency, &headers, &body);
        Ok(Asked {
            message: message.map_err(IntoResponse::into_response)?,
            world: Arc::clone(world),
            agency,
        })
    }
}

fn read(world: &World, agency: Agency, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    if !agency.is_registry() {
        return Err(refuse(StatusCode::NOT_FOUND, "no such registry".into()));
    }
    world.registry_tokens.let_in(headers)?;
    let asked: Value = serde_json::from_slice(body)
        .map_err(|error| refuse(StatusCode::BAD_REQUEST, error.to_string()))?;
    let http = headers.get("signature").and_then(|text| text.to_str().ok());
    if !is_signed(&world.keys.asker(), agency, &asked, http) {
        let text = "err.signature.invalid".to_owned();
        return Err(refuse(StatusCode::UNAUTHORIZED, text));
    }
    encryption::open(world, agency, asked)
}

pub async fn search(asked: Asked) -> Result<Response, Refusal> {
    let Asked {
        world,
        agency,
        message: asked,
    } = asked;
    let wrong = |text: &str| refuse(StatusCode::BAD_REQUEST, text.to_owned());
    let question = question(&asked).ok_or_else(|| wrong("rjct.search_criteria.invalid"))?;
    let sent_at = at(&asked).ok_or_else(|| wrong("rjct.message_ts.invalid"))?;
    let answer = |fault: Fault| answer(&world, agency, (&asked, &question, sent_at), fault);
    Ok(served(&world, agency, &question, answer).await)
}

fn at(asked: &Value) -> Option<Instant> {
    Instant::parse_rfc3339(asked["header"]["message_ts"].as_str()?).ok()
}

/// Whom the message asks about, for which day and months.
pub(super) fn question(asked: &Value) -> Option<Question> {
    let header = &asked["header"];
    let meta = &header["meta"];
    let items = asked["message"]["search_request"].as_array()?;
    if items.is_empty() || items.len() > ITEMS_MAX || header["action"] != "search" {
        return None;
    }
    let person = |item: &Value| {
        let criteria = &item["search_criteria"];
        let query = &criteria["query"];
        let by_number = criteria["query_type"] == "idtype-value" && query["type"] == "UIN";
        query["value"]
            .as_str()
            .filter(|_| by_number)
            .map(str::to_owned)
    };
    let month = |name: &str| Month::parse(meta[name].as_str()?).ok();
    Some(Question {
        request_id: header["message_id"].as_str()?.to_owned(),
        consent: None,
        as_of: Day::parse(meta["as_of"].as_str()?).ok()?,
        window: month("window_from")
            .zip(month("window_to"))
            .map(|(from, to)| Window { from, to }),
        persons: items.iter().map(person).collect::<Option<_>>()?,
    })
}

type Answer = (Vec<u8>, Vec<(&'static str, String)>);

pub(super) fn answer(
    world: &World,
    agency: Agency,
    (asked, question, sent_at): (&Value, &Question, Instant),
    fault: Fault,
) -> Answer {
    let requests = asked["message"]["search_request"].as_array();
    let parts = parts(world, agency, question, fault);
    let items = requests.into_iter().flatten().zip(&parts);
    let mut items: Vec<Value> = items
        .map(|(request, part)| item(agency, request, part))
        .collect();
    match fault {
        Fault::Duplicate => items.extend(items.clone()),
        Fault::Reorder => items.reverse(),
        _ => {}
    }
    let now = match fault {
        Fault::Stale { .. } => sent_at.plus_seconds(-STALE_S),
        _ => sent_at,
    };
    let header = json!({
        "version": "1.0.0", "message_id": format!("{}-answer", question.request_id),
        "message_ts": now.to_string(), "action": "on-search", "status": "succ",
        "sender_id": format!("{}.uz", agency.name()), "receiver_id": ASKER,
        "total_count": items.len(), "completed_count": items.len(),
        "meta": { "as_of": fault.as_of(question.as_of) },
    });
    let message = json!({
        "transaction_id": asked["message"]["transaction_id"],
        "correlation_id": question.request_id, "search_response": items,
    });
    seal(
        world,
        agency,
        (header, message),
        (sent_at.0 / 1_000_000, fault),
    )
}

fn item(agency: Agency, request: &Value, part: &Value) -> Value {
    let mut item = json!({
        "reference_id": request["reference_id"], "timestamp": request["timestamp"],
        "status": "succ",
    });
    if part["pending"] == true {
        item["status"] = "pdng".into();
        item["ready_at"] = part["ready_at"].clone();
        return item;
    }
    let criteria = &request["search_criteria"];
    let records: Vec<Value> = match (part["found"] == true, agency) {
        (false, _) => Vec::new(),
        (true, Agency::CivilRegistry) => vec![record::civil(part)],
        (true, Agency::FarmerRegistry) => vec![record::farmer(part)],
        (true, Agency::Employment) => vec![record::employment(part)],
        (true, _) => vec![record::disability(part)],
    };
    item["data"] = json!({
        "version": "1.0.0", "reg_type": criteria["reg_type"],
        "reg_record_type": criteria["reg_record_type"], "reg_records": records,
    });
    item
}

/// Encrypted where that is agreed, then signed by the registry, or as the fault has it.
pub(super) fn seal(
    world: &World,
    agency: Agency,
    (mut header, message): (Value, Value),
    (now_s, fault): (i64, Fault),
) -> Answer {
    let pair = match fault {
        Fault::WrongKey => world.keys.stranger(),
        _ => world.keys.pair(agency),
    };
    header["is_msg_encrypted"] = world.encrypted.into();
    let message = match world.encrypted {
        true => encryption::seal(world, agency, &message),
        false => message,
    };
    let signature = sign(agency, pair, (&header, &message), now_s);
    let mut body = json!({ "signature": "", "header": header, "message": message });
    if fault == Fault::Forged {
        // What somebody on the way would like to be believed.
        let record = body.pointer_mut("/message/search_response/0/data/reg_records/0");
        if let Some(record) = record {
            record["disability_group"] = "I".into();
            record["death_date"] = "2020-01-01T00:00:00Z".into();
        } else {
            body["message"]["search_response"] = json!([]);
        }
    }
    match agency {
        Agency::Disability => (
            body.to_string().into_bytes(),
            vec![("signature", signature)],
        ),
        _ => {
            body["signature"] = signature.into();
            (body.to_string().into_bytes(), Vec::new())
        }
    }
}

/// The disability register signs as OpenG2P does (a detached JWS in the header `Signature`), the others
/// as OpenSPP does (a field of the body).
fn sign(
    agency: Agency,
    pair: &Ed25519KeyPair,
    (header, message): (&Value, &Value),
    now_s: i64,
) -> String {
    if agency == Agency::Disability {
        let head = json!({ "alg": "EdDSA", "kid": kid(agency) });
        let head = URL_SAFE_NO_PAD.encode(head.to_string());
        let signature = pair.sign(jws_input(&head, header, message).as_bytes());
        return format!("{head}..{}", URL_SAFE_NO_PAD.encode(signature));
    }
    let (created, expires) = (now_s, now_s + LIFE_S);
    let text = signing_string(
        (&created.to_string(), &expires.to_string()),
        header,
        message,
    );
    let signature = STANDARD.encode(pair.sign(text.as_bytes()));
    format!(
        "namespace=\"dci\", kidId=\"{}.uz|{}|ed25519\", algorithm=\"ed25519\", created=\"{created}\", \
         expires=\"{expires}\", headers=\"(created) (expires) digest\", signature=\"{signature}\"",
        agency.name(),
        kid(agency)
    )
}

/// Whether the asker signed the question, in the registry's dialect.
fn is_signed(asker: &[u8], agency: Agency, asked: &Value, http: Option<&str>) -> bool {
    let (header, message) = (&asked["header"], &asked["message"]);
    let verified = |text: &str, signature: Option<Vec<u8>>| {
        let key = UnparsedPublicKey::new(&ED25519, asker);
        signature.is_some_and(|signature| key.verify(text.as_bytes(), &signature).is_ok())
    };
    if header["sender_id"] != ASKER || header["receiver_id"] != format!("{}.uz", agency.name()) {
        return false;
    }
    if agency == Agency::Disability {
        let Some((head, signature)) = http.and_then(|http| http.split_once("..")) else {
            return false;
        };
        let text = jws_input(head, header, message);
        return verified(&text, URL_SAFE_NO_PAD.decode(signature).ok());
    }
    let field = asked["signature"].as_str().unwrap_or_default();
    let value = |name: &str| {
        let (_, rest) = field.split_once(&format!("{name}=\""))?;
        rest.split_once('"').map(|(value, _)| value)
    };
    let (Some(created), Some(expires)) = (value("created"), value("expires")) else {
        return false;
    };
    let text = signing_string((created, expires), header, message);
    let signature = value("signature").and_then(|text| STANDARD.decode(text).ok());
    verified(&text, signature)
}

/// Keys sorted, no spaces: serde_json keeps its maps sorted.
fn canonical(header: &Value, message: &Value) -> String {
    json!({ "header": header, "message": message }).to_string()
}

fn jws_input(head: &str, header: &Value, message: &Value) -> String {
    format!(
        "{head}.{}",
        URL_SAFE_NO_PAD.encode(canonical(header, message))
    )
}

fn signing_string((created, expires): (&str, &str), header: &Value, message: &Value) -> String {
    let text = ascii(&canonical(header, message));
    let digest = STANDARD.encode(Sha256::digest(text));
    format!("(created): {created}\n(expires): {expires}\ndigest: {digest}")
}

/// As Python writes JSON: all but printable ASCII as `\uXXXX`, beyond the first plane in pairs.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            ' '..='~' => text.push(c),
            c => {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                text.extend(units.map(|unit| format!("\\u{unit:04x}")));
            }
        }
    }
    text
}

/// A question's signature, as Daftar would make it.
#[cfg(test)]
pub fn as_asker(keys: &crate::keys::Keys, agency: &str, of: (&Value, &Value)) -> String {
    let pair = keys.asker_pair();
    if agency == "disability" {
        let head = URL_SAFE_NO_PAD.encode(json!({ "alg": "EdDSA", "kid": "asker" }).to_string());
        let signature = pair.sign(jws_input(&head, of.0, of.1).as_bytes());
        return format!("{head}..{}", URL_SAFE_NO_PAD.encode(signature));
    }
    let text = signing_string(("1", "2"), of.0, of.1);
    let signature = STANDARD.encode(pair.sign(text.as_bytes()));
    format!("created=\"1\", expires=\"2\", signature=\"{signature}\"")
}

/// Whether a registry's own key signed this answer.
#[cfg(test)]
pub fn is_true(keys: &crate::keys::Keys, answer: &Value, headers: &HeaderMap) -> bool {
    use ring::signature::KeyPair;
    let (header, message) = (&answer["header"], &answer["message"]);
    let is_civil = header["sender_id"] == "civil_registry.uz";
    let agency = if is_civil {
        Agency::CivilRegistry
    } else {
        Agency::Disability
    };
    let key = UnparsedPublicKey::new(&ED25519, keys.pair(agency).public_key().as_ref());
    let (text, signature) = if is_civil {
        let field = answer["signature"].as_str().unwrap_or_default();
        let value = |name: &str| {
            let (_, rest) = field.split_once(&format!("{name}=\"")).unwrap_or_default();
            rest.split('"').next().unwrap_or_default()
        };
        let text = signing_string((value("created"), value("expires")), header, message);
        (text, STANDARD.decode(value("signature")))
    } else {
        let http = headers.get("signature").and_then(|text| text.to_str().ok());
        let (head, signature) = http
            .unwrap_or_default()
            .split_once("..")
            .unwrap_or_default();
        (
            jws_input(head, header, message),
            URL_SAFE_NO_PAD.decode(signature),
        )
    };
    key.verify(text.as_bytes(), &signature.unwrap_or_default())
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_python_does() {
        // json.dumps({"a": "Oʻktam 😀"}, separators=(",", ":"))
        let written = ascii(&json!({ "a": "O\u{2bb}ktam \u{1f600}" }).to_string());
        assert_eq!(written, r#"{"a":"O\u02bbktam \ud83d\ude00"}"#);
    }
}
