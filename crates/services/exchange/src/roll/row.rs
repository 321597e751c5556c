//! The rows that rolls list, and what is hashed of each: every field, in this order.

use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{Tx, bulk, fetch_all};
use uuid::Uuid;

use crate::Result;

/// A table whose rows are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Evidence,
    Unanswered,
    Refused,
    Mended,
    Word,
}

/// One row on a roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub id: Uuid,
    /// Its place under the id, where that names several: the number of a word.
    pub place: i64,
    pub hash: [u8; 32],
}

/// Bytes of one line.
const LINE_BYTES: usize = 16 + 8 + 32;

impl Line {
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(LINE_BYTES);
        bytes.extend_from_slice(self.id.as_bytes());
        bytes.extend_from_slice(&self.place.to_be_bytes());
        bytes.extend_from_slice(&self.hash);
        bytes
    }

    /// The lines of a list; none when it is no list.
    pub fn read(list: &[u8]) -> Option<Vec<Line>> {
        let (lines, rest) = list.as_chunks::<LINE_BYTES>();
        rest.is_empty()
            .then(|| lines.iter().map(Line::of).collect())
    }

    fn of(bytes: &[u8; LINE_BYTES]) -> Line {
        let (id, rest) = bytes.split_first_chunk::<16>().expect("56 bytes");
        let (place, hash) = rest.split_first_chunk::<8>().expect("40 bytes");
        Line {
            id: Uuid::from_bytes(*id),
            place: i64::from_be_bytes(*place),
            hash: hash.try_into().expect("32 bytes"),
        }
    }
}

/// A row as it is hashed.
trait Listed: Serialize {
    fn key(&self) -> (Uuid, i64);
}

fn line(row: &impl Listed) -> Line {
    let (id, place) = row.key();
    let text = serde_json::to_vec(row).expect("plain values always serialize");
    Line {
        id,
        place,
        hash: Sha256::digest(text).into(),
    }
}

/// An evidence with what was kept of its answer.
#[derive(sqlx::FromRow, Serialize)]
struct EvidenceRow {
    id: Uuid,
    person: Uuid,
    agency: i64,
    answer: Uuid,
    window_from: i64,
    window_to: i64,
    consent: Option<String>,
    as_of: i64,
    valid_until: i64,
    received_at: i64,
    found: bool,
    legal_basis: Option<String>,
    purpose: Option<String>,
    sent_at: Option<i64>,
    answer_at: Option<i64>,
    sha256: Option<Vec<u8>>,
    xroad_id: Option<String>,
    xroad_request_hash: Option<String>,
    signature: Option<String>,
}

impl Listed for EvidenceRow {
    fn key(&self) -> (Uuid, i64) {
        (self.id, 0)
    }
}

macro_rules! evidence {
    ($from:literal, $where:literal) => {
        concat!(
            "SELECT t.id, t.person, t.agency, t.answer, t.window_from, t.window_to, t.consent,
                t.as_of, t.valid_until, t.received_at, t.found, a.legal_basis, a.purpose, a.sent_at,
                a.received_at AS answer_at, a.sha256, a.xroad_id, a.xroad_request_hash, a.signature
             FROM ",
            $from,
            " LEFT JOIN exchange_answer a ON a.id = t.answer WHERE ",
            $where
        )
    };
}

#[derive(sqlx::FromRow, Serialize)]
struct UnansweredRow {
    person: Uuid,
    id: Uuid,
    agency: i64,
    legal_basis: String,
    purpose: String,
    consent: Option<String>,
    sent_at: i64,
    reason: String,
}

impl Listed for UnansweredRow {
    fn key(&self) -> (Uuid, i64) {
        (self.id, 0)
    }
}

macro_rules! unanswered {
    ($from:literal, $where:literal) => {
        concat!(
            "SELECT t.person, t.id, t.agency, t.legal_basis, t.purpose, t.consent, t.sent_at, t.reason
             FROM ",
            $from,
            " WHERE ",
            $where
        )
    };
}

#[derive(sqlx::FromRow, Serialize)]
struct RefusedRow {
    id: Uuid,
    agency: i64,
    request: Uuid,
    person: Option<Uuid>,
    reason: String,
    received_at: i64,
    sha256: Vec<u8>,
    bytes: i64,
}

impl Listed for RefusedRow {
    fn key(&self) -> (Uuid, i64) {
        (self.id, 0)
    }
}

macro_rules! refused {
    ($from:literal, $where:literal) => {
        concat!(
            "SELECT t.id, t.agency, t.request, t.person, t.reason, t.received_at, t.sha256, t.bytes
             FROM ",
            $from,
            " WHERE ",
            $where
        )
    };
}

#[derive(sqlx::FromRow, Serialize)]
struct MendedRow {
    id: Uuid,
    evidence: Uuid,
    by_evidence: Uuid,
    at: i64,
}

impl Listed for MendedRow {
    fn key(&self) -> (Uuid, i64) {
        (self.id, 0)
    }
}

macro_rules! mended {
    ($from:literal, $where:literal) => {
        concat!(
            "SELECT t.id, t.evidence, t.by_evidence, t.at FROM ",
            $from,
            " WHERE ",
            $where
        )
    };
}

/// A word with whose it is. What was said stands in its own hash, which `consent::verify` makes again.
#[derive(sqlx::FromRow, Serialize)]
struct WordRow {
    record: Uuid,
    seq: i64,
    person: Option<Uuid>,
    agreement: Option<Uuid>,
    agreement_seq: i64,
    opt_in: bool,
    through: String,
    said_by: Option<Uuid>,
    hash: Vec<u8>,
    at: i64,
}

