//! Keys that lie in files. A file is read when it is first wanted and again when it has changed: a
//! question costs one look at its date, and a rotation needs no restart.

use std::fs::Metadata;
use std::hash::{Hash, Hasher};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Bytes of a file of keys.
const BYTES_MAX: u64 = 64 * 1024;
/// A file that has changed so lately may change again under the same date: it is not kept.
const SETTLED: Duration = Duration::from_secs(2);

/// A file and what stood in it. Clones share what is kept.
pub struct KeyFile<K> {
    path: PathBuf,
    kept: Arc<Mutex<Option<Kept<K>>>>,
}

type Kept<K> = (Mark, Arc<K>);

/// By this another state of the file is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    inode: (u64, u64),
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// Why there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoKey {
    Unreadable,
    Form,
}

impl<K> KeyFile<K> {
    pub fn new(path: PathBuf) -> KeyFile<K> {
        KeyFile {
            path,
            kept: Arc::default(),
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What stands in the file now. `parse`: `None` where it is not what it should be.
    pub fn read(&self, parse: impl FnOnce(&str) -> Option<K>) -> Result<Arc<K>, NoKey> {
        let found = std::fs::metadata(&self.path).map_err(|_| NoKey::Unreadable)?;
        let mark = Mark::of(&found);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, key)) = kept.as_ref().filter(|(of, _)| *of == mark) {
            return Ok(Arc::clone(key));
        }
        *kept = None;
        // A pipe or a device has no length, and may have no end.
        if !found.is_file() || found.len() > BYTES_MAX {
            return Err(NoKey::Unreadable);
        }
        let text = read_bounded(&self.path).ok_or(NoKey::Unreadable)?;
        let key = Arc::new(parse(&text).ok_or(NoKey::Form)?);
        if is_settled(&found) {
            *kept = Some((mark, Arc::clone(&key)));
        }
        Ok(key)
    }
}

/// The text, unless it has grown beyond [`BYTES_MAX`] meanwhile.
fn read_bounded(path: &Path) -> Option<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(BYTES_MAX + 1).read_to_string(&mut text).ok()?;
    (text.len() as u64 <= BYTES_MAX).then_some(text)
}

impl Mark {
    fn of(found: &Metadata) -> Mark {
        Mark {
            inode: (found.dev(), found.ino()),
            bytes: found.len(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "files are dated by the system's clock, whatever the story's says"
)]
fn is_settled(found: &Metadata) -> bool {
    let age = found
        .modified()
        .ok()
        .and_then(|at| SystemTime::now().duration_since(at).ok());
    age.is_some_and(|age| age >= SETTLED)
}

impl<K> Clone for KeyFile<K> {
    fn clone(&self) -> KeyFile<K> {
        KeyFile {
            path: self.path.clone(),
            kept: Arc::clone(&self.kept),
        }
    }
}

/// Two are the same when they name the same file.
impl<K> PartialEq for KeyFile<K> {
    fn eq(&self, other: &KeyFile<K>) -> bool {
        self.path == other.path
    }
}

impl<K> Eq for KeyFile<K> {}

impl<K> Hash for KeyFile<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path.hash(state);
    }
}

/// The key itself is shown to nobody.
impl<K> std::fmt::Debug for KeyFile<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyFile({})", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of a file, and how often its text was read.
    fn read(file: &KeyFile<String>, reads: &mut usize) -> Result<String, NoKey> {
        let parse = |text: &str| {
            *reads += 1;
            (text != "rubbish").then(|| text.to_owned())
        };
        file.read(parse).map(|key| (*key).clone())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "files are dated by the system's clock"
    )]
    fn put(path: &Path, text: &str, age_s: u64) {
        std::fs::write(path, text).unwrap();
        let written = SystemTime::now() - Duration::from_secs(age_s);
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(written).unwrap();
    }

    #[test]
    fn a_file_of_keys_is_read_again_only_when_it_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let file = KeyFile::new(path.clone());
        let mut reads = 0;
        assert_eq!(read(&file, &mut reads), Err(NoKey::Unreadable));
        put(&path, "one", 60);
        for _ in 0..3 {
            assert_eq!(read(&file.clone(), &mut reads).unwrap(), "one");
        }
        assert_eq!(reads, 1);
        put(&path, "two", 60);
        assert_eq!(read(&file, &mut reads).unwrap(), "two");
        assert_eq!(reads, 2, "another state of the same length and date");
        put(&path, "rubbish", 60);
        assert_eq!(read(&file, &mut reads), Err(NoKey::Form));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read(&file, &mut reads), Err(NoKey::Unreadable));
        // Written just now: it may be written again within the tick of the clock.
        put(&path, "new", 0);
        reads = 0;
        for _ in 0..3 {
            assert_eq!(read(&file, &mut reads).unwrap(), "new");
        }
        assert_eq!(reads, 3);
    }
}
