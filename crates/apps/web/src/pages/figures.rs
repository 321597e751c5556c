//! Figures of a district on one page: numbers, bars drawn by the server with
//! the table beside, no personal data.

use askama::Template;
use kernel::{Day, Money};

use crate::shell::Shell;

/// One bar: a label, its length, and the number as people read it.
#[derive(Debug, Clone)]
pub struct Bar {
    pub label: String,
    pub value: i64,
    pub shown: String,
}

/// Bars in a table: the picture and the numbers are the same rows.
#[derive(Debug, Clone, Template)]
#[template(path = "bars.html")]
pub struct Bars {
    pub caption: String,
    pub head: [String; 2],
    pub rows: Vec<Bar>,
}

impl Bars {
    /// Length in per cent of the longest bar; whole numbers, at least 1 for what is not zero.
    fn length(&self, bar: &Bar) -> i64 {
        let longest = self
            .rows
            .iter()
            .map(|row| row.value)
            .max()
            .unwrap_or(0)
            .max(1);
        let scaled = i128::from(bar.value.max(0)) * 100 / i128::from(longest);
        if bar.value > 0 {
            scaled.max(1) as i64
        } else {
            0
        }
    }
}

#[derive(Debug)]
pub struct Totals {
    pub lodged: i64,
    pub awarded: i64,
    pub refused: i64,
    pub waiting: i64,
    pub waiting_list: i64,
    pub credited: Money,
    pub returned: Money,
}

#[derive(Debug, Template)]
#[template(path = "figures.html")]
pub struct FiguresPage {
    pub shell: Shell,
    pub area: String,
    pub as_of: Day,
    pub totals: Totals,
    pub charts: Vec<Bars>,
}
