//! Whom we trust: authorities, by the certificates that they sign, and single certificates that stand
//! in the file of an agency themselves.

use std::sync::{Arc, LazyLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WantsClientCert, WebPkiServerVerifier, verify_server_name};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, ConfigBuilder, DigitallySignedStruct, OtherError,
    RootCertStore, SignatureScheme,
};

/// Certificates of one file.
pub const CERTIFICATES_MAX: usize = 64;

pub type Chain = Vec<CertificateDer<'static>>;

#[derive(Debug, Clone)]
pub struct Authorities {
    store: Arc<RootCertStore>,
    /// The certificates of the file; none of the machine's.
    named: Chain,
}

/// Read once: who adds an authority to the machine starts the program anew.
static MACHINE: LazyLock<Authorities> = LazyLock::new(|| {
    let mut store = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let unread = found.errors.len();
    let (known, _) = store.add_parsable_certificates(found.certs);
    tracing::debug!(known, unread, "authorities of the machine");
    Authorities {
        store: Arc::new(store),
        named: Vec::new(),
    }
});

impl Authorities {
    pub fn of_machine() -> &'static Authorities {
        &MACHINE
    }

    /// From the text of a file; `None` where it is not one of certificates.
    pub fn read(text: &str) -> Option<Authorities> {
        let named = certificates(text)?;
        let mut store = RootCertStore::empty();
        for certificate in &named {
            store.add(certificate.clone()).ok()?;
        }
        let store = Arc::new(store);
        Some(Authorities { store, named })
    }

    /// These, and those of a file.
    pub fn and(&self, also: &Authorities) -> Authorities {
        let mut store = RootCertStore::clone(&self.store);
        store.roots.extend(also.store.roots.iter().cloned());
        Authorities {
            store: Arc::new(store),
            named: also.named.clone(),
        }
    }

    /// The beginning of a configuration that trusts these and nobody else.
    pub fn trusting(&self) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, rustls::Error> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions()?;
        if self.named.is_empty() {
            return Ok(builder.with_root_certificates(Arc::clone(&self.store)));
        }
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::clone(&self.store), provider);
        let chains = chains
            .build()
            .map_err(|why| rustls::Error::General(why.to_string()))?;
        let verifier = Arc::new(Named {
            certificates: self.named.clone(),
            chains,
        });
        let builder = builder.dangerous();
        Ok(builder.with_custom_certificate_verifier(verifier))
    }
}

pub fn certificates(text: &str) -> Option<Chain> {
    let found = CertificateDer::pem_slice_iter(text.as_bytes());
    let found = found.take(CERTIFICATES_MAX + 1);
    let found: Chain = found.collect::<Result<_, _>>().ok()?;
    (1..=CERTIFICATES_MAX)
        .contains(&found.len())
        .then_some(found)
}

/// Believes whom the authorities have signed, and one certificate more: a server's own that stands in
/// the file byte for byte, though it calls itself an authority. X-Road's security servers make theirs
/// so, and no chain leads to it. Its days and its name are checked as everybody's.
#[derive(Debug)]
struct Named {
    certificates: Chain,
    chains: Arc<WebPkiServerVerifier>,
}

impl ServerCertVerifier for Named {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self
            .chains
            .verify_server_cert(shown, chain, name, ocsp, now);
        match verified {
            Err(why) if is_only_an_authority(&why) && self.certificates.contains(shown) => {
                verify_server_name(&ParsedCertificate::try_from(shown)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chains.verify_tls12_signature(message, shown, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.chains.verify_tls13_signature(message, shown, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

/// A certificate is looked at for its days before it is for this; a test holds that.
fn is_only_an_authority(why: &rustls::Error) -> bool {
    let rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(why))) = why else {
        return false;
    };
    let why = why.downcast_ref::<webpki::Error>();
    matches!(why, Some(webpki::Error::CaUsedAsEndEntity))
}
