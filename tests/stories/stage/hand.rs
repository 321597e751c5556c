//! The command line as a person at a desk uses it: one process a command.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use access::log::KeyPlace;
use app::Config;
use payments::run::{Run, State};

use super::{SECRET, binary};

/// What every command is told. A story that stands between the program and its database or its
/// partners changes an address here.
#[derive(Clone, Debug)]
pub struct Hand {
    pub database: String,
    pub partners: String,
    /// A program that starts ours and comes between it and the kernel, with its words.
    pub through: Vec<String>,
    pub env: Vec<(String, String)>,
    packs: PathBuf,
    log_key: PathBuf,
    evidence_key: PathBuf,
}

impl Hand {
    pub fn of(config: &Config) -> Hand {
        let (KeyPlace::File(log_key), KeyPlace::File(evidence_key)) =
            (config.key_place(), config.evidence_key_place())
        else {
            unreachable!("a story keeps its keys in files")
        };
        Hand {
            database: config.database.clone(),
            partners: config.partners.clone(),
            through: Vec::new(),
            env: Vec::new(),
            packs: config.packs.clone(),
            log_key,
            evidence_key,
        }
    }

    /// `daftar WORDS`, with what every command is told.
    pub fn daftar(&self, words: &[&str]) -> Command {
        let mut command = match self.through.split_first() {
            None => Command::new(binary("daftar")),
            Some((program, told)) => {
                let mut command = Command::new(program);
                command.args(told).arg(binary("daftar"));
                command
            }
        };
        command.args(words).args(self.flags());
        command.envs(self.env.iter().cloned());
        command.env("DAFTAR_SECRET", SECRET).stdin(Stdio::null());
        command
    }

    fn flags(&self) -> Vec<String> {
        let path = |path: &PathBuf| path.display().to_string();
        let told = [
            ("--database", self.database.clone()),
            ("--packs", path(&self.packs)),
            ("--log-key", path(&self.log_key)),
            ("--evidence-key", path(&self.evidence_key)),
        ];
        let told = told
            .into_iter()
            .flat_map(|(flag, value)| [flag.to_owned(), value]);
        told.chain(["--quiet".to_owned()]).collect()
    }

    pub fn pay(&self, step: &[&str]) -> Command {
        let words: Vec<&str> = ["pay"].iter().chain(step).copied().collect();
        let mut command = self.daftar(&words);
        command.args(["--partners", &self.partners]);
        command
    }

    /// The command that brings the run one state further; `None`: there is no run yet.
    pub fn next(&self, run: Option<&Run>) -> Command {
        let id = run.map(|run| run.id.to_string()).unwrap_or_default();
        let step: &[&str] = match run.map(|run| run.state) {
            None | Some(State::Building) => &["build", "2026-02"],
            Some(State::Built) => &["approve", &id, "--login", "treasurer-1"],
            Some(State::ApprovedOnce) => &["approve", &id, "--login", "treasurer-2"],
            Some(State::Approved | State::Ordered | State::Funded) => &["send", &id],
            Some(State::Sent | State::Answered | State::Closed) => &["collect", &id],
        };
        self.pay(step)
    }
}
