//! An article as an item of the catalog download (OCI 5.0, digest section 5).
//!
//! Every field goes through the mapping of the system that asks, as if the article were bought: once for each scale of
//! the price and once for each language. What the mapping sets and the download has no key for stands in CUSTOMER_FIELDS.

use super::article::Article;
use crate::mapping::{Context, Mapping};
use crate::oci::finding::Fault;
use crate::oci::item::Item;
use crate::oci::new_item::{Attachment, CustomerField, NewItem, Prices, Step, Text, number};

/// Fields of a cart's item that have a place of their own in the download, or none because they are about one purchase.
const PLACED: [&str; 20] = [
    "MATNR",
    "DESCRIPTION",
    "QUANTITY",
    "UNIT",
    "PRICE",
    "PRICEUNIT",
    "CURRENCY",
    "LEADTIME",
    "VENDOR",
    "VENDORMAT",
    "MANUFACTMAT",
    "EXT_PRODUCT_ID",
    "EXT_SCHEMA_TYPE",
    "EXT_CATEGORY_ID",
    "EXT_CATEGORY",
    "ATTACHMENT",
    "ATTACHMENT_TITLE",
    "ATTACHMENT_PURPOSE",
    "SERVICE",
    "TAX",
];

/// The item, or all reasons why the article cannot be one for this system.
pub fn new_item(article: &Article, mapping: &Mapping, context: &Context) -> Result<NewItem, Vec<Fault>> {
    let smallest = article.smallest_order();
    let mapped = |quantity, language| -> Result<Option<Item>, Vec<Fault>> {
        let Some(cart) = article.cart(quantity, language) else { return Ok(None) };
        Ok(mapping.map(&cart, context)?.items.into_iter().next())
    };
    let Some(item) = mapped(smallest, None)? else { return Err(Vec::new()) };

    let mut description = Vec::with_capacity(article.texts.len());
    let mut longtext = Vec::new();
    for (place, text) in article.texts.iter().enumerate() {
        let other = if place == 0 { None } else { mapped(smallest, Some(&text.language))? };
        let item = other.as_ref().unwrap_or(&item);
        let told =
            |description: &str| Text { description: description.to_owned(), language_code: text.language.clone() };
        description.push(told(item.get("DESCRIPTION").unwrap_or_default()));
        longtext.extend(item.get("LONGTEXT").map(told));
    }

    let mut scales = Vec::with_capacity(article.prices.len());
    for price in &article.prices {
        let other = if price.from == smallest { None } else { mapped(price.from, None)? };
        let item = other.as_ref().unwrap_or(&item);
        scales.extend(Step::read(price.from, item.get("PRICE"), item.get("PRICEUNIT")));
    }
    // A rule of the system's own may write a price that is no number; then it goes as it is.
    let prices = match Step::read(smallest, item.get("PRICE"), item.get("PRICEUNIT")) {
        Some(own) => Prices::of(own, &scales),
        None => {
            Prices { price: item.get("PRICE").unwrap_or_default().to_owned(), price_quantity: 1, scales: Vec::new() }
        }
    };

    let field = |name: &str| item.get(name).unwrap_or_default().to_owned();
    let named = |named: Option<&str>, otherwise: &str| named.unwrap_or(otherwise).to_owned();
    let others = item.fields().filter(|(name, _)| !PLACED.contains(name));
    Ok(NewItem {
        ext_product_id: named(item.get("EXT_PRODUCT_ID"), &article.product_id),
        vendor_mat: field("VENDORMAT"),
        manufactmat: field("MANUFACTMAT"),
        matnr: field("MATNR"),
        description,
        longtext,
        price: prices.price,
        currency: field("CURRENCY"),
        price_quantity: prices.price_quantity,
        unit: field("UNIT"),
        tax: match (item.get("TAX"), article.tax_rate) {
            (Some(tax), _) => tax.to_owned(),
            (None, Some(rate)) if rate.normalize().scale() <= 2 => format!("{:.2}", rate.normalize()),
            (None, rate) => rate.map_or_else(String::new, |rate| rate.normalize().to_string()),
        },
        price_scales: prices.scales,
        minorder_qty: number(smallest),
        packaging_qty: article.packing_quantity.map(number),
        leadtime: field("LEADTIME"),
        ext_schema_type: field("EXT_SCHEMA_TYPE"),
        ext_category_id: field("EXT_CATEGORY_ID"),
        catalog_name: named(item.get("EXT_CATEGORY"), context.shop_name),
        attachments: article.attachments.iter().map(attachment).collect(),
        attributes: [],
        customer_fields: others
            .map(|(name, value)| CustomerField { field_name: name.to_owned(), field_value: value.to_owned() })
            .collect(),
        vendor: field("VENDOR"),
        vendor_name: context.shop_name.to_owned(),
        item_type: if item.has("SERVICE") { "service" } else { "product" },
    })
}

