//! A snapshot split by district: a folder each, so that several machines or readers can
//! take a share.
//!
//! Families come in the order of their ids. They are first laid aside in one file a
//! district, then every district is written; so only one part is open at a time. What lies
//! aside are whole portraits: nobody else may read them, and they are gone however it ends.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use kernel::portrait::PortraitView;

use super::error::{At, Result};
use super::manifest::Manifest;
use super::write::{Subject, Writer, empty_folder, join};

/// Bytes of a district that wait in memory.
const WAITING_BYTES: usize = 64 << 10;
/// A portrait is far smaller; a damaged length ends here.
const PORTRAIT_BYTES_MAX: u64 = 64 << 20;
const ASIDE: &str = "aside";

/// Families on their way into the folders of their districts.
#[derive(Debug)]
pub struct Splitter {
    folder: PathBuf,
    subject: Subject,
    waiting: BTreeMap<u32, Vec<u8>>,
    aside: Aside,
}

impl Splitter {
    pub fn create(folder: &Path, subject: &Subject) -> Result<Splitter> {
        empty_folder(folder)?;
        Ok(Splitter {
            folder: folder.to_owned(),
            subject: subject.clone(),
            waiting: BTreeMap::new(),
            aside: Aside::create(folder.join(ASIDE))?,
        })
    }

    pub fn push(&mut self, portrait: &[u8]) -> Result<()> {
        let district = PortraitView::new(portrait)?.district();
        let waiting = self.waiting.entry(district).or_default();
        waiting.extend_from_slice(&(portrait.len() as u64).to_le_bytes());
        waiting.extend_from_slice(portrait);
        if waiting.len() >= WAITING_BYTES {
            append(&self.aside.of(district), waiting)?;
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<Manifest> {
        let mut parts = Vec::new();
        let mut next = (0, 0);
        for (district, waiting) in &mut self.waiting {
            let path = self.aside.of(*district);
            append(&path, waiting)?;
            let part = district.to_string();
            let to = self.folder.join(&part);
            let mut writer = Writer::numbered(&to, &self.subject, next.0, next.1)?;
            each_portrait(&path, |portrait| writer.push(portrait))?;
            next = writer.next_numbers();
            writer.finish()?;
            fs::remove_file(&path).at(&path)?;
            parts.push(part);
        }
        self.aside.remove()?;
        if parts.is_empty() {
            return Writer::create(&self.folder, &self.subject)?.finish();
        }
        join(&self.folder, &parts)
    }
}

/// The folder of what lies aside.
#[derive(Debug)]
struct Aside(PathBuf);

impl Aside {
    fn create(path: PathBuf) -> Result<Aside> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).at(&path)?;
        Ok(Aside(path))
    }

    fn of(&self, district: u32) -> PathBuf {
        self.0.join(district.to_string())
    }

    fn remove(&self) -> Result<()> {
        fs::remove_dir_all(&self.0).at(&self.0)
    }
}

impl Drop for Aside {
    /// After a failure; in the end there is nothing left to remove.
    fn drop(&mut self) {
        let _ = self.remove();
    }
}

fn append(path: &Path, waiting: &mut Vec<u8>) -> Result<()> {
    let mut options = File::options();
    let mut file = options.create(true).append(true).open(path).at(path)?;
    file.write_all(waiting).at(path)?;
    waiting.clear();
    Ok(())
}

fn each_portrait(path: &Path, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let file = File::open(path).at(path)?;
    let mut left = file.metadata().at(path)?.len();
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut portrait = Vec::new();
    while left > 0 {
        let mut length = [0; 8];
        file.read_exact(&mut length).at(path)?;
        let length = u64::from_le_bytes(length).min(PORTRAIT_BYTES_MAX);
        portrait.resize(length as usize, 0);
        file.read_exact(&mut portrait).at(path)?;
        each(&portrait)?;
        left -= 8 + length;
    }
    Ok(())
}
