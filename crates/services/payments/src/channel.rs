//! How each bank is spoken to: over the wire, or with files that people or a program carry.
//! A bank without a row is called over the wire.
//!
//! The way of one statement is written before anything of it leaves ([`claim`]): changing a
//! bank's channel in the middle of a run cannot send a statement twice.

use access::{Action, Permit};
pub use bankfile::Form;
use bankfile::limits::NAME_CHARS_MAX;
use kernel::ids::StatementId;
use kernel::{BankAccount, Instant, Mfo};
use signing::Jwks;
use store::{Fault, Platform, Tx, execute, fetch_all, fetch_optional};

use crate::{Result, limits, sql};

/// By which way a statement goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    Wire,
    File,
}

impl Way {
    pub const fn as_str(self) -> &'static str {
        match self {
            Way::Wire => "wire",
            Way::File => "file",
        }
    }

    pub fn parse(text: &str) -> Option<Way> {
        [Way::Wire, Way::File]
            .into_iter()
            .find(|way| way.as_str() == text)
    }
}

/// What a file to a bank needs beside its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChannel {
    /// The account that pays, kept in this very bank.
    pub account: BankAccount,
    /// How the bank writes accounts.
    pub form: Form,
    /// In whose name the account is kept.
    pub owner: String,
}

/// A bank's channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    pub mfo: Mfo,
    /// `None`: over the wire.
    pub files: Option<FileChannel>,
    /// The keys that its files are signed with; none: its files come unsigned.
    pub keys: Jwks,
    pub set_at: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "the name of an account's owner has 1 to {NAME_CHARS_MAX} characters, this has {found}"
    )]
    Owner { found: usize },
    #[error("the account pays for bank {mfo} already: each bank has one of its own")]
    AccountTaken { mfo: Mfo },
    #[error("the bank's keys: {0}")]
    Keys(#[from] signing::KeysRefused),
    #[error("the bank's set of keys has no key")]
    NoKey,
}

/// What becomes of the keys of a bank's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysChange<'a> {
    Keep,
    /// Its files come unsigned from now on.
    Drop,
    /// A JSON Web Key Set; rotation is a set that holds the old and the new.
    Set(&'a str),
}

/// Sets how a bank is spoken to from now on. Statements that left already stay as they are.
pub async fn set(
    platform: &Platform,
    permit: &Permit,
    mfo: Mfo,
    files: Option<&FileChannel>,
    keys: KeysChange<'_>,
) -> Result<()> {
    permit.must_be_for(&[Action::SettleRun]);
    let mut tx = platform.db.begin().await?;
    tx.alone("payments.channel").await?;
    if let Some(files) = files {
        check(&mut tx, mfo, files).await?;
    }
    let keys = match keys {
        KeysChange::Keep => keys_text(&mut tx, i64::from(mfo.number())).await?,
        KeysChange::Drop => String::new(),
        KeysChange::Set(text) if read_keys(text)?.is_empty() => return Err(Refusal::NoKey.into()),
        KeysChange::Set(text) => text.to_owned(),
    };
    let way = files.map_or(Way::Wire, |_| Way::File);
    let none = (String::new(), Form::Domestic, String::new());
    let (account, form, owner) = files.map_or(none, |files| {
        let account = files.account.as_str().to_owned();
        (account, files.form, files.owner.clone())
    });
    execute!(
        tx,
        "INSERT INTO bank_channel (mfo, way, account, form, owner, set_at, keys)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (mfo) DO UPDATE SET way = excluded.way, account = excluded.account,
            form = excluded.form, owner = excluded.owner, set_at = excluded.set_at,
            keys = excluded.keys",
        i64::from(mfo.number()),
        way.as_str(),
        account,
        form.as_str(),
        owner,
        platform.clock.now().0,
        keys
    )?;
    Ok(tx.commit().await?)
}

