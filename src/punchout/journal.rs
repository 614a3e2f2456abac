//! Every punchout and every refused call, newest first: what an operator looks through when a buyer calls.
//!
//! Both kinds have ULIDs, so they are merged by id, which is the order of time; a page begins behind the last
//! id of the page before.

use std::collections::HashMap;

use crate::account::Reach;
use crate::clock;
use crate::store::journal::{Place, PunchoutLine, RefusalLine, Slice, Which};
use crate::store::{self, Connection, StoreError};

/// Entries of one page.
pub const PAGE: usize = 50;
/// No punchout runs longer than the setting `punchout_lifetime` may say, with a day for good measure.
const LONGEST: i64 = 8 * clock::DAY;
/// Customers that a filter may mean at most; with more it says too little.
const CUSTOMERS: i64 = 20;

/// The states that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    InShop,
    Returned,
    Closed,
    Cancelled,
    Expired,
    /// A call that did not become a punchout.
    Refused,
}

impl State {
    pub const ALL: [Self; 7] =
        [Self::Open, Self::InShop, Self::Returned, Self::Closed, Self::Cancelled, Self::Expired, Self::Refused];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InShop => "in_shop",
            Self::Returned => "returned",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Refused => "refused",
        }
    }

    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// The state of a punchout in the list at this moment.
    pub fn of(line: &PunchoutLine, now: i64) -> Self {
        match Self::read(&line.state).unwrap_or(Self::Closed) {
            Self::Open if line.entry_expires_at <= now || line.expires_at <= now => Self::Expired,
            Self::InShop if line.expires_at <= now => Self::Expired,
            state => state,
        }
    }
}

/// What is looked for, as it was typed; what is empty matters not.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub state: Option<State>,
    /// The slug of a system.
    pub system: String,
    /// The beginning of a number or e-mail address.
    pub customer: String,
    /// Days such as `2026-11-23` (UTC), both included.
    pub from: String,
    pub to: String,
    /// A reference or the id of a punchout: then everything else matters not.
    pub search: String,
    /// Older than this id.
    pub before: String,
}

/// One line of the list.
#[derive(Debug, Clone)]
pub enum Entry {
    Punchout(PunchoutLine),
    Refused(RefusalLine),
}

impl Entry {
    pub fn id(&self) -> &str {
        match self {
            Self::Punchout(line) => &line.id,
            Self::Refused(line) => &line.id,
        }
    }
}

/// A page of the list.
#[derive(Debug, Default)]
pub struct Listed {
    pub entries: Vec<Entry>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
    /// The customer's beginning fits so many that not all were looked at.
    pub too_many_customers: bool,
}

/// Lists what fits and is within reach.
pub fn list(c: &mut Connection, reach: &Reach, filter: &Filter, now: i64) -> Result<Listed, StoreError> {
    let owners = owners(c)?;
    if !filter.search.trim().is_empty() {
        return Ok(Listed { entries: search(c, reach, &owners, &filter.search)?, ..Listed::default() });
    }
    let system = match filter.system.as_str() {
        "" => None,
        slug => match store::systems::find_by_slug(c, slug)?
            .filter(|system| owners.is_within(reach, Some(&system.shop_id)))
        {
            Some(system) => Some(system),
            None => return Ok(Listed::default()),
        },
    };
    let (mut customers, mut too_many_customers) = (Vec::new(), false);
    if !filter.customer.trim().is_empty() {
        let shops = match &system {
            Some(system) => vec![system.shop_id.clone()],
            None => owners.shops_within(reach),
        };
        customers = store::customers::list_beginning(c, &shops, &filter.customer, CUSTOMERS + 1)?;
        too_many_customers = customers.len() as i64 > CUSTOMERS;
        customers.truncate(CUSTOMERS as usize);
    }
    let shops = owners.shops_within(reach);
    let places: Vec<Place<'_>> = if !filter.customer.trim().is_empty() {
        customers.iter().map(|customer| Place::Customer(&customer.id)).collect()
    } else if let Some(system) = &system {
        vec![Place::System(&system.id)]
    } else if *reach == Reach::Everything {
        vec![Place::Everywhere]
    } else {
        let nobody = reach.covers(None).then_some(Place::Nobody);
        shops.iter().map(|id| Place::Shop(id)).chain(nobody).collect()
    };

    let end = clock::end_of_day(&filter.to).map(clock::first_id);
    let before = Some(filter.before.as_str()).filter(|before| !before.is_empty());
    let before = [before, end.as_deref()].into_iter().flatten().min();
    let from = clock::start_of_day(&filter.from).map(clock::first_id);
    let system = system.as_ref().map(|system| system.id.as_str());
    let limit = PAGE as i64 + 1;
    let slice = Slice { before, from: from.as_deref(), system, limit };
    let young = clock::first_id(now - LONGEST);
    let young = from.as_deref().max(Some(young.as_str()));

    let mut entries = Vec::new();
    for place in places {
        for which in wanted(filter.state, now) {
            let running = matches!(which, Which::Open(_) | Which::InShop(_) | Which::RanOut(_));
            let slice = if running { Slice { from: young, ..slice } } else { slice };
            entries.extend(store::journal::list_punchouts(c, place, slice, which)?.into_iter().map(Entry::Punchout));
        }
        if matches!(filter.state, None | Some(State::Refused)) {
            entries.extend(store::journal::list_refused_calls(c, place, slice)?.into_iter().map(Entry::Refused));
        }
    }
    entries.sort_by(|a, b| b.id().cmp(a.id()));
    let more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let next = entries.last().filter(|_| more).map(|last| last.id().to_owned());
    Ok(Listed { entries, next, too_many_customers })
}

