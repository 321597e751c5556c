//! `daftar serve`: pages, interfaces and the worker in one process.

use std::sync::Arc;

use app::Daftar;
use tokio::net::TcpListener;
use web::{House, Settings};

use crate::args::{Common, Serve};
use crate::config;
use crate::failure::Failure;
use crate::show::Show;

pub async fn run(common: &Common, args: &Serve) -> Result<(), Failure> {
    let mut config = config::existing(common);
    config.http = args.http.clone();
    config.partners = args.partners.clone();
    config.demo = args.demo;
    config.signing_key = args.signing_key.clone();
    config.encryption_key = args.encryption_key.clone();
    let daftar = Arc::new(Daftar::open(config).await?);
    let listener = listen(&args.http).await?;
    let address = listener.local_addr()?;
    Show::new(common).remark(&format!("Daftar serves http://{address} (Ctrl-C ends)"));
    let worker = tokio::spawn(Arc::clone(&daftar).work());
    let served = pages(listener, Arc::clone(&daftar)).await;
    worker.abort();
    seal(&daftar).await;
    served
}

/// What the log holds when a process ends well is signed before it ends.
pub async fn seal(daftar: &Daftar) {
    if let Err(error) = daftar.checkpoint().await {
        tracing::error!(%error, "the log was not signed at the end");
    }
}

/// Binds, or says what to do when the address is taken.
pub async fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let why = format!("cannot listen on {address}: {error}. Try --http 127.0.0.1:0");
        Failure::Failed(why)
    })
}

/// Serves until Ctrl-C or a request to end (SIGTERM).
pub async fn pages(listener: TcpListener, daftar: Arc<Daftar>) -> Result<(), Failure> {
    let settings = Settings {
        demo: daftar.config.demo,
        secure_cookies: !daftar.config.demo,
    };
    web::serve(listener, House::new(daftar, settings), ended()).await?;
    Ok(())
}

async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => {
            tokio::select! { _ = interrupted => {}, _ = terminated.recv() => {} }
        }
        Err(_) => {
            let _ = interrupted.await;
        }
    }
}
