//! One Parquet file, a row group at a time, without any intermediate form.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType,
    Int32Type, Int64Type,
};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use rules::batch::Cells;
use sha2::{Digest, Sha256};

use super::error::{At, Result, damaged};
use super::manifest::FileEntry;
use super::schema::{Column, Kind};

/// The values of a column of one row group.
#[derive(Debug)]
pub(crate) enum Values<'a> {
    Small(&'a [i32]),
    Large(&'a [i64]),
    Yes(&'a [bool]),
    Id(&'a [[u8; 16]]),
    /// Unknown where not known.
    Maybe(&'a Cells),
    /// The same, of 32 bits: days.
    MaybeSmall(&'a Cells),
    /// By row the place of a word, or none.
    Word(&'a [Option<u8>], &'a [ByteArray]),
}

/// A file being written.
pub(crate) struct Output {
    path: PathBuf,
    rows: u64,
    writer: SerializedFileWriter<Hashing>,
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("path", &self.path).finish()
    }
}

/// Counts and hashes what goes through to the file.
struct Hashing {
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Output {
    pub fn create(path: PathBuf, name: &str, columns: &[Column]) -> Result<Output> {
        let fields: String = columns.iter().map(Column::declaration).collect();
        let schema = parse_message_type(&format!("message {name} {{ {fields} }}")).at(&path)?;
        let sink = Hashing {
            file: BufWriter::with_capacity(1 << 16, File::create_new(&path).at(&path)?),
            hash: Sha256::new(),
            bytes: 0,
        };
        let writer = SerializedFileWriter::new(sink, Arc::new(schema), properties(columns));
        Ok(Output {
            rows: 0,
            writer: writer.at(&path)?,
            path,
        })
    }

    /// A row group of `rows` rows, column by column in the file's order.
    pub fn write(&mut self, rows: usize, columns: &[Values<'_>]) -> Result<()> {
        let mut group = self.writer.next_row_group().at(&self.path)?;
        for values in columns {
            write_column(&mut group, values).at(&self.path)?;
        }
        group.close().at(&self.path)?;
        self.rows += rows as u64;
        Ok(())
    }

    pub fn finish(self) -> Result<FileEntry> {
        let Output { path, rows, writer } = self;
        let mut sink = writer.into_inner().at(&path)?;
        sink.flush().at(&path)?;
        Ok(FileEntry {
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            rows,
            bytes: sink.bytes,
            sha256: hex::encode(sink.hash.finalize()),
        })
    }
}

fn properties(columns: &[Column]) -> Arc<WriterProperties> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true);
    for column in columns {
        let path = ColumnPath::from(column.name.as_str());
        match column.kind {
            // One number after the other: the differences are what is stored.
            Kind::Number => {
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
            }
            // Sums and ids hardly repeat: a dictionary would be built in vain.
            Kind::Amount | Kind::Id => {
                properties = properties.set_column_dictionary_enabled(path, false);
            }
            _ => {}
        }
    }
    Arc::new(properties.build())
}

fn write_column(
    group: &mut SerializedRowGroupWriter<'_, Hashing>,
    values: &Values<'_>,
) -> parquet::errors::Result<()> {
    let mut column = group.next_column()?.expect("as many columns as declared");
    match values {
        Values::Small(values) => column
            .typed::<Int32Type>()
            .write_batch(values, None, None)?,
        Values::Large(values) => column
            .typed::<Int64Type>()
            .write_batch(values, None, None)?,
        Values::Yes(values) => column.typed::<BoolType>().write_batch(values, None, None)?,
        Values::Id(ids) => {
            let all = ByteArray::from(ids.concat());
            let one = |place: usize| FixedLenByteArray::from(all.slice(place * 16, 16));
            let ids: Vec<FixedLenByteArray> = (0..ids.len()).map(one).collect();
            column
                .typed::<FixedLenByteArrayType>()
                .write_batch(&ids, None, None)?
        }
        Values::Maybe(cells) => {
            let known = known(cells).collect::<Vec<i64>>();
            let levels = levels(&cells.known);
            column
                .typed::<Int64Type>()
                .write_batch(&known, Some(&levels), None)?
        }
        Values::MaybeSmall(cells) => {
            let known: Vec<i32> = known(cells).map(|day| day as i32).collect();
            let levels = levels(&cells.known);
            column
                .typed::<Int32Type>()
                .write_batch(&known, Some(&levels), None)?
        }
        Values::Word(places, words) => {
            let levels: Vec<i16> = places.iter().map(|p| i16::from(p.is_some())).collect();
            let known: Vec<ByteArray> = places
                .iter()
                .flatten()
                .map(|place| words[usize::from(*place)].clone())
                .collect();
            column
                .typed::<ByteArrayType>()
                .write_batch(&known, Some(&levels), None)?
        }
    };
    column.close()
}

fn known(cells: &Cells) -> impl Iterator<Item = i64> + '_ {
    let both = cells.values.iter().zip(&cells.known);
    both.filter(|(_, known)| **known).map(|(value, _)| *value)
}

fn levels(known: &[bool]) -> Vec<i16> {
    known.iter().map(|known| i16::from(*known)).collect()
}

/// A file being read; its columns were checked against what it should have.
pub(crate) struct Input {
    path: PathBuf,
    reader: SerializedFileReader<File>,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").field("path", &self.path).finish()
    }
}

impl Input {
    pub fn open(path: PathBuf, columns: &[Column]) -> Result<Input> {
        let file = File::open(&path).at(&path)?;
        let reader = SerializedFileReader::new(file).at(&path)?;
        let found = reader.metadata().file_metadata().schema_descr();
        let same = found.num_columns() == columns.len()
            && columns.iter().enumerate().all(|(place, column)| {
                let has = found.column(place);
                has.name() == column.name
                    && has.physical_type() == column.physical()
                    && has.max_def_level() == i16::from(column.nullable())
                    && has.max_rep_level() == 0
            });
        if !same {
            return Err(damaged(&path, "its columns are not those of the format"));
        }
        Ok(Input { path, reader })
    }

    pub fn groups(&self) -> usize {
        self.reader.num_row_groups()
    }

    pub fn group(&self, group: usize) -> Result<InputGroup<'_>> {
        let reader = self.reader.get_row_group(group).at(&self.path)?;
        let rows = usize::try_from(reader.metadata().num_rows());
        Ok(InputGroup {
            path: &self.path,
            rows: rows.map_err(|_| damaged(&self.path, "a negative number of rows"))?,
            reader,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// One row group of a file.
pub(crate) struct InputGroup<'a> {
    path: &'a Path,
    pub rows: usize,
    reader: Box<dyn RowGroupReader + 'a>,
}

impl InputGroup<'_> {
    pub fn small(&self, place: usize, into: &mut Vec<i32>) -> Result<()> {
        self.required::<Int32Type>(place, into)
    }

    pub fn large(&self, place: usize, into: &mut Vec<i64>) -> Result<()> {
        self.required::<Int64Type>(place, into)
    }

    pub fn yes(&self, place: usize, into: &mut Vec<bool>) -> Result<()> {
        self.required::<BoolType>(place, into)
    }

    pub fn ids(&self, place: usize, into: &mut Vec<[u8; 16]>) -> Result<()> {
        let mut read: Vec<FixedLenByteArray> = Vec::new();
        self.required::<FixedLenByteArrayType>(place, &mut read)?;
        into.clear();
        for id in read {
            let bytes = <[u8; 16]>::try_from(id.data());
            into.push(bytes.map_err(|_| damaged(self.path, "an id is not 16 bytes"))?);
        }
        Ok(())
    }

    pub fn maybe(&self, place: usize, into: &mut Cells) -> Result<()> {
        into.clear();
        let levels = self.optional::<Int64Type>(place, &mut into.values)?;
        spread(levels, into);
        Ok(())
    }

    pub fn maybe_small(&self, place: usize, into: &mut Cells) -> Result<()> {
        into.clear();
        let mut known = Vec::new();
        let levels = self.optional::<Int32Type>(place, &mut known)?;
        into.values.extend(known.into_iter().map(i64::from));
        spread(levels, into);
        Ok(())
    }

    /// Only the known values go into `into`; the answer says which those are.
    fn optional<T: DataType>(&self, place: usize, into: &mut Vec<T::T>) -> Result<Vec<i16>> {
        let column = self.reader.get_column_reader(place).at(self.path)?;
        let mut column = parquet::column::reader::get_typed_column_reader::<T>(column);
        let mut levels = Vec::with_capacity(self.rows);
        column
            .read_records(self.rows, Some(&mut levels), None, into)
            .at(self.path)?;
        let known = levels.iter().filter(|level| **level == 1).count();
        if levels.len() != self.rows || known != into.len() {
            return Err(damaged(self.path, "a column ends early"));
        }
        Ok(levels)
    }

    fn required<T: DataType>(&self, place: usize, into: &mut Vec<T::T>) -> Result<()> {
        into.clear();
        let column = self.reader.get_column_reader(place).at(self.path)?;
        let mut column = parquet::column::reader::get_typed_column_reader::<T>(column);
        column
            .read_records(self.rows, None, None, into)
            .at(self.path)?;
        if into.len() != self.rows {
            return Err(damaged(self.path, "a column ends early"));
        }
        Ok(())
    }
}

/// Moves the known values to their rows, from the end, so that none is overwritten.
fn spread(levels: Vec<i16>, cells: &mut Cells) {
    let mut from = cells.values.len();
    cells.values.resize(levels.len(), 0);
    for (row, level) in levels.iter().enumerate().rev() {
        let known = *level == 1;
        from -= usize::from(known);
        cells.values[row] = if known { cells.values[from] } else { 0 };
    }
    cells.known.extend(levels.iter().map(|level| *level == 1));
}
