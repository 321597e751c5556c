//! A list of lines with money in them as a document for people: a head, the lines, their total,
//! places for signatures. The same [`Design`] and the same lines make a workbook ([`Xlsx`]) or
//! pages to be signed ([`Pdf`]), and twice the same bytes.
//!
//! ```text
//! begin(design) -> lines(page of lines) ... -> end(out)
//! ```
//! The design says beforehand how many lines there are and what they come to. A document whose
//! lines come to anything else is never finished ([`Wrong::Differs`]).
//!
//! Memory: a workbook's lines wait in an unnamed temporary file that the library keeps, the one
//! thing here that touches a disk; the pages of a PDF wait in memory, packed, about 1.5 MB for
//! ten thousand lines. Limits: [`XLSX_LINES_MAX`], [`PDF_LINES_MAX`], [`TEXT_CHARS_MAX`].

mod design;
mod pdf;
mod plain;
mod tally;
mod xlsx;

pub use design::{Cell, Column, Design, Kind, Row, Words};
pub use pdf::{PDF_LINES_MAX, Pdf};
pub use plain::TEXT_CHARS_MAX;
pub use tally::{Wrong, fits};
pub use xlsx::{LINES_A_WORKSHEET, XLSX_LINES_MAX, Xlsx};
