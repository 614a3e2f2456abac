//! "Test this system": an operator plays the buyer from within, so that no outside website is needed.
//!
//! Everything that decides about a real punchout decides here too, by the same code, except for two things: the
//! operator need not know the customer's password, and the cart comes back to a page of the gateway that only
//! this one trial may return to. What the system's own list of return targets says is asked beside it.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use crate::account::Reach;
use crate::account::audit::{self, Action, Actor, Object};
use crate::clock::HOUR;
use crate::credential::secret::{self, Token};
use crate::oci::finding::{Fault, LineRef, Notice};
use crate::oci::hook::HookPolicy;
use crate::oci::item::Item;
use crate::oci::page::{Form, PageTexts};
use crate::oci::read::{Returned, ReturnedItem};
use crate::oci::rules;
use crate::punchout::cart::{self, CartAccepted};
use crate::punchout::login::{self, Inbound};
use crate::punchout::trace::{Step, Trace};
use crate::punchout::{Gateway, detail, entry, state};
use crate::refusal::{Code, Refusal};
use crate::snapshot::{self, System};
use crate::store::punchouts::Punchout;
use crate::store::{self, StoreError};

/// A cart to try a system with; it can be changed before it is handed over.
pub const SAMPLE_CART: &str = include_str!("sample_cart.json");

/// How long the way into the shop may be waited for: an operator reads first.
pub(super) const ENTRY_WAIT: i64 = HOUR;

/// Who tries a system, as whom.
pub struct Wish {
    pub slug: String,
    /// Number or e-mail address of the customer who is played.
    pub customer: String,
    /// What the call shall hold besides the usual: names and values.
    pub more: Vec<(String, String)>,
    pub actor: Actor,
    pub address: IpAddr,
}

/// Why there is no trial.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// No such system or punchout, or none within reach.
    #[error("there is no such thing within reach")]
    Unknown,
    /// What a buyer would have met.
    #[error("refused: {}", .0.code.as_str())]
    Refused(Refusal),
}

impl From<Refusal> for TrialError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for TrialError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

/// The page that the cart of a trial comes back to.
fn own_hook(gateway: &Gateway, id: &str) -> String {
    format!("{}/admin/trial/{id}/return", gateway.public_url)
}

/// What a trial may return to: its own page and nothing else.
pub(super) fn hooks(gateway: &Gateway, id: &str) -> Result<HookPolicy, Refusal> {
    HookPolicy::read(&[own_hook(gateway, id)]).map_err(|error| {
        tracing::error!(%error, "the gateway's own address cannot be returned to");
        Refusal::new(Code::Internal)
    })
}

/// The system of that slug, if it is within reach, as the gateway has it this moment.
pub async fn system(gateway: &Gateway, reach: &Reach, slug: &str) -> Result<Option<Arc<System>>, StoreError> {
    // Who has just saved something tries what he saved.
    snapshot::refresh(&gateway.store, &gateway.snapshot).await?;
    let Some(system) = gateway.snapshot.load().system(slug).cloned() else { return Ok(None) };
    let shop_id = system.shop.id.clone();
    let shop = gateway.store.read(move |c| store::shops::find(c, &shop_id)).await?;
    Ok(Some(system).filter(|_| shop.is_some_and(|shop| reach.covers(shop.account_id.as_deref()))))
}

/// Makes the call and gives the id of the punchout that it opened.
pub async fn start(gateway: &Gateway, reach: &Reach, wish: Wish) -> Result<String, TrialError> {
    let system = system(gateway, reach, &wish.slug).await?.ok_or(TrialError::Unknown)?;
    let id = ulid::Ulid::new().to_string();
    let inbound = call(gateway, &system, &id, &wish);
    let hooks = hooks(gateway, &id)?;
    login::login_as_operator(gateway, system.clone(), &inbound, &id, &hooks).await?;

    let now = gateway.clock.now();
    let (shop_id, key) = (system.shop.id.clone(), id.clone());
    let name = format!("{} · {}", system.slug, wish.customer.trim());
    gateway
        .store
        .write(move |c| {
            let owner = store::shops::find(c, &shop_id)?.and_then(|shop| shop.account_id);
            let object = Object { kind: "punchout", id: &key, name: &name, owner: owner.as_deref() };
            audit::record(c, &wish.actor, Action::Created, object, None, Some(json!({ "trial": true })), now)
        })
        .await?;
    Ok(id)
}

