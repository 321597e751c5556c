//! `daftar init`: the database of a country.

use access::log::KeyPlace;
use app::Daftar;
use serde::Serialize;

use crate::args::{Common, Init};
use crate::config;
use crate::failure::Failure;
use crate::show::Show;

fn place(key: &KeyPlace, variable: &str) -> String {
    match key {
        KeyPlace::File(path) => path.display().to_string(),
        KeyPlace::Text(_) => format!("in {variable}"),
    }
}

#[derive(Serialize)]
struct Made<'a> {
    database: &'a str,
    country: &'a str,
    regimes: Vec<String>,
}

pub async fn run(common: &Common, init: &Init) -> Result<(), Failure> {
    let config = config::of(common, &init.country);
    let daftar = Daftar::init(config).await?;
    let regimes: Vec<String> = daftar
        .shelf
        .current()
        .iter()
        .map(|pack| pack.id().to_owned())
        .collect();
    let text = format!(
        "{} is ready for {}. Packs of law: {}.\n\
         The key that signs the access log is {}, the one that seals what agencies say {}: keep \
         copies apart from the database.\n\
         Next: daftar account add LOGIN --role operator, then daftar serve.",
        common.database,
        init.country,
        regimes.join(", "),
        place(&daftar.key_place(), "DAFTAR_LOG_KEY"),
        place(&daftar.config.evidence_key_place(), "DAFTAR_EVIDENCE_KEY"),
    );
    let made = Made {
        database: &common.database,
        country: &init.country,
        regimes,
    };
    Show::new(common).result(&text, &made);
    Ok(())
}
