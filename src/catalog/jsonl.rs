//! Catalogs as JSON lines: an object a line, either an [`Article`] as it is kept, or a line as shops put it in a cart.
//!
//! `{"product_id": "…", "removed": true}` removes an article.

use std::io::BufRead;

use serde_json::{Map, Value};

use super::article::{Article, Attachment, Category, Kind, Price, Text};
use super::check::{self, Names};
use super::file::{CatalogFile, Format, Options};
use super::language;
use super::record::{Fault, Found, MAX_RECORD, Read, Record, Wrong};
use super::source::{Source, TOO_LONG};
use crate::mapping::cart::{self, Cart, CartError};
use crate::mapping::distinct;
use crate::oci::amount::Decimal;

const NAMES: Names =
    Names { product_id: "product_id", name: "name", description: "description", price: "price", currency: "currency" };

struct Lines<R> {
    source: Source<R>,
    line: Vec<u8>,
    options: Options,
    ended: bool,
}

pub(super) fn open<'a>(bytes: impl BufRead + Send + 'a, options: &Options) -> CatalogFile<'a> {
    CatalogFile {
        format: Format::JsonLines,
        is_update: false,
        custom_columns: Vec::new(),
        records: Box::new(Lines {
            source: Source::new(bytes),
            line: Vec::new(),
            options: options.clone(),
            ended: false,
        }),
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        while !self.ended {
            self.line.clear();
            self.source.mark();
            let number = self.source.line();
            match self.source.read_until(b'\n', &mut self.line) {
                Ok(0) => self.ended = true,
                Ok(length) if length > MAX_RECORD => return Some(Err(self.too_long(number))),
                Ok(_) if self.line.iter().all(u8::is_ascii_whitespace) => {}
                Ok(_) => return Some(self.read(number)),
                Err(error) => {
                    if error.to_string() == TOO_LONG {
                        return Some(Err(self.too_long(number)));
                    }
                    self.ended = true;
                    return Some(Err(Fault::fatal(number, format!("The file cannot be read: {error}."))));
                }
            }
        }
        None
    }
}

impl<R> Lines<R> {
    fn too_long(&mut self, line: u64) -> Fault {
        self.ended = true;
        Fault::fatal(line, "A line is larger than 1 MiB.")
    }

    fn read(&self, line: u64) -> Read {
        let not_json = |why: String| Wrong::new("", format!("The line is not a JSON object: {why}.")).at(line, None);
        let object = match serde_json::from_slice(&self.line) {
            Ok(Value::Object(object)) => object,
            Ok(_) => return Err(not_json("it is another value".into())),
            Err(error) => return Err(not_json(error.to_string())),
        };
        distinct::check(&self.line).map_err(|error| not_json(error.to_string()))?;
        let product_id = match object.get("product_id") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        let record = match object.get("removed") {
            Some(Value::Bool(true)) => check::product_id(&product_id, &NAMES).map(Record::Removal),
            _ => self
                .article(object)
                .and_then(|article| check::article(article, &NAMES))
                .map(Box::new)
                .map(Record::Article),
        };
        record.map(|record| Found { line, record }).map_err(|wrong| wrong.at(line, Some(&product_id)))
    }

    fn article(&self, mut object: Map<String, Value>) -> Result<Article, Wrong> {
        if !object.contains_key("currency")
            && let Some(currency) = &self.options.currency
        {
            object.insert("currency".into(), Value::String(currency.clone()));
        }
        let mut article = if object.contains_key("texts") || object.contains_key("prices") {
            let read: Result<Article, _> = serde_json::from_value(Value::Object(object));
            read.map_err(|error| Wrong::new("", format!("{error}.")))?
        } else {
            line(object)?
        };
        for text in &mut article.texts {
            text.language = match text.language.trim() {
                "" => self.options.language.clone(),
                name => language::primary(name),
            };
        }
        Ok(article)
    }
}

