//! An installation: the platform, the law and the partners in one hand.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use access::{Action, Permit, Purpose, Subject};
use casework::Shelf;
use exchange::{Connector, ConnectorsRefused, Places, RestKeys};
use kernel::{CaseId, Day, Instant, RunId, Zone};
use payments::Partners;
use rules::Pack;
use signing::jwe::DecryptionKeys;
use signing::{SigningKey, SigningKeys};
use store::{Clock, Db, Ids, Platform, setting};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::{demo, packs};

/// The setting that says which country the database serves.
const COUNTRY: &str = "country";
/// The setting that keeps the clock of a demonstration.
const CLOCK: &str = "demo_clock";

/// Everything a command, a page or the worker needs. Shared behind an `Arc`.
#[derive(Debug)]
pub struct Daftar {
    pub config: Config,
    pub platform: Platform,
    pub shelf: Shelf,
    pub exchange: exchange::Exchange,
    pub partners: Partners,
    packs_seen: Mutex<SystemTime>,
    /// One settling at a time in a process: two would only wait for each other's jobs.
    pub(crate) settling: tokio::sync::Mutex<()>,
    /// Rung by whoever made work for the worker of this process.
    pub(crate) bell: tokio::sync::Notify,
}

impl Daftar {
    /// Makes the database of a country, or brings it up to date: tables, the log's key, texts of
    /// law, blocks of units. Doing it again changes nothing.
    pub async fn init(config: Config) -> Result<Daftar> {
        let platform = platform(&config).await?;
        store::migrate(
            &platform.db,
            &[
                access::SCHEMA,
                registry::SCHEMA,
                exchange::SCHEMA,
                casework::SCHEMA,
                payments::SCHEMA,
            ],
        )
        .await?;
        settle_country(&platform, &config.country).await?;
        casework::case::enter_rosters(&platform).await?;
        let evidence_keys = crate::evidence::keys(&config, &platform).await?;
        let daftar = assemble(config, platform, evidence_keys)?;
        daftar.keep_key().await?;
        daftar.publish_law().await?;
        crate::worker::subscribe(&daftar.platform.db).await?;
        daftar.keep_clock().await?;
        Ok(daftar)
    }

    /// Opens a database that was made by [`Daftar::init`].
    pub async fn open(config: Config) -> Result<Daftar> {
        // SQLite would make the file, which then stands there empty.
        if names_no_file(&config.database) {
            return Err(Error::NotMade {
                country: config.country,
            });
        }
        let platform = platform(&config).await?;
        let mut tx = platform.db.read().await?;
        let found = setting::find(&mut tx, COUNTRY).await;
        drop(tx);
        match found {
            Ok(Some(country)) if country == config.country => {}
            Ok(Some(has)) => {
                return Err(Error::AnotherCountry {
                    has,
                    asked: config.country,
                });
            }
            Ok(None) | Err(_) => {
                return Err(Error::NotMade {
                    country: config.country,
                });
            }
        }
        let evidence_keys = crate::evidence::keys(&config, &platform).await?;
        let daftar = assemble(config, platform, evidence_keys)?;
        daftar.publish_law().await?;
        Ok(daftar)
    }

    /// The key under which files leave; `None`: none was named.
    pub fn signing_key(&self) -> Result<Option<SigningKey>> {
        let keys = self.config.signing_key.as_deref().map(signing_keys);
        Ok(keys.transpose()?.map(SigningKeys::into_current))
    }

    pub fn zone(&self) -> Zone {
        self.shelf.zone()
    }

    pub fn now(&self) -> Instant {
        self.platform.clock.now()
    }

    /// The local day.
    pub fn today(&self) -> Day {
        self.now().day(self.zone())
    }

    /// Tells the worker of this process that work is due; other processes find it by themselves.
    pub fn wake_worker(&self) {
        self.bell.notify_one();
    }

    /// Moves the clock of a demonstration; a real installation refuses.
    pub fn set_clock(&self, to: Instant) -> Result<()> {
        if !self.config.demo {
            return Err(Error::NotADemo);
        }
        self.platform.clock.set(to).map_err(|_| Error::NotADemo)
    }

