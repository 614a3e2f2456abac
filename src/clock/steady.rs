//! A clock that no step of the system's clock upsets.
//!
//! An administrator corrects an hour, a virtual machine wakes up, a time server jumps: by the system's clock all tokens
//! would die at once or live an hour longer. This one runs with the machine's uptime and approaches the system's clock at a
//! quarter of its speed at most. So a span is never shorter than four fifths nor longer than four thirds of what it should
//! be, and a step of an hour is made up for in four. Without steps it tells what the system's clock tells.

use std::sync::{Mutex, PoisonError};

use rustix::time::{ClockId, clock_gettime};

/// Of the time that went by, the part by which the difference may shrink.
const PART: i64 = 4;

#[derive(Debug)]
pub struct Steady {
    last: Mutex<Reading>,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    /// What was told, in microseconds since 1970.
    told: i64,
    /// When, in microseconds since the machine started, sleep included.
    uptime: i64,
}

impl Steady {
    /// Starts with what the system's clock tells.
    pub fn start(wall: i64) -> Self {
        Self { last: Mutex::new(Reading { told: wall, uptime: uptime() }) }
    }

    pub fn now(&self, wall: i64) -> i64 {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = last.follow(uptime(), wall);
        last.told
    }
}

impl Reading {
    fn follow(self, uptime: i64, wall: i64) -> Self {
        let elapsed = (uptime - self.uptime).max(0);
        let even = self.told + elapsed;
        let step = wall.saturating_sub(even).clamp(-elapsed / PART, elapsed / PART);
        Self { told: even + step, uptime: self.uptime + elapsed }
    }
}

fn uptime() -> i64 {
    #[cfg(target_os = "linux")]
    let clock = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::Monotonic;
    let time = clock_gettime(clock);
    time.tv_sec * super::SECOND + time.tv_nsec / 1_000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::{HOUR, MINUTE, SECOND};

    #[test]
    fn a_step_is_made_up_for_in_four_times_its_length() {
        for step in [HOUR, -HOUR] {
            let mut reading = Reading { told: 0, uptime: 0 };
            let mut steps = 0;
            while reading.told != reading.uptime + step {
                let uptime = reading.uptime + SECOND;
                reading = reading.follow(uptime, uptime + step);
                steps += 1;
            }
            assert_eq!(steps, 4 * 3_600);
        }
    }

    #[test]
    fn a_clock_that_only_drifts_is_followed_to_the_letter() {
        let reading = Reading { told: 0, uptime: 0 };
        assert_eq!(reading.follow(MINUTE, MINUTE + 30_000).told, MINUTE + 30_000);
    }

    proptest! {
        #[test]
        fn no_span_is_off_by_more_than_a_fifth_or_a_third(
            walls in prop::collection::vec((0..10 * SECOND, -HOUR..HOUR), 1..50),
        ) {
            let start = Reading { told: 0, uptime: 0 };
            let mut reading = start;
            for (elapsed, off) in walls {
                let before = reading;
                let uptime = reading.uptime + elapsed;
                reading = reading.follow(uptime, uptime + off);
                prop_assert!(reading.told >= before.told, "time never goes back");
            }
            let (told, real) = (reading.told, reading.uptime);
            prop_assert!(told * 5 <= real * 5 + real / 4 * 5 && told * 4 >= real * 3, "{} {}", told, real);
        }
    }
}
