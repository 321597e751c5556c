//! Daftar as the people of the district meet it: its API, signed in as one of them.
//!
//! A call is tried again when the line breaks or Daftar is busy (5xx, 429), and a
//! session that has run out is renewed once. Every command carries its own id, so
//! trying again is harmless.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// How often a broken call is tried.
const ATTEMPTS_MAX: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(100);
const CALL_SECONDS_MAX: u64 = 60;

#[derive(Debug)]
pub struct Daftar {
    base: String,
    client: reqwest::Client,
    secrets: Secrets,
    tokens: tokio::sync::Mutex<HashMap<String, String>>,
}

/// Where the secrets of the people stand.
#[derive(Debug)]
pub enum Secrets {
    /// `{"login": "secret"}`; read at each sign-in, because accounts are made while we run.
    File(PathBuf),
    Known(HashMap<String, String>),
}

impl Secrets {
    fn of(&self, login: &str) -> Result<String, CallError> {
        let none = || CallError::NoSecret {
            login: login.to_owned(),
        };
        match self {
            Secrets::Known(secrets) => secrets.get(login).cloned().ok_or_else(none),
            Secrets::File(path) => {
                let text = std::fs::read_to_string(path).map_err(|_| none())?;
                let secrets: HashMap<String, String> =
                    serde_json::from_str(&text).map_err(CallError::Answer)?;
                secrets.get(login).cloned().ok_or_else(none)
            }
        }
    }
}

/// Why Daftar did not do what a person asked.
#[derive(Debug)]
pub enum CallError {
    /// Daftar refused: its code and message.
    Refused {
        status: u16,
        code: String,
        message: String,
    },
    /// No account with such a login in the accounts file.
    NoSecret {
        login: String,
    },
    Line(reqwest::Error),
    /// An answer that is not JSON.
    Answer(serde_json::Error),
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CallError::Refused {
                status,
                code,
                message,
            } => write!(f, "{status} {code}: {message}"),
            CallError::NoSecret { login } => {
                write!(f, "the accounts file has no secret of {login}")
            }
            CallError::Line(error) => write!(f, "no answer: {error}"),
            CallError::Answer(error) => write!(f, "not JSON: {error}"),
        }
    }
}

impl CallError {
    pub fn is(&self, wanted: &str) -> bool {
        matches!(self, CallError::Refused { code, .. } if code == wanted)
    }

    fn may_pass(&self) -> bool {
        match self {
            CallError::Refused { status, .. } => *status >= 500 || *status == 429,
            CallError::Line(_) => true,
            CallError::NoSecret { .. } | CallError::Answer(_) => false,
        }
    }

    fn is_signed_out(&self) -> bool {
        matches!(self, CallError::Refused { status: 401, .. })
    }
}

impl Daftar {
    pub fn new(base: &str, secrets: Secrets) -> Result<Daftar, reqwest::Error> {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(CALL_SECONDS_MAX))
            .pool_max_idle_per_host(32)
            .build()?;
        let base = base.trim_end_matches('/').to_owned();
        Ok(Daftar {
            base,
            client,
            secrets,
            tokens: tokio::sync::Mutex::default(),
        })
    }

    pub async fn get(&self, login: &str, path: &str) -> Result<Value, CallError> {
        self.call(login, Method::GET, path, None).await
    }

    pub async fn post(&self, login: &str, path: &str, body: &Value) -> Result<Value, CallError> {
        self.call(login, Method::POST, path, Some(body)).await
    }

    async fn call(
        &self,
        login: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, CallError> {
        let mut wait = FIRST_WAIT;
        let mut renewed = false;
        let mut attempt = 1;
        loop {
            let token = self.token(login).await?;
            match self.once(method.clone(), path, body, Some(&token)).await {
                Err(error) if error.is_signed_out() && !renewed => {
                    renewed = true;
                    self.forget(login, &token).await;
                }
                Err(error) if error.may_pass() && attempt < ATTEMPTS_MAX => {
                    attempt += 1;
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                settled => return settled,
            }
        }
    }

    /// Signs in unless the person is; one at a time, so that nobody signs in twice.
    async fn token(&self, login: &str) -> Result<String, CallError> {
        let mut tokens = self.tokens.lock().await;
        if let Some(token) = tokens.get(login) {
            return Ok(token.clone());
        }
        let secret = self.secrets.of(login)?;
        let body = json!({ "login": login, "secret": secret });
        let answer = self
            .once(Method::POST, "/api/sign-in", Some(&body), None)
            .await?;
        let token = answer["token"].as_str().unwrap_or_default().to_owned();
        tokens.insert(login.to_owned(), token.clone());
        Ok(token)
    }

    async fn forget(&self, login: &str, token: &str) {
        let mut tokens = self.tokens.lock().await;
        if tokens.get(login).is_some_and(|known| known == token) {
            tokens.remove(login);
        }
    }

    async fn once(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        token: Option<&str>,
    ) -> Result<Value, CallError> {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(CallError::Line)?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(CallError::Line)?;
        if status.is_success() {
            let empty = bytes.is_empty();
            return if empty {
                Ok(Value::Null)
            } else {
                serde_json::from_slice(&bytes).map_err(CallError::Answer)
            };
        }
        Err(refusal(status, &bytes))
    }
}

fn refusal(status: StatusCode, bytes: &[u8]) -> CallError {
    let answer: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    let text = |field: &str| {
        answer["error"][field]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    CallError::Refused {
        status: status.as_u16(),
        code: text("code"),
        message: text("message"),
    }
}
