//! Where the secret lies with which an agency lets us in. A connector's file names the place; the
//! secret itself stands in no file of a connector, no log and no error.

use std::path::PathBuf;

/// Bytes of a secret.
const SECRET_BYTES_MAX: usize = 4_096;

/// A place, read anew for each use: a secret that was changed there holds at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
}

/// The secret. It is shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSecret {
    #[error("it cannot be read")]
    Unreadable,
    #[error("it is empty, longer than {SECRET_BYTES_MAX} bytes or not one line of text")]
    Form,
}

impl SecretPlace {
    pub fn read(&self) -> Result<Secret, NoSecret> {
        let text = match self {
            SecretPlace::File(path) => std::fs::read_to_string(path).ok(),
            SecretPlace::Variable(name) => std::env::var(name).ok(),
        };
        let text = text.ok_or(NoSecret::Unreadable)?;
        let text = text.trim_end_matches(['\r', '\n']);
        let is_long = text.len() > SECRET_BYTES_MAX;
        if text.is_empty() || is_long || text.contains(char::is_control) {
            return Err(NoSecret::Form);
        }
        Ok(Secret(text.to_owned()))
    }
}

impl std::fmt::Display for SecretPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SecretPlace::File(path) => write!(f, "the file {}", path.display()),
            SecretPlace::Variable(name) => write!(f, "the variable {name}"),
        }
    }
}

impl Secret {
    /// For the one header that carries it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}
