//! What stands of an agreement and of a person's word, on both databases.

use access::{Action, Area, Permit, Purpose, Role, Scope, Subject};
use kernel::ids::AccountId;
use kernel::{Instant, PersonId, Source};
use sha2::{Digest, Sha256};
use store::Platform;
use store::testing::each_db;
use uuid::Uuid;

use super::{LawfulBasis, Refusal, Said, given_in_applications, history, of_person, say, standing};
use crate::{Connector, Exchange};

const SCHEMAS: &[&[store::Migration]] = &[access::SCHEMA, registry::SCHEMA, crate::SCHEMA];
const HER: PersonId = PersonId::from_u128(20);
const DAY: i64 = 86_400_000_000;

fn exchange(platform: &Platform) -> Exchange {
    Exchange::new(
        platform.clone(),
        Connector::all_at("http://127.0.0.1:9"),
        crate::tests::keys(),
    )
    .expect("connectors")
}

fn citizen(person: PersonId) -> Subject {
    Subject {
        account: AccountId(Uuid::from_u128(79)),
        role: Role::Citizen,
        territory: Area::Country,
        person: Some(person),
        office: String::new(),
        errand: access::Errand::NONE,
    }
}

async fn own(platform: &Platform, person: PersonId) -> Permit {
    let who = citizen(person);
    let scope = Scope::own(&who);
    let (action, purpose) = (Action::GiveConsent, Purpose::OwnInformation);
    access::permit(platform, &who, action, purpose, scope)
        .await
        .expect("allowed")
}

async fn system(platform: &Platform) -> Permit {
    let (who, action) = (Subject::system(), Action::AssessCase);
    let permit = access::batch(platform, &who, action, Purpose::Assessment, None, 1);
    permit.await.expect("allowed")
}

fn said(opt_in: bool, at: i64) -> Said {
    Said {
        person: HER,
        opt_in,
        through: "the page".to_owned(),
        by: Some(AccountId(Uuid::from_u128(79))),
        at: Instant(at),
    }
}

#[tokio::test]
async fn the_law_asks_nobody_and_a_bank_is_asked_with_consent_alone() {
    each_db(SCHEMAS, async |platform| {
        let exchange = exchange(&platform);
        let permit = own(&platform, HER).await;
        let agreements = exchange.agreements().await.unwrap();
        let on_consent: Vec<Source> = agreements
            .iter()
            .filter(|one| one.terms.lawful_basis == LawfulBasis::Consent)
            .map(|one| one.agency)
            .collect();
        assert_eq!(on_consent, [Source::Bank]);
        assert_eq!(exchange.consented(), [Source::Bank]);
        let mut tx = platform.db.begin().await.unwrap();
        let tax = say(
            &mut tx,
            &platform.ids,
            &permit,
            Source::Tax,
            &said(false, 1),
        )
        .await;
        assert!(
            matches!(tax, Ok(Err(Refusal::ByLaw { agency: "tax", .. }))),
            "{tax:?}"
        );
        let other = Said {
            person: PersonId::from_u128(21),
            ..said(true, 1)
        };
        let other = say(&mut tx, &platform.ids, &permit, Source::Bank, &other).await;
        assert_eq!(
            other.unwrap(),
            Err(Refusal::Unknown),
            "nobody speaks for another"
        );
    })
    .await;
}

#[tokio::test]
async fn terms_that_change_are_a_revision_that_names_the_one_before() {
    each_db(SCHEMAS, async |platform| {
        let first = exchange(&platform).agreements().await.unwrap();
        let writing = platform.db.begin().await.unwrap();
        let again = exchange(&platform).agreements().await.unwrap();
        drop(writing);
        assert_eq!(
            first, again,
            "nothing is written twice, and no writer is waited for"
        );
        let mut connectors = Connector::all_at("http://127.0.0.1:9");
        for connector in &mut connectors {
            if connector.agency == Source::Bank {
                connector.legal_basis = "another act".to_owned();
            }
        }
        let changed = Exchange::new(platform.clone(), connectors, crate::tests::keys()).unwrap();
        changed.agreements().await.unwrap();
        let mut tx = platform.db.read().await.unwrap();
        let bank = super::revisions(&mut tx, super::id_of(Source::Bank))
            .await
            .unwrap();
        assert_eq!(bank.iter().map(|one| one.seq).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(bank[1].predecessor.as_ref(), Some(&bank[0].hash));
        assert_eq!(bank[1].terms.legal_basis, "another act");
        for revision in &bank {
            assert_eq!(revision.hash, Sha256::digest(&revision.snapshot).to_vec());
        }
        let tax = super::revisions(&mut tx, super::id_of(Source::Tax))
            .await
            .unwrap();
        assert_eq!(tax.len(), 1);
    })
    .await;
}

/// What an application brings, what the page says, and which of them is newer.
#[tokio::test]
async fn the_newest_word_holds_and_an_older_application_does_not_undo_it() {
    each_db(SCHEMAS, async |platform| {
        let (person, machine) = (own(&platform, HER).await, system(&platform).await);
        let ids = &platform.ids;
        exchange(&platform).agreements().await.unwrap();
        let mut tx = platform.db.begin().await.unwrap();
        let bank = Source::Bank;
        let stands = async |tx: &mut store::Tx| {
            let standing = standing(tx, &machine, bank, &[HER]).await.unwrap();
            standing.get(&HER).map(|stands| stands.name.clone())
        };
        assert_eq!(stands(&mut tx).await, None, "silence is no consent");

        let lodged = |at| Said {
            through: "application 4F7K29".to_owned(),
            by: None,
            ..said(true, at)
        };
        given_in_applications(&mut tx, ids, &machine, bank, &[lodged(DAY)])
            .await
            .unwrap();
        given_in_applications(&mut tx, ids, &machine, bank, &[lodged(DAY)])
            .await
            .unwrap();
        let record = of_person(&mut tx, &person).await.unwrap().remove(0);
        assert_eq!(stands(&mut tx).await, Some(format!("{}/1", record.id)));

        say(&mut tx, ids, &person, bank, &said(false, 2 * DAY))
            .await
            .unwrap()
            .expect("taken back");
        say(&mut tx, ids, &person, bank, &said(false, 3 * DAY))
            .await
            .unwrap()
            .expect("again");
        assert_eq!(stands(&mut tx).await, None);
        given_in_applications(&mut tx, ids, &machine, bank, &[lodged(DAY)])
            .await
            .unwrap();
        assert_eq!(
            stands(&mut tx).await,
            None,
            "the old application gives nothing back"
        );
        given_in_applications(&mut tx, ids, &machine, bank, &[lodged(9 * DAY)])
            .await
            .unwrap();
        assert_eq!(
            stands(&mut tx).await,
            Some(format!("{}/3", record.id)),
            "a new one does"
        );

        let words = history(&mut tx, &person).await.unwrap();
        let told: Vec<(i64, bool)> = words
            .iter()
            .map(|word| (word.last.seq, word.last.opt_in))
            .collect();
        assert_eq!(told, [(1, true), (2, false), (3, true)]);
        for pair in words.windows(2) {
            assert_eq!(pair[1].last.predecessor.as_ref(), Some(&pair[0].last.hash));
        }
        drop(tx);
        let another = own(&platform, PersonId::from_u128(21)).await;
        let mut tx = platform.db.read().await.unwrap();
        assert_eq!(
            history(&mut tx, &another).await.unwrap(),
            [],
            "nobody reads another's"
        );
    })
    .await;
}
