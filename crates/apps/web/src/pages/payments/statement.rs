//! A bank's statement as a file for people, beside its line on the run's page.

use access::Action;
use app::statement::{self, Format};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use kernel::{Mfo, RunId};
use std::io::{self, Seek};
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use super::run::permit_of;
use crate::guest::Seat;
use crate::house::House;
use crate::stop::Stop;

/// Read from the disk and sent at once.
const PIECE_BYTES: usize = 64 * 1024;

/// `file`: the bank and the format, `00014.pdf`.
pub async fn paper(
    State(house): State<House>,
    seat: Seat,
    Path((run, file)): Path<(RunId, String)>,
) -> Result<Response, Stop> {
    let (mfo, format) = read_name(&file).ok_or(Stop::NotFound)?;
    let permit = permit_of(&house, &seat, Action::ReadRun, run).await?;
    let mut tx = house.read().await?;
    let frozen = statement::of_bank(&mut tx, run, mfo).await?;
    drop(tx);
    // It waits on the disk without a name: whole before its first byte leaves, gone with the answer.
    let out = tempfile::tempfile().map_err(Stop::fault)?;
    let how = (format, seat.lang(), house.zone());
    let written = statement::write(house.platform(), &permit, &frozen, how, out, |_| {}).await?;
    let (bytes, pieces) = pieces(written).map_err(Stop::fault)?;
    let name = frozen.file_name(format);
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CONTENT_LENGTH, bytes.to_string()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

fn read_name(file: &str) -> Option<(Mfo, Format)> {
    let (mfo, format) = file.split_once('.')?;
    Some((Mfo::parse(mfo).ok()?, Format::parse(format)?))
}

type Piece = io::Result<Vec<u8>>;

/// How many bytes there are, and they themselves from the first.
fn pieces(
    mut written: std::fs::File,
) -> io::Result<(u64, impl Stream<Item = Piece> + Send + use<>)> {
    written.rewind()?;
    let bytes = written.metadata()?.len();
    let from = File::from_std(written);
    let pieces = stream::try_unfold(from, |mut from| async move {
        let mut piece = vec![0; PIECE_BYTES];
        let read = from.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, io::Error>((read > 0).then_some((piece, from)))
    });
    Ok((bytes, pieces))
}
