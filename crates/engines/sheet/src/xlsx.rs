//! The workbook: head, lines and total on one worksheet; more worksheets when there are more
//! lines than one holds.

use std::io::Write;

use kernel::{Day, Money};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use crate::design::{Cell, Column, Design, Kind, Row};
use crate::plain::harmless;
use crate::tally::{Tally, Wrong, fits};

/// A worksheet has 1 048 576 rows; the head and the end need some.
pub const LINES_A_WORKSHEET: u64 = 1_000_000;
/// Lines of one workbook.
pub const XLSX_LINES_MAX: u64 = 5 * LINES_A_WORKSHEET;

/// The value of a pair of the head stands right of its name, across the columns that follow.
const VALUE_COLUMN: u16 = 2;
/// Fifteen digits: a number of XLSX is a double, and a spreadsheet shows no more of it.
const EXACT_MINOR_MAX: u64 = 999_999_999_999_999;
const PAPER_A4: u8 = 9;

/// A workbook that grows by pages of lines.
pub struct Xlsx {
    book: Workbook,
    design: Design,
    formats: Formats,
    /// The worksheet in hand, and its next row.
    worksheet: usize,
    row: u32,
    tally: Tally,
}

struct Formats {
    title: Format,
    subtitle: Format,
    name: Format,
    value: Format,
    header: Format,
    line: Format,
    sum: Format,
    total: Format,
    total_sum: Format,
}

impl Formats {
    fn new() -> Formats {
        let wrapped = Format::new()
            .set_text_wrap()
            .set_align(FormatAlign::Top)
            .set_align(FormatAlign::Left);
        let total = Format::new()
            .set_bold()
            .set_border_top(FormatBorder::Medium);
        Formats {
            title: Format::new().set_bold().set_font_size(16),
            subtitle: Format::new().set_font_size(12).set_font_color(0x44_4444),
            name: Format::new()
                .set_font_color(0x66_6666)
                .set_align(FormatAlign::Top),
            value: wrapped.clone(),
            header: wrapped
                .set_bold()
                .set_background_color(0xE8_EEF2)
                .set_border_bottom(FormatBorder::Medium),
            line: Format::new(),
            sum: Format::new().set_num_format("#,##0.00"),
            total_sum: total.clone().set_num_format("#,##0.00"),
            total,
        }
    }
}

impl Xlsx {
    pub fn begin(design: Design) -> Result<Xlsx, Wrong> {
        fits(design.lines, XLSX_LINES_MAX)?;
        let mut book = Workbook::new();
        book.set_properties(&properties(&design)?);
        let mut xlsx = Xlsx {
            book,
            design,
            formats: Formats::new(),
            worksheet: 0,
            row: 0,
            tally: Tally::default(),
        };
        xlsx.add_worksheet()?;
        xlsx.write_head()?;
        xlsx.write_column_names()?;
        Ok(xlsx)
    }

    pub fn lines(&mut self, rows: &[Row]) -> Result<(), Wrong> {
        for row in rows {
            if self.tally.lines > 0 && self.tally.lines.is_multiple_of(LINES_A_WORKSHEET) {
                self.worksheet += 1;
                self.row = 0;
                self.add_worksheet()?;
                self.write_column_names()?;
            }
            self.tally.add(&self.design, row);
            let sheet = self.book.worksheet_from_index(self.worksheet)?;
            for (column, cell) in (0..).zip(row) {
                write_cell(sheet, (self.row, column), cell, &self.formats)?;
            }
            self.row += 1;
        }
        Ok(())
    }

    /// The total, the places for signatures, and all of it into `out`.
    pub fn end(mut self, out: impl Write + Send) -> Result<(), Wrong> {
        self.tally.must_be(&self.design)?;
        self.write_total()?;
        self.write_signatures()?;
        Ok(self.book.save_to_writer(out)?)
    }

    fn add_worksheet(&mut self) -> Result<(), Wrong> {
        let words = &self.design.words;
        let name = match self.worksheet {
            0 => words.worksheet.clone(),
            more => format!("{} {}", words.worksheet, more + 1),
        };
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_paper_size(PAPER_A4);
        sheet.set_print_fit_to_pages(1, 0);
        sheet.set_footer("&R&P / &N");
        for (column, one) in (0..).zip(&self.design.columns) {
            sheet.set_column_width(column, one.width)?;
        }
        Ok(())
    }

    fn write_head(&mut self) -> Result<(), Wrong> {
        let (design, formats) = (&self.design, &self.formats);
        let sheet = self.book.worksheet_from_index(self.worksheet)?;
        sheet.set_row_height(0, 24)?;
        sheet.write_string_with_format(0, 0, harmless(&design.title), &formats.title)?;
        sheet.write_string_with_format(1, 0, harmless(&design.subtitle), &formats.subtitle)?;
        self.row = 3;
        for pair in &design.head {
            write_pair(sheet, self.row, pair, &design.columns, formats)?;
            self.row += 1;
        }
        self.row += 1;
        Ok(())
    }

