//! One page, drawn.

use kernel::lang;
use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Rect};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;

use super::face::{Face, Faces};
use super::layout::{
    BEFORE, CELL_PAD, CELL_SIZE, COLUMN_NAMES, FOOT, FOOT_SIZE, HEAD_LEADING, HEAD_NAME, HEAD_SIZE,
    LEFT, Layout, PAGE, RIGHT, ROW, SIGNATURE, SMALL_SIZE, SUBTITLE_SIZE, TITLE_SIZE, TOP,
};
use crate::design::{Cell, Design, Row};
use crate::plain::printable;
use crate::tally::Tally;

/// Red, green, blue.
#[derive(Clone, Copy)]
struct Color(u8, u8, u8);

const INK: Color = Color(0x1a, 0x1f, 0x24);
const SOFT: Color = Color(0x5a, 0x64, 0x6e);
const RULE: Color = Color(0xd5, 0xda, 0xdf);
const SHADE: Color = Color(0xee, 0xf2, 0xf5);

pub struct Leaf<'a> {
    pub design: &'a Design,
    pub faces: &'a Faces,
    pub layout: &'a Layout,
    /// From 0.
    pub number: usize,
    /// Before this page, and with it.
    pub before: Tally,
    pub so_far: Tally,
    pub rows: &'a [Row],
}

impl Leaf<'_> {
    pub fn draw(&self, document: &mut Document) {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).expect("A4 is a size");
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let top = match self.number {
            0 => self.draw_head(&mut surface),
            _ => self.draw_before(&mut surface),
        };
        let mut y = top;
        if !self.rows.is_empty() {
            self.draw_column_names(&mut surface, y);
            y += COLUMN_NAMES;
            self.draw_rules(&mut surface, y);
        }
        for row in self.rows {
            self.draw_row(&mut surface, y, row);
            y += ROW;
        }
        if self.number + 1 == self.layout.pages() {
            self.draw_end(&mut surface, y);
        }
        self.draw_foot(&mut surface);
        surface.finish();
        page.finish();
    }

    fn draw_head(&self, surface: &mut Surface<'_>) -> f32 {
        let (faces, design) = (self.faces, self.design);
        ink(surface, INK);
        let title = printable(&design.title);
        faces
            .bold
            .draw(surface, (LEFT, TOP + 14.0), TITLE_SIZE, &title);
        ink(surface, SOFT);
        let subtitle = printable(&design.subtitle);
        faces
            .regular
            .draw(surface, (LEFT, TOP + 29.0), SUBTITLE_SIZE, &subtitle);
        let mut y = TOP + 48.0;
        for (name, value) in &self.layout.head {
            ink(surface, SOFT);
            faces
                .regular
                .draw(surface, (LEFT, y), HEAD_SIZE, &printable(name));
            ink(surface, INK);
            for line in value {
                let at = (LEFT + HEAD_NAME, y);
                faces.regular.draw(surface, at, HEAD_SIZE, &printable(line));
                y += HEAD_LEADING;
            }
        }
        self.layout.head_end()
    }

    /// The top of a further page: which document, and what came before.
    fn draw_before(&self, surface: &mut Surface<'_>) -> f32 {
        let words = &self.design.words;
        ink(surface, SOFT);
        let subtitle = printable(&self.design.subtitle);
        self.faces
            .regular
            .draw(surface, (LEFT, TOP + 8.0), FOOT_SIZE, &subtitle);
        let before = self.tally_words(&words.from_pages_before, self.before);
        self.draw_right(surface, (RIGHT, TOP + 8.0), &before);
        TOP + BEFORE - 8.0
    }

    fn draw_column_names(&self, surface: &mut Surface<'_>, y: f32) {
        if let Some(band) = rectangle(LEFT, y, RIGHT - LEFT, COLUMN_NAMES) {
            ink(surface, SHADE);
            surface.draw_path(&band);
        }
        ink(surface, INK);
        let face = &self.faces.bold;
        for (column, (from, to)) in self.design.columns.iter().zip(&self.layout.columns) {
            let room = to - from - 2.0 * CELL_PAD;
            let mut lines = face.wrap(&printable(&column.name), CELL_SIZE, room);
            lines.truncate(2);
            let mut line_y = y + if lines.len() == 1 { 14.5 } else { 10.0 };
            for line in &lines {
                let x = match column.kind.stands_right() {
                    true => to - CELL_PAD - face.width(line, CELL_SIZE),
                    false => from + CELL_PAD,
                };
                face.draw(surface, (x, line_y), CELL_SIZE, line);
                line_y += 8.6;
            }
        }
    }

    /// A hair below each row, all in one path.
    fn draw_rules(&self, surface: &mut Surface<'_>, top: f32) {
        let mut rules = PathBuilder::new();
        for row in 1..=self.rows.len() {
            let y = top + row as f32 * ROW;
            rules.move_to(LEFT, y);
            rules.line_to(RIGHT, y);
        }
        if let Some(rules) = rules.finish() {
            stroke(surface, RULE, 0.4, &rules);
        }
    }

    fn draw_row(&self, surface: &mut Surface<'_>, y: f32, row: &Row) {
        ink(surface, INK);
        let cells = row
            .iter()
            .zip(&self.design.columns)
            .zip(&self.layout.columns);
        for ((cell, column), (from, to)) in cells {
            let text = match cell {
                Cell::Number(number) => lang::number(i64::try_from(*number).unwrap_or(i64::MAX)),
                Cell::Text(text) => printable(text),
                Cell::Sum(sum) => lang::figures(*sum, self.design.lang),
            };
            let place = (from + CELL_PAD, to - CELL_PAD);
            draw_cell(
                surface,
                &self.faces.regular,
                place,
                y,
                &text,
                column.kind.stands_right(),
            );
        }
    }

    fn draw_end(&self, surface: &mut Surface<'_>, top: f32) {
        let (design, faces) = (self.design, self.faces);
        let y = top + 13.0;
        if let Some(rule) = line((LEFT, top + 1.5), (RIGHT, top + 1.5)) {
            stroke(surface, INK, 1.0, &rule);
        }
        ink(surface, INK);
        let total = format!(
            "{}: {}",
            design.words.total,
            self.counted(self.so_far.lines)
        );
        faces
            .bold
            .draw(surface, (LEFT + CELL_PAD, y), HEAD_SIZE, &total);
        let (_, to) = self.layout.columns[design.sum_column()];
        let sum = lang::figures(self.so_far.total, design.lang);
        let x = to - CELL_PAD - faces.bold.width(&sum, HEAD_SIZE);
        faces.bold.draw(surface, (x, y), HEAD_SIZE, &sum);
        let mut y = top + 28.0;
        for words in &self.layout.words {
            faces
                .regular
                .draw(surface, (LEFT + CELL_PAD, y), HEAD_SIZE, &printable(words));
            y += HEAD_LEADING;
        }
        for who in &design.signatures {
            self.draw_signature(surface, y, who);
            y += SIGNATURE;
        }
    }

    fn draw_signature(&self, surface: &mut Surface<'_>, top: f32, who: &str) {
        let (base, place) = (top + 24.0, (LEFT + 190.0, RIGHT - 60.0));
        ink(surface, INK);
        let face = &self.faces.regular;
        face.draw(surface, (LEFT + CELL_PAD, base), HEAD_SIZE, &printable(who));
        if let Some(rule) = line((place.0, base + 1.5), (place.1, base + 1.5)) {
            stroke(surface, INK, 0.6, &rule);
        }
        ink(surface, SOFT);
        let hint = printable(&self.design.words.signature);
        let x = (place.0 + place.1 - face.width(&hint, SMALL_SIZE)) / 2.0;
        face.draw(surface, (x, base + 9.0), SMALL_SIZE, &hint);
    }

    /// What stands on this page, what has come from the start, and which page it is.
    fn draw_foot(&self, surface: &mut Surface<'_>) {
        let words = &self.design.words;
        if let Some(rule) = line((LEFT, FOOT + 10.0), (RIGHT, FOOT + 10.0)) {
            stroke(surface, RULE, 0.8, &rule);
        }
        let here = Tally {
            lines: self.so_far.lines - self.before.lines,
            total: self.so_far.total - self.before.total,
        };
        let y = FOOT + 21.0;
        ink(surface, INK);
        let on_page = self.tally_words(&words.on_this_page, here);
        self.faces
            .regular
            .draw(surface, (LEFT, y), FOOT_SIZE, &on_page);
        let so_far = self.tally_words(&words.from_the_start, self.so_far);
        self.draw_right(surface, (RIGHT, y), &so_far);
        ink(surface, SOFT);
        let title = printable(&self.design.title);
        self.faces
            .regular
            .draw(surface, (LEFT, y + 12.0), FOOT_SIZE, &title);
        let page = format!(
            "{} {} / {}",
            words.page,
            self.number + 1,
            self.layout.pages()
        );
        self.draw_right(surface, (RIGHT, y + 12.0), &page);
    }

    fn draw_right(&self, surface: &mut Surface<'_>, (right, y): (f32, f32), text: &str) {
        let x = right - self.faces.regular.width(text, FOOT_SIZE);
        self.faces.regular.draw(surface, (x, y), FOOT_SIZE, text);
    }

    fn tally_words(&self, name: &str, tally: Tally) -> String {
        let sum = lang::money(tally.total, self.design.currency, self.design.lang);
        format!("{name}: {}, {sum}", self.counted(tally.lines))
    }

    fn counted(&self, lines: u64) -> String {
        let [one, few, many] = &self.design.words.lines;
        lang::counted(self.design.lang, lines, [one, few, many])
    }
}