/// The call as this system is used to it.
fn call(gateway: &Gateway, system: &System, id: &str, wish: &Wish) -> Inbound {
    let settings = &system.profile.call;
    let method = settings.methods.iter().find(|method| method.eq_ignore_ascii_case("POST"));
    let method = method.or(settings.methods.first()).map_or_else(|| "POST".to_owned(), |method| method.to_uppercase());
    // Nobody knows this password and nobody asks for it: it stands for the one that a buyer sends.
    let password = Token::generate();
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair(&settings.names.user, wish.customer.trim())
        .append_pair(&settings.names.password, password.expose())
        .append_pair("OCI_VERSION", "4.0")
        .append_pair("~OkCode", "ADDI")
        .append_pair("~TARGET", "_top")
        .append_pair("~CALLER", "CTLG");
    for (name, value) in &wish.more {
        form.append_pair(name, value);
    }
    form.append_pair(&settings.names.hook, &own_hook(gateway, id));
    let form = form.finish().into_bytes();
    let (query, body) = if method == "GET" { (form, Vec::new()) } else { (Vec::new(), form) };
    Inbound { system: Some(system.slug.clone()), method, query, body, address: wish.address }
}

/// The trial of that id, if it is one and within reach.
pub async fn find(gateway: &Gateway, reach: &Reach, id: &str) -> Result<detail::Detail, TrialError> {
    let (reach, id) = (reach.clone(), id.to_owned());
    let found = gateway.store.read(move |c| detail::find(c, &reach, &id)).await?;
    found.filter(|found| found.punchout.trial).ok_or(TrialError::Unknown)
}

/// The way into the shop, as the answer to the call gives it. Each time it is asked for the token is another one,
/// so that none need be kept; the one before is void.
pub async fn enter(gateway: &Gateway, reach: &Reach, id: &str) -> Result<String, TrialError> {
    let punchout = find(gateway, reach, id).await?.punchout;
    let system = gateway.snapshot.load().system_by_id(&punchout.system_id).cloned().ok_or(TrialError::Unknown)?;
    let token = fresh_token(gateway, &punchout).await?;
    Ok(system.shop.connector.entry(token.expose()))
}

async fn fresh_token(gateway: &Gateway, punchout: &Punchout) -> Result<Token, TrialError> {
    let now = gateway.clock.now();
    let token = secret::entry_token(now);
    let (id, digest) = (punchout.id.clone(), secret::entry_digest(token.expose()));
    let until = now + ENTRY_WAIT;
    let renewed = gateway.store.write(move |c| store::punchouts::update_entry(c, &id, &digest, until, now)).await?;
    if renewed {
        return Ok(token);
    }
    Err(TrialError::Refused(Refusal::new(match state(punchout, now) {
        "in_shop" => Code::EntryUsed,
        "returned" => Code::PunchoutReturned,
        "cancelled" => Code::PunchoutCancelled,
        "closed" => Code::PunchoutClosed,
        _ => Code::EntryExpired,
    })))
}

/// Plays the shop: redeems the token, if that is still to be done, and hands a cart over.
pub async fn hand_over(gateway: &Gateway, reach: &Reach, id: &str, cart: &str) -> Result<CartAccepted, TrialError> {
    let punchout = find(gateway, reach, id).await?.punchout;
    let system = gateway.snapshot.load().system_by_id(&punchout.system_id).cloned().ok_or(TrialError::Unknown)?;
    if state(&punchout, gateway.clock.now()) == "open" {
        let token = fresh_token(gateway, &punchout).await?;
        let mut trace = Trace::begin(Step::Entry, gateway.clock.now());
        entry::redeem(gateway, &system.shop, token.expose(), &mut trace).await?;
    }
    let mut trace = Trace::begin(Step::Cart, gateway.clock.now());
    let json = Bytes::from(cart.to_owned());
    let (_, accepted) = cart::accept(gateway, &system.shop, &punchout.id, json, &mut trace).await?;
    Ok(accepted)
}

/// A return page as the buyer's system finds it, with everything the rules have to say about it.
#[derive(Debug, Default)]
pub struct Examined {
    pub items: Vec<ReturnedItem>,
    /// Oddities of the page; one English sentence each.
    pub warnings: Vec<String>,
    pub notices: Vec<Notice>,
    pub faults: Vec<Fault>,
}

