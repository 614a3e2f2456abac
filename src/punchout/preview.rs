//! The shadow run: a draft of a system's settings is tried on carts that came before, and what would leave is held
//! against what the settings in force make of the same carts.
//!
//! Both sides run the code of a real cart, and nothing is stored. Carts of trials stay aside: they are samples, and
//! go to a page of our own. The surprising fact: a cart can be refused by the settings in force as well, for they
//! may have changed since it was taken.

use std::collections::BTreeMap;

use crate::account::Reach;
use crate::oci::call::{Facts, Intent};
use crate::oci::difference::{self, FieldDifference, ItemDifference};
use crate::oci::finding::Notice;
use crate::oci::hook::{HookPolicy, PolicyError};
use crate::oci::masked;
use crate::punchout::cart::{Composed, Composer};
use crate::punchout::journal::owners;
use crate::punchout::{CallRecord, Gateway};
use crate::refusal::{Code, Refusal};
use crate::snapshot::Shop;
use crate::store::punchouts::Punchout;
use crate::store::{self, Connection, StoreError};
use crate::system::Profile;

/// Carts that are tried if nobody says how many, and at most.
pub const CARTS: usize = 20;
pub const MOST_CARTS: usize = 100;
/// Lines of all carts of one run; older carts beyond them stay aside.
const MOST_LINES: usize = 20_000;
/// Items and notices of one run whose differences are kept; the rest is counted.
const KEPT: usize = 1_000;

/// A cart to try settings on, and what it belongs to.
pub struct Recorded {
    /// Of the punchout that it came with; none if somebody typed it in.
    pub punchout: Option<String>,
    pub at: Option<i64>,
    pub customer_number: String,
    customer_email: String,
    call: CallRecord,
    json: Vec<u8>,
    /// Instead of the system's: nothing is returned anywhere.
    hooks: Option<HookPolicy>,
}

/// What a draft would change.
#[derive(Debug, Default)]
pub struct Preview {
    pub carts: Vec<Tried>,
    /// Where and how the form goes, with the number of carts.
    pub form: Vec<(FieldDifference, usize)>,
    /// By field: lines that differ in it, and carts.
    pub fields: BTreeMap<String, (usize, usize)>,
    /// Recorded carts that were too many to try.
    pub left_out: usize,
}

/// One cart as it was tried.
#[derive(Debug)]
pub struct Tried {
    pub punchout: Option<String>,
    pub at: Option<i64>,
    pub customer_number: String,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub enum Outcome {
    /// It leaves as it does now.
    Same,
    Differs(Differing),
    /// The draft refuses it; `before` says whether the settings in force do so too.
    Refused {
        refusal: Refusal,
        before: bool,
    },
    /// The settings in force refuse it, the draft does not.
    Accepted {
        before: Refusal,
    },
}

#[derive(Debug, Default)]
pub struct Differing {
    pub items: Vec<ItemDifference>,
    /// What the shop would be told, and is not now; and the other way round.
    pub new_notices: Vec<Notice>,
    pub gone_notices: Vec<Notice>,
    /// Differences in the form around the items, which [`Preview::form`] tells.
    pub form: usize,
    /// Further items and notices, beyond those.
    pub more: usize,
}

/// How many carts came to what.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub carts: usize,
    pub same: usize,
    pub differing: usize,
    /// Leave now and would be refused.
    pub refused: usize,
    /// Refused either way.
    pub refused_before: usize,
    /// Refused now and would leave.
    pub accepted: usize,
}

impl Recorded {
    /// A cart that somebody typed in, for a customer or for none.
    pub fn typed(json: &str, customer_number: &str) -> Result<Self, PolicyError> {
        Ok(Self {
            punchout: None,
            at: None,
            customer_number: customer_number.to_owned(),
            customer_email: String::new(),
            call: CallRecord {
                hook: "https://buyer.example/return".to_owned(),
                cancel: None,
                intent: Intent::Shop,
                facts: Facts::default(),
            },
            json: json.as_bytes().to_vec(),
            hooks: Some(HookPolicy::read(&["any-https".to_owned()])?),
        })
    }

