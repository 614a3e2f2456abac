//! What becomes known of a request on its way through a step, for the record in case it is refused.
//!
//! The steps only say whom they have found; a refusal itself stays what it is.

use std::sync::Arc;

use crate::oci::finding;
use crate::oci::page::FrameAncestors;
use crate::punchout::CallRecord;
use crate::refusal::Refusal;
use crate::snapshot::{Snapshot, System};
use crate::store::customers::Customer;
use crate::store::punchouts::Punchout;
use crate::store::refusals::Refused;

/// Faults of a cart that are kept; `count` among the arguments tells how many there were.
const FAULTS: usize = 200;

/// Which step a request wants to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Call,
    Entry,
    Cart,
    Return,
    Leave,
}

impl Step {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Entry => "entry",
            Self::Cart => "cart",
            Self::Return => "return",
            Self::Leave => "leave",
        }
    }
}

/// Who and what a request turned out to be about.
pub struct Trace {
    pub step: Step,
    /// When it came.
    pub began: i64,
    /// As the URL names it.
    pub slug: String,
    pub system: Option<Arc<System>>,
    pub shop_id: Option<String>,
    /// Id and number.
    pub customer: Option<(String, String)>,
    punchout: Option<About>,
}

/// Of a punchout: its own names outlive system and customer.
struct About {
    id: String,
    system_id: String,
    system_slug: String,
    /// As it is stored.
    call: String,
}

/// How a request came.
pub struct Asked {
    pub method: String,
    pub address: String,
    /// Masked.
    pub parameters: Vec<(String, String)>,
}

impl Trace {
    pub fn begin(step: Step, now: i64) -> Self {
        Self { step, began: now, slug: String::new(), system: None, shop_id: None, customer: None, punchout: None }
    }

    pub(super) fn found_system(&mut self, system: &Arc<System>) {
        self.system = Some(system.clone());
    }

    pub(super) fn found_customer(&mut self, customer: &Customer) {
        self.shop_id = Some(customer.shop_id.clone());
        self.customer = Some((customer.id.clone(), customer.number.clone()));
    }

    pub(super) fn found_punchout(&mut self, punchout: &Punchout) {
        self.shop_id = Some(punchout.shop_id.clone());
        self.customer = Some((punchout.customer_id.clone(), punchout.customer_number.clone()));
        self.punchout = Some(About {
            id: punchout.id.clone(),
            system_id: punchout.system_id.clone(),
            system_slug: punchout.system_slug.clone(),
            call: punchout.call.clone(),
        });
    }

    /// What the punchout's call named, if one was found.
    pub fn language(&self) -> Option<String> {
        let call: CallRecord = serde_json::from_str(&self.punchout.as_ref()?.call).ok()?;
        call.facts.language
    }

    /// Who may show the answer in a frame: what its system says today, if one was found.
    pub fn frame_ancestors(&self, snapshot: &Snapshot) -> FrameAncestors {
        let by_punchout = || snapshot.system_by_id(&self.punchout.as_ref()?.system_id);
        let system = self.system.as_ref().or_else(by_punchout).or_else(|| snapshot.system(&self.slug));
        let number = self.customer.as_ref().map_or("", |(_, number)| number);
        system.map(|system| system.profile.of(number).frame_ancestors.clone()).unwrap_or_default()
    }

    /// The row that is written down.
    pub(super) fn refused(&self, refusal: &Refusal, reference: &str, asked: Asked, now: i64) -> Refused {
        let system = self.system.as_ref();
        let about = self.punchout.as_ref();
        let slug = about.map(|about| &about.system_slug).or(system.map(|system| &system.slug)).unwrap_or(&self.slug);
        let (customer_id, customer_number) = self.customer.clone().unzip();
        Refused {
            id: ulid::Ulid::new().to_string(),
            happened_at: now,
            reference: reference.to_owned(),
            code: refusal.code.as_str().to_owned(),
            arguments: refusal.stored_arguments(),
            faults: finding::stored(&refusal.faults[..refusal.faults.len().min(FAULTS)]),
            step: self.step.as_str().to_owned(),
            shop_id: system.map(|system| system.shop.id.clone()).or_else(|| self.shop_id.clone()),
            system_id: about.map(|about| about.system_id.clone()).or(system.map(|system| system.id.clone())),
            system_slug: slug.replace('\0', "\u{fffd}").chars().take(100).collect(),
            customer_id,
            customer_number,
            punchout_id: about.map(|about| about.id.clone()),
            method: asked.method.chars().take(20).collect(),
            address: asked.address,
            parameters: stored(&asked.parameters),
            took: (now - self.began).max(0),
        }
    }
}

/// As JSON; lists of texts always can be written so.
pub(super) fn stored<T: serde::Serialize>(list: &[T]) -> String {
    serde_json::to_string(list).unwrap_or_else(|_| "[]".to_owned())
}
