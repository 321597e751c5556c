//! Entitlements: what they are and why one is refused. Pure.

use std::collections::HashMap;

use kernel::ids::AccountId;
use kernel::{AwardId, BankAccount, EntitlementId, Mfo, Money, Month, Period, PersonId, UnitId};

/// The end of a term that nobody knows: far behind every calendar, still a month.
pub(crate) const NO_END: Month = Month(9999 * 12);

/// Months of the longest term: longer than any childhood. What goes on after it is decided again.
pub const TERM_MONTHS_MAX: i32 = 600;

/// An entitlement to be opened: one amount for each month of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntitlement {
    /// Made by the caller; the same id is the same entitlement.
    pub id: EntitlementId,
    /// The award it pays. An award whose amount changes is paid by several, one after another.
    pub award: AwardId,
    pub unit: UnitId,
    pub programme: String,
    /// Whose budget pays.
    pub district: u32,
    /// Who receives the money.
    pub payee: PersonId,
    pub mfo: Mfo,
    pub account: BankAccount,
    /// A month.
    pub amount: Money,
    /// Months paid, half-open.
    pub months: Period<Month>,
    /// Whom the money is for; none of them may be counted twice.
    pub members: Vec<PersonId>,
}

/// An entitlement as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitlement {
    pub id: EntitlementId,
    pub award: AwardId,
    pub unit: UnitId,
    pub payee: PersonId,
    pub district: u32,
    pub programme: String,
    pub amount: Money,
    pub months: Period<Month>,
    pub mfo: Mfo,
    pub account: BankAccount,
}

/// A command: nothing is paid after `last_month`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub entitlement: EntitlementId,
    pub last_month: Month,
    /// For people: "migration to UZ-SR26", "death of the payee".
    pub reason: String,
    /// `None` when the system did it.
    pub by: Option<AccountId>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{count} entitlements in one command; at most {most} are taken")]
    TooMany { count: usize, most: usize },
    #[error("entitlement {index}: the amount {amount} is not above zero")]
    AmountNotPositive { index: usize, amount: Money },
    #[error("entitlement {index}: its months end before they begin")]
    NoMonths { index: usize },
    #[error("entitlement {index}: it names no end within {TERM_MONTHS_MAX} months")]
    NoEnd { index: usize },
    #[error("entitlement {index}: it counts nobody")]
    NoMembers { index: usize },
    #[error("entitlement {index}: the id belongs to another entitlement, of {amount} a month")]
    IdTaken { index: usize, amount: Money },
    #[error(
        "entitlement {index}: person {person} is already counted in {programme} by \
         entitlement {by} in {month}"
    )]
    CountedTwice {
        index: usize,
        person: PersonId,
        programme: String,
        by: EntitlementId,
        month: Month,
    },
    #[error("{programme} of district {district} has no appropriation in {month}")]
    NoAppropriation {
        district: u32,
        programme: String,
        month: Month,
    },
    #[error("{programme} of district {district} in {month} has {available} left, {asked} is asked")]
    OverBudget {
        district: u32,
        programme: String,
        month: Month,
        available: Money,
        asked: Money,
    },
    #[error("there is no entitlement {entitlement}")]
    Unknown { entitlement: EntitlementId },
    #[error("entitlement {entitlement} stands in a payment run of {month} already")]
    AlreadyInRun {
        entitlement: EntitlementId,
        month: Month,
    },
}

impl Refusal {
    /// Money is lacking; nothing is wrong with the entitlement itself.
    pub fn is_of_budget(&self) -> bool {
        matches!(
            self,
            Refusal::OverBudget { .. } | Refusal::NoAppropriation { .. }
        )
    }
}

/// Months as a half-open pair; no end becomes a month that never comes.
pub(crate) fn pair(months: &Period<Month>) -> (Month, Month) {
    (months.from, months.to.unwrap_or(NO_END))
}

pub(crate) fn period(from: Month, to: Month) -> Period<Month> {
    Period {
        from,
        to: (to < NO_END).then_some(to),
    }
}

/// One by one, without looking at the database.
pub(crate) fn check_each(batch: &[NewEntitlement]) -> Result<(), Refusal> {
    for (index, new) in batch.iter().enumerate() {
        if new.amount <= Money::ZERO {
            return Err(Refusal::AmountNotPositive {
                index,
                amount: new.amount,
            });
        }
        if new.months.is_empty() {
            return Err(Refusal::NoMonths { index });
        }
        let (from, to) = pair(&new.months);
        if to.0 - from.0 > TERM_MONTHS_MAX {
            return Err(Refusal::NoEnd { index });
        }
        if new.members.is_empty() {
            return Err(Refusal::NoMembers { index });
        }
    }
    Ok(())
}

/// A person's place in an entitlement, as (from, to) months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub entitlement: EntitlementId,
    pub from: Month,
    pub to: Month,
}

/// Nobody may be counted twice in a programme and month, neither inside the batch nor
/// together with what stands.
pub(crate) fn check_counted_once(
    batch: &[(usize, &NewEntitlement)],
    standing: &HashMap<(&str, PersonId), Vec<Counted>>,
) -> Result<(), Refusal> {
    let mut counted: HashMap<(&str, PersonId), Vec<Counted>> = HashMap::new();
    for &(index, new) in batch {
        let (from, to) = pair(&new.months);
        for &person in &new.members {
            let key = (new.programme.as_str(), person);
            let here = counted.entry(key).or_default();
            let others = standing.get(&key).into_iter().flatten().chain(here.iter());
            if let Some(other) = others
                .clone()
                .find(|other| from < other.to && other.from < to)
            {
                return Err(Refusal::CountedTwice {
                    index,
                    person,
                    programme: new.programme.clone(),
                    by: other.entitlement,
                    month: from.max(other.from),
                });
            }
            here.push(Counted {
                entitlement: new.id,
                from,
                to,
            });
        }
    }
    Ok(())
}
