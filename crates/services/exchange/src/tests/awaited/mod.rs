//! A registry that answers later: in its own time, in any order, twice, mended, or never. The question
//! is kept before it leaves us, and only what answers it becomes a fact.

mod order;
mod registry;

use kernel::EvidenceId;
use serde_json::Value;

use self::registry::*;
use super::dci_asking::{REGISTRYS, STRANGERS, disability_record, key};
use super::*;
use crate::security;

pub(super) use registry::{Message, awaiting, header, sealed, verified};

const PENDING: &str = "will answer by ";

#[tokio::test]
async fn an_answer_that_comes_later_becomes_evidence_and_facts_and_nobody_is_asked_twice() {
    each_db(SCHEMAS, async |platform| {
        let awaiting = awaiting(&platform).await;
        let silent = awaiting.silent(ask_about(1)).await;
        assert_eq!(silent.len(), 1, "{silent:?}");
        assert!(silent[0].1.starts_with(PENDING), "{silent:?}");
        assert_eq!(awaiting.questions().len(), 0, "kept first, sent by itself");
        awaiting.correspond().await;
        let asked = awaiting.questions().remove(0);
        assert_eq!(
            asked["header"]["sender_uri"],
            "http://127.0.0.1:9/dci/cb/registry/on-search"
        );
        assert_eq!(
            asked["message"]["search_request"].as_array().unwrap().len(),
            3
        );
        let noted =
            "SELECT COUNT(*) FROM question_unanswered WHERE reason = 'an answer is awaited'";
        assert_eq!(
            count(&platform, noted).await,
            3,
            "they read that they were asked about"
        );

        // While it is under way neither this case nor another asks again.
        let other = Ask {
            case: CaseId::from_u128(99),
            ..ask_about(1)
        };
        awaiting.silent(ask_about(1)).await;
        awaiting.silent(other).await;
        awaiting.correspond().await;
        assert_eq!(awaiting.questions().len(), 1);

        // In pages: of two persons first, then of the third.
        let [he, she, child] = places(&asked, 1);
        awaiting
            .taken(&Message::new("m1", 1, &[(he, "II"), (she, "none")]).of(&asked))
            .await;
        assert_eq!(
            awaiting.groups(&platform, 1).await,
            [Some(2), Some(0), None]
        );
        assert!(
            awaiting.silent(ask_about(1)).await[0]
                .1
                .starts_with(PENDING)
        );
        awaiting
            .taken(&Message::new("m2", 2, &[(child, "child")]).of(&asked))
            .await;
        assert_eq!(awaiting.silent(ask_about(1)).await, []);
        assert_eq!(
            awaiting.groups(&platform, 1).await,
            [Some(2), Some(0), Some(4)]
        );
        awaiting.correspond().await;
        assert_eq!(awaiting.questions().len(), 1, "nobody was asked again");
        let ended = "SELECT COUNT(*) FROM awaited_question WHERE state = 'ended'";
        assert_eq!(count(&platform, ended).await, 1);

        // Both cases are told, each time.
        let mut tx = platform.db.read().await.unwrap();
        let told = store::fetch_values!(
            tx,
            String,
            "SELECT payload FROM outbox WHERE topic = 'exchange.answered' ORDER BY id"
        );
        let told: Vec<crate::events::Answered> = told
            .unwrap()
            .iter()
            .map(|one| serde_json::from_str(one).unwrap())
            .collect();
        assert_eq!(told.len(), 2);
        assert!(
            told.iter()
                .all(|one| one.cases.len() == 2 && one.corrected.is_empty())
        );
        // Kept byte for byte, as an answer at once.
        let fact = awaiting.story.facts_of(&platform, wife(1)).await;
        let fact = fact
            .iter()
            .find(|fact| fact.kind == code::DISABILITY)
            .unwrap();
        let evidence = store::fetch_value!(
            tx,
            uuid::Uuid,
            "SELECT evidence FROM fact WHERE id = $1",
            fact.id.0
        );
        let evidence = EvidenceId(evidence.unwrap());
        let kept = awaiting.story.as_received(evidence).await;
        let sent = Message::new("m1", 1, &[(he, "II"), (she, "none")]).of(&asked);
        assert_eq!(String::from_utf8(kept.body).unwrap(), sent);
    })
    .await;
}

