//! TLS for a listener that only certain machines may reach: both sides show a certificate, and theirs
//! must be one of those that were given, byte for byte. No authority vouches for another.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A connection that has shown no certificate by then is closed.
const HANDSHAKE_S_MAX: u64 = 10;
/// Connections that are shaking hands at the same time.
const HANDSHAKES_MAX: usize = 64;
/// A listener that fails rests so long: the program has too many files open.
const REST: Duration = Duration::from_millis(200);
/// Certificates that may be given.
const CERTIFICATES_MAX: usize = 16;

/// What both sides show.
#[derive(Debug, Clone)]
pub struct MutualTls(Arc<ServerConfig>);

#[derive(Debug, thiserror::Error)]
pub enum TlsRefused {
    #[error("{file}: {why}")]
    File { file: PathBuf, why: String },
    #[error("{file} must hold 1 to {CERTIFICATES_MAX} certificates (PEM)")]
    Certificates { file: PathBuf },
    #[error("the certificate and its key do not go together: {0}")]
    Tls(#[from] rustls::Error),
}

impl MutualTls {
    /// `certificate` (with its chain) and `key` are ours, `theirs` are those that may connect. PEM.
    pub fn read(certificate: &Path, key: &Path, theirs: &Path) -> Result<MutualTls, TlsRefused> {
        let provider = Arc::new(ring::default_provider());
        let ours = certificates(certificate)?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|why| TlsRefused::File {
            file: key.to_owned(),
            why: why.to_string(),
        })?;
        let known = Known {
            certificates: certificates(theirs)?,
            provider: Arc::clone(&provider),
        };
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::new(known))
            .with_single_cert(ours, key)?;
        Ok(MutualTls(Arc::new(config)))
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsRefused> {
    let unread = |why: rustls::pki_types::pem::Error| TlsRefused::File {
        file: file.to_owned(),
        why: why.to_string(),
    };
    let found = CertificateDer::pem_file_iter(file).map_err(unread)?;
    let found: Vec<_> = found
        .take(CERTIFICATES_MAX + 1)
        .collect::<Result<_, _>>()
        .map_err(unread)?;
    match found.len() {
        1..=CERTIFICATES_MAX => Ok(found),
        _ => Err(TlsRefused::Certificates {
            file: file.to_owned(),
        }),
    }
}

/// Believes the certificates that were given, and that who shows one has its key.
#[derive(Debug)]
struct Known {
    certificates: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for Known {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        shown: &CertificateDer<'_>,
        _chain: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        match self.certificates.iter().any(|known| known == shown) {
            true => Ok(ClientCertVerified::assertion()),
            false => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

/// A listener behind which nobody stands whose certificate is not known.
#[derive(Debug)]
pub struct TlsListener {
    address: std::net::SocketAddr,
    shaken: mpsc::Receiver<(TlsStream<TcpStream>, std::net::SocketAddr)>,
}

impl TlsListener {
    /// Shakes hands beside the serving: who is slow at it holds up nobody.
    pub fn new(listener: TcpListener, tls: MutualTls) -> std::io::Result<TlsListener> {
        let address = listener.local_addr()?;
        let (ready, shaken) = mpsc::channel(HANDSHAKES_MAX);
        tokio::spawn(shake_all(listener, TlsAcceptor::from(tls.0), ready));
        Ok(TlsListener { address, shaken })
    }

    pub fn address(&self) -> std::net::SocketAddr {
        self.address
    }
}

/// Ends when nobody serves any more.
async fn shake_all(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    ready: mpsc::Sender<(TlsStream<TcpStream>, std::net::SocketAddr)>,
) {
    let room = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ready.closed() => return,
        };
        let Ok((stream, from)) = accepted else {
            tokio::time::sleep(REST).await;
            continue;
        };
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        tokio::spawn(async move {
            let _place = place;
            let patience = Duration::from_secs(HANDSHAKE_S_MAX);
            match tokio::time::timeout(patience, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let _ = ready.send((stream, from)).await;
                }
                Ok(Err(why)) => {
                    tracing::warn!(%from, %why, "a stranger at the security server's door")
                }
                Err(_) => tracing::warn!(%from, "nobody shook hands in time"),
            }
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.shaken.recv().await {
            Some(shaken) => shaken,
            // The listener is gone with its runtime: nobody comes any more.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(self.address)
    }
}
