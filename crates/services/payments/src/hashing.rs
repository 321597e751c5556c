//! A writer that counts and hashes what goes through it.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

pub(crate) struct Hashing<W> {
    out: W,
    bytes: u64,
    sha256: Sha256,
}

impl<W> Hashing<W> {
    pub fn new(out: W) -> Hashing<W> {
        Hashing {
            out,
            bytes: 0,
            sha256: Sha256::new(),
        }
    }

    /// The writer below, the bytes that it got, their hash.
    pub fn end(self) -> (W, u64, [u8; 32]) {
        (self.out, self.bytes, self.sha256.finalize().into())
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        self.sha256.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
