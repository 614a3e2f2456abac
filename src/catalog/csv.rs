//! Catalogs as CSV: one article a row, and a row more for each further language.
//!
//! The delimiter is told by the header. A row that is not UTF-8 is read as windows-1252, which is what spreadsheets
//! write. A column that is no field of an article becomes a custom field under its own name.

use std::borrow::Cow;
use std::io::{BufRead, Cursor, Read as _};

use ::csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};
use serde_json::Value;

use super::article::{Article, Attachment, Category, Kind, Price, Text};
use super::check::{self, Names};
use super::file::{CatalogFile, Format, Options};
use super::language;
use super::record::{Fault, Found, MAX_RECORD, Read, Record, Wrong};
use super::source::{Source, TOO_LONG};
use crate::oci::amount::Decimal;

/// The columns that are known, in the order of the documentation.
pub const COLUMNS: [&str; 21] = [
    "product_id",
    "name",
    "description",
    "unit",
    "price_net",
    "price_per",
    "currency",
    "tax_rate",
    "manufacturer_number",
    "manufacturer",
    "manufacturer_part",
    "ean",
    "lead_time_days",
    "category_scheme",
    "category_id",
    "category_name",
    "min_quantity",
    "packing_quantity",
    "scale_prices",
    "image_url",
    "language",
];
const REQUIRED: [&str; 3] = ["product_id", "name", "price_net"];
const MAX_COLUMNS: usize = 300;

const NAMES: Names = Names {
    product_id: "product_id",
    name: "name",
    description: "description",
    price: "price_net",
    currency: "currency",
};

struct Rows<R> {
    reader: Reader<Source<R>>,
    record: ByteRecord,
    /// Where each known column is.
    places: [Option<usize>; COLUMNS.len()],
    custom: Vec<(usize, String)>,
    columns: usize,
    options: Options,
    /// The article whose rows are being read.
    pending: Option<(u64, Article)>,
    /// What is to be given before reading goes on.
    next: Option<Read>,
    ended: bool,
}

pub(super) fn open<'a>(mut bytes: impl BufRead + Send + 'a, options: &Options) -> Result<CatalogFile<'a>, Fault> {
    let unreadable = |error: std::io::Error| Fault::fatal(1, format!("The file cannot be read: {error}."));
    let mut first = Vec::new();
    let most = u64::try_from(MAX_RECORD).unwrap_or(u64::MAX);
    bytes.by_ref().take(most).read_until(b'\n', &mut first).map_err(unreadable)?;
    let delimiter = delimiter(&first);
    let source = Source::new(Cursor::new(first).chain(bytes));
    let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(source);
    let mut header = ByteRecord::new();
    reader.read_byte_record(&mut header).map_err(|error| fatal(1, &error))?;
    let names: Vec<String> = header.iter().map(|name| decoded(name).trim().to_owned()).collect();
    if names.len() > MAX_COLUMNS {
        return Err(Fault::fatal(
            1,
            format!("The file has {} columns; at most {MAX_COLUMNS} are allowed.", names.len()),
        ));
    }
    let place = |column: &str| names.iter().position(|name| name.eq_ignore_ascii_case(column));
    let missing: Vec<&str> = REQUIRED.into_iter().filter(|column| place(column).is_none()).collect();
    if !missing.is_empty() {
        let known = COLUMNS.join(", ");
        let message =
            format!("The first line must name the columns; {} is missing. Known are {known}.", missing.join(", "));
        return Err(Fault::fatal(1, message));
    }
    let is_known = |name: &str| COLUMNS.iter().any(|column| name.eq_ignore_ascii_case(column));
    let custom: Vec<(usize, String)> =
        names.iter().cloned().enumerate().filter(|(_, name)| !name.is_empty() && !is_known(name)).collect();
    Ok(CatalogFile {
        format: Format::Csv,
        is_update: false,
        custom_columns: custom.iter().map(|(_, name)| name.clone()).collect(),
        records: Box::new(Rows {
            reader,
            record: ByteRecord::new(),
            places: COLUMNS.map(place),
            custom,
            columns: names.len(),
            options: options.clone(),
            pending: None,
            next: None,
            ended: false,
        }),
    })
}

