//! What a snapshot says of itself: `manifest.json` beside its files.

use std::path::Path;

use kernel::Day;
use kernel::facts::{FactKind, kind_named};
use serde::{Deserialize, Serialize};

use super::error::{At, Result, SnapshotError, damaged};

/// The version of the format that this program writes and reads.
pub const FORMAT: u32 = 1;
const NAME: &str = "manifest.json";
/// Bytes of a manifest at most.
const BYTES_MAX: u64 = 16 << 20;

/// A folder of Parquet files, or of folders that are snapshots themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The day on which the register stood so.
    pub taken_on: Day,
    pub country: String,
    /// Who is assessed together: the name of the packs' `unit` block.
    pub unit_block: String,
    pub units: u64,
    pub members: u64,
    /// The number of the first unit and of the first member; the others follow.
    pub first_unit: i64,
    pub first_member: i64,
    /// The kinds of facts that were asked for, in the order of the files.
    pub kinds: Vec<String>,
    /// Stretches of units: as many row groups in every file.
    pub groups: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileEntry>,
    /// Names of the folders, when it was split by district.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    pub name: String,
    pub rows: u64,
    pub bytes: u64,
    pub sha256: String,
}

impl Manifest {
    pub fn read(folder: &Path) -> Result<Manifest> {
        let path = folder.join(NAME);
        let bytes = std::fs::metadata(&path).at(&path)?.len();
        if bytes > BYTES_MAX {
            return Err(damaged(&path, format!("{bytes} bytes of JSON")));
        }
        let text = std::fs::read_to_string(&path).at(&path)?;
        let manifest: Manifest =
            serde_json::from_str(&text).map_err(|why| damaged(&path, why.to_string()))?;
        if manifest.format != FORMAT {
            return Err(SnapshotError::Format {
                found: manifest.format,
                read: FORMAT,
            });
        }
        let plain =
            |part: &String| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if !manifest.parts.iter().all(plain) {
            return Err(damaged(&path, "a part's name is not plain"));
        }
        Ok(manifest)
    }

    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(NAME);
        let text = serde_json::to_string_pretty(self).expect("plain data becomes JSON");
        std::fs::write(&path, text + "\n").at(&path)
    }

    pub(crate) fn known_kinds(&self, folder: &Path) -> Result<Vec<&'static FactKind>> {
        let known = |name: &String| {
            let why = || format!("the catalogue has no kind `{name}`");
            kind_named(name).ok_or_else(|| damaged(&folder.join(NAME), why()))
        };
        self.kinds.iter().map(known).collect()
    }
}
