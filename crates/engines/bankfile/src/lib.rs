//! Files between the state and its banks, out and in: the formats and nothing else.
//!
//! ```text
//! out   pain.001.001.09    the list of credits that a bank carries out        pain001::Writer
//! in    pain.002           what the bank says of a file and of its lines      \
//!       camt.054           what it booked, as it booked it                     |
//!       camt.053           the day's account statement, with both balances     > BankFile
//!       pacs.004           money that comes back after it was booked           |
//!       MT940              the older account statement                        /
//! ```
//! Pure: bytes and values in, values and bytes out. Both ways are streams, so a file of a
//! million lines never stands in memory.
//!
//! # What comes in is hostile until it has been read
//! Bytes, depth, length of a field and number of lines have named maxima ([`limits`]). A
//! DOCTYPE, an entity of its own making, another encoding than UTF-8 and another name space
//! end in a [`Fault`] with line and field. The caller reads a file to its end before it
//! believes the first line.
//!
//! # Names
//! A payment's name on its whole way (`EndToEndId`) is our id of it in 32 hexadecimal
//! digits: the hyphenated form would be one character longer than the 35 that are allowed.
//!
//! Reading order: [`item`] (what is said), [`pain001`], [`BankFile`], then one file a format.

pub mod account;
mod camt;
mod fault;
pub mod item;
pub mod limits;
mod mt940;
mod pacs004;
pub mod pain001;
mod pain002;
mod read;
mod value;
mod xml;

pub use account::Form;
pub use fault::{Fault, Problem};
pub use item::{AccountStatement, FileStatus, Head, Item, Kind, Line, Said, Says};
pub use read::BankFile;
pub use value::name_of;
