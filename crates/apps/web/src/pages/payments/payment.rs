//! My payments: each with its state and its date.

use std::collections::HashMap;

use access::{Action, Purpose, Scope};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use payments::account_change::nominee::{self, Nominee};
use payments::account_change::{self, AccountChange};
use payments::{debt, trace};
use uuid::Uuid;

use crate::api;
use crate::guest::Seat;
use crate::house::House;
use crate::i18n::zone;
use crate::pages::casework::application::names_of;
use crate::pages::payments::debt::{DebtLine, line_of as line_of_debt};
use crate::pages::show;
use crate::stop::Stop;
use askama::Template;
use kernel::{Day, Money, Month, PersonId};

use crate::i18n::{Of, T};
use crate::shell::Shell;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    Due,
    Ordered,
    Sent,
    Credited,
    Returned,
    Asked,
    Stopped,
}

#[derive(Debug)]
pub struct Payment {
    pub month: Month,
    pub programme: String,
    pub amount: Money,
    pub state: PaymentState,
    pub on: Option<Day>,
    /// Why the bank returned it, or what comes next.
    pub note: String,
}

#[derive(Debug, Template)]
#[template(path = "payments/payments.html")]
pub struct PaymentsPage {
    pub shell: Shell,
    pub payments: Vec<Payment>,
    /// What was paid too much, and what became of it.
    pub debts: Vec<DebtLine>,
    /// The account is to change, and the reader can say no.
    pub change: Option<OwnChange>,
    /// Somebody else receives the money, until a day.
    pub nominee: Option<String>,
}

#[derive(Debug)]
pub struct OwnChange {
    pub change: Uuid,
    pub words: String,
}

impl PaymentState {
    pub fn word(self, t: impl Of<T>) -> &'static str {
        let t = t.of();
        match self {
            PaymentState::Due => t.pay_due(),
            PaymentState::Ordered => t.pay_ordered(),
            PaymentState::Sent => t.pay_sent(),
            PaymentState::Credited => t.pay_credited(),
            PaymentState::Returned => t.pay_returned(),
            PaymentState::Asked => t.pay_asked(),
            PaymentState::Stopped => t.pay_stopped(),
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            PaymentState::Credited => "yes",
            PaymentState::Returned => "wait",
            _ => "",
        }
    }
}

/// A bank's reason code in words (ISO 20022 external codes).
pub fn return_reason(t: T, code: &str) -> String {
    match code {
        "AC04" => t.return_closed().to_owned(),
        "AC01" => t.return_wrong().to_owned(),
        "MD07" => t.return_dead().to_owned(),
        payments::cash::UNCLAIMED => t.return_unclaimed().to_owned(),
        other => t.return_other(other),
    }
}

pub async fn mine(State(house): State<House>, seat: Seat) -> Result<Response, Stop> {
    let scope = Scope::own(&seat.subject);
    let permit = seat
        .permit(
            &house,
            Action::ReadOwnPayments,
            Purpose::OwnInformation,
            scope,
        )
        .await?;
    let person = permit.person().ok_or(Stop::NotFound)?;
    let mut tx = house.read().await?;
    let payments = trace::of_person(&mut tx, &permit, person).await?;
    let change = account_change::open_of(&mut tx, &permit, person).await?;
    let payments = payments
        .iter()
        .map(|payment| line_of(seat.t(), payment))
        .collect();
    let debts = debt::of_payee(&mut tx, person).await?;
    let nominee = nominee::of(&mut tx, person).await?;
    let known: Vec<_> = nominee.iter().map(|nominee| nominee.person).collect();
    let names = names_of(&mut tx, &permit, &known).await?;
    Ok(show(&PaymentsPage {
        shell: seat.shell(),
        payments,
        debts: debts
            .iter()
            .map(|debt| line_of_debt(seat.t(), debt))
            .collect(),
        change: change.map(|change| own_change(seat.t(), &change)),
        nominee: nominee.map(|nominee| nominee_words(seat.t(), &nominee, &names)),
    }))
}

fn nominee_words(t: T, nominee: &Nominee, names: &HashMap<PersonId, String>) -> String {
    let name = names.get(&nominee.person).map_or("–", String::as_str);
    t.pay_nominee(name, t.day(nominee.until.plus_seconds(-1).day(zone())))
}

pub fn own_change(t: T, change: &AccountChange) -> OwnChange {
    let day = t.day(change.due_at.day(zone()));
    let words = match change.to {
        Some(to) => t.change_mine(&day, &to.account.as_str()[16..]),
        None => t.change_mine_ends(&day),
    };
    OwnChange {
        change: change.id,
        words,
    }
}

/// The reader says no.
pub async fn stop_change(
    State(house): State<House>,
    seat: Seat,
    Path(change): Path<Uuid>,
) -> Result<Response, Stop> {
    api::account_change::say_no(&house, &seat, change).await?;
    Ok(Redirect::to("/my/payments").into_response())
}

fn line_of(t: T, payment: &trace::Payment) -> Payment {
    let place = match payment.in_cash {
        true => t.pay_cash().to_owned(),
        false => t.pay_card(&payment.account_end),
    };
    let (state, note) = match &payment.state {
        trace::PaymentState::Credited => (PaymentState::Credited, place),
        trace::PaymentState::Returned { reason } => {
            (PaymentState::Returned, return_reason(t, reason))
        }
        trace::PaymentState::InRun(state) => (in_run(*state), place),
    };
    Payment {
        month: payment.month,
        programme: t.programme(&payment.programme),
        amount: payment.amount,
        state,
        on: Some(payment.since.day(zone())),
        note,
    }
}

fn in_run(state: payments::run::State) -> PaymentState {
    use payments::run::State;
    match state {
        State::Building | State::Built | State::ApprovedOnce | State::Approved => PaymentState::Due,
        State::Ordered | State::Funded => PaymentState::Ordered,
        State::Sent => PaymentState::Sent,
        State::Answered | State::Closed => PaymentState::Asked,
    }
}
