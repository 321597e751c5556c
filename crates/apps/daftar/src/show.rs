//! What a command prints: a result for people or one JSON object, and progress bars on the way.
//! Results go to standard output, everything else to standard error.

use std::io::Write;

use indicatif::{ProgressBar, ProgressStyle};
use kernel::printable;
use serde::Serialize;

use crate::args::Common;

/// How the caller wants to be spoken to.
#[derive(Debug, Clone)]
pub struct Show {
    json: bool,
    quiet: bool,
}

impl Show {
    pub fn new(common: &Common) -> Show {
        Show {
            json: common.json,
            quiet: common.quiet,
        }
    }

    /// The result: `text` for people, `value` for machines.
    pub fn result(&self, text: &str, value: &impl Serialize) {
        let line = match self.json {
            true => json_line(value),
            false => printable::in_lines(text.trim_end()),
        };
        say(&line);
    }

    /// The result as JSON whatever was asked: the last line of `demo --once`.
    pub fn object(&self, value: &impl Serialize) {
        say(&json_line(value));
    }

    /// A text that is JSON already.
    pub fn json(&self, text: &str) {
        say(text);
    }

    /// The bytes of a file, and nothing more: one byte more and it is another file.
    pub fn file(&self, text: &str) {
        let _ = std::io::stdout().write_all(text.as_bytes());
    }

    /// A remark on the way.
    pub fn remark(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr(), "{}", printable::in_lines(text));
        }
    }

    /// A bar over bytes of a file.
    pub fn bytes_bar(&self, total: u64, what: &str) -> ProgressBar {
        self.bar(
            total,
            "{msg:24} {wide_bar} {bytes}/{total_bytes} {eta}",
            what,
        )
    }

    /// A bar over things that are counted; `total` 0 when it is not known.
    pub fn count_bar(&self, total: u64, what: &str) -> ProgressBar {
        if total == 0 {
            return self.bar(0, "{msg:24} {spinner} {human_pos} ({per_sec})", what);
        }
        self.bar(
            total,
            "{msg:24} {wide_bar} {human_pos}/{human_len} {eta}",
            what,
        )
    }

    fn bar(&self, total: u64, template: &str, what: &str) -> ProgressBar {
        if self.quiet {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template(template).expect("the templates above are right");
        ProgressBar::new(total)
            .with_style(style)
            .with_message(what.to_owned())
    }
}

/// The same JSON with an escape for each character that a terminal would obey: they stand in strings
/// alone.
fn json_line(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("a result is plain data");
    let mut line = String::with_capacity(json.len());
    for c in json.chars() {
        if printable::is_printable(c) {
            line.push(c);
        } else {
            let units = &mut [0; 2];
            let escapes = c.encode_utf16(units).iter();
            line.extend(escapes.map(|unit| format!("\\u{unit:04x}")));
        }
    }
    line
}

/// A closed pipe (`daftar ... | head`) is no fault.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// So'm with groups of three digits, for people: 12 345 678.
pub fn som(minor: i64) -> String {
    let som = (minor / 100).unsigned_abs().to_string();
    let mut grouped = String::new();
    for (index, digit) in som.chars().enumerate() {
        if index > 0 && (som.len() - index).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    let sign = if minor < 0 { "-" } else { "" };
    match (minor % 100).unsigned_abs() {
        0 => format!("{sign}{grouped}"),
        tiyin => format!("{sign}{grouped}.{tiyin:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{json_line, som};

    #[test]
    fn a_line_of_json_obeys_nobody_and_says_the_same() {
        let text = "a\u{1b}[2J\u{9b}\u{202e}\u{e0001}\u{feff} oʻ";
        let line = json_line(&text);
        assert!(line.chars().all(kernel::printable::is_printable), "{line}");
        let read: String = serde_json::from_str(&line).expect("JSON");
        assert_eq!(read, text);
    }

    #[test]
    fn money_is_shown_in_groups_of_three() {
        for (minor, shown) in [
            (0, "0"),
            (100, "1"),
            (63_500_000, "635 000"),
            (100_000_000_000, "1 000 000 000"),
            (12_345, "123.45"),
            (-50, "-0.50"),
        ] {
            assert_eq!(som(minor), shown);
        }
    }
}
