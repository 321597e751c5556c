//! A treasurer's desk: payees by number whom the test knows, treasury and banks as a process, and
//! the command line as the only hand. Made in a second or two, and put back to where it stood.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use access::log::KeyPlace;
use app::demo::SandboxClient;
use app::{Config, Daftar};
use kernel::{AwardId, BankAccount, EntitlementId, Mfo, Money, Month, Period, PersonId, UnitId};
use payments::appropriation::{self, SetLimit};
use payments::entitlement::{self, NewEntitlement};
use payments::run::{self, Run, State};
use store::Db;
use uuid::Uuid;

use super::process::Sandbox;
use super::{Hand, SECRET, administer, book, each_database, month, repository};

const PROGRAMME: &str = "child_benefit";
/// Cards that are closed, of a thousand.
const CLOSED: u32 = 20;
/// What payee 0 gets, in tiyin; each further one a tiyin more.
const LEAST_MINOR: i64 = 40_000_000;

#[derive(Debug)]
pub struct Desk {
    pub hand: Hand,
    pub payees: usize,
    pub month: Month,
    config: Config,
    cards: PathBuf,
    district: u32,
    banks: Sandbox,
    folder: tempfile::TempDir,
}

/// Where the data of a desk stood: a folder, or a database that nobody is connected to.
#[derive(Debug)]
pub struct Mark(String);

impl Desk {
    /// Plays the story at a desk on SQLite, then on PostgreSQL. The payees are of so many banks.
    pub async fn each(payees: usize, banks: usize, story: impl AsyncFn(&mut Desk)) {
        each_database(async |database, folder| {
            eprintln!("on {}", database.split(':').next().unwrap_or_default());
            let mut desk = Desk::set(payees, banks, database, folder).await;
            story(&mut desk).await;
        })
        .await;
    }

    pub async fn set(
        payees: usize,
        banks: usize,
        database: String,
        folder: tempfile::TempDir,
    ) -> Desk {
        let cards = folder.path().join("cards.csv");
        fs::write(&cards, cards_of(payees, banks)).expect("a file");
        let process = Sandbox::with_cards(&cards, CLOSED);
        let config = Config {
            database,
            packs: repository().join("packs"),
            partners: process.address.clone(),
            demo: true,
            seed: Some(1),
            log_key: Some(KeyPlace::File(folder.path().join("log-key"))),
            evidence_key: Some(KeyPlace::File(folder.path().join("evidence-key"))),
            ..Config::default()
        };
        let sandbox = SandboxClient::new(&process.address);
        let (district, _) = sandbox.district().await.expect("a district");
        let desk = Desk {
            hand: Hand::of(&config),
            payees,
            month: month(2026, 2),
            config,
            cards,
            district,
            banks: process,
            folder,
        };
        desk.prepare(banks).await;
        desk
    }

    /// Tables, two treasurers, money, and what is owed to each payee.
    async fn prepare(&self, banks: usize) {
        let daftar = Daftar::init(self.config.clone()).await.expect("tables");
        app::demo::open_accounts(&daftar, self.district, &[], SECRET)
            .await
            .expect("accounts");
        let owed: Vec<NewEntitlement> = (0..self.payees).map(|n| self.payee(n, banks)).collect();
        let platform = &daftar.platform;
        let mut tx = platform.db.begin().await.expect("a transaction");
        let limit = SetLimit {
            id: platform.ids.uuid(),
            district: self.district,
            programme: PROGRAMME.to_owned(),
            month: self.month,
            limit: owed.iter().map(|one| one.amount).sum(),
            set_by: None,
        };
        appropriation::set(&mut tx, &platform.ids, &limit)
            .await
            .expect("money");
        entitlement::open(&mut tx, &platform.ids, &owed)
            .await
            .expect("payees");
        tx.commit().await.expect("a commit");
        platform.db.close().await;
    }