#[tokio::test]
async fn what_answers_no_question_of_ours_is_refused_and_is_a_security_event() {
    each_db(SCHEMAS, async |platform| {
        let awaiting = awaiting(&platform).await;
        awaiting.silent(ask_about(1)).await;
        awaiting.correspond().await;
        let asked = awaiting.questions().remove(0);
        let good = Message::new("m1", 1, &[(0, "II")]);
        let changed = |change: fn(&mut Value, &mut Value)| {
            let (mut header, mut message) = good.parts(&asked);
            change(&mut header, &mut message);
            sealed(REGISTRYS, header, message)
        };
        let stranger = Message {
            seed: STRANGERS,
            ..good.clone()
        };
        let other = Message {
            correlation: "c2".to_owned(),
            ..good.clone()
        };
        let forged = good.of(&asked).replace("\"II\"", "\"I\"");
        let table = [
            (
                "another correlation",
                other.of(&asked),
                (404, "err.request.not_found"),
            ),
            (
                "another transaction",
                changed(|_, message| {
                    message["transaction_id"] = json!("0199c0de-0000-7000-8000-000000000001");
                }),
                (404, "err.request.not_found"),
            ),
            (
                "no correlation",
                changed(|_, message| {
                    message.as_object_mut().unwrap().remove("correlation_id");
                }),
                (404, "err.request.not_found"),
            ),
            (
                "another registry's key",
                stranger.of(&asked),
                (401, "err.signature.invalid"),
            ),
            ("changed on its way", forged, (401, "err.signature.invalid")),
            (
                "unsigned",
                {
                    let (header, message) = good.parts(&asked);
                    json!({"header": header, "message": message}).to_string()
                },
                (401, "err.signature.missing"),
            ),
            (
                "another sender",
                changed(|header, _| header["sender_id"] = json!("other.uz")),
                (401, "err.sender_id.invalid"),
            ),
            (
                "to another",
                changed(|header, _| header["receiver_id"] = json!("other.uz")),
                (400, "err.receiver_id.invalid"),
            ),
            (
                "another action",
                changed(|header, _| header["action"] = json!("search")),
                (400, "err.request.bad"),
            ),
            (
                "of ten minutes ago",
                Message::new("m1", -600, &[(0, "II")]).of(&asked),
                (401, "err.signature.invalid"),
            ),
            (
                "a reference that we did not give",
                changed(|_, message| {
                    message["search_response"][0]["reference_id"] = json!("r1");
                }),
                (400, "err.request.bad"),
            ),
            (
                "another person's record under our reference",
                changed(|_, message| {
                    let record = disability_record(&json!(husband(7).to_string()));
                    message["search_response"][0]["data"]["reg_records"] = json!([record]);
                }),
                (400, "err.request.bad"),
            ),
            (
                "encrypted, which is not agreed",
                changed(|header, _| {
                    header["is_msg_encrypted"] = json!(true);
                }),
                (400, "err.encryption.invalid"),
            ),
            (
                "no message id",
                changed(|header, _| header["message_id"] = json!("")),
                (400, "err.request.bad"),
            ),
            (
                "a key twice",
                good.of(&asked).replacen('{', "{\"header\":1,", 1),
                (400, "err.request.bad"),
            ),
            ("no JSON", "{".to_owned(), (400, "err.request.bad")),
            (
                "too large",
                format!("\"{}\"", "x".repeat(70_000)),
                (413, "err.request.bad"),
            ),
        ];
        let events = table.len();
        for (what, body, (status, code)) in table {
            assert_eq!(
                awaiting.hear(&body).await,
                (status, code.to_owned()),
                "{what}"
            );
            assert_eq!(awaiting.groups(&platform, 1).await, [None; 3], "{what}");
        }
        let mut tx = platform.db.read().await.unwrap();
        let wanted = security::Wanted {
            limit: 100,
            ..security::Wanted::default()
        };
        assert_eq!(
            security::list(&mut tx, &wanted).await.unwrap().len(),
            events
        );
        drop(tx);
        assert_eq!(
            count(&platform, "SELECT COUNT(*) FROM dci_message").await,
            0
        );
        awaiting.taken(&good.of(&asked)).await;
        assert_ne!(awaiting.groups(&platform, 1).await, [None; 3]);
    })
    .await;
}