    fn write_column_names(&mut self) -> Result<(), Wrong> {
        let lines = self.design.lines.saturating_sub(self.tally.lines);
        let last = self.row + lines.min(LINES_A_WORKSHEET) as u32;
        let sheet = self.book.worksheet_from_index(self.worksheet)?;
        sheet.set_repeat_rows(self.row, self.row)?;
        sheet.autofilter(self.row, 0, last, self.design.columns.len() as u16 - 1)?;
        for (column, one) in (0..).zip(&self.design.columns) {
            let name = harmless(&one.name);
            sheet.write_string_with_format(self.row, column, name, &self.formats.header)?;
        }
        self.row += 1;
        Ok(())
    }

    fn write_total(&mut self) -> Result<(), Wrong> {
        let (design, total) = (&self.design, &self.formats.total);
        let sums = design.sum_column() as u16;
        let sheet = self.book.worksheet_from_index(self.worksheet)?;
        for column in 0..design.columns.len() as u16 {
            match column {
                1 => sheet.write_string_with_format(self.row, 1, &design.words.total, total)?,
                _ if column == sums => write_sum(
                    sheet,
                    (self.row, column),
                    design.total,
                    &self.formats.total_sum,
                )?,
                _ => sheet.write_blank(self.row, column, total)?,
            };
        }
        self.row += 2;
        Ok(())
    }

    fn write_signatures(&mut self) -> Result<(), Wrong> {
        let sheet = self.book.worksheet_from_index(self.worksheet)?;
        for who in &self.design.signatures {
            sheet.write_string(self.row, 1, harmless(who))?;
            let place = format!("____________________ ({})", self.design.words.signature);
            sheet.write_string(self.row, VALUE_COLUMN, place)?;
            self.row += 2;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Xlsx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Xlsx {{ row: {}, {:?} }}", self.row, self.tally)
    }
}

/// A name, and its value across the columns from [`VALUE_COLUMN`] to the last.
fn write_pair(
    sheet: &mut Worksheet,
    row: u32,
    (name, value): &(String, String),
    columns: &[Column],
    formats: &Formats,
) -> Result<(), Wrong> {
    let last = columns.len() as u16 - 1;
    let across: usize = columns
        .iter()
        .skip(usize::from(VALUE_COLUMN))
        .map(|column| usize::from(column.width))
        .sum();
    // Merged cells do not grow with their text.
    let rows = value.chars().count().div_ceil(across.max(1)).max(1);
    sheet.set_row_height(row, 15 * rows as u32)?;
    sheet.write_string_with_format(row, 0, harmless(name), &formats.name)?;
    match last > VALUE_COLUMN {
        true => sheet.merge_range(
            row,
            VALUE_COLUMN,
            row,
            last,
            &harmless(value),
            &formats.value,
        )?,
        false => {
            sheet.write_string_with_format(row, VALUE_COLUMN, harmless(value), &formats.value)?
        }
    };
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Number(number) => sheet.write_number(row, column, *number as f64)?,
        Cell::Text(text) => {
            sheet.write_string_with_format(row, column, harmless(text), &formats.line)?
        }
        Cell::Sum(sum) => write_sum(sheet, (row, column), *sum, &formats.sum)?,
    };
    Ok(())
}

/// XLSX has no other number than the double: it is written only where it says the sum to the
/// hundredth, and a text stands there otherwise.
fn write_sum<'a>(
    sheet: &'a mut Worksheet,
    (row, column): (u32, u16),
    sum: Money,
    format: &Format,
) -> Result<&'a mut Worksheet, XlsxError> {
    if sum.minor().unsigned_abs() > EXACT_MINOR_MAX {
        return sheet.write_string_with_format(row, column, sum.to_string(), format);
    }
    sheet.write_number_with_format(row, column, sum.minor() as f64 / 100.0, format)
}

/// The day is handed in: the same document has the same bytes whenever it is made.
fn properties(design: &Design) -> Result<DocProperties, Wrong> {
    let made = |day: Day| {
        let (year, month, day) = day.ymd();
        let year = u16::try_from(year).unwrap_or_default();
        ExcelDateTime::from_ymd(year, month as u8, day as u8)
    };
    Ok(DocProperties::new()
        .set_title(&design.title)
        .set_subject(&design.subtitle)
        .set_creation_datetime(&made(design.made_on)?))
}

impl From<XlsxError> for Wrong {
    fn from(error: XlsxError) -> Wrong {
        match error {
            XlsxError::IoError(error) => Wrong::Io(error),
            other => Wrong::Library(other.to_string()),
        }
    }
}

impl Kind {
    /// Figures stand right.
    pub(crate) fn stands_right(self) -> bool {
        matches!(self, Kind::Number | Kind::Sum)
    }
}
