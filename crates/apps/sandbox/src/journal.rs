//! What treasury and banks have promised, in a file of JSON lines, so that a
//! restarted sandbox remembers. A line is written before the answer that relies on
//! it leaves; a half-written last line (a kill) is dropped.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::bank::{Booked, Statement};
use crate::treasury::Order;

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Entry {
    Order {
        order: Order,
        at: kernel::Instant,
    },
    Funded {
        order_id: String,
        at: kernel::Instant,
    },
    Statement {
        mfo: String,
        statement: Statement,
        at: kernel::Instant,
    },
    /// One line of a statement, in its order: booked now, or (`again`) long ago.
    Booked {
        mfo: String,
        statement_id: String,
        booked: Booked,
    },
    Again {
        mfo: String,
        statement_id: String,
        payment_id: uuid::Uuid,
    },
}

/// Where entries go; without a file, nowhere.
#[derive(Debug, Default)]
pub struct Journal {
    file: Option<BufWriter<File>>,
}

impl Journal {
    /// Opens or makes the file and hands over what it holds.
    pub fn open(path: &Path) -> std::io::Result<(Journal, Vec<Entry>)> {
        let file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)?;
        let mut entries = vec![];
        let mut whole = 0;
        let mut reader = BufReader::new(&file);
        let mut line = String::new();
        while reader.read_line(&mut line)? > 0 {
            let Ok(entry) = serde_json::from_str(&line) else {
                break;
            };
            whole += line.len() as u64;
            entries.push(entry);
            line.clear();
        }
        file.set_len(whole)?;
        Ok((
            Journal {
                file: Some(BufWriter::with_capacity(1 << 20, file)),
            },
            entries,
        ))
    }

    pub fn write<'a>(
        &mut self,
        entries: impl IntoIterator<Item = &'a Entry>,
    ) -> std::io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        for entry in entries {
            serde_json::to_writer(&mut *file, entry)?;
            file.write_all(b"\n")?;
        }
        file.flush()
    }
}
