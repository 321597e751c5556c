//! The bytes of a statement's file, in pages. JSON of the wire contract with its fields
//! in one fixed order and no spaces, so that the same lines always give the same bytes:
//!
//! `{"statement_id":..,"order_id":..,"run_id":..,"month":"2026-02","count":2,
//! "total_minor":..,"lines":[{"payment_id":..,"account":"..","amount_minor":..,"payee":..},..]}`
//!
//! `payee` is our own id of the person: the bank knows its client by the account. Only a line that is
//! paid at a cash desk says who the person is, at its end: `,"cash":{"pinfl":"..","name":".."}`.

use std::collections::HashMap;

use futures::stream::{self, Stream};
use kernel::ids::{OrderId, StatementId};
use kernel::{Money, Month, RunId};
use sha2::{Digest, Sha256};
use store::{Db, fetch_all};
use uuid::Uuid;

use crate::cash::{self, Named};
use crate::limits::STATEMENT_PAGE_LINES;
use crate::{Error, PaymentId, Result};

/// What stands above the lines, and where the lines are.
#[derive(Clone, Debug)]
pub struct Head {
    pub statement: StatementId,
    pub order: OrderId,
    pub run: RunId,
    pub month: Month,
    pub lines: u64,
    pub total: Money,
    pub(crate) first: PaymentId,
    pub(crate) last: PaymentId,
}

const TAIL: &[u8] = b"]}";
/// Bytes of one line, for reserving.
const LINE_BYTES: usize = 160;

/// Payment, account, sum, person, and the month it is for, which is not in the file of the wire.
pub(crate) type LineRow = (Uuid, String, i64, Uuid, i64);

/// Lines, and the names of those that are paid in cash.
type Page = (Vec<LineRow>, HashMap<Uuid, Named>);

/// Makes the file page by page.
struct Writer {
    db: Db,
    head: Head,
    after: Option<Uuid>,
    lines: u64,
    total: Money,
    sha256: Sha256,
    ended: bool,
}

impl Writer {
    fn new(db: &Db, head: &Head) -> Writer {
        Writer {
            db: db.clone(),
            head: head.clone(),
            after: None,
            lines: 0,
            total: Money::ZERO,
            sha256: Sha256::new(),
            ended: false,
        }
    }

    /// The next bytes, already hashed, and their lines; `None` after the end.
    async fn next(&mut self) -> Result<Option<(Vec<u8>, Page)>> {
        if self.ended {
            return Ok(None);
        }
        let (rows, named) = self.page().await?;
        let mut bytes = Vec::with_capacity(rows.len() * LINE_BYTES + 512);
        if self.after.is_none() {
            write_head(&mut bytes, &self.head);
        }
        for row in &rows {
            write_line(&mut bytes, self.lines == 0, row, named.get(&row.0));
            self.lines += 1;
            self.total += Money(row.2);
            self.after = Some(row.0);
        }
        if (rows.len() as i64) < STATEMENT_PAGE_LINES {
            bytes.extend_from_slice(TAIL);
            self.ended = true;
        }
        self.sha256.update(&bytes);
        Ok(Some((bytes, (rows, named))))
    }

    async fn page(&self) -> Result<Page> {
        let mut tx = self.db.read().await?;
        // The first page begins at `first`; the others after the last line given.
        let (from, skip) = match self.after {
            None => (self.head.first.0, Uuid::nil()),
            Some(after) => (after, after),
        };
        let rows = fetch_all!(
            tx,
            LineRow,
            "SELECT id, account, amount_minor, payee, month FROM payment
             WHERE id >= $1 AND id <= $2 AND id <> $3 AND statement = $4 ORDER BY id LIMIT $5",
            from,
            self.head.last.0,
            skip,
            self.head.statement.0,
            STATEMENT_PAGE_LINES
        )?;
        let ends = rows.first().zip(rows.last()).map(|(a, b)| (a.0, b.0));
        let named = match ends {
            Some(ends) => cash::named_between(&mut tx, ends).await?,
            None => HashMap::new(),
        };
        Ok((rows, named))
    }

