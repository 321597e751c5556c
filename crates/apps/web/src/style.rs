//! The style sheet, inside the binary, under a name that changes with it.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

pub const CSS: &str = include_str!("style.css");
/// Gzipped, the sheet stays under this (a test holds it by an upper bound).
pub const GZIP_BYTES_MAX: usize = 8 * 1024;

/// `/style.css?v=1f0c..`: the browser keeps it until it changes.
pub fn path() -> String {
    static PRINT: OnceLock<String> = OnceLock::new();
    let print = PRINT.get_or_init(|| hex::encode(&Sha256::digest(CSS.as_bytes())[..6]));
    format!("/style.css?v={print}")
}
