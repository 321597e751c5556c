//! Why a call to an agency or partner came to nothing.

use crate::tls::TlsFailure;

/// Why there is no answer. None of these says anything about a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    #[error("no answer within {ms} ms")]
    Timeout { ms: u64 },
    #[error("no connection or a cut one")]
    Connection,
    #[error("no connection that can be trusted: {0}")]
    Tls(TlsFailure),
    #[error("the file that tls.{field} names cannot be used")]
    NoTls { field: &'static str },
    #[error("answered with HTTP status {status}{}", if_not_let_in(*status))]
    Status { status: u16 },
    #[error("an answer of more than {bytes_max} bytes")]
    TooLarge { bytes_max: usize },
    #[error("left alone for {ms} ms after failures in a row")]
    BreakerOpen { ms: u64 },
    #[error("too many questions: it asked to wait {s} s")]
    AskedToWait { s: u64 },
    /// X-Road itself, by its type: `Server.ServerProxy.NetworkError`.
    #[error("the security server says {fault}")]
    SecurityServer { fault: String },
    #[error("no access token: {why}")]
    NoToken { why: &'static str },
    #[error("the question cannot be signed: {why}")]
    NoKey { why: &'static str },
}

/// What to look at.
fn if_not_let_in(status: u16) -> &'static str {
    match status {
        401 => {
            ": we are not let in; see token_address, client_id and the keys in the connector's file"
        }
        _ => "",
    }
}

impl CallFailure {
    /// The agency has not heard the number.
    pub(crate) fn is_before_asking(&self) -> bool {
        match self {
            CallFailure::NoToken { .. } | CallFailure::NoKey { .. } | CallFailure::NoTls { .. } => {
                true
            }
            CallFailure::Tls(why) => why.is_before_asking(),
            _ => false,
        }
    }
}
