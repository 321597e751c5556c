//! Every page with made-up data, for the tests, the gallery and the
//! screenshots. The people are invented.

use kernel::ids::Uuid;
use kernel::lang::Lang;
use kernel::{CaseId, Day, Instant, Money, Month, RunId};

use crate::form::{Problems, Typed};
use crate::i18n::T;
use crate::pages::access::home::HomePage;
use crate::pages::access::look::{Look, LookPage};
use crate::pages::access::sign_in::SignInPage;
use crate::pages::casework::application::{FollowPage, LodgePage, LodgedPage};
use crate::pages::casework::case::{CasePage, CasesPage, Member, Waiting};
use crate::pages::casework::conclusion::ConclusionPage;
use crate::pages::casework::decision::{
    Answer, Condition, Decider, DecisionPage, FactLine, Proof, Todo, Truth,
};
use crate::pages::casework::my_application::{MyApplicationPage, MyApplicationsPage, Step};
use crate::pages::casework::renewal::RenewalPage;
use crate::pages::casework::visit::{Due, VisitPage, VisitsPage};
use crate::pages::casework::{CaseLine, Next, Reason, Status};
use crate::pages::error::ErrorPage;
use crate::pages::figures::{Bar, Bars, FiguresPage, Totals};
use crate::pages::payments::account_task::{AccountTaskPage, AccountTasksPage, Task};
use crate::pages::payments::appropriation::{AppropriationsPage, BudgetLine};
use crate::pages::payments::payment::{Payment, PaymentState, PaymentsPage, return_reason};
use crate::pages::payments::run::{
    Approval, Check, OrderLine, ReturnLine, RunLine, RunPage, RunState, RunsPage, StatementLine,
};
use crate::shell::{Reader, Room, Shell};

/// A rendered sample: the name of the page and its HTML.
#[derive(Debug)]
pub struct Sample {
    pub name: &'static str,
    pub html: String,
}

macro_rules! rendered {
    ($($name:literal => $page:expr),+ $(,)?) => {
        vec![$( Sample { name: $name, html: askama::Template::render(&$page).expect("a page renders") } ),+]
    };
}

/// All pages in one language.
pub fn all(lang: Lang) -> Vec<Sample> {
    let mut samples = access(lang);
    samples.extend(citizen(lang));
    samples.extend(workers(lang));
    samples.extend(officer(lang));
    samples.extend(treasury(lang));
    samples.extend(errors(lang));
    samples
}

fn access(lang: Lang) -> Vec<Sample> {
    let t = T::new(lang);
    let shell = || Shell::new(lang, "/sign-in");
    let typed = Typed::new([("login".to_owned(), "4120585 1234567".to_owned())]);
    rendered! {
        "sign-in" => SignInPage { shell: shell().with_form(false), typed: Typed::default(), problems: Problems::none(), next: "/".into(), sent_here: true },
        "sign-in-errors" => SignInPage { shell: shell().with_form(true), problems: SignInPage::check(&shell(), &typed), typed: typed.clone(), next: "/".into(), sent_here: false },
        "sign-in-locked" => SignInPage { shell: shell().with_form(true), problems: Problems::one("", t.sign_in_locked(15)), typed, next: "/".into(), sent_here: false },
        "home" => HomePage { shell: worker(lang, "/"), area: t.mahalla_code("172626201") },
    }
}

