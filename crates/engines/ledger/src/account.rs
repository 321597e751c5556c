//! Accounts: what a sum stands for, and how far it may go.

use kernel::{Currency, Money};
use uuid::Uuid;

/// What an account stands for. The numbers are stored; they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Code {
    /// The budget law itself, the source of every limit: only debited.
    Budget = 1,
    /// What a district may still promise from a programme in a month.
    Appropriation = 2,
    /// What is promised to entitlements and not yet on a payment line.
    Commitment = 3,
    /// What the state owes to one person.
    Payable = 4,
    /// Money that the treasury gave for an order and no bank has yet.
    Order = 5,
    /// Money that lies at a bank and is not yet on a person's account.
    Bank = 6,
    /// Money that banks sent back, waiting to be paid again.
    Returned = 7,
    /// The treasury's single account, the source of all money: credited without limit.
    Treasury = 8,
}

/// How far the two sides of an account may drift apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// A source: no limit of its own.
    None,
    /// More cannot be taken (debited) than was given: a promise or a debt.
    DebitsWithinCredits,
    /// More cannot leave (be credited) than came in: money that lies somewhere.
    CreditsWithinDebits,
}

impl Code {
    pub const ALL: [Code; 8] = [
        Code::Budget,
        Code::Appropriation,
        Code::Commitment,
        Code::Payable,
        Code::Order,
        Code::Bank,
        Code::Returned,
        Code::Treasury,
    ];

    pub const fn number(self) -> u8 {
        self as u8
    }

    pub fn from_number(number: u8) -> Option<Code> {
        Code::ALL.into_iter().find(|code| code.number() == number)
    }

    pub const fn limit(self) -> Limit {
        match self {
            Code::Budget | Code::Treasury => Limit::None,
            Code::Appropriation | Code::Commitment | Code::Payable => Limit::DebitsWithinCredits,
            Code::Order | Code::Bank | Code::Returned => Limit::CreditsWithinDebits,
        }
    }
}

/// A code and whose it is: a budget line, a person, an order, a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId {
    pub code: Code,
    pub owner: Uuid,
}

impl AccountId {
    pub const fn new(code: Code, owner: Uuid) -> AccountId {
        AccountId { code, owner }
    }

    /// The one account of a source or of the money sent back.
    pub const fn single(code: Code) -> AccountId {
        AccountId {
            code,
            owner: Uuid::nil(),
        }
    }
}

/// An account with all that was ever debited and credited to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub currency: Currency,
    pub debits: Money,
    pub credits: Money,
}

impl Account {
    pub const fn opened(id: AccountId, currency: Currency) -> Account {
        Account {
            id,
            currency,
            debits: Money::ZERO,
            credits: Money::ZERO,
        }
    }

    /// What is left on it, counted on the side that its limit protects: unspent
    /// appropriation, owed to a person, lying at a bank. A source shows what it gave.
    pub fn balance(&self) -> Money {
        match (self.id.code.limit(), self.id.code) {
            (Limit::CreditsWithinDebits, _) | (Limit::None, Code::Budget) => {
                self.debits - self.credits
            }
            _ => self.credits - self.debits,
        }
    }
}
