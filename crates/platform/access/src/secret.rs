//! Secrets of accounts: argon2id, 19 MiB, two passes, one lane (OWASP's first
//! choice and the crate's default); some 20 ms of one core each.

use std::fmt;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

/// Shortest and longest secret, in characters (ASVS 5.0, 6.2.1 and 6.2.9).
pub const SECRET_CHARS_MIN: usize = 8;
pub const SECRET_CHARS_MAX: usize = 128;

/// The stored form. A demonstration makes one and gives it to all its people.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretHash(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretRefused {
    #[error("the secret has {chars} characters, at least {SECRET_CHARS_MIN} are needed")]
    TooShort { chars: usize },
    #[error("the secret has {chars} characters, at most {SECRET_CHARS_MAX} are taken")]
    TooLong { chars: usize },
}

impl SecretHash {
    /// Hashes a new secret. Takes its time: in async code wrap it in
    /// `tokio::task::spawn_blocking`.
    pub fn of(secret: &str) -> Result<SecretHash, SecretRefused> {
        let chars = secret.chars().count();
        if chars < SECRET_CHARS_MIN {
            return Err(SecretRefused::TooShort { chars });
        }
        if chars > SECRET_CHARS_MAX {
            return Err(SecretRefused::TooLong { chars });
        }
        let salt: [u8; 16] = store::secret();
        let hash = Argon2::default()
            .hash_password_with_salt(secret.as_bytes(), &salt)
            .expect("the crate's own parameters and a salt of 16 bytes are valid");
        Ok(SecretHash(hash.to_string()))
    }

    /// For a secret nobody has: what a sign-in with an unknown login is
    /// compared with, so that it takes as long as any other.
    pub(crate) fn of_nobody() -> SecretHash {
        let random: [u8; 16] = store::secret();
        SecretHash::of(&hex::encode(random)).expect("32 characters are neither too few nor many")
    }

    pub(crate) fn stored(text: String) -> SecretHash {
        SecretHash(text)
    }

    pub(crate) fn as_stored(&self) -> &str {
        &self.0
    }

    /// Takes its time, as [`SecretHash::of`].
    pub(crate) fn matches(&self, secret: &str) -> bool {
        if secret.chars().count() > SECRET_CHARS_MAX {
            return false;
        }
        PasswordHash::new(&self.0).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(secret.as_bytes(), &hash)
                .is_ok()
        })
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}
