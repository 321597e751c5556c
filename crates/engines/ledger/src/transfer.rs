//! Transfers: one sum from one account to another, under an id made by the caller.

use kernel::{Currency, Money};
use uuid::Uuid;

use crate::account::{AccountId, Code};

/// The moves that exist. The numbers are stored; they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Step {
    /// A limit is given to a district, programme and month.
    Appropriate = 1,
    /// A part of the limit is taken back.
    Withdraw = 2,
    /// Entitlements open: their money is promised.
    Commit = 3,
    /// Entitlements end early: the promise is free again.
    Release = 4,
    /// A payment line is built: the state owes it to the person.
    Due = 5,
    /// The treasury funds an order.
    Fund = 6,
    /// An order that pays again is funded from money that came back.
    FundAgain = 7,
    /// A statement goes to its bank.
    Send = 8,
    /// The bank put the money on the person's account.
    Credit = 9,
    /// The bank sent the money back.
    Return = 10,
    /// The bank sent back money that it had already credited.
    ReturnLate = 11,
}

impl Step {
    pub const ALL: [Step; 11] = [
        Step::Appropriate,
        Step::Withdraw,
        Step::Commit,
        Step::Release,
        Step::Due,
        Step::Fund,
        Step::FundAgain,
        Step::Send,
        Step::Credit,
        Step::Return,
        Step::ReturnLate,
    ];

    pub const fn number(self) -> u8 {
        self as u8
    }

    pub fn from_number(number: u8) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.number() == number)
    }

    /// The only pair (debited, credited) that the move is for.
    pub const fn accounts(self) -> (Code, Code) {
        match self {
            Step::Appropriate => (Code::Budget, Code::Appropriation),
            Step::Withdraw => (Code::Appropriation, Code::Budget),
            Step::Commit => (Code::Appropriation, Code::Commitment),
            Step::Release => (Code::Commitment, Code::Appropriation),
            Step::Due => (Code::Commitment, Code::Payable),
            Step::Fund => (Code::Order, Code::Treasury),
            Step::FundAgain => (Code::Order, Code::Returned),
            Step::Send => (Code::Bank, Code::Order),
            Step::Credit => (Code::Payable, Code::Bank),
            Step::Return => (Code::Returned, Code::Bank),
            Step::ReturnLate => (Code::Returned, Code::Payable),
        }
    }
}

/// The move and the thing moved (a payment, an order, a statement): the same thing
/// makes the same move once, whoever repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferId {
    pub step: Step,
    pub subject: Uuid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub id: TransferId,
    pub debit: AccountId,
    pub credit: AccountId,
    pub amount: Money,
    pub currency: Currency,
}

impl Transfer {
    /// The accounts' codes follow from the step, so only their owners are asked.
    pub const fn new(
        step: Step,
        subject: Uuid,
        debit: Uuid,
        credit: Uuid,
        amount: Money,
        currency: Currency,
    ) -> Transfer {
        let (debited, credited) = step.accounts();
        Transfer {
            id: TransferId { step, subject },
            debit: AccountId::new(debited, debit),
            credit: AccountId::new(credited, credit),
            amount,
            currency,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Debit,
    Credit,
}

/// Why a transfer cannot be, in the order in which it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the amount {amount} is not above zero")]
    AmountNotPositive { amount: Money },
    #[error("{step:?} does not move money from {debit:?} to {credit:?}")]
    WrongAccounts {
        step: Step,
        debit: Code,
        credit: Code,
    },
    #[error("the id is taken by another transfer, of {amount}")]
    IdTaken { amount: Money },
    #[error("the account of the {side:?} side is not open")]
    AccountUnknown { side: Side },
    #[error("the account of the {side:?} side is kept in {held}, the transfer is in {asked}")]
    CurrencyDiffers {
        side: Side,
        held: Currency,
        asked: Currency,
    },
    #[error("the account of the {side:?} side cannot hold so large a sum")]
    TooLarge { side: Side },
    #[error("the account of the {side:?} side has {available}, {asked} is asked")]
    Overdrawn {
        side: Side,
        available: Money,
        asked: Money,
    },
}

/// The first transfer of a batch that cannot be; nothing of the batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("transfer {index} ({:?} of {}): {refusal}", .id.step, .id.subject)]
pub struct Refused {
    pub index: usize,
    pub id: TransferId,
    pub refusal: Refusal,
}
