//! The packs of the repository, read from disk as the app does.
#![allow(dead_code, reason = "each test file uses its own part")]

use rules::{Pack, SourceFile, read_pack};
use std::path::{Path, PathBuf};

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/uz")
}

/// The packs of the country, in order of name.
pub fn ids() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder of packs");
    let mut ids: Vec<String> = entries
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    ids.sort();
    ids
}

/// The Markdown files of a folder, in order of name.
pub fn files(folder: &Path, prefix: &str) -> Vec<SourceFile> {
    let entries = std::fs::read_dir(folder).expect("the folder of packs");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    let read = |path: &PathBuf| SourceFile {
        path: format!(
            "{prefix}{}",
            path.file_name().expect("a name").to_string_lossy()
        ),
        text: std::fs::read_to_string(path).expect("a readable file"),
    };
    paths.iter().map(read).collect()
}

pub fn pack_files(id: &str) -> (Vec<SourceFile>, Vec<SourceFile>) {
    (
        files(&folder().join(id), &format!("uz/{id}/")),
        files(&folder(), "uz/"),
    )
}

pub fn pack(id: &str) -> Pack {
    let (own, shared) = pack_files(id);
    read(id, &own, &shared)
}

pub fn read(id: &str, own: &[SourceFile], shared: &[SourceFile]) -> Pack {
    read_pack(id, own, shared).unwrap_or_else(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{id} does not read:\n{}", errors.join("\n"))
    })
}

/// The pack with one text replaced by another, which must stand in it.
pub fn edited(id: &str, from: &str, to: &str) -> Pack {
    let (mut own, mut shared) = pack_files(id);
    let mut found = 0;
    for file in own.iter_mut().chain(&mut shared) {
        found += file.text.matches(from).count();
        file.text = file.text.replace(from, to);
    }
    assert!(found > 0, "`{from}` does not stand in {id}");
    read(id, &own, &shared)
}

/// One adult about whom nothing is known.
pub fn nobodys_family() -> kernel::Portrait {
    use kernel::portrait::Member;
    let person = kernel::PersonId::from_u128(1);
    kernel::Portrait {
        unit: kernel::UnitId::from_u128(1),
        head: person,
        district: 1_703_202,
        mahalla: 0,
        members: vec![Member {
            person,
            role: kernel::kin::Role::Applicant,
            tie: kernel::kin::Tie::None,
            sex: kernel::Sex::Female,
            born: kernel::Day::parse("1990-01-01").expect("a day"),
            died: None,
            facts: Vec::new(),
        }],
        facts: Vec::new(),
    }
}
