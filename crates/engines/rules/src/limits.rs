//! The named maxima of a pack. A pack is hostile until it has been read: each
//! of these ends in a diagnostic, never in a hang or an exhausted machine.

/// Bytes of all files of a pack together.
pub const PACK_BYTES_MAX: usize = 2 << 20;
/// Files of a pack, shared ones included.
pub const FILES_MAX: usize = 64;
/// Fenced blocks of a pack.
pub const BLOCKS_MAX: usize = 1_000;
/// Bytes of one expression.
pub const EXPRESSION_BYTES_MAX: usize = 4 << 10;
/// Nesting of one expression (parentheses, functions, cases).
pub const NESTING_MAX: usize = 40;
/// Nodes of one expression.
pub const EXPRESSION_NODES_MAX: usize = 1_000;
/// Nodes of a whole plan: the fuel of evaluation, since a plan has no loops
/// and each node is evaluated once a row.
pub const NODES_MAX: usize = 4_000;
/// Families evaluated together, so that a block's columns stay in the cache.
pub const BLOCK_UNITS: usize = 512;
/// Members of one unit; a larger one is refused as a malformed portrait.
pub const MEMBERS_MAX: usize = 1_000;
/// Rows of one scale, all its versions together.
pub const BRACKETS_MAX: usize = 400;
/// Diagnostics reported at once.
pub const DIAGNOSTICS_MAX: usize = 200;
/// Conditions of a pack, and categories and programmes together: a stored trace
/// counts them in one byte.
pub const OUTCOMES_MAX: usize = 200;
/// Months of a window of income, and months that one formula may count.
pub const WINDOW_MONTHS_MAX: u32 = 36;
/// Bytes of a receipt: the pack's text, escaped, and the unit's facts.
pub const RECEIPT_BYTES_MAX: usize = 8 << 20;
