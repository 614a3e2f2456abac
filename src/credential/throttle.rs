//! Failed logins, counted, so that passwords cannot be tried out.
//!
//! The law: nothing that happens at other addresses locks out a buyer whose password is right. So a customer as a
//! whole is never refused: over his limit, an address that has not failed for him still has its first try, and one
//! where he logged in lately is not affected at all.
//!
//! The surprising fact: once something failed, an attempt counts from its admission, not from its failure, or a
//! thousand at once would all be admitted before the next has failed. Success and withdrawal take it back. Before the
//! first failure nothing counts: how many passwords are looked at at a time is bounded by the pool.
//!
//! Counts live in this process. Nodes of one installation tell each other what ended ([`Told`]), so that failures count
//! on all of them a moment later; what is still pending elsewhere does not. What gets lost on the way loosens the limits,
//! and nothing else.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};

use hmac::{Hmac, KeyInit, Mac};
use quick_cache::unsync::Cache;
use sha2::Sha256;

use super::count::{Count, Event};
use super::told::Told;

/// How many failures a window allows; 0 switches that limit off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// One customer from one address: a person at his desk.
    pub per_customer_and_address: u32,
    /// One address, all customers: someone going through a list.
    pub per_address: u32,
    /// One customer, all addresses: many machines after one account.
    pub per_customer: u32,
    pub window_seconds: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { per_customer_and_address: 10, per_address: 100, per_customer: 50, window_seconds: 300 }
    }
}

/// Over a limit. The password was not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many failed logins; try again in {retry_after_seconds} s")]
pub struct TooMany {
    /// When the window ends, at least 1.
    pub retry_after_seconds: u32,
}

/// The counts. Every [`Throttle::admit`] that is `Ok` is followed by exactly one of [`Throttle::failed`],
/// [`Throttle::succeeded`] and [`Throttle::withdrawn`]; an attempt whose end never comes counts until its window ends.
///
/// `customer` is the shop or system with the folded user name; users who do not exist count alike. Of an IPv6 address
/// the /64 counts, which is what one subscriber has. Times are microseconds, UTC.
pub struct Throttle {
    limits: Limits,
    window: i64,
    names: Names,
    tell: Option<Tell>,
    counts: Mutex<Counts>,
}

/// Takes what the other nodes have to know. It is called while a login waits, so it must not.
pub type Tell = Box<dyn Fn(Told) + Send + Sync>;

/// Customers are kept as keyed hashes: short, and nothing to read in a memory dump.
enum Names {
    /// With a key of this process.
    Own(RandomState),
    /// With one that all nodes have.
    Shared(Box<Hmac<Sha256>>),
}

/// About this many of each are remembered; what is rarely seen goes first, so a flood of new addresses does not wash
/// out the counts of those that come again.
const CAPACITY: usize = 10_000;
/// How many windows a good login from an address vouches for it.
const TRUSTED_WINDOWS: i64 = 12;

struct Counts {
    pairs: Cache<(u64, IpAddr), Pair>,
    addresses: Cache<IpAddr, Count>,
    customers: Cache<u64, Count>,
}

#[derive(Clone, Copy, Default)]
struct Pair {
    count: Count,
    succeeded: Option<i64>,
}

impl Throttle {
    /// Counts of this process alone.
    pub fn new(limits: Limits) -> Throttle {
        Throttle::with(limits, Names::Own(RandomState::new()), None)
    }

    /// Counts that several nodes keep together, who all have the same key.
    pub fn shared(limits: Limits, key: &[u8; 32], tell: Tell) -> Throttle {
        let hmac = Hmac::new_from_slice(key).expect("HMAC takes a key of any length");
        Throttle::with(limits, Names::Shared(Box::new(hmac)), Some(tell))
    }

    fn with(limits: Limits, names: Names, tell: Option<Tell>) -> Throttle {
        Throttle {
            limits,
            window: i64::from(limits.window_seconds.max(1)) * 1_000_000,
            names,
            tell,
            counts: Mutex::new(Counts {
                pairs: Cache::new(CAPACITY),
                addresses: Cache::new(CAPACITY),
                customers: Cache::new(CAPACITY),
            }),
        }
    }

