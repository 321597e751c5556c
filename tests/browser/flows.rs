//! The main flows in a real browser, on a running demonstration.
//!
//! `DAFTAR_URL` is its address, `DAFTAR_ACCOUNTS` a file `{login: secret}`;
//! `DAFTAR_PINFLS` may name numbers (separated by commas) whose families have
//! not applied this month. Without a server each test says so and is skipped.

use std::collections::BTreeMap;
use std::time::Duration;

use browser::checks::overflow;
use browser::driver::{DESK, Driver, PHONE, PHONE_WITHOUT_SCRIPTS, View};
use fantoccini::{Client, Locator};

/// How long a page may take, in tenths of a second: the machine may be busy.
const PATIENCE_TENTHS: u32 = 300;

struct Demo {
    url: String,
    accounts: BTreeMap<String, String>,
    driver: Driver,
}

impl Demo {
    fn find() -> Option<Demo> {
        let (Ok(url), Ok(file)) = (
            std::env::var("DAFTAR_URL"),
            std::env::var("DAFTAR_ACCOUNTS"),
        ) else {
            eprintln!("SKIPPED: DAFTAR_URL and DAFTAR_ACCOUNTS name no running demonstration");
            return None;
        };
        let text = std::fs::read_to_string(&file).expect("the file of accounts");
        let accounts = serde_json::from_str(&text).expect("{login: secret}");
        Some(Demo {
            url: url.trim_end_matches('/').to_owned(),
            accounts,
            driver: Driver::start()?,
        })
    }

    /// The first login with this beginning.
    fn login(&self, beginning: &str) -> Option<&str> {
        let found = self
            .accounts
            .keys()
            .find(|login| login.starts_with(beginning));
        if found.is_none() {
            eprintln!("SKIPPED: no account begins with {beginning}");
        }
        found.map(String::as_str)
    }

    fn citizens(&self) -> impl Iterator<Item = &str> {
        let number =
            |login: &&String| login.len() == 14 && login.bytes().all(|byte| byte.is_ascii_digit());
        self.accounts.keys().filter(number).map(String::as_str)
    }

    async fn signed_in(&self, login: &str, view: View) -> Client {
        let client = self.driver.open(view).await;
        self.go(&client, "/language/en?back=/sign-in").await;
        fill(&client, "login", login).await;
        fill(&client, "secret", &self.accounts[login]).await;
        press(&client, "main form button").await;
        assert!(
            client
                .find(Locator::Css("header form[action='/sign-out']"))
                .await
                .is_ok(),
            "{login} is not signed in"
        );
        client
    }

    async fn go(&self, client: &Client, path: &str) {
        client
            .goto(&format!("{}{path}", self.url))
            .await
            .expect("a page opens");
    }
}

async fn fill(client: &Client, field: &str, text: &str) {
    let field = client
        .find(Locator::Id(field))
        .await
        .unwrap_or_else(|_| panic!("no field {field}"));
    field.clear().await.expect("the field is emptied");
    field.send_keys(text).await.expect("the text is typed");
}

