//! Delayed disclosure: a look that the person reads about only later, because a court or a
//! prosecutor may lawfully demand it.
//!
//! It is the exception, and built so that it cannot become the rule: only one role may, never for
//! a look of its own; it names its ground; it ends by itself, at most [`DELAY_DAYS_MAX`] days
//! after the look, however often it is prolonged; and it is an entry of the same log, which the
//! person reads together with the look when the time is over.

use kernel::day::Instant;
use store::{Fault, Platform, Tx, execute, fetch_all, fetch_optional};
use uuid::Uuid;

use super::entry_id::EntryId;
use super::verify::page_of;
use crate::{Action, Area, Denied, Purpose, Scope, Subject, permit};

/// Days after the look by which its person reads about it in any case.
pub const DELAY_DAYS_MAX: i64 = 365;
/// Letters of a ground at most.
pub const GROUND_CHARS_MAX: usize = 500;
/// Delays without their entry that are told.
const WRONG_MAX: i64 = 100;

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

/// Withholds an entry until a moment. The permit for it names the same person, case or run, so
/// that the person finds it.
pub async fn delay(
    platform: &Platform,
    subject: &Subject,
    new: &NewDelay,
) -> Result<(), DelayStop> {
    let mut tx = platform.db.read().await?;
    let look = page_of(&mut tx, new.entry.chain, new.entry.seq, new.entry.seq).await?;
    drop(tx);
    let look = look.into_iter().next().map(|row| row.entry);
    let area = look.as_ref().and_then(|look| look.territory);
    let scope = Scope {
        area: area
            .and_then(|code| Area::from_code(code).ok())
            .unwrap_or(Area::Country),
        person: look
            .as_ref()
            .and_then(|look| look.person)
            .map(kernel::ids::PersonId),
        case: look
            .as_ref()
            .and_then(|look| look.case_id)
            .map(kernel::ids::CaseId),
        run: look
            .as_ref()
            .and_then(|look| look.run_id)
            .map(kernel::ids::RunId),
    };
    let (action, purpose) = (Action::DelayDisclosure, Purpose::Oversight);
    let permit = permit(platform, subject, action, purpose, scope).await?;
    let look = look
        .filter(|look| look.granted)
        .ok_or(DelayRefusal::NoLook)?;
    if look.account == subject.account.0 {
        return Err(DelayRefusal::OwnLook.into());
    }
    judge(new, Instant(look.at), permit.at())?;
    let mut tx = platform.db.begin().await?;
    insert(&mut tx, new, permit.at(), permit.entry()).await?;
    Ok(tx.commit().await?)
}

fn judge(new: &NewDelay, looked_at: Instant, now: Instant) -> Result<(), DelayRefusal> {
    let latest = looked_at.plus_seconds(DELAY_DAYS_MAX * 24 * 3600);
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
    if done == 1 {
        return Ok(());
    }
    let known = fetch_optional!(
        tx,
        (Uuid, i64, i64, String),
        "SELECT chain_id, seq, until, ground FROM disclosure_delay WHERE id = $1",
        new.id
    )?;
    let EntryId { chain, seq } = new.entry;
    let same = (chain, seq, new.until.0, new.ground.trim().to_owned());
    if known == Some(same) {
        return Ok(());
    }
    Err(DelayRefusal::OtherDelay.into())
}

/// Delays that no permitted entry of the log stands behind, or that last too long: an insider
/// wrote them.
pub async fn verify_delays(tx: &mut Tx) -> store::Result<Vec<String>> {
    let rows = fetch_all!(
        tx,
        (Uuid,),
        "SELECT d.id FROM disclosure_delay d
           LEFT JOIN access_log b ON b.chain_id = d.by_chain AND b.seq = d.by_seq
           LEFT JOIN access_log l ON l.chain_id = d.chain_id AND l.seq = d.seq
         WHERE b.action IS NULL OR b.action <> 'delay_disclosure' OR b.granted = FALSE
           OR l.at IS NULL OR d.until > l.at + $1 LIMIT $2",
        DELAY_DAYS_MAX * 24 * 3600 * 1_000_000,
        WRONG_MAX
    )?;
    let told = rows
        .iter()
        .map(|(id,)| format!("delay {id} rests on no permitted entry"));
    Ok(told.collect())
}