    /// Whether this attempt may be looked at; if so, it counts.
    ///
    /// # Errors
    /// [`TooMany`] if the customer from this address, this address, or the customer from addresses unknown to him is
    /// over the limit.
    pub fn admit(&self, customer: &str, address: IpAddr, now: i64) -> Result<(), TooMany> {
        let (customer, address) = (self.digest(customer), network(address));
        let mut counts = self.counts();
        let pair = known(&counts.pairs, &(customer, address));
        let from_here = pair.count.current(now, self.window);
        let by_address = known(&counts.addresses, &address).current(now, self.window);
        let of_customer = known(&counts.customers, &customer).current(now, self.window);

        // Where the customer logged in lately many colleagues may do so at once, so what is pending there is not held
        // against it; how many passwords are at work at a time is bounded by the pool.
        let trusted = pair.is_trusted(now, self.window);
        let weight = |count: Count| {
            // A morning's first calls come all at once, too: until something failed, none of them is suspected.
            if trusted || count.failed == 0 { count.failed } else { count.failed.saturating_add(count.pending) }
        };

        let over = |count: Count, limit: u32| limit > 0 && weight(count) >= limit;
        let first_try = from_here.failed == 0 && from_here.pending == 0;
        let refused = if over(from_here, self.limits.per_customer_and_address) {
            Some(from_here)
        } else if over(by_address, self.limits.per_address) {
            Some(by_address)
        } else if over(of_customer, self.limits.per_customer) && !trusted && !first_try {
            Some(of_customer)
        } else {
            None
        };
        if let Some(count) = refused {
            return Err(TooMany { retry_after_seconds: count.seconds_left(now, self.window) });
        }
        if !trusted {
            self.count(&mut counts, customer, address, now, Event::Admitted);
        }
        Ok(())
    }

    /// The password was wrong, or there is no such user.
    pub fn failed(&self, customer: &str, address: IpAddr, now: i64) {
        self.end(customer, address, now, Event::Failed);
    }

    /// The password was right: earlier failures of this customer from this address are forgiven. Those of the address
    /// with other customers are not, or one good account would open all others to trial.
    pub fn succeeded(&self, customer: &str, address: IpAddr, now: i64) {
        self.end(customer, address, now, Event::Succeeded);
    }

    /// Nothing was compared, for instance because the pool was busy.
    pub fn withdrawn(&self, customer: &str, address: IpAddr, now: i64) {
        self.end(customer, address, now, Event::Withdrawn);
    }

    /// What another node told. What was under way for longer than a window counts no more.
    pub fn hear(&self, told: Told, now: i64) {
        if now.saturating_sub(told.at) >= self.window {
            return;
        }
        let event = if told.was_right { Event::SucceededElsewhere } else { Event::FailedElsewhere };
        self.count(&mut self.counts(), told.customer, told.address, told.at, event);
    }

    /// What a customer is counted under.
    pub(super) fn digest(&self, customer: &str) -> u64 {
        match &self.names {
            Names::Own(state) => state.hash_one(customer),
            Names::Shared(hmac) => {
                let digest = hmac.as_ref().clone().chain_update(customer).finalize().into_bytes();
                digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
            }
        }
    }

    fn end(&self, customer: &str, address: IpAddr, now: i64, event: Event) {
        let (customer, address) = (self.digest(customer), network(address));
        let mut counts = self.counts();
        let before = known(&counts.pairs, &(customer, address));
        self.count(&mut counts, customer, address, now, event);
        drop(counts);
        let is_news = match event {
            Event::Failed => true,
            Event::Succeeded => before.changes_by_success(now, self.window),
            _ => false,
        };
        if let Some(tell) = self.tell.as_ref().filter(|_| is_news) {
            tell(Told { customer, address, was_right: event == Event::Succeeded, at: now });
        }
    }

