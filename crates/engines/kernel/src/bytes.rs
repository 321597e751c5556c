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
        self.u64_behind(u64::from(first & 0x7f))
    }

    /// The rest of a number whose low seven bits are known and which goes on.
    fn u64_behind(&mut self, low: u64) -> Result<u64, BadBytes> {
        let mut value = low;
        let mut shift = 7;
        loop {
            let at = self.at;
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            // The tenth byte has room for one bit only.
            if shift == 63 && byte > 1 {
                return Err(BadBytes::Number { at });
            }
            if byte < 0x80 {
                let shortest = byte != 0;
                return if shortest {
                    Ok(value)
                } else {
                    Err(BadBytes::Number { at })
                };
            }
            shift += 7;
        }
    }

    #[inline]
    pub(crate) fn u32(&mut self) -> Result<u32, BadBytes> {
        let at = self.at;
        u32::try_from(self.u64()?).map_err(|_| BadBytes::Number { at })
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_shortest_form_of_a_number_is_read() {
        fn check(bytes: &[u8], expected: Result<u64, BadBytes>) {
            assert_eq!(Reader::new(bytes).u64(), expected, "{bytes:?}");
        }
        check(&[0], Ok(0));
        check(&[0x7f], Ok(127));
        check(&[0x80, 1], Ok(128));
        check(&[0x80, 0], Err(BadBytes::Number { at: 1 }));
        check(&[0x80], Err(BadBytes::CutOff { at: 1 }));
        let mut largest = [0xff; 10];
        largest[9] = 1;
        check(&largest, Ok(u64::MAX));
        largest[9] = 2;
        check(&largest, Err(BadBytes::Number { at: 9 }));
        check(&[0xff; 12], Err(BadBytes::Number { at: 9 }));
    }

    proptest! {
        #[test]
        fn numbers_survive(number in any::<u64>(), shift in 0..64_u32, signed in any::<i64>()) {
            let number = number >> shift;
            let mut bytes = Vec::new();
            put_u64(&mut bytes, number);
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.u64(), Ok(number));
            prop_assert_eq!(reader.end(), Ok(()));
            prop_assert_eq!(unzigzag(zigzag(signed)), signed);
        }
    }
}
