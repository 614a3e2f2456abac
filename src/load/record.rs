//! What came of the requests: counts and latencies by step, as a table and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Value, json};

/// Latencies are kept from a microsecond to ten minutes, to three digits.
const LONGEST: u64 = 600_000_000;
/// What percentiles are told.
const PERCENTILES: [(&str, f64); 5] = [("p50", 50.0), ("p90", 90.0), ("p99", 99.0), ("p99_9", 99.9), ("max", 100.0)];

/// A request of a visit, or a whole visit of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Login,
    Redeem,
    Cart,
    Return,
    RoundTrip,
    Validate,
    Flood,
}

impl Step {
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Redeem => "redeem",
            Self::Cart => "cart",
            Self::Return => "return",
            Self::RoundTrip => "round trip",
            Self::Validate => "validate",
            Self::Flood => "flood",
        }
    }
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    Good,
    /// Answered with another status than it should have been.
    Refused(u16),
    /// No answer, or none that can be read.
    Failed(String),
}

struct Seen {
    ends: BTreeMap<End, u64>,
    good: Histogram<u64>,
    /// Of answers that were refusals: they shall be quick too.
    refused: Histogram<u64>,
}

/// Everything that was seen, shared by all visits.
#[derive(Default)]
pub struct Record {
    steps: Mutex<BTreeMap<Step, Seen>>,
}

/// What surrounds the figures of a run.
pub struct Run {
    pub url: String,
    pub mix: String,
    /// `Some`: open loop, so many visits begin a second. `None`: closed loop.
    pub rate: Option<f64>,
    pub concurrency: usize,
    /// That was measured, without the warm-up.
    pub time: Duration,
    /// Visits that could not begin in time, because too many were under way.
    pub not_begun: u64,
}

impl Record {
    pub fn add(&self, step: Step, end: End, took: Duration) {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = steps.entry(step).or_insert_with(Seen::new);
        let micros = u64::try_from(took.as_micros()).unwrap_or(LONGEST).clamp(1, LONGEST);
        match end {
            End::Good => seen.good.saturating_record(micros),
            End::Refused(_) => seen.refused.saturating_record(micros),
            End::Failed(_) => {}
        }
        *seen.ends.entry(end).or_default() += 1;
    }

    /// Forgets what the warm-up was.
    pub fn clear(&self) {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Requests that went well, and all others.
    pub fn counts(&self) -> (u64, u64) {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = |step: &&Step| !matches!(step, Step::RoundTrip);
        steps.iter().filter(|(step, _)| whole(step)).fold((0, 0), |(good, other), (_, seen)| {
            (good + seen.count(|end| *end == End::Good), other + seen.count(|end| *end != End::Good))
        })
    }

    /// Whether visits were to go all the way and none did.
    pub fn no_trip_succeeded(&self) -> bool {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.iter().any(|(step, seen)| matches!(step, Step::RoundTrip) && seen.count(|end| *end == End::Good) == 0)
    }

    pub fn json(&self, run: &Run) -> Value {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let steps: serde_json::Map<String, Value> =
            steps.iter().map(|(step, seen)| (step.name().to_owned(), seen.json(run.time))).collect();
        let (kind, what) = match run.rate {
            Some(rate) => ("open", json!({ "rate": rate })),
            None => ("closed", json!({ "concurrency": run.concurrency })),
        };
        json!({
            "url": run.url, "mix": run.mix, "loop": kind, "set": what, "seconds": run.time.as_secs_f64(),
            "latency_from": if run.rate.is_some() { "when the visit should have begun" } else { "when the request was sent" },
            "not_begun": run.not_begun, "steps": steps,
        })
    }

    pub fn table(&self, run: &Run) -> String {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let mut table = String::new();
        let _ = writeln!(
            table,
            "{:<12} {:>9} {:>10} {:>9} {:>9} {:>9} {:>9} {:>9}   others",
            "step", "good", "a second", "p50", "p90", "p99", "p99.9", "longest"
        );
        for (step, seen) in steps.iter() {
            let good = seen.count(|end| *end == End::Good);
            let rate = good as f64 / run.time.as_secs_f64().max(0.001);
            let _ = write!(table, "{:<12} {good:>9} {rate:>10.1}", step.name());
            for (_, percent) in PERCENTILES {
                let _ = write!(table, " {:>9}", written(seen.good.value_at_percentile(percent), good));
            }
            let others = seen.ends.iter().filter(|(end, _)| **end != End::Good).map(|(end, count)| match end {
                End::Refused(status) => format!("{status}: {count}"),
                End::Failed(why) => format!("{why}: {count}"),
                End::Good => String::new(),
            });
            let mut others = others.collect::<Vec<_>>().join(", ");
            if !seen.refused.is_empty() {
                let (half, most) = (seen.refused.value_at_percentile(50.0), seen.refused.value_at_percentile(99.0));
                let _ = write!(others, " (refused: p50 {}, p99 {})", written(half, 1), written(most, 1));
            }
            let _ = writeln!(table, "   {others}");
        }
        table
    }
}

impl Seen {
    fn new() -> Self {
        let histogram = || Histogram::new_with_bounds(1, LONGEST, 3).expect("bounds that fit each other");
        Self { ends: BTreeMap::new(), good: histogram(), refused: histogram() }
    }

