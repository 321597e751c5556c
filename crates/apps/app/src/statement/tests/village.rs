//! Persons of a village with their names in both scripts, paid on cards and at the cash desks, and
//! their run, approved by two.

use std::collections::HashMap;

use access::account::{self, NewAccount};
use access::{Action, Area, Permit, Purpose, Role, Scope, SecretHash, Subject};
use kernel::lang::{Lang, figures};
use kernel::{AwardId, BankAccount, Day, EntitlementId, Mfo, Money, Month, Period, PersonId};
use kernel::{Pinfl, RunId, Sex, UnitId, territory};
use payments::appropriation::{self, SetLimit};
use payments::cash::{self, CashPayee, Desk};
use payments::entitlement::{self, NewEntitlement};
use payments::run::{self, BuildRun, Kind};
use store::{Platform, fetch_all};
use tempfile::NamedTempFile;
use uuid::Uuid;

use crate::error::Result;
use crate::statement::{Format, Frozen, of_run, write};

pub const LINES: usize = 131;
const DISTRICT: u32 = 1_726_262;
const MAHALLA: u32 = 1_726_262_001;
/// Every tenth person has no account.
const IN_CASH: usize = 10;

pub struct Village {
    pub run: RunId,
    people: HashMap<PersonId, Person>,
}

#[derive(Clone)]
struct Person {
    name: String,
    pinfl: Pinfl,
    in_cash: bool,
}

/// A payment as the database has it, and who the person is by our own list.
pub struct Paid {
    person: Person,
    account: BankAccount,
    pub amount: Money,
}

impl Paid {
    /// Name, number, account, sum, district.
    pub fn cells(&self, lang: Lang) -> Vec<String> {
        let number = self.person.pinfl.to_string();
        let account = self.account.as_str();
        let district = territory::find(DISTRICT).expect("a district");
        vec![
            self.person.name.clone(),
            format!("**********{}", &number[10..]),
            match self.person.in_cash {
                true => "bank kassasi".to_owned(),
                false => format!("{} **** **** **** {}", &account[..4], &account[16..]),
            },
            figures(self.amount, lang).replace('\u{a0}', " "),
            district.name(lang).to_owned(),
        ]
    }
}

pub fn mfo(text: &str) -> Mfo {
    Mfo::parse(text).expect(text)
}

pub fn cash_bank() -> Mfo {
    mfo("00873")
}

fn desk() -> Desk {
    Desk {
        mfo: cash_bank(),
        account: BankAccount::parse("17302000400000873001").expect("an account"),
    }
}

fn february() -> Month {
    Month::parse("2026-02").expect("a month")
}

fn pinfl_of(no: usize) -> Pinfl {
    Pinfl::make(Sex::Female, born(), 262, no as u16)
}

fn born() -> Day {
    Day::new(1990, 5, 12).expect("a day")
}

fn names(no: usize) -> [&'static str; 3] {
    [
        ["Oʻrinboyeva", "Dilnoza", "Gʻayrat qizi"],
        ["Ҳақназарова", "Гулчеҳра", "Абдувоҳид қизи"],
        ["Toʻxtasinmatova", "Muhabbatxon", "Qodirjon qizi"],
        ["Ли", "Екатерина", "Олеговна"],
    ][no % 4]
}

async fn permit(platform: &Platform, action: Action, run: Option<RunId>) -> Permit {
    let (system, why) = (Subject::system(), Purpose::Payment);
    let permit = access::batch(platform, &system, action, why, run, 0).await;
    permit.expect("the system may")
}

impl Village {
    pub async fn new(platform: &Platform) -> Village {
        let people = register(platform).await;
        spend(platform).await;
        entitle(platform, &people).await;
        let run = RunId(platform.ids.uuid());
        let command = BuildRun {
            id: run,
            month: february(),
            kind: Kind::Regular,
        };
        let permit = permit(platform, Action::BuildRun, Some(run)).await;
        let built = run::build(platform, &permit, command, |_| {}).await;
        built.expect("a run");
        approve(platform, run).await;
        Village {
            run,
            people: people.into_iter().collect(),
        }
    }

    pub async fn frozen(&self, platform: &Platform) -> Vec<Frozen> {
        let mut tx = platform.db.read().await.expect("a snapshot");
        let frozen = of_run(&mut tx, self.run).await.expect("statements");
        assert_eq!(frozen[0].approvals.len(), 2);
        frozen
    }

