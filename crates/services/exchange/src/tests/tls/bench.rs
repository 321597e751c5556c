//! Authorities, certificates and servers that speak TLS, all made anew for a test and gone with it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::serve::Listener;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// When a certificate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    Now,
    NoMore,
    NotYet,
}

/// Who signs certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key.
#[derive(Debug, Clone)]
pub struct Identity {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn named(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        Authority(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Of a server at that name or number.
    pub fn server(&self, name: &str, holds: Holds) -> Identity {
        self.sign(name, holds, ExtendedKeyUsagePurpose::ServerAuth)
    }

    pub fn client(&self, holds: Holds) -> Identity {
        self.sign("daftar.uz", holds, ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn sign(&self, name: &str, holds: Holds, usage: ExtendedKeyUsagePurpose) -> Identity {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.extended_key_usages = vec![usage];
        date(&mut params, holds);
        let key = KeyPair::generate().unwrap();
        Identity {
            certificate: params.signed_by(&key, &self.0).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    fn store(&self) -> RootCertStore {
        let mut store = RootCertStore::empty();
        store.add(self.0.der().clone()).unwrap();
        store
    }
}

impl Identity {
    /// Vouched for by nobody but itself; as an `authority`, as X-Road's security servers make theirs.
    pub fn alone(name: &str, holds: Holds, authority: bool) -> Identity {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        if authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        }
        date(&mut params, holds);
        let key = KeyPair::generate().unwrap();
        Identity {
            certificate: params.self_signed(&key).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    /// As files of an agency name them.
    pub fn put(&self, folder: &Path, certificate: &str, key: &str) {
        std::fs::write(folder.join(certificate), &self.certificate).unwrap();
        std::fs::write(folder.join(key), &self.key).unwrap();
    }
}

fn date(params: &mut CertificateParams, holds: Holds) {
    match holds {
        Holds::Now => {}
        Holds::NoMore => params.not_after = date_time_ymd(2020, 1, 1),
        Holds::NotYet => params.not_before = date_time_ymd(4000, 1, 1),
    }
}

/// A server at an address of its own.
pub struct Server {
    /// `https://127.0.0.1:PORT`.
    pub address: String,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// How often somebody knocked, whether let in or not.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Serves as `identity`; to those alone, where `clients` is said, who show a certificate of it.
pub async fn serve(identity: &Identity, clients: Option<&Authority>, router: Router) -> Server {
    serve_with(rustls::ALL_VERSIONS, identity, clients, router).await
}

pub async fn serve_with(
    versions: &[&'static SupportedProtocolVersion],
    identity: &Identity,
    clients: Option<&Authority>,
    router: Router,
) -> Server {
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .unwrap();
    let config = match clients {
        None => config.with_no_client_auth(),
        Some(clients) => {
            let store = Arc::new(clients.store());
            let verifier = WebPkiClientVerifier::builder_with_provider(store, provider);
            config.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let certificate = CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
    let config = config.with_single_cert(vec![certificate], key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let door = Door {
        listener,
        acceptor: TlsAcceptor::from(Arc::new(config)),
        connections: Arc::clone(&connections),
    };
    tokio::spawn(async move { axum::serve(door, router).await.unwrap() });
    Server {
        address,
        connections,
    }
}

struct Door {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    connections: Arc<AtomicUsize>,
}

impl Listener for Door {
    type Io = TlsStream<TcpStream>;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, from) = self.listener.accept().await.unwrap();
            self.connections.fetch_add(1, Ordering::SeqCst);
            match self.acceptor.accept(stream).into_fallible().await {
                Ok(stream) => return (stream, from),
                // Who hangs up at once may take the alert back that says why.
                Err((_, mut stream)) => drop(tokio::spawn(async move {
                    let _ = stream.read_to_end(&mut Vec::new()).await;
                })),
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