    /// The hash, if the lines are those that the head promises.
    fn finish(self) -> Result<[u8; 32]> {
        assert!(self.ended, "a statement's file is hashed at its end");
        if (self.lines, self.total) != (self.head.lines, self.head.total) {
            return Err(changed(&self.head));
        }
        Ok(self.sha256.finalize().into())
    }
}

fn changed(head: &Head) -> Error {
    Error::Fault(store::Fault::Stored {
        what: "a statement's lines",
        reason: format!(
            "they are not those that statement {} was sealed with",
            head.statement
        ),
    })
}

fn write_head(bytes: &mut Vec<u8>, head: &Head) {
    let text = format!(
        "{{\"statement_id\":\"{}\",\"order_id\":\"{}\",\"run_id\":\"{}\",\"month\":\"{}\",\
         \"count\":{},\"total_minor\":{},\"lines\":[",
        head.statement,
        head.order,
        head.run,
        head.month,
        head.lines,
        head.total.minor()
    );
    bytes.extend_from_slice(text.as_bytes());
}

fn write_line(
    bytes: &mut Vec<u8>,
    first: bool,
    (payment, account, amount, payee, _): &LineRow,
    cash: Option<&Named>,
) {
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    if !first {
        bytes.push(b',');
    }
    bytes.extend_from_slice(b"{\"payment_id\":\"");
    bytes.extend_from_slice(payment.hyphenated().encode_lower(&mut text).as_bytes());
    bytes.extend_from_slice(b"\",\"account\":\"");
    bytes.extend_from_slice(account.as_bytes());
    bytes.extend_from_slice(b"\",\"amount_minor\":");
    bytes.extend_from_slice(amount.to_string().as_bytes());
    bytes.extend_from_slice(b",\"payee\":\"");
    bytes.extend_from_slice(payee.hyphenated().encode_lower(&mut text).as_bytes());
    bytes.push(b'"');
    if let Some(named) = cash {
        let name = serde_json::Value::from(named.name.as_str());
        let cash = format!(
            ",\"cash\":{{\"pinfl\":\"{}\",\"name\":{name}}}",
            named.pinfl
        );
        bytes.extend_from_slice(cash.as_bytes());
    }
    bytes.push(b'}');
}

/// The SHA-256 of the file.
pub async fn hash(db: &Db, head: &Head) -> Result<[u8; 32]> {
    let mut writer = Writer::new(db, head);
    while writer.next().await?.is_some() {}
    writer.finish()
}

/// The file in pages. Its last page is given out only when the whole hashes to `sha256`:
/// a line that was changed by hand breaks the file off instead of reaching the bank.
pub fn chunks(
    db: &Db,
    head: &Head,
    sha256: [u8; 32],
) -> impl Stream<Item = Result<Vec<u8>>> + Send + use<> {
    let writer = Some(Writer::new(db, head));
    stream::try_unfold(writer, move |writer| async move {
        let Some(mut writer) = writer else {
            return Ok(None);
        };
        let Some((bytes, _)) = writer.next().await? else {
            return Ok(None);
        };
        if !writer.ended {
            return Ok(Some((bytes, Some(writer))));
        }
        let head = writer.head.clone();
        match writer.finish()? == sha256 {
            true => Ok(Some((bytes, None))),
            false => Err(changed(&head)),
        }
    })
}

/// Hands out the very lines that were approved, page by page. It ends well only when they
/// hash to `sha256`: what `take` made of them before is worth nothing otherwise.
pub(crate) async fn each_line(
    db: &Db,
    head: &Head,
    sha256: [u8; 32],
    mut take: impl FnMut(&LineRow, Option<&Named>) -> Result<()> + Send,
) -> Result<()> {
    let mut writer = Writer::new(db, head);
    while let Some((_, (rows, named))) = writer.next().await? {
        rows.iter()
            .try_for_each(|row| take(row, named.get(&row.0)))?;
    }
    match writer.finish()? == sha256 {
        true => Ok(()),
        false => Err(changed(head)),
    }
}
