//! The first step: an OCI call becomes an open punchout and an address in the shop, or the answer of a
//! function that needs no shop (see [`functions`]).
//!
//! The order is part of the contract: what is wrong with the call is said first (400), then whether
//! the login is right (401), and only to somebody with the right password what forbids it (403).

use std::net::IpAddr;
use std::sync::Arc;

use crate::clock;
use crate::credential::secret;
use crate::license::{Kind, Valid};
use crate::oci::call::{self, Facts, Function, Intent, Names, Parameters};
use crate::oci::hook::{self, AllowedHook, HookPolicy};
use crate::oci::masked::Mask;
use crate::punchout::reading::{self, Possible, Reading};
use crate::punchout::trace::{Trace, stored};
use crate::punchout::trial::ENTRY_WAIT;
use crate::punchout::verify::{self, Remembered, Verified};
use crate::punchout::{CallRecord, Gateway, functions};
use crate::refusal::{Code, Refusal};
use crate::snapshot::{Snapshot, System};
use crate::store::customers::{Candidate, Customer};
use crate::store::licenses::License;
use crate::store::punchouts::Punchout;
use crate::store::{self, StoreError};

/// An inbound OCI call, as raw as it came.
pub struct Inbound {
    /// The slug in the URL; none on `/oci`.
    pub system: Option<String>,
    pub method: String,
    pub query: Vec<u8>,
    pub body: Vec<u8>,
    pub address: IpAddr,
}

/// What a call comes to.
pub enum Outcome {
    Entered(Entered),
    /// No punchout was opened, and none that runs was touched.
    Answered(functions::Answer),
}

/// Where the browser goes now.
#[derive(Debug)]
pub struct Entered {
    pub punchout: String,
    pub location: String,
}

/// How a call came that opens a punchout, and when.
struct Came<'a> {
    now: i64,
    id: &'a str,
    parameters: &'a Parameters,
    inbound: &'a Inbound,
    trial: bool,
}

/// A system and a customer whose licenses both pay for this call.
pub(super) struct Licensed {
    pub(super) system: Arc<System>,
    candidate: Arc<Candidate>,
    _system: Valid,
    _customer: Valid,
}

impl Licensed {
    pub(super) fn customer(&self) -> &Customer {
        &self.candidate.customer
    }
}

/// Answers an OCI call.
pub async fn login(gateway: &Gateway, inbound: &Inbound, trace: &mut Trace) -> Result<Outcome, Refusal> {
    let snapshot = gateway.snapshot.load_full();
    match &inbound.system {
        Some(slug) => {
            let system =
                snapshot.system(slug).cloned().ok_or_else(|| Refusal::new(Code::SystemUnknown).with("system", slug))?;
            login_to(gateway, system, inbound, trace).await
        }
        None => login_somewhere(gateway, &snapshot, inbound, trace).await,
    }
}

async fn login_to(
    gateway: &Gateway,
    system: Arc<System>,
    inbound: &Inbound,
    trace: &mut Trace,
) -> Result<Outcome, Refusal> {
    trace.found_system(&system);
    let read = reading::read(&system, inbound)?;
    let possible = reading::possible(&system, &read.call)?;
    let read = match enter_again(gateway, &system, inbound, read, possible).await {
        Ok(entered) => return Ok(Outcome::Entered(entered)),
        Err(Some(read)) => read,
        Err(None) => reading::read(&system, inbound)?,
    };
    let customer = verify::customer(gateway, &system, &read.call, inbound.address, trace).await?;
    let Reading { parameters, call, .. } = read.of(&system, inbound, customer.customer())?;
    let hook = reading::judged(system.profile.of(&customer.customer().number), &call)?;
    let now = gateway.clock.now();
    let licensed = license(&system, customer, now)?;
    let Some(intent) = call.function.intent() else {
        let answer = functions::answer(gateway, licensed, hook, call.facts, call.function).await?;
        return Ok(Outcome::Answered(answer));
    };
    let hook = required(hook, &system)?;
    let candidate = licensed.candidate.clone();
    let opening = Opening { hook, cancel: call.cancel.clone(), facts: call.facts.clone(), intent };
    let came = Came { now, id: &clock::new_id(now), parameters: &parameters, inbound, trial: false };
    let (opened, entered) = opening.of(gateway, licensed, came)?;
    gateway.store.write_one(move |c| store::punchouts::insert(c, &opened)).await?;
    verify::remember(gateway, &system, &call, &candidate);
    Ok(Outcome::Entered(entered.told(&system)))
}

