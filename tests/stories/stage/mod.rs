//! The stage of a story: a Daftar that serves in this process, and the sandbox as a second one,
//! met only over the wire. Each story plays on SQLite, and on PostgreSQL too when
//! `DAFTAR_TEST_POSTGRES` names a cluster; every stage has a database of its own.

pub mod book;
mod cluster;
pub mod cut;
pub mod desk;
mod hand;
mod pay;
mod process;
pub mod trace;
pub mod wire;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use access::log::KeyPlace;
use access::{Action, Purpose};
use app::demo::plan::{self, Action as Deed};
use app::demo::{SandboxClient, Stepped};
use app::{Config, Daftar};
use kernel::{Instant, Money, Month};
use payments::appropriation::{self, SetLimit};
use tokio::task::JoinHandle;
use web::{House, Settings};

pub use cluster::Cluster;
pub use hand::Hand;
pub use process::binary;

/// The secret of every account of a stage.
pub const SECRET: &str = "seven white horses";
/// Names the address of a PostgreSQL cluster where databases may be made.
pub const POSTGRES: &str = "DAFTAR_TEST_POSTGRES";
/// So'm a family of the district that each programme may spend in a month: enough for all.
const SOUMS_A_FAMILY: i64 = 200_000;

/// What a story wants of its stage.
#[derive(Clone, Debug)]
pub struct Cast {
    pub families: usize,
    /// Answers of agencies that come days late, of a thousand.
    pub late: u32,
    /// Requests to agencies that hang or are cut, of a thousand.
    pub timeout: u32,
    /// Credits that come back, of a thousand.
    pub returned: u32,
    /// Treasury and banks do not wait for the next day.
    pub at_once: bool,
    /// Civil registry and register of disabled persons answer later, in messages of their own, and the
    /// civil registry tells of births and deaths by subscription.
    pub later: bool,
    /// What else goes wrong with requests to agencies, of a thousand: `forged`, `replay`...
    pub faults: &'static [(&'static str, u32)],
    /// What goes wrong when, as a scenario of the sandbox.
    pub scenario: &'static str,
}

impl Default for Cast {
    fn default() -> Cast {
        Cast {
            families: 200,
            late: 0,
            timeout: 0,
            returned: 0,
            at_once: false,
            later: false,
            faults: &[],
            scenario: "",
        }
    }
}

#[derive(Debug)]
pub struct Stage {
    pub daftar: Arc<Daftar>,
    pub sandbox: SandboxClient,
    pub sandbox_address: String,
    /// Where Daftar's pages and interfaces are.
    pub address: String,
    pub district: u32,
    pub mahallas: Vec<u32>,
    pub families: usize,
    /// Steps of the demonstration's plan that were played.
    played: AtomicUsize,
    serving: JoinHandle<()>,
    _process: process::Sandbox,
    folder: tempfile::TempDir,
}

/// Plays the story on SQLite, then on PostgreSQL.
pub async fn each(cast: Cast, story: impl AsyncFn(&Stage)) {
    each_database(async |database, folder| on(&cast, database, folder, &story).await).await;
}

/// Plays the story on SQLite alone: it is about the law or the wire, not about the database.
pub async fn on_sqlite(cast: Cast, story: impl AsyncFn(&Stage)) {
    each_sqlite(async |database, folder| on(&cast, database, folder, &story).await).await;
}

/// The same without a stage: an empty database by its address, and a folder of its own.
pub async fn each_database(story: impl AsyncFn(String, tempfile::TempDir)) {
    each_sqlite(&story).await;
    let Ok(cluster) = std::env::var(POSTGRES) else {
        eprintln!("SKIPPED on PostgreSQL: {} is not set", POSTGRES);
        return;
    };
    in_a_database_of(&cluster, story).await;
}

/// The same on SQLite alone.
pub async fn each_sqlite(story: impl AsyncFn(String, tempfile::TempDir)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("stage.db");
    story(format!("sqlite:{}", file.display()), folder).await;
}

