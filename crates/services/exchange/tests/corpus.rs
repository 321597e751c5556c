//! What the fuzzer has found, and what it begins with: read by the same function, in every test.

#[path = "../../../../fuzz/src/dci.rs"]
mod dci;

#[test]
fn the_corpus_of_the_fuzzer_breaks_nothing() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../fuzz/corpus/dci_message"
    );
    let mut read = 0;
    for entry in std::fs::read_dir(folder).expect("the corpus") {
        let path = entry.expect("an entry").path();
        dci::read(&std::fs::read(path).expect("a file"));
        read += 1;
    }
    assert!(read >= 11, "{read} files");
}
