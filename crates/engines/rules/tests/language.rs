//! The reference page of the language is the engine's own tables, and nothing else.

use std::path::Path;

#[test]
fn the_committed_page_is_what_the_tables_say() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/language.md");
    let page = rules::reference::page();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&file, &page).expect("a writable folder");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = kept
        .lines()
        .zip(page.lines())
        .find(|(kept, page)| kept != page);
    let write = "write it anew: daftar rules reference > docs/language.md";
    assert_eq!(differs, None, "{write}");
    assert_eq!(kept.len(), page.len(), "{write}");
}