/// Plays the story on this cluster alone.
pub async fn in_cluster(cast: Cast, cluster: &str, story: impl AsyncFn(&Stage)) {
    in_a_database_of(cluster, async |database, folder| {
        on(&cast, database, folder, &story).await;
    })
    .await;
}

/// The same on this cluster alone.
pub async fn in_a_database_of(cluster: &str, story: impl AsyncFn(String, tempfile::TempDir)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let name = folder
        .path()
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .to_lowercase();
    let name = format!("story_{}", name.replace(['.', '-'], ""));
    administer(cluster, &format!("CREATE DATABASE {name}")).await;
    let (server, _) = cluster.rsplit_once('/').expect("postgres://host/name");
    story(format!("{server}/{name}"), folder).await;
    administer(cluster, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
}

/// The files of the program, changed where a registry answers later; `address` is Daftar's own.
fn later(folder: &Path, address: &str) -> PathBuf {
    let files = folder.join("connectors");
    copy(&repository().join("connectors"), &files);
    let callback = format!("{address}/dci/cb/registry");
    for (name, more) in [("civil_registry.toml", SUBSCRIBES), ("disability.toml", "")] {
        let file = files.join(name);
        let text = std::fs::read_to_string(&file).expect("a connector");
        let text = text.replace("/sync/search", "/search");
        let table = format!("[dci]\nanswers = \"later\"\ncallback = \"{callback}\"\n{more}");
        std::fs::write(&file, text.replace("[dci]\n", &table)).expect("a file");
    }
    files
}

const SUBSCRIBES: &str = "subscribe = [\"live_birth\", \"death\", \"marriage\", \"divorce\"]\n";

/// One number of one statement.
pub async fn count(tx: &mut store::Tx, statement: &'static str) -> i64 {
    store::fetch_value!(tx, i64, statement).expect("a count")
}

async fn on(
    cast: &Cast,
    database: String,
    folder: tempfile::TempDir,
    story: &impl AsyncFn(&Stage),
) {
    eprintln!("on {}", database.split(':').next().unwrap_or_default());
    let stage = Stage::set(cast, database, folder).await;
    story(&stage).await;
    stage.serving.abort();
    stage.daftar.platform.db.close().await;
}

/// One statement of one who may do anything.
pub async fn administer(cluster: &str, sql: &str) {
    use sqlx::Connection;
    let mut connection = sqlx::PgConnection::connect(cluster)
        .await
        .expect("the cluster answers");
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(&mut connection)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

impl Stage {
    async fn set(cast: &Cast, database: String, folder: tempfile::TempDir) -> Stage {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let accounts = folder.path().join("accounts.json");
        std::fs::write(&accounts, "{}").expect("a file");
        let keys = folder.path().join("agency-keys");
        let process = process::Sandbox::start(cast, &address, (&accounts, &keys));
        let packs = folder.path().join("packs");
        copy(&repository().join("packs"), &packs);
        let config = Config {
            database,
            packs,
            partners: process.address.clone(),
            demo: true,
            seed: Some(1),
            agency_keys: keys,
            connectors: cast.later.then(|| later(folder.path(), &address)),
            log_key: Some(KeyPlace::File(folder.path().join("log-key"))),
            evidence_key: Some(KeyPlace::File(folder.path().join("evidence-key"))),
            ..Config::default()
        };
        let daftar = Arc::new(Daftar::init(config).await.expect("an installation"));
        let sandbox = SandboxClient::new(&process.address);
        let (district, families) = sandbox.district().await.expect("a district");
        let mahallas = sandbox.mahallas().await.expect("mahallas");
        let logins = app::demo::open_accounts(&daftar, district, &mahallas, SECRET)
            .await
            .expect("accounts");
        let secrets: BTreeMap<&str, &str> =
            logins.iter().map(|l| (l.login.as_str(), SECRET)).collect();
        let text = serde_json::to_string(&secrets).expect("plain text");
        std::fs::write(&accounts, text).expect("a file");
        Stage {
            serving: serve(listener, Arc::clone(&daftar), true),
            daftar,
            sandbox,
            sandbox_address: process.address.clone(),
            address,
            district,
            mahallas,
            families,
            played: AtomicUsize::new(0),
            _process: process,
            folder,
        }
    }

    /// The copy of the packs that this stage reads.
    pub fn packs(&self) -> PathBuf {
        self.folder.path().join("packs")
    }

    /// A folder of this stage's own.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Plays the demonstration's plan up to and with the instant: its clock, its people, the
    /// register, the closes and the change of law. Payment runs are left to the story.
    pub async fn play(&self, until: &str) -> Stepped {
        let until = Instant::parse_rfc3339(until).expect("an instant");
        let plan = plan::plan();
        let mut people = Stepped::default();
        for step in &plan[self.played.load(Ordering::SeqCst)..] {
            if step.at > until {
                break;
            }
            self.played.fetch_add(1, Ordering::SeqCst);
            let stepped = self.clock(step.at).await;
            people.lodged += stepped.lodged;
            people.events += stepped.events;
            for deed in &step.actions {
                self.act(*deed).await;
                self.daftar.settle().await.expect("a settling");
            }
        }
        people
    }

    /// One step of both clocks, and the work that follows.
    pub async fn clock(&self, at: Instant) -> Stepped {
        self.daftar.set_clock(at).expect("the clock goes forward");
        let stepped = self.sandbox.clock(at).await.expect("the sandbox steps");
        assert_eq!(stepped.failed, 0, "messages of the sandbox's people failed");
        self.daftar.settle().await.expect("a settling");
        stepped
    }

    async fn act(&self, deed: Deed) {
        match deed {
            Deed::Import => self.import().await,
            Deed::Close(month) => drop(self.daftar.month_close(month).await.expect("a close")),
            Deed::Begin(month) => drop(self.daftar.begin_month(month).await.expect("a month")),
            Deed::ChangeLaw => {
                let today = self.daftar.today();
                self.daftar.change_of_law(today).await.expect("a change");
            }
            Deed::Compare(_)
            | Deed::StartRun(_)
            | Deed::Reissue(_)
            | Deed::Collect(_)
            | Deed::EndRun(_) => {}
        }
    }

    async fn import(&self) {
        let file = self.sandbox.persons().await.expect("a register");
        let permit = self
            .daftar
            .permit(Action::ImportRegister, Purpose::Registration, 0)
            .await
            .expect("a permit");
        let report = registry::import::run(&self.daftar.platform, &permit, file, &mut ())
            .await
            .expect("an import");
        assert_eq!(report.rejected, 0, "{report:?}");
        for month in [month(2026, 2), month(2026, 3)] {
            self.appropriate(month).await;
        }
    }

    /// Money enough for all, of both programmes.
    pub async fn appropriate(&self, month: Month) {
        let families = i64::try_from(self.families).expect("a small district");
        let platform = &self.daftar.platform;
        let mut tx = platform.db.begin().await.expect("a transaction");
        for programme in ["child_benefit", "material_assistance"] {
            let command = SetLimit {
                id: platform.ids.uuid(),
                district: self.district,
                programme: programme.to_owned(),
                month,
                limit: Money::from_major(SOUMS_A_FAMILY * families),
                set_by: None,
            };
            appropriation::set(&mut tx, &platform.ids, &command)
                .await
                .expect("money");
        }
        tx.commit().await.expect("a commit");
    }

    /// Every check of the data, and the banks' books: each holds.
    pub async fn everything_holds(&self) {
        for check in self.daftar.verify_with_banks().await.expect("checks") {
            assert!(check.holds(), "{check:?}");
        }
    }
}

/// Serves a Daftar's pages on a listener.
pub fn serve(listener: tokio::net::TcpListener, daftar: Arc<Daftar>, demo: bool) -> JoinHandle<()> {
    let settings = Settings {
        demo,
        secure_cookies: false,
    };
    let house = House::new(daftar, settings);
    tokio::spawn(async move {
        web::serve(listener, house, std::future::pending())
            .await
            .expect("pages");
    })
}

pub fn month(year: i32, number: u32) -> Month {
    Month::new(year, number).expect("a month of the calendar")
}

pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ has a parent")
        .to_path_buf()
}

/// A folder with all below it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
}
