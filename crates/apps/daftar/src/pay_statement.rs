//! `daftar pay statement`: a run's statements on paper, one document a bank.

use std::fs::{self, File};
use std::path::Path;

use access::{Action, Permit};
use app::Daftar;
use app::statement::{self, Format, Frozen};
use kernel::lang::Lang;
use kernel::{Mfo, RunId};
use serde::Serialize;

use crate::args::Statement;
use crate::explain::language;
use crate::failure::Failure;
use crate::show::{Show, som};

#[derive(Serialize)]
struct Written {
    bank: String,
    file: String,
    lines: u64,
    total_minor: i64,
    bytes: u64,
}

pub async fn run(
    daftar: &Daftar,
    show: &Show,
    run: RunId,
    args: &Statement,
) -> Result<(), Failure> {
    let lang = language(&args.lang)?;
    let bank = args.bank.as_deref().map(Mfo::parse).transpose();
    let bank = bank.map_err(|why| Failure::argument("--bank", why))?;
    let permit = daftar.permit_for_run(Action::ReadRun, run).await?;
    let mut tx = daftar.platform.db.read().await?;
    let statements = match bank {
        Some(mfo) => vec![statement::of_bank(&mut tx, run, mfo).await?],
        None => statement::of_run(&mut tx, run).await?,
    };
    drop(tx);
    fs::create_dir_all(&args.out)?;
    let mut written = Vec::new();
    for frozen in &statements {
        for format in formats(args) {
            // One that was not asked for by name is left out where it would be too long.
            let lines = frozen.statement.lines;
            if lines > format.lines_max() && !(args.xlsx || args.pdf) {
                show.remark(&format!(
                    "{}: no {} of {lines} lines, it takes {} at most",
                    frozen.statement.mfo,
                    format.as_str(),
                    format.lines_max()
                ));
                continue;
            }
            let how = (format, lang);
            written.push(write(daftar, show, &permit, frozen, how, &args.out).await?);
        }
    }
    show.result(&told(&written, &statements, &args.out), &written);
    Ok(())
}

/// Both when neither is named.
fn formats(args: &Statement) -> Vec<Format> {
    let named = |format| match format {
        Format::Xlsx => args.xlsx,
        Format::Pdf => args.pdf,
    };
    let all = Format::ALL.into_iter();
    all.filter(|format| named(*format) || !(args.xlsx || args.pdf))
        .collect()
}

/// A file gets its name only when it is whole.
async fn write(
    daftar: &Daftar,
    show: &Show,
    permit: &Permit,
    frozen: &Frozen,
    (format, lang): (Format, Lang),
    folder: &Path,
) -> Result<Written, Failure> {
    let name = frozen.file_name(format);
    let partial = folder.join(format!(".{name}.partial"));
    let of = &frozen.statement;
    let bar = show.count_bar(of.lines, &name);
    let how = (format, lang, daftar.zone());
    let out = File::create(&partial)?;
    let out = statement::write(&daftar.platform, permit, frozen, how, out, |lines| {
        bar.set_position(lines)
    })
    .await;
    bar.finish_and_clear();
    let out = match out {
        Ok(out) => out,
        Err(error) => {
            fs::remove_file(&partial)?;
            return Err(error.into());
        }
    };
    out.sync_all()?;
    fs::rename(&partial, folder.join(&name))?;
    Ok(Written {
        bank: of.mfo.to_string(),
        file: name,
        lines: of.lines,
        total_minor: of.total.minor(),
        bytes: out.metadata()?.len(),
    })
}

fn told(written: &[Written], statements: &[Frozen], folder: &Path) -> String {
    let line = |one: &Written| {
        let (bank, file, total) = (&one.bank, &one.file, som(one.total_minor));
        format!("{bank} {file}: {} lines, {total} so'm", one.lines)
    };
    let mut lines: Vec<String> = written.iter().map(line).collect();
    let total = statement::total(statements);
    let whole = statements
        .first()
        .is_some_and(|one| one.order.total == total);
    lines.push(format!(
        "{} statements, {} so'm{}, in {}",
        statements.len(),
        som(total.minor()),
        if whole { ", as the order says" } else { "" },
        folder.display()
    ));
    lines.join("\n")
}
