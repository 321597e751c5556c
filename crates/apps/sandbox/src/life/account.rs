//! People whose benefit came back fetch a new card and bring its number to the district.

use futures::StreamExt;
use kernel::Pinfl;
use serde_json::{Value, json};

use super::daftar::Daftar;
use super::{Done, PARALLEL_MAX};
use crate::population::DISTRICT;
use crate::seed;
use crate::wire_time::day_of;
use crate::world::World;

pub async fn mend(world: &World, daftar: &Daftar) -> Done {
    let mut done = Done::default();
    let login = format!("officer-{DISTRICT}");
    let tasks = match daftar.get(&login, "/api/account-tasks").await {
        Ok(answer) => answer["tasks"].as_array().cloned().unwrap_or_default(),
        Err(error) => {
            tracing::warn!(%error, "the list of returned payments could not be read");
            done.add(false);
            return done;
        }
    };
    let living: Vec<(String, u32)> = tasks.iter().filter_map(|task| owner(world, task)).collect();
    let mended = living
        .into_iter()
        .map(|(task, owner)| one(world, daftar, &login, task, owner));
    let mut results = futures::stream::iter(mended).buffer_unordered(PARALLEL_MAX);
    while let Some(ok) = results.next().await {
        done.add(ok);
    }
    done
}

/// Task and living owner; the dead fetch no card.
fn owner(world: &World, task: &Value) -> Option<(String, u32)> {
    let no = world
        .country
        .find(Pinfl::parse(task["pinfl"].as_str()?).ok()?)?;
    let alive = world.country.person(no).is_alive(day_of(world.now()));
    alive
        .then(|| task["task"].as_str().map(|task| (task.to_owned(), no)))
        .flatten()
}

async fn one(world: &World, daftar: &Daftar, login: &str, task: String, owner: u32) -> bool {
    let (mfo, account) = world.country.new_card(owner);
    let id = seed::id(&[world.country.population.seed, 45, seed::of_text(&task)]);
    let body = json!({ "id": id, "mfo": mfo, "account": account });
    let sent = daftar
        .post(login, &format!("/api/account-tasks/{task}"), &body)
        .await;
    if let Err(error) = &sent {
        tracing::warn!(task, %error, "the mended account was not accepted");
    }
    sent.is_ok()
}