    fn of(punchout: Punchout) -> Option<Self> {
        // A call of a version that is long gone is no reason to show nothing of the others.
        let call = CallRecord::of(&punchout).ok()?;
        Some(Self {
            call,
            json: punchout.cart?.into_bytes(),
            at: punchout.cart_at,
            punchout: Some(punchout.id),
            customer_number: punchout.customer_number,
            customer_email: punchout.customer_email,
            hooks: None,
        })
    }
}

/// The last carts of a system, newest first, and how many more were asked for than can be tried; nothing
/// if the system is not within reach.
pub fn recorded(
    c: &mut Connection,
    reach: &Reach,
    system_id: &str,
    carts: usize,
) -> Result<Option<(Vec<Recorded>, usize)>, StoreError> {
    let Some(system) = store::systems::find(c, system_id)? else { return Ok(None) };
    if !owners(c)?.is_within(reach, Some(&system.shop_id)) {
        return Ok(None);
    }
    let limit = i64::try_from(carts.clamp(1, MOST_CARTS)).unwrap_or_default();
    let found = store::punchouts::list_last_carts(c, system_id, limit)?;
    let (mut lines, mut recorded) = (0usize, Vec::new());
    for (id, of_cart) in &found {
        lines = lines.saturating_add(of_cart.and_then(|lines| usize::try_from(lines).ok()).unwrap_or_default());
        if lines > MOST_LINES && !recorded.is_empty() {
            break;
        }
        recorded.extend(store::punchouts::find(c, id)?.and_then(Recorded::of));
    }
    let left_out = found.len() - recorded.len();
    Ok(Some((recorded, left_out)))
}

/// Tries a draft on carts.
pub fn run(shop: &Shop, present: &Profile, draft: &Profile, carts: &[Recorded]) -> Preview {
    let mut preview = Preview::default();
    let mut form: BTreeMap<FieldDifference, usize> = BTreeMap::new();
    let mut room = KEPT;
    for cart in carts {
        let outcome = match (compose(shop, present, cart), compose(shop, draft, cart)) {
            (Ok(was), Ok(will)) => {
                let of = |profile: &Profile, composed: &Composed| envelope(profile.of(&cart.customer_number), composed);
                let around = difference::pairs(&of(present, &was), &of(draft, &will));
                let mut differing = differing(was, will, &mut preview.fields, &mut room);
                differing.form = around.len();
                for difference in around {
                    *form.entry(difference).or_default() += 1;
                }
                if differing.is_nothing() { Outcome::Same } else { Outcome::Differs(differing) }
            }
            (before, Err(refusal)) => Outcome::Refused { refusal, before: before.is_err() },
            (Err(before), Ok(_)) => Outcome::Accepted { before },
        };
        preview.carts.push(Tried {
            punchout: cart.punchout.clone(),
            at: cart.at,
            customer_number: cart.customer_number.clone(),
            outcome,
        });
    }
    preview.form = form.into_iter().collect();
    preview
}

/// The same beside the async threads, as one of those works that take long.
pub async fn run_aside(
    gateway: &Gateway,
    shop: Shop,
    present: Profile,
    draft: Profile,
    carts: Vec<Recorded>,
) -> Result<Preview, Refusal> {
    let internal = |reason: String| {
        tracing::error!(reason, "a preview could not be made");
        Refusal::new(Code::Internal)
    };
    let turn = gateway.large_carts.clone().acquire_owned().await.map_err(|error| internal(error.to_string()))?;
    let tried = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        run(&shop, &present, &draft, &carts)
    });
    tried.await.map_err(|error| internal(error.to_string()))
}

