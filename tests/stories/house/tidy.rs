//! What stands in no file of ours: lines and files too long to read, words that tell nothing,
//! floats where money is.

use std::path::Path;

/// The longest file that may stand. Nine in ten are far shorter.
const FILE_LINES_MAX: usize = 700;
/// Nine files in ten stay under this.
const FILE_LINES_P90: usize = 420;
/// File names that say nothing about what is inside.
const EMPTY_WORDS: &[&str] = &[
    "utils", "util", "helpers", "helper", "common", "misc", "manager", "service", "facade",
];

fn sources() -> Vec<(std::path::PathBuf, String)> {
    super::files_under(&super::root().join("crates"), "rs")
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a source file is UTF-8");
            (path, text)
        })
        .collect()
}

#[test]
fn files_are_short_enough_to_read() {
    let mut lengths: Vec<usize> = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(
            lines <= FILE_LINES_MAX,
            "{} has {lines} lines",
            path.display()
        );
        lengths.push(lines);
    }
    lengths.sort_unstable();
    let p90 = lengths[lengths.len() * 9 / 10];
    assert!(
        p90 <= FILE_LINES_P90,
        "one file in ten is longer than {p90} lines"
    );
}

#[test]
fn file_names_say_what_is_inside() {
    for (path, _) in sources() {
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        assert!(!EMPTY_WORDS.contains(&stem.as_str()), "{}", path.display());
    }
}

#[test]
fn no_float_stands_where_money_is() {
    let floors = [
        "engines/rules/src",
        "engines/ledger/src",
        "services/payments/src",
        "engines/kernel/src",
    ];
    for (path, text) in sources() {
        let shown = path.display().to_string();
        if !floors.iter().any(|floor| shown.contains(floor)) {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let float = ["f64", "f32"].iter().any(|word| {
                code.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|token| token == *word)
            });
            assert!(!float, "{shown}:{}: {line}", number + 1);
        }
    }
}

#[test]
fn every_crate_says_what_it_is_for() {
    for manifest in super::files_under(&super::root().join("crates"), "toml") {
        let src = manifest.parent().unwrap_or(Path::new("")).join("src");
        let entry = ["lib.rs", "main.rs"]
            .iter()
            .map(|name| src.join(name))
            .find(|path| path.exists());
        let Some(entry) = entry else { continue };
        let text = std::fs::read_to_string(&entry).expect("a source file is UTF-8");
        let prose = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .count();
        assert!(
            prose >= 3,
            "{} begins without a word on its purpose",
            entry.display()
        );
    }
}