/// One line, made smaller down to [`SMALL_SIZE`] when it is long; words that do not fit even then
/// stand in two lines, and what does not fit into those is narrowed.
fn draw_cell(
    surface: &mut Surface<'_>,
    face: &Face,
    (from, to): (f32, f32),
    y: f32,
    text: &str,
    stands_right: bool,
) {
    let room = to - from;
    let size = CELL_SIZE * (room / face.width(text, CELL_SIZE)).min(1.0);
    if size >= SMALL_SIZE || stands_right || !text.contains(' ') {
        let x = match stands_right {
            true => to - face.width(text, size),
            false => from,
        };
        face.draw(surface, (x, y + 9.2), size, text);
        return;
    }
    let mut size = SMALL_SIZE;
    let mut lines = face.wrap(text, size, room);
    while lines.len() > 2 && size > 2.0 {
        size *= 0.9;
        lines = face.wrap(text, size, room);
    }
    for (line, y) in lines.iter().zip([y + 5.6, y + 11.6]) {
        face.draw(surface, (from, y), size, line);
    }
}

fn ink(surface: &mut Surface<'_>, Color(red, green, blue): Color) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::default(),
    }));
}

fn stroke(surface: &mut Surface<'_>, Color(red, green, blue): Color, width: f32, path: &Path) {
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke {
        paint: rgb::Color::new(red, green, blue).into(),
        width,
        ..Stroke::default()
    }));
    surface.draw_path(path);
    surface.set_stroke(None);
}

fn line(from: (f32, f32), to: (f32, f32)) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(from.0, from.1);
    path.line_to(to.0, to.1);
    path.finish()
}

fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(x, y, width, height)?);
    path.finish()
}
