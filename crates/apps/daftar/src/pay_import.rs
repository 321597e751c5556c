//! `daftar pay import`: files of banks, taken in the order in which their banks made them.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use access::{Action, Permit, Purpose};
use app::Daftar;
use payments::intake::{self, Taken};
use serde::Serialize;

use crate::failure::Failure;
use crate::show::Show;

#[derive(Serialize)]
struct FileShown {
    file: String,
    kind: &'static str,
    message: String,
    bank: Option<String>,
    unchanged: bool,
    credited: u64,
    returned: u64,
    repeated: u64,
    noted: u64,
    unmatched: u64,
    rejected_files: u64,
    duplicate_files: u64,
    gaps: u64,
}

#[derive(Serialize)]
struct Unread {
    file: String,
    why: String,
}

#[derive(Serialize)]
struct Imported {
    files: Vec<FileShown>,
    unread: Vec<Unread>,
}

pub async fn run(daftar: &Daftar, show: &Show, files: &[PathBuf]) -> Result<(), Failure> {
    let permit = daftar
        .permit(Action::SettleRun, Purpose::Payment, 0)
        .await?;
    let mut imported = Imported {
        files: Vec::new(),
        unread: Vec::new(),
    };
    for path in in_order(daftar, files) {
        match take(daftar, show, &permit, path).await {
            Ok(taken) => imported.files.push(shown(path, &taken)),
            // The others need not wait for one that cannot be read; a fault of ours ends all.
            Err(error) if is_the_files(&error) => imported.unread.push(Unread {
                file: path.display().to_string(),
                why: error.to_string(),
            }),
            Err(error) => return Err(error.into()),
        }
    }
    show.result(&told(&imported), &imported);
    match imported.files.is_empty() {
        true => Err(Failure::Failed("no file could be taken in".to_owned())),
        false if waits(&imported) => Err(Failure::InPart),
        false => Ok(()),
    }
}

/// As the banks made them; one that cannot be read yet says so when it is its turn.
fn in_order<'a>(daftar: &Daftar, files: &'a [PathBuf]) -> Vec<&'a Path> {
    // A signature goes with its file, also where a shell named all of a folder.
    let is_file = |path: &&Path| path.extension().is_none_or(|ending| ending != "jws");
    let mut files: Vec<&Path> = files.iter().map(PathBuf::as_path).filter(is_file).collect();
    files.sort_by_cached_key(|path| {
        let file = File::open(path).ok().map(BufReader::new);
        file.and_then(|file| intake::made_at(file, daftar.zone()))
    });
    files
}

async fn take(
    daftar: &Daftar,
    show: &Show,
    permit: &Permit,
    path: &Path,
) -> payments::Result<Taken> {
    let file = File::open(path)?;
    let signature = signature_beside(path)?;
    let bar = show.count_bar(0, "lines of the file");
    let (platform, zone) = (&daftar.platform, daftar.zone());
    let taken = intake::take(
        platform,
        permit,
        zone,
        file,
        signature.as_deref(),
        |lines| bar.set_position(lines),
    )
    .await;
    bar.finish_and_clear();
    taken
}

/// What `NAME.jws` says, and no more of it than a signature can have.
fn signature_beside(path: &Path) -> std::io::Result<Option<String>> {
    let mut name = path.as_os_str().to_owned();
    name.push(signing::file::SUFFIX);
    let file = match File::open(PathBuf::from(name)) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = String::new();
    let one_too_many = signing::jws::BYTES_MAX as u64 + 2;
    file.take(one_too_many).read_to_string(&mut text)?;
    Ok(Some(text))
}

fn is_the_files(error: &payments::Error) -> bool {
    matches!(error, payments::Error::Intake(_) | payments::Error::File(_))
}

fn waits(imported: &Imported) -> bool {
    let left = |file: &FileShown| file.unmatched + file.rejected_files + file.gaps > 0;
    !imported.unread.is_empty() || imported.files.iter().any(left)
}

fn shown(path: &Path, taken: &Taken) -> FileShown {
    let counts = taken.counts;
    FileShown {
        file: path.display().to_string(),
        kind: taken.kind.as_str(),
        message: taken.message.clone(),
        bank: taken.bank.map(|bank| bank.to_string()),
        unchanged: taken.unchanged,
        credited: counts.credited,
        returned: counts.returned,
        repeated: counts.repeated,
        noted: counts.noted,
        unmatched: counts.unmatched,
        rejected_files: taken.rejected_files,
        duplicate_files: taken.duplicate_files,
        gaps: taken.gaps,
    }
}

fn told(imported: &Imported) -> String {
    let mut lines: Vec<String> = imported.files.iter().map(told_file).collect();
    let unread = |file: &Unread| format!("{}: NOT TAKEN: {}", file.file, file.why);
    lines.extend(imported.unread.iter().map(unread));
    if waits(imported) {
        lines.push("something waits for a person: daftar pay worklist".to_owned());
    }
    lines.join("\n")
}

fn told_file(file: &FileShown) -> String {
    let bank = file.bank.as_deref().unwrap_or("no bank of ours");
    let head = format!("{}: {} {} of {bank}", file.file, file.kind, file.message);
    if file.unchanged {
        return format!("{head}: taken before, nothing changed");
    }
    let counts = [
        (file.credited, "credited"),
        (file.returned, "returned"),
        (file.repeated, "told before"),
        (file.noted, "noted"),
        (file.unmatched, "UNMATCHED"),
        (file.rejected_files, "FILE REJECTED"),
        (file.duplicate_files, "file that the bank had before"),
        (file.gaps, "GAPS"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let counts = if counts.is_empty() {
        "nothing in it".to_owned()
    } else {
        counts.join(", ")
    };
    format!("{head}: {counts}")
}
