//! One row of the log and the bytes that its hash covers.

use kernel::day::Instant;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Action, Errand, Purpose, Scope, Subject};

/// A row without its place in a chain.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Entry {
    pub at: i64,
    pub account: Uuid,
    pub role: String,
    pub office: String,
    pub action: String,
    pub purpose: String,
    pub granted: bool,
    pub territory: Option<i64>,
    pub person: Option<Uuid>,
    pub case_id: Option<Uuid>,
    pub run_id: Option<Uuid>,
    pub population: Option<i64>,
    /// Of what is granted beyond the other fields; of a delay, see [`super::delay`].
    pub digest: Option<Vec<u8>>,
    /// For what a partner's system asked, as it said itself.
    #[sqlx(flatten)]
    pub errand: Errand,
}

pub(crate) type Hash = [u8; 32];
/// What the first row of a chain names as the one before it.
pub(crate) const START: Hash = [0; 32];

impl Entry {
    pub fn of(
        subject: &Subject,
        (action, purpose): (Action, Purpose),
        scope: &Scope,
        Instant(at): Instant,
        granted: bool,
        population: Option<u64>,
    ) -> Entry {
        Entry {
            at,
            account: subject.account.0,
            role: subject.role.name().to_owned(),
            office: subject.office.clone(),
            action: action.name().to_owned(),
            purpose: purpose.name().to_owned(),
            granted,
            territory: Some(scope.area.code()),
            person: scope.person.map(|id| id.0),
            case_id: scope.case.map(|id| id.0),
            run_id: scope.run.map(|id| id.0),
            population: population.map(|n| i64::try_from(n).expect("fewer than 2^63 persons")),
            digest: None,
            errand: subject.errand.clone(),
        }
    }

    pub fn hash(&self, chain: Uuid, seq: i64, prev: &Hash) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(prev);
        hasher.update(self.canonical(chain, seq));
        hasher.finalize().into()
    }

    /// Every field with its length before it, an absent one by a length that
    /// no field has: no two rows have the same bytes.
    fn canonical(&self, chain: Uuid, seq: i64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256);
        let mut put = |field: Option<&[u8]>| match field {
            Some(value) => {
                let length = u32::try_from(value.len()).expect("no field is 4 GiB long");
                bytes.extend_from_slice(&length.to_be_bytes());
                bytes.extend_from_slice(value);
            }
            None => bytes.extend_from_slice(&u32::MAX.to_be_bytes()),
        };
        let number = |n: i64| n.to_be_bytes();
        put(Some(chain.as_bytes()));
        put(Some(&number(seq)));
        put(Some(&number(self.at)));
        put(Some(self.account.as_bytes()));
        for text in [&self.role, &self.office, &self.action, &self.purpose] {
            put(Some(text.as_bytes()));
        }
        put(Some(&[u8::from(self.granted)]));
        put(self.territory.map(number).as_ref().map(|n| n.as_slice()));
        for id in [&self.person, &self.case_id, &self.run_id] {
            put(id.as_ref().map(|id| id.as_bytes().as_slice()));
        }
        put(self.population.map(number).as_ref().map(|n| n.as_slice()));
        // Nothing at all where there is none: so were the entries hashed that are older than it.
        let has_errand = !self.errand.is_none();
        if has_errand || self.digest.is_some() {
            put(self.digest.as_deref());
        }
        for field in self.errand.fields().into_iter().filter(|_| has_errand) {
            put(field.map(str::as_bytes));
        }
        bytes
    }
}