    /// Remembers where a demonstration's clock stands, for the next process.
    pub(crate) async fn keep_clock(&self) -> Result<()> {
        if !self.config.demo {
            return Ok(());
        }
        let mut tx = self.platform.db.begin().await?;
        setting::set(&mut tx, CLOCK, &self.now().to_string()).await?;
        Ok(tx.commit().await?)
    }

    /// Reads the packs again when a file changed; true when it did. A folder with an error
    /// changes nothing: the law of before holds on, and the error is told.
    pub async fn reload_packs(&self) -> Result<bool> {
        let changed = packs::changed_at(&self.config.packs, &self.config.country)?;
        let before = *self
            .packs_seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if changed == before {
            return Ok(false);
        }
        self.shelf
            .replace(packs::read(&self.config.packs, &self.config.country)?);
        *self
            .packs_seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = changed;
        self.publish_law().await?;
        Ok(true)
    }

    /// Texts into the database, blocks of units into the register, names of programmes to partners.
    async fn publish_law(&self) -> Result<()> {
        self.exchange.know_programmes(self.programmes());
        let mut tx = self.platform.db.begin().await?;
        self.shelf.store(&mut tx, self.now()).await?;
        tx.commit().await?;
        let today = self.today();
        for pack in self.shelf.current() {
            // Units of laws that are over, and of programmes that few ask for, are not kept for
            // the whole country: `keep_units_of` makes them when they are needed.
            if pack.is_primary() && pack.in_force().to.is_none_or(|over| today < over) {
                self.keep_units_of(&pack).await?;
            }
        }
        Ok(())
    }

    /// The programmes of every pack at hand, by name.
    fn programmes(&self) -> BTreeSet<String> {
        let packs = self.shelf.current();
        let of_pack = |pack: &Arc<Pack>| {
            let names = pack.programmes().map(|programme| programme.id.clone());
            names.collect::<Vec<_>>()
        };
        packs.iter().flat_map(of_pack).collect()
    }

    /// Makes the register keep the units that a pack assesses, if it does not yet.
    pub async fn keep_units_of(&self, pack: &Pack) -> Result<()> {
        let mut tx = self.platform.db.read().await?;
        let kept = registry::unit::blocks(&mut tx).await?;
        drop(tx);
        // The register is read to make them, and not at every start: everybody in it reads of that.
        if kept.iter().any(|kept| kept.block == *pack.unit()) {
            return Ok(());
        }
        let permit = self.permit(Action::AssessCase, Purpose::Upkeep, 0).await?;
        registry::unit::ensure_block(&self.platform, &permit, pack.unit(), self.today()).await?;
        Ok(())
    }

    /// The system's permit for a batch over some cases: its row is in the access log, and the run's
    /// own rows say which cases, before it returns.
    pub async fn permit_for(
        &self,
        action: Action,
        purpose: Purpose,
        cases: &[CaseId],
    ) -> Result<Permit> {
        let (platform, run) = (&self.platform, RunId(self.platform.ids.uuid()));
        let (system, population) = (Subject::system(), cases.len() as u64);
        let permit =
            access::batch(platform, &system, action, purpose, Some(run), population).await?;
        let mut tx = platform.db.begin().await?;
        casework::case::note_read(&mut tx, run, cases).await?;
        tx.commit().await?;
        Ok(permit)
    }

    /// The system's permit over a payment run, whose own lines say who is in it.
    pub async fn permit_for_run(&self, action: Action, run: RunId) -> Result<Permit> {
        let (system, purpose) = (Subject::system(), Purpose::Payment);
        let run = Some(run);
        Ok(access::batch(&self.platform, &system, action, purpose, run, 0).await?)
    }

    /// The system's permit over the register as a whole, which everybody in it reads of; its row is
    /// in the access log before it returns. `population` 0: as many as there are.
    pub async fn permit(
        &self,
        action: Action,
        purpose: Purpose,
        population: u64,
    ) -> Result<Permit> {
        let system = Subject::system();
        Ok(access::batch(&self.platform, &system, action, purpose, None, population).await?)
    }
}

fn names_no_file(database: &str) -> bool {
    let path = database.strip_prefix("sqlite:");
    path.is_some_and(|path| !path.starts_with(':') && !std::path::Path::new(path).exists())
}

