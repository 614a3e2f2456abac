//! A return as the demo buyer takes it: form bytes to fields, fields to lines of a requisition.
//!
//! A price is per PRICEUNIT; forgetting that is the classic error of buyers, a hundredfold one.
//! What is no number is shown as it came and left out of the sums.

use std::fmt;

use percent_encoding::percent_decode;
use rust_decimal::Decimal;

use crate::demo::figures;
use crate::demo::words::{BuyerWords, Language};
use crate::oci::read::{Returned, ReturnedItem};

/// How the bytes of a return were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    Utf8,
    /// Also what browsers mean by ISO-8859-1.
    Windows1252,
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Windows1252 => "windows-1252 (ISO-8859-1)",
        })
    }
}

/// Reads `application/x-www-form-urlencoded`. A browser does not say in which charset it wrote it:
/// it is UTF-8 if all of it can be, else windows-1252.
pub fn fields(form: &[u8]) -> (Vec<(String, String)>, Charset) {
    let pairs: Vec<(Vec<u8>, Vec<u8>)> = form
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let mut half = || decoded(halves.next().unwrap_or_default());
            (half(), half())
        })
        .collect();
    let all_utf8 =
        pairs.iter().all(|(name, value)| std::str::from_utf8(name).is_ok() && std::str::from_utf8(value).is_ok());
    let (charset, encoding) =
        if all_utf8 { (Charset::Utf8, encoding_rs::UTF_8) } else { (Charset::Windows1252, encoding_rs::WINDOWS_1252) };
    let text = |bytes: &[u8]| encoding.decode_without_bom_handling(bytes).0.into_owned();
    (pairs.iter().map(|(name, value)| (text(name), text(value))).collect(), charset)
}

fn decoded(half: &[u8]) -> Vec<u8> {
    let blanks: Vec<u8> = half.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&blanks).collect()
}

/// The lines of the requisition, as text for the page.
#[derive(Debug)]
pub struct Receipt {
    pub items: Vec<Item>,
    /// One sum for each currency, in the order of their first line.
    pub totals: Vec<Total>,
    /// What was odd in the return.
    pub warnings: Vec<String>,
}

#[derive(Debug)]
pub struct Item {
    pub position: String,
    pub description: String,
    pub article: String,
    pub quantity: String,
    pub unit: String,
    pub price: String,
    pub per: String,
    pub currency: String,
    /// None if a number in it is none.
    pub total: Option<String>,
    pub lead_time: String,
    pub service: bool,
    pub long_text: String,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Total {
    pub currency: String,
    pub amount: String,
}

impl Receipt {
    pub fn read(fields: &[(String, String)], language: Language) -> Self {
        let returned = Returned::from_pairs(fields);
        let mut sums: Vec<(String, Decimal)> = Vec::new();
        let mut items = Vec::with_capacity(returned.items.len());
        for (place, item) in returned.items.iter().enumerate() {
            let total = total(item);
            if let Some(total) = total {
                add(&mut sums, field(item, "CURRENCY"), total);
            }
            items.push(Item::read(item, place, total, language));
        }
        let totals = sums
            .into_iter()
            .map(|(currency, sum)| Total { currency, amount: figures::figure(sum, 2, language) })
            .collect();
        Self { items, totals, warnings: returned.warnings }
    }
}

impl Item {
    fn read(item: &ReturnedItem, place: usize, total: Option<Decimal>, language: Language) -> Self {
        let words = BuyerWords::of(language);
        let text = |name| field(item, name).to_owned();
        let figure = |name, decimals| match number(field(item, name)) {
            Some(number) => figures::figure(number, decimals, language),
            None if field(item, name).is_empty() => String::new(),
            None => format!("{} ({})", field(item, name), words.not_a_number),
        };
        Self {
            position: item.index.map_or_else(|| (place + 1).to_string(), |index| index.to_string()),
            description: first(item, &["DESCRIPTION", "MATNR"]),
            article: first(item, &["VENDORMAT", "EXT_PRODUCT_ID", "MATNR"]),
            quantity: figure("QUANTITY", 0),
            unit: text("UNIT"),
            price: figure("PRICE", 2),
            per: if field(item, "PRICEUNIT").is_empty() { "1".into() } else { figure("PRICEUNIT", 0) },
            currency: text("CURRENCY"),
            total: total.map(|total| figures::figure(total, 2, language)),
            lead_time: match field(item, "LEADTIME") {
                "" => String::new(),
                "1" => format!("1 {}", words.day),
                days => format!("{days} {}", words.days),
            },
            service: field(item, "SERVICE").eq_ignore_ascii_case("x"),
            long_text: item.longtext.trim().to_owned(),
        }
    }
}

/// Quantity times price per PRICEUNIT (empty: 1), to the cent.
fn total(item: &ReturnedItem) -> Option<Decimal> {
    let per = match field(item, "PRICEUNIT") {
        "" => Decimal::ONE,
        per => number(per)?,
    };
    number(field(item, "QUANTITY"))?.checked_mul(number(field(item, "PRICE"))?)?.checked_div(per).map(figures::cents)
}

/// OCI writes numbers with a point and nothing else (OCI 4.0, field table).
fn number(text: &str) -> Option<Decimal> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    plain.then(|| text.parse().ok()).flatten()
}

