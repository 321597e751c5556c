//! Made-up data: treasury.

use super::*;

pub(super) fn treasury(lang: Lang) -> Vec<Sample> {
    let t = T::new(lang);
    let shell = |here: &str| {
        signed_in(
            lang,
            here,
            "treasurer-1",
            role(lang, access::Role::Treasurer),
            &[
                ("/runs", t.room_runs(), t.room_runs_about()),
                (
                    "/appropriations",
                    t.room_appropriations(),
                    t.room_appropriations_about(),
                ),
                ("/figures", t.room_figures(), t.room_figures_about()),
            ],
        )
    };
    let empty = Typed::default();
    let typed = Typed::new([("month".to_owned(), "2026-13".to_owned())]);
    let mut problems = Problems::none();
    crate::pages::payments::run::read_month(t, &typed, &mut problems);
    rendered! {
           "runs" => RunsPage { shell: shell("/runs").with_form(false), runs: vec![run_line(t, RunState::ApprovedOnce), run_line(t, RunState::Settled)], id: Uuid::nil(), typed: empty.clone(), problems: Problems::none() },
           "runs-errors" => RunsPage { shell: shell("/runs").with_form(true), runs: vec![], id: Uuid::nil(), typed, problems },
           "run-built" => RunPage { shell: shell("/runs").with_form(false), line: run_line(t, RunState::Built), order: vec![], statements: vec![], checks: checks(t, None), differences: Some(differences(t)), approvals: vec![], may_approve: true,
    seen: String::new(), id: Uuid::nil(), problems: Problems::none(), progress: None, returns: vec![] },
           "run-same-person" => RunPage { shell: shell("/runs").with_failure(), line: run_line(t, RunState::ApprovedOnce), order: vec![], statements: vec![], checks: checks(t, None), differences: Some(first_run()), approvals: approvals(1), may_approve: false,
    seen: String::new(), id: Uuid::nil(), problems: Problems::one("", t.run_same_person()), progress: None, returns: vec![] },
           "run-settled" => settled_run(shell("/runs"), t),
           "debts" => DebtsPage { shell: shell("/debts"), debts: vec![super::debt_line(t)] },
           "debt-errors" => debt_page(shell("/debts").with_form(true), t),
           "security-events" => SecurityEventsPage { shell: auditor_shell(lang, "/security-events"), events: refused_messages(), more: true, typed: empty.clone(), problems: Problems::none() },
           "security-events-none" => SecurityEventsPage { shell: auditor_shell(lang, "/security-events").with_failure(), events: vec![], more: false, typed: Typed::new([("since".to_owned(), "31.01".to_owned())]), problems: Problems::one("since", t.events_since_wrong()) },
           "worklist" => worklist(shell("/worklist"), t),
           "bank-line-errors" => BankLinePage { shell: shell("/worklist").with_form(true), line: bank_line(t.why_booked_again()), typed: empty.clone(), problems: Problems::one("note", t.line_note_wrong()) },
           "appropriations" => AppropriationsPage { shell: shell("/appropriations").with_form(true), lines: vec![BudgetLine { district: "Yunusobod".into(), programme: t.programme("child_benefit"), month: month(2), limit: Money::from_major(2_000_000_000), committed: Money::from_major(1_284_350_000), left: Money::from_major(715_650_000) }], id: Uuid::nil(), problems: AppropriationsPage::read(t, &empty).expect_err("nothing is typed"), typed: empty },
       }
}

fn auditor_shell(lang: Lang, here: &str) -> Shell {
    let t = T::new(lang);
    signed_in(
        lang,
        here,
        "auditor-1",
        role(lang, access::Role::Auditor),
        &[
            ("/security-events", t.room_events(), t.room_events_about()),
            ("/figures", t.room_figures(), t.room_figures_about()),
        ],
    )
}

fn refused_messages() -> Vec<Refused> {
    let refused = |sender: &str, asked: &str, code: &str, reason: &str| Refused {
        at: at(6, 3),
        sender: sender.into(),
        asked: asked.into(),
        code: code.into(),
        reason: reason.into(),
        bytes: 1_204,
        hash: "9f86d081884c7d659a2feaa0c55ad015".into(),
    };
    vec![
        refused(
            "spmis.example.org",
            "search",
            "err.signature.invalid",
            "the signature is not of this message",
        ),
        refused(
            "tax",
            "answer",
            "answer.another_request",
            "answers another request (0197f0c0-0000-7000-8000-000000000000)",
        ),
        refused(
            "a-partner-with-a-very-long-name.registry.example.org",
            "/dci/social/registry/sync/search",
            "rjct.message_id.duplicate",
            "a message with this id has been taken already",
        ),
    ]
}