async fn platform(config: &Config) -> Result<Platform> {
    let db = Db::open(&config.database).await?;
    if !config.demo {
        let platform = Platform::new(db, Clock::system());
        platform.keep_time().await?;
        return Ok(platform);
    }
    let stood = clock_stood(&db).await;
    let clock = Clock::standing_at(stood.unwrap_or_else(demo::plan::start));
    let ids = match (config.seed, stood) {
        // Ids that were made before are not made again: the seed is for a fresh database.
        (Some(seed), None) => Ids::seeded(clock.clone(), seed),
        _ => Ids::new(clock.clone()),
    };
    let mut platform = Platform::with_ids(db, clock, ids);
    // The story's clock leaps by months; nobody at a screen is signed out by that.
    platform.wall = Clock::system();
    platform.keep_time().await?;
    Ok(platform)
}

/// Where the clock of a demonstration stood when it was last settled; none in a fresh database.
async fn clock_stood(db: &Db) -> Option<Instant> {
    let mut tx = db.read().await.ok()?;
    let stored = setting::find(&mut tx, CLOCK).await.ok()??;
    Instant::parse_rfc3339(&stored).ok()
}

async fn settle_country(platform: &Platform, country: &str) -> Result<()> {
    let mut tx = platform.db.begin().await?;
    match setting::find(&mut tx, COUNTRY).await? {
        Some(has) if has != country => {
            return Err(Error::AnotherCountry {
                has,
                asked: country.to_owned(),
            });
        }
        Some(_) => return Ok(()),
        None => setting::set(&mut tx, COUNTRY, country).await?,
    }
    Ok(tx.commit().await?)
}

/// The key that signs, and those that did before it: in a file of their own, never in the database
/// that they vouch for.
pub fn signing_keys(file: &Path) -> Result<SigningKeys> {
    key_file(file, SigningKeys::from_text)
}

/// The keys that partners encrypt their messages to, the published one first.
pub fn encryption_keys(file: &Path) -> Result<DecryptionKeys> {
    key_file(file, DecryptionKeys::from_text)
}

fn key_file<K, E: ToString>(
    file: &Path,
    read: impl Fn(&str) -> std::result::Result<K, E>,
) -> Result<K> {
    let refused = |why: String| Error::KeyFile {
        file: file.display().to_string(),
        why,
    };
    let text = std::fs::read_to_string(file).map_err(|why| refused(why.to_string()))?;
    read(&text).map_err(|why| refused(why.to_string()))
}

/// The agencies as the configuration has them: those of its folder, or those of the sandbox.
pub fn connectors(config: &Config) -> std::result::Result<Vec<Connector>, ConnectorsRefused> {
    let places = places(config);
    match &config.connectors {
        Some(folder) => Connector::in_folder(folder, &places),
        None => Ok(Connector::shipped(&places)?),
    }
}

/// What stands behind the words of a connector's file.
pub fn places(config: &Config) -> Places<'_> {
    Places {
        base: config.partners.trim_end_matches('/'),
        keys: &config.agency_keys,
    }
}

fn assemble(config: Config, platform: Platform, evidence_keys: RestKeys) -> Result<Daftar> {
    let seen = packs::changed_at(&config.packs, &config.country)?;
    let law = packs::read(&config.packs, &config.country)?;
    let shelf = Shelf::new(Zone::tashkent(), law);
    let connectors = connectors(&config).map_err(exchange::ExchangeError::from)?;
    let mut exchange = exchange::Exchange::new(platform.clone(), connectors, evidence_keys)?;
    if let Some(file) = &config.signing_key {
        exchange = exchange.signing_with(signing_keys(file)?);
    }
    if let Some(file) = &config.encryption_key {
        exchange = exchange.encrypted_to(encryption_keys(file)?);
    }
    if let Some(file) = &config.partner_ca {
        let trusting = exchange.trusting_partners_of(file);
        exchange = trusting.map_err(|refused| Error::Authority { why: refused.why })?;
    }
    let partners = Partners::new(&config.partners, &config.partners);
    Ok(Daftar {
        config,
        platform,
        shelf,
        exchange,
        partners,
        packs_seen: Mutex::new(seen),
        settling: tokio::sync::Mutex::new(()),
        bell: tokio::sync::Notify::new(),
    })
}
