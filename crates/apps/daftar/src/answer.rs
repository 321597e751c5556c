//! `daftar connector answer`: what an agency said, as it was received.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use access::Subject;
use app::Daftar;
use kernel::EvidenceId;
use serde_json::json;

use crate::args::Common;
use crate::config;
use crate::connector_args::Answer;
use crate::failure::Failure;
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
        Show::new(common).result(&String::from_utf8_lossy(&answer.body), &said);
        return Ok(());
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
