//! The checks over our own tables. Each is a query whose answer must be empty; its rows
//! are one text that says where.

use store::{Platform, Tx, fetch_values};

use super::Difference;
use crate::Result;
use crate::limits::DIFFERENCES_MAX;

struct Check {
    says: &'static str,
    /// One text a difference; `$1` is how many are wanted at most.
    sqlite: &'static str,
    pg: &'static str,
}

/// Runs every check over one snapshot.
pub async fn all(platform: &Platform) -> Result<Vec<Difference>> {
    let mut tx = platform.db.read().await?;
    let mut differences = Vec::new();
    for check in CHECKS {
        differences.extend(run(&mut tx, check).await?);
    }
    Ok(differences)
}

async fn run(tx: &mut Tx, check: &Check) -> Result<Vec<Difference>> {
    let sql = store::dialect!(tx, sqlite: check.sqlite, pg: check.pg);
    let found = fetch_values!(tx, String, sql, DIFFERENCES_MAX)?;
    Ok(found
        .into_iter()
        .map(|found| Difference {
            check: check.says,
            found,
        })
        .collect())
}

/// An id as text differs between the databases, and nothing else here.
macro_rules! check {
    ($says:literal, $($sql:literal)+) => {
        Check {
            says: $says,
            sqlite: concat!("SELECT ", $($sql),+, " LIMIT $1"),
            pg: concat!("SELECT ", $($sql),+, " LIMIT $1"),
        }
    };
    ($says:literal, $id:literal, $($sql:literal)+) => {
        Check {
            says: $says,
            sqlite: concat!("SELECT lower(hex(", $id, ")) || ' ' || ", $($sql),+, " LIMIT $1"),
            pg: concat!("SELECT CAST(", $id, " AS TEXT) || ' ' || ", $($sql),+, " LIMIT $1"),
        }
    };
}

