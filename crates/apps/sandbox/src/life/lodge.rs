//! Applications, lodged by the worker of the applicant's mahalla.

use futures::StreamExt;
use kernel::Instant;
use serde_json::{Value, json};

use super::daftar::{CallError, Daftar};
use super::{Done, PARALLEL_MAX};
use crate::cases::Case;
use crate::population::family::FamilyNo;
use crate::seed;
use crate::wire_time::day_of;
use crate::world::World;

pub async fn applications(world: &World, daftar: &Daftar) -> Done {
    let due = world.cases().due(day_of(world.now()));
    let lodged = futures::stream::iter(due)
        .map(|family| lodge(world, daftar, family))
        .buffer_unordered(PARALLEL_MAX);
    lodged
        .fold(Done::default(), async |mut done, lodged| {
            done.add(lodged);
            done
        })
        .await
}

async fn lodge(world: &World, daftar: &Daftar, family: FamilyNo) -> bool {
    let population = &world.country.population;
    let applicant = population.applicant(family);
    let person = world.country.person(applicant);
    let mahalla = population.mahalla_of(population.dwelling_of(&person));
    let today = day_of(world.now());
    let id = seed::id(&[
        population.seed,
        41,
        u64::from(applicant),
        today.month().0 as u64,
    ]);
    let body = json!({ "id": id, "pinfl": person.pinfl, "consent": true, "bank_consent": true });
    match daftar
        .post(&format!("mahalla-{mahalla}"), "/api/applications", &body)
        .await
    {
        Ok(answer) => {
            let case = case(&answer, applicant, family, world.now());
            world.cases().lodged.insert(applicant, case);
            true
        }
        Err(error) => {
            tracing::warn!(family, %error, "an application was not accepted");
            if matches!(error, CallError::Line(_)) {
                world.cases().come_again(family, today);
            }
            false
        }
    }
}

fn case(answer: &Value, applicant: u32, family: FamilyNo, now: Instant) -> Case {
    let received = answer["received_at"]
        .as_str()
        .and_then(|text| Instant::parse_rfc3339(text).ok());
    Case {
        applicant,
        family,
        lodged_at: received.unwrap_or(now),
        number: answer["number"].as_str().unwrap_or_default().to_owned(),
        visited: None,
        concluded: None,
    }
}
