//! Made-up data: casework.

use super::*;

pub(super) fn citizen(lang: Lang) -> Vec<Sample> {
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
        "my-payments" => PaymentsPage { shell: shell("/my/payments"), payments: payments(t), debts: vec![super::debt_line(t)], change: Some(OwnChange { change: Uuid::nil(), words: t.change_mine(t.day(day(8)), "4417") }), nominee: Some(t.pay_nominee("Karimova Oygul", t.day(day(400)))) },
        "my-looks" => looks(lang),
        "my-looks-none" => LookPage { shell: shell("/my/looks"), looks: vec![], questions: vec![], at_everybody: vec![], earlier: None, everybody_earlier: None },
        "my-consents" => consents(lang),
        "renewal" => RenewalPage { shell: shell("/my/applications").with_form(false), case: CaseId::from_u128(1), number: "4F7K29".into(), id: Uuid::nil(), problems: Problems::none() },
    }
}

fn consents(lang: Lang) -> ConsentsPage {
    let t = T::new(lang);
    let line = |agency: kernel::Source, consent| Line {
        name: agency.name(),
        agency: t.three(&agency.label()),
        law: "PKM-654, 2021-10-21".into(),
        consent,
    };
    ConsentsPage {
        shell: citizen_shell(lang, "/my/consents"),
        lines: vec![
            line(kernel::Source::Bank, Some(Word::Given(day(5)))),
            line(kernel::Source::PensionFund, Some(Word::TakenBack(day(7)))),
            line(kernel::Source::Tax, None),
        ],
    }
}

fn looks(lang: Lang) -> LookPage {
    let t = T::new(lang);
    let look = |at, who, purpose: access::Purpose| Look {
        at,
        who,
        why: t.three(&purpose.label()),
        law: t.three(&purpose.law()),
        what: t.look_one().into(),
        errand: vec![],
        withheld: None,
        proof: Some("/my/looks/019b7a1c-6a80-7000-8000-3f0c2b6d9e11:17/proof".into()),
    };
    let worker = format!(
        "{}, mahalla-172626201",
        role(lang, access::Role::MahallaWorker)
    );
    let system = role(lang, access::Role::System);
    let officer = format!("{}, 1726262", role(lang, access::Role::DistrictOfficer));
    LookPage {
        shell: citizen_shell(lang, "/my/looks"),
        looks: vec![
            Look {
                proof: None,
                ..look(at(9, 9), worker, access::Purpose::Intake)
            },
            Look {
                what: t.look_batch("217"),
                ..look(at(8, 11), system.clone(), access::Purpose::Assessment)
            },
            Look {
                withheld: Some("2026-01-04, 17".into()),
                ..look(at(5, 10), officer, access::Purpose::Oversight)
            },
        ],
        questions: vec![
            Question {
                at: at(8, 12),
                agency: t.three(&kernel::Source::Tax.label()),
                law: "PKM-35".into(),
                came: t.came_answer(),
            },
            Question {
                at: at(8, 12),
                agency: t.three(&kernel::Source::Bank.label()),
                law: t.by_consent().into(),
                came: t.came_silence(),
            },
        ],
        at_everybody: vec![Look {
            what: t.look_all().into(),
            ..look(at(6, 3), system, access::Purpose::Upkeep)
        }],
        earlier: Some(
            "/my/looks?before=1767585600000000%3A019b7a1c-6a80-7000-8000-3f0c2b6d9e11%3A17".into(),
        ),
        everybody_earlier: Some(
            "/my/looks?everybody_before=1767585600000000%3A019b7a1c-6a80-7000-8000-3f0c2b6d9e11%3A9".into(),
        ),
    }
}

