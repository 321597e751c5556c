//! The corpus of the fuzz target, replayed on the ordinary compiler.

#[path = "../../../../fuzz/src/bank_file.rs"]
mod bank_file;

#[test]
fn every_file_of_the_corpus_ends_well_or_in_a_fault() {
    let corpus =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fuzz/corpus/bank_file");
    let mut replayed = 0;
    for entry in std::fs::read_dir(corpus).expect("the corpus") {
        let path = entry.expect("an entry").path();
        bank_file::read(&std::fs::read(&path).expect("a file"));
        replayed += 1;
    }
    assert!(replayed >= 7, "{replayed} files are no corpus");
}
