//! What a treasurer looks at before a run is approved: how it differs from the run before it, and
//! what is odd in it. Nothing here stops a run; two persons decide with it before their eyes.

use access::{Action, Permit};
use kernel::{Money, Month, PersonId, RunId};
use store::{Fault, Tx, fetch_all, fetch_optional};
use uuid::Uuid;

use super::model::{Kind, Refusal, Run};
use crate::{Result, sql};

/// Persons that are named for each finding; the rest is counted.
pub const EXAMPLES_MAX: i64 = 20;

/// What was found in a regular run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The month of the regular run that it is held against; the first run has none, and then
    /// nobody is new, stopped or changed.
    pub before: Option<Month>,
    pub findings: Vec<Finding>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    /// Persons and programmes, each counted once.
    pub count: u64,
    /// What they get now; for [`FindingKind::Stopped`], what they got before.
    pub amount: Money,
    /// The first [`EXAMPLES_MAX`] of them.
    pub examples: Vec<Example>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FindingKind {
    /// Paid now in this programme, not in the run before.
    New,
    /// Paid in the run before, not now.
    Stopped,
    /// Another sum than in the run before.
    Amount,
    /// Another account than in the run before.
    Account,
    /// Several persons are paid to one account, which is neither the cash desks' nor a nominee's.
    SharedAccount,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    pub payee: PersonId,
    pub programme: String,
    pub amount: Money,
    /// What the person got in the run before.
    pub before: Option<Money>,
}

