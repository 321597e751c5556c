//! What agencies said, opened and held against its hash; and that nothing points to what is gone.

use store::{Tx, fetch_all, fetch_value};
use uuid::Uuid;

use super::{Found, PAGE_ROWS};
use crate::evidence::sha256;
use crate::{Exchange, RestKeys, Result};

/// Answers read at once: each may be some megabytes.
const PAGE_ANSWERS: i64 = 64;

/// What was found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Answers {
    pub found: Found,
    /// Kept before there was a key: their hashes hold, but whoever writes one writes the other.
    pub not_covered: u64,
}

#[derive(sqlx::FromRow)]
struct AnswerRow {
    id: Uuid,
    received_at: i64,
    sha256: Vec<u8>,
    body: Vec<u8>,
    sealed: bool,
}

impl AnswerRow {
    /// `sealing_since`: when the first of those that lie sealed was received.
    fn wrong(&self, keys: &RestKeys, sealing_since: i64) -> Option<String> {
        if !self.sealed {
            let late = self.received_at > sealing_since;
            let late = late.then(|| "it lies open, though answers were sealed by then".to_owned());
            return late.or_else(|| self.differs(&self.body));
        }
        match keys.open(self.id.as_bytes(), &self.body) {
            Ok(body) => self.differs(&body),
            Err(why) => Some(why.to_string()),
        }
    }

    fn differs(&self, body: &[u8]) -> Option<String> {
        let differs = sha256(body) != self.sha256;
        differs.then(|| "it is not what was received: its hash differs".to_owned())
    }
}

impl Exchange {
    /// Opens every answer, and the head of every one that was refused.
    pub async fn verify_answers(&self) -> Result<Answers> {
        let mut tx = self.platform.db.read().await?;
        let mut answers = Answers::default();
        self.answers(&mut tx, &mut answers).await?;
        self.refused(&mut tx, &mut answers.found).await?;
        without_answer(&mut tx, &mut answers.found).await?;
        Ok(answers)
    }

    async fn answers(&self, tx: &mut Tx, answers: &mut Answers) -> Result<()> {
        let since = "SELECT COALESCE(MIN(received_at), 9223372036854775807) FROM exchange_answer
             WHERE sealed";
        let sealing_since = fetch_value!(tx, i64, since)?;
        let mut last = Uuid::nil();
        loop {
            let page = fetch_all!(
                tx,
                AnswerRow,
                "SELECT id, received_at, sha256, body, sealed FROM exchange_answer WHERE id > $1
                 ORDER BY id LIMIT $2",
                last,
                PAGE_ANSWERS
            )?;
            let Some(end) = page.last() else {
                return Ok(());
            };
            last = end.id;
            for row in &page {
                answers.found.checked += 1;
                match row.wrong(&self.evidence_keys, sealing_since) {
                    Some(why) => answers.found.tell(format!("answer {}: {why}", row.id)),
                    None if !row.sealed => answers.not_covered += 1,
                    None => {}
                }
            }
        }
    }

    async fn refused(&self, tx: &mut Tx, found: &mut Found) -> Result<()> {
        let mut last = Uuid::nil();
        loop {
            let page = fetch_all!(
                tx,
                (Uuid, Vec<u8>),
                "SELECT id, head FROM evidence_refused WHERE id > $1 AND sealed
                 ORDER BY id LIMIT $2",
                last,
                PAGE_ANSWERS
            )?;
            let Some((end, _)) = page.last() else {
                return Ok(());
            };
            last = *end;
            for (id, head) in &page {
                found.checked += 1;
                if let Err(why) = self.evidence_keys.open(id.as_bytes(), head) {
                    found.tell(format!("refused answer {id}: {why}"));
                }
            }
        }
    }
}

async fn without_answer(tx: &mut Tx, found: &mut Found) -> Result<()> {
    let rows = fetch_all!(
        tx,
        (Uuid,),
        "SELECT e.id FROM evidence e WHERE NOT EXISTS
           (SELECT 1 FROM exchange_answer a WHERE a.id = e.answer AND a.agency = e.agency)
         ORDER BY e.id LIMIT $1",
        PAGE_ROWS
    )?;
    for (id,) in rows {
        found.tell(format!("evidence {id}: the answer it is part of is gone"));
    }
    Ok(())
}
