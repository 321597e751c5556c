//! The memory of a process of its own while hostile bodies come from many sides.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use super::bodies::{self, Body};
use super::post;
use crate::stage::{binary, repository, wire};

/// More than it had before: reliability, C8.
const GROWN_KIB_MAX: u64 = 64 * 1024;
/// Bodies under way at once.
const AT_ONCE: usize = 16;

struct Serving {
    child: Child,
    address: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn daftar(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(binary("daftar"));
    let database = format!("sqlite:{}", folder.join("hostile.db").display());
    command.args(args).args(["--database", &database]);
    command.arg("--packs").arg(repository().join("packs"));
    command
}

impl Serving {
    fn start(folder: &Path) -> Serving {
        let mut command = daftar(folder, &["serve", "--http", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("a process");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let address = lines.by_ref().find_map(|line| {
            let line = line.expect("text");
            let (_, rest) = line.split_once("serves ")?;
            rest.split(' ').next().map(str::to_owned)
        });
        // Refusals are logged: somebody must read them, or the process would wait.
        std::thread::spawn(move || lines.for_each(drop));
        Serving {
            child,
            address: address.expect("an address"),
        }
    }

    /// The most memory that it ever had, in KiB.
    fn peak(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("a process of Linux");
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|kib| kib.parse().ok()).expect("a number")
    }

    async fn storm(&self, token: &str, bodies: &Arc<Vec<Body>>) {
        for (method, path) in super::addresses() {
            for at in (0..bodies.len()).step_by(AT_ONCE) {
                let sending = (at..bodies.len().min(at + AT_ONCE)).map(|place| {
                    let (address, token) = (self.address.clone(), token.to_owned());
                    let (method, path, bodies) = (method.clone(), path.clone(), Arc::clone(bodies));
                    tokio::spawn(async move {
                        post::send(&address, &method, &path, &token, &bodies[place]).await
                    })
                });
                for sent in sending.collect::<Vec<_>>() {
                    let answer = sent.await.expect("no panic");
                    assert!(
                        (1..500).contains(&answer.status),
                        "{path}: {}",
                        answer.status
                    );
                }
            }
        }
    }
}

async fn token(serving: &Serving, folder: &Path) -> String {
    let mut command = daftar(folder, &["partner", "add", super::SENDER, "--json"]);
    command.args([
        "--office",
        "Hostile",
        "--legal-basis",
        "None",
        "--policy",
        "none",
    ]);
    let added = command
        .args(["--civil-registry", "--account-mapper"])
        .output();
    let added = added.expect("a partner").stdout;
    let added: serde_json::Value = serde_json::from_slice(&added).expect("JSON");
    let payer = [
        "payer",
        super::SENDER,
        "--programme",
        "child_benefit",
        "--district",
        "1726262",
    ];
    let agreed = daftar(folder, &payer).output().expect("daftar");
    assert!(agreed.status.success(), "{agreed:?}");
    let secret = added["secret"].as_str().expect("a secret");
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={secret}",
        super::SENDER
    );
    let url = format!("{}/oauth2/client/token", serving.address);
    let answer = wire::submit(&url, "", &form).await.json();
    answer["access_token"].as_str().expect("a token").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_bodies_from_many_sides_take_little_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = daftar(folder.path(), &["init"]).output().expect("daftar");
    assert!(made.status.success(), "{made:?}");
    let serving = Serving::start(folder.path());
    let token = token(&serving, folder.path()).await;
    let before = serving.peak();
    serving.storm(&token, &Arc::new(bodies::all())).await;
    let grown = serving.peak() - before;
    eprintln!("hostile: {before} KiB before, {grown} KiB more at the peak");
    assert!(grown <= GROWN_KIB_MAX, "{grown} KiB");
}
