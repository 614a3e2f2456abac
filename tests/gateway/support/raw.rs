//! A client below HTTP: bytes over TCP, as slowly as a story wants.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::Gateway;

pub struct Raw(TcpStream);

impl Raw {
    pub fn connect(gateway: &Gateway) -> std::io::Result<Self> {
        let stream = TcpStream::connect(gateway.url.trim_start_matches("http://"))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(Self(stream))
    }

    pub fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).expect("bytes go out");
        self.0.flush().expect("bytes go out");
    }

    /// Everything until the other side closes.
    pub fn read_all(&mut self) -> String {
        let mut answer = Vec::new();
        self.0.read_to_end(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }
}
