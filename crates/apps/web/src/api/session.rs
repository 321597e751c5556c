//! `POST /api/sign-in`: a bearer token for whoever knows the secret.

use access::session::{self, Kind, SignInRefused};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::Instant;
use kernel::lang::Text3;
use serde::{Deserialize, Serialize};

use super::Sent;
use crate::house::House;
use crate::pages::access::sign_in::login_of;
use crate::stop::Stop;

#[derive(Debug, Deserialize)]
pub struct SignInJson {
    login: String,
    secret: String,
}

#[derive(Debug, Serialize)]
pub struct TokenJson {
    token: String,
    expires_at: Instant,
}

pub async fn sign_in(
    State(house): State<House>,
    Sent(body): Sent<SignInJson>,
) -> Result<Json<TokenJson>, Stop> {
    let platform = house.platform();
    let login = login_of(&body.login);
    let signed_in = session::sign_in(platform, &login, &body.secret, Kind::Api)
        .await
        .map_err(refused)?;
    let expires_at = platform.wall.now().plus_seconds(Kind::Api.age_s_max());
    Ok(Json(TokenJson {
        token: signed_in.token.to_string(),
        expires_at,
    }))
}

fn refused(refusal: SignInRefused) -> Stop {
    let (status, code) = match &refusal {
        SignInRefused::Wrong { .. } => (StatusCode::UNAUTHORIZED, "wrong_secret"),
        SignInRefused::Locked { .. } => (StatusCode::TOO_MANY_REQUESTS, "locked"),
        SignInRefused::Fault(_) => return Stop::fault(refusal),
    };
    Stop::Refused {
        status,
        code,
        why: Text3::same(refusal.to_string()),
    }
}
