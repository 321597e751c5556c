//! Short messages that no decision carries. Like those of decisions they hold neither name nor
//! sum, fit one message, and are written in the language that the person chose.

use ::store::{Tx, bulk, fetch_all};
use kernel::{Instant, Lang, PersonId};
use uuid::Uuid;

use crate::fault::Result;
use crate::language;

/// What a person can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// More was paid than was due; nothing is kept by itself.
    DebtFound,
}

impl Told {
    pub const ALL: [Told; 1] = [Told::DebtFound];

    pub const fn words(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Told::DebtFound, Lang::UzLatn) => {
                "Nafaqangiz qayta hisoblandi: ortiqcha to'langan. Hech narsa o'z-o'zidan \
                 ushlanmaydi. Hisob: mahalla xodimi yoki my.gov.uz. E'tiroz: 30 kun."
            }
            (Told::DebtFound, Lang::UzCyrl) => {
                "Нафақа қайта ҳисобланди: ортиқча тўланган. Эътироз муддати 30 кун."
            }
            (Told::DebtFound, Lang::Ru) => {
                "Пособие пересчитано: есть переплата. Возразить можно 30 дней."
            }
            (Told::DebtFound, Lang::En) => {
                "Your benefit was recalculated: more was paid than was due. Nothing is kept by \
                 itself. Ask the mahalla worker. You may object for 30 days."
            }
        }
    }
}

/// A message to write: the id of what it tells of, and whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    pub about: Uuid,
    pub person: PersonId,
    pub told: Told,
}

/// A message as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub body: String,
    pub written_at: Instant,
}

/// Writes messages; what was told of already is not told again.
pub async fn write(tx: &mut Tx, now: Instant, notices: &[Notice]) -> Result<()> {
    const NOTICE: bulk::Insert = bulk::Insert {
        into: "notice (id, person, lang, body, written_at, sent_at)",
        on_conflict: "(id) DO NOTHING",
    };
    let mut persons: Vec<PersonId> = notices.iter().map(|notice| notice.person).collect();
    persons.sort_unstable();
    persons.dedup();
    let chosen = language::of_persons(tx, &persons).await?;
    bulk::insert(tx, &NOTICE, notices, |row, notice| {
        let lang = chosen.get(&notice.person).copied().unwrap_or_default();
        row.push(notice.about)
            .push(notice.person.0)
            .push(lang.tag())
            .push(notice.told.words(lang))
            .push(now.0)
            .push(None::<i64>);
    })
    .await?;
    Ok(())
}

/// What a person was told, the newest last.
pub async fn of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<Written>> {
    let rows = fetch_all!(
        tx,
        (String, i64),
        "SELECT body, written_at FROM notice WHERE person = $1 ORDER BY written_at, id LIMIT 100",
        person.0
    )?;
    let written = |(body, at)| Written {
        body,
        written_at: Instant(at),
    };
    Ok(rows.into_iter().map(written).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message is 160 characters of ASCII, or 70 of any.
    #[test]
    fn every_notice_fits_one_message_in_every_language() {
        for told in Told::ALL {
            for lang in Lang::ALL {
                let words = told.words(lang);
                let most = if words.is_ascii() { 160 } else { 70 };
                let signs = words.chars().count();
                assert!((1..=most).contains(&signs), "{told:?} {lang:?}: {signs}");
            }
        }
    }

    #[tokio::test]
    async fn a_person_is_told_once_in_the_own_language() {
        store::testing::each_db(&[crate::SCHEMA], async |platform| {
            let person = PersonId::from_u128(7);
            let notice = Notice {
                about: Uuid::from_u128(1),
                person,
                told: Told::DebtFound,
            };
            let mut tx = platform.db.begin().await.unwrap();
            language::choose(&mut tx, person, Lang::Ru, Instant(1))
                .await
                .unwrap();
            for at in [2, 3] {
                write(&mut tx, Instant(at), &[notice]).await.unwrap();
            }
            let told = of_person(&mut tx, person).await.unwrap();
            let body = Told::DebtFound.words(Lang::Ru).to_owned();
            let written_at = Instant(2);
            assert_eq!(told, [Written { body, written_at }]);
        })
        .await;
    }
}