impl Preview {
    pub fn counts(&self) -> Counts {
        let mut counts = Counts { carts: self.carts.len(), ..Counts::default() };
        for cart in &self.carts {
            match cart.outcome {
                Outcome::Same => counts.same += 1,
                Outcome::Differs(_) => counts.differing += 1,
                Outcome::Refused { before: false, .. } => counts.refused += 1,
                Outcome::Refused { before: true, .. } => counts.refused_before += 1,
                Outcome::Accepted { .. } => counts.accepted += 1,
            }
        }
        counts
    }
}

impl Differing {
    /// Whether items and notices are the same.
    pub fn is_around(&self) -> bool {
        self.items.is_empty() && self.new_notices.is_empty() && self.gone_notices.is_empty() && self.more == 0
    }

    fn is_nothing(&self) -> bool {
        self.is_around() && self.form == 0
    }
}

fn compose(shop: &Shop, profile: &Profile, cart: &Recorded) -> Result<Composed, Refusal> {
    let composer = Composer { profile, shop, hooks: cart.hooks.as_ref(), from_https: true };
    composer.compose(&cart.call, &cart.json, &cart.customer_number, &cart.customer_email)
}

fn differing(
    was: Composed,
    will: Composed,
    fields: &mut BTreeMap<String, (usize, usize)>,
    room: &mut usize,
) -> Differing {
    let items = difference::items(&was.items, &will.items);
    let mut here: BTreeMap<&str, usize> = BTreeMap::new();
    for difference in items.iter().flat_map(|item| &item.fields) {
        *here.entry(&difference.field).or_default() += 1;
    }
    for (field, lines) in here {
        let entry = fields.entry(field.to_owned()).or_default();
        *entry = (entry.0 + lines, entry.1 + 1);
    }
    let (new_notices, gone_notices) = (missing(&will.notices, &was.notices), missing(&was.notices, &will.notices));
    let mut differing = Differing::default();
    let all = items.len() + new_notices.len() + gone_notices.len();
    differing.items = kept(items, room);
    differing.new_notices = kept(new_notices, room);
    differing.gone_notices = kept(gone_notices, room);
    differing.more = all - differing.items.len() - differing.new_notices.len() - differing.gone_notices.len();
    differing
}

/// The notices of `these` that `those` do not have.
fn missing(these: &[Notice], those: &[Notice]) -> Vec<Notice> {
    let key =
        |notice: &Notice| (notice.line.clone(), notice.field.clone(), notice.code.clone(), notice.message.clone());
    let known: std::collections::HashSet<_> = those.iter().map(key).collect();
    these.iter().filter(|notice| !known.contains(&key(notice))).cloned().collect()
}

fn kept<T>(mut list: Vec<T>, room: &mut usize) -> Vec<T> {
    list.truncate(*room);
    *room -= list.len();
    list
}

/// All of the form but its items, and how those are written. The names are those of settings, or the form's own.
fn envelope(profile: &Profile, composed: &Composed) -> Vec<(String, String)> {
    let (form, options) = (&composed.form, &profile.form);
    let mut pairs: Vec<(String, String)> = [
        ("action", without_query(&form.action)),
        ("method", form.method.attribute().to_uppercase()),
        ("target", form.target.clone()),
        ("charset", form.charset.clone()),
        ("transport", if form.is_xml() { "xml" } else { "form" }.to_owned()),
        ("auto_submit", form.auto_submit.to_string()),
        ("first_index", options.first_index.to_string()),
        ("empty_fields", options.empty_fields.to_string()),
        ("longtext", options.longtext.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    for (name, value) in &form.fields {
        if name.starts_with("NEW_ITEM") || name.eq_ignore_ascii_case("~xmlDocument") {
            continue;
        }
        // What was split off the return target may be a session of the buyer's; that it is there is enough.
        let value = if name.starts_with('~') { value.to_owned() } else { "…".to_owned() };
        pairs.push((name.to_owned(), value));
    }
    pairs
}

/// The same address for all calls of a buyer: what follows the question mark is of one session.
fn without_query(action: &str) -> String {
    match masked::address(action).split_once('?') {
        Some((address, _)) => format!("{address}?…"),
        None => masked::address(action),
    }
}