/// Makes the page of a form and reads it back.
pub fn examine(form: &Form) -> Examined {
    let texts = PageTexts { lang: "en", title: "", heading: "", explanation: "", button: "" };
    match Returned::from_html(&form.encoded_page("", &texts), Some(&form.charset)) {
        Ok(returned) => judge(returned),
        Err(error) => Examined { warnings: vec![error.to_string()], ..Examined::default() },
    }
}

fn judge(returned: Returned) -> Examined {
    let mut examined = Examined { warnings: returned.warnings, ..Examined::default() };
    for (place, received) in returned.items.iter().enumerate() {
        let mut item = Item::default();
        item.set("LONGTEXT", received.longtext.as_str());
        for (field, value) in &received.fields {
            item.set(field, value.as_str());
        }
        let line = LineRef::at(place + 1, None);
        rules::check(&mut item, &line, &mut examined.notices, &mut examined.faults);
    }
    examined.items = returned.items;
    examined
}

/// Names of fields that did not arrive as they were sent.
pub fn differences(form: &Form, arrived: &[(String, String)]) -> Vec<String> {
    // Browsers end lines with CR LF when they post.
    let plain = |value: &str| value.replace("\r\n", "\n").replace('\r', "\n");
    let mut left: Vec<(&str, String)> = arrived.iter().map(|(name, value)| (name.as_str(), plain(value))).collect();
    let mut missing = Vec::new();
    for (name, value) in &form.fields {
        let value = plain(value);
        match left.iter().position(|(other, arrived)| *other == name && *arrived == value) {
            Some(place) => {
                left.swap_remove(place);
            }
            None => missing.push(name.to_owned()),
        }
    }
    let known = |name: &str| missing.iter().any(|missing| missing == name);
    let more: Vec<String> = left.iter().filter(|(name, _)| !known(name)).map(|(name, _)| (*name).to_owned()).collect();
    missing.into_iter().chain(more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::{Context, Mapping};
    use crate::oci::facts::Facts;
    use crate::oci::form_fields::FormFields;
    use crate::oci::item::Layout;
    use crate::oci::page::FormOptions;
    use crate::system::Settings;

    fn form(fields: &[(&str, &str)]) -> Form {
        let hook = HookPolicy::read(&["any".to_owned()]).unwrap().allow("https://b.example/r").unwrap();
        Form::new(&hook, &Facts::default(), &FormOptions::default(), FormFields::from_iter(fields.iter().copied()))
    }

    #[test]
    fn the_sample_cart_becomes_a_return_without_faults() {
        let settings = Settings::effective(&json!({})).unwrap();
        let mapping = Mapping::new(&settings.field, &settings.units).unwrap();
        let context = Context { customer_number: "1", shop_name: "Acme", ..Context::default() };
        let mapped = mapping.read(SAMPLE_CART.as_bytes(), &context).unwrap();
        assert_eq!(mapped.total.unwrap().amount.to_string(), "67.85");
        assert_eq!(mapped.notices.iter().map(|notice| notice.code.as_str()).collect::<Vec<_>>(), ["truncated"]);
        let hook = HookPolicy::read(&["any".to_owned()]).unwrap().allow("https://b.example/r").unwrap();
        let fields = Item::write(&mapped.items, &Layout::default());
        let examined = examine(&Form::new(&hook, &Facts::default(), &FormOptions::default(), fields));
        assert_eq!((examined.items.len(), examined.faults.len(), examined.warnings.len()), (3, 0, 0), "{examined:?}");
    }

    #[test]
    fn what_a_buyers_system_would_drop_is_found_in_the_page_itself() {
        let examined = examine(&form(&[("NEW_ITEM-DESCRIPTION[1]", "Bolt"), ("NEW_ITEM-QUANTITY[1]", "1,5")]));
        let mut found: Vec<(&str, &str)> =
            examined.faults.iter().map(|fault| (fault.field.as_str(), fault.code.as_str())).collect();
        found.sort_unstable();
        assert_eq!(found, [("QUANTITY", "bad-amount"), ("UNIT", "missing")]);
    }

    #[test]
    fn what_did_not_arrive_as_sent_is_named() {
        let sent = form(&[("a", "1"), ("b", "two\nlines"), ("a", "2")]);
        let arrived = |pairs: &[(&str, &str)]| -> Vec<String> {
            let pairs: Vec<_> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            differences(&sent, &pairs)
        };
        assert!(arrived(&[("a", "1"), ("b", "two\r\nlines"), ("a", "2")]).is_empty());
        assert_eq!(arrived(&[("a", "1"), ("b", "two"), ("c", "3")]), ["b", "a", "c"]);
    }
}
