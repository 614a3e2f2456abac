//! "Test this system": the operator plays the buyer, and the gateway plays the shop if he wants it to.

mod course;
mod start;

pub use course::{enter, hand_over, page, returned, returned_by_get};
pub use start::{ask, start};

use crate::punchout::detail::Whereabouts;
use crate::refusal::Refusal;
use crate::texts::Texts;
use crate::web::admin::punchouts::mend::{self, Place};
use crate::web::admin::punchouts::shown::prose;

/// A refusal that a trial met: what a buyer would have met, explained.
pub struct Met {
    pub code: &'static str,
    pub sentence: Vec<(bool, String)>,
    pub place: Option<Place>,
}

impl Met {
    fn new(t: Texts, refusal: &Refusal, around: &Whereabouts) -> Self {
        Self {
            code: refusal.code.as_str(),
            sentence: prose(&refusal.operator_sentence(t.0)),
            place: mend::place(refusal, around),
        }
    }
}
