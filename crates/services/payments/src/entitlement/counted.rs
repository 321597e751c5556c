//! The wall against counting a person twice: the table `counted`, whose key is (programme, person,
//! year) and whose digits are the months. It is written in the transaction of the entitlement, and
//! a second counting of a month fails there on both databases, whatever the code before it saw.

use std::collections::BTreeMap;

use kernel::Month;
use store::{Tx, bug, bulk};
use uuid::Uuid;

use super::ending::Ending;
use super::model::{NewEntitlement, pair};
use crate::{Result, sql};

const MONTHS_A_YEAR: i32 = 12;

/// Digits by programme, person and year, in the order of the key.
type Digits = BTreeMap<(String, Uuid, i64), i64>;

/// The years that a period touches, each with a digit of base four for every month in it.
pub(super) fn years(from: Month, to: Month) -> impl Iterator<Item = (i64, i64)> {
    let first = from.0.div_euclid(MONTHS_A_YEAR);
    let last = (to.0 - 1).div_euclid(MONTHS_A_YEAR);
    (first..=last).map(move |year| {
        let january = year * MONTHS_A_YEAR;
        let place = |month: i32| 1_i64 << (2 * (month - january).clamp(0, MONTHS_A_YEAR));
        (i64::from(year), (place(to.0) - place(from.0)) / 3)
    })
}

fn add(digits: &mut Digits, (programme, person): (&str, Uuid), (from, to): (Month, Month)) {
    for (year, months) in years(from, to) {
        *digits
            .entry((programme.to_owned(), person, year))
            .or_default() += months;
    }
}

/// Counts the members of new entitlements.
pub(super) async fn count(tx: &mut Tx, batch: &[(usize, &NewEntitlement)]) -> Result<()> {
    const COUNTED: bulk::Insert = bulk::Insert {
        into: "counted (programme, person, year, months)",
        on_conflict: "(programme, person, year) DO UPDATE SET months = counted.months + excluded.months",
    };
    let mut digits = Digits::new();
    for (_, new) in batch {
        for person in &new.members {
            add(&mut digits, (&new.programme, person.0), pair(&new.months));
        }
    }
    if bug::is_planted("counted_not_written") {
        return Ok(());
    }
    let rows: Vec<_> = digits.into_iter().collect();
    bulk::insert(
        tx,
        &COUNTED,
        &rows,
        |row, ((programme, person, year), months)| {
            row.push(programme.as_str())
                .push(*person)
                .push(*year)
                .push(*months);
        },
    )
    .await?;
    Ok(())
}

/// Takes away the months that ending entitlements lose. Called before their members' places end.
pub(super) async fn uncount(tx: &mut Tx, ending: &[Ending]) -> Result<()> {
    const MEMBERS: bulk::With = bulk::With {
        v: "id, until",
        statement: "SELECT m.programme, m.person,
                CASE WHEN m.from_month > v.until THEN m.from_month ELSE v.until END, m.to_month
            FROM v CROSS JOIN entitlement_member m
            WHERE m.entitlement = v.id AND m.to_month > v.until AND m.to_month > m.from_month",
    };
    const COUNTED: bulk::With = bulk::With {
        v: "programme, person, year, months",
        statement: "UPDATE counted SET months = counted.months - v.months FROM v
            WHERE counted.programme = v.programme AND counted.person = v.person
                AND counted.year = v.year",
    };
    let places: Vec<(String, Uuid, i64, i64)> =
        bulk::select_in(tx, &MEMBERS, ending, |row, ending| {
            row.push(ending.id.0).push(i64::from(ending.to.0));
        })
        .await?;
    let mut digits = Digits::new();
    for (programme, person, from, to) in &places {
        add(
            &mut digits,
            (programme, *person),
            (sql::month(*from)?, sql::month(*to)?),
        );
    }
    let rows: Vec<_> = digits.into_iter().collect();
    let found = bulk::update_from(
        tx,
        &COUNTED,
        &rows,
        |row, ((programme, person, year), months)| {
            row.push(programme.as_str())
                .push(*person)
                .push(*year)
                .push(*months);
        },
    )
    .await?;
    if found != rows.len() as u64 {
        return Err(store::Fault::Stored {
            what: "the months that persons are counted in",
            reason: format!("{} to take away, {found} found", rows.len()),
        }
        .into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Years and digits, written by hand: base four, January the lowest.
    #[test]
    fn each_month_is_a_digit_of_its_year() {
        fn check(from: &str, to: &str, expected: &[(i64, i64)]) {
            let month = |text| Month::parse(text).expect("a month");
            let found: Vec<_> = years(month(from), month(to)).collect();
            assert_eq!(found, expected, "{from} to {to}");
        }
        check("2026-01", "2026-02", &[(2026, 1)]);
        check("2026-02", "2026-03", &[(2026, 4)]);
        check("2026-01", "2026-04", &[(2026, 1 + 4 + 16)]);
        check("2026-12", "2027-01", &[(2026, 4_i64.pow(11))]);
        check("2026-12", "2027-02", &[(2026, 4_i64.pow(11)), (2027, 1)]);
        let whole = (4_i64.pow(12) - 1) / 3;
        check(
            "2025-12",
            "2028-02",
            &[
                (2025, 4_i64.pow(11)),
                (2026, whole),
                (2027, whole),
                (2028, 1),
            ],
        );
        check("2026-05", "2026-05", &[(2026, 0)]);
    }
}
