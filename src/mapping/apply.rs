//! A cart becomes OCI items: the rules of a system's fields, and around them what no rule has to
//! say: quantity, unit, price, currency, service flag, long text, family.
//!
//! No line is ever lost: each becomes an item, or its text or amount moves to others with a notice, or
//! the whole cart is refused with every reason.

use std::sync::Arc;

use super::cart::{Cart, CartError, Kind, Line, Total};
use super::charges::{self, Charges, Part};
use super::field::{Compiled, FieldRule, MappingError, is_field_name};
use super::hierarchy::{self, Hierarchy};
use super::longtext;
use super::sources::{Context, Scope};
use super::template::{LineValues, Spent, Surroundings};
use crate::oci::amount;
use crate::oci::finding::{Fault, Finding, LineRef, Notice, short};
use crate::oci::item::Item;
use crate::oci::rules::{self, Release, demands};
use crate::oci::text;
use crate::oci::units::{UnitNotice, Units, same_unit};

/// The mapping of one OCI system, compiled.
#[derive(Debug, Clone)]
pub struct Mapping {
    fields: Vec<Compiled>,
    units: Units,
    charges: Charges,
    hierarchy: Hierarchy,
    names: Names,
    /// What the templates of the fields draw from lines; `None` if no field has one.
    drawn: Option<Arc<[&'static str]>>,
}

/// A cart that can leave: every item keeps the rules of `oci::rules`.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// In the order of the cart's lines; taxes that are lines of their own follow.
    pub items: Vec<Item>,
    pub notices: Vec<Notice>,
    /// What the shop's lines come to, net.
    pub total: Option<Total>,
}

/// Fields that have a value without a rule; a rule that names one replaces it.
const COMPUTED: [&str; 7] = ["QUANTITY", "UNIT", "PRICE", "PRICEUNIT", "CURRENCY", "SERVICE", "LONGTEXT"];

/// Which of them have a rule.
#[derive(Debug, Clone, Copy)]
struct Names {
    quantity: bool,
    unit: bool,
    price: bool,
    currency: bool,
    service: bool,
    longtext: bool,
}

impl Mapping {
    /// Compiles the rules of a system's fields. Unknown sources, wrong templates, names that cannot be a field's and
    /// names given twice are errors.
    pub fn new(fields: &[FieldRule], units: &Units) -> Result<Self, MappingError> {
        let compiled = fields.iter().map(Compiled::new).collect::<Result<Vec<_>, _>>()?;
        let error =
            |field: &str, reason: &str| Err(MappingError { field: field.to_owned(), reason: reason.to_owned() });
        let names: Vec<&str> = compiled.iter().map(|rule| rule.name.as_str()).collect();
        if let Some((_, twice)) = names.iter().enumerate().find(|(index, name)| names[..*index].contains(name)) {
            return error(twice, "the field has two rules");
        }
        // A PRICE of one's own beside a computed PRICEUNIT is the classic hundredfold price.
        if names.contains(&"PRICE") != names.contains(&"PRICEUNIT") {
            return error("PRICE", "PRICE and PRICEUNIT belong together; give rules for both or for neither");
        }
        for (index, (unit, code)) in units.map.iter().enumerate() {
            let other = units.map.iter().take(index).find(|(earlier, _)| same_unit(earlier, unit));
            if code.trim().is_empty() {
                return error(&format!("units.map.{unit}"), "the unit has no code");
            }
            if let Some((other, _)) = other.filter(|(_, other)| *other != code) {
                let reason = format!(
                    "also stands there as \"{other}\" with another code; write it the same way to replace that"
                );
                return error(&format!("units.map.{unit}"), &reason);
            }
        }
        let has = |name: &str| names.contains(&name);
        let hierarchy = Hierarchy {
            wanted: true,
            release: Release::default(),
            first_index: 1,
            own_type: has("ITEM_TYPE"),
            own_parent: has("PARENT_ID"),
        };
        let named = Names {
            quantity: has("QUANTITY"),
            unit: has("UNIT"),
            price: has("PRICE"),
            currency: has("CURRENCY"),
            service: has("SERVICE"),
            longtext: has("LONGTEXT"),
        };
        let templates: Vec<_> = compiled.iter().filter_map(|rule| rule.template.as_ref()).collect();
        let mut drawn: Vec<_> = templates.iter().flat_map(|template| template.line_members()).copied().collect();
        drawn.sort_unstable();
        drawn.dedup();
        let drawn = (!templates.is_empty()).then(|| drawn.into());
        let (units, charges) = (units.clone(), Charges::default());
        Ok(Self { names: named, fields: compiled, units, charges, hierarchy, drawn })
    }

