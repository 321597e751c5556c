//! A bank's statement (vedomost) of a frozen run as a document for people: the lines of payments
//! beside the names of the register, as a workbook or as pages to be signed.
//!
//! ```text
//! find(run, bank) -> Frozen -> write(Paper) -> file
//! ```
//! The lines come in pages of thousands, one statement a set for payments and for the register, and
//! go to a thread that draws them; two pages wait at most. They are hashed on the way as in the
//! bank's own file: a document of lines that are not those of the order is never finished.

mod design;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;
use std::fs::File;

use access::{Action, Permit};
use kernel::lang::Lang;
use kernel::{Instant, Mfo, Money, PersonId, Pinfl, RunId, Zone, territory};
use payments::order::Order;
use payments::run::{self, Run, State};
use payments::statement::{self, Destination, Head, Line, Lines, Statement};
use registry::person::{self, Person};
use sheet::{Cell, Design, Pdf, Row, Wrong, Xlsx};
use store::{Platform, Tx};
use tokio::sync::{Semaphore, mpsc};

use crate::error::{Error, Result};

const PAGES_WAITING_MAX: usize = 2;
/// Documents drawn at once in this process; others wait for their turn.
const AT_ONCE_MAX: usize = 2;
static AT_ONCE: Semaphore = Semaphore::const_new(AT_ONCE_MAX);
/// Where neither the register nor the line says it.
const UNKNOWN: &str = "–";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Xlsx,
    Pdf,
}

impl Format {
    pub const ALL: [Format; 2] = [Format::Xlsx, Format::Pdf];

    /// The end of a file's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Xlsx => "xlsx",
            Format::Pdf => "pdf",
        }
    }

    pub fn parse(text: &str) -> Option<Format> {
        Format::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
    }

    /// The longest statement that it takes.
    pub const fn lines_max(self) -> u64 {
        match self {
            Format::Xlsx => sheet::XLSX_LINES_MAX,
            Format::Pdf => sheet::PDF_LINES_MAX,
        }
    }

    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Pdf => "application/pdf",
        }
    }
}

/// One bank's sealed statement, with what stands above its lines.
#[derive(Clone, Debug)]
pub struct Frozen {
    pub run: Run,
    pub order: Order,
    pub statement: Statement,
    pub approvals: Vec<Approval>,
    pub sealed_at: Instant,
    head: Head,
    sha256: [u8; 32],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub login: String,
    pub at: Instant,
}

impl Frozen {
    /// Beside the file that the bank gets, under the same name.
    pub fn file_name(&self, format: Format) -> String {
        let (mfo, id) = (self.statement.mfo, self.statement.id.0.simple());
        format!("{mfo}-{id}.{}", format.as_str())
    }
}

/// The statements of a run, in the order of banks. Refused before they are sealed.
pub async fn of_run(tx: &mut Tx, run: RunId) -> Result<Vec<Frozen>> {
    let sheet = run::load_sheet(tx, run).await?;
    let approvals = approvals(tx, &sheet.events).await?;
    let Some(order) = sheet.order else {
        return Err(Error::NotFrozen { run });
    };
    let sealed_at = sheet.events.iter().map(|event| event.at).min();
    let mut frozen = Vec::new();
    for statement in sheet.statements {
        let found = statement::find_head(tx, statement.id).await?;
        let (head, sha256) = found.ok_or(Error::NotFrozen { run })?;
        frozen.push(Frozen {
            run: sheet.run.clone(),
            order: order.clone(),
            statement,
            approvals: approvals.clone(),
            sealed_at: sealed_at.unwrap_or_default(),
            head,
            sha256,
        });
    }
    Ok(frozen)
}

/// The statement of one bank.
pub async fn of_bank(tx: &mut Tx, run: RunId, mfo: Mfo) -> Result<Frozen> {
    let all = of_run(tx, run).await?;
    let mut of_bank = all.into_iter().filter(|one| one.statement.mfo == mfo);
    of_bank.next().ok_or(Error::NoStatement { run, mfo })
}

/// Who approved a run and when, the first one first.
pub async fn approvals(tx: &mut Tx, events: &[run::RunEvent]) -> Result<Vec<Approval>> {
    let mut approvals = Vec::new();
    for event in events {
        let approved = matches!(event.state, State::ApprovedOnce | State::Approved);
        if let (true, Some(account)) = (approved, event.actor.account) {
            let login = access::account::find_login(tx, account).await?;
            let login = login.unwrap_or_else(|| account.to_string());
            approvals.push(Approval {
                login,
                at: event.at,
            });
        }
    }
    Ok(approvals)
}

