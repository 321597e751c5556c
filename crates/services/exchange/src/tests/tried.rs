//! A connector tried out: everything is shown, nothing is kept, and the person reads of it.

use super::told::{asked_about, of};
use super::*;
use crate::asked::Came;
use crate::consent::{self, Said};
use crate::trial::{Told, TrialRefused, Wanted};

fn wanted(agency: Source, consent: Option<&str>) -> Wanted {
    Wanted {
        agency,
        person: husband(1),
        consent: consent.map(str::to_owned),
        as_of: day("2026-01-05"),
        window: (Month::new(2025, 10).unwrap(), Month::new(2025, 12).unwrap()),
    }
}

#[tokio::test]
async fn a_trial_shows_question_answer_and_facts_and_keeps_none_of_them() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        let system = Subject::system();
        let trial = story
            .exchange
            .try_out(&system, wanted(Source::Tax, None))
            .await
            .unwrap();
        let asked = &story.partner.asked("tax")[0];
        let sent: serde_json::Value = serde_json::from_slice(&trial.sent.body).unwrap();
        assert_eq!(&sent, asked, "what is shown is what was sent");
        let came = trial.came.unwrap();
        assert!(
            String::from_utf8(came.body).unwrap().contains("payer_tin"),
            "as received"
        );
        let Told::Facts {
            found,
            valid_until,
            bodies,
            ..
        } = came.told
        else {
            panic!("{:?}", came.told);
        };
        assert_eq!((found, valid_until), (true, day("2026-02-04")));
        assert_eq!(bodies.len(), 2);
        let kept = "SELECT (SELECT COUNT(*) FROM evidence) + (SELECT COUNT(*) FROM fact)
            + (SELECT COUNT(*) FROM exchange_answer) + (SELECT COUNT(*) FROM evidence_refused)";
        assert_eq!(count(&platform, kept).await, 0);
        // Of a person whom the register knows the question is told.
        story.gather(ask_about(1)).await;
        let before = of(&asked_about(&platform, husband(1)).await, Source::Tax).len();
        story
            .exchange
            .try_out(&system, wanted(Source::Tax, None))
            .await
            .unwrap();
        let after = of(&asked_about(&platform, husband(1)).await, Source::Tax);
        assert_eq!(after.len(), before + 1);
        assert!(after.contains(&Came::Silence));
    })
    .await;
}

#[tokio::test]
async fn a_trial_asks_the_bank_with_a_standing_consent_of_that_person_alone() {
    let platform = platform_of_one().await;
    let story = story(&platform).await;
    story.gather(ask_about(1)).await;
    story.partner.forget();
    let permit = Permit::batch(
        &platform,
        &Subject::system(),
        Action::AssessCase,
        Purpose::Assessment,
        None,
        1,
    )
    .await
    .unwrap();
    story.exchange.agreements().await.unwrap();
    let mut tx = platform.db.begin().await.unwrap();
    let id_of = async |tx: &mut store::Tx, who| {
        person::find_by_pinfl(tx, &permit, who)
            .await
            .unwrap()
            .unwrap()
    };
    let (his, hers) = (
        id_of(&mut tx, husband(1)).await,
        id_of(&mut tx, wife(1)).await,
    );
    let given = [his, hers].map(|person| Said {
        person,
        opt_in: true,
        through: "application".to_owned(),
        by: None,
        at: platform.clock.now(),
    });
    consent::given_in_applications(&mut tx, &platform.ids, &permit, Source::Bank, &given)
        .await
        .unwrap();
    let standing = consent::standing(&mut tx, &permit, Source::Bank, &[his, hers])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let refused = async |consent: Option<&str>| {
        let wanted = wanted(Source::Bank, consent);
        story
            .exchange
            .try_out(&Subject::system(), wanted)
            .await
            .unwrap_err()
    };
    assert!(matches!(
        refused(None).await,
        TrialRefused::NoConsent(Source::Bank)
    ));
    for other in ["invented/1", standing[&hers].name.as_str()] {
        let refused = refused(Some(other)).await;
        assert!(
            matches!(&refused, TrialRefused::ConsentDoesNotStand { named, .. } if named == other),
            "{refused}"
        );
    }
    assert_eq!(story.partner.asked("bank").len(), 0);
    let wanted = wanted(Source::Bank, Some(&standing[&his].name));
    let trial = story
        .exchange
        .try_out(&Subject::system(), wanted)
        .await
        .unwrap();
    assert!(matches!(
        trial.came.unwrap().told,
        Told::Facts { found: true, .. }
    ));
    assert_eq!(
        story.partner.asked("bank")[0]["consent"],
        standing[&his].name.as_str()
    );
}
