//! Whose login a call carries: the throttle, the one hash, what is remembered.
//!
//! Only this file can say that a customer is who he claims to be; licenses and assignments are not looked at here, so that
//! nobody without the right password learns of them.

use std::net::IpAddr;
use std::sync::Arc;

use crate::credential::recent::Place;
use crate::credential::{origin, password};
use crate::oci::call::Call;
use crate::punchout::Gateway;
use crate::punchout::trace::Trace;
use crate::refusal::{Code, Refusal};
use crate::snapshot::{Snapshot, System};
use crate::store;
use crate::store::customers::{Candidate, Customer};

/// A customer whose password was right, or whom an operator of his shop plays.
pub(super) struct Verified(Arc<Candidate>);

impl Verified {
    pub(super) fn customer(&self) -> &Customer {
        &self.0.customer
    }

    pub(super) fn candidate(self) -> Arc<Candidate> {
        self.0
    }
}

/// A login that was good a moment ago, and who it was then. Whoever goes on with him must hold what he stores against
/// what he is now, and then say how it ended.
pub(super) struct Remembered<'a> {
    gateway: &'a Gateway,
    place: Place,
    candidate: Arc<Candidate>,
    throttled: String,
    address: IpAddr,
    pub(super) now: i64,
}

impl<'a> Remembered<'a> {
    /// None if nothing is remembered, or too many passwords were wrong lately: the long way tells.
    pub(super) fn find(gateway: &'a Gateway, system: &System, call: &Call, address: IpAddr) -> Option<Self> {
        let now = gateway.clock.now();
        let (place, found) = gateway.recent.who(&system.id, &call.user, &call.password, now);
        let (candidate, throttled) = (found?, throttled(&system.shop.id, call));
        gateway.throttle.admit(&throttled, address, now).ok()?;
        Some(Self { gateway, place, candidate, throttled, address, now })
    }

    pub(super) fn verified(&self) -> Verified {
        Verified(self.candidate.clone())
    }

    /// Nothing about him has changed, and he is in.
    pub(super) fn held(self) {
        self.gateway.throttle.succeeded(&self.throttled, self.address, self.now);
        counted("remembered");
    }

    /// He is not what he was any more.
    pub(super) fn changed(self) {
        self.gateway.recent.forget(&self.place);
        self.withdrawn();
    }

    /// Something else kept him out, which says nothing about his login.
    pub(super) fn withdrawn(self) {
        self.gateway.throttle.withdrawn(&self.throttled, self.address, self.now);
    }
}

/// Remembers who came in with a login, if nobody else could come to be meant by it: an e-mail address is looked for
/// before a number, so a number is nobody's for sure.
pub(super) fn remember(gateway: &Gateway, system: &System, call: &Call, candidate: &Candidate) {
    if store::customers::fold_email(&call.user) == candidate.customer.email_folded {
        let now = gateway.clock.now();
        let (place, _) = gateway.recent.who(&system.id, &call.user, &call.password, now);
        gateway.recent.keep(place, candidate.clone(), now);
    }
}

/// What failed logins of a customer are counted under.
fn throttled(shop: &str, call: &Call) -> String {
    format!("{shop}\n{}", call.user.trim().to_lowercase())
}

/// The customer whom an operator plays. He need not know the password, but the customer must be one.
pub(super) async fn by_operator(gateway: &Gateway, system: &System, user: &str) -> Result<Verified, Refusal> {
    let (shop, system_id, user) = (system.shop.id.clone(), system.id.clone(), user.to_owned());
    let candidate = gateway.store.read(move |c| store::customers::find_candidate(c, &shop, &system_id, &user)).await?;
    let active = candidate.filter(|candidate| candidate.customer.active);
    active.map(|candidate| Verified(Arc::new(candidate))).ok_or_else(|| Refusal::new(Code::LoginWrong))
}