fn debt_page(shell: Shell, t: T) -> DebtPage {
    let paid = |number| MonthLine {
        month: month(number),
        paid: Money::from_major(525_000),
        due: Money::from_major(360_000),
    };
    let event = |day, what, note: &str| EventLine {
        on: at(day, 9).day(crate::i18n::zone()),
        what,
        amount: Money::ZERO,
        note: note.to_owned(),
    };
    DebtPage {
        shell,
        debt: super::debt_line(t),
        months: vec![paid(2), paid(3)],
        events: vec![
            event(34, t.debt_found(), ""),
            event(34, t.debt_notified(), ""),
            event(40, t.debt_disputed(), "28"),
        ],
        limits: Some((20, Money::from_major(100_000))),
        typed: Typed::default(),
        problems: Problems::one("note", t.debt_note_wrong()),
    }
}

fn bank_line(why: &'static str) -> BankLine {
    BankLine {
        source: Uuid::nil(),
        place: 7,
        bank: "00425".into(),
        name: "019b8c4fd2007488945be26775dc7701".into(),
        amount: Some(Money(27_500_000)),
        why,
    }
}

fn worklist(shell: Shell, t: T) -> WorklistPage {
    let missing = |what, day| Missing {
        bank: "01088".into(),
        what,
        since: at(day, 9).day(crate::i18n::zone()),
    };
    WorklistPage {
        shell,
        lines: vec![bank_line(t.why_not_ours()), bank_line(t.why_booked_again())],
        missing: vec![
            missing(t.missing_gap(), 34),
            missing(t.missing_rejected(), 35),
        ],
        may_close: true,
    }
}

pub(super) fn run_line(t: T, state: RunState) -> RunLine {
    RunLine {
        run: RunId::from_u128(3),
        month: month(2),
        reissue: false,
        state,
        lines: 2_190,
        total: Money(128_435_000_050),
        credited: Money::ZERO,
        returned: Money::ZERO,
        waits: match state {
            RunState::Closed => None,
            _ => Some(Waits {
                owner: t.owner_second_treasurer(),
                until: kernel::Instant::start_of(day(40), crate::i18n::zone()),
                late: state == RunState::Settled,
            }),
        },
    }
}

pub(super) fn checks(t: T, totals: Option<bool>) -> Vec<Check> {
    vec![
        Check {
            label: t.check_totals(),
            holds: totals,
        },
        Check {
            label: t.check_twice(),
            holds: Some(true),
        },
        Check {
            label: t.check_budget(),
            holds: Some(true),
        },
        Check {
            label: t.check_accounts(),
            holds: Some(false),
        },
    ]
}

fn differences(t: T) -> Differences {
    let line = |what, count, minor| FindingLine {
        what,
        count,
        amount: Money(minor),
    };
    Differences {
        before: Some(month(1)),
        findings: vec![
            line(t.found_new(), 210, 5_775_000_000),
            line(t.found_stopped(), 14, 385_000_000),
            line(t.found_shared_account(), 2, 55_000_000),
        ],
    }
}

fn first_run() -> Differences {
    Differences {
        before: None,
        findings: vec![],
    }
}

pub(super) fn approvals(count: usize) -> Vec<Approval> {
    let one = |login: &str, hour| Approval {
        login: login.into(),
        at: at(35, hour),
    };
    [one("treasurer-1", 9), one("treasurer-2", 10)]
        .into_iter()
        .take(count)
        .collect()
}

pub(super) fn settled_run(shell: Shell, t: T) -> RunPage {
    let order = |id: &str, minor| OrderLine {
        district: "Yunusobod".into(),
        programme: t.programme(id),
        amount: Money(minor),
    };
    let statement = |mfo: &str, count, minor| StatementLine {
        run: RunId::from_u128(3),
        mfo: mfo.into(),
        count,
        total: Money(minor),
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
    };
    RunPage {
        shell,
        line: RunLine {
            credited: Money(128_022_500_050),
            returned: Money(412_500_000),
            ..run_line(t, RunState::Settled)
        },
        order: vec![
            order("child_benefit", 120_000_000_000),
            order("material_assistance", 8_435_000_050),
        ],
        statements: vec![
            statement("00425", 1_200, 70_000_000_000),
            statement("01088", 990, 58_435_000_050),
        ],
        checks: checks(t, Some(true)),
        differences: None,
        approvals: approvals(2),
        may_approve: false,
        seen: String::new(),
        id: Uuid::nil(),
        problems: Problems::none(),
        progress: Some(bars(
            t.run_progress(),
            [t.col_state(), t.col_count()],
            &[
                (t.pay_credited(), 2_179),
                (t.col_returned(), 11),
                (t.pay_waiting(), 0),
            ],
        )),
        returns: vec![ReturnLine {
            code: "AC04".into(),
            reason: return_reason(t, "AC04"),
            count: 11,
            amount: Money(412_500_000),
        }],
    }
}
