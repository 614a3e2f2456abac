//! Reads the XML variant of a return, `BusinessDocument` (digest section 4), as buyers do.
//!
//! Owns which element is which field. It expands no entity but XML's own five, follows nothing outside, and stops at
//! limits with numbers. The surprising fact: of `Description` there are two, told apart by what they stand in.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::finding::{Finding, short};
use super::read::ReturnedItem;
use super::rules::{MOST_LINES, demands};

/// How deep elements may stand in each other; the format needs seven.
const MAX_DEPTH: usize = 32;
/// Fields of one product that are kept; the format has 21.
const MAX_FIELDS: usize = 64;

/// The items of a document in its order, and what is wrong with it. Items that stand before the place where it breaks are
/// read.
pub fn read(xml: &str) -> (Vec<ReturnedItem>, Vec<Finding>) {
    let mut document = Document::default();
    let mut reader = Reader::from_str(xml);
    let unreadable = |reason: String| Finding::new(&demands::XML_UNREADABLE, "").with("reason", short(&reason));
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                if document.path.len() == MAX_DEPTH {
                    let reason = format!("elements stand in each other more than {MAX_DEPTH} deep");
                    document.findings.push(unreadable(reason));
                    break;
                }
                document.open(&tag);
            }
            Ok(Event::Empty(tag)) => {
                if document.path.len() < MAX_DEPTH {
                    document.open(&tag);
                    document.close();
                }
            }
            Ok(Event::End(_)) => document.close(),
            Ok(Event::Text(text)) => document.text.push_str(&text.xml10_content()),
            Ok(Event::CData(text)) => document.text.push_str(&text.xml10_content()),
            Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                Ok(Some(character)) => document.text.push(character),
                _ => match quick_xml::escape::resolve_predefined_entity(&reference) {
                    Some(text) => document.text.push_str(text),
                    None => {
                        let reason = format!("it has the entity &{};", short(&reference));
                        document.findings.push(unreadable(reason));
                        break;
                    }
                },
            },
            Ok(Event::DocType(_)) => {
                document.findings.push(Finding::new(&demands::XML_DOCTYPE, ""));
                break;
            }
            Ok(Event::Eof) => {
                if !document.path.is_empty() {
                    document.findings.push(unreadable(format!("<{}> is not closed", short(&document.path.join("/")))));
                }
                break;
            }
            Ok(_) => {}
            Err(error) => {
                document.findings.push(unreadable(error.to_string()));
                break;
            }
        }
        if document.items.len() > MOST_LINES as usize {
            break;
        }
    }
    if !document.is_business_document && document.findings.is_empty() {
        document.findings.push(Finding::new(&demands::XML_ELEMENT, "BusinessDocument"));
    }
    (document.items, document.findings)
}

#[derive(Default)]
struct Document {
    path: Vec<String>,
    text: String,
    items: Vec<ReturnedItem>,
    findings: Vec<Finding>,
    is_business_document: bool,
}

