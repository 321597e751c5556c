//! Who looked at my data: each look, by whom, when and why.

use access::{Action, Purpose, Scope};
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeSet;

use crate::guest::Seat;
use crate::house::House;
use crate::i18n::T;
use crate::pages::show;
use crate::stop::Stop;
use askama::Template;
use kernel::Instant;

use crate::shell::Shell;

#[derive(Debug)]
pub struct Look {
    pub at: Instant,
    pub who: String,
    pub why: String,
    pub what: String,
}

#[derive(Debug, Template)]
#[template(path = "access/look.html")]
pub struct LookPage {
    pub shell: Shell,
    pub looks: Vec<Look>,
}

pub async fn mine(State(house): State<House>, seat: Seat) -> Result<Response, Stop> {
    let scope = Scope::own(&seat.subject);
    let permit = seat
        .permit(
            &house,
            Action::ReadAccessLog,
            Purpose::OwnInformation,
            scope,
        )
        .await?;
    let person = permit.person().ok_or(Stop::NotFound)?;
    let payments = seat
        .permit(
            &house,
            Action::ReadOwnPayments,
            Purpose::OwnInformation,
            scope,
        )
        .await?;
    let mut tx = house.read().await?;
    let cases = casework::case::of_applicant(&mut tx, person).await?;
    let cases: Vec<_> = cases.iter().map(|case| case.id).collect();
    let paid = payments::trace::of_person(&mut tx, &payments, person).await?;
    let runs: BTreeSet<_> = paid.iter().map(|payment| payment.run).collect();
    let runs: Vec<_> = runs.into_iter().collect();
    let looks = access::log::of_person(&mut tx, &permit, person, &cases, &runs).await?;
    // Own visits are no news.
    let of_others = looks
        .iter()
        .filter(|look| look.purpose != Purpose::OwnInformation);
    let looks = of_others.map(|look| line_of(seat.t(), look)).collect();
    Ok(show(&LookPage {
        shell: seat.shell(),
        looks,
    }))
}

fn line_of(t: T, look: &access::log::Look) -> Look {
    let role = t.three(&look.role.label());
    let who = if look.office.is_empty() {
        role
    } else {
        format!("{role}, {}", look.office)
    };
    let what = look.population.map_or_else(
        || t.look_one().to_owned(),
        |count| t.look_batch(t.count(count as i64)),
    );
    Look {
        at: look.at,
        who,
        why: t.three(&look.purpose.label()),
        what,
    }
}
