//! How long a request may take, its body included; and which of the two it was that took too long.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::{Frame, SizeHint};

use crate::stop::Stop;

/// The answer, when it is ready in time.
pub async fn within(time: Duration, request: Request, next: Next) -> Response {
    let waits = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| watched(body, Arc::clone(&waits)));
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(_) if waits.load(Ordering::Relaxed) => Stop::CameSlowly.into_response(),
        Err(_) => Stop::TooSlow.into_response(),
    }
}

/// The same body; `waits` says whether whoever reads it waits for more of it.
fn watched(body: Body, waits: Arc<AtomicBool>) -> Body {
    match body.is_end_stream() {
        true => body,
        false => Body::new(Watched { body, waits }),
    }
}

struct Watched {
    body: Body,
    waits: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        self.waits.store(polled.is_pending(), Ordering::Relaxed);
        // Unwrapped once, as the new body wraps it: who reads asks whether it was too large.
        polled.map(|frame| frame.map(|frame| frame.map_err(axum::Error::into_inner)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use axum::Router;
    use axum::http::StatusCode;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use futures::stream::{self, Stream, StreamExt};
    use tower::ServiceExt;
    use tower_http::limit::RequestBodyLimitLayer;

    use super::*;

    const SHORT: Duration = Duration::from_millis(50);

    /// How a request ends whose answer takes `work` once its body is there.
    async fn status(body: Body, work: Duration) -> StatusCode {
        let answer = async move |_: Bytes| tokio::time::sleep(work).await;
        let router = Router::new()
            .route("/", post(answer))
            .layer(from_fn(|request, next| within(SHORT, request, next)))
            .layer(RequestBodyLimitLayer::new(8));
        let request = Request::post("/").body(body).expect("a request");
        let response = router.oneshot(request).await.expect("an answer");
        response.status()
    }

    fn parts(parts: &'static [&'static str]) -> impl Stream<Item = io::Result<&'static str>> {
        stream::iter(parts.iter().copied().map(Ok))
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_not_a_slow_answer() {
        let halved = || Body::from_stream(parts(&["half"]).chain(stream::pending()));
        let whole = || Body::from_stream(parts(&["ha", "lf"]));
        let long = 100 * SHORT;
        assert_eq!(
            status(halved(), Duration::ZERO).await,
            StatusCode::REQUEST_TIMEOUT
        );
        assert_eq!(status(whole(), long).await, StatusCode::GATEWAY_TIMEOUT);
        assert_eq!(
            status(Body::empty(), long).await,
            StatusCode::GATEWAY_TIMEOUT
        );
        assert_eq!(status(whole(), Duration::ZERO).await, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_still_known_as_one() {
        let large = Body::from_stream(parts(&["large", "larger"]));
        assert_eq!(
            status(large, Duration::ZERO).await,
            StatusCode::PAYLOAD_TOO_LARGE
        );
    }
}
