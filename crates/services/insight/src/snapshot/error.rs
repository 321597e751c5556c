//! Why a snapshot cannot be written or read.

use std::path::{Path, PathBuf};

use kernel::portrait::BadBytes;

#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("{}: {reason}", path.display())]
    File {
        path: PathBuf,
        reason: std::io::Error,
    },
    #[error("{}: {reason}", path.display())]
    Parquet {
        path: PathBuf,
        reason: parquet::errors::ParquetError,
    },
    #[error("{} is not a snapshot's file: {why}", path.display())]
    Damaged { path: PathBuf, why: String },
    #[error("a portrait's bytes are damaged: {0}")]
    Portrait(#[from] BadBytes),
    #[error("a member is born {0} days from 1970: no calendar reaches there")]
    Calendar(i32),
    #[error("{} has something in it; a snapshot is written into a new folder", .0.display())]
    Taken(PathBuf),
    #[error("{} is half a snapshot: the register could not be read to its end", .0.display())]
    Half(PathBuf),
    #[error("the snapshot has no facts of the kind `{0}`, which the pack reads")]
    Lacks(String),
    #[error("the snapshot holds units `{has}`; the pack assesses `{wants}`")]
    OtherUnit { has: String, wants: String },
    #[error(
        "the pack lets `{first}` prevail for `{kind}`, and a snapshot keeps the catalogue's order: \
         assess the register itself"
    )]
    Prevails {
        kind: &'static str,
        first: &'static str,
    },
    #[error("the snapshot is of format {found}; this program reads format {read}")]
    Format { found: u32, read: u32 },
}

pub type Result<T> = std::result::Result<T, SnapshotError>;

/// Gives an error the file it happened in.
pub(crate) trait At<T> {
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|reason| SnapshotError::File {
            path: path.to_owned(),
            reason,
        })
    }
}

impl<T> At<T> for parquet::errors::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|reason| SnapshotError::Parquet {
            path: path.to_owned(),
            reason,
        })
    }
}

pub(crate) fn damaged(path: &Path, why: impl Into<String>) -> SnapshotError {
    SnapshotError::Damaged {
        path: path.to_owned(),
        why: why.into(),
    }
}
