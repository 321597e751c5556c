//! What differs between what was due and what was paid. Pure.

use kernel::{AwardId, DecisionId, Instant, Money, Month, Period};

/// Why a month was decided again. After the reasons for which EGISSO, Russia's register of social
/// support, lets an award be changed (recalled: its own codes were not at hand).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    Birth,
    Death,
    /// A death that the civil registry took back.
    DeathAnnulled,
    /// A marriage or a divorce.
    Union,
    /// An agency's answer that was mended, or that came late.
    Correction,
    /// A value of the law that counts from a day that has passed.
    Indexation,
}

impl Reason {
    pub const ALL: [Reason; 6] = [
        Reason::Birth,
        Reason::Death,
        Reason::DeathAnnulled,
        Reason::Union,
        Reason::Correction,
        Reason::Indexation,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Reason::Birth => "birth",
            Reason::Death => "death",
            Reason::DeathAnnulled => "death_annulled",
            Reason::Union => "union",
            Reason::Correction => "correction",
            Reason::Indexation => "indexation",
        }
    }

    pub fn parse(word: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

/// A command: in these months of an award so much was due a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restatement {
    /// The award that was paid.
    pub award: AwardId,
    /// Half-open.
    pub months: Period<Month>,
    pub due: Money,
    pub reason: Reason,
    /// The decision that says so; none where no decision is needed (a death).
    pub decision: Option<DecisionId>,
}

/// What a month of an award was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    pub month: Month,
    /// With what was deducted for a debt, and with all earlier restatements.
    pub amount: Money,
    /// How often the month was restated.
    pub restated: i64,
}

/// A month that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    pub award: AwardId,
    pub month: Month,
    pub seq: i64,
    pub paid: Money,
    pub due: Money,
    pub reason: Reason,
    pub decision: Option<DecisionId>,
}

impl Restated {
    /// Above zero: owed to the person. Below: paid too much.
    pub fn difference(&self) -> Money {
        self.due - self.paid
    }
}

/// As it is stored and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestatedMonth {
    pub month: Month,
    pub paid: Money,
    pub due: Money,
    pub reason: Reason,
    pub at: Instant,
}

impl RestatedMonth {
    pub fn difference(&self) -> Money {
        self.due - self.paid
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{count} restatements in one command; at most {most} are taken")]
    TooMany { count: usize, most: usize },
}

/// The months of a restatement that were paid otherwise than was due.
pub fn differences(restatement: &Restatement, paid: &[Paid]) -> Vec<Restated> {
    let differs =
        |paid: &&Paid| restatement.months.contains(paid.month) && paid.amount != restatement.due;
    let restated = |paid: &Paid| Restated {
        award: restatement.award,
        month: paid.month,
        seq: paid.restated + 1,
        paid: paid.amount,
        due: restatement.due,
        reason: restatement.reason,
        decision: restatement.decision,
    };
    paid.iter().filter(differs).map(restated).collect()
}

/// What each month was paid, with nothing for the months of the restatement that no run paid.
pub fn with_unpaid(restatement: &Restatement, mut paid: Vec<Paid>) -> Vec<Paid> {
    let Period { from, to } = restatement.months;
    let to = to.expect("a stretch that ends");
    let months = (from.0..to.0).map(Month);
    let unpaid = |month: &Month| paid.iter().all(|paid| paid.month != *month);
    let unpaid: Vec<Month> = months.filter(unpaid).collect();
    paid.extend(unpaid.into_iter().map(|month| Paid {
        month,
        amount: Money::ZERO,
        restated: 0,
    }));
    paid.sort_by_key(|paid| paid.month);
    paid
}
