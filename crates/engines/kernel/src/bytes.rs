//! Reading and writing packed bytes: variable-length integers that never panic.
//!
//! A number is cut into groups of seven bits, low group first, the high bit of a
//! byte saying that more follow. Signed numbers are zigzagged first. Only the
//! shortest form is read, so that equal values have equal bytes.

/// The bytes are not what was written: cut off, damaged or hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBytes {
    #[error("the packed bytes end too early, at byte {at}")]
    CutOff { at: usize },
    #[error("the packed bytes hold an impossible number at byte {at}")]
    Number { at: usize },
    #[error("the packed bytes are of version {found}, this program reads {read}")]
    Version { found: u8, read: u8 },
    #[error("the packed bytes hold an unknown code at byte {at}")]
    Code { at: usize },
    #[error("the packed bytes hold text that is not UTF-8 at byte {at}")]
    Text { at: usize },
    #[error("the packed bytes hold more than the {max} allowed at byte {at}")]
    TooMany { at: usize, max: usize },
    #[error("{left} bytes are left over after the packed value")]
    LeftOver { left: usize },
}

pub(crate) fn put_u64(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(crate) fn put_i64(out: &mut Vec<u8>, value: i64) {
    put_u64(out, zigzag(value));
}

pub(crate) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

pub(crate) fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// A cursor over borrowed bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Refuses bytes behind the value.
    pub(crate) fn end(&self) -> Result<(), BadBytes> {
        match self.rest().len() {
            0 => Ok(()),
            left => Err(BadBytes::LeftOver { left }),
        }
    }

    #[inline]
    pub(crate) fn u8(&mut self) -> Result<u8, BadBytes> {
        let byte = *self
            .bytes
            .get(self.at)
            .ok_or(BadBytes::CutOff { at: self.at })?;
        self.at += 1;
        Ok(byte)
    }

    #[inline]
    pub(crate) fn u64(&mut self) -> Result<u64, BadBytes> {
        let first = self.u8()?;
        if first < 0x80 {
            return Ok(u64::from(first));
        }
        self.u64_behind(u64::from(first & 0x7f), 7)
    }

    /// The rest of a number whose low `shift` bits are known and which goes on.
    pub(crate) fn u64_behind(&mut self, low: u64, shift: u32) -> Result<u64, BadBytes> {
        let mut value = low;
        let mut shift = shift;
        loop {
            let at = self.at;
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            let last = byte < 0x80;
            if shift >= 64 || (bits << shift) >> shift != bits || (last && bits == 0) {
                return Err(BadBytes::Number { at });
            }
            value |= bits << shift;
            if last {
                return Ok(value);
            }
            shift += 7;
        }
    }

    #[inline]
    pub(crate) fn i64(&mut self) -> Result<i64, BadBytes> {
        self.u64().map(unzigzag)
    }

    #[inline]
    pub(crate) fn u32(&mut self) -> Result<u32, BadBytes> {
        let at = self.at;
        u32::try_from(self.u64()?).map_err(|_| BadBytes::Number { at })
    }

    #[inline]
    pub(crate) fn i32(&mut self) -> Result<i32, BadBytes> {
        let at = self.at;
        i32::try_from(self.i64()?).map_err(|_| BadBytes::Number { at })
    }

    #[inline]
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], BadBytes> {
        let end = self
            .at
            .checked_add(length)
            .filter(|end| *end <= self.bytes.len());
        let end = end.ok_or(BadBytes::CutOff { at: self.at })?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], BadBytes> {
        let at = self.at;
        self.take(N)?
            .try_into()
            .map_err(|_| BadBytes::CutOff { at })
    }

    /// A count of things of which each takes at least one byte: never more than what is left.
    #[inline]
    pub(crate) fn count(&mut self, max: usize) -> Result<usize, BadBytes> {
        let at = self.at;
        let count = self.u64()?;
        if count > max as u64 {
            return Err(BadBytes::TooMany { at, max });
        }
        Ok(count as usize)
    }
}
