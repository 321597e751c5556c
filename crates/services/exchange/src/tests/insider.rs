//! What an insider with every right on the database does to what agencies and people said, and which
//! check names it.

use super::*;
use crate::consent::{self, Said};
use crate::roll::SETTLE_S;
use crate::verify::Found;
use access::{Area, Role, Scope};
use kernel::PersonId;
use kernel::ids::AccountId;
use store::execute;

/// Tables that the database guards.
const GUARDED: [&str; 10] = [
    "exchange_answer",
    "evidence",
    "evidence_refused",
    "evidence_mended",
    "question_unanswered",
    "data_agreement",
    "consent_record",
    "consent_revision",
    "kept_roll",
    "consent_on_roll",
];

/// A family asked about, a word given and taken back, all of it on rolls.
async fn kept(platform: &Platform) -> Story {
    let story = story(platform).await;
    story.partner.set("employment", Manner::PassesOver);
    story.partner.set("cadastre", Manner::Says(b"no".to_vec()));
    story.gather(ask_about(1)).await;
    // The tax authority takes back what it had said of November.
    story.partner.set("tax", Manner::Part("wages", json!([])));
    let window = (Month::new(2025, 11).unwrap(), Month::new(2026, 1).unwrap());
    story
        .gather(Ask {
            window,
            ..ask_about(1)
        })
        .await;
    assert_eq!(
        count(platform, "SELECT COUNT(*) FROM evidence_mended").await,
        2
    );
    give_and_take_back(&story, platform).await;
    platform.clock.step(2 * SETTLE_S * 1_000_000).unwrap();
    let listed = story.exchange.roll().await.unwrap();
    assert!(listed > 15, "{listed}");
    assert_eq!(story.exchange.roll().await.unwrap(), 0, "each row once");
    story
}

async fn give_and_take_back(story: &Story, platform: &Platform) {
    let mut tx = platform.db.read().await.unwrap();
    let person = person::find_by_pinfl(&mut tx, &story.permit, husband(1)).await;
    let person: PersonId = person.unwrap().unwrap();
    drop(tx);
    let who = Subject {
        account: AccountId(Uuid::from_u128(79)),
        role: Role::Citizen,
        territory: Area::Country,
        person: Some(person),
        office: String::new(),
        errand: access::Errand::NONE,
    };
    let (action, why) = (Action::GiveConsent, Purpose::OwnInformation);
    let permit = access::permit(platform, &who, action, why, Scope::own(&who));
    let permit = permit.await.unwrap();
    story.exchange.agreements().await.unwrap();
    let mut tx = platform.db.begin().await.unwrap();
    for (opt_in, at) in [(true, 1), (false, 2)] {
        let said = Said {
            person,
            opt_in,
            through: "the page".to_owned(),
            by: Some(who.account),
            at: Instant(at),
        };
        let said = consent::say(&mut tx, &platform.ids, &permit, Source::Bank, &said).await;
        said.unwrap().unwrap();
    }
    tx.commit().await.unwrap();
}