const CHECKS: &[Check] = &[
    check!(
        "the debits of all accounts, their credits and the transfers are equal",
        "CAST(a.debits AS TEXT) || ' ' || CAST(a.credits AS TEXT) || ' ' || CAST(t.total AS TEXT)
             FROM (SELECT COALESCE(SUM(debits_minor), 0) AS debits,
                    COALESCE(SUM(credits_minor), 0) AS credits FROM ledger_account) a
             CROSS JOIN (SELECT COALESCE(SUM(amount_minor), 0) AS total FROM ledger_transfer) t
             WHERE a.debits <> a.credits OR a.debits <> t.total"
    ),
    check!(
        "an account's debits are its transfers'",
        "t.owner",
        "CAST(t.code AS TEXT) FROM (
                SELECT CASE step WHEN 1 THEN 1 WHEN 2 THEN 2 WHEN 3 THEN 2 WHEN 4 THEN 3
                    WHEN 5 THEN 3 WHEN 6 THEN 5 WHEN 7 THEN 5 WHEN 8 THEN 6 WHEN 9 THEN 4
                    ELSE 7 END AS code, debit AS owner, SUM(amount_minor) AS total
                FROM ledger_transfer GROUP BY 1, 2) t
             LEFT JOIN ledger_account a ON a.code = t.code AND a.owner = t.owner
             WHERE a.owner IS NULL OR a.debits_minor <> t.total"
    ),
    check!(
        "an account's credits are its transfers'",
        "t.owner",
        "CAST(t.code AS TEXT) FROM (
                SELECT CASE step WHEN 1 THEN 2 WHEN 2 THEN 1 WHEN 3 THEN 3 WHEN 4 THEN 2
                    WHEN 5 THEN 4 WHEN 6 THEN 8 WHEN 7 THEN 7 WHEN 8 THEN 5 WHEN 9 THEN 6
                    WHEN 10 THEN 6 ELSE 4 END AS code, credit AS owner, SUM(amount_minor) AS total
                FROM ledger_transfer GROUP BY 1, 2) t
             LEFT JOIN ledger_account a ON a.code = t.code AND a.owner = t.owner
             WHERE a.owner IS NULL OR a.credits_minor <> t.total"
    ),
    check!(
        "a limit is what the ledger was given",
        "a.id",
        "CAST(a.limit_minor AS TEXT) FROM appropriation a
             LEFT JOIN (SELECT CASE step WHEN 1 THEN credit ELSE debit END AS id,
                    SUM(CASE step WHEN 1 THEN amount_minor ELSE -amount_minor END) AS total
                FROM ledger_transfer WHERE step IN (1, 2) GROUP BY 1) t ON t.id = a.id
             WHERE a.limit_minor <> COALESCE(t.total, 0)"
    ),
    check!(
        "what is committed is what live entitlements and vouchers are owed",
        "a.id",
        "CAST(a.month AS TEXT) FROM appropriation a
             LEFT JOIN ledger_account l ON l.code = 2 AND l.owner = a.id
             LEFT JOIN (SELECT appropriation AS id, SUM(amount_minor) AS owed FROM voucher
                 WHERE state IN ('preactivated', 'activated') GROUP BY appropriation) v
                 ON v.id = a.id
             LEFT JOIN (SELECT b.id, SUM(e.amount_minor) AS owed FROM appropriation b
                 JOIN entitlement e ON e.district = b.district AND e.programme = b.programme
                     AND e.from_month <= b.month AND e.to_month > b.month
                 GROUP BY b.id) o ON o.id = a.id
             WHERE a.limit_minor - COALESCE(l.credits_minor - l.debits_minor, 0)
                 <> COALESCE(o.owed, 0) + COALESCE(v.owed, 0)"
    ),
    check!(
        "an entitlement stands as its last event says",
        "e.id",
        "CAST(e.events AS TEXT) FROM entitlement e LEFT JOIN entitlement_event v
                ON v.entitlement = e.id AND v.seq = e.events
             WHERE v.seq IS NULL OR v.to_month <> e.to_month OR v.mfo <> e.mfo
                OR v.account <> e.account OR EXISTS (SELECT 1 FROM entitlement_event w
                    WHERE w.entitlement = e.id AND w.seq > e.events)"
    ),
    check!(
        "a change of an account stands as its last event says, and two persons looked at staff's",
        "c.id",
        "c.state FROM account_change c LEFT JOIN account_change_event v
                ON v.change = c.id AND v.seq = c.events
             WHERE v.seq IS NULL OR v.state <> c.state
                OR (c.origin = 'staff' AND c.state = 'applied' AND (SELECT COUNT(DISTINCT w.actor)
                    FROM account_change_event w WHERE w.change = c.id
                    AND w.state IN ('asked', 'waiting')) <> 2)"
    ),
    check!(
        "a linked account is what a change that took effect says",
        "p.person",
        "CAST(p.seq AS TEXT) FROM payee_account p LEFT JOIN account_change c ON c.id = p.change
             WHERE c.id IS NULL OR c.state <> 'applied' OR c.person <> p.person
                OR COALESCE(c.account, '') <> COALESCE(p.account, '') OR p.at < c.due_at"
    ),
    check!(
        "a line that goes to the cash desks names its person",
        "p.id",
        "CAST(p.attempt AS TEXT) FROM cash_desk d JOIN statement s ON s.mfo = d.mfo
             JOIN payment p ON p.statement = s.id AND p.account = d.account
             WHERE NOT EXISTS (SELECT 1 FROM cash_line c WHERE c.payment = p.id)"
    ),
    check!(
        "a voucher stands as its last event says, and a redeemed one is paid once",
        "v.id",
        "v.state FROM voucher v LEFT JOIN voucher_event e
                ON e.voucher = v.id AND e.seq = v.events
             LEFT JOIN entitlement n ON n.id = v.id
             WHERE e.seq IS NULL OR e.state <> v.state
                OR (n.id IS NOT NULL AND (v.state <> 'redeemed'
                    OR n.amount_minor <> v.amount_minor))
                OR (n.id IS NULL AND v.state = 'redeemed' AND v.appropriation IS NOT NULL)"
    ),
    check!(
        "an instruction that was accepted is an entitlement of its sum",
        "i.id",
        "i.instruction FROM payment_instruction i LEFT JOIN entitlement n ON n.id = i.id
             WHERE (i.failed IS NULL) <> (n.id IS NOT NULL)
                OR n.amount_minor <> i.amount_minor OR n.payee <> i.payee"
    ),
    check!(
        "nobody is counted twice in a programme and month",
        "a.person",
        "a.programme FROM entitlement_member a JOIN entitlement_member b
                ON b.programme = a.programme AND b.person = a.person
                AND b.entitlement > a.entitlement
                AND a.from_month < b.to_month AND b.from_month < a.to_month
             WHERE a.from_month < a.to_month AND b.from_month < b.to_month"
    ),
    check!(
        "the months counted of a person are those that entitlements count",
        "d.person",
        "d.programme || ' ' || CAST(d.year AS TEXT) FROM (
             WITH RECURSIVE part (programme, person, year, first, until) AS (
                SELECT programme, person, from_month / 12, from_month, to_month
                FROM entitlement_member WHERE from_month < to_month
                UNION ALL
                SELECT programme, person, year + 1, (year + 1) * 12, until FROM part
                WHERE until > (year + 1) * 12),
             power (n, four) AS (VALUES (0, 1), (1, 4), (2, 16), (3, 64), (4, 256), (5, 1024),
                (6, 4096), (7, 16384), (8, 65536), (9, 262144), (10, 1048576), (11, 4194304),
                (12, 16777216))
             SELECT programme, person, year FROM (
                SELECT p.programme, p.person, p.year, (t.four - f.four) / 3 AS months FROM part p
                JOIN power f ON f.n = p.first - p.year * 12
                JOIN power t ON t.n =
                    CASE WHEN p.until < (p.year + 1) * 12 THEN p.until - p.year * 12 ELSE 12 END
                UNION ALL SELECT programme, person, year, -months FROM counted) both_sides
             GROUP BY programme, person, year HAVING SUM(months) <> 0) d"
    ),
    check!(
        "a next attempt follows a return",
        "p.id",
        "CAST(p.attempt AS TEXT) FROM payment p
             LEFT JOIN account_task t ON t.reissued_as = p.id
             WHERE p.attempt > 1 AND t.id IS NULL"
    ),
    check!(
        "an entitlement and month is credited once",
        "p.entitlement",
        "CAST(p.month AS TEXT) FROM payment_event e JOIN payment p ON p.id = e.payment
             WHERE e.state = 'credited' AND NOT EXISTS (SELECT 1 FROM payment_event l
                WHERE l.payment = e.payment AND l.seq > e.seq)
             GROUP BY p.entitlement, p.month HAVING COUNT(*) > 1"
    ),
    check!(
        "a statement is the sum of its payments",
        "s.id",
        "CAST(s.total_minor AS TEXT) FROM statement s LEFT JOIN (SELECT statement, COUNT(*) AS n,
                SUM(amount_minor) AS total FROM payment GROUP BY statement) p ON p.statement = s.id
             WHERE s.lines <> COALESCE(p.n, 0) OR s.total_minor <> COALESCE(p.total, 0)"
    ),
    check!(
        "order, statements, budget lines and run are equal to the tiyin",
        "r.id",
        "CAST(r.total_minor AS TEXT) FROM payment_run r
             LEFT JOIN payment_order o ON o.run = r.id
             LEFT JOIN (SELECT run, SUM(total_minor) AS total, SUM(lines) AS n FROM statement
                GROUP BY run) s ON s.run = r.id
             LEFT JOIN (SELECT run, SUM(amount_minor) AS total FROM payment_run_line
                GROUP BY run) b ON b.run = r.id
             WHERE (o.id IS NULL AND r.state NOT IN ('building', 'closed'))
                OR COALESCE(o.total_minor, r.total_minor) <> r.total_minor
                OR COALESCE(s.total, 0) <> r.total_minor OR COALESCE(s.n, 0) <> r.lines
                OR COALESCE(b.total, 0) <> r.total_minor"
    ),
    check!(
        "a statement's counts are its payments' last answers",
        "s.id",
        "CAST(s.credited AS TEXT) || ' ' || CAST(s.returned AS TEXT) FROM statement s
             LEFT JOIN (SELECT p.statement,
                    COUNT(*) FILTER (WHERE e.state = 'credited') AS credited,
                    COUNT(*) FILTER (WHERE e.state = 'returned') AS returned,
                    COALESCE(SUM(p.amount_minor) FILTER (WHERE e.state = 'credited'), 0) AS c_total,
                    COALESCE(SUM(p.amount_minor) FILTER (WHERE e.state = 'returned'), 0) AS r_total
                FROM payment p JOIN payment_event e ON e.payment = p.id
                    AND e.seq = (SELECT MAX(l.seq) FROM payment_event l WHERE l.payment = p.id)
                GROUP BY p.statement) a ON a.statement = s.id
             WHERE s.credited <> COALESCE(a.credited, 0) OR s.returned <> COALESCE(a.returned, 0)
                OR s.credited_minor <> COALESCE(a.c_total, 0)
                OR s.returned_minor <> COALESCE(a.r_total, 0)"
    ),
    check!(
        "a payment that came back has its task",
        "e.payment",
        "CAST(e.seq AS TEXT) FROM payment_event e WHERE e.state = 'returned'
             AND NOT EXISTS (SELECT 1 FROM account_task t WHERE t.payment = e.payment)"
    ),
    check!(
        "two different persons approved what was sent",
        "r.id",
        "r.state FROM payment_run r
             WHERE r.state IN ('approved', 'ordered', 'funded', 'sent', 'answered')
             AND (SELECT COUNT(DISTINCT v.actor) FROM payment_run_event v WHERE v.run = r.id
                AND v.state IN ('approved_once', 'approved')) <> 2"
    ),
    check!(
        "every item of a bank's file is accounted for",
        "f.id",
        "CAST(f.taken AS TEXT) || ' ' || CAST(f.items AS TEXT) FROM bank_file f
             LEFT JOIN (SELECT file, COUNT(*) AS n FROM unmatched_line GROUP BY file) u
                ON u.file = f.id
             WHERE f.taken <> f.credited + f.returned + f.repeated + f.noted + f.unmatched
                OR f.unmatched <> COALESCE(u.n, 0) OR f.taken > f.items
                OR (f.ended_at IS NOT NULL AND f.taken <> f.items)"
    ),
    check!(
        "what a bank with files credited stands in its bookings",
        "e.payment",
        "CAST(e.seq AS TEXT) FROM payment_event e JOIN payment p ON p.id = e.payment
             JOIN statement_way w ON w.statement = p.statement
             WHERE w.way = 'file' AND e.state = 'credited' AND NOT EXISTS (SELECT 1
                FROM payment_booking b JOIN bank_file f ON f.id = b.file
                WHERE b.payment = e.payment AND b.side = 'debited')"
    ),
    check!(
        "a statement leaves by one way, and a bank accepts what was written",
        "s.id",
        "s.state FROM statement s JOIN statement_way w ON w.statement = s.id
             LEFT JOIN (SELECT statement, COUNT(*) AS n, MAX(attempt) AS last
                FROM statement_file GROUP BY statement) f ON f.statement = s.id
             WHERE (w.way = 'wire' AND f.n IS NOT NULL) OR f.n <> f.last
                OR (w.way = 'file' AND s.accepted_at IS NOT NULL AND f.n IS NULL)"
    ),
    check!(
        "a restated month begins with what was paid, and goes on where it was restated last",
        "m.id",
        "CAST(m.month AS TEXT) FROM restated_month m
             LEFT JOIN restated_month b ON b.award = m.award AND b.month = m.month
                AND b.seq = m.seq - 1
             WHERE m.paid_minor <> CASE WHEN m.seq > 1 THEN COALESCE(b.due_minor, -1) ELSE
                (SELECT COALESCE(SUM(p.amount_minor + COALESCE(c.deduction_minor, 0)), 0)
                    FROM entitlement e JOIN payment p ON p.entitlement = e.id AND p.attempt = 1
                    LEFT JOIN recovery c ON c.entitlement = e.id
                    WHERE e.award = m.award AND p.month = m.month AND NOT EXISTS
                        (SELECT 1 FROM settlement s WHERE s.entitlement = e.id)) END"
    ),
    check!(
        "a restated month is open or settled",
        "m.id",
        "CAST(m.month AS TEXT) FROM restated_month m
             LEFT JOIN restated_month_open o ON o.restated = m.id
             LEFT JOIN settled_month d ON d.restated = m.id
             WHERE (o.restated IS NULL) = (d.restated IS NULL)"
    ),
    check!(
        "a settlement is the sum of its months, as arrears or as a debt",
        "s.id",
        "CAST(s.net_minor AS TEXT) FROM settlement s
             LEFT JOIN (SELECT d.settlement, SUM(m.due_minor - m.paid_minor) AS net
                FROM settled_month d JOIN restated_month m ON m.id = d.restated
                GROUP BY d.settlement) n ON n.settlement = s.id
             LEFT JOIN entitlement e ON e.id = s.entitlement
             LEFT JOIN debt t ON t.id = s.debt
             WHERE n.net IS NULL OR n.net <> s.net_minor
                OR s.net_minor <> s.offset_minor + COALESCE(e.amount_minor, 0)
                    - COALESCE(t.amount_minor, 0)"
    ),
    check!(
        "a debt falls by what is owed and what is kept, and never below nothing",
        "t.id",
        "t.state FROM debt t LEFT JOIN (SELECT c.debt,
                SUM(c.deduction_minor * (e.to_month - e.from_month)) AS planned
                FROM recovery c JOIN entitlement e ON e.id = c.entitlement GROUP BY c.debt) r
                ON r.debt = t.id
             LEFT JOIN (SELECT debt, SUM(amount_minor) AS lowered FROM debt_event
                WHERE change = 'offset' GROUP BY debt) o ON o.debt = t.id
             WHERE t.amount_minor < t.offset_minor + COALESCE(r.planned, 0)
                OR t.offset_minor <> COALESCE(o.lowered, 0)
                OR t.events <> (SELECT COUNT(*) FROM debt_event v WHERE v.debt = t.id)"
    ),
    check!(
        "what is kept of a payment stays within its share and leaves the floor",
        "c.entitlement",
        "CAST(c.deduction_minor AS TEXT) FROM recovery c
             JOIN entitlement e ON e.id = c.entitlement
             WHERE c.deduction_minor * 100 > (e.amount_minor + c.deduction_minor) * c.share_percent
                OR e.amount_minor < c.floor_minor"
    ),
    check!(
        "a change of a run has its event",
        "r.id",
        "CAST(r.events AS TEXT) FROM payment_run r
             WHERE r.events <> (SELECT COUNT(*) FROM payment_run_event v WHERE v.run = r.id)
"
    ),
    check!(
        "every change of a run has its outbox row",
        "CAST(COUNT(*) AS TEXT) FROM payment_run_event v
             HAVING COUNT(*) <> (SELECT COUNT(*) FROM outbox o
                WHERE o.topic = 'payments.run_changed')"
    ),
];
