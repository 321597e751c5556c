//! `daftar trace`: where a payment is and how it came there, hop by hop.

use access::{Action, Area, Permit, Purpose, Scope, Subject};
use app::Daftar;
use kernel::PersonId;
use payments::PaymentId;
use payments::trace::{self, Hop, Payment, PaymentState, Step};
use serde::Serialize;

use crate::args::{Common, Trace};
use crate::config;
use crate::explain;
use crate::failure::Failure;
use crate::show::{Show, som};

#[derive(Serialize)]
struct Traced {
    payment: String,
    programme: String,
    district: u32,
    month: String,
    attempt: u64,
    amount_minor: i64,
    bank: String,
    account_end: String,
    run: String,
    state: String,
    since: String,
    hops: Vec<HopShown>,
}

#[derive(Serialize)]
struct HopShown {
    at: String,
    hop: &'static str,
    what: String,
    /// The account of who did it; without one, the system or a partner did.
    actor: Option<String>,
    /// Of the file that went out with it.
    sha256: Option<String>,
}

pub async fn run(common: &Common, args: &Trace) -> Result<(), Failure> {
    let daftar = Daftar::open(config::existing(common)).await?;
    let traced = match args.payment.parse::<PaymentId>() {
        Ok(payment) => vec![of_payment(&daftar, payment).await?],
        Err(_) => of_case(&daftar, &args.payment).await?,
    };
    let text: Vec<String> = traced.iter().map(told).collect();
    Show::new(common).result(&text.join("\n"), &traced);
    Ok(())
}

async fn of_payment(daftar: &Daftar, payment: PaymentId) -> Result<Traced, Failure> {
    let mut tx = daftar.platform.db.read().await?;
    let payee = trace::payee_of(&mut tx, payment).await?;
    drop(tx);
    let nobody = || Failure::Failed(format!("there is no payment {payment}"));
    let (payee, district) = payee.ok_or_else(nobody)?;
    let permit = permit(daftar, payee, district).await?;
    let mut tx = daftar.platform.db.read().await?;
    let found = trace::find(&mut tx, &permit, payment).await?;
    let found = found.ok_or_else(nobody)?;
    Ok(shown(
        &found,
        trace::trace(&mut tx, &permit, payment).await?,
    ))
}

/// Every payment to the applicant of a case, the newest month first.
async fn of_case(daftar: &Daftar, typed: &str) -> Result<Vec<Traced>, Failure> {
    let case = explain::find(daftar, typed).await?;
    let permit = permit(daftar, case.applicant, case.district).await?;
    let mut tx = daftar.platform.db.read().await?;
    let mut traced = Vec::new();
    for payment in trace::of_person(&mut tx, &permit, case.applicant).await? {
        let steps = trace::trace(&mut tx, &permit, payment.id).await?;
        traced.push(shown(&payment, steps));
    }
    if traced.is_empty() {
        let why = format!(
            "no payment was made yet to the applicant of case {}",
            case.number
        );
        return Err(Failure::Failed(why));
    }
    Ok(traced)
}

/// The person sees on "who looked" that somebody traced the payment.
async fn permit(daftar: &Daftar, payee: PersonId, district: u32) -> Result<Permit, Failure> {
    let scope = Scope::person(payee, Area::District(district));
    let (asks, action) = (Subject::system(), Action::ReadRun);
    Ok(access::permit(&daftar.platform, &asks, action, Purpose::Oversight, scope).await?)
}

fn shown(payment: &Payment, steps: Vec<Step>) -> Traced {
    Traced {
        payment: payment.id.to_string(),
        programme: payment.programme.clone(),
        district: payment.district,
        month: payment.month.to_string(),
        attempt: payment.attempt,
        amount_minor: payment.amount.0,
        bank: payment.mfo.to_string(),
        account_end: payment.account_end.clone(),
        run: payment.run.to_string(),
        state: match &payment.state {
            PaymentState::InRun(state) => state.as_str().to_owned(),
            PaymentState::Credited => "credited".to_owned(),
            PaymentState::Returned { reason } => format!("returned ({reason})"),
        },
        since: payment.since.to_string(),
        hops: steps.iter().map(hop).collect(),
    }
}

fn hop(step: &Step) -> HopShown {
    let (hop, what) = said(&step.hop);
    HopShown {
        at: step.at.to_string(),
        hop,
        what,
        actor: step.actor.map(|account| account.to_string()),
        sha256: step.sha256.map(hex::encode),
    }
}

fn said(hop: &Hop) -> (&'static str, String) {
    match hop {
        Hop::Appropriated {
            district,
            programme,
            month,
            limit,
        } => (
            "appropriated",
            format!(
                "{programme} in {district} for {month}: {} at most",
                som(limit.0)
            ),
        ),
        Hop::Committed {
            entitlement,
            amount,
        } => (
            "committed",
            format!("{} a month, entitlement {entitlement}", som(amount.0)),
        ),
        Hop::Restated { month, paid, due } => (
            "restated",
            format!("{month} was paid {}, {} was due", som(paid.0), som(due.0)),
        ),
        Hop::Deducted { debt, amount } => (
            "deducted",
            format!("{} a month is kept for debt {debt}", som(amount.0)),
        ),
        Hop::Run { run, state } => ("run", format!("{} (run {run})", state.as_str())),
        Hop::Ordered { order, total } => (
            "ordered",
            format!(
                "order {order} over {}, accepted by the treasury",
                som(total.0)
            ),
        ),
        Hop::Funded { order, total } => (
            "funded",
            format!("order {order}: the treasury gave {}", som(total.0)),
        ),
        Hop::Sent {
            statement,
            mfo,
            lines,
            total,
        } => (
            "sent",
            format!(
                "statement {statement} of {lines} lines over {}, accepted by bank {mfo}",
                som(total.0)
            ),
        ),
        Hop::Credited => ("credited", "on the account of the person".to_owned()),
        Hop::Returned { reason } => ("returned", format!("by the bank: {reason}")),
        Hop::Mended => ("mended", "the account was put right".to_owned()),
        Hop::Reissued { payment } => ("reissued", format!("paid again as {payment}")),
    }
}

fn told(traced: &Traced) -> String {
    let mut text = format!(
        "Payment {}: {} for {}, {}, to bank {} account ...{}: {} since {}\n",
        traced.payment,
        som(traced.amount_minor),
        traced.month,
        traced.programme,
        traced.bank,
        traced.account_end,
        traced.state,
        traced.since
    );
    for hop in &traced.hops {
        text.push_str(&format!("  {}  {:12}  {}", hop.at, hop.hop, hop.what));
        if let Some(actor) = &hop.actor {
            text.push_str(&format!(", by account {actor}"));
        }
        if let Some(sha256) = &hop.sha256 {
            text.push_str(&format!(", file sha256 {sha256}"));
        }
        text.push('\n');
    }
    text
}
