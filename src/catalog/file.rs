//! A catalog file of any kind: what it is, and the reader for it.
//!
//! Everything is read as a stream, whatever its size. The kind is told by the first bytes, then by the name.

use std::io::{BufRead, BufReader, Cursor, Read as _};

use super::record::{Fault, Read};
use super::{bmecat, csv, jsonl, language};
use crate::oci::rules::is_currency;

/// Looked at to tell what a file is and how it is encoded.
const HEAD: u64 = 8 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Bmecat,
    JsonLines,
}

/// What is said about a file from outside.
#[derive(Debug, Clone)]
pub struct Options {
    /// Of texts that name none.
    pub language: String,
    /// Of prices that name none; in BMEcat also which of several currencies is taken.
    pub currency: Option<String>,
    /// BMEcat: the first type that an article has is taken.
    pub price_types: Vec<String>,
    /// BMEcat: in front of file names, instead of the catalog's own MIME_ROOT.
    pub mime_root: Option<String>,
    /// `2026-11-27`: prices of another time are not taken.
    pub today: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            language: String::new(),
            currency: None,
            price_types: bmecat::PRICE_TYPES.iter().map(|kind| (*kind).to_owned()).collect(),
            mime_root: None,
            today: String::new(),
        }
    }
}

/// [`Options::language`] as somebody wrote it.
pub fn read_language(written: &str) -> Result<String, String> {
    let tag = written.trim();
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    if !(2..=8).contains(&primary.len()) || !primary.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err("it must be the code of a language, such as de".to_owned());
    }
    Ok(language::primary(tag))
}

/// [`Options::currency`] as somebody wrote it.
pub fn read_currency(written: &str) -> Result<String, String> {
    Some(written.trim().to_ascii_uppercase())
        .filter(|code| is_currency(code))
        .ok_or_else(|| "it must be the code of a currency, such as EUR".to_owned())
}

/// [`Options::mime_root`] as somebody wrote it.
pub fn read_mime_root(written: &str) -> Result<String, String> {
    let root = written.trim();
    let url = url::Url::parse(root).ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https"))
        .map(|_| root.to_owned())
        .ok_or_else(|| "it must be an address that begins with https:// or http://".to_owned())
}

/// An open file.
pub struct CatalogFile<'a> {
    pub format: Format,
    /// It says of itself that it only changes what is there.
    pub is_update: bool,
    /// Columns that are no field of an article: they become custom fields.
    pub custom_columns: Vec<String>,
    pub records: Box<dyn Iterator<Item = Read> + Send + 'a>,
}

impl Format {
    pub fn read(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "bmecat" => Some(Self::Bmecat),
            "jsonl" => Some(Self::JsonLines),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Bmecat => "bmecat",
            Self::JsonLines => "jsonl",
        }
    }

    /// By its first bytes, which don't lie, and what they leave open by its name.
    fn guess(head: &[u8], name: &str) -> Self {
        // UTF-16 has a NUL beside every letter.
        let first = head
            .iter()
            .find(|byte| !matches!(byte, 0xEF | 0xBB | 0xBF | 0xFE | 0xFF | 0 | b' ' | b'\t' | b'\r' | b'\n'));
        let name = name.to_ascii_lowercase();
        match first {
            Some(b'<') => Self::Bmecat,
            Some(b'{') => Self::JsonLines,
            _ if name.ends_with(".xml") => Self::Bmecat,
            _ if name.ends_with(".jsonl") || name.ends_with(".ndjson") => Self::JsonLines,
            _ => Self::Csv,
        }
    }
}

/// Opens a catalog. What can't be a catalog at all is told at once.
pub fn open<'a>(
    mut bytes: impl BufRead + Send + 'a,
    name: &str,
    format: Option<Format>,
    options: &Options,
) -> Result<CatalogFile<'a>, Fault> {
    let mut head = Vec::new();
    let unreadable = |error: std::io::Error| Fault::fatal(1, format!("The file cannot be read: {error}."));
    bytes.by_ref().take(HEAD).read_to_end(&mut head).map_err(unreadable)?;
    if head.is_empty() {
        return Err(Fault::fatal(1, "The file is empty."));
    }
    if head.starts_with(&[0x1f, 0x8b]) || head.starts_with(b"PK\x03\x04") {
        return Err(Fault::fatal(1, "The file is compressed; unpack it first."));
    }
    let format = format.unwrap_or_else(|| Format::guess(&head, name));
    let declared = if format == Format::Bmecat { bmecat::encoding(&head) } else { None };
    let whole = Cursor::new(head).chain(bytes);
    let mut decoder = encoding_rs_io::DecodeReaderBytesBuilder::new();
    decoder.strip_bom(true);
    if format == Format::Bmecat {
        // Without a declaration XML is UTF-8.
        decoder.encoding(Some(declared.unwrap_or(encoding_rs::UTF_8)));
    }
    let decoded = BufReader::with_capacity(64 * 1024, decoder.build(whole));
    match format {
        Format::Csv => csv::open(decoded, options),
        Format::JsonLines => Ok(jsonl::open(decoded, options)),
        Format::Bmecat => bmecat::open(decoded, options),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_about_a_file_is_read_or_refused() {
        for (written, language) in [
            ("de", Some("de")),
            (" DEU ", Some("de")),
            ("en-GB", Some("en")),
            ("", None),
            ("deutsch und so", None),
            ("d", None),
        ] {
            assert_eq!(read_language(written).ok().as_deref(), language, "{written}");
        }
        for (written, currency) in
            [("eur", Some("EUR")), ("CHF ", Some("CHF")), ("EURO", None), ("", None), ("€", None)]
        {
            assert_eq!(read_currency(written).ok().as_deref(), currency, "{written}");
        }
        for (written, good) in [
            ("https://shop.example/media/", true),
            ("HTTP://shop.example", true),
            ("ftp://shop.example/", false),
            ("media/", false),
        ] {
            assert_eq!(read_mime_root(written).is_ok(), good, "{written}");
        }
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        assert_eq!(Format::guess(b"\xEF\xBB\xBF<?xml version", "a.csv"), Format::Bmecat);
        assert_eq!(Format::guess(b"\xFF\xFE<\0?\0x\0", "-"), Format::Bmecat);
        assert_eq!(Format::guess(b"{\"product_id\"", "catalog.txt"), Format::JsonLines);
        assert_eq!(Format::guess(b"product_id;name", "catalog.txt"), Format::Csv);
    }

    #[test]
    fn a_compressed_or_empty_file_is_told_at_once() {
        let open = |bytes: &'static [u8]| open(bytes, "-", None, &Options::default()).err().map(|fault| fault.message);
        assert_eq!(open(b"").as_deref(), Some("The file is empty."));
        assert_eq!(open(b"PK\x03\x04zip").as_deref(), Some("The file is compressed; unpack it first."));
    }
}
