//! The letters: DejaVu Sans Condensed, which has Latin with the turned comma of oʻ and gʻ, and all
//! of Cyrillic with ў, қ, ғ and ҳ. No kerning and no ligatures: a letter a glyph.

use krilla::geom::Point;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

use crate::tally::Wrong;

/// Up to the end of Cyrillic, looked up once.
const COMMON: usize = 0x530;

pub struct Faces {
    pub regular: Face,
    pub bold: Face,
}

pub struct Face {
    font: Font,
    letters: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    common: Vec<Letter>,
    units_per_em: f32,
}

#[derive(Clone, Copy)]
struct Letter {
    glyph: u32,
    /// In ems.
    advance: f32,
}

impl Faces {
    pub fn new() -> Result<Faces, Wrong> {
        Ok(Faces {
            regular: Face::new(dejavu::sans_condensed::regular())?,
            bold: Face::new(dejavu::sans_condensed::bold())?,
        })
    }
}

impl Face {
    fn new(bytes: &'static [u8]) -> Result<Face, Wrong> {
        let unreadable = || Wrong::Library("the font cannot be read".to_owned());
        let font = Font::new(bytes.into(), 0).ok_or_else(unreadable)?;
        let read = FontRef::new(bytes).map_err(|_| unreadable())?;
        let mut face = Face {
            units_per_em: font.units_per_em(),
            font,
            letters: read.charmap(),
            metrics: read.glyph_metrics(Size::unscaled(), LocationRef::default()),
            common: Vec::new(),
        };
        let common = (0..COMMON as u32).map(|code| {
            let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            face.look_up(letter)
        });
        face.common = common.collect();
        Ok(face)
    }

    fn letter(&self, c: char) -> Letter {
        match self.common.get(c as usize) {
            Some(letter) => *letter,
            None => self.look_up(c),
        }
    }

    /// A letter that the font does not have is its empty box.
    fn look_up(&self, c: char) -> Letter {
        let glyph = self.letters.map(c).unwrap_or_default();
        let advance = self.metrics.advance_width(glyph).unwrap_or_default();
        Letter {
            glyph: glyph.to_u32(),
            advance: advance / self.units_per_em,
        }
    }

    pub fn width(&self, text: &str, size: f32) -> f32 {
        let ems: f32 = text.chars().map(|c| self.letter(c).advance).sum();
        ems * size
    }

    /// Draws a line of text from its left end on its base line.
    pub fn draw(&self, surface: &mut Surface<'_>, (x, y): (f32, f32), size: f32, text: &str) {
        if text.is_empty() {
            return;
        }
        let glyph = |(at, c): (usize, char)| {
            let letter = self.letter(c);
            KrillaGlyph::new(
                GlyphId::new(letter.glyph),
                letter.advance,
                0.0,
                0.0,
                0.0,
                at..at + c.len_utf8(),
                None,
            )
        };
        let glyphs: Vec<KrillaGlyph> = text.char_indices().map(glyph).collect();
        let from = Point::from_xy(x, y);
        surface.draw_glyphs(from, &glyphs, self.font.clone(), text, size, false);
    }

    /// The text in lines no wider than `width`, broken between words; a word that is wider itself
    /// is broken where the line ends.
    pub fn wrap(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let line = lines.last().map_or("", String::as_str);
            let longer = match line.is_empty() {
                true => word.to_owned(),
                false => format!("{line} {word}"),
            };
            if self.width(&longer, size) <= width {
                lines.pop();
                lines.push(longer);
                continue;
            }
            if line.is_empty() {
                lines.pop();
            }
            lines.extend(self.broken(word, size, width));
        }
        lines
    }

    fn broken(&self, word: &str, size: f32, width: f32) -> Vec<String> {
        let mut pieces = vec![String::new()];
        for c in word.chars() {
            let piece = pieces.last().map_or("", String::as_str);
            let longer = format!("{piece}{c}");
            if piece.is_empty() || self.width(&longer, size) <= width {
                pieces.pop();
                pieces.push(longer);
            } else {
                pieces.push(c.to_string());
            }
        }
        pieces
    }
}
