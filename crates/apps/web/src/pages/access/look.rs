//! Who looked at my data: each look and each question to an agency, by whom, when, what for and
//! under which law; and the proof of each look, to keep.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::Instant;

use crate::guest::Seat;
use crate::house::House;
use crate::i18n::T;
use crate::pages::show;
use crate::query;
use crate::seen::{self, Behind};
use crate::shell::Shell;
use crate::stop::Stop;
use access::Errand;
use access::log::{self, Looks};
use exchange::asked::{Asked, Came};

#[derive(Debug)]
pub struct Look {
    pub at: Instant,
    pub who: String,
    pub why: String,
    pub law: String,
    pub what: String,
    /// For what a partner's system looked, in its own words.
    pub errand: Vec<String>,
    /// It was kept from the person for a time, on this ground.
    pub withheld: Option<String>,
    /// Where its proof is; none before the next checkpoint.
    pub proof: Option<String>,
}

/// A question to an agency about the person.
#[derive(Debug)]
pub struct Question {
    pub at: Instant,
    pub agency: String,
    pub law: String,
    pub came: &'static str,
}

#[derive(Debug, Template)]
#[template(path = "access/look.html")]
pub struct LookPage {
    pub shell: Shell,
    pub looks: Vec<Look>,
    pub questions: Vec<Question>,
    pub at_everybody: Vec<Look>,
    /// The addresses of the pages of earlier looks, when there are any.
    pub earlier: Option<String>,
    pub everybody_earlier: Option<String>,
}

pub async fn mine(
    State(house): State<House>,
    seat: Seat,
    Query(behind): Query<Behind>,
) -> Result<Response, Stop> {
    let seen = seen::of(&house, &seat, &behind).await?;
    let t = seat.t();
    let address = |of: &str, looks: &Looks| {
        let place = looks.earlier?.to_string();
        Some(format!("/my/looks?{of}={}", query::encode(&place)))
    };
    Ok(show(&LookPage {
        shell: seat.shell(),
        earlier: address("before", &seen.looks),
        everybody_earlier: address("everybody_before", &seen.at_everybody),
        looks: lines_of(t, &seen.looks),
        questions: seen
            .questions
            .iter()
            .map(|asked| question_of(t, asked))
            .collect(),
        at_everybody: lines_of(t, &seen.at_everybody),
    }))
}

/// A file to keep, or to hand to somebody who does not believe us.
pub async fn proof(
    State(house): State<House>,
    seat: Seat,
    Path(entry): Path<String>,
) -> Result<Response, Stop> {
    let file = seen::proof(&house, &seat, &entry).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"daftar-proof.json\"",
        ),
    ];
    Ok((headers, file).into_response())
}

/// The public lines of the log's keys: with them a proof is checked.
pub async fn public_key(State(house): State<House>) -> Result<Response, Stop> {
    let keys = house.daftar.key_place().load().map_err(Stop::fault)?;
    Ok(keys.public_lines().into_response())
}

/// The newest signed checkpoint, for whoever keeps them: it holds a number and a hash.
pub async fn checkpoint(State(house): State<House>) -> Result<Response, Stop> {
    let mut tx = house.read().await?;
    let note = log::newest(&mut tx).await?.ok_or(Stop::NotFound)?;
    Ok(note.into_response())
}

fn lines_of(t: T, looks: &Looks) -> Vec<Look> {
    looks.page.iter().map(|look| line_of(t, look)).collect()
}

fn line_of(t: T, look: &log::Look) -> Look {
    let role = t.three(&look.role.label());
    let who = if look.office.is_empty() {
        role
    } else {
        format!("{role}, {}", look.office)
    };
    let what = match (look.run, look.population) {
        (Some(_), Some(1)) => t.look_one().to_owned(),
        (_, Some(count)) if count > 0 => t.look_batch(t.count(count as i64)),
        (Some(_), _) => t.look_run().to_owned(),
        (None, Some(_)) => t.look_all().to_owned(),
        (None, None) => t.look_one().to_owned(),
    };
    let signed = look.signed.then(|| look.entry.to_string());
    Look {
        at: look.at,
        who,
        why: t.three(&look.purpose.label()),
        law: t.three(&look.purpose.law()),
        what,
        errand: errand_of(t, &look.errand),
        withheld: look.withheld.clone(),
        proof: signed.map(|entry| format!("/my/looks/{}/proof", query::encode(&entry))),
    }
}

/// What the office said of its request: its case first, which is what the person may ask there about.
fn errand_of(t: T, errand: &Errand) -> Vec<String> {
    let issue = errand
        .issue
        .as_ref()
        .map(|issue| t.look_errand_issue(issue));
    let user = errand.user.as_ref().map(|user| t.look_errand_user(user));
    let id = errand.id.as_ref().map(|id| t.look_errand_id(id));
    [issue, user, id].into_iter().flatten().collect()
}

fn question_of(t: T, asked: &Asked) -> Question {
    let law = if asked.consent.is_some() {
        format!("{} ({})", t.by_consent(), asked.legal_basis)
    } else {
        asked.legal_basis.clone()
    };
    Question {
        at: asked.at,
        agency: t.three(&asked.agency.label()),
        law,
        came: match asked.came {
            Came::Answer => t.came_answer(),
            Came::Nothing => t.came_nothing(),
            Came::Silence => t.came_silence(),
        },
    }
}