/// Writes the document into `out` and hands it back. `progress` hears how many lines there are so
/// far. After an error what stands in `out` is worth nothing.
pub async fn write(
    platform: &Platform,
    permit: &Permit,
    frozen: &Frozen,
    (format, lang, zone): (Format, Lang, Zone),
    out: File,
    progress: impl FnMut(u64),
) -> Result<File> {
    permit.must_be_for(&[Action::ReadRun, Action::SettleRun]);
    let _turn = AT_ONCE.acquire().await.expect("it is never closed");
    let design = design::of(frozen, lang, zone);
    let (to_draw, pages) = mpsc::channel(PAGES_WAITING_MAX);
    let drawing = tokio::task::spawn_blocking(move || draw(format, design, pages, out));
    let read = read(platform, permit, frozen, lang, to_draw, progress).await;
    let drawn = drawing.await;
    let drawn = drawn.unwrap_or_else(|why| std::panic::resume_unwind(why.into_panic()));
    // The reader's own error comes first: by it the drawer was left without an end.
    read?;
    Ok(drawn?)
}

/// Reads page by page; ends early, without an error of its own, when the drawer is gone.
async fn read(
    platform: &Platform,
    permit: &Permit,
    frozen: &Frozen,
    lang: Lang,
    to_draw: mpsc::Sender<Vec<Row>>,
    mut progress: impl FnMut(u64),
) -> Result<()> {
    let mut lines = Lines::of(&platform.db, permit, &frozen.head, frozen.sha256);
    let mut drawn = 0;
    while let Some(page) = lines.next().await? {
        let mut tx = platform.db.read().await?;
        let known = Known::of(&mut tx, permit, &page).await?;
        drop(tx);
        let numbered = (drawn + 1..).zip(&page);
        let rows = numbered.map(|(number, line)| known.row(number, line, lang));
        drawn += page.len() as u64;
        if to_draw.send(rows.collect()).await.is_err() {
            return Ok(());
        }
        progress(drawn);
    }
    Ok(())
}

/// What the register knows of the persons of a page.
struct Known {
    persons: HashMap<PersonId, Person>,
    pinfls: HashMap<PersonId, Pinfl>,
}

impl Known {
    async fn of(tx: &mut Tx, permit: &Permit, page: &[Line]) -> Result<Known> {
        let mut ids: Vec<PersonId> = page.iter().map(|line| line.payee).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(Known {
            persons: person::load_many(tx, permit, &ids).await?,
            pinfls: person::pinfls_of(tx, permit, &ids).await?,
        })
    }

    fn row(&self, number: u64, line: &Line, lang: Lang) -> Row {
        let (name, pinfl, to) = match &line.to {
            // Whom the cashier pays was frozen with the line.
            Destination::CashDesk { pinfl, name } => {
                let pinfl = Pinfl::parse(pinfl).ok();
                (Some(name.clone()), pinfl, words::CASH_DESK.get(lang).into())
            }
            Destination::Account(account) => {
                let person = self.persons.get(&line.payee);
                let pinfl = self.pinfls.get(&line.payee).copied();
                (person.map(|one| one.name.full()), pinfl, account.masked())
            }
        };
        let district = territory::find(line.district);
        let text = |known: Option<String>| Cell::Text(known.unwrap_or_else(|| UNKNOWN.to_owned()));
        vec![
            Cell::Number(number),
            text(name),
            text(pinfl.map(Pinfl::masked)),
            Cell::Text(to),
            Cell::Sum(line.amount),
            text(district.map(|place| place.name(lang).to_owned())),
        ]
    }
}

/// On a thread of its own: letters and compression would hold up other requests.
fn draw(
    format: Format,
    design: Design,
    mut pages: mpsc::Receiver<Vec<Row>>,
    out: File,
) -> std::result::Result<File, Wrong> {
    match format {
        Format::Xlsx => {
            let mut book = Xlsx::begin(design)?;
            while let Some(rows) = pages.blocking_recv() {
                book.lines(&rows)?;
            }
            book.end(&out)?;
        }
        Format::Pdf => {
            let mut paper = Pdf::begin(design)?;
            while let Some(rows) = pages.blocking_recv() {
                paper.lines(&rows)?;
            }
            paper.end(&out)?;
        }
    }
    Ok(out)
}

/// What a run's statements come to together, beside its order.
pub fn total(statements: &[Frozen]) -> Money {
    statements.iter().map(|one| one.statement.total).sum()
}
