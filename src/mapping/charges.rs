//! What a cart holds besides goods: shipping, discounts and taxes, which OCI has no fields for. A system says for
//! each whether it becomes a line of its own, goes into the prices, or is refused.
//!
//! Whatever is done is told by a notice, and no amount is lost: what the items come to is what the cart comes to.

use serde::{Deserialize, Serialize};

use super::apply::{Findings, at};
use super::cart::{Cart, Kind, Line, Price};
use super::spread::{self, NotSpread};
use crate::oci::amount::Decimal;
use crate::oci::finding::{Finding, LineRef, short};
use crate::oci::rules::demands;

/// `[system.charges]`.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct Charges {
    pub shipping: Charge,
    pub discount: Charge,
    pub tax: Tax,
}

/// What becomes of shipping or a discount.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// A line of its own: shipping as a service, a discount with a negative price.
    Line,
    /// Into the prices of the goods, in proportion to their value.
    Spread,
    /// The cart is refused.
    Refuse,
}

/// What becomes of the tax of the lines.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Tax {
    /// Prices are net, and tax is not spoken of.
    LeaveOut,
    /// A service line for each rate.
    Line,
    /// Prices are gross.
    Spread,
    /// A cart with a tax rate is refused.
    Refuse,
}

impl Default for Charges {
    fn default() -> Self {
        Self { shipping: Charge::Line, discount: Charge::Refuse, tax: Tax::LeaveOut }
    }
}

/// What becomes of one line of the cart.
pub(super) enum Part<'a> {
    /// An item as the shop said it.
    Item(&'a Line),
    /// An item that has another price now, or that no shop handed over.
    Made(Box<Line>),
    /// Goes into another's long text.
    Text(&'a Line),
    /// Its amount went into other lines, or it is a fault.
    Gone(&'a Line),
}

impl Part<'_> {
    pub fn line(&self) -> &Line {
        match self {
            Self::Item(line) | Self::Text(line) | Self::Gone(line) => line,
            Self::Made(line) => line,
        }
    }

    /// The line, if it becomes an item.
    pub fn item(&self) -> Option<&Line> {
        matches!(self, Self::Item(_) | Self::Made(_)).then(|| self.line())
    }

    fn set_price(&mut self, price: Price) {
        match self {
            Self::Made(line) => line.price = price,
            _ => *self = Self::Made(Box::new(Line { price, ..self.line().clone() })),
        }
    }

    fn is_goods(&self) -> bool {
        self.item().is_some_and(|line| matches!(line.kind, Kind::Product | Kind::Service))
    }
}

/// Decides over each line, in the order of the cart; lines for taxes follow.
pub(super) fn settle<'a>(charges: &Charges, cart: &'a Cart, language: &str, findings: &mut Findings) -> Vec<Part<'a>> {
    let mut parts: Vec<Part> = cart.lines.iter().map(|line| part(charges, line, findings)).collect();
    let taxes = tax(charges, cart, language, &mut parts, findings);
    spread_charges(charges, cart, &mut parts, findings);
    parts.extend(taxes);
    parts
}

fn part<'a>(charges: &Charges, line: &'a Line, findings: &mut Findings) -> Part<'a> {
    let mut refuse = |refused: Finding| {
        let name = short(line.name.as_deref().or(line.product_id.as_deref()).unwrap_or_default());
        findings.faults.push(at(line).fault(refused.with("name", name)));
        Part::Gone(line)
    };
    match line.kind {
        Kind::Text => Part::Text(line),
        Kind::Shipping if charges.shipping == Charge::Refuse => {
            refuse(Finding::new(&demands::SHIPPING_REFUSED, "kind"))
        }
        Kind::Discount if charges.discount == Charge::Refuse => {
            refuse(Finding::new(&demands::DISCOUNT_REFUSED, "kind"))
        }
        Kind::Discount if line.price.net > Decimal::ZERO => {
            refuse(Finding::new(&demands::DISCOUNT_POSITIVE, "price.net").with("value", line.price.net))
        }
        _ => Part::Item(line),
    }
}

/// Whether a line's amount goes into the prices of the goods.
fn is_spread(charges: &Charges, line: &Line) -> bool {
    match line.kind {
        Kind::Shipping => charges.shipping == Charge::Spread,
        Kind::Discount => charges.discount == Charge::Spread,
        _ => false,
    }
}

