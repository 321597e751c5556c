//! What a person reads: never the own visits, page by page, and lists that named the person.

use std::collections::BTreeSet;

use kernel::ids::{CaseId, PersonId, RunId};
use store::Platform;
use store::testing::each_db;

use super::{MAHALLA, YUNUSOBOD, subject};
use crate::log::{
    Before, EntryId, LOOKS_MAX, Look, Looks, Whose, is_look_at, of_everybody, of_person,
};
use crate::{Action, Area, Denied, Permit, Purpose, Role, SCHEMA, Scope, Subject};
use crate::{batch, naming, permit};

fn person(number: u128) -> PersonId {
    PersonId::from_u128(number)
}

fn officer() -> Subject {
    subject(Role::DistrictOfficer, Area::District(YUNUSOBOD), None)
}

/// A visit of the person to the own page.
async fn visit(platform: &Platform, who: PersonId) -> Permit {
    let citizen = subject(Role::Citizen, Area::Country, Some(who));
    let (action, purpose) = (Action::ReadAccessLog, Purpose::OwnInformation);
    let asked = permit(platform, &citizen, action, purpose, Scope::own(&citizen));
    asked.await.unwrap()
}

async fn look(platform: &Platform, scope: Scope) -> EntryId {
    let (action, purpose) = (Action::ReadCase, Purpose::Casework);
    let asked = permit(platform, &officer(), action, purpose, scope).await;
    asked.unwrap().entry()
}

async fn list(platform: &Platform, persons: &[PersonId]) -> Permit {
    let (action, purpose) = (Action::FollowApplications, Purpose::Intake);
    let asked = naming(platform, &officer(), action, purpose, persons).await;
    asked.unwrap()
}

async fn page(platform: &Platform, whose: &Whose<'_>, before: Before) -> Looks {
    let asked = visit(platform, whose.person).await;
    let now = platform.clock.now();
    let mut tx = platform.db.read().await.unwrap();
    of_person(&mut tx, &asked, whose, now, before)
        .await
        .unwrap()
}

/// By name and by lists alone.
fn only(person: PersonId) -> Whose<'static> {
    let (cases, runs) = (&[], &[]);
    Whose {
        person,
        cases,
        runs,
    }
}

fn entries(looks: &[Look]) -> Vec<EntryId> {
    looks.iter().map(|look| look.entry).collect()
}

#[tokio::test]
async fn own_visits_never_hide_the_look_of_another() {
    each_db(&[SCHEMA], async |platform| {
        let me = person(1);
        let seen = look(&platform, Scope::person(me, MAHALLA)).await;
        for _ in 0..=LOOKS_MAX {
            platform.clock.step(1_000_000).unwrap();
            let _ = visit(&platform, me).await;
        }
        let looks = page(&platform, &only(me), Before::NONE).await;
        assert_eq!(entries(&looks.page), [seen]);
        assert_eq!(
            looks.earlier, None,
            "own visits are no earlier looks either"
        );
    })
    .await;
}

#[tokio::test]
async fn pages_hold_every_look_once_the_newest_first() {
    each_db(&[SCHEMA], async |platform| {
        let (me, case, run) = (person(1), CaseId::from_u128(10), RunId::from_u128(20));
        let mut made = BTreeSet::new();
        for round in 0..130 {
            // Several at one instant, some of them found in two ways.
            if round % 7 == 0 {
                platform.clock.step(1_000_000).unwrap();
            }
            made.insert(look(&platform, Scope::person(me, MAHALLA)).await);
            made.insert(look(&platform, Scope::case(case, me, MAHALLA)).await);
            made.insert(list(&platform, &[me, person(3)]).await.entry());
            let system = Subject::system();
            let (action, purpose) = (Action::SettleRun, Purpose::Payment);
            let settled = batch(&platform, &system, action, purpose, Some(run), 9).await;
            made.insert(settled.unwrap().entry());
        }
        let whose = Whose {
            person: me,
            cases: &[case],
            runs: &[run],
        };
        let (mut before, mut read) = (Before::NONE, Vec::new());
        loop {
            let looks = page(&platform, &whose, before).await;
            assert!(looks.page.len() <= LOOKS_MAX);
            read.extend(looks.page);
            let Some(earlier) = looks.earlier else { break };
            // As it goes out in an address and comes back.
            before = earlier.to_string().parse().unwrap();
        }
        let found: BTreeSet<EntryId> = entries(&read).into_iter().collect();
        assert_eq!((read.len(), found), (made.len(), made));
        assert!(read.windows(2).all(|two| two[0].at >= two[1].at));
    })
    .await;
}

