//! Serving until told to end; requests under way are finished first.

use std::future::Future;

use tokio::net::TcpListener;

use crate::house::House;
use crate::router::{Door, router};
use crate::tls::TlsListener;

/// Serves pages and interface on a bound listener.
pub async fn serve(
    listener: TcpListener,
    house: House,
    until: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(house, Door::Front))
        .with_graceful_shutdown(until)
        .await
}

/// Serves partners that come through our X-Road security server, and nobody else.
pub async fn serve_behind_x_road(
    listener: TlsListener,
    house: House,
    until: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(house, Door::XRoad))
        .with_graceful_shutdown(until)
        .await
}
