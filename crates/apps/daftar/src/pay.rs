//! `daftar pay`: the monthly run from the command line. The same steps as on the treasury's pages.

use std::time::Instant;

use access::session;
use access::{Action, Purpose, Scope, Subject};
use app::Daftar;
use kernel::{Month, RunId};
use payments::intake::closing::{self, Close};
use payments::run::{self, BuildRun, Kind, Run, State, Waiting};
use serde::Serialize;

use crate::args::{Common, Pay, PayStep};
use crate::config;
use crate::failure::Failure;
use crate::show::{Show, som};
use crate::{pay_cash, pay_channel, pay_check, pay_debt, pay_export, pay_import, pay_worklist};

#[derive(Serialize)]
struct RunShown {
    run: String,
    month: String,
    kind: &'static str,
    state: &'static str,
    lines: u64,
    total_minor: i64,
    /// Who must act next, and until when; nobody on a run that is closed.
    waits_for: Option<&'static str>,
    until: Option<String>,
    late: bool,
    seconds: f64,
}

pub async fn run(common: &Common, args: &Pay) -> Result<(), Failure> {
    let mut config = config::existing(common);
    config.partners = args.partners.clone();
    if let PayStep::Export { signing_key, .. } = &args.step {
        config.signing_key = signing_key.clone();
    }
    let daftar = Daftar::open(config).await?;
    let show = Show::new(common);
    let began = Instant::now();
    let runs = match &args.step {
        PayStep::Check { run } => return pay_check::run(&daftar, &show, parse(run)?).await,
        PayStep::Channel { .. } => return pay_channel::run(&daftar, &show, &args.step).await,
        PayStep::CashDesk {
            bank,
            account,
            none,
        } => {
            let desk = (bank.as_deref(), account.as_deref());
            return pay_cash::desk(&daftar, &show, desk, *none).await;
        }
        PayStep::Nominee(args) => return pay_cash::nominee(&daftar, &show, args).await,
        PayStep::Export { run, out, .. } => {
            return pay_export::run(&daftar, &show, parse(run)?, out).await;
        }
        PayStep::Import { files } => return pay_import::run(&daftar, &show, files).await,
        PayStep::Close { line, note, login } => {
            return close(&daftar, &show, line, note, login).await;
        }
        PayStep::Debts { .. }
        | PayStep::Recover { .. }
        | PayStep::Waive { .. }
        | PayStep::Dispute { .. } => return pay_debt::run(&daftar, &show, &args.step).await,
        PayStep::Worklist { silent_after } => {
            return pay_worklist::run(&daftar, &show, *silent_after).await;
        }
        PayStep::Build { month } => vec![build(&daftar, month, &show).await?],
        PayStep::Approve { run, login } => vec![approve(&daftar, parse(run)?, login).await?],
        PayStep::Send { run } | PayStep::Collect { run } => {
            vec![advance(&daftar, &show, parse(run)?).await?]
        }
        PayStep::List => run::list(&mut daftar.platform.db.read().await?).await?,
    };
    let seconds = began.elapsed().as_secs_f64();
    let waiting = run::waiting(&mut daftar.platform.db.read().await?, daftar.zone()).await?;
    let shown: Vec<RunShown> = runs
        .iter()
        .map(|run| shown(run, &waiting, daftar.now(), seconds))
        .collect();
    let text: Vec<String> = shown.iter().map(told).collect();
    show.result(&text.join("\n"), &shown);
    Ok(())
}

fn parse(run: &str) -> Result<RunId, Failure> {
    run.parse()
        .map_err(|_| Failure::argument("the run", format!("{run} is no id of a run")))
}

async fn build(daftar: &Daftar, month: &str, show: &Show) -> Result<Run, Failure> {
    let month = Month::parse(month).map_err(|why| Failure::argument("the month", why))?;
    let bar = show.count_bar(0, "lines of the run");
    let id = RunId(daftar.platform.ids.uuid());
    let permit = daftar.permit_for_run(Action::BuildRun, id).await?;
    let command = BuildRun {
        id,
        month,
        kind: Kind::Regular,
    };
    let built = run::build(&daftar.platform, &permit, command, |lines| {
        bar.set_position(lines)
    })
    .await;
    bar.finish_and_clear();
    Ok(built?)
}

