//! `strace` between a program and the kernel: it lets the N-th call of a kind fail.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::Hand;

/// Calls that fail with one error. Each name's calls are counted by themselves, in each thread.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    pub calls: &'static str,
    pub error: &'static str,
}

/// Where strace writes what it saw.
#[derive(Debug)]
pub struct Trace(pub PathBuf);

/// One call that was seen.
#[derive(Debug)]
pub struct Seen {
    pub thread: String,
    pub call: String,
    /// The file that it was about, as strace shows it.
    pub file: String,
    pub injected: bool,
}

impl Trace {
    /// False, said aloud, where strace is missing or may not look into a process.
    pub fn is_there() -> bool {
        let tried = Command::new("strace")
            .args(["-f", "-o", "/dev/null", "true"])
            .stderr(Stdio::null())
            .status();
        let there = tried.is_ok_and(|status| status.success());
        if !there {
            eprintln!("SKIPPED: strace is missing or not allowed");
        }
        there
    }

    /// The same hand, whose programs meet the failure. The calls of `looked` are seen too; only
    /// those about these files are seen, and only they fail.
    pub fn arm(&self, hand: &Hand, kind: Kind, looked: &str, files: &[PathBuf], n: usize) -> Hand {
        let _ = fs::remove_file(&self.0);
        let inject = format!("inject={}:error={}:when={n}", kind.calls, kind.error);
        let (out, trace) = (self.0.display().to_string(), format!("trace={looked}"));
        let words = [
            "strace", "-f", "-y", "-qq", "-o", &out, "-e", &trace, "-e", &inject,
        ];
        let mut through: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        for file in files {
            through.extend(["-P".to_owned(), file.display().to_string()]);
        }
        let mut hand = hand.clone();
        hand.through = through;
        hand
    }

    /// What was seen, in order. A call that strace writes in two lines is one.
    pub fn seen(&self) -> Vec<Seen> {
        let text = fs::read(&self.0).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let mut seen: Vec<Seen> = Vec::new();
        for found in text.lines().filter_map(read) {
            let begun = seen.iter_mut().rev().find(|one| one.thread == found.thread);
            match begun {
                Some(begun) if found.call.starts_with('<') => begun.injected |= found.injected,
                _ => seen.push(found),
            }
        }
        seen
    }

    pub fn injected(&self) -> bool {
        self.seen().iter().any(|seen| seen.injected)
    }
}

/// `123 fdatasync(7</tmp/x-wal>) = -1 EIO (...) (INJECTED)`, and the end of a call cut in two.
fn read(line: &str) -> Option<Seen> {
    let (thread, rest) = line.split_once(' ')?;
    let rest = rest.trim_start();
    let (call, words) = rest.split_once('(').unwrap_or((rest, ""));
    let file = words.split(['<', '>']).nth(1).unwrap_or_default();
    Some(Seen {
        thread: thread.to_owned(),
        call: call.to_owned(),
        file: file.to_owned(),
        injected: line.contains("(INJECTED)"),
    })
}