/// A line of a cart as an article: the price of any quantity is the line's.
fn line(mut object: Map<String, Value>) -> Result<Article, Wrong> {
    let currency = object.remove("currency").unwrap_or(Value::Null);
    let currency = currency.as_str().unwrap_or_default().to_owned();
    let mut quantity = |name: &str| match object.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => check::decimal(&text, name).map(Some),
        Some(other) => check::decimal(&other.to_string(), name).map(Some),
    };
    let (min_quantity, packing_quantity) = (quantity("min_quantity")?, quantity("packing_quantity")?);
    let language = object.remove("language").and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
    object.insert("quantity".into(), Value::String("1".into()));
    object.remove("parent");
    check::currency(&currency, &NAMES)?;
    let cart = serde_json::json!({ "currency": currency, "lines": [object] });
    let line = match Cart::of(cart) {
        Ok(mut cart) => cart.lines.remove(0),
        Err(CartError::Faulty { mut faults, .. }) => {
            let fault = faults.remove(0);
            return Err(Wrong::new(&fault.field, fault.message));
        }
        Err(error) => return Err(Wrong::new("", format!("{error}."))),
    };
    let kind = match line.kind {
        cart::Kind::Product => Kind::Product,
        cart::Kind::Service => Kind::Service,
        other => {
            let message = format!("\"{}\" cannot be in a catalog; product and service can.", other.as_str());
            return Err(Wrong::new("kind", message));
        }
    };
    let category =
        |category: cart::Category| Category { scheme: category.scheme, id: category.id, name: category.name };
    let attachment = |attachment: cart::Attachment| {
        let cart::Attachment { url, title, purpose, .. } = attachment;
        url.map(|url| Attachment { url, title, mime: None, purpose })
    };
    Ok(Article {
        product_id: line.product_id.unwrap_or_default(),
        kind,
        texts: vec![Text {
            language,
            name: line.name.unwrap_or_default(),
            description: line.description,
            keywords: Vec::new(),
        }],
        unit: line.unit,
        currency,
        prices: vec![Price { from: min_quantity.unwrap_or(Decimal::ONE), net: line.price.net, per: line.price.per }],
        tax_rate: line.tax_rate,
        manufacturer_number: line.manufacturer.number,
        manufacturer: line.manufacturer.name,
        manufacturer_part: line.manufacturer_part,
        ean: line.ean,
        lead_time_days: line.lead_time_days,
        categories: line.categories.into_iter().map(category).collect(),
        min_quantity,
        packing_quantity,
        attachments: line.attachments.into_iter().filter_map(attachment).collect(),
        custom: line.custom,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Read> {
        super::super::file::open(text.as_bytes(), "catalog.jsonl", None, &Options::default()).unwrap().records.collect()
    }

    #[test]
    fn articles_and_lines_of_carts_are_both_read() {
        let found = read(concat!(
            r#"{"product_id":"A","texts":[{"language":"deu","name":"Mutter"}],"currency":"EUR","prices":[{"from":"1","net":"2","per":"1"}]}"#,
            "\n\n",
            r#"{"product_id":10001,"name":"Hex bolt","price":{"net":12.50,"per":"100"},"currency":"EUR","unit":"piece","manufacturer":{"name":"Acme"},"min_quantity":5,"custom":{"size":"M8"}}"#,
            "\n",
            r#"{"product_id":"C","removed":true}"#,
        ));
        let articles: Vec<&Record> = found.iter().map(|read| &read.as_ref().unwrap().record).collect();
        let Record::Article(first) = articles[0] else { panic!("{articles:?}") };
        assert_eq!(first.texts[0].language, "de");
        let Record::Article(second) = articles[1] else { panic!("{articles:?}") };
        assert_eq!((second.product_id.as_str(), second.manufacturer.as_deref()), ("10001", Some("Acme")));
        assert_eq!(second.prices[0].net.to_string(), "12.50");
        assert_eq!(second.prices[0].from.to_string(), "5");
        assert_eq!(articles[2], &Record::Removal("C".into()));
    }

    #[test]
    fn a_line_that_is_too_long_ends_the_reading_however_it_comes() {
        let line =
            |length: usize| format!("{{\"product_id\":\"A\",\"removed\":true,\"x\":\"{}\"}}\n", "x".repeat(length));
        assert!(read(&line(MAX_RECORD - 100))[0].is_ok());
        for length in [MAX_RECORD, MAX_RECORD + 100_000, 3 * MAX_RECORD] {
            let found = read(&(line(length) + &line(1)));
            assert_eq!(found.len(), 1, "{length}");
            let fault = found[0].as_ref().unwrap_err();
            assert!(fault.fatal && fault.message.contains("larger than 1 MiB"), "{fault}");
        }
    }

    #[test]
    fn a_fault_names_its_line_article_and_field() {
        let said: Vec<String> = read(concat!(
            "{\"product_id\":\"A\",\n",
            r#"{"product_id":"B","name":"Nut","currency":"EUR","price":{"net":"abc"}}"#,
            "\n",
            r#"{"product_id":"C","name":"Nut","price":{"net":"1"}}"#,
            "\n",
            r#"{"product_id":"D","currency":"EUR","price":{"net":"1"}}"#,
            "\n[1]\n",
            r#"{"product_id":"E","texts":[],"currency":"EUR","prices":[{"from":"1","net":"2","per":"1"}]}"#,
            "\n",
            r#"{"product_id":"F","name":"Nut","currency":"EUR","price":{"net":"1","net":"2"}}"#,
        ))
        .into_iter()
        .map(|read| read.unwrap_err().to_string())
        .collect();
        assert!(said[0].starts_with("line 1: The line is not a JSON object"), "{}", said[0]);
        assert!(said[1].starts_with("line 2: article \"B\": price.net: \"abc\" is not a decimal"), "{}", said[1]);
        assert!(said[2].starts_with("line 3: article \"C\": currency: It is missing"), "{}", said[2]);
        assert!(said[3].starts_with("line 4: article \"D\": name: It is missing"), "{}", said[3]);
        assert!(said[4].starts_with("line 5: The line is not"), "{}", said[4]);
        assert!(said[5].starts_with("line 6: article \"E\": name"), "{}", said[5]);
        assert!(said[6].starts_with("line 7: ") && said[6].contains("\"net\" stands twice"), "{}", said[6]);
    }
}
