//! VALIDATE: is this product still to be had, and what does it cost in this quantity? Asked for when a requisition is made
//! from an old cart (OCI 4.0, digest section 2).
//!
//! QUANTITY comes back as it was asked for and the price is that for this quantity. OCI cannot say "order at least ten": what
//! a minimum or a package asks for stands at the end of LONGTEXT, the one place that the person who orders gets to read, and in
//! the log. What is gone, or cannot be an item, is left out; without any item the page has no form at all.

use super::{Answer, Asker, offers};
use crate::oci::amount::Decimal;
use crate::oci::call::{Asked, Function};
use crate::oci::item::Item;
use crate::punchout::Gateway;
use crate::refusal::Refusal;
use crate::shop::answer::Offer;
use crate::texts::{Language, text_with};

pub(super) async fn answer(
    gateway: &Gateway,
    asker: &Asker,
    asked: &[Asked],
    function: &Function,
) -> Result<Answer, Refusal> {
    let offers = offers::find(gateway, asker, asked, function).await?;
    let gone = offers.iter().filter(|offer| offer.is_none()).count();
    let items: Vec<Item> = offers.iter().flatten().filter_map(|offer| item(asker, offer)).collect();
    tracing::info!(system = asker.system.slug, asked = asked.len(), gone, items = items.len(), "validated products");
    let form = (!items.is_empty()).then(|| asker.form(Vec::new(), &items, true));
    Ok(Answer::Validated { form, language: asker.language().map(str::to_owned) })
}

fn item(asker: &Asker, offer: &Offer) -> Option<Item> {
    let mut item = asker.item(&offer.cart)?;
    let line = offer.cart.lines.first()?;
    let language = asker.language().and_then(Language::read).unwrap_or_default();
    for notice in notices(offer, line.quantity, language) {
        let product = line.product_id.as_deref().unwrap_or_default();
        tracing::info!(system = asker.system.slug, product, notice, "a quantity that cannot be ordered was validated");
        let gap = if item.longtext.is_empty() { "" } else { "\n\n" };
        item.longtext = format!("{}{gap}{notice}", item.longtext);
    }
    Some(item)
}

/// Why so many cannot be ordered, in the buyer's language.
fn notices(offer: &Offer, quantity: Decimal, language: Language) -> Vec<String> {
    let told =
        |key: &str, quantity: Decimal| text_with(language, key, &[("quantity", quantity.normalize().to_string())]);
    let below = offer.min_quantity.filter(|min| quantity < *min).map(|min| told("validate-minimum", min));
    let is_broken = |packing: &Decimal| quantity.checked_rem(*packing).is_some_and(|rest| !rest.is_zero());
    let broken = offer.packing_quantity.filter(is_broken).map(|packing| told("validate-packing", packing));
    below.into_iter().chain(broken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::article::Article;

    #[test]
    fn what_cannot_be_ordered_is_told_to_who_orders() {
        let json = r#"{"product_id":"M8","currency":"EUR","texts":[{"name":"Nut"}],"prices":[{"from":"1","net":"1","per":"1"}]}"#;
        let article: Article = serde_json::from_str(json).unwrap();
        let offer = Offer {
            cart: article.cart(Decimal::ONE, None).unwrap(),
            min_quantity: Some(Decimal::TEN),
            packing_quantity: Some(Decimal::from(5)),
        };
        let told = |quantity: i64, language| notices(&offer, Decimal::from(quantity), language);
        assert_eq!(told(10, Language::English), Vec::<String>::new());
        assert_eq!(told(12, Language::German), ["Bestellbar sind nur Vielfache von 5."]);
        assert_eq!(told(5, Language::English), ["The minimum order quantity is 10."]);
        assert_eq!(told(3, Language::English).len(), 2);
    }
}
