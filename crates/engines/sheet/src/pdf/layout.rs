//! Where everything stands on the pages, worked out before the first of them. Points, from the
//! upper left corner of an A4 page.

use super::face::Faces;
use crate::design::Design;

pub const PAGE: (f32, f32) = (595.28, 841.89);
pub const LEFT: f32 = 34.0;
pub const RIGHT: f32 = PAGE.0 - 34.0;
pub const TOP: f32 = 36.0;
/// The two lines at the foot stand below it.
pub const FOOT: f32 = PAGE.1 - 56.0;

pub const TITLE_SIZE: f32 = 15.0;
pub const SUBTITLE_SIZE: f32 = 9.5;
pub const HEAD_SIZE: f32 = 8.0;
pub const CELL_SIZE: f32 = 7.4;
pub const SMALL_SIZE: f32 = 5.6;
pub const FOOT_SIZE: f32 = 7.2;

pub const HEAD_LEADING: f32 = 11.0;
pub const ROW: f32 = 13.2;
pub const COLUMN_NAMES: f32 = 24.0;
/// The line at the top of further pages, with what came before.
pub const BEFORE: f32 = 26.0;
/// Names of the head stand left of their values.
pub const HEAD_NAME: f32 = 118.0;
pub const CELL_PAD: f32 = 3.0;
const TOTAL: f32 = 20.0;
pub const SIGNATURE: f32 = 40.0;
/// Signatures never stand on a page without lines.
const KEPT_FOR_THE_LAST: usize = 3;

pub struct Layout {
    /// A name and the lines of its value.
    pub head: Vec<(String, Vec<String>)>,
    pub words: Vec<String>,
    /// Left and right end of each column.
    pub columns: Vec<(f32, f32)>,
    rows: Vec<usize>,
}

impl Layout {
    pub fn of(design: &Design, faces: &Faces) -> Layout {
        let room = RIGHT - LEFT - HEAD_NAME;
        let wrapped = |(name, value): &(String, String)| {
            let value = faces.regular.wrap(value, HEAD_SIZE, room);
            (name.clone(), value)
        };
        let head: Vec<_> = design.head.iter().map(wrapped).collect();
        let words = match design.total_in_words.as_str() {
            "" => Vec::new(),
            words => faces.regular.wrap(words, HEAD_SIZE, RIGHT - LEFT),
        };
        let mut layout = Layout {
            head,
            words,
            columns: columns(design),
            rows: Vec::new(),
        };
        layout.rows = layout.plan(design);
        layout
    }

    pub fn pages(&self) -> usize {
        self.rows.len()
    }

    /// How many rows stand on a page; none after the last page.
    pub fn rows_of(&self, page: usize) -> Option<usize> {
        self.rows.get(page).copied()
    }

    /// Where the names of the columns begin on the first page.
    pub fn head_end(&self) -> f32 {
        let lines: usize = self.head.iter().map(|(_, value)| value.len()).sum();
        TOP + 48.0 + lines as f32 * HEAD_LEADING + 10.0
    }

    fn plan(&self, design: &Design) -> Vec<usize> {
        let end = TOTAL
            + self.words.len() as f32 * HEAD_LEADING
            + design.signatures.len() as f32 * SIGNATURE;
        let fits = |top: f32, end: f32| ((FOOT - top - COLUMN_NAMES - end) / ROW).max(0.0) as usize;
        let first = (fits(self.head_end(), 0.0), fits(self.head_end(), end));
        let further = (fits(TOP + BEFORE, 0.0), fits(TOP + BEFORE, end));
        plan(design.lines as usize, first, further)
    }
}

/// Rows of each page. `(rows, rows on a page that also holds the end)`, of the first page and of
/// the others.
fn plan(lines: usize, first: (usize, usize), further: (usize, usize)) -> Vec<usize> {
    let mut pages = Vec::new();
    let mut rest = lines;
    loop {
        let (room, room_with_end) = if pages.is_empty() { first } else { further };
        if rest <= room_with_end {
            pages.push(rest);
            return pages;
        }
        let kept = KEPT_FOR_THE_LAST.min(rest - 1);
        let rows = room.min(rest - kept);
        pages.push(rows);
        rest -= rows;
    }
}

fn columns(design: &Design) -> Vec<(f32, f32)> {
    let all: f32 = design.columns.iter().map(|one| f32::from(one.width)).sum();
    let mut at = LEFT;
    let place = |one: &crate::design::Column| {
        let from = at;
        at += (RIGHT - LEFT) * f32::from(one.width) / all;
        (from, at)
    };
    design.columns.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::plan;

    #[test]
    fn every_line_has_its_page_and_the_end_is_never_alone() {
        let (first, further) = ((30, 20), (50, 40));
        for lines in 0..500 {
            let pages = plan(lines, first, further);
            assert_eq!(pages.iter().sum::<usize>(), lines, "{pages:?}");
            let (last, others) = pages.split_last().expect("there is a page");
            assert!(lines == 0 || *last > 0, "{lines}: {pages:?}");
            let room = if others.is_empty() { 20 } else { 40 };
            assert!(*last <= room, "{lines}: {pages:?}");
            for (page, rows) in others.iter().enumerate() {
                assert!(*rows <= if page == 0 { 30 } else { 50 }, "{pages:?}");
            }
        }
    }

    #[test]
    fn a_head_that_fills_the_first_page_leaves_the_lines_to_the_next() {
        assert_eq!(plan(2, (0, 0), (50, 40)), [0, 2]);
    }
}
