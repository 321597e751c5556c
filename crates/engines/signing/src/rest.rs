//! What lies encrypted in the database: AES-256-GCM, each record under a key of its own that is
//! derived from the installation's and the record's name (HMAC-SHA-256).
//!
//! ```text
//! kid (4) | nonce (12) | ciphertext | tag (16)
//! ```
//! The name of the record is part of the derivation: one that was moved to another place is not
//! opened. Keys lie apart from the database; who has a copy of it alone reads nothing. Chance is
//! handed in.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::{digest, hmac};

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;
/// Bytes of chance that a record takes.
pub const NONCE_BYTES: usize = 12;
/// Keys of one set: the one that seals, and those that still open.
pub const KEYS_MAX: usize = 64;
const KID_BYTES: usize = 4;
const HEAD_BYTES: usize = KID_BYTES + NONCE_BYTES;
/// What the derived keys are for; another use of the same key would derive others.
const USE: &[u8] = b"daftar record at rest 1\0";

/// The keys of an installation, the one that seals first.
#[derive(Clone, PartialEq, Eq)]
pub struct RestKeys(Vec<[u8; KEY_BYTES]>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("keys are 1 to {KEYS_MAX} lines of 64 hexadecimal digits, the one that seals first")]
pub struct NoRestKeys;

/// Why a record is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOpened {
    #[error("it is too short to be a sealed record")]
    Form,
    #[error("it was sealed with a key that is not at hand")]
    UnknownKey,
    #[error("it was changed, or is not the record of this name")]
    Wrong,
}

impl RestKeys {
    pub fn new(key: [u8; KEY_BYTES]) -> RestKeys {
        RestKeys(vec![key])
    }

    /// One key a line; empty lines do not count.
    pub fn from_text(text: &str) -> Result<RestKeys, NoRestKeys> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let key = |line: &str| <[u8; KEY_BYTES]>::try_from(crate::keys::hex(line)?).ok();
        let keys: Option<Vec<_>> = lines.map(key).collect();
        let keys = keys.filter(|keys| (1..=KEYS_MAX).contains(&keys.len()));
        keys.map(RestKeys).ok_or(NoRestKeys)
    }

    /// As [`RestKeys::from_text`] reads them. Secret.
    pub fn secret_lines(&self) -> String {
        let line = |key: &[u8; KEY_BYTES]| {
            let digits = key.iter().map(|byte| format!("{byte:02x}"));
            digits.chain(["\n".to_owned()]).collect::<String>()
        };
        self.0.iter().map(line).collect()
    }

    /// With a new key that seals from now on; the oldest of too many goes.
    #[must_use]
    pub fn rotate(&self, key: [u8; KEY_BYTES]) -> RestKeys {
        let old = self.0.iter().take(KEYS_MAX - 1);
        RestKeys([&key].into_iter().chain(old).copied().collect())
    }

    /// The ids of the keys, the one that seals first: 8 hexadecimal digits.
    pub fn ids(&self) -> Vec<String> {
        let digits = |key| kid(key).iter().map(|byte| format!("{byte:02x}")).collect();
        self.0.iter().map(digits).collect()
    }

    /// Seals the record of this name. `nonce` is chance.
    pub fn seal(&self, name: &[u8], record: &[u8], nonce: [u8; NONCE_BYTES]) -> Vec<u8> {
        let key = &self.0[0];
        let mut sealed = Vec::with_capacity(HEAD_BYTES + record.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&kid(key));
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(record);
        let tag = derived(key, name)
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::empty(),
                &mut sealed[HEAD_BYTES..],
            )
            .expect("a record is shorter than 64 GiB");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// The record of this name as it was sealed.
    pub fn open(&self, name: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NotOpened> {
        let (head, text) = sealed.split_at_checked(HEAD_BYTES).ok_or(NotOpened::Form)?;
        let (id, nonce) = head.split_at(KID_BYTES);
        let key = self.0.iter().find(|key| kid(key) == id);
        let key = derived(key.ok_or(NotOpened::UnknownKey)?, name);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotOpened::Form)?;
        let mut text = text.to_vec();
        let opened = key.open_in_place(nonce, Aad::empty(), &mut text);
        let length = opened.map_err(|_| NotOpened::Wrong)?.len();
        text.truncate(length);
        Ok(text)
    }
}

/// Never shows the keys.
impl std::fmt::Debug for RestKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RestKeys").field(&self.ids()).finish()
    }
}

fn derived(key: &[u8; KEY_BYTES], name: &[u8]) -> LessSafeKey {
    let mut hmac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    hmac.update(USE);
    hmac.update(name);
    let derived = UnboundKey::new(&AES_256_GCM, hmac.sign().as_ref());
    LessSafeKey::new(derived.expect("SHA-256 gives 32 bytes"))
}

/// By this a sealed record names its key; it tells nothing of the key.
fn kid(key: &[u8; KEY_BYTES]) -> [u8; KID_BYTES] {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(b"daftar rest key id 1\0");
    hash.update(key);
    let hash = hash.finish();
    hash.as_ref()[..KID_BYTES].try_into().expect("four bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> RestKeys {
        RestKeys::new([7; KEY_BYTES])
    }

    const NONCE: [u8; NONCE_BYTES] = [9; NONCE_BYTES];

    #[test]
    fn a_record_opens_under_its_own_name_and_no_other() {
        let sealed = keys().seal(b"a", "Oʻtkir".as_bytes(), NONCE);
        assert_eq!(keys().open(b"a", &sealed).unwrap(), "Oʻtkir".as_bytes());
        assert_eq!(keys().open(b"b", &sealed), Err(NotOpened::Wrong));
        let is_inside = |part: &[u8]| sealed.windows(part.len()).any(|window| window == part);
        assert!(!is_inside(b"tkir"), "nothing of it can be read");
    }

    #[test]
    fn no_byte_may_change_and_none_may_lack() {
        let sealed = keys().seal(b"a", b"some record", NONCE);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(keys().open(b"a", &changed).is_err(), "byte {place}");
            assert!(
                keys().open(b"a", &sealed[..place]).is_err(),
                "cut at {place}"
            );
        }
        let longer = [&sealed[..], &[0]].concat();
        assert_eq!(keys().open(b"a", &longer), Err(NotOpened::Wrong));
    }

    #[test]
    fn after_a_rotation_the_new_key_seals_and_the_old_one_opens() {
        let old = keys().seal(b"a", b"before", NONCE);
        let both = keys().rotate([8; KEY_BYTES]);
        let new = both.seal(b"a", b"after", NONCE);
        assert_eq!(both.open(b"a", &old).unwrap(), b"before");
        assert_eq!(both.open(b"a", &new).unwrap(), b"after");
        assert_eq!(keys().open(b"a", &new), Err(NotOpened::UnknownKey));
        assert_eq!(RestKeys::from_text(&both.secret_lines()), Ok(both));
    }

    #[test]
    fn keys_that_are_no_keys_are_refused() {
        let good = keys().secret_lines();
        let many = good.repeat(KEYS_MAX + 1);
        for text in ["", "\n\n", "07", "zz", &good[..63], &many] {
            assert_eq!(RestKeys::from_text(text), Err(NoRestKeys), "{text:?}");
        }
        assert!(RestKeys::from_text(&format!("\n {good} \n")).is_ok());
        assert!(!format!("{:?}", keys()).contains("0707"));
    }
}
