//! From a run's sheet, as payments hands it over, to what its page shows.

use kernel::{Instant, Money, RunId};
use payments::run::{self as runs, FindingKind, RunSheet};
use store::Tx;

use super::payment::return_reason;
use super::run::{
    Check, Differences, FindingLine, OrderLine, ReturnLine, RunLine, RunState, StatementLine, Waits,
};
use crate::i18n::{T, zone};
use crate::pages::access::home::district_words;
use crate::pages::figures::{Bar, Bars};
use crate::stop::Stop;

pub fn line_of(t: T, sheet: &RunSheet, now: Instant) -> RunLine {
    let run = &sheet.run;
    RunLine {
        run: run.id,
        month: run.month,
        reissue: run.kind == runs::Kind::Reissue,
        state: state_of(run.state),
        lines: i64::try_from(run.lines).unwrap_or(i64::MAX),
        total: run.total,
        credited: sheet
            .statements
            .iter()
            .map(|statement| statement.credited_total)
            .sum(),
        returned: sheet
            .statements
            .iter()
            .map(|statement| statement.returned_total)
            .sum(),
        waits: sheet.due(zone()).map(|due| Waits {
            owner: owner(t, due.owner),
            until: due.until,
            late: due.is_over(now),
        }),
    }
}

fn owner(t: T, owner: runs::Owner) -> &'static str {
    match owner {
        runs::Owner::System => t.owner_system(),
        runs::Owner::Treasurer => t.owner_treasurer(),
        runs::Owner::SecondTreasurer => t.owner_second_treasurer(),
        runs::Owner::Treasury => t.owner_treasury(),
        runs::Owner::Sender => t.owner_sender(),
        runs::Owner::Banks => t.owner_banks(),
        runs::Owner::Mahalla => t.owner_mahalla(),
    }
}

pub fn state_of(state: runs::State) -> RunState {
    match state {
        runs::State::Building | runs::State::Built => RunState::Built,
        runs::State::ApprovedOnce => RunState::ApprovedOnce,
        runs::State::Approved | runs::State::Ordered => RunState::Approved,
        runs::State::Funded => RunState::Funded,
        runs::State::Sent => RunState::Sent,
        runs::State::Answered => RunState::Settled,
        runs::State::Closed => RunState::Closed,
    }
}

pub fn order_line(t: T, line: &runs::BudgetLine) -> OrderLine {
    OrderLine {
        district: district_words(t, line.district),
        programme: t.programme(&line.programme),
        amount: line.amount,
    }
}

pub fn statement_line(statement: &payments::statement::Statement) -> StatementLine {
    StatementLine {
        run: statement.run,
        mfo: statement.mfo.to_string(),
        count: i64::try_from(statement.lines).unwrap_or(i64::MAX),
        total: statement.total,
        sha256: statement.sha256.map(hex::encode).unwrap_or_default(),
    }
}

pub fn differences_of(t: T, checked: &runs::Checked) -> Differences {
    let words = |kind| match kind {
        FindingKind::New => t.found_new(),
        FindingKind::Stopped => t.found_stopped(),
        FindingKind::Amount => t.found_amount(),
        FindingKind::Account => t.found_account(),
        FindingKind::SharedAccount => t.found_shared_account(),
        FindingKind::PaidAfterDeath => t.found_after_death(),
    };
    let line = |found: &runs::Finding| FindingLine {
        what: words(found.kind),
        count: i64::try_from(found.count).unwrap_or(i64::MAX),
        amount: found.amount,
    };
    Differences {
        before: checked.before,
        findings: checked.findings.iter().map(line).collect(),
    }
}

pub fn checks_of(t: T, sheet: &RunSheet) -> Vec<Check> {
    let statements: Money = sheet
        .statements
        .iter()
        .map(|statement| statement.total)
        .sum();
    let lines: Money = sheet.budget_lines.iter().map(|line| line.amount).sum();
    let totals = sheet
        .order
        .as_ref()
        .map(|order| order.total == statements && order.total == lines);
    // The keys of the tables and the ledger refuse the two others before a run is built.
    let built = sheet.order.is_some().then_some(true);
    vec![
        Check {
            label: t.check_totals(),
            holds: totals,
        },
        Check {
            label: t.check_twice(),
            holds: built,
        },
        Check {
            label: t.check_budget(),
            holds: built,
        },
    ]
}

pub fn progress_of(t: T, sheet: &RunSheet) -> Option<Bars> {
    if sheet.run.state < runs::State::Sent {
        return None;
    }
    let sum = |of: fn(&payments::statement::Statement) -> u64| {
        let total: u64 = sheet.statements.iter().map(of).sum();
        i64::try_from(total).unwrap_or(i64::MAX)
    };
    let bar = |label: &str, value: i64| Bar {
        label: label.to_owned(),
        value,
        shown: t.count(value),
    };
    Some(Bars {
        caption: t.run_progress().to_owned(),
        head: [t.col_state().to_owned(), t.col_count().to_owned()],
        rows: vec![
            bar(t.pay_credited(), sum(|statement| statement.credited)),
            bar(t.col_returned(), sum(|statement| statement.returned)),
            bar(t.pay_waiting(), sum(payments::statement::Statement::silent)),
        ],
    })
}

pub async fn returns_of(t: T, tx: &mut Tx, run: RunId) -> Result<Vec<ReturnLine>, Stop> {
    let returns = runs::returns_by_reason(tx, run).await?;
    let lines = returns.into_iter().map(|(code, count, amount)| ReturnLine {
        reason: return_reason(t, &code),
        code,
        count,
        amount,
    });
    Ok(lines.collect())
}
