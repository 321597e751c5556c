//! Messages that were taken: the same id of the same sender is not taken again.
//!
//! A message that is answered at once is kept together with how its questions ended, in the commit
//! that makes the looks durable which its answer took (`store::together`): the answer leaves after
//! that one wait for the disk.

use kernel::Instant;
use store::together::Together;
use store::{Ids, Result, Tx, bulk, fetch_optional};
use uuid::Uuid;

use super::status::{self, Outcome};

/// A message as it is taken.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub sender_id: String,
    pub message_id: String,
    pub received_at: Instant,
    pub action: &'static str,
    pub transaction_id: String,
    pub correlation: Uuid,
    /// The message that will answer, when that is later.
    pub answer: Option<Uuid>,
}

/// A message that was answered at once, and how its questions ended.
#[derive(Debug)]
pub(super) struct Answered {
    pub message: Message,
    pub at: Instant,
    pub outcomes: Vec<Outcome>,
}

/// Keeps messages that were answered at once. Each is told whether it was the first of its id.
pub(super) struct Journal;

impl Together for Journal {
    type Row = Answered;
    type Kept = bool;
    const WHAT: &'static str = "messages of partners";

    fn begin(_: &Ids) -> Journal {
        Journal
    }

    async fn write(&mut self, tx: &mut Tx, answered: &[Answered]) -> Result<Vec<bool>> {
        let messages: Vec<&Message> = answered.iter().map(|answered| &answered.message).collect();
        let taken = match insert(tx, &messages).await? == messages.len() as u64 {
            true => vec![true; messages.len()],
            false => first_of_their_ids(tx, &messages).await?,
        };
        let kept = answered.iter().zip(&taken).filter(|(_, taken)| **taken);
        let ended: Vec<_> = kept
            .map(|(a, _)| (a.message.correlation, a.at, a.outcomes.as_slice()))
            .collect();
        status::note_all(tx, &ended).await?;
        Ok(taken)
    }
}

/// Takes the messages that are the first of their ids; how many were.
pub(crate) async fn insert(tx: &mut Tx, messages: &[&Message]) -> Result<u64> {
    const MESSAGE: bulk::Insert = bulk::Insert {
        into: "dci_message (sender_id, message_id, received_at, action, transaction_id, \
               correlation_id, answer_id)",
        on_conflict: "(sender_id, message_id) DO NOTHING",
    };
    bulk::insert(tx, &MESSAGE, messages, |row, message| {
        row.push(message.sender_id.as_str())
            .push(message.message_id.as_str())
            .push(message.received_at.0)
            .push(message.action)
            .push(message.transaction_id.as_str())
            .push(message.correlation)
            .push(message.answer);
    })
    .await
}

/// For each message whether the one that was kept under its id is itself.
async fn first_of_their_ids(tx: &mut Tx, messages: &[&Message]) -> Result<Vec<bool>> {
    let mut first = Vec::with_capacity(messages.len());
    for message in messages {
        let kept = find(tx, &message.sender_id, &message.message_id).await?;
        first.push(kept == Some(message.correlation));
    }
    Ok(first)
}

/// The correlation under which a message of this id was taken.
pub(super) async fn find(tx: &mut Tx, sender_id: &str, message_id: &str) -> Result<Option<Uuid>> {
    let found = fetch_optional!(
        tx,
        (Uuid,),
        "SELECT correlation_id FROM dci_message WHERE sender_id = $1 AND message_id = $2",
        sender_id,
        message_id
    )?;
    Ok(found.map(|(correlation,)| correlation))
}