#[test]
fn a_place_among_looks_that_was_not_told_is_refused() {
    let entry = "019b7a1c-6a80-7000-8000-3f0c2b6d9e11:17";
    for wrong in ["", "17", entry, &format!("noon:{entry}"), "1:2:3"] {
        assert!(wrong.parse::<Before>().is_err(), "{wrong}");
    }
    let right = format!("1767585600000000:{entry}");
    assert_eq!(right.parse::<Before>().unwrap().to_string(), right);
}

#[tokio::test]
async fn each_person_of_a_list_finds_it_and_nobody_else_does() {
    each_db(&[SCHEMA], async |platform| {
        let listed = list(&platform, &[person(2), person(1), person(2)]).await;
        let nobody = list(&platform, &[]).await;
        for (who, finds) in [(1, true), (2, true), (3, false)] {
            let whose = only(person(who));
            let looks = page(&platform, &whose, Before::NONE).await;
            let expected = if finds { vec![listed.entry()] } else { vec![] };
            assert_eq!(entries(&looks.page), expected, "{who}");
            assert!(looks.page.iter().all(|look| look.population == Some(2)));
            let asked = visit(&platform, person(who)).await;
            let now = platform.clock.now();
            let mut tx = platform.db.read().await.unwrap();
            for (entry, expected) in [(listed.entry(), finds), (nobody.entry(), false)] {
                let is = is_look_at(&mut tx, &asked, &whose, entry, now).await;
                assert_eq!(is.unwrap(), expected, "{who}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_list_that_was_refused_has_shown_nobody() {
    each_db(&[SCHEMA], async |platform| {
        let (action, purpose) = (Action::ApproveRun, Purpose::Payment);
        let refused = naming(&platform, &officer(), action, purpose, &[person(1)]).await;
        assert!(matches!(refused, Err(Denied::NotAllowed { .. })));
        let looks = page(&platform, &only(person(1)), Before::NONE).await;
        assert_eq!(looks.page, []);
    })
    .await;
}

#[tokio::test]
async fn a_batch_over_a_few_is_no_read_of_the_whole_register() {
    each_db(&[SCHEMA], async |platform| {
        use Action::*;
        let (system, partner) = (
            Subject::system(),
            subject(Role::Partner, Area::Country, None),
        );
        let run = Some(RunId::from_u128(4));
        let mut whole = Vec::new();
        for (who, action, purpose, run, population, is_whole) in [
            (&system, AssessRegister, Purpose::Statistics, None, 0, true),
            (&system, AssessRegister, Purpose::Assessment, None, 7, true),
            (
                &system,
                ImportRegister,
                Purpose::Registration,
                None,
                2,
                true,
            ),
            (&system, CloseMonth, Purpose::Assessment, None, 0, true),
            (&system, AssessCase, Purpose::Oversight, None, 0, true),
            // As many as there are, and a search through all of them.
            (
                &partner,
                SearchRegister,
                Purpose::Exchange,
                None,
                8000,
                true,
            ),
            (&partner, SearchRegister, Purpose::Exchange, None, 1, false),
            (&partner, SearchRegister, Purpose::Exchange, None, 5, false),
            (&partner, LinkAccount, Purpose::Payment, None, 3, false),
            // The events of an hour; a batch that its own rows tell of.
            (&system, AssessCase, Purpose::Registration, None, 3, false),
            (&system, AssessCase, Purpose::Assessment, run, 500, false),
            (&system, SettleRun, Purpose::Payment, run, 0, false),
            // Not the register.
            (&system, ManageAccounts, Purpose::Upkeep, None, 0, false),
            (
                &system,
                ReadSecurityEvents,
                Purpose::Oversight,
                None,
                0,
                false,
            ),
        ] {
            let asked = batch(&platform, who, action, purpose, run, population).await;
            whole.extend(is_whole.then(|| asked.unwrap().entry()));
        }
        whole.reverse();
        let asked = visit(&platform, person(1)).await;
        let now = platform.clock.now();
        let mut tx = platform.db.read().await.unwrap();
        let looks = of_everybody(&mut tx, &asked, now, Before::NONE).await;
        assert_eq!(entries(&looks.unwrap().page), whole);
    })
    .await;
}
