//! A sentence cut into words to be rewritten and pieces that stay as they are:
//! placeholders in braces, tags and entities of HTML, addresses, codes that mix
//! letters and digits, Roman numerals, protected words, anything not Latin.

use super::alphabet::is_apostrophe;
use super::exceptions::PROTECTED;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Keep(&'a str),
    Word(&'a str),
}

/// The pieces in order; joined they are the text.
pub(super) struct Pieces<'a> {
    rest: &'a str,
    before: Option<char>,
}

impl<'a> Pieces<'a> {
    pub fn of(text: &'a str) -> Pieces<'a> {
        Pieces {
            rest: text,
            before: None,
        }
    }

    fn cut(&mut self, length: usize) -> &'a str {
        let (piece, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.before = piece.chars().next_back();
        piece
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let first = self.rest.chars().next()?;
        if let Some(length) = kept_length(self.rest, self.before) {
            return Some(Piece::Keep(self.cut(length)));
        }
        // A mark that begins a piece belongs to no word, though U+02BB counts as a letter.
        if !first.is_alphanumeric() || is_apostrophe(first) {
            return Some(Piece::Keep(self.cut(first.len_utf8())));
        }
        let word = self.cut(word_length(self.rest, self.before));
        Some(if is_kept(word) {
            Piece::Keep(word)
        } else {
            Piece::Word(word)
        })
    }
}

/// The length of a placeholder, a tag, an entity or an address at the beginning.
fn kept_length(text: &str, before: Option<char>) -> Option<usize> {
    const TAG_MAX: usize = 300;
    const ENTITY_MAX: usize = 10;
    let second = text.chars().nth(1);
    match text.as_bytes()[0] {
        b'{' => closing(text, '}', TAG_MAX),
        b'<' if second.is_some_and(|c| c.is_ascii_alphabetic() || c == '/' || c == '!') => {
            closing(text, '>', TAG_MAX)
        }
        b'&' if second.is_some_and(|c| c.is_ascii_alphanumeric() || c == '#') => {
            let length = closing(text, ';', ENTITY_MAX)?;
            text[1..length - 1]
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '#')
                .then_some(length)
        }
        _ if before.is_none_or(|c| c.is_whitespace() || "(\"«“[".contains(c)) => address(text),
        _ => None,
    }
}

/// Up to and including the mark and its repetitions, `}}` for instance.
fn closing(text: &str, mark: char, max: usize) -> Option<usize> {
    let start = text.char_indices().take(max).find(|(_, c)| *c == mark)?.0;
    let repeated = text[start..].chars().take_while(|c| *c == mark).count();
    Some(start + repeated)
}

/// `https://..`, `name@host`, `my.gov.uz`, `/path`: up to the white space, without the full stop.
fn address(text: &str) -> Option<usize> {
    let token = text.split(char::is_whitespace).next()?;
    let token = token.trim_end_matches(|c: char| ".,;:!?)\"»”]".contains(c));
    let host = token.split('/').next()?;
    let dotted = host.split('.').count() > 1
        && host
            .split('.')
            .all(|part| !part.is_empty() && part.is_ascii())
        && host.bytes().any(|b| b.is_ascii_alphabetic())
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-' || b == b':');
    let path = token.len() > 1 && token.starts_with('/') && token.is_ascii();
    let mail = token.contains('@') && token.is_ascii();
    (token.contains("://") || mail || path || dotted).then_some(token.len())
}

/// Letters, digits and the apostrophes that belong to them.
fn word_length(text: &str, before: Option<char>) -> usize {
    let quoted = before.is_some_and(is_apostrophe);
    let mut chars = text.char_indices().peekable();
    let mut previous = ' ';
    while let Some((at, c)) = chars.next() {
        if is_apostrophe(c) {
            let letter = |next: char| next.is_alphabetic() && !is_apostrophe(next);
            let inside = chars.peek().is_some_and(|(_, next)| letter(*next));
            // A mark at the end belongs to oʻ and gʻ, unless it closes a quotation.
            let of_letter = matches!(previous, 'o' | 'O' | 'g' | 'G') && !quoted;
            if !inside && !of_letter {
                return at;
            }
        } else if !c.is_alphanumeric() {
            return at;
        }
        previous = c;
    }
    text.len()
}

fn is_kept(word: &str) -> bool {
    let latin = |c: char| c.is_ascii_alphabetic() || is_apostrophe(c);
    let foreign = |at: usize, c: char| match c {
        'w' | 'W' => true,
        'c' | 'C' => !word[at + 1..].starts_with(['h', 'H']),
        _ => !latin(c),
    };
    word.char_indices().any(|(at, c)| foreign(at, c))
        || PROTECTED.contains(&word)
        || word.chars().all(|c| matches!(c, 'I' | 'V' | 'X'))
}
