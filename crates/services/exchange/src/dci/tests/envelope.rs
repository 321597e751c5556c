//! The envelope: what is refused before anything is looked up.

use kernel::Instant;
use kernel::ids::AccountId;
use serde_json::{Value, json};

use crate::dci::envelope::{Arrived, BODY_BYTES_MAX, open};
use crate::dci::keys::Jwks;
use crate::dci::partner::Partner;
use crate::dci::question::Question;
use crate::dci::refusal::Refusal;
use crate::dci::signature::Policy;

const NOW: &str = "2026-11-21T10:00:00Z";

fn partner() -> Partner {
    Partner {
        sender_id: "spmis.example.org".to_owned(),
        account: AccountId::NIL,
        receiver_id: "sr.gov".to_owned(),
        policy: Policy::None,
        keys: Jwks::default(),
        legal_basis: "an agreement".to_owned(),
        callback: None,
        civil_registry: false,
        account_mapper: false,
        encrypted: false,
        xroad_client: None,
        known_from: Instant(0),
    }
}

fn message() -> Value {
    json!({
        "signature": "unsigned",
        "header": { "version": "1.0.0", "message_id": "m1", "message_ts": NOW, "action": "search",
            "sender_id": "spmis.example.org", "receiver_id": "sr.gov", "total_count": 1,
            "is_msg_encrypted": false },
        "message": { "transaction_id": "t1", "search_request": [{ "reference_id": "r1",
            "timestamp": NOW, "locale": "uzb", "pagination": { "page_size": 10, "page_number": 1 },
            "search_criteria": { "query_type": "idtype-value" } }] },
    })
}

fn opened(body: &[u8], content_type: Option<&str>) -> Result<String, Refusal> {
    let arrived = Arrived {
        body,
        content_type,
        signature: None,
    };
    let now = Instant::parse_rfc3339(NOW).unwrap();
    open(&arrived, &partner(), Question::Search, (None, now))
        .map(|envelope| envelope.transaction_id)
}

/// Changes the good message at `pointer` and tells what it is refused for.
fn check(pointer: &str, value: Value, expected: &str) {
    let mut body = message();
    *body.pointer_mut(pointer).unwrap() = value.clone();
    let refused = opened(body.to_string().as_bytes(), Some("application/json"));
    let reason = refused.map_or_else(|refusal| refusal.reason, |_| "taken");
    assert_eq!(reason, expected, "{pointer} = {value}");
}

#[test]
fn a_good_message_is_taken() {
    let body = message().to_string();
    for kind in ["application/json", "application/json; charset=utf-8"] {
        assert_eq!(opened(body.as_bytes(), Some(kind)).unwrap(), "t1");
    }
    check("/message/transaction_id", "x".repeat(99).into(), "taken");
    check(
        "/header/message_ts",
        "2026-11-21T15:00:00+05:00".into(),
        "taken",
    );
}

#[test]
fn a_header_is_refused_with_the_word_of_the_standard() {
    check("/header/version", "2.0".into(), "rjct.version.invalid");
    check("/header/message_id", "".into(), "err.request.bad");
    check("/header/message_id", 7.into(), "err.request.bad");
    check("/header/action", "subscribe".into(), "rjct.action.invalid");
    check(
        "/header/sender_id",
        "tax.gov".into(),
        "err.sender_id.invalid",
    );
    check(
        "/header/receiver_id",
        "ibr.gov".into(),
        "err.receiver_id.invalid",
    );
    check(
        "/header/is_msg_encrypted",
        true.into(),
        "err.encryption.invalid",
    );
    for count in [json!(0), json!(2), json!("1"), json!(1.5), json!(-1)] {
        check("/header/total_count", count, "rjct.total_count.invalid");
    }
    for time in [
        "not-a-time",
        "2026-11-21T10:00:00",
        "2026-11-21T09:53:59Z",
        "2026-11-21T10:01:01Z",
    ] {
        check("/header/message_ts", time.into(), "rjct.message_ts.invalid");
    }
    check(
        "/signature",
        "invalid-signature".into(),
        "err.signature.invalid",
    );
}

/// What the good message is refused for, in words, when `pointer` is changed.
fn why(pointer: &str, value: Value) -> String {
    let mut body = message();
    *body.pointer_mut(pointer).unwrap() = value;
    let refused = opened(body.to_string().as_bytes(), Some("application/json"));
    refused.unwrap_err().message
}

#[test]
fn an_id_is_refused_for_what_is_wrong_with_it() {
    let id = "/header/message_id";
    assert_eq!(why(id, 7.into()), "header.message_id is no text");
    for long in ["".to_owned(), "x".repeat(100)] {
        let expected = "header.message_id must have 1 to 99 characters";
        assert_eq!(why(id, long.into()), expected);
    }
    assert_eq!(
        why(id, "m\n1".into()),
        "header.message_id has a control character, as a line break"
    );
    assert_eq!(
        why("/message/search_request/0/reference_id", "r\t1".into()),
        "reference_id has a control character, as a line break"
    );
}

