//! `daftar pay worklist`: what the banks leave for a person, and runs that are late.

use app::Daftar;
use payments::intake::gap::Gap;
use payments::intake::worklist::{self, Rejected, Silent, UnmatchedLine, Worklist};
use payments::run::{self, Waiting};
use serde::Serialize;

use crate::failure::Failure;
use crate::show::{Show, som};

#[derive(Serialize)]
struct Shown {
    unmatched: Vec<LineShown>,
    gaps: Vec<GapShown>,
    rejected: Vec<RejectedShown>,
    silent: Vec<SilentShown>,
    late: Vec<LateShown>,
}

#[derive(Serialize)]
struct LateShown {
    run: String,
    month: String,
    state: &'static str,
    waits_for: &'static str,
    until: String,
}

#[derive(Serialize)]
struct LineShown {
    /// With the line the name under which it is closed.
    source: String,
    /// Of a file; over the wire there is none.
    kind: String,
    message: String,
    line: i64,
    bank: Option<String>,
    end_to_end: Option<String>,
    says: String,
    amount_minor: Option<i64>,
    reason: Option<String>,
    why: String,
}

#[derive(Serialize)]
struct GapShown {
    bank: Option<String>,
    number: Option<i64>,
    day: String,
    kind: &'static str,
    what: String,
}

#[derive(Serialize)]
struct RejectedShown {
    bank: String,
    message: String,
    reason: Option<String>,
}

#[derive(Serialize)]
struct SilentShown {
    bank: String,
    message: String,
    since: String,
    accepted: bool,
    lines: u64,
    unanswered: u64,
}

pub async fn run(daftar: &Daftar, show: &Show, silent_after: u32) -> Result<(), Failure> {
    let before = daftar.now().plus_seconds(-i64::from(silent_after) * 3_600);
    let mut tx = daftar.platform.db.read().await?;
    let list = worklist::load(&mut tx, before).await?;
    let waiting = run::waiting(&mut tx, daftar.zone()).await?;
    drop(tx);
    let late = waiting
        .iter()
        .filter(|waits| waits.due.is_over(daftar.now()));
    let shown = shown(&list, late.map(late_run).collect());
    show.result(&told(&shown), &shown);
    match list.is_empty() && shown.late.is_empty() {
        true => Ok(()),
        false => Err(Failure::InPart),
    }
}

fn bank(mfo: i64) -> Option<String> {
    (mfo != 0).then(|| format!("{mfo:05}"))
}

fn late_run(waits: &Waiting) -> LateShown {
    LateShown {
        run: waits.run.id.to_string(),
        month: waits.run.month.to_string(),
        state: waits.run.state.as_str(),
        waits_for: waits.due.owner.as_str(),
        until: waits.due.until.to_string(),
    }
}

fn shown(list: &Worklist, late: Vec<LateShown>) -> Shown {
    let mut unmatched: Vec<LineShown> = list.lines.iter().map(line).collect();
    unmatched.extend(list.answers.iter().map(|answer| LineShown {
        source: answer.statement.to_string(),
        kind: "wire".to_owned(),
        message: answer.statement.to_string(),
        line: answer.seq,
        bank: None,
        end_to_end: Some(answer.payment.to_string()),
        says: answer.outcome.clone(),
        amount_minor: None,
        reason: answer.reason.clone(),
        why: answer.why.clone(),
    }));
    Shown {
        unmatched,
        gaps: list.gaps.iter().map(gap).collect(),
        rejected: list.rejected.iter().map(rejected).collect(),
        silent: list.silent.iter().map(silent).collect(),
        late,
    }
}

fn line(line: &UnmatchedLine) -> LineShown {
    LineShown {
        source: line.file.to_string(),
        kind: line.kind.clone(),
        message: line.message.clone(),
        line: line.place,
        bank: bank(line.mfo),
        end_to_end: line.end_to_end.clone().or_else(|| line.reference.clone()),
        says: line.says.clone(),
        amount_minor: line.amount.map(|amount| amount.minor()),
        reason: line.reason.clone(),
        why: line.why.clone(),
    }
}

fn gap(gap: &Gap) -> GapShown {
    GapShown {
        bank: bank(gap.mfo),
        number: gap.number,
        day: gap.day.to_string(),
        kind: gap.wrong.as_str(),
        what: gap.wrong.to_string(),
    }
}

fn rejected(rejected: &Rejected) -> RejectedShown {
    RejectedShown {
        bank: rejected.mfo.to_string(),
        message: rejected.message.clone(),
        reason: rejected.reason.clone(),
    }
}

fn silent(silent: &Silent) -> SilentShown {
    SilentShown {
        bank: silent.mfo.to_string(),
        message: silent.message.clone(),
        since: silent.since.to_string(),
        accepted: silent.accepted,
        lines: silent.lines,
        unanswered: silent.unanswered,
    }
}

fn told(shown: &Shown) -> String {
    let mut lines = Vec::new();
    lines.extend(shown.unmatched.iter().map(|line| {
        format!(
            "unmatched  {}/{} {} {} line {}: {} {} {} ({})",
            line.source,
            line.line,
            line.kind,
            line.message,
            line.line,
            line.end_to_end.as_deref().unwrap_or("no name of a payment"),
            line.says,
            line.amount_minor.map(som).unwrap_or_default(),
            line.why
        )
    }));
    lines.extend(shown.gaps.iter().map(|gap| {
        let bank = gap.bank.as_deref().unwrap_or("no bank of ours");
        format!("gap        statement of {bank}, {}: {}", gap.day, gap.what)
    }));
    lines.extend(shown.rejected.iter().map(|file| {
        let reason = file.reason.as_deref().unwrap_or("no reason");
        format!(
            "rejected   {} {} ({reason}): export again",
            file.bank, file.message
        )
    }));
    lines.extend(shown.silent.iter().map(|file| {
        let (bank, message) = (&file.bank, &file.message);
        let (unanswered, all) = (file.unanswered, file.lines);
        let since = &file.since;
        format!("silent     {bank} {message}: {unanswered} of {all} lines since {since}")
    }));
    lines.extend(shown.late.iter().map(|run| {
        format!(
            "late       run {} of {} is {}: the {} should have acted until {}",
            run.run,
            run.month,
            run.state,
            run.waits_for.replace('_', " "),
            run.until
        )
    }));
    match lines.is_empty() {
        true => "nothing waits".to_owned(),
        false => lines.join("\n"),
    }
}
