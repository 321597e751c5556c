//! Why a connection came to nothing: TLS, by whose certificate and how, or the line itself.

use std::error::Error;

use rustls::{AlertDescription, CertificateError};

use crate::failure::CallFailure;

/// Characters of a reason in another's words.
const REASON_CHARS_MAX: usize = 200;

/// Why two sides did not come to trust each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsFailure {
    #[error("its certificate is of no authority that is trusted here")]
    Authority,
    #[error("its certificate has expired")]
    Expired,
    #[error("its certificate is not valid yet")]
    NotYet,
    #[error("its certificate is of another name than the address")]
    Name,
    #[error("its certificate cannot be used: {0}")]
    Certificate(String),
    #[error("it wants a certificate of ours, and none is named")]
    NoneShown,
    #[error("it does not accept our certificate")]
    Ours,
    #[error("it does not speak TLS there")]
    NoTls,
    #[error("it broke the handshake off: {0}")]
    Handshake(String),
}

impl TlsFailure {
    /// Another attempt would meet the same.
    pub fn is_settled(&self) -> bool {
        !matches!(self, TlsFailure::Handshake(_))
    }

    /// Their certificate was refused, and no word of ours sent. What they refuse they may say when the
    /// question is on its way already (TLS 1.3).
    pub fn is_before_asking(&self) -> bool {
        use TlsFailure::{Authority, Certificate, Expired, Name, NotYet};
        matches!(self, Authority | Expired | NotYet | Name | Certificate(_))
    }

    fn of(error: &rustls::Error) -> TlsFailure {
        use rustls::Error::{AlertReceived, InvalidCertificate, InvalidMessage};
        match error {
            InvalidCertificate(why) => TlsFailure::of_theirs(why),
            AlertReceived(alert) => TlsFailure::of_alert(*alert),
            InvalidMessage(_) => TlsFailure::NoTls,
            other => TlsFailure::Handshake(shortened(other)),
        }
    }

    fn of_theirs(why: &CertificateError) -> TlsFailure {
        use CertificateError::{
            BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext,
            NotValidYet, NotValidYetContext, UnknownIssuer,
        };
        match why {
            // Signed by somebody who only bears the authority's name.
            UnknownIssuer | BadSignature => TlsFailure::Authority,
            Expired | ExpiredContext { .. } => TlsFailure::Expired,
            NotValidYet | NotValidYetContext { .. } => TlsFailure::NotYet,
            NotValidForName | NotValidForNameContext { .. } => TlsFailure::Name,
            other => TlsFailure::Certificate(shortened(&rustls::Error::from(other.clone()))),
        }
    }

    fn of_alert(alert: AlertDescription) -> TlsFailure {
        match alert {
            AlertDescription::CertificateRequired => TlsFailure::NoneShown,
            AlertDescription::AccessDenied
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::UnsupportedCertificate => TlsFailure::Ours,
            other => TlsFailure::Handshake(format!("{other:?}")),
        }
    }
}

fn shortened(why: &impl ToString) -> String {
    let why = why.to_string();
    let plain = why.chars().filter(|c| !c.is_control());
    plain.take(REASON_CHARS_MAX).collect()
}

/// Why a call did not come to an answer: TLS, where it was that, or else the connection.
pub fn failure_of(error: &(dyn Error + 'static)) -> CallFailure {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return CallFailure::Tls(TlsFailure::of(found));
        }
        // What an io::Error wraps is not among its sources.
        let wrapped = error.downcast_ref::<std::io::Error>();
        next = match wrapped.and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    CallFailure::Connection
}