/// Of comma, semicolon and tab the one that the first line has most of.
fn delimiter(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: &u8| line.iter().filter(|byte| *byte == delimiter).count();
    *[b',', b';', b'\t'].iter().max_by_key(|delimiter| (count(delimiter), **delimiter == b',')).unwrap_or(&b',')
}

fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

fn fatal(line: u64, error: &::csv::Error) -> Fault {
    let message = match error.kind() {
        ErrorKind::Io(error) if error.to_string() == TOO_LONG => {
            "A row is larger than 1 MiB; is a quotation mark not closed before here?".to_owned()
        }
        _ => format!("The file cannot be read: {error}."),
    };
    Fault::fatal(line, message)
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        if let Some(next) = self.next.take() {
            return Some(next);
        }
        while !self.ended {
            self.reader.get_mut().mark();
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => {
                    if let Some(read) = self.row() {
                        return Some(read);
                    }
                }
                Ok(false) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    let line = self.reader.position().line();
                    return self.then(Err(fatal(line, &error)));
                }
            }
        }
        self.take_pending()
    }
}

impl<R: BufRead> Rows<R> {
    fn take_pending(&mut self) -> Option<Read> {
        self.pending.take().map(|(line, article)| finished(line, article))
    }

    /// Gives the pending article first, if there is one.
    fn then(&mut self, read: Read) -> Option<Read> {
        match self.take_pending() {
            Some(pending) => {
                self.next = Some(read);
                Some(pending)
            }
            None => Some(read),
        }
    }

    /// Takes a row: gives what is finished by it.
    fn row(&mut self) -> Option<Read> {
        let line = self.record.position().map_or(0, ::csv::Position::line);
        if self.record.iter().all(|field| field.iter().all(u8::is_ascii_whitespace)) {
            return None;
        }
        match self.read(line) {
            Err(fault) => self.then(Err(fault)),
            Ok(article) => {
                if let Some((_, pending)) = &mut self.pending
                    && pending.product_id == article.product_id
                    && let Some(text) = article.texts.first()
                    && pending.texts.iter().all(|known| known.language != text.language)
                {
                    pending.texts.extend(article.texts);
                    return None;
                }
                let finished = self.take_pending();
                self.pending = Some((line, article));
                finished
            }
        }
    }

    fn read(&self, line: u64) -> Result<Article, Fault> {
        let product_id = self.text("product_id");
        let wrong = |wrong: Wrong| wrong.at(line, Some(product_id.trim()));
        if self.record.len() != self.columns {
            let message = format!("The row has {} fields, the first line has {}.", self.record.len(), self.columns);
            return Err(wrong(Wrong::new("", message)));
        }
        self.article().map_err(wrong)
    }

    fn article(&self) -> Result<Article, Wrong> {
        let decimal = |column: &str| match self.text(column).trim() {
            "" => Ok(None),
            text => check::decimal(text, column).map(Some),
        };
        let optional = |column: &str| Some(self.text(column).trim().to_owned()).filter(|text| !text.is_empty());
        let min_quantity = decimal("min_quantity")?;
        let per = decimal("price_per")?.unwrap_or(Decimal::ONE);
        // A further row of an article adds a language and need not say the rest again.
        let id = self.text("product_id");
        let earlier = self.pending.as_ref().map(|(_, article)| article);
        let earlier = earlier.filter(|article| article.product_id == id.trim());
        let said = earlier.and_then(|article| article.prices.first()).map(|price| price.net);
        let net = decimal("price_net")?
            .or(said)
            .ok_or_else(|| Wrong::new("price_net", "It is missing; an article needs a price."))?;
        let currency = optional("currency")
            .or_else(|| earlier.map(|article| article.currency.clone()))
            .or_else(|| self.options.currency.clone());
        check::positive(min_quantity, "min_quantity")?;
        let mut prices = vec![Price { from: min_quantity.unwrap_or(Decimal::ONE), net, per }];
        prices.extend(scale(&self.text("scale_prices"), per)?);
        let category = Category {
            scheme: optional("category_scheme"),
            id: optional("category_id"),
            name: optional("category_name"),
        };
        let language = match self.text("language").trim() {
            "" => self.options.language.clone(),
            name => language::primary(name),
        };
        let lead_time_days = match self.text("lead_time_days").trim() {
            "" => None,
            text => Some(check::days(text, "lead_time_days")?),
        };
        let custom = self.custom.iter().filter_map(|(place, name)| {
            let value = decoded(self.record.get(*place)?).trim().to_owned();
            (!value.is_empty()).then_some((name.clone(), Value::String(value)))
        });
        let article = Article {
            product_id: self.text("product_id").into_owned(),
            kind: Kind::Product,
            texts: vec![Text {
                language,
                name: self.text("name").into_owned(),
                description: optional("description"),
                keywords: Vec::new(),
            }],
            unit: optional("unit"),
            currency: currency.unwrap_or_default(),
            prices,
            tax_rate: decimal("tax_rate")?,
            manufacturer_number: optional("manufacturer_number"),
            manufacturer: optional("manufacturer"),
            manufacturer_part: optional("manufacturer_part"),
            ean: optional("ean"),
            lead_time_days,
            categories: Some(category).filter(|category| *category != Category::default()).into_iter().collect(),
            min_quantity,
            packing_quantity: decimal("packing_quantity")?,
            attachments: optional("image_url")
                .map(|url| Attachment { url, ..Attachment::default() })
                .into_iter()
                .collect(),
            custom: custom.collect(),
        };
        check::article(article, &NAMES)
    }

