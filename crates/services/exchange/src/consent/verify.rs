//! Walks the revisions of agreements and of people's words: each must be what was written, and name
//! the one before it. What an insider changes or takes out with rights on the database is named.

use std::collections::HashMap;

use kernel::ids::AccountId;
use kernel::{Instant, Source};
use sha2::{Digest, Sha256};
use store::{Tx, fetch_all};
use uuid::Uuid;

use super::agreement::{LawfulBasis, Terms, id_of};
use super::record::{Revision, hash};
use crate::Result;
use crate::connector::always_needs_consent;
use crate::verify::{Found, PAGE_ROWS};

/// What a word rests on: of each revision of an agreement the agency's name and the hash.
type Agreements = HashMap<(Uuid, i64), (String, Vec<u8>)>;

#[derive(sqlx::FromRow)]
struct AgreementRow {
    id: Uuid,
    seq: i64,
    agency: String,
    snapshot: String,
    hash: Vec<u8>,
    predecessor: Option<Vec<u8>>,
}

impl AgreementRow {
    /// Why it is not the revision that was written after `before`.
    fn wrong(&self, before: Option<&AgreementRow>) -> Option<&'static str> {
        let before = before.filter(|before| before.id == self.id);
        if self.seq != before.map_or(1, |before| before.seq + 1) {
            return Some("the revision before it is gone");
        }
        if self.predecessor.as_deref() != before.map(|before| before.hash.as_slice()) {
            return Some("it does not name the revision before it");
        }
        if self.hash != Sha256::digest(&self.snapshot).as_slice() {
            return Some("its terms are not those that were hashed");
        }
        let terms: Option<Terms> = serde_json::from_str(&self.snapshot).ok();
        let Some((terms, agency)) = terms.zip(Source::named(&self.agency)) else {
            return Some("it has no terms that can be read");
        };
        if terms.id != self.id
            || self.id != id_of(agency)
            || terms.version != self.seq.to_string()
            || terms.data_source != self.agency
        {
            return Some("its terms are those of another revision");
        }
        (always_needs_consent(agency) && terms.lawful_basis != LawfulBasis::Consent)
            .then_some("this agency is asked with consent alone, and it says otherwise")
    }
}

/// Every revision of every agreement.
pub async fn verify_agreements(tx: &mut Tx) -> Result<Found> {
    let mut found = Found::default();
    each_agreement(tx, |row, before| {
        found.checked += 1;
        if let Some(why) = row.wrong(before) {
            let (agency, seq) = (&row.agency, row.seq);
            found.tell(format!("agreement of {agency}, revision {seq}: {why}"));
        }
    })
    .await?;
    Ok(found)
}

async fn each_agreement(
    tx: &mut Tx,
    mut look: impl FnMut(&AgreementRow, Option<&AgreementRow>) + Send,
) -> Result<()> {
    let mut before: Option<AgreementRow> = None;
    loop {
        let last = before
            .as_ref()
            .map_or((Uuid::nil(), 0), |row| (row.id, row.seq));
        let page = fetch_all!(
            tx,
            AgreementRow,
            "SELECT id, seq, agency, snapshot, hash, predecessor FROM data_agreement
             WHERE (id, seq) > ($1, $2) ORDER BY id, seq LIMIT $3",
            last.0,
            last.1,
            PAGE_ROWS
        )?;
        if page.is_empty() {
            return Ok(());
        }
        for row in page {
            look(&row, before.as_ref());
            before = Some(row);
        }
    }
}

#[derive(sqlx::FromRow)]
struct WordRow {
    record: Uuid,
    /// None when the record itself is gone.
    agreement: Option<Uuid>,
    seq: i64,
    agreement_seq: i64,
    opt_in: bool,
    through: String,
    said_by: Option<Uuid>,
    hash: Vec<u8>,
    predecessor: Option<Vec<u8>>,
    at: i64,
}

impl WordRow {
    /// Why it is not the word that was said after `before`.
    fn wrong(&self, before: Option<&WordRow>, agreements: &Agreements) -> Option<&'static str> {
        let before = before.filter(|before| before.record == self.record);
        if self.seq != before.map_or(1, |before| before.seq + 1) {
            return Some("the word before it is gone");
        }
        if self.predecessor.as_deref() != before.map(|before| before.hash.as_slice()) {
            return Some("it does not name the word before it");
        }
        let Some(agreement) = self.agreement else {
            return Some("its record is gone");
        };
        let Some(rests_on) = agreements.get(&(agreement, self.agreement_seq)) else {
            return Some("the agreement that it speaks of is gone");
        };
        if self.hash != self.hashed(rests_on) {
            return Some("it is not what was said");
        }
        // The same said again is not kept, so a word that repeats the one before was turned round.
        before
            .is_some_and(|before| before.opt_in == self.opt_in)
            .then_some("it repeats the word before it")
    }

    fn hashed(&self, (agency, agreement_hash): &(String, Vec<u8>)) -> Vec<u8> {
        let revision = Revision {
            seq: self.seq,
            agreement_seq: self.agreement_seq,
            opt_in: self.opt_in,
            through: self.through.clone(),
            said_by: self.said_by.map(AccountId),
            hash: Vec::new(),
            predecessor: self.predecessor.clone(),
            at: Instant(self.at),
        };
        hash(self.record, (agency, agreement_hash), &revision)
    }
}

/// Every word of every person.
pub async fn verify_records(tx: &mut Tx) -> Result<Found> {
    let mut agreements = Agreements::new();
    each_agreement(tx, |row, _| {
        let rests_on = (row.agency.clone(), row.hash.clone());
        agreements.insert((row.id, row.seq), rests_on);
    })
    .await?;
    let mut found = Found::default();
    let mut before: Option<WordRow> = None;
    loop {
        let page = words_after(tx, before.as_ref()).await?;
        if page.is_empty() {
            break;
        }
        for row in page {
            found.checked += 1;
            if let Some(why) = row.wrong(before.as_ref(), &agreements) {
                found.tell(format!("consent {}/{}: {why}", row.record, row.seq));
            }
            before = Some(row);
        }
    }
    silent_records(tx, &mut found).await?;
    Ok(found)
}

async fn words_after(tx: &mut Tx, last: Option<&WordRow>) -> store::Result<Vec<WordRow>> {
    let (record, seq) = last.map_or((Uuid::nil(), 0), |row| (row.record, row.seq));
    fetch_all!(
        tx,
        WordRow,
        "SELECT n.record, r.agreement, n.seq, n.agreement_seq, n.opt_in, n.through, n.said_by,
            n.hash, n.predecessor, n.at
         FROM consent_revision n LEFT JOIN consent_record r ON r.id = n.record
         WHERE (n.record, n.seq) > ($1, $2) ORDER BY n.record, n.seq LIMIT $3",
        record,
        seq,
        PAGE_ROWS
    )
}

/// A record is written together with its first word.
async fn silent_records(tx: &mut Tx, found: &mut Found) -> Result<()> {
    let silent = fetch_all!(
        tx,
        (Uuid,),
        "SELECT r.id FROM consent_record r
         WHERE NOT EXISTS (SELECT 1 FROM consent_revision n WHERE n.record = r.id)
         ORDER BY r.id LIMIT $1",
        PAGE_ROWS
    )?;
    for (record,) in silent {
        found.tell(format!("consent {record}: every word of it is gone"));
    }
    Ok(())
}
