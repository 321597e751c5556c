//! The interface for programs: JSON under `/api`, and under `/gs` in the shapes of GovStack; bearer tokens, one shape of
//! errors: `{"error":{"code","message","field"}}`.

pub(crate) mod account_change;
pub(crate) mod account_task;
pub(crate) mod application;
mod civil_event;
pub(crate) mod conclusion;
mod consent;
mod contradiction;
pub(crate) mod dci;
mod delay;
mod demo;
mod demo_partner;
mod govstack;
mod look;
pub(crate) mod renewal;
mod session;
mod usage;
pub(crate) mod visit;

use access::Action;
use axum::Json;
use axum::extract::{FromRequest, Request};
use axum::handler::Handler;
use axum::http::StatusCode;
use kernel::{Day, Money, Pinfl};
use serde::de::DeserializeOwned;

use crate::house::House;
use crate::openapi;
use crate::pages::OWN_LOOKS;
use crate::route::{Need, Route};
use crate::stop::Stop;

const AT_THE_DOOR: Need = Need::Nothing("signing in comes before permissions");

const DESCRIPTION: Need = Need::Nothing("the description of the interface is public");

const SANDBOX: Need = Need::Nothing("an integrator enters the own system, in a demonstration only");

const SIGNED: Need = Need::Nothing("a registry that we asked is known by its signature");

const PUBLIC_KEYS: Need = Need::Nothing("the keys are public");

pub fn routes() -> Vec<Route> {
    let mut routes = our_own();
    routes.extend(of_partners());
    routes.extend(of_mappers());
    routes.extend(of_payers());
    routes.extend(of_consent());
    routes
}

fn our_own() -> Vec<Route> {
    vec![
        Route::get("/api/openapi.json", DESCRIPTION, openapi::show),
        Route::post("/api/sign-in", AT_THE_DOOR, session::sign_in),
        Route::post(
            "/api/applications",
            Need::All(&[Action::LodgeApplication]),
            application::lodge,
        ),
        Route::get(
            "/api/cases/{case}/contradictions",
            Need::All(&[Action::ReadCase]),
            contradiction::list,
        ),
        Route::get(
            "/api/visits",
            Need::All(&[Action::ReadWaitingCases, Action::RecordVisit]),
            visit::list,
        ),
        Route::post(
            "/api/visits/{case}",
            Need::All(&[Action::RecordVisit]),
            visit::record,
        ),
        Route::get(
            "/api/conclusions",
            Need::All(&[Action::ReadWaitingCases, Action::RecordConclusion]),
            conclusion::list,
        ),
        Route::post(
            "/api/conclusions/{case}",
            Need::All(&[Action::RecordConclusion]),
            conclusion::record,
        ),
        Route::post(
            "/api/civil-events",
            Need::All(&[Action::SendCivilEvent]),
            civil_event::hear,
        ),
        Route::get(
            "/api/account-tasks",
            Need::All(&[Action::MendAccount]),
            account_task::list,
        ),
        Route::post(
            "/api/account-tasks/{task}",
            Need::All(&[Action::MendAccount]),
            account_task::mend,
        ),
        Route::get(
            "/api/account-changes",
            Need::All(&[Action::MendAccount]),
            account_change::list,
        ),
        Route::post(
            "/api/account-changes/{change}/confirm",
            Need::All(&[Action::MendAccount]),
            account_change::confirm,
        ),
        Route::post(
            "/api/account-changes/{change}/decline",
            Need::All(&[Action::MendAccount]),
            account_change::decline,
        ),
        Route::post(
            "/api/my/account-changes/{change}/stop",
            Need::All(&[Action::StopAccountChange]),
            account_change::stop,
        ),
        Route::post(
            "/api/renewals/{case}/confirm",
            Need::All(&[Action::ConfirmRenewal]),
            renewal::confirm,
        ),
        Route::get("/api/looks", OWN_LOOKS, look::list),
        Route::get("/api/looks/{entry}/proof", OWN_LOOKS, look::proof),
        Route::post(
            "/api/log/delays",
            Need::All(&[Action::DelayDisclosure]),
            delay::set,
        ),
        Route::get(
            "/gs/digital-registries/data/myPersonalDataUsage",
            OWN_LOOKS,
            usage::mine,
        ),
        Route::post("/demo/partners", SANDBOX, demo_partner::enter),
        Route::post(
            "/demo/partners/keys",
            Need::All(&[Action::SearchRegister]),
            demo_partner::change_keys,
        ),
        Route::post("/demo/clock", Need::All(&[Action::StepClock]), demo::clock),
        Route::post(
            "/demo/settle",
            Need::All(&[Action::StepClock]),
            demo::settle,
        ),
    ]
}

