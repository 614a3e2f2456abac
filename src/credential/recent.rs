//! Credentials that were right a moment ago, so that the next punchout of the same buyer needs no argon2.
//!
//! Never the password itself: what is kept is an HMAC-SHA-256 under a random key that lives and dies with this
//! process, over length-prefixed texts: system, user and password, and the stored hash if it was read. With it may
//! stand who the customer was then; whoever goes on with that must ask the database whether he still is, in the very
//! statement that stores what he does. A changed password, customer or system therefore opens nothing, on every node
//! and at once, without anybody telling this cache.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use quick_cache::sync::Cache;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;

/// The bounded memory of verified credentials. Only success is ever remembered; `W` is who somebody was then.
pub struct Recent<W = ()> {
    key: SecretBox<[u8; 32]>,
    /// Digest → when it was remembered.
    remembered: Cache<[u8; 32], i64>,
    /// The same without the stored hash, which only a look at the database gives.
    known: Cache<[u8; 32], (i64, Arc<W>)>,
    ttl_micros: i64,
}

/// Where a login is remembered together with who he was.
pub struct Place([u8; 32]);

impl<W> Recent<W> {
    /// Remembers up to about `capacity` credentials for `ttl_micros` microseconds each; 0 remembers nothing.
    pub fn new(ttl_micros: i64, capacity: usize) -> Self {
        let key = SecretBox::init_with_mut(|key: &mut [u8; 32]| {
            getrandom::fill(key).expect("the system gives randomness");
        });
        let (remembered, known) = (Cache::new(capacity.max(1)), Cache::new(capacity.max(1)));
        Self { key, remembered, known, ttl_micros: ttl_micros.max(0) }
    }

    /// Who this was less than the time to live before `now`, and under which place that is kept.
    pub fn who(&self, system: &str, user: &str, password: &SecretString, now: i64) -> (Place, Option<Arc<W>>) {
        if self.ttl_micros == 0 {
            return (Place([0; 32]), None);
        }
        let place = self.digest(&[system, user, password.expose_secret()]);
        let found = self.known.get(&place).filter(|(since, _)| self.is_recent(*since, now));
        (Place(place), found.map(|(_, who)| who))
    }

    /// Call it after a good verification of the same login.
    pub fn keep(&self, place: Place, who: W, now: i64) {
        if self.ttl_micros > 0 {
            self.known.insert(place.0, (now, Arc::new(who)));
        }
    }

    /// Something about him has changed since.
    pub fn forget(&self, place: &Place) {
        self.known.remove(&place.0);
    }

    fn is_recent(&self, since: i64, now: i64) -> bool {
        (since..since.saturating_add(self.ttl_micros)).contains(&now)
    }

    /// Whether just these were verified less than the time to live before `now` (microseconds, UTC).
    pub fn knows(&self, system: &str, user: &str, password: &SecretString, stored_hash: &str, now: i64) -> bool {
        if self.ttl_micros == 0 {
            return false;
        }
        let digest = self.digest(&[system, user, password.expose_secret(), stored_hash]);
        match self.remembered.get(&digest) {
            Some(since) if self.is_recent(since, now) => true,
            Some(_) => {
                self.remembered.remove(&digest);
                false
            }
            None => false,
        }
    }

    /// Call it after a good verification, with the hash that is stored now (the new one after an upgrade).
    pub fn remember(&self, system: &str, user: &str, password: &SecretString, stored_hash: &str, now: i64) {
        if self.ttl_micros > 0 {
            self.remembered.insert(self.digest(&[system, user, password.expose_secret(), stored_hash]), now);
        }
    }

