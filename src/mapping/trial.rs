//! A template is tried before any cart comes: what fails with every cart is told to who writes it, not to the shop.

use std::sync::LazyLock;

use super::cart::Cart;
use super::sources::{Context, Scope};
use super::template::{LineValues, Spent, Surroundings, Template};

/// A line that lacks nothing, once with texts and once with numbers wherever a number may be one. What works with any of
/// them may work with a shop's.
static CARTS: LazyLock<Vec<Cart>> = LazyLock::new(|| {
    let line = |text: &str, number: &str| {
        let cart = format!(
            r#"{{"currency":"EUR","lines":[{{"id":"{text}","kind":"product","product_id":"{text}","name":"{text}","description":"{text}",
            "quantity":"{number}","unit":"{text}","price":{{"net":"{number}","per":"1"}},"tax_rate":"19",
            "manufacturer":{{"number":"{text}","name":"{text}"}},"manufacturer_part":"{text}","ean":"{text}",
            "categories":[{{"scheme":"{text}","id":"{text}","name":"{text}"}}],"lead_time_days":2,
            "attachments":[{{"url":"https://shop.example.com/1.pdf","title":"{text}","purpose":"C"}}],
            "contract":{{"number":"{text}","item":"{text}"}},"quote":{{"number":"{text}","item":"{text}"}},
            "material":"{text}","material_group":"{text}","configuration":"{text}"}}]}}"#
        );
        Cart::read(cart.as_bytes()).ok()
    };
    [("Hex bolt M8x40", "2.5"), ("12345678", "2")].iter().filter_map(|(text, number)| line(text, number)).collect()
});

/// Why a template fails with every cart there could be; none if it might work with one. What only a shop or a call can
/// give it is not looked for.
pub(super) fn always_fails(template: &Template) -> Option<String> {
    let context = Context {
        customer_number: "10001",
        customer_email: "buyer@example.com",
        language: "en",
        oci_version: "4.0",
        shop_name: "Shop",
        shop_slug: "shop",
        shop_website: "https://shop.example.com",
        ..Context::default()
    };
    let mut failed = None;
    for cart in CARTS.iter() {
        let total = "5";
        let surroundings = Surroundings::new(cart, total, &context, template.line_members().into());
        let scope = Scope {
            cart,
            context: &context,
            total: total.into(),
            surroundings: Some(surroundings),
            spent: Spent::default(),
        };
        let values = LineValues::new(cart.lines.first()?, scope.surroundings.as_ref());
        match template.render(&scope, &values) {
            Err(error) if !error.is_missing => failed = failed.or(Some(error.reason)),
            _ => return None,
        }
    }
    failed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(source: &str) -> Option<String> {
        always_fails(&Template::new(source).unwrap())
    }

    #[test]
    fn what_no_cart_can_bring_to_work_is_told() {
        assert_eq!(CARTS.len(), 2, "both samples are carts");
        for (source, told) in [
            ("{{ line.price.net * 2 }}", "operator"),
            ("{{ line.categories }}", "cannot be written"),
            ("{{ line.custom }}", "cannot be written"),
            ("x\n{{ 1 | divided_by(0) }}", "line 2 of the template"),
            ("{{ 0.1 + 0.2 }}", "binary floating point"),
            ("{{ 'x' * 100000000 }}", "too much work"),
        ] {
            let reason = tried(source).unwrap_or_else(|| panic!("{source} is taken"));
            assert!(reason.contains(told), "{source}: {reason}");
        }
    }

    #[test]
    fn what_might_work_is_let_be() {
        for source in [
            "{{ line.name | upper }} ({{ line.custom.size }})",
            "{{ line.custom.weight * 2 }}",
            "{{ call.costcenter | plus(1) }}",
            "{{ cart.custom.order.note[0] }}",
            "{{ line.name | plus(1) }}",
            "{{ line.material | truncate_words(3) }}",
            "{% if line.kind == 'service' %}{{ line.name }}{% endif %}",
            "{{ line.categories[1].id }}",
            "{{ line.price.net | times(2) }}",
            "{{ line.name[:20] }}{{ line.name[0] }}{{ line.categories[:1][0].id }}",
        ] {
            assert_eq!(tried(source), None, "{source}");
        }
    }
}
