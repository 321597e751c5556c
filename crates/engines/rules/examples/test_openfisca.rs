//! Runs every YAML test of a folder (and those below it) against a calculation.
//!
//! `cargo run -p rules --example test_openfisca -- FOLDER PACK_FOLDER`
#![allow(clippy::print_stdout, reason = "a command prints its result")]

use rules::openfisca::{TestOutcome, run_tests};
use rules::{Pack, SourceFile, read_pack};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(pack)) = (arguments.next(), arguments.next()) else {
        println!("FOLDER PACK_FOLDER");
        return ExitCode::from(2);
    };
    let pack = pack_in(Path::new(&pack));
    let (mut passed, mut failed, mut unsupported) = (0, 0, 0);
    for file in files(Path::new(&folder), "yaml", true) {
        let shown = file
            .strip_prefix(&folder)
            .unwrap_or(&file)
            .display()
            .to_string();
        let text = std::fs::read_to_string(&file).expect("a readable file");
        let reports = match run_tests(&pack, &text) {
            Ok(reports) => reports,
            Err(wrong) => {
                println!("UNSUPPORTED {shown}: {wrong}");
                unsupported += 1;
                continue;
            }
        };
        for report in reports {
            match report.outcome {
                TestOutcome::Passed => passed += 1,
                TestOutcome::Failed(differences) => {
                    failed += 1;
                    println!(
                        "FAILED {shown}: {}: {}",
                        report.name,
                        differences.join("; ")
                    );
                }
                TestOutcome::Unsupported(why) => {
                    unsupported += 1;
                    println!("UNSUPPORTED {shown}: {}: {why}", report.name);
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed, {unsupported} unsupported");
    ExitCode::from(u8::from(failed > 0 || passed == 0))
}

fn pack_in(folder: &Path) -> Pack {
    let id = folder
        .file_name()
        .expect("a folder's name")
        .to_string_lossy();
    let shared = folder.parent().map(sources).unwrap_or_default();
    read_pack(&id, &sources(folder), &shared).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

fn sources(folder: &Path) -> Vec<SourceFile> {
    let read = |path: PathBuf| SourceFile {
        text: std::fs::read_to_string(&path).expect("a readable file"),
        path: path.display().to_string(),
    };
    files(folder, "md", false).into_iter().map(read).collect()
}

/// Files with an ending, in order of name.
fn files(folder: &Path, ending: &str, below: bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && below {
            found.extend(files(&path, ending, below));
        } else if path.extension().is_some_and(|end| end == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}
