//! Delayed disclosure: a look that the person reads about only later, because a court or a
//! prosecutor may lawfully demand it.
//!
//! It is the exception, and built so that it cannot become the rule: only one role may, never for
//! a look of its own; it names its ground; it ends by itself, at most [`DELAY_DAYS_MAX`] days
//! after the look, however often it is prolonged; and it is an entry of the same log, which the
//! person reads together with the look when the time is over. The entry holds the digest of what it
//! grants, so that nobody prolongs a delay, gives it another ground or takes it away unseen.

use kernel::day::Instant;
use sha2::{Digest, Sha256};
use store::{Fault, Platform, Tx, execute, fetch_optional};
use uuid::Uuid;

use super::canonical::Entry;
use super::entry_id::EntryId;
use super::verify::page_of;
use crate::permit::granting;
use crate::{Action, Area, Denied, Purpose, Scope, Subject};

/// Days after the look by which its person reads about it in any case.
pub const DELAY_DAYS_MAX: i64 = 365;
/// Letters of a ground at most.
pub const GROUND_CHARS_MAX: usize = 500;

/// What is asked; the same id again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelay {
    pub id: Uuid,
    pub entry: EntryId,
    pub until: Instant,
    /// Whose order, of which day and number.
    pub ground: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DelayRefusal {
    #[error("the log has no such look")]
    NoLook,
    #[error("nobody withholds a look of the own")]
    OwnLook,
    #[error("a delay ends in the future")]
    Past,
    #[error("a look is shown {DELAY_DAYS_MAX} days after it at the latest, by {latest}")]
    TooLong { latest: Instant },
    #[error(
        "say the ground: whose order, of which day and number, in at most {GROUND_CHARS_MAX} letters"
    )]
    NoGround,
    #[error("this id was used for another delay")]
    OtherDelay,
}

#[derive(Debug, thiserror::Error)]
pub enum DelayStop {
    #[error(transparent)]
    Refused(#[from] DelayRefusal),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] Fault),
}

impl NewDelay {
    /// What the entry of the log holds of it.
    pub(super) fn digest(&self) -> Vec<u8> {
        let mut hasher = Sha256::new();
        hasher.update(b"daftar delay 1\0");
        hasher.update(self.id.as_bytes());
        hasher.update(self.entry.chain.as_bytes());
        hasher.update(self.entry.seq.to_be_bytes());
        hasher.update(self.until.0.to_be_bytes());
        hasher.update(self.ground.trim());
        hasher.finalize().to_vec()
    }
}

/// Withholds an entry until a moment. The permit for it names the same person, case or run, so
/// that the person finds it.
pub async fn delay(
    platform: &Platform,
    subject: &Subject,
    new: &NewDelay,
) -> Result<(), DelayStop> {
    let mut tx = platform.db.read().await?;
    let look = page_of(&mut tx, new.entry.chain, new.entry.seq, new.entry.seq).await?;
    let is_known = is_known(&mut tx, new).await?;
    drop(tx);
    let look = look.into_iter().next().map(|row| row.entry);
    let judged = judge(subject, new, look.as_ref(), platform.clock.now()).and(is_known);
    // What withholds nothing new leaves no digest: each digest of the log has its row.
    let digest = matches!(judged, Ok(false)).then(|| new.digest());
    let asked = (Action::DelayDisclosure, Purpose::Oversight);
    let permit = granting(platform, subject, asked, scope_of(look.as_ref()), digest).await?;
    if judged? {
        return Ok(());
    }
    let mut tx = platform.db.begin().await?;
    insert(&mut tx, new, permit.at(), permit.entry()).await?;
    Ok(tx.commit().await?)
}

fn scope_of(look: Option<&Entry>) -> Scope {
    let area = look.and_then(|look| look.territory);
    Scope {
        area: area
            .and_then(|code| Area::from_code(code).ok())
            .unwrap_or(Area::Country),
        person: look.and_then(|look| look.person).map(kernel::ids::PersonId),
        case: look.and_then(|look| look.case_id).map(kernel::ids::CaseId),
        run: look.and_then(|look| look.run_id).map(kernel::ids::RunId),
    }
}

fn judge(
    subject: &Subject,
    new: &NewDelay,
    look: Option<&Entry>,
    now: Instant,
) -> Result<(), DelayRefusal> {
    let look = look.filter(|look| look.granted);
    let look = look.ok_or(DelayRefusal::NoLook)?;
    if look.account == subject.account.0 {
        return Err(DelayRefusal::OwnLook);
    }
    let latest = latest_of(Instant(look.at));
    if new.until <= now {
        return Err(DelayRefusal::Past);
    }
    if new.until > latest {
        return Err(DelayRefusal::TooLong { latest });
    }
    let letters = new.ground.trim().chars().count();
    if !(1..=GROUND_CHARS_MAX).contains(&letters) {
        return Err(DelayRefusal::NoGround);
    }
    Ok(())
}

/// When a look is shown in any case.
pub(super) fn latest_of(looked_at: Instant) -> Instant {
    looked_at.plus_seconds(DELAY_DAYS_MAX * 24 * 3600)
}

/// Whether this very delay stands already; another one of the same id is refused.
async fn is_known(tx: &mut Tx, new: &NewDelay) -> store::Result<Result<bool, DelayRefusal>> {
    let known = fetch_optional!(
        tx,
        (Uuid, i64, i64, String),
        "SELECT chain_id, seq, until, ground FROM disclosure_delay WHERE id = $1",
        new.id
    )?;
    let EntryId { chain, seq } = new.entry;
    let same = (chain, seq, new.until.0, new.ground.trim().to_owned());
    Ok(match known {
        None => Ok(false),
        Some(known) if known == same => Ok(true),
        Some(_) => Err(DelayRefusal::OtherDelay),
    })
}

async fn insert(tx: &mut Tx, new: &NewDelay, at: Instant, by: EntryId) -> Result<(), DelayStop> {
    let done = execute!(
        tx,
        "INSERT INTO disclosure_delay (id, chain_id, seq, until, ground, set_at, by_chain, by_seq)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING",
        new.id,
        new.entry.chain,
        new.entry.seq,
        new.until.0,
        new.ground.trim(),
        at.0,
        by.chain,
        by.seq
    )?;
    if done == 0 {
        // It was sent twice at once.
        is_known(tx, new).await??;
    }
    Ok(())
}
