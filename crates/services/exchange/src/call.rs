//! One question over HTTP: bounded in time, bytes, attempts and parallel calls.

use crate::breaker::{Breaker, Gate};
use crate::client::{Client, read_bounded};
use crate::connector::Connector;
use crate::dialect::token::{Token, Tokens};
use crate::dialect::{Dialect, Sent, Stamp, xroad};
use crate::failure::CallFailure;
use crate::tls::Way;
use crate::wire::Question;
use hyper::Response;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use kernel::Instant;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Platform;
use tokio::sync::Semaphore;
use tokio::time::Instant as Running;
use uuid::Uuid;

/// Bytes of an answer accepted whatever it speaks of, and for each person in it.
pub const ANSWER_BYTES_BASE: usize = 16 * 1024;
pub const ANSWER_BYTES_A_PERSON: usize = 64 * 1024;
/// First pause between attempts; it doubles, and half of it is jitter.
const PAUSE_MS: u64 = 50;
/// For so long a question waits that an agency asked for (429 with `Retry-After`); for more it is
/// given up, and the case asks again later.
pub const REST_S_MAX: u64 = 10;
/// No wish of an agency holds longer than this.
const REST_S_KEPT_MAX: u64 = 3_600;

/// An answer as it came, not yet believed.
#[derive(Debug, Clone)]
pub struct Received {
    pub request: Uuid,
    pub sent_at: Instant,
    pub received_at: Instant,
    pub body: Vec<u8>,
    pub stamp: Stamp,
    /// By the system's clock; a virtual clock does not date signatures.
    pub wall_at: Instant,
}

/// A body and what came with it.
struct Answered {
    body: Vec<u8>,
    stamp: Stamp,
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
    way: Way,
    tokens: Arc<Tokens>,
    /// Until when the agency asked to be left in peace.
    rest_until: Mutex<Option<Running>>,
    places: Semaphore,
}

impl Line {
    /// `shared` calls agencies whose file says nothing of TLS.
    pub fn new(connector: Connector, tokens: Arc<Tokens>, shared: Client) -> Line {
        let open_for = Duration::from_millis(connector.breaker_open_ms);
        Line {
            breaker: Breaker::new(connector.breaker_failures_max, open_for),
            way: Way::new(connector.tls.clone(), shared),
            tokens,
            rest_until: Mutex::default(),
            places: Semaphore::new(connector.parallel_max.max(1)),
            connector,
        }
    }