impl Document {
    fn open(&mut self, tag: &BytesStart<'_>) {
        self.text.clear();
        // A longer name is none of ours.
        let name: String = tag.local_name().into_inner().chars().take(64).collect();
        let attribute = |wanted: &str| {
            let found = tag.try_get_attribute(wanted).ok().flatten()?;
            Some(found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
        };
        match name.as_str() {
            "BusinessDocument" if self.path.is_empty() => self.is_business_document = true,
            "Product" => {
                let index = u32::try_from(self.items.len()).unwrap_or(u32::MAX).saturating_add(1);
                self.items.push(ReturnedItem { index: Some(index), ..ReturnedItem::default() });
                if attribute("ProductType").is_some_and(|kind| kind == "Service") {
                    self.set("SERVICE", "X".to_owned());
                }
            }
            "Quantity" => {
                if let Some(unit) = attribute("UoM") {
                    self.set("UNIT", unit);
                }
            }
            "Price" => {
                if let Some(currency) = attribute("Currency") {
                    self.set("CURRENCY", currency);
                }
            }
            _ => {}
        }
        self.path.push(name);
    }

    fn close(&mut self) {
        let text = std::mem::take(&mut self.text);
        let Some(name) = self.path.pop() else { return };
        let parent = self.path.last().map_or("", String::as_str);
        if name == "ItemText" {
            if let Some(item) = self.items.last_mut() {
                item.longtext.push_str(text.trim());
            }
        } else if let Some(field) = field(parent, &name) {
            self.set(field, text.trim().to_owned());
        }
    }

    fn set(&mut self, field: &str, value: String) {
        if let Some(item) = self.items.last_mut()
            && item.fields.len() < MAX_FIELDS
        {
            item.fields.push((field.to_owned(), value));
        }
    }
}

/// The field of an element by what it stands in.
fn field(parent: &str, name: &str) -> Option<&'static str> {
    Some(match (parent, name) {
        ("Product", "ProductID") => "MATNR",
        ("Product", "CatalogKey") => "EXT_PRODUCT_ID",
        ("Product", "ParentCategoryID") => "MATGROUP",
        ("Product", "Description") => "DESCRIPTION",
        ("Attachment", "URL") => "ATTACHMENT",
        ("Attachment", "Description") => "ATTACHMENT_TITLE",
        ("Attachment", "Purpose") => "ATTACHMENT_PURPOSE",
        ("ShoppingBasketItem", "Quantity") => "QUANTITY",
        ("NetPrice", "Price") => "PRICE",
        ("NetPrice", "PriceUnit") => "PRICEUNIT",
        ("ShoppingBasketItem", "LeadTime") => "LEADTIME",
        ("Quote", "QuoteID") => "EXT_QUOTE_ID",
        ("Quote", "QuoteItemID") => "EXT_QUOTE_ITEM",
        ("ManufacturerDescription", "PartnerProductID") => "MANUFACTMAT",
        ("ManufacturerDescription", "PartnerID") => "MANUFACTCODE",
        ("VendorDescription", "PartnerProductID") => "VENDORMAT",
        ("VendorDescription", "PartnerID") => "VENDOR",
        ("BuyerContract", "ContractID") => "CONTRACT",
        ("BuyerContract", "ContractItemID") => "CONTRACT_ITEM",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes(xml: &str) -> (usize, Vec<&'static str>) {
        let (items, findings) = read(xml);
        (items.len(), findings.iter().map(|finding| finding.demand.code).collect())
    }

    #[test]
    fn a_document_is_read_as_items() {
        let (items, findings) = read(
            "<?xml version='1.0'?><BusinessDocument><Catalog><Product ProductType='Product'><CatalogKey>HW-1</CatalogKey>\
             <Description><![CDATA[Hammer <450 g>]]></Description><Attachment><Description>Sheet</Description></Attachment>\
             <ShoppingBasketItem><Quantity UoM='PCE'>2.000</Quantity><NetPrice><Price Currency='EUR'>12.5&#48;0</Price></NetPrice>\
             <ItemText>a &amp; b</ItemText></ShoppingBasketItem></Product><Product ProductType='Service'><ProductID Code='Buyer'>S</ProductID>\
             </Product></Catalog></BusinessDocument>",
        );
        assert!(findings.is_empty(), "{findings:?}");
        let seen = |item: &ReturnedItem, field: &str| item.get(field).unwrap_or_default().to_owned();
        let fields = ["EXT_PRODUCT_ID", "DESCRIPTION", "ATTACHMENT_TITLE", "QUANTITY", "UNIT", "PRICE", "CURRENCY"];
        assert_eq!(
            fields.map(|field| seen(&items[0], field)),
            ["HW-1", "Hammer <450 g>", "Sheet", "2.000", "PCE", "12.500", "EUR"]
        );
        assert_eq!((items[0].longtext.as_str(), seen(&items[1], "SERVICE").as_str()), ("a & b", "X"));
    }

    #[test]
    fn documents_made_to_do_harm_are_left_at_once() {
        let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><BusinessDocument>&a;</BusinessDocument>";
        assert_eq!(codes(bomb), (0, vec!["xml-doctype"]));
        assert_eq!(codes("<BusinessDocument><Product>&a;"), (1, vec!["xml-unreadable"]));
        assert_eq!(codes(&"<a>".repeat(100_000)), (0, vec!["xml-unreadable"]));
        assert_eq!(codes("<BusinessDocument><Product></BusinessDocument>"), (1, vec!["xml-unreadable"]));
        assert_eq!(codes("<a/>"), (0, vec!["xml-element"]));
    }

    proptest! {
        #[test]
        fn nothing_upsets_the_reader(xml in "(<Product>|</?[a-c ]{0,3}/?>|&[a-z#0-9]{0,4};|<!\\[CDATA\\[|]]>|<!--|<!DOCTYPE|\\PC{0,5}){0,20}") {
            read(&xml);
        }
    }
}
