//! `daftar import`: CSV files into the register, with a bar, a report, and the rejected rows in a
//! file beside each input.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

use access::{Action, Purpose};
use app::Daftar;
use indicatif::ProgressBar;
use registry::import::{self, ImportReport, Options};
use serde::Serialize;

use crate::args::{Common, Import};
use crate::config;
use crate::failure::Failure;
use crate::show::Show;

/// Rejected rows shown on the screen; all kept ones are in the file.
const SHOWN_MAX: usize = 10;

#[derive(Serialize)]
struct Imported {
    file: String,
    accepted: u64,
    unchanged: u64,
    rejected: u64,
    rejects_file: Option<String>,
    last_line_open: bool,
    seconds: f64,
}

struct Bar(ProgressBar);

impl import::Progress for Bar {
    fn advanced(&mut self, bytes: u64, _rows: u64) {
        self.0.set_position(bytes);
    }
}

pub async fn run(common: &Common, args: &Import) -> Result<(), Failure> {
    let daftar = Daftar::open(config::existing(common)).await?;
    let show = Show::new(common);
    let mut files = Vec::new();
    let whole = Options {
        complete: kinds(&args.complete)?,
    };
    let none = Options::default();
    for (at, path) in args.files.iter().enumerate() {
        // The lists are whole once the last of the files is in.
        let last = at + 1 == args.files.len();
        let options = if last { &whole } else { &none };
        files.push(one(&daftar, path, options, &show).await?);
    }
    let text: Vec<String> = files.iter().map(told).collect();
    show.result(&text.join("\n"), &files);
    if files.iter().any(|file| file.rejected > 0) {
        return Err(Failure::InPart);
    }
    Ok(())
}

fn kinds(names: &[String]) -> Result<Vec<u16>, Failure> {
    let known = |name: &String| {
        let kind = kernel::facts::kind_named(name.trim());
        let unknown = || Failure::Failed(format!("--complete: there is no kind of fact {name}"));
        kind.map(|kind| kind.code).ok_or_else(unknown)
    };
    names.iter().map(known).collect()
}

async fn one(
    daftar: &Daftar,
    path: &Path,
    options: &Options,
    show: &Show,
) -> Result<Imported, Failure> {
    let named = |error| Failure::Failed(format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(named)?;
    let size = file.metadata().map_err(named)?.len();
    let mut bar = Bar(show.bytes_bar(size, &path.display().to_string()));
    let permit = daftar
        .permit(Action::ImportRegister, Purpose::Upkeep, 0)
        .await?;
    let began = Instant::now();
    let report = import::run_with(&daftar.platform, &permit, file, options, &mut bar)
        .await
        .map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
    bar.0.finish_and_clear();
    let seconds = began.elapsed().as_secs_f64();
    let rejects_file = write_rejects(path, &report, show)?;
    Ok(Imported {
        file: path.display().to_string(),
        accepted: report.accepted,
        unchanged: report.unchanged,
        rejected: report.rejected,
        rejects_file: rejects_file.map(|path| path.display().to_string()),
        last_line_open: report.last_line_open,
        seconds,
    })
}

fn write_rejects(
    path: &Path,
    report: &ImportReport,
    show: &Show,
) -> Result<Option<PathBuf>, Failure> {
    if report.rejected == 0 {
        return Ok(None);
    }
    for reject in report.rejects.iter().take(SHOWN_MAX) {
        show.remark(&format!(
            "line {}, {}: {}",
            reject.line, reject.field, reject.reason
        ));
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".rejected.csv");
    let beside = PathBuf::from(name);
    std::fs::write(&beside, report.rejected_csv())?;
    Ok(Some(beside))
}

fn told(file: &Imported) -> String {
    let mut text = format!(
        "{}: {} rows taken, {} unchanged, {} rejected, in {:.1} s",
        file.file, file.accepted, file.unchanged, file.rejected, file.seconds
    );
    if let Some(rejects) = &file.rejects_file {
        text.push_str(&format!(
            ". The rejected rows with their reasons: {rejects}"
        ));
    }
    if file.last_line_open {
        text.push_str(". The last line has no line break: is the file whole?");
    }
    text
}
