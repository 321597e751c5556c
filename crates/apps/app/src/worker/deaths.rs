//! Deaths: the payments of the dead end, and run again when the civil registry takes the death back. For
//! some days it may; until then nobody is asked for money back, and what the award had held of the
//! budget is kept for it.

use access::Permit;
use casework::annulment::{self, Back};
use casework::award::{self, Changes};
use casework::{notice, reassessment};
use kernel::{CaseId, Day, Lang, PersonId};
use payments::restatement::{self, Confirmed};
use registry::events::Touched;
use store::Tx;

use super::gather::payable_from;
use crate::daftar::Daftar;
use crate::entitle;
use crate::error::Result;

/// Days within which a death is taken back before anybody is asked for money, by the country's law.
const DAYS: &str = "death_confirmation_days";
/// Where the country says nothing: our own choice.
const DAYS_DEFAULT: i64 = 10;

impl Daftar {
    /// The deaths that count as confirmed now.
    pub(crate) fn confirmed(&self) -> Confirmed {
        let today = self.today();
        let law = self.shelf.in_force(today).ok();
        let days = law.and_then(|pack| {
            let found = pack.parameters().iter().find(|one| one.name == DAYS);
            found.and_then(|one| one.at(today)).map(|one| one.value)
        });
        let days = days.filter(|days| *days >= 0).unwrap_or(DAYS_DEFAULT);
        Confirmed {
            before: self.now().plus_seconds(-days * 86_400),
        }
    }

    /// Ends what is paid to the dead, and asks about the others of their families.
    pub(super) async fn follow_death(
        &self,
        tx: &mut Tx,
        permit: &Permit,
        touched: &Touched,
    ) -> Result<()> {
        let known = registry::person::load_many(tx, permit, &touched.persons).await?;
        let dead = known.values().filter(|person| person.died.is_some());
        let dead: Vec<PersonId> = dead.map(|person| person.id).collect();
        self.stop_dead(tx, permit, &dead, (&touched.persons, touched.on))
            .await
    }

    async fn stop_dead(
        &self,
        tx: &mut Tx,
        permit: &Permit,
        dead: &[PersonId],
        (touched, on): (&[PersonId], Day),
    ) -> Result<()> {
        let platform = &self.platform;
        let payable = payable_from(tx, on.month()).await?;
        let changes = reassessment::on_death(tx, platform, dead, touched, on, payable).await?;
        entitle::follow(tx, &platform.ids, permit, &changes).await?;
        Ok(())
    }

    /// What a death had stopped runs again when it was taken back; of two deaths the other one is
    /// followed then.
    pub(super) async fn follow_annulled(
        &self,
        tx: &mut Tx,
        permit: &Permit,
        touched: &Touched,
    ) -> Result<()> {
        let (platform, persons, on) = (&self.platform, &touched.persons, touched.on);
        let known = registry::person::load_many(tx, permit, persons).await?;
        let back: Vec<Back> = known
            .values()
            .map(|person| Back {
                person: person.id,
                died: person.died,
            })
            .collect();
        let payable = payable_from(tx, on.month()).await?;
        let changes = annulment::resume(tx, platform, &back, persons, payable).await?;
        let followed = entitle::follow(tx, &platform.ids, permit, &changes).await?;
        entitle::wait(tx, &platform.ids, &followed).await?;
        self.take_back(tx, &back, on).await?;
        let resumed: Vec<CaseId> = changes.resumed.iter().map(|one| one.case).collect();
        let (shelf, days) = (&self.shelf, (on, self.today()));
        reassessment::on_annulled(tx, platform, shelf, (permit, persons), days, &resumed).await?;
        for (person, died) in back.iter().filter_map(|one| Some((one.person, one.died?))) {
            if changes.resumed.iter().any(|one| one.payee == person) {
                self.stop_dead(tx, permit, &[person], (persons, died))
                    .await?;
            }
        }
        self.tell_living(tx, &back, &changes).await
    }

    /// What the death had taken from months of its families' awards is theirs again at once, whatever became
    /// of the awards: no debt is made of it while the others are asked about anew.
    async fn take_back(&self, tx: &mut Tx, back: &[Back], on: Day) -> Result<()> {
        let persons: Vec<PersonId> = back.iter().map(|one| one.person).collect();
        let dead = |payee: PersonId| {
            back.iter()
                .any(|one| one.person == payee && one.died.is_some())
        };
        let after = on.month();
        for (award, payee) in award::of_persons_after(tx, &persons, after).await? {
            if !dead(payee) {
                restatement::take_back(tx, &self.platform.ids, award, after.plus(1)).await?;
            }
        }
        Ok(())
    }

    /// Whoever is paid again is told so.
    async fn tell_living(&self, tx: &mut Tx, back: &[Back], changes: &Changes) -> Result<()> {
        let lives = |person| {
            back.iter()
                .any(|one| one.person == person && one.died.is_none())
        };
        for resumed in changes.resumed.iter().filter(|one| lives(one.payee)) {
            let of = (resumed.award.0, resumed.payee);
            notice::write(tx, of, |lang| words(lang).to_owned(), self.now()).await?;
        }
        Ok(())
    }
}

/// That payments go on. Like the messages of decisions it holds neither name nor sum, nor says of what the
/// mistaken message was, and fits one message: 160 characters of ASCII, or 70 of any.
const fn words(lang: Lang) -> &'static str {
    match lang {
        Lang::UzLatn => {
            "Xato xabar tufayli to'xtatilgan nafaqangiz yana to'lanadi. To'lanmagan oylar \
             keyingi to'lov bilan beriladi."
        }
        Lang::UzCyrl => "Нафақангиз яна тўланади, тўланмаган ойлар ҳам: хабар хато эди.",
        Lang::Ru => "Пособие снова платят, и за пропущенные месяцы: была ошибка.",
        Lang::En => {
            "Your benefit is paid again: it was stopped by a mistaken message. Months that were \
             missed come with the next payment."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_about_payments_that_go_on_is_one_message_in_every_language() {
        for lang in Lang::ALL {
            let words = words(lang);
            let most = if words.is_ascii() { 160 } else { 70 };
            let signs = words.chars().count();
            assert!((1..=most).contains(&signs), "{lang:?}: {signs}");
        }
    }
}
