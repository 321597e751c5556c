//! The named maxima of this service.

/// Lines built in one transaction.
pub const BUILD_LINES_MAX: usize = 20_000;
/// Lines of a statement read (and sent) at once.
pub const STATEMENT_PAGE_LINES: i64 = 10_000;
/// Answers asked of a bank, and reconciled in one transaction.
pub const ANSWERS_PAGE_MAX: usize = 10_000;
/// Bytes of one page of a partner's answers.
pub const PARTNER_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Entitlements opened or stopped by one command.
pub const ENTITLEMENTS_MAX: usize = 50_000;
/// Ids in one outbox row.
pub const IDS_AN_EVENT_MAX: usize = 10_000;
/// Statements of one run: banks of the country with room to spare.
pub const BANKS_MAX: usize = 10_000;
/// Rows of a list on a page.
pub const LIST_MAX: i64 = 1_000;
/// Differences that `verify` names for one check; the rest is counted.
pub const DIFFERENCES_MAX: i64 = 20;

/// Account changes that take effect in one transaction.
pub const ACCOUNT_CHANGES_MAX: i64 = 500;

/// Vouchers that expire in one transaction.
pub const VOUCHERS_MAX: i64 = 500;

/// How long a treasury or bank may take to answer one question.
pub const PARTNER_ANSWER_S_MAX: u64 = 60;
/// How long it may take to accept a whole statement.
pub const PARTNER_STATEMENT_S_MAX: u64 = 900;
/// How soon an open question is asked again.
pub const POLL_S: i64 = 900;