pub(super) fn workers(lang: Lang) -> Vec<Sample> {
    let t = T::new(lang);
    let wrong = Typed::new([
        ("pinfl".to_owned(), "4 120585 123 45".to_owned()),
        ("consent".to_owned(), "yes".to_owned()),
    ]);
    let empty = Typed::default();
    let at_home = Typed::new([("at_home".to_owned(), "yes".to_owned())]);
    let lodge = |failed| worker(lang, "/applications/new").with_form(failed);
    let problems = LodgePage::read(t, &wrong).expect_err("the sample is wrong");
    let visit_problems =
        VisitPage::read(t, &at_home, &asked(), day(20)).expect_err("half is typed");
    let visit = |typed, problems, failed| VisitPage {
        shell: worker(lang, "/visits").with_form(failed),
        case: CaseId::from_u128(2),
        number: "8H2MQA".into(),
        name: "Karimova Dilnoza".into(),
        asked: asked(),
        id: Uuid::nil(),
        typed,
        problems,
    };
    rendered! {
        "lodge" => LodgePage { shell: lodge(false), id: Uuid::nil(), typed: empty.clone(), problems: Problems::none(), asks_language: true },
        "lodge-errors" => LodgePage { shell: lodge(true), id: Uuid::nil(), typed: wrong, problems, asks_language: false },
        "lodged" => LodgedPage { shell: worker(lang, "/applications"), case: CaseId::from_u128(1), number: "4F7K29".into(), lodged_on: day(5), visit_by: Some(day(8)), answer_by: day(32), regime: "UZ-SR26".into() },
        "follow" => FollowPage { shell: worker(lang, "/applications"), lines: lines(), more: Some("/applications?after=4F7K29".into()) },
        "follow-none" => FollowPage { shell: worker(lang, "/applications"), lines: vec![], more: None },
        "visits" => VisitsPage { shell: worker(lang, "/visits"), title: t.visits_title(), none: t.visits_none(), base: "/visits", due: due(), more: None },
        "conclusions-none" => VisitsPage { shell: worker(lang, "/conclusions"), title: t.conclusions_title(), none: t.conclusions_none(), base: "/conclusions", due: vec![], more: None },
        "visit" => visit(empty.clone(), Problems::none(), false),
        "visit-errors" => visit(at_home, visit_problems, true),
        "conclusion" => ConclusionPage { shell: worker(lang, "/conclusions").with_form(false), case: CaseId::from_u128(2), number: "8H2MQA".into(), name: "Karimova Dilnoza".into(), id: Uuid::nil(), typed: empty.clone(), problems: Problems::none() },
        "account-tasks" => AccountTasksPage { shell: worker(lang, "/account-tasks"), tasks: vec![task(t)], changes: vec![change(t)] },
        "account-task" => AccountTaskPage { shell: worker(lang, "/account-tasks").with_form(true), task: task(t), id: Uuid::nil(), problems: AccountTaskPage::read(t, &empty).expect_err("nothing is typed"), typed: empty },
    }
}

pub(super) fn officer(lang: Lang) -> Vec<Sample> {
    let t = T::new(lang);
    let shell = |here: &str| {
        signed_in(
            lang,
            here,
            "officer-1726262",
            role(lang, access::Role::DistrictOfficer),
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
        "cases" => CasesPage { shell: shell("/cases"), late: late(), late_count: 2, counts: waits.clone(), chosen: Some(Reason::Agency), lines: waiting(), more: None },
        "case" => CasePage {
            shell: shell("/cases"), case: CaseId::from_u128(2), number: "8H2MQA".into(), regime: "UZ-SR26".into(),
            lodged_at: at(5, 9), status: Status::Checking, waits: Some(t.next_agencies_since("Soliq", t.day(day(8)))),
            disagreements: disagreements(lang),
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

/// A visit and a conclusion that did not come in time.
fn late() -> Vec<Late> {
    let late = |case, number: &str, reason, since, days| Late {
        case: CaseId::from_u128(case),
        number: number.into(),
        reason,
        mahalla: 1_726_262_001,
        since: day(since),
        days,
    };
    vec![
        late(4, "7C2PXA", Reason::Visit, 10, 5),
        late(5, "3D9RTB", Reason::Seven, 12, 3),
    ]
}

pub(super) fn line(number: &str, name: &str, status: Status, next: Next) -> CaseLine {
    CaseLine {
        case: CaseId::from_u128(1),
        number: number.into(),
        name: name.into(),
        lodged_on: day(5),
        status,
        next,
    }
}

pub(super) fn lines() -> Vec<CaseLine> {
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
        line("93TRE5", "Abdullayev Hamid", Status::Need, Next::Account),
        line("5R2KWB", "Saidova Nodira", Status::Need, Next::Confirm),
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

pub(super) fn steps(t: T) -> Vec<Step> {
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

/// A couple that is asked what excuses from work.
fn asked() -> Vec<Asked> {
    let adult = |no, name: &str| Asked {
        person: PersonId::from_u128(no),
        name: name.into(),
    };
    vec![adult(1, "Karimova Dilnoza"), adult(2, "Karimov Rustam")]
}

pub(super) fn due() -> Vec<Due> {
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

pub(super) fn waiting() -> Vec<Waiting> {
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

pub(super) fn task(t: T) -> Task {
    Task {
        task: Uuid::nil(),
        name: "Karimova Dilnoza".into(),
        pinfl: "4 120585 123 456 7".into(),
        amount: Money::from_major(635_000),
        reason: return_reason(t, "AC04"),
        since: day(37),
    }
}

pub(super) fn change(t: T) -> Change {
    Change {
        change: Uuid::nil(),
        name: "Karimova Dilnoza".into(),
        pinfl: "4 120585 123 456 7".into(),
        account: "2261 **** **** **** 4417".into(),
        nominee: Some(t.change_nominee("Karimova Oygul", "№ 14, 2026-01-20", t.day(day(400)))),
        due: day(40),
    }
}

pub(super) fn payments(t: T) -> Vec<Payment> {
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
