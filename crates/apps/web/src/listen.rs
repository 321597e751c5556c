//! Serving until told to end; requests under way are finished first.

use std::future::Future;

use tokio::net::TcpListener;

use crate::house::House;
use crate::router::router;

/// Serves pages and interface on a bound listener.
pub async fn serve(
    listener: TcpListener,
    house: House,
    until: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router(house))
        .with_graceful_shutdown(until)
        .await
}
