//! Sign-in, sessions and their tokens, the lock after wrong tries.
//!
//! A token is 256 random bits, known to its owner alone: the database holds its
//! SHA-256. A session ends by idleness, by age, by sign-out, with its account.
//! What runs here is `Platform::wall`, not the clock of the law.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

use kernel::day::Instant;
use kernel::ids::AccountId;
use sha2::{Digest, Sha256};
use store::lookup::LookUp;
use store::{Fault, Platform, Tx, bulk, execute, fetch_optional};

use crate::account::{AccountRow, alone, end_sessions, find_with_secret, fold_login};
use crate::{SecretHash, Subject};

/// Wrong tries in a row before a login is locked, and for how long.
pub const TRIES_MAX: i64 = 5;
pub const LOCK_S: i64 = 15 * 60;
/// Tries further apart than this are not in a row.
pub const TRIES_WINDOW_S: i64 = 60 * 60;
/// A session's last use is written at most this often.
const SEEN_STEP_S: i64 = 60;
const SECOND_US: i64 = 1_000_000;

/// What holds the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A cookie.
    Browser,
    /// `Authorization: Bearer`, for programs.
    Api,
    /// The same for a partner's system, which asks anew every quarter of an hour.
    Partner,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Browser, Kind::Api, Kind::Partner];
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Browser => "browser",
            Kind::Api => "api",
            Kind::Partner => "partner",
        }
    }

    /// Ends after so long without use.
    pub const fn idle_s_max(self) -> i64 {
        match self {
            Kind::Browser => 30 * 60,
            Kind::Api => 24 * 60 * 60,
            Kind::Partner => 15 * 60,
        }
    }

    /// Ends so long after sign-in, used or not.
    pub const fn age_s_max(self) -> i64 {
        match self {
            Kind::Browser => 12 * 60 * 60,
            Kind::Api => 30 * 24 * 60 * 60,
            Kind::Partner => 15 * 60,
        }
    }
}

/// The bearer of a session. `Display` writes it out (for the cookie), `Debug`
/// does not (for logs).
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token is 64 hexadecimal digits")]
pub struct NotAToken;

#[derive(Debug, Clone)]
pub struct SignedIn {
    pub token: Token,
    pub subject: Subject,
}

#[derive(Debug, thiserror::Error)]
pub enum SignInRefused {
    /// Which of the two is wrong is not told, nor whether the login exists.
    #[error("the login or the secret is wrong; {tries_left} tries are left")]
    Wrong { tries_left: i64 },
    #[error("too many wrong tries: wait until {until}")]
    Locked { until: Instant },
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Opens a session for whoever knows the secret.
pub async fn sign_in(
    platform: &Platform,
    login: &str,
    secret: &str,
    kind: Kind,
) -> Result<SignedIn, SignInRefused> {
    let now = platform.wall.now();
    let key = Sha256::digest(fold_login(login)).to_vec();
    // The try is counted before the secret is looked at: a hundred at once get
    // no more than five.
    let tries = count_try(platform, &key, now).await?;
    let mut tx = platform.db.read().await?;
    let found = find_with_secret(&mut tx, login).await?;
    drop(tx);
    let known = found.as_ref().map(|(_, hash)| hash.clone());
    let wrong = SignInRefused::Wrong {
        tries_left: TRIES_MAX - tries,
    };
    let Some(subject) = verified(found, secret).await else {
        return Err(wrong);
    };
    let mut tx = platform.db.begin().await?;
    // Looking at a secret takes its time: it may have been replaced, or the account closed, meanwhile.
    alone(&mut tx, subject.account).await?;
    let now_known = find_with_secret(&mut tx, login)
        .await?
        .map(|(_, hash)| hash);
    if now_known != known {
        return Err(wrong);
    }
    execute!(tx, "DELETE FROM sign_in_try WHERE login_hash = $1", key)?;
    let token = insert(&mut tx, subject.account, kind, now, None).await?;
    tx.commit().await?;
    Ok(SignedIn { token, subject })
}

/// Takes as long for a login that does not exist.
async fn verified(found: Option<(Subject, SecretHash)>, secret: &str) -> Option<Subject> {
    let secret = secret.to_owned();
    let check = tokio::task::spawn_blocking(move || match found {
        Some((subject, hash)) => hash.matches(&secret).then_some(subject),
        None => {
            let _ = nobody().matches(&secret);
            None
        }
    });
    check.await.expect("hashing does not panic")
}

fn nobody() -> &'static SecretHash {
    static NOBODY: std::sync::OnceLock<SecretHash> = std::sync::OnceLock::new();
    NOBODY.get_or_init(SecretHash::of_nobody)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
struct Tries {
    tries: i64,
    last_at: i64,
    locked_until: i64,
}

impl Tries {
    /// The state after one more try, or the end of the lock.
    fn next(self, now: i64) -> Result<Tries, Instant> {
        if self.locked_until > now {
            return Err(Instant(self.locked_until));
        }
        let in_a_row = self.locked_until == 0 && now - self.last_at <= TRIES_WINDOW_S * SECOND_US;
        let tries = if in_a_row { self.tries + 1 } else { 1 };
        let locked = tries >= TRIES_MAX;
        Ok(Tries {
            tries,
            last_at: now,
            locked_until: if locked { now + LOCK_S * SECOND_US } else { 0 },
        })
    }
}

async fn count_try(platform: &Platform, key: &[u8], now: Instant) -> Result<i64, SignInRefused> {
    let mut tx = platform.db.begin().await?;
    tx.alone(&format!("sign_in {}", hex::encode(key))).await?;
    let before = fetch_optional!(
        tx,
        Tries,
        "SELECT tries, last_at, locked_until FROM sign_in_try WHERE login_hash = $1",
        key
    )?;
    let before = before.unwrap_or(Tries {
        tries: 0,
        last_at: now.0,
        locked_until: 0,
    });
    let after = before
        .next(now.0)
        .map_err(|until| SignInRefused::Locked { until })?;
    execute!(
        tx,
        "INSERT INTO sign_in_try (login_hash, tries, last_at, locked_until) VALUES ($1, $2, $3, $4)
         ON CONFLICT (login_hash) DO UPDATE SET tries = excluded.tries,
           last_at = excluded.last_at, locked_until = excluded.locked_until",
        key,
        after.tries,
        after.last_at,
        after.locked_until
    )?;
    tx.commit().await?;
    Ok(after.tries)
}

async fn insert(
    tx: &mut Tx,
    account: AccountId,
    kind: Kind,
    now: Instant,
    ends_at: Option<i64>,
) -> store::Result<Token> {
    let token = Token(store::secret());
    execute!(
        tx,
        "INSERT INTO session (token_hash, account, kind, opened_at, last_seen_at, ends_at)
         VALUES ($1, $2, $3, $4, $4, $5)",
        token.hash(),
        account.0,
        kind.name(),
        now.0,
        ends_at.unwrap_or(now.0 + kind.age_s_max() * SECOND_US)
    )?;
    Ok(token)
}

#[derive(Clone, sqlx::FromRow)]
struct SessionRow {
    kind: String,
    last_seen_at: i64,
    ends_at: i64,
    closed: bool,
    #[sqlx(flatten)]
    account: AccountRow,
}

impl SessionRow {
    fn kind(&self) -> Kind {
        let known = Kind::ALL.into_iter().find(|kind| kind.name() == self.kind);
        // The one that ends soonest for a word of a later version.
        known.unwrap_or(Kind::Partner)
    }

