//! What the fuzzer has found, and what it begins with: read by the same function, in every test.

#[path = "../../../../fuzz/src/jose.rs"]
mod jose;

#[test]
fn the_corpus_of_the_fuzzer_breaks_nothing() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../fuzz/corpus/jose");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).expect("the corpus") {
        let path = entry.expect("an entry").path();
        jose::read(&std::fs::read(path).expect("a file"));
        read += 1;
    }
    assert!(read >= 7, "{read} files");
}
