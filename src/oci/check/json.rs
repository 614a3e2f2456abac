//! The JSON that OCI meets: a cart as PHP and Rack nest it, the pages of a downloaded catalog (digest section 5), and carts
//! of interfaces that only borrow OCI's names.

use std::collections::BTreeMap;

use super::flat::{self, Flat, Leaf, Step};
use super::{Buyer, Kind, Report, whole};
use crate::oci::finding::{Finding, short};
use crate::oci::read::{MAX_FIELDS, Returned, ReturnedItem};
use crate::oci::rules::demands;
use crate::oci::rules::judge::{self, Depth};

pub(super) fn read(json: &str, buyer: &Buyer<'_>) -> Report {
    let flat = match flat::read(json) {
        Ok(flat) => flat,
        Err(error) => {
            let reason = Finding::new(&demands::JSON_UNREADABLE, "").with("reason", error);
            return Report::unreadable(Kind::Json, reason);
        }
    };
    let is_download =
        |key: &String| ["ITEMS", "CURRENTPAGE", "TOTALITEMS", "TOTALPAGES"].iter().any(|known| same(key, known));
    let mut report = if flat.keys.iter().filter(|key| is_download(key)).count() >= 2 {
        download(&flat)
    } else {
        let is_item = |step: &Step| {
            step.key().is_some_and(|key| key.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("NEW_ITEM")))
        };
        let depth = flat.leaves.iter().filter_map(|leaf| leaf.path.iter().position(is_item)).max();
        match depth {
            None => return Report::unreadable(Kind::Json, Finding::new(&demands::NOT_OCI, "")),
            Some(0) => nested(&flat, buyer),
            Some(_) => foreign(&flat, buyer),
        }
    };
    if flat.cut {
        report.findings.push(Finding::new(&demands::TOO_MANY_FIELDS, "").with("max", MAX_FIELDS));
    }
    report
}

fn same(key: &str, known: &str) -> bool {
    key.len() == known.len() && key.eq_ignore_ascii_case(known)
}

/// `{"NEW_ITEM-QUANTITY":{"1":"5"},"NEW_ITEM-LONGTEXT_1:132":["a"]}`, read back as the fields of the form.
fn nested(flat: &Flat, buyer: &Buyer<'_>) -> Report {
    let pairs: Vec<(String, String)> = flat.leaves.iter().filter_map(pair).collect();
    let mut report = Report::of(Kind::Json);
    whole::judge(&mut report, Returned::from_pairs(&pairs), pairs.len(), buyer);
    if flat.leaves.iter().any(|leaf| leaf.path.len() > 1) {
        report.findings.push(Finding::new(&demands::JSON_NESTED, ""));
    }
    report
}

fn pair(leaf: &Leaf) -> Option<(String, String)> {
    let (name, steps) = leaf.path.split_first()?;
    let mut name = name.key()?.to_owned();
    for step in steps {
        match step {
            Step::Key(key) => name.push_str(&format!("[{key}]")),
            // A list came of `[]`; where the name holds no index, its place is the index PHP gives.
            Step::Place(_) if name.contains(":132") => name.push_str("[]"),
            Step::Place(place) => name.push_str(&format!("[{place}]")),
        }
    }
    Some((name, leaf.value.clone()))
}

/// A list of objects with OCI's names: every object one item.
fn foreign(flat: &Flat, buyer: &Buyer<'_>) -> Report {
    let mut pairs = Vec::new();
    for leaf in &flat.leaves {
        let place = leaf.path.iter().find_map(|step| if let Step::Place(place) = step { Some(*place) } else { None });
        let name = leaf.path.iter().rev().find_map(Step::key).unwrap_or_default();
        match place {
            Some(place) => pairs.push((
                format!("{}[{}]", name.split([':', '[']).next().unwrap_or_default(), place + 1),
                leaf.value.clone(),
            )),
            None => pairs.push((name.to_owned(), leaf.value.clone())),
        }
    }
    // What belongs to no item is a fact of the whole.
    let (items, others): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(name, _)| name.ends_with(']') && !name.ends_with("[]"));
    let mut report = Report::of(Kind::Json);
    let mut returned = Returned::from_pairs(&items);
    returned.findings.clear();
    whole::judge(&mut report, returned, items.len(), buyer);
    report.findings.insert(0, Finding::new(&demands::JSON_NOT_OCI, ""));
    report.others.extend(others);
    report
}

/// The keys of an item in a downloaded catalog that have an OCI field of another name.
const RENAMED: [(&str, &str); 3] =
    [("VENDOR_MAT", "VENDORMAT"), ("PRICE_QUANTITY", "PRICEUNIT"), ("MINORDER_QTY", "QUANTITY")];

