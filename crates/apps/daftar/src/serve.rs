//! `daftar serve`: pages, interfaces and the worker in one process.

use std::sync::Arc;

use app::Daftar;
use tokio::net::TcpListener;
use web::{House, MutualTls, Settings, TlsListener};

use crate::args::{Common, Serve, XRoad};
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
    config.partner_ca = args.partner_ca.clone();
    let daftar = Arc::new(Daftar::open(config).await?);
    let listener = listen(&args.http).await?;
    let address = listener.local_addr()?;
    Show::new(common).remark(&format!("Daftar serves http://{address} (Ctrl-C ends)"));
    let behind = x_road(&args.x_road).await?;
    let worker = tokio::spawn(Arc::clone(&daftar).work());
    let served = match behind {
        None => pages(listener, Arc::clone(&daftar)).await,
        Some(behind) => {
            let address = behind.address();
            Show::new(common).remark(&format!("and the security server at https://{address}"));
            let house = House::new(Arc::clone(&daftar), settings(&daftar));
            let behind = web::serve_behind_x_road(behind, house, ended());
            let pages = pages(listener, Arc::clone(&daftar));
            let (pages, behind) = tokio::join!(pages, behind);
            pages.and(behind.map_err(Failure::from))
        }
    };
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

/// Reads the certificates and binds; none where no security server was named.
async fn x_road(args: &XRoad) -> Result<Option<TlsListener>, Failure> {
    let (Some(address), Some(cert), Some(key), Some(server)) = (
        &args.x_road,
        &args.x_road_cert,
        &args.x_road_key,
        &args.x_road_server,
    ) else {
        return Ok(None);
    };
    let mutual =
        MutualTls::read(cert, key, server).map_err(|why| Failure::Failed(why.to_string()))?;
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let why = format!("cannot listen on {address}: {error}. Try another --x-road");
        Failure::Failed(why)
    })?;
    Ok(Some(TlsListener::new(listener, mutual)?))
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
    let settings = settings(&daftar);
    web::serve(listener, House::new(daftar, settings), ended()).await?;
    Ok(())
}

fn settings(daftar: &Daftar) -> Settings {
    Settings {
        demo: daftar.config.demo,
        secure_cookies: !daftar.config.demo,
    }
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
