//! Bytes as a file of a bank: read to the end. Nothing may panic, hang or grow, and what is
//! read does not depend on the pieces in which the bytes come. A plain test replays the
//! corpus through the same function (`crates/engines/bankfile/tests/corpus.rs`).

use std::io::{BufRead, BufReader};

use bankfile::{BankFile, Fault, Item};
use kernel::Zone;

/// More than a fuzzer's input needs; the limits have tests of their own.
const BYTES_MAX: usize = 256 << 10;

pub fn read(data: &[u8]) {
    if data.len() > BYTES_MAX {
        return;
    }
    let whole = items(data);
    let in_pieces = items(BufReader::with_capacity(7, data));
    assert_eq!(whole, in_pieces);
}

fn items(input: impl BufRead) -> (Vec<Item>, Option<Fault>) {
    let mut items = Vec::new();
    let mut file = match BankFile::open(input, Zone::tashkent()) {
        Ok(file) => file,
        Err(fault) => return (items, Some(fault)),
    };
    loop {
        match file.next_item() {
            Ok(Some(item)) => {
                if let Item::Statement(statement) = &item {
                    statement.missing();
                }
                items.push(item);
            }
            Ok(None) => return (items, None),
            Err(fault) => return (items, Some(fault)),
        }
    }
}
