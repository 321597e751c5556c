//! `daftar pay export`: the statements of a run as files.

use std::path::Path;

use access::{Action, Purpose};
use app::Daftar;
use kernel::RunId;
use payments::delivery::{self, MANIFEST, Manifest};

use crate::failure::Failure;
use crate::show::{Show, som};

pub async fn run(daftar: &Daftar, show: &Show, run: RunId, out: &Path) -> Result<(), Failure> {
    let permit = daftar
        .permit(Action::SettleRun, Purpose::Payment, 0)
        .await?;
    let bar = show.count_bar(0, "lines of the files");
    let (platform, zone) = (&daftar.platform, daftar.zone());
    let key = daftar.signing_key()?;
    let exported = delivery::export(platform, &permit, zone, run, out, key.as_ref(), |lines| {
        bar.set_position(lines)
    })
    .await;
    bar.finish_and_clear();
    let manifest = exported?;
    show.result(&told(&manifest, out), &manifest);
    Ok(())
}

fn told(manifest: &Manifest, out: &Path) -> String {
    let mut lines: Vec<String> = Vec::new();
    for file in &manifest.files {
        lines.push(format!(
            "{} {}: {} lines, {} so'm, sha256 {}",
            file.bank,
            file.file,
            file.lines,
            som(file.total_minor),
            file.sha256
        ));
    }
    for wire in &manifest.by_wire {
        let (bank, count, total) = (&wire.bank, wire.lines, som(wire.total_minor));
        lines.push(format!("{bank} over the wire: {count} lines, {total} so'm"));
    }
    lines.push(format!(
        "{} lines, {} so'm in all, as approved; the manifest is {}",
        manifest.lines,
        som(manifest.total_minor),
        out.join(MANIFEST).display()
    ));
    lines.push(match &manifest.signed_by {
        Some(key) => format!("signed by {key}: beside each file lies its signature, NAME.jws"),
        None => "not signed: name a key with --signing-key".to_owned(),
    });
    lines.join("\n")
}
