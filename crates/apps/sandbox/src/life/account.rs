//! People whose benefit came back fetch a new card and bring its number to the district, where the
//! officer enters it and a social worker confirms it.

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
    done.failed += confirm(daftar).await;
    done
}

/// A social worker calls the people whose new accounts the officer entered, and confirms them.
/// How many could not be.
async fn confirm(daftar: &Daftar) -> usize {
    let login = format!("social-{DISTRICT}");
    let asked = match daftar.get(&login, "/api/account-changes").await {
        Ok(answer) => answer["changes"].as_array().cloned().unwrap_or_default(),
        Err(error) => {
            tracing::warn!(%error, "the list of new accounts could not be read");
            return 1;
        }
    };
    let mut failed = 0;
    for change in asked.iter().filter_map(|change| change["change"].as_str()) {
        let path = format!("/api/account-changes/{change}/confirm");
        if let Err(error) = daftar.post(&login, &path, &json!({})).await {
            tracing::warn!(change, %error, "a new account could not be confirmed");
            failed += 1;
        }
    }
    failed
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
