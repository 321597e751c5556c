//! `daftar demo`: a synthetic district lives through three months. Daftar serves in this process;
//! the sandbox (people, agencies, treasury, banks) is a second one, met only over the wire.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use app::demo::{SandboxClient, Told, Totals};
use app::{Config, Daftar};
use indicatif::ProgressBar;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::args::{Common, Demo};
use crate::config;
use crate::failure::Failure;
use crate::serve;
use crate::show::{Show, som};
use crate::signing_key;

pub async fn run(common: &Common, args: &Demo) -> Result<(), Failure> {
    let show = Show::new(common);
    let place = Place::new(common, args)?;
    let listener = serve::listen(&args.http).await?;
    let address = format!("http://{}", listener.local_addr()?);
    let mut sandbox = Sandbox::start(args, &address, &place).await?;
    let daftar = Arc::new(Daftar::init(place.config(common, args, &sandbox.address)).await?);
    let client = SandboxClient::new(&sandbox.address);
    let secret = open_accounts(&daftar, &client, &place).await?;
    let serving = tokio::spawn(serve::pages(listener, Arc::clone(&daftar)));
    let totals = story(&daftar, &client, &show).await?;
    tell(&show, &totals);
    if args.once {
        serving.abort();
        serve::seal(&daftar).await;
        sandbox.stop().await;
        show.object(&totals);
    } else {
        invite(
            &daftar,
            &client,
            &show,
            &Door {
                address,
                place: &place,
                secret,
            },
        )
        .await?;
        let worker = tokio::spawn(Arc::clone(&daftar).work());
        serving
            .await
            .map_err(|error| Failure::Failed(error.to_string()))??;
        worker.abort();
        serve::seal(&daftar).await;
        sandbox.stop().await;
    }
    if totals.differences > 0 {
        return Err(Failure::InPart);
    }
    Ok(())
}

/// Where the demonstration keeps its files: a folder of its own that vanishes, unless a database
/// or a file of accounts is named.
struct Place {
    folder: PathBuf,
    accounts: PathBuf,
    database: String,
    signing_key: PathBuf,
}

