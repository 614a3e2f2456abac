//! The XML variant of a return: one BusinessDocument instead of `NEW_ITEM-` fields (digest section 4).
//!
//! Owns the element each field becomes and says which fields have none. It is UTF-8 whatever the charset of the page, for it
//! travels as base64. The surprising fact: a buyer who does not know the name of the type field reads a form without any item.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::escape::escape;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::name::QName;
use quick_xml::{Reader, Writer};

use super::finding::{Finding, Notice, short};
use super::item::Item;
use super::rules::demands;

/// The input that carries the document.
pub const DOCUMENT: &str = "~xmlDocument";

/// Fields that have a place in the document; all others are left behind.
const PLACED: [&str; 23] = [
    "DESCRIPTION",
    "MATNR",
    "QUANTITY",
    "UNIT",
    "PRICE",
    "CURRENCY",
    "PRICEUNIT",
    "LEADTIME",
    "LONGTEXT",
    "VENDOR",
    "VENDORMAT",
    "MANUFACTCODE",
    "MANUFACTMAT",
    "MATGROUP",
    "SERVICE",
    "CONTRACT",
    "CONTRACT_ITEM",
    "EXT_QUOTE_ID",
    "EXT_QUOTE_ITEM",
    "EXT_PRODUCT_ID",
    "ATTACHMENT",
    "ATTACHMENT_TITLE",
    "ATTACHMENT_PURPOSE",
];

/// The document of all items, as text.
pub fn document(items: &[Item]) -> String {
    let mut out = Out(Writer::new(Vec::with_capacity(1_000 + items.len() * 900)));
    out.event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
    out.inside("BusinessDocument", &[], |out| {
        out.inside("Catalog", &[], |out| items.iter().for_each(|item| product(out, item)));
    });
    // Only texts went in, so it is one.
    String::from_utf8_lossy(&out.0.into_inner()).into_owned()
}

/// The document as its input carries it: base64 without line breaks.
pub fn encoded(document: &str) -> String {
    STANDARD.encode(document)
}

/// The document of an input as text, if it is one of ours.
pub fn decoded(encoded: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()
}

/// The document of an input, a line an element, for people.
pub fn readable(encoded: &str) -> Option<String> {
    let document = decoded(encoded)?;
    let mut reader = Reader::from_str(&document);
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    loop {
        match reader.read_event().ok()? {
            Event::Eof => return String::from_utf8(writer.into_inner()).ok(),
            event => writer.write_event(event).ok()?,
        }
    }
}

/// One notice for each field of an item that XML has no element for.
pub fn left_behind(item: &Item, notices: &mut Vec<Notice>) {
    for (field, value) in item.fields().filter(|(field, _)| !PLACED.contains(field)) {
        notices.push(item.line.notice(Finding::new(&demands::NOT_IN_XML, field).with("value", short(value))));
    }
}

fn product(out: &mut Out, item: &Item) {
    let kind = if item.has("SERVICE") { "Service" } else { "Product" };
    out.inside("Product", &[("ProductType", kind)], |out| {
        out.text("ProductID", &[("Code", "Buyer")], item.get("MATNR").unwrap_or_default());
        out.optional("CatalogKey", &[], item.get("EXT_PRODUCT_ID"));
        out.optional("ParentCategoryID", &[], item.get("MATGROUP"));
        out.optional("Description", &[], item.get("DESCRIPTION"));
        if has_any(item, &["ATTACHMENT", "ATTACHMENT_TITLE", "ATTACHMENT_PURPOSE"]) {
            out.inside("Attachment", &[], |out| {
                out.optional("URL", &[], item.get("ATTACHMENT"));
                out.optional("Description", &[], item.get("ATTACHMENT_TITLE"));
                out.optional("Purpose", &[], item.get("ATTACHMENT_PURPOSE"));
            });
        }
        let has_vendor = has_any(item, &["VENDOR", "VENDORMAT", "CONTRACT", "CONTRACT_ITEM"]);
        let has_manufacturer = has_any(item, &["MANUFACTCODE", "MANUFACTMAT"]);
        basket_item(out, item, has_vendor, has_manufacturer);
        if has_manufacturer {
            out.inside("ManufacturerDescription", &[("ID", MANUFACTURER)], |out| {
                out.optional("PartnerProductID", &[("Code", "Other")], item.get("MANUFACTMAT"));
                out.optional("PartnerID", &[("Code", "Other")], item.get("MANUFACTCODE"));
            });
        }
        if has_vendor {
            out.inside("VendorDescription", &[("ID", VENDOR)], |out| {
                out.optional("PartnerProductID", &[("Code", "Other")], item.get("VENDORMAT"));
                out.optional("PartnerID", &[("Code", "Other")], item.get("VENDOR"));
                if has_any(item, &["CONTRACT", "CONTRACT_ITEM"]) {
                    out.inside("BuyerContract", &[], |out| {
                        out.optional("ContractID", &[], item.get("CONTRACT"));
                        out.optional("ContractItemID", &[], item.get("CONTRACT_ITEM"));
                    });
                }
            });
        }
    });
}