fn spread_charges<'a>(charges: &Charges, cart: &'a Cart, parts: &mut [Part<'a>], findings: &mut Findings) {
    let mut amount = Some(Decimal::ZERO);
    let mut spread = Vec::new();
    for (index, part) in parts.iter_mut().enumerate() {
        if part.item().is_some_and(|line| is_spread(charges, line)) {
            let line = &cart.lines[index];
            // The part's own line may have a gross price by now.
            amount = amount.and_then(|sum| sum.checked_add(part.line().amount()?));
            *part = Part::Gone(line);
            spread.push(line);
        }
    }
    if spread.is_empty() {
        return;
    }
    let goods: Vec<usize> = (0..parts.len()).filter(|index| parts[*index].is_goods()).collect();
    let prices: Vec<(Decimal, Price)> =
        goods.iter().map(|index| (parts[*index].line().quantity, parts[*index].line().price)).collect();
    let done = amount.ok_or(NotSpread::TooLarge).and_then(|amount| spread::over(&prices, amount));
    let done = match done {
        Ok(done) => done,
        Err(reason) => {
            for line in spread {
                findings.faults.push(at(line).fault(Finding::new(reason.demand(), "kind")));
            }
            return;
        }
    };
    for (index, price) in goods.iter().zip(&done.prices) {
        parts[*index].set_price(*price);
    }
    for line in spread {
        let is_shipping = line.kind == Kind::Shipping;
        let demand = if is_shipping { &demands::SHIPPING_SPREAD } else { &demands::DISCOUNT_SPREAD };
        let amount = line.amount().unwrap_or_default().normalize();
        let told = Finding::new(demand, "PRICE").with("amount", amount).with("currency", &cart.currency);
        findings.notices.push(at(line).notice(told.with("count", goods.len())));
    }
    if !done.rest.is_zero() {
        let rounded = Finding::new(&demands::SPREAD_ROUNDED, "PRICE").with("amount", done.rest.normalize());
        findings.notices.push(LineRef::cart().notice(rounded.with("currency", &cart.currency)));
    }
}

fn tax<'a>(
    charges: &Charges,
    cart: &Cart,
    language: &str,
    parts: &mut [Part<'a>],
    findings: &mut Findings,
) -> Vec<Part<'a>> {
    if charges.tax == Tax::LeaveOut {
        return Vec::new();
    }
    // In the order of their first lines.
    let mut rates: Vec<(Decimal, Decimal)> = Vec::new();
    for part in parts.iter_mut() {
        let Some(line) = part.item() else { continue };
        let at = at(line);
        match (charges.tax, line.tax_rate.map(|rate| rate.normalize())) {
            (Tax::Refuse, Some(rate)) if !rate.is_zero() => {
                let refused = Finding::new(&demands::TAX_REFUSED, "tax_rate").with("rate", rate);
                findings.faults.push(at.fault(refused));
            }
            (Tax::Line | Tax::Spread, None) if !line.price.net.is_zero() => {
                findings.faults.push(at.fault(Finding::new(&demands::MISSING_TAX_RATE, "tax_rate")));
            }
            (Tax::Line, Some(rate)) => {
                let amount =
                    line.amount().and_then(|amount| amount.checked_mul(rate)?.checked_div(Decimal::ONE_HUNDRED));
                let place = rates.iter().position(|(known, _)| *known == rate).unwrap_or(rates.len());
                let before = rates.get(place).map_or(Decimal::ZERO, |(_, sum)| *sum);
                match amount.and_then(|amount| before.checked_add(amount)) {
                    Some(sum) if place == rates.len() => rates.push((rate, sum)),
                    Some(sum) => rates[place].1 = sum,
                    None => findings.faults.push(at.fault(Finding::new(&demands::BAD_PRICE_TAX, "tax_rate"))),
                }
            }
            (Tax::Spread, Some(rate)) => {
                let Price { net, per } = line.price;
                let gross = (Decimal::ONE_HUNDRED + rate).checked_mul(net);
                match gross.and_then(|gross| gross.checked_div(Decimal::ONE_HUNDRED)) {
                    Some(gross) => part.set_price(Price { net: gross.normalize(), per }),
                    None => findings.faults.push(at.fault(Finding::new(&demands::BAD_PRICE_GROSS, "price.net"))),
                }
            }
            _ => {}
        }
    }
    if charges.tax == Tax::Spread {
        findings.notices.push(LineRef::cart().notice(Finding::new(&demands::TAX_SPREAD, "PRICE")));
    }
    let decimals = minor_units(&cart.currency);
    let lines = rates.into_iter().filter(|(_, amount)| !amount.is_zero());
    lines
        .map(|(rate, amount)| {
            let amount = spread::commercially(amount, decimals);
            let told = Finding::new(&demands::TAX_LINE, "PRICE").with("amount", amount).with("rate", rate);
            findings.notices.push(LineRef::cart().notice(told.with("currency", &cart.currency)));
            Part::Made(Box::new(tax_line(rate, amount, language)))
        })
        .collect()
}

/// A line that no shop handed over: its position is 0.
fn tax_line(rate: Decimal, amount: Decimal, language: &str) -> Line {
    let name = if language == "de" { format!("Umsatzsteuer {rate} %") } else { format!("Tax {rate} %") };
    let kind = if amount.is_sign_negative() { Kind::Discount } else { Kind::Service };
    Line { name: Some(name), ..Line::new(0, kind, Decimal::ONE, Price { net: amount, per: Decimal::ONE }) }
}

/// Decimals of a currency's smallest coin (ISO 4217).
fn minor_units(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "VUV"
        | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}
