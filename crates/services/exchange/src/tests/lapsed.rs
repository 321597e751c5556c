//! What an agency said before, where it would have to say it anew and is silent.

use super::*;
use crate::consent::{self, Said};
use kernel::PersonId;

/// The agencies of which something lapsed, with about how many persons.
async fn lapsed(platform: &Platform, gathered: &Gathered) -> Vec<(Source, usize)> {
    let mut tx = platform.db.read().await.unwrap();
    let sql = "SELECT id, agency FROM evidence ORDER BY agency";
    let all = store::fetch_all!(tx, (Uuid, i64), sql).unwrap();
    let mut found: Vec<(Source, usize)> = Vec::new();
    for (id, agency) in all {
        if !gathered.lapsed.contains(&EvidenceId(id)) {
            continue;
        }
        let agency = Source::from_code(u8::try_from(agency).unwrap()).unwrap();
        match found.last_mut().filter(|(last, _)| *last == agency) {
            Some((_, persons)) => *persons += 1,
            None => found.push((agency, 1)),
        }
    }
    found
}

fn later() -> Ask {
    Ask {
        as_of: day("2026-02-14"),
        ..ask_about(1)
    }
}

#[tokio::test]
async fn an_answer_that_held_lapses_when_its_agency_is_asked_anew_and_silent() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        let first = story.gather(ask_about(1)).await;
        assert_eq!(lapsed(&platform, &first).await, []);
        // While it is valid nobody is asked, and it holds.
        story.partner.set("cadastre", Manner::Status(502));
        let again = story.gather(ask_about(1)).await;
        assert_eq!(lapsed(&platform, &again).await, []);

        platform.clock.step(40 * 86_400_000_000).unwrap();
        let silent = story.gather(later()).await;
        assert_eq!(lapsed(&platform, &silent).await, [(Source::Cadastre, 2)]);
        // Nobody is asked: the others have answered just now, the cadastre would have to be asked.
        story.partner.forget();
        let permit = assessing(&platform).await;
        let asks = [later()];
        let standing = gather::standing(&story.exchange, &permit, &asks).await;
        let standing = standing.unwrap().remove(0);
        assert_eq!(lapsed(&platform, &standing).await, [(Source::Cadastre, 2)]);
        let not_asked = |silent: &gather::Silent| {
            let now = platform.clock.now();
            (silent.agency, &silent.reason, silent.retry_at)
                == (Source::Cadastre, &SilentReason::NotAsked, Some(now))
        };
        assert!(standing.silent.iter().all(not_asked), "{standing:?}");
        assert_eq!(story.partner.questions.lock().unwrap().len(), 0);

        story.partner.set("cadastre", Manner::Answers);
        let told = story.gather(later()).await;
        assert_eq!(lapsed(&platform, &told).await, []);
    })
    .await;
}

async fn assessing(platform: &Platform) -> Permit {
    let (who, action) = (Subject::system(), Action::AssessCase);
    let permit = access::batch(platform, &who, action, Purpose::Assessment, None, 1);
    permit.await.unwrap()
}

#[tokio::test]
async fn what_the_bank_told_with_consent_answers_no_question_without_it() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        story.gather(ask_about(1)).await;
        let without = Ask {
            consent: None,
            ..ask_about(1)
        };
        let gathered = story.gather(without).await;
        assert_eq!(lapsed(&platform, &gathered).await, [(Source::Bank, 2)]);
    })
    .await;
}

/// The applicant's consent is for the family, but for whoever of it has said no.
#[tokio::test]
async fn no_bank_is_asked_about_a_spouse_who_has_said_no() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        story.gather(ask_about(1)).await;
        let permit = assessing(&platform).await;
        story.exchange.agreements().await.unwrap();
        let mut tx = platform.db.begin().await.unwrap();
        let her: PersonId = person::find_by_pinfl(&mut tx, &permit, wife(1))
            .await
            .unwrap()
            .unwrap();
        let said = Said {
            person: her,
            opt_in: false,
            through: "the page".to_owned(),
            by: None,
            at: platform.clock.now(),
        };
        let ids = &platform.ids;
        consent::given_in_applications(&mut tx, ids, &permit, Source::Bank, &[said])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        platform.clock.step(40 * 86_400_000_000).unwrap();
        story.partner.forget();
        let gathered = story.gather(later()).await;
        let silent: Vec<_> = gathered
            .silent
            .iter()
            .map(|silent| (silent.agency, silent.person, &silent.reason))
            .collect();
        let expected = (Source::Bank, Some(her), &SilentReason::NoConsent);
        assert_eq!(silent, [expected]);
        assert_eq!(lapsed(&platform, &gathered).await, [(Source::Bank, 1)]);
        assert_eq!(story.partner.asked("bank").len(), 1, "about him alone");
    })
    .await;
}
