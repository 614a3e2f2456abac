//! What an ARTICLE (BMEcat 1.2) or PRODUCT (2005) says, as an article of ours.
//!
//! Both releases are read by one list of names. Prices: the first wanted type that the article has on this day, all its
//! steps; a gross price becomes net by its TAX only if `gros_list` was asked for by name. An attachment needs an
//! address: a file name without a MIME_ROOT that is one is left out.

use serde_json::{Map, Value};
use url::Url;

use super::article::{Article, Attachment, Category, Kind, Price, Text};
use super::bmecat::Transaction;
use super::check::{self, Names};
use super::file::Options;
use super::language;
use super::record::{MAX_PRICES, Record, Repricing, Wrong};
use super::tree::Node;
use crate::oci::amount::Decimal;
use crate::oci::finding::quoted;
use crate::oci::rules;

const NAMES: Names = Names {
    product_id: "SUPPLIER_AID",
    name: "DESCRIPTION_SHORT",
    description: "DESCRIPTION_LONG",
    price: "PRICE_AMOUNT",
    currency: "PRICE_CURRENCY",
};

/// What the HEADER says for all articles.
#[derive(Debug, Default)]
pub(super) struct Header {
    language: String,
    currency: Option<String>,
    mime_root: String,
}

pub(super) fn read_header(header: Node<'_>, options: &Options) -> Header {
    let Some(catalog) = header.child(&["CATALOG"]) else { return Header::default() };
    let languages = || catalog.all(&["LANGUAGE"]);
    let main = languages().find(|node| node.attribute("default") == Some("true")).or_else(|| languages().next());
    Header {
        language: main.map(|node| language::primary(node.text())).unwrap_or_default(),
        currency: catalog.value(&["CURRENCY"]).map(str::to_owned),
        mime_root: options
            .mime_root
            .clone()
            .or_else(|| catalog.value(&["MIME_ROOT"]).map(str::to_owned))
            .unwrap_or_default(),
    }
}

/// The record, or the article's number as far as it is known and what is wrong.
pub(super) fn read_article(
    article: Node<'_>,
    transaction: Transaction,
    header: &Header,
    options: &Options,
) -> Result<Record, (String, Wrong)> {
    let number = article.value(&["SUPPLIER_AID", "SUPPLIER_PID"]).unwrap_or_default();
    let reader = Reader { article, header, options };
    let read = || {
        let product_id = check::product_id(number, &NAMES)?;
        let is_removal = transaction == Transaction::UpdateProducts && article.attribute("mode") == Some("delete");
        if is_removal {
            return Ok(Record::Removal(product_id));
        }
        if transaction == Transaction::UpdatePrices {
            return reader.repricing(product_id).map(Record::Prices);
        }
        reader.article(product_id).map(|article| Record::Article(Box::new(article)))
    };
    read().map_err(|wrong| (number.to_owned(), wrong))
}

struct Reader<'a> {
    article: Node<'a>,
    header: &'a Header,
    options: &'a Options,
}

/// What was chosen of an article's prices.
struct Chosen {
    currency: String,
    prices: Vec<Price>,
    tax_rate: Option<Decimal>,
}

