//! What a person reads of the questions about the own person.

use super::*;
use crate::asked::{self, Asked, Came};
use access::Scope;

pub(super) async fn asked_about(platform: &Platform, who: Pinfl) -> Vec<Asked> {
    let system = Subject::system();
    let (action, why) = (Action::ReadAccessLog, Purpose::Oversight);
    let permit = access::permit(platform, &system, action, why, Scope::country())
        .await
        .unwrap();
    let mut tx = platform.db.read().await.unwrap();
    let id = person::find_by_pinfl(&mut tx, &permit, who)
        .await
        .unwrap()
        .unwrap();
    asked::of_person(&mut tx, &permit, id).await.unwrap()
}

pub(super) fn of(asked: &[Asked], agency: Source) -> Vec<Came> {
    let of_agency = asked.iter().filter(|one| one.agency == agency);
    of_agency.map(|one| one.came).collect()
}

#[tokio::test]
async fn every_question_is_told_with_its_law_also_one_that_nobody_answered() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        story.partner.set("tax", Manner::Hangs);
        story.partner.set("employment", Manner::PassesOver);
        story
            .partner
            .set("cadastre", Manner::Pending("2026-01-08T09:00:00+05:00"));
        story.gather(ask_about(1)).await;
        for who in [husband(1), wife(1)] {
            let told = asked_about(&platform, who).await;
            for silent in [Source::Tax, Source::Employment, Source::Cadastre] {
                assert_eq!(of(&told, silent), [Came::Silence], "{silent:?}");
            }
            assert_eq!(of(&told, Source::PensionFund), [Came::Answer]);
            let bank = told.iter().find(|one| one.agency == Source::Bank).unwrap();
            assert_eq!(bank.consent.as_deref(), Some("consent-1"));
            assert!(bank.legal_basis.starts_with("consent of the applicant"));
            let tax = told.iter().find(|one| one.agency == Source::Tax).unwrap();
            assert_eq!(
                (tax.at, tax.consent.clone()),
                (store::testing::MORNING, None)
            );
            assert!(tax.legal_basis.contains("PKM-35"), "{}", tax.legal_basis);
        }
        // The civil registry was asked about the applicant alone.
        assert_eq!(
            of(
                &asked_about(&platform, husband(1)).await,
                Source::CivilRegistry
            )
            .len(),
            1
        );
        assert_eq!(
            of(
                &asked_about(&platform, wife(1)).await,
                Source::CivilRegistry
            ),
            []
        );
    })
    .await;
}

#[tokio::test]
async fn a_question_that_never_left_us_is_not_told() {
    let platform = platform_of_one().await;
    let story = story(&platform).await;
    story.partner.set("tax", Manner::Status(503));
    for number in 1..=4 {
        know_family(&story.partner, number);
        story.gather(ask_about(number)).await;
    }
    // After five failures in a row the agency is left alone: the fourth family's question stays.
    assert_eq!(
        of(&asked_about(&platform, husband(1)).await, Source::Tax),
        [Came::Silence]
    );
    assert_eq!(
        of(&asked_about(&platform, husband(4)).await, Source::Tax),
        []
    );
}
