//! What a line of a bank's file does to a payment. Pure.
//!
//! One thing is told by several files (the notification, the day's statement, the return),
//! in whatever order they come. What a line does follows from the payment's last answer and
//! from the bookings that are known by the bank's own references.

use bankfile::account::domestic;
use bankfile::{Line, Says};
use kernel::BankAccount;

use crate::CURRENCY;
use crate::answer::{Fit, Known, Why};
use crate::bank::Outcome;

/// A payment as it stands when a line comes.
#[derive(Clone, Debug)]
pub(super) struct Payment {
    pub known: Known,
    /// The bank of its statement, as a number.
    pub bank: i64,
    /// Its statement went by file.
    pub by_file: bool,
    /// What its bank has told of it, each side under the bank's reference.
    pub told: Vec<(Says, String)>,
}

impl Payment {
    fn was(&self, side: Says) -> bool {
        self.told.iter().any(|(told, _)| *told == side)
    }

    fn was_under(&self, side: Says, reference: &str) -> bool {
        self.told
            .iter()
            .any(|(told, under)| *told == side && under == reference)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Does(Fit),
    /// Nothing happens and nobody need look: a status on the way.
    Noted,
}

/// The bank's own name of a booking; one that has none is named by its day.
pub(super) fn reference(line: &Line) -> String {
    let by_day = || line.day.map_or("-".to_owned(), |day| format!("day {day}"));
    line.reference.clone().unwrap_or_else(by_day)
}

/// `sender`: the bank that the file is of, 0 for none that we know.
pub(super) fn judge(line: &Line, payment: Option<&Payment>, sender: i64) -> Verdict {
    if line.says == Says::Pending {
        return Verdict::Noted;
    }
    let payment = match fitting(line, payment, sender) {
        Ok(payment) => payment,
        Err(why) => return Verdict::Does(Fit::Unmatched(why)),
    };
    match line.says {
        Says::Accepted | Says::Pending => Verdict::Noted,
        // It has the payment twice, and carries it out once.
        Says::Rejected if is_duplicate(line) => Verdict::Noted,
        Says::Rejected => Verdict::Does(rejected(payment)),
        Says::Debited => Verdict::Does(debited(payment, &reference(line))),
        Says::CameBack => Verdict::Does(came_back(payment, &reference(line))),
        Says::Returned => Verdict::Does(returned(payment)),
    }
}

/// The payment that the line is about, if all that the line says of it is so.
fn fitting<'a>(line: &Line, payment: Option<&'a Payment>, sender: i64) -> Result<&'a Payment, Why> {
    let payment = payment.ok_or(Why::UnknownPayment)?;
    let currency = line.currency.as_deref().unwrap_or(CURRENCY.code());
    if sender == 0 {
        return Err(Why::UnknownSender);
    }
    if payment.bank != sender {
        return Err(Why::OtherBank);
    }
    if !payment.by_file {
        return Err(Why::NotByFile);
    }
    if currency != CURRENCY.code() {
        return Err(Why::CurrencyDiffers);
    }
    let moves_money = line.says.is_booking() || line.says == Says::Returned;
    match line.amount {
        None if moves_money => return Err(Why::NoAmount),
        Some(amount) if amount != payment.known.amount => return Err(Why::AmountDiffers),
        _ => {}
    }
    // In money that came back the roles may be exchanged: its account says nothing.
    let ours = |account: BankAccount| account.as_str() == payment.known.account;
    let account = line
        .creditor
        .as_deref()
        .filter(|_| line.says != Says::CameBack);
    match account.map(|account| domestic(account).is_some_and(ours)) {
        Some(false) => Err(Why::AccountDiffers),
        _ => Ok(payment),
    }
}

fn is_duplicate(line: &Line) -> bool {
    matches!(line.reason.as_deref(), Some("DUPL" | "AM05"))
}

fn rejected(payment: &Payment) -> Fit {
    match payment.known.outcome {
        None => Fit::Returned,
        Some(Outcome::Returned) => Fit::Repeated,
        Some(Outcome::Credited) => Fit::Unmatched(Why::RejectedAfterBooking),
    }
}

fn debited(payment: &Payment, reference: &str) -> Fit {
    if payment.was_under(Says::Debited, reference) {
        return Fit::Repeated;
    }
    if payment.was(Says::Debited) {
        return Fit::Unmatched(Why::BookedAgain);
    }
    match payment.known.outcome {
        None => Fit::Credited,
        Some(Outcome::Credited) => Fit::Repeated,
        // The first half of a return whose second half came first.
        Some(Outcome::Returned) if payment.was(Says::CameBack) || payment.was(Says::Returned) => {
            Fit::Repeated
        }
        Some(Outcome::Returned) => Fit::Unmatched(Why::CreditedAfterReturn),
    }
}

fn came_back(payment: &Payment, reference: &str) -> Fit {
    if payment.was_under(Says::CameBack, reference) {
        return Fit::Repeated;
    }
    if payment.was(Says::CameBack) {
        return Fit::Unmatched(Why::BookedAgain);
    }
    match payment.known.outcome {
        None => Fit::Returned,
        Some(Outcome::Credited) => Fit::ReturnedLate,
        // The booking of a return that was announced.
        Some(Outcome::Returned) if payment.was(Says::Returned) => Fit::Repeated,
        Some(Outcome::Returned) => Fit::Unmatched(Why::BookedAgain),
    }
}

fn returned(payment: &Payment) -> Fit {
    match payment.known.outcome {
        None => Fit::Returned,
        Some(Outcome::Credited) => Fit::ReturnedLate,
        Some(Outcome::Returned) => Fit::Repeated,
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