/// By check what it names.
async fn named(story: &Story, platform: &Platform) -> [(&'static str, Found); 4] {
    let answers = story.exchange.verify_answers().await.unwrap().found;
    let rolls = story.exchange.verify_rolls().await.unwrap().found;
    let mut tx = platform.db.read().await.unwrap();
    let agreements = consent::verify_agreements(&mut tx).await.unwrap();
    let words = consent::verify_records(&mut tx).await.unwrap();
    [
        ("answers", answers),
        ("rolls", rolls),
        ("agreements", agreements),
        ("words", words),
    ]
}

async fn tamper(platform: &Platform, change: &str) {
    let mut tx = platform.db.begin().await.unwrap();
    for table in GUARDED {
        let drops = match tx.is_sqlite() {
            true => vec![
                format!("DROP TRIGGER {table}_no_update"),
                format!("DROP TRIGGER {table}_no_delete"),
            ],
            false => vec![format!("DROP TRIGGER {table}_append_only ON {table}")],
        };
        for drop in drops {
            execute!(tx, sqlx::AssertSqlSafe(drop.clone())).unwrap();
        }
    }
    let touched = execute!(tx, sqlx::AssertSqlSafe(change.to_owned())).unwrap();
    assert!(touched > 0, "{change}");
    tx.commit().await.unwrap();
}

/// The checks that name something, with the words that the first of it has.
async fn check(change: &str, expected: &[(&str, &str)]) {
    each_db(SCHEMAS, async |platform| {
        let story = kept(&platform).await;
        for (check, found) in named(&story, &platform).await {
            assert!(found.holds() && found.checked > 0, "{check}: {found:?}");
        }
        let rolls = story.exchange.verify_rolls().await.unwrap();
        assert_eq!(rolls.not_covered, 0);
        tamper(&platform, change).await;
        let mut expected = expected.iter();
        for (check, found) in named(&story, &platform).await {
            if found.holds() {
                continue;
            }
            let (named, words) = expected.next().expect("a check that was to hold");
            assert_eq!(check, *named, "{change}: {found:?}");
            assert!(found.told[0].contains(words), "{change}: {found:?}");
        }
        assert_eq!(expected.next(), None, "{change}: nothing was named");
    })
    .await;
}

const GONE: (&str, &str) = ("rolls", "is gone");
const CHANGED: (&str, &str) = ("rolls", "is not what was kept");

#[tokio::test]
async fn evidence_that_was_taken_away_or_changed_is_named() {
    let bank = Source::Bank.code();
    let take = format!("DELETE FROM evidence WHERE agency = {bank}");
    check(&take, &[GONE]).await;
    check(
        "UPDATE evidence SET valid_until = valid_until + 3650",
        &[CHANGED],
    )
    .await;
    check("UPDATE evidence SET consent = NULL", &[CHANGED]).await;
    check("UPDATE evidence SET person = id", &[CHANGED]).await;
    check(
        "UPDATE evidence SET window_from = window_from - 1",
        &[CHANGED],
    )
    .await;
}

#[tokio::test]
async fn an_answer_that_was_changed_is_named() {
    const DIFFERS: (&str, &str) = ("answers", "its hash differs");
    let zeros = "UPDATE exchange_answer SET body = sha256";
    check(
        zeros,
        &[("answers", "sealed with a key that is not at hand")],
    )
    .await;
    check(
        "UPDATE exchange_answer SET sha256 = body",
        &[DIFFERS, CHANGED],
    )
    .await;
    let open = "UPDATE exchange_answer SET sealed = FALSE, body = sha256
        WHERE id = (SELECT answer FROM evidence ORDER BY id LIMIT 1)";
    check(open, &[DIFFERS]).await;
    let taken = "DELETE FROM exchange_answer WHERE id IN (SELECT answer FROM evidence)";
    check(
        taken,
        &[("answers", "the answer it is part of is gone"), CHANGED],
    )
    .await;
    check(
        "UPDATE exchange_answer SET legal_basis = 'none'",
        &[CHANGED],
    )
    .await;
}

#[tokio::test]
async fn questions_without_an_answer_and_refused_answers_are_not_taken_away_unseen() {
    check("DELETE FROM question_unanswered", &[GONE]).await;
    check("UPDATE question_unanswered SET reason = 'x'", &[CHANGED]).await;
    check("DELETE FROM evidence_refused", &[GONE]).await;
}

#[tokio::test]
async fn that_an_agency_said_otherwise_since_is_not_taken_away_unseen() {
    check("DELETE FROM evidence_mended", &[GONE]).await;
    let other = "UPDATE evidence_mended SET by_evidence = evidence";
    check(other, &[CHANGED]).await;
}

#[tokio::test]
async fn a_word_that_was_turned_round_or_taken_away_is_named() {
    let turned = "UPDATE consent_revision SET opt_in = TRUE WHERE seq = 2";
    check(turned, &[CHANGED, ("words", "it is not what was said")]).await;
    check("DELETE FROM consent_revision WHERE seq = 2", &[GONE]).await;
    let first = "DELETE FROM consent_revision WHERE seq = 1";
    check(first, &[GONE, ("words", "the word before it is gone")]).await;
    check(
        "DELETE FROM consent_record",
        &[CHANGED, ("words", "its record is gone")],
    )
    .await;
    let all = "DELETE FROM consent_revision";
    check(all, &[GONE, ("words", "every word of it is gone")]).await;
    check("UPDATE consent_record SET person = id", &[CHANGED]).await;
}

#[tokio::test]
async fn an_agreement_that_was_changed_is_named() {
    const TERMS: (&str, &str) = ("agreements", "its terms are not those that were hashed");
    let to_law = r#"UPDATE data_agreement SET
        snapshot = REPLACE(snapshot, '"consent"', '"public_task"')
        WHERE snapshot LIKE '%"consent"%'"#;
    check(to_law, &[TERMS]).await;
    let other = "UPDATE data_agreement SET seq = 2";
    let gone = ("words", "the agreement that it speaks of is gone");
    check(
        other,
        &[("agreements", "the revision before it is gone"), gone],
    )
    .await;
}

#[tokio::test]
async fn rolls_that_were_made_anew_or_cut_off_contradict_the_log() {
    let held = ("rolls", "of the log holds is gone");
    check("DELETE FROM kept_roll", &[held]).await;
    let newest = "DELETE FROM kept_roll WHERE seq = (SELECT MAX(seq) FROM kept_roll)";
    check(newest, &[held]).await;
    let first = "DELETE FROM kept_roll WHERE seq = 1";
    check(first, &[("rolls", "roll 2: the one before it is gone")]).await;
    let emptied = "UPDATE kept_roll SET list = hash WHERE seq = 1";
    check(emptied, &[("rolls", "roll 1: it is not what was written")]).await;
}

#[tokio::test]
async fn the_database_itself_refuses_to_change_what_agencies_said() {
    each_db(SCHEMAS, async |platform| {
        kept(&platform).await;
        for table in ["exchange_answer", "evidence", "evidence_refused"] {
            for change in [
                format!("DELETE FROM {table}"),
                format!("UPDATE {table} SET agency = 1"),
            ] {
                let mut tx = platform.db.begin().await.unwrap();
                let done = execute!(tx, sqlx::AssertSqlSafe(change.clone()));
                let why = done.unwrap_err().to_string();
                assert!(why.contains("append-only"), "{change}: {why}");
            }
        }
    })
    .await;
}
