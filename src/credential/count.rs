//! How often something was tried and failed within one window of time.
//!
//! A window begins with its first attempt and ends a fixed time later, with everything in it. Times and windows are
//! microseconds.

#[derive(Clone, Copy, Default)]
pub(super) struct Count {
    /// When the window began, with its first attempt.
    pub(super) since: i64,
    pub(super) failed: u32,
    /// Admitted, and not yet known to be right or wrong.
    pub(super) pending: u32,
}

/// What happened to an attempt.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Event {
    Admitted,
    Failed,
    Succeeded,
    Withdrawn,
    /// On another node, so it was never pending here.
    FailedElsewhere,
    SucceededElsewhere,
}

impl Count {
    pub(super) fn is_empty(self) -> bool {
        self.failed == 0 && self.pending == 0
    }

    /// The count, begun anew if its window is over (or lies ahead, after a clock was set back).
    pub(super) fn current(self, now: i64, window: i64) -> Count {
        if self.is_empty() || now.abs_diff(self.since) >= window.unsigned_abs() {
            Count { since: now, failed: 0, pending: 0 }
        } else {
            self
        }
    }

    /// Failures are exact. What is pending is not quite: an attempt from a trusted address was never added and may
    /// take back another's, which then counts again when it fails.
    pub(super) fn after(self, event: Event, now: i64, window: i64) -> Count {
        let mut count = self.current(now, window);
        match event {
            Event::Admitted => count.pending = count.pending.saturating_add(1),
            Event::Failed => {
                count.pending = count.pending.saturating_sub(1);
                count.failed = count.failed.saturating_add(1);
            }
            Event::FailedElsewhere => count.failed = count.failed.saturating_add(1),
            Event::SucceededElsewhere => {}
            Event::Succeeded | Event::Withdrawn => count.pending = count.pending.saturating_sub(1),
        }
        count
    }

    pub(super) fn seconds_left(self, now: i64, window: i64) -> u32 {
        let left = self.since.saturating_add(window).saturating_sub(now).clamp(1, window);
        u32::try_from(left.unsigned_abs().div_ceil(1_000_000)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: i64 = 300_000_000;

    fn after(events: &[(Event, i64)]) -> Count {
        events.iter().fold(Count::default(), |count, (event, now)| count.after(*event, *now, WINDOW))
    }

    #[test]
    fn a_window_begins_with_its_first_attempt_and_ends_with_all_in_it() {
        let count = after(&[(Event::Admitted, 1_000_000), (Event::Failed, 2_000_000)]);
        assert_eq!((count.failed, count.pending), (1, 0));
        assert_eq!(count.seconds_left(2_000_000, WINDOW), 299);
        assert_eq!(count.current(WINDOW + 999_999, WINDOW).failed, 1);
        assert_eq!(count.current(WINDOW + 1_000_000, WINDOW).failed, 0);
    }

    #[test]
    fn a_clock_set_back_does_not_hold_a_window_open() {
        let count = after(&[(Event::Failed, 100 * WINDOW)]);
        assert_eq!(count.current(0, WINDOW).failed, 0);
    }

    #[test]
    fn success_and_withdrawal_take_an_attempt_back() {
        for end in [Event::Succeeded, Event::Withdrawn] {
            let count = after(&[(Event::Admitted, 0), (Event::Admitted, 0), (end, 0)]);
            assert_eq!((count.failed, count.pending), (0, 1));
        }
    }

    #[test]
    fn a_failure_counts_even_if_its_attempt_did_not() {
        assert_eq!(after(&[(Event::Failed, 0), (Event::Failed, 0)]).failed, 2);
    }
}
