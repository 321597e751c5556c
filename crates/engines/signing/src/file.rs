//! The signature of a file, in a small file beside it: `NAME.jws`.
//!
//! A JWS over `{"file": NAME, "bytes": N, "sha256": HEX}`: any library that knows RFC 7515 checks
//! it, and `sha256sum` the rest. A file of a gigabyte is signed without being held in memory.

use serde::{Deserialize, Serialize};

use crate::jws::{self, Forged};
use crate::{Jwks, SigningKey};

/// Behind the whole name of the file that is signed.
pub const SUFFIX: &str = ".jws";

/// What is signed of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Its name without a folder, when it was signed.
    pub file: String,
    pub bytes: u64,
    /// 64 hexadecimal digits.
    pub sha256: String,
}

impl Signed {
    /// The same file and key give the same signature.
    pub fn sign(&self, key: &SigningKey) -> String {
        let payload = serde_json::to_vec(self).expect("plain values always serialize");
        jws::sign(&payload, key)
    }

    /// What a signature says, when one of the keys made it. Whether it fits the bytes at hand is
    /// [`Signed::fits`].
    pub fn verify(jws: &str, keys: &Jwks) -> Result<Signed, Forged> {
        let payload = jws::verify(jws.trim_end(), keys)?;
        serde_json::from_slice(&payload).map_err(|_| Forged::Form("no file, bytes and sha256"))
    }

    /// A file may be renamed on its way; its bytes may not change.
    pub fn fits(&self, bytes: u64, sha256: &str) -> Result<(), Forged> {
        match self.bytes == bytes && self.sha256 == sha256 {
            true => Ok(()),
            false => Err(Forged::Wrong),
        }
    }
}
