//! In which language a person is written to: the one they chose themselves, or named to the
//! mahalla worker. Who said nothing is written to in Uzbek.

use std::collections::HashMap;

use ::store::{Tx, bulk, execute};
use kernel::{Instant, Lang, PersonId};
use uuid::Uuid;

use crate::fault::{Fault, Result};

const OF_PERSONS: bulk::With = bulk::With {
    v: "person",
    statement: "SELECT l.person, l.lang FROM v CROSS JOIN letter_language l \
                WHERE l.person = v.person",
};

/// Remembers the language of a person's letters; the last choice holds.
pub async fn choose(tx: &mut Tx, person: PersonId, lang: Lang, now: Instant) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO letter_language (person, lang, chosen_at) VALUES ($1, $2, $3) \
         ON CONFLICT (person) DO UPDATE SET lang = EXCLUDED.lang, chosen_at = EXCLUDED.chosen_at",
        person.0,
        lang.tag(),
        now.0
    )?;
    Ok(())
}

/// The languages of those who chose one.
pub async fn of_persons(tx: &mut Tx, persons: &[PersonId]) -> Result<HashMap<PersonId, Lang>> {
    let rows: Vec<(Uuid, String)> = bulk::select_in(tx, &OF_PERSONS, persons, |row, person| {
        row.push(person.0);
    })
    .await?;
    rows.into_iter()
        .map(|(person, tag)| Ok((PersonId(person), stored("letter_language.lang", &tag)?)))
        .collect()
}

/// A language as it was stored.
pub(crate) fn stored(what: &'static str, tag: &str) -> Result<Lang> {
    Lang::from_tag(tag).ok_or_else(|| Fault::Stored {
        what,
        reason: tag.to_owned(),
    })
}
