//! A small town: one district, two programmes, families with numbers for names.

use std::sync::{Arc, Mutex};

use access::{Action, Area, Permit, Purpose, Role, Scope, Subject};
use kernel::ids::AccountId;
use kernel::{
    AwardId, BankAccount, EntitlementId, Mfo, Money, Month, Period, PersonId, RunId, UnitId,
};
use payments::appropriation::{self, SetLimit};
use payments::entitlement::{self, NewEntitlement};
use payments::run::{self, Advanced, BuildRun, Kind, Run};
use payments::{Partners, verify};
use store::Platform;
use uuid::Uuid;

use crate::partners::{self, World};

pub const DISTRICT: u32 = 1_726_262;
pub const CHILD: &str = "child_benefit";

pub struct Town {
    pub platform: Platform,
    pub partners: Partners,
    pub world: Arc<Mutex<World>>,
}

pub fn month(text: &str) -> Month {
    Month::parse(text).expect("a month")
}

pub fn account(family: u128) -> BankAccount {
    BankAccount::parse(&format!("22618000{family:012}")).expect("an account")
}

/// Family `n` gets `100_000 + n` a month into the bank of its parity.
pub fn family(n: u128, from: &str, to: Option<&str>) -> NewEntitlement {
    NewEntitlement {
        id: EntitlementId::from_u128(n),
        award: AwardId::from_u128(n),
        unit: UnitId::from_u128(n),
        programme: CHILD.to_owned(),
        district: DISTRICT,
        payee: PersonId::from_u128(n * 10),
        mfo: Mfo::parse(if n.is_multiple_of(2) {
            "00014"
        } else {
            "00401"
        })
        .expect("an MFO"),
        account: account(n),
        amount: Money(100_000 + n as i64),
        months: Period {
            from: month(from),
            // A year, where a story does not care.
            to: Some(to.map_or(month(from).plus(12), month)),
        },
        members: vec![PersonId::from_u128(n * 10), PersonId::from_u128(n * 10 + 1)],
    }
}

impl Town {
    pub async fn new(platform: Platform) -> Town {
        let (partners, world) = partners::start().await;
        Town {
            platform,
            partners,
            world,
        }
    }

    pub fn world(&self) -> std::sync::MutexGuard<'_, World> {
        partners::lock(&self.world)
    }

    pub async fn limit(&self, month: Month, limit: i64) {
        let mut tx = self.platform.db.begin().await.unwrap();
        let command = SetLimit {
            id: self.platform.ids.uuid(),
            district: DISTRICT,
            programme: CHILD.to_owned(),
            month,
            limit: Money(limit),
            set_by: None,
        };
        appropriation::set(&mut tx, &self.platform.ids, &command)
            .await
            .expect("a limit");
        tx.commit().await.unwrap();
    }

    pub async fn open(&self, batch: &[NewEntitlement]) -> payments::Result<entitlement::Opened> {
        let mut tx = self.platform.db.begin().await.unwrap();
        let opened = entitlement::open(&mut tx, &self.platform.ids, batch).await?;
        tx.commit().await.unwrap();
        Ok(opened)
    }

    pub async fn permit(&self, subject: &Subject, action: Action, scope: Scope) -> Permit {
        access::permit(&self.platform, subject, action, Purpose::Payment, scope)
            .await
            .expect("allowed")
    }

    pub async fn build(&self, id: u128, month: Month, kind: Kind) -> payments::Result<Run> {
        let permit = self
            .permit(&Subject::system(), Action::BuildRun, Scope::country())
            .await;
        let command = BuildRun {
            id: RunId::from_u128(id),
            month,
            kind,
        };
        run::build(&self.platform, &permit, command, |_| {}).await
    }

    /// One treasurer approves what the run's sheet shows.
    pub async fn approve(&self, run: RunId, treasurer: &Subject) -> payments::Result<Run> {
        let permit = self
            .permit(treasurer, Action::ApproveRun, Scope::country())
            .await;
        let mut tx = self.platform.db.read().await.unwrap();
        let order = run::load_sheet(&mut tx, run)
            .await?
            .order
            .expect("a built run");
        drop(tx);
        run::approve(&self.platform, &permit, run, order.sha256).await
    }

    pub async fn approve_twice(&self, run: RunId) {
        self.approve(run, &treasurer(1)).await.expect("the first");
        self.approve(run, &treasurer(2)).await.expect("the second");
    }

    pub async fn advance(&self, run: RunId) -> payments::Result<Advanced> {
        run::advance(&self.platform, &self.partners, run).await
    }

    /// Builds, approves and settles with partners that do all at once.
    pub async fn pay(&self, id: u128, month: Month, kind: Kind) -> Run {
        let run = self.build(id, month, kind).await.expect("a run");
        if run.lines > 0 {
            self.approve_twice(run.id).await;
            self.world().funds_at_once = true;
            self.advance(run.id).await.expect("settled");
        }
        let mut tx = self.platform.db.read().await.unwrap();
        run::find(&mut tx, run.id).await.unwrap().expect("the run")
    }

    /// Everything holds, here and in the banks' books.
    pub async fn verify(&self) {
        assert_eq!(verify::all(&self.platform).await.unwrap(), []);
        self.world().unanswered_call = None;
        let books = verify::against_banks(&self.platform, &self.partners).await;
        assert_eq!(books.unwrap(), []);
    }
}

pub fn treasurer(number: u128) -> Subject {
    Subject {
        account: AccountId(Uuid::from_u128(number)),
        role: Role::Treasurer,
        territory: Area::Country,
        person: Some(PersonId::from_u128(1_000_000 + number)),
        office: "Treasury".to_owned(),
        errand: access::Errand::NONE,
    }
}

pub fn officer() -> Subject {
    Subject {
        account: AccountId(Uuid::from_u128(77)),
        role: Role::DistrictOfficer,
        territory: Area::District(DISTRICT),
        person: None,
        office: "District".to_owned(),
        errand: access::Errand::NONE,
    }
}

pub fn worker() -> Subject {
    Subject {
        account: AccountId(Uuid::from_u128(78)),
        role: Role::SocialWorker,
        ..officer()
    }
}

pub fn citizen(person: PersonId) -> Subject {
    Subject {
        account: AccountId(Uuid::from_u128(79)),
        role: Role::Citizen,
        person: Some(person),
        ..officer()
    }
}
