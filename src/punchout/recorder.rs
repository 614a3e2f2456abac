//! Writing refused requests down, beside the way of their answers: never slower, never failing for it.
//!
//! What is refused goes into a short line; one task writes it in batches. When the line is full, or when a
//! flood of the same kind comes, some are only counted: the list is for people who look for a cause.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, oneshot};

use crate::clock::SECOND;
use crate::punchout::Gateway;
use crate::punchout::trace::{Asked, Trace};
use crate::refusal::{Code, Refusal};
use crate::store::refusals::Refused;
use crate::store::{self, Store, StoreError};

/// Rows that may wait to be written.
const LINE: usize = 1_024;
/// Rows written in one transaction.
const BATCH: usize = 128;
/// The least time from one transaction to the next. What comes one by one is then written together, and the writer has
/// time for others.
const APART: Duration = Duration::from_millis(100);
/// Rows a second of what comes in floods.
const FLOOD: u32 = 10;
/// The newest rows that are kept at most, whatever their age.
pub const MOST_KEPT: i64 = 1_000_000;
/// How long the end of the process waits for what is not written yet.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// The line of refused requests.
pub struct Recorder {
    sender: mpsc::Sender<Message>,
    /// Until the task that writes has taken it.
    waiting: Mutex<Option<mpsc::Receiver<Message>>>,
    /// The second, and the rows of floods in it.
    flood: Mutex<(i64, u32)>,
    /// Those that were not written, since the last report.
    lost: AtomicU64,
    /// Rows written since the last look at how many there are.
    written: AtomicU64,
    /// Somebody waits for the end of the line.
    hurry: Notify,
}

enum Message {
    Refused(Box<Refused>),
    /// Answered when everything before it is written.
    Flush(oneshot::Sender<()>),
}

impl Default for Recorder {
    fn default() -> Self {
        let (sender, waiting) = mpsc::channel(LINE);
        // Rows of an earlier process are counted at the first look.
        let written = AtomicU64::new(u64::MAX / 2);
        Self {
            sender,
            waiting: Mutex::new(Some(waiting)),
            flood: Mutex::new((0, 0)),
            lost: AtomicU64::new(0),
            written,
            hurry: Notify::new(),
        }
    }
}

impl Gateway {
    /// Notes what was refused, with the reference that its answer shows.
    pub fn record(&self, trace: &Trace, refusal: &Refusal, reference: &str, asked: Asked) {
        let now = self.clock.now();
        if !self.recorder.admits(refusal.code, now) {
            return self.recorder.lose(1, "flood");
        }
        let refused = Box::new(trace.refused(refusal, reference, asked, now));
        if self.recorder.sender.try_send(Message::Refused(refused)).is_err() {
            self.recorder.lose(1, "overflow");
        }
    }
}

impl Recorder {
    /// What a stranger can bring about as often as he likes, and what tells nothing new the hundredth time.
    fn admits(&self, code: Code, now: i64) -> bool {
        if !matches!(code, Code::TooManyAttempts | Code::TooBusy | Code::ApiKeyWrong | Code::TicketUnknown) {
            return true;
        }
        let second = now.div_euclid(SECOND);
        let mut flood = self.flood.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if flood.0 != second {
            *flood = (second, 0);
        }
        flood.1 += 1;
        flood.1 <= FLOOD
    }

    fn lose(&self, count: u64, why: &'static str) {
        metrics::counter!("punchgate_refusals_unrecorded_total", "why" => why).increment(count);
        self.lost.fetch_add(count, Ordering::Relaxed);
    }

    /// Says in the log how many were not written since the last report.
    pub fn report(&self) {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::warn!(refusals = lost, "refused requests are missing in the administration's list");
        }
    }

    /// Whether so many were written that it is worth looking how many there are.
    pub(super) fn has_written_much(&self) -> bool {
        let much = self.written.load(Ordering::Relaxed) >= 10_000;
        if much {
            self.written.store(0, Ordering::Relaxed);
        }
        much
    }

    /// Writes what comes, for as long as the gateway runs. Only the first call does.
    pub async fn run(&self, store: &Store) {
        let waiting = self.waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        let Some(mut waiting) = waiting else { return };
        let mut messages = Vec::with_capacity(BATCH);
        while waiting.recv_many(&mut messages, BATCH).await > 0 {
            let written = Instant::now();
            let is_in_a_hurry = self.take(store, messages.drain(..)).await;
            // Whoever waits for the end of the line waits for no pause, and a line that fills up is not kept waiting.
            if !is_in_a_hurry && waiting.len() < BATCH {
                let pause = APART.saturating_sub(written.elapsed());
                let _ = tokio::time::timeout(pause, self.hurry.notified()).await;
            }
        }
    }

    /// Writes what was taken from the line; true if somebody waited for it.
    async fn take(&self, store: &Store, messages: impl Iterator<Item = Message>) -> bool {
        let (mut rows, mut flushes) = (Vec::new(), Vec::new());
        for message in messages {
            match message {
                Message::Refused(refused) => rows.push(*refused),
                Message::Flush(done) => flushes.push(done),
            }
        }
        self.write(store, rows).await;
        let is_in_a_hurry = !flushes.is_empty();
        for done in flushes {
            let _ = done.send(());
        }
        is_in_a_hurry
    }

    async fn write(&self, store: &Store, rows: Vec<Refused>) {
        if rows.is_empty() {
            return;
        }
        match insert(store, rows.clone()).await {
            Ok(()) => self.count(rows.len()),
            // A database that is away comes back; what does not fit into it never will, but its neighbors do.
            Err(error) => {
                tracing::warn!(%error, rows = rows.len(), "refused requests could not be written; trying once more");
                tokio::time::sleep(Duration::from_secs(1)).await;
                for row in rows {
                    match insert(store, vec![row]).await {
                        Ok(()) => self.count(1),
                        Err(_) => self.lose(1, "failed"),
                    }
                }
            }
        }
    }

    fn count(&self, rows: usize) {
        self.written.fetch_add(rows as u64, Ordering::Relaxed);
    }

    /// Waits until everything that was recorded so far is written, for some seconds at most.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        let flushed = async {
            if self.sender.send(Message::Flush(done)).await.is_ok() {
                self.hurry.notify_one();
                let _ = written.await;
            }
        };
        if tokio::time::timeout(LAST_WORDS, flushed).await.is_err() {
            tracing::warn!("the last refused requests could not be written in time");
        }
        self.report();
    }
}

async fn insert(store: &Store, rows: Vec<Refused>) -> Result<(), StoreError> {
    store.write(move |c| rows.iter().try_for_each(|row| store::refusals::insert(c, row))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_noted_ten_times_a_second_and_everything_else_always() {
        let recorder = Recorder::default();
        let admitted = |code, now| (0..50).filter(|_| recorder.admits(code, now)).count();
        assert_eq!(admitted(Code::TooManyAttempts, 5 * SECOND), 10);
        assert_eq!(admitted(Code::TooBusy, 5 * SECOND + 1), 0);
        assert_eq!(admitted(Code::LoginWrong, 5 * SECOND + 1), 50);
        assert_eq!(admitted(Code::TooManyAttempts, 6 * SECOND), 10);
    }

    #[test]
    fn how_many_rows_there_are_is_looked_at_after_the_start_and_after_many_more() {
        let recorder = Recorder::default();
        assert!(recorder.has_written_much() && !recorder.has_written_much());
        recorder.count(9_999);
        assert!(!recorder.has_written_much());
        recorder.count(1);
        assert!(recorder.has_written_much() && !recorder.has_written_much());
    }
}
