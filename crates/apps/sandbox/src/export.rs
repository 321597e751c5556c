//! `sandbox export`: the register of a population as files, without serving.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use crate::population::Population;
use crate::population::family::FamilyNo;
use crate::register::{self, Span};

#[derive(Clone, Debug)]
pub struct Wanted {
    pub families: usize,
    pub seed: u64,
    pub out: PathBuf,
    /// Incomes of the three months before this one.
    pub month: kernel::Month,
    pub facts: bool,
}

#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Written {
    pub families: usize,
    pub persons: usize,
    pub bytes: u64,
    pub seconds: f64,
}

pub fn write(wanted: &Wanted) -> io::Result<Written> {
    let started = std::time::Instant::now();
    fs::create_dir_all(&wanted.out)?;
    let population = Population::draw(wanted.families, wanted.seed);
    let span = Span::before(wanted.month);
    let mut bytes = file(
        &wanted.out.join("persons.csv"),
        register::PERSONS_HEADER,
        &population,
        register::persons,
    )?;
    let incomes = |population: &Population, families| register::incomes(population, families, span);
    bytes += file(
        &wanted.out.join("incomes.csv"),
        register::INCOMES_HEADER,
        &population,
        incomes,
    )?;
    let aid = |population: &Population, families| register::aid(population, families, span);
    bytes += file(
        &wanted.out.join("aid.csv"),
        register::AID_HEADER,
        &population,
        aid,
    )?;
    if wanted.facts {
        bytes += file(
            &wanted.out.join("facts.csv"),
            register::FACTS_HEADER,
            &population,
            register::facts,
        )?;
    }
    Ok(Written {
        families: population.families.len(),
        persons: population.people.len(),
        bytes,
        seconds: started.elapsed().as_secs_f64(),
    })
}

fn file(
    path: &Path,
    header: &str,
    population: &Population,
    rows: impl Fn(&Population, std::ops::Range<FamilyNo>) -> String,
) -> io::Result<u64> {
    let bar = progress(path, population.families.len());
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    file.write_all(header.as_bytes())?;
    let mut bytes = header.len() as u64;
    for families in register::pieces(population) {
        bar.inc(families.len() as u64);
        let rows = rows(population, families);
        file.write_all(rows.as_bytes())?;
        bytes += rows.len() as u64;
    }
    file.flush()?;
    bar.finish();
    Ok(bytes)
}

fn progress(path: &Path, families: usize) -> ProgressBar {
    let bar = ProgressBar::new(families as u64);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {human_pos} families") {
        bar.set_style(style);
    }
    bar.set_message(
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
    );
    bar
}