fn citizen(lang: Lang) -> Vec<Sample> {
    let t = T::new(lang);
    let shell = |here: &str| citizen_shell(lang, here);
    rendered! {
        "my-applications" => MyApplicationsPage { shell: shell("/my/applications"), lines: lines() },
        "my-applications-none" => MyApplicationsPage { shell: shell("/my/applications"), lines: vec![] },
        "my-application" => MyApplicationPage {
            shell: shell("/my/applications"), case: CaseId::from_u128(1), number: "4F7K29".into(),
            lodged_on: day(5), status: Status::Checking, next: Next::Close { until: day(32) },
            steps: steps(t), sms: Some("Arizangiz qabul qilindi. Raqami 4F7K29.".into()).filter(|_| lang == Lang::UzLatn),
        },
        "decision-awarded" => awarded(lang),
        "decision-refused" => refused(lang),
        "decision-waiting" => DecisionPage { answer: Answer::WaitingAgency, deciding: vec![], sum: vec![], changes: vec![t.change_waiting().into()], todo: vec![Todo { words: t.do_wait().into(), path: None }], ..refused(lang) },
        "decision-waiting-list" => DecisionPage { answer: Answer::WaitingList, changes: vec![t.change_waiting_list().into()], ..awarded(lang) },
        "my-payments" => PaymentsPage { shell: shell("/my/payments"), payments: payments(t) },
        "my-looks" => LookPage { shell: shell("/my/looks"), looks: vec![
            Look { at: at(5, 9), who: format!("{}, mahalla-172626201", t.role_mahalla_worker()), why: t.purpose_apply().into(), what: t.step_lodged().into() },
            Look { at: at(8, 11), who: t.role_system().into(), why: t.purpose_decide().into(), what: t.step_assessed().into() },
        ] },
        "renewal" => RenewalPage { shell: shell("/my/applications").with_form(false), case: CaseId::from_u128(1), number: "4F7K29".into(), id: Uuid::nil(), problems: Problems::none() },
    }
}

fn workers(lang: Lang) -> Vec<Sample> {
    let t = T::new(lang);
    let wrong = Typed::new([
        ("pinfl".to_owned(), "4 120585 123 45".to_owned()),
        ("consent".to_owned(), "yes".to_owned()),
    ]);
    let empty = Typed::default();
    let lodge = |failed| worker(lang, "/applications/new").with_form(failed);
    let problems = LodgePage::read(t, &wrong).expect_err("the sample is wrong");
    let visit_problems = VisitPage::read(t, &empty, day(20)).expect_err("nothing is typed");
    let visit = |typed, problems, failed| VisitPage {
        shell: worker(lang, "/visits").with_form(failed),
        case: CaseId::from_u128(2),
        number: "8H2MQA".into(),
        name: "Karimova Dilnoza".into(),
        id: Uuid::nil(),
        typed,
        problems,
    };
    rendered! {
        "lodge" => LodgePage { shell: lodge(false), id: Uuid::nil(), typed: empty.clone(), problems: Problems::none() },
        "lodge-errors" => LodgePage { shell: lodge(true), id: Uuid::nil(), typed: wrong, problems },
        "lodged" => LodgedPage { shell: worker(lang, "/applications"), case: CaseId::from_u128(1), number: "4F7K29".into(), lodged_on: day(5), visit_by: Some(day(8)), answer_by: day(32), regime: "UZ-SR26".into() },
        "follow" => FollowPage { shell: worker(lang, "/applications"), lines: lines(), more: Some("/applications?after=4F7K29".into()) },
        "follow-none" => FollowPage { shell: worker(lang, "/applications"), lines: vec![], more: None },
        "visits" => VisitsPage { shell: worker(lang, "/visits"), title: t.visits_title(), none: t.visits_none(), base: "/visits", due: due(), more: None },
        "conclusions-none" => VisitsPage { shell: worker(lang, "/conclusions"), title: t.conclusions_title(), none: t.conclusions_none(), base: "/conclusions", due: vec![], more: None },
        "visit" => visit(empty.clone(), Problems::none(), false),
        "visit-errors" => visit(empty.clone(), visit_problems, true),
        "conclusion" => ConclusionPage { shell: worker(lang, "/conclusions").with_form(false), case: CaseId::from_u128(2), number: "8H2MQA".into(), name: "Karimova Dilnoza".into(), id: Uuid::nil(), typed: empty.clone(), problems: Problems::none() },
        "account-tasks" => AccountTasksPage { shell: worker(lang, "/account-tasks"), tasks: vec![task(t)] },
        "account-task" => AccountTaskPage { shell: worker(lang, "/account-tasks").with_form(true), task: task(t), id: Uuid::nil(), problems: AccountTaskPage::read(t, &empty).expect_err("nothing is typed"), typed: empty },
    }
}