    /// For buyers of that release; without it, of the latest.
    pub fn for_release(self, release: Release) -> Self {
        Self { hierarchy: Hierarchy { release, ..self.hierarchy }, ..self }
    }

    /// With shipping, discounts and taxes as a system wants them.
    pub fn with_charges(self, charges: Charges) -> Self {
        Self { charges, ..self }
    }

    /// With or without parents and children, the items counted from there.
    pub fn with_hierarchy(self, wanted: bool, first_index: u32) -> Self {
        Self { hierarchy: Hierarchy { wanted, first_index, ..self.hierarchy }, ..self }
    }

    /// Reads a shop's cart and maps it. What is wrong with the cart and what its items would break is told
    /// together, line by line.
    pub fn read(&self, json: &[u8], context: &Context) -> Result<Mapped, CartError> {
        let (mut faults, rest) = match Cart::read(json) {
            Ok(cart) => match self.map(&cart, context) {
                Ok(mapped) => return Ok(mapped),
                Err(faults) => return Err(CartError::Faulty { faults, rest: Box::new(cart) }),
            },
            Err(CartError::Faulty { faults, rest }) => (faults, rest),
            Err(other) => return Err(other),
        };
        faults.extend(self.map(&rest, context).err().unwrap_or_default());
        // What concerns the whole cart names no line and comes first.
        faults.sort_by_key(|fault| fault.line.parse::<usize>().unwrap_or_default());
        Err(CartError::Faulty { faults, rest })
    }

    /// The items of a cart with what was changed on the way, or all reasons against it.
    pub fn map(&self, cart: &Cart, context: &Context) -> Result<Mapped, Vec<Fault>> {
        let mut findings = Findings::default();
        let total = cart.total();
        let written = total.as_ref().map(|total| total.amount.to_string()).unwrap_or_default();
        let drawn = self.drawn.clone();
        let surroundings = drawn.map(|members| Surroundings::new(cart, &written, context, members));
        let scope = Scope { cart, context, total: written, surroundings, spent: Spent::default() };
        let parts = charges::settle(&self.charges, cart, context.language, &mut findings);
        let item = |part: &Part| part.item().map(|line| self.item(line, &scope, &at(line), &mut findings));
        let mut items: Vec<Option<Item>> = parts.iter().map(item).collect();
        longtext::move_texts(&parts, &mut items, &mut findings);
        hierarchy::tell(self.hierarchy, &parts, &mut items, &mut findings);
        findings.into_result(items, total)
    }

