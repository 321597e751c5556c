//! Short messages to persons that belong to no decision: they go the way of the decisions' own
//! messages, to the telephone that the register has, in the language of the person's letters.

use ::store::{Tx, execute, fetch_all};
use access::{Action, Permit};
use kernel::{Instant, Lang, PersonId};
use uuid::Uuid;

use crate::fault::Result;
use crate::language;

/// Messages of one person on one page.
const NOTICES_MAX: i64 = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub id: Uuid,
    pub lang: Lang,
    pub body: String,
    pub written_at: Instant,
}

/// Writes a message in the words of the person's language; the same id is the same message.
pub async fn write(
    tx: &mut Tx,
    (id, person): (Uuid, PersonId),
    words: impl Fn(Lang) -> String,
    now: Instant,
) -> Result<()> {
    let chosen = language::of_persons(tx, &[person]).await?;
    let lang = chosen.get(&person).copied().unwrap_or_default();
    execute!(
        tx,
        "INSERT INTO notice (id, person, lang, body, written_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO NOTHING",
        id,
        person.0,
        lang.tag(),
        words(lang),
        now.0
    )?;
    Ok(())
}

/// What was written to a person, the newest first.
pub async fn of_person(tx: &mut Tx, permit: &Permit, person: PersonId) -> Result<Vec<Notice>> {
    permit.must_be_for(&[Action::ReadOwnPayments, Action::AssessCase]);
    let rows = fetch_all!(
        tx,
        (Uuid, String, String, i64),
        "SELECT id, lang, body, written_at FROM notice WHERE person = $1
         ORDER BY written_at DESC, id LIMIT $2",
        person.0,
        NOTICES_MAX
    )?;
    let notice = |(id, lang, body, written_at): (Uuid, String, String, i64)| {
        Ok(Notice {
            id,
            lang: language::stored("notice.lang", &lang)?,
            body,
            written_at: Instant(written_at),
        })
    };
    rows.into_iter().map(notice).collect()
}