/// In the name of a treasurer who proves it with the secret.
async fn approve(daftar: &Daftar, run: RunId, login: &str) -> Result<Run, Failure> {
    let subject = sign_in(daftar, login).await?;
    let scope = Scope::run(run, subject.territory);
    let (action, purpose) = (Action::ApproveRun, Purpose::Payment);
    let permit = access::permit(&daftar.platform, &subject, action, purpose, scope).await?;
    let mut tx = daftar.platform.db.read().await?;
    let order = payments::order::of_run(&mut tx, run).await?;
    drop(tx);
    let order = order.ok_or_else(|| Failure::Failed(format!("run {run} has no order yet")))?;
    Ok(run::approve(&daftar.platform, &permit, run, order.sha256).await?)
}

pub async fn sign_in(daftar: &Daftar, login: &str) -> Result<Subject, Failure> {
    let secret = std::env::var("DAFTAR_SECRET").map_err(|_| {
        Failure::argument(
            "DAFTAR_SECRET",
            "set it to the secret of the account that signs",
        )
    })?;
    session::sign_in(&daftar.platform, login, &secret, session::Kind::Api)
        .await
        .map(|signed| signed.subject)
        .map_err(|refused| Failure::Failed(refused.to_string()))
}

async fn close(
    daftar: &Daftar,
    show: &Show,
    line: &str,
    note: &str,
    login: &str,
) -> Result<(), Failure> {
    let parts = line.split_once('/');
    let parts = parts.and_then(|(source, place)| Some((source.parse().ok()?, place.parse().ok()?)));
    let (source, place) = parts.ok_or_else(|| {
        let why = format!("{line} is not SOURCE/LINE, as the work list shows it");
        Failure::argument("the line", why)
    })?;
    let subject = sign_in(daftar, login).await?;
    let scope = Scope::area(subject.territory);
    let (action, purpose) = (Action::CloseBankLine, Purpose::Payment);
    let permit = access::permit(&daftar.platform, &subject, action, purpose, scope).await?;
    let note = note.to_owned();
    let command = Close {
        source,
        place,
        note,
    };
    closing::close(&daftar.platform, &permit, &command).await?;
    show.result(&format!("{line} is closed"), &line);
    Ok(())
}

/// One step of the machine: order, funding, statements, answers, closing.
async fn advance(daftar: &Daftar, show: &Show, run: RunId) -> Result<Run, Failure> {
    run::advance(&daftar.platform, &daftar.partners, run).await?;
    let mut tx = daftar.platform.db.read().await?;
    let found = run::find(&mut tx, run).await?;
    let found = found.ok_or_else(|| Failure::Failed(format!("there is no run {run}")))?;
    if found.state == State::Funded {
        show.remark(&format!(
            "banks that take files wait for: daftar pay export {run} --out FOLDER"
        ));
    }
    Ok(found)
}

fn shown(run: &Run, waiting: &[Waiting], now: kernel::Instant, seconds: f64) -> RunShown {
    let due = waiting.iter().find(|waits| waits.run.id == run.id);
    let due = due.map(|waits| waits.due);
    RunShown {
        waits_for: due.map(|due| due.owner.as_str()),
        until: due.map(|due| due.until.to_string()),
        late: due.is_some_and(|due| due.is_over(now)),
        run: run.id.to_string(),
        month: run.month.to_string(),
        kind: run.kind.as_str(),
        state: run.state.as_str(),
        lines: run.lines,
        total_minor: run.total.0,
        seconds,
    }
}

fn told(run: &RunShown) -> String {
    format!(
        "{} {} {} {}: {} lines, {} so'm{}",
        run.run,
        run.month,
        run.kind,
        run.state,
        run.lines,
        som(run.total_minor),
        waits(run)
    )
}

/// Who must act next, and whether it is late.
fn waits(run: &RunShown) -> String {
    let (Some(owner), Some(until)) = (run.waits_for, &run.until) else {
        return String::new();
    };
    let late = if run.late { ", LATE" } else { "" };
    format!(
        "; waits for {} until {until}{late}",
        owner.replace('_', " ")
    )
}
