//! A snapshot in shares: districts, which are independent of each other, gathered into as many
//! heaps of about the same size as shall be decided beside each other.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::Result;

/// The part of `manifest.json` that is needed here.
#[derive(Debug, Deserialize)]
struct Manifest {
    units: u64,
    kinds: Vec<String>,
    #[serde(default)]
    parts: Vec<String>,
}

/// Districts that are decided by one job.
#[derive(Debug)]
pub struct Share {
    pub units: u64,
    /// The folders of the districts.
    folders: Vec<PathBuf>,
    kinds: Vec<String>,
}

impl Share {
    /// The names of the tables, and the files of each.
    pub fn tables(&self) -> impl Iterator<Item = (&str, Vec<String>)> {
        let names = ["unit", "member"].into_iter();
        names
            .chain(self.kinds.iter().map(String::as_str))
            .map(|name| {
                let file = |folder: &PathBuf| folder.join(format!("{name}.parquet"));
                let files = self.folders.iter().map(file);
                (name, files.map(|file| file.display().to_string()).collect())
            })
    }

    pub fn districts(&self) -> usize {
        self.folders.len()
    }
}

/// Gathers the districts of a snapshot into at most `count` shares: the largest district first, each
/// to the share that is smallest so far. A snapshot that is not split is one share.
pub fn gather(snapshot: &Path, count: usize) -> Result<Vec<Share>> {
    let snapshot = fs::canonicalize(snapshot)
        .map_err(|why| format!("the snapshot {}: {why}", snapshot.display()))?;
    let whole = manifest(&snapshot)?;
    let mut districts = Vec::new();
    if whole.parts.is_empty() {
        districts.push((whole.units, snapshot.clone()));
    }
    for part in &whole.parts {
        let folder = snapshot.join(part);
        let district = manifest(&folder)?;
        if district.kinds != whole.kinds {
            return Err(format!(
                "{}: other kinds of facts than the snapshot",
                folder.display()
            )
            .into());
        }
        districts.push((district.units, folder));
    }
    districts.sort_by_key(|(units, _)| Reverse(*units));
    let mut shares: Vec<Share> = Vec::new();
    for (units, folder) in districts {
        let smallest = shares
            .iter()
            .enumerate()
            .min_by_key(|(_, share)| share.units);
        let place = match smallest {
            Some((place, _)) if shares.len() >= count => place,
            _ => {
                shares.push(Share {
                    units: 0,
                    folders: Vec::new(),
                    kinds: whole.kinds.clone(),
                });
                shares.len() - 1
            }
        };
        shares[place].units += units;
        shares[place].folders.push(folder);
    }
    Ok(shares)
}

fn manifest(folder: &Path) -> Result<Manifest> {
    let path = folder.join("manifest.json");
    let text = fs::read_to_string(&path).map_err(|why| format!("{}: {why}", path.display()))?;
    serde_json::from_str(&text).map_err(|why| format!("{}: {why}", path.display()).into())
}