async fn check(tx: &mut Tx, mfo: Mfo, files: &FileChannel) -> Result<()> {
    let found = files.owner.trim().chars().count();
    if found == 0 || found > NAME_CHARS_MAX {
        return Err(Refusal::Owner { found }.into());
    }
    let taken = fetch_optional!(
        tx,
        (i64,),
        "SELECT mfo FROM bank_channel WHERE account = $1 AND mfo <> $2",
        files.account.as_str(),
        i64::from(mfo.number())
    )?;
    match taken {
        Some((other,)) => Err(Refusal::AccountTaken {
            mfo: sql::mfo(other)?,
        }
        .into()),
        None => Ok(()),
    }
}

type Row = (i64, String, String, String, String, i64, String);

/// Every bank that has been spoken of, in the order of their numbers.
pub async fn list(tx: &mut Tx) -> Result<Vec<Channel>> {
    let rows = fetch_all!(
        tx,
        Row,
        "SELECT mfo, way, account, form, owner, set_at, keys FROM bank_channel ORDER BY mfo LIMIT $1",
        limits::LIST_MAX
    )?;
    rows.into_iter().map(read).collect()
}

/// The file channel of a bank, if it has one.
pub(crate) async fn find_files(tx: &mut Tx, mfo: Mfo) -> Result<Option<FileChannel>> {
    let row = fetch_optional!(
        tx,
        Row,
        "SELECT mfo, way, account, form, owner, set_at, keys FROM bank_channel WHERE mfo = $1",
        i64::from(mfo.number())
    )?;
    Ok(row.map(read).transpose()?.and_then(|channel| channel.files))
}

fn read((mfo, way, account, form, owner, set_at, keys): Row) -> Result<Channel> {
    let files = match read_way(&way)? {
        Way::Wire => None,
        Way::File => Some(FileChannel {
            account: sql::account(&account)?,
            form: read_form(&form)?,
            owner,
        }),
    };
    Ok(Channel {
        mfo: sql::mfo(mfo)?,
        files,
        keys: read_keys(&keys)?,
        set_at: Instant(set_at),
    })
}

/// The keys that a bank's files must be signed with; none of a bank that does not sign.
pub(crate) async fn keys(tx: &mut Tx, mfo: i64) -> Result<Jwks> {
    read_keys(&keys_text(tx, mfo).await?)
}

async fn keys_text(tx: &mut Tx, mfo: i64) -> Result<String> {
    let found = fetch_optional!(
        tx,
        (String,),
        "SELECT keys FROM bank_channel WHERE mfo = $1",
        mfo
    )?;
    Ok(found.map(|(keys,)| keys).unwrap_or_default())
}

fn read_keys(text: &str) -> Result<Jwks> {
    match text {
        "" => Ok(Jwks::default()),
        text => Ok(Jwks::parse(text).map_err(Refusal::from)?),
    }
}

fn read_way(text: &str) -> Result<Way> {
    let stored = || Fault::Stored {
        what: "a way of a statement",
        reason: text.to_owned(),
    };
    Ok(Way::parse(text).ok_or_else(stored)?)
}

pub(crate) fn read_form(text: &str) -> Result<Form> {
    let stored = || Fault::Stored {
        what: "a form of accounts",
        reason: text.to_owned(),
    };
    Ok(Form::parse(text).ok_or_else(stored)?)
}

/// The way of a statement: `wanted`, unless it was decided before.
pub(crate) async fn claim(
    tx: &mut Tx,
    statement: StatementId,
    wanted: Way,
    at: Instant,
) -> Result<Way> {
    execute!(
        tx,
        "INSERT INTO statement_way (statement, way, at) VALUES ($1, $2, $3)
         ON CONFLICT (statement) DO NOTHING",
        statement.0,
        wanted.as_str(),
        at.0
    )?;
    let way = find_way(tx, statement).await?;
    Ok(way.expect("the row was written, or stood there"))
}

/// The way of a statement, once it is decided.
pub(crate) async fn find_way(tx: &mut Tx, statement: StatementId) -> Result<Option<Way>> {
    let row = fetch_optional!(
        tx,
        (String,),
        "SELECT way FROM statement_way WHERE statement = $1",
        statement.0
    )?;
    row.map(|(way,)| read_way(&way)).transpose()
}
