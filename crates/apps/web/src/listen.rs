//! Serving until told to end; requests under way are finished first.
//!
//! A connection costs memory and a file whether it asks or not, so there is an end to each: one that
//! says nothing, or its head too slowly, or takes nothing of its answer is closed, and only so many are
//! open at once. The next one waits at the door until one is closed.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::serve::Listener;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt;

use crate::house::House;
use crate::router::{Door, router};
use crate::stall::Stalled;
use crate::tls::TlsListener;

/// A connection that has sent no whole head by then is closed: a new one, and one that has been
/// answered and asks nothing more.
const HEAD_S_MAX: u64 = 30;
/// One that takes nothing of its answer for so long is closed.
const STALL_S_MAX: u64 = 30;
/// Connections that are open at once at the door of everybody.
const CONNECTIONS_MAX: usize = 1_024;
/// At that of the security server, which keeps a few and uses them again.
const X_ROAD_CONNECTIONS_MAX: usize = 256;
/// What one connection may hold of a head, or of an answer that waits to be sent.
const BUFFER_BYTES_MAX: usize = 64 * 1024;
/// Files that a process may open where the system does not say.
const FILES_USUAL: usize = 1_024;

/// How long a connection is borne, and how many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) head: Duration,
    pub(crate) stall: Duration,
    pub(crate) connections_max: usize,
}

impl Limits {
    fn of(connections_max: usize) -> Limits {
        Limits {
            head: Duration::from_secs(HEAD_S_MAX),
            stall: Duration::from_secs(STALL_S_MAX),
            connections_max,
        }
    }

    /// Half the files that the process may open: databases, agencies and logs need theirs.
    fn front() -> Limits {
        Limits::of(CONNECTIONS_MAX.min(files_max() / 2).max(1))
    }

    fn x_road() -> Limits {
        Limits::of(X_ROAD_CONNECTIONS_MAX.min(files_max() / 8).max(1))
    }
}

/// How many files this process may open, as Linux tells it.
fn files_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    soft_limit_of_files(&limits).unwrap_or(FILES_USUAL)
}

fn soft_limit_of_files(limits: &str) -> Option<usize> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(usize::MAX),
        number => number.parse().ok(),
    }
}

/// Serves pages and interface on a bound listener.
pub async fn serve(
    listener: TcpListener,
    house: House,
    until: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    serve_within(Limits::front(), listener, router(house, Door::Front), until).await;
    Ok(())
}

/// Serves partners that come through our X-Road security server, and nobody else.
pub async fn serve_behind_x_road(
    listener: TlsListener,
    house: House,
    until: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    serve_within(
        Limits::x_road(),
        listener,
        router(house, Door::XRoad),
        until,
    )
    .await;
    Ok(())
}

/// Serves until told to end, then until each request under way is answered.
pub(crate) async fn serve_within<L: Listener>(
    limits: Limits,
    mut listener: L,
    router: Router,
    until: impl Future<Output = ()> + Send + 'static,
) {
    let mut places = Places::new(limits.connections_max);
    let (ending, told) = watch::channel(());
    let mut until = pin!(until);
    loop {
        let next = async {
            let place = places.take().await;
            (place, listener.accept().await.0)
        };
        let (place, stream) = tokio::select! {
            next = next => next,
            () = &mut until => break,
        };
        let serving = connection(limits, stream, router.clone(), told.clone());
        tokio::spawn(async move {
            serving.await;
            drop(place);
        });
    }
    drop(listener);
    drop(told);
    // Closed when the last connection has let go of its end.
    let _ = ending.send(());
    ending.closed().await;
}

/// One connection, to its end. After the word to end it finishes what it has begun.
async fn connection<S>(limits: Limits, stream: S, router: Router, mut told: watch::Receiver<()>)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
{
    let requests =
        router.map_request(|request: hyper::Request<hyper::body::Incoming>| request.map(Body::new));
    let stream = TokioIo::new(Stalled::new(stream, limits.stall));
    let mut serving = pin!(
        Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(BUFFER_BYTES_MAX)
            .serve_connection(stream, TowerToHyperService::new(requests))
    );
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        _ = told.changed() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(why) = ended {
        tracing::debug!(%why, "a connection ended before its time");
    }
}

/// The places at a door. That all are taken is told once, until half of them are free again.
struct Places {
    free: Arc<Semaphore>,
    all: usize,
    is_told: bool,
}

impl Places {
    fn new(all: usize) -> Places {
        Places {
            free: Arc::new(Semaphore::new(all)),
            all,
            is_told: false,
        }
    }

    async fn take(&mut self) -> OwnedSemaphorePermit {
        let free = self.free.available_permits();
        if free == 0 && !self.is_told {
            self.is_told = true;
            let all = self.all;
            tracing::warn!(
                all,
                "every connection is taken: the next ones wait at the door"
            );
        }
        self.is_told &= free < self.all.div_ceil(2);
        let place = Arc::clone(&self.free).acquire_owned().await;
        place.expect("nobody closes the door while it is served")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_stay_below_the_files_that_the_process_may_open() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max processes             63000                63000                processes\n\
                      Max open files            256                  524288               files\n";
        assert_eq!(soft_limit_of_files(limits), Some(256));
        assert_eq!(
            soft_limit_of_files("Max open files  unlimited  x"),
            Some(usize::MAX)
        );
        assert_eq!(soft_limit_of_files(""), None);
        assert!(Limits::front().connections_max < files_max());
    }
}