/// What the references of a basket item point to, inside its product.
const VENDOR: &str = "0";
const MANUFACTURER: &str = "1";

fn basket_item(out: &mut Out, item: &Item, has_vendor: bool, has_manufacturer: bool) {
    let references =
        [("RefVendorDescription", VENDOR, has_vendor), ("RefManufacturerDescription", MANUFACTURER, has_manufacturer)];
    let references: Vec<(&str, &str)> =
        references.iter().filter(|(.., there)| *there).map(|(name, value, _)| (*name, *value)).collect();
    out.inside("ShoppingBasketItem", &references, |out| {
        let unit = item.get("UNIT").map(|unit| ("UoM", unit));
        out.text("Quantity", unit.as_slice(), item.get("QUANTITY").unwrap_or_default());
        if has_any(item, &["PRICE", "CURRENCY", "PRICEUNIT"]) {
            out.inside("NetPrice", &[], |out| {
                let currency = item.get("CURRENCY").map(|currency| ("Currency", currency));
                out.text("Price", currency.as_slice(), item.get("PRICE").unwrap_or_default());
                out.optional("PriceUnit", &[], item.get("PRICEUNIT"));
            });
        }
        out.optional("LeadTime", &[], item.get("LEADTIME"));
        if has_any(item, &["EXT_QUOTE_ID", "EXT_QUOTE_ITEM"]) {
            out.inside("Quote", &[], |out| {
                out.optional("QuoteID", &[], item.get("EXT_QUOTE_ID"));
                out.optional("QuoteItemID", &[], item.get("EXT_QUOTE_ITEM"));
            });
        }
        out.optional("ItemText", &[], item.get("LONGTEXT"));
    });
}

fn has_any(item: &Item, fields: &[&str]) -> bool {
    fields.iter().any(|field| item.has(field))
}

type Attributes<'a> = [(&'a str, &'a str)];

struct Out(Writer<Vec<u8>>);

impl Out {
    fn event(&mut self, event: Event<'_>) {
        self.0.write_event(event).expect("memory takes what is written to it");
    }

    fn start(&mut self, name: &str, attributes: &Attributes) {
        let mut start = BytesStart::new(name);
        for (name, value) in attributes {
            // Parsers read a line break in an attribute as a blank, unless it is a reference.
            let value = escape(allowed(value)).replace('\n', "&#10;").replace('\t', "&#9;");
            start.push_attribute(Attribute { key: QName(name), value: value.into() });
        }
        self.event(Event::Start(start));
    }

    fn inside(&mut self, name: &str, attributes: &Attributes, content: impl FnOnce(&mut Self)) {
        self.start(name, attributes);
        content(self);
        self.event(Event::End(BytesEnd::new(name)));
    }

    fn text(&mut self, name: &str, attributes: &Attributes, text: &str) {
        let text = allowed(text);
        self.inside(name, attributes, |out| out.event(Event::Text(BytesText::from_escaped(escape(text)))));
    }

    fn optional(&mut self, name: &str, attributes: &Attributes, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, attributes, text);
        }
    }
}

