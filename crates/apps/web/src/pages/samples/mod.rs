//! Every page with made-up data, for the tests, the gallery and the
//! screenshots. The people are invented.

macro_rules! rendered {
    ($($name:literal => $page:expr),+ $(,)?) => {
        vec![$( Sample { name: $name, html: askama::Template::render(&$page).expect("a page renders") } ),+]
    };
}

mod casework;
mod decisions;
mod treasury;

use kernel::ids::Uuid;
use kernel::lang::Lang;
use kernel::{CaseId, Day, Instant, Money, Month, PersonId, RunId};

use crate::form::{Problems, Typed};
use crate::i18n::T;
use crate::pages::access::consent::{ConsentsPage, Line, Word};
use crate::pages::access::home::HomePage;
use crate::pages::access::look::{Look, LookPage, Question};
use crate::pages::access::security_event::{Refused, SecurityEventsPage};
use crate::pages::access::sign_in::SignInPage;
use crate::pages::casework::application::{FollowPage, LodgePage, LodgedPage};
use crate::pages::casework::case::{CasePage, CasesPage, Late, Member, Waiting};
use crate::pages::casework::conclusion::ConclusionPage;
use crate::pages::casework::contradiction::{Disagreement, Said};
use crate::pages::casework::decision::{
    Answer, Condition, Decider, DecisionPage, FactLine, Proof, Todo, Truth,
};
use crate::pages::casework::exemption::Asked;
use crate::pages::casework::my_application::{MyApplicationPage, MyApplicationsPage, Step};
use crate::pages::casework::renewal::RenewalPage;
use crate::pages::casework::visit::{Due, VisitPage, VisitsPage};
use crate::pages::casework::{CaseLine, Next, Reason, Status};
use crate::pages::error::ErrorPage;
use crate::pages::figures::{Bar, Bars, FiguresPage, Totals};
use crate::pages::integrator::IntegratorPage;
use crate::pages::payments::account_task::{AccountTaskPage, AccountTasksPage, Change, Task};
use crate::pages::payments::appropriation::{AppropriationsPage, BudgetLine};
use crate::pages::payments::debt::{DebtLine, DebtPage, DebtsPage, EventLine, MonthLine};
use crate::pages::payments::payment::{
    OwnChange, Payment, PaymentState, PaymentsPage, return_reason,
};
use crate::pages::payments::run::{
    Check, Differences, FindingLine, OrderLine, ReturnLine, RunLine, RunPage, RunState, RunsPage,
    StatementLine, Waits,
};
use crate::pages::payments::worklist::{BankLine, BankLinePage, Missing, WorklistPage};
use crate::shell::{Reader, Room, Shell};
use app::statement::Approval;

use casework::*;
use decisions::*;
use treasury::*;

/// A rendered sample: the name of the page and its HTML.
#[derive(Debug)]
pub struct Sample {
    pub name: &'static str,
    pub html: String,
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
        "integrators" => IntegratorPage::new(worker(lang, "/integrators"), "127.0.0.1:8080".into(), "http"),
        "integrators-real" => IntegratorPage::new(Shell::new(lang, "/integrators"), "daftar.example.org".into(), "https"),
        "home" => HomePage { shell: worker(lang, "/"), area: t.mahalla_code("172626201") },
    }
}

fn errors(lang: Lang) -> Vec<Sample> {
    let t = T::new(lang);
    let shell = || worker(lang, "/runs");
    rendered! {
        "error-not-found" => ErrorPage::not_found(shell()),
        "error-forbidden" => ErrorPage::forbidden_role(shell(), &role(lang, access::Role::MahallaWorker)),
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
    role: String,
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
        role(lang, access::Role::MahallaWorker),
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
        role(lang, access::Role::Citizen),
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

fn role(lang: Lang, role: access::Role) -> String {
    role.label().get(lang).into_owned()
}

/// A family was paid for a child that lives elsewhere.
pub(super) fn debt_line(t: T) -> DebtLine {
    DebtLine {
        id: Uuid::nil(),
        programme: t.programme("child_benefit"),
        reason: t.debt_correction(),
        amount: Money::from_major(330_000),
        left: Money::from_major(264_000),
        state: t.debt_notified(),
        since: at(34, 9).day(crate::i18n::zone()),
    }
}
