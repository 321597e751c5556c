//! HTTP/1.1 to agencies and partners, plain or over TLS as the address says. No proxy is asked, no
//! redirect is followed: what is called is the address that was configured or agreed.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{ACCEPT, HeaderValue};
use hyper::{Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use url::Url;

use crate::failure::CallFailure;
use crate::tls::{self, Tls};

/// How long an idle connection is kept.
const IDLE: Duration = Duration::from_secs(30);

/// Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client {
    sender: legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    tls: Tls,
}

impl Client {
    /// `tls` names what `config` was made of.
    pub fn new(config: ClientConfig, tls: Tls) -> Client {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let sender = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Client { sender, tls }
    }

    /// The files that say whom it trusts and what it shows.
    pub fn tls(&self) -> &Tls {
        &self.tls
    }

    /// The head of the answer; its body is read with [`read_bounded`].
    pub async fn post<'a>(
        &self,
        address: &str,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
        body: Vec<u8>,
    ) -> Result<Response<Incoming>, CallFailure> {
        let request = written(address, headers, body).ok_or(CallFailure::Connection)?;
        let answered = self.sender.request(request).await;
        answered.map_err(|why| tls::failure_of(&why))
    }
}

/// `None`: address or headers hold what HTTP cannot carry.
fn written<'a>(
    address: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    body: Vec<u8>,
) -> Option<Request<Full<Bytes>>> {
    let address: Uri = Url::parse(address).ok()?.as_str().parse().ok()?;
    let mut request = Request::post(address);
    for (name, value) in headers {
        let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        request = request.header(name, value);
    }
    let mut request = request.body(Full::new(Bytes::from(body))).ok()?;
    let headers = request.headers_mut();
    headers
        .entry(ACCEPT)
        .or_insert(HeaderValue::from_static("*/*"));
    Some(request)
}

/// The body, given up when it is longer than announced or allowed.
pub async fn read_bounded(
    response: Response<Incoming>,
    bytes_max: usize,
) -> Result<Vec<u8>, CallFailure> {
    let too_large = CallFailure::TooLarge { bytes_max };
    let mut body = response.into_body();
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > bytes_max {
        return Err(too_large);
    }
    let mut received = Vec::with_capacity(announced);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| CallFailure::Connection)?;
        let Some(chunk) = frame.data_ref() else {
            continue;
        };
        if received.len() + chunk.len() > bytes_max {
            return Err(too_large);
        }
        received.extend_from_slice(chunk);
    }
    Ok(received)
}

/// Neither keys nor whom it is connected with.
impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("tls", &self.tls).finish()
    }
}
