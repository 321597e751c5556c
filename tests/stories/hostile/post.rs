//! Bytes over a bare connection: in one piece, or in pieces whose sum is not told.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedWriteHalf;

use super::bodies::Body;

const PIECE_BYTES: usize = 16 * 1024;
const ANSWER_BYTES_MAX: u64 = 1 << 20;

pub struct Answered {
    pub status: u16,
    pub text: String,
}

/// One request on a connection of its own. Who refuses early may close before all was sent.
pub async fn send(address: &str, method: &str, path: &str, token: &str, body: &Body) -> Answered {
    let host = address.trim_start_matches("http://");
    let stream = TcpStream::connect(host).await.expect("a connection");
    let (mut from, mut to) = stream.into_split();
    let length = match body.chunked {
        true => "transfer-encoding: chunked".to_owned(),
        false => format!("content-length: {}", body.bytes.len()),
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: {}\r\n{length}\r\n\r\n",
        body.content_type
    );
    let writing = write(&mut to, &head, body);
    let reading = async {
        let mut answer = Vec::new();
        // Closed in the middle of our sending: what was said before is what counts.
        let _ = (&mut from)
            .take(ANSWER_BYTES_MAX)
            .read_to_end(&mut answer)
            .await;
        answer
    };
    let (_, answer) = tokio::join!(writing, reading);
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Answered {
        status: status.unwrap_or(0),
        text: text
            .split_once("\r\n\r\n")
            .map_or(String::new(), |(_, body)| body.to_owned()),
    }
}

async fn write(to: &mut OwnedWriteHalf, head: &str, body: &Body) -> std::io::Result<()> {
    to.write_all(head.as_bytes()).await?;
    if !body.chunked {
        return to.write_all(&body.bytes).await;
    }
    for piece in body.bytes.chunks(PIECE_BYTES) {
        let length = format!("{:x}\r\n", piece.len());
        to.write_all(length.as_bytes()).await?;
        to.write_all(piece).await?;
        to.write_all(b"\r\n").await?;
    }
    to.write_all(b"0\r\n\r\n").await
}