/// The catalogue says of each of the two codes that it comes with the other.
#[test]
fn another_version_is_refused_with_both_words() {
    let mut body = message();
    body["header"]["version"] = "2.0".into();
    let refused = opened(body.to_string().as_bytes(), Some("application/json")).unwrap_err();
    let told = refused.body("", Instant(0));
    assert_eq!(told["errors"][0]["code"], "rjct.version.invalid");
    assert_eq!(
        told["message"]["error"]["code"],
        "err.version.not_supported"
    );
}

#[test]
fn a_question_is_refused_with_the_word_of_the_standard() {
    let item = |field: &str| format!("/message/search_request/0/{field}");
    check(
        "/message/transaction_id",
        "x".repeat(100).into(),
        "err.request.bad",
    );
    check(
        "/message/search_request",
        json!([]),
        "rjct.total_count.limit_exceeded",
    );
    check("/message/search_request", json!({}), "err.request.bad");
    check(
        &item("reference_id"),
        "".into(),
        "rjct.reference_id.invalid",
    );
    for time in ["not-a-timestamp", "2024-01-15T10:30:00"] {
        check(&item("timestamp"), time.into(), "rjct.timestamp.invalid");
    }
    for locale in ["en", "ENG", "uzbe", ""] {
        check(&item("locale"), locale.into(), "err.request.bad");
    }
    for (size, number) in [(0, 1), (10, 0), (-1, 1), (51, 1)] {
        let page = json!({ "page_size": size, "page_number": number });
        check(&item("pagination"), page, "rjct.pagination.invalid");
    }
}

/// Of two requests the first is changed; what the whole message is refused for.
fn of_two(question: Question, field: &str, value: Value) -> &'static str {
    let mut body = message();
    let request = body["message"]["search_request"][0].take();
    let mut second = request.clone();
    second["reference_id"] = "r2".into();
    body["message"][question.items()] = json!([request, second]);
    body["message"][question.items()][0][field] = value;
    body["header"]["total_count"] = 2.into();
    body["header"]["action"] = question.action().into();
    let body = body.to_string();
    let arrived = Arrived {
        body: body.as_bytes(),
        content_type: Some("application/json"),
        signature: None,
    };
    let now = Instant::parse_rfc3339(NOW).unwrap();
    let opened = open(&arrived, &partner(), question, (None, now));
    opened.map_or_else(|refusal| refusal.reason, |_| "taken")
}

#[test]
fn what_is_wrong_with_one_question_of_several_is_told_in_its_answer() {
    let page = json!({ "page_size": 51 });
    for question in [Question::Search, Question::Subscribe, Question::Link] {
        assert_eq!(of_two(question, "timestamp", "now".into()), "taken");
        assert_eq!(of_two(question, "locale", "en".into()), "taken");
        assert_eq!(of_two(question, "pagination", page.clone()), "taken");
        // Without a name of its own it could not be told which one is meant.
        for (reference, code) in [
            (json!("r2"), "rjct.reference_id.duplicate"),
            (json!(""), "rjct.reference_id.invalid"),
        ] {
            assert_eq!(of_two(question, "reference_id", reference), code);
        }
    }
    // What is told gets no answers: it is taken whole or not at all.
    let told = of_two(Question::Notify, "timestamp", "now".into());
    assert_eq!(told, "rjct.timestamp.invalid");
}

#[test]
fn a_message_of_which_every_question_is_wrong_is_refused_for_the_first() {
    let mut body = message();
    let mut requests = vec![body["message"]["search_request"][0].take(); 2];
    requests[0]["pagination"] = json!({ "page_size": 0 });
    requests[1]["timestamp"] = "now".into();
    requests[1]["reference_id"] = "r2".into();
    body["message"]["search_request"] = requests.into();
    body["header"]["total_count"] = 2.into();
    let refused = opened(body.to_string().as_bytes(), Some("application/json"));
    assert_eq!(refused.unwrap_err().reason, "rjct.pagination.invalid");
}

#[test]
fn a_body_is_refused_before_it_is_understood() {
    let body = message().to_string();
    let status = |body: &[u8], kind| opened(body, kind).unwrap_err().status;
    assert_eq!(status(body.as_bytes(), None), 415);
    assert_eq!(status(body.as_bytes(), Some("text/plain")), 415);
    assert_eq!(
        status(body.as_bytes(), Some("application/json; charset=utf-16")),
        415
    );
    let long = " ".repeat(BODY_BYTES_MAX + 1);
    assert_eq!(status(long.as_bytes(), Some("application/json")), 413);
    for text in ["", "{}", "[]", "null", r#"{"header":{},"message":[]}"#] {
        assert_eq!(
            status(text.as_bytes(), Some("application/json")),
            400,
            "{text}"
        );
    }
    let twice = body.replacen("\"header\"", "\"header\":{},\"header\"", 1);
    assert_eq!(status(twice.as_bytes(), Some("application/json")), 400);
}
