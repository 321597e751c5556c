use store::testing::each_db;

use super::{keys, look, place, second_process};
use crate::log::{
    EntryId, Keys, Proof, ProofRefused, Proven, checkpoint, newest, prove_consistency, prove_entry,
    verify_proof, verify_proof_alone,
};
use crate::{Action, Permit, Purpose, SCHEMA, Scope, Subject, permit};
use store::{Platform, fetch_all};

async fn auditing(platform: &Platform) -> Permit {
    let system = Subject::system();
    let (action, purpose) = (Action::ReadAccessLog, Purpose::Oversight);
    permit(platform, &system, action, purpose, Scope::country())
        .await
        .unwrap()
}

async fn entries(platform: &Platform) -> Vec<EntryId> {
    let mut tx = platform.db.read().await.unwrap();
    let sql = "SELECT chain_id, seq FROM access_log ORDER BY chain_id, seq";
    let rows = fetch_all!(tx, (uuid::Uuid, i64), sql).unwrap();
    rows.into_iter()
        .map(|(chain, seq)| EntryId { chain, seq })
        .collect()
}

async fn proof_of(platform: &Platform, keys: &Keys, permit: &Permit, id: EntryId) -> String {
    let mut tx = platform.db.read().await.unwrap();
    prove_entry(&mut tx, permit, keys, id)
        .await
        .unwrap()
        .to_json()
}

#[tokio::test]
async fn every_entry_of_two_processes_has_a_proof_that_holds_without_the_database() {
    each_db(&[SCHEMA], async |platform| {
        let keys = keys(1);
        let public = Keys::parse(&keys.public_lines()).unwrap();
        let second = second_process(&platform);
        let permit = auditing(&platform).await;
        // More than one kept tree, a ragged end, and checkpoints that divide both chains.
        for (mine, theirs) in [(300, 5), (1, 290), (17, 0)] {
            look(&platform, mine).await;
            look(&second, theirs).await;
            checkpoint(&platform, &place(&keys)).await.unwrap().unwrap();
        }
        let entries = entries(&platform).await;
        assert_eq!(entries.len(), 1 + 300 + 5 + 1 + 290 + 17);
        let mut places = std::collections::BTreeSet::new();
        for id in entries {
            let file = proof_of(&platform, &keys, &permit, id).await;
            let proven = verify_proof(file.as_bytes(), &public).unwrap();
            let Proven::Entry(entry) = &proven else {
                panic!("{proven:?}")
            };
            places.insert(entry.index());
            assert!(
                proven
                    .words()
                    .contains("of the 614 that daftar.uz/00000001 signed")
            );
        }
        assert_eq!(
            places,
            (0..614).collect(),
            "each entry is a leaf of its own"
        );
    })
    .await;
}

/// A proof says whose key it is as little as a letter says who wrote it: with the installation's key one
/// that somebody else signed is refused, by itself it holds. One of before proofs carried keys needs one.
#[tokio::test]
async fn a_proof_with_another_key_holds_by_itself_and_never_with_the_installations() {
    each_db(&[SCHEMA], async |platform| {
        let forger = keys(2);
        look(&platform, 3).await;
        let permit = auditing(&platform).await;
        checkpoint(&platform, &place(&forger))
            .await
            .unwrap()
            .unwrap();
        let id = entries(&platform).await[1];
        let file = proof_of(&platform, &forger, &permit, id).await;
        let (_, own) = verify_proof_alone(file.as_bytes()).unwrap();
        assert_eq!(own.public(), forger.public());
        let ours = keys(1);
        let refused = verify_proof(file.as_bytes(), &ours);
        assert_eq!(refused, Err(ProofRefused::OtherKey));
        let keyless = without_keys(&file);
        assert!(verify_proof(keyless.as_bytes(), &forger).is_ok());
        let refused = verify_proof_alone(keyless.as_bytes());
        assert_eq!(refused.unwrap_err(), ProofRefused::NoKey);
    })
    .await;
}

/// As it was written before proofs carried keys.
fn without_keys(file: &str) -> String {
    let (body, _) = file.split_once(",\n  \"keys\": [").unwrap();
    format!("{body}\n}}\n")
}

