//! Connections as strangers open them: silent, slow, too many. Real sockets, short times.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::listen::{Limits, serve_within};

const HEAD: Duration = Duration::from_secs(1);
/// Much longer than anything here may take.
const LONG: Duration = Duration::from_secs(20);
const ASKED: &[u8] = b"GET / HTTP/1.1\r\nHost: daftar\r\n\r\n";
/// More than the buffers of two sockets take.
const LARGE_BYTES: usize = 64 * 1024 * 1024;

struct Served {
    address: SocketAddr,
    end: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

async fn served(connections_max: usize) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let slow = || async {
        sleep(HEAD * 3).await;
        "slow"
    };
    let router = Router::new()
        .route("/", get(|| async { "here" }))
        .route("/slow", get(slow))
        .route("/large", get(|| async { vec![7_u8; LARGE_BYTES] }));
    let limits = Limits {
        head: HEAD,
        stall: HEAD,
        connections_max,
    };
    let (end, ended) = oneshot::channel::<()>();
    let until = async {
        let _ = ended.await;
    };
    let serving = tokio::spawn(serve_within(limits, listener, router, until));
    Served {
        address,
        end,
        serving,
    }
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// Reads until `word` came.
async fn read_until(stream: &mut TcpStream, word: &str) {
    let mut came = Vec::new();
    let read = async {
        while !String::from_utf8_lossy(&came).ends_with(word) {
            assert_ne!(
                stream.read_buf(&mut came).await.unwrap(),
                0,
                "closed before it came"
            );
        }
    };
    timeout(LONG, read).await.expect(word);
}

/// Waits until the other side has closed; what it says before does not matter.
async fn read_to_close(stream: &mut TcpStream) {
    let mut came = Vec::new();
    let closed = timeout(LONG, stream.read_to_end(&mut came)).await;
    let _ = closed.expect("the connection was never closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_says_nothing_is_closed() {
    let served = served(8).await;
    let mut silent = served.connect().await;
    read_to_close(&mut silent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_drips_is_no_head() {
    let served = served(8).await;
    let (mut reads, mut writes) = served.connect().await.into_split();
    let dripping = tokio::spawn(async move {
        for byte in ASKED.iter().cycle().filter(|byte| **byte != b'\n') {
            sleep(HEAD / 10).await;
            if writes.write_all(&[*byte]).await.is_err() {
                break;
            }
        }
    });
    let mut came = Vec::new();
    let closed = timeout(LONG, reads.read_to_end(&mut came)).await;
    let _ = closed.expect("the connection was never closed");
    dripping.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_goes_on_asking_is_served_longer_than_the_time_of_one_head() {
    let served = served(8).await;
    let mut stream = served.connect().await;
    let begun = Instant::now();
    while begun.elapsed() < HEAD * 3 {
        stream.write_all(ASKED).await.unwrap();
        read_until(&mut stream, "here").await;
        sleep(HEAD / 6).await;
    }
    // A request that takes long is no silence either.
    stream
        .write_all(b"GET /slow HTTP/1.1\r\nHost: daftar\r\n\r\n")
        .await
        .unwrap();
    read_until(&mut stream, "slow").await;
    // Answered and then silent: closed, too.
    read_to_close(&mut stream).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_reads_the_answer_loses_the_connection() {
    let served = served(1).await;
    let mut greedy = served.connect().await;
    greedy
        .write_all(b"GET /large HTTP/1.1\r\nHost: daftar\r\n\r\n")
        .await
        .unwrap();
    let mut next = served.connect().await;
    next.write_all(ASKED).await.unwrap();
    read_until(&mut next, "here").await;
    drop(greedy);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_too_many_waits_at_the_door_and_is_let_in() {
    let served = served(2).await;
    let mut first = served.connect().await;
    let mut second = served.connect().await;
    for stream in [&mut first, &mut second] {
        stream.write_all(ASKED).await.unwrap();
        read_until(stream, "here").await;
    }
    let mut third = served.connect().await;
    third.write_all(ASKED).await.unwrap();
    let mut byte = [0];
    let early = timeout(HEAD / 3, third.read(&mut byte)).await;
    assert!(early.is_err(), "served beside as many as there may be");
    drop(first);
    read_until(&mut third, "here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_what_was_begun_is_answered_and_the_silent_do_not_hold_it_up() {
    let served = served(8).await;
    let _silent = served.connect().await;
    let mut asks = served.connect().await;
    asks.write_all(b"GET /slow HTTP/1.1\r\nHost: daftar\r\n\r\n")
        .await
        .unwrap();
    sleep(HEAD / 3).await;
    served.end.send(()).unwrap();
    read_until(&mut asks, "slow").await;
    timeout(LONG, served.serving)
        .await
        .expect("serving never ended")
        .unwrap();
}
