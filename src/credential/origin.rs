//! Which hash a stored one was made of: a login replaces a weaker hash by a better one of the same password, and whoever
//! gave the weaker one (a setup file, a customer list) gives it again and means no change by it.
//!
//! Only digests are kept, so the weaker hash is gone. The digest of the better one stands beside it: when the stored hash is
//! replaced by any other, whoever does it, the origin holds no more.

use super::secret::digest;

/// Bytes of a digest.
const DIGEST: usize = 32;

/// What to keep when `better` takes the place of `stored`. A hash that was made better twice is still known by the one that
/// was given.
pub fn of_better(stored: &str, origin: Option<&[u8]>, better: &str) -> Vec<u8> {
    let given = given(stored, origin).map_or_else(|| digest(stored).to_vec(), <[u8]>::to_vec);
    [given.as_slice(), &digest(better)].concat()
}

/// Whether `hash` is the stored one, or the one that it was made of.
pub fn is_of(hash: &str, stored: &str, origin: Option<&[u8]>) -> bool {
    hash == stored || given(stored, origin).is_some_and(|given| *given == digest(hash))
}

/// The digest of the hash that was given, if the origin is that of the stored one.
fn given<'a>(stored: &str, origin: Option<&'a [u8]>) -> Option<&'a [u8]> {
    let (given, of) = origin?.split_at_checked(DIGEST)?;
    (*of == digest(stored)).then_some(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_that_was_given_is_known_however_often_it_was_made_better() {
        let once = of_better("given", None, "better");
        assert!(is_of("given", "better", Some(&once)));
        assert!(is_of("better", "better", Some(&once)));
        assert!(!is_of("other", "better", Some(&once)));
        let twice = of_better("better", Some(&once), "best");
        assert!(is_of("given", "best", Some(&twice)));
        assert!(!is_of("better", "best", Some(&twice)), "nobody was ever given that one");
    }

    #[test]
    fn an_origin_holds_for_the_hash_that_it_was_made_with_only() {
        let origin = of_better("given", None, "better");
        assert!(!is_of("given", "set by hand", Some(&origin)));
        assert!(!is_of("given", "better", None));
        assert!(!is_of("given", "better", Some(&origin[..40])));
        let anew = of_better("set by hand", Some(&origin), "better of it");
        assert!(!is_of("given", "better of it", Some(&anew)));
        assert!(is_of("set by hand", "better of it", Some(&anew)));
    }
}