fn add(sums: &mut Vec<(String, Decimal)>, currency: &str, amount: Decimal) {
    match sums.iter_mut().find(|(known, _)| known == currency) {
        Some((_, sum)) => *sum = sum.saturating_add(amount),
        None => sums.push((currency.to_owned(), amount)),
    }
}

/// The value of a field without blanks around it; empty if it was not sent.
fn field<'a>(item: &'a ReturnedItem, name: &str) -> &'a str {
    item.fields.iter().find(|(sent, _)| sent == name).map_or("", |(_, value)| value.trim())
}

fn first(item: &ReturnedItem, names: &[&str]) -> String {
    names.iter().map(|name| field(item, name)).find(|value| !value.is_empty()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn receipt(form: &str) -> Receipt {
        Receipt::read(&fields(form.as_bytes()).0, Language::English)
    }

    #[test]
    fn a_price_is_taken_per_its_price_unit() {
        let receipt = receipt(
            "NEW_ITEM-DESCRIPTION[1]=Bolt&NEW_ITEM-QUANTITY[1]=250.000&NEW_ITEM-PRICE[1]=12.500&NEW_ITEM-PRICEUNIT[1]=100&NEW_ITEM-CURRENCY[1]=EUR\
             &NEW_ITEM-DESCRIPTION[2]=Nut&NEW_ITEM-QUANTITY[2]=2&NEW_ITEM-PRICE[2]=1&NEW_ITEM-CURRENCY[2]=CHF",
        );
        assert_eq!(receipt.items[0].total.as_deref(), Some("31.25"));
        assert_eq!(
            (receipt.items[0].quantity.as_str(), receipt.items[0].price.as_str(), receipt.items[0].per.as_str()),
            ("250", "12.50", "100")
        );
        let totals: Vec<_> =
            receipt.totals.iter().map(|total| (total.currency.as_str(), total.amount.as_str())).collect();
        assert_eq!(totals, [("EUR", "31.25"), ("CHF", "2.00")]);
    }

    #[test]
    fn what_is_no_number_is_shown_and_not_counted() {
        let receipt =
            receipt("NEW_ITEM-DESCRIPTION[1]=A&NEW_ITEM-QUANTITY[1]=1&NEW_ITEM-PRICE[1]=1,50&NEW_ITEM-PRICEUNIT[1]=0");
        assert_eq!(receipt.items[0].price, "1,50 (not a number)");
        assert_eq!(receipt.items[0].total, None);
        assert!(receipt.totals.is_empty());
    }

    #[test]
    fn numbers_beyond_all_measure_do_no_harm() {
        let huge = "79228162514264337593543950335";
        let form = |n: u32| format!("NEW_ITEM-QUANTITY[{n}]=1&NEW_ITEM-PRICE[{n}]={huge}&");
        let receipt = receipt(&format!("{}{}NEW_ITEM-QUANTITY[3]={huge}&NEW_ITEM-PRICE[3]={huge}", form(1), form(2)));
        assert_eq!(receipt.items.len(), 3);
        assert_eq!(receipt.items[2].total, None);
    }

    #[test]
    fn a_return_that_is_not_utf8_is_read_as_windows_1252() {
        let (pairs, charset) = fields(b"NEW_ITEM-DESCRIPTION%5B1%5D=Gr%F6%DFe+9+%80&a=b");
        assert_eq!(charset, Charset::Windows1252);
        assert_eq!(pairs[0], ("NEW_ITEM-DESCRIPTION[1]".into(), "Größe 9 €".into()));
        let (pairs, charset) = fields("d=Gr%C3%B6%C3%9Fe&raw=größe&&=x&flag".as_bytes());
        assert_eq!(charset, Charset::Utf8);
        assert_eq!(pairs[0].1, "Größe");
        assert_eq!(
            pairs[1..],
            [("raw".into(), "größe".into()), (String::new(), "x".into()), ("flag".into(), String::new())]
        );
    }

    proptest! {
        #[test]
        fn fields_written_as_browsers_do_are_read_back(pairs in prop::collection::vec((".{1,20}", ".{0,40}"), 0..8)) {
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
            prop_assert_eq!(fields(form.as_bytes()), (pairs, Charset::Utf8));
        }

        #[test]
        fn no_bytes_whatever_upset_the_buyer(form in prop::collection::vec(any::<u8>(), 0..400)) {
            Receipt::read(&fields(&form).0, Language::German);
        }
    }
}
