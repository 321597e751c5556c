//! `daftar rules`: the packs of law, checked and listed. Needs no database.

use std::path::{Path, PathBuf};

use app::packs::PacksError;
use kernel::Day;
use rules::{CaseReport, Diagnostic, Dialect, Pack, Parameter, Severity};
use serde::Serialize;

use crate::args::{Common, Rules};
use crate::assess_snapshot::application;
use crate::config;
use crate::failure::Failure;
use crate::show::Show;

/// How the argument is called in a complaint.
const REGIME: &str = "the regime";

/// Bytes of one file of cases at most.
const CASES_BYTES_MAX: u64 = 4 << 20;

pub fn run(common: &Common, command: &Rules) -> Result<(), Failure> {
    let folder = config::existing(common).packs;
    match command {
        Rules::Check {
            country,
            deny_warnings,
        } => {
            let countries = match country {
                Some(country) => vec![country.clone()],
                None => app::packs::countries(&folder)
                    .map_err(|wrong| Failure::Failed(wrong.to_string()))?,
            };
            let answer = Answer::of(&folder, &countries)?;
            Show::new(common).result(&answer.text(), &answer);
            match answer.holds(*deny_warnings) {
                true => Ok(()),
                false => Err(Failure::InPart),
            }
        }
        Rules::Parameters { regime, country } => {
            parameters(common, &packs_of(&folder, country)?, regime)
        }
        Rules::Sql {
            regime,
            on,
            dialect,
            country,
        } => sql(common, &packs_of(&folder, country)?, regime, (on, dialect)),
        Rules::Reference => {
            Show::new(common).result(&rules::reference::page(), &rules::reference::page());
            Ok(())
        }
        Rules::TestOpenfisca { folder, pack } => crate::openfisca::test(common, folder, pack),
    }
}

/// What `rules check` answers.
#[derive(Default, Serialize)]
struct Answer {
    packs: Vec<Checked>,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Diagnostic>,
}

impl Answer {
    /// Every country's packs, its cases run; a country that does not read is told of and the
    /// others are checked all the same.
    fn of(folder: &Path, countries: &[String]) -> Result<Answer, Failure> {
        if countries.is_empty() {
            let why = "holds no packs: a country is a folder of it, a regime a folder of that";
            return Err(Failure::Failed(format!("{} {why}", folder.display())));
        }
        let mut answer = Answer::default();
        for country in countries {
            let packs = match app::packs::read(folder, country) {
                Ok(packs) => packs,
                Err(PacksError::Wrong(errors)) => {
                    answer.diagnostics.extend(errors);
                    continue;
                }
                Err(wrong) => return Err(Failure::Failed(wrong.to_string())),
            };
            for pack in &packs {
                answer.packs.push(check_one(pack, &folder.join(country))?);
                // What stands in a shared file is every pack's, and told once.
                for one in rules::checker::check(pack) {
                    if !answer.diagnostics.contains(&one) {
                        answer.diagnostics.push(one);
                    }
                }
            }
        }
        let warnings = answer.diagnostics.iter();
        let warnings = warnings.filter(|one| one.severity == Severity::Warning);
        answer.warnings = warnings.count();
        answer.errors = answer.diagnostics.len() - answer.warnings;
        Ok(answer)
    }

    fn holds(&self, deny_warnings: bool) -> bool {
        let differ = self.packs.iter().any(|pack| !pack.failed.is_empty());
        !differ && self.errors == 0 && !(deny_warnings && self.warnings > 0)
    }

    fn text(&self) -> String {
        let mut parts: Vec<String> = self.diagnostics.iter().map(ToString::to_string).collect();
        parts.extend(self.packs.iter().map(told));
        let differ: usize = self.packs.iter().map(|pack| pack.failed.len()).sum();
        parts.push(format!(
            "{} errors, {} warnings, {differ} cases differ",
            self.errors, self.warnings
        ));
        parts.join("\n")
    }
}

fn packs_of(folder: &Path, country: &str) -> Result<Vec<Pack>, Failure> {
    app::packs::read(folder, country).map_err(|wrong| Failure::Failed(wrong.to_string()))
}

#[derive(Serialize)]
struct Checked {
    regime: String,
    standing: rules::Standing,
    /// The first day, and the last one if there is one.
    from: String,
    until: Option<String>,
    hash: String,
    parameters: usize,
    recalled: usize,
    cases: usize,
    failed: Vec<Failed>,
}

#[derive(Serialize)]
struct Failed {
    /// `FILE:LINE: NAME`, or the file alone when it is no list of cases.
    case: String,
    differences: Vec<String>,
}

fn check_one(pack: &Pack, country: &Path) -> Result<Checked, Failure> {
    let (mut cases, mut failed) = (0, Vec::new());
    for file in case_files(&country.join(pack.id().to_lowercase()).join("cases"))? {
        let text = std::fs::read_to_string(&file)?;
        let shown = file.display().to_string();
        match rules::run_cases(pack, &text) {
            Ok(run) => {
                cases += run.len();
                failed.extend(
                    run.into_iter()
                        .filter_map(|one| failed_of(&shown, &text, one)),
                );
            }
            // The other files are run all the same.
            Err(wrong) => failed.push(Failed {
                case: shown,
                differences: vec![wrong.to_string()],
            }),
        }
    }
    let values = || {
        pack.parameters()
            .iter()
            .flat_map(|parameter| &parameter.values)
    };
    Ok(Checked {
        regime: pack.id().to_owned(),
        standing: pack.standing(),
        from: pack.in_force().from.to_string(),
        until: pack.in_force().to.map(|to| to.plus_days(-1).to_string()),
        hash: pack.hash_hex(),
        parameters: values().count(),
        recalled: values()
            .filter(|value| value.status == rules::Status::Recalled)
            .count(),
        cases,
        failed,
    })
}

