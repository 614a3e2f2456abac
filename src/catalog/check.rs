//! What every article must be, whatever file it came from: cleaned, within limits, with a name and a price.

use super::article::{Article, Price};
use super::record::{
    MAX_ATTACHMENTS, MAX_CATEGORIES, MAX_CUSTOM, MAX_DESCRIPTION, MAX_KEYWORDS, MAX_LINE, MAX_PRICES, MAX_PRODUCT_ID,
    MAX_TEXTS, Wrong,
};
use crate::oci::amount::{self, Decimal};
use crate::oci::finding::quoted;
use crate::oci::rules::is_currency;
use crate::oci::text::{several_lines, single_line};

/// How a file calls the fields that are checked here.
pub(super) struct Names {
    pub product_id: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub price: &'static str,
    pub currency: &'static str,
}

/// Cleans an article and says what is wrong with it first.
pub(super) fn article(mut article: Article, names: &Names) -> Result<Article, Wrong> {
    article.product_id = product_id(&article.product_id, names)?;
    article.texts.iter_mut().for_each(|text| {
        text.name = line(&text.name);
        text.description = text.description.take().map(|text| several_lines(&text)).filter(|text| !text.is_empty());
        text.keywords.iter_mut().for_each(|keyword| *keyword = line(keyword));
        text.keywords.retain(|keyword| !keyword.is_empty());
    });
    article.texts.retain(|text| !text.name.is_empty());
    if article.texts.is_empty() {
        return Err(Wrong::new(names.name, "It is missing; an article needs a name."));
    }
    for text in &article.texts {
        within(&text.name, MAX_LINE, names.name)?;
        if let Some(description) = &text.description {
            within(description, MAX_DESCRIPTION, names.description)?;
        }
        for keyword in &text.keywords {
            within(keyword, MAX_LINE, "keyword")?;
        }
        few(text.keywords.len(), MAX_KEYWORDS, "keywords")?;
    }
    few(article.texts.len(), MAX_TEXTS, "languages")?;
    few(article.categories.len(), MAX_CATEGORIES, "categories")?;
    few(article.attachments.len(), MAX_ATTACHMENTS, "attachments")?;
    few(article.custom.len(), MAX_CUSTOM, "custom fields")?;
    for (name, value) in [
        ("unit", &mut article.unit),
        ("manufacturer_number", &mut article.manufacturer_number),
        ("manufacturer", &mut article.manufacturer),
        ("manufacturer_part", &mut article.manufacturer_part),
        ("ean", &mut article.ean),
    ] {
        *value = value.take().map(|text| line(&text)).filter(|text| !text.is_empty());
        within(value.as_deref().unwrap_or_default(), MAX_LINE, name)?;
    }
    currency(&article.currency, names)?;
    article.prices = prices(std::mem::take(&mut article.prices), names)?;
    for (name, value) in [("min_quantity", article.min_quantity), ("packing_quantity", article.packing_quantity)] {
        positive(value, name)?;
    }
    if article.tax_rate.is_some_and(|rate| rate < Decimal::ZERO) {
        return Err(Wrong::new("tax_rate", "It is negative; 0 and more is allowed."));
    }
    Ok(article)
}

/// An article number without outer blanks.
pub(super) fn product_id(text: &str, names: &Names) -> Result<String, Wrong> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Wrong::new(names.product_id, "It is missing; every article needs its number."));
    }
    if trimmed.chars().any(|character| character.is_control() || character == '\u{fffd}') {
        let why = "holds characters that no article number has; is the charset right?";
        return Err(Wrong::new(names.product_id, format!("{} {why}", quoted(trimmed))));
    }
    within(trimmed, MAX_PRODUCT_ID, names.product_id)?;
    Ok(trimmed.to_owned())
}

pub(super) fn currency(code: &str, names: &Names) -> Result<(), Wrong> {
    match code {
        "" => Err(Wrong::new(names.currency, "It is missing; say it in the file or for all of it with --currency.")),
        code if !is_currency(code) => {
            let allowed = "is not an ISO 4217 code of three capital letters, as EUR.";
            Err(Wrong::new(names.currency, format!("{} {allowed}", quoted(code))))
        }
        _ => Ok(()),
    }
}