    fn item(&self, line: &Line, scope: &Scope, at: &LineRef, findings: &mut Findings) -> Item {
        let mut item = Item::of_line(at.clone());
        // Fields whose value is the line's own, which the call must not replace.
        let mut own: Vec<&str> = Vec::new();
        let listens = !scope.context.call_items.is_empty();
        let mut full_description = String::new();
        let values = LineValues::new(line, scope.surroundings.as_ref());
        let mut failed: Vec<&str> = Vec::new();
        for rule in &self.fields {
            let found = match rule.value(line, scope, &values) {
                Ok(found) => found,
                Err(error) => {
                    failed.push(&rule.name);
                    let failure = Finding::new(&demands::TEMPLATE_FAILED, &rule.name).with("reason", error);
                    findings.faults.push(at.fault(failure));
                    continue;
                }
            };
            if found.value.is_empty() {
                continue;
            }
            if listens && found.from_line {
                own.push(&rule.name);
            }
            let value = self.cut(rule, &found.value, at, findings);
            if rule.name == "DESCRIPTION" {
                full_description = found.value.clone().into_owned();
            }
            item.set_placed(rule.place, &rule.name, value.unwrap_or_else(|| found.value.into_owned()));
        }
        failed.extend(self.compute(&mut item, line, scope.cart, at, findings));
        if listens {
            let taken = take_from_call(&mut item, scope.context, &own);
            rules::leave_out_lonely(&mut item, &taken, at, &mut findings.notices);
        }

        let mut faults = Vec::new();
        rules::leave_out_later(&mut item, self.hierarchy.release, at, &mut findings.notices);
        rules::hold(&mut item, self.hierarchy.release, at, &mut findings.notices, &mut faults);
        // What could not be computed has its fault already, and a discount's price was agreed to.
        faults.retain(|fault| fault.code != "missing" || !failed.contains(&fault.field.as_str()));
        faults.retain(|fault| fault.field != "PRICE" || !is_negative(line));
        findings.faults.append(&mut faults);

        if !self.names.longtext {
            longtext::fill(&mut item, &full_description, line);
        }
        if item.longtext.is_empty() {
            item.longtext = longtext_of_call(scope.context);
        }
        item
    }

    /// The value as the rule wants it, if that is another one.
    fn cut(&self, rule: &Compiled, value: &str, at: &LineRef, findings: &mut Findings) -> Option<String> {
        if rule.amount {
            return with_decimals(value);
        }
        let max = rule.max.filter(|max| value.len() > *max && value.chars().count() > *max)?;
        let cut = text::cut_at_word(value, max).into_owned();
        let truncated = Finding::new(&demands::TRUNCATED_BY_SYSTEM, &rule.name);
        let truncated = truncated.with("value", short(value)).with("cut", short(&cut)).with("max", max);
        findings.notices.push(at.notice(truncated));
        Some(cut)
    }

    /// Sets what no rule names, and says which fields could not be computed.
    fn compute(
        &self,
        item: &mut Item,
        line: &Line,
        cart: &Cart,
        at: &LineRef,
        findings: &mut Findings,
    ) -> Vec<&'static str> {
        let mut failed = Vec::new();
        if !self.names.quantity {
            match amount::quantity(line.quantity) {
                Ok(quantity) => item.set("QUANTITY", quantity),
                Err(error) => {
                    failed.push("QUANTITY");
                    findings.faults.push(at.fault(error.finding("quantity")));
                }
            }
        }
        if !self.names.unit {
            match self.units.code(line.unit.as_deref()) {
                Ok(unit) => {
                    // The other notices are about the code, and the check of the item gives them.
                    if let Some(notice @ UnitNotice::Defaulted { .. }) = &unit.notice {
                        findings.notices.push(at.notice(notice.finding("UNIT")));
                    }
                    item.set("UNIT", unit.code);
                }
                // A line that no shop handed over, a tax: one of them.
                Err(_) if line.position == 0 => item.set("UNIT", "C62"),
                Err(error) => {
                    failed.push("UNIT");
                    findings.faults.push(at.fault(error.finding("unit")));
                }
            }
        }
        if !self.names.price {
            self.price(item, line, at, findings);
        }
        if !self.names.currency {
            item.set("CURRENCY", cart.currency.as_str());
        }
        if !self.names.service && matches!(line.kind, Kind::Service | Kind::Shipping) {
            item.set("SERVICE", "X");
        }
        failed
    }

    fn price(&self, item: &mut Item, line: &Line, at: &LineRef, findings: &mut Findings) {
        let price = match amount::price(line.price.net.abs(), line.price.per) {
            Ok(price) => price,
            Err(error) => return findings.faults.push(at.fault(error.finding("price.net"))),
        };
        if price.rounded {
            let rounded = Finding::new(&demands::ROUNDED, "PRICE").with("price", &price.price).with("unit", price.unit);
            let rounded = rounded.with("net", line.price.net.normalize()).with("per", line.price.per.normalize());
            findings.notices.push(at.notice(rounded));
        }
        item.set("PRICEUNIT", price.unit.to_string());
        if is_negative(line) {
            let negative = format!("-{}", price.price);
            findings.notices.push(at.notice(Finding::new(&demands::NEGATIVE_PRICE, "PRICE").with("value", &negative)));
            item.set("PRICE", negative);
        } else {
            item.set("PRICE", price.price);
        }
    }
}

