//! What the fuzzer has found, and what it begins with: read by the same functions, in every test.

#[path = "../../../../fuzz/src/agency.rs"]
mod agency;
#[path = "../../../../fuzz/src/dci.rs"]
mod dci;

use std::path::Path;

fn replay(target: &str, files_min: usize, read: impl Fn(&[u8])) {
    let fuzz = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../fuzz/corpus");
    let mut files = 0;
    for entry in std::fs::read_dir(Path::new(fuzz).join(target)).expect("the corpus") {
        let path = entry.expect("an entry").path();
        read(&std::fs::read(path).expect("a file"));
        files += 1;
    }
    assert!(files >= files_min, "{files} files of {target}");
}

#[test]
fn the_corpus_of_the_fuzzer_breaks_nothing() {
    replay("dci_message", 11, dci::read);
    replay("agency_answer", 6, agency::answer);
    replay("connector_file", 8, agency::connector_file);
}
