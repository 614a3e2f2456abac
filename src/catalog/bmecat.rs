//! BMEcat 1.2 and 2005: the catalogs that suppliers and procurement systems of the German-speaking countries exchange.
//!
//! One article is in memory at a time. Of the transactions T_NEW_CATALOG, T_UPDATE_PRODUCTS and T_UPDATE_PRICES are
//! read. A document type is skipped and what it declares is not expanded. What an article says is `bmecat_article`'s.

use std::io::BufRead;

use encoding_rs::Encoding;
use quick_xml::events::Event;

use super::bmecat_article::{Header, read_article, read_header};
use super::file::{CatalogFile, Format, Options};
use super::record::{Fault, Found, Read};
use super::source::{Source, TOO_LONG};
use super::tree::Tree;

/// The types of prices that are taken, the first that an article has: what the buyer pays, without tax.
pub const PRICE_TYPES: [&str; 2] = ["net_customer", "net_list"];

/// Which transaction the articles stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transaction {
    NewCatalog,
    UpdateProducts,
    UpdatePrices,
}

impl Transaction {
    fn read(name: &str) -> Option<Self> {
        match name {
            "T_NEW_CATALOG" => Some(Self::NewCatalog),
            "T_UPDATE_PRODUCTS" => Some(Self::UpdateProducts),
            "T_UPDATE_PRICES" => Some(Self::UpdatePrices),
            _ => None,
        }
    }
}

/// The charset that an XML declaration names.
pub(super) fn encoding(head: &[u8]) -> Option<&'static Encoding> {
    let head = &head[..head.len().min(200)];
    let declaration = String::from_utf8_lossy(head);
    let declaration = declaration.trim_start_matches('\u{feff}').strip_prefix("<?xml")?.split("?>").next()?;
    let value = declaration.split("encoding").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.as_bytes())
}

struct Articles<R> {
    xml: Xml<R>,
    tree: Tree,
    header: Header,
    transaction: Transaction,
    options: Options,
    ended: bool,
}

pub(super) fn open<'a>(bytes: impl BufRead + Send + 'a, options: &Options) -> Result<CatalogFile<'a>, Fault> {
    let mut reader = quick_xml::Reader::from_reader(Source::new(bytes));
    reader.config_mut().expand_empty_elements = true;
    let mut xml = Xml { reader, buffer: Vec::new() };
    let mut tree = Tree::default();
    let root = xml.next_start()?;
    if root.as_deref() != Some("BMECAT") {
        let found =
            root.map_or_else(|| "there is no element".to_owned(), |name| format!("the first element is <{name}>"));
        return Err(xml.fatal(format!("This is not a BMEcat file: {found}; <BMECAT> is needed.")));
    }
    let mut header = Header::default();
    loop {
        match xml.next_child(&mut tree)? {
            Child::End => return Err(xml.fatal("The file has no T_NEW_CATALOG, T_UPDATE_PRODUCTS or T_UPDATE_PRICES.")),
            Child::Start { name, .. } if Transaction::read(&name).is_some() => {
                let transaction = Transaction::read(&name).unwrap_or(Transaction::NewCatalog);
                return Ok(CatalogFile {
                    format: Format::Bmecat,
                    is_update: transaction != Transaction::NewCatalog,
                    custom_columns: Vec::new(),
                    records: Box::new(Articles {
                        xml,
                        tree,
                        header,
                        transaction,
                        options: options.clone(),
                        ended: false,
                    }),
                });
            }
            Child::Start { name, .. } if name == "HEADER" => {
                xml.collect(&mut tree)?;
                header = tree.root().map(|header| read_header(header, options)).unwrap_or_default();
            }
            Child::Start { .. } => xml.skip()?,
        }
    }
}

impl<R: BufRead> Iterator for Articles<R> {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        while !self.ended {
            match self.step() {
                Ok(Some(read)) => return Some(read),
                Ok(None) => {}
                Err(fault) => {
                    self.ended = true;
                    return Some(Err(fault));
                }
            }
        }
        None
    }
}

