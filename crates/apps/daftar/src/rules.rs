//! `daftar rules`: the packs of law, checked and listed. Needs no database.

use std::path::{Path, PathBuf};

use app::packs::PacksError;
use rules::{CaseReport, Diagnostic, Pack, Severity};
use serde::Serialize;

use crate::args::{Common, Rules};
use crate::config;
use crate::failure::Failure;
use crate::show::Show;

/// Bytes of one file of cases at most.
const CASES_BYTES_MAX: u64 = 4 << 20;

pub fn run(common: &Common, command: &Rules) -> Result<(), Failure> {
    if matches!(command, Rules::Reference) {
        Show::new(common).result(&rules::reference::page(), &rules::reference::page());
        return Ok(());
    }
    let config = config::existing(common);
    let country = config.packs.join(&config.country);
    match (command, app::packs::read(&config.packs, &config.country)) {
        (Rules::Check { .. }, Err(PacksError::Wrong(errors))) => unreadable(common, errors),
        (_, Err(wrong)) => Err(Failure::Failed(wrong.to_string())),
        (Rules::Check { deny_warnings }, Ok(packs)) => {
            check(common, &packs, &country, *deny_warnings)
        }
        (Rules::Parameters { regime }, Ok(packs)) => parameters(common, &packs, regime),
        (Rules::Reference, Ok(_)) => Ok(()),
    }
}

/// What `rules check` answers.
#[derive(Serialize)]
struct Answer {
    packs: Vec<Checked>,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Diagnostic>,
}

/// A pack that does not read is not run.
fn unreadable(common: &Common, errors: Vec<Diagnostic>) -> Result<(), Failure> {
    let answer = Answer {
        packs: Vec::new(),
        errors: errors.len(),
        warnings: 0,
        diagnostics: errors,
    };
    Show::new(common).result(&answer.text(), &answer);
    Err(Failure::InPart)
}

impl Answer {
    fn text(&self) -> String {
        let mut parts: Vec<String> = self.diagnostics.iter().map(ToString::to_string).collect();
        parts.extend(self.packs.iter().map(told));
        parts.push(format!(
            "{} errors, {} warnings",
            self.errors, self.warnings
        ));
        parts.join("\n")
    }
}

#[derive(Serialize)]
struct Checked {
    regime: String,
    hash: String,
    parameters: usize,
    recalled: usize,
    cases: usize,
    failed: Vec<Failed>,
}

#[derive(Serialize)]
struct Failed {
    case: String,
    differences: Vec<String>,
}

fn check(
    common: &Common,
    packs: &[Pack],
    country: &Path,
    deny_warnings: bool,
) -> Result<(), Failure> {
    let checked = packs
        .iter()
        .map(|pack| check_one(pack, country))
        .collect::<Result<Vec<_>, _>>()?;
    let diagnostics: Vec<Diagnostic> = packs.iter().flat_map(rules::checker::check).collect();
    let warnings = diagnostics
        .iter()
        .filter(|one| one.severity == Severity::Warning)
        .count();
    let answer = Answer {
        errors: diagnostics.len() - warnings,
        warnings,
        diagnostics,
        packs: checked,
    };
    Show::new(common).result(&answer.text(), &answer);
    let differ = answer.packs.iter().any(|pack| !pack.failed.is_empty());
    if differ || answer.errors > 0 || (deny_warnings && answer.warnings > 0) {
        return Err(Failure::InPart);
    }
    Ok(())
}

fn check_one(pack: &Pack, country: &Path) -> Result<Checked, Failure> {
    let mut reports: Vec<CaseReport> = Vec::new();
    for file in case_files(&country.join(pack.id().to_lowercase()).join("cases"))? {
        let text = std::fs::read_to_string(&file)?;
        let run = rules::run_cases(pack, &text)
            .map_err(|wrong| Failure::Failed(format!("{}: {wrong}", file.display())))?;
        reports.extend(run);
    }
    let values = || {
        pack.parameters()
            .iter()
            .flat_map(|parameter| &parameter.values)
    };
    Ok(Checked {
        regime: pack.id().to_owned(),
        hash: pack.hash_hex(),
        parameters: values().count(),
        recalled: values()
            .filter(|value| value.status == rules::Status::Recalled)
            .count(),
        cases: reports.len(),
        failed: reports
            .into_iter()
            .filter(|report| !report.differences.is_empty())
            .map(|report| Failed {
                case: report.name,
                differences: report.differences,
            })
            .collect(),
    })
}

fn case_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        if path.metadata()?.len() > CASES_BYTES_MAX {
            let why = format!("{} is larger than {CASES_BYTES_MAX} bytes", path.display());
            return Err(Failure::Failed(why));
        }
        files.push(path);
    }
    files.sort();
    Ok(files)
}

fn told(pack: &Checked) -> String {
    let mut text = format!(
        "{}: {} parameter values ({} recalled), {} cases, {} differ",
        pack.regime,
        pack.parameters,
        pack.recalled,
        pack.cases,
        pack.failed.len()
    );
    for failed in &pack.failed {
        text.push_str(&format!(
            "\n  {}: {}",
            failed.case,
            failed.differences.join("; ")
        ));
    }
    text
}

#[derive(Serialize)]
struct Value<'a> {
    name: &'a str,
    label: &'a str,
    in_force: String,
    announced: String,
    /// A whole number at the scale of the type; money in tiyin.
    value: i64,
    law: &'a str,
    status: rules::Status,
}

fn parameters(common: &Common, packs: &[Pack], regime: &str) -> Result<(), Failure> {
    let wanted = packs
        .iter()
        .find(|pack| pack.id().eq_ignore_ascii_case(regime));
    let known = || packs.iter().map(Pack::id).collect::<Vec<_>>().join(", ");
    let pack = wanted.ok_or_else(|| {
        Failure::argument(
            "the regime",
            format!("there is no {regime}; there are {}", known()),
        )
    })?;
    let values: Vec<Value<'_>> = pack
        .parameters()
        .iter()
        .flat_map(|parameter| {
            parameter.values.iter().map(|value| Value {
                name: &parameter.name,
                label: &parameter.label.en,
                in_force: value.in_force.to_string(),
                announced: value.announced.to_string(),
                value: value.value,
                law: &value.law,
                status: value.status,
            })
        })
        .collect();
    let lines: Vec<String> = values
        .iter()
        .map(|v| {
            format!(
                "{} {:24} {:>14} {:?}  {}",
                v.in_force, v.name, v.value, v.status, v.law
            )
        })
        .collect();
    Show::new(common).result(&lines.join("\n"), &values);
    Ok(())
}
