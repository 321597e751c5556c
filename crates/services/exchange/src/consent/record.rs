//! What persons said: records and their revisions.

use std::collections::{HashMap, HashSet};

use access::{Action, Permit};
use kernel::ids::AccountId;
use kernel::{Instant, PersonId, Source};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{Ids, Tx, bulk, fetch_all};
use uuid::Uuid;

use super::agreement::{self, Agreement, LawfulBasis};
use crate::Result;

/// Records that a list shows.
const LIST_MAX: i64 = 1_000;

/// A person's consent to one agreement, as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub id: Uuid,
    pub person: PersonId,
    pub agreement: Uuid,
    /// The newest; it holds.
    pub last: Revision,
}

/// What was said once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    pub seq: i64,
    /// The revision of the agreement that it speaks of.
    pub agreement_seq: i64,
    pub opt_in: bool,
    pub through: String,
    pub said_by: Option<AccountId>,
    pub hash: Vec<u8>,
    pub predecessor: Option<Vec<u8>>,
    pub at: Instant,
}

/// A person's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub person: PersonId,
    pub opt_in: bool,
    /// By which way it was said: an application, the page, a partner.
    pub through: String,
    pub by: Option<AccountId>,
    pub at: Instant,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("no agency is asked on these terms")]
    Unknown,
    #[error("{agency} is asked by law ({law}): there is no consent to give or to take back")]
    ByLaw { agency: &'static str, law: String },
}

/// What is hashed of a revision, in this order.
#[derive(Serialize)]
struct Hashed<'a> {
    record: Uuid,
    seq: i64,
    agreement: &'a str,
    agreement_hash: String,
    opt_in: bool,
    through: &'a str,
    at: i64,
    predecessor: Option<String>,
}

/// `agreement`: the agency's name and the hash of the revision that the word speaks of.
pub(super) fn hash(record: Uuid, agreement: (&str, &[u8]), revision: &Revision) -> Vec<u8> {
    let hashed = Hashed {
        record,
        seq: revision.seq,
        agreement: agreement.0,
        agreement_hash: hex::encode(agreement.1),
        opt_in: revision.opt_in,
        through: &revision.through,
        at: revision.at.0,
        predecessor: revision.predecessor.as_deref().map(hex::encode),
    };
    let text = serde_json::to_vec(&hashed).expect("plain values always serialize");
    Sha256::digest(text).to_vec()
}

/// Keeps a person's own word. Said again it changes nothing.
pub async fn say(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    agency: Source,
    said: &Said,
) -> Result<std::result::Result<Record, Refusal>> {
    permit.must_be_for(&[Action::GiveConsent]);
    let Some(agreement) = agreement::newest(tx, agency).await? else {
        return Ok(Err(Refusal::Unknown));
    };
    if permit.person() != Some(said.person) {
        return Ok(Err(Refusal::Unknown));
    }
    if agreement.terms.lawful_basis != LawfulBasis::Consent {
        return Ok(Err(Refusal::ByLaw {
            agency: agency.name(),
            law: agreement.terms.legal_basis,
        }));
    }
    tx.alone("exchange.consent").await?;
    let known = newest_of(tx, agreement.terms.id, &[said.person]).await?;
    if let Some(known) = known.get(&said.person)
        && known.last.opt_in == said.opt_in
    {
        return Ok(Ok(known.clone()));
    }
    write(tx, ids, &agreement, &known, std::slice::from_ref(said)).await?;
    let now = newest_of(tx, agreement.terms.id, &[said.person]).await?;
    Ok(Ok(now[&said.person].clone()))
}

/// Keeps what applications brought: whoever lodged with consent gave it then. A word that is newer
/// than the application holds against it.
pub async fn given_in_applications(
    tx: &mut Tx,
    ids: &Ids,
    permit: &Permit,
    agency: Source,
    given: &[Said],
) -> Result<()> {
    permit.must_be_for(&[Action::AssessCase]);
    let Some(agreement) = agreement::newest(tx, agency).await? else {
        return Ok(());
    };
    let persons: Vec<PersonId> = given.iter().map(|said| said.person).collect();
    let known = newest_of(tx, agreement.terms.id, &persons).await?;
    let is_news = |said: &&Said| match known.get(&said.person) {
        None => true,
        Some(record) => !record.last.opt_in && record.last.at < said.at,
    };
    let mut news: Vec<Said> = given.iter().filter(is_news).cloned().collect();
    if news.is_empty() {
        return Ok(());
    }
    tx.alone("exchange.consent").await?;
    news.sort_by_key(|said| (said.person, said.at));
    news.dedup_by_key(|said| said.person);
    let known = newest_of(tx, agreement.terms.id, &persons).await?;
    write(tx, ids, &agreement, &known, &news).await
}

