//! How domain values stand in columns: `i64`, `Uuid`, `Vec<u8>`, `String`.

use kernel::{BankAccount, Mfo, Month};
use store::{Fault, Result};

pub fn month(column: i64) -> Result<Month> {
    i32::try_from(column)
        .map(Month)
        .map_err(|_| stored("a month", column))
}

pub fn mfo(column: i64) -> Result<Mfo> {
    Mfo::parse(&format!("{column:05}")).map_err(|_| stored("an MFO", column))
}

pub fn account(column: &str) -> Result<BankAccount> {
    // The text is a person's account number: it does not go into a message.
    BankAccount::parse(column).map_err(|reason| Fault::Stored {
        what: "a bank account",
        reason: reason.to_string(),
    })
}

pub fn district(column: i64) -> Result<u32> {
    u32::try_from(column).map_err(|_| stored("a district", column))
}

pub fn count(column: i64) -> Result<u64> {
    u64::try_from(column).map_err(|_| stored("a count", column))
}

pub fn sha256(column: Vec<u8>) -> Result<[u8; 32]> {
    let found = column.len() as i64;
    column.try_into().map_err(|_| stored("a SHA-256", found))
}

fn stored(what: &'static str, found: i64) -> Fault {
    Fault::Stored {
        what,
        reason: format!("found {found}"),
    }
}