    fn payee(&self, n: usize, banks: usize) -> NewEntitlement {
        let id = id(n);
        NewEntitlement {
            id: EntitlementId(id),
            award: AwardId(id),
            unit: UnitId(id),
            programme: PROGRAMME.to_owned(),
            district: self.district,
            payee: PersonId(id),
            mfo: Mfo::parse(&bank(n, banks)).expect("an MFO"),
            account: BankAccount::parse(&account(n)).expect("an account"),
            amount: Money(amount(n)),
            months: Period {
                from: self.month,
                to: Some(Month(self.month.0 + 1)),
            },
            members: vec![PersonId(id)],
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The data is now at another address.
    pub fn move_to(&mut self, database: String) {
        self.hand.database.clone_from(&database);
        self.config.database = database;
    }

    /// A connection of the test's own, to be closed.
    pub async fn db(&self) -> Db {
        Db::open(&self.config.database)
            .await
            .expect("the database answers")
    }

    pub async fn runs(&self) -> Vec<Run> {
        let db = self.db().await;
        let mut tx = db.read().await.expect("a snapshot");
        let runs = run::list(&mut tx).await.expect("runs");
        drop(tx);
        db.close().await;
        runs
    }

    /// Without those that found nothing to pay: a second command that came when the first had built
    /// everything makes one, and closes it.
    async fn runs_that_pay(&self) -> Vec<Run> {
        let mut runs = self.runs().await;
        runs.retain(|run| run.lines > 0 || run.state != State::Closed);
        runs
    }

    /// The run that has not come to its end, or none yet; `None` when it has.
    pub async fn unfinished(&self) -> Option<Option<Run>> {
        let found = self.runs_that_pay().await.into_iter().next();
        let ended = |run: &Run| matches!(run.state, State::Answered | State::Closed);
        (!found.as_ref().is_some_and(ended)).then_some(found)
    }

    /// `daftar verify`'s checks of the payments, which hold at every moment.
    pub async fn payments_hold(&self, when: &str) {
        let daftar = self.opened().await;
        let found = payments::verify::all(&daftar.platform).await;
        assert_eq!(found.expect("checks"), [], "{when}");
        daftar.platform.db.close().await;
    }

    async fn opened(&self) -> Daftar {
        Daftar::open(self.config.clone())
            .await
            .expect("the data opens")
    }

    /// One run; every payee stands in the banks' own books exactly once, with the money and the
    /// account that the test gave; and every check of `daftar verify` holds. Answers the credits.
    pub async fn ends_as_if_nothing_was(&self) -> usize {
        let daftar = self.opened().await;
        let entries = book::read(&self.banks.address).await;
        let payments = book::payments(&daftar.platform.db).await;
        let accounts: BTreeMap<String, i64> =
            (0..self.payees).map(|n| (account(n), amount(n))).collect();
        for entry in &entries {
            let due = accounts.get(&entry.account);
            assert_eq!(due, Some(&entry.amount_minor), "{entry:?}");
        }
        let owed = (0..self.payees).map(|n| (id(n), amount(n))).collect();
        let (credited, _) = book::compare(&entries, payments, &owed, self.month);
        assert!(
            credited > 0 && credited < self.payees,
            "some cards are closed"
        );
        for check in daftar.verify_with_banks().await.expect("checks") {
            assert!(check.holds(), "{check:?}");
        }
        daftar.platform.db.close().await;
        assert_eq!(
            self.runs_that_pay().await.len(),
            1,
            "one run, however often it was begun"
        );
        credited
    }

    /// Treasury and banks that have heard of nothing yet.
    pub fn fresh_banks(&mut self) {
        self.banks = Sandbox::with_cards(&self.cards, CLOSED);
        self.config.partners = self.banks.address.clone();
        self.hand.partners = self.banks.address.clone();
    }

    /// Remembers where the data stands. No process may work on it meanwhile.
    pub async fn mark(&self, name: &str) -> Mark {
        if let Some(file) = self.file() {
            let mark = self.folder().join(name);
            fs::create_dir_all(&mark).expect("a folder");
            move_parts(&file, &mark.join("data.db"));
            return Mark(mark.join("data.db").display().to_string());
        }
        let (server, database) = self.server();
        let mark = format!("{database}_{name}");
        administer(&server, &format!("DROP DATABASE IF EXISTS {mark}")).await;
        administer(
            &server,
            &format!("CREATE DATABASE {mark} TEMPLATE {database}"),
        )
        .await;
        Mark(mark)
    }

    /// The data stands again where it stood; the banks know what they knew.
    pub async fn back_to(&self, mark: &Mark) {
        if let Some(file) = self.file() {
            move_parts(Path::new(&mark.0), &file);
            return;
        }
        let (server, database) = self.server();
        administer(&server, &format!("DROP DATABASE {database} WITH (FORCE)")).await;
        administer(
            &server,
            &format!("CREATE DATABASE {database} TEMPLATE {}", mark.0),
        )
        .await;
    }

    /// A database on PostgreSQL outlives the folder.
    pub async fn forget(&self, mark: Mark) {
        if self.file().is_none() {
            administer(&self.server().0, &format!("DROP DATABASE {}", mark.0)).await;
        }
    }

    /// The address of a database that is always there, and the name of ours.
    fn server(&self) -> (String, &str) {
        let (server, name) = self.config.database.rsplit_once('/').expect("an address");
        (format!("{server}/postgres"), name)
    }

    /// The file of the data on SQLite.
    pub fn file(&self) -> Option<PathBuf> {
        self.config
            .database
            .strip_prefix("sqlite:")
            .map(PathBuf::from)
    }
}

/// A file of SQLite and its log, copied over another. The index of the log is made anew.
fn move_parts(from: &Path, to: &Path) {
    let beside = |path: &Path, part: &str| PathBuf::from(format!("{}{part}", path.display()));
    for part in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(beside(to, part));
    }
    fs::copy(from, to).expect("a copy");
    let log = beside(from, "-wal");
    if log.exists() {
        fs::copy(log, beside(to, "-wal")).expect("a copy");
    }
}

fn id(n: usize) -> Uuid {
    Uuid::from_u128(0x0da7_0000 + n as u128)
}

fn account(n: usize) -> String {
    format!("22618000{n:012}")
}

fn amount(n: usize) -> i64 {
    LEAST_MINOR + i64::try_from(n).expect("few payees")
}

/// The sandbox's banks are numbered one after another.
fn bank(n: usize, banks: usize) -> String {
    format!("{:05}", 601 + n % banks)
}

/// An accounts file in Daftar's import format; nobody in it has a number of a person.
fn cards_of(payees: usize, banks: usize) -> String {
    let mut text = "pinfl,mfo,account,balance_minor,is_card,source,as_of\n".to_owned();
    for n in 0..payees {
        let (mfo, account) = (bank(n, banks), account(n));
        writeln!(text, ",{mfo},{account},0,yes,bank,2026-01-01").expect("a text grows");
    }
    text
}