/// Consent, in the shapes of GovStack.
fn of_consent() -> Vec<Route> {
    const AGREEMENTS: Need =
        Need::Nothing("on what questions rest is public, and nothing personal");
    const OWN: Need = Need::All(&[Action::GiveConsent]);
    vec![
        Route::get(
            "/gs/consent/config/data-agreements/",
            AGREEMENTS,
            consent::list,
        ),
        Route::get(
            "/gs/consent/config/data-agreement/{agreement}/",
            AGREEMENTS,
            consent::one,
        ),
        Route::get(
            "/gs/consent/service/data-agreement/{agreement}/",
            AGREEMENTS,
            consent::one,
        ),
        Route::get(
            "/gs/consent/service/policy/{policy}/",
            AGREEMENTS,
            consent::one_policy,
        ),
        Route::get(
            "/gs/consent/service/individual/record/consent-record/",
            OWN,
            consent::records,
        ),
        Route::get(
            "/gs/consent/service/individual/record/consent-record/history/",
            OWN,
            consent::history,
        ),
        Route::post(
            "/gs/consent/service/individual/record/data-agreement/{agreement}/",
            OWN,
            consent::give,
        ),
        Route::put(
            "/gs/consent/service/individual/record/consent-record/{record}/",
            OWN,
            consent::change,
        ),
    ]
}

/// What systems of other agencies call, in the protocol of `exchange::dci`.
fn of_partners() -> Vec<Route> {
    vec![
        Route::post("/oauth2/client/token", AT_THE_DOOR, dci::token),
        Route::get("/.well-known/jwks.json", PUBLIC_KEYS, dci::jwks),
        partners("/dci/social/registry/sync/search", dci::sync_search),
        partners("/dci/social/registry/sync/enrolled", dci::sync_enrolled),
        partners("/dci/social/registry/sync/txn/status", dci::sync_txn_status),
        partners("/dci/social/registry/search", dci::search),
        partners("/dci/social/registry/txn/status", dci::txn_status),
        partners("/dci/social/registry/subscribe", dci::subscribe),
        partners("/dci/social/registry/unsubscribe", dci::unsubscribe),
        Route::post(
            "/dci/social/registry/notify",
            Need::All(&[Action::SendCivilEvent]),
            dci::notify,
        ),
        Route::post("/dci/cb/registry/on-search", SIGNED, dci::on_search),
        Route::post("/dci/cb/registry/on-subscribe", SIGNED, dci::on_subscribe),
        Route::post(
            "/dci/cb/registry/on-unsubscribe",
            SIGNED,
            dci::on_unsubscribe,
        ),
        Route::post("/dci/cb/registry/notify", SIGNED, dci::notified),
    ]
}

/// To which accounts people are paid: G2P Connect.
fn of_mappers() -> Vec<Route> {
    vec![
        mapper("/mapper/sync/link", dci::sync_link),
        mapper("/mapper/sync/update", dci::sync_update),
        mapper("/mapper/sync/unlink", dci::sync_unlink),
        mapper("/mapper/sync/resolve", dci::sync_resolve),
        mapper("/mapper/sync/txn/status", dci::sync_txn_status),
        mapper("/mapper/link", dci::link),
        mapper("/mapper/update", dci::update),
        mapper("/mapper/unlink", dci::unlink),
        mapper("/mapper/resolve", dci::resolve),
        mapper("/mapper/txn/status", dci::txn_status),
    ]
}

