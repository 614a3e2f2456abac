//! A circuit breaker: a shop that is down is left alone for a while instead of keeping every buyer waiting for it.
//!
//! It knows no clock and no network: who asks says what time it is and what came of it.

use crate::clock::SECOND;

/// Failures in a row after which nobody is sent any more.
const FAILURES: u32 = 5;
/// How long the shop is left alone; then one may try.
const REST: i64 = 30 * SECOND;

/// What is known about one shop's health.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
    /// Set while nobody is sent.
    rests_until: Option<i64>,
}

impl Breaker {
    /// Whether a request may be sent now; if not, after how many microseconds one may. After the rest one request tries,
    /// and all others wait for what comes of it, another rest at most.
    pub fn admit(&mut self, now: i64) -> Result<(), i64> {
        match self.rests_until {
            Some(until) if now < until => Err(until - now),
            Some(_) => {
                self.rests_until = Some(now + REST);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The shop has answered, whatever it was.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// The shop could not be reached, did not answer in time or had a fault of its own. Says whether nobody is sent from
    /// now on.
    pub fn failed(&mut self, now: i64) -> bool {
        self.failures = self.failures.saturating_add(1);
        let rests = self.failures >= FAILURES;
        if rests {
            self.rests_until = Some(now + REST);
        }
        rests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(at: i64) -> Breaker {
        let mut breaker = Breaker::default();
        let rests: Vec<bool> = (0..FAILURES).map(|_| breaker.failed(at)).collect();
        assert_eq!(rests.iter().filter(|rests| **rests).count(), 1, "only the last one decides");
        breaker
    }

    #[test]
    fn a_shop_that_fails_again_and_again_is_left_alone() {
        let mut breaker = broken(0);
        assert_eq!(breaker.admit(SECOND), Err(REST - SECOND));
        assert_eq!(breaker.admit(REST - 1), Err(1));
    }

    #[test]
    fn one_answer_between_failures_is_enough_to_be_asked_on() {
        let mut breaker = Breaker::default();
        for _ in 0..FAILURES * 3 {
            assert!(!breaker.failed(0));
            breaker.succeeded();
        }
        assert_eq!(breaker.admit(0), Ok(()));
    }

    #[test]
    fn after_the_rest_one_tries_for_all() {
        let mut breaker = broken(0);
        assert_eq!(breaker.admit(REST), Ok(()));
        assert_eq!(breaker.admit(REST + 1), Err(REST - 1), "the others wait");
        assert!(breaker.failed(REST + 2), "one failure is enough now");
        assert_eq!(breaker.admit(2 * REST), Err(2));
        assert_eq!(breaker.admit(2 * REST + 2), Ok(()));
        breaker.succeeded();
        assert_eq!(breaker.admit(2 * REST + 3), Ok(()));
        assert!(!breaker.failed(2 * REST + 4), "it counts anew");
    }

    #[test]
    fn who_tried_and_never_told_blocks_nobody_for_good() {
        let mut breaker = broken(0);
        assert_eq!(breaker.admit(REST), Ok(()));
        assert_eq!(breaker.admit(2 * REST), Ok(()));
    }
}
