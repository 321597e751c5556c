//! All of the country on one port of 127.0.0.1.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use kernel::{Instant, Month};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::agency;
use crate::life::{self, Stepped};
use crate::money_routes;
use crate::month::{Regime, truth_of};
use crate::population::{DISTRICT, Mahalla};
use crate::refusal::{Refusal, broken, refuse};
use crate::register;
use crate::world::World;

/// A statement of 200,000 lines is about 30 MB; nothing larger than this is read.
const BODY_MAX: usize = 256 << 20;

pub fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/agencies/{agency}/query", post(agency::query))
        .route("/gateway/oauth2/token", post(agency::gateway::token))
        .route(
            "/gateway/{ministry}/{service}/v1",
            post(agency::gateway::call),
        )
        .route("/xroad/r1/{*service}", post(agency::xroad::call))
        .route(
            "/dci/oauth2/client/token",
            post(agency::gateway::registry_token),
        )
        .route(
            "/dci/{agency}/registry/sync/search",
            post(agency::dci::search),
        )
        .route(
            "/dci/{agency}/registry/search",
            post(agency::correspondence::search),
        )
        .route(
            "/dci/{agency}/registry/subscribe",
            post(agency::correspondence::subscribe),
        )
        .route(
            "/dci/{agency}/registry/unsubscribe",
            post(agency::correspondence::unsubscribe),
        )
        .route(
            "/dci/{agency}/registry/sync/txn/status",
            post(agency::correspondence::status),
        )
        .route("/treasury/orders", post(money_routes::post_order))
        .route("/treasury/orders/{id}", get(money_routes::get_order))
        .route("/banks", get(money_routes::list_banks))
        .route(
            "/banks/{mfo}/statements",
            post(money_routes::post_statement),
        )
        .route(
            "/banks/{mfo}/statements/{id}/answers",
            get(money_routes::get_answers),
        )
        .route("/banks/{mfo}/book", get(money_routes::get_book))
        .route("/clock", post(post_clock))
        .route("/truth/{month}", post(post_truth))
        .route("/register/persons.csv", get(get_persons))
        .route("/register/incomes.csv", get(get_incomes))
        .route("/regional-aid/aid.csv", get(get_aid))
        .route("/register/mahallas", get(get_mahallas))
        .route("/register/district", get(get_district))
        .route("/health", get(async || "ok"))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(world)
}

#[derive(Debug, Deserialize)]
struct ClockForm {
    now: String,
}

/// A step runs to its end even when the caller has given up waiting.
async fn post_clock(
    State(world): State<Arc<World>>,
    Json(form): Json<ClockForm>,
) -> Result<Json<Stepped>, Refusal> {
    let wrong = |text: String| refuse(StatusCode::UNPROCESSABLE_ENTITY, text);
    let now = Instant::parse_rfc3339(&form.now).map_err(|error| wrong(error.to_string()))?;
    if now < world.now() {
        return Err(wrong("the clock goes forward only".into()));
    }
    let step = tokio::spawn(async move { life::step(&world, now).await });
    Ok(Json(step.await.map_err(broken)?.map_err(broken)?))
}

#[derive(Debug, Deserialize)]
struct TruthForm {
    regime: String,
    #[serde(default)]
    budgets: Vec<BudgetForm>,
}

#[derive(Debug, Deserialize)]
struct BudgetForm {
    programme: String,
    limit_minor: i64,
}

/// The budgets named for a month are kept: a later month stands on what the
/// earlier ones awarded.
async fn post_truth(
    State(world): State<Arc<World>>,
    Path(month): Path<String>,
    Json(form): Json<TruthForm>,
) -> Result<Json<Value>, Refusal> {
    let (Ok(month), Some(regime)) = (Month::parse(&month), Regime::named(&form.regime)) else {
        let text = format!(
            "ask for YYYY-MM and UZ-654b or UZ-SR26, not {month}, {}",
            form.regime
        );
        return Err(refuse(StatusCode::UNPROCESSABLE_ENTITY, text));
    };
    let limits = form
        .budgets
        .into_iter()
        .map(|budget| (budget.programme, budget.limit_minor));
    world.cases().budgets.insert(month, limits.collect());
    let work = tokio::task::spawn_blocking(move || truth_of(&world, month, regime));
    Ok(Json(json!({ "cases": work.await.map_err(broken)? })))
}

/// Streamed: a country of any size in bounded memory.
async fn get_persons(State(world): State<Arc<World>>) -> Response {
    let pieces = register::pieces(&world.country.population);
    let rows = pieces.map(move |families| register::persons(&world.country.population, families));
    csv(std::iter::once(register::PERSONS_HEADER.to_owned()).chain(rows))
}

/// Empty: incomes come by asking the agencies.
async fn get_incomes() -> Response {
    csv(std::iter::once(register::INCOMES_HEADER.to_owned()))
}

/// What the region's own system of targeted assistance pays, as it exports it this month.
async fn get_aid(State(world): State<Arc<World>>) -> Response {
    let span = register::Span::before(world.now().day(kernel::Zone::tashkent()).month());
    let pieces = register::pieces(&world.country.population);
    let rows = pieces.map(move |families| register::aid(&world.country.population, families, span));
    csv(std::iter::once(register::AID_HEADER.to_owned()).chain(rows))
}

fn csv(pieces: impl Iterator<Item = String> + Send + 'static) -> Response {
    let pieces = futures::stream::iter(pieces.map(Ok::<String, std::convert::Infallible>));
    (
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8")],
        Body::from_stream(pieces),
    )
        .into_response()
}

async fn get_mahallas(State(world): State<Arc<World>>) -> Json<Vec<Mahalla>> {
    Json(world.country.population.mahallas())
}

async fn get_district(State(world): State<Arc<World>>) -> Response {
    let name = kernel::territory::find(DISTRICT)
        .map(|district| district.uz_cyrl)
        .unwrap_or_default();
    let population = &world.country.population;
    Json(json!({
        "district": DISTRICT.to_string(),
        "name": name,
        "families": population.families.len(),
        "persons": population.people.len(),
        "seed": population.seed,
    }))
    .into_response()
}
