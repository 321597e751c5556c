//! Signatures: keys as JSON Web Key Sets, and small texts signed as JWS (RFC 7515).
//!
//! Pure: keys are handed in, Ed25519 needs no chance, nothing is read or written here. The
//! arithmetic is `ring`'s. What a partner's dialect adds lies with the partner
//! (`exchange::dci::signature`), what a file's signature says with the file ([`file`]).

pub mod file;
pub mod jws;
mod keys;

pub use keys::{Algorithm, Jwks, KEYS_MAX, KeysRefused, NotAKey, PublicKey, SigningKey};
