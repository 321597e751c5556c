//! SQL of evidence: what was received, whom it speaks of, what was refused. What came lies sealed
//! ([`signing::rest`]), each answer under its own id.

use crate::dialect::Stamp;
use crate::{Exchange, Result};
use access::Permit;
use kernel::{Day, EvidenceId, Instant, Month, PersonId, Source};
use sha2::{Digest, Sha256};
use signing::rest::RestKeys;
use store::{Tx, bulk};
use uuid::Uuid;

/// Bytes of a refused answer that are kept.
pub const REFUSED_HEAD_BYTES: usize = 4 * 1024;

/// An answer as received.
#[derive(Debug, Clone)]
pub(crate) struct NewAnswer {
    pub id: Uuid,
    pub agency: Source,
    pub legal_basis: String,
    pub sent_at: Instant,
    pub received_at: Instant,
    pub persons: usize,
    pub body: Vec<u8>,
    pub stamp: Stamp,
}

/// One person's part of an answer that was believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub id: EvidenceId,
    pub person: PersonId,
    pub agency: Source,
    /// The request whose answer it is part of.
    pub answer: Uuid,
    /// First and last month asked for.
    pub window: (Month, Month),
    pub consent: Option<String>,
    pub as_of: Day,
    /// The first day on which it must be asked anew.
    pub valid_until: Day,
    pub received_at: Instant,
    pub found: bool,
    /// Its agency has since said otherwise of the same: it answers nothing more.
    pub mended: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Refused {
    pub id: Uuid,
    pub agency: Source,
    pub request: Uuid,
    pub person: Option<PersonId>,
    pub reason: String,
    /// When it may be forged: the code of the security event.
    pub security_code: Option<&'static str>,
    pub received_at: Instant,
    pub body: Vec<u8>,
}

const ANSWER: bulk::Insert = bulk::Insert {
    into: "exchange_answer (id, agency, legal_basis, purpose, sent_at, received_at, persons, sha256, body,
        xroad_id, xroad_request_hash, signature, sealed)",
    on_conflict: "",
};
const EVIDENCE: bulk::Insert = bulk::Insert {
    into: "evidence (id, person, agency, answer, window_from, window_to, consent, as_of, valid_until, received_at, found)",
    on_conflict: "",
};
const REFUSED: bulk::Insert = bulk::Insert {
    into: "evidence_refused (id, agency, request, person, reason, received_at, sha256, bytes, head, sealed)",
    on_conflict: "",
};
const OF_PERSONS: bulk::With = bulk::With {
    v: "person",
    statement: "SELECT t.id, t.person, t.agency, t.answer, t.window_from, t.window_to, t.consent,
            t.as_of, t.valid_until, t.received_at, t.found, m.evidence AS mended
        FROM v CROSS JOIN evidence t LEFT JOIN evidence_mended m ON m.evidence = t.id
        WHERE t.person = v.person",
};

pub(crate) async fn insert_answers(
    tx: &mut Tx,
    keys: &RestKeys,
    answers: &[NewAnswer],
) -> Result<()> {
    bulk::insert(tx, &ANSWER, answers, |row, answer| {
        row.push(answer.id)
            .push(i64::from(answer.agency.code()))
            .push(answer.legal_basis.clone())
            .push(crate::wire::PURPOSE)
            .push(answer.sent_at.0)
            .push(answer.received_at.0)
            .push(answer.persons as i64)
            .push(sha256(&answer.body))
            .push(keys.seal(answer.id.as_bytes(), &answer.body, store::secret()))
            .push(answer.stamp.xroad_id.clone())
            .push(answer.stamp.xroad_request_hash.clone())
            .push(answer.stamp.signature.clone())
            .push(true);
    })
    .await?;
    Ok(())
}

pub(crate) async fn insert_evidence(tx: &mut Tx, evidence: &[Evidence]) -> Result<()> {
    bulk::insert(tx, &EVIDENCE, evidence, |row, evidence| {
        row.push(evidence.id.0)
            .push(evidence.person.0)
            .push(i64::from(evidence.agency.code()))
            .push(evidence.answer)
            .push(i64::from(evidence.window.0.0))
            .push(i64::from(evidence.window.1.0))
            .push(evidence.consent.clone())
            .push(i64::from(evidence.as_of.0))
            .push(i64::from(evidence.valid_until.0))
            .push(evidence.received_at.0)
            .push(evidence.found);
    })
    .await?;
    Ok(())
}

pub(crate) async fn insert_refused(
    tx: &mut Tx,
    keys: &RestKeys,
    refused: &[Refused],
) -> Result<()> {
    bulk::insert(tx, &REFUSED, refused, |row, refused| {
        let head = &refused.body[..refused.body.len().min(REFUSED_HEAD_BYTES)];
        row.push(refused.id)
            .push(i64::from(refused.agency.code()))
            .push(refused.request)
            .push(refused.person.map(|person| person.0))
            .push(refused.reason.clone())
            .push(refused.received_at.0)
            .push(sha256(&refused.body))
            .push(refused.body.len() as i64)
            .push(keys.seal(refused.id.as_bytes(), head, store::secret()))
            .push(true);
    })
    .await?;
    Ok(())
}

pub(crate) fn sha256(body: &[u8]) -> Vec<u8> {
    Sha256::digest(body).to_vec()
}