/// The text without what XML 1.0 does not know in any spelling (its production 2, Char).
fn allowed(text: &str) -> std::borrow::Cow<'_, str> {
    let is_char = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(is_char) {
        text.into()
    } else {
        text.chars().filter(|c| is_char(*c)).collect::<String>().into()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::{Command, Stdio};

    use proptest::prelude::*;
    use quick_xml::XmlVersion;

    use super::*;

    fn item(fields: &[(&str, &str)]) -> Item {
        let mut item = Item::default();
        for (field, value) in fields {
            item.set(field, *value);
        }
        item
    }

    fn full() -> Item {
        item(&[
            ("MATNR", "4711"),
            ("EXT_PRODUCT_ID", "HW-100"),
            ("MATGROUP", "27112203"),
            ("DESCRIPTION", "Claw hammer 450 g <fibre> & \"grip\""),
            ("ATTACHMENT", "https://shop.example/ds.pdf?a=1&b=2"),
            ("ATTACHMENT_TITLE", "Data sheet"),
            ("ATTACHMENT_PURPOSE", "C"),
            ("QUANTITY", "2.000"),
            ("UNIT", "PCE"),
            ("PRICE", "12.500"),
            ("CURRENCY", "EUR"),
            ("PRICEUNIT", "1"),
            ("LEADTIME", "3"),
            ("EXT_QUOTE_ID", "Q-1"),
            ("EXT_QUOTE_ITEM", "10"),
            ("LONGTEXT", "Claw hammer,\nfibreglass ]]> handle. 5 €"),
            ("MANUFACTMAT", "M-450"),
            ("MANUFACTCODE", "ACME"),
            ("VENDORMAT", "HW-100"),
            ("VENDOR", "0000010003"),
            ("CONTRACT", "4600000123"),
            ("CONTRACT_ITEM", "00010"),
        ])
    }

    /// Where the value of each field stands, as the way to it.
    const PLACES: [(&str, &str); 22] = [
        ("MATNR", "ProductID"),
        ("EXT_PRODUCT_ID", "CatalogKey"),
        ("MATGROUP", "ParentCategoryID"),
        ("DESCRIPTION", "Description"),
        ("ATTACHMENT", "Attachment/URL"),
        ("ATTACHMENT_TITLE", "Attachment/Description"),
        ("ATTACHMENT_PURPOSE", "Attachment/Purpose"),
        ("QUANTITY", "ShoppingBasketItem/Quantity"),
        ("UNIT", "ShoppingBasketItem/Quantity@UoM"),
        ("PRICE", "ShoppingBasketItem/NetPrice/Price"),
        ("CURRENCY", "ShoppingBasketItem/NetPrice/Price@Currency"),
        ("PRICEUNIT", "ShoppingBasketItem/NetPrice/PriceUnit"),
        ("LEADTIME", "ShoppingBasketItem/LeadTime"),
        ("EXT_QUOTE_ID", "ShoppingBasketItem/Quote/QuoteID"),
        ("EXT_QUOTE_ITEM", "ShoppingBasketItem/Quote/QuoteItemID"),
        ("LONGTEXT", "ShoppingBasketItem/ItemText"),
        ("MANUFACTMAT", "ManufacturerDescription/PartnerProductID"),
        ("MANUFACTCODE", "ManufacturerDescription/PartnerID"),
        ("VENDORMAT", "VendorDescription/PartnerProductID"),
        ("VENDOR", "VendorDescription/PartnerID"),
        ("CONTRACT", "VendorDescription/BuyerContract/ContractID"),
        ("CONTRACT_ITEM", "VendorDescription/BuyerContract/ContractItemID"),
    ];

    /// Texts and attributes of each product by the way to them, as quick-xml's reader finds them.
    fn read_back(document: &str) -> Vec<Vec<(String, String)>> {
        let mut reader = Reader::from_str(document);
        let (mut products, mut way): (Vec<Vec<(String, String)>>, Vec<String>) = (Vec::new(), Vec::new());
        let place = |way: &[String]| way.get(3..).unwrap_or_default().join("/");
        loop {
            match reader.read_event().expect("a document") {
                Event::Eof => return products,
                Event::Start(start) => {
                    way.push(start.name().0.to_owned());
                    if way.len() == 3 {
                        products.push(Vec::new());
                    }
                    let Some(product) = products.last_mut() else { continue };
                    if way.len() > 3 {
                        product.push((place(&way), String::new()));
                    }
                    for attribute in start.attributes() {
                        let attribute = attribute.expect("an attribute");
                        let value = attribute.normalized_value(XmlVersion::Explicit1_0).expect("a value").into_owned();
                        product.push((format!("{}@{}", place(&way), attribute.key.0), value));
                    }
                }
                Event::End(_) => drop(way.pop()),
                Event::Text(text) => add(&mut products, &place(&way), &text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let text = format!("&{};", &*reference);
                    add(&mut products, &place(&way), &quick_xml::escape::unescape(&text).expect("a character"));
                }
                _ => {}
            }
        }
    }

    fn add(products: &mut [Vec<(String, String)>], place: &str, text: &str) {
        let product = products.last_mut().expect("a product");
        product.iter_mut().rev().find(|(known, _)| known == place).expect("an element").1.push_str(text);
    }

    fn value<'a>(product: &'a [(String, String)], place: &str) -> Option<&'a str> {
        product.iter().find(|(known, _)| known == place).map(|(_, value)| value.as_str())
    }

    #[test]
    fn every_field_stands_in_its_element() {
        let product = &read_back(&document(&[full()]))[0];
        for (field, place) in PLACES {
            assert_eq!(value(product, place), full().get(field), "{field}");
        }
        assert_eq!(value(product, "@ProductType"), Some("Product"));
        assert_eq!(value(product, "ShoppingBasketItem@RefVendorDescription"), value(product, "VendorDescription@ID"));
        let manufacturer = value(product, "ShoppingBasketItem@RefManufacturerDescription");
        assert_eq!(manufacturer, value(product, "ManufacturerDescription@ID"));
    }

    #[test]
    fn a_service_is_one_and_what_is_not_there_leaves_no_element() {
        let items = [item(&[("DESCRIPTION", "Assembly"), ("QUANTITY", "1.000"), ("UNIT", "HUR"), ("SERVICE", "X")])];
        assert_eq!(
            document(&items),
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><BusinessDocument><Catalog><Product ProductType=\"Service\">\
             <ProductID Code=\"Buyer\"></ProductID><Description>Assembly</Description>\
             <ShoppingBasketItem><Quantity UoM=\"HUR\">1.000</Quantity></ShoppingBasketItem></Product></Catalog></BusinessDocument>"
        );
        assert_eq!(read_back(&document(&[full(), items[0].clone()])).len(), 2);
    }

    #[test]
    fn what_has_no_element_is_said() {
        let mut notices = Vec::new();
        left_behind(&item(&[("DESCRIPTION", "x"), ("EXT_CATEGORY", "Tools"), ("TAX", "19")]), &mut notices);
        let found: Vec<(&str, &str)> = notices.iter().map(|n| (n.field.as_str(), n.code.as_str())).collect();
        assert_eq!(found, [("EXT_CATEGORY", "not-in-xml"), ("TAX", "not-in-xml")]);
        notices.clear();
        left_behind(&full(), &mut notices);
        assert_eq!(notices, []);
    }

    #[test]
    fn people_read_it_a_line_an_element() {
        let shown = readable(&encoded(&document(&[full()]))).unwrap();
        assert!(shown.contains("\n      <CatalogKey>HW-100</CatalogKey>\n"), "{shown}");
        assert!(shown.contains("450 g &lt;fibre&gt; &amp;"), "{shown}");
        assert_eq!(readable("not base64!"), None);
    }

    /// Runs a parser that is not ours over a document; `None` where it is not installed.
    fn parsed_by(program: &str, arguments: &[&str], document: &str) -> Option<String> {
        let child = Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.inspect_err(|error| eprintln!("skipped: {program}: {error}")).ok()?;
        child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{program} does not take {document}");
        Some(String::from_utf8(output.stdout).unwrap())
    }

    #[test]
    fn parsers_that_are_not_ours_take_it() {
        let hostile = "<![CDATA[ ]]> &amp; \u{0}\u{b}\u{ffff}\u{feff} 🔩 é \r\n\t \"'";
        let mut items = vec![full(), item(&[("DESCRIPTION", hostile), ("UNIT", hostile), ("LONGTEXT", hostile)])];
        items.push(Item::default());
        let document = document(&items);
        parsed_by("xmllint", &["--noout", "-"], &document);
        let script = "import sys, json, xml.etree.ElementTree as tree\n\
            root = tree.fromstring(sys.stdin.buffer.read())\n\
            product = root.findall('Catalog/Product')[1]\n\
            quantity = product.find('ShoppingBasketItem/Quantity')\n\
            print(json.dumps([len(root.findall('Catalog/Product')), product.findtext('Description'), quantity.get('UoM')]))";
        if let Some(read) = parsed_by("python3", &["-c", script], &document) {
            let kept = hostile.replace(['\u{0}', '\u{b}', '\u{ffff}'], "");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&read).unwrap(), serde_json::json!([3, kept, kept]));
        }
    }

    proptest! {
        #[test]
        fn what_was_put_in_is_what_comes_out(
            values in prop::collection::vec(prop_oneof!["\\PC{0,20}", proptest::arbitrary::any::<String>(), "[<>&\"'\\]\r\n\t ;#x]{0,20}"], PLACES.len())
        ) {
            let mut item = Item::default();
            for ((field, _), value) in PLACES.iter().zip(&values) {
                item.set(field, value.as_str());
            }
            let product = read_back(&document(&[item])).remove(0);
            for ((field, place), sent) in PLACES.iter().zip(&values) {
                let found = value(&product, place).unwrap_or_default();
                prop_assert_eq!(found, &*allowed(sent), "{}", field);
            }
        }
    }
}
