//! The named maxima of a file that comes in.

/// Bytes of a file: a million lines of camt.053 take about one and a half.
pub const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// Bytes of one piece of XML (a tag, a text, a comment) and of one line of MT940.
pub const PIECE_BYTES_MAX: usize = 16 * 1024;
/// Elements inside of elements; the messages need 12.
pub const DEPTH_MAX: usize = 32;
/// Characters of a field.
pub const FIELD_CHARS_MAX: usize = 2_000;
/// Statuses, lines and statements of one file.
pub const ITEMS_MAX: u64 = 2_000_000;
/// Lines of the free text (`:86:`) of one entry of MT940; the standard has six.
pub const NARRATIVE_LINES_MAX: usize = 60;
/// Characters of an id: the standard's Max35Text.
pub const ID_CHARS_MAX: usize = 35;
/// Characters of the account holder's name: the standard's Max140Text.
pub const NAME_CHARS_MAX: usize = 140;