/// What to ask the punchouts for. What ran out and was not swept up yet is expired already.
fn wanted(state: Option<State>, now: i64) -> Vec<Which<'static>> {
    match state {
        None => vec![Which::All],
        Some(State::Open) => vec![Which::Open(now)],
        Some(State::InShop) => vec![Which::InShop(now)],
        Some(State::Expired) => vec![Which::Ended("expired"), Which::RanOut(now)],
        Some(State::Refused) => Vec::new(),
        Some(ended) => vec![Which::Ended(ended.as_str())],
    }
}

/// What a reference or an id names, refusals of later steps included.
fn search(c: &mut Connection, reach: &Reach, owners: &Owners, text: &str) -> Result<Vec<Entry>, StoreError> {
    if let Some(reference) = reference(text) {
        let refused = store::journal::list_by_reference(c, &reference)?;
        let within = refused.into_iter().filter(|line| owners.is_within(reach, line.shop_id.as_deref()));
        return Ok(within.map(Entry::Refused).collect());
    }
    let Ok(id) = ulid::Ulid::from_string(text.trim()) else { return Ok(Vec::new()) };
    let found = store::journal::find_punchout(c, &id.to_string())?;
    let within = found.into_iter().filter(|line| owners.is_within(reach, Some(&line.shop_id)));
    Ok(within.map(Entry::Punchout).collect())
}

/// A reference as people repeat it from the telephone: in any case, the dash left out, O for 0, I and L for 1.
fn reference(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect();
    let is_one = plain.len() == 8 && plain.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_one.then(|| format!("{}-{}", &plain[..4], &plain[4..]))
}

/// Whose shop each is.
pub(super) struct Owners(HashMap<String, Option<String>>);

pub(super) fn owners(c: &mut Connection) -> Result<Owners, StoreError> {
    Ok(Owners(store::shops::list(c)?.into_iter().map(|shop| (shop.id, shop.account_id)).collect()))
}

impl Owners {
    /// What belongs to a shop that is gone belongs to nobody.
    pub(super) fn is_within(&self, reach: &Reach, shop_id: Option<&str>) -> bool {
        reach.covers(shop_id.and_then(|id| self.0.get(id)).and_then(Option::as_deref))
    }

    fn shops_within(&self, reach: &Reach) -> Vec<String> {
        let within = self.0.iter().filter(|(_, owner)| reach.covers(owner.as_deref()));
        within.map(|(id, _)| id.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_understood_as_people_repeat_it() {
        for text in ["7K3M-9QP1", " 7k3m9qp1 ", "7k3m 9qpl", "7K3M-9QPI"] {
            assert_eq!(reference(text).as_deref(), Some("7K3M-9QP1"), "{text}");
        }
        for text in ["", "7K3M", "7K3M-9QP11", "01J9ZK3W8R5T2Q4M6N8P0S1VXY", "7K3M-9QPÄ"] {
            assert_eq!(reference(text), None, "{text}");
        }
    }

    #[test]
    fn every_state_is_read_by_its_name() {
        for state in State::ALL {
            assert_eq!(State::read(state.as_str()), Some(state));
        }
        assert_eq!(State::read("done"), None);
    }
}