    fn lives(&self, now: i64) -> bool {
        !self.closed
            && now < self.ends_at
            && now - self.last_seen_at < self.kind().idle_s_max() * SECOND_US
    }
}

/// Sessions by the hash of their token: every request asks for one.
struct Sessions;

impl LookUp for Sessions {
    type Key = Vec<u8>;
    type Found = Option<SessionRow>;
    const IS_ONE_STATEMENT: bool = true;

    async fn look_up(tx: &mut Tx, hashes: &[Vec<u8>]) -> store::Result<Vec<Option<SessionRow>>> {
        const OPEN: bulk::With = bulk::With {
            v: "token_hash",
            statement: "SELECT s.token_hash, s.kind, s.last_seen_at, s.ends_at,
                a.closed, a.id, a.role, a.territory, a.office, a.person, a.secret
                FROM v CROSS JOIN session s JOIN account a ON a.id = s.account
                WHERE s.token_hash = v.token_hash",
        };
        // A partner asks many things at once, all with one token.
        let asked: BTreeSet<&[u8]> = hashes.iter().map(Vec::as_slice).collect();
        let asked: Vec<&[u8]> = asked.into_iter().collect();
        let rows: Vec<FoundRow> = bulk::select_at_once(tx, &OPEN, &asked, |row, hash| {
            row.push(hash.to_vec());
        })
        .await?;
        let rows = rows.into_iter().map(|row| (row.token_hash, row.session));
        let found: HashMap<Vec<u8>, SessionRow> = rows.collect();
        Ok(hashes.iter().map(|hash| found.get(hash).cloned()).collect())
    }
}

#[derive(sqlx::FromRow)]
struct FoundRow {
    token_hash: Vec<u8>,
    #[sqlx(flatten)]
    session: SessionRow,
}

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// The session has ended, or never was.
    Nobody,
    /// As the account is now.
    Open(Subject),
    /// Of an account that was closed. It opens nothing: it is known who still uses it.
    Closed(Subject),
}

/// Whose session it is, as the account is now; `None` when it has ended.
pub async fn find(platform: &Platform, token: &Token) -> store::Result<Option<Subject>> {
    match holder(platform, token).await? {
        Holder::Open(subject) => Ok(Some(subject)),
        Holder::Nobody | Holder::Closed(_) => Ok(None),
    }
}

