//! An item of the catalogue download (OCI 5.0, digest section 5): a `NEWITEM`, and the prices in it.
//!
//! Owns the names on the wire and the form of its numbers. Texts are always there, perhaps empty, as typed readers like it.
//! The surprising fact: PRICE has two decimals here and three in a cart, so a finer price becomes one for ten times as many.

use serde::Serialize;
use serde_json::Number;

use super::amount::{self, Decimal};

/// One entry of `Items`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    #[serde(rename = "NEWITEM")]
    pub item: Content,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Content {
    Item(Box<NewItem>),
    Gone(Gone),
}

/// What the buyer takes out of his catalogue: a delta only.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct Gone {
    pub ext_product_id: String,
    pub vendor_mat: String,
    /// `X`. No published table names a key for deletions; a reader who does not know this one finds neither name nor price
    /// and passes the entry over.
    pub deleted: &'static str,
}

/// What the buyer puts into his catalogue.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct NewItem {
    pub ext_product_id: String,
    pub vendor_mat: String,
    pub manufactmat: String,
    pub matnr: String,
    pub description: Vec<Text>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub longtext: Vec<Text>,
    /// For [`price_quantity`](Self::price_quantity) of [`unit`](Self::unit).
    pub price: String,
    pub currency: String,
    pub price_quantity: u32,
    pub unit: String,
    pub tax: String,
    pub price_scales: Vec<PriceScale>,
    pub minorder_qty: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packaging_qty: Option<Number>,
    pub leadtime: String,
    pub ext_schema_type: String,
    pub ext_category_id: String,
    pub catalog_name: String,
    pub attachments: Vec<Attachment>,
    /// Always empty: the shape of its entries is published nowhere.
    pub attributes: [(); 0],
    pub customer_fields: Vec<CustomerField>,
    pub vendor: String,
    pub vendor_name: String,
    /// `product` or `service`.
    pub item_type: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Text {
    pub description: String,
    /// `de`; empty when the catalog names none.
    pub language_code: String,
}

/// The price from a quantity on, for the same PRICE_QUANTITY as the item's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceScale {
    pub low: Number,
    /// The last whole quantity below the next scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<Number>,
    pub price: String,
    pub scale_type: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// The address of the file.
    pub file_name: String,
    pub mime_type: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub descriptions: Vec<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerField {
    pub field_name: String,
    pub field_value: String,
}

/// A price for a quantity, as PRICE and PRICEUNIT of a cart's item have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub from: Decimal,
    pub price: Decimal,
    pub unit: u32,
}

/// PRICE, PRICE_QUANTITY and PRICE_SCALES of one item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prices {
    pub price: String,
    pub price_quantity: u32,
    pub scales: Vec<PriceScale>,
}

/// PRICE_QUANTITY has five digits, as PRICEUNIT.
const MAX_UNIT: u32 = 99_999;

impl Prices {
    /// Brings all prices to one PRICE_QUANTITY at which each is exact in two decimals, the item's own first and then ten, a
    /// hundred … times as much; else in three. Nothing is rounded: if there is no such quantity for the scales they are
    /// left out, and the price alone goes as a cart would say it.
    pub fn of(own: Step, scales: &[Step]) -> Self {
        let units =
            || (0..5).filter_map(|power| own.unit.checked_mul(10_u32.pow(power))).filter(|unit| *unit <= MAX_UNIT);
        let at = |unit: u32, decimals: u32, steps: &[Step]| -> Option<Vec<String>> {
            let told = |step: &Step| told(*step, unit).filter(|price| price.scale() <= decimals);
            steps.iter().map(|step| told(step).map(|price| format!("{price:.*}", decimals as usize))).collect()
        };
        let all: Vec<Step> = [own].into_iter().chain(scales.iter().copied()).collect();
        let found =
            [2, 3].into_iter().find_map(|decimals| units().find_map(|unit| Some((unit, at(unit, decimals, &all)?))));
        let Some((unit, mut written)) = found else {
            let alone = [2, 3].into_iter().find_map(|decimals| at(own.unit, decimals, &[own])?.pop());
            let price = alone.unwrap_or_else(|| own.price.normalize().to_string());
            return Self { price, price_quantity: own.unit, scales: Vec::new() };
        };
        let prices = written.split_off(1);
        let lows = scales.iter().map(|step| step.from);
        let highs =
            lows.clone().skip(1).map(|next| (next.is_integer() && next > Decimal::ONE).then(|| next - Decimal::ONE));
        let scales = lows
            .zip(highs.chain([None]))
            .zip(prices)
            .map(|((low, high), price)| PriceScale {
                low: number(low),
                high: high.map(number),
                price,
                scale_type: "01",
            })
            .collect();
        Self { price: written.pop().unwrap_or_default(), price_quantity: unit, scales }
    }
}