    fn text(&self, column: &str) -> Cow<'_, str> {
        let known = COLUMNS.iter().position(|known| *known == column);
        known
            .and_then(|known| self.places[known])
            .and_then(|place| self.record.get(place))
            .map_or(Cow::Borrowed(""), decoded)
    }
}

fn finished(line: u64, article: Article) -> Read {
    let texts = check::few(article.texts.len(), super::record::MAX_TEXTS, "languages");
    match texts {
        Ok(()) => Ok(Found { line, record: Record::Article(Box::new(article)) }),
        Err(wrong) => Err(wrong.at(line, Some(&article.product_id))),
    }
}

/// `100:11.90;500:10.50`.
fn scale(text: &str, per: Decimal) -> Result<Vec<Price>, Wrong> {
    const FIELD: &str = "scale_prices";
    let steps = text.split([';', '|']).map(str::trim).filter(|step| !step.is_empty());
    let read = |step: &str| {
        let (from, net) = step
            .split_once(':')
            .ok_or_else(|| Wrong::new(FIELD, "Quantity and price are written as 100:11.90;500:10.50."))?;
        Ok(Price { from: check::decimal(from, FIELD)?, net: check::decimal(net, FIELD)?, per })
    };
    steps.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Read> {
        let options = Options { currency: Some("EUR".into()), ..Options::default() };
        super::super::file::open(bytes, "catalog.csv", Some(Format::Csv), &options).unwrap().records.collect()
    }

    fn articles(bytes: &[u8]) -> Vec<Article> {
        let article = |read: Read| match read.unwrap().record {
            Record::Article(article) => *article,
            other => panic!("{other:?}"),
        };
        read(bytes).into_iter().map(article).collect()
    }

    fn faults(bytes: &[u8]) -> Vec<String> {
        read(bytes).into_iter().filter_map(Result::err).map(|fault| fault.to_string()).collect()
    }

    #[test]
    fn a_row_of_a_further_language_need_not_say_price_and_currency_again() {
        let csv =
            "product_id,name,price_net,currency,language\nSW-1,Mutter,2.50,CHF,de\nSW-1,Nut,,,en\nSW-2,Bolt,,,en\n";
        let read: Vec<_> = read(csv.as_bytes());
        let Record::Article(nut) = &read[0].as_ref().unwrap().record else { panic!("{read:?}") };
        assert_eq!(
            (nut.currency.as_str(), nut.prices[0].net.to_string().as_str(), nut.texts.len()),
            ("CHF", "2.50", 2)
        );
        assert!(read[1].as_ref().unwrap_err().to_string().contains("price_net"), "another article's price is its own");
    }

    #[test]
    fn every_column_has_its_place() {
        let csv = format!(
            "{}\nSW-1,Hex bolt,<p>Zinc</p>,piece,12.50,100,CHF,19,8812,Acme,HB-M8,4006381333931,2,ECLASS13.0,23110101,Bolts,5,10,100:11.90;500:10.50,https://x.example/a.jpg,en\n",
            COLUMNS.join(",")
        );
        let article = &articles(csv.as_bytes())[0];
        assert_eq!((article.currency.as_str(), article.lead_time_days), ("CHF", Some(2)));
        let steps: Vec<String> = article.prices.iter().map(|p| format!("{}:{}/{}", p.from, p.net, p.per)).collect();
        assert_eq!(steps, ["5:12.50/100", "100:11.90/100", "500:10.50/100"]);
        assert_eq!(article.texts[0].language, "en");
        assert_eq!(article.categories[0].name.as_deref(), Some("Bolts"));
        assert_eq!(article.attachments[0].url, "https://x.example/a.jpg");
        assert!(article.custom.is_empty());
    }

    #[test]
    fn spreadsheets_are_read_as_they_write() {
        // Semicolons, windows-1252, decimal commas, a column of the shop's own.
        let csv = b"Product_ID;NAME;price_net;Gr\xf6\xdfe\r\nM8;Schl\xfcssel;12,50;8 mm\r\n";
        let article = &articles(csv)[0];
        assert_eq!(article.texts[0].name, "Schlüssel");
        assert_eq!(article.prices[0].net.to_string(), "12.50");
        assert_eq!(article.custom["Größe"], "8 mm");
        let utf_16: Vec<u8> = "\u{feff}product_id\tname\tprice_net\nM8\tSchlüssel\t1\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(articles(&utf_16)[0].texts[0].name, "Schlüssel");
        assert_eq!(articles("\u{feff}product_id,name,price_net\nM8,a,1\n".as_bytes()).len(), 1);
    }

    #[test]
    fn rows_of_one_article_in_several_languages_are_one_article() {
        let csv = b"product_id,name,price_net,language\nA,Mutter,1,de\nA,Nut,1,en\nB,Bolt,1,en\nA,Ecrou,1,fr\nA,Noch eine,1,fr\n";
        let found: Vec<(String, usize)> =
            articles(csv).into_iter().map(|article| (article.product_id, article.texts.len())).collect();
        assert_eq!(found, [("A".into(), 2), ("B".into(), 1), ("A".into(), 1), ("A".into(), 1)]);
    }

    #[test]
    fn a_fault_names_its_line_article_and_field() {
        let csv = b"product_id,name,price_net,scale_prices\nA,Nut,abc,\n,Nut,1,\nB,,1,\nC,Nut,1\nD,Nut,1,100=2\nE,Nut,-1,\nF,Nut,1,1:2\nG,\"Nut\nof two lines\",1,\nH,Nut,1;234,\n";
        let said = faults(csv);
        assert!(said[0].starts_with("line 2: article \"A\": price_net: \"abc\" is not a decimal"), "{}", said[0]);
        assert!(said[1].starts_with("line 3: product_id: It is missing"), "{}", said[1]);
        assert!(said[2].starts_with("line 4: article \"B\": name: It is missing"), "{}", said[2]);
        assert_eq!(said[3], "line 5: article \"C\": The row has 3 fields, the first line has 4.");
        assert!(said[4].contains("scale_prices"), "{}", said[4]);
        assert!(said[5].contains("negative"), "{}", said[5]);
        assert!(said[6].contains("From quantity 1 on there are two prices, 1 and 2"), "{}", said[6]);
        assert!(said[7].starts_with("line 11: article \"H\""), "{}", said[7]);
        assert_eq!(said.len(), 8);
    }

    #[test]
    fn a_file_without_the_columns_it_needs_is_no_catalog() {
        let opened = super::super::file::open(&b"number,name\n1,a\n"[..], "-", None, &Options::default());
        let fault = opened.err().unwrap();
        assert!(fault.fatal && fault.message.contains("product_id, price_net is missing"), "{fault}");
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_does_not_swallow_the_memory() {
        let mut csv = b"product_id,name,price_net\nA,Nut,1\nB,\"Nut,1\n".to_vec();
        csv.extend(std::iter::repeat_n(b"C,Nut,1\n", 400_000).flatten());
        let read = read(&csv);
        let fault = read.last().unwrap().as_ref().unwrap_err();
        assert!(fault.fatal && fault.message.contains("quotation mark"), "{fault}");
        assert_eq!(read.len(), 2);
    }
}
