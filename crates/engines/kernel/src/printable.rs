//! Text of others for eyes: on a terminal a control character moves the cursor, changes colours or
//! writes over the line above, and letters that nobody sees make two names look like one.

/// Whether a reader sees it. Spaces of every width count as seen.
pub fn is_printable(c: char) -> bool {
    !c.is_control() && !is_unseen(c)
}

/// What Unicode has for laying out text, and no glyph for.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// The text with what nobody sees written out, as `\u{1b}`: in one line.
pub fn in_one_line(text: &str) -> String {
    written_out(text, |_| false)
}

/// The same, with its lines and tabs as they are.
pub fn in_lines(text: &str) -> String {
    written_out(text, |c| c == '\n' || c == '\t')
}

fn written_out(text: &str, is_kept: impl Fn(char) -> bool) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        if is_printable(c) || is_kept(c) {
            written.push(c);
        } else {
            written.extend(c.escape_unicode());
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_written_out() {
        for (text, written) in [
            (
                "soʻm 1\u{a0}000, Ўзбек, e\u{301}",
                "soʻm 1\u{a0}000, Ўзбек, e\u{301}",
            ),
            (
                "\u{1b}[2J\0\u{7f}\u{9b}31m",
                "\\u{1b}[2J\\u{0}\\u{7f}\\u{9b}31m",
            ),
            ("a\u{202e}b\u{200b}", "a\\u{202e}b\\u{200b}"),
            ("a\r\nb\tc", "a\\u{d}\\u{a}b\\u{9}c"),
        ] {
            assert_eq!(in_one_line(text), written);
        }
        assert_eq!(in_lines("a\r\nb\tc\u{2028}"), "a\\u{d}\nb\tc\\u{2028}");
    }
}
