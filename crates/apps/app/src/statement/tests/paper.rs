//! The documents read back: the workbook by calamine, the pages by poppler.

use std::path::Path;
use std::process::Command;

use calamine::{Data, Reader, open_workbook_auto};
use kernel::Money;

/// The cells of the first worksheet, as texts.
pub fn cells(path: &Path) -> Vec<Vec<String>> {
    let mut book = open_workbook_auto(path).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a worksheet");
    let sheet = sheet.expect("a worksheet that reads");
    let text = |cell: &Data| match cell {
        Data::Empty => String::new(),
        cell => cell.to_string(),
    };
    sheet
        .rows()
        .map(|row| row.iter().map(text).collect())
        .collect()
}

/// A sum as calamine prints the number of a cell: the shortest decimal.
pub fn figure(sum: Money) -> String {
    let (whole, hundredths) = (sum.minor() / 100, sum.minor() % 100);
    match hundredths {
        0 => whole.to_string(),
        _ if hundredths % 10 == 0 => format!("{whole}.{}", hundredths / 10),
        _ => format!("{whole}.{hundredths:02}"),
    }
}

/// The text of each page, with single spaces; `None`, and said aloud, where poppler is not
/// installed.
pub fn pages(path: &Path) -> Option<Vec<String>> {
    let read = Command::new("pdftotext")
        .args(["-layout", "-enc", "UTF-8"])
        .arg(path)
        .arg("-")
        .output();
    let Ok(read) = read else {
        eprintln!("SKIPPED: pdftotext is not installed (Debian: poppler-utils)");
        return None;
    };
    assert!(
        read.status.success(),
        "{}",
        String::from_utf8_lossy(&read.stderr)
    );
    let text = String::from_utf8(read.stdout).expect("UTF-8");
    let pages = text.trim_end_matches('\u{c}').split('\u{c}');
    let spaced = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(
        pages
            .map(|page| page.lines().map(spaced).collect::<Vec<_>>().join("\n"))
            .collect(),
    )
}