/// One statement for all records, one for all revisions.
async fn write(
    tx: &mut Tx,
    ids: &Ids,
    agreement: &Agreement,
    known: &HashMap<PersonId, Record>,
    said: &[Said],
) -> Result<()> {
    const RECORD: bulk::Insert = bulk::Insert {
        into: "consent_record (id, person, agreement)",
        on_conflict: "",
    };
    const REVISION: bulk::Insert = bulk::Insert {
        into: "consent_revision (record, seq, agreement_seq, opt_in, through, said_by, hash,
            predecessor, at)",
        on_conflict: "",
    };
    let mut fresh: Vec<(Uuid, PersonId)> = Vec::new();
    let mut revisions: Vec<(Uuid, Revision)> = Vec::with_capacity(said.len());
    for one in said {
        let before = known.get(&one.person);
        let record = before.map_or_else(|| ids.uuid(), |before| before.id);
        if before.is_none() {
            fresh.push((record, one.person));
        }
        let mut revision = Revision {
            seq: before.map_or(1, |before| before.last.seq + 1),
            agreement_seq: agreement.seq,
            opt_in: one.opt_in,
            through: one.through.clone(),
            said_by: one.by,
            hash: Vec::new(),
            predecessor: before.map(|before| before.last.hash.clone()),
            at: one.at,
        };
        let rests_on = (
            agreement.terms.data_source.as_str(),
            agreement.hash.as_slice(),
        );
        revision.hash = hash(record, rests_on, &revision);
        revisions.push((record, revision));
    }
    bulk::insert(tx, &RECORD, &fresh, |row, (record, person)| {
        row.push(*record).push(person.0).push(agreement.terms.id);
    })
    .await?;
    bulk::insert(tx, &REVISION, &revisions, |row, (record, revision)| {
        row.push(*record)
            .push(revision.seq)
            .push(revision.agreement_seq)
            .push(revision.opt_in)
            .push(revision.through.as_str())
            .push(revision.said_by.map(|by| by.0))
            .push(revision.hash.as_slice())
            .push(revision.predecessor.as_deref())
            .push(revision.at.0);
    })
    .await?;
    Ok(())
}

type Row = (
    Uuid,
    Uuid,
    Uuid,
    i64,
    i64,
    bool,
    String,
    Option<Uuid>,
    Vec<u8>,
    Option<Vec<u8>>,
    i64,
);

fn read(row: Row) -> Record {
    let (id, person, agreement, seq, agreement_seq, opt_in, through, by, hash, predecessor, at) =
        row;
    Record {
        id,
        person: PersonId(person),
        agreement,
        last: Revision {
            seq,
            agreement_seq,
            opt_in,
            through,
            said_by: by.map(AccountId),
            hash,
            predecessor,
            at: Instant(at),
        },
    }
}

async fn newest_of(
    tx: &mut Tx,
    agreement: Uuid,
    persons: &[PersonId],
) -> Result<HashMap<PersonId, Record>> {
    const NEWEST: bulk::With = bulk::With {
        v: "person, agreement",
        statement:
            "SELECT r.id, r.person, r.agreement, n.seq, n.agreement_seq, n.opt_in, n.through,
                n.said_by, n.hash, n.predecessor, n.at
            FROM v CROSS JOIN consent_record r CROSS JOIN consent_revision n
            WHERE r.person = v.person AND r.agreement = v.agreement AND n.record = r.id
                AND n.seq = (SELECT MAX(o.seq) FROM consent_revision o WHERE o.record = r.id)",
    };
    let mut persons = persons.to_vec();
    persons.sort_unstable();
    persons.dedup();
    let rows: Vec<Row> = bulk::select_in(tx, &NEWEST, &persons, |row, person| {
        row.push(person.0).push(agreement);
    })
    .await?;
    let records = rows.into_iter().map(read);
    Ok(records.map(|record| (record.person, record)).collect())
}

/// A consent that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Under which it is told to the agency: `RECORD/REVISION`.
    pub name: String,
    pub given_at: Instant,
}

/// Whose consent to asking an agency stands.
pub async fn standing(
    tx: &mut Tx,
    permit: &Permit,
    agency: Source,
    persons: &[PersonId],
) -> Result<HashMap<PersonId, Standing>> {
    permit.must_be_for(&[Action::AssessCase]);
    let newest = newest_of(tx, agreement::id_of(agency), persons).await?;
    let given = newest.into_iter().filter(|(_, record)| record.last.opt_in);
    let stands = |record: &Record| Standing {
        name: format!("{}/{}", record.id, record.last.seq),
        given_at: record.last.at,
    };
    Ok(given
        .map(|(person, record)| (person, stands(&record)))
        .collect())
}

/// Those of the persons whose own word is no: nobody else's yes lets an agency be asked about them.
pub(crate) async fn refusing(
    tx: &mut Tx,
    _permit: &Permit,
    agency: Source,
    persons: &[PersonId],
) -> Result<HashSet<PersonId>> {
    let newest = newest_of(tx, agreement::id_of(agency), persons).await?;
    let refused = newest.into_iter().filter(|(_, record)| !record.last.opt_in);
    Ok(refused.map(|(person, _)| person).collect())
}

/// What the permit's person has said, by agreement: the newest word on each.
pub async fn of_person(tx: &mut Tx, permit: &Permit) -> Result<Vec<Record>> {
    let mut newest: Vec<Record> = Vec::new();
    for record in history(tx, permit).await? {
        match newest.last_mut().filter(|last| last.id == record.id) {
            Some(last) => *last = record,
            None => newest.push(record),
        }
    }
    Ok(newest)
}

/// Every word of the permit's person, each record's oldest first.
pub async fn history(tx: &mut Tx, permit: &Permit) -> Result<Vec<Record>> {
    permit.must_be_for(&[Action::GiveConsent]);
    let person = permit.person().map_or(Uuid::nil(), |person| person.0);
    let rows = fetch_all!(
        tx,
        Row,
        "SELECT r.id, r.person, r.agreement, n.seq, n.agreement_seq, n.opt_in, n.through, n.said_by,
            n.hash, n.predecessor, n.at
         FROM consent_record r JOIN consent_revision n ON n.record = r.id
         WHERE r.person = $1 ORDER BY r.id, n.seq LIMIT $2",
        person,
        LIST_MAX
    )?;
    Ok(rows.into_iter().map(read).collect())
}
