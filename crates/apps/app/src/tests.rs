//! An installation from nothing: made, opened, its law read again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use crate::packs::{self, PacksError};
use crate::{Config, Daftar, Error};

/// The repository's packs, copied so that a test may edit them.
pub(crate) fn law(folder: &TempDir) -> PathBuf {
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

pub(crate) fn config(folder: &TempDir) -> Config {
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
async fn every_day_has_one_primary_regime_and_overlays_stand_over_it() {
    let folder = tempfile::tempdir().unwrap();
    let daftar = Daftar::init(config(&folder)).await.unwrap();
    let day = |text: &str| kernel::Day::parse(text).unwrap();
    let check = |on: &str, district: u32, primary: &str, overlays: &[&str]| {
        let shelf = &daftar.shelf;
        let found = shelf.in_force(day(on)).unwrap();
        assert_eq!(found.id(), primary, "{on}");
        let over = shelf.overlays(day(on), district);
        let over: Vec<&str> = over.iter().map(|pack| pack.id()).collect();
        assert_eq!(over, overlays, "{on} {district}");
    };
    let (gulistan, tashkent) = (1_724_401, 1_726_266);
    check("2019-09-30", gulistan, "uz-cr44", &[]);
    check("2020-03-10", gulistan, "uz-cr44", &["uz-pilot"]);
    check("2020-03-10", tashkent, "uz-cr44", &[]);
    check("2020-10-21", gulistan, "uz-654a", &["uz-pilot"]);
    check("2025-07-10", tashkent, "uz-654b", &["uz-reg3"]);
    check("2026-02-01", tashkent, "uz-sr26", &[]);
    assert!(daftar.shelf.in_force(day("2013-02-14")).is_err());
}

#[tokio::test]
async fn units_of_old_laws_and_of_programmes_are_kept_only_when_they_are_needed() {
    let folder = tempfile::tempdir().unwrap();
    let daftar = Daftar::init(config(&folder)).await.unwrap();
    let blocks = async || {
        let mut tx = daftar.platform.db.read().await.unwrap();
        let kept = registry::unit::blocks(&mut tx).await.unwrap();
        kept.into_iter()
            .map(|one| one.block.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(blocks().await, ["nuclear_family"]);
    let elderly = daftar.shelf.regime("uz-elderly").unwrap();
    daftar.keep_units_of(&elderly).await.unwrap();
    assert_eq!(blocks().await, ["nuclear_family", "person"]);
    assert_eq!(daftar.begin_month(daftar.today().month()).await.unwrap(), 0);
}

#[test]
fn a_country_with_two_primary_regimes_on_a_day_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let packs = law(&folder);
    let file = packs.join("uz/uz-654b/regime.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let longer = text.replace("in force until: 2026-01-31", "in force until: 2026-02-10");
    std::fs::write(&file, longer).unwrap();
    let wrong = packs::read(&packs, "uz").unwrap_err().to_string();
    assert!(wrong.contains("uz/uz-sr26/regime.md:"), "{wrong}");
    assert!(
        wrong.contains("both primary from 2026-02-01 to 2026-02-10"),
        "{wrong}"
    );
    // A mistake in a shared file is told once, not once a pack.
    std::fs::write(&file, text).unwrap();
    let shared = packs.join("uz/country.md");
    let broken = std::fs::read_to_string(&shared).unwrap();
    std::fs::write(&shared, broken.replacen("type: money", "type: monye", 1)).unwrap();
    let wrong = packs::read(&packs, "uz").unwrap_err().to_string();
    assert_eq!(
        wrong.matches("a parameter has no such type").count(),
        1,
        "{wrong}"
    );
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

async fn newest(daftar: &Daftar) -> Option<String> {
    let mut tx = daftar.platform.db.read().await.unwrap();
    access::log::newest(&mut tx).await.unwrap()
}

#[tokio::test]
async fn the_worker_signs_the_log_and_verify_holds_it_against_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let daftar = Arc::new(Daftar::init(config(&folder)).await.unwrap());
    assert_eq!(newest(&daftar).await, None);
    let worker = tokio::spawn(Arc::clone(&daftar).work());
    while newest(&daftar).await.is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    worker.abort();
    let checks = daftar.verify().await.unwrap();
    let of = |name: &str| {
        checks
            .iter()
            .find(|check| check.name.contains(name))
            .unwrap()
    };
    assert!(of("signed checkpoints").checked > 0);
    assert!(
        checks.iter().all(|check| check.differences == 0),
        "{checks:?}"
    );
    std::fs::remove_file(folder.path().join("daftar.db.log-key")).unwrap();
    let checks = daftar.verify().await.unwrap();
    let without: Vec<_> = checks
        .iter()
        .filter(|check| check.differences > 0)
        .collect();
    assert_eq!(without.len(), 1, "{without:?}");
    assert!(
        without[0].examples[0].contains("is not there"),
        "{without:?}"
    );
}

#[tokio::test]
async fn the_key_is_made_once_rotated_by_wish_and_never_replaced_when_it_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let daftar = Daftar::init(config(&folder)).await.unwrap();
    let first = daftar.key_place().load().unwrap().secret_lines();
    let again = Daftar::init(config(&folder)).await.unwrap();
    assert_eq!(again.key_place().load().unwrap().secret_lines(), first);
    let signed = daftar.checkpoint().await.unwrap().unwrap();
    let rotated = daftar.rotate_key().await.unwrap();
    let sizes: Vec<_> = rotated.public().iter().map(|key| key.last_size()).collect();
    assert_eq!(sizes, [Some(signed.size), None]);
    let private = first
        .lines()
        .next()
        .unwrap()
        .rsplit('+')
        .next()
        .unwrap()
        .to_owned();
    assert!(
        !rotated.secret_lines().contains(&private),
        "the old private half is gone"
    );
    std::fs::remove_file(folder.path().join("daftar.db.log-key")).unwrap();
    let lost = Daftar::init(config(&folder)).await;
    assert!(matches!(lost, Err(Error::KeyLost)), "{lost:?}");
}

#[tokio::test]
async fn keys_of_evidence_are_made_once_and_never_replaced_while_something_lies_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let daftar = Daftar::init(config(&folder)).await.unwrap();
    let file = folder.path().join("daftar.db.evidence-key");
    let first = daftar.config.evidence_keys().unwrap();
    Daftar::open(config(&folder)).await.unwrap();
    assert_eq!(daftar.config.evidence_keys().unwrap(), first);
    let rotated = Daftar::rotate_evidence_key(&daftar.config).unwrap();
    assert_eq!(rotated.ids()[1..], first.ids());
    // Nothing lies sealed yet: keys that are gone were of no use to anybody.
    std::fs::remove_file(&file).unwrap();
    Daftar::open(config(&folder)).await.unwrap();
    let mut tx = daftar.platform.db.begin().await.unwrap();
    store::execute!(
        tx,
        "INSERT INTO evidence_refused (id, agency, request, reason, received_at, sha256, bytes, head,
           sealed) VALUES ($1, 2, $1, 'r', 0, $2, 0, $2, TRUE)",
        daftar.platform.ids.uuid(),
        vec![0_u8; 32]
    )
    .unwrap();
    tx.commit().await.unwrap();
    std::fs::remove_file(&file).unwrap();
    let lost = Daftar::open(config(&folder)).await;
    assert!(matches!(lost, Err(Error::EvidenceKeyLost)), "{lost:?}");
    std::fs::write(&file, "no key").unwrap();
    let open = Daftar::open(config(&folder)).await;
    let why = open.unwrap_err().to_string();
    assert!(why.contains("may be read by others"), "{why}");
}

/// An insider points a fact at nothing, or at what an import would be; a visit rests on its own.
#[tokio::test]
async fn a_fact_of_an_agency_that_rests_on_no_evidence_is_named() {
    use kernel::Source;
    let folder = tempfile::tempdir().unwrap();
    let daftar = Daftar::init(config(&folder)).await.unwrap();
    let ids = &daftar.platform.ids;
    let import_like = ids.uuid();
    let nil = uuid::Uuid::nil();
    let mut tx = daftar.platform.db.begin().await.unwrap();
    for (source, evidence) in [
        (Source::Bank, nil),
        (Source::Bank, import_like),
        (Source::Visit, nil),
    ] {
        store::execute!(
            tx,
            "INSERT INTO fact (id, owner, kind, source, as_of, received_at, evidence, body)
             VALUES ($1, $1, 1, $2, 0, $3, $4, $5)",
            ids.uuid(),
            i64::from(source.code()),
            daftar.now().0,
            evidence,
            vec![0_u8]
        )
        .unwrap();
    }
    tx.commit().await.unwrap();
    let checks = daftar.verify().await.unwrap();
    let facts = checks
        .iter()
        .find(|check| check.name.contains("every fact of an agency"));
    let facts = facts.unwrap();
    assert_eq!((facts.checked, facts.differences), (3, 2), "{facts:?}");
    assert!(facts.examples[0].contains(&nil.to_string()), "{facts:?}");
}