#[derive(sqlx::FromRow)]
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
    mended: Option<Uuid>,
}

impl EvidenceRow {
    fn into_evidence(self) -> Result<Evidence> {
        let agency = u8::try_from(self.agency).ok().and_then(Source::from_code);
        let agency = agency.ok_or_else(|| unreadable("agency", self.agency))?;
        Ok(Evidence {
            id: EvidenceId(self.id),
            person: PersonId(self.person),
            agency,
            answer: self.answer,
            window: (
                Month(number(self.window_from)?),
                Month(number(self.window_to)?),
            ),
            consent: self.consent,
            as_of: Day(number(self.as_of)?),
            valid_until: Day(number(self.valid_until)?),
            received_at: Instant(self.received_at),
            found: self.found,
            mended: self.mended.is_some(),
        })
    }
}

fn number(stored: i64) -> Result<i32> {
    i32::try_from(stored).map_err(|_| unreadable("evidence", stored))
}

fn unreadable(what: &'static str, stored: i64) -> crate::ExchangeError {
    store::Fault::Stored {
        what,
        reason: stored.to_string(),
    }
    .into()
}

/// Everything that agencies have ever said of the persons, in the order in which it came.
pub async fn of_persons(
    tx: &mut Tx,
    _permit: &Permit,
    persons: &[PersonId],
) -> Result<Vec<Evidence>> {
    let rows: Vec<EvidenceRow> = bulk::select_in(tx, &OF_PERSONS, persons, |row, person| {
        row.push(person.0);
    })
    .await?;
    let evidence = rows.into_iter().map(EvidenceRow::into_evidence);
    let mut evidence = evidence.collect::<Result<Vec<Evidence>>>()?;
    evidence.sort_unstable_by_key(|one| (one.received_at, one.id));
    Ok(evidence)
}

/// Whom an evidence speaks of.
pub(crate) async fn person_of(
    tx: &mut Tx,
    _permit: &Permit,
    evidence: EvidenceId,
) -> Result<Option<PersonId>> {
    let sql = "SELECT person FROM evidence WHERE id = $1";
    let found = store::fetch_optional!(tx, (Uuid,), sql, evidence.0)?;
    Ok(found.map(|(person,)| PersonId(person)))
}

/// An answer as it was received, and the hash that was taken then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsReceived {
    pub agency: Source,
    pub received_at: Instant,
    pub body: Vec<u8>,
    pub sha256: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct AnswerRow {
    id: Uuid,
    agency: i64,
    received_at: i64,
    body: Vec<u8>,
    sha256: Vec<u8>,
    sealed: bool,
}

impl AnswerRow {
    /// Opened, and held against its hash: what was changed since is an error, never an answer.
    fn open(self, keys: &RestKeys) -> Result<AsReceived> {
        let body = match self.sealed {
            true => keys.open(self.id.as_bytes(), &self.body).map_err(damaged)?,
            false => self.body,
        };
        if sha256(&body) != self.sha256 {
            return Err(damaged("it is not what was received: its hash differs"));
        }
        let agency = u8::try_from(self.agency).ok().and_then(Source::from_code);
        Ok(AsReceived {
            agency: agency.ok_or_else(|| unreadable("agency", self.agency))?,
            received_at: Instant(self.received_at),
            body,
            sha256: self.sha256,
        })
    }
}

fn damaged(why: impl ToString) -> crate::ExchangeError {
    store::Fault::Stored {
        what: "exchange_answer",
        reason: why.to_string(),
    }
    .into()
}

impl Exchange {
    /// The answer an evidence is part of, byte for byte.
    pub async fn answer_as_received(
        &self,
        tx: &mut Tx,
        _permit: &Permit,
        evidence: EvidenceId,
    ) -> Result<Option<AsReceived>> {
        let row = store::fetch_optional!(
            tx,
            AnswerRow,
            "SELECT a.id, a.agency, a.received_at, a.body, a.sha256, a.sealed
             FROM evidence e JOIN exchange_answer a ON a.id = e.answer WHERE e.id = $1",
            evidence.0
        )?;
        row.map(|row| row.open(&self.evidence_keys)).transpose()
    }
}

/// Whether anything lies sealed: then the keys that sealed it must be at hand.
pub async fn is_any_sealed(tx: &mut Tx) -> store::Result<bool> {
    let answer = "SELECT CAST(1 AS BIGINT) FROM exchange_answer WHERE sealed LIMIT 1";
    let refused = "SELECT CAST(1 AS BIGINT) FROM evidence_refused WHERE sealed LIMIT 1";
    Ok(store::fetch_optional!(tx, (i64,), answer)?.is_some()
        || store::fetch_optional!(tx, (i64,), refused)?.is_some())
}

/// What came with the answer of an evidence beside its body.
pub async fn stamp_of(
    tx: &mut Tx,
    _permit: &Permit,
    evidence: EvidenceId,
) -> Result<Option<Stamp>> {
    let row = store::fetch_optional!(
        tx,
        (Option<String>, Option<String>, Option<String>),
        "SELECT a.xroad_id, a.xroad_request_hash, a.signature
         FROM evidence e JOIN exchange_answer a ON a.id = e.answer WHERE e.id = $1",
        evidence.0
    )?;
    Ok(row.map(|(xroad_id, xroad_request_hash, signature)| Stamp {
        xroad_id,
        xroad_request_hash,
        signature,
    }))
}