    fn digest(&self, fields: &[&str]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.expose_secret()).expect("HMAC takes a key of any length");
        for field in fields {
            mac.update(&(field.len() as u64).to_le_bytes());
            mac.update(field.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000_000;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn a_verified_credential_is_known_for_its_time() {
        let recent = Recent::<()>::new(5 * MINUTE, 100);
        let knows = |now| recent.knows("srm", "7", &secret("pw"), "$hash", now);
        assert!(!knows(0));
        recent.remember("srm", "7", &secret("pw"), "$hash", MINUTE);
        assert!(knows(MINUTE) && knows(6 * MINUTE - 1));
        assert!(!knows(6 * MINUTE));
        assert!(!knows(MINUTE), "what has expired once is forgotten");
    }

    #[test]
    fn a_clock_that_jumps_back_makes_nothing_last_longer() {
        let recent = Recent::<()>::new(MINUTE, 100);
        recent.remember("srm", "7", &secret("pw"), "$hash", 10 * MINUTE);
        assert!(!recent.knows("srm", "7", &secret("pw"), "$hash", MINUTE));
    }

    #[test]
    fn anything_else_than_exactly_this_is_unknown() {
        let recent = Recent::<()>::new(MINUTE, 100);
        recent.remember("srm", "7", &secret("pw"), "$hash", 0);
        assert!(!recent.knows("srm", "7", &secret("pw2"), "$hash", 1), "another password");
        assert!(!recent.knows("srm", "7", &secret("pw"), "$hash2", 1), "the password was changed");
        assert!(!recent.knows("srm", "8", &secret("pw"), "$hash", 1), "another customer");
        assert!(!recent.knows("erp", "7", &secret("pw"), "$hash", 1), "another system");
        assert!(!recent.knows("srm7", "", &secret("pw"), "$hash", 1), "fields do not run together");
        assert!(recent.knows("srm", "7", &secret("pw"), "$hash", 1));
    }

    #[test]
    fn a_time_to_live_of_zero_switches_it_off() {
        let recent = Recent::<()>::new(0, 100);
        recent.remember("srm", "7", &secret("pw"), "$hash", 0);
        assert!(!recent.knows("srm", "7", &secret("pw"), "$hash", 0));
        assert_eq!(recent.remembered.len(), 0);
    }

    #[test]
    fn who_somebody_was_is_known_for_the_same_time_until_it_is_forgotten() {
        let recent = Recent::<&str>::new(MINUTE, 100);
        let who = |password, now| recent.who("srm", "7", &secret(password), now);
        assert!(who("pw", 0).1.is_none());
        recent.keep(who("pw", 0).0, "buyer", 0);
        assert_eq!(who("pw", 1).1.as_deref(), Some(&"buyer"));
        assert!(who("pw2", 1).1.is_none() && who("pw", MINUTE).1.is_none() && who("pw", -1).1.is_none());
        recent.forget(&who("pw", 1).0);
        assert!(who("pw", 1).1.is_none());
        let off = Recent::<&str>::new(0, 100);
        off.keep(off.who("srm", "7", &secret("pw"), 0).0, "buyer", 0);
        assert!(off.who("srm", "7", &secret("pw"), 0).1.is_none());
    }

    #[test]
    fn it_is_bounded() {
        let recent = Recent::<()>::new(MINUTE, 100);
        for user in 0..10_000 {
            recent.remember("srm", &user.to_string(), &secret("pw"), "$hash", 0);
        }
        assert!(recent.remembered.len() <= 200, "{}", recent.remembered.len());
    }

    #[test]
    fn every_process_has_its_own_key() {
        let digest = |recent: &Recent| recent.digest(&["srm", "7", "pw", "$hash"]);
        assert_ne!(digest(&Recent::new(MINUTE, 1)), digest(&Recent::new(MINUTE, 1)));
    }

    proptest! {
        #[test]
        fn different_credentials_never_share_a_digest(a: [String; 4], b: [String; 4]) {
            let recent = Recent::<()>::new(MINUTE, 1);
            let digest = |f: &[String; 4]| recent.digest(&[&f[0], &f[1], &f[2], &f[3]]);
            prop_assert_eq!(digest(&a) == digest(&b), a == b);
        }
    }
}