/// A case that differs, by its file and the line that names it.
fn failed_of(file: &str, text: &str, report: CaseReport) -> Option<Failed> {
    if report.differences.is_empty() {
        return None;
    }
    let names = |line: &str| line.contains("name:") && line.contains(&report.name);
    let line = text.lines().position(names).map_or(1, |before| before + 1);
    Some(Failed {
        case: format!("{file}:{line}: {}", report.name),
        differences: report.differences,
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
    let standing = match pack.standing {
        rules::Standing::Primary => "primary",
        rules::Standing::Overlay => "overlay",
        rules::Standing::Programme => "programme",
    };
    let mut text = format!(
        "{}: {standing}, {} to {}; {} parameter values ({} recalled), {} cases, {} differ",
        pack.regime,
        pack.from,
        pack.until.as_deref().unwrap_or("now"),
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
    /// A whole number at the scale of the type, money in minor units; null where the territory's
    /// own value ends.
    value: Option<i64>,
    /// As the pack's tables write it, and as `simulate --reform` takes it.
    written: Option<String>,
    law: &'a str,
    status: rules::Status,
    /// The codes of the districts it holds in; the whole country without it.
    territory: Option<rules::Territory>,
}

/// The pack with an id; `what` says where the caller wrote it.
pub fn named<'a>(packs: &'a [Pack], what: &'static str, id: &str) -> Result<&'a Pack, Failure> {
    let wanted = packs.iter().find(|pack| pack.id().eq_ignore_ascii_case(id));
    let known = || packs.iter().map(Pack::id).collect::<Vec<_>>().join(", ");
    wanted.ok_or_else(|| {
        let mut why = format!("there is no pack {id}; there are {}", known());
        if what == REGIME {
            why.push_str(" (those of another country by --country)");
        }
        Failure::argument(what, why)
    })
}

#[derive(Serialize)]
struct Statement {
    regime: String,
    on: String,
    dialect: String,
    sql: String,
}

/// The law of a day as SQL, for a family that applies on it and has not been visited.
fn sql(
    common: &Common,
    packs: &[Pack],
    regime: &str,
    (on, dialect): (&str, &str),
) -> Result<(), Failure> {
    let pack = named(packs, REGIME, regime)?;
    let on = Day::parse(on).map_err(|why| Failure::argument("--on", why))?;
    let engine = Dialect::named(dialect).ok_or_else(|| {
        Failure::argument(
            "--dialect",
            format!("{dialect} is none of duckdb, datafusion"),
        )
    })?;
    if !pack.in_force().contains(on) {
        return Err(Failure::argument("--on", not_in_force(pack, on)));
    }
    let plan = pack
        .plan(on)
        .map_err(|why| Failure::Failed(why.to_string()))?;
    let sql = rules::to_sql(&plan, &application(pack, on), engine)
        .map_err(|why| Failure::Failed(why.to_string()))?;
    let statement = Statement {
        regime: pack.id().to_owned(),
        on: on.to_string(),
        dialect: dialect.to_owned(),
        sql,
    };
    Show::new(common).result(&statement.sql, &statement);
    Ok(())
}

fn not_in_force(pack: &Pack, on: Day) -> String {
    let period = pack.in_force();
    let until = match period.to {
        Some(end) => format!("to {}", end.plus_days(-1)),
        None => "on".to_owned(),
    };
    let (id, from) = (pack.id(), period.from);
    format!("{id} is not in force on {on}: a day from {from} {until}")
}

fn parameters(common: &Common, packs: &[Pack], regime: &str) -> Result<(), Failure> {
    let pack = named(packs, REGIME, regime)?;
    let values: Vec<Value<'_>> = pack.parameters().iter().flat_map(values_of).collect();
    let lines: Vec<String> = values
        .iter()
        .map(|v| {
            let place = v.territory.map_or_else(String::new, |territory| {
                format!(" in {} to {}", territory.first, territory.last)
            });
            let value = v.written.as_deref().unwrap_or("ends");
            format!(
                "{} {:24} {value:>14} {}{place}  {}",
                v.in_force,
                v.name,
                v.status.as_str(),
                v.law
            )
        })
        .collect();
    Show::new(common).result(&lines.join("\n"), &values);
    Ok(())
}

/// A parameter's values and the ends of those of territories, in the order of the days.
fn values_of(parameter: &Parameter) -> Vec<Value<'_>> {
    let row = |value: Option<i64>, (in_force, announced): (Day, Day), law, status, territory| {
        let row = Value {
            name: &parameter.name,
            label: &parameter.label.en,
            in_force: in_force.to_string(),
            announced: announced.to_string(),
            value,
            written: value.map(|value| parameter.written(value)),
            law,
            status,
            territory,
        };
        (in_force, row)
    };
    let values = parameter.values.iter().map(|one| {
        let days = (one.in_force, one.announced);
        row(
            Some(one.value),
            days,
            one.law.as_str(),
            one.status,
            one.territory,
        )
    });
    let ends = parameter.ends.iter().map(|one| {
        let days = (one.in_force, one.announced);
        row(
            None,
            days,
            one.law.as_str(),
            one.status,
            Some(one.territory),
        )
    });
    let mut rows: Vec<(Day, Value<'_>)> = values.chain(ends).collect();
    rows.sort_by_key(|(day, _)| *day);
    rows.into_iter().map(|(_, row)| row).collect()
}
