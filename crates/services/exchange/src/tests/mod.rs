//! Gathering against a partner that answers, hangs, lies and babbles.

mod awaited;
mod dci_asking;
mod dci_registries;
mod dci_token;
mod gateway;
mod heard;
mod insider;
mod lapsed;
mod mended;
mod partner;
mod played;
mod rubbish;
mod speed;
mod subscribed;
pub(crate) mod tls;
mod told;
mod tried;
mod xroad;

use crate::evidence::AsReceived;
use crate::gather::{self, Ask, Gathered, Need, SilentReason, Who};
use crate::{CallFailure, Connector, Exchange, RestKeys, evidence};
use access::{Action, Permit, Purpose, Subject};
use kernel::facts::code;
use kernel::kin::UnitBlock;
use kernel::portrait::PackedFact;
use kernel::{CaseId, Day, EvidenceId, Instant, Month, Pinfl, Sex, Source};
use partner::{Manner, Partner};
use registry::{person, unit};
use serde_json::json;
use std::sync::Arc;
use store::Platform;
use store::testing::each_db;
use uuid::Uuid;

const NUCLEAR: &str = "nuclear_family";
const SCHEMAS: &[&[store::Migration]] = &[access::SCHEMA, registry::SCHEMA, crate::SCHEMA];

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

pub(super) fn husband(number: u16) -> Pinfl {
    Pinfl::make(
        Sex::Male,
        day("1980-05-01"),
        100 + number / 900,
        number % 900,
    )
}

pub(super) fn wife(number: u16) -> Pinfl {
    Pinfl::make(
        Sex::Female,
        day("1982-01-01"),
        100 + number / 900,
        number % 900,
    )
}

fn child(number: u16) -> Pinfl {
    Pinfl::make(
        Sex::Male,
        day("2015-01-01"),
        100 + number / 900,
        number % 900,
    )
}

/// The civil registry knows a couple with a child.
fn know_family(partner: &Partner, number: u16) {
    let names = json!({"family": "Karimov", "given": "Oʻktam", "patronymic": "Anvar oʻgʻli"});
    let said = json!({
        "names": names, "sex": "m", "born": "1980-05-01", "died": null, "phone": "+998901234567",
        "spouse": {"pinfl": wife(number), "since": "2010-06-01"},
        "children": [{
            "pinfl": child(number), "relation": "parent", "names": names, "sex": "m",
            "born": "2015-01-01", "died": null, "since": "2015-01-01",
        }],
        "residence": {
            "district": "1726262", "mahalla": "1726262001",
            "dwelling": format!("D-{number}"), "since": "2010-06-01",
        },
    });
    partner
        .civil
        .lock()
        .unwrap()
        .insert(husband(number).to_string(), said);
}

fn ask_about(number: u16) -> Ask {
    let adults = [
        code::WAGE,
        code::SELF_EMPLOYMENT,
        code::PENSION,
        code::EMPLOYMENT,
        code::PROPERTY,
        code::VEHICLE,
        code::ACCOUNT,
        code::VISIT,
    ];
    let mut kinds: Vec<Need> = adults
        .iter()
        .map(|kind| Need {
            kind: *kind,
            who: Who::Adults,
        })
        .collect();
    kinds.push(Need {
        kind: code::DISABILITY,
        who: Who::All,
    });
    Ask {
        case: CaseId::from_u128(u128::from(number)),
        applicant: husband(number),
        block: NUCLEAR.to_owned(),
        window: (Month::new(2025, 10).unwrap(), Month::new(2025, 12).unwrap()),
        as_of: day("2026-01-05"),
        consent: Some("consent-1".to_owned()),
        kinds,
    }
}

struct Story {
    exchange: Exchange,
    partner: Arc<Partner>,
    permit: Permit,
}

/// Quick limits, so that a story about failures is short.
fn connectors(address: &str) -> Vec<Connector> {
    let quick = |connector: Connector| Connector {
        timeout_ms: 300,
        attempts_max: 2,
        ..connector
    };
    Connector::all_at(address).into_iter().map(quick).collect()
}

async fn story(platform: &Platform) -> Story {
    let (partner, address) = partner::start().await;
    let exchange = Exchange::new(platform.clone(), connectors(&address), keys()).unwrap();
    let (subject, why) = (Subject::system(), Purpose::Assessment);
    let permit = Permit::batch(platform, &subject, Action::GatherFacts, why, None, 1)
        .await
        .unwrap();
    let block = UnitBlock::nuclear_family();
    unit::ensure_block(platform, &permit, &block, day("2026-01-05"))
        .await
        .unwrap();
    know_family(&partner, 1);
    Story {
        exchange,
        partner,
        permit,
    }
}

/// Nobody's: what they seal is gone with the test.
pub(crate) fn keys() -> RestKeys {
    RestKeys::new([7; signing::rest::KEY_BYTES])
}

