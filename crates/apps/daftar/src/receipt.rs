//! `daftar receipt` and `daftar replay`: a decision taken out of the house, and decided again
//! by anybody. The replay needs neither database nor key, only the file (and the packs, when
//! the receipt names its law by the hash alone).

use std::fs::File;
use std::io::Read;
use std::path::Path;

use access::{Action, Area, Purpose, Scope, Subject};
use app::Daftar;
use rules::ReceiptError;
use rules::limits::RECEIPT_BYTES_MAX;
use rules::receipt::Difference;
use serde::Serialize;

use crate::args::{Common, Receipt, Replay};
use crate::config;
use crate::explain;
use crate::failure::Failure;
use crate::show::Show;

pub async fn write(common: &Common, args: &Receipt) -> Result<(), Failure> {
    let daftar = Daftar::open(config::existing(common)).await?;
    let case = explain::find(&daftar, &args.case).await?;
    let scope = Scope::case(case.id, case.applicant, Area::District(case.district));
    let platform = &daftar.platform;
    let asks = Subject::system();
    let permit = access::permit(
        platform,
        &asks,
        Action::AssessCase,
        Purpose::Oversight,
        scope,
    )
    .await?;
    let mut tx = platform.db.read().await?;
    let mut receipt = casework::letter::receipt(&mut tx, &permit, &daftar.shelf, &case).await?;
    if args.without_law {
        receipt.pack.text = None;
        receipt = receipt.sealed();
    }
    Show::new(common).json(&receipt.to_json().map_err(failed)?);
    Ok(())
}

#[derive(Serialize)]
struct Replayed<'a> {
    same: bool,
    pack: &'a str,
    hash: &'a str,
    verdict: rules::Verdict,
    differences: &'a [Difference],
}

pub fn replay(common: &Common, args: &Replay) -> Result<(), Failure> {
    let receipt = rules::Receipt::read(&read(&args.receipt)?).map_err(failed)?;
    let packs = match receipt.pack.text {
        Some(_) => Vec::new(),
        None => app::packs::named(&common.packs, &receipt.pack.id)
            .map_err(|wrong| Failure::Failed(wrong.to_string()))?,
    };
    let differences = receipt.replay(&packs).map_err(failed)?;
    let result = Replayed {
        same: differences.is_empty(),
        pack: &receipt.pack.id,
        hash: &receipt.pack.hash,
        verdict: receipt.outcome.verdict,
        differences: &differences,
    };
    Show::new(common).result(&told(&result), &result);
    if differences.is_empty() {
        Ok(())
    } else {
        Err(Failure::InPart)
    }
}

fn words_of(verdict: rules::Verdict) -> &'static str {
    match verdict {
        rules::Verdict::Entitled => "entitled",
        rules::Verdict::NotEntitled => "not entitled",
        rules::Verdict::Unknown => "not known yet",
        rules::Verdict::NeedsVisit(_) => "waits for a step that people take",
    }
}

fn told(result: &Replayed<'_>) -> String {
    if result.same {
        return format!(
            "The same to the last bit: {} by {} {}",
            words_of(result.verdict),
            result.pack,
            result.hash
        );
    }
    let lines: Vec<String> = result.differences.iter().map(ToString::to_string).collect();
    format!("The receipt does not hold:\n{}", lines.join("\n"))
}

/// At most as much as a receipt may have, and one byte more to see that it is too large.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = RECEIPT_BYTES_MAX as u64 + 1;
    if path == Path::new("-") {
        std::io::stdin().take(most).read_to_end(&mut bytes)?;
    } else {
        let file = File::open(path)
            .map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
        file.take(most).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn failed(error: ReceiptError) -> Failure {
    Failure::Failed(format!("the receipt is refused: {error}"))
}
