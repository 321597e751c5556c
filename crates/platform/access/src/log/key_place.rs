//! Where the installation's keys lie: a file that only its owner may read, or a variable. Never
//! the database: whoever can write every row of it must not be able to sign.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::key::{KeyRefused, Keys};

/// Bytes of a file of keys at most.
const FILE_BYTES_MAX: u64 = 64 * 1024;
const OWNER_ONLY: u32 = 0o600;
/// What group and others may do; nothing is right.
const OTHERS: u32 = 0o077;

#[derive(Clone, PartialEq, Eq)]
pub enum KeyPlace {
    File(PathBuf),
    /// The lines themselves, out of a variable of the process.
    Text(String),
}

#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    #[error(
        "the key {0} is not there: bring the file back, or run `daftar init` if this \
         installation never had one"
    )]
    Absent(PathBuf),
    #[error("the key {path} may be read by others (mode {mode:o}): chmod 600 it")]
    Open { path: PathBuf, mode: u32 },
    #[error("the key {path}: {reason}")]
    File {
        path: PathBuf,
        reason: std::io::Error,
    },
    #[error("the log's key: {0}")]
    Refused(#[from] KeyRefused),
    #[error("the keys come from a variable: add a key there, by hand or from a file")]
    Variable,
}

impl KeyPlace {
    pub fn load(&self) -> Result<Keys, KeyFault> {
        Ok(Keys::parse(&self.lines()?)?)
    }

    /// What stands there, whatever keys it is for.
    pub fn lines(&self) -> Result<String, KeyFault> {
        match self {
            KeyPlace::Text(lines) => Ok(lines.clone()),
            KeyPlace::File(path) => read(path),
        }
    }

    pub fn exists(&self) -> bool {
        match self {
            KeyPlace::Text(_) => true,
            KeyPlace::File(path) => path.exists(),
        }
    }

    /// Puts the first keys where none are; a file that is there is left as it is.
    pub fn create(&self, keys: &Keys) -> Result<(), KeyFault> {
        self.create_lines(&keys.secret_lines())
    }

    /// See [`KeyPlace::create`].
    pub fn create_lines(&self, lines: &str) -> Result<(), KeyFault> {
        let KeyPlace::File(path) = self else {
            return Err(KeyFault::Variable);
        };
        write_new(path, lines).map_err(at(path))
    }

    /// Puts other keys in place of those that are there, in one step: no reader ever sees half.
    pub fn replace(&self, keys: &Keys) -> Result<(), KeyFault> {
        self.replace_lines(&keys.secret_lines())
    }

    /// See [`KeyPlace::replace`].
    pub fn replace_lines(&self, lines: &str) -> Result<(), KeyFault> {
        let KeyPlace::File(path) = self else {
            return Err(KeyFault::Variable);
        };
        let next = path.with_added_extension("next");
        // What a rotation that was cut off left behind signs nothing.
        match std::fs::remove_file(&next) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(at(&next)(error));
            }
            _ => {}
        }
        write_new(&next, lines).map_err(at(&next))?;
        std::fs::rename(&next, path).map_err(at(path))
    }
}

/// Never shows the lines.
impl std::fmt::Debug for KeyPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            KeyPlace::File(path) => f.debug_tuple("File").field(path).finish(),
            KeyPlace::Text(_) => f.write_str("Text"),
        }
    }
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> KeyFault {
    let path = path.to_owned();
    |reason| KeyFault::File { path, reason }
}

fn read(path: &Path) -> Result<String, KeyFault> {
    let file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => KeyFault::Absent(path.to_owned()),
        _ => at(path)(error),
    })?;
    let mode = file.metadata().map_err(at(path))?.permissions().mode();
    if mode & OTHERS != 0 {
        return Err(KeyFault::Open {
            path: path.to_owned(),
            mode: mode & 0o777,
        });
    }
    let mut lines = String::new();
    let mut file = file.take(FILE_BYTES_MAX);
    file.read_to_string(&mut lines).map_err(at(path))?;
    Ok(lines)
}

fn write_new(path: &Path, lines: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(OWNER_ONLY);
    let mut file = options.open(path)?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}