    fn count(&self, which: impl Fn(&End) -> bool) -> u64 {
        self.ends.iter().filter(|(end, _)| which(end)).map(|(_, count)| count).sum()
    }

    fn json(&self, time: Duration) -> Value {
        let good = self.count(|end| *end == End::Good);
        let mut refused = serde_json::Map::new();
        let mut failed = serde_json::Map::new();
        for (end, count) in &self.ends {
            match end {
                End::Good => {}
                End::Refused(status) => drop(refused.insert(status.to_string(), json!(count))),
                End::Failed(why) => drop(failed.insert(why.clone(), json!(count))),
            }
        }
        json!({
            "good": good, "per_second": good as f64 / time.as_secs_f64().max(0.001),
            "latency_ms": latencies(&self.good), "refused": refused, "refused_latency_ms": latencies(&self.refused),
            "failed": failed,
        })
    }
}

fn latencies(histogram: &Histogram<u64>) -> Value {
    if histogram.is_empty() {
        return Value::Null;
    }
    let at =
        |(name, percent): (&str, f64)| (name.to_owned(), json!(histogram.value_at_percentile(percent) as f64 / 1e3));
    Value::Object(PERCENTILES.into_iter().map(at).collect())
}

/// Microseconds, for people.
fn written(micros: u64, count: u64) -> String {
    match micros {
        _ if count == 0 => "-".to_owned(),
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.2} s", micros as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> Run {
        let time = Duration::from_secs(2);
        Run { url: "http://x".into(), mix: "warm=1".into(), rate: None, concurrency: 4, time, not_begun: 0 }
    }

    #[test]
    fn good_answers_refusals_and_failures_are_told_apart() {
        let record = Record::default();
        for n in 1..=1_000 {
            record.add(Step::Login, End::Good, Duration::from_micros(n * 10));
        }
        record.add(Step::Login, End::Refused(503), Duration::from_millis(1));
        record.add(Step::Login, End::Failed("no connection".into()), Duration::from_secs(1));
        record.add(Step::RoundTrip, End::Good, Duration::from_millis(20));
        assert_eq!(record.counts(), (1_000, 2), "a visit is no request of its own");
        let login = &record.json(&run())["steps"]["login"];
        assert_eq!((login["good"].as_u64(), login["per_second"].as_f64()), (Some(1_000), Some(500.0)));
        assert_eq!(login["refused"]["503"], 1);
        assert_eq!(login["failed"]["no connection"], 1);
        let half = login["latency_ms"]["p50"].as_f64().unwrap();
        assert!((4.9..5.1).contains(&half), "{half}");
        let table = record.table(&run());
        assert!(table.contains("500.0") && table.contains("503: 1") && table.contains("no connection: 1"), "{table}");
    }
}