    fn count(&self, counts: &mut Counts, customer: u64, address: IpAddr, now: i64, event: Event) {
        let key = (customer, address);
        let mut pair = known(&counts.pairs, &key);
        pair.count = pair.count.after(event, now, self.window);
        if matches!(event, Event::Succeeded | Event::SucceededElsewhere) {
            pair.count.failed = 0;
            pair.succeeded = Some(now);
        }
        counts.pairs.insert(key, pair);
        self.count_by(&mut counts.addresses, address, now, event);
        self.count_by(&mut counts.customers, customer, now, event);
    }

    fn count_by<K: Eq + Hash>(&self, counts: &mut Cache<K, Count>, key: K, now: i64, event: Event) {
        let before = known(counts, &key);
        let after = before.after(event, now, self.window);
        // Most logins are right and come one by one: nothing there, and nothing to be remembered.
        if !(before.is_empty() && after.is_empty()) {
            counts.insert(key, after);
        }
    }

    /// A panic elsewhere leaves whole numbers behind; counting goes on with them.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pair {
    /// Whether other nodes would treat it otherwise if they knew of a good login now: there is something to forgive, or
    /// it is long ago that they heard of one.
    fn changes_by_success(&self, now: i64, window: i64) -> bool {
        let heard_lately = |since: i64| now.abs_diff(since) < (TRUSTED_WINDOWS / 2 * window).unsigned_abs();
        self.count.current(now, window).failed > 0 || !self.succeeded.is_some_and(heard_lately)
    }

    fn is_trusted(&self, now: i64, window: i64) -> bool {
        self.succeeded.is_some_and(|since| now.abs_diff(since) < (TRUSTED_WINDOWS * window).unsigned_abs())
    }
}

/// What is known under this key; nothing yet is a count of nothing.
fn known<K: Eq + Hash, V: Copy + Default>(counts: &Cache<K, V>, key: &K) -> V {
    counts.get(key).copied().unwrap_or_default()
}

