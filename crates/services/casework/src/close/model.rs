//! Sharing a budget: poorest first, no skipping. Pure.

use kernel::{CaseId, Instant, Money};

/// An entitled family that asks for its share of one envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub case: CaseId,
    pub per_capita_minor: i64,
    pub lodged_at: Instant,
    /// The applicant's number, as digits: the last tie is broken by it.
    pub pinfl: String,
    /// One month's amount: the envelope is one month's.
    pub amount: Money,
}

/// How an envelope was shared; both lists poorest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub awarded: Vec<CaseId>,
    pub waiting: Vec<CaseId>,
    pub spent: Money,
}

/// Poorest first: income per head, then who lodged earlier, then the PINFL.
/// The first claim that does not fit and all after it wait: a less poor family with a smaller
/// amount does not overtake.
pub fn share(mut claims: Vec<Claim>, limit: Money) -> Share {
    claims.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let mut share = Share::default();
    let mut full = false;
    for claim in claims {
        let spent = share.spent + claim.amount;
        full = full || spent > limit;
        if full {
            share.waiting.push(claim.case);
        } else {
            share.spent = spent;
            share.awarded.push(claim.case);
        }
    }
    share
}

fn rank(claim: &Claim) -> (i64, Instant, &str) {
    (claim.per_capita_minor, claim.lodged_at, &claim.pinfl)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (case, income per head in soums, lodged at, amount in soums)
    type Row = (u128, i64, i64, i64);

    fn check(limit_major: i64, rows: &[Row], awarded: &[u128], waiting: &[u128]) {
        let claims = rows
            .iter()
            .map(|&(case, per_capita, lodged_at, amount)| Claim {
                case: CaseId::from_u128(case),
                per_capita_minor: per_capita * 100,
                lodged_at: Instant(lodged_at),
                pinfl: format!("{case:014}"),
                amount: Money::from_major(amount),
            });
        let share = share(claims.collect(), Money::from_major(limit_major));
        let ids = |cases: &[CaseId]| cases.iter().map(|c| c.0.as_u128()).collect::<Vec<_>>();
        assert_eq!(ids(&share.awarded), awarded);
        assert_eq!(ids(&share.waiting), waiting);
    }

    #[test]
    fn the_poorest_come_first() {
        check(
            1_000,
            &[(1, 300, 1, 500), (2, 100, 2, 500), (3, 200, 3, 500)],
            &[2, 3],
            &[1],
        );
    }

    #[test]
    fn a_smaller_amount_does_not_overtake() {
        check(
            1_000,
            &[(1, 100, 1, 600), (2, 200, 1, 500), (3, 300, 1, 100)],
            &[1],
            &[2, 3],
        );
    }

    #[test]
    fn equally_poor_families_stand_in_the_order_they_came_then_by_pinfl() {
        check(500, &[(1, 0, 9, 500), (2, 0, 3, 500)], &[2], &[1]);
        check(500, &[(2, 0, 3, 500), (1, 0, 3, 500)], &[1], &[2]);
    }

    #[test]
    fn exactly_the_limit_fits_and_nothing_fits_in_an_empty_envelope() {
        check(500, &[(1, 0, 1, 500)], &[1], &[]);
        check(499, &[(1, 0, 1, 500)], &[], &[1]);
        check(0, &[(1, 0, 1, 500), (2, 0, 1, 0)], &[], &[1, 2]);
    }

    #[test]
    fn the_order_of_arrival_in_the_list_changes_nothing() {
        let rows = [(1, 5, 1, 30), (2, 4, 1, 30), (3, 4, 1, 30), (4, 1, 7, 30)];
        let mut turned = rows;
        turned.reverse();
        check(90, &rows, &[4, 2, 3], &[1]);
        check(90, &turned, &[4, 2, 3], &[1]);
    }
}
