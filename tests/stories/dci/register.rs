//! The register that partners ask: a Daftar that serves, its families and its partners.

use std::sync::Arc;

use access::account::{self, NewAccount};
use access::log::KeyPlace;
use access::{Action, Area, Purpose, Role, SecretHash};
use app::{Config, Daftar};
use exchange::dci::partner::{self, NewPartner};
use exchange::dci::signature::Policy;
use kernel::{Day, PersonId, Pinfl, Sex};
use tokio::task::JoinHandle;

use super::message::Client;
use crate::stage::{self, SECRET, wire};

pub const DISTRICT: u32 = 1_726_262;
pub const MAHALLA: u32 = 1_726_262_001;
pub const OTHER_DISTRICT: u32 = 1_724_220;
/// Seed of the installation's key: the bytes 00 to 1f.
pub const SEED: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// The installation's keys that messages are encrypted to: the published one, and an older one.
pub const ENCRYPTION_KEYS: &str = "
    2222222222222222222222222222222222222222222222222222222222222222
    1111111111111111111111111111111111111111111111111111111111111111";

pub struct Register {
    pub daftar: Arc<Daftar>,
    pub address: String,
    serving: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

/// A partner as it is entered; the rest is the same for all.
#[derive(Clone, Debug)]
pub struct Entry {
    pub sender_id: &'static str,
    pub territory: Area,
    pub policy: Policy,
    pub jwks: String,
    pub callback: Option<String>,
    pub civil_registry: bool,
    pub account_mapper: bool,
    pub encrypted: bool,
}

impl Entry {
    /// Of the whole country, signing nothing.
    pub fn plain(sender_id: &'static str) -> Entry {
        Entry {
            sender_id,
            territory: Area::Country,
            policy: Policy::None,
            jwks: r#"{"keys":[]}"#.to_owned(),
            callback: None,
            civil_registry: false,
            account_mapper: false,
            encrypted: false,
        }
    }
}

pub fn mother() -> Pinfl {
    person(Sex::Female, "1990-05-12", 7)
}

pub fn child() -> Pinfl {
    person(Sex::Male, "2023-03-01", 8)
}

/// Lives in the other district.
pub fn far_away() -> Pinfl {
    person(Sex::Female, "1970-07-07", 9)
}

pub fn person(sex: Sex, born: &str, number: u16) -> Pinfl {
    Pinfl::make(sex, Day::parse(born).expect("a day"), 262, number)
}

fn families() -> String {
    let line = |family: &str,
                (district, mahalla): (u32, u32),
                who: Pinfl,
                role: &str,
                name: &str,
                born: &str| {
        let tie = if role == "child" { "own" } else { "" };
        let (sex, family_name) = match who.sex() {
            Sex::Female => ("f", "Karimova"),
            Sex::Male => ("m", "Karimov"),
        };
        format!(
            "{family},D-{family},{district},{mahalla},{who},{role},{tie},{family_name},{name},Rustam,{sex},{born},,\n"
        )
    };
    let (near, next, far) = (
        (DISTRICT, MAHALLA),
        (DISTRICT, MAHALLA + 1),
        (OTHER_DISTRICT, OTHER_DISTRICT * 1_000 + 1),
    );
    let old = person(Sex::Male, "1960-01-01", 1);
    let wife = person(Sex::Female, "1962-02-02", 2);
    let head = "family,dwelling,district,mahalla,pinfl,role,tie,family_name,given_name,patronymic,sex,born,died,phone\n";
    [
        head.to_owned(),
        line("F-1", near, mother(), "head", "Dilnoza", "1990-05-12"),
        line("F-1", near, child(), "child", "Aziz", "2023-03-01"),
        line("F-2", next, old, "head", "Botir", "1960-01-01"),
        line("F-2", next, wife, "spouse", "Lola", "1962-02-02"),
        line("F-3", far, far_away(), "head", "Nodira", "1970-07-07"),
    ]
    .concat()
}

/// Plays the story on each database.
pub async fn each(story: impl AsyncFn(&Register)) {
    stage::each_database(async |database, folder| {
        let register = Register::new(database, folder).await;
        story(&register).await;
        register.serving.abort();
        register.daftar.platform.db.close().await;
    })
    .await;
}

impl Register {
    /// All correspondence that is due; how many messages were sent.
    pub async fn correspond(&self) -> usize {
        self.daftar.correspond().await.expect("a correspondence")
    }