/// Lets in who logged in a moment ago by a single statement, which stores the punchout only if nothing about him has
/// changed since. Whatever stands against it, he goes the long way, where it is told; what was read of his call comes
/// back if it is still whole.
async fn enter_again<'a>(
    gateway: &Gateway,
    system: &'a Arc<System>,
    inbound: &Inbound,
    read: Reading<'a>,
    possible: Possible,
) -> Result<Entered, Option<Reading<'a>>> {
    if read.call.function.intent().is_none() {
        return Err(Some(read));
    }
    let Some(remembered) = Remembered::find(gateway, system, &read.call, inbound.address) else {
        return Err(Some(read));
    };
    match enter_as(gateway, system, inbound, read, possible, &remembered).await {
        Ok(Some(entered)) => {
            remembered.held();
            Ok(entered)
        }
        Ok(None) => {
            remembered.changed();
            Err(None)
        }
        Err(_) => {
            remembered.withdrawn();
            Err(None)
        }
    }
}

/// None if he is not any more what he was.
async fn enter_as(
    gateway: &Gateway,
    system: &Arc<System>,
    inbound: &Inbound,
    read: Reading<'_>,
    possible: Possible,
    remembered: &Remembered<'_>,
) -> Result<Option<Entered>, Refusal> {
    let (customer, now) = (remembered.verified(), remembered.now);
    let Reading { parameters, call, .. } = read.of(system, inbound, customer.customer())?;
    let hook = required(possible.hook_of(system, customer.customer(), &call)?, system)?;
    let licensed = license(system, customer, now)?;
    let Some(intent) = call.function.intent() else { return Ok(None) };
    let candidate = licensed.candidate.clone();
    let opening = Opening { hook, cancel: call.cancel, facts: call.facts, intent };
    let came = Came { now, id: &clock::new_id(now), parameters: &parameters, inbound, trial: false };
    let (opened, entered) = opening.of(gateway, licensed, came)?;
    let written = gateway.store.insert_if_unchanged(opened, candidate).await?;
    Ok(written.then(|| entered.told(system)))
}

/// The call of an operator who tries a system of his: everything is checked as ever, but for the password, which
/// he need not know, and the return target, for which he has a list of his own.
pub(super) async fn login_as_operator(
    gateway: &Gateway,
    system: Arc<System>,
    inbound: &Inbound,
    id: &str,
    hooks: &HookPolicy,
) -> Result<Entered, Refusal> {
    let read = reading::read(&system, inbound)?;
    let vouched_for = verify::by_operator(gateway, &system, &read.call.user).await?;
    let Reading { parameters, call, .. } = read.of(&system, inbound, vouched_for.customer())?;
    reading::offered(system.profile.of(&vouched_for.customer().number), &call.function)?;
    // A trial is a visit to the shop; what is answered without one is tried by calling it.
    let intent = call.function.intent().ok_or_else(|| not_offered(&call.function))?;
    let hook = required(call.hook.as_deref().map(|hook| hooks.allow(hook)).transpose()?, &system)?;
    let now = gateway.clock.now();
    let licensed = license(&system, vouched_for, now)?;
    let opening = Opening { hook, cancel: call.cancel, facts: call.facts, intent };
    let (opened, entered) =
        opening.of(gateway, licensed, Came { now, id, parameters: &parameters, inbound, trial: true })?;
    gateway.store.write_one(move |c| store::punchouts::insert(c, &opened)).await?;
    Ok(entered.told(&system))
}

/// `/oci` without a system: the customer's login tells which one is meant.
async fn login_somewhere(
    gateway: &Gateway,
    snapshot: &Snapshot,
    inbound: &Inbound,
    trace: &mut Trace,
) -> Result<Outcome, Refusal> {
    let call = reading::somewhere(snapshot, inbound)?;
    call.hook.as_deref().map(hook::plausible).transpose()?;
    let user = call.user.clone();
    let matches = gateway.store.read(move |c| store::customers::list_by_login(c, &user)).await?;
    if let Some((customer, _)) = matches.first()
        && matches.iter().all(|(other, _)| other.id == customer.id)
    {
        trace.found_customer(customer);
    }
    let systems = verify::somewhere(gateway, snapshot, &call, matches, inbound.address).await?;
    match systems.as_slice() {
        [] => Err(Refusal::new(Code::NotAssigned).with("system", "*").with("customer", &call.user)),
        // The system has a say of its own in how it is called, so the call is read again as its own.
        [system] => login_to(gateway, system.clone(), inbound, trace).await,
        several => {
            let slugs: Vec<&str> = several.iter().map(|system| system.slug.as_str()).collect();
            Err(Refusal::new(Code::SystemAmbiguous).with("systems", slugs.join(", ")))
        }
    }
}

/// What of a refused call is told and kept.
pub struct Refused {
    /// In their order, secrets masked; none if there were too many to read.
    pub parameters: Vec<(String, String)>,
    /// As the call named it.
    pub language: Option<String>,
}

