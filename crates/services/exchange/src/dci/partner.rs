//! Partners: systems that may ask us, how they sign, and with which keys.
//!
//! A partner is an account of the role `partner` (its name is the `sender_id`, its secret the one of
//! OAuth2 client credentials) and one row a version here. Who is not in this table is answered by
//! nobody; who signs nothing must have been entered so.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use access::account::{self, AccountRefused, NewAccount};
use access::{Action, Area, Permit, Role, SecretHash, Subject};
use kernel::Instant;
use kernel::ids::AccountId;
use store::lookup::LookUp;
use store::{Platform, Tx, bulk, execute, fetch_all, fetch_optional};
use uuid::Uuid;

use super::callback::{Callback, CallbackRefused};
use super::keys::{Jwks, KeysRefused};
use super::signature::Policy;
use crate::dialect::xroad::is_subsystem;

/// Partners of one list.
pub const PARTNERS_MAX: i64 = 1_000;
const TEXT_CHARS_MAX: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    pub sender_id: String,
    pub account: AccountId,
    /// By which name this partner calls us.
    pub receiver_id: String,
    pub policy: Policy,
    pub keys: Jwks,
    /// The law or agreement under which it asks.
    pub legal_basis: String,
    /// Where it may be called back; without one it asks at once only.
    pub callback: Option<Callback>,
    /// Its word on births, deaths, marriages and divorces is entered.
    pub civil_registry: bool,
    /// Its word on whom to pay where is heard.
    pub account_mapper: bool,
    /// Its messages and ours to it are encrypted, both or neither.
    pub encrypted: bool,
    /// Its subsystem of X-Road, when it may come through our security server.
    pub xroad_client: Option<String>,
    pub known_from: Instant,
}

impl Partner {
    /// It can be written to as agreed. A partner whose keys were all taken back cannot.
    pub fn is_reached(&self) -> bool {
        !self.encrypted || self.keys.encryption_key().is_some()
    }
}

/// What is entered.
#[derive(Debug, Clone)]
pub struct NewPartner {
    pub sender_id: String,
    /// What citizens read about who looked.
    pub office: String,
    pub territory: Area,
    pub receiver_id: String,
    pub policy: Policy,
    /// A JSON Web Key Set.
    pub jwks: String,
    pub legal_basis: String,
    pub callback: Option<String>,
    pub civil_registry: bool,
    pub account_mapper: bool,
    pub encrypted: bool,
    /// `INSTANCE/CLASS/MEMBER/SUBSYSTEM`.
    pub xroad_client: Option<String>,
    pub secret: SecretHash,
}

