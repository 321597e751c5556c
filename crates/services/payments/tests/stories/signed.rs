//! Files that leave signed, and files of a bank that signs: a changed byte is refused.

use std::fs;

use payments::Error;
use payments::channel::{self, KeysChange};
use payments::delivery::MANIFEST;
use payments::intake::Refusal;
use sha2::{Digest, Sha256};
use signing::file::Signed;
use signing::jws::Forged;
use signing::{Jwks, SigningKey};
use store::testing::each_db;

use crate::SCHEMAS;
use crate::file_bank::{
    Bank, RUN, booked, entry, export, export_signed, funded_town, take, take_signed, to_the_banks,
};
use crate::town::Town;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; SigningKey::SEED_BYTES]).expect("a key")
}

fn jwks(keys: &[&SigningKey]) -> String {
    let keys = keys.iter().map(|key| key.jwks()["keys"][0].clone());
    serde_json::json!({ "keys": keys.collect::<Vec<_>>() }).to_string()
}

/// As the bank's own program would write it.
fn signature(text: &str, key: &SigningKey) -> String {
    let signed = Signed {
        file: "notice.xml".to_owned(),
        bytes: text.len() as u64,
        sha256: hex::encode(Sha256::digest(text)),
    };
    signed.sign(key)
}

#[tokio::test]
async fn every_file_that_leaves_has_its_signature_beside_it() {
    each_db(SCHEMAS, async |platform| {
        let (town, bank) = funded_town(platform).await;
        to_the_banks(&town, &bank).await;
        let ours = key(1);
        let manifest = export_signed(&town, &bank, Some(&ours))
            .await
            .expect("written");
        assert_eq!(manifest.signed_by.as_deref(), Some(ours.kid()));
        let public = Jwks::parse(&ours.jwks().to_string()).expect("a set");
        for name in [manifest.files[0].file.as_str(), MANIFEST] {
            let bytes = fs::read(bank.path().join(name)).expect("the file");
            let beside = bank.path().join(format!("{name}.jws"));
            let jws = fs::read_to_string(&beside).expect("its signature");
            let signed = Signed::verify(&jws, &public).expect("ours");
            assert_eq!(signed.file, name);
            let hash = hex::encode(Sha256::digest(&bytes));
            assert_eq!(signed.fits(bytes.len() as u64, &hash), Ok(()));
            let mut changed = bytes.clone();
            *changed.last_mut().unwrap() ^= 1;
            let hash = hex::encode(Sha256::digest(&changed));
            assert_eq!(signed.fits(bytes.len() as u64, &hash), Err(Forged::Wrong));
            let strangers = Jwks::parse(&key(2).jwks().to_string()).expect("a set");
            assert_eq!(Signed::verify(&jws, &strangers), Err(Forged::UnknownKey));
        }
        let again = export_signed(&town, &bank, Some(&ours))
            .await
            .expect("again");
        assert_eq!(again, manifest);
        // Where nobody signs, no signature of before lies about.
        export(&town, &bank).await.expect("unsigned");
        let left = fs::read_dir(bank.path())
            .unwrap()
            .map(|it| it.unwrap().file_name());
        assert!(
            left.into_iter()
                .all(|name| !name.to_string_lossy().ends_with(".jws"))
        );
    })
    .await;
}

async fn refused(town: &Town, text: &str, jws: Option<&str>) -> Refusal {
    match take_signed(town, text, jws).await {
        Err(Error::Intake(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_bank_that_signs_is_believed_only_under_its_signature() {
    each_db(SCHEMAS, async |platform| {
        let (town, bank) = funded_town(platform).await;
        let (_, lines) = to_the_banks(&town, &bank).await;
        let told = booked("N1", &entry(&lines[0], "DBIT", "D1"));
        let (theirs, next, strangers) = (key(3), key(4), key(5));
        let jws = signature(&told, &theirs);

        // Before its keys are known a signature says nothing, and is not waved through.
        assert_eq!(
            refused(&town, &told, Some(&jws)).await,
            Refusal::NoKeys { mfo: 14 }
        );
        let set = jwks(&[&theirs, &next]);
        Bank::has_keys(&town, KeysChange::Set(&set))
            .await
            .expect("keys");

        let forged = |why| Refusal::Forged { mfo: 14, why };
        assert_eq!(
            refused(&town, &told, None).await,
            Refusal::Unsigned { mfo: 14 }
        );
        let changed = told.replace("N1", "N2");
        assert_eq!(
            refused(&town, &changed, Some(&jws)).await,
            forged(Forged::Wrong)
        );
        let by_stranger = signature(&told, &strangers);
        assert_eq!(
            refused(&town, &told, Some(&by_stranger)).await,
            forged(Forged::UnknownKey)
        );
        let renamed = signature(&told, &key(5).named(theirs.kid()));
        assert_eq!(
            refused(&town, &told, Some(&renamed)).await,
            forged(Forged::Wrong)
        );
        let cut = &jws[..jws.len() - 1];
        assert!(matches!(
            refused(&town, &told, Some(cut)).await,
            Refusal::Forged { .. }
        ));
        let long = "a".repeat(signing::jws::BYTES_MAX + 1);
        assert_eq!(
            refused(&town, &told, Some(&long)).await,
            forged(Forged::Form("too long"))
        );
        assert_eq!(
            refused(&town, &told, Some("")).await,
            forged(Forged::Form("three parts"))
        );

        // Nothing of the refused ones was kept: the true one is news, by either key.
        let taken = take_signed(&town, &told, Some(&jws)).await.expect("theirs");
        assert_eq!((taken.counts.credited, taken.unchanged), (1, false));
        let second = booked("N3", &entry(&lines[1], "DBIT", "D2"));
        let jws = signature(&second, &next);
        let taken = take_signed(&town, &second, Some(&jws))
            .await
            .expect("the next key");
        assert_eq!(taken.counts.credited, 1);
        town.advance(RUN).await.expect("the wire");
        town.verify().await;
    })
    .await;
}

#[tokio::test]
async fn keys_stay_when_a_channel_changes_and_go_only_by_name() {
    each_db(SCHEMAS, async |platform| {
        let (town, bank) = funded_town(platform).await;
        let (_, lines) = to_the_banks(&town, &bank).await;
        let told = booked("N1", &entry(&lines[0], "DBIT", "D1"));
        Bank::has_keys(&town, KeysChange::Set(&jwks(&[&key(3)])))
            .await
            .expect("keys");
        Bank::has_keys(&town, KeysChange::Keep)
            .await
            .expect("a channel");
        assert_eq!(
            refused(&town, &told, None).await,
            Refusal::Unsigned { mfo: 14 }
        );

        for broken in [
            "",
            "{",
            r#"{"keys":[]}"#,
            r#"{"keys":[{"kty":"oct","k":"AA"}]}"#,
        ] {
            let error = Bank::has_keys(&town, KeysChange::Set(broken)).await;
            assert!(
                matches!(error, Err(Error::Channel(_))),
                "{broken}: {error:?}"
            );
        }
        let listed = channel::list(&mut town.platform.db.read().await.unwrap())
            .await
            .unwrap();
        assert_eq!(listed[0].keys.kids().collect::<Vec<_>>(), [key(3).kid()]);

        Bank::has_keys(&town, KeysChange::Drop)
            .await
            .expect("a channel");
        assert_eq!(
            take(&town, &told).await.expect("unsigned").counts.credited,
            1
        );
    })
    .await;
}
