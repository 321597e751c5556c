//! Vouchers: states, groups, refusals. Pure.

use kernel::ids::{AccountId, AppropriationId};
use kernel::{BankAccount, Instant, Mfo, Money, Month};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Rates are written in ten-thousandths.
const RATE_ONE: i128 = 10_000;
/// Rounds of the hash of a number: a guess costs as many.
const HASH_ROUNDS: usize = 4_096;

/// Where a voucher is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Issued; nobody can pay with it yet.
    Preactivated,
    Activated,
    Redeemed,
    Cancelled,
    Expired,
}

impl State {
    pub const ALL: [State; 5] = [
        State::Preactivated,
        State::Activated,
        State::Redeemed,
        State::Cancelled,
        State::Expired,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            State::Preactivated => "preactivated",
            State::Activated => "activated",
            State::Redeemed => "redeemed",
            State::Cancelled => "cancelled",
            State::Expired => "expired",
        }
    }

    pub fn parse(text: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The only ways on; what was paid, taken back or has run out stays so.
    pub const fn may_become(self, next: State) -> bool {
        use State::*;
        matches!(
            (self, next),
            (Preactivated, Activated | Cancelled | Expired)
                | (Activated, Redeemed | Cancelled | Expired)
        )
    }

    /// Its money is promised.
    pub const fn is_live(self) -> bool {
        matches!(self, State::Preactivated | State::Activated)
    }
}

/// What vouchers are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub name: String,
    pub currency: String,
    /// Ten-thousandths of a tiyin for the hundredth of the currency's unit: 10,000 for the so'm.
    pub rate_e4: i64,
    pub programme: String,
    pub district: u32,
    pub valid_days: i64,
}

impl Group {
    /// What a voucher of this face costs, half a tiyin upwards.
    pub fn amount(&self, face: Money) -> Option<Money> {
        let product = i128::from(face.minor()) * i128::from(self.rate_e4);
        let rounded = (product + RATE_ONE / 2).div_euclid(RATE_ONE);
        i64::try_from(rounded)
            .ok()
            .map(Money)
            .filter(|amount| *amount > Money::ZERO)
    }
}

/// Who takes vouchers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    pub id: Uuid,
    pub name: String,
    /// As the systems of the payer name its account.
    pub bank_details: String,
    pub mfo: Mfo,
    pub account: BankAccount,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    pub id: Uuid,
    pub serial: String,
    pub payer: AccountId,
    pub group: String,
    /// The budget line that promises its money; none where another system has paid it.
    pub appropriation: Option<AppropriationId>,
    pub month: Month,
    pub currency: String,
    pub face: Money,
    pub amount: Money,
    pub expires_at: Instant,
    pub state: State,
}

impl Voucher {
    /// As it stands at this moment: one whose time has run out is expired before anybody says so.
    pub fn state_at(&self, now: Instant) -> State {
        if self.state.is_live() && self.expires_at <= now {
            return State::Expired;
        }
        self.state
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no voucher group {0}")]
    NoGroup(String),
    #[error("vouchers of {group} are in {wanted}, not in {found}")]
    WrongCurrency {
        group: String,
        wanted: String,
        found: String,
    },
    #[error("the amount is not above zero, or too large")]
    Amount,
    #[error("no money: {0}")]
    NoMoney(String),
    #[error(
        "this id issued the voucher {serial}, another one or activated since: ask under another id"
    )]
    IssuedAlready { serial: String },
    #[error("there is no voucher with this serial number")]
    NoSerial,
    #[error("there is no voucher with this number")]
    NoNumber,
    #[error("the voucher is {} already", .0.as_str())]
    Ended(State),
    #[error("the voucher is not activated")]
    NotActivated,
    #[error("the voucher is of the group {0}")]
    OtherGroup(String),
    #[error(
        "the merchant is not entered with this name and these bank details, and cannot be credited"
    )]
    NoMerchant,
    #[error("line {line}: {why}")]
    Row { line: usize, why: String },
}

/// What is kept of a number: many rounds of SHA-256, so that a stolen table is slow to guess at.
pub fn hash(number: &str) -> [u8; 32] {
    let mut hash: [u8; 32] = Sha256::digest(format!("daftar voucher {number}")).into();
    for _ in 1..HASH_ROUNDS {
        hash = Sha256::digest(hash).into();
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voucher_goes_only_where_the_table_says() {
        use State::*;
        let ways = [
            (Preactivated, Activated),
            (Preactivated, Cancelled),
            (Preactivated, Expired),
            (Activated, Redeemed),
            (Activated, Cancelled),
            (Activated, Expired),
        ];
        for from in State::ALL {
            for to in State::ALL {
                let expected = ways.contains(&(from, to));
                assert_eq!(from.may_become(to), expected, "{from:?} -> {to:?}");
            }
            assert_eq!(State::parse(from.as_str()), Some(from));
        }
    }

    #[test]
    fn a_face_in_another_currency_costs_its_rate_half_a_tiyin_upwards() {
        let of_rate = |rate_e4| Group {
            name: "g".into(),
            currency: "AED".into(),
            rate_e4,
            programme: "p".into(),
            district: 1,
            valid_days: 1,
        };
        let check = |rate, face, expected: Option<i64>| {
            let amount = of_rate(rate).amount(Money(face));
            assert_eq!(amount, expected.map(Money), "{face} at {rate}");
        };
        check(10_000, 1_521, Some(1_521));
        // 15.21 dirham at 3,450.2545 so'm: 52,478.37 so'm and 0.0945 of a tiyin.
        check(34_502_545, 1_521, Some(5_247_837));
        check(5_000, 1, Some(1));
        check(4_999, 1, None);
        check(i64::MAX, i64::MAX, None);
    }

    #[test]
    fn the_hash_of_a_number_is_its_own_and_does_not_change() {
        assert_eq!(hash("1"), hash("1"));
        assert_ne!(hash("1"), hash("2"));
    }
}