fn officer(lang: Lang) -> Vec<Sample> {
    let t = T::new(lang);
    let shell = |here: &str| {
        signed_in(
            lang,
            here,
            "officer-1726262",
            t.role_district_officer(),
            &[
                ("/cases", t.room_cases(), t.room_cases_about()),
                (
                    "/account-tasks",
                    t.room_account_tasks(),
                    t.room_account_tasks_about(),
                ),
                ("/figures", t.room_figures(), t.room_figures_about()),
            ],
        )
    };
    let waits = bars(
        t.cases_by_reason(),
        [t.col_reason(), t.col_count()],
        &[
            (t.wait_agency(), 41),
            (t.wait_visit(), 18),
            (t.wait_budget(), 7),
            (t.wait_other(), 0),
        ],
    );
    rendered! {
        "cases" => CasesPage { shell: shell("/cases"), counts: waits.clone(), chosen: Some(Reason::Agency), lines: waiting(), more: None },
        "case" => CasePage {
            shell: shell("/cases"), case: CaseId::from_u128(2), number: "8H2MQA".into(), regime: "UZ-SR26".into(),
            lodged_at: at(5, 9), status: Status::Checking, waits: Some(t.next_agencies_since("Soliq", t.day(day(8)))),
            members: vec![Member { name: "Karimova Dilnoza".into(), role: String::new(), born: Day::new(1985, 5, 12).expect("a day") }],
            steps: steps(t),
        },
        "figures" => FiguresPage {
            shell: shell("/figures"), area: "Yunusobod".into(), as_of: day(63),
            totals: Totals { lodged: 3_604, awarded: 2_190, refused: 1_201, waiting: 41, waiting_list: 172, credited: Money::from_major(1_284_350_000), returned: Money::from_major(4_125_000) },
            charts: vec![waits, bars(t.fig_outcomes(), [t.col_state(), t.col_count()], &[(t.fig_awarded(), 2_190), (t.fig_refused(), 1_201), (t.fig_waiting_list(), 172), (t.fig_waiting(), 41)])],
        },
    }
}

