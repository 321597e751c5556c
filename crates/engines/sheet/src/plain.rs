//! Texts that came from outside, before they stand in a document.

/// Characters of one cell; a longer text ends with `…`.
pub const TEXT_CHARS_MAX: usize = 500;

/// Without control characters and not too long.
pub fn printable(text: &str) -> String {
    let one = |c: char| if c.is_control() { ' ' } else { c };
    let mut clean: String = text.chars().take(TEXT_CHARS_MAX).map(one).collect();
    if text.chars().nth(TEXT_CHARS_MAX).is_some() {
        clean.push('…');
    }
    clean
}

/// For a cell of a workbook: a text that a spreadsheet would take for a formula, in this file or
/// in one saved from it, begins with an apostrophe.
pub fn harmless(text: &str) -> String {
    let clean = printable(text);
    let first = text.chars().next();
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n');
    let beneath = clean.trim_start().chars().next();
    if first.is_some_and(formula) || beneath.is_some_and(formula) {
        return format!("'{clean}");
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_begins_with_an_apostrophe() {
        fn check(text: &str, expected: &str) {
            assert_eq!(harmless(text), expected);
        }
        check("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")");
        check("+998", "'+998");
        check("-1", "'-1");
        check("@SUM(A1)", "'@SUM(A1)");
        check("\t=1+1", "' =1+1");
        check("  =1+1", "'  =1+1");
        check("\r\n=1", "'  =1");
        check("Oʻrinboyeva Dilnoza", "Oʻrinboyeva Dilnoza");
        check("A-B", "A-B");
        check("", "");
    }

    #[test]
    fn a_text_without_end_is_cut() {
        let long = "я".repeat(10_000);
        assert_eq!(printable(&long).chars().count(), TEXT_CHARS_MAX + 1);
        assert!(printable(&long).ends_with('…'));
        assert_eq!(printable("a\u{0}b\u{1b}c"), "a b c");
    }
}