impl<R: BufRead> Articles<R> {
    fn step(&mut self) -> Result<Option<Read>, Fault> {
        match self.xml.next_child(&mut self.tree)? {
            Child::End => {
                self.xml.finish()?;
                self.ended = true;
                Ok(None)
            }
            Child::Start { name, line } if name == "ARTICLE" || name == "PRODUCT" => {
                self.xml.collect(&mut self.tree)?;
                let Some(article) = self.tree.root() else { return Ok(None) };
                let read = read_article(article, self.transaction, &self.header, &self.options);
                Ok(Some(
                    read.map(|record| Found { line, record })
                        .map_err(|(product_id, wrong)| wrong.at(line, Some(&product_id))),
                ))
            }
            Child::Start { .. } => {
                self.xml.skip()?;
                Ok(None)
            }
        }
    }
}

/// The file as a walk over children.
struct Xml<R> {
    reader: quick_xml::Reader<Source<R>>,
    buffer: Vec<u8>,
}

enum Child {
    Start {
        name: String,
        line: u64,
    },
    /// The parent's end.
    End,
}

/// What of an event is still wanted after its bytes have gone.
enum Step {
    Start(String),
    End,
    Eof,
    Other,
}

impl<R: BufRead> Xml<R> {
    fn fatal(&mut self, message: impl Into<String>) -> Fault {
        Fault::fatal(self.reader.get_ref().line(), message)
    }

    fn event(&mut self, mut take: impl FnMut(&Event<'_>) -> Step) -> Result<Step, Fault> {
        self.buffer.clear();
        match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => Ok(take(&event)),
            Err(error) => {
                let message = match error.to_string() {
                    text if text.contains(TOO_LONG) => "An article or another element is larger than 1 MiB.".to_owned(),
                    text => format!("The XML is broken here: {text}."),
                };
                Err(self.fatal(message))
            }
        }
    }

    /// The next start of an element, at the top of the file.
    fn next_start(&mut self) -> Result<Option<String>, Fault> {
        loop {
            self.reader.get_mut().mark();
            match self.event(step)? {
                Step::Start(name) => return Ok(Some(name)),
                Step::Eof => return Ok(None),
                Step::End | Step::Other => {}
            }
        }
    }

    /// The next element within; it stands opened in the tree.
    fn next_child(&mut self, tree: &mut Tree) -> Result<Child, Fault> {
        loop {
            self.reader.get_mut().mark();
            let line = self.reader.get_ref().line();
            let next = self.event(|event| {
                if let Event::Start(start) = event {
                    tree.clear();
                    tree.start(start);
                }
                step(event)
            })?;
            match next {
                Step::Start(name) => return Ok(Child::Start { name, line }),
                Step::End => return Ok(Child::End),
                Step::Eof => return Err(self.truncated()),
                Step::Other => {}
            }
        }
    }

    fn truncated(&mut self) -> Fault {
        self.fatal("The file ends in the middle; it is not complete.")
    }

    /// Passes over the element that was just opened.
    fn skip(&mut self) -> Result<(), Fault> {
        let mut depth = 1;
        while depth > 0 {
            self.reader.get_mut().mark();
            match self.event(step)? {
                Step::Start(_) => depth += 1,
                Step::End => depth -= 1,
                Step::Eof => return Err(self.truncated()),
                Step::Other => {}
            }
        }
        Ok(())
    }

    /// Reads the element that was just opened into the tree.
    fn collect(&mut self, tree: &mut Tree) -> Result<(), Fault> {
        loop {
            let mut too_many = false;
            let mut closed = false;
            let step = self.event(|event| {
                match event {
                    Event::Start(start) => too_many = !tree.start(start),
                    Event::End(_) => closed = tree.end(),
                    Event::Text(text) => tree.text(text),
                    Event::CData(text) => tree.text(text),
                    Event::GeneralRef(reference) => tree.reference(reference),
                    Event::Eof => return Step::Eof,
                    _ => {}
                }
                Step::Other
            })?;
            if matches!(step, Step::Eof) {
                return Err(self.truncated());
            }
            if too_many {
                return Err(self.fatal("An article has more than 50,000 elements."));
            }
            if closed {
                return Ok(());
            }
        }
    }