fn treasury(lang: Lang) -> Vec<Sample> {
    let t = T::new(lang);
    let shell = |here: &str| {
        signed_in(
            lang,
            here,
            "treasurer-1",
            t.role_treasurer(),
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
    super::payments::run::read_month(t, &typed, &mut problems);
    rendered! {
        "runs" => RunsPage { shell: shell("/runs").with_form(false), runs: vec![run_line(RunState::ApprovedOnce), run_line(RunState::Settled)], id: Uuid::nil(), typed: empty.clone(), problems: Problems::none() },
        "runs-errors" => RunsPage { shell: shell("/runs").with_form(true), runs: vec![], id: Uuid::nil(), typed, problems },
        "run-built" => RunPage { shell: shell("/runs").with_form(false), line: run_line(RunState::Built), order: vec![], statements: vec![], checks: checks(t, None), approvals: vec![], may_approve: true, id: Uuid::nil(), problems: Problems::none(), progress: None, returns: vec![] },
        "run-same-person" => RunPage { shell: shell("/runs").with_form(true), line: run_line(RunState::ApprovedOnce), order: vec![], statements: vec![], checks: checks(t, None), approvals: approvals(1), may_approve: false, id: Uuid::nil(), problems: Problems::one("", t.run_same_person()), progress: None, returns: vec![] },
        "run-settled" => settled_run(shell("/runs"), t),
        "appropriations" => AppropriationsPage { shell: shell("/appropriations").with_form(true), lines: vec![BudgetLine { district: "Yunusobod".into(), programme: t.programme("child_benefit"), month: month(2), limit: Money::from_major(2_000_000_000), committed: Money::from_major(1_284_350_000), left: Money::from_major(715_650_000) }], id: Uuid::nil(), problems: AppropriationsPage::read(t, &empty).expect_err("nothing is typed"), typed: empty },
    }
}

fn errors(lang: Lang) -> Vec<Sample> {
    let t = T::new(lang);
    let shell = || worker(lang, "/runs");
    rendered! {
        "error-not-found" => ErrorPage::not_found(shell()),
        "error-forbidden" => ErrorPage::forbidden_role(shell(), t.role_mahalla_worker()),
        "error-area" => ErrorPage::forbidden_area(shell()),
        "error-bad" => ErrorPage::bad_request(shell()),
        "error-cross" => ErrorPage::cross_site(shell()),
        "error-large" => ErrorPage::too_large(shell(), 64),
        "error-conflict" => ErrorPage::conflict(shell(), t.already_this_month().to_owned()),
        "error-slow" => ErrorPage::slow(shell()),
        "error-fault" => ErrorPage::fault(shell()),
    }
}

fn signed_in(
    lang: Lang,
    here: &str,
    login: &str,
    role: &'static str,
    rooms: &[(&'static str, &'static str, &'static str)],
) -> Shell {
    let mut shell = Shell::new(lang, here);
    shell.reader = Some(Reader {
        login: login.into(),
        role,
    });
    shell.rooms = rooms
        .iter()
        .map(|&(path, label, about)| Room {
            path,
            label,
            about,
            current: path == here,
        })
        .collect();
    shell.demo = true;
    shell
}

fn worker(lang: Lang, here: &str) -> Shell {
    let t = T::new(lang);
    signed_in(
        lang,
        here,
        "mahalla-172626201",
        t.role_mahalla_worker(),
        &[
            ("/applications/new", t.room_lodge(), t.room_lodge_about()),
            ("/applications", t.room_follow(), t.room_follow_about()),
            (
                "/account-tasks",
                t.room_account_tasks(),
                t.room_account_tasks_about(),
            ),
        ],
    )
}

fn citizen_shell(lang: Lang, here: &str) -> Shell {
    let t = T::new(lang);
    signed_in(
        lang,
        here,
        "4 120585 123 456 7",
        t.role_citizen(),
        &[
            (
                "/my/applications",
                t.room_my_applications(),
                t.room_my_applications_about(),
            ),
            (
                "/my/payments",
                t.room_my_payments(),
                t.room_my_payments_about(),
            ),
            ("/my/looks", t.room_my_looks(), t.room_my_looks_about()),
        ],
    )
}

/// The day of January 2026; larger numbers run on into February and March.
fn day(number: i32) -> Day {
    Day::new(2026, 1, 1).expect("a day").plus_days(number - 1)
}

fn at(number: i32, hour: i64) -> Instant {
    Instant::start_of(day(number), crate::i18n::zone()).plus_seconds(hour * 3600)
}

fn month(number: u32) -> Month {
    Month::new(2026, number).expect("a month")
}

fn line(number: &str, name: &str, status: Status, next: Next) -> CaseLine {
    CaseLine {
        case: CaseId::from_u128(1),
        number: number.into(),
        name: name.into(),
        lodged_on: day(5),
        status,
        next,
    }
}

fn lines() -> Vec<CaseLine> {
    vec![
        line(
            "4F7K29",
            "Karimova Dilnoza",
            Status::Checking,
            Next::Agency {
                name: "Soliq".into(),
                since: day(8),
            },
        ),
        line(
            "8H2MQA",
            "Toʻraqulova Gulchehra",
            Status::Sent,
            Next::Visit { until: day(8) },
        ),
        line("93TRE5", "Абдуллаев Ҳамид", Status::Need, Next::Account),
        line(
            "K7PLXN",
            "Yoʻldosheva Ozoda",
            Status::Paid,
            Next::Paid { until: day(58) },
        ),
        line(
            "QQ4D8V",
            "Egamberdiyev Shuhrat",
            Status::Decided,
            Next::WaitingList,
        ),
    ]
}

fn steps(t: T) -> Vec<Step> {
    let step = |at, what: &str, detail: &str| Step {
        at,
        what: what.into(),
        detail: detail.into(),
    };
    vec![
        step(at(5, 9), t.step_lodged(), "UZ-SR26"),
        step(at(5, 10), t.step_gathered(), ""),
        step(at(8, 14), t.step_visit(), ""),
        step(at(8, 15), t.step_assessed(), ""),
    ]
}

fn due() -> Vec<Due> {
    vec![Due {
        case: CaseId::from_u128(2),
        number: "8H2MQA".into(),
        pinfl: "4 120585 123 456 7".into(),
        name: "Karimova Dilnoza".into(),
        mahalla: "172626201".into(),
        since: day(5),
        deadline: Some(day(8)),
        overdue: true,
    }]
}

fn waiting() -> Vec<Waiting> {
    let one = |number: &str, whom: &str, overdue| Waiting {
        case: CaseId::from_u128(2),
        number: number.into(),
        reason: Reason::Agency,
        whom: whom.into(),
        since: day(8),
        deadline: Some(day(13)),
        overdue,
    };
    vec![
        one("8H2MQA", "Soliq", false),
        one("4F7K29", "Kadastr, Bank", true),
    ]
}

fn task(t: T) -> Task {
    Task {
        task: Uuid::nil(),
        name: "Karimova Dilnoza".into(),
        pinfl: "4 120585 123 456 7".into(),
        amount: Money::from_major(635_000),
        reason: return_reason(t, "AC04"),
        since: day(37),
    }
}

fn payments(t: T) -> Vec<Payment> {
    let one = |number, state, on, note: String| Payment {
        month: month(number),
        programme: t.programme("child_benefit"),
        amount: Money::from_major(635_000),
        state,
        on,
        note,
    };
    vec![
        one(3, PaymentState::Sent, Some(day(64)), String::new()),
        one(2, PaymentState::Credited, Some(day(37)), String::new()),
        one(
            1,
            PaymentState::Returned,
            Some(day(6)),
            return_reason(t, "AC04"),
        ),
    ]
}

fn bars(caption: &str, head: [&str; 2], rows: &[(&str, i64)]) -> Bars {
    Bars {
        caption: caption.into(),
        head: head.map(str::to_owned),
        rows: rows
            .iter()
            .map(|&(label, value)| Bar {
                label: label.into(),
                value,
                shown: kernel::lang::number(value),
            })
            .collect(),
    }
}

fn run_line(state: RunState) -> RunLine {
    RunLine {
        run: RunId::from_u128(3),
        month: month(2),
        reissue: false,
        state,
        lines: 2_190,
        total: Money(128_435_000_050),
        credited: Money::ZERO,
        returned: Money::ZERO,
    }
}

fn checks(t: T, totals: Option<bool>) -> Vec<Check> {
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

fn approvals(count: usize) -> Vec<Approval> {
    let one = |login: &str, hour| Approval {
        login: login.into(),
        at: at(35, hour),
    };
    [one("treasurer-1", 9), one("treasurer-2", 10)]
        .into_iter()
        .take(count)
        .collect()
}

fn settled_run(shell: Shell, t: T) -> RunPage {
    let order = |id: &str, minor| OrderLine {
        district: "Yunusobod".into(),
        programme: t.programme(id),
        amount: Money(minor),
    };
    let statement = |mfo: &str, count, minor| StatementLine {
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
            ..run_line(RunState::Settled)
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
        approvals: approvals(2),
        may_approve: false,
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

fn three(lang: Lang, uz: &'static str, ru: &'static str, en: &'static str) -> String {
    kernel::lang::Text3::fixed(uz, ru, en)
        .get(lang)
        .into_owned()
}

fn income_condition(lang: Lang, truth: Truth, yours: i64) -> Condition {
    let t = T::new(lang);
    let limit = 63_500_000;
    Condition {
        label: three(
            lang,
            "Bir kishiga oylik daromad",
            "Доход на человека в месяц",
            "Income a person a month",
        ),
        truth,
        yours: Some(t.money(Money(yours))),
        limit: Some(t.money(Money(limit))),
        gap: (truth == Truth::NotMet).then(|| t.money(Money(yours - limit))),
        article: three(lang, "PQ-35, 12-band", "ПП-35, пункт 12", "PKM-35, item 12"),
    }
}

fn awarded(lang: Lang) -> DecisionPage {
    let t = T::new(lang);
    let amount = Money::from_major(635_000);
    DecisionPage {
        shell: citizen_shell(lang, "/my/applications"),
        back: "/my/applications".into(),
        case: CaseId::from_u128(1),
        number: "4F7K29".into(),
        programme: Some(t.programme("child_benefit")),
        answer: Answer::Awarded {
            amount,
            from: day(32),
            to: Day::new(2026, 7, 31),
        },
        deciding: vec![income_condition(lang, Truth::Met, 41_233_333)],
        facts: vec![
            fact(lang, Some(t.money(Money::from_major(1_237_000)))),
            FactLine {
                label: three(lang, "Nafaqa", "Пенсия", "Pension"),
                whose: String::new(),
                value: Some(t.fact_none().into()),
                source: three(
                    lang,
                    "Pensiya jamgʻarmasi",
                    "Пенсионный фонд",
                    "Pension fund",
                ),
                as_of: Some(day(5)),
            },
        ],
        others_hidden: true,
        sum: vec![
            three(
                lang,
                "3 oylik daromad: 3 711 000 soʻm",
                "Доход за 3 месяца: 3 711 000 сумов",
                "Income of 3 months: 3 711 000 soum",
            ),
            three(
                lang,
                "Bir kishiga bir oyda: 3 711 000 / 3 / 3 = 412 333,33 soʻm",
                "На человека в месяц: 3 711 000 / 3 / 3 = 412 333,33 сума",
                "A person a month: 3 711 000 / 3 / 3 = 412 333.33 soum",
            ),
            format!("500 000 + 135 000 = {}", t.money(amount)),
        ],
        changes: vec![t.change_family().into()],
        todo: vec![Todo {
            words: t.do_payments().into(),
            path: Some("/my/payments".into()),
        }],
        decider: Decider {
            people: true,
            pack: "UZ-SR26 2026-02-01".into(),
            article: three(lang, "PQ-35, 12-band", "ПП-35, пункт 12", "PKM-35, item 12"),
            day: day(32),
        },
        proof: Proof {
            number: "019b7a1c-6a80-7000-8000-3f0c2b6d9e11".into(),
            pack_hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        },
        letter: vec![],
    }
}

fn fact(lang: Lang, value: Option<String>) -> FactLine {
    FactLine {
        label: three(lang, "Ish haqi", "Заработная плата", "Wage"),
        whose: "Karimova Dilnoza".into(),
        value,
        source: three(
            lang,
            "Soliq qoʻmitasi",
            "Налоговый комитет",
            "Tax committee",
        ),
        as_of: Some(day(5)),
    }
}

fn refused(lang: Lang) -> DecisionPage {
    let t = T::new(lang);
    let condition = income_condition(lang, Truth::NotMet, 81_250_000);
    DecisionPage {
        answer: Answer::Refused {
            reason: Some(three(
                lang,
                "oila daromadi chegaradan yuqori.",
                "доход семьи выше границы.",
                "your family's income is above the limit.",
            )),
        },
        programme: None,
        facts: vec![
            fact(lang, Some(t.money(Money::from_major(2_437_500)))),
            FactLine {
                as_of: None,
                ..fact(lang, None)
            },
        ],
        changes: vec![t.change_limit_below(
            &condition.label,
            condition.limit.as_deref().unwrap_or(""),
            t.day(day(32)),
        )],
        todo: vec![
            Todo {
                words: t.do_ask(t.day(day(62))),
                path: None,
            },
            Todo {
                words: t.do_correct().into(),
                path: None,
            },
            Todo {
                words: t.do_again(t.day(day(32))),
                path: None,
            },
        ],
        deciding: vec![condition],
        letter: vec![three(
            lang,
            "Hurmatli fuqaro, arizangiz koʻrib chiqildi.",
            "Уважаемый заявитель, ваше заявление рассмотрено.",
            "Your application has been considered.",
        )],
        ..awarded(lang)
    }
}
