//! The sandbox's agencies, each in its own dialect, with the faults of a scenario: what is believed,
//! what is refused, and what the case is told. The sandbox is met over the wire alone.

mod encrypted;

use sandbox::agency::fault::Rates;
use sandbox::agency::scenario::Scenario;
use sandbox::population::family::FamilyNo;
use sandbox::population::story::Story as Fate;
use sandbox::world::{Setup, World};

use super::*;
use crate::Places;

const QUICK_MS: u64 = 400;
/// More failures than any row makes: each row is looked at alone.
const BREAKER_MAX: u32 = 1_000;

struct Played {
    world: Arc<World>,
    exchange: Exchange,
    permit: Permit,
    /// Applicants of ordinary families.
    applicants: Vec<Pinfl>,
    _keys: tempfile::TempDir,
}

fn applicants(world: &World) -> Vec<Pinfl> {
    let population = &world.country.population;
    let families = population.families.iter().enumerate();
    let ordinary = families.filter(|(_, family)| family.story == Fate::Ordinary);
    let applicant = |(no, _)| {
        let no = population.applicant(FamilyNo::try_from(no).unwrap());
        population.person(no).pinfl
    };
    ordinary.map(applicant).collect()
}

fn country(scenario: Scenario, encrypted: bool) -> World {
    let setup = Setup {
        families: 120,
        seed: 1,
        rates: Rates::default(),
        scenario,
        start: store::testing::MORNING,
        at_once: false,
        encrypted,
        book: None,
        cards: sandbox::cards::Cards::default(),
        daftar: None,
    };
    World::new(setup).unwrap()
}

/// The scenario may name the applicants.
async fn play(platform: &Platform, scenario: impl FnOnce(&[Pinfl]) -> String) -> Played {
    let shipped = |places: &Places<'_>| Connector::shipped(places).unwrap();
    play_as(platform, scenario, (false, shipped)).await
}