    async fn new(database: String, folder: tempfile::TempDir) -> Register {
        let key = folder.path().join("signing-key");
        std::fs::write(&key, SEED).expect("a file");
        let opening = folder.path().join("encryption-key");
        std::fs::write(&opening, ENCRYPTION_KEYS).expect("a file");
        let config = Config {
            database,
            packs: stage::repository().join("packs"),
            partners: "http://127.0.0.1:9".to_owned(),
            demo: true,
            seed: Some(1),
            signing_key: Some(key),
            encryption_key: Some(opening),
            log_key: Some(KeyPlace::File(folder.path().join("log-key"))),
            evidence_key: Some(KeyPlace::File(folder.path().join("evidence-key"))),
            ..Config::default()
        };
        let daftar = Arc::new(Daftar::init(config).await.expect("an installation"));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let serving = stage::serve(listener, Arc::clone(&daftar), true);
        let register = Register {
            daftar,
            address,
            serving,
            _folder: folder,
        };
        register.import().await;
        register
    }

    async fn import(&self) {
        let (action, purpose) = (Action::ImportRegister, Purpose::Registration);
        let permit = self.daftar.permit(action, purpose, 5).await;
        let file = std::io::Cursor::new(families().into_bytes());
        let platform = &self.daftar.platform;
        let report = registry::import::run(platform, &permit.expect("a permit"), file, &mut ())
            .await
            .expect("an import");
        assert_eq!(report.rejected, 0, "{report:?}");
    }

    /// What is entered of a partner.
    pub fn new_partner(entry: &Entry) -> NewPartner {
        NewPartner {
            sender_id: entry.sender_id.to_owned(),
            office: format!("office of {}", entry.sender_id),
            territory: entry.territory,
            receiver_id: "sr.gov".to_owned(),
            policy: entry.policy,
            jwks: entry.jwks.clone(),
            legal_basis: "Agreement 12".to_owned(),
            callback: entry.callback.clone(),
            civil_registry: entry.civil_registry,
            account_mapper: entry.account_mapper,
            encrypted: entry.encrypted,
            xroad_client: None,
            secret: SecretHash::of(SECRET).expect("a secret"),
        }
    }

    /// Enters a partner and fetches its token.
    pub async fn partner(&self, entry: Entry) -> Client {
        let new = Register::new_partner(&entry);
        let permit = self.managing().await;
        partner::add(&self.daftar.platform, &permit, &new)
            .await
            .expect("a partner");
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            entry.sender_id,
            SECRET.replace(' ', "+")
        );
        let url = format!("{}/oauth2/client/token", self.address);
        let answer = wire::submit(&url, "", &form).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = answer.json()["access_token"].as_str().map(str::to_owned);
        Client::new(self, entry.sender_id, token.expect("a token"))
    }

    /// The token of the civil registry, which is a partner too.
    pub async fn civil_token(&self) -> String {
        let permit = self.managing().await;
        let registry = NewAccount {
            login: "civil-registry".to_owned(),
            role: Role::Partner,
            territory: Area::Country,
            office: "civil registry".to_owned(),
            person: None,
            secret: SecretHash::of(SECRET).expect("a secret"),
        };
        let platform = &self.daftar.platform;
        let mut tx = platform.db.begin().await.expect("a transaction");
        // Opened by the first who asks.
        let opened = account::open(&mut tx, &platform.ids, &permit, &[registry]).await;
        if opened.is_ok() {
            tx.commit().await.expect("a commit");
        } else {
            drop(tx);
        }
        wire::token(&self.address, "civil-registry").await
    }

    /// The permit under which accounts are managed.
    pub async fn managing(&self) -> access::Permit {
        let (action, purpose) = (Action::ManageAccounts, Purpose::Upkeep);
        let permit = self.daftar.permit(action, purpose, 0).await;
        permit.expect("a permit")
    }

    pub async fn id_of(&self, who: Pinfl) -> PersonId {
        let (action, purpose) = (Action::ImportRegister, Purpose::Registration);
        let permit = self.daftar.permit(action, purpose, 1).await;
        let mut tx = self.daftar.platform.db.read().await.expect("a snapshot");
        registry::person::find_by_pinfl(&mut tx, &permit.expect("a permit"), who)
            .await
            .expect("a register")
            .expect("a person")
    }

    /// How often the log holds a look of a partner's office at a person: granted, refused.
    pub async fn looks(&self, sender_id: &str, who: Pinfl) -> (i64, i64) {
        let person = self.id_of(who).await;
        let office = format!("office of {sender_id}");
        let mut tx = self.daftar.platform.db.read().await.expect("a snapshot");
        let count = "SELECT COUNT(*) FILTER (WHERE granted = TRUE),
            COUNT(*) FILTER (WHERE granted = FALSE) FROM access_log
            WHERE person = $1 AND office = $2 AND action = 'search_register'";
        let found = store::fetch_all!(tx, (i64, i64), count, person.0, office);
        found.expect("a log")[0]
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.daftar.platform.db.read().await.expect("a snapshot");
        store::fetch_value!(tx, i64, sql).expect("a number")
    }
}
