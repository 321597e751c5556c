//! Consent, under `/gs/consent`, in the shapes of GovStack.

use serde_json::{Value, json};

use super::Spoken;
use super::schema::{flag, instant, list, object, or_null, text, uuid, words};

fn policy() -> Value {
    object(&[
        ("id", text()),
        ("name", text()),
        ("version", text()),
        ("url", text()),
        ("jurisdiction", text()),
        ("industrySector", text()),
    ])
}

fn agreement() -> Value {
    let controller = object(&[("id", text()), ("name", text()), ("url", text())]);
    object(&[
        ("id", text()),
        ("version", text()),
        ("controller", controller),
        ("policy", policy()),
        ("purpose", text()),
        ("lawfulBasis", words(&["public_task", "consent"])),
        ("dataUse", text()),
        ("dpia", text()),
        ("active", flag()),
        ("forgettable", flag()),
        ("dataAttributes", list(text())),
        ("dataSource", text()),
    ])
}

fn revision() -> Value {
    object(&[
        ("id", text()),
        ("schemaName", text()),
        ("objectId", text()),
        ("serializedSnapshot?", text()),
        ("serializedHash", text()),
        ("timestamp", instant()),
        ("predecessorHash?", or_null(text())),
    ])
}

fn record() -> Value {
    object(&[
        ("id", uuid()),
        ("dataAgreement", or_null(agreement())),
        ("dataAgreementRevision", or_null(revision())),
        ("dataAgreementRevisionHash", or_null(text())),
        ("individual", object(&[("id", uuid())])),
        ("optIn", flag()),
        ("state", words(&["signed"])),
        ("revision", revision()),
    ])
}

pub fn spoken() -> Vec<Spoken> {
    let one = || object(&[("dataAgreement", agreement()), ("revision", revision())]);
    let records = || object(&[("consentRecords", list(record()))]);
    let said = || object(&[("consentRecord", record())]);
    vec![
        Spoken::get(
            "/gs/consent/config/data-agreements/",
            "On what questions to agencies rest",
            object(&[("dataAgreements", list(agreement()))]),
        ),
        Spoken::get(
            "/gs/consent/config/data-agreement/{agreement}/",
            "On what questions to one agency rest",
            one(),
        )
        .may_be_unknown(),
        Spoken::get(
            "/gs/consent/service/data-agreement/{agreement}/",
            "The same, where services look for it",
            one(),
        )
        .may_be_unknown(),
        Spoken::get(
            "/gs/consent/service/policy/{policy}/",
            "The policy of all agreements",
            object(&[("policy", policy()), ("revision", revision())]),
        )
        .may_be_unknown(),
        Spoken::get(
            "/gs/consent/service/individual/record/consent-record/",
            "What I have said to agreements that rest on consent",
            records(),
        ),
        Spoken::get(
            "/gs/consent/service/individual/record/consent-record/history/",
            "Every word that I have said, oldest first",
            records(),
        ),
        Spoken::new(
            (
                "POST",
                "/gs/consent/service/individual/record/data-agreement/{agreement}/",
            ),
            "I give consent",
            (200, said()),
        ),
        Spoken::new(
            (
                "PUT",
                "/gs/consent/service/individual/record/consent-record/{record}/",
            ),
            "I take consent back, or give it again",
            (200, said()),
        )
        .sends(
            json!({ "type": "object", "properties": { "optIn": flag() }, "required": ["optIn"] }),
        ),
    ]
}
