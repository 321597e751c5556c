//! The sandbox as the demonstration meets it: its clock, its register, its truth.

use std::io::Cursor;
use std::time::Duration;

use kernel::{Instant, Money, Month};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::error::{Error, Result};

/// A step plays days of a whole district; it may take its time.
const STEP_S_MAX: u64 = 600;
/// Bytes of the exported register at most.
const REGISTER_BYTES_MAX: usize = 1 << 30;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct SandboxClient {
    base: String,
    http: reqwest::Client,
}

/// What people did in a step of the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Stepped {
    pub lodged: usize,
    pub visits: usize,
    pub conclusions: usize,
    pub events: usize,
    pub mended: usize,
    #[serde(default)]
    pub failed: usize,
}

/// What the sandbox's own plain function says about one case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TruthCase {
    pub pinfl: String,
    pub outcome: String,
    pub programme: Option<String>,
    pub category: Option<String>,
    pub amount_minor: Option<i64>,
    pub per_capita_minor: Option<i64>,
    #[serde(default)]
    pub reasons: Vec<String>,
    /// The award ran before this month already, so it is paid in it.
    #[serde(default)]
    pub running: bool,
}

#[derive(Deserialize)]
struct TruthPage {
    cases: Vec<TruthCase>,
}

#[derive(Deserialize)]
struct MahallaJson {
    mahalla: String,
}

impl SandboxClient {
    pub fn new(base: &str) -> SandboxClient {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(STEP_S_MAX))
            .build()
            .expect("a client without TLS always builds");
        SandboxClient {
            base: base.trim_end_matches('/').to_owned(),
            http,
        }
    }

    /// Moves the sandbox's clock; it plays what people do until then.
    pub async fn clock(&self, now: Instant) -> Result<Stepped> {
        self.post("/clock", &json!({ "now": now.to_string() }))
            .await
    }

    /// The register of persons, as an import file.
    pub async fn persons(&self) -> Result<Cursor<Vec<u8>>> {
        let response = self
            .http
            .get(format!("{}/register/persons.csv", self.base))
            .send()
            .await;
        let response = response
            .and_then(reqwest::Response::error_for_status)
            .map_err(broken)?;
        let bytes = response.bytes().await.map_err(broken)?;
        if bytes.len() > REGISTER_BYTES_MAX {
            return Err(wrong(format!("a register of {} bytes", bytes.len())));
        }
        Ok(Cursor::new(bytes.to_vec()))
    }

    pub async fn district(&self) -> Result<(u32, usize)> {
        let answer: Value = self.get("/register/district").await?;
        let district = answer["district"]
            .as_str()
            .and_then(|code| code.parse().ok());
        let families = answer["families"]
            .as_u64()
            .and_then(|count| usize::try_from(count).ok());
        district
            .zip(families)
            .ok_or_else(|| wrong("a district without code or families".to_owned()))
    }

    pub async fn mahallas(&self) -> Result<Vec<u32>> {
        let answer: Vec<MahallaJson> = self.get("/register/mahallas").await?;
        let code = |one: MahallaJson| {
            one.mahalla
                .parse()
                .map_err(|_| wrong(format!("mahalla {}", one.mahalla)))
        };
        answer.into_iter().map(code).collect()
    }

    /// The truth of a month, given what was free in each programme before its close.
    pub async fn truth(
        &self,
        month: Month,
        regime: &str,
        budgets: &[(String, Money)],
    ) -> Result<Vec<TruthCase>> {
        let budgets: Vec<Value> = budgets
            .iter()
            .map(|(programme, limit)| json!({ "programme": programme, "limit_minor": limit.minor() }))
            .collect();
        let body = json!({ "regime": regime, "budgets": budgets });
        let page: TruthPage = self.post(&format!("/truth/{month}"), &body).await?;
        Ok(page.cases)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let response = self
            .http
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .map_err(broken)?;
        read(response).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        let text = body.to_string();
        let request = self.http.post(format!("{}{path}", self.base));
        let request = request
            .header("content-type", "application/json")
            .body(text);
        read(request.send().await.map_err(broken)?).await
    }
}

async fn read<T: DeserializeOwned>(response: reqwest::Response) -> Result<T> {
    let status = response.status();
    let text = response.text().await.map_err(broken)?;
    if !status.is_success() {
        return Err(wrong(format!("{status}: {text}")));
    }
    serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))
}

fn broken(error: reqwest::Error) -> Error {
    wrong(error.to_string())
}

fn wrong(why: String) -> Error {
    Error::Partner {
        partner: "the sandbox",
        why,
    }
}
