//! A wire between a program and what it talks to, cut at the N-th message of the program.
//!
//! It knows no protocol: a message is what one side says until the other speaks, which holds for
//! HTTP and for PostgreSQL. A real connection over real sockets is closed, nothing is played.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const BUFFER_BYTES: usize = 64 * 1024;

/// Where a message's connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nothing of it arrives.
    Before,
    /// Half of its first part arrives.
    Within,
    /// All of it arrives and is done; the answer does not come back.
    After,
}

#[derive(Debug, Default)]
struct Told {
    heard: AtomicUsize,
    /// Messages are numbered from 1; none is the 0th.
    at: AtomicUsize,
    happened: AtomicBool,
}

#[derive(Debug)]
pub struct Wire {
    pub address: SocketAddr,
    told: Arc<Told>,
    accepting: JoinHandle<()>,
}

impl Wire {
    /// To `HOST:PORT`, cut at message `at`; 0 never cuts.
    pub async fn to(target: &str, cut: Cut, at: usize) -> Wire {
        let target: SocketAddr = target.parse().expect("an address in digits");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let told = Arc::new(Told::default());
        told.at.store(at, Ordering::SeqCst);
        let shared = Arc::clone(&told);
        let accepting = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let told = Arc::clone(&shared);
                tokio::spawn(async move {
                    if let Ok(far) = TcpStream::connect(target).await {
                        // An end of either side is an end of both.
                        let _ = carry(near, far, cut, &told).await;
                    }
                });
            }
        });
        Wire {
            address,
            told,
            accepting,
        }
    }

    /// True when the message came, and was cut.
    pub fn was_cut(&self) -> bool {
        self.told.happened.load(Ordering::SeqCst)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Told {
    /// Counts a message; true when it is the one.
    fn hear(&self) -> bool {
        let number = self.heard.fetch_add(1, Ordering::SeqCst) + 1;
        let is_the_one = number == self.at.load(Ordering::SeqCst);
        if is_the_one {
            self.happened.store(true, Ordering::SeqCst);
        }
        is_the_one
    }
}

/// Carries bytes both ways until one side ends or the wire is cut.
async fn carry(
    mut near: TcpStream,
    mut far: TcpStream,
    cut: Cut,
    told: &Told,
) -> std::io::Result<()> {
    let (mut asked, mut answered) = (vec![0; BUFFER_BYTES], vec![0; BUFFER_BYTES]);
    let (mut speaks, mut is_the_one) = (false, false);
    loop {
        tokio::select! {
            read = near.read(&mut asked) => {
                let bytes = &asked[..read?];
                if bytes.is_empty() {
                    return Ok(());
                }
                if !speaks {
                    speaks = true;
                    is_the_one = told.hear();
                }
                match (is_the_one, cut) {
                    (true, Cut::Before) => return Ok(()),
                    (true, Cut::Within) => return far.write_all(&bytes[..bytes.len() / 2]).await,
                    _ => far.write_all(bytes).await?,
                }
            }
            read = far.read(&mut answered) => {
                let bytes = &answered[..read?];
                if bytes.is_empty() || is_the_one {
                    return Ok(());
                }
                speaks = false;
                near.write_all(bytes).await?;
            }
        }
    }
}