    pub fn sha256(&self, frozen: &Frozen) -> String {
        let sealed = frozen.statement.sha256.expect("a sealed statement");
        sealed.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub async fn paper(
        &self,
        platform: &Platform,
        frozen: &Frozen,
        format: Format,
        lang: Lang,
    ) -> NamedTempFile {
        let written = self.try_paper(platform, frozen, format, lang).await;
        written.expect("a document")
    }

    pub async fn try_paper(
        &self,
        platform: &Platform,
        frozen: &Frozen,
        format: Format,
        lang: Lang,
    ) -> Result<NamedTempFile> {
        let suffix = format!(".{}", format.as_str());
        let file = tempfile::Builder::new().suffix(&suffix).tempfile();
        let file = file.expect("a file");
        let permit = permit(platform, Action::ReadRun, Some(self.run)).await;
        let how = (format, lang, kernel::Zone::tashkent());
        let out = file.reopen().expect("the file");
        write(platform, &permit, frozen, how, out, |_| {}).await?;
        Ok(file)
    }

    /// The payments of a statement in their order.
    pub async fn payments(&self, platform: &Platform, frozen: &Frozen) -> Vec<Paid> {
        let mut tx = platform.db.read().await.expect("a snapshot");
        let rows = fetch_all!(
            tx,
            (Uuid, String, i64),
            "SELECT payee, account, amount_minor FROM payment WHERE statement = $1 ORDER BY id",
            frozen.statement.id.0
        );
        let paid = |(payee, account, minor): (Uuid, String, i64)| Paid {
            person: self.people[&PersonId(payee)].clone(),
            account: BankAccount::parse(&account).expect("an account"),
            amount: Money(minor),
        };
        rows.expect("payments").into_iter().map(paid).collect()
    }
}

/// Everybody in the register, a family each.
async fn register(platform: &Platform) -> Vec<(PersonId, Person)> {
    let mut file = "family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,\
                    patronymic,sex,born,died,phone\n"
        .to_owned();
    for no in 0..LINES {
        let [family, given, patronymic] = names(no);
        let pinfl = pinfl_of(no);
        file.push_str(&format!(
            "F-{no},D-{no},{DISTRICT},{MAHALLA},{pinfl},head,,{family},{given},{patronymic},f,\
             1990-05-12,,\n"
        ));
    }
    let permit = permit(platform, Action::ImportRegister, None).await;
    let file = std::io::Cursor::new(file.into_bytes());
    let report = registry::import::run(platform, &permit, file, &mut ()).await;
    let report = report.expect("an import");
    assert_eq!(report.rejected, 0, "{report:?}");
    let mut tx = platform.db.read().await.expect("a snapshot");
    let pinfls: Vec<Pinfl> = (0..LINES).map(pinfl_of).collect();
    let found = registry::person::find_by_pinfls(&mut tx, &permit, &pinfls).await;
    let found = found.expect("a register");
    let person = |no: usize| {
        let in_cash = no.is_multiple_of(IN_CASH);
        let name = match (no, in_cash) {
            (0, _) => "=HYPERLINK(\"http://example.org\")".to_owned(),
            _ => names(no).join(" "),
        };
        let pinfl = pinfl_of(no);
        let person = Person {
            name,
            pinfl,
            in_cash,
        };
        (found[&pinfl], person)
    };
    (0..LINES).map(person).collect()
}

/// A budget that suffices, and the desks.
async fn spend(platform: &Platform) {
    let permit = permit(platform, Action::SettleRun, None).await;
    let mut tx = platform.db.begin().await.expect("a transaction");
    let line = SetLimit {
        id: platform.ids.uuid(),
        month: february(),
        district: DISTRICT,
        programme: "child_benefit".to_owned(),
        limit: Money(100_000_000_000),
        set_by: None,
    };
    let set = appropriation::set(&mut tx, &platform.ids, &line).await;
    set.expect("a budget");
    let set = cash::set(&mut tx, &platform.ids, &permit, Some(desk())).await;
    set.expect("a desk");
    tx.commit().await.expect("a commit");
}

async fn entitle(platform: &Platform, people: &[(PersonId, Person)]) {
    let entitlement = |(no, (person, one)): (usize, &(PersonId, Person))| NewEntitlement {
        id: EntitlementId::from_u128(no as u128 + 1),
        award: AwardId::from_u128(no as u128 + 1),
        unit: UnitId::from_u128(no as u128 + 1),
        programme: "child_benefit".to_owned(),
        district: DISTRICT,
        payee: *person,
        mfo: if one.in_cash {
            cash_bank()
        } else {
            mfo("00014")
        },
        account: match one.in_cash {
            true => desk().account,
            false => {
                let account = format!("22618000{:012}", no + 1);
                BankAccount::parse(&account).expect("an account")
            }
        },
        amount: Money(63_500_000 + no as i64 * 1_205),
        months: Period {
            from: february(),
            to: Some(february().plus(1)),
        },
        members: vec![*person],
    };
    let batch: Vec<_> = people.iter().enumerate().map(entitlement).collect();
    let in_cash = people.iter().filter(|(_, one)| one.in_cash);
    let payees: Vec<CashPayee> = in_cash
        .map(|(person, one)| CashPayee {
            person: *person,
            pinfl: one.pinfl,
            name: one.name.clone(),
        })
        .collect();
    let mut tx = platform.db.begin().await.expect("a transaction");
    let noted = cash::note(&mut tx, &platform.ids, &payees).await;
    noted.expect("whom the desks pay");
    let opened = entitlement::open(&mut tx, &platform.ids, &batch).await;
    opened.expect("entitlements");
    tx.commit().await.expect("a commit");
}

/// By two treasurers with accounts of their own.
async fn approve(platform: &Platform, run: RunId) {
    let permit = permit(platform, Action::ManageAccounts, None).await;
    let secret = SecretHash::of("seven white horses").expect("a secret");
    for login in ["treasurer-1", "treasurer-2"] {
        let treasurer = NewAccount {
            login: login.to_owned(),
            role: Role::Treasurer,
            territory: Area::Country,
            office: "treasury".to_owned(),
            person: None,
            secret: secret.clone(),
        };
        let mut tx = platform.db.begin().await.expect("a transaction");
        let opened = account::open(&mut tx, &platform.ids, &permit, &[treasurer]).await;
        opened.expect("an account");
        tx.commit().await.expect("a commit");
        let mut tx = platform.db.read().await.expect("a snapshot");
        let subject = account::find_by_login(&mut tx, login).await;
        let subject = subject.expect("accounts").expect("the treasurer's");
        let order = payments::order::of_run(&mut tx, run).await;
        let order = order.expect("orders").expect("the run's");
        drop(tx);
        let (action, scope) = (Action::ApproveRun, Scope::run(run, subject.territory));
        let permit = access::permit(platform, &subject, action, Purpose::Payment, scope).await;
        let permit = permit.expect("a treasurer may");
        let approved = run::approve(platform, &permit, run, order.sha256).await;
        approved.expect("an approval");
    }
}