fn download(flat: &Flat) -> Report {
    let mut report = Report::of(Kind::Download);
    let mut items: BTreeMap<usize, ReturnedItem> = BTreeMap::new();
    let (mut unwrapped, mut other_case) = (false, false);
    let mut top: Vec<(&str, &str)> = Vec::new();
    for leaf in &flat.leaves {
        match leaf.path.as_slice() {
            [Step::Key(key)] => {
                other_case |= key.bytes().any(|byte| byte.is_ascii_lowercase());
                top.push((key, &leaf.value));
            }
            [Step::Key(list), Step::Place(place), rest @ ..] if same(list, "ITEMS") => {
                let rest = match rest {
                    [Step::Key(wrapper), inner @ ..] if same(wrapper, "NEWITEM") || same(wrapper, "NEW_ITEM") => inner,
                    bare => {
                        unwrapped = true;
                        bare
                    }
                };
                let item = items.entry(*place).or_insert_with(|| {
                    let index = u32::try_from(*place).unwrap_or(u32::MAX).saturating_add(1);
                    ReturnedItem { index: Some(index), ..ReturnedItem::default() }
                });
                if let Some(Step::Key(key)) = rest.first() {
                    other_case |= key.bytes().any(|byte| byte.is_ascii_lowercase());
                    take(item, &key.to_ascii_uppercase(), rest, &leaf.value);
                }
            }
            _ => {}
        }
    }
    counters(&mut report, &top, items.len());
    for (is_so, demand) in [(unwrapped, &demands::DOWNLOAD_UNWRAPPED), (other_case, &demands::DOWNLOAD_CASE)] {
        if is_so {
            report.findings.push(Finding::new(demand, ""));
        }
    }
    for item in items.values() {
        let own = judge_article(item);
        report.uncounted += whole::keep(&mut report.findings, own, item.index);
    }
    report.others = top.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    report.items = items.into_values().collect();
    report
}

/// Values are taken where they are one; of texts in several languages the first is shown.
fn take(item: &mut ReturnedItem, key: &str, rest: &[Step], value: &str) {
    let field = RENAMED.iter().find(|(known, _)| *known == key).map_or(key, |(_, field)| field);
    let is_text = rest.last().and_then(Step::key).is_some_and(|last| same(last, "description"));
    let first = match key {
        "DESCRIPTION" => (rest.len() == 1 || is_text) && item.get("DESCRIPTION").is_none(),
        "ATTACHMENTS" | "ATTRIBUTES" | "CUSTOMER_FIELDS" | "PRICE_SCALES" => false,
        _ => rest.len() == 1,
    };
    if first && item.fields.len() < 64 {
        item.fields.push((field.to_owned(), value.to_owned()));
    }
}

fn counters(report: &mut Report, top: &[(&str, &str)], count: usize) {
    let value = |name: &str| top.iter().find(|(key, _)| same(key, name)).map(|(_, value)| *value);
    let number = |name: &str| value(name).and_then(|value| value.parse::<usize>().ok());
    for name in ["CURRENTPAGE", "TOTALPAGES", "TOTALITEMS"] {
        if number(name).is_none() {
            report.findings.push(Finding::new(&demands::DOWNLOAD_COUNTER, name));
        }
    }
    if let (Some(1), Some(total)) = (number("TOTALPAGES"), number("TOTALITEMS"))
        && total != count
    {
        let finding = Finding::new(&demands::DOWNLOAD_COUNT, "").with("total", total).with("count", count);
        report.findings.push(finding);
    }
    match value("TRANSACTIONID") {
        Some(id) if !id.is_empty() && !id.bytes().all(|byte| byte.is_ascii_digit()) => {
            report
                .findings
                .push(Finding::new(&demands::DOWNLOAD_TRANSACTION, "TRANSACTIONID").with("value", short(id)));
        }
        _ => {}
    }
}

/// The rules of the round trip as far as they are those of an article, too.
fn judge_article(item: &ReturnedItem) -> Vec<Finding> {
    let mut findings = Vec::new();
    const SHARED: [&str; 8] =
        ["EXT_PRODUCT_ID", "MATNR", "PRICE", "CURRENCY", "PRICEUNIT", "UNIT", "LEADTIME", "VENDORMAT"];
    for field in ["EXT_PRODUCT_ID", "DESCRIPTION", "PRICE", "UNIT", "CURRENCY"] {
        if item.get(field).is_none_or(|value| value.trim().is_empty()) {
            findings.push(Finding::new(&demands::DOWNLOAD_MISSING, field));
        }
    }
    let mut found = Vec::new();
    let fields = item.fields.iter().map(|(field, value)| (field.as_str(), value.as_str()));
    judge::item(fields.filter(|(field, _)| SHARED.contains(field)), Default::default(), Depth::All, &mut found);
    let conditions = ["missing", "better", "both", "means-nothing"];
    found.retain(|finding| !conditions.contains(&finding.demand.code));
    findings.extend(found);
    findings
}
