//! The renewal of UZ-654b: at the end of the term the system prepares everything, the family
//! says yes on its page, the law decides anew on what the agencies say then, and money goes on.
//!
//! The law of the Social Register, which has no such renewals, is put off in the stage's copy.

use std::path::Path;
use std::time::Duration;

use access::account::{self, NewAccount};
use access::{Action, Area, Purpose, Role, SecretHash};
use casework::award::Running;
use casework::case::{self, Case, Origin, State, WaitFor};
use kernel::{CaseId, Instant, Month, Pinfl};

use crate::stage::{self, Cast, SECRET, Stage, wire};

/// Material assistance lasts six months; awarded for February, it is paid for July the last time.
const PROGRAMME: &str = "material_assistance";

fn august() -> Month {
    stage::month(2026, 8)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prepared_renewal_is_confirmed_by_the_family_decided_anew_and_paid_on() {
    let cast = Cast {
        families: 400,
        at_once: true,
        ..Cast::default()
    };
    stage::each(cast, async |stage| {
        put_off_the_new_law(&stage.packs());
        stage.play("2026-02-01T00:30:00+05:00").await;
        let formers = assisted(stage).await;
        assert!(formers.len() >= 2, "too few families for the story");
        stage.appropriate(august()).await;

        // Half a year goes by at night, when nobody comes to an office.
        clock(stage, "2026-08-01T00:30:00+05:00").await;
        let begun = stage.daftar.begin_month(august()).await;
        assert!(begun.expect("a month begins") >= formers.len());
        stage.daftar.settle().await.expect("a settling");
        let (one, other) = (&formers[0], &formers[1]);
        let prepared = renewal_of(stage, one).await;
        let silent = renewal_of(stage, other).await;
        for case in [&prepared, &silent] {
            let waits = case.wait.as_ref().map(|wait| wait.who);
            assert_eq!(
                (case.state, waits),
                (State::Prepared, Some(WaitFor::Confirmation))
            );
            assert!(
                awards(stage, case.id).await.is_empty(),
                "nothing is decided"
            );
        }

        clock(stage, "2026-08-02T20:00:00+05:00").await;
        confirm_on_the_page(stage, &prepared).await;
        let renewed = load(stage, prepared.id).await;
        assert_eq!(renewed.state, State::Awarded, "{renewed:?}");
        let (before, after) = (
            awards(stage, one.id).await.remove(0),
            awards(stage, prepared.id).await.remove(0),
        );
        assert_eq!(before.end(), august(), "the old term ends with July");
        assert_eq!(after.award.first_month, august(), "the new one goes on");
        assert_eq!(after.end(), stage::month(2027, 2));
        assert_eq!(after.award.payee, before.award.payee);
        assert_eq!(load(stage, silent.id).await.state, State::Prepared);

        clock(stage, "2026-08-04T20:00:00+05:00").await;
        stage.whole_run(august()).await;
        let (credited, _) = stage.nobody_is_paid_twice_and_nobody_lost(august()).await;
        assert!(credited > 0);
        assert!(paid(stage, &after).await, "the renewed family is paid on");
        assert!(awards(stage, silent.id).await.is_empty());
        stage.everything_holds().await;
    })
    .await;
}

/// UZ-654b goes on; UZ-SR26 begins two years later.
fn put_off_the_new_law(packs: &Path) {
    let edits = [
        (
            "uz/uz-654b/regime.md",
            "in force until: 2026-01-31",
            "in force until: 2027-12-31",
        ),
        (
            "uz/uz-sr26/regime.md",
            "in force from: 2026-02-01",
            "in force from: 2028-01-01",
        ),
    ];
    for (file, from, to) in edits {
        let file = packs.join(file);
        let text = std::fs::read_to_string(&file).expect("a pack");
        assert!(text.contains(from), "{} says no `{from}`", file.display());
        let modified = std::fs::metadata(&file)
            .and_then(|m| m.modified())
            .expect("a time");
        std::fs::write(&file, text.replace(from, to)).expect("a pack");
        let opened = std::fs::File::options().write(true).open(&file);
        // Its time moves on for sure, however coarse the file system counts.
        opened
            .and_then(|file| file.set_modified(modified + Duration::from_secs(2)))
            .expect("a time");
    }
}

async fn clock(stage: &Stage, at: &str) {
    stage
        .clock(Instant::parse_rfc3339(at).expect("an instant"))
        .await;
}

/// Families that January's close gave material assistance.
async fn assisted(stage: &Stage) -> Vec<Case> {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let cases = case::counted_by(&mut tx, stage::month(2026, 1)).await;
    let mut cases = cases.expect("cases");
    cases.retain(|case| {
        case.state == State::Awarded && case.programme.as_deref() == Some(PROGRAMME)
    });
    cases
}

async fn renewal_of(stage: &Stage, former: &Case) -> Case {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    let cases = case::of_applicant(&mut tx, former.applicant).await;
    let renewal = cases
        .expect("cases")
        .into_iter()
        .find(|case| case.former_case == Some(former.id) && case.origin == Origin::Renewal);
    renewal.unwrap_or_else(|| panic!("no renewal of {} was prepared", former.number))
}

async fn load(stage: &Stage, case: CaseId) -> Case {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    case::load(&mut tx, case).await.expect("a case")
}

async fn awards(stage: &Stage, case: CaseId) -> Vec<Running> {
    let mut tx = stage.daftar.platform.db.read().await.expect("a snapshot");
    casework::award::of_case(&mut tx, case)
        .await
        .expect("awards")
}

/// From the list of the own applications to the button, as a browser without scripts goes.
async fn confirm_on_the_page(stage: &Stage, case: &Case) {
    let pinfl = open_account(stage, case).await;
    let cookie = wire::cookie(&stage.address, &pinfl.to_string()).await;
    let list = wire::visit(&format!("{}/my/applications", stage.address), &cookie).await;
    let path = format!("/renewals/{}", case.id);
    assert!(
        list.text.contains(&format!("href=\"{path}\"")),
        "{}",
        list.text
    );
    let url = format!("{}{path}", stage.address);
    let page = wire::visit(&url, &cookie).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let id = page.text.split("name=\"id\" value=\"").nth(1);
    let id = id.and_then(|rest| rest.split('"').next()).expect("an id");
    let form = format!("id={id}");
    for _ in 0..2 {
        // Pressed twice, it is one confirmation.
        let sent = wire::submit(&url, &cookie, &form).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
    }
    let another = wire::submit(&url, &cookie, "id=0199c0de-0000-7000-8000-00000000000a").await;
    assert_eq!(another.status, 409, "confirmed already: {}", another.text);
    stage.daftar.settle().await.expect("a settling");
}

async fn open_account(stage: &Stage, case: &Case) -> Pinfl {
    let daftar = &stage.daftar;
    let permit = daftar
        .permit(Action::ManageAccounts, Purpose::Upkeep, 0)
        .await
        .expect("a permit");
    let mut tx = daftar.platform.db.begin().await.expect("a transaction");
    let found = registry::person::pinfls_of(&mut tx, &permit, &[case.applicant]).await;
    let pinfl = found.expect("numbers")[&case.applicant];
    let citizen = NewAccount {
        login: pinfl.to_string(),
        role: Role::Citizen,
        territory: Area::Country,
        office: String::new(),
        person: Some(case.applicant),
        secret: SecretHash::of(SECRET).expect("a secret"),
    };
    account::open(&mut tx, &daftar.platform.ids, &permit, &[citizen])
        .await
        .expect("an account");
    tx.commit().await.expect("a commit");
    pinfl
}

/// Whether the bank credited the award's money.
async fn paid(stage: &Stage, running: &Running) -> bool {
    let payments = stage.payments().await;
    payments.iter().any(|payment| {
        payment.entitlement == running.award.id.0
            && payment.amount_minor == running.award.amount.minor()
            && payment.state.as_deref() == Some("credited")
    })
}