#[tokio::test]
async fn a_registry_that_is_down_or_whose_yes_is_lost_is_asked_one_question_all_the_same() {
    each_db(SCHEMAS, async |platform| {
        let awaiting = awaiting(&platform).await;
        *awaiting.registry.door.lock().unwrap() = Door::Down;
        awaiting.silent(ask_about(1)).await;
        awaiting.correspond().await;
        assert_eq!(awaiting.questions().len(), 0);
        // It takes the question, and we do not hear of it.
        *awaiting.registry.door.lock().unwrap() = Door::TakesSilently;
        platform.clock.step(60_000_000).unwrap();
        awaiting.correspond().await;
        let asked = awaiting.questions().remove(0);
        assert_eq!(awaiting.questions().len(), 1);
        // The answer comes before the acknowledgement: its name of the question is learnt from it.
        let all = [(0, "I"), (1, "I")];
        let early = Message {
            correlation: "early".to_owned(),
            ..Message::new("m1", 60, &all)
        };
        awaiting.taken(&early.of(&asked)).await;
        *awaiting.registry.door.lock().unwrap() = Door::Takes;
        awaiting.story.exchange.lines[&Source::Disability]
            .breaker
            .succeeded();
        platform.clock.step(120_000_000).unwrap();
        awaiting.correspond().await;
        assert_eq!(
            awaiting.questions().len(),
            1,
            "the same message, known there"
        );
        let late = Message {
            correlation: "c9".to_owned(),
            ..Message::new("m2", 180, &[(2, "I")])
        };
        assert_eq!(
            awaiting.hear(&late.of(&asked)).await.0,
            404,
            "not the name that it gave"
        );
        let rest = Message {
            correlation: "early".to_owned(),
            ..Message::new("m2", 180, &[(2, "I")])
        };
        awaiting.taken(&rest.of(&asked)).await;
        assert_eq!(awaiting.groups(&platform, 1).await, [Some(1); 3]);
        assert_eq!(awaiting.silent(ask_about(1)).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_question_that_is_refused_is_told_to_the_case_and_asked_again_after_its_time() {
    each_db(SCHEMAS, async |platform| {
        let awaiting = awaiting(&platform).await;
        *awaiting.registry.door.lock().unwrap() = Door::Refuses;
        awaiting.silent(ask_about(1)).await;
        awaiting.correspond().await;
        let refused = "its answer was refused: the question was refused: err.request.forbidden";
        let expected = [(Source::Disability, refused.to_owned())];
        assert_eq!(awaiting.silent(ask_about(1)).await, expected);
        *awaiting.registry.door.lock().unwrap() = Door::Takes;
        awaiting.correspond().await;
        assert_eq!(awaiting.questions().len(), 0);
        platform.clock.step(3_600_000_000).unwrap();
        assert!(
            awaiting.silent(ask_about(1)).await[0]
                .1
                .starts_with(PENDING)
        );
        awaiting.correspond().await;
        assert_eq!(awaiting.questions().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn after_the_deadline_the_registry_is_asked_what_became_of_it_and_then_asked_anew() {
    each_db(SCHEMAS, async |platform| {
        let awaiting = awaiting(&platform).await;
        awaiting.silent(ask_about(1)).await;
        awaiting.correspond().await;
        let first = awaiting.questions().remove(0);
        let a_day = 86_400_000_000 + 61_000_000;
        *awaiting.registry.status.lock().unwrap() = "pdng";
        platform.clock.step(a_day).unwrap();
        awaiting.correspond().await;
        let after = awaiting.registry.asked_after.lock().unwrap().clone();
        assert_eq!(after.len(), 1);
        let about = &after[0]["message"]["txnstatus_request"];
        assert_eq!(about["attribute_value"], first["message"]["transaction_id"]);
        assert!(
            awaiting.silent(ask_about(1)).await[0]
                .1
                .starts_with(PENDING)
        );
        awaiting.correspond().await;
        assert_eq!(
            awaiting.questions().len(),
            1,
            "it is at work: nothing is asked anew"
        );

        *awaiting.registry.status.lock().unwrap() = "rjct";
        platform.clock.step(a_day).unwrap();
        awaiting.correspond().await;
        let given_up = "SELECT COUNT(*) FROM awaited_person WHERE state = 'given_up'";
        assert_eq!(count(&platform, given_up).await, 3);
        awaiting.silent(ask_about(1)).await;
        awaiting.correspond().await;
        assert_eq!(awaiting.questions().len(), 2, "asked anew");

        // The answer to the first question comes after all: it is one.
        let late = Message::new("m1", 2 * (86_400 + 61), &[(0, "I"), (1, "I"), (2, "I")]);
        awaiting.taken(&late.of(&first)).await;
        assert_eq!(awaiting.groups(&platform, 1).await, [Some(1); 3]);
        assert_eq!(awaiting.silent(ask_about(1)).await, []);
    })
    .await;
}

#[tokio::test]
async fn where_encrypted_messages_are_agreed_both_ways_are_and_nothing_plain_is_believed() {
    each_db(SCHEMAS, async |platform| {
        let awaiting = set(&platform, true).await;
        awaiting.silent(ask_about(1)).await;
        awaiting.correspond().await;
        let asked = awaiting.questions().remove(0);
        let came = awaiting.registry.came.lock().unwrap().remove(0);
        assert!(
            !came.contains(&husband(1).to_string()),
            "nobody on the way reads whom we ask about"
        );
        assert!(came.contains("\"is_msg_encrypted\":true"), "{came}");
        let told = Message::new("m1", 1, &[(0, "I"), (1, "I"), (2, "I")]);
        let sealed_as = |is_encrypted: bool, secret: Option<&str>| {
            let (mut header, message) = told.parts(&asked);
            header["is_msg_encrypted"] = json!(is_encrypted);
            let message = secret.map_or(message.clone(), |secret| encrypted(secret, &message));
            sealed(REGISTRYS, header, message)
        };
        for (what, body) in [
            ("plain", told.of(&asked)),
            (
                "plain, and says that it is encrypted",
                sealed_as(true, None),
            ),
            (
                "encrypted, and says that it is plain",
                sealed_as(false, Some(OUR_ENCRYPTION)),
            ),
            (
                "encrypted to another",
                sealed_as(true, Some(ITS_ENCRYPTION)),
            ),
        ] {
            let refused = awaiting.hear(&body).await;
            assert_eq!(
                refused,
                (400, "err.encryption.invalid".to_owned()),
                "{what}"
            );
        }
        assert_eq!(awaiting.groups(&platform, 1).await, [None; 3]);
        awaiting.taken(&sealed_as(true, Some(OUR_ENCRYPTION))).await;
        assert_eq!(awaiting.groups(&platform, 1).await, [Some(1); 3]);
        assert_eq!(awaiting.silent(ask_about(1)).await, []);

        // A registry that takes its key back is asked nothing until it publishes another.
        let jwks = awaiting.keys.path().join("registry.jwks.json");
        std::fs::write(jwks, key(REGISTRYS).jwks().to_string()).unwrap();
        know_family(&awaiting.story.partner, 2);
        awaiting.silent(ask_about(2)).await;
        awaiting.correspond().await;
        assert_eq!(awaiting.questions().len(), 1);
        let waits = "SELECT COUNT(*) FROM job WHERE kind = 'awaited.ask' AND state = 'ready'";
        assert_eq!(
            count(&platform, waits).await,
            1,
            "the question waits for it"
        );
    })
    .await;
}