/// Whether a line takes away from what the cart comes to: only discounts do, where a system lets them.
fn is_negative(line: &Line) -> bool {
    line.kind == Kind::Discount && line.price.net.is_sign_negative() && !line.price.net.is_zero()
}

/// What a buyer sent as `NEW_ITEM-<FIELD>` he wants back on every item (digest 1.5), unless the line
/// knows better. His own number for the vendor he knows best himself; of families he knows nothing. Gives the names of what was
/// taken.
fn take_from_call(item: &mut Item, context: &Context, own: &[&str]) -> Vec<String> {
    let mut taken = Vec::new();
    for (field, value) in context.call_items {
        let field = field.split('[').next().unwrap_or_default().trim().to_ascii_uppercase();
        if matches!(field.as_str(), "ITEM_TYPE" | "PARENT_ID") {
            continue;
        }
        let computed = COMPUTED.contains(&field.as_str());
        let is_own = computed || own.contains(&field.as_str()) && item.has(&field);
        if is_field_name(&field) && (field == "VENDOR" || !is_own) {
            let value = text::single_line(value);
            if !value.is_empty() {
                item.set(&field, value);
                taken.push(field);
            }
        }
    }
    taken
}

/// The long text that a buyer sent along, for lines that have none: `NEW_ITEM-LONGTEXT` or `NEW_ITEM-LONGTEXT_1:132[]`.
fn longtext_of_call(context: &Context) -> String {
    let is_longtext = |name: &str| {
        let name = name.trim().to_ascii_uppercase();
        name.strip_prefix("LONGTEXT").is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '[', ':']))
    };
    let found = context.call_items.iter().find(|(name, _)| is_longtext(name));
    found.map_or_else(String::new, |(_, value)| text::several_lines(value))
}

#[derive(Default)]
pub(super) struct Findings {
    pub notices: Vec<Notice>,
    pub faults: Vec<Fault>,
}

impl Findings {
    fn into_result(mut self, items: Vec<Option<Item>>, total: Option<Total>) -> Result<Mapped, Vec<Fault>> {
        // What concerns the whole cart names no line and comes first.
        let position = |line: &str| line.parse::<usize>().unwrap_or_default();
        if self.faults.is_empty() {
            self.notices.sort_by_key(|notice| position(&notice.line));
            Ok(Mapped { items: items.into_iter().flatten().collect(), notices: self.notices, total })
        } else {
            self.faults.sort_by_key(|fault| position(&fault.line));
            Err(self.faults)
        }
    }
}

/// The line, for what is said about it; the cart, of a line that no shop handed over.
pub(super) fn at(line: &Line) -> LineRef {
    if line.position == 0 { LineRef::cart() } else { LineRef::at(line.position, line.id.as_deref()) }
}

/// A quantity or price of a rule's own with three decimals, if that changes nothing.
fn with_decimals(value: &str) -> Option<String> {
    let decimal = amount::read(value)?.normalize();
    (decimal.scale() <= 3).then(|| format!("{decimal:.3}"))
}

#[cfg(test)]
mod sentences;
#[cfg(test)]
mod tests;
