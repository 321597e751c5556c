//! Statements of our accounts that do not join: one is missing, or one does not add up. A
//! question asked of what is stored, so a gap closes by itself when the missing statement
//! comes, or a corrected one under the same number.

use kernel::{Day, Money};
use store::{Tx, fetch_all};
use uuid::Uuid;

use crate::{Result, limits};

/// What is wrong with a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Its number does not follow that of the one before.
    Number { before: i64, found: i64 },
    /// It does not open with what the one before closed with.
    Opening { before: Money, found: Money },
    /// Its entries do not lead from one balance to the other: so much is untold.
    Entries { missing: Money },
    /// It has another number of entries than it says.
    Count { said: i64, found: i64 },
    /// Without both balances nothing can be told of it.
    NoBalance,
}

impl Wrong {
    pub const fn as_str(&self) -> &'static str {
        match self {
            Wrong::Number { .. } => "number",
            Wrong::Opening { .. } => "opening",
            Wrong::Entries { .. } => "entries",
            Wrong::Count { .. } => "count",
            Wrong::NoBalance => "no_balance",
        }
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Wrong::Number { before, found } => {
                write!(f, "number {found} follows number {before}")
            }
            Wrong::Opening { before, found } => {
                write!(
                    f,
                    "it opens with {found}, the one before closed with {before}"
                )
            }
            Wrong::Entries { missing } => {
                write!(f, "its entries leave {missing} of its balances untold")
            }
            Wrong::Count { said, found } => write!(f, "it has {found} entries and says {said}"),
            Wrong::NoBalance => write!(f, "it has no opening and closing balance"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// 0: of no bank that we gave a file to.
    pub mfo: i64,
    pub file: Uuid,
    pub number: Option<i64>,
    pub day: Day,
    pub wrong: Wrong,
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Row {
    mfo: i64,
    file: Uuid,
    number: Option<i64>,
    day: i64,
    opening_minor: Option<i64>,
    closing_minor: Option<i64>,
    debits_minor: i64,
    credits_minor: i64,
    entries: i64,
    said_entries: Option<i64>,
    number_before: Option<i64>,
    closing_before: Option<i64>,
}

/// Every gap that is open, account by account in the order of days.
pub async fn list(tx: &mut Tx) -> Result<Vec<Gap>> {
    // Of one number and day the newest is kept: a corrected statement takes the place of
    // the wrong one. Number 1 begins a year.
    let rows = fetch_all!(
        tx,
        Row,
        "WITH kept AS (SELECT s.*, ROW_NUMBER() OVER (PARTITION BY account, day, number
                ORDER BY at DESC, file DESC) AS age FROM account_statement s),
            joined AS (SELECT mfo, file, account, number, day, opening_minor, closing_minor,
                debits_minor, credits_minor, entries, said_entries,
                LAG(number) OVER (PARTITION BY account ORDER BY day, number) AS number_before,
                LAG(closing_minor) OVER (PARTITION BY account ORDER BY day, number)
                    AS closing_before
                FROM kept WHERE age = 1)
         SELECT mfo, file, number, day, opening_minor, closing_minor, debits_minor,
            credits_minor, entries, said_entries, number_before, closing_before FROM joined
         WHERE (number <> number_before + 1 AND number <> 1)
            OR opening_minor <> closing_before
            OR opening_minor + credits_minor - debits_minor <> closing_minor
            OR said_entries <> entries OR opening_minor IS NULL OR closing_minor IS NULL
         ORDER BY account, day, number LIMIT $1",
        limits::LIST_MAX
    )?;
    Ok(rows.iter().flat_map(gaps).collect())
}

fn gaps(row: &Row) -> Vec<Gap> {
    let gap = |wrong| Gap {
        mfo: row.mfo,
        file: row.file,
        number: row.number,
        day: Day(row.day as i32),
        wrong,
    };
    wrongs(row).into_iter().map(gap).collect()
}

fn wrongs(row: &Row) -> Vec<Wrong> {
    let mut wrongs = Vec::new();
    if let (Some(before), Some(found)) = (row.number_before, row.number)
        && found != before + 1
        && found != 1
    {
        wrongs.push(Wrong::Number { before, found });
    }
    if let (Some(before), Some(found)) = (row.closing_before, row.opening_minor)
        && before != found
    {
        let (before, found) = (Money(before), Money(found));
        wrongs.push(Wrong::Opening { before, found });
    }
    match (row.opening_minor, row.closing_minor) {
        (Some(opening), Some(closing)) => {
            let told = Money(opening) + Money(row.credits_minor) - Money(row.debits_minor);
            let missing = Money(closing) - told;
            if !missing.is_zero() {
                wrongs.push(Wrong::Entries { missing });
            }
        }
        _ => wrongs.push(Wrong::NoBalance),
    }
    if let Some(said) = row.said_entries.filter(|said| *said != row.entries) {
        let found = row.entries;
        wrongs.push(Wrong::Count { said, found });
    }
    wrongs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(change: impl FnOnce(&mut Row)) -> Row {
        let mut row = Row {
            mfo: 14,
            file: Uuid::nil(),
            number: Some(2),
            day: 20_000,
            opening_minor: Some(1_000),
            closing_minor: Some(700),
            debits_minor: 350,
            credits_minor: 50,
            entries: 3,
            said_entries: Some(3),
            number_before: Some(1),
            closing_before: Some(1_000),
        };
        change(&mut row);
        row
    }

    #[test]
    fn a_statement_that_does_not_join_is_seen_for_what_it_is() {
        fn check(change: impl FnOnce(&mut Row), expected: &[Wrong]) {
            assert_eq!(wrongs(&row(change)), expected);
        }
        check(|_| {}, &[]);
        let (before, found) = (1, 3);
        check(
            |row| row.number = Some(3),
            &[Wrong::Number { before, found }],
        );
        let (before, found) = (9, 11);
        check(
            |row| (row.number_before, row.number) = (Some(9), Some(11)),
            &[Wrong::Number { before, found }],
        );
        check(
            |row| (row.number_before, row.number) = (Some(251), Some(1)),
            &[],
        );
        let (before, found) = (Money(1_001), Money(1_000));
        check(
            |row| row.closing_before = Some(1_001),
            &[Wrong::Opening { before, found }],
        );
        let missing = Money(-100);
        check(|row| row.debits_minor = 250, &[Wrong::Entries { missing }]);
        let (said, found) = (4, 3);
        check(
            |row| row.said_entries = Some(4),
            &[Wrong::Count { said, found }],
        );
        check(|row| row.closing_minor = None, &[Wrong::NoBalance]);
        // The first that we ever had follows nothing.
        check(
            |row| (row.number_before, row.closing_before) = (None, None),
            &[],
        );
    }
}
