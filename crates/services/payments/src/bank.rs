//! The only door to treasury and banks: HTTP with JSON, under the ids made here.
//!
//! Every call may be repeated: the partner knows an order, a statement and a payment by
//! its id. A partner that is silent, refuses or talks rubbish is a [`PartnerFault`]; it
//! never changes anything here.

use std::time::Duration;

use kernel::ids::{OrderId, StatementId};
use kernel::{BankAccount, Instant, Mfo, Money};
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::PaymentId;
use crate::limits::{
    ANSWERS_PAGE_MAX, PARTNER_ANSWER_S_MAX, PARTNER_BODY_BYTES_MAX, PARTNER_STATEMENT_S_MAX,
};

/// Characters of a partner's own words that are kept.
const WORDS_MAX: usize = 300;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartnerFault {
    #[error("{partner} does not answer: {why}")]
    Silent { partner: String, why: String },
    #[error("{partner} refuses with {status}: {message}")]
    Refused {
        partner: String,
        status: u16,
        message: String,
    },
    #[error("{partner} answers what cannot be read: {why}")]
    Rubbish { partner: String, why: String },
}

/// Treasury and banks, as this installation reaches them; cheap to clone.
#[derive(Clone, Debug)]
pub struct Partners {
    http: reqwest::Client,
    treasury: String,
    banks: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Funding {
    Accepted,
    Funded { total: Money, at: Option<Instant> },
}

/// What a bank did with one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Credited,
    Returned,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Credited => "credited",
            Outcome::Returned => "returned",
        }
    }

    pub fn parse(text: &str) -> Option<Outcome> {
        [Outcome::Credited, Outcome::Returned]
            .into_iter()
            .find(|known| known.as_str() == text)
    }
}

/// One line of a bank's answer. Amount and account are compared where the bank gives them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Answer {
    pub seq: i64,
    pub payment_id: PaymentId,
    pub outcome: Outcome,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(with = "rfc3339")]
    pub at: Instant,
    #[serde(default)]
    pub amount_minor: Option<i64>,
    #[serde(default)]
    pub account: Option<BankAccount>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AnswersPage {
    /// The bank has answered for every line of the statement.
    pub complete: bool,
    pub answers: Vec<Answer>,
}

/// One line of a bank's own book.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BookEntry {
    pub seq: i64,
    pub payment_id: PaymentId,
    pub account: String,
    pub amount_minor: i64,
    pub outcome: Outcome,
    #[serde(with = "rfc3339")]
    pub at: Instant,
}

#[derive(Deserialize)]
struct BookPageJson {
    entries: Vec<BookEntry>,
}

#[derive(Deserialize)]
struct FundingJson {
    order_id: OrderId,
    state: String,
    #[serde(default)]
    funded_minor: i64,
    #[serde(default)]
    funded_at: Option<String>,
}

mod rfc3339 {
    use kernel::Instant;
    use serde::{Deserialize, Deserializer, de::Error};

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        Instant::parse_rfc3339(&text).map_err(D::Error::custom)
    }
}

type Answered<T> = Result<T, PartnerFault>;

impl Partners {
    /// Addresses without a slash at the end, as `http://127.0.0.1:9000`.
    pub fn new(treasury: &str, banks: &str) -> Partners {
        let http = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(Duration::from_secs(PARTNER_ANSWER_S_MAX))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client without TLS always builds");
        let plain = |address: &str| address.trim_end_matches('/').to_owned();
        Partners {
            http,
            treasury: plain(treasury),
            banks: plain(banks),
        }
    }

    pub async fn post_order(&self, order: OrderId, body: Vec<u8>) -> Answered<()> {
        let url = format!("{}/treasury/orders", self.treasury);
        let json = self
            .call("the treasury", Method::POST, url, Some(body.into()))
            .await?;
        read_funding(&json, order).map(drop)
    }

    pub async fn funding(&self, order: OrderId) -> Answered<Funding> {
        let url = format!("{}/treasury/orders/{order}", self.treasury);
        read_funding(
            &self.call("the treasury", Method::GET, url, None).await?,
            order,
        )
    }

    /// Streams a statement's file.
    pub async fn post_statement(&self, mfo: Mfo, body: reqwest::Body) -> Answered<()> {
        let url = format!("{}/banks/{mfo}/statements", self.banks);
        self.call(&bank(mfo), Method::POST, url, Some(body))
            .await
            .map(drop)
    }

    /// The next answers of a bank for a statement.
    pub async fn answers(
        &self,
        mfo: Mfo,
        statement: StatementId,
        after: i64,
    ) -> Answered<AnswersPage> {
        let url = format!(
            "{}/banks/{mfo}/statements/{statement}/answers?after={after}&limit={ANSWERS_PAGE_MAX}",
            self.banks
        );
        let partner = bank(mfo);
        let page: AnswersPage = read(
            &partner,
            &self.call(&partner, Method::GET, url, None).await?,
        )?;
        check_page(
            &partner,
            page.answers.len(),
            page.answers.iter().map(|a| a.seq),
            after,
        )?;
        Ok(page)
    }

