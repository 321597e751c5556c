//! TLS to agencies and partners: whom we trust, what we show, and why a connection came to nothing.
//!
//! An agency is trusted by the authorities of the machine, or by those of its own file alone: national
//! authorities are private, and one of them need not vouch for another's agency. Nothing switches the
//! check of a certificate off.

mod authority;
mod failure;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, InconsistentKeys};

use crate::client::Client;
use crate::dialect::key_file::{KeyFile, NoKey};
use crate::failure::CallFailure;
use authority::{Authorities, CERTIFICATES_MAX, Chain};

pub use failure::{TlsFailure, failure_of};

/// The fields of `[tls]`.
pub const CA_FILE: &str = "ca_file";
pub const CERTIFICATE_FILE: &str = "certificate_file";
pub const KEY_FILE: &str = "key_file";

/// The files that a connector names; none of them: the machine's authorities, and nothing shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Tls {
    /// These authorities alone.
    pub ca: Option<KeyFile<Authorities>>,
    pub own: Option<Own>,
}

/// What we show: a certificate with its chain, and its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Own {
    pub certificate: KeyFile<Chain>,
    pub key: KeyFile<PrivateKeyDer<'static>>,
}

/// A file of `[tls]` that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct TlsRefused {
    /// The field that names the file.
    pub field: &'static str,
    pub why: String,
}

/// What stood in the files.
#[derive(Debug, Clone, Default)]
struct Held {
    ca: Option<Arc<Authorities>>,
    own: Option<(Arc<Chain>, Arc<PrivateKeyDer<'static>>)>,
}

impl Tls {
    /// A client that trusts and shows what the files say now.
    pub fn client(&self) -> Result<Client, TlsRefused> {
        self.client_of(&self.held()?)
    }

    fn client_of(&self, held: &Held) -> Result<Client, TlsRefused> {
        let trusted = held
            .ca
            .as_deref()
            .unwrap_or_else(|| Authorities::of_machine());
        Ok(Client::new(held.config(trusted)?, self.clone()))
    }

    fn held(&self) -> Result<Held, TlsRefused> {
        let ca = self.ca.as_ref();
        let own = self.own.as_ref();
        Ok(Held {
            ca: ca
                .map(|file| read(CA_FILE, file, Authorities::read))
                .transpose()?,
            own: own.map(Own::read).transpose()?,
        })
    }
}

impl Own {
    fn read(&self) -> Result<(Arc<Chain>, Arc<PrivateKeyDer<'static>>), TlsRefused> {
        let certificate = read(CERTIFICATE_FILE, &self.certificate, authority::certificates)?;
        Ok((certificate, read(KEY_FILE, &self.key, private_key)?))
    }
}

impl Held {
    /// Whether it is the same state of the same files.
    fn is(&self, other: &Held) -> bool {
        let ca = match (&self.ca, &other.ca) {
            (None, None) => true,
            (Some(one), Some(two)) => Arc::ptr_eq(one, two),
            _ => false,
        };
        let own = match (&self.own, &other.own) {
            (None, None) => true,
            (Some(one), Some(two)) => Arc::ptr_eq(&one.0, &two.0) && Arc::ptr_eq(&one.1, &two.1),
            _ => false,
        };
        ca && own
    }

    fn config(&self, trusted: &Authorities) -> Result<ClientConfig, TlsRefused> {
        let refused = |field, why: rustls::Error| TlsRefused {
            field,
            why: why.to_string(),
        };
        let trusting = trusted.trusting().map_err(|why| refused(CA_FILE, why))?;
        let Some((certificate, key)) = &self.own else {
            return Ok(trusting.with_no_client_auth());
        };
        let shown = trusting.with_client_auth_cert(certificate.to_vec(), key.clone_key());
        shown.map_err(|why| match why {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => TlsRefused {
                field: KEY_FILE,
                why: "it is not the key of the certificate in certificate_file".to_owned(),
            },
            rustls::Error::InvalidCertificate(_) => refused(CERTIFICATE_FILE, why),
            why => refused(KEY_FILE, why),
        })
    }
}

/// A client for partners: the machine's authorities, and those of one more file.
pub fn client_trusting_also(file: &Path) -> Result<Client, TlsRefused> {
    let also = read(CA_FILE, &KeyFile::new(file.to_owned()), Authorities::read)?;
    let trusted = Authorities::of_machine().and(&also);
    let config = Held::default().config(&trusted)?;
    Ok(Client::new(config, Tls::default()))
}

fn read<K>(
    field: &'static str,
    file: &KeyFile<K>,
    parse: impl FnOnce(&str) -> Option<K>,
) -> Result<Arc<K>, TlsRefused> {
    file.read(parse).map_err(|why| {
        let path = file.path().display();
        let why = match (why, field) {
            (NoKey::Unreadable, _) => {
                format!("{path} cannot be read: it is missing, no file, or longer than 64 KiB")
            }
            (NoKey::Form, KEY_FILE) => {
                format!("{path} holds no private key (PEM, not encrypted)")
            }
            (NoKey::Form, _) => {
                format!("{path} does not hold 1 to {CERTIFICATES_MAX} certificates (PEM)")
            }
        };
        TlsRefused { field, why }
    })
}

fn private_key(text: &str) -> Option<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_slice(text.as_bytes()).ok()
}

/// The client of one agency. Where its file names files, they are looked at before each call: a new
/// certificate needs no restart.
#[derive(Debug)]
pub struct Way {
    tls: Tls,
    /// For agencies whose file names none.
    shared: Client,
    kept: Mutex<Option<(Held, Client)>>,
}

impl Way {
    pub fn new(tls: Tls, shared: Client) -> Way {
        Way {
            tls,
            shared,
            kept: Mutex::default(),
        }
    }

    pub fn client(&self) -> Result<Client, CallFailure> {
        if self.tls == Tls::default() {
            return Ok(self.shared.clone());
        }
        self.own_client().map_err(|refused| {
            tracing::error!(%refused, "the files of [tls] cannot be used");
            CallFailure::NoTls {
                field: refused.field,
            }
        })
    }

    fn own_client(&self) -> Result<Client, TlsRefused> {
        let held = self.tls.held()?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = kept.as_ref().filter(|(of, _)| of.is(&held)) {
            return Ok(client.clone());
        }
        let client = self.tls.client_of(&held)?;
        *kept = Some((held, client.clone()));
        Ok(client)
    }
}
