//! `daftar connector answer`: what an agency said, as it was received.

use std::fs::OpenOptions;
use std::io::{IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;

use access::Subject;
use app::Daftar;
use kernel::EvidenceId;
use serde_json::{Value, json};

use crate::args::Common;
use crate::config;
use crate::connector_args::Answer;
use crate::failure::Failure;
use crate::laid_out;
use crate::show::Show;

const OWNER_ONLY: u32 = 0o600;

pub async fn show(common: &Common, args: &Answer) -> Result<(), Failure> {
    let daftar = Daftar::open(config::existing(common)).await?;
    let (subject, evidence) = (Subject::system(), EvidenceId(args.evidence));
    let shown = daftar.exchange.show_answer(&subject, evidence).await;
    let shown = shown.map_err(|why| Failure::Failed(why.to_string()))?;
    let none = || Failure::Failed(format!("no evidence is called {}", args.evidence));
    let answer = shown.ok_or_else(none)?;
    let said = json!({
        "agency": answer.agency.name(),
        "received_at": answer.received_at.to_string(),
        "sha256": hex::encode(&answer.sha256),
        "body": String::from_utf8_lossy(&answer.body),
    });
    let Some(file) = &args.out else {
        return print(common, &answer.body, &said);
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(OWNER_ONLY);
    let opened = options.open(file);
    let mut out = opened.map_err(|why| Failure::Failed(format!("{}: {why}", file.display())))?;
    out.write_all(&answer.body)?;
    out.sync_all()?;
    let text = format!(
        "{} bytes of {} as received at {}, SHA-256 {}",
        answer.body.len(),
        answer.agency.name(),
        answer.received_at,
        hex::encode(&answer.sha256)
    );
    Show::new(common).result(&text, &said);
    Ok(())
}

/// Byte for byte into a pipe or a file; on a terminal, what it would obey is written out.
fn print(common: &Common, body: &[u8], said: &Value) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    if common.json || out.is_terminal() {
        Show::new(common).result(&laid_out::as_it_came(body), said);
        return Ok(());
    }
    Ok(out.write_all(body)?)
}