    /// The next lines of a bank's own book; none at its end.
    pub async fn book(&self, mfo: Mfo, after: i64) -> Answered<Vec<BookEntry>> {
        let url = format!(
            "{}/banks/{mfo}/book?after={after}&limit={ANSWERS_PAGE_MAX}",
            self.banks
        );
        let partner = bank(mfo);
        let page: BookPageJson = read(
            &partner,
            &self.call(&partner, Method::GET, url, None).await?,
        )?;
        check_page(
            &partner,
            page.entries.len(),
            page.entries.iter().map(|e| e.seq),
            after,
        )?;
        Ok(page.entries)
    }

    async fn call(
        &self,
        partner: &str,
        method: Method,
        url: String,
        body: Option<reqwest::Body>,
    ) -> Answered<Vec<u8>> {
        let silent = |error: reqwest::Error| PartnerFault::Silent {
            partner: partner.to_owned(),
            // Without the address: it can hold what does not belong into a log.
            why: with_causes(&error.without_url()),
        };
        let seconds = match method == Method::POST {
            true => PARTNER_STATEMENT_S_MAX,
            false => PARTNER_ANSWER_S_MAX,
        };
        let mut request = self
            .http
            .request(method, url)
            .timeout(Duration::from_secs(seconds));
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        let response = request.send().await.map_err(silent)?;
        let status = response.status();
        let bytes = read_body(partner, response).await?;
        judge(partner, status, bytes)
    }
}

/// A partner's own trouble is silence, and it is asked again; a refusal is for people.
fn judge(partner: &str, status: StatusCode, bytes: Vec<u8>) -> Answered<Vec<u8>> {
    let partner = partner.to_owned();
    match status {
        StatusCode::OK | StatusCode::CREATED | StatusCode::ACCEPTED => Ok(bytes),
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            let why = format!("{status}: {}", words(&bytes));
            Err(PartnerFault::Silent { partner, why })
        }
        status => {
            let (status, message) = (status.as_u16(), words(&bytes));
            Err(PartnerFault::Refused {
                partner,
                status,
                message,
            })
        }
    }
}

fn bank(mfo: Mfo) -> String {
    format!("bank {mfo}")
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .take(WORDS_MAX)
        .collect()
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

async fn read_body(partner: &str, mut response: Response) -> Answered<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let chunk = response
            .chunk()
            .await
            .map_err(|error| PartnerFault::Silent {
                partner: partner.to_owned(),
                why: with_causes(&error.without_url()),
            })?;
        let Some(chunk) = chunk else {
            return Ok(bytes);
        };
        if bytes.len() + chunk.len() > PARTNER_BODY_BYTES_MAX {
            let why = format!("more than {PARTNER_BODY_BYTES_MAX} bytes");
            return Err(PartnerFault::Rubbish {
                partner: partner.to_owned(),
                why,
            });
        }
        bytes.extend_from_slice(&chunk);
    }
}

fn read<T: DeserializeOwned>(partner: &str, bytes: &[u8]) -> Answered<T> {
    serde_json::from_slice(bytes).map_err(|error| PartnerFault::Rubbish {
        partner: partner.to_owned(),
        why: error.to_string(),
    })
}

/// A page must move on, or reading it would never end.
fn check_page(
    partner: &str,
    count: usize,
    mut seqs: impl Iterator<Item = i64>,
    after: i64,
) -> Answered<()> {
    let why = match count > ANSWERS_PAGE_MAX {
        true => format!("{count} lines in a page of {ANSWERS_PAGE_MAX}"),
        false if seqs.any(|seq| seq <= after) => format!("a line that is not after {after}"),
        false => return Ok(()),
    };
    Err(PartnerFault::Rubbish {
        partner: partner.to_owned(),
        why,
    })
}

fn read_funding(bytes: &[u8], asked: OrderId) -> Answered<Funding> {
    let partner = "the treasury";
    let rubbish = |why: String| PartnerFault::Rubbish {
        partner: partner.to_owned(),
        why,
    };
    let json: FundingJson = read(partner, bytes)?;
    if json.order_id != asked {
        return Err(rubbish(format!(
            "asked about order {asked}, answered about {}",
            json.order_id
        )));
    }
    match json.state.as_str() {
        "accepted" => Ok(Funding::Accepted),
        "funded" => {
            let at = json
                .funded_at
                .as_deref()
                .map(Instant::parse_rfc3339)
                .transpose();
            let at = at.map_err(|error| rubbish(error.to_string()))?;
            Ok(Funding::Funded {
                total: Money(json.funded_minor),
                at,
            })
        }
        other => Err(rubbish(format!(
            "order state `{}`",
            words(other.as_bytes())
        ))),
    }
}
