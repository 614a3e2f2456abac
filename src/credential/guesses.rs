//! Whether passwords are being guessed at large: then most of what is hashed is wrong.

use std::sync::atomic::{AtomicU32, Ordering};

/// The share of wrong passwords among the last ones, older ones counting less and less.
#[derive(Debug, Default)]
pub struct Guesses(AtomicU32);

impl Guesses {
    const ALL: u32 = 1 << 16;
    /// A password moves the share by this part of what is missing: some fifty wrong ones in a row prevail.
    const WEIGHT: u32 = 32;

    pub fn seen(&self, right: bool) {
        let target = if right { 0 } else { Self::ALL };
        let moved = |share: u32| share - share / Self::WEIGHT + target / Self::WEIGHT;
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |share| Some(moved(share)));
    }

    /// Whether more than three of four were wrong.
    pub fn prevail(&self) -> bool {
        self.0.load(Ordering::Relaxed) > Self::ALL / 4 * 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_prevail_when_most_passwords_are_wrong_and_no_longer_than_that() {
        assert!(!Guesses::default().prevail());
        let guesses = Guesses::default();
        (0..30).for_each(|_| guesses.seen(false));
        assert!(!guesses.prevail(), "somebody who mistypes is no flood");
        (0..10_000).for_each(|_| guesses.seen(false));
        assert!(guesses.prevail());
        (0..20).for_each(|_| guesses.seen(true));
        assert!(!guesses.prevail());
    }

    #[test]
    fn as_many_right_ones_as_wrong_ones_are_no_guessing() {
        let guesses = Guesses::default();
        (0..10_000).for_each(|n| guesses.seen(n % 2 == 0));
        assert!(!guesses.prevail());
    }
}
