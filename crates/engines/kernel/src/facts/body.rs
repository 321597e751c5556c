//! The body of a fact, packed.
//!
//! Layout: number of rows; if any, the number of cells a row; then the cells row by
//! row. A cell begins with a byte whose lowest bit says integer (1) or not (0),
//! six bits of payload and a continuation bit; the payload of an integer is its
//! zigzag, of a text its length plus one with the text behind, of a missing cell 0.

use crate::bytes::{BadBytes, Reader, put_u64, unzigzag, zigzag};

/// More than any register holds about one owner; a hostile count ends here.
const ROWS_MAX: usize = 100_000;
const COLUMNS_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// Money in minor units, a count, a day, a month, a code's index, 0 or 1.
    Int(i64),
    Text(String),
    /// The source did not say.
    Missing,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct FactBody {
    /// Every row has the same number of cells.
    pub rows: Vec<Vec<Cell>>,
}

impl FactBody {
    /// The answer "nothing held".
    pub fn nothing() -> FactBody {
        FactBody::default()
    }

    pub fn new(rows: Vec<Vec<Cell>>) -> FactBody {
        FactBody { rows }
    }

    pub fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16);
        self.pack_into(&mut out);
        out
    }

    /// Panics when rows differ in width: [`super::FactKind::check`] has refused that before.
    pub fn pack_into(&self, out: &mut Vec<u8>) {
        put_u64(out, self.rows.len() as u64);
        let Some(first) = self.rows.first() else {
            return;
        };
        let columns = first.len();
        assert!(
            columns > 0 && columns <= COLUMNS_MAX,
            "a row of {columns} cells cannot be packed"
        );
        put_u64(out, columns as u64);
        for row in &self.rows {
            assert!(row.len() == columns, "rows of one fact differ in width");
            row.iter().for_each(|cell| put_cell(out, cell));
        }
    }

    /// Damaged and hostile bytes end in an error, after at most as much memory as they have bytes.
    pub fn unpack(bytes: &[u8]) -> Result<FactBody, BadBytes> {
        let view = BodyView::new(bytes)?;
        let rows = view
            .rows()
            .map(|row| row.cells().map(owned).collect::<Result<Vec<_>, _>>());
        Ok(FactBody {
            rows: rows.collect::<Result<Vec<_>, _>>()?,
        })
    }
}

fn owned(cell: CellView<'_>) -> Result<Cell, BadBytes> {
    Ok(match cell {
        CellView::Int(number) => Cell::Int(number),
        CellView::Text(_) => Cell::Text(cell.text()?.unwrap_or_default().to_owned()),
        CellView::Missing => Cell::Missing,
    })
}

fn put_cell(out: &mut Vec<u8>, cell: &Cell) {
    match cell {
        Cell::Missing => put_tagged(out, 0, 0),
        Cell::Int(number) => put_tagged(out, 1, zigzag(*number)),
        Cell::Text(text) => {
            put_tagged(out, 0, text.len() as u64 + 1);
            out.extend_from_slice(text.as_bytes());
        }
    }
}

fn put_tagged(out: &mut Vec<u8>, tag: u8, payload: u64) {
    let low = tag | ((payload as u8 & 0x3f) << 1);
    if payload < 0x40 {
        out.push(low);
    } else {
        out.push(low | 0x80);
        put_u64(out, payload >> 6);
    }
}

fn read_cell<'a>(reader: &mut Reader<'a>) -> Result<CellView<'a>, BadBytes> {
    let first = reader.u8()?;
    let low = u64::from(first >> 1 & 0x3f);
    let payload = if first < 0x80 {
        low
    } else {
        let at = reader.at();
        let high = reader.u64()?;
        if high == 0 || high >> 58 != 0 {
            return Err(BadBytes::Number { at });
        }
        low | high << 6
    };
    if first & 1 == 1 {
        return Ok(CellView::Int(unzigzag(payload)));
    }
    match payload.checked_sub(1) {
        None => Ok(CellView::Missing),
        Some(length) => {
            let at = reader.at();
            let length = usize::try_from(length).map_err(|_| BadBytes::Number { at })?;
            Ok(CellView::Text(reader.take(length)?))
        }
    }
}

