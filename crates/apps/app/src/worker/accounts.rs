//! Account changes: the person hears of one when it is asked, and it takes effect when its time
//! has come. And vouchers, which run out.

use access::Permit;
use casework::notice;
use kernel::lang::Text3;
use payments::account_change::{self, AccountChange};
use payments::voucher;
use serde::Deserialize;
use store::Tx;
use uuid::Uuid;

use super::Settled;
use crate::daftar::Daftar;
use crate::error::Result;

#[derive(Deserialize)]
pub(super) struct AskedChange {
    change: Uuid,
}

impl Daftar {
    /// Writes to the person whose account is to change.
    pub(super) async fn tell_of_change(
        &self,
        tx: &mut Tx,
        permit: &Permit,
        asked: &AskedChange,
    ) -> Result<()> {
        let Some(change) = account_change::find(tx, permit, asked.change).await? else {
            return Ok(());
        };
        let of = (change.id, change.person);
        let words = self.words_of(&change);
        let in_language = |lang| words.get(lang).into_owned();
        notice::write(tx, of, in_language, self.now()).await?;
        Ok(())
    }

    /// The account is shown by its end only: a message is read by whoever holds the telephone.
    fn words_of(&self, change: &AccountChange) -> Text3 {
        let day = change.due_at.day(self.zone());
        let Some(to) = change.to else {
            return Text3::new(
                format!(
                    "Daftar: pul tushadigan hisobingiz {day} kuni uziladi. Rozi boʻlmasangiz, shu kungacha «Toʻlovlarim» sahifasida toʻxtating yoki 1140 ga ayting."
                ),
                format!(
                    "Daftar: привязка счёта для ваших выплат прекратится {day}. Если вы против, до этого дня остановите это на странице «Мои выплаты» или позвоните 1140."
                ),
                format!(
                    "Daftar: the account for your payments will be unlinked on {day}. If you do not want this, stop it before that day on the page My payments, or call 1140."
                ),
            );
        };
        let end = &to.account.as_str()[16..];
        Text3::new(
            format!(
                "Daftar: {day} dan pulingiz oxiri {end} boʻlgan hisobga tushadi. Rozi boʻlmasangiz, shu kungacha «Toʻlovlarim» sahifasida toʻxtating yoki 1140 ga ayting."
            ),
            format!(
                "Daftar: с {day} ваши деньги пойдут на счёт, который оканчивается на {end}. Если вы против, до этого дня остановите это на странице «Мои выплаты» или позвоните 1140."
            ),
            format!(
                "Daftar: from {day} your money goes to the account ending in {end}. If you do not want this, stop it before that day on the page My payments, or call 1140."
            ),
        )
    }

    /// Changes whose 72 hours are over, and vouchers whose time has run out.
    pub(super) async fn follow_payees(&self) -> Result<Settled> {
        let ids = &self.platform.ids;
        let mut tx = self.platform.db.read().await?;
        let due =
            account_change::is_due(&mut tx, ids).await? || voucher::is_due(&mut tx, ids).await?;
        drop(tx);
        if !due {
            return Ok(Settled::default());
        }
        let mut tx = self.platform.db.begin().await?;
        let accounts = account_change::apply_due(&mut tx, ids).await?;
        let vouchers = voucher::expire_due(&mut tx, ids).await?;
        tx.commit().await?;
        Ok(Settled {
            accounts,
            vouchers,
            ..Settled::default()
        })
    }
}
