//! BACKGROUND_SEARCH: all hits of a search in one form, read by a machine once (OCI 4.0, digest section 2).
//!
//! So there is no second page, no script, and nothing that sends itself. How many hits there are and how many are shown at
//! most stands in `HEADER-` fields beside the items, as other shops do it. An empty text finds nothing.

use super::{Answer, Asker, offers};
use crate::oci::call::Function;
use crate::oci::function_page::Hit;
use crate::oci::item::Item;
use crate::oci::page::Form;
use crate::punchout::Gateway;
use crate::refusal::Refusal;

/// The hits, to be sent and to be seen.
pub struct Found {
    pub form: Form,
    pub text: String,
    /// However many there are.
    pub total: u64,
    /// Their prices are still written as OCI does.
    pub hits: Vec<Hit>,
    pub language: Option<String>,
}

pub(super) async fn answer(
    gateway: &Gateway,
    asker: Asker,
    text: &str,
    function: &Function,
) -> Result<Answer, Refusal> {
    let cap = asker.profile().call.max_hits as usize;
    let hits = offers::search(gateway, &asker, text, cap, function).await?;
    let text = text.to_owned();
    // Some thousand items with templates take a good part of a second: others need not wait for it.
    let composed = tokio::task::spawn_blocking(move || compose(&asker, hits, text, cap as u64)).await;
    composed.map(|found| Answer::Found(Box::new(found))).map_err(|error| {
        tracing::error!(%error, "the hits of a search could not be put into a form");
        Refusal::new(crate::refusal::Code::Internal)
    })
}

fn compose(asker: &Asker, hits: offers::Hits, text: String, cap: u64) -> Found {
    let offered = hits.offers.len();
    let items: Vec<Item> = hits.offers.iter().filter_map(|offer| asker.item(&offer.cart)).collect();
    let left_out = offered - items.len();
    tracing::info!(
        system = asker.system.slug,
        total = hits.total,
        items = items.len(),
        left_out,
        "searched in the background"
    );
    let shown = items.iter().map(hit).collect();
    Found {
        form: asker.form(header(hits.total, cap), &items, false),
        text,
        total: hits.total,
        hits: shown,
        language: asker.language().map(str::to_owned),
    }
}

fn header(total: u64, cap: u64) -> Vec<(String, String)> {
    let field = |name: &str, value: u64| (format!("HEADER-{name}"), value.to_string());
    vec![
        field("PAGE", 1),
        field("PER_PAGE", cap),
        field("TOTAL_PAGES", total.div_ceil(cap.max(1))),
        field("TOTAL_RESULTS", total),
    ]
}

fn hit(item: &Item) -> Hit {
    let field = |name: &str| item.get(name).unwrap_or_default();
    let unit = match (field("PRICEUNIT"), field("UNIT")) {
        ("" | "1", unit) => unit.to_owned(),
        (price_unit, unit) => format!("{price_unit} {unit}"),
    };
    Hit {
        name: field("DESCRIPTION").to_owned(),
        number: field("VENDORMAT").to_owned(),
        price: field("PRICE").to_owned(),
        per: format!("{} / {unit}", field("CURRENCY")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cap_and_the_total_are_disclosed() {
        let told = |total, cap| header(total, cap).into_iter().map(|(_, value)| value).collect::<Vec<_>>();
        assert_eq!(told(0, 200), ["1", "200", "0", "0"]);
        assert_eq!(told(200, 200), ["1", "200", "1", "200"]);
        assert_eq!(told(1081, 200), ["1", "200", "6", "1081"]);
        assert_eq!(header(1, 1)[3].0, "HEADER-TOTAL_RESULTS");
    }
}
