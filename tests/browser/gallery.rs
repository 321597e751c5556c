//! Every page with made-up data, in a real browser. The pages are written by
//! `cargo run -p web --example pages -- FOLDER`; `DAFTAR_PAGES` names the folder.

use std::path::PathBuf;

use browser::checks::{Axe, overflow, small_targets, too_wide};
use browser::driver::{DESK, Driver, PHONE, View};

/// Languages whose pages are read by axe-core at each width; the others are
/// measured only. `DAFTAR_EVERY=1` reads them all (some minutes).
const READ: [(View, &str); 2] = [(PHONE, "uz"), (DESK, "ru")];

fn pages(lang: &str) -> Option<Vec<PathBuf>> {
    let Ok(folder) = std::env::var("DAFTAR_PAGES") else {
        eprintln!(
            "SKIPPED: DAFTAR_PAGES does not name the folder of pages (see tests/browser/run)"
        );
        return None;
    };
    let entries = std::fs::read_dir(PathBuf::from(folder).join(lang)).expect("the folder of pages");
    let files = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|ext| ext == "html"))
        .collect();
    files.sort();
    Some(files)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_keeps_the_rules_at_every_width() {
    let (Some(_), Some(driver)) = (pages("uz"), Driver::start()) else {
        return;
    };
    let axe = Axe::load();
    let every = std::env::var("DAFTAR_EVERY").is_ok_and(|flag| flag == "1");
    let mut broken = Vec::new();
    for view in [PHONE, DESK] {
        let client = driver.open(view).await;
        for lang in ["uz", "uz-Cyrl", "ru", "en"] {
            let read = every
                || READ
                    .iter()
                    .any(|(read, of)| read.width == view.width && *of == lang);
            for page in pages(lang).expect("asked above") {
                let name = format!(
                    "{lang}/{} at {}",
                    page.file_stem().unwrap_or_default().display(),
                    view.width
                );
                client
                    .goto(&format!("file://{}", page.display()))
                    .await
                    .expect("the page opens");
                if overflow(&client).await != 0 {
                    broken.push(format!(
                        "{name}: scrolls sideways: {:?}",
                        too_wide(&client).await
                    ));
                }
                let small = small_targets(&client).await;
                broken.extend(
                    small
                        .into_iter()
                        .map(|target| format!("{name}: small target {target}")),
                );
                if read {
                    let violations = axe.violations(&client).await;
                    broken.extend(violations.into_iter().map(|rule| format!("{name}: {rule}")));
                }
            }
        }
        client.close().await.expect("the session ends");
    }
    assert!(
        broken.is_empty(),
        "{} rules broken:\n{}",
        broken.len(),
        broken.join("\n")
    );
}

/// A page that breaks the rules on purpose: a check that finds nothing proves nothing.
const BAD: &str = "data:text/html,<title>x</title><meta name=viewport content=width%3Ddevice-width>\
    <p style='color:%23999;width:900px'>pale and wide</p><input><a href='%23'>x</a>";

#[tokio::test(flavor = "multi_thread")]
async fn the_checks_find_a_bad_page() {
    let Some(driver) = Driver::start() else {
        return;
    };
    let axe = Axe::load();
    let client = driver.open(PHONE).await;
    client.goto(BAD).await.expect("the page opens");
    let width = client
        .execute("return innerWidth;", vec![])
        .await
        .expect("the width is read");
    let (wide, small) = (overflow(&client).await, small_targets(&client).await);
    let violations = axe.violations(&client).await.join("\n");
    client.close().await.expect("the session ends");
    assert!(wide > 500, "window {width}, {wide} pixels too wide");
    assert!(!small.is_empty());
    if axe.is_loaded() {
        for rule in ["html-has-lang", "label", "color-contrast"] {
            assert!(
                violations.contains(rule),
                "{rule} is not among {violations}"
            );
        }
    }
}
