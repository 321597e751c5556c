//! Payments that partners hand over, in the shapes of GovStack's Payments building block, version 1
//! of its paths: beneficiaries, prepayment validation, bulk payments, vouchers.
//!
//! ```text
//! bytes -> form (every field) -> payer (what is agreed) -> permits -> one transaction of payments
//! ```
//! What is received is answered with `00`; what of it cannot be paid is told with its reason, in the
//! description and when it is asked for. Nothing is half written.
//!
//! # Reading order
//! [`form`], `beneficiary.rs`, `bulk.rs`, `voucher.rs`.

mod beneficiary;
mod bulk;
pub mod form;
mod voucher;

use access::{Action, Permit, Purpose, Scope, Subject};
use kernel::Day;
use payments::payer::{self, Payer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::dci::{Reply, mapper};
use crate::{Exchange, security};
use form::{Fields, Wrong};

/// What is asked; its address says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    RegisterBeneficiary,
    UpdateBeneficiary,
    PrepaymentValidation,
    PrepaymentResult,
    BulkPayment,
    BatchDetail { batch: String },
    Preactivate,
    Activate,
    Redeem,
    Status { serial: String },
    Cancel { serial: String },
}

impl Call {
    /// As a security event names it.
    fn name(&self) -> &'static str {
        use Call::*;
        match self {
            RegisterBeneficiary => "register-beneficiary",
            UpdateBeneficiary => "update-beneficiary-details",
            PrepaymentValidation => "prepayment-validation",
            PrepaymentResult => "prepayment-validation-response",
            BulkPayment => "bulk-payment",
            BatchDetail { .. } => "batch-detail",
            Preactivate => "voucher-preactivation",
            Activate => "voucher-activation",
            Redeem => "voucher-redemption",
            Status { .. } => "voucher-status",
            Cancel { .. } => "voucher-cancel",
        }
    }

    fn is_of_vouchers(&self) -> bool {
        use Call::*;
        matches!(
            self,
            Preactivate | Activate | Redeem | Status { .. } | Cancel { .. }
        )
    }
}

/// What came over the wire.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    pub body: &'a [u8],
    /// `X-CorrelationID`: the sender's own id of a command.
    pub correlation: Option<&'a str>,
}

/// Who asks, what is agreed with it, and what it may.
struct Asker {
    payer: Payer,
    subject: Subject,
    permit: Permit,
}

impl Asker {
    /// A building block speaks for a payer that has named it.
    fn speaks_as(&self, block: &str) -> bool {
        self.payer.blocks.iter().any(|known| known == block)
    }
}

/// Why there is no answer of the right kind.
#[derive(Debug, thiserror::Error)]
enum Refused {
    /// A field is wrong, or an id is taken: status 400.
    #[error("{0}")]
    Request(String),
    /// With the status that the suite has for it.
    #[error("{why}")]
    With { status: u16, why: String },
    #[error(transparent)]
    Fault(#[from] store::Fault),
}

impl Refused {
    fn with(status: u16, why: impl ToString) -> Refused {
        Refused::With {
            status,
            why: why.to_string(),
        }
    }

