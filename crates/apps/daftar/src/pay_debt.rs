//! `daftar pay debts`, `recover`, `waive`, `dispute`: what persons were paid too much.

use access::{Action, Area, Permit, Purpose, Scope};
use app::Daftar;
use kernel::ids::Uuid;
use payments::debt::{self, Debt, Decide};
use payments::restatement::{self, RestatedMonth};
use serde::Serialize;

use crate::failure::Failure;
use crate::pay::sign_in;
use crate::pay_args::{Decided, PayStep};
use crate::show::{Show, som};

#[derive(Serialize)]
struct DebtShown {
    debt: Uuid,
    programme: String,
    district: u32,
    reason: &'static str,
    state: &'static str,
    amount_minor: i64,
    left_minor: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    months: Vec<MonthShown>,
}

#[derive(Serialize)]
struct MonthShown {
    month: String,
    paid_minor: i64,
    due_minor: i64,
}

pub async fn run(daftar: &Daftar, show: &Show, step: &PayStep) -> Result<(), Failure> {
    match step {
        PayStep::Recover {
            debt,
            percent,
            decided,
        } => {
            let (permit, decide) = officer(daftar, *debt, decided).await?;
            let plan = daftar.recover(&permit, &decide, *percent).await?;
            show.remark(&format!("{} so'm will be kept", som(plan.takes().minor())));
        }
        PayStep::Waive { debt, decided } => {
            let (_, decide) = officer(daftar, *debt, decided).await?;
            let mut tx = daftar.platform.db.begin().await?;
            debt::waive(&mut tx, &daftar.platform.ids, &decide).await?;
            tx.commit().await?;
        }
        PayStep::Dispute { debt, decided } => {
            let (_, decide) = officer(daftar, *debt, decided).await?;
            let mut tx = daftar.platform.db.begin().await?;
            debt::dispute(&mut tx, &daftar.platform.ids, &decide).await?;
            tx.commit().await?;
        }
        PayStep::Debts {
            debt: None,
            district,
        } => {
            let mut tx = daftar.platform.db.read().await?;
            let debts = debt::open(&mut tx, *district).await?;
            let shown: Vec<DebtShown> = debts.iter().map(|debt| shown(debt, &[])).collect();
            let lines: Vec<String> = shown.iter().map(told).collect();
            let text = match lines.is_empty() {
                true => "No debt is open.".to_owned(),
                false => lines.join("\n"),
            };
            show.result(&text, &shown);
            return Ok(());
        }
        _ => {}
    }
    one(daftar, show, id_of(step)).await
}

fn id_of(step: &PayStep) -> Uuid {
    match step {
        PayStep::Recover { debt, .. }
        | PayStep::Waive { debt, .. }
        | PayStep::Dispute { debt, .. }
        | PayStep::Debts {
            debt: Some(debt), ..
        } => *debt,
        _ => Uuid::nil(),
    }
}

/// In the name of an officer of the debt's district who proves it with the secret.
async fn officer(
    daftar: &Daftar,
    debt: Uuid,
    decided: &Decided,
) -> Result<(Permit, Decide), Failure> {
    let subject = sign_in(daftar, &decided.login).await?;
    let found = debt::load(&mut daftar.platform.db.read().await?, debt).await?;
    let scope = Scope::area(Area::District(found.district));
    let (action, purpose) = (Action::PlanRecovery, Purpose::Payment);
    let permit = access::permit(&daftar.platform, &subject, action, purpose, scope).await?;
    let decide = Decide {
        debt,
        note: decided.note.clone(),
        by: subject.account,
    };
    Ok((permit, decide))
}

async fn one(daftar: &Daftar, show: &Show, debt: Uuid) -> Result<(), Failure> {
    let mut tx = daftar.platform.db.read().await?;
    let found = debt::load(&mut tx, debt).await?;
    let months = restatement::of_debt(&mut tx, debt).await?;
    let events = debt::events(&mut tx, debt).await?;
    let shown = shown(&found, &months);
    let mut text = told(&shown);
    for month in &shown.months {
        let (paid, due) = (som(month.paid_minor), som(month.due_minor));
        text.push_str(&format!("\n  {}: {paid} paid, {due} due", month.month));
    }
    for event in &events {
        let word = event.change.word();
        text.push_str(&format!("\n  {} {word} {}", event.at, event.note));
    }
    show.result(&text, &shown);
    Ok(())
}

fn shown(debt: &Debt, months: &[RestatedMonth]) -> DebtShown {
    let month = |one: &RestatedMonth| MonthShown {
        month: one.month.to_string(),
        paid_minor: one.paid.minor(),
        due_minor: one.due.minor(),
    };
    DebtShown {
        debt: debt.id,
        programme: debt.programme.clone(),
        district: debt.district,
        reason: debt.reason.word(),
        state: debt.state.word(),
        amount_minor: debt.amount.minor(),
        left_minor: debt.left().minor(),
        months: months.iter().map(month).collect(),
    }
}

fn told(debt: &DebtShown) -> String {
    format!(
        "{} {} of {}, {}: {}, {} so'm of {} left",
        debt.debt,
        debt.programme,
        debt.district,
        debt.reason,
        debt.state,
        som(debt.left_minor),
        som(debt.amount_minor)
    )
}
