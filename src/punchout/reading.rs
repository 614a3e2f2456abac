//! How a call is read when single customers have settings of their own: by the system's names of parameters, else by
//! those of the overrides, and again by the customer's once he is known.
//!
//! Nobody learns here which customers there are: whoever cannot log in gets the same answers in the same time, and
//! what is in force for a customer decides only after his password was right.

use secrecy::ExposeSecret;

use crate::oci::call::{Call, CallError, Function, Names, Parameters};
use crate::oci::hook::AllowedHook;
use crate::punchout::login::{Inbound, not_offered};
use crate::refusal::{Code, Refusal};
use crate::snapshot::{Snapshot, System};
use crate::store::customers::Customer;
use crate::system::{CallSettings, Profile};

/// A call, read one way.
pub(super) struct Reading<'a> {
    pub parameters: Parameters,
    pub call: Call,
    /// The settings of an override, and why those of the system could not read it.
    special: Option<(&'a CallSettings, Refusal)>,
}

/// Reads a call by the first settings that can.
pub(super) fn read<'a>(system: &'a System, inbound: &Inbound) -> Result<Reading<'a>, Refusal> {
    let own = match read_by(&system.profile.call, inbound) {
        Ok((parameters, call)) => return Ok(Reading { parameters, call, special: None }),
        Err(refusal) => refusal,
    };
    if !matches!(own.code, Code::LoginMissing | Code::HookMissing | Code::MethodNotAllowed) {
        return Err(own);
    }
    for (_, profile) in &system.profile.overrides {
        if !reads_alike(&profile.call, &system.profile.call)
            && let Ok((parameters, call)) = read_by(&profile.call, inbound)
        {
            return Ok(Reading { parameters, call, special: Some((&profile.call, own)) });
        }
    }
    Err(own)
}

/// Reads a call that names no system: by the standard's names of parameters, else by those that some system has of its
/// own or for single customers. What it is for is decided later, by the settings of the system that is found.
pub(super) fn somewhere(snapshot: &Snapshot, inbound: &Inbound) -> Result<Call, Refusal> {
    let standard = CallSettings::default();
    let read = |settings: &CallSettings| -> Result<Call, Refusal> {
        Ok(Call::read(&parameters(Some(settings), inbound)?, &settings.names)?)
    };
    let refusal = match read(&standard) {
        Ok(call) => return Ok(call),
        Err(refusal) if matches!(refusal.code, Code::LoginMissing | Code::HookMissing) => refusal,
        Err(refusal) => return Err(refusal),
    };
    // Each way of reading once, however many systems have it, and in the same order every time.
    let mut systems: Vec<_> = snapshot.systems().filter(|system| system.active).collect();
    systems.sort_unstable_by(|one, other| one.slug.cmp(&other.slug));
    let mut ways = vec![&standard];
    for settings in systems.iter().flat_map(|system| system.profile.all()).map(|profile| &profile.call) {
        if !ways.iter().any(|way| reads_alike(way, settings)) {
            ways.push(settings);
            if let Ok(call) = read(settings) {
                return Ok(call);
            }
        }
    }
    Err(refusal)
}

fn read_by(settings: &CallSettings, inbound: &Inbound) -> Result<(Parameters, Call), Refusal> {
    if !settings.methods.iter().any(|method| method.eq_ignore_ascii_case(&inbound.method)) {
        let methods = settings.methods.join(", ").to_uppercase();
        return Err(Refusal::new(Code::MethodNotAllowed).with("method", &inbound.method).with("methods", methods));
    }
    let parameters = parameters(Some(settings), inbound)?;
    let call = Call::read(&parameters, &settings.names)?;
    Ok((parameters, call))
}

/// The parameters of a call, as its system wants them read.
pub(super) fn parameters(settings: Option<&CallSettings>, inbound: &Inbound) -> Result<Parameters, CallError> {
    let last = settings.filter(|settings| settings.hook_is_last).map(|settings| settings.names.hook.as_str());
    Parameters::read(&inbound.query, &inbound.body, last)
}

fn reads_alike(one: &CallSettings, other: &CallSettings) -> bool {
    one.names == other.names && one.hook_is_last == other.hook_is_last && one.methods == other.methods
}

impl Reading<'_> {
    /// The call as it counts for its customer, whose password was right.
    pub fn of(mut self, system: &System, inbound: &Inbound, customer: &Customer) -> Result<Self, Refusal> {
        let his = &system.profile.of(&customer.number).call;
        match &self.special {
            // Another customer's names are none of his.
            Some((settings, refusal)) if !reads_alike(settings, his) => return Err(refusal.clone()),
            None if !reads_alike(&system.profile.call, his) => {
                if let Ok((parameters, call)) = read_by(his, inbound)
                    && call.user == self.call.user
                    && call.password.expose_secret() == self.call.password.expose_secret()
                {
                    (self.parameters, self.call) = (parameters, call);
                }
            }
            _ => {}
        }
        if !system.profile.overrides.is_empty() {
            self.call.facts.forget(&self.parameters, &names(system));
        }
        Ok(self)
    }
}

/// All names of parameters that a system knows, of its own and of single customers.
pub(super) fn names(system: &System) -> Vec<&Names> {
    system.profile.all().map(|profile| &profile.call.names).collect()
}

/// What was found out before the login.
pub(super) struct Possible {
    /// The return target, if the same is in force for all.
    hook: Option<Option<AllowedHook>>,
}

/// Whether the function is offered, and the return target allowed, to anybody at all: what is asked before the login.
pub(super) fn possible(system: &System, call: &Call) -> Result<Possible, Refusal> {
    let overrides = &system.profile.overrides;
    match judged(&system.profile, call) {
        Ok(hook) => Ok(Possible { hook: overrides.is_empty().then_some(hook) }),
        Err(_) if overrides.iter().any(|(_, profile)| judged(profile, call).is_ok()) => Ok(Possible { hook: None }),
        Err(refusal) => Err(refusal),
    }
}

impl Possible {
    /// The return target of a customer, judged again only if something of his own may be in force.
    pub fn hook_of(self, system: &System, customer: &Customer, call: &Call) -> Result<Option<AllowedHook>, Refusal> {
        self.hook.map_or_else(|| judged(system.profile.of(&customer.number), call), Ok)
    }
}

/// What is in force says about the call of a customer; gives the return target.
pub(super) fn judged(profile: &Profile, call: &Call) -> Result<Option<AllowedHook>, Refusal> {
    offered(profile, &call.function)?;
    Ok(call.hook.as_deref().map(|hook| profile.hooks.allow(hook)).transpose()?)
}

/// Whether the function is offered at all.
pub(super) fn offered(profile: &Profile, function: &Function) -> Result<(), Refusal> {
    let is_one = |offered: &String| offered.eq_ignore_ascii_case(function.name());
    let allowed = *function == Function::None || profile.call.functions.iter().any(is_one);
    allowed.then_some(()).ok_or_else(|| not_offered(function))
}