    fn status(&self) -> u16 {
        match self {
            Refused::Request(_) => 400,
            Refused::With { status, .. } => *status,
            Refused::Fault(_) => 500,
        }
    }
}

impl From<Wrong> for Refused {
    fn from(wrong: Wrong) -> Refused {
        Refused::Request(wrong.to_string())
    }
}

impl From<crate::payee::Unfound> for Refused {
    fn from(unfound: crate::payee::Unfound) -> Refused {
        Refused::Fault(unfound.into())
    }
}

/// What the noun itself refuses is the sender's; everything else is ours.
fn of_payments(error: payments::Error) -> Refused {
    match error {
        payments::Error::Batch(refusal) => Refused::Request(refusal.to_string()),
        payments::Error::Voucher(refusal) => voucher::refused(&refusal),
        other => Refused::Fault(mapper::fault(other)),
    }
}

/// The longest description of an answer.
const DESCRIPTION_CHARS_MAX: usize = 200;
/// The id of a request in an answer to one that has none we can read.
const NO_REQUEST: &str = "000000000000";
pub(crate) const REQUEST_CHARS: usize = 12;

impl Exchange {
    /// Answers a payer. `today` is the local day.
    pub async fn answer_govstack(
        &self,
        subject: &Subject,
        call: &Call,
        sent: &Sent<'_>,
        today: Day,
    ) -> Reply {
        let refused = match self.govstack(subject, call, sent, today).await {
            Ok((status, body)) => return reply(status, &body),
            Err(refused) => refused,
        };
        if let Refused::Fault(fault) = &refused {
            tracing::error!(%fault, "a payer's request could not be answered");
            return reply(
                500,
                &told(call, sent, "it failed on our side; send it again"),
            );
        }
        let status = match (call, &refused) {
            // What is wrong with a list that is only checked is an answer.
            (Call::PrepaymentValidation, Refused::Request(_)) => 200,
            _ => refused.status(),
        };
        let words = refused.to_string();
        let code = format!("govstack.{}", refused.status());
        let refused = security::Refused {
            asked: call.name(),
            code: &code,
            reason: &words,
        };
        self.note_refused(subject, sent.body, refused).await;
        reply(status, &told(call, sent, &words))
    }

    async fn govstack(
        &self,
        subject: &Subject,
        call: &Call,
        sent: &Sent<'_>,
        today: Day,
    ) -> Result<(u16, Value), Refused> {
        let asker = self.asker(subject).await?;
        let month = today.month();
        match call {
            Call::RegisterBeneficiary => self.beneficiaries(&asker, sent, "register").await,
            Call::UpdateBeneficiary => self.beneficiaries(&asker, sent, "update").await,
            Call::PrepaymentValidation => self.validate(&asker, sent).await,
            Call::PrepaymentResult => self.validated(&asker, sent).await,
            Call::BulkPayment => self.bulk(&asker, sent, month).await,
            Call::BatchDetail { batch } => self.detail(&asker, batch).await,
            Call::Preactivate => self.preactivate(&asker, sent, month).await,
            Call::Activate => self.activate(&asker, sent).await,
            Call::Redeem => self.redeem(&asker, sent, month).await,
            Call::Status { serial } => self.voucher_status(&asker, serial).await,
            Call::Cancel { serial } => self.cancel(&asker, sent, serial).await,
        }
    }

    async fn asker(&self, subject: &Subject) -> Result<Asker, Refused> {
        let mut tx = self.platform.db.read().await?;
        let found = payer::find(&mut tx, subject.account).await;
        drop(tx);
        let payer = found
            .map_err(of_payments)?
            .ok_or_else(|| Refused::with(403, "you are not entered as a payer"))?;
        let scope = Scope::area(subject.territory);
        let (action, purpose) = (Action::HandOverPayments, Purpose::Payment);
        let permit = access::permit(&self.platform, subject, action, purpose, scope).await;
        Ok(Asker {
            payer,
            subject: subject.clone(),
            permit: permit.map_err(|why| Refused::with(403, why))?,
        })
    }
}

fn reply(status: u16, body: &Value) -> Reply {
    Reply {
        status,
        body: body.to_string(),
        signature: None,
    }
}

/// A refusal in the shape of its address.
fn told(call: &Call, sent: &Sent<'_>, why: &str) -> Value {
    if call.is_of_vouchers() {
        return json!({ "message": why });
    }
    let request = Fields::read(sent.body).ok();
    let request = request.and_then(|fields| fields.id("RequestID", REQUEST_CHARS).ok());
    response("01", why, request.as_deref().unwrap_or(NO_REQUEST))
}

fn response(code: &str, description: &str, request: &str) -> Value {
    let description: String = description.chars().take(DESCRIPTION_CHARS_MAX).collect();
    json!({
        "ResponseCode": code,
        "ResponseDescription": description,
        "RequestID": request,
    })
}

/// What is the same in two requests, however their JSON is spaced.
fn hash_of(sent: &Sent<'_>) -> [u8; 32] {
    // Read before: what cannot be read has no hash that matters.
    let value = crate::dci::json::read(sent.body).unwrap_or_default();
    Sha256::digest(value.to_string()).into()
}
