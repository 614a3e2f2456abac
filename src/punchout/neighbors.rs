//! Failed logins between the nodes of one installation: what is tried out on one counts on all.
//!
//! A login never waits for it. What is to be told goes into a short line; one task tells it in batches, because the
//! database lets one transaction at a time tell something. What does not fit into the line, and what is told while the
//! database is away, is lost: that loosens a limit for some minutes, and locks out nobody.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::mpsc;
use ulid::Ulid;

use crate::credential::{Tell, Throttle, Told};
use crate::punchout::Gateway;
use crate::store::news;

/// What may wait to be told.
const LINE: usize = 4_096;
/// Told at a time; each is a line of 85 bytes at most.
const BATCH: usize = 64;
/// Between two batches.
const PAUSE: Duration = Duration::from_millis(50);

/// Whose logins a [`Throttle`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Of shops, by OCI calls.
    Customers,
    /// Who sign in to the administration.
    Accounts,
}

/// The line of what is to be told to other nodes.
pub struct Neighbors {
    /// By which a node knows what it told itself.
    node: String,
    sender: mpsc::Sender<(Who, Told)>,
    /// Until the task that tells has taken it.
    waiting: Mutex<Option<mpsc::Receiver<(Who, Told)>>>,
}

impl Default for Neighbors {
    fn default() -> Self {
        let (sender, waiting) = mpsc::channel(LINE);
        Self { node: Ulid::new().to_string(), sender, waiting: Mutex::new(Some(waiting)) }
    }
}

impl Neighbors {
    /// What a throttle calls with everything that other nodes have to know.
    pub fn tell(&self, who: Who) -> Tell {
        let line = self.sender.clone();
        Box::new(move |told| {
            if line.try_send((who, told)).is_err() {
                count("lost", 1);
            }
        })
    }

    /// The first line is the node, each other one an attempt.
    fn write(&self, batch: &[(Who, Told)], now: i64) -> String {
        let mut text = self.node.clone();
        for (who, told) in batch {
            text.push_str(match who {
                Who::Customers => "\nc ",
                Who::Accounts => "\na ",
            });
            told.write(&mut text, now);
        }
        text
    }

    /// What another node told; nothing if it was this one. A line that cannot be read is of a newer version.
    fn read(&self, text: &str, now: i64) -> Vec<(Who, Told)> {
        let mut lines = text.lines();
        if lines.next() == Some(&self.node) {
            return Vec::new();
        }
        lines
            .filter_map(|line| {
                let (who, told) = line.split_once(' ')?;
                let who = match who {
                    "c" => Who::Customers,
                    "a" => Who::Accounts,
                    _ => return None,
                };
                Some((who, Told::read(told, now)?))
            })
            .collect()
    }
}

impl Gateway {
    /// Tells the other nodes what comes, for as long as the gateway runs. Only the first call does.
    pub async fn tell_neighbors(&self) {
        let waiting = self.neighbors.waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        let Some(mut waiting) = waiting else { return };
        let mut batch = Vec::with_capacity(BATCH);
        while waiting.recv_many(&mut batch, BATCH).await > 0 {
            let payload = self.neighbors.write(&batch, self.clock.now());
            match self.store.write_one(move |c| news::tell_failed_logins(c, &payload)).await {
                Ok(()) => count("told", batch.len()),
                Err(error) => {
                    tracing::warn!(%error, logins = batch.len(), "failed logins could not be told to other nodes");
                    count("lost", batch.len());
                }
            }
            batch.clear();
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Counts what other nodes tell.
    pub async fn hear_neighbors(&self, mut told: mpsc::Receiver<String>) {
        while let Some(text) = told.recv().await {
            let now = self.clock.now();
            let heard = self.neighbors.read(&text, now);
            heard.iter().for_each(|(who, told)| self.throttle_of(*who).hear(*told, now));
            count("heard", heard.len());
        }
    }

    fn throttle_of(&self, who: Who) -> &Throttle {
        match who {
            Who::Customers => &self.throttle,
            Who::Accounts => &self.sign_ins,
        }
    }
}

fn count(how: &'static str, logins: usize) {
    metrics::counter!("punchgate_shared_logins_total", "how" => how).increment(logins as u64);
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::sync::Arc;

    use super::*;
    use crate::credential::Limits;

    fn some(count: usize) -> Vec<(Who, Told)> {
        let (sender, mut waiting) = mpsc::channel(count);
        let sender = Arc::new(sender);
        for who in [Who::Customers, Who::Accounts] {
            let sender = sender.clone();
            let tell: Tell = Box::new(move |told| sender.try_send((who, told)).expect("room"));
            let throttle = Throttle::shared(Limits::default(), &[1; 32], tell);
            let address: IpAddr = "2001:db8:1234:5678:9abc:def0:1234:5678".parse().expect("an address");
            (0..count / 2).for_each(|n| throttle.failed(&n.to_string(), address, 1_000_000));
        }
        std::iter::from_fn(|| waiting.try_recv().ok()).collect()
    }

    #[test]
    fn what_one_node_writes_another_reads_and_itself_does_not() {
        let (a, b, batch) = (Neighbors::default(), Neighbors::default(), some(BATCH));
        assert_eq!(batch.len(), BATCH);
        let text = a.write(&batch, 3_000_000);
        assert_eq!(b.read(&text, 3_000_000), batch);
        assert_eq!(a.read(&text, 3_000_000), []);
        assert!(text.len() <= news::LONGEST, "{}", text.len());
    }

    #[test]
    fn what_cannot_be_read_is_passed_over() {
        let (a, b, batch) = (Neighbors::default(), Neighbors::default(), some(2));
        let text = a.write(&batch, 1_000_000).replace("\nc ", "\nx y z\nc ");
        assert_eq!(b.read(&text, 1_000_000), batch);
        assert_eq!(b.read("", 0), []);
    }

    #[test]
    fn a_line_that_is_full_blocks_nobody() {
        let neighbors = Neighbors::default();
        let tell = neighbors.tell(Who::Customers);
        let (_, told) = some(2)[0];
        (0..LINE + 10).for_each(|_| tell(told));
    }
}
