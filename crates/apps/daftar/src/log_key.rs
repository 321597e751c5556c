//! `daftar log-key`: whose signatures the log has.

use app::Daftar;
use serde::Serialize;

use crate::args::{Common, LogKey};
use crate::config;
use crate::failure::Failure;
use crate::show::Show;

#[derive(Serialize)]
struct Shown<'a> {
    name: &'a str,
    keys: Vec<&'a str>,
}

pub async fn run(common: &Common, command: &LogKey) -> Result<(), Failure> {
    let config = config::existing(common);
    let keys = match command {
        // The file is enough: it can be shown where no database is.
        LogKey::Show => config.key_place().load()?,
        LogKey::Rotate => Daftar::open(config).await?.rotate_key().await?,
    };
    let lines = keys.public_lines();
    let shown = Shown {
        name: keys.name(),
        keys: lines.lines().collect(),
    };
    Show::new(common).result(&lines, &shown);
    Ok(())
}
