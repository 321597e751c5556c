//! What a person reads of the questions that were sent to agencies: whom we asked about the
//! person, when, what for, on which law or consent, and what came of it. Every question is here,
//! also one that was never answered: by asking alone an agency learns of the person.

use crate::Result;
use access::{Action, Permit};
use kernel::{Instant, PersonId, Source};
use store::{Tx, bulk, fetch_all};
use uuid::Uuid;

/// Questions on one page at most, the newest first.
pub const ASKED_MAX: i64 = 200;

/// One question about one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The evidence it brought, or the number of the question that brought none.
    pub id: Uuid,
    pub at: Instant,
    pub agency: Source,
    /// As it was sent with the question.
    pub legal_basis: String,
    pub purpose: String,
    /// The consent that it rested on, where it needed one.
    pub consent: Option<String>,
    pub came: Came,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// The agency told what it holds.
    Answer,
    /// The agency holds nothing of this person.
    Nothing,
    /// No answer that was believed.
    Silence,
}

#[derive(Debug, Clone)]
pub(crate) struct NewUnanswered {
    pub id: Uuid,
    pub person: PersonId,
    pub agency: Source,
    pub legal_basis: String,
    pub consent: Option<String>,
    pub sent_at: Instant,
    pub reason: String,
}

const UNANSWERED: bulk::Insert = bulk::Insert {
    into: "question_unanswered (person, id, agency, legal_basis, purpose, consent, sent_at, reason)",
    on_conflict: "",
};

pub(crate) async fn insert_unanswered(tx: &mut Tx, rows: &[NewUnanswered]) -> Result<()> {
    bulk::insert(tx, &UNANSWERED, rows, |row, unanswered| {
        row.push(unanswered.person.0)
            .push(unanswered.id)
            .push(i64::from(unanswered.agency.code()))
            .push(unanswered.legal_basis.as_str())
            .push(crate::wire::PURPOSE)
            .push(unanswered.consent.clone())
            .push(unanswered.sent_at.0)
            .push(unanswered.reason.as_str());
    })
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct AskedRow {
    id: Uuid,
    at: i64,
    agency: i64,
    legal_basis: String,
    purpose: String,
    consent: Option<String>,
    came: i64,
}

/// The newest questions about a person. The permit is the one to read the own log.
pub async fn of_person(tx: &mut Tx, permit: &Permit, person: PersonId) -> Result<Vec<Asked>> {
    permit.must_be_for(&[Action::ReadAccessLog]);
    assert!(
        permit.person().is_none_or(|named| named == person),
        "a permit for another person's log"
    );
    let rows = fetch_all!(
        tx,
        AskedRow,
        "SELECT e.id AS id, a.sent_at AS at, e.agency AS agency, a.legal_basis AS legal_basis,
           a.purpose AS purpose, e.consent AS consent,
           CAST(CASE WHEN e.found THEN 1 ELSE 0 END AS BIGINT) AS came
         FROM evidence e JOIN exchange_answer a ON a.id = e.answer WHERE e.person = $1
         UNION ALL
         SELECT q.id, q.sent_at, q.agency, q.legal_basis, q.purpose, q.consent, CAST(2 AS BIGINT)
         FROM question_unanswered q WHERE q.person = $1
         ORDER BY at DESC, id DESC LIMIT $2",
        person.0,
        ASKED_MAX
    )?;
    rows.into_iter().map(AskedRow::into_asked).collect()
}

impl AskedRow {
    fn into_asked(self) -> Result<Asked> {
        let agency = u8::try_from(self.agency).ok().and_then(Source::from_code);
        let agency = agency.ok_or_else(|| store::Fault::Stored {
            what: "evidence",
            reason: format!("no agency has the code {}", self.agency),
        })?;
        Ok(Asked {
            id: self.id,
            at: Instant(self.at),
            agency,
            legal_basis: self.legal_basis,
            purpose: self.purpose,
            consent: self.consent,
            came: match self.came {
                0 => Came::Nothing,
                1 => Came::Answer,
                _ => Came::Silence,
            },
        })
    }
}
