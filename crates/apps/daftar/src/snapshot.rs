//! `daftar snapshot`: the register as a folder of Parquet files.

use std::time::Instant;

use app::Daftar;
use insight::snapshot::Manifest;
use serde::Serialize;

use crate::args::{Common, Snapshot};
use crate::config;
use crate::failure::Failure;
use crate::show::Show;

#[derive(Serialize)]
struct Taken {
    folder: String,
    taken_on: String,
    unit_block: String,
    units: u64,
    members: u64,
    parts: usize,
    bytes: u64,
    seconds: f64,
}

pub async fn run(common: &Common, args: &Snapshot) -> Result<(), Failure> {
    let daftar = Daftar::open(config::existing(common)).await?;
    let pack = match &args.regime {
        Some(id) => daftar.shelf.regime(id)?,
        None => daftar.shelf.in_force(daftar.today())?,
    };
    daftar.keep_units_of(&pack).await?;
    let show = Show::new(common);
    let bar = show.count_bar(daftar.units(&pack).await?, "families written");
    let began = Instant::now();
    let manifest = daftar
        .snapshot(&pack, &args.folder, args.by_district, |done| {
            bar.set_position(done);
        })
        .await?;
    bar.finish_and_clear();
    let taken = Taken {
        folder: args.folder.display().to_string(),
        taken_on: manifest.taken_on.to_string(),
        unit_block: manifest.unit_block.clone(),
        units: manifest.units,
        members: manifest.members,
        parts: manifest.parts.len(),
        bytes: bytes(args, &manifest)?,
        seconds: began.elapsed().as_secs_f64(),
    };
    let told = format!(
        "{} families with {} persons in {}, {:.1} MB in {:.1} s",
        taken.units,
        taken.members,
        taken.folder,
        taken.bytes as f64 / 1e6,
        taken.seconds
    );
    show.result(&told, &taken);
    Ok(())
}

fn bytes(args: &Snapshot, manifest: &Manifest) -> Result<u64, Failure> {
    let sum = |manifest: &Manifest| manifest.files.iter().map(|file| file.bytes).sum::<u64>();
    let mut bytes = sum(manifest);
    for part in &manifest.parts {
        bytes += sum(&Manifest::read(&args.folder.join(part))?);
    }
    Ok(bytes)
}