/// A cell of a packed body, read without allocating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellView<'a> {
    Int(i64),
    /// Not yet checked to be UTF-8, see [`CellView::text`].
    Text(&'a [u8]),
    Missing,
}

impl<'a> CellView<'a> {
    pub fn int(self) -> Option<i64> {
        match self {
            CellView::Int(number) => Some(number),
            CellView::Text(_) | CellView::Missing => None,
        }
    }

    /// `Ok(None)` when the cell holds no text.
    pub fn text(self) -> Result<Option<&'a str>, BadBytes> {
        match self {
            CellView::Text(bytes) => std::str::from_utf8(bytes)
                .map(Some)
                .map_err(|_| BadBytes::Text { at: 0 }),
            CellView::Int(_) | CellView::Missing => Ok(None),
        }
    }
}

/// A packed body whose structure has been checked once, so that reading cannot fail.
#[derive(Clone, Copy, Debug)]
pub struct BodyView<'a> {
    rows: usize,
    columns: usize,
    cells: &'a [u8],
}

impl<'a> BodyView<'a> {
    pub fn new(bytes: &'a [u8]) -> Result<BodyView<'a>, BadBytes> {
        let mut reader = Reader::new(bytes);
        let rows = reader.count(ROWS_MAX)?;
        let columns = if rows == 0 {
            0
        } else {
            reader.count(COLUMNS_MAX)?
        };
        if rows > 0 && columns == 0 {
            return Err(BadBytes::Number { at: reader.at() });
        }
        let cells = reader.rest();
        for _ in 0..rows * columns {
            read_cell(&mut reader)?;
        }
        reader.end()?;
        Ok(BodyView {
            rows,
            columns,
            cells,
        })
    }

    /// 0: the source says that nothing is held.
    pub fn row_count(&self) -> usize {
        self.rows
    }

    pub fn column_count(&self) -> usize {
        self.columns
    }

    /// All cells, row after row: the fastest way through.
    pub fn cells(&self) -> Cells<'a> {
        Cells {
            reader: Reader::new(self.cells),
            left: self.rows * self.columns,
        }
    }

    pub fn rows(&self) -> Rows<'a> {
        Rows {
            reader: Reader::new(self.cells),
            left: self.rows,
            columns: self.columns,
        }
    }
}

/// Cells one after the other.
#[derive(Clone, Debug)]
pub struct Cells<'a> {
    reader: Reader<'a>,
    left: usize,
}

impl<'a> Iterator for Cells<'a> {
    type Item = CellView<'a>;

    #[inline]
    fn next(&mut self) -> Option<CellView<'a>> {
        self.left = self.left.checked_sub(1)?;
        read_cell(&mut self.reader).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}

#[derive(Clone, Debug)]
pub struct Rows<'a> {
    reader: Reader<'a>,
    left: usize,
    columns: usize,
}

impl<'a> Iterator for Rows<'a> {
    type Item = RowView<'a>;

    fn next(&mut self) -> Option<RowView<'a>> {
        self.left = self.left.checked_sub(1)?;
        let row = RowView {
            reader: self.reader,
            columns: self.columns,
        };
        for _ in 0..self.columns {
            read_cell(&mut self.reader).ok()?;
        }
        Some(row)
    }
}

#[derive(Clone, Copy, Debug)]
pub struct RowView<'a> {
    reader: Reader<'a>,
    columns: usize,
}

impl<'a> RowView<'a> {
    pub fn cells(&self) -> Cells<'a> {
        Cells {
            reader: self.reader,
            left: self.columns,
        }
    }

    /// The cell of a column; `Missing` beyond the row's width.
    pub fn cell(&self, column: usize) -> CellView<'a> {
        self.cells().nth(column).unwrap_or(CellView::Missing)
    }
}