#[derive(Debug, thiserror::Error)]
pub enum PartnerRefused {
    #[error("the keys are refused: {0}")]
    Keys(#[from] KeysRefused),
    #[error("a partner that signs needs a key of its kind: {0} has none")]
    NoKey(&'static str),
    #[error(
        "a partner with encrypted messages signs them too, and has a key of the use enc: P-256, \
         ECDH-ES+A256KW"
    )]
    NoEncryptionKey,
    #[error("{0} must have 1 to {TEXT_CHARS_MAX} characters, without | and quotes")]
    Text(&'static str),
    #[error("write the subsystem as INSTANCE/CLASS/MEMBER/SUBSYSTEM, not {0}")]
    XroadClient(String),
    #[error("the subsystem is that of {0} already")]
    XroadClientTaken(String),
    #[error("no open partner is called {0}; see daftar partner list")]
    Unknown(String),
    #[error(transparent)]
    Callback(#[from] CallbackRefused),
    #[error(transparent)]
    Account(#[from] AccountRefused),
    #[error(transparent)]
    Fault(#[from] store::Fault),
}

/// Enters a partner and opens its account; all or nothing.
pub async fn add(
    platform: &Platform,
    permit: &Permit,
    new: &NewPartner,
) -> Result<AccountId, PartnerRefused> {
    permit.must_be_for(&[Action::ManageAccounts]);
    check(new)?;
    let account = NewAccount {
        login: new.sender_id.clone(),
        role: Role::Partner,
        territory: new.territory,
        office: new.office.clone(),
        person: None,
        secret: new.secret.clone(),
    };
    let mut tx = platform.db.begin().await?;
    tx.alone("partners").await?;
    if let Some(client) = &new.xroad_client
        && let BehindXRoad::Open(other, _) = find_by_xroad_client(&mut tx, client).await?
    {
        return Err(PartnerRefused::XroadClientTaken(other.sender_id));
    }
    let opened = account::open(&mut tx, &platform.ids, permit, &[account]).await?;
    let account = opened[0];
    execute!(
        tx,
        "INSERT INTO partner
           (sender_id, known_from, account, receiver_id, policy, keys, legal_basis, callback,
            civil_registry, account_mapper, encrypted, xroad_client)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        new.sender_id.as_str(),
        platform.wall.now().0,
        account.0,
        new.receiver_id.as_str(),
        new.policy.name(),
        new.jwks.as_str(),
        new.legal_basis.as_str(),
        new.callback.as_deref(),
        new.civil_registry,
        new.account_mapper,
        new.encrypted,
        new.xroad_client.as_deref()
    )?;
    tx.commit().await?;
    Ok(account)
}

fn check(new: &NewPartner) -> Result<(), PartnerRefused> {
    let texts = [
        ("sender_id", &new.sender_id),
        ("office", &new.office),
        ("receiver_id", &new.receiver_id),
        ("legal_basis", &new.legal_basis),
    ];
    for (name, text) in texts {
        let chars = text.chars().count();
        if chars == 0 || chars > TEXT_CHARS_MAX || text.contains(['|', '"']) {
            return Err(PartnerRefused::Text(name));
        }
    }
    new.callback.as_deref().map(Callback::parse).transpose()?;
    if let Some(client) = new
        .xroad_client
        .as_deref()
        .filter(|text| !is_subsystem(text))
    {
        return Err(PartnerRefused::XroadClient(client.to_owned()));
    }
    fits(new.policy, new.encrypted, &Jwks::parse(&new.jwks)?)
}

fn fits(policy: Policy, encrypted: bool, keys: &Jwks) -> Result<(), PartnerRefused> {
    // What is encrypted and not signed is from anybody.
    if encrypted && (policy == Policy::None || keys.encryption_key().is_none()) {
        return Err(PartnerRefused::NoEncryptionKey);
    }
    let fits = match policy {
        Policy::None => true,
        Policy::DciEd25519 => keys.has_ed25519(),
        Policy::JwsDetached => !keys.is_empty(),
    };
    if fits {
        return Ok(());
    }
    Err(PartnerRefused::NoKey(policy.name()))
}

/// Another set of keys from now on: a rotation holds the old and the new one for a while, a
/// revocation leaves one out. An empty set is the hour when every key is lost: nothing is believed.
pub async fn change_keys(
    platform: &Platform,
    permit: &Permit,
    sender_id: &str,
    jwks: &str,
) -> Result<(), PartnerRefused> {
    permit.must_be_for(&[Action::ManageAccounts]);
    let keys = Jwks::parse(jwks)?;
    let mut tx = platform.db.begin().await?;
    let found = find_open(&mut tx, sender_id).await?;
    let (partner, _) = found.ok_or_else(|| PartnerRefused::Unknown(sender_id.to_owned()))?;
    if keys.kids().next().is_some() {
        fits(partner.policy, partner.encrypted, &keys)?;
    }
    execute!(
        tx,
        "INSERT INTO partner
           (sender_id, known_from, account, receiver_id, policy, keys, legal_basis, callback,
            civil_registry, account_mapper, encrypted, xroad_client)
         SELECT sender_id, $1, account, receiver_id, policy, $2, legal_basis, callback,
            civil_registry, account_mapper, encrypted, xroad_client
         FROM partner WHERE sender_id = $3 ORDER BY known_from DESC LIMIT 1",
        platform.wall.now().0,
        jwks,
        sender_id
    )?;
    Ok(tx.commit().await?)
}

/// Ends all that is agreed: its account is closed. Its tokens end at this moment, no message of it is
/// taken, no subscription of it is told of, and what waits for it is dropped when its turn comes.
/// `false`: it was closed already.
pub async fn close(
    platform: &Platform,
    permit: &Permit,
    sender_id: &str,
) -> Result<bool, PartnerRefused> {
    let mut tx = platform.db.begin().await?;
    let found = match account::find_even_closed(&mut tx, sender_id).await? {
        Some((account, _)) => find_by_account(&mut tx, account).await?,
        None => None,
    };
    let partner = found.ok_or_else(|| PartnerRefused::Unknown(sender_id.to_owned()))?;
    let closed = account::close(&mut tx, permit, partner.account).await?;
    tx.commit().await?;
    Ok(closed)
}

/// Another secret from now on. The one before ends at this moment, and every token that it opened.
pub async fn change_secret(
    platform: &Platform,
    permit: &Permit,
    sender_id: &str,
    secret: &SecretHash,
) -> Result<Partner, PartnerRefused> {
    let mut tx = platform.db.begin().await?;
    let found = find_open(&mut tx, sender_id).await?;
    let (partner, _) = found.ok_or_else(|| PartnerRefused::Unknown(sender_id.to_owned()))?;
    account::set_secret(&mut tx, permit, partner.account, secret).await?;
    tx.commit().await?;
    Ok(partner)
}

/// The columns of a partner `p` in the order of [`PartnerRow`].
macro_rules! columns {
    () => {
        "p.sender_id, p.known_from, p.account, p.receiver_id, p.policy, p.keys, p.legal_basis, p.callback,
            p.civil_registry, p.account_mapper, p.encrypted, p.xroad_client"
    };
}

#[derive(sqlx::FromRow)]
struct PartnerRow {
    sender_id: String,
    known_from: i64,
    account: Uuid,
    receiver_id: String,
    policy: String,
    keys: String,
    legal_basis: String,
    callback: Option<String>,
    civil_registry: bool,
    account_mapper: bool,
    encrypted: bool,
    xroad_client: Option<String>,
}

impl PartnerRow {
    fn into_partner(self) -> store::Result<Partner> {
        let damaged = |reason: String| store::Fault::Stored {
            what: "partner",
            reason,
        };
        let policy = Policy::from_name(&self.policy);
        let callback = self.callback.as_deref().map(Callback::parse).transpose();
        Ok(Partner {
            policy: policy.ok_or_else(|| damaged(format!("no policy {}", self.policy)))?,
            keys: Jwks::parse(&self.keys).map_err(|why| damaged(why.to_string()))?,
            sender_id: self.sender_id,
            account: AccountId(self.account),
            receiver_id: self.receiver_id,
            legal_basis: self.legal_basis,
            callback: callback.map_err(|why| damaged(why.to_string()))?,
            civil_registry: self.civil_registry,
            account_mapper: self.account_mapper,
            encrypted: self.encrypted,
            xroad_client: self.xroad_client,
            known_from: Instant(self.known_from),
        })
    }
}

/// The partner of an account, as it is agreed now.
pub async fn find_by_account(tx: &mut Tx, account: AccountId) -> store::Result<Option<Partner>> {
    let row = fetch_optional!(
        tx,
        PartnerRow,
        concat!(
            "SELECT ",
            columns!(),
            " FROM partner p WHERE p.account = $1 ORDER BY p.known_from DESC LIMIT 1"
        ),
        account.0
    )?;
    row.map(PartnerRow::into_partner).transpose()
}

/// A partner as it is agreed now, and whether a message of this id was taken from it before: every
/// message asks for both.
#[derive(Debug)]
pub(super) struct Senders;

#[derive(sqlx::FromRow)]
struct SenderRow {
    #[sqlx(flatten)]
    partner: PartnerRow,
    message_id: String,
    taken: i64,
}

impl LookUp for Senders {
    type Key = (AccountId, String);
    type Found = Option<(Arc<Partner>, bool)>;
    const IS_ONE_STATEMENT: bool = true;

    async fn look_up(
        tx: &mut Tx,
        asked: &[(AccountId, String)],
    ) -> store::Result<Vec<Option<(Arc<Partner>, bool)>>> {
        const NEWEST: bulk::With = bulk::With {
            v: "account, message_id",
            statement: concat!(
                "SELECT ",
                columns!(),
                ", v.message_id, (SELECT COUNT(*) FROM dci_message m
                  WHERE m.sender_id = p.sender_id AND m.message_id = v.message_id) AS taken
                FROM v CROSS JOIN partner p WHERE p.account = v.account AND p.known_from =
                (SELECT MAX(o.known_from) FROM partner o WHERE o.account = p.account)"
            ),
        };
        let rows: Vec<SenderRow> =
            bulk::select_at_once(tx, &NEWEST, asked, |row, (account, id)| {
                row.push(account.0).push(id.clone());
            })
            .await?;
        // A partner sends many messages at once: its keys are read from their text once.
        let mut partners: HashMap<Uuid, Arc<Partner>> = HashMap::new();
        let mut found = HashMap::new();
        for row in rows {
            let account = row.partner.account;
            let partner = match partners.entry(account) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(Arc::new(row.partner.into_partner()?)),
            };
            let key = (AccountId(account), row.message_id);
            found.insert(key, (Arc::clone(partner), row.taken > 0));
        }
        Ok(asked.iter().map(|key| found.get(key).cloned()).collect())
    }
}

/// A partner whose account is open, and who it is to the access log.
pub async fn find_open(tx: &mut Tx, sender_id: &str) -> store::Result<Option<(Partner, Subject)>> {
    let Some(subject) = account::find_by_login(tx, sender_id).await? else {
        return Ok(None);
    };
    let partner = find_by_account(tx, subject.account).await?;
    Ok(partner.map(|partner| (partner, subject)))
}

/// Whose a subsystem of X-Road is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BehindXRoad {
    Nobody,
    Open(Box<Partner>, Subject),
    /// The account of the last one that was agreed to come so is closed.
    Closed(Subject),
}

/// The partner that is agreed now to come as this subsystem of X-Road.
pub async fn find_by_xroad_client(tx: &mut Tx, client: &str) -> store::Result<BehindXRoad> {
    let sender = fetch_optional!(
        tx,
        (String,),
        "SELECT sender_id FROM partner WHERE xroad_client = $1 ORDER BY known_from DESC LIMIT 1",
        client
    )?;
    let Some((sender_id,)) = sender else {
        return Ok(BehindXRoad::Nobody);
    };
    if let Some(closed) = account::find_closed(tx, &sender_id).await? {
        return Ok(BehindXRoad::Closed(closed));
    }
    let found = find_open(tx, &sender_id).await?;
    let comes_so =
        |(partner, _): &(Partner, Subject)| partner.xroad_client.as_deref() == Some(client);
    Ok(match found.filter(comes_so) {
        Some((partner, subject)) => BehindXRoad::Open(Box::new(partner), subject),
        None => BehindXRoad::Nobody,
    })
}

/// The accounts of partners that are closed.
pub async fn closed(tx: &mut Tx) -> store::Result<BTreeSet<AccountId>> {
    account::list_closed(tx, Role::Partner).await
}

/// All partners as they are agreed now, by name; closed ones too.
pub async fn list(tx: &mut Tx) -> store::Result<Vec<Partner>> {
    let rows = fetch_all!(
        tx,
        PartnerRow,
        concat!(
            "SELECT ",
            columns!(),
            " FROM partner p WHERE p.known_from =
               (SELECT MAX(o.known_from) FROM partner o WHERE o.sender_id = p.sender_id)
             ORDER BY p.sender_id LIMIT $1"
        ),
        PARTNERS_MAX
    )?;
    rows.into_iter().map(PartnerRow::into_partner).collect()
}