    /// Asks until an answer comes or attempts run out. Each attempt has its own
    /// request id, so an answer can only be taken for the question it answers.
    pub async fn ask(
        &self,
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
            if let Err(failure) = self.may_ask().await {
                return Err(Unanswered { failure, sent_at });
            }
            let sent = Some(platform.clock.now());
            let failure = match self.attempt(platform, question).await {
                Ok(received) => return Ok(received),
                Err(failure) => failure,
            };
            if !failure.is_before_asking() {
                sent_at = sent;
            }
            attempt += 1;
            self.note_failure(&failure, attempt);
            let pause = pause_after(&failure, attempt, platform.ids.random_u64());
            match pause.filter(|_| attempt < self.connector.attempts_max) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(Unanswered { failure, sent_at }),
            }
        }
    }

    /// Waits where the agency asked for it, and says no where it would be too long or the breaker is
    /// open.
    async fn may_ask(&self) -> Result<(), CallFailure> {
        let rest_until = *self.resting();
        let left = rest_until.map(|until| until.saturating_duration_since(Running::now()));
        match left.unwrap_or_default() {
            Duration::ZERO => {}
            left if left.as_secs() >= REST_S_MAX => {
                return Err(CallFailure::AskedToWait { s: left.as_secs() });
            }
            left => tokio::time::sleep(left).await,
        }
        match self.breaker.gate() {
            Gate::Go => Ok(()),
            Gate::Wait(wait) => Err(CallFailure::BreakerOpen {
                ms: wait.as_millis() as u64,
            }),
        }
    }

    fn resting(&self) -> std::sync::MutexGuard<'_, Option<Running>> {
        self.rest_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn note_failure(&self, failure: &CallFailure, attempt: u32) {
        let agency = self.connector.agency.name();
        // An agency that says when it can be asked again is not ill.
        if let CallFailure::AskedToWait { s } = failure {
            let rest = Duration::from_secs((*s).min(REST_S_KEPT_MAX));
            *self.resting() = Some(Running::now() + rest);
            tracing::info!(agency, %failure, attempt, "agency asked to wait");
        } else if self.breaker.failed() {
            tracing::warn!(agency, %failure, attempt, "agency left alone for a while");
        } else {
            tracing::info!(agency, %failure, attempt, "agency did not answer");
        }
    }

    /// One attempt whatever the breaker says, and what was sent: for trying a connector out. `Err`:
    /// nothing was.
    pub async fn ask_once(
        &self,
        platform: &Platform,
        (connector, question): (&Connector, &Question<'_>),
    ) -> Result<(Sent, Result<Received, CallFailure>), CallFailure> {
        let request = platform.ids.uuid();
        let dated = (request, platform.wall.now());
        let client = self.way.client()?;
        let sent = Dialect::write(connector, dated, question)?;
        let received = self.send(&client, platform, question, (request, &sent));
        let received = received.await;
        Ok((sent, received))
    }

    /// One attempt of a message that waits elsewhere for the next: what was answered, with its status.
    pub async fn deliver(&self, sent: &Sent) -> Result<(u16, Vec<u8>), CallFailure> {
        let delivered = self.deliver_signed(sent).await;
        delivered.map(|(status, body, _)| (status, body))
    }

    /// The same with the signature that came in a header.
    pub async fn deliver_signed(
        &self,
        sent: &Sent,
    ) -> Result<(u16, Vec<u8>, Option<String>), CallFailure> {
        let place = self.places.acquire().await;
        let _place = place.map_err(|_| CallFailure::Connection)?;
        self.may_ask().await?;
        let exchange = async {
            let response = self.request(&self.way.client()?, sent).await?;
            let status = response.status().as_u16();
            if status >= 500 || status == 429 {
                return Err(refused(status, response.headers()));
            }
            let signature = self.connector.dialect.stamp(response.headers()).signature;
            let body = read_bounded(response, ANSWER_BYTES_BASE).await?;
            Ok((status, body, signature))
        };
        let ms = self.connector.timeout_ms;
        let within = tokio::time::timeout(Duration::from_millis(ms), exchange).await;
        let delivered = within.unwrap_or(Err(CallFailure::Timeout { ms }));
        match &delivered {
            Ok(_) => self.breaker.succeeded(),
            Err(failure) => self.note_failure(failure, 1),
        }
        delivered
    }

    async fn attempt(
        &self,
        platform: &Platform,
        question: &Question<'_>,
    ) -> Result<Received, CallFailure> {
        let asked = (&self.connector, question);
        let (_, received) = self.ask_once(platform, asked).await?;
        received
    }

    async fn send(
        &self,
        client: &Client,
        platform: &Platform,
        question: &Question<'_>,
        (request, sent): (Uuid, &Sent),
    ) -> Result<Received, CallFailure> {
        let sent_at = platform.clock.now();
        let bytes_max = ANSWER_BYTES_BASE + ANSWER_BYTES_A_PERSON * question.persons.len();
        let ms = self.connector.timeout_ms;
        let exchange = self.exchange(client, sent, bytes_max);
        match tokio::time::timeout(Duration::from_millis(ms), exchange).await {
            Ok(answered) => {
                let received_at = platform.clock.now();
                let answered = answered?;
                Ok(Received {
                    request,
                    sent_at,
                    received_at,
                    body: answered.body,
                    stamp: answered.stamp,
                    wall_at: platform.wall.now(),
                })
            }
            Err(_) => Err(CallFailure::Timeout { ms }),
        }
    }

    async fn exchange(
        &self,
        client: &Client,
        sent: &Sent,
        bytes_max: usize,
    ) -> Result<Answered, CallFailure> {
        let dialect = &self.connector.dialect;
        let response = self.request(client, sent).await?;
        if let Some(fault) = dialect.fault_of_carrier(response.headers()) {
            return Err(fault);
        }
        match response.status().as_u16() {
            200 => {
                let stamp = dialect.stamp(response.headers());
                let body = read_bounded(response, bytes_max).await?;
                Ok(Answered { body, stamp })
            }
            status => Err(refused(status, response.headers())),
        }
    }

    /// With a token where the dialect wants one. One that is refused is fetched anew, once.
    async fn request(
        &self,
        client: &Client,
        sent: &Sent,
    ) -> Result<Response<Incoming>, CallFailure> {
        let Some(grant) = self.connector.dialect.grant() else {
            return post(client, sent, None).await;
        };
        // Some time is left for the message itself.
        let within = Duration::from_millis(self.connector.timeout_ms * 3 / 4);
        let token = self.tokens.get(client, grant, within).await?;
        let response = post(client, sent, Some(&token)).await?;
        if response.status().as_u16() != 401 {
            return Ok(response);
        }
        self.tokens.give_up(client, grant, &token);
        let token = self.tokens.get(client, grant, within).await?;
        post(client, sent, Some(&token)).await
    }
}

