//! Tables that people read, spreadsheets open and engines scan: text, CSV, Parquet, JSON from
//! one list of rows. Money is minor units inside and whole ones (so'm, roubles) outside.

use kernel::Currency;
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::io::Write;
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    /// So many families or people; not whole where they stand for others.
    Count(f64),
    /// Minor units: tiyin, kopecks.
    Money(f64),
    /// From 0 to 1.
    Share(f64),
    Number(f64),
    /// It would divide by nobody, or says nothing here.
    Nothing,
}

impl Cell {
    /// As a machine reads it: plain digits, money in whole units, nothing where there is nothing.
    pub fn plain(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Nothing => String::new(),
            _ => self.number().map_or_else(String::new, |n| n.to_string()),
        }
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            Cell::Text(_) | Cell::Nothing => None,
            Cell::Money(minor) => Some(minor / 100.0),
            Cell::Count(n) | Cell::Share(n) | Cell::Number(n) => Some(*n),
        }
    }

    /// As a person reads it.
    pub fn shown(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Nothing => "-".to_owned(),
            Cell::Count(count) => grouped(*count),
            Cell::Money(minor) => grouped(minor / 100.0),
            Cell::Share(share) => unsigned_nothing(format!("{:.2}%", share * 100.0)),
            Cell::Number(number) => unsigned_nothing(format!("{number:.4}")),
        }
    }
}

/// `-0.00%` reads as a loss; what rounds to nothing has no sign.
fn unsigned_nothing(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if !rest.contains(|digit: char| ('1'..='9').contains(&digit)) => rest.to_owned(),
        _ => text,
    }
}

/// What sums are called, in a table in English.
pub fn money_word(currency: Currency) -> &'static str {
    match currency {
        Currency::Uzs => "so'm",
        Currency::Rub => "roubles",
    }
}

/// A rounded number in groups of three digits: `-1 234 567`.
pub fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    if number < 0.0 && text != "0" {
        text.insert(0, '-');
    }
    text
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Also the name of its file.
    pub name: &'static str,
    pub columns: Vec<&'static str>,
    /// Each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The named columns only, aligned for a screen.
    pub fn text(&self, columns: &[&str]) -> String {
        let places = columns.iter().filter_map(|name| self.place(name));
        let places: Vec<usize> = places.collect();
        let mut lines: Vec<Vec<String>> = vec![
            places
                .iter()
                .map(|at| self.columns[*at].replace('_', " "))
                .collect(),
        ];
        let shown = |row: &Vec<Cell>| places.iter().map(|at| row[*at].shown()).collect();
        lines.extend(self.rows.iter().map(shown));
        let width = |at: usize| lines.iter().map(|line| line[at].chars().count()).max();
        let widths: Vec<usize> = (0..places.len()).map(|at| width(at).unwrap_or(0)).collect();
        let aligned = lines.iter().map(|line| {
            let cells = line.iter().zip(&widths).enumerate();
            let cells = cells.map(|(at, (cell, width))| match at {
                0 => format!("{cell:<width$}"),
                _ => format!("{cell:>width$}"),
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        });
        aligned.collect::<Vec<_>>().join("\n")
    }

    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|one| *one == column)
    }

    /// The numbers of a column; nothing counts as 0.
    pub fn numbers(&self, column: &str) -> Vec<f64> {
        let Some(at) = self.place(column) else {
            return Vec::new();
        };
        let number = |row: &Vec<Cell>| row[at].number().unwrap_or(0.0);
        self.rows.iter().map(number).collect()
    }

    pub fn write_csv(&self, out: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(&self.columns)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::plain))?;
        }
        writer.flush()
    }

    pub fn write_parquet(&self, out: impl Write + Send) -> Result<(), ParquetError> {
        let fields = (0..self.columns.len()).map(|at| self.field(at));
        let fields: Vec<Arc<Type>> = fields.collect::<Result<_, _>>()?;
        let schema = Type::group_type_builder(self.name)
            .with_fields(fields)
            .build()?;
        let properties = Arc::new(WriterProperties::builder().build());
        let mut writer = SerializedFileWriter::new(out, Arc::new(schema), properties)?;
        let mut group = writer.next_row_group()?;
        let mut at = 0;
        while let Some(mut column) = group.next_column()? {
            let known = |row: &Vec<Cell>| i16::from(row[at] != Cell::Nothing);
            let levels: Vec<i16> = self.rows.iter().map(known).collect();
            let cells = self.rows.iter().map(|row| &row[at]);
            if self.is_text(at) {
                let texts = cells.map(|cell| ByteArray::from(cell.plain().into_bytes()));
                let texts: Vec<ByteArray> = texts.collect();
                column
                    .typed::<ByteArrayType>()
                    .write_batch(&texts, None, None)?;
            } else {
                let numbers: Vec<f64> = cells.filter_map(Cell::number).collect();
                let typed = column.typed::<DoubleType>();
                typed.write_batch(&numbers, Some(&levels), None)?;
            }
            column.close()?;
            at += 1;
        }
        group.close()?;
        writer.close()?;
        Ok(())
    }

    fn is_text(&self, at: usize) -> bool {
        self.rows.iter().any(|row| matches!(row[at], Cell::Text(_)))
    }

    fn field(&self, at: usize) -> Result<Arc<Type>, ParquetError> {
        let (physical, logical, repetition) = if self.is_text(at) {
            (
                Physical::BYTE_ARRAY,
                Some(LogicalType::String),
                Repetition::REQUIRED,
            )
        } else {
            (Physical::DOUBLE, None, Repetition::OPTIONAL)
        };
        let field = Type::primitive_type_builder(self.columns[at], physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()?;
        Ok(Arc::new(field))
    }
}
