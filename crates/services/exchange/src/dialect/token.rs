//! Access tokens of the gateway and of registries (OAuth 2.0, client credentials: RFC 6749, 4.4).
//!
//! ```text
//! nothing held ──first who asks──> coming ──fetched──> held ──expired, or refused with 401──> nothing
//!                                  (all others wait for the same answer)
//! ```
//!
//! The lock is held to look and to put down, never over the network. A token belongs to an address, a
//! client, a secret and whom TLS trusts: who has another secret gets no token of somebody else's, and
//! who trusts one authority none that came by another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::basic;
use super::secret::{Secret, SecretPlace};
use crate::client::{Client, read_bounded};
use crate::failure::CallFailure;
use crate::tls::Tls;

/// Bytes of the answer to a request for a token.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
const TOKEN_BYTES_MAX: usize = 4_096;
/// For so long a token is kept whose answer does not say.
const LIFE_S_ABSENT: u64 = 300;
const LIFE_S_MAX: u64 = 86_400;
/// A token is given up so long before it expires, or a tenth of its life before.
const MARGIN_S: u64 = 30;

/// Who asks for a token, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub address: String,
    pub client_id: String,
    pub secret: SecretPlace,
}

/// A token. It is shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Arc<str>);

impl Token {
    pub fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

#[derive(Debug, Clone)]
struct Held {
    token: Token,
    until: Instant,
}

/// The secret stands here as its hash only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    address: String,
    client_id: String,
    secret_sha256: [u8; 32],
    tls: Tls,
}

type Coming = Shared<BoxFuture<'static, Result<Held, CallFailure>>>;

#[derive(Debug)]
enum Slot {
    Held(Held),
    Coming(Coming),
}

/// The tokens of one program, shared by its connectors.
#[derive(Debug, Default)]
pub struct Tokens {
    slots: Mutex<HashMap<Key, Slot>>,
}

impl Tokens {
    /// The token of a grant: held, or fetched by one for all who wait. `within` bounds the fetching.
    pub async fn get(
        &self,
        client: &Client,
        grant: &Grant,
        within: Duration,
    ) -> Result<Token, CallFailure> {
        let secret = grant.secret.read().map_err(|why| {
            tracing::error!(place = %grant.secret, %why, "no secret for a token");
            no_token("its secret is not where the connector's file says")
        })?;
        let key = grant.key(&secret, client);
        let coming = match self.held_or_coming(&key, || fetch(client, grant, secret, within)) {
            Ok(token) => return Ok(token),
            Err(coming) => coming,
        };
        let fetched = coming.clone().await;
        self.put_down(&key, &coming, &fetched);
        fetched.map(|held| held.token)
    }

    /// Gives a token up that was refused. A newer one, fetched meanwhile, stays.
    pub fn give_up(&self, client: &Client, grant: &Grant, refused: &Token) {
        let Ok(secret) = grant.secret.read() else {
            return;
        };
        let (key, mut slots) = (grant.key(&secret, client), self.lock());
        if matches!(slots.get(&key), Some(Slot::Held(held)) if held.token == *refused) {
            slots.remove(&key);
        }
    }

    fn held_or_coming(
        &self,
        key: &Key,
        fetch: impl FnOnce() -> BoxFuture<'static, Result<Held, CallFailure>>,
    ) -> Result<Token, Coming> {
        let mut slots = self.lock();
        match slots.get(key) {
            Some(Slot::Held(held)) if Instant::now() < held.until => return Ok(held.token.clone()),
            Some(Slot::Coming(coming)) => return Err(coming.clone()),
            Some(Slot::Held(_)) | None => {}
        }
        let coming = fetch().shared();
        slots.insert(key.clone(), Slot::Coming(coming.clone()));
        Err(coming)
    }

    /// The first of those who waited puts down what came. A failure is not kept: the next one asks.
    fn put_down(&self, key: &Key, coming: &Coming, fetched: &Result<Held, CallFailure>) {
        let mut slots = self.lock();
        let is_ours = |slot: &Slot| matches!(slot, Slot::Coming(other) if other.ptr_eq(coming));
        if !slots.get(key).is_some_and(is_ours) {
            return;
        }
        match fetched {
            Ok(held) => slots.insert(key.clone(), Slot::Held(held.clone())),
            Err(_) => slots.remove(key),
        };
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Grant {
    fn key(&self, secret: &Secret, client: &Client) -> Key {
        Key {
            address: self.address.clone(),
            client_id: self.client_id.clone(),
            secret_sha256: Sha256::digest(secret.reveal()).into(),
            tls: client.tls().clone(),
        }
    }
}

fn no_token(why: &'static str) -> CallFailure {
    CallFailure::NoToken { why }
}

fn fetch(
    client: &Client,
    grant: &Grant,
    secret: Secret,
    within: Duration,
) -> BoxFuture<'static, Result<Held, CallFailure>> {
    let (client, address) = (client.clone(), grant.address.clone());
    let authorization = basic::written(&grant.client_id, &secret);
    let ms = u64::try_from(within.as_millis()).unwrap_or(u64::MAX);
    async move {
        let asked_at = Instant::now();
        let fetched = tokio::time::timeout(within, exchange(&client, &address, &authorization));
        let answer = fetched.await.unwrap_or(Err(CallFailure::Timeout { ms }))?;
        held(&answer, asked_at)
    }
    .boxed()
}

async fn exchange(
    client: &Client,
    address: &str,
    authorization: &str,
) -> Result<Vec<u8>, CallFailure> {
    let headers = [
        ("authorization", authorization),
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "application/json"),
    ];
    let body = b"grant_type=client_credentials".to_vec();
    let response = client.post(address, headers, body).await?;
    match response.status().as_u16() {
        200 => read_bounded(response, ANSWER_BYTES_MAX).await,
        status if status >= 500 || status == 429 => Err(CallFailure::Status { status }),
        _ => Err(no_token(
            "client_id and secret are not known at token_address",
        )),
    }
}

/// RFC 6749, 5.1.
#[derive(Deserialize)]
struct TokenJson {
    access_token: String,
    token_type: String,
    expires_in: Option<u64>,
}

fn held(answer: &[u8], asked_at: Instant) -> Result<Held, CallFailure> {
    let form = || no_token("what token_address answered is no token of RFC 6749");
    let json: TokenJson = serde_json::from_slice(answer).map_err(|_| form())?;
    let token = json.access_token;
    let is_plain = token.bytes().all(|byte| byte.is_ascii_graphic());
    let is_bearer = json.token_type.eq_ignore_ascii_case("bearer");
    if token.is_empty() || token.len() > TOKEN_BYTES_MAX || !is_plain || !is_bearer {
        return Err(form());
    }
    let life_s = json.expires_in.unwrap_or(LIFE_S_ABSENT).min(LIFE_S_MAX);
    let kept_s = life_s - MARGIN_S.min(life_s / 10);
    Ok(Held {
        token: Token(token.into()),
        until: asked_at + Duration::from_secs(kept_s),
    })
}
