//! A small law of its own, so that tests of the reader and the checker do not hang on
//! the packs of a country.
#![allow(dead_code, reason = "each test file uses its own part")]

use rules::{Diagnostic, Pack, SourceFile, read_pack};

pub const TEXT: &str = include_str!("pack.md");

pub fn file(text: &str) -> SourceFile {
    SourceFile {
        path: "small/pack.md".into(),
        text: text.into(),
    }
}

pub fn read(text: &str) -> Result<Pack, Vec<Diagnostic>> {
    read_pack("small", &[file(text)], &[])
}

/// The law with one text replaced by another; it must stand in it once.
pub fn edited(from: &str, to: &str) -> String {
    assert_eq!(TEXT.matches(from).count(), 1, "`{from}` must stand once");
    TEXT.replacen(from, to, 1)
}

pub fn told(errors: &[Diagnostic]) -> String {
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    told.join("\n")
}

/// Everything that is said about a text: what stops it, else what the checker finds.
pub fn complaints(text: &str) -> String {
    match read(text) {
        Ok(pack) => told(&rules::checker::check(&pack)),
        Err(errors) => told(&errors),
    }
}