impl Story {
    async fn as_received(&self, evidence: EvidenceId) -> AsReceived {
        let mut tx = self.exchange.platform.db.read().await.unwrap();
        let answer = self
            .exchange
            .answer_as_received(&mut tx, &self.permit, evidence);
        answer.await.unwrap().unwrap()
    }

    async fn gather(&self, ask: Ask) -> Gathered {
        let mut gathered = gather::ask(&self.exchange, &self.permit, vec![ask])
            .await
            .unwrap();
        gathered.remove(0)
    }

    async fn facts_of(&self, platform: &Platform, who: Pinfl) -> Vec<PackedFact> {
        let mut tx = platform.db.read().await.unwrap();
        let id = person::find_by_pinfl(&mut tx, &self.permit, who)
            .await
            .unwrap()
            .unwrap();
        let row = unit::of_person(&mut tx, &self.permit, NUCLEAR, id)
            .await
            .unwrap()
            .unwrap();
        let members = row.portrait().unwrap().members;
        members
            .into_iter()
            .find(|member| member.person == id)
            .unwrap()
            .facts
    }
}

async fn count(platform: &Platform, sql: &'static str) -> i64 {
    let mut tx = platform.db.read().await.unwrap();
    store::fetch_value!(tx, i64, sql).unwrap()
}

pub(crate) async fn platform_of_one() -> Platform {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let db = store::Db::open(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    store::migrate(&db, SCHEMAS).await.unwrap();
    let clock = store::Clock::standing_at(store::testing::MORNING);
    let platform = Platform::with_ids(db, clock.clone(), store::Ids::seeded(clock, 1));
    platform.keep(|| folder);
    platform
}

#[tokio::test]
async fn a_family_nobody_knew_is_gathered_from_eight_agencies() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        let gathered = story.gather(ask_about(1)).await;
        assert_eq!(gathered.silent, []);
        // civil 1; six agencies for two adults; disability for all three
        assert_eq!(gathered.answered.len(), 1 + 6 * 2 + 3);
        let kinds = |facts: Vec<PackedFact>| facts.iter().map(|f| f.kind).collect::<Vec<_>>();
        assert_eq!(
            kinds(story.facts_of(&platform, wife(1)).await),
            [1, 2, 3, 4, 5, 6, 7, 8]
        );
        assert_eq!(
            kinds(story.facts_of(&platform, child(1)).await),
            [8],
            "children are not asked more"
        );
        let wage = story.facts_of(&platform, husband(1)).await.remove(0);
        assert_eq!(
            (wage.source, wage.unpack_body().unwrap().rows.len()),
            (Source::Tax, 1)
        );
        assert_eq!(count(&platform, "SELECT COUNT(*) FROM evidence").await, 16);
        let verified = unit::verify(&platform, &story.permit, NUCLEAR)
            .await
            .unwrap();
        assert_eq!(
            (verified.units, verified.differences),
            (1, 0),
            "{:?}",
            verified.examples
        );
    })
    .await;
}

#[tokio::test]
async fn what_agencies_say_lies_sealed_and_is_opened_only_as_it_was() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        let gathered = story.gather(ask_about(1)).await;
        let of = |agency| {
            gathered
                .answered
                .iter()
                .find(|a| a.agency == agency)
                .unwrap()
        };
        let mut tx = platform.db.read().await.unwrap();
        let lying = "SELECT id, body FROM exchange_answer ORDER BY id";
        let lying = store::fetch_all!(tx, (Uuid, Vec<u8>), lying).unwrap();
        drop(tx);
        assert!(lying.len() >= 8);
        for (_, body) in &lying {
            for word in [&b"payer_tin"[..], b"pinfl", b"answers"] {
                assert!(!body.windows(word.len()).any(|part| part == word));
            }
        }
        assert!(
            !story
                .as_received(of(Source::Tax).evidence)
                .await
                .body
                .is_empty()
        );
        let mut tx = platform.db.read().await.unwrap();
        let others = Exchange::new(platform.clone(), Vec::new(), RestKeys::new([8; 32])).unwrap();
        let evidence = of(Source::Tax).evidence;
        let unopened = others
            .answer_as_received(&mut tx, &story.permit, evidence)
            .await;
        let unopened = unopened.unwrap_err().to_string();
        assert!(unopened.contains("a key that is not at hand"), "{unopened}");
        assert!(evidence::is_any_sealed(&mut tx).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_kept_byte_for_byte_and_facts_point_to_it() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        let gathered = story.gather(ask_about(1)).await;
        let tax = gathered
            .answered
            .iter()
            .find(|a| a.agency == Source::Tax)
            .unwrap();
        let kept = story.as_received(tax.evidence).await;
        use sha2::Digest;
        assert_eq!(kept.sha256, sha2::Sha256::digest(&kept.body).to_vec());
        assert!(
            String::from_utf8(kept.body).unwrap().contains("payer_tin"),
            "also what no fact holds"
        );
        let mut tx = platform.db.read().await.unwrap();
        let facts = registry::fact::current(&mut tx, &story.permit, &[tax.person.0])
            .await
            .unwrap();
        let of_tax = facts.iter().filter(|fact| fact.evidence == tax.evidence);
        assert_eq!(
            of_tax.map(|fact| fact.kind).collect::<Vec<_>>(),
            [code::WAGE, code::SELF_EMPLOYMENT]
        );
    })
    .await;
}