impl<'a> Reader<'a> {
    fn article(&self, product_id: String) -> Result<Article, Wrong> {
        let details = self.article.child(&["ARTICLE_DETAILS", "PRODUCT_DETAILS"]);
        let order = self.article.child(&["ARTICLE_ORDER_DETAILS", "PRODUCT_ORDER_DETAILS"]);
        let of_details = |names| details.and_then(|details| details.value(names)).map(str::to_owned);
        let of_order = |names| order.and_then(|order| order.value(names));
        let amount =
            |names: &'static [&'static str]| of_order(names).map(|text| check::decimal(text, names[0])).transpose();
        let unit = of_order(&["ORDER_UNIT"]);
        let min_quantity = amount(&["QUANTITY_MIN"])?;
        let chosen = self.chosen(self.per()?, min_quantity, unit)?;
        let lead_time = self.article.within(&["DELIVERY_TIME", "LEADTIME"]).map(|node| node.text());
        let lead_time = lead_time.filter(|text| !text.is_empty());
        let mut custom = self.custom();
        for name in ["CONTENT_UNIT", "NO_CU_PER_OU"] {
            let value = order.and_then(|order| order.children().find(|child| child.name() == name)).map(Node::text);
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                custom.insert(name.to_ascii_lowercase(), Value::String(value.to_owned()));
            }
        }
        let article = Article {
            product_id,
            kind: Kind::Product,
            texts: details.map(|details| self.texts(details)).unwrap_or_default(),
            unit: unit.map(str::to_owned),
            currency: chosen.currency,
            prices: chosen.prices,
            tax_rate: chosen.tax_rate,
            manufacturer_number: of_details(&["MANUFACTURER_IDREF"]),
            manufacturer: of_details(&["MANUFACTURER_NAME"]),
            manufacturer_part: of_details(&["MANUFACTURER_AID", "MANUFACTURER_PID"]),
            ean: details.and_then(ean),
            lead_time_days: lead_time.map(|text| check::days(text, "DELIVERY_TIME")).transpose()?,
            categories: self.categories(),
            min_quantity,
            packing_quantity: amount(&["QUANTITY_INTERVAL"])?,
            attachments: self.attachments(),
            custom,
        };
        check::article(article, &NAMES)
    }

    fn repricing(&self, product_id: String) -> Result<Repricing, Wrong> {
        let order = self.article.child(&["ARTICLE_ORDER_DETAILS", "PRODUCT_ORDER_DETAILS"]);
        let says_per = order.and_then(|order| order.value(&["PRICE_QUANTITY"])).is_some();
        let chosen = self.chosen(self.per()?, None, None)?;
        check::currency(&chosen.currency, &NAMES)?;
        Ok(Repricing {
            product_id,
            currency: chosen.currency,
            prices: check::prices(chosen.prices, &NAMES)?,
            says_per,
            tax_rate: chosen.tax_rate,
        })
    }

    fn per(&self) -> Result<Decimal, Wrong> {
        let order = self.article.child(&["ARTICLE_ORDER_DETAILS", "PRODUCT_ORDER_DETAILS"]);
        let written = order.and_then(|order| order.value(&["PRICE_QUANTITY"]));
        written.map_or(Ok(Decimal::ONE), |text| check::decimal(text, "PRICE_QUANTITY"))
    }

    /// One text a language, the catalog's own language first.
    fn texts(&self, details: Node<'a>) -> Vec<Text> {
        let main = match self.header.language.as_str() {
            "" => self.options.language.as_str(),
            language => language,
        };
        let language = |node: Node<'_>| match node.attribute("lang") {
            Some(name) if !name.trim().is_empty() => language::primary(name),
            _ => main.to_owned(),
        };
        let mut texts: Vec<Text> = Vec::new();
        for node in details.all(&["DESCRIPTION_SHORT"]) {
            let language = language(node);
            if texts.iter().all(|text| text.language != language) {
                texts.push(Text { language, name: node.text().to_owned(), ..Text::default() });
            }
        }
        for node in details.all(&["DESCRIPTION_LONG"]) {
            let language = language(node);
            if let Some(text) = texts.iter_mut().find(|text| text.language == language && text.description.is_none()) {
                text.description = Some(node.text().to_owned()).filter(|text| !text.is_empty());
            }
        }
        for node in details.all(&["KEYWORD"]) {
            let language = language(node);
            let text = texts.iter_mut().find(|text| text.language == language);
            if let Some(text) = text {
                text.keywords.push(node.text().to_owned());
            }
        }
        if let Some(at) = texts.iter().position(|text| text.language == main) {
            texts.swap(0, at);
        }
        texts
    }

    fn categories(&self) -> Vec<Category> {
        let features = self.article.all(&["ARTICLE_FEATURES", "PRODUCT_FEATURES"]);
        let category = |node: Node<'_>| {
            let value = |names| node.value(names).map(str::to_owned);
            let category = Category {
                scheme: node.value(&["REFERENCE_FEATURE_SYSTEM_NAME"]).map(scheme),
                id: value(&["REFERENCE_FEATURE_GROUP_ID", "REFERENCE_FEATURE_GROUP_ID2"]),
                name: value(&["REFERENCE_FEATURE_GROUP_NAME"]),
            };
            (category.id.is_some() || category.name.is_some()).then_some(category)
        };
        features.filter_map(category).collect()
    }

    fn attachments(&self) -> Vec<Attachment> {
        let infos = self.article.all(&["MIME_INFO"]);
        let files = infos.flat_map(|info| info.all(&["MIME"]));
        let attachment = |node: Node<'_>| {
            let url = address(&self.header.mime_root, node.value(&["MIME_SOURCE"])?)?;
            let value = |names| node.value(names).map(check::line);
            Some(Attachment { url, title: value(&["MIME_DESCR"]), mime: value(&["MIME_TYPE"]), purpose: None })
        };
        files.filter_map(attachment).collect()
    }

    /// `UDX.ACME.COLOR` under its name in small letters without the prefix.
    fn custom(&self) -> Map<String, Value> {
        let extensions = self.article.all(&["USER_DEFINED_EXTENSIONS"]).flat_map(Node::children);
        let own = extensions.filter(|node| !node.text().is_empty());
        own.map(|node| {
            let name = node.name().to_ascii_lowercase();
            let name = name.strip_prefix("udx.").unwrap_or(&name).replace(['.', '-'], "_");
            (name, Value::String(node.text().to_owned()))
        })
        .collect()
    }

    /// The first wanted type of price that is valid on this day, in one currency.
    fn chosen(&self, per: Decimal, min_quantity: Option<Decimal>, unit: Option<&str>) -> Result<Chosen, Wrong> {
        let details = || self.article.all(&["ARTICLE_PRICE_DETAILS", "PRODUCT_PRICE_DETAILS"]);
        let prices: Vec<Node<'_>> = details()
            .filter(|node| self.is_valid(*node))
            .flat_map(|node| node.all(&["ARTICLE_PRICE", "PRODUCT_PRICE"]))
            .collect();
        if prices.len() > 10 * MAX_PRICES {
            return Err(Wrong::new("ARTICLE_PRICE", format!("There are {} prices.", prices.len())));
        }
        let kind = |node: &Node<'a>| node.attribute("price_type").unwrap_or_default();
        let wanted =
            self.options.price_types.iter().find(|wanted| prices.iter().any(|node| kind(node) == wanted.as_str()));
        let Some(wanted) = wanted else { return Err(self.no_price(&prices, details().next().is_some())) };
        let currency = |node: &Node<'a>| {
            let own = node.value(&["PRICE_CURRENCY"]).map(str::to_owned);
            own.or_else(|| self.header.currency.clone()).or_else(|| self.options.currency.clone()).unwrap_or_default()
        };
        let of_kind: Vec<&Node<'a>> = prices.iter().filter(|node| kind(node) == wanted).collect();
        let preferred = self.options.currency.as_ref().or(self.header.currency.as_ref());
        let first = of_kind.iter().find(|node| Some(&currency(node)) == preferred).or_else(|| of_kind.first());
        let code = first.map(|node| currency(node)).unwrap_or_default();
        let mut chosen = Chosen { currency: code.clone(), prices: Vec::new(), tax_rate: None };
        for node in of_kind.into_iter().filter(|node| currency(node) == code) {
            let (price, tax_rate) = self.price(*node, wanted, per, min_quantity, unit)?;
            // The same step again is another territory's.
            if chosen.prices.iter().all(|known: &Price| known.from != price.from) {
                chosen.prices.push(price);
            }
            chosen.tax_rate = chosen.tax_rate.or(tax_rate);
        }
        Ok(chosen)
    }

    fn no_price(&self, prices: &[Node<'_>], has_details: bool) -> Wrong {
        let wanted = self.options.price_types.join(", ");
        let mut kinds: Vec<&str> = prices.iter().filter_map(|node| node.attribute("price_type")).collect();
        kinds.dedup();
        let message = match (kinds.is_empty(), has_details) {
            (false, _) => format!(
                "The article has no price of the types {wanted}, only {}; name the one to take with --price-type.",
                quoted(&kinds.join(", "))
            ),
            (true, true) => format!("The article has no price that is valid on {}.", self.options.today),
            (true, false) => "The article has no price.".to_owned(),
        };
        Wrong::new("ARTICLE_PRICE", message)
    }

    fn price(
        &self,
        node: Node<'_>,
        kind: &str,
        per: Decimal,
        min_quantity: Option<Decimal>,
        unit: Option<&str>,
    ) -> Result<(Price, Option<Decimal>), Wrong> {
        let amount =
            |names: &'static [&'static str]| node.value(names).map(|text| check::decimal(text, names[0])).transpose();
        // A price per kilogram of what is ordered by the piece says nothing without a factor that is read two ways.
        if let Some(base) = node.child(&["PRICE_BASE"]).and_then(|base| base.value(&["PRICE_UNIT"]))
            && unit.is_some_and(|unit| unit != base)
        {
            let message = format!("The price is for {}, another unit than ORDER_UNIT; that is not read.", quoted(base));
            return Err(Wrong::new("PRICE_BASE", message));
        }
        let missing = || Wrong::new("PRICE_AMOUNT", "It is missing; a price needs an amount.");
        let mut net = amount(&["PRICE_AMOUNT"])?.ok_or_else(missing)?;
        let too_large = || Wrong::new("PRICE_AMOUNT", "It is too large.");
        if let Some(factor) = amount(&["PRICE_FACTOR"])? {
            net = net.checked_mul(factor).ok_or_else(too_large)?.normalize();
        }
        let tax = match node.child(&["TAX_DETAILS"]).and_then(|details| details.value(&["TAX"])) {
            Some(text) => Some(check::decimal(text, "TAX")?),
            None => amount(&["TAX"])?,
        };
        // 0.19 by the standard, 19 by some.
        let tax_rate = tax.map(|tax| if tax <= Decimal::ONE { tax * Decimal::ONE_HUNDRED } else { tax }.normalize());
        if kind.starts_with("gros") {
            let rate =
                tax_rate.ok_or_else(|| Wrong::new("TAX", "It is missing; without it a gross price has no net."))?;
            let factor = Decimal::ONE + rate / Decimal::ONE_HUNDRED;
            let exact = net.checked_div(factor).ok_or_else(|| Wrong::new("TAX", "It is not possible."))?;
            net = exact.round_dp(4).normalize();
        }
        let from = amount(&["LOWER_BOUND"])?.unwrap_or_else(|| min_quantity.unwrap_or(Decimal::ONE));
        Ok((Price { from, net, per }, tax_rate))
    }

    /// Whether prices are those of this day; a day that is not said is no bound.
    fn is_valid(&self, details: Node<'_>) -> bool {
        let today = self.options.today.as_str();
        let dated = |kind: &str| {
            let dates = details.all(&["DATETIME"]);
            let date = dates.filter(|node| node.attribute("type") == Some(kind)).find_map(|node| node.value(&["DATE"]));
            date.map(day)
        };
        let start = dated("valid_start_date").or_else(|| details.value(&["VALID_START_DATE"]).map(day));
        let end = dated("valid_end_date").or_else(|| details.value(&["VALID_END_DATE"]).map(day));
        today.is_empty() || start.is_none_or(|start| start <= today) && end.is_none_or(|end| today <= end)
    }
}

