//! My payments: each with its state and its date.

use askama::Template;
use kernel::{Day, Money, Month};

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
        other => t.return_other(other),
    }
}