/// Whether the registries encrypt, and which connectors ask.
async fn play_as(
    platform: &Platform,
    scenario: impl FnOnce(&[Pinfl]) -> String,
    (encrypted, connectors): (bool, impl FnOnce(&Places<'_>) -> Vec<Connector>),
) -> Played {
    let applicants = applicants(&country(Scenario::default(), encrypted));
    let scenario = Scenario::parse("played.toml", &scenario(&applicants)).unwrap();
    let world = Arc::new(country(scenario, encrypted));
    let keys = tempfile::tempdir().unwrap();
    world.keys.write(keys.path()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let served = sandbox::serve::router(Arc::clone(&world));
    tokio::spawn(async move { axum::serve(listener, served).await });
    let places = Places {
        base: &base,
        keys: keys.path(),
    };
    let quick = |connector: Connector| Connector {
        timeout_ms: QUICK_MS,
        attempts_max: 2,
        breaker_failures_max: BREAKER_MAX,
        ..connector
    };
    let connectors = connectors(&places).into_iter().map(quick).collect();
    let exchange = Exchange::new(platform.clone(), connectors, super::keys()).unwrap();
    let (subject, why) = (Subject::system(), Purpose::Assessment);
    let permit = Permit::batch(platform, &subject, Action::GatherFacts, why, None, 1)
        .await
        .unwrap();
    let block = UnitBlock::nuclear_family();
    unit::ensure_block(platform, &permit, &block, day("2026-01-05"))
        .await
        .unwrap();
    Played {
        world,
        exchange,
        permit,
        applicants,
        _keys: keys,
    }
}

impl Played {
    async fn gather(&self, applicant: Pinfl, as_of: &str) -> Gathered {
        let ask = Ask {
            applicant,
            as_of: day(as_of),
            ..ask_about(1)
        };
        let gathered = gather::ask(&self.exchange, &self.permit, vec![ask]);
        gathered.await.unwrap().remove(0)
    }

    /// Both clocks.
    fn step(&self, platform: &Platform, now: Instant) {
        platform.clock.set(now).unwrap();
        self.world.set_now(now);
    }

    async fn facts(&self, platform: &Platform, applicant: Pinfl) -> Vec<kernel::Fact> {
        let mut tx = platform.db.read().await.unwrap();
        let id = person::find_by_pinfl(&mut tx, &self.permit, applicant)
            .await
            .unwrap();
        let owners: Vec<uuid::Uuid> = id.into_iter().map(|id| id.0).collect();
        registry::fact::current(&mut tx, &self.permit, &owners)
            .await
            .unwrap()
    }
}

/// What Daftar makes of a fault.
#[derive(Debug, Clone, Copy)]
enum Reaction {
    /// The answer is true all the same.
    Believed,
    /// No answer; the case is told this.
    Silent(&'static str),
    /// An answer that is kept apart and makes no fact; the case is told this.
    Refused(&'static str),
}

use Reaction::{Believed, Refused, Silent};

const CUT: &str = "no connection or a cut one";
const SLOW: &str = "no answer within 400 ms";
const WRONG: &str = "the signature is not of this message";
const NOT_NOW: &str = "was sent at 20";

/// Agency, what its row says beside the person, and what becomes of it.
const FAULTS: &[(&str, &str, Reaction)] = &[
    ("tax", "fault = 'timeout'\nrequests = [1, 1]", Believed),
    ("tax", "fault = 'timeout'", Silent(SLOW)),
    ("tax", "fault = 'timeout'\nms = 20", Believed),
    ("civil_registry", "fault = 'timeout'", Silent(SLOW)),
    ("pension_fund", "fault = 'cut'", Silent(CUT)),
    ("employment", "fault = 'reset'", Silent(CUT)),
    ("vehicles", "fault = 'reset'\nrequests = [1, 1]", Believed),
    ("bank", "fault = 'drip'", Silent(SLOW)),
    ("disability", "fault = 'drip'", Silent(SLOW)),
    ("tax", "fault = 'rubbish'", Refused("")),
    ("disability", "fault = 'rubbish'", Refused("")),
    ("pension_fund", "fault = 'rubbish'", Refused("")),
    (
        "pension_fund",
        "fault = 'duplicate'",
        Refused("speaks twice of one person"),
    ),
    (
        "disability",
        "fault = 'duplicate'",
        Refused("speaks twice of one person"),
    ),
    (
        "tax",
        "fault = 'duplicate'",
        Refused("not the JSON that was agreed"),
    ),
    ("disability", "fault = 'reorder'", Believed),
    ("pension_fund", "fault = 'reorder'", Believed),
    ("cadastre", "fault = 'reorder'", Believed),
    ("disability", "fault = 'forged'", Refused(WRONG)),
    ("civil_registry", "fault = 'forged'", Refused(WRONG)),
    ("disability", "fault = 'wrong-key'", Refused(WRONG)),
    ("civil_registry", "fault = 'wrong-key'", Refused(WRONG)),
    (
        "civil_registry",
        "fault = 'replay'",
        Refused("answers another request"),
    ),
    (
        "disability",
        "fault = 'replay'",
        Refused("answers another request"),
    ),
    (
        "tax",
        "fault = 'replay'",
        Refused("answers another request"),
    ),
    (
        "employment",
        "fault = 'replay'",
        Refused("answers another request"),
    ),
    (
        "bank",
        "fault = 'replay'",
        Refused("answers another request"),
    ),
    (
        "tax",
        "fault = 'stale'",
        Refused("speaks for 2024-12-01, 30 days or more before 2026-01-05"),
    ),
    ("bank", "fault = 'stale'", Refused("speaks for 2024-12-01")),
    ("tax", "fault = 'stale'\ndays = 29", Believed),
    (
        "tax",
        "fault = 'stale'\ndays = 30",
        Refused("speaks for 2025-12-06"),
    ),
    ("civil_registry", "fault = 'stale'", Refused(NOT_NOW)),
    (
        "tax",
        "fault = 'late'\ndays = 3",
        Silent("will answer by 2026-01-08T04:00:00Z"),
    ),
    (
        "disability",
        "fault = 'late'\ndays = 60",
        Silent("will answer by 2026-03-06T04:00:00Z"),
    ),
    (
        "disability",
        "fault = 'late'\ndays = 61",
        Refused("promises an answer at 2026-03-07"),
    ),
    ("tax", "fault = 'contradictory'", Believed),
    ("disability", "fault = 'contradictory'", Believed),
];

fn script(applicants: &[Pinfl]) -> String {
    let row = |((agency, rest, _), who): (&(&str, &str, Reaction), &Pinfl)| {
        format!("[[fault]]\nagency = '{agency}'\npersons = ['{who}']\n{rest}\n")
    };
    // The first applicant meets no fault: a true answer of each agency is there to be played again.
    FAULTS.iter().zip(&applicants[1..]).map(row).collect()
}

#[tokio::test]
async fn each_fault_is_borne_as_it_should_be() {
    each_db(SCHEMAS, async |platform| {
        let played = play(&platform, script).await;
        let true_word = played.gather(played.applicants[0], "2026-01-05").await;
        assert_eq!(true_word.silent, []);
        for ((agency, rest, reaction), who) in FAULTS.iter().zip(&played.applicants[1..]) {
            let row = format!("{agency}: {rest}");
            let before = count(&platform, "SELECT COUNT(*) FROM evidence_refused").await;
            let gathered = played.gather(*who, "2026-01-05").await;
            let after = count(&platform, "SELECT COUNT(*) FROM evidence_refused").await;
            let of_agency = |silent: &gather::Silent| silent.agency.name() == *agency;
            assert!(gathered.silent.iter().all(of_agency), "{row}: {gathered:?}");
            let told: Vec<String> = gathered
                .silent
                .iter()
                .map(|s| s.reason.to_string())
                .collect();
            let facts = played.facts(&platform, *who).await;
            let spoke = facts.iter().any(|fact| fact.source.name() == *agency);
            match reaction {
                Believed => {
                    assert_eq!(
                        (told.len(), after - before, spoke),
                        (0, 0, true),
                        "{row}: {told:?}"
                    );
                }
                Silent(expected) => {
                    assert!(
                        !told.is_empty() && told.iter().all(|told| told == expected),
                        "{row}: {told:?}"
                    );
                    assert_eq!((after - before, spoke), (0, false), "{row}");
                }
                Refused(expected) => {
                    let refused = |told: &String| {
                        told.starts_with("its answer was refused: ") && told.contains(expected)
                    };
                    assert!(
                        !told.is_empty() && told.iter().all(refused),
                        "{row}: {told:?}"
                    );
                    assert!(after > before && !spoke, "{row}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_late_by_days_is_heard_on_its_day() {
    each_db(SCHEMAS, async |platform| {
        let late = "[[fault]]\nagency = 'tax'\nfault = 'late'\ndays = 12";
        let played = play(&platform, |_| late.to_owned()).await;
        let who = played.applicants[0];
        let first = played.gather(who, "2026-01-05").await.silent;
        let ready_at = Instant::parse_rfc3339("2026-01-17T09:00:00+05:00").unwrap();
        assert!(!first.is_empty());
        assert!(first.iter().all(|silent| silent.retry_at == Some(ready_at)));
        played.step(&platform, ready_at.plus_seconds(-1));
        assert!(!played.gather(who, "2026-01-05").await.silent.is_empty());
        played.step(&platform, ready_at);
        assert_eq!(played.gather(who, "2026-01-05").await.silent, []);
    })
    .await;
}

/// Yesterday the wages stood there, today nothing does: today's word holds, and both are kept.
#[tokio::test]
async fn an_agency_that_contradicts_itself_is_heard_twice_and_both_words_are_kept() {
    each_db(SCHEMAS, async |platform| {
        let says = "[[fault]]\nagency = 'employment'\nfault = 'contradictory'\n\
            from = '2026-02-20T00:00:00+05:00'\nsays = { status = 'job_seeker' }";
        let played = play(&platform, |_| says.to_owned()).await;
        let who = played.applicants[0];
        let status = async || {
            let facts = played.facts(&platform, who).await;
            let mut of_kind = facts.iter().filter(|fact| fact.kind == code::EMPLOYMENT);
            let fact = of_kind.next().unwrap();
            (fact.as_of.to_string(), fact.body.rows[0][0].clone())
        };
        played.gather(who, "2026-01-05").await;
        let (first_day, first) = status().await;
        let later = Instant::parse_rfc3339("2026-02-20T09:00:00+05:00").unwrap();
        played.step(&platform, later);
        played.gather(who, "2026-02-20").await;
        let (second_day, second) = status().await;
        assert_eq!(
            (first_day.as_str(), second_day.as_str()),
            ("2026-01-05", "2026-02-20")
        );
        assert_eq!(second, kernel::facts::Cell::Int(1), "a job seeker");
        assert_ne!(first, second);
        let kept = count(&platform, "SELECT COUNT(*) FROM fact WHERE kind = 4").await;
        assert!(kept >= 2, "{kept}: nothing is overwritten");
    })
    .await;
}

/// The file that comes with the sandbox: its rows are met as its comments say.
#[tokio::test]
async fn the_example_of_a_hard_week_plays_as_it_says() {
    const HARD_WEEK: &str = include_str!("../../../../apps/sandbox/scenarios/hard-week.toml");
    each_db(SCHEMAS, async |platform| {
        let played = play(&platform, |_| HARD_WEEK.to_owned()).await;
        let silent = async |who: usize, at: &str| -> Vec<&str> {
            played.step(&platform, Instant::parse_rfc3339(at).unwrap());
            let gathered = played.gather(played.applicants[who], &at[..10]).await;
            let mut names: Vec<&str> = gathered.silent.iter().map(|s| s.agency.name()).collect();
            names.dedup();
            names
        };
        assert_eq!(silent(0, "2026-01-05T09:00:00+05:00").await, [""; 0]);
        assert_eq!(
            silent(1, "2026-01-06T09:00:00+05:00").await,
            ["tax"],
            "down on Tuesday"
        );
        assert_eq!(
            silent(1, "2026-01-07T09:00:00+05:00").await,
            [""; 0],
            "and back"
        );
        assert_eq!(
            silent(2, "2026-01-08T09:00:00+05:00").await,
            ["disability"],
            "forged on Thursday"
        );
        assert_eq!(
            silent(3, "2026-01-09T09:00:00+05:00").await,
            ["civil_registry"],
            "of long ago"
        );
        assert_eq!(silent(3, "2026-01-12T09:00:00+05:00").await, [""; 0]);
    })
    .await;
}

/// Kinds that older people's packs read: the public agencies tell them by law; the private ones are
/// not asked with a consent that was given for the bank.
#[tokio::test]
async fn schools_and_insurance_fund_tell_by_law_and_private_ones_are_not_asked() {
    each_db(SCHEMAS, async |platform| {
        let played = play(&platform, |_| String::new()).await;
        let need = |kind, who| Need { kind, who };
        let kinds = vec![
            need(code::STUDY, Who::All),
            need(code::PREGNANCY, Who::Adults),
            need(code::CORPORATE_PENSION, Who::Adults),
            need(code::MEDICAL_INSURANCE, Who::Adults),
        ];
        let ask = |applicant: &Pinfl| Ask {
            applicant: *applicant,
            kinds: kinds.clone(),
            ..ask_about(1)
        };
        let asks: Vec<Ask> = played.applicants.iter().map(ask).collect();
        let gathered = gather::ask(&played.exchange, &played.permit, asks)
            .await
            .unwrap();
        let private = [Source::NonStatePensionFund, Source::VoluntaryInsurer];
        for silent in gathered.iter().flat_map(|gathered| &gathered.silent) {
            assert!(private.contains(&silent.agency), "{silent:?}");
            assert_eq!(silent.reason, SilentReason::NoConsent);
        }
        let asked = "SELECT COUNT(*) FROM exchange_answer WHERE agency IN (15, 16)";
        assert_eq!(count(&platform, asked).await, 0);
        let of = async |kind: u16| {
            let mut tx = platform.db.read().await.unwrap();
            let sql = "SELECT COUNT(*) FROM fact WHERE kind = $1 AND LENGTH(body) > 1";
            store::fetch_value!(tx, i64, sql, i64::from(kind)).unwrap()
        };
        assert!(of(code::STUDY).await > 10, "children go to school");
        let known = count(&platform, "SELECT COUNT(*) FROM fact WHERE kind = 75").await;
        assert!(known > 30, "also that nobody is expected: {known}");
    })
    .await;
}

/// One word of one source ends nothing: the case is told that the person is in no unit, nothing is
/// refused, and the registry's next word puts it right.
#[tokio::test]
async fn dead_yesterday_and_alive_today_is_put_right_by_the_next_answer() {
    each_db(SCHEMAS, async |platform| {
        let script = "[[fault]]\nagency = 'civil_registry'\nfault = 'contradictory'\n\
            until = '2026-01-06T00:00:00+05:00'\nsays = { died = '2026-01-04' }";
        let played = play(&platform, |_| script.to_owned()).await;
        let who = played.applicants[0];
        let dead = played.gather(who, "2026-01-05").await;
        assert_eq!(dead.unit, None);
        let reasons: Vec<_> = dead.silent.iter().map(|silent| &silent.reason).collect();
        assert!(!reasons.is_empty() && reasons.iter().all(|one| **one == SilentReason::NoUnit));
        // The registry is asked again when its answer no longer holds.
        played.step(
            &platform,
            Instant::parse_rfc3339("2026-02-10T09:00:00+05:00").unwrap(),
        );
        let alive = played.gather(who, "2026-02-10").await;
        assert!(alive.unit.is_some() && alive.silent.is_empty(), "{alive:?}");
        assert_eq!(alive.applicant, dead.applicant);
        let versions = "SELECT COUNT(*) FROM person WHERE died IS NOT NULL";
        assert_eq!(count(&platform, versions).await, 1, "what was said stays");
    })
    .await;
}

/// The shipped file through X-Road, and the one for a service that speaks DCI: of everybody the same
/// status, employer and day.
#[tokio::test]
async fn employment_tells_the_same_over_x_road_and_over_dci() {
    const DCI: &str = include_str!("../../../../../connectors/dci/employment.toml");
    fn over_dci(places: &Places<'_>) -> Vec<Connector> {
        let mut all = Connector::shipped(places).unwrap();
        all.retain(|one| one.agency != Source::Employment);
        all.push(Connector::parse("employment.toml", DCI, places).unwrap());
        all
    }
    type Connectors = fn(&Places<'_>) -> Vec<Connector>;
    let over_x_road: Connectors = |places| Connector::shipped(places).unwrap();
    each_db(SCHEMAS, async |platform| {
        let rows = async |door: Connectors, on: &str| {
            let played = play_as(&platform, |_| String::new(), (false, door)).await;
            let at = Instant::parse_rfc3339(&format!("{on}T09:00:00+05:00")).unwrap();
            played.step(&platform, at);
            let mut rows = Vec::new();
            for applicant in &played.applicants {
                assert_eq!(played.gather(*applicant, on).await.silent, []);
                let facts = played.facts(&platform, *applicant).await;
                let fact = facts.iter().find(|fact| fact.kind == code::EMPLOYMENT);
                let fact = fact.expect("a status");
                assert_eq!(fact.as_of, day(on));
                rows.extend(fact.body.rows.clone());
            }
            rows
        };
        let x_road = rows(over_x_road, "2026-01-05").await;
        // When those answers do not hold any more.
        let dci = rows(over_dci, "2026-02-20").await;
        let (employed, seeking) = (kernel::Cell::Int(0), kernel::Cell::Int(1));
        assert!(x_road.iter().any(|row| row[0] == employed));
        assert!(x_road.iter().any(|row| row[0] == seeking));
        assert_eq!(x_road.len(), dci.len());
        for (x_road, dci) in x_road.iter().zip(&dci) {
            assert_eq!(x_road[..2], dci[..2], "status and employer");
            // Since when somebody looks for work, and who serves, the standard's record does not say.
            if x_road[0] == employed {
                assert_eq!(x_road[2], dci[2]);
            }
            assert_eq!(dci[3], kernel::Cell::Missing);
        }
    })
    .await;
}
