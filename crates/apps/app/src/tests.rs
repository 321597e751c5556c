//! An installation from nothing: made, opened, its law read again.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::packs::{self, PacksError};
use crate::{Config, Daftar, Error};

/// The repository's packs, copied so that a test may edit them.
fn law(folder: &TempDir) -> PathBuf {
    let packs = folder.path().join("packs");
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../packs/uz"),
        &packs.join("uz"),
    );
    packs
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

fn config(folder: &TempDir) -> Config {
    Config {
        database: format!("sqlite:{}", folder.path().join("daftar.db").display()),
        packs: law(folder),
        demo: true,
        seed: Some(1),
        ..Config::default()
    }
}

#[tokio::test]
async fn a_database_is_made_once_and_serves_one_country_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder);
    let not_made = Daftar::open(config.clone()).await;
    assert!(
        matches!(not_made, Err(Error::NotMade { .. })),
        "{not_made:?}"
    );
    Daftar::init(config.clone())
        .await
        .unwrap()
        .platform
        .db
        .close()
        .await;
    Daftar::init(config.clone())
        .await
        .unwrap()
        .platform
        .db
        .close()
        .await;
    Daftar::open(config.clone())
        .await
        .unwrap()
        .platform
        .db
        .close()
        .await;
    copy(&config.packs.join("uz"), &config.packs.join("kz"));
    let other = Daftar::open(Config {
        country: "kz".to_owned(),
        ..config
    })
    .await;
    assert!(
        matches!(other, Err(Error::AnotherCountry { .. })),
        "{other:?}"
    );
}

#[tokio::test]
async fn an_edited_parameter_holds_after_the_next_look_and_a_broken_text_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&folder);
    let file = config.packs.join("uz/country.md");
    let daftar = Daftar::init(config).await.unwrap();
    let hashes = || {
        daftar
            .shelf
            .current()
            .iter()
            .map(|p| p.hash())
            .collect::<Vec<_>>()
    };
    let before = hashes();
    assert!(!daftar.reload_packs().await.unwrap());

    let text = std::fs::read_to_string(&file).unwrap();
    write_later(&file, &text.replace("| 275 000 |", "| 276 000 |"));
    assert!(daftar.reload_packs().await.unwrap());
    let edited = hashes();
    assert_ne!(edited, before);

    write_later(&file, &text.replace("type: money", "type: monye"));
    let wrong = daftar.reload_packs().await.unwrap_err().to_string();
    assert!(
        wrong.contains("country.md:") && wrong.contains("write:"),
        "{wrong}"
    );
    assert_eq!(hashes(), edited);
}

/// A file system may count time in steps: the new text gets a time that surely differs.
fn write_later(file: &Path, text: &str) {
    let modified = std::fs::metadata(file).unwrap().modified().unwrap();
    std::fs::write(file, text).unwrap();
    let opened = std::fs::File::options().write(true).open(file).unwrap();
    opened
        .set_modified(modified + std::time::Duration::from_secs(2))
        .unwrap();
}

#[test]
fn a_folder_without_packs_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let absent = packs::read(folder.path(), "uz");
    assert!(
        matches!(absent, Err(PacksError::Folder { .. })),
        "{absent:?}"
    );
    std::fs::create_dir(folder.path().join("uz")).unwrap();
    let empty = packs::read(folder.path(), "uz");
    assert!(matches!(empty, Err(PacksError::Empty { .. })), "{empty:?}");
}

#[tokio::test]
async fn the_clock_of_a_real_installation_is_not_moved() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        demo: false,
        ..config(&folder)
    };
    let daftar = Daftar::init(config).await.unwrap();
    let moved = daftar.set_clock(daftar.now().plus_seconds(60));
    assert!(matches!(moved, Err(Error::NotADemo)), "{moved:?}");
}

#[tokio::test]
async fn an_empty_installation_settles_closes_a_month_and_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let daftar = Daftar::init(config(&folder)).await.unwrap();
    assert!(daftar.settle().await.unwrap().is_idle());
    let month = daftar.today().month();
    assert_eq!(
        daftar.month_close(month).await.unwrap(),
        crate::MonthClosed::default()
    );
    assert_eq!(daftar.begin_month(month).await.unwrap(), 0);
    for check in daftar.verify().await.unwrap() {
        assert!(check.holds(), "{check:?}");
    }
}