/// `2026-11-27` of a date with or without a time.
fn day(text: &str) -> &str {
    text.get(..10).unwrap_or(text)
}

/// EAN of 1.2, or the INTERNATIONAL_PID of 2005 that is one.
fn ean(details: Node<'_>) -> Option<String> {
    let pid = || {
        let kinds = |node: &Node<'_>| {
            let kind = node.attribute("type").unwrap_or("gtin").to_ascii_lowercase();
            kind == "gtin" || kind == "ean"
        };
        details.all(&["INTERNATIONAL_PID"]).find(kinds).map(Node::text)
    };
    details.value(&["EAN"]).or_else(pid).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A classification by a name that OCI's field has room for: BMEcat's `ECLASS-13.0` is written `ECLASS13.0` there. `ECLASS-5.1`
/// has room and stays what buyers know.
fn scheme(name: &str) -> String {
    let room = rules::of("EXT_SCHEMA_TYPE").and_then(|rule| rule.max);
    match name.split_at_checked("ECLASS-".len()) {
        Some((prefix, release))
            if room.is_some_and(|room| name.len() > room) && prefix.eq_ignore_ascii_case("ECLASS-") =>
        {
            format!("ECLASS{release}")
        }
        _ => name.to_owned(),
    }
}

/// The address of a file, its blanks and umlauts percent-encoded; nothing if it is none that a browser could open.
fn address(root: &str, source: &str) -> Option<String> {
    let is_address = |text: &str| text.starts_with("https://") || text.starts_with("http://");
    let source = source.trim();
    let whole = if is_address(source) {
        source.to_owned()
    } else {
        let path = source.replace('\\', "/");
        format!("{}/{}", root.trim_end_matches('/'), path.trim_start_matches('/'))
    };
    Url::parse(&whole).ok().filter(|_| is_address(&whole)).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_files_are_what_browsers_open() {
        for (root, source, expected) in [
            ("https://cdn.example/m", "pic/M8 x 40.jpg", Some("https://cdn.example/m/pic/M8%20x%2040.jpg")),
            ("https://cdn.example/m/", r"\pic\Größe.jpg", Some("https://cdn.example/m/pic/Gr%C3%B6%C3%9Fe.jpg")),
            ("", "http://x.example/a%20b.pdf?v=1", Some("http://x.example/a%20b.pdf?v=1")),
            ("", "pic/1.jpg", None),
            ("ftp://cdn.example", "1.jpg", None),
            ("", "javascript:alert(1)", None),
        ] {
            assert_eq!(address(root, source).as_deref(), expected, "{root} {source}");
        }
    }

    #[test]
    fn a_classification_has_room_in_ocis_field() {
        for (name, expected) in [
            ("ECLASS-13.0", "ECLASS13.0"),
            ("eclass-11.1", "ECLASS11.1"),
            ("ECLASS-5.1", "ECLASS-5.1"),
            ("unspsc", "unspsc"),
            ("Häuser", "Häuser"),
        ] {
            assert_eq!(scheme(name), expected);
        }
    }
}
