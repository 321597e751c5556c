//! The canonical text of a pack: all its files in order, one after the other,
//! from which the pack is read back. Its SHA-256, with the language version, is
//! the pack's hash.
//!
//! Layout: a first line `daftar-pack <language> <id>`, then for each file a line
//! `file <own|shared> <bytes> <path>` and exactly that many bytes and a newline. A pack
//! that a simulation changed has a line `simulated <change>` at the foot for each change.

use super::{LANGUAGE, OverlayError, Pack, read_pack};
use crate::source::{Diagnostic, SourceFile};
use sha2::{Digest, Sha256};

/// Why a stored pack could not be read back.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    #[error("not the canonical text of a pack: line `{0}`")]
    Shape(String),
    #[error("the pack is written in rule language {0}; this engine speaks up to {LANGUAGE}")]
    Language(u32),
    #[error("the stored pack no longer reads: {0:?}")]
    Pack(Vec<Diagnostic>),
    #[error("a change of the stored pack no longer reads: {0}")]
    Change(#[from] OverlayError),
}

/// Line ends are normalised, so that a checkout on another system is the same pack.
pub fn normalised(files: &[SourceFile]) -> Vec<SourceFile> {
    files
        .iter()
        .map(|file| SourceFile {
            path: file.path.clone(),
            text: file.text.replace("\r\n", "\n"),
        })
        .collect()
}

pub fn text(id: &str, files: &[SourceFile], shared: &[SourceFile]) -> String {
    let mut out = format!("daftar-pack {LANGUAGE} {id}\n");
    let owned = files.iter().map(|file| ("own", file));
    for (whose, file) in owned.chain(shared.iter().map(|file| ("shared", file))) {
        out.push_str(&format!(
            "file {whose} {} {}\n{}\n",
            file.text.len(),
            file.path,
            file.text
        ));
    }
    out
}

pub fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

impl Pack {
    /// The whole pack as one text: what the database keeps of every pack used.
    pub fn canonical_text(&self) -> String {
        let mut out = text(&self.id, &self.files, &self.shared);
        for change in &self.simulated {
            out.push_str(&format!("simulated {change}\n"));
        }
        out
    }

    pub fn from_canonical(stored: &str) -> Result<Pack, CanonicalError> {
        let (head, mut rest) = stored.split_once('\n').unwrap_or((stored, ""));
        let shape = |line: &str| CanonicalError::Shape(line.chars().take(80).collect());
        let mut words = head.splitn(3, ' ');
        let (Some("daftar-pack"), Some(language), Some(id)) =
            (words.next(), words.next(), words.next())
        else {
            return Err(shape(head));
        };
        let language: u32 = language.parse().map_err(|_| shape(head))?;
        if language > LANGUAGE {
            return Err(CanonicalError::Language(language));
        }
        let (mut own, mut shared) = (Vec::new(), Vec::new());
        let mut changes = Vec::new();
        while !rest.is_empty() {
            let (line, body) = rest.split_once('\n').ok_or_else(|| shape(rest))?;
            if let Some(change) = line.strip_prefix("simulated ") {
                changes.push(change);
                rest = body;
                continue;
            }
            let mut words = line.splitn(4, ' ');
            let (Some("file"), Some(whose), Some(bytes), Some(path)) =
                (words.next(), words.next(), words.next(), words.next())
            else {
                return Err(shape(line));
            };
            let bytes: usize = bytes.parse().map_err(|_| shape(line))?;
            let text = body.get(..bytes).ok_or_else(|| shape(line))?;
            rest = body.get(bytes + 1..).ok_or_else(|| shape(line))?;
            let file = SourceFile {
                path: path.to_owned(),
                text: text.to_owned(),
            };
            if whose == "own" {
                own.push(file)
            } else {
                shared.push(file)
            }
        }
        let mut pack = read_pack(id, &own, &shared).map_err(CanonicalError::Pack)?;
        for change in changes {
            pack.change_again(change)?;
        }
        pack.hash = hash(&pack.canonical_text());
        Ok(pack)
    }
}