impl Place {
    fn new(common: &Common, args: &Demo) -> Result<Place, Failure> {
        let folder = std::env::temp_dir().join(format!("daftar-demo-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let named = common.database != Config::default().database;
        let own = format!("sqlite:{}", folder.join("demo.db").display());
        let database = if named { common.database.clone() } else { own };
        let accounts = args
            .accounts
            .clone()
            .unwrap_or_else(|| folder.join("accounts.json"));
        let signing_key = match &args.signing_key {
            Some(file) => file.clone(),
            None => new_signing_key(&folder)?,
        };
        Ok(Place {
            folder,
            accounts,
            database,
            signing_key,
        })
    }

    fn config(&self, common: &Common, args: &Demo, partners: &str) -> Config {
        let mut config = config::existing(common);
        config.database = self.database.clone();
        config.partners = partners.to_owned();
        config.connectors = None;
        config.agency_keys = self.keys();
        config.signing_key = Some(self.signing_key.clone());
        config.demo = true;
        config.seed = Some(args.seed);
        config
    }
}

impl Place {
    /// Where the sandbox puts the keys with which its agencies are asked.
    fn keys(&self) -> PathBuf {
        self.folder.join("agency-keys")
    }

    /// Adds logins to the file of accounts, all with one secret.
    fn add_logins(
        &self,
        logins: impl Iterator<Item = String>,
        secret: &str,
    ) -> Result<(), Failure> {
        let text = std::fs::read_to_string(&self.accounts)?;
        let mut accounts: BTreeMap<String, String> =
            serde_json::from_str(&text).map_err(|error| Failure::Failed(error.to_string()))?;
        accounts.extend(logins.map(|login| (login, secret.to_owned())));
        let text = serde_json::to_string_pretty(&accounts).expect("logins are plain text");
        Ok(std::fs::write(&self.accounts, text)?)
    }
}

/// Who enters a system of the own and its keys is answered with a signature, so there is one to check.
fn new_signing_key(folder: &Path) -> Result<PathBuf, Failure> {
    let file = folder.join("signing-key");
    signing_key::make(&file)?;
    Ok(file)
}

impl Drop for Place {
    fn drop(&mut self) {
        // What the system's temporary folder keeps is no loss.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The second process. It ends with us.
struct Sandbox {
    child: Child,
    address: String,
}

impl Sandbox {
    async fn start(args: &Demo, daftar: &str, place: &Place) -> Result<Sandbox, Failure> {
        std::fs::write(&place.accounts, "{}")?;
        let binary = beside_this_one("sandbox")?;
        let mut child = Command::new(&binary)
            .args(["serve", "--port", "0", "--daftar", daftar])
            .args([
                "--families",
                &args.families.to_string(),
                "--seed",
                &args.seed.to_string(),
            ])
            .arg("--accounts")
            .arg(&place.accounts)
            .arg("--keys")
            .arg(place.keys())
            .args([
                "--fault-late-per-mille",
                &args.fault_late_per_mille.to_string(),
            ])
            .args([
                "--fault-return-per-mille",
                &args.fault_return_per_mille.to_string(),
            ])
            .args([
                "--fault-timeout-per-mille",
                &args.fault_timeout_per_mille.to_string(),
            ])
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Failure::Failed(format!("{}: {error}", binary.display())))?;
        let address = said_address(&mut child).await?;
        Ok(Sandbox { child, address })
    }

    async fn stop(&mut self) {
        let _ = self.child.kill().await;
    }
}

/// The sandbox's first line ends with its address.
async fn said_address(child: &mut Child) -> Result<String, Failure> {
    let silent = || Failure::Failed("the sandbox ended before it served; see above".to_owned());
    let out = child.stdout.take().ok_or_else(silent)?;
    let line = BufReader::new(out)
        .lines()
        .next_line()
        .await?
        .ok_or_else(silent)?;
    let address = line
        .split_whitespace()
        .last()
        .filter(|word| word.starts_with("http://"));
    address.map(str::to_owned).ok_or_else(silent)
}

fn beside_this_one(name: &str) -> Result<PathBuf, Failure> {
    let this = std::env::current_exe()?;
    let binary = this.parent().unwrap_or(Path::new("")).join(name);
    if binary.exists() {
        return Ok(binary);
    }
    let why = format!(
        "{} is missing: build it with cargo build --package sandbox",
        binary.display()
    );
    Err(Failure::Failed(why))
}

/// Makes the accounts and hands the secrets to the sandbox's people through their file.
async fn open_accounts(
    daftar: &Daftar,
    client: &SandboxClient,
    place: &Place,
) -> Result<String, Failure> {
    let (district, _) = client.district().await?;
    let mahallas = client.mahallas().await?;
    let secret = daftar.platform.ids.uuid().simple().to_string();
    let logins = app::demo::open_accounts(daftar, district, &mahallas, &secret).await?;
    place.add_logins(logins.into_iter().map(|login| login.login), &secret)?;
    Ok(secret)
}

async fn story(daftar: &Daftar, client: &SandboxClient, show: &Show) -> Result<Totals, Failure> {
    let bar = show.count_bar(1, "three months");
    let mut differences = 0_usize;
    let totals = app::demo::run(daftar, client, |told| {
        differences += usize::from(matches!(told, Told::Difference(_)));
        hear(&bar, &told, differences);
    })
    .await;
    bar.finish_and_clear();
    Ok(totals?)
}

/// Differences written out at most; the count is in the totals.
const DIFFERENCES_SHOWN_MAX: usize = 50;

fn hear(bar: &ProgressBar, told: &Told, differences: usize) {
    match told {
        Told::Step {
            at,
            title,
            of,
            done,
        } => {
            bar.set_length(*of as u64);
            bar.set_position(*done as u64);
            line(bar, &format!("{at}  {title}"));
        }
        Told::People(people) if people.lodged + people.visits + people.events > 0 => {
            let said = format!(
                "    {} applied, {} visits, {} conclusions, {} life events, {} accounts mended",
                people.lodged, people.visits, people.conclusions, people.events, people.mended
            );
            line(bar, &said);
        }
        Told::People(_) => {}
        Told::Note(note) => line(bar, &format!("    {note}")),
        Told::Difference(difference) if differences <= DIFFERENCES_SHOWN_MAX => {
            line(bar, &format!("    DIFFERENCE {difference}"));
        }
        Told::Difference(_) => {}
    }
}

/// Above the bar on a terminal; a plain line into a file.
fn line(bar: &ProgressBar, text: &str) {
    if bar.is_hidden() {
        let _ = writeln!(std::io::stderr(), "{text}");
    } else {
        bar.println(text);
    }
}

fn tell(show: &Show, totals: &Totals) {
    show.remark(&format!(
        "\n{} families, {} applications: {} awarded, {} refused, {} wait for the budget, {} for an \
         agency.\n{} payments credited, {} returned on the way. So'm ordered {}, funded {}, credited \
         {}.\n{} differences to the sandbox's truth and the banks' books. {:.1} s.",
        totals.families,
        totals.applications,
        totals.awarded,
        totals.refused,
        totals.waiting_budget,
        totals.waiting_agency,
        totals.paid,
        totals.returned,
        som(totals.ordered_minor),
        som(totals.funded_minor),
        som(totals.credited_minor),
        totals.differences,
        totals.seconds
    ));
}

/// How a visitor comes in.
struct Door<'a> {
    address: String,
    place: &'a Place,
    secret: String,
}

/// Opens the pages of some families and says how to look around.
async fn invite(
    daftar: &Daftar,
    client: &SandboxClient,
    show: &Show,
    door: &Door<'_>,
) -> Result<(), Failure> {
    let month = daftar.today().month().plus(-1);
    let guests = app::demo::open_guests(daftar, month, &door.secret).await?;
    door.place.add_logins(
        guests.iter().map(|guest| guest.pinfl.to_string()),
        &door.secret,
    )?;
    let mahallas = client.mahallas().await?;
    let mahalla = mahallas.iter().min().copied().unwrap_or_default();
    let newcomers = app::demo::newcomers(daftar, mahalla).await?;
    let (district, _) = client.district().await?;
    show.remark(&format!(
        "\nThe secret of every login: {}\n\
         \n  treasurer-1, treasurer-2   runs, orders and statements, approval by two\
         \n  officer-{district}            cases that wait, and why\
         \n  mahalla-{mahalla}         lodge and follow; may apply: {}\
         \n  analyst                    the figures of the district\
         \n  auditor                    cases, runs and the log",
        door.secret,
        newcomers
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    ));
    for guest in guests {
        show.remark(&format!(
            "  {}             a citizen, {}",
            guest.pinfl, guest.state
        ));
    }
    show.remark(&format!(
        "\nAll logins: {}\nThe pages: {}\nCtrl-C ends the demonstration.",
        door.place.accounts.display(),
        door.address
    ));
    Ok(())
}