impl Listed for WordRow {
    fn key(&self) -> (Uuid, i64) {
        (self.record, self.seq)
    }
}

macro_rules! word {
    ($from:literal, $where:literal) => {
        concat!(
            "SELECT t.record, t.seq, r.person, r.agreement, t.agreement_seq, t.opt_in, t.through,
                t.said_by, t.hash, t.at
             FROM ",
            $from,
            " LEFT JOIN consent_record r ON r.id = t.record WHERE ",
            $where
        )
    };
}

impl Kind {
    pub const ALL: [Kind; 5] = [
        Kind::Evidence,
        Kind::Unanswered,
        Kind::Refused,
        Kind::Mended,
        Kind::Word,
    ];

    pub fn table(self) -> &'static str {
        match self {
            Kind::Evidence => "evidence",
            Kind::Unanswered => "question_unanswered",
            Kind::Refused => "evidence_refused",
            Kind::Mended => "evidence_mended",
            Kind::Word => "consent_revision",
        }
    }

    pub fn of_table(table: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.table() == table)
    }

    /// How a row of it is named to people.
    pub fn name_of(self, line: &Line) -> String {
        match self {
            Kind::Evidence => format!("evidence {}", line.id),
            Kind::Unanswered => format!("unanswered question {}", line.id),
            Kind::Refused => format!("refused answer {}", line.id),
            Kind::Mended => format!("mended evidence {}", line.id),
            Kind::Word => format!("consent {}/{}", line.id, line.place),
        }
    }

    /// Rows whose ids lie between, the first of them; of words those that are on no roll yet.
    pub async fn lines_between(
        self,
        tx: &mut Tx,
        after: Uuid,
        before: Uuid,
        limit: i64,
    ) -> Result<Vec<Line>> {
        Ok(match self {
            Kind::Evidence => lines(&fetch_all!(
                tx,
                EvidenceRow,
                evidence!(
                    "evidence t",
                    "t.id > $1 AND t.id < $2 ORDER BY t.id LIMIT $3"
                ),
                after,
                before,
                limit
            )?),
            Kind::Unanswered => lines(&fetch_all!(
                tx,
                UnansweredRow,
                unanswered!(
                    "question_unanswered t",
                    "t.id > $1 AND t.id < $2 ORDER BY t.id LIMIT $3"
                ),
                after,
                before,
                limit
            )?),
            Kind::Refused => lines(&fetch_all!(
                tx,
                RefusedRow,
                refused!(
                    "evidence_refused t",
                    "t.id > $1 AND t.id < $2 ORDER BY t.id LIMIT $3"
                ),
                after,
                before,
                limit
            )?),
            Kind::Mended => lines(&fetch_all!(
                tx,
                MendedRow,
                mended!(
                    "evidence_mended t",
                    "t.id > $1 AND t.id < $2 ORDER BY t.id LIMIT $3"
                ),
                after,
                before,
                limit
            )?),
            Kind::Word => lines(&fetch_all!(
                tx,
                WordRow,
                word!(
                    "consent_revision t",
                    "NOT EXISTS (SELECT 1 FROM consent_on_roll o
                       WHERE o.record = t.record AND o.seq = t.seq)
                     ORDER BY t.record, t.seq LIMIT $1"
                ),
                limit
            )?),
        })
    }

    /// The same rows as they stand now; one that is gone has no line.
    pub async fn lines_now(self, tx: &mut Tx, listed: &[Line]) -> Result<Vec<Line>> {
        const EVIDENCE: bulk::With = bulk::With {
            v: "id",
            statement: evidence!("v CROSS JOIN evidence t", "t.id = v.id"),
        };
        const UNANSWERED: bulk::With = bulk::With {
            v: "id",
            statement: unanswered!("v CROSS JOIN question_unanswered t", "t.id = v.id"),
        };
        const REFUSED: bulk::With = bulk::With {
            v: "id",
            statement: refused!("v CROSS JOIN evidence_refused t", "t.id = v.id"),
        };
        const MENDED: bulk::With = bulk::With {
            v: "id",
            statement: mended!("v CROSS JOIN evidence_mended t", "t.id = v.id"),
        };
        const WORD: bulk::With = bulk::With {
            v: "record, seq",
            statement: word!(
                "v CROSS JOIN consent_revision t",
                "t.record = v.record AND t.seq = v.seq"
            ),
        };
        let id = |row: &mut bulk::Values, line: &Line| {
            row.push(line.id);
        };
        let place = |row: &mut bulk::Values, line: &Line| {
            row.push(line.id).push(line.place);
        };
        Ok(match self {
            Kind::Evidence => {
                lines::<EvidenceRow>(&bulk::select_in(tx, &EVIDENCE, listed, id).await?)
            }
            Kind::Unanswered => {
                lines::<UnansweredRow>(&bulk::select_in(tx, &UNANSWERED, listed, id).await?)
            }
            Kind::Refused => lines::<RefusedRow>(&bulk::select_in(tx, &REFUSED, listed, id).await?),
            Kind::Mended => lines::<MendedRow>(&bulk::select_in(tx, &MENDED, listed, id).await?),
            Kind::Word => lines::<WordRow>(&bulk::select_in(tx, &WORD, listed, place).await?),
        })
    }
}

fn lines<T: Listed>(rows: &[T]) -> Vec<Line> {
    rows.iter().map(line).collect()
}
