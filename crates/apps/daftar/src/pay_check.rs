//! `daftar pay check`: what a treasurer looks at before a run is approved.

use access::{Action, Purpose};
use app::Daftar;
use kernel::RunId;
use payments::run::{self, Checked, FindingKind};
use serde::Serialize;

use crate::failure::Failure;
use crate::show::{Show, som};

#[derive(Serialize)]
struct CheckShown {
    run: String,
    /// The month of the run that it is held against.
    before: Option<String>,
    findings: Vec<FindingShown>,
}

#[derive(Serialize)]
struct FindingShown {
    kind: &'static str,
    count: u64,
    amount_minor: i64,
    examples: Vec<ExampleShown>,
}

#[derive(Serialize)]
struct ExampleShown {
    payee: String,
    programme: String,
    amount_minor: i64,
    before_minor: Option<i64>,
}

pub async fn run(daftar: &Daftar, show: &Show, run: RunId) -> Result<(), Failure> {
    let permit = daftar.permit(Action::ReadRun, Purpose::Payment, 0).await?;
    let mut tx = daftar.platform.db.read().await?;
    let checked = app::run_check::check(&mut tx, &permit, run).await?;
    show.result(&told(&checked), &shown(run, &checked));
    Ok(())
}

fn shown(run: RunId, checked: &Checked) -> CheckShown {
    let example = |one: &run::Example| ExampleShown {
        payee: one.payee.to_string(),
        programme: one.programme.clone(),
        amount_minor: one.amount.0,
        before_minor: one.before.map(|money| money.0),
    };
    let finding = |found: &run::Finding| FindingShown {
        kind: found.kind.as_str(),
        count: found.count,
        amount_minor: found.amount.0,
        examples: found.examples.iter().map(example).collect(),
    };
    CheckShown {
        run: run.to_string(),
        before: checked.before.map(|month| month.to_string()),
        findings: checked.findings.iter().map(finding).collect(),
    }
}

fn told(checked: &Checked) -> String {
    let against = match checked.before {
        Some(month) => format!("Held against the run of {month}:"),
        None => "There is no run before it to be held against:".to_owned(),
    };
    let mut lines = vec![against];
    for found in &checked.findings {
        let (count, amount) = (found.count, som(found.amount.0));
        lines.push(format!("{count:>9} {}: {amount}", words(found.kind)));
        for one in &found.examples {
            let before = one.before.map(|money| format!(", before {}", som(money.0)));
            lines.push(format!(
                "            {} {} {}{}",
                one.payee,
                one.programme,
                som(one.amount.0),
                before.unwrap_or_default()
            ));
        }
    }
    if checked.findings.is_empty() {
        lines.push("nothing differs, nothing is odd".to_owned());
    }
    lines.join("\n")
}

fn words(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::New => "are paid now and were not",
        FindingKind::Stopped => "were paid and are not now",
        FindingKind::Amount => "get another sum",
        FindingKind::Account => "get it on another account",
        FindingKind::SharedAccount => "are paid to an account that several persons share",
        FindingKind::PaidAfterDeath => "are paid for a month after the one in which they died",
    }
}
