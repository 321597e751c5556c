//! `POST /demo/partners`: an integrator enters the own system and its keys, in the sandbox, without an
//! officer; and puts other keys in their place with `POST /demo/partners/keys`. Without the demonstration
//! these addresses do not exist: there a partner is entered by who runs the installation.

use access::{Action, Area, Purpose, SecretHash, account};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use exchange::dci::partner::{self, NewPartner, PARTNERS_MAX, PartnerRefused};
use exchange::dci::signature::Policy;
use kernel::printable;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Sent;
use crate::guest::Seat;
use crate::house::House;
use crate::stop::Stop;

/// How we are named by who enters without an agreement.
const RECEIVER_ID: &str = "daftar";
const NO_KEYS: &str = r#"{"keys":[]}"#;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerJson {
    sender_id: String,
    /// `none` where it is left out: to try out without a signature.
    policy: Option<String>,
    jwks: Option<Value>,
    callback: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysJson {
    jwks: Value,
}

pub async fn enter(
    State(house): State<House>,
    Sent(body): Sent<PartnerJson>,
) -> Result<(StatusCode, Json<Value>), Stop> {
    if !body.sender_id.chars().all(printable::is_printable) {
        let written = printable::in_one_line(&body.sender_id);
        let why = format!("it holds characters that nobody sees: {written}. Leave them out");
        return Err(Stop::bad("sender_id", why));
    }
    let secret: String = hex::encode(store::secret::<32>());
    let new = new_partner(&body, &secret)?;
    let permit = house
        .daftar
        .permit(Action::ManageAccounts, Purpose::Upkeep, 0);
    let permit = permit.await?;
    let mut tx = house.read().await?;
    let entered = partner::list(&mut tx).await?;
    drop(tx);
    if entered.len() as i64 >= PARTNERS_MAX {
        let why = "this sandbox holds no more partners: start a new one";
        return Err(Stop::conflict_en("sandbox_full", why));
    }
    partner::add(house.platform(), &permit, &new)
        .await
        .map_err(refused)?;
    let answer = json!({
        "sender_id": new.sender_id, "receiver_id": new.receiver_id, "policy": new.policy.name(),
        "client_secret": secret, "token_path": "/oauth2/client/token",
        "search_path": "/dci/social/registry/sync/search",
    });
    Ok((StatusCode::CREATED, Json(answer)))
}

/// The keys of whose token it is: what the old ones signed is not believed from now on.
pub async fn change_keys(
    State(house): State<House>,
    seat: Seat,
    Sent(body): Sent<KeysJson>,
) -> Result<Json<Value>, Stop> {
    let mut tx = house.read().await?;
    let login = account::find_login(&mut tx, seat.subject.account).await?;
    drop(tx);
    let sender_id = login.ok_or(Stop::NotFound)?;
    let permit = house
        .daftar
        .permit(Action::ManageAccounts, Purpose::Upkeep, 0);
    let (permit, jwks) = (permit.await?, body.jwks.to_string());
    let changed = partner::change_keys(house.platform(), &permit, &sender_id, &jwks);
    changed.await.map_err(refused)?;
    Ok(Json(json!({ "sender_id": sender_id })))
}

fn new_partner(body: &PartnerJson, secret: &str) -> Result<NewPartner, Stop> {
    let policy = body.policy.as_deref().unwrap_or(Policy::None.name());
    let policy = Policy::from_name(policy).ok_or_else(|| {
        let names = Policy::ALL.map(Policy::name).join(", ");
        Stop::bad("policy", format!("write one of {names}"))
    })?;
    Ok(NewPartner {
        sender_id: body.sender_id.clone(),
        office: format!("Sandbox: {}", body.sender_id),
        territory: Area::Country,
        receiver_id: RECEIVER_ID.to_owned(),
        policy,
        jwks: body
            .jwks
            .as_ref()
            .map_or(NO_KEYS.to_owned(), Value::to_string),
        legal_basis: "Sandbox".to_owned(),
        callback: body.callback.clone(),
        civil_registry: false,
        account_mapper: false,
        encrypted: false,
        xroad_client: None,
        secret: SecretHash::of(secret).map_err(Stop::fault)?,
    })
}

fn refused(why: PartnerRefused) -> Stop {
    match why {
        PartnerRefused::Fault(fault) => Stop::fault(fault),
        PartnerRefused::Keys(_) | PartnerRefused::NoKey(_) => Stop::bad("jwks", why.to_string()),
        PartnerRefused::Callback(_) => Stop::bad("callback", why.to_string()),
        PartnerRefused::Text(_) => Stop::bad("sender_id", why.to_string()),
        other => Stop::conflict_en("partner_refused", other),
    }
}
