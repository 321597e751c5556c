//! How many families a second are gathered from eight agencies, and what one that is down does to it.
//!
//! `gathering DATABASE BASE KEYS CONNECTORS PERSONS_CSV FAMILIES`
//!
//! The agencies answer at BASE (`sandbox serve --delay-ms 20 --keys KEYS`), each as its file in the
//! folder CONNECTORS says. Three thirds of FAMILIES are gathered into an empty register: with every
//! agency at work; with the vehicle register down; and the second third again when it is back, which
//! asks for what is missing alone. Answers, evidence and facts are stored as by the worker. The last
//! line is JSON.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use access::{Action, Permit, Purpose, Subject};
use exchange::gather::{self, Ask, FAMILIES_A_SET_MAX, Gathered, Need, Who};
use exchange::{Connector, Exchange, Places, RestKeys};
use kernel::facts::code;
use kernel::kin::UnitBlock;
use kernel::{CaseId, Day, Month, Pinfl, Source};
use registry::unit;
use serde_json::json;
use store::{Clock, Db, Ids, Platform};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The agency that is down for a while: nobody listens there.
const DOWN: Source = Source::Vehicles;
const NOWHERE: &str = "http://127.0.0.1:9/down";
/// Families that are gathered before the clock starts.
const WARMING: usize = 100;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [database, base, keys, folder, persons, families] = &words[..] else {
        return Err("gathering DATABASE BASE KEYS CONNECTORS PERSONS_CSV FAMILIES".into());
    };
    let third = families.parse::<usize>()? / 3;
    let applicants = applicants(persons, WARMING + 3 * third)?;
    let places = Places {
        base,
        keys: Path::new(keys),
    };
    let connectors = Connector::in_folder(Path::new(folder), &places)?;
    let mut down = connectors.clone();
    for connector in &mut down {
        if connector.agency == DOWN {
            connector.address = NOWHERE.to_owned();
        }
    }
    let platform = platform(database).await?;
    let keys = RestKeys::new(store::secret());
    let without = Exchange::new(platform.clone(), down, keys.clone())?;
    let exchange = Exchange::new(platform.clone(), connectors, keys)?;
    let permit = permit(&platform).await?;
    let block = UnitBlock::nuclear_family();
    unit::ensure_block(&platform, &permit, &block, as_of()?).await?;

    let (warm, rest) = applicants.split_at(WARMING);
    let (up, rest) = rest.split_at(third);
    let (missed, _) = rest.split_at(third);
    gathered(&exchange, &permit, warm).await?;
    let (with_all_s, found) = timed(&exchange, &permit, up).await?;
    let silent = found.iter().map(|one| one.silent.len()).sum::<usize>();
    let answered: usize = found.iter().map(|one| one.answered.len()).sum();
    gathered(&without, &permit, warm).await?;
    let (one_down_s, found) = timed(&without, &permit, missed).await?;
    let waiting = found.iter().filter(|one| !one.silent.is_empty()).count();
    let of_others = found.iter().flat_map(|one| &one.silent);
    let of_others = of_others.filter(|silent| silent.agency != DOWN).count();
    let (caught_up_s, found) = timed(&exchange, &permit, missed).await?;
    let left = found.iter().filter(|one| !one.silent.is_empty()).count();
    platform.db.close().await;

    let a_second = |seconds: f64| (third as f64 / seconds).round();
    let result = json!({
        "families": third, "answers_a_family": answered as f64 / third as f64,
        "families_per_s": a_second(with_all_s), "silent": silent,
        "families_per_s_with_one_down": a_second(one_down_s),
        "latency_change_with_one_down": ((one_down_s / with_all_s - 1.0) * 1000.0).round() / 1000.0,
        "waiting_for_it": waiting, "silent_of_others": of_others,
        "caught_up_per_s": a_second(caught_up_s), "left_after_that": left,
    });
    writeln!(std::io::stdout(), "{result}")?;
    Ok(())
}

fn as_of() -> Outcome<Day> {
    Ok(Day::parse("2026-01-05")?)
}

/// The clock of the law stands where the sandbox's does; the machine's own measures.
async fn platform(database: &str) -> Outcome<Platform> {
    let clock = Clock::standing_at(kernel::Instant::parse_rfc3339("2026-01-05T09:00:00+05:00")?);
    let ids = Ids::new(clock.clone());
    let mut platform = Platform::with_ids(Db::open(database).await?, clock, ids);
    platform.wall = Clock::system();
    let schemas = [
        access::SCHEMA,
        registry::SCHEMA,
        payments::SCHEMA,
        exchange::SCHEMA,
    ];
    store::migrate(&platform.db, &schemas).await?;
    Ok(platform)
}

async fn permit(platform: &Platform) -> Outcome<Permit> {
    let (subject, why) = (Subject::system(), Purpose::Assessment);
    Ok(Permit::batch(platform, &subject, Action::GatherFacts, why, None, 1).await?)
}

/// The heads of families.
fn applicants(path: &str, count: usize) -> Outcome<Vec<Pinfl>> {
    let text = fs::read_to_string(path)?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let at = |name: &str| head.iter().position(|column| *column == name);
    let (pinfl, role) = (at("pinfl").ok_or("no pinfl")?, at("role").ok_or("no role")?);
    let is_head = |cells: &Vec<&str>| cells.get(role) == Some(&"head");
    let cells = lines
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(is_head);
    let heads: Vec<Pinfl> = cells
        .filter_map(|cells| Pinfl::parse(cells.get(pinfl)?).ok())
        .take(count)
        .collect();
    if heads.len() < count {
        return Err(format!("{path} has {} families, {count} are needed", heads.len()).into());
    }
    Ok(heads)
}

async fn timed(
    exchange: &Exchange,
    permit: &Permit,
    applicants: &[Pinfl],
) -> Outcome<(f64, Vec<Gathered>)> {
    let begun = Instant::now();
    let found = gathered(exchange, permit, applicants).await?;
    Ok((begun.elapsed().as_secs_f64(), found))
}

/// As the worker does it: a set of families at a time.
async fn gathered(
    exchange: &Exchange,
    permit: &Permit,
    applicants: &[Pinfl],
) -> Outcome<Vec<Gathered>> {
    let mut found = Vec::with_capacity(applicants.len());
    for set in applicants.chunks(FAMILIES_A_SET_MAX) {
        let asks = set
            .iter()
            .map(|applicant| ask(*applicant))
            .collect::<Outcome<_>>()?;
        found.extend(gather::ask(exchange, permit, asks).await?);
    }
    Ok(found)
}

/// All that the benefits of Uzbekistan need.
fn ask(applicant: Pinfl) -> Outcome<Ask> {
    let of_adults = [
        code::WAGE,
        code::SELF_EMPLOYMENT,
        code::PENSION,
        code::EMPLOYMENT,
        code::PROPERTY,
        code::VEHICLE,
        code::ACCOUNT,
    ];
    let mut kinds: Vec<Need> = Vec::new();
    kinds.extend(of_adults.map(|kind| Need {
        kind,
        who: Who::Adults,
    }));
    kinds.push(Need {
        kind: code::DISABILITY,
        who: Who::All,
    });
    Ok(Ask {
        case: CaseId::from_u128(u128::from(applicant.number())),
        applicant,
        block: "nuclear_family".to_owned(),
        window: (Month::parse("2025-10")?, Month::parse("2025-12")?),
        as_of: as_of()?,
        consent: Some("consent-1".to_owned()),
        kinds,
    })
}
