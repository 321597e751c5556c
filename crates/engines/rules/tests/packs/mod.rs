//! The packs of the repository, read from disk as the app does.
#![allow(dead_code, reason = "each test file uses its own part")]

use rules::{Pack, SourceFile, read_pack};
use std::path::{Path, PathBuf};

pub fn folder() -> PathBuf {
    country("uz")
}

pub fn country(country: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../packs")
        .join(country)
}

/// The country of a regime: the first word of its id.
fn country_of(id: &str) -> &str {
    id.split_once('-').map_or("uz", |(country, _)| country)
}

/// The packs of the first country, in order of name.
pub fn ids() -> Vec<String> {
    ids_of("uz")
}

/// The packs of a country, in order of name.
pub fn ids_of(home: &str) -> Vec<String> {
    let entries = std::fs::read_dir(country(home)).expect("the folder of packs");
    let mut ids: Vec<String> = entries
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    ids.sort();
    ids
}

/// The packs of both countries that decide about somebody.
pub fn laws() -> Vec<Pack> {
    let ids = ids_of("uz").into_iter().chain(ids_of("ru"));
    let packs = ids.map(|id| pack(&id));
    packs.filter(|pack| !pack.is_calculation()).collect()
}

/// The last day of a regime that is over, and a day of 2026 of one that is not.
pub fn a_day_of(pack: &Pack) -> kernel::Day {
    let day = kernel::Day::parse("2026-07-10").expect("a day");
    let over = pack.in_force().to.filter(|end| *end <= day);
    over.map_or(day, |end| end.plus_days(-1))
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
    let home = country_of(id);
    (
        files(&country(home).join(id), &format!("{home}/{id}/")),
        files(&country(home), &format!("{home}/")),
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
