//! The sandbox as a process of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use super::{Cast, repository};

#[derive(Debug)]
pub struct Sandbox {
    pub address: String,
    child: Child,
}

impl Sandbox {
    pub fn start(cast: &Cast, daftar: &str, (accounts, keys): (&Path, &Path)) -> Sandbox {
        let mut command = Command::new(binary("sandbox"));
        command
            .args(["serve", "--port", "0", "--daftar", daftar, "--accounts"])
            .arg(accounts)
            .arg("--keys")
            .arg(keys);
        let numbers = [
            ("--families", cast.families.to_string()),
            ("--fault-late-per-mille", cast.late.to_string()),
            ("--fault-timeout-per-mille", cast.timeout.to_string()),
            ("--fault-return-per-mille", cast.returned.to_string()),
        ];
        for (fault, number) in cast.faults {
            command.args([&format!("--fault-{fault}-per-mille"), &number.to_string()]);
        }
        for (flag, number) in numbers {
            command.args([flag, &number]);
        }
        let scenario = keys.with_extension("scenario.toml");
        if !cast.scenario.is_empty() {
            std::fs::write(&scenario, cast.scenario).expect("a file");
            command.arg("--scenario").arg(&scenario);
        }
        if cast.at_once {
            command.arg("--instant");
        }
        Sandbox::spawn(&mut command)
    }

    /// A sandbox of which only treasury and banks are wanted, at once. They know the cards of a
    /// file (`sandbox serve --cards`), of which some, of a thousand, are closed.
    pub fn with_cards(cards: &Path, closed: u32) -> Sandbox {
        let mut command = Command::new(binary("sandbox"));
        command
            .args(["serve", "--port", "0", "--families", "10", "--instant"])
            .args(["--fault-return-per-mille", &closed.to_string(), "--cards"])
            .arg(cards);
        Sandbox::spawn(&mut command)
    }

    fn spawn(command: &mut Command) -> Sandbox {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the sandbox starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("a pipe");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let address = line.split_whitespace().last().unwrap_or_default();
        assert!(address.starts_with("http://"), "the sandbox said {line:?}");
        Sandbox {
            address: address.to_owned(),
            child,
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program of ours, beside the folder of this test; built if it is not there.
pub fn binary(name: &str) -> PathBuf {
    static BUILDING: Mutex<()> = Mutex::new(());
    let this = std::env::current_exe().expect("this program has a path");
    let profile = this
        .parent()
        .and_then(Path::parent)
        .expect("target/PROFILE/deps/");
    let found = profile.join(name);
    let _alone = BUILDING.lock();
    if !found.exists() {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--package", name, "--target-dir"]);
        build.arg(profile.parent().expect("target/"));
        if profile.ends_with("release") {
            build.arg("--release");
        }
        let built = build.current_dir(repository()).status().expect("cargo");
        assert!(built.success(), "{name} cannot be built");
    }
    found
}