/// The same, where it matters whether somebody knocks whose account is closed.
pub async fn holder(platform: &Platform, token: &Token) -> store::Result<Holder> {
    let now = platform.wall.now().0;
    let Some(row) = platform.look_up::<Sessions>(token.hash()).await? else {
        return Ok(Holder::Nobody);
    };
    if row.closed {
        return Ok(Holder::Closed(row.account.open()?.0));
    }
    if !row.lives(now) {
        return Ok(Holder::Nobody);
    }
    if now - row.last_seen_at >= SEEN_STEP_S * SECOND_US {
        let mut tx = platform.db.begin().await?;
        execute!(
            tx,
            "UPDATE session SET last_seen_at = $2 WHERE token_hash = $1",
            token.hash(),
            now
        )?;
        tx.commit().await?;
    }
    let (subject, _) = row.account.open()?;
    Ok(Holder::Open(subject))
}

/// A new token for the same session (the old one is worthless at once); its
/// end stays where it was. `None` when the session has ended.
pub async fn rotate(platform: &Platform, token: &Token) -> store::Result<Option<Token>> {
    let now = platform.wall.now();
    let mut tx = platform.db.begin().await?;
    let mut found = Sessions::look_up(&mut tx, &[token.hash()]).await?;
    let Some(row) = found.remove(0).filter(|row| row.lives(now.0)) else {
        return Ok(None);
    };
    let (kind, ends_at) = (row.kind(), row.ends_at);
    let (subject, _) = row.account.open()?;
    alone(&mut tx, subject.account).await?;
    let removed = execute!(
        tx,
        "DELETE FROM session WHERE token_hash = $1",
        token.hash()
    )?;
    if removed == 0 {
        return Ok(None); // somebody rotated or ended it in the same moment
    }
    let fresh = insert(&mut tx, subject.account, kind, now, Some(ends_at)).await?;
    tx.commit().await?;
    Ok(Some(fresh))
}

/// Signs out.
pub async fn end(platform: &Platform, token: &Token) -> store::Result<()> {
    let mut tx = platform.db.begin().await?;
    execute!(
        tx,
        "DELETE FROM session WHERE token_hash = $1",
        token.hash()
    )?;
    tx.commit().await
}

/// Signs the account out everywhere.
pub async fn end_all(platform: &Platform, account: AccountId) -> store::Result<u64> {
    let mut tx = platform.db.begin().await?;
    let ended = end_sessions(&mut tx, account).await?;
    tx.commit().await?;
    Ok(ended)
}

/// How long it is remembered whose the tokens of a closed account were.
const CLOSED_S_MAX: i64 = 30 * 24 * 3600;

/// Removes sessions and tries that no longer matter; the worker calls it now
/// and then.
pub async fn sweep(platform: &Platform) -> store::Result<u64> {
    let now = platform.wall.now().0;
    let mut tx = platform.db.begin().await?;
    let sessions = execute!(
        tx,
        "DELETE FROM session WHERE ends_at <= $1 AND (ends_at <= $2
           OR account IN (SELECT id FROM account WHERE closed = FALSE))",
        now,
        now - CLOSED_S_MAX * SECOND_US
    )?;
    let tries = execute!(
        tx,
        "DELETE FROM sign_in_try WHERE last_at < $1 AND locked_until <= $2",
        now - TRIES_WINDOW_S * SECOND_US,
        now
    )?;
    tx.commit().await?;
    Ok(sessions + tries)
}

impl Token {
    fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl FromStr for Token {
    type Err = NotAToken;
    fn from_str(text: &str) -> Result<Token, NotAToken> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotAToken)?;
        Ok(Token(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds of the tries, then whether each was let through.
    fn check(at_s: &[i64], let_through: &[bool]) {
        let mut state = Tries {
            tries: 0,
            last_at: at_s[0] * SECOND_US,
            locked_until: 0,
        };
        let seen: Vec<bool> = at_s
            .iter()
            .map(|s| match state.next(s * SECOND_US) {
                Ok(next) => {
                    state = next;
                    true
                }
                Err(_) => false,
            })
            .collect();
        assert_eq!(seen, let_through, "{at_s:?}");
    }

    #[test]
    fn the_sixth_try_in_a_row_waits_a_quarter_of_an_hour() {
        check(&[1, 2, 3, 4, 5, 6], &[true, true, true, true, true, false]);
        check(
            &[1, 2, 3, 4, 5, 904, 905],
            &[true, true, true, true, true, false, true],
        );
        // After the lock the count begins anew.
        check(
            &[1, 2, 3, 4, 5, 905, 906, 907, 908, 909, 910],
            &[
                true, true, true, true, true, true, true, true, true, true, false,
            ],
        );
        // Tries more than an hour apart are not in a row.
        check(&[0, 3601, 7202, 10803, 14404, 18005], &[true; 6]);
    }
}