/// Reads a refused call once more, for its record, and takes its secrets out of the refusal. Who calls a system
/// that nobody knows may have meant any, so then the secrets of all are looked for.
pub fn refused(gateway: &Gateway, inbound: &Inbound, trace: &Trace, refusal: &mut Refusal) -> Refused {
    let settings = trace.system.as_deref().map(|system| &system.profile.call);
    let Ok(parameters) = reading::parameters(settings, inbound) else {
        return Refused { parameters: Vec::new(), language: None };
    };
    let snapshot = gateway.snapshot.load_full();
    let standard = Names::default();
    let names: Vec<&Names> = match &trace.system {
        Some(system) => reading::names(system),
        None => snapshot.systems().flat_map(|system| reading::names(system)).chain([&standard]).collect(),
    };
    let mask = Mask::new(&parameters, names);
    for (_, value) in &mut refusal.arguments {
        *value = mask.text(value);
    }
    Refused { parameters: mask.pairs(&parameters), language: call::named_language(&parameters) }
}

pub(super) fn not_offered(function: &Function) -> Refusal {
    Refusal::new(Code::FunctionNotOffered).with("function", function.name())
}

/// Who visits the shop must be able to return.
fn required(hook: Option<AllowedHook>, system: &System) -> Result<AllowedHook, Refusal> {
    hook.ok_or_else(|| Refusal::new(Code::HookMissing).with("parameter", &system.profile.call.names.hook))
}

/// The password was right; now who he is may be held against him.
fn license(system: &Arc<System>, customer: Verified, now: i64) -> Result<Licensed, Refusal> {
    let candidate = customer.candidate();
    let Candidate { customer, assigned, license } = &*candidate;
    let named = |refusal: Refusal| refusal.with("system", &system.slug).with("customer", &customer.number);
    if !system.active {
        return Err(named(Refusal::new(Code::SystemInactive)));
    }
    if !*assigned {
        return Err(named(Refusal::new(Code::NotAssigned)));
    }
    let pays = |license: Option<&License>, kind: Kind, missing: Code| match license {
        None => Err(named(Refusal::new(missing))),
        Some(license) => {
            license.verdict(kind, &system.shop.website, now).map_err(|invalid| named(Refusal::license(kind, invalid)))
        }
    };
    let of_system = pays(system.license.as_ref(), Kind::System, Code::SystemLicenseMissing)?;
    let of_customer = pays(license.as_ref(), Kind::Customer, Code::CustomerLicenseMissing)?;
    Ok(Licensed { system: system.clone(), candidate, _system: of_system, _customer: of_customer })
}

/// What of a call shapes its punchout.
struct Opening {
    hook: AllowedHook,
    cancel: Option<String>,
    facts: Facts,
    intent: Intent,
}

impl Opening {
    /// The row, and the way into the shop, which is to be given once the row is durable.
    fn of(self, gateway: &Gateway, licensed: Licensed, came: Came<'_>) -> Result<(Punchout, Entered), Refusal> {
        let Self { hook, cancel, facts, intent } = self;
        let (system, customer) = (&licensed.system, licensed.customer());
        let now = came.now;
        let token = secret::entry_token(now);
        let record = CallRecord { hook: hook.as_received().to_owned(), cancel, intent, facts };
        let masked = Mask::new(came.parameters, reading::names(system)).pairs(came.parameters);
        let punchout = Punchout {
            id: came.id.to_owned(),
            shop_id: system.shop.id.clone(),
            system_id: system.id.clone(),
            system_slug: system.slug.clone(),
            customer_id: customer.id.clone(),
            customer_number: customer.number.clone(),
            customer_email: customer.email.clone(),
            state: "open".into(),
            entry_digest: secret::entry_digest(token.expose()).to_vec(),
            entry_expires_at: now + if came.trial { ENTRY_WAIT } else { gateway.entry_lifetime },
            call: serde_json::to_string(&record).map_err(|error| StoreError::Query(error.to_string()))?,
            cart: None,
            form: None,
            opened_at: now,
            entered_at: None,
            cart_at: None,
            returned_at: None,
            ended_at: None,
            expires_at: now + gateway.punchout_lifetime,
            parameters: stored(&masked),
            method: came.inbound.method.clone(),
            address: came.inbound.address.to_string(),
            notices: "[]".into(),
            lines: None,
            total: None,
            currency: None,
            trial: came.trial,
        };
        let entered = Entered { punchout: came.id.to_owned(), location: system.shop.connector.entry(token.expose()) };
        Ok((punchout, entered))
    }
}

impl Entered {
    /// It is written down; log and metrics may know.
    fn told(self, system: &System) -> Self {
        metrics::counter!("punchgate_punchouts_total").increment(1);
        tracing::info!(punchout = self.punchout, system = system.slug, "opened a punchout");
        self
    }
}
