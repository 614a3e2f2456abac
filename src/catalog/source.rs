//! The bytes of a catalog file on their way to a parser: lines are counted, and no record may be endless.
//!
//! Parsers keep a record until its end. So whoever reads says with [`Source::mark`] that one has ended, and a record
//! that goes on beyond the limit is an error instead of memory that grows.

use std::io::{BufRead, Error, Read, Result};

use super::record::MAX_RECORD;

pub(super) struct Source<R> {
    inner: R,
    line: u64,
    since_mark: usize,
}

/// What the error says; readers find it by that.
pub(super) const TOO_LONG: &str = "a record is larger than 1 MiB";

impl<R: BufRead> Source<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, line: 1, since_mark: 0 }
    }

    /// The line that is being read, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    pub fn mark(&mut self) {
        self.since_mark = 0;
    }
}

impl<R: BufRead> BufRead for Source<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.since_mark > MAX_RECORD {
            return Err(Error::other(TOO_LONG));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Ok(buffer) = self.inner.fill_buf() {
            let consumed = &buffer[..amount.min(buffer.len())];
            self.line += consumed.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        }
        self.since_mark += amount;
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Source<R> {
    fn read(&mut self, target: &mut [u8]) -> Result<usize> {
        let available = self.fill_buf()?;
        let amount = available.len().min(target.len());
        target[..amount].copy_from_slice(&available[..amount]);
        self.consume(amount);
        Ok(amount)
    }
}