fn attachment(attachment: &super::article::Attachment) -> Attachment {
    let title = Text { description: attachment.title.clone().unwrap_or_default(), language_code: String::new() };
    Attachment {
        file_name: attachment.url.clone(),
        mime_type: attachment.mime.clone().unwrap_or_default(),
        kind: "01",
        descriptions: vec![title],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::mapping::FieldRule;
    use crate::oci::units::Units;

    fn rules(fields: Value) -> Mapping {
        let fields: Vec<FieldRule> = serde_json::from_value(fields).unwrap();
        Mapping::new(&fields, &Units { default: "PCE".into(), ..Units::default() }).unwrap()
    }

    fn article() -> Article {
        serde_json::from_value(json!({
            "product_id": "M8", "unit": "PCE", "currency": "EUR", "tax_rate": "19", "lead_time_days": 2,
            "texts": [
                { "language": "de", "name": "Sechskantschraube", "description": "<p>verzinkt</p>" },
                { "language": "en", "name": "Hex bolt" },
            ],
            "prices": [{ "from": "10", "net": "4.85", "per": "1" }, { "from": "100", "net": "3.6", "per": "1" }],
            "min_quantity": "10", "packing_quantity": "5", "manufacturer_part": "HB-M8",
            "attachments": [{ "url": "https://x.example/a.jpg", "title": "Bild", "mime": "image/jpeg" }],
            "custom": { "drawing": "Z-77" },
        }))
        .unwrap()
    }

    fn told(mapping: &Mapping) -> Value {
        let context = Context { shop_name: "Acme", ..Context::default() };
        serde_json::to_value(new_item(&article(), mapping, &context).unwrap()).unwrap()
    }

    #[test]
    fn an_article_tells_all_its_languages_scales_and_files() {
        let mapping = rules(json!([
            { "name": "DESCRIPTION", "from": ["name"] },
            { "name": "VENDORMAT", "from": ["product_id"] },
            { "name": "LEADTIME", "from": ["lead_time_days"] },
        ]));
        let item = told(&mapping);
        let texts = json!([
            { "description": "Sechskantschraube", "languageCode": "de" },
            { "description": "Hex bolt", "languageCode": "en" },
        ]);
        assert_eq!((&item["DESCRIPTION"], &item["VENDOR_MAT"]), (&texts, &json!("M8")));
        assert_eq!(item["LONGTEXT"], json!([{ "description": "verzinkt", "languageCode": "de" }]));
        assert_eq!(
            (&item["PRICE"], &item["PRICE_QUANTITY"], &item["TAX"]),
            (&json!("4.85"), &json!(1), &json!("19.00"))
        );
        let scales = json!([
            { "low": 10, "high": 99, "price": "4.85", "scaleType": "01" },
            { "low": 100, "price": "3.60", "scaleType": "01" },
        ]);
        assert_eq!(item["PRICE_SCALES"], scales);
        assert_eq!(
            (&item["MINORDER_QTY"], &item["PACKAGING_QTY"], &item["LEADTIME"]),
            (&json!(10), &json!(5), &json!("2"))
        );
        let picture = json!({ "fileName": "https://x.example/a.jpg", "mimeType": "image/jpeg", "type": "01",
            "descriptions": [{ "description": "Bild", "languageCode": "" }] });
        assert_eq!(item["ATTACHMENTS"], json!([picture]));
        assert_eq!((&item["ITEM_TYPE"], &item["CATALOG_NAME"]), (&json!("product"), &json!("Acme")));
    }

    #[test]
    fn the_systems_own_fields_decide_and_what_has_no_key_is_a_customer_field() {
        let mapping = rules(json!([
            { "name": "DESCRIPTION", "from": ["name"], "max": 10 },
            { "name": "EXT_PRODUCT_ID", "fixed": "own" },
            { "name": "CUST_FIELD1", "from": ["custom.drawing"] },
            { "name": "MATGROUP", "fixed": "23110101" },
            { "name": "SERVICE", "fixed": "X" },
        ]));
        let item = told(&mapping);
        assert_eq!((&item["EXT_PRODUCT_ID"], &item["ITEM_TYPE"]), (&json!("own"), &json!("service")));
        assert_eq!(item["DESCRIPTION"][0]["description"], "Sechskants");
        let fields = json!([
            { "fieldName": "MATGROUP", "fieldValue": "23110101" },
            { "fieldName": "CUST_FIELD1", "fieldValue": "Z-77" },
        ]);
        assert_eq!(item["CUSTOMER_FIELDS"], fields);
    }

    #[test]
    fn an_article_that_can_be_no_item_of_this_system_has_its_reasons() {
        let mapping = rules(json!([]));
        let faults = new_item(&article(), &mapping, &Context::default()).unwrap_err();
        assert!(faults.iter().any(|fault| fault.field == "DESCRIPTION"), "{faults:?}");
    }
}
