//! Credentials that were right a moment ago, so that the next punchout of the same buyer needs no argon2.
//!
//! Never the password itself: what is kept is an HMAC-SHA-256 under a random key that lives and dies with this
//! process, over length-prefixed system, user, password and stored hash. A changed password, customer or system
//! therefore matches nothing, on every node and at once, without anybody telling this cache.

use hmac::{Hmac, KeyInit, Mac};
use quick_cache::sync::Cache;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;

/// The bounded memory of verified credentials. Only success is ever remembered.
pub struct Recent {
    key: SecretBox<[u8; 32]>,
    /// Digest → when it was remembered.
    remembered: Cache<[u8; 32], i64>,
    ttl_micros: i64,
}

impl Recent {
    /// Remembers up to about `capacity` credentials for `ttl_micros` microseconds each; 0 remembers nothing.
    pub fn new(ttl_micros: i64, capacity: usize) -> Recent {
        let key = SecretBox::init_with_mut(|key: &mut [u8; 32]| {
            getrandom::fill(key).expect("the system gives randomness");
        });
        Recent { key, remembered: Cache::new(capacity.max(1)), ttl_micros: ttl_micros.max(0) }
    }

    /// Whether just these were verified less than the time to live before `now` (microseconds, UTC).
    pub fn knows(&self, system: &str, user: &str, password: &SecretString, stored_hash: &str, now: i64) -> bool {
        if self.ttl_micros == 0 {
            return false;
        }
        let digest = self.digest(system, user, password, stored_hash);
        match self.remembered.get(&digest) {
            Some(since) if (since..since.saturating_add(self.ttl_micros)).contains(&now) => true,
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
            self.remembered.insert(self.digest(system, user, password, stored_hash), now);
        }
    }

    fn digest(&self, system: &str, user: &str, password: &SecretString, stored_hash: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.expose_secret()).expect("HMAC takes a key of any length");
        for field in [system, user, password.expose_secret(), stored_hash] {
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
        let recent = Recent::new(5 * MINUTE, 100);
        let knows = |now| recent.knows("srm", "7", &secret("pw"), "$hash", now);
        assert!(!knows(0));
        recent.remember("srm", "7", &secret("pw"), "$hash", MINUTE);
        assert!(knows(MINUTE) && knows(6 * MINUTE - 1));
        assert!(!knows(6 * MINUTE));
        assert!(!knows(MINUTE), "what has expired once is forgotten");
    }

    #[test]
    fn a_clock_that_jumps_back_makes_nothing_last_longer() {
        let recent = Recent::new(MINUTE, 100);
        recent.remember("srm", "7", &secret("pw"), "$hash", 10 * MINUTE);
        assert!(!recent.knows("srm", "7", &secret("pw"), "$hash", MINUTE));
    }

    #[test]
    fn anything_else_than_exactly_this_is_unknown() {
        let recent = Recent::new(MINUTE, 100);
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
        let recent = Recent::new(0, 100);
        recent.remember("srm", "7", &secret("pw"), "$hash", 0);
        assert!(!recent.knows("srm", "7", &secret("pw"), "$hash", 0));
        assert_eq!(recent.remembered.len(), 0);
    }

    #[test]
    fn it_is_bounded() {
        let recent = Recent::new(MINUTE, 100);
        for user in 0..10_000 {
            recent.remember("srm", &user.to_string(), &secret("pw"), "$hash", 0);
        }
        assert!(recent.remembered.len() <= 200, "{}", recent.remembered.len());
    }

    #[test]
    fn every_process_has_its_own_key() {
        let digest = |recent: &Recent| recent.digest("srm", "7", &secret("pw"), "$hash");
        assert_ne!(digest(&Recent::new(MINUTE, 1)), digest(&Recent::new(MINUTE, 1)));
    }

    proptest! {
        #[test]
        fn different_credentials_never_share_a_digest(a: [String; 4], b: [String; 4]) {
            let recent = Recent::new(MINUTE, 1);
            let digest = |f: &[String; 4]| recent.digest(&f[0], &f[1], &secret(&f[2]), &f[3]);
            prop_assert_eq!(digest(&a) == digest(&b), a == b);
        }
    }
}
