//! Does an answer of a bank fit what we know of the payment? Pure.

use ::store::bug;
use kernel::ids::StatementId;
use kernel::{BankAccount, Money, PersonId};

use crate::bank::{Answer, Outcome};

/// What we know of a payment when an answer comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub statement: StatementId,
    pub payee: PersonId,
    pub account: String,
    pub amount: Money,
    /// The last answer, and how many there were.
    pub outcome: Option<Outcome>,
    pub events: i64,
}

/// What an answer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    Credited,
    Returned,
    /// It was credited, and the bank took it back later.
    ReturnedLate,
    /// Said before: nothing happens.
    Repeated,
    /// Nothing happens, and a person looks at it.
    Unmatched(Why),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    UnknownPayment,
    OtherStatement,
    AmountDiffers,
    AccountDiffers,
    /// The money came back, is owed again and perhaps paid again.
    CreditedAfterReturn,
    /// The file is of no bank that we gave a file to.
    UnknownSender,
    /// The file speaks of a payment of another bank.
    OtherBank,
    /// The payment did not go by file.
    NotByFile,
    CurrencyDiffers,
    /// A booking without a sum.
    NoAmount,
    /// The bank books the same side of a payment a second time.
    BookedAgain,
    /// It left our account, and the bank says that it was never carried out.
    RejectedAfterBooking,
    /// The bank speaks of a file that we never wrote.
    UnknownFile,
    /// The bank took the file and now rejects it.
    RejectedAfterAcceptance,
}

impl Why {
    pub const fn as_str(self) -> &'static str {
        match self {
            Why::UnknownPayment => "unknown_payment",
            Why::OtherStatement => "other_statement",
            Why::AmountDiffers => "amount_differs",
            Why::AccountDiffers => "account_differs",
            Why::CreditedAfterReturn => "credited_after_return",
            Why::UnknownSender => "unknown_sender",
            Why::OtherBank => "other_bank",
            Why::NotByFile => "not_by_file",
            Why::CurrencyDiffers => "currency_differs",
            Why::NoAmount => "no_amount",
            Why::BookedAgain => "booked_again",
            Why::RejectedAfterBooking => "rejected_after_booking",
            Why::UnknownFile => "unknown_file",
            Why::RejectedAfterAcceptance => "rejected_after_acceptance",
        }
    }
}

pub(crate) fn fit(answer: &Answer, statement: StatementId, known: Option<&Known>) -> Fit {
    let Some(known) = known else {
        return Fit::Unmatched(Why::UnknownPayment);
    };
    if known.statement != statement {
        return Fit::Unmatched(Why::OtherStatement);
    }
    if answer
        .amount_minor
        .is_some_and(|amount| Money(amount) != known.amount)
    {
        return Fit::Unmatched(Why::AmountDiffers);
    }
    if answer
        .account
        .as_ref()
        .map(BankAccount::as_str)
        .is_some_and(|a| a != known.account)
    {
        return Fit::Unmatched(Why::AccountDiffers);
    }
    match (known.outcome, answer.outcome) {
        (None, Outcome::Credited) => Fit::Credited,
        (None, Outcome::Returned) => Fit::Returned,
        (Some(Outcome::Credited), Outcome::Returned) if bug::is_planted("late_return_dropped") => {
            Fit::Repeated
        }
        (Some(Outcome::Returned), Outcome::Returned) if bug::is_planted("return_booked_twice") => {
            Fit::Returned
        }
        (Some(Outcome::Credited), Outcome::Returned) => Fit::ReturnedLate,
        (Some(Outcome::Returned), Outcome::Credited) => Fit::Unmatched(Why::CreditedAfterReturn),
        (Some(Outcome::Credited), Outcome::Credited)
        | (Some(Outcome::Returned), Outcome::Returned) => Fit::Repeated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PaymentId;
    use kernel::Instant;

    const OURS: StatementId = StatementId::from_u128(1);

    fn known(outcome: Option<Outcome>) -> Known {
        Known {
            statement: OURS,
            payee: PersonId::from_u128(2),
            account: "22618000123456789001".to_owned(),
            amount: Money(100),
            outcome,
            events: i64::from(outcome.is_some()),
        }
    }

    fn answer(outcome: Outcome) -> Answer {
        Answer {
            seq: 1,
            payment_id: PaymentId::from_u128(3),
            outcome,
            reason: None,
            at: Instant(0),
            amount_minor: None,
            account: None,
        }
    }

    #[test]
    fn an_answer_moves_a_payment_once_and_a_contradiction_goes_to_people() {
        use Outcome::{Credited, Returned};
        fn check(before: Option<Outcome>, says: Outcome, expected: Fit) {
            let found = fit(&answer(says), OURS, Some(&known(before)));
            assert_eq!(found, expected, "{before:?} then {says:?}");
        }
        check(None, Credited, Fit::Credited);
        check(None, Returned, Fit::Returned);
        check(Some(Credited), Credited, Fit::Repeated);
        check(Some(Returned), Returned, Fit::Repeated);
        check(Some(Credited), Returned, Fit::ReturnedLate);
        check(
            Some(Returned),
            Credited,
            Fit::Unmatched(Why::CreditedAfterReturn),
        );
    }

    #[test]
    fn an_answer_that_fits_no_payment_of_the_statement_goes_to_people() {
        fn check(change: impl FnOnce(&mut Answer), statement: StatementId, expected: Why) {
            let mut answer = answer(Outcome::Credited);
            change(&mut answer);
            let found = fit(&answer, statement, Some(&known(None)));
            assert_eq!(found, Fit::Unmatched(expected));
        }
        check(|_| {}, StatementId::from_u128(9), Why::OtherStatement);
        check(
            |answer| answer.amount_minor = Some(99),
            OURS,
            Why::AmountDiffers,
        );
        check(
            |answer| answer.account = BankAccount::parse("22618000123456789002").ok(),
            OURS,
            Why::AccountDiffers,
        );
        let unknown = fit(&answer(Outcome::Credited), OURS, None);
        assert_eq!(unknown, Fit::Unmatched(Why::UnknownPayment));
    }
}