/// The price for so many, if that is exact.
fn told(step: Step, unit: u32) -> Option<Decimal> {
    let product = step.price.checked_mul(Decimal::from(unit))?;
    let price = product.checked_div(Decimal::from(step.unit))?;
    let is_exact = price.checked_mul(Decimal::from(step.unit)) == Some(product);
    is_exact.then(|| price.normalize())
}

impl Step {
    /// From the texts of an item's PRICE and PRICEUNIT.
    pub fn read(from: Decimal, price: Option<&str>, unit: Option<&str>) -> Option<Self> {
        let unit = unit.map_or(Some(1), |unit| unit.parse().ok()).filter(|unit| (1..=MAX_UNIT).contains(unit))?;
        Some(Self { from, price: amount::read(price?)?, unit })
    }
}

/// A decimal as JSON writes a number, exactly.
pub fn number(value: Decimal) -> Number {
    value.normalize().to_string().parse().unwrap_or_else(|_| Number::from(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn step(from: &str, price: &str, unit: u32) -> Step {
        Step::read(from.parse().unwrap(), Some(price), Some(&unit.to_string())).unwrap()
    }

    fn prices(own: Step, scales: &[Step]) -> (String, u32, Vec<String>) {
        let prices = Prices::of(own, scales);
        let told = |scale: &PriceScale| match &scale.high {
            Some(high) => format!("{}-{}: {}", scale.low, high, scale.price),
            None => format!("{}-: {}", scale.low, scale.price),
        };
        (prices.price, prices.price_quantity, prices.scales.iter().map(told).collect())
    }

    #[test]
    fn a_price_has_two_decimals() {
        assert_eq!(prices(step("1", "12.500", 1), &[]), ("12.50".into(), 1, vec![]));
        assert_eq!(prices(step("1", "0", 1), &[]), ("0.00".into(), 1, vec![]));
        assert_eq!(prices(step("1", "10.000", 5), &[]), ("10.00".into(), 5, vec![]));
    }

    #[test]
    fn a_finer_price_is_that_of_more() {
        assert_eq!(prices(step("1", "0.725", 100), &[]), ("7.25".into(), 1000, vec![]));
        assert_eq!(prices(step("1", "12.345", 1), &[]), ("123.45".into(), 10, vec![]));
        assert_eq!(
            prices(step("1", "12345.678", 10_000), &[]),
            ("12345.678".into(), 10_000, vec![]),
            "no room for more"
        );
    }

    #[test]
    fn all_scales_are_prices_of_as_many_as_the_price_itself() {
        let steps = [step("1", "4.850", 1), step("100", "3.6", 1), step("1000", "28.75", 10)];
        let told = vec!["1-99: 48.50".to_owned(), "100-999: 36.00".to_owned(), "1000-: 28.75".to_owned()];
        assert_eq!(prices(steps[0], &steps), ("48.50".into(), 10, told));
        let lengths = [step("0.5", "2", 1), step("2.5", "1.5", 1)];
        assert_eq!(prices(lengths[0], &lengths).2, ["0.5-: 2.00", "2.5-: 1.50"]);
    }

    #[test]
    fn what_cannot_be_said_exactly_is_not_said() {
        let steps = [step("1", "1", 1), step("10", "2", 3)];
        assert_eq!(prices(steps[0], &steps), ("1.00".into(), 1, vec![]));
    }

    proptest! {
        #[test]
        fn no_price_is_ever_rounded(
            own in 0_i64..100_000_000, unit in prop::sample::select(vec![1_u32, 2, 5, 10, 100, 1_000, 10_000, 99_999]),
            more in prop::collection::vec((0_i64..100_000_000, prop::sample::select(vec![1_u32, 3, 10, 100])), 0..4),
        ) {
            let own = Step { from: Decimal::ONE, price: Decimal::new(own, 3), unit };
            let scales: Vec<Step> = more.iter().enumerate().map(|(at, (price, unit))| {
                Step { from: Decimal::from(at * 10 + 1), price: Decimal::new(*price, 3), unit: *unit }
            }).collect();
            let prices = Prices::of(own, &scales);
            let same = |written: &str, step: &Step| {
                let written: Decimal = written.parse().unwrap();
                written * Decimal::from(step.unit) == step.price * Decimal::from(prices.price_quantity)
            };
            prop_assert!(same(&prices.price, &own));
            prop_assert!(prices.scales.is_empty() || prices.scales.len() == scales.len());
            for (scale, step) in prices.scales.iter().zip(&scales) {
                prop_assert!(same(&scale.price, step));
            }
        }
    }
}
