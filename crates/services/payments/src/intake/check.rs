//! The first reading of a file: is it whole, what is it called, and whose is it?

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use bankfile::limits::FILE_BYTES_MAX;
use bankfile::{BankFile, Item, Kind, Said, Says};
use kernel::{Instant, Zone};

use super::{READ_BYTES, Refusal};
use crate::Result;
use crate::hashing::Hashing;

/// Characters of a hash that name a file of a format without unique names.
const HASH_CHARS: usize = 32;

/// A file that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub kind: Kind,
    pub message: String,
    pub made_at: Option<Instant>,
    pub bytes: u64,
    pub sha256: [u8; 32],
    pub items: u64,
    /// Whose it is, by the first that it names of each: our account, our file, our payment.
    pub account: Option<String>,
    pub original: Option<String>,
    pub name: Option<String>,
    /// The file of ours that is rejected whole, if it says so, and the lines that are
    /// rejected one by one.
    pub rejects: Option<String>,
    pub rejected_lines: u64,
}

pub fn check(input: &mut (impl Read + Seek), zone: Zone) -> Result<Checked> {
    let (bytes, sha256) = hash(input)?;
    let mut file = BankFile::open(BufReader::with_capacity(READ_BYTES, &mut *input), zone)
        .map_err(Refusal::from)?;
    let head = file.head().clone();
    // A name of a bank's own that is not unique is none: the content names the file.
    let by_content = || hex::encode(sha256)[..HASH_CHARS].to_owned();
    let mut checked = Checked {
        kind: head.kind,
        message: head.message.unwrap_or_else(by_content),
        made_at: head.made_at,
        bytes,
        sha256,
        items: 0,
        account: None,
        original: None,
        name: None,
        rejects: None,
        rejected_lines: 0,
    };
    while let Some(item) = file.next_item().map_err(Refusal::from)? {
        checked.items += 1;
        checked.add(item);
    }
    Ok(checked)
}

fn hash(input: &mut (impl Read + Seek)) -> Result<(u64, [u8; 32])> {
    input.seek(SeekFrom::Start(0))?;
    let mut hashing = Hashing::new(io::sink());
    // A file that is too long is told by its reader, with the limit.
    io::copy(&mut input.take(FILE_BYTES_MAX + 1), &mut hashing)?;
    input.seek(SeekFrom::Start(0))?;
    let (_, bytes, sha256) = hashing.end();
    Ok((bytes, sha256))
}

impl Checked {
    fn add(&mut self, item: Item) {
        match item {
            Item::File(status) => {
                if status.said == Said::Rejected && !status.is_duplicate() {
                    self.rejects = Some(status.original.clone());
                }
                self.original.get_or_insert(status.original);
            }
            Item::Line(line) => {
                self.rejected_lines += u64::from(line.says == Says::Rejected);
                keep(&mut self.account, line.account);
                keep(&mut self.original, line.original);
                keep(&mut self.name, line.end_to_end);
            }
            Item::Statement(statement) => keep(&mut self.account, statement.account),
        }
    }
}

fn keep(first: &mut Option<String>, found: Option<String>) {
    if first.is_none() {
        *first = found;
    }
}
