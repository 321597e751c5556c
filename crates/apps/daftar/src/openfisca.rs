//! `daftar rules test-openfisca`: tests in OpenFisca's format against one of our packs.

use std::path::{Path, PathBuf};

use rules::openfisca::{NotTests, TestOutcome, TestReport, run_tests};
use serde::Serialize;

use crate::args::Common;
use crate::failure::Failure;
use crate::show::Show;

/// Bytes of one file of tests at most.
const TESTS_BYTES_MAX: u64 = 4 << 20;
/// Folders below folders at most.
const DEPTH_MAX: usize = 16;

#[derive(Serialize, Default)]
struct Tested {
    passed: usize,
    failed: usize,
    unsupported: usize,
    /// What did not pass.
    others: Vec<Other>,
}

#[derive(Serialize)]
struct Other {
    file: String,
    #[serde(flatten)]
    report: TestReport,
}

pub fn test(common: &Common, folder: &Path, pack: &str) -> Result<(), Failure> {
    let (country, regime) = pack
        .split_once('/')
        .ok_or_else(|| Failure::argument("the pack", "country/pack, as in packs/"))?;
    let pack = app::packs::one(&common.packs, country, regime)
        .map_err(|wrong| Failure::Failed(wrong.to_string()))?;
    let mut files = Vec::new();
    tests_below(folder, DEPTH_MAX, &mut files)?;
    let mut tested = Tested::default();
    for file in files {
        let shown = file.strip_prefix(folder).unwrap_or(&file).display();
        let shown = shown.to_string();
        let text = std::fs::read_to_string(&file)?;
        // A file that does not read stops no other.
        let reports = run_tests(&pack, &text).unwrap_or_else(|wrong| vec![unread(&wrong)]);
        reports
            .into_iter()
            .for_each(|report| tested.count(&shown, report));
    }
    Show::new(common).result(&told(&tested), &tested);
    match (tested.failed, tested.passed) {
        (0, 1..) => Ok(()),
        _ => Err(Failure::InPart),
    }
}

fn unread(wrong: &NotTests) -> TestReport {
    TestReport {
        name: "the whole file".to_owned(),
        outcome: TestOutcome::Failed(vec![wrong.to_string()]),
    }
}

impl Tested {
    fn count(&mut self, file: &str, report: TestReport) {
        match report.outcome {
            TestOutcome::Passed => {
                self.passed += 1;
                return;
            }
            TestOutcome::Failed(_) => self.failed += 1,
            TestOutcome::Unsupported(_) => self.unsupported += 1,
        }
        let file = file.to_owned();
        self.others.push(Other { file, report });
    }
}

fn told(tested: &Tested) -> String {
    let mut text = String::new();
    for Other { file, report } in &tested.others {
        let (word, why) = match &report.outcome {
            TestOutcome::Failed(differences) => ("FAILED", differences.join("; ")),
            TestOutcome::Unsupported(why) => ("UNSUPPORTED", why.clone()),
            TestOutcome::Passed => continue,
        };
        text.push_str(&format!("{word} {file}: {}: {why}\n", report.name));
    }
    text.push_str(&format!(
        "{} passed, {} failed, {} unsupported",
        tested.passed, tested.failed, tested.unsupported
    ));
    text
}

/// The YAML files of a folder and of those below it, in order of name.
fn tests_below(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unreadable = |wrong| Failure::Failed(format!("{}: {wrong}", folder.display()));
    let entries = std::fs::read_dir(folder).map_err(unreadable)?;
    let paths: std::io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth == 0 {
                let why = format!("{} lies too deep", path.display());
                return Err(Failure::Failed(why));
            }
            tests_below(&path, depth - 1, files)?;
        } else if path
            .extension()
            .is_some_and(|end| end == "yaml" || end == "yml")
        {
            if path.metadata()?.len() > TESTS_BYTES_MAX {
                let why = format!("{} is larger than {TESTS_BYTES_MAX} bytes", path.display());
                return Err(Failure::Failed(why));
            }
            files.push(path);
        }
    }
    Ok(())
}
