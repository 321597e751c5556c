//! Why a request ends without its answer. Handlers return a [`Stop`]; the rim
//! (`crate::rim`) turns it into a page in the reader's language or into the one
//! JSON shape.

use access::{Denied, Role};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::lang::Text3;

use crate::router::BODY_KIB_MAX;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    NotFound,
    /// The address is there, for other methods: the router names them in `Allow`.
    WrongMethod,
    /// Nobody is signed in.
    SignInFirst,
    ForbiddenRole(Role),
    ForbiddenArea,
    CrossSite,
    /// What was sent cannot be read: which field, and what is wrong with it.
    Bad {
        field: Option<&'static str>,
        message: String,
    },
    TooLarge,
    /// The body of the request did not come in time.
    CameSlowly,
    /// The answer was not ready in time.
    TooSlow,
    /// Refused by the noun itself: a word for machines, and words for people.
    Refused {
        status: StatusCode,
        code: &'static str,
        why: Text3,
    },
    /// Something failed on our side; logged where it happened.
    Fault,
}

impl Stop {
    pub fn bad(field: &'static str, message: impl Into<String>) -> Stop {
        Stop::Bad {
            field: Some(field),
            message: message.into(),
        }
    }

    /// The state of things refuses it.
    pub fn conflict(code: &'static str, why: Text3) -> Stop {
        Stop::Refused {
            status: StatusCode::CONFLICT,
            code,
            why,
        }
    }

    /// A refusal whose words exist in English only.
    pub fn conflict_en(code: &'static str, why: impl ToString) -> Stop {
        Stop::conflict(code, Text3::same(why.to_string()))
    }

    /// Logs what failed; the reader only learns that it did.
    pub fn fault(reason: impl std::fmt::Display) -> Stop {
        tracing::error!(%reason, "a request failed");
        Stop::Fault
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Stop::NotFound => StatusCode::NOT_FOUND,
            Stop::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Stop::SignInFirst => StatusCode::UNAUTHORIZED,
            Stop::ForbiddenRole(_) | Stop::ForbiddenArea | Stop::CrossSite => StatusCode::FORBIDDEN,
            Stop::Bad { .. } => StatusCode::BAD_REQUEST,
            Stop::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Stop::CameSlowly => StatusCode::REQUEST_TIMEOUT,
            Stop::TooSlow => StatusCode::GATEWAY_TIMEOUT,
            Stop::Refused { status, .. } => *status,
            Stop::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// For machines.
    pub fn code(&self) -> &'static str {
        match self {
            Stop::NotFound => "not_found",
            Stop::WrongMethod => "wrong_method",
            Stop::SignInFirst => "sign_in_first",
            Stop::ForbiddenRole(_) | Stop::ForbiddenArea => "forbidden",
            Stop::CrossSite => "cross_site",
            Stop::Bad { .. } => "bad_request",
            Stop::TooLarge => "too_large",
            Stop::CameSlowly => "came_slowly",
            Stop::TooSlow => "too_slow",
            Stop::Refused { code, .. } => code,
            Stop::Fault => "fault",
        }
    }

    /// For whoever writes a program.
    pub fn message(&self) -> String {
        match self {
            Stop::NotFound => "there is nothing at this address".to_owned(),
            Stop::WrongMethod => "this address takes the methods that Allow names".to_owned(),
            Stop::SignInFirst => "send a bearer token from POST /api/sign-in".to_owned(),
            Stop::ForbiddenRole(role) => format!("the role {} may not do this", role.name()),
            Stop::ForbiddenArea => "this lies outside of the account's territory".to_owned(),
            Stop::CrossSite => "the request came from another site".to_owned(),
            Stop::Bad { message, .. } => message.clone(),
            Stop::TooLarge => format!("a request has at most {BODY_KIB_MAX} KiB"),
            Stop::CameSlowly => {
                "the request came too slowly; the same id may be sent again".to_owned()
            }
            Stop::TooSlow => "the answer took too long; the same id may be sent again".to_owned(),
            Stop::Refused { why, .. } => why.en.clone().into_owned(),
            Stop::Fault => "it failed on our side; the same id may be sent again".to_owned(),
        }
    }

    pub fn field(&self) -> Option<&'static str> {
        match self {
            Stop::Bad { field, .. } => *field,
            _ => None,
        }
    }
}

/// The rim sees the extension and gives the answer its form.
impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Denied> for Stop {
    fn from(denied: Denied) -> Stop {
        match denied {
            Denied::NotAllowed { role, .. } => Stop::ForbiddenRole(role),
            Denied::OutsideTerritory { .. } | Denied::NotOwn => Stop::ForbiddenArea,
            Denied::LogUnavailable { reason } => Stop::fault(reason),
        }
    }
}

impl From<store::Fault> for Stop {
    fn from(fault: store::Fault) -> Stop {
        Stop::fault(fault)
    }
}

impl From<casework::Fault> for Stop {
    fn from(fault: casework::Fault) -> Stop {
        match fault {
            casework::Fault::NoCase(_) => Stop::NotFound,
            casework::Fault::Registry(error) => error.into(),
            other => Stop::fault(other),
        }
    }
}

impl From<registry::RegisterError> for Stop {
    fn from(error: registry::RegisterError) -> Stop {
        match error {
            registry::RegisterError::UnknownPinfl => unknown_person(),
            other => Stop::fault(other),
        }
    }
}

impl From<payments::Error> for Stop {
    fn from(error: payments::Error) -> Stop {
        match error {
            payments::Error::Run(payments::run::Refusal::Unknown { .. })
            | payments::Error::AccountTask(payments::account_task::Refusal::Unknown { .. })
            | payments::Error::AccountChange(payments::account_change::Refusal::Unknown {
                ..
            }) => Stop::NotFound,
            payments::Error::Run(payments::run::Refusal::SamePerson { .. })
            | payments::Error::AccountChange(payments::account_change::Refusal::SamePerson) => {
                Stop::conflict_en("same_person", error)
            }
            refusal if refusal.is_refusal() => Stop::conflict_en("refused", refusal),
            fault => Stop::fault(fault),
        }
    }
}

impl From<app::Error> for Stop {
    fn from(error: app::Error) -> Stop {
        match error {
            app::Error::NotADemo | app::Error::NoStatement { .. } => Stop::NotFound,
            app::Error::Payments(error) => error.into(),
            refused @ (app::Error::NotFrozen { .. }
            | app::Error::Sheet(sheet::Wrong::TooMany { .. })) => {
                Stop::conflict_en("refused", refused)
            }
            app::Error::Access(denied) => denied.into(),
            other => Stop::fault(other),
        }
    }
}

/// The register holds nobody with this number.
pub fn unknown_person() -> Stop {
    Stop::Refused {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        code: "unknown_person",
        why: Text3::fixed(
            "Bu JSHSHIR reyestrda topilmadi.",
            "Этого ПИНФЛ нет в реестре.",
            "The register holds nobody with this PINFL.",
        ),
    }
}