/// Checks the password: remembered, or hashed once, whether or not the customer exists.
pub(super) async fn customer(
    gateway: &Gateway,
    system: &System,
    call: &Call,
    address: IpAddr,
    trace: &mut Trace,
) -> Result<Verified, Refusal> {
    let now = gateway.clock.now();
    let throttled = throttled(&system.shop.id, call);
    gateway.throttle.admit(&throttled, address, now)?;
    let (shop, id, user) = (system.shop.id.clone(), system.id.clone(), call.user.clone());
    let candidate = gateway.store.read(move |c| store::customers::find_candidate(c, &shop, &id, &user)).await;
    let candidate = candidate.inspect_err(|_| gateway.throttle.withdrawn(&throttled, address, now))?;

    if let Some(candidate) = &candidate {
        trace.found_customer(&candidate.customer);
    }
    let active = candidate.filter(|candidate| candidate.customer.active);
    let checked = check(gateway, &system.shop.id, call, active.as_ref().map(|c| &c.customer)).await;
    match (checked, active) {
        (Ok(true), Some(candidate)) => {
            gateway.throttle.succeeded(&throttled, address, now);
            Ok(Verified(Arc::new(candidate)))
        }
        (Ok(_), _) => {
            gateway.throttle.failed(&throttled, address, now);
            Err(Refusal::new(Code::LoginWrong))
        }
        (Err(refusal), _) => {
            // Nothing was learned about the password, so nothing is held against the caller.
            gateway.throttle.withdrawn(&throttled, address, now);
            Err(refusal)
        }
    }
}

/// The systems in which the login is right, active ones or, if there is none, those that are not.
pub(super) async fn somewhere(
    gateway: &Gateway,
    snapshot: &Snapshot,
    call: &Call,
    matches: Vec<(Customer, Option<String>)>,
    address: IpAddr,
) -> Result<Vec<Arc<System>>, Refusal> {
    let now = gateway.clock.now();
    let throttled = throttled("", call);
    gateway.throttle.admit(&throttled, address, now)?;
    let right = right_of(gateway, call, &matches).await;
    let right = right.inspect_err(|_| gateway.throttle.withdrawn(&throttled, address, now))?;
    if right.is_empty() {
        gateway.throttle.failed(&throttled, address, now);
        return Err(Refusal::new(Code::LoginWrong));
    }
    gateway.throttle.succeeded(&throttled, address, now);
    let systems = matches
        .iter()
        .filter(|(customer, _)| right.contains(&customer.id))
        .filter_map(|(_, id)| snapshot.system_by_id(id.as_deref()?));
    let (active, inactive): (Vec<_>, Vec<_>) = systems.cloned().partition(|system| system.active);
    Ok(if active.is_empty() { inactive } else { active })
}

/// The ids of the customers whose password it is: one hash a customer of that name, one if there is none.
async fn right_of(
    gateway: &Gateway,
    call: &Call,
    matches: &[(Customer, Option<String>)],
) -> Result<Vec<String>, Refusal> {
    let mut customers: Vec<&Customer> =
        matches.iter().map(|(customer, _)| customer).filter(|customer| customer.active).collect();
    customers.dedup_by(|a, b| a.id == b.id);
    if customers.is_empty() {
        check(gateway, "", call, None).await?;
    }
    let mut right = Vec::new();
    for customer in customers {
        if check(gateway, &customer.shop_id, call, Some(customer)).await? {
            right.push(customer.id.clone());
        }
    }
    Ok(right)
}

async fn check(gateway: &Gateway, shop: &str, call: &Call, customer: Option<&Customer>) -> Result<bool, Refusal> {
    let now = gateway.clock.now();
    let Some(customer) = customer else {
        counted("hashed");
        gateway.hasher.verify(call.password.clone(), None).await?;
        return Ok(false);
    };
    let stored = &customer.password_hash;
    if gateway.recent.knows(shop, &call.user, &call.password, stored, now) {
        counted("remembered");
        return Ok(true);
    }
    // Whoever stood before him in the line may have been he.
    let known = {
        let (recent, clock) = (gateway.recent.clone(), gateway.clock.clone());
        let (shop, user) = (shop.to_owned(), call.user.clone());
        let (password, stored) = (call.password.clone(), stored.clone());
        move || recent.knows(&shop, &user, &password, &stored, clock.now())
    };
    let verified = gateway.hasher.verify_unless(known, call.password.clone(), Some(stored.clone())).await?;
    counted(if verified.is_some() { "hashed" } else { "remembered" });
    let mut hash = stored.clone();
    match verified {
        None => return Ok(true),
        Some(password::Verified::No) => return Ok(false),
        Some(password::Verified::Yes) => {}
        Some(password::Verified::YesUpgrade(better)) => {
            let (id, old, new) = (customer.id.clone(), hash, better.clone());
            let origin = origin::of_better(&old, customer.password_origin.as_deref(), &new);
            gateway.store.write(move |c| store::customers::update_hash(c, &id, &old, &new, &origin)).await?;
            hash = better;
        }
    }
    gateway.recent.remember(shop, &call.user, &call.password, &hash, now);
    Ok(true)
}

fn counted(how: &'static str) {
    metrics::counter!("punchgate_passwords_total", "how" => how).increment(1);
}
