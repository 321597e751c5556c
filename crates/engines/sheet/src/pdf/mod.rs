//! The pages to be signed. Every row is equally high, so the number of pages is known before the
//! first is drawn, and each says which of how many it is, what stands on it, and what has come
//! from the start: a page that is taken out or put in is seen.

mod face;
mod layout;
mod page;

use std::io::Write;

use kernel::Day;
use krilla::Document;
use krilla::metadata::{DateTime, Metadata};

use crate::design::{Design, Row};
use crate::tally::{Tally, Wrong, fits};
use face::Faces;
use layout::Layout;
use page::Leaf;

/// Lines of one document: two thousand pages. Its pages wait in memory until the end.
pub const PDF_LINES_MAX: u64 = 100_000;

/// A PDF that grows by pages of lines.
pub struct Pdf {
    document: Document,
    design: Design,
    faces: Faces,
    layout: Layout,
    /// The rows of the page in hand.
    rows: Vec<Row>,
    pages: usize,
    /// With the page in hand, and without it.
    tally: Tally,
    drawn: Tally,
}

impl Pdf {
    pub fn begin(design: Design) -> Result<Pdf, Wrong> {
        fits(design.lines, PDF_LINES_MAX)?;
        let faces = Faces::new()?;
        let mut document = Document::new();
        document.set_metadata(metadata(&design));
        Ok(Pdf {
            document,
            layout: Layout::of(&design, &faces),
            design,
            faces,
            rows: Vec::new(),
            pages: 0,
            tally: Tally::default(),
            drawn: Tally::default(),
        })
    }

    pub fn lines(&mut self, rows: &[Row]) -> Result<(), Wrong> {
        for row in rows {
            // Too many lines are told by the tally at the end; they need no page.
            let Some(room) = self.layout.rows_of(self.pages) else {
                self.tally.add(&self.design, row);
                continue;
            };
            self.tally.add(&self.design, row);
            self.rows.push(row.clone());
            if self.rows.len() == room && self.pages + 1 < self.layout.pages() {
                self.draw();
            }
        }
        Ok(())
    }

    /// The total, the places for signatures, and all of it into `out`.
    pub fn end(mut self, mut out: impl Write) -> Result<(), Wrong> {
        self.tally.must_be(&self.design)?;
        self.draw();
        let made = self.document.finish();
        let bytes = made.map_err(|error| Wrong::Library(format!("{error:?}")))?;
        Ok(out.write_all(&bytes)?)
    }

    /// Draws the page in hand and begins the next.
    fn draw(&mut self) {
        let leaf = Leaf {
            design: &self.design,
            faces: &self.faces,
            layout: &self.layout,
            number: self.pages,
            before: self.drawn,
            so_far: self.tally,
            rows: &self.rows,
        };
        leaf.draw(&mut self.document);
        self.rows.clear();
        self.drawn = self.tally;
        self.pages += 1;
    }
}

impl std::fmt::Debug for Pdf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (pages, tally) = (self.pages, self.tally);
        write!(f, "Pdf {{ pages: {pages}, {tally:?} }}")
    }
}

/// The day is handed in: the same document has the same bytes whenever it is made.
fn metadata(design: &Design) -> Metadata {
    let date = |day: Day| {
        let (year, month, day) = day.ymd();
        DateTime::new(u16::try_from(year).unwrap_or_default())
            .month(month as u8)
            .day(day as u8)
    };
    Metadata::new()
        .title(design.title.clone())
        .description(design.subtitle.clone())
        .language(design.lang.tag().to_owned())
        .creation_date(date(design.made_on))
}