/// Presses what leads to another page, and waits until that page has come.
async fn press(client: &Client, css: &str) {
    let before = client.find(Locator::Css("html")).await.expect("a page");
    tick(client, css).await;
    for _ in 0..PATIENCE_TENTHS {
        if before.tag_name().await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no page came after pressing {css}");
}

/// Presses what stays on the page.
async fn tick(client: &Client, css: &str) {
    let found = client.find(Locator::Css(css)).await;
    let found = found.unwrap_or_else(|_| panic!("nothing to press at {css}"));
    found.click().await.expect("it is pressed");
}

async fn text(client: &Client, css: &str) -> String {
    let found = client
        .find(Locator::Css(css))
        .await
        .unwrap_or_else(|_| panic!("nothing at {css}"));
    found.text().await.expect("its text")
}

async fn is_there(client: &Client, css: &str) -> bool {
    client.find(Locator::Css(css)).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mahalla_worker_lodges_and_follows_at_320_pixels() {
    lodge_and_follow(PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mahalla_worker_lodges_and_follows_with_scripts_switched_off() {
    lodge_and_follow(PHONE_WITHOUT_SCRIPTS).await;
}

async fn lodge_and_follow(view: View) {
    let Some(demo) = Demo::find() else { return };
    let Some(worker) = demo.login("mahalla-") else {
        return;
    };
    let client = demo.signed_in(worker, view).await;
    assert_eq!(runs_scripts(&client).await, view.scripts);
    demo.go(&client, "/applications/new").await;
    assert_eq!(overflow(&client).await, 0, "no sideways scrolling");
    fill(&client, "pinfl", "4 120585 123").await;
    press(&client, "main form button").await;
    assert!(
        text(&client, ".summary").await.contains("14 digits"),
        "the mistake is said"
    );
    let numbers = std::env::var("DAFTAR_PINFLS").unwrap_or_default();
    let mut lodged = None;
    for pinfl in numbers.split(',').filter(|pinfl| !pinfl.is_empty()) {
        demo.go(&client, "/applications/new").await;
        fill(&client, "pinfl", pinfl).await;
        tick(&client, "#consent").await;
        tick(&client, "#bank_consent").await;
        press(&client, "main form button").await;
        if is_there(&client, ".panel .big").await {
            lodged = Some(text(&client, ".panel .big").await);
            break;
        }
    }
    match lodged {
        Some(number) => {
            assert_eq!(overflow(&client).await, 0, "no sideways scrolling");
            demo.go(&client, "/applications").await;
            assert!(
                text(&client, "main").await.contains(&number),
                "{number} is followed"
            );
        }
        None => eprintln!("SKIPPED the lodging: DAFTAR_PINFLS names no family that may apply"),
    }
    client.close().await.expect("the session ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_reads_the_decision_and_its_reason() {
    read_the_decision(PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_reads_the_decision_with_scripts_switched_off() {
    read_the_decision(PHONE_WITHOUT_SCRIPTS).await;
}

/// A page of nobody's whose script changes its only word.
const PROBE: &str = "data:text/html,<p id=word>still</p>\
    <script>document.getElementById('word').textContent = 'ran'</script>";

/// Whether this browser lets a page run a script at all.
async fn runs_scripts(client: &Client) -> bool {
    client.goto(PROBE).await.expect("the probe opens");
    match text(client, "#word").await.as_str() {
        "ran" => true,
        "still" => false,
        other => panic!("the probe says {other}"),
    }
}

async fn read_the_decision(view: View) {
    let Some(demo) = Demo::find() else { return };
    let mut read = 0;
    for citizen in demo.citizens().take(3) {
        let client = demo.signed_in(citizen, view).await;
        assert_eq!(runs_scripts(&client).await, view.scripts);
        demo.go(&client, "/my/applications").await;
        if is_there(&client, "section.sheet a.button").await {
            press(&client, "section.sheet a.button").await;
            assert!(!text(&client, "#answer h1").await.is_empty());
            assert_eq!(overflow(&client).await, 0, "no sideways scrolling");
            for block in ["#facts", "#change", "#now", "#who", "#proof"] {
                assert!(is_there(&client, block).await, "{block} is missing");
            }
            if is_there(&client, "#answer.no").await {
                assert!(
                    is_there(&client, "#reason .sheet").await,
                    "a refusal says what decided it"
                );
            }
            read += 1;
        }
        for path in ["/my/payments", "/my/looks"] {
            demo.go(&client, path).await;
            assert_eq!(overflow(&client).await, 0, "{path} scrolls sideways");
        }
        client.close().await.expect("the session ends");
    }
    if read == 0 {
        eprintln!("SKIPPED: no citizen of the accounts has an application");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_needs_two_different_treasurers() {
    let Some(demo) = Demo::find() else { return };
    let (Some(first), Some(second)) = (demo.login("treasurer-1"), demo.login("treasurer-2")) else {
        return;
    };
    let one = demo.signed_in(first, DESK).await;
    demo.go(&one, "/runs").await;
    let runs = one
        .find_all(Locator::Css("main table a"))
        .await
        .expect("the list of runs");
    let mut paths = Vec::new();
    for run in runs {
        paths.extend(run.attr("href").await.expect("an address"));
    }
    for path in &paths {
        demo.go(&one, path).await;
        if !is_there(&one, "#order-total").await {
            continue; // nothing was to be paid
        }
        let order = text(&one, "#order-total").await;
        assert_eq!(
            order,
            text(&one, "#statements-total").await,
            "order and statements of {path} are equal"
        );
    }
    let Some(path) = waiting_run(&demo, &one, paths).await else {
        eprintln!("SKIPPED the approval: no run waits for one");
        return one.close().await.expect("the session ends");
    };
    press(&one, "main form button").await;
    demo.go(&one, &path).await;
    press(&one, "main form button").await;
    assert!(
        text(&one, ".summary")
            .await
            .contains("You gave the first approval")
    );
    let two = demo.signed_in(second, DESK).await;
    demo.go(&two, &path).await;
    press(&two, "main form button").await;
    let approvals = text(&two, "#approvals").await;
    assert!(
        approvals.contains(first) && approvals.contains(second),
        "{approvals}"
    );
    one.close().await.expect("the session ends");
    two.close().await.expect("the session ends");
}

/// A run that waits for its first approval; if there is none, the month after
/// the last appropriation is given money and built.
async fn waiting_run(demo: &Demo, client: &Client, paths: Vec<String>) -> Option<String> {
    for path in paths {
        demo.go(client, &path).await;
        if is_there(client, "main form button").await {
            return Some(path);
        }
    }
    let district = demo
        .login("officer-")?
        .trim_start_matches("officer-")
        .to_owned();
    let month = std::env::var("DAFTAR_MONTH").unwrap_or_else(|_| "2026-04".to_owned());
    for programme in ["child_benefit", "material_assistance"] {
        demo.go(client, "/appropriations").await;
        fill(client, "district", &district).await;
        tick(client, &format!("input[value='{programme}']")).await;
        choose_month(client, &month).await;
        fill(client, "amount", "900 000 000").await;
        press(client, "main form button").await;
    }
    demo.go(client, "/runs").await;
    choose_month(client, &month).await;
    tick(client, "input[value='regular']").await;
    press(client, "main form button").await;
    let built = client
        .current_url()
        .await
        .expect("an address")
        .path()
        .to_owned();
    is_there(client, "main form button").await.then_some(built)
}

/// A month field is typed differently in every country; its value is not.
async fn choose_month(client: &Client, month: &str) {
    let script = "document.getElementById('month').value = arguments[0];";
    client
        .execute(script, vec![month.into()])
        .await
        .expect("the month is chosen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_role_is_refused_by_its_address() {
    let Some(demo) = Demo::find() else { return };
    let Some(worker) = demo.login("mahalla-") else {
        return;
    };
    let client = demo.signed_in(worker, PHONE).await;
    for path in ["/runs", "/cases", "/figures", "/appropriations"] {
        demo.go(&client, path).await;
        assert!(
            text(&client, "h1").await.contains("closed to you"),
            "{path} is open"
        );
    }
    client.close().await.expect("the session ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_officer_and_the_analyst_read_their_pages_at_320_pixels() {
    let Some(demo) = Demo::find() else { return };
    for (login, paths) in [
        ("officer-", vec!["/cases", "/account-tasks", "/figures"]),
        ("analyst", vec!["/figures"]),
    ] {
        let Some(login) = demo.login(login) else {
            continue;
        };
        let client = demo.signed_in(login, PHONE).await;
        for path in paths {
            demo.go(&client, path).await;
            assert!(!text(&client, "h1").await.is_empty());
            assert_eq!(overflow(&client).await, 0, "{path} scrolls sideways");
        }
        client.close().await.expect("the session ends");
    }
}

/// That pages need no script is held three ways: the flows above are walked with scripts
/// switched off, pages hold no script and no handler, and the answer's policy lets none run.
#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_no_script_and_let_none_run() {
    let Some(demo) = Demo::find() else { return };
    let Some(worker) = demo.login("mahalla-") else {
        return;
    };
    let client = demo.signed_in(worker, PHONE).await;
    for path in ["/", "/applications/new", "/applications"] {
        demo.go(&client, path).await;
        let count = "return document.scripts.length
            + [...document.querySelectorAll('*')].filter(e => e.getAttributeNames().some(n => n.startsWith('on'))).length;";
        let found = client
            .execute(count, vec![])
            .await
            .expect("the page is counted");
        assert_eq!(found.as_i64(), Some(0), "{path} holds a script");
        let inject = "const s = document.createElement('script'); s.textContent = 'window.ran = 1';
            document.head.append(s); return window.ran === undefined;";
        let stopped = client
            .execute(inject, vec![])
            .await
            .expect("a script is put in");
        assert_eq!(stopped.as_bool(), Some(true), "{path} lets a script run");
    }
    client.close().await.expect("the session ends");
}
