//! The questionnaire at home, filled in by the social worker, and the conclusion
//! of the Mahalla Seven. Both lists come from Daftar, page by page.

use std::collections::HashSet;

use futures::StreamExt;
use kernel::Pinfl;
use serde_json::{Value, json};

use super::daftar::Daftar;
use super::{Done, PARALLEL_MAX};
use crate::population::DISTRICT;
use crate::population::person::PersonNo;
use crate::seed;
use crate::wire_time::day_of;
use crate::world::World;

const PAGE: usize = 500;
/// No list of a district is longer than this many pages.
const PAGES_MAX: usize = 400;

pub async fn visits(world: &World, daftar: &Daftar) -> Done {
    work_through(world, daftar, &format!("social-{DISTRICT}"), Kind::Visit).await
}

pub async fn conclusions(world: &World, daftar: &Daftar) -> Done {
    work_through(
        world,
        daftar,
        &format!("seven-{DISTRICT}"),
        Kind::Conclusion,
    )
    .await
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Visit,
    Conclusion,
}

impl Kind {
    fn path(self) -> &'static str {
        match self {
            Kind::Visit => "/api/visits",
            Kind::Conclusion => "/api/conclusions",
        }
    }
}

async fn work_through(world: &World, daftar: &Daftar, login: &str, kind: Kind) -> Done {
    let mut done = Done::default();
    let tasks = match list(daftar, login, kind).await {
        Ok(tasks) => tasks,
        Err(error) => {
            tracing::warn!(%error, ?kind, "the list of homes could not be read");
            done.add(false);
            return done;
        }
    };
    let tasks = tasks
        .into_iter()
        .map(|task| async move { one(world, daftar, login, kind, &task).await });
    let mut results = futures::stream::iter(tasks).buffer_unordered(PARALLEL_MAX);
    while let Some(ok) = results.next().await {
        done.add(ok);
    }
    done
}

/// An open task: a case, its applicant, and of whom a visit asks what excuses from work.
struct Task {
    case: String,
    pinfl: Pinfl,
    asked: Vec<Pinfl>,
}

async fn list(
    daftar: &Daftar,
    login: &str,
    kind: Kind,
) -> Result<Vec<Task>, super::daftar::CallError> {
    let (mut tasks, mut seen) = (vec![], HashSet::new());
    let mut after = String::new();
    for _ in 0..PAGES_MAX {
        let from = match after.as_str() {
            "" => String::new(),
            last => format!("&after={last}"),
        };
        let answer = daftar
            .get(login, &format!("{}?limit={PAGE}{from}", kind.path()))
            .await?;
        let page = rows(&answer);
        let fresh: Vec<_> = page
            .iter()
            .filter_map(task)
            .filter(|task| seen.insert(task.case.clone()))
            .collect();
        let Some(last) = fresh.last() else { break };
        after.clone_from(&last.case);
        tasks.extend(fresh);
        if page.len() < PAGE {
            break;
        }
    }
    Ok(tasks)
}

/// The one list of the answer, whatever it is called.
fn rows(answer: &Value) -> &[Value] {
    let lists = answer
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.values());
    lists
        .filter_map(Value::as_array)
        .next()
        .map_or(&[], Vec::as_slice)
}

fn task(row: &Value) -> Option<Task> {
    let pinfl = |value: &Value| Pinfl::parse(value.as_str()?).ok();
    let asked = row["asked"].as_array();
    Some(Task {
        case: row["case"].as_str()?.to_owned(),
        pinfl: pinfl(&row["pinfl"])?,
        asked: asked.into_iter().flatten().filter_map(pinfl).collect(),
    })
}

async fn one(world: &World, daftar: &Daftar, login: &str, kind: Kind, task: &Task) -> bool {
    let case = task.case.as_str();
    let Some(applicant) = world.country.find(task.pinfl) else {
        tracing::warn!(case, "nobody has the applicant's number");
        return false;
    };
    let body = body(world, kind, task, applicant);
    let sent = daftar
        .post(login, &format!("{}/{case}", kind.path()), &body)
        .await;
    match sent {
        Ok(_) => note(world, kind, applicant),
        Err(error) => tracing::warn!(case, %error, ?kind, "not accepted"),
    }
    world.cases().lodged.contains_key(&applicant)
}

fn body(world: &World, kind: Kind, task: &Task, applicant: PersonNo) -> Value {
    let population = &world.country.population;
    let family = population.family(world.country.person(applicant).family);
    let id = seed::id(&[population.seed, 42 + kind as u64, seed::of_text(&task.case)]);
    let today = day_of(world.now());
    match kind {
        Kind::Visit => {
            let found = family.questionnaire(population.seed);
            let asked = if found.at_home { &task.asked[..] } else { &[] };
            json!({
                "id": id,
                "at_home": found.at_home,
                "confirmed": found.at_home,
                "informal_income_minor": found.informal_minor,
                "work": asked.iter().map(|one| work(world, *one)).collect::<Vec<_>>(),
                "visited_on": today,
            })
        }
        Kind::Conclusion => {
            let found = family.conclusion(population.seed);
            json!({
                "id": id,
                "informal_income_minor": found.informal_minor,
                "difficult_situation": found.difficult_situation,
                "concluded_on": today,
            })
        }
    }
}

/// What an adult says of work: a reason that excuses from it, or that there is none.
fn work(world: &World, adult: Pinfl) -> Value {
    let person = world.country.find(adult).map(|no| world.country.person(no));
    let exemption = person.and_then(|person| person.exemption());
    let said = exemption.map(|told| {
        let until = told.until.map(|day| day.to_string());
        json!({ "reason": told.reason, "since": told.since.to_string(), "until": until })
    });
    json!({ "pinfl": adult.to_string(), "exemption": said })
}

/// The truth counts only what Daftar has accepted.
fn note(world: &World, kind: Kind, applicant: PersonNo) {
    let now = world.now();
    let population = &world.country.population;
    let family = *population.family(world.country.person(applicant).family);
    let cases = &mut *world.cases();
    let Some(case) = cases.lodged.get_mut(&applicant) else {
        return;
    };
    match kind {
        Kind::Visit => case.visited = Some((now, family.questionnaire(population.seed))),
        Kind::Conclusion => case.concluded = Some((now, family.conclusion(population.seed))),
    }
}