#[tokio::test]
async fn every_byte_of_a_proof_that_is_changed_is_refused() {
    each_db(&[SCHEMA], async |platform| {
        let keys = keys(1);
        look(&platform, 11).await;
        let permit = auditing(&platform).await;
        let old = {
            checkpoint(&platform, &place(&keys)).await.unwrap().unwrap();
            let mut tx = platform.db.read().await.unwrap();
            newest(&mut tx).await.unwrap().unwrap()
        };
        look(&platform, 3).await;
        checkpoint(&platform, &place(&keys)).await.unwrap().unwrap();
        let id = entries(&platform).await[6];
        let entry = proof_of(&platform, &keys, &permit, id).await;
        let mut tx = platform.db.read().await.unwrap();
        let history = prove_consistency(&mut tx, &keys, &old)
            .await
            .unwrap()
            .to_json();
        for file in [entry, history] {
            let proven = verify_proof(file.as_bytes(), &keys).unwrap();
            let (alone, own) = verify_proof_alone(file.as_bytes()).unwrap();
            assert_eq!((alone, own.public()), (proven, keys.public()));
            for at in 0..file.len() {
                for flip in [0x01, 0x20, 0x80] {
                    let mut bytes = file.clone().into_bytes();
                    bytes[at] ^= flip;
                    assert!(
                        verify_proof(&bytes, &keys).is_err(),
                        "byte {at} ^ {flip:#x}"
                    );
                    assert!(verify_proof_alone(&bytes).is_err(), "alone, byte {at}");
                }
                let mut shorter = file.clone().into_bytes();
                shorter.remove(at);
                assert!(verify_proof(&shorter, &keys).is_err(), "without byte {at}");
            }
            let longer = format!("{file} ");
            assert_eq!(
                verify_proof(longer.as_bytes(), &keys),
                Err(ProofRefused::Spelling)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_later_checkpoint_is_shown_to_hold_each_earlier_one() {
    each_db(&[SCHEMA], async |platform| {
        let (keys, second) = (keys(1), second_process(&platform));
        let mut notes = Vec::new();
        for more in [1, 2, 1, 300, 7, 256] {
            look(&second, more).await;
            let made = checkpoint(&platform, &place(&keys)).await.unwrap().unwrap();
            let mut tx = platform.db.read().await.unwrap();
            notes.push((made.size, newest(&mut tx).await.unwrap().unwrap()));
        }
        let mut tx = platform.db.read().await.unwrap();
        for (size, note) in &notes {
            let proof = prove_consistency(&mut tx, &keys, note).await.unwrap();
            let Ok(Proven::Consistency { older, newer }) = proof.verify(&keys) else {
                panic!("{size}")
            };
            assert_eq!((older.size, newer.size), (*size, 567));
        }
    })
    .await;
}

#[tokio::test]
async fn an_entry_that_is_not_signed_yet_has_no_proof_yet() {
    each_db(&[SCHEMA], async |platform| {
        let keys = keys(1);
        look(&platform, 1).await;
        checkpoint(&platform, &place(&keys)).await.unwrap().unwrap();
        let permit = auditing(&platform).await;
        let ids = entries(&platform).await;
        let mut tx = platform.db.read().await.unwrap();
        assert!(prove_entry(&mut tx, &permit, &keys, ids[0]).await.is_ok());
        let waits = prove_entry(&mut tx, &permit, &keys, ids[1])
            .await
            .unwrap_err();
        assert!(
            waits.to_string().contains("waits for the next checkpoint"),
            "{waits}"
        );
        let none = EntryId { seq: 99, ..ids[0] };
        assert!(prove_entry(&mut tx, &permit, &keys, none).await.is_err());
    })
    .await;
}

#[test]
fn a_file_that_is_no_proof_is_refused_early() {
    let keys = keys(1);
    for bytes in [
        &b""[..],
        b"{}",
        b"[1]",
        b"{\"proves\":\"entry\"}",
        &[b' '; 70_000],
    ] {
        assert!(verify_proof(bytes, &keys).is_err());
    }
    let deep = format!("{{\"proves\":{}", "[".repeat(60_000));
    assert!(matches!(
        Proof::read(deep.as_bytes()),
        Err(ProofRefused::Form(_))
    ));
}
