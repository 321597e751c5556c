use std::os::unix::fs::PermissionsExt;

use kernel::day::Instant;

use super::{NAME, keys};
use crate::log::{Checkpoint, KeyFault, KeyPlace, KeyRefused, Keys, NoteRefused};

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint {
        name: NAME.to_owned(),
        size,
        root: [7; 32],
        at: Instant(1_767_585_600_000_000),
    }
}

/// The example in the documentation of Go's `golang.org/x/mod/sumdb/note`: another program made
/// the key, its id and the signature.
#[test]
fn keys_ids_and_signatures_are_those_of_signed_notes() {
    let line = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let keys = Keys::parse(line).unwrap();
    assert_eq!(keys.public_lines(), format!("{line}\n"));
    let text = "If you think cryptography is the answer to your problem,\n\
                then you don't know what your problem is.\n";
    let signed = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
    let signed = {
        use base64::prelude::{BASE64_STANDARD, Engine};
        BASE64_STANDARD.decode(signed).unwrap()
    };
    assert_eq!(hex::encode(&signed[..4]), "c74f20a3");
    let signature: [u8; 64] = signed[4..].try_into().unwrap();
    assert!(keys.public()[0].has_signed(text, &signature));
    assert!(!keys.public()[0].has_signed(&text[1..], &signature));
}

#[test]
fn keys_are_read_as_they_are_written_and_never_shown() {
    let rotated = keys(1).rotate([2; 32], 10).rotate([3; 32], 25);
    let read = Keys::parse(&rotated.secret_lines()).unwrap();
    assert_eq!(read.secret_lines(), rotated.secret_lines());
    assert!(read.can_sign());
    let public = Keys::parse(&rotated.public_lines()).unwrap();
    assert!(!public.can_sign());
    let last: Vec<_> = public.public().iter().map(|key| key.last_size()).collect();
    assert_eq!(last, [Some(10), Some(25), None]);
    for text in [
        rotated.public_lines(),
        format!("{rotated:?}"),
        format!("{:?}", super::place(&rotated)),
    ] {
        assert!(!text.contains("PRIVATE"), "{text}");
    }
    assert_eq!(rotated.secret_lines().matches("PRIVATE").count(), 1);
}

fn check_refused(text: &str, expected: &KeyRefused) {
    assert_eq!(
        Keys::parse(text).unwrap_err().to_string(),
        expected.to_string(),
        "{text}"
    );
}

#[test]
fn lines_that_are_no_keys_are_refused() {
    let good = keys(1).secret_lines();
    let here = |why| KeyRefused::Line { line: 1, why };
    check_refused("", &KeyRefused::Empty);
    check_refused("# none yet\n\n", &KeyRefused::Empty);
    check_refused("daftar", &here("write name+id+key"));
    check_refused("a+00000000+####", &here("the key is no base64"));
    check_refused("a+00000000+AAAA", &here("the key is not one of Ed25519"));
    check_refused("a+00000000+AQID", &here("the key has not 32 bytes"));
    let wrong_id = good.replace(&keys(1).public()[0].id(), "00000000");
    check_refused(
        &wrong_id,
        &here("the id does not belong to the name and the key"),
    );
    check_refused(&format!("{good}{good}"), &KeyRefused::TwoPrivate);
    let other = Keys::new("other", [9; 32]).public_lines();
    check_refused(&format!("{good}{other}"), &KeyRefused::TwoNames);
}

#[test]
fn a_note_is_opened_by_the_key_that_signed_it_alone() {
    let (first, stranger) = (keys(1), keys(2));
    let note = checkpoint(20).sign(&first).unwrap();
    let (opened, key) = Checkpoint::open(&note, &first).unwrap();
    assert_eq!((opened, key.id()), (checkpoint(20), first.public()[0].id()));
    let id = first.public()[0].id();
    assert_eq!(
        Checkpoint::open(&note, &stranger).unwrap_err(),
        NoteRefused::UnknownKey { id: id.clone() }
    );
    // Signed by a stranger under the id of the first key.
    let forged = checkpoint(20).sign(&stranger).unwrap();
    let (text, line) = forged.split_once("\u{2014} ").unwrap();
    let (name, signed) = line.trim_end().split_once(' ').unwrap();
    use base64::prelude::{BASE64_STANDARD, Engine};
    let mut bytes = BASE64_STANDARD.decode(signed).unwrap();
    bytes[..4].copy_from_slice(&hex::decode(&id).unwrap());
    let forged = format!("{text}\u{2014} {name} {}\n", BASE64_STANDARD.encode(bytes));
    assert_eq!(
        Checkpoint::open(&forged, &first).unwrap_err(),
        NoteRefused::Signature { id }
    );
}

#[test]
fn an_old_key_signs_nothing_after_its_last_size() {
    let old = keys(1);
    let (before, after) = (
        checkpoint(10).sign(&old).unwrap(),
        checkpoint(11).sign(&old).unwrap(),
    );
    let id = old.public()[0].id();
    let keys = old.rotate([2; 32], 10);
    assert!(Checkpoint::open(&before, &keys).is_ok());
    let refused = Checkpoint::open(&after, &keys).unwrap_err();
    assert_eq!(refused, NoteRefused::OldKey { id, size: 11 });
}

#[test]
fn the_file_is_its_owners_alone_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/log-key");
    let place = KeyPlace::File(path.clone());
    assert!(matches!(place.load(), Err(KeyFault::Absent(_))));
    place.create(&keys(1)).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(place.create(&keys(2)).is_err(), "a second first key");
    assert_eq!(place.load().unwrap().secret_lines(), keys(1).secret_lines());
    place.replace(&keys(1).rotate([2; 32], 5)).unwrap();
    assert_eq!(place.load().unwrap().public().len(), 2);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(
        place.load(),
        Err(KeyFault::Open { mode: 0o640, .. })
    ));
}
