//! The packs of law on disk: `packs/<country>/*.md` are shared, each folder below is a regime.
//! Together they have one primary regime a day, or they are not taken.
//! Read at the start and again when a file changes: a parameter edited there holds from the
//! next assessment on, without a build.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rules::{Diagnostic, Pack, SourceFile};

/// Bytes of one file of a pack at most.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Why the packs cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum PacksError {
    #[error("the folder of packs {path} cannot be read: {reason}")]
    Folder { path: String, reason: io::Error },
    #[error("{path} holds no pack: a pack is a folder with Markdown files")]
    Empty { path: String },
    #[error("{path} is larger than {FILE_BYTES_MAX} bytes, the most that a file of a pack has")]
    TooLarge { path: String },
    #[error("{}", told(.0))]
    Wrong(Vec<Diagnostic>),
}

fn told(diagnostics: &[Diagnostic]) -> String {
    let lines = diagnostics.iter().map(|d| {
        format!(
            "{}:{}:{}: {}\n{}\n  write: {}",
            d.file, d.line, d.column, d.message, d.excerpt, d.instead
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Every pack of a country, in the order of the folders' names.
pub fn read(packs: &Path, country: &str) -> Result<Vec<Pack>, PacksError> {
    let folder = packs.join(country);
    let shared = markdown_in(packs, &folder)?;
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for regime in folders_in(&folder)? {
        let files = markdown_in(packs, &regime)?;
        if files.is_empty() {
            continue;
        }
        let id = name(&regime);
        match rules::read_pack(&id, &files, &shared) {
            Ok(pack) => found.push(pack),
            // A mistake in a shared file is every pack's mistake, and told once.
            Err(diagnostics) => {
                let fresh = |found: &Diagnostic| !wrong.contains(found);
                let fresh: Vec<Diagnostic> = diagnostics.into_iter().filter(fresh).collect();
                wrong.extend(fresh);
            }
        }
    }
    if !wrong.is_empty() {
        return Err(PacksError::Wrong(wrong));
    }
    let between = rules::check_country(&found);
    if !between.is_empty() {
        return Err(PacksError::Wrong(between));
    }
    if found.is_empty() {
        return Err(PacksError::Empty {
            path: folder.display().to_string(),
        });
    }
    Ok(found)
}

/// One pack of a country by the name of its folder.
pub fn one(packs: &Path, country: &str, id: &str) -> Result<Pack, PacksError> {
    let folder = packs.join(country);
    let shared = markdown_in(packs, &folder)?;
    let files = markdown_in(packs, &folder.join(id))?;
    rules::read_pack(id, &files, &shared).map_err(PacksError::Wrong)
}

/// A pack that lies elsewhere (a draft of a reform), read with what the country's packs share.
/// Its id is the name of its folder.
pub fn at(packs: &Path, country: &str, folder: &Path) -> Result<Pack, PacksError> {
    let shared = markdown_in(packs, &packs.join(country))?;
    let files = markdown_in(packs, folder)?;
    if files.is_empty() {
        return Err(PacksError::Empty {
            path: folder.display().to_string(),
        });
    }
    let folder = fs::canonicalize(folder).map_err(|reason| unreadable(folder, reason))?;
    rules::read_pack(&name(&folder), &files, &shared).map_err(PacksError::Wrong)
}

/// The packs of one name, whatever their country; a mistake in any other pack is no matter. The
/// name may be a stranger's: it is looked for among the folders that are there.
pub fn named(packs: &Path, id: &str) -> Result<Vec<Pack>, PacksError> {
    let mut found = Vec::new();
    for country in countries(packs)? {
        let here = folders_in(&packs.join(&country))?;
        if here.iter().any(|regime| name(regime) == id) {
            found.push(one(packs, &country, id)?);
        }
    }
    Ok(found)
}

/// The countries that have a folder, in order of name.
pub fn countries(packs: &Path) -> Result<Vec<String>, PacksError> {
    let folders = folders_in(packs)?;
    Ok(folders.iter().map(|folder| name(folder)).collect())
}

fn name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The newest change below the country's folder; another value means: read again.
pub fn changed_at(packs: &Path, country: &str) -> Result<SystemTime, PacksError> {
    let folder = packs.join(country);
    let mut newest = SystemTime::UNIX_EPOCH;
    let mut folders = vec![folder.clone()];
    folders.extend(folders_in(&folder)?);
    for folder in folders {
        for path in entries(&folder)? {
            let modified = fs::metadata(&path).and_then(|m| m.modified());
            newest = newest.max(modified.map_err(|reason| unreadable(&path, reason))?);
        }
    }
    Ok(newest)
}

fn markdown_in(packs: &Path, folder: &Path) -> Result<Vec<SourceFile>, PacksError> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let shown = path
            .strip_prefix(packs)
            .unwrap_or(&path)
            .display()
            .to_string();
        let text = bounded(&path).map_err(|reason| unreadable(&path, reason))?;
        if text.len() as u64 > FILE_BYTES_MAX {
            return Err(PacksError::TooLarge { path: shown });
        }
        let file = SourceFile::from_bytes(&shown, text);
        files.push(file.map_err(|wrong| PacksError::Wrong(vec![wrong]))?);
    }
    Ok(files)
}

/// A file's bytes, and one more than may be at most. A link to a device has no end, and a pipe
/// waits for ever: neither is opened.
fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, PacksError> {
    Ok(entries(folder)?
        .into_iter()
        .filter(|path| path.is_dir())
        .collect())
}

/// In the order of their names, so that the same files make the same pack everywhere.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, PacksError> {
    let listed = fs::read_dir(folder).map_err(|reason| unreadable(folder, reason))?;
    let paths: io::Result<Vec<PathBuf>> = listed.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(|reason| unreadable(folder, reason))?;
    paths.sort();
    Ok(paths)
}

fn unreadable(path: &Path, reason: io::Error) -> PacksError {
    PacksError::Folder {
        path: path.display().to_string(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A country of one regime whose file is what `make` leaves at the path.
    fn read_with(make: impl FnOnce(&Path)) -> String {
        let packs = tempfile::tempdir().expect("a folder");
        let regime = packs.path().join("xx").join("one");
        fs::create_dir_all(&regime).expect("a folder");
        make(&regime.join("pack.md"));
        read(packs.path(), "xx").expect_err("no pack").to_string()
    }

    #[test]
    fn endless_and_large_files_are_refused_by_name() {
        let endless = read_with(|file| std::os::unix::fs::symlink("/dev/zero", file).unwrap());
        assert!(
            endless.contains("one/pack.md") && endless.contains("no plain file"),
            "{endless}"
        );
        let pipe = read_with(|file| {
            let made = std::process::Command::new("mkfifo").arg(file).status();
            assert!(made.expect("mkfifo").success());
        });
        assert!(pipe.contains("no plain file"), "{pipe}");
        let large = vec![b' '; FILE_BYTES_MAX as usize + 1];
        let large = read_with(|file| fs::write(file, &large).unwrap());
        assert!(large.contains("xx/one/pack.md is larger than"), "{large}");
        let none = read_with(|_| ());
        assert!(none.contains("holds no pack"), "{none}");
    }
}