async fn post(
    client: &Client,
    sent: &Sent,
    token: Option<&Token>,
) -> Result<Response<Incoming>, CallFailure> {
    let token = token.map(Token::header);
    let token = token.as_deref().map(|token| ("authorization", token));
    let headers = sent.headers.iter();
    let headers = headers.map(|(name, value)| (*name, value.as_str()));
    let body = sent.body.clone();
    client.post(&sent.address, headers.chain(token), body).await
}

/// `Retry-After` is heard in both its forms; what is neither is not, and the ordinary pause holds.
pub(crate) fn refused(status: u16, headers: &HeaderMap) -> CallFailure {
    match retry_after_s(headers).filter(|_| status == 429) {
        Some(s) => CallFailure::AskedToWait { s },
        None => CallFailure::Status { status },
    }
}

/// Seconds, or a date (RFC 9110): from the moment that the agency's own clock says in `Date`, so that
/// two clocks need not agree; a date without it is not heard.
fn retry_after_s(headers: &HeaderMap) -> Option<u64> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let after = text("retry-after")?;
    if let Ok(s) = after.parse() {
        return Some(s);
    }
    let until = httpdate::parse_http_date(after).ok()?;
    let now = text("date").and_then(|now| httpdate::parse_http_date(now).ok());
    let left = until.duration_since(now?);
    Some(left.map_or(0, |left| left.as_secs()))
}

/// How long to wait before another attempt; `None` where one would not help.
fn pause_after(failure: &CallFailure, attempt: u32, random: u64) -> Option<Duration> {
    let is_worth_it = match failure {
        CallFailure::AskedToWait { s } if *s <= REST_S_MAX => {
            return Some(Duration::from_secs(*s));
        }
        CallFailure::Timeout { .. } | CallFailure::Connection => true,
        CallFailure::Tls(why) => !why.is_settled(),
        CallFailure::Status { status } => *status >= 500 || *status == 429,
        CallFailure::SecurityServer { fault } => !xroad::is_ours(fault),
        CallFailure::TooLarge { .. }
        | CallFailure::BreakerOpen { .. }
        | CallFailure::AskedToWait { .. }
        | CallFailure::NoToken { .. }
        | CallFailure::NoTls { .. }
        | CallFailure::NoKey { .. } => false,
    };
    is_worth_it.then(|| pause(attempt, random))
}

/// Doubles with each attempt; the random half keeps callers from knocking in step.
fn pause(attempt: u32, random: u64) -> Duration {
    let whole = PAUSE_MS << attempt.min(6);
    Duration::from_millis(whole / 2 + random % (whole / 2 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_heard_as_seconds_and_as_a_date_by_the_agencys_own_clock() {
        const NOON: &str = "Sun, 06 Nov 1994 12:00:00 GMT";
        let wait = |s| CallFailure::AskedToWait { s };
        let plain = |status| CallFailure::Status { status };
        for (status, after, date, expected) in [
            (429, "7", None, wait(7)),
            (429, "Sun, 06 Nov 1994 12:00:30 GMT", Some(NOON), wait(30)),
            // The two older forms of RFC 9110, section 5.6.7.
            (429, "Sunday, 06-Nov-94 12:01:00 GMT", Some(NOON), wait(60)),
            (429, "Sun Nov  6 13:00:00 1994", Some(NOON), wait(3_600)),
            (429, "Sun, 06 Nov 1994 11:59:00 GMT", Some(NOON), wait(0)),
            (429, "soon", Some(NOON), plain(429)),
            (429, "-3", None, plain(429)),
            (503, "7", None, plain(503)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", after.parse().unwrap());
            if let Some(date) = date {
                headers.insert("date", date.parse().unwrap());
            }
            assert_eq!(refused(status, &headers), expected, "{status} {after}");
        }
    }
}
