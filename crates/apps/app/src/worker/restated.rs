//! Restated months become arrears and debts, and persons are told of debts.

use casework::notice;
use kernel::Lang;
use payments::debt;
use payments::restatement;

use super::Settled;
use super::gather::payable_from;
use crate::daftar::Daftar;
use crate::error::Result;

impl Daftar {
    /// Settles what is open; a death only when it is confirmed. What the budget does not reach stays, and is no work that was done.
    pub(super) async fn settle_restated(&self) -> Result<Settled> {
        let confirmed = self.confirmed();
        let mut tx = self.platform.db.read().await?;
        let is_due =
            restatement::is_open(&mut tx, confirmed).await? || debt::is_moving(&mut tx).await?;
        drop(tx);
        if !is_due {
            return Ok(Settled::default());
        }
        let ids = &self.platform.ids;
        let mut tx = self.platform.db.begin().await?;
        let pay_month = payable_from(&mut tx, self.today().month()).await?;
        let settled = restatement::settle(&mut tx, ids, pay_month, confirmed).await?;
        let found = debt::found(&mut tx).await?;
        for debt in &found {
            let of = (debt.id, debt.payee);
            notice::write(&mut tx, of, |lang| words(lang).to_owned(), ids.now()).await?;
            debt::notify(&mut tx, ids, debt.id).await?;
        }
        let recovered = debt::end_recovered(&mut tx, ids).await?;
        tx.commit().await?;
        Ok(Settled {
            changes: settled.arrears + settled.debts + settled.cancelled + recovered,
            messages: found.len(),
            ..Settled::default()
        })
    }
}

/// That a debt was found. Like the messages of decisions it holds neither name nor sum, and fits
/// one message: 160 characters of ASCII, or 70 of any.
const fn words(lang: Lang) -> &'static str {
    match lang {
        Lang::UzLatn => {
            "Nafaqangiz qayta hisoblandi: ortiqcha to'langan. Hech narsa o'z-o'zidan \
             ushlanmaydi. Hisob: mahalla xodimi yoki my.gov.uz. E'tiroz: 30 kun."
        }
        Lang::UzCyrl => "Нафақа қайта ҳисобланди: ортиқча тўланган. Эътироз муддати 30 кун.",
        Lang::Ru => "Пособие пересчитано: есть переплата. Возразить можно 30 дней.",
        Lang::En => {
            "Your benefit was recalculated: more was paid than was due. Nothing is kept by \
             itself. Ask the mahalla worker. You may object for 30 days."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_about_a_debt_is_one_message_in_every_language() {
        for lang in Lang::ALL {
            let words = words(lang);
            let most = if words.is_ascii() { 160 } else { 70 };
            let signs = words.chars().count();
            assert!((1..=most).contains(&signs), "{lang:?}: {signs}");
        }
    }
}
