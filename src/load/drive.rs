//! When visits begin.
//!
//! Open loop: so many a second, whatever became of those before; a latency counts from the moment at which the visit
//! should have begun, so that a pause of the gateway shows in all the visits that it kept waiting (what is called
//! coordinated omission is thus not made). Closed loop: so many at a time, each beginning when one has ended; that finds
//! out the most that a gateway can do, and its latencies are those of its own pace.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, sleep_until};

use super::mix::Mix;
use super::record::Record;
use super::visit::Target;

/// What is set.
pub struct Plan {
    pub mix: Mix,
    /// Visits that begin a second; `None` for a closed loop.
    pub rate: Option<f64>,
    /// Closed loop: visits at a time. Open loop: the most that may be under way.
    pub concurrency: usize,
    /// Before what counts.
    pub warm_up: Duration,
    pub time: Duration,
}

/// What is not in the record.
pub struct Driven {
    pub time: Duration,
    pub not_begun: u64,
}

/// Makes visits until the time is over, and waits for those under way.
pub async fn drive(target: Arc<Target>, record: Arc<Record>, plan: &Plan) -> Driven {
    let began = Instant::now();
    let measured = began + plan.warm_up;
    let end = measured + plan.time;
    let (forgetful, not_begun) = (record.clone(), Arc::new(AtomicU64::new(0)));
    let uncounted = not_begun.clone();
    let warm_up = plan.warm_up;
    let forget = tokio::spawn(async move {
        sleep(warm_up).await;
        forgetful.clear();
        uncounted.store(0, Ordering::Relaxed);
    });
    match plan.rate {
        Some(rate) => open(&target, &record, plan, rate, began, end, &not_begun).await,
        None => closed(&target, &record, plan, end).await,
    }
    let _ = forget.await;
    // A closed loop is over when its last visit is; an open one began nothing after its time.
    let time = if plan.rate.is_some() { plan.time } else { measured.elapsed() };
    Driven { time, not_begun: not_begun.load(Ordering::Relaxed) }
}

async fn open(
    target: &Arc<Target>,
    record: &Arc<Record>,
    plan: &Plan,
    rate: f64,
    began: Instant,
    end: Instant,
    not_begun: &AtomicU64,
) {
    let room = Arc::new(Semaphore::new(plan.concurrency));
    let mut visits = JoinSet::new();
    for nth in 0_u64.. {
        let due = began + Duration::from_secs_f64(nth as f64 / rate);
        if due >= end {
            break;
        }
        // Timers are good to a millisecond: what is due by then begins together.
        if due > Instant::now() {
            sleep_until(due.into()).await;
        }
        let Ok(permit) = room.clone().try_acquire_owned() else {
            not_begun.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        let (target, record, kind) = (target.clone(), record.clone(), plan.mix.kind(nth));
        visits.spawn(async move {
            target.visit(kind, due, &record).await;
            drop(permit);
        });
        while visits.try_join_next().is_some() {}
    }
    while visits.join_next().await.is_some() {}
}

async fn closed(target: &Arc<Target>, record: &Arc<Record>, plan: &Plan, end: Instant) {
    let next = Arc::new(AtomicU64::new(0));
    let mut visitors = JoinSet::new();
    for _ in 0..plan.concurrency {
        let (target, record, mix, next) = (target.clone(), record.clone(), plan.mix.clone(), next.clone());
        visitors.spawn(async move {
            while Instant::now() < end {
                let kind = mix.kind(next.fetch_add(1, Ordering::Relaxed));
                target.visit(kind, Instant::now(), &record).await;
            }
        });
    }
    while visitors.join_next().await.is_some() {}
}
