//! `daftar verify`: what data can break, checked.

use app::Daftar;
use serde::Serialize;

use crate::args::Common;
use crate::config;
use crate::failure::Failure;
use crate::show::Show;

#[derive(Serialize)]
struct Checked {
    name: String,
    checked: i64,
    differences: i64,
    examples: Vec<String>,
}

pub async fn run(common: &Common) -> Result<(), Failure> {
    let daftar = Daftar::open(config::existing(common)).await?;
    let checks: Vec<Checked> = daftar
        .verify()
        .await?
        .into_iter()
        .map(|check| Checked {
            name: check.name.to_string(),
            checked: check.checked,
            differences: check.differences,
            examples: check.examples,
        })
        .collect();
    let text: Vec<String> = checks.iter().map(told).collect();
    Show::new(common).result(&text.join("\n"), &checks);
    if checks.iter().any(|check| check.differences > 0) {
        return Err(Failure::InPart);
    }
    Ok(())
}

fn told(check: &Checked) -> String {
    let mark = if check.differences == 0 {
        "holds"
    } else {
        "BROKEN"
    };
    let mut text = format!("{mark:6}  {} ({} looked at)", check.name, check.checked);
    for example in &check.examples {
        text.push_str(&format!("\n        {example}"));
    }
    text
}
