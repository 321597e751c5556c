//! One question over HTTP: bounded in time, bytes, attempts and parallel calls.

use crate::breaker::{Breaker, Gate};
use crate::connector::Connector;
use crate::wire::Question;
use kernel::Instant;
use std::time::Duration;
use store::Platform;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Bytes of an answer accepted whatever it speaks of, and for each person in it.
pub const ANSWER_BYTES_BASE: usize = 16 * 1024;
pub const ANSWER_BYTES_A_PERSON: usize = 64 * 1024;
/// First pause between attempts; it doubles, and half of it is jitter.
const PAUSE_MS: u64 = 50;

/// An answer as it came, not yet believed.
#[derive(Debug, Clone)]
pub struct Received {
    pub request: Uuid,
    pub sent_at: Instant,
    pub received_at: Instant,
    pub body: Vec<u8>,
}

/// Why there is no answer. None of these says anything about a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    #[error("no answer within {ms} ms")]
    Timeout { ms: u64 },
    #[error("no connection or a cut one")]
    Connection,
    #[error("answered with HTTP status {status}")]
    Status { status: u16 },
    #[error("an answer of more than {bytes_max} bytes")]
    TooLarge { bytes_max: usize },
    #[error("left alone for {ms} ms after failures in a row")]
    BreakerOpen { ms: u64 },
}

impl CallFailure {
    fn is_worth_another_attempt(&self) -> bool {
        match self {
            CallFailure::Timeout { .. } | CallFailure::Connection => true,
            CallFailure::Status { status } => *status >= 500 || *status == 429,
            CallFailure::TooLarge { .. } | CallFailure::BreakerOpen { .. } => false,
        }
    }
}

/// No answer, and when the question was last sent; `None` when it never left us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    pub failure: CallFailure,
    pub sent_at: Option<Instant>,
}

/// A connector at work.
#[derive(Debug)]
pub struct Line {
    pub connector: Connector,
    pub breaker: Breaker,
    url: String,
    places: Semaphore,
}

impl Line {
    pub fn new(connector: Connector) -> Line {
        let open_for = Duration::from_millis(connector.breaker_open_ms);
        Line {
            breaker: Breaker::new(connector.breaker_failures_max, open_for),
            places: Semaphore::new(connector.parallel_max.max(1)),
            url: format!("{}/query", connector.base_url.trim_end_matches('/')),
            connector,
        }
    }

    /// Asks until an answer comes or attempts run out. Each attempt has its own
    /// request id, so an answer can only be taken for the question it answers.
    pub async fn ask(
        &self,
        client: &reqwest::Client,
        platform: &Platform,
        question: &Question<'_>,
    ) -> Result<Received, Unanswered> {
        let mut sent_at = None;
        let _place = self.places.acquire().await.map_err(|_| Unanswered {
            failure: CallFailure::Connection,
            sent_at,
        })?;
        let mut attempt = 0;
        loop {
            if let Gate::Wait(wait) = self.breaker.gate() {
                let ms = wait.as_millis() as u64;
                let failure = CallFailure::BreakerOpen { ms };
                return Err(Unanswered { failure, sent_at });
            }
            sent_at = Some(platform.clock.now());
            let failure = match self.attempt(client, platform, question).await {
                Ok(received) => return Ok(received),
                Err(failure) => failure,
            };
            attempt += 1;
            self.note_failure(&failure, attempt);
            if attempt >= self.connector.attempts_max || !failure.is_worth_another_attempt() {
                return Err(Unanswered { failure, sent_at });
            }
            tokio::time::sleep(pause(attempt, platform.ids.random_u64())).await;
        }
    }

    fn note_failure(&self, failure: &CallFailure, attempt: u32) {
        let agency = self.connector.agency.name();
        if self.breaker.failed() {
            tracing::warn!(agency, %failure, attempt, "agency left alone for a while");
        } else {
            tracing::info!(agency, %failure, attempt, "agency did not answer");
        }
    }

    async fn attempt(
        &self,
        client: &reqwest::Client,
        platform: &Platform,
        question: &Question<'_>,
    ) -> Result<Received, CallFailure> {
        let request = platform.ids.uuid();
        let sent_at = platform.clock.now();
        let bytes_max = ANSWER_BYTES_BASE + ANSWER_BYTES_A_PERSON * question.persons.len();
        let ms = self.connector.timeout_ms;
        let exchange = exchange(client, &self.url, question.to_json(request), bytes_max);
        match tokio::time::timeout(Duration::from_millis(ms), exchange).await {
            Ok(body) => {
                let received_at = platform.clock.now();
                Ok(Received {
                    request,
                    sent_at,
                    received_at,
                    body: body?,
                })
            }
            Err(_) => Err(CallFailure::Timeout { ms }),
        }
    }
}

async fn exchange(
    client: &reqwest::Client,
    url: &str,
    body: Vec<u8>,
    bytes_max: usize,
) -> Result<Vec<u8>, CallFailure> {
    let request = client
        .post(url)
        .header("content-type", "application/json")
        .body(body);
    let response = request.send().await.map_err(|_| CallFailure::Connection)?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(CallFailure::Status {
            status: response.status().as_u16(),
        });
    }
    read_bounded(response, bytes_max).await
}

/// The body, given up when it is longer than announced or allowed.
pub(crate) async fn read_bounded(
    mut response: reqwest::Response,
    bytes_max: usize,
) -> Result<Vec<u8>, CallFailure> {
    let too_large = CallFailure::TooLarge { bytes_max };
    let announced = response.content_length().unwrap_or(0);
    if announced > bytes_max as u64 {
        return Err(too_large);
    }
    let mut received = Vec::with_capacity(announced as usize);
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|_| CallFailure::Connection)?
    {
        if received.len() + chunk.len() > bytes_max {
            return Err(too_large);
        }
        received.extend_from_slice(&chunk);
    }
    Ok(received)
}

/// Doubles with each attempt; the random half keeps callers from knocking in step.
fn pause(attempt: u32, random: u64) -> Duration {
    let whole = PAUSE_MS << attempt.min(6);
    Duration::from_millis(whole / 2 + random % (whole / 2 + 1))
}
