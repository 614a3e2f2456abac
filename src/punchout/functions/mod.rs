//! The functions of a call that are answered on the spot, without the shop's pages: VALIDATE, BACKGROUND_SEARCH and
//! DOWNLOADJSON (OCI 4.0 and 5.0, digest sections 2 and 5).
//!
//! They come from machines as often as from browsers, with or without cookies. None opens a punchout or touches one that
//! runs. Every article goes through the mapping of the system, as a line of a cart does; one that cannot become a valid item
//! is no data for the buyer and a line in the log for the operator.

mod background_search;
mod download;
mod offers;
mod validate;

pub use background_search::Found;
pub use download::{Download, DownloadError};

use std::sync::Arc;

use crate::mapping::Context;
use crate::mapping::cart::Cart;
use crate::oci::call::{Facts, Function};
use crate::oci::finding::Fault;
use crate::oci::form_fields::FormFields;
use crate::oci::hook::AllowedHook;
use crate::oci::item::Item;
use crate::oci::page::{Form, FormOptions};
use crate::punchout::Gateway;
use crate::punchout::login::{self, Licensed};
use crate::refusal::{Code, Refusal};
use crate::snapshot::System;
use crate::system::Profile;

/// The answer of a function.
pub enum Answer {
    /// A form that sends itself and shows nothing; none if there is no data.
    Validated { form: Option<Form>, language: Option<String> },
    /// A form with all hits, which is sent by its button.
    Found(Box<Found>),
    /// A page of the catalog as JSON, piece by piece.
    Catalog(Box<Download>),
}

/// Who asks, after all that any call is checked for.
struct Asker {
    system: Arc<System>,
    customer_number: String,
    customer_email: String,
    /// None if the caller reads the answer itself.
    hook: Option<AllowedHook>,
    facts: Facts,
}

/// Answers a function for which no shop is opened.
pub(super) async fn answer(
    gateway: &Gateway,
    licensed: Licensed,
    hook: Option<AllowedHook>,
    facts: Facts,
    function: Function,
) -> Result<Answer, Refusal> {
    metrics::counter!("punchgate_functions_total", "function" => function.name()).increment(1);
    let customer = licensed.customer();
    let (customer_number, customer_email) = (customer.number.clone(), customer.email.clone());
    let asker = Asker { system: licensed.system, customer_number, customer_email, hook, facts };
    match function {
        Function::Validate { ref asked } => validate::answer(gateway, &asker, asked, &function).await,
        Function::BackgroundSearch { ref text } => background_search::answer(gateway, asker, text, &function).await,
        Function::DownloadJson(ref wish) => download::answer(gateway, asker, wish, &function).await,
        // They have an intent, with which the login opens a punchout.
        Function::None | Function::Detail { .. } | Function::Sourcing { .. } => Err(Refusal::new(Code::Internal)),
    }
}

impl Asker {
    fn context(&self) -> Context<'_> {
        let (customer_number, customer_email) = (self.customer_number.as_str(), self.customer_email.as_str());
        Context { customer_number, customer_email, ..self.system.shop.context() }.with_call(&self.facts)
    }

    /// What is in force for the customer.
    fn profile(&self) -> &Profile {
        self.system.profile.of(&self.customer_number)
    }

    fn language(&self) -> Option<&str> {
        self.facts.language.as_deref()
    }

    /// The item of a single line. Whatever else the mapping makes of a whole cart, as a line for its tax, is not asked for.
    fn item(&self, cart: &Cart) -> Option<Item> {
        let product = cart.lines.first().and_then(|line| line.product_id.as_deref()).unwrap_or_default();
        let profile = self.profile();
        let mapped = profile.mapping.map(cart, &self.context());
        let items = mapped.and_then(|mut mapped| {
            mapped.items.truncate(1);
            Form::fit(&mut mapped.items, &self.facts, &profile.form)?;
            Ok(mapped.items)
        });
        items.inspect_err(|faults| self.leave_out(product, faults)).ok()?.into_iter().next()
    }

    /// OCI has no way to tell the buyer, so the operator is told.
    fn leave_out(&self, product: &str, faults: &[Fault]) {
        let reasons: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect();
        let reasons = reasons.join(" ");
        tracing::warn!(
            system = self.system.slug,
            product,
            reasons,
            "an article can be no item of this system and is left out"
        );
    }

    /// The form for the buyer: `fields` before the items. Nothing is sent by itself without a return address.
    fn form(&self, fields: Vec<(String, String)>, items: &[Item], auto_submit: bool) -> Form {
        let profile = self.profile();
        let mut fields = FormFields::from(fields);
        fields.append(Form::written(items, &self.facts, &profile.form, &profile.layout));
        let options = FormOptions { auto_submit: auto_submit && self.hook.is_some(), ..profile.form.clone() };
        match &self.hook {
            Some(hook) => Form::new(hook, &self.facts, &options, fields),
            None => Form::without_hook(&self.facts, &options, fields),
        }
    }
}

/// The shop's products are not to be had here.
fn no_catalog(function: &Function) -> Refusal {
    login::not_offered(function)
}
