//! Signatures: keys as JSON Web Key Sets, and small texts signed as JWS (RFC 7515); and messages
//! encrypted as JWE (RFC 7516). Also what lies encrypted in the database ([`rest`]).
//!
//! Pure: keys are handed in, Ed25519 needs no chance, encryption is handed it, nothing is read or
//! written here. The arithmetic is `ring`'s; of P-256 with a key that is kept, and of wrapped keys,
//! RustCrypto's. What a partner's dialect adds lies with the partner
//! (`exchange::dci::signature`), what a file's signature says with the file ([`file`]).

pub mod file;
pub mod jwe;
pub mod jws;
mod keys;
mod ours;
pub mod rest;

pub use keys::{Algorithm, Jwks, KEYS_MAX, KeysRefused, NotAKey, PublicKey, SigningKey};
pub use ours::{OURS_MAX, OursRefused, SigningKeys};