#[tokio::test]
async fn a_valid_answer_is_used_again_instead_of_asking() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        story.gather(ask_about(1)).await;
        story.partner.forget();
        let again = story.gather(ask_about(1)).await;
        assert!(again.silent.is_empty() && again.answered.iter().all(|answer| answer.reused));
        assert_eq!(story.partner.questions.lock().unwrap().len(), 0);
        // Another window: only those who tell incomes by month are asked again.
        let window = (Month::new(2025, 11).unwrap(), Month::new(2026, 1).unwrap());
        story
            .gather(Ask {
                window,
                ..ask_about(1)
            })
            .await;
        let mut asked: Vec<String> = story
            .partner
            .questions
            .lock()
            .unwrap()
            .iter()
            .map(|(agency, _)| agency.clone())
            .collect();
        asked.sort();
        assert_eq!(asked, ["pension_fund", "tax"]);
        // After its validity everything is asked again.
        story.partner.forget();
        platform.clock.step(40 * 86_400_000_000).unwrap();
        story
            .gather(Ask {
                as_of: day("2026-02-14"),
                ..ask_about(1)
            })
            .await;
        assert_eq!(story.partner.asked("civil_registry").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn persons_of_many_families_share_a_call_within_the_partners_limit() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        let asks: Vec<Ask> = (1..=60).map(ask_about).collect();
        (1..=60).for_each(|number| know_family(&story.partner, number));
        let gathered = gather::ask(&story.exchange, &story.permit, asks)
            .await
            .unwrap();
        assert!(gathered.iter().all(|gathered| gathered.silent.is_empty()));
        let sizes = |agency| {
            let asked = story.partner.asked(agency);
            let size = |question: &serde_json::Value| question["persons"].as_array().unwrap().len();
            let mut sizes: Vec<usize> = asked.iter().map(size).collect();
            sizes.sort_unstable();
            sizes
        };
        assert_eq!(sizes("civil_registry"), [60]);
        assert_eq!(sizes("tax"), [20, 100]);
        assert_eq!(sizes("disability"), [80, 100]);
        assert_eq!(sizes("vehicles"), [1; 120]);
        assert_eq!(sizes("bank"), [1; 120]);
        assert_eq!(story.partner.asked("bank")[0]["consent"], "consent-1");
        assert_eq!(
            story.partner.asked("tax")[0]["consent"],
            json!(null),
            "consent only where it is needed"
        );
    })
    .await;
}

#[tokio::test]
async fn without_consent_the_bank_is_not_asked() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        let gathered = story
            .gather(Ask {
                consent: None,
                ..ask_about(1)
            })
            .await;
        let reasons: Vec<_> = gathered
            .silent
            .iter()
            .map(|s| (s.agency, s.reason.clone()))
            .collect();
        assert_eq!(reasons, vec![(Source::Bank, SilentReason::NoConsent); 2]);
        assert_eq!(story.partner.asked("bank").len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_stranger_to_the_civil_registry_is_told_apart_from_a_silent_registry() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        let gathered = story.gather(ask_about(9)).await;
        assert_eq!(
            (gathered.applicant, gathered.unit, gathered.answered.len()),
            (None, None, 0)
        );
        assert_eq!(gathered.silent.len(), 1);
        assert_eq!(
            (&gathered.silent[0].reason, gathered.silent[0].retry_at),
            (&SilentReason::NotFound, None)
        );
        story.partner.set("civil_registry", Manner::Status(502));
        let silent = story.gather(ask_about(9)).await.silent;
        let failed = SilentReason::Failed(CallFailure::Status { status: 502 });
        assert_eq!(silent[0].reason, failed);
        assert!(silent[0].retry_at.unwrap() > Instant(0));
    })
    .await;
}

#[tokio::test]
async fn a_late_answer_is_heard_when_it_is_asked_for_again() {
    each_db(SCHEMAS, async |platform| {
        let story = story(&platform).await;
        story
            .partner
            .set("tax", Manner::Pending("2026-01-08T09:00:00+05:00"));
        let first = story.gather(ask_about(1)).await;
        platform
            .clock
            .set(first.silent[0].retry_at.unwrap())
            .unwrap();
        story.partner.set("tax", Manner::Answers);
        story.partner.forget();
        let second = story.gather(ask_about(1)).await;
        assert_eq!(second.silent, []);
        assert_eq!(
            story.partner.questions.lock().unwrap().len(),
            1,
            "only the late one is asked again"
        );
        assert_eq!(story.facts_of(&platform, husband(1)).await.len(), 8);
    })
    .await;
}
