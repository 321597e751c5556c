//! Messages of registries that we have asked or subscribed to. They come with no token: a message is of
//! the registry whose key signed it, is addressed to us, and of now.

use access::Subject;
use kernel::Day;
use serde_json::Value;
use store::Tx;
use uuid::Uuid;

use crate::answer::AnswerRefusal;
use crate::call::Line;
use crate::dci::Reply;
use crate::dci::envelope::{self, Arrived};
use crate::dci::journal::{self, Message};
use crate::dci::refusal::Refusal;
use crate::dci::signature::Forged;
use crate::dialect::dci::{self, Came, Dci};
use crate::security::Refused;
use crate::{Exchange, ExchangeError, Result};

/// What a registry's message does, by the address that it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The answer to a question.
    OnSearch,
    OnSubscribe,
    OnUnsubscribe,
    /// Something has happened that we have subscribed to.
    Notify,
}

impl Heard {
    pub fn action(self) -> &'static str {
        match self {
            Heard::OnSearch => "on-search",
            Heard::OnSubscribe => "on-subscribe",
            Heard::OnUnsubscribe => "on-unsubscribe",
            Heard::Notify => "notify",
        }
    }
}

/// Why a message is not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotHeard {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Failed(#[from] ExchangeError),
}

impl From<registry::RegisterError> for NotHeard {
    fn from(why: registry::RegisterError) -> NotHeard {
        match why {
            registry::RegisterError::Impossible(_) => NotHeard::Refused(Refusal::bad(why)),
            why => NotHeard::Failed(why.into()),
        }
    }
}

impl From<store::Fault> for NotHeard {
    fn from(fault: store::Fault) -> NotHeard {
        NotHeard::Failed(fault.into())
    }
}

impl Exchange {
    /// Takes a message of a registry that we have asked. It comes with no token: its signature says
    /// whose it is. `today` is the local day.
    pub async fn hear_registry(&self, heard: Heard, arrived: &Arrived<'_>, today: Day) -> Reply {
        let refusal = match self.heard(heard, arrived, today).await {
            Ok(reply) => return reply,
            Err(NotHeard::Refused(refusal)) => refusal,
            Err(NotHeard::Failed(fault)) => {
                tracing::error!(%fault, "a registry's message could not be taken");
                let why = "it failed on our side; try again";
                Refusal::new(500, "err.service.unavailable", why)
            }
        };
        let refused = Refused {
            asked: heard.action(),
            code: refusal.reason,
            reason: &refusal.message,
        };
        // No token came with it, so it is nobody's: a name that is only written in it must neither
        // accuse a partner nor use up the events that are kept of one.
        self.note_refused(&Subject::system(), arrived.body, refused)
            .await;
        Reply {
            status: refusal.status,
            body: refusal.body("", self.platform.wall.now()).to_string(),
            signature: None,
        }
    }

    async fn heard(
        &self,
        heard: Heard,
        arrived: &Arrived<'_>,
        today: Day,
    ) -> Result<Reply, NotHeard> {
        let body = envelope::read_body(arrived)?;
        let (line, dci) = self.line_of(&body)?;
        let came = Came {
            body: &body,
            signature: arrived.signature,
            now: self.platform.wall.now(),
        };
        let opened = dci::open(dci, &came, heard.action()).map_err(refusal)?;
        let message_id = envelope::id(&opened.header, "message_id")
            .ok_or_else(|| Refusal::bad("header.message_id must have 1 to 99 characters"))?;
        match heard {
            Heard::OnSearch => {
                let answer = self.hear_answer((line, dci), &opened, &message_id, arrived);
                answer.await
            }
            Heard::OnSubscribe => {
                let agency = line.connector.agency;
                self.hear_subscribed((agency, dci), &opened, &message_id)
                    .await
            }
            Heard::OnUnsubscribe => {
                let agency = line.connector.agency;
                self.hear_unsubscribed((agency, dci), &opened, &message_id)
                    .await
            }
            Heard::Notify => {
                let agency = line.connector.agency;
                let from = (agency, dci);
                self.hear_notified(from, &opened, &message_id, today).await
            }
        }
    }

    /// The registry that the message says it is of.
    fn line_of(&self, body: &Value) -> Result<(&Line, &Dci), Refusal> {
        let sender = body["header"]["sender_id"].as_str().unwrap_or_default();
        let lines = self.lines.values();
        let mut later = lines.filter_map(|line| Some((line, line.connector.dialect.told_by()?)));
        later
            .find(|(_, dci)| dci.receiver_id == sender)
            .ok_or_else(|| {
                let why = "header.sender_id is no registry whose messages are awaited here";
                Refusal::new(401, "err.sender_id.invalid", why)
            })
    }

    /// False when the message was taken before.
    pub(crate) async fn take_once(
        &self,
        tx: &mut Tx,
        dci: &Dci,
        (message_id, action): (&str, &'static str),
        correlation: Uuid,
    ) -> Result<bool> {
        let message = Message {
            sender_id: dci.receiver_id.clone(),
            message_id: message_id.to_owned(),
            received_at: self.platform.wall.now(),
            action,
            transaction_id: correlation.to_string(),
            correlation,
            answer: None,
        };
        let taken = journal::insert(tx, &[&message]).await?;
        Ok(taken == 1)
    }
}

/// In the words of the protocol.
pub(crate) fn refusal(why: AnswerRefusal) -> Refusal {
    let (status, code) = match &why {
        AnswerRefusal::Forged(Forged::Missing) => (401, "err.signature.missing"),
        AnswerRefusal::Forged(_) => (401, "err.signature.invalid"),
        AnswerRefusal::NoKeys => (503, "err.service.unavailable"),
        AnswerRefusal::AnotherAgency => (401, "err.sender_id.invalid"),
        AnswerRefusal::ToAnother => (400, "err.receiver_id.invalid"),
        AnswerRefusal::Encryption { .. } | AnswerRefusal::NotOpened => {
            (400, "err.encryption.invalid")
        }
        AnswerRefusal::NotOfNow { .. } => {
            return Refusal::rejected("rjct.message_ts.invalid", why);
        }
        _ => (400, "err.request.bad"),
    };
    Refusal::new(status, code, why)
}
