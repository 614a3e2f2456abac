//! Numbers as people of a language write them: `1,234.50` and `1.234,50`.
//!
//! Only for reading on a page; what goes to the gateway is written by `Decimal` itself.

use rust_decimal::{Decimal, RoundingStrategy};

use super::words::Language;

/// A number with all its digits, at least `decimals` of them after the point.
pub fn figure(value: Decimal, decimals: u32, language: Language) -> String {
    let value = value.normalize();
    let decimals = decimals.max(value.scale()) as usize;
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let (point, thousands) = match language {
        Language::English => ('.', ','),
        Language::German => (',', '.'),
    };
    let mut text = String::from(if value.is_sign_negative() { "-" } else { "" });
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            text.push(thousands);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push(point);
        text.push_str(fraction);
    }
    text
}

/// Money as on an invoice: two decimals, half a cent away from zero. Lines are rounded before they
/// are summed, so that what is shown adds up.
pub fn cents(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// An amount of euros, the sign where the language puts it.
pub fn euros(figure: &str, language: Language) -> String {
    match language {
        Language::English => format!("€{figure}"),
        Language::German => format!("{figure} €"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().expect("a decimal")
    }

    #[test]
    fn numbers_are_grouped_and_pointed_as_the_language_does() {
        assert_eq!(figure(decimal("1234567.5"), 2, Language::English), "1,234,567.50");
        assert_eq!(figure(decimal("1234567.5"), 2, Language::German), "1.234.567,50");
        assert_eq!(figure(decimal("123"), 0, Language::German), "123");
        assert_eq!(figure(decimal("-1000"), 0, Language::English), "-1,000");
    }

    #[test]
    fn a_price_keeps_all_its_decimals_and_money_to_pay_has_two() {
        assert_eq!(figure(decimal("0.00725"), 2, Language::English), "0.00725");
        assert_eq!(figure(decimal("12.500"), 2, Language::German), "12,50");
        assert_eq!(figure(cents(decimal("1.005")), 2, Language::English), "1.01");
        assert_eq!(euros("1,00", Language::German), "1,00 €");
    }
}