/// What one subscriber has: an IPv4 address, also when written as IPv6, or an IPv6 /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashMap,
        sync::atomic::{AtomicU32, Ordering},
        thread,
    };

    use proptest::prelude::*;

    use super::*;

    const SECOND: i64 = 1_000_000;
    const LIMITS: Limits = Limits { per_customer_and_address: 3, per_address: 8, per_customer: 5, window_seconds: 300 };

    fn address(n: u8) -> IpAddr {
        IpAddr::from([203, 0, 113, n])
    }

    /// A wrong password, if it is admitted at all.
    fn wrong(throttle: &Throttle, customer: &str, address: IpAddr, now: i64) -> bool {
        let admitted = throttle.admit(customer, address, now).is_ok();
        if admitted {
            throttle.failed(customer, address, now);
        }
        admitted
    }

    #[test]
    fn after_too_many_failures_a_customer_is_refused_at_this_address_until_the_window_ends() {
        let throttle = Throttle::new(LIMITS);
        for second in 0..3 {
            assert!(wrong(&throttle, "a", address(1), second * SECOND));
        }
        let refused = throttle.admit("a", address(1), 100 * SECOND);
        assert_eq!(refused, Err(TooMany { retry_after_seconds: 200 }));
        assert!(throttle.admit("a", address(2), 100 * SECOND).is_ok(), "elsewhere");
        assert!(throttle.admit("b", address(1), 100 * SECOND).is_ok(), "another customer");
        assert!(throttle.admit("a", address(1), 299 * SECOND + 999_999).is_err());
        assert!(throttle.admit("a", address(1), 300 * SECOND).is_ok());
    }

    #[test]
    fn an_address_that_goes_through_a_list_of_customers_is_refused() {
        let throttle = Throttle::new(LIMITS);
        let tried = (0..100).filter(|n| wrong(&throttle, &n.to_string(), address(1), 0)).count();
        assert_eq!(tried, 8);
        assert!(throttle.admit("0", address(2), 0).is_ok());
    }

    #[test]
    fn under_attack_from_many_addresses_a_new_address_still_has_its_first_try() {
        let throttle = Throttle::new(LIMITS);
        let tried = (0..200).filter(|n| wrong(&throttle, "a", address(*n), 0)).count();
        assert_eq!(tried, 200, "each its first");
        assert!(!wrong(&throttle, "a", address(1), SECOND), "and not a second");
        assert!(throttle.admit("a", address(201), SECOND).is_ok());
    }

    #[test]
    fn an_address_where_the_customer_logged_in_lately_is_not_affected_by_an_attack() {
        let throttle = Throttle::new(LIMITS);
        assert!(throttle.admit("a", address(250), 0).is_ok());
        throttle.succeeded("a", address(250), 0);
        (0..200).for_each(|n| assert!(wrong(&throttle, "a", address(n), SECOND)));
        assert!(wrong(&throttle, "a", address(250), SECOND), "even after mistyping");
        assert!(throttle.admit("a", address(250), SECOND).is_ok());
    }

    #[test]
    fn a_good_login_forgives_what_was_mistyped_before() {
        let throttle = Throttle::new(LIMITS);
        for _ in 0..3 {
            assert!(wrong(&throttle, "a", address(1), 0));
            assert!(wrong(&throttle, "a", address(1), 0));
            assert!(throttle.admit("a", address(1), 0).is_ok());
            throttle.succeeded("a", address(1), 0);
        }
    }

    #[test]
    fn an_account_of_ones_own_does_not_open_all_others_to_trial() {
        let throttle = Throttle::new(LIMITS);
        let tried = (0..100).filter(|n| {
            if throttle.admit("own", address(1), 0).is_ok() {
                throttle.succeeded("own", address(1), 0);
            }
            wrong(&throttle, &n.to_string(), address(1), 0)
        });
        assert_eq!(tried.count(), 8);
    }

    #[test]
    fn what_was_never_compared_does_not_count() {
        let throttle = Throttle::new(LIMITS);
        for _ in 0..100 {
            assert!(throttle.admit("a", address(1), 0).is_ok());
            throttle.withdrawn("a", address(1), 0);
        }
    }

    #[test]
    fn colleagues_at_a_known_address_may_all_come_at_once() {
        let throttle = Throttle::new(LIMITS);
        throttle.admit("a", address(1), 0).unwrap();
        throttle.succeeded("a", address(1), 0);
        assert!((0..60).all(|_| throttle.admit("a", address(1), 1).is_ok()));
    }

    #[test]
    fn the_first_calls_of_a_customer_may_all_come_at_once() {
        let throttle = Throttle::new(LIMITS);
        assert!((0..60).all(|_| throttle.admit("a", address(1), 0).is_ok()));
    }

    #[test]
    fn once_one_attempt_failed_a_thousand_at_once_do_not_pass_the_limit() {
        let (throttle, admitted) = (Throttle::new(LIMITS), AtomicU32::new(0));
        wrong(&throttle, "a", address(1), 0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..125 {
                        if throttle.admit("a", address(1), 0).is_ok() {
                            admitted.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(admitted.into_inner(), 2);
    }

    #[test]
    fn under_attack_a_new_address_has_one_try_at_a_time() {
        let throttle = Throttle::new(LIMITS);
        (0..20).for_each(|n| assert!(wrong(&throttle, "a", address(n), 0)));
        assert!(throttle.admit("a", address(99), 0).is_ok());
        assert!(throttle.admit("a", address(99), 0).is_err());
    }

    #[test]
    fn an_attempt_whose_end_never_comes_counts_beside_failures_until_the_window_ends() {
        let throttle = Throttle::new(LIMITS);
        wrong(&throttle, "a", address(1), 0);
        assert_eq!((0..10).filter(|_| throttle.admit("a", address(1), 0).is_ok()).count(), 2);
        assert!(throttle.admit("a", address(1), 300 * SECOND).is_ok());
    }

    #[test]
    fn a_subscriber_with_many_ipv6_addresses_is_one() {
        let throttle = Throttle::new(LIMITS);
        let v6 = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!((0..50).filter(|n| wrong(&throttle, "a", v6(&format!("2001:db8::{n:x}")), 0)).count(), 3);
        assert!(throttle.admit("a", v6("2001:db8:0:1::1"), 0).is_ok());
        assert_eq!(network(v6("::ffff:203.0.113.1")), address(1));
    }

    #[test]
    fn a_limit_of_zero_is_switched_off() {
        let off = Limits { per_customer_and_address: 0, per_address: 0, per_customer: 0, window_seconds: 300 };
        let throttle = Throttle::new(off);
        assert!((0..1000).all(|_| wrong(&throttle, "a", address(1), 0)));
    }

    #[test]
    fn memory_is_bounded_and_a_flood_of_addresses_does_not_wash_out_who_comes_again() {
        let throttle = Throttle::new(LIMITS);
        let many = |n: u32| IpAddr::from((n | 0x0a00_0000).to_be_bytes());
        for n in 0..50_000 {
            wrong(&throttle, &n.to_string(), many(n), 0);
            if n % 1000 < 5 {
                wrong(&throttle, "a", address(1), 0);
            }
        }
        let counts = throttle.counts();
        for len in [counts.pairs.len(), counts.addresses.len(), counts.customers.len()] {
            assert!(len <= CAPACITY, "{len}");
        }
        drop(counts);
        assert!(throttle.admit("a", address(1), 0).is_err());
    }

    proptest! {
        #[test]
        fn a_right_password_from_another_address_is_never_locked_out(
            attack in prop::collection::vec((0..3_u8, 0..20_u8, 0..30_i64, 0..4_u8), 0..400),
            known: bool,
        ) {
            let throttle = Throttle::new(LIMITS);
            let (buyer, mut now) = (address(200), 0);
            if known {
                prop_assert!(throttle.admit("0", buyer, now).is_ok());
                throttle.succeeded("0", buyer, now);
            }
            for (customer, from, seconds, end) in attack {
                now += seconds * SECOND;
                let customer = customer.to_string();
                // Some attackers hang up, some own an account.
                if throttle.admit(&customer, address(from), now).is_ok() {
                    match end {
                        0 => {}
                        1 if customer == "2" => throttle.succeeded(&customer, address(from), now),
                        _ => throttle.failed(&customer, address(from), now),
                    }
                }
                if known {
                    prop_assert!(throttle.admit("0", buyer, now).is_ok());
                    throttle.succeeded("0", buyer, now);
                }
            }
            prop_assert!(throttle.admit("0", buyer, now).is_ok());
        }

        #[test]
        fn no_pair_and_no_address_fails_more_often_in_a_window_than_its_limit(
            attempts in prop::collection::vec((0..4_u8, 0..4_u8), 0..300),
        ) {
            let throttle = Throttle::new(LIMITS);
            let (mut pairs, mut addresses) = (HashMap::new(), HashMap::new());
            for (customer, from) in attempts {
                if wrong(&throttle, &customer.to_string(), address(from), 0) {
                    *pairs.entry((customer, from)).or_insert(0) += 1;
                    *addresses.entry(from).or_insert(0) += 1;
                }
            }
            prop_assert!(pairs.values().all(|n| *n <= 3) && addresses.values().all(|n| *n <= 8));
        }

        #[test]
        fn whoever_waits_as_long_as_told_is_admitted(start in 0..1_000_000_000_i64, wait in 0..400_i64) {
            let throttle = Throttle::new(LIMITS);
            (0..10).for_each(|_| { wrong(&throttle, "a", address(1), start); });
            let now = start + wait * SECOND;
            if let Err(TooMany { retry_after_seconds }) = throttle.admit("a", address(1), now) {
                prop_assert!(throttle.admit("a", address(1), now + i64::from(retry_after_seconds) * SECOND).is_ok());
            }
        }
    }
}