/// Price steps from the lowest quantity up; one that stands twice with the same price is one.
pub(super) fn prices(mut prices: Vec<Price>, names: &Names) -> Result<Vec<Price>, Wrong> {
    if prices.is_empty() {
        return Err(Wrong::new(names.price, "It is missing; an article needs a price."));
    }
    few(prices.len(), MAX_PRICES, "price steps")?;
    for price in &mut prices {
        if price.net < Decimal::ZERO {
            return Err(Wrong::new(names.price, format!("{} is negative; 0 and more is allowed.", price.net)));
        }
        if price.from <= Decimal::ZERO || price.per <= Decimal::ZERO {
            return Err(Wrong::new(names.price, "A price is from a quantity and for a quantity greater than 0."));
        }
        *price = Price { from: price.from.normalize(), net: price.net, per: price.per.normalize() };
    }
    prices.sort_by_key(|price| price.from);
    prices.dedup();
    match prices.windows(2).find(|pair| pair[0].from == pair[1].from) {
        Some(pair) => Err(Wrong::new(
            names.price,
            format!("From quantity {} on there are two prices, {} and {}.", pair[0].from, pair[0].net, pair[1].net),
        )),
        None => Ok(prices),
    }
}

/// A decimal of a file: with a point, or with a comma where nothing else can be meant.
pub(super) fn decimal(text: &str, field: &str) -> Result<Decimal, Wrong> {
    let text = text.trim();
    let read = match text.split_once(',') {
        None => amount::read_json_number(text),
        // 1,234 may be one and a bit or a thousand and more.
        Some((_, behind)) if behind.len() == 3 && !text.starts_with("0,") => None,
        Some(_) if text.contains('.') || text.matches(',').count() > 1 => None,
        Some(_) => amount::read(&text.replacen(',', ".", 1)),
    };
    read.ok_or_else(|| {
        let allowed = "is not a decimal that can only mean one thing; write digits and a point, as 1234.50.";
        Wrong::new(field, format!("{} {allowed}", quoted(text)))
    })
}

pub(super) fn positive(value: Option<Decimal>, field: &str) -> Result<(), Wrong> {
    match value {
        Some(value) if value <= Decimal::ZERO => {
            Err(Wrong::new(field, format!("{value} is not possible; it is greater than 0.")))
        }
        _ => Ok(()),
    }
}

/// Days, rounded up: half a day is one.
pub(super) fn days(text: &str, field: &str) -> Result<u32, Wrong> {
    let value = decimal(text, field)?;
    let whole =
        if value >= Decimal::ZERO { u32::try_from(value.ceil()).ok().filter(|days| *days <= 9_999) } else { None };
    whole.ok_or_else(|| Wrong::new(field, format!("{value} is not possible; 0 to 9999 days are.")))
}

/// One line, without outer blanks.
pub(super) fn line(text: &str) -> String {
    single_line(text.trim())
}

pub(super) fn within(text: &str, max: usize, field: &str) -> Result<(), Wrong> {
    if text.contains('\u{fffd}') {
        let why = "It holds bytes that are no letters in the charset of the file.";
        return Err(Wrong::new(field, why));
    }
    if text.len() <= max || text.chars().count() <= max {
        return Ok(());
    }
    Err(Wrong::new(field, format!("It has {} characters; at most {max} are allowed.", text.chars().count())))
}

pub(super) fn few(count: usize, max: usize, what: &str) -> Result<(), Wrong> {
    if count <= max {
        return Ok(());
    }
    Err(Wrong::new("", format!("The article has {count} {what}; at most {max} are allowed.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_is_taken_where_it_can_only_be_a_point() {
        let read = |text: &str| decimal(text, "price").ok().map(|value| value.to_string());
        assert_eq!(read("12,50").as_deref(), Some("12.50"));
        assert_eq!(read(" 12.5 ").as_deref(), Some("12.5"));
        assert_eq!(read("0,125").as_deref(), Some("0.125"));
        assert_eq!(read("1e2").as_deref(), Some("100"));
        for text in ["1,234", "1.234,50", "1,234,567", "", "12 EUR", "-", "NaN"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