/// Payments that partners hand over: GovStack, version 1 of its paths.
fn of_payers() -> Vec<Route> {
    const PAYER: Need = Need::All(&[Action::HandOverPayments]);
    /// Whoever registers a beneficiary says where to pay.
    const LINKER: Need = Need::All(&[Action::HandOverPayments, Action::LinkAccount]);
    const VOUCHER: &str = "/gs/payments/vouchers/voucherstatuscheck/{voucherserialnumber}";
    vec![
        Route::post(
            "/gs/payments/register-beneficiary",
            LINKER,
            govstack::register,
        ),
        Route::post(
            "/gs/payments/update-beneficiary-details",
            LINKER,
            govstack::update,
        ),
        Route::post(
            "/gs/payments/prepayment-validation",
            PAYER,
            govstack::validate,
        ),
        Route::post(
            "/gs/payments/prepayment-validation-response",
            PAYER,
            govstack::validated,
        ),
        Route::post("/gs/payments/bulk-payment", PAYER, govstack::bulk),
        Route::get("/gs/payments/batch/detail", PAYER, govstack::detail),
        Route::post(
            "/gs/payments/vouchers/voucher_preactivation",
            PAYER,
            govstack::preactivate,
        ),
        Route::patch(
            "/gs/payments/vouchers/voucher_activation",
            PAYER,
            govstack::activate,
        ),
        Route::post(
            "/gs/payments/vouchers/voucher_redemption",
            PAYER,
            govstack::redeem,
        ),
        Route::get(VOUCHER, PAYER, govstack::status),
        Route::patch(VOUCHER, PAYER, govstack::cancel),
    ]
}

fn mapper<H, X>(path: &'static str, handler: H) -> Route
where
    H: Handler<X, House>,
    X: 'static,
{
    Route::post(path, Need::All(&[Action::LinkAccount]), handler)
}

/// What systems of other agencies ask of the register.
fn partners<H, X>(path: &'static str, handler: H) -> Route
where
    H: Handler<X, House>,
    X: 'static,
{
    Route::post(path, Need::All(&[Action::SearchRegister]), handler)
}

/// A JSON body; what is wrong with it is told in the one shape.
#[derive(Debug)]
pub struct Sent<B>(pub B);

impl<S: Send + Sync, B: DeserializeOwned> FromRequest<S> for Sent<B> {
    type Rejection = Stop;

    async fn from_request(request: Request, state: &S) -> Result<Sent<B>, Stop> {
        match Json::<B>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Sent(body)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(Stop::TooLarge)
            }
            Err(rejection) => Err(Stop::Bad {
                field: None,
                message: rejection.body_text(),
            }),
        }
    }
}

fn pinfl(field: &'static str, text: &str) -> Result<Pinfl, Stop> {
    Pinfl::parse(text).map_err(|wrong| Stop::bad(field, wrong.to_string()))
}

fn day(field: &'static str, text: &str) -> Result<Day, Stop> {
    Day::parse(text).map_err(|wrong| Stop::bad(field, wrong.to_string()))
}

/// A sum that is not negative.
fn sum(field: &'static str, minor: i64) -> Result<Money, Stop> {
    if minor < 0 {
        return Err(Stop::bad(
            field,
            format!("a sum is zero or more, {minor} was sent"),
        ));
    }
    Ok(Money(minor))
}

/// Rows of one answer: what was asked, at most this many.
pub(crate) const PAGE_MAX: u32 = 500;

#[derive(Debug, serde::Deserialize)]
pub(crate) struct Page {
    after: Option<kernel::CaseId>,
    #[serde(default = "page_max")]
    limit: u32,
}

fn page_max() -> u32 {
    PAGE_MAX
}
