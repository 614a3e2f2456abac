//! Time as the gateway knows it: microseconds since 1970-01-01 UTC in an `i64`.
//!
//! Nothing asks the system for the time but [`Clock`]; a gateway's is [`Clock::steady`]. Tests move a [`Clock::Set`] by hand.

mod steady;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use self::steady::Steady;

/// One second in the unit of all times here.
pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// The system's, without its steps.
    Steady(Arc<Steady>),
    /// Stands still until somebody moves it.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// For a process that lives long: tokens neither die nor live on when the system's clock is set.
    pub fn steady() -> Self {
        Self::Steady(Arc::new(Steady::start(Self::System.now())))
    }

    pub fn now(&self) -> i64 {
        match self {
            Self::System => jiff::Timestamp::now().as_microsecond(),
            Self::Steady(steady) => steady.now(Self::System.now()),
            Self::Set(time) => time.load(Ordering::Relaxed),
        }
    }

    /// What other people's clocks tell: for one-time passwords, which a telephone makes by its own.
    pub fn wall(&self) -> i64 {
        match self {
            Self::Steady(_) => Self::System.now(),
            own => own.now(),
        }
    }
}

/// RFC 3339 in UTC to the second, as the API writes times: `2026-11-23T18:00:00Z`.
pub fn rfc3339(micros: i64) -> String {
    let seconds = micros.div_euclid(SECOND);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| micros.to_string(), |time| time.to_string())
}

/// The day in UTC: `2026-11-23`.
pub fn date(micros: i64) -> String {
    rfc3339(micros).chars().take(10).collect()
}

/// The first moment after a day given as `2026-11-23` (UTC): what is valid until that day is good
/// while now is before it.
pub fn end_of_day(day: &str) -> Option<i64> {
    let day: jiff::civil::Date = day.trim().parse().ok()?;
    let next = day.tomorrow().ok()?.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
    Some(next.timestamp().as_microsecond())
}

/// The first moment of a day given as `2026-11-23` (UTC).
pub fn start_of_day(day: &str) -> Option<i64> {
    let day: jiff::civil::Date = day.trim().parse().ok()?;
    Some(day.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

/// The least id (ULID) that could have been made at that moment or later: ids sort by time.
pub fn first_id(micros: i64) -> String {
    let millis = u64::try_from(micros.div_euclid(1_000)).unwrap_or_default();
    ulid::Ulid::from_parts(millis, 0).to_string()
}

/// A new id (ULID) for what begins at that moment. Behind its milliseconds stand the microseconds within, then 70 random bits:
/// ids that are made one after the other sort so, and lie side by side in an index.
pub fn new_id(micros: i64) -> String {
    let millis = u64::try_from(micros.div_euclid(1_000)).unwrap_or_default();
    let within = u128::from(micros.rem_euclid(1_000).unsigned_abs());
    let random = ulid::Ulid::new().random() & ((1 << 70) - 1);
    ulid::Ulid::from_parts(millis, within << 70 | random).to_string()
}

/// The day that [`end_of_day`] was made from.
pub fn last_day(valid_until: i64) -> String {
    date(valid_until - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_given_as_the_last_one_is_still_good_in_its_last_second() {
        let end = end_of_day("2027-12-31").expect("a date");
        assert_eq!(rfc3339(end), "2028-01-01T00:00:00Z");
        assert_eq!(last_day(end), "2027-12-31");
        assert_eq!(end_of_day("31.12.2027"), None);
    }

    #[test]
    fn ids_can_be_sought_by_their_day() {
        let start = start_of_day("2026-11-23").expect("a date");
        assert_eq!(rfc3339(start), "2026-11-23T00:00:00Z");
        assert_eq!(start_of_day("23.11.2026"), None);
        let made = |micros: i64| ulid::Ulid::from_parts(micros as u64 / 1_000, u128::MAX).to_string();
        assert!(made(start - 1_000) < first_id(start) && first_id(start) <= made(start));
        assert!(first_id(-1) < first_id(start));
    }

    #[test]
    fn ids_sort_by_their_microsecond_and_no_two_are_alike() {
        let start = start_of_day("2026-11-23").expect("a date");
        let made: Vec<String> = (0..3_000).map(|n| new_id(start + n)).collect();
        assert!(made.is_sorted() && first_id(start) <= made[0] && made[2_999] < first_id(start + 3_000));
        let at_once: std::collections::HashSet<String> = (0..1_000).map(|_| new_id(start)).collect();
        assert_eq!(at_once.len(), 1_000);
        assert_eq!(ulid::Ulid::from_string(&made[0]).expect("a ULID").timestamp_ms(), start as u64 / 1_000);
    }

    #[test]
    fn times_are_written_to_the_second() {
        assert_eq!(rfc3339(1_795_456_800_123_456), "2026-11-23T18:00:00Z");
    }
}