impl FindingKind {
    pub const ALL: [FindingKind; 5] = [
        FindingKind::New,
        FindingKind::Stopped,
        FindingKind::Amount,
        FindingKind::Account,
        FindingKind::SharedAccount,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            FindingKind::New => "new",
            FindingKind::Stopped => "stopped",
            FindingKind::Amount => "amount",
            FindingKind::Account => "account",
            FindingKind::SharedAccount => "shared_account",
        }
    }

    fn parse(text: &str) -> Option<FindingKind> {
        FindingKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

#[derive(sqlx::FromRow)]
struct FoundRow {
    kind: String,
    payee: Uuid,
    programme: String,
    amount_minor: i64,
    before_minor: Option<i64>,
    found: i64,
    sum_minor: i64,
}

/// Holds a regular run against the regular run before it. A run of returned payments has nothing
/// to be held against: all that is found there is shared accounts.
pub async fn check(tx: &mut Tx, permit: &Permit, run: RunId) -> Result<Checked> {
    permit.must_be_for(&[Action::ReadRun]);
    let found = super::find(tx, run).await?;
    let found = found.ok_or(Refusal::Unknown { run })?;
    let before = match found.kind {
        Kind::Regular => regular_before(tx, &found).await?,
        Kind::Reissue => None,
    };
    let rows = found_rows(tx, run, before.as_ref().map(|(id, _)| *id)).await?;
    Ok(Checked {
        before: before.map(|(_, month)| month),
        findings: findings(rows)?,
    })
}

async fn regular_before(tx: &mut Tx, run: &Run) -> Result<Option<(RunId, Month)>> {
    let row = fetch_optional!(
        tx,
        (Uuid, i64),
        "SELECT id, month FROM payment_run WHERE kind = $1 AND month < $2 AND lines > 0
         ORDER BY month DESC, id DESC LIMIT 1",
        Kind::Regular.as_str(),
        i64::from(run.month.0)
    )?;
    row.map(|(id, month)| Ok((RunId(id), sql::month(month)?)))
        .transpose()
}

/// One walk over the lines of both runs: what a person gets in a programme, and on which account.
async fn found_rows(tx: &mut Tx, run: RunId, before: Option<RunId>) -> Result<Vec<FoundRow>> {
    let rows = fetch_all!(
        tx,
        FoundRow,
        "WITH line AS MATERIALIZED (
            SELECT s.run, p.payee, n.programme, p.account, CAST(SUM(p.amount_minor) AS BIGINT) AS amount
            FROM statement s
            JOIN payment p ON p.id BETWEEN s.first_payment AND s.last_payment AND p.statement = s.id
            JOIN entitlement n ON n.id = p.entitlement
            WHERE s.run = $1 OR s.run = $2
            GROUP BY s.run, p.payee, n.programme, p.account),
         paid AS MATERIALIZED (
            SELECT run, payee, programme, CAST(SUM(amount) AS BIGINT) AS amount
            FROM line GROUP BY run, payee, programme),
         own AS (
            SELECT l.run, l.payee, l.account FROM line l
            WHERE NOT EXISTS (SELECT 1 FROM cash_desk d WHERE d.account = l.account)
              AND NOT EXISTS (SELECT 1 FROM payee_account p
                JOIN account_nominee m ON m.change = p.change
                WHERE p.person = l.payee AND p.account = l.account)),
         n AS (SELECT payee, programme, amount FROM paid WHERE run = $1),
         w AS (SELECT payee, programme, amount FROM paid WHERE run = $2),
         found AS (
            SELECT 'new' AS kind, n.payee, n.programme, n.amount, CAST(NULL AS BIGINT) AS before_minor
            FROM n LEFT JOIN w ON w.payee = n.payee AND w.programme = n.programme
            WHERE w.payee IS NULL AND $3 = 1
            UNION ALL
            SELECT 'stopped', w.payee, w.programme, w.amount, w.amount
            FROM w LEFT JOIN n ON n.payee = w.payee AND n.programme = w.programme
            WHERE n.payee IS NULL
            UNION ALL
            SELECT 'amount', n.payee, n.programme, n.amount, w.amount
            FROM n JOIN w ON w.payee = n.payee AND w.programme = n.programme
            WHERE n.amount <> w.amount
            UNION ALL
            SELECT 'account', l.payee, l.programme, l.amount, w.amount
            FROM line l JOIN w ON w.payee = l.payee AND w.programme = l.programme
            LEFT JOIN line o ON o.run = $2 AND o.payee = l.payee AND o.programme = l.programme
                AND o.account = l.account
            WHERE l.run = $1 AND o.payee IS NULL
            UNION ALL
            SELECT 'shared_account', l.payee, l.programme, l.amount, CAST(NULL AS BIGINT)
            FROM line l WHERE l.run = $1 AND l.account IN
                (SELECT account FROM own WHERE run = $1
                 GROUP BY account HAVING COUNT(DISTINCT payee) > 1))
         SELECT kind, payee, programme, amount AS amount_minor, before_minor, found, sum_minor
         FROM (SELECT kind, payee, programme, amount, before_minor,
                COUNT(*) OVER (PARTITION BY kind) AS found,
                CAST(SUM(amount) OVER (PARTITION BY kind) AS BIGINT) AS sum_minor,
                ROW_NUMBER() OVER (PARTITION BY kind ORDER BY payee, programme) AS place
             FROM found) counted
         WHERE place <= $4 ORDER BY kind, payee, programme",
        run.0,
        before.unwrap_or(RunId(Uuid::nil())).0,
        i64::from(before.is_some()),
        EXAMPLES_MAX
    )?;
    Ok(rows)
}

/// In the order of [`FindingKind::ALL`]; what was not found is not there.
fn findings(rows: Vec<FoundRow>) -> Result<Vec<Finding>> {
    let mut findings: Vec<Finding> = Vec::new();
    for row in rows {
        let kind = FindingKind::parse(&row.kind).ok_or_else(|| Fault::Stored {
            what: "a finding of a run",
            reason: row.kind.clone(),
        })?;
        let example = Example {
            payee: PersonId(row.payee),
            programme: row.programme,
            amount: Money(row.amount_minor),
            before: row.before_minor.map(Money),
        };
        match findings.iter_mut().find(|finding| finding.kind == kind) {
            Some(finding) => finding.examples.push(example),
            None => findings.push(Finding {
                kind,
                count: sql::count(row.found)?,
                amount: Money(row.sum_minor),
                examples: vec![example],
            }),
        }
    }
    findings.sort_by_key(|finding| {
        FindingKind::ALL
            .iter()
            .position(|kind| *kind == finding.kind)
    });
    Ok(findings)
}