    /// After the transaction nothing but the end of the file may be missing.
    fn finish(&mut self) -> Result<(), Fault> {
        loop {
            self.reader.get_mut().mark();
            match self.event(step)? {
                Step::End => return Ok(()),
                Step::Eof => return Err(self.truncated()),
                Step::Start(_) => self.skip()?,
                Step::Other => {}
            }
        }
    }
}

fn step(event: &Event<'_>) -> Step {
    match event {
        Event::Start(start) => Step::Start(String::from(start.local_name().as_ref())),
        Event::End(_) => Step::End,
        Event::Eof => Step::Eof,
        _ => Step::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::article::Article;
    use super::super::record::{Record, Repricing};
    use super::*;

    fn options() -> Options {
        Options { today: "2026-11-27".into(), ..Options::default() }
    }

    fn read_with(xml: &[u8], options: &Options) -> (bool, Vec<Read>) {
        let file = super::super::file::open(xml, "catalog.xml", None, options).unwrap();
        (file.is_update, file.records.collect())
    }

    fn read(xml: &str) -> Vec<Read> {
        read_with(xml.as_bytes(), &options()).1
    }

    fn article(xml: &str) -> Article {
        match read(xml).remove(0).unwrap().record {
            Record::Article(article) => *article,
            other => panic!("{other:?}"),
        }
    }

    const HEADER_12: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE BMECAT SYSTEM "bmecat_new_catalog_1_2.dtd">
<BMECAT version="1.2">
 <HEADER><CATALOG><LANGUAGE>deu</LANGUAGE><CATALOG_ID>1</CATALOG_ID><CURRENCY>EUR</CURRENCY><MIME_ROOT>https://media.acme.example/pictures/</MIME_ROOT></CATALOG>
 <SUPPLIER><SUPPLIER_NAME>Acme</SUPPLIER_NAME></SUPPLIER></HEADER>"#;

    const BOLT: &str = r#"
 <ARTICLE mode="new">
  <SUPPLIER_AID>SW-10001</SUPPLIER_AID>
  <ARTICLE_DETAILS>
   <DESCRIPTION_SHORT>Sechskantschraube M8 &amp; Co</DESCRIPTION_SHORT>
   <DESCRIPTION_LONG><![CDATA[<p>verzinkt</p>]]> &lt;b&gt;DIN 933&lt;/b&gt;&#10;fest</DESCRIPTION_LONG>
   <EAN>4006381333931</EAN><MANUFACTURER_AID>HB-M8</MANUFACTURER_AID><MANUFACTURER_NAME>Acme</MANUFACTURER_NAME>
   <DELIVERY_TIME>2.5</DELIVERY_TIME><KEYWORD>Schraube</KEYWORD><KEYWORD>Sechskant</KEYWORD><ARTICLE_ORDER/>
  </ARTICLE_DETAILS>
  <ARTICLE_FEATURES><REFERENCE_FEATURE_SYSTEM_NAME>ECLASS-5.1</REFERENCE_FEATURE_SYSTEM_NAME><REFERENCE_FEATURE_GROUP_ID>23110101</REFERENCE_FEATURE_GROUP_ID></ARTICLE_FEATURES>
  <ARTICLE_ORDER_DETAILS><ORDER_UNIT>PK</ORDER_UNIT><CONTENT_UNIT>C62</CONTENT_UNIT><NO_CU_PER_OU>200</NO_CU_PER_OU><PRICE_QUANTITY>100</PRICE_QUANTITY><QUANTITY_MIN>5</QUANTITY_MIN><QUANTITY_INTERVAL>5</QUANTITY_INTERVAL></ARTICLE_ORDER_DETAILS>
  <ARTICLE_PRICE_DETAILS>
   <DATETIME type="valid_start_date"><DATE>2026-01-01</DATE></DATETIME><DATETIME type="valid_end_date"><DATE>2026-12-31</DATE></DATETIME>
   <ARTICLE_PRICE price_type="nrp"><PRICE_AMOUNT>99</PRICE_AMOUNT></ARTICLE_PRICE>
   <ARTICLE_PRICE price_type="net_list"><PRICE_AMOUNT>10.50</PRICE_AMOUNT><PRICE_CURRENCY>EUR</PRICE_CURRENCY><TAX>0.19</TAX><LOWER_BOUND>500</LOWER_BOUND></ARTICLE_PRICE>
   <ARTICLE_PRICE price_type="net_list"><PRICE_AMOUNT>12.50</PRICE_AMOUNT><PRICE_CURRENCY>EUR</PRICE_CURRENCY><TAX>0.19</TAX><LOWER_BOUND>5</LOWER_BOUND></ARTICLE_PRICE>
   <ARTICLE_PRICE price_type="net_list"><PRICE_AMOUNT>13</PRICE_AMOUNT><PRICE_CURRENCY>CHF</PRICE_CURRENCY><LOWER_BOUND>5</LOWER_BOUND></ARTICLE_PRICE>
  </ARTICLE_PRICE_DETAILS>
  <ARTICLE_PRICE_DETAILS>
   <DATETIME type="valid_start_date"><DATE>2027-01-01</DATE></DATETIME>
   <ARTICLE_PRICE price_type="net_customer"><PRICE_AMOUNT>1</PRICE_AMOUNT></ARTICLE_PRICE>
  </ARTICLE_PRICE_DETAILS>
  <MIME_INFO><MIME><MIME_TYPE>image/jpeg</MIME_TYPE><MIME_SOURCE>bolts\m8.jpg</MIME_SOURCE><MIME_DESCR>Photo</MIME_DESCR><MIME_PURPOSE>normal</MIME_PURPOSE></MIME></MIME_INFO>
  <USER_DEFINED_EXTENSIONS><UDX.ACME.COLOR>blue</UDX.ACME.COLOR></USER_DEFINED_EXTENSIONS>
 </ARTICLE>"#;

    fn new_catalog(articles: &str) -> String {
        format!(
            "{HEADER_12}<T_NEW_CATALOG><CATALOG_GROUP_SYSTEM><CATALOG_STRUCTURE type=\"root\"/></CATALOG_GROUP_SYSTEM>{articles}\n<ARTICLE_TO_CATALOGGROUP_MAP/></T_NEW_CATALOG></BMECAT>"
        )
    }

    #[test]
    fn an_article_of_bmecat_1_2_is_read_with_all_it_says() {
        let bolt = article(&new_catalog(BOLT));
        assert_eq!(bolt.product_id, "SW-10001");
        let text = &bolt.texts[0];
        assert_eq!((text.language.as_str(), text.name.as_str()), ("de", "Sechskantschraube M8 & Co"));
        assert_eq!(text.description.as_deref(), Some("<p>verzinkt</p> <b>DIN 933</b>\nfest"));
        assert_eq!(text.keywords, ["Schraube", "Sechskant"]);
        let prices: Vec<String> = bolt.prices.iter().map(|p| format!("{}:{}/{}", p.from, p.net, p.per)).collect();
        assert_eq!(prices, ["5:12.50/100", "500:10.50/100"]);
        assert_eq!((bolt.currency.as_str(), bolt.tax_rate), ("EUR", Some(19.into())));
        assert_eq!((bolt.unit.as_deref(), bolt.lead_time_days), (Some("PK"), Some(3)));
        assert_eq!((bolt.min_quantity, bolt.packing_quantity), (Some(5.into()), Some(5.into())));
        assert_eq!(bolt.attachments[0].url, "https://media.acme.example/pictures/bolts/m8.jpg");
        assert_eq!(bolt.categories[0].id.as_deref(), Some("23110101"));
        let custom = serde_json::json!({ "acme_color": "blue", "content_unit": "C62", "no_cu_per_ou": "200" });
        assert_eq!(Value::Object(bolt.custom), custom);
    }

    use serde_json::Value;

    #[test]
    fn bmecat_2005_says_the_same_with_other_names_and_several_languages() {
        let bolt = article(
            r#"<?xml version="1.0"?><bme:BMECAT version="2005" xmlns:bme="http://www.bmecat.org/bmecat/2005">
<bme:HEADER><bme:CATALOG><bme:LANGUAGE>eng</bme:LANGUAGE><bme:LANGUAGE default="true">deu</bme:LANGUAGE></bme:CATALOG></bme:HEADER>
<bme:T_NEW_CATALOG><bme:PRODUCT><bme:SUPPLIER_PID type="supplier_specific">M8</bme:SUPPLIER_PID>
<bme:PRODUCT_DETAILS><bme:DESCRIPTION_SHORT lang="eng">Bolt</bme:DESCRIPTION_SHORT><bme:DESCRIPTION_SHORT lang="deu">Schraube</bme:DESCRIPTION_SHORT>
<bme:DESCRIPTION_LONG lang="eng">Long</bme:DESCRIPTION_LONG><bme:INTERNATIONAL_PID type="gtin">4006381333931</bme:INTERNATIONAL_PID><bme:MANUFACTURER_PID>HB</bme:MANUFACTURER_PID></bme:PRODUCT_DETAILS>
<bme:PRODUCT_PRICE_DETAILS><bme:PRODUCT_PRICE price_type="net_customer"><bme:PRICE_AMOUNT>2</bme:PRICE_AMOUNT><bme:PRICE_CURRENCY>CHF</bme:PRICE_CURRENCY><bme:PRICE_FACTOR>0.9</bme:PRICE_FACTOR><bme:TAX_DETAILS><bme:TAX>0.081</bme:TAX></bme:TAX_DETAILS></bme:PRODUCT_PRICE></bme:PRODUCT_PRICE_DETAILS>
<bme:PRODUCT_LOGISTIC_DETAILS><bme:LEADTIME>4</bme:LEADTIME></bme:PRODUCT_LOGISTIC_DETAILS></bme:PRODUCT></bme:T_NEW_CATALOG></bme:BMECAT>"#,
        );
        let names: Vec<(&str, &str)> =
            bolt.texts.iter().map(|text| (text.language.as_str(), text.name.as_str())).collect();
        assert_eq!(names, [("de", "Schraube"), ("en", "Bolt")]);
        assert_eq!(bolt.texts[1].description.as_deref(), Some("Long"));
        assert_eq!((bolt.ean.as_deref(), bolt.lead_time_days), (Some("4006381333931"), Some(4)));
        assert_eq!((bolt.prices[0].net.to_string(), bolt.tax_rate.unwrap().to_string()), ("1.8".into(), "8.1".into()));
    }

    #[test]
    fn updates_change_and_remove() {
        let updates = |transaction: &str, articles: &str| {
            read_with(
                format!("{HEADER_12}<{transaction} prev_version=\"1\">{articles}</{transaction}></BMECAT>").as_bytes(),
                &options(),
            )
        };
        let (is_update, read) =
            updates("T_UPDATE_PRODUCTS", "<ARTICLE mode=\"delete\"><SUPPLIER_AID>A</SUPPLIER_AID></ARTICLE>");
        assert!(is_update);
        assert_eq!(read[0].as_ref().unwrap().record, Record::Removal("A".into()));
        let price = "<ARTICLE><SUPPLIER_AID>A</SUPPLIER_AID><ARTICLE_PRICE_DETAILS><ARTICLE_PRICE price_type=\"net_list\"><PRICE_AMOUNT>3</PRICE_AMOUNT></ARTICLE_PRICE></ARTICLE_PRICE_DETAILS></ARTICLE>";
        let (_, read) = updates("T_UPDATE_PRICES", price);
        let Record::Prices(Repricing { currency, prices, says_per, .. }) = &read[0].as_ref().unwrap().record else {
            panic!("{read:?}")
        };
        assert_eq!((currency.as_str(), prices[0].net.to_string().as_str(), *says_per), ("EUR", "3", false));
    }

    #[test]
    fn gross_prices_are_taken_only_when_asked_for_and_become_net() {
        let gross = BOLT.replace("net_list", "gros_list");
        let fault = read(&new_catalog(&gross)).remove(0).unwrap_err().to_string();
        assert!(fault.contains("no price of the types net_customer, net_list, only \"nrp, gros_list\""), "{fault}");
        let options = Options { price_types: vec!["net_list".into(), "gros_list".into()], ..options() };
        let (_, read) = read_with(new_catalog(&gross.replace("12.50", "11.90")).as_bytes(), &options);
        let Record::Article(article) = &read[0].as_ref().unwrap().record else { panic!("{read:?}") };
        assert_eq!(article.prices[0].net.to_string(), "10");
    }

    #[test]
    fn charsets_are_those_of_the_declaration() {
        let xml = new_catalog(&BOLT.replace("M8 &amp; Co", "für Gehäuse")).replace("UTF-8", "ISO-8859-1");
        let bytes: Vec<u8> = xml.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let (_, read) = read_with(&bytes, &options());
        let Record::Article(article) = &read[0].as_ref().unwrap().record else { panic!("{read:?}") };
        assert_eq!(article.texts[0].name, "Sechskantschraube für Gehäuse");
        // Said to be UTF-8, and is not.
        let lying: Vec<u8> =
            xml.replace("ISO-8859-1", "UTF-8").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let fault = read_with(&lying, &options()).1.remove(0).unwrap_err().to_string();
        assert!(fault.contains("DESCRIPTION_SHORT: It holds bytes that are no letters"), "{fault}");
    }

    #[test]
    fn a_fault_names_its_line_article_and_field_and_the_next_article_is_read() {
        let broken = BOLT.replace("<PRICE_AMOUNT>12.50", "<PRICE_AMOUNT>twelve");
        let read = read(&new_catalog(&format!("{broken}{}", BOLT.replace("SW-10001", "SW-2"))));
        let fault = read[0].as_ref().unwrap_err();
        assert_eq!(
            (fault.line, fault.product_id.as_deref(), fault.field.as_str()),
            (6, Some("SW-10001"), "PRICE_AMOUNT")
        );
        assert_eq!(read[1].as_ref().unwrap().record.product_id(), "SW-2");
    }

    #[test]
    fn a_truncated_or_broken_file_is_a_fatal_fault() {
        let whole = new_catalog(BOLT);
        let cut = |at: usize| read(&whole[..at]).pop().unwrap().unwrap_err();
        let fault = cut(whole.len() - "</BMECAT>".len());
        assert!(fault.fatal && fault.message.contains("not complete"), "{fault}");
        assert!(cut(whole.len() - 200).fatal);
        let crossed = read(&whole.replace("</EAN>", "</AEN>")).pop().unwrap().unwrap_err();
        assert!(crossed.fatal && crossed.message.contains("broken"), "{crossed}");
        let other = super::super::file::open(&b"<html></html>"[..], "-", None, &options()).err().unwrap();
        assert!(other.message.contains("the first element is <html>"), "{other}");
    }

    #[test]
    fn entities_of_a_document_type_never_grow_and_no_article_is_endless() {
        let bomb = new_catalog(&BOLT.replace("M8 &amp; Co", "&lol;")).replace(
            "<!DOCTYPE BMECAT SYSTEM \"bmecat_new_catalog_1_2.dtd\">",
            "<!DOCTYPE BMECAT [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY lol \"&a;&a;&a;&a;\"><!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
        );
        assert_eq!(article(&bomb).texts[0].name, "Sechskantschraube &lol;");
        let endless = new_catalog(&BOLT.replace("verzinkt", &"x".repeat(2_000_000)));
        let fault = read(&endless).pop().unwrap().unwrap_err();
        assert!(fault.fatal && fault.message.contains("larger than 1 MiB"), "{fault}");
    }
}
