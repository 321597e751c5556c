//! Data agreements: for each agency what is asked of it, what for, and on what that rests. The shape
//! is GovStack's (`DataAgreement` of the consent building block 1.1).

use kernel::{Instant, Source};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Tx, execute, fetch_all, fetch_optional};
use uuid::Uuid;

use crate::connector::Connector;
use crate::wire::PURPOSE;
use crate::{Exchange, Result};

/// Revisions that a list shows.
const LIST_MAX: i64 = 1_000;

/// On what asking rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LawfulBasis {
    /// Assigning benefits by law: nobody is asked whether they agree.
    PublicTask,
    Consent,
}

/// What stands in a revision, in the order in which it is hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    pub id: Uuid,
    pub version: String,
    /// The agency that is asked, by the name of its source.
    pub data_source: String,
    pub purpose: String,
    pub lawful_basis: LawfulBasis,
    /// The law that allows the question, or that asks for consent.
    pub legal_basis: String,
    /// The kinds of facts.
    pub attributes: Vec<String>,
}

/// Terms as they stand, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    pub agency: Source,
    pub terms: Terms,
    pub seq: i64,
    /// The JSON that is hashed.
    pub snapshot: String,
    pub hash: Vec<u8>,
    pub predecessor: Option<Vec<u8>>,
    pub since: Instant,
}

impl Agreement {
    fn is_of(&self, connector: &Connector) -> bool {
        self.terms == terms(connector, self.seq)
    }
}

/// The id of an agency's agreement: the same in every installation.
pub fn id_of(agency: Source) -> Uuid {
    let hash = Sha256::digest(format!("daftar data agreement {}", agency.name()));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

fn terms(connector: &Connector, seq: i64) -> Terms {
    let agency = connector.agency;
    let kinds = kernel::facts::kinds().filter(|kind| kind.agency() == agency);
    Terms {
        id: id_of(agency),
        version: seq.to_string(),
        data_source: agency.name().to_owned(),
        purpose: PURPOSE.to_owned(),
        lawful_basis: match connector.needs_consent {
            true => LawfulBasis::Consent,
            false => LawfulBasis::PublicTask,
        },
        legal_basis: connector.legal_basis.clone(),
        attributes: kinds.map(|kind| kind.name.to_owned()).collect(),
    }
}

impl Exchange {
    /// The agreements of the agencies at hand. One whose terms have changed gets a revision first;
    /// otherwise whoever reads them waits for no writer.
    pub async fn agreements(&self) -> Result<Vec<Agreement>> {
        if let Some(standing) = self.standing().await? {
            return Ok(standing);
        }
        let mut tx = self.platform.db.begin().await?;
        let mut agreements = Vec::with_capacity(self.lines.len());
        for line in self.lines.values() {
            agreements.push(keep(&mut tx, &line.connector, self.platform.clock.now()).await?);
        }
        tx.commit().await?;
        Ok(agreements)
    }

    /// The newest revisions, if each of them has the terms of its connector.
    async fn standing(&self) -> Result<Option<Vec<Agreement>>> {
        let mut tx = self.platform.db.read().await?;
        let mut agreements = Vec::with_capacity(self.lines.len());
        for line in self.lines.values() {
            match newest(&mut tx, line.connector.agency).await? {
                Some(newest) if newest.is_of(&line.connector) => agreements.push(newest),
                _ => return Ok(None),
            }
        }
        Ok(Some(agreements))
    }

    /// The agencies that are asked only with a person's consent.
    pub fn consented(&self) -> Vec<Source> {
        let needing = self
            .lines
            .values()
            .filter(|line| line.connector.needs_consent);
        needing.map(|line| line.connector.agency).collect()
    }
}

/// The newest revision, which is written first when the terms are not those that it has.
async fn keep(tx: &mut Tx, connector: &Connector, now: Instant) -> Result<Agreement> {
    let newest = newest(tx, connector.agency).await?;
    if let Some(newest) = newest.as_ref().filter(|newest| newest.is_of(connector)) {
        return Ok(newest.clone());
    }
    let seq = newest.as_ref().map_or(1, |newest| newest.seq + 1);
    let terms = terms(connector, seq);
    let snapshot = serde_json::to_string(&terms).expect("plain values always serialize");
    let agreement = Agreement {
        agency: connector.agency,
        hash: Sha256::digest(&snapshot).to_vec(),
        terms,
        seq,
        snapshot,
        predecessor: newest.map(|newest| newest.hash),
        since: now,
    };
    execute!(
        tx,
        "INSERT INTO data_agreement (id, seq, agency, snapshot, hash, predecessor, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id, seq) DO NOTHING",
        agreement.terms.id,
        agreement.seq,
        connector.agency.name(),
        agreement.snapshot.as_str(),
        agreement.hash.as_slice(),
        agreement.predecessor.as_deref(),
        now.0
    )?;
    Ok(agreement)
}

type Row = (String, i64, String, Vec<u8>, Option<Vec<u8>>, i64);

fn read((agency, seq, snapshot, hash, predecessor, at): Row) -> Result<Agreement> {
    let stored = |reason: String| store::Fault::Stored {
        what: "a data agreement",
        reason,
    };
    let source = Source::named(&agency).ok_or_else(|| stored(agency.clone()))?;
    let terms = serde_json::from_str(&snapshot).map_err(|why| stored(why.to_string()))?;
    Ok(Agreement {
        agency: source,
        terms,
        seq,
        snapshot,
        hash,
        predecessor,
        since: Instant(at),
    })
}

/// The newest revision of an agency's agreement.
pub async fn newest(tx: &mut Tx, agency: Source) -> Result<Option<Agreement>> {
    let row = fetch_optional!(
        tx,
        Row,
        "SELECT agency, seq, snapshot, hash, predecessor, at FROM data_agreement
         WHERE id = $1 ORDER BY seq DESC LIMIT 1",
        id_of(agency)
    )?;
    row.map(read).transpose()
}

/// Every revision of an agreement, the first one first.
pub async fn revisions(tx: &mut Tx, id: Uuid) -> Result<Vec<Agreement>> {
    let rows = fetch_all!(
        tx,
        Row,
        "SELECT agency, seq, snapshot, hash, predecessor, at FROM data_agreement
         WHERE id = $1 ORDER BY seq LIMIT $2",
        id,
        LIST_MAX
    )?;
    rows.into_iter().map(read).collect()
}
