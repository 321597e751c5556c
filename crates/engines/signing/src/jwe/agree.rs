//! From a shared point to the key that wraps (RFC 7518, section 4.6).

use p256::{PublicKey, SecretKey};
use sha2::{Digest, Sha256};

/// Who wrote and who reads: `PartyUInfo` and `PartyVInfo`. A text for other parties has another key.
#[derive(Debug, Clone, Copy)]
pub struct Parties<'a> {
    pub from: &'a str,
    pub to: &'a str,
}

/// The key that two sides come to, each with its secret half and the public half of the other.
pub(super) fn agreed(
    secret: &SecretKey,
    public: &PublicKey,
    algorithm: &str,
    parties: Parties<'_>,
) -> [u8; 32] {
    let shared = secret.diffie_hellman(public);
    concat_kdf(shared.raw_secret_bytes(), algorithm, parties, 256)
}

/// The Concat KDF of NIST SP 800-56A with SHA-256; one round is enough for 256 bits.
pub(super) fn concat_kdf(
    shared: &[u8],
    algorithm: &str,
    parties: Parties<'_>,
    bits: u32,
) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(1_u32.to_be_bytes());
    hash.update(shared);
    for text in [algorithm, parties.from, parties.to] {
        let length = u32::try_from(text.len()).expect("names are short");
        hash.update(length.to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.update(bits.to_be_bytes());
    hash.finalize().into()
}
