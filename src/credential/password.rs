//! Verifying and hashing passwords on a bounded pool of threads.
//!
//! A hash takes 19 MiB and 20 ms of a core. Done wherever a request happens to be, a few hundred logins at once take
//! gigabytes and make everybody wait; so as many threads as cores do nothing else, each with its own memory, behind a
//! line of fixed length. Whoever finds the line full hears [`Busy`] at once. While most passwords are wrong, somebody is
//! guessing at large: then a quarter of the threads (one of two) rests, so that the cores have room for everybody else.
//!
//! The surprising fact: the threads own slot and memory, not the callers. A caller who hangs up frees nothing and leaks
//! nothing; his job is skipped when its turn comes.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use secrecy::SecretString;
use tokio::sync::oneshot;

pub use super::stored::{PASSWORD_MAX, Parameters, Verified, readable};
use super::{guesses::Guesses, memory::Memory, stored};

/// How long a job may stand in the line; later nobody waits for its answer any more.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a thread without work keeps its memory.
const IDLE: Duration = Duration::from_secs(60);
/// How often a thread that rests looks whether it is needed again.
const REST: Duration = Duration::from_millis(50);

/// The line was full, or the job's turn came too late. Nothing was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many logins at once; try again in {retry_after_seconds} s")]
pub struct Busy {
    /// When the line of now will be done, at least 1.
    pub retry_after_seconds: u32,
}

/// The pool. Cloning is cheap; the threads end when the last clone is gone.
#[derive(Clone)]
pub struct Hasher {
    line: flume::Sender<Job>,
    parameters: Parameters,
    threads: usize,
    /// How long the last job took, in microseconds.
    pace: Arc<AtomicU64>,
}

struct Job {
    work: Work,
    asked: Instant,
}

/// A password, the hash that is stored, and whether the answer is known when the turn comes.
struct Comparison {
    password: SecretString,
    stored: Option<String>,
    known: Box<dyn FnOnce() -> bool + Send>,
}

enum Work {
    Hash(SecretString, oneshot::Sender<String>),
    Verify(Comparison, oneshot::Sender<Option<Verified>>),
    #[cfg(test)]
    Panic(oneshot::Sender<()>),
}

impl Hasher {
    /// Starts `threads` threads (as many as cores) behind a line of `queue_len` jobs; both are at least 1. Memory is
    /// taken at the first job and given back after a minute without one.
    ///
    /// # Panics
    /// If the system gives no thread.
    pub fn start(threads: usize, queue_len: usize, parameters: Parameters) -> Hasher {
        let threads = threads.max(1);
        let (line, jobs) = flume::bounded(queue_len.max(1));
        let (pace, guesses) = (Arc::new(AtomicU64::new(25_000)), Arc::new(Guesses::default()));
        for number in 0..threads {
            let (jobs, pace, guesses) = (jobs.clone(), pace.clone(), guesses.clone());
            let rests = number >= threads - resting(threads);
            let worker = Worker { jobs, parameters, pace, guesses, rests };
            thread::Builder::new()
                .name(format!("password-{number}"))
                .spawn(move || worker.work_off())
                .expect("the system gives a thread at the start");
        }
        Hasher { line, parameters, threads, pace }
    }

    pub fn parameters(&self) -> Parameters {
        self.parameters
    }

    /// A hash with a fresh salt, as PHC text. Refuse passwords longer than [`PASSWORD_MAX`] bytes before: theirs is a
    /// hash that nothing matches.
    pub async fn hash(&self, password: SecretString) -> Result<String, Busy> {
        self.ask(|reply| Work::Hash(password, reply)).await
    }

    /// Compares a password with its stored hash. `None`, for the unknown user, takes the time of a wrong password and
    /// is [`Verified::No`]; so does a hash that is not [`readable`] and a password longer than [`PASSWORD_MAX`]
    /// bytes.
    ///
    /// A wrong password against bcrypt takes bcrypt's time, until the first good login has replaced it.
    pub async fn verify(&self, password: SecretString, stored: Option<String>) -> Result<Verified, Busy> {
        Ok(self.verify_unless(|| false, password, stored).await?.unwrap_or(Verified::No))
    }

    /// The same, unless the password is `known` to be right when its turn comes: then nothing is compared, and the answer
    /// is none. Of many who log in with one password at once, the first is compared.
    pub async fn verify_unless(
        &self,
        known: impl FnOnce() -> bool + Send + 'static,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<Option<Verified>, Busy> {
        let comparison = Comparison { password, stored, known: Box::new(known) };
        self.ask(|reply| Work::Verify(comparison, reply)).await
    }

    async fn ask<T>(&self, work: impl FnOnce(oneshot::Sender<T>) -> Work) -> Result<T, Busy> {
        let (reply, answer) = oneshot::channel();
        let job = Job { work: work(reply), asked: Instant::now() };
        self.line.try_send(job).map_err(|_| self.busy())?;
        answer.await.map_err(|_| self.busy())
    }

    fn busy(&self) -> Busy {
        let line = self.line.len() as u64 * self.pace.load(Ordering::Relaxed) / self.threads as u64;
        Busy { retry_after_seconds: line.div_ceil(1_000_000).clamp(1, 30) as u32 }
    }
}

/// A hash with a fresh salt, made on the calling thread: for the command line.
pub fn hash_now(password: &SecretString, parameters: Parameters) -> String {
    stored::hash(password, parameters, &mut Memory::default())
}

/// Whether a password fits its stored hash, found out on the calling thread: for the command line. No for a hash that
/// is not [`readable`].
pub fn verify_now(password: &SecretString, stored: &str) -> bool {
    stored::matches(password, stored, &mut Memory::default())
}

/// How many of the threads rest while passwords are guessed.
fn resting(threads: usize) -> usize {
    if threads > 1 { threads.div_ceil(4) } else { 0 }
}

/// One thread of the pool.
struct Worker {
    jobs: flume::Receiver<Job>,
    parameters: Parameters,
    pace: Arc<AtomicU64>,
    guesses: Arc<Guesses>,
    /// While passwords are guessed.
    rests: bool,
}

impl Worker {
    fn work_off(self) {
        let mut memory = Memory::default();
        while let Some(job) = self.next(&mut memory) {
            if job.is_forgotten() {
                continue;
            }
            let start = Instant::now();
            // A panic drops the reply, so its caller hears Busy; the thread lives on with fresh memory.
            match catch_unwind(AssertUnwindSafe(|| job.work.run(self.parameters, &mut memory))) {
                Ok(Some(right)) => self.guesses.seen(right),
                Ok(None) => {}
                Err(_) => {
                    tracing::error!("a password job panicked; its caller was told to come back");
                    memory = Memory::default();
                }
            }
            memory.shrink_to(self.parameters.block_count());
            self.pace.store(start.elapsed().as_micros() as u64, Ordering::Relaxed);
        }
    }

    /// The next job; none when the last hasher is gone.
    fn next(&self, memory: &mut Memory) -> Option<Job> {
        while self.rests && self.guesses.prevail() && !self.jobs.is_disconnected() {
            memory.release();
            thread::sleep(REST);
        }
        match self.jobs.recv_timeout(IDLE) {
            Ok(job) => Some(job),
            Err(flume::RecvTimeoutError::Timeout) => {
                memory.release();
                self.jobs.recv().ok()
            }
            Err(flume::RecvTimeoutError::Disconnected) => None,
        }
    }
}

impl Job {
    fn is_forgotten(&self) -> bool {
        let gone = match &self.work {
            Work::Hash(_, reply) => reply.is_closed(),
            Work::Verify(_, reply) => reply.is_closed(),
            #[cfg(test)]
            Work::Panic(reply) => reply.is_closed(),
        };
        gone || self.asked.elapsed() > PATIENCE
    }
}

impl Work {
    /// Does it, and says whether a password was right if one was compared.
    fn run(self, parameters: Parameters, memory: &mut Memory) -> Option<bool> {
        // Whoever hangs up while his job runs gets no answer; that is his choice.
        match self {
            Work::Hash(password, reply) => {
                let _ = reply.send(stored::hash(&password, parameters, memory));
                None
            }
            Work::Verify(Comparison { password, stored, known }, reply) => {
                let verified = (!known()).then(|| stored::verify(&password, stored.as_deref(), parameters, memory));
                let right = verified.as_ref().map(|verified| *verified != Verified::No);
                let _ = reply.send(verified);
                right
            }
            #[cfg(test)]
            Work::Panic(_reply) => panic!("on purpose"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Parameters = Parameters { memory_kib: 64, iterations: 1, parallelism: 1 };
    /// Long enough that a job is still at work when the next lines of a test run.
    const SLOW: Parameters = Parameters { memory_kib: 65_536, iterations: 4, parallelism: 1 };

    fn unknown(password: SecretString) -> Comparison {
        Comparison { password, stored: None, known: Box::new(|| false) }
    }

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[tokio::test]
    async fn what_the_pool_hashes_the_pool_verifies() {
        let hasher = Hasher::start(2, 64, CHEAP);
        let stored = hasher.hash(secret("pw")).await.unwrap();
        assert_eq!(hasher.verify(secret("pw"), Some(stored.clone())).await, Ok(Verified::Yes));
        assert_eq!(hasher.verify(secret("PW"), Some(stored.clone())).await, Ok(Verified::No));
        assert_eq!(hasher.verify(secret("pw"), None).await, Ok(Verified::No));
        assert!(verify_now(&secret("pw"), &stored) && !verify_now(&secret("PW"), &stored));
        assert!(!verify_now(&secret("pw"), "pw"));
        let stored = hash_now(&secret("pw"), CHEAP);
        assert_eq!(hasher.verify(secret("pw"), Some(stored)).await, Ok(Verified::Yes));
    }

    #[tokio::test]
    async fn a_password_that_is_known_when_its_turn_comes_is_not_compared() {
        let hasher = Hasher::start(1, 8, CHEAP);
        let stored = hasher.hash(secret("right")).await.unwrap();
        let unless = |known| hasher.verify_unless(move || known, secret("right"), Some(stored.clone()));
        assert_eq!(unless(false).await.unwrap(), Some(Verified::Yes));
        assert_eq!(unless(true).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_full_line_says_busy_at_once_and_serves_those_in_it() {
        let hasher = Hasher::start(1, 2, SLOW);
        let ask = || {
            let hasher = hasher.clone();
            tokio::spawn(async move { hasher.verify(secret("pw"), None).await })
        };
        let asked: Vec<_> = (0..9).map(|_| ask()).collect();
        let mut served = Vec::new();
        for answer in asked {
            served.push(answer.await.unwrap());
        }
        let busy = served.iter().filter(|answer| answer.is_err()).count();
        assert!((6..=7).contains(&busy), "{served:?}");
        assert!(served.iter().all(|answer| !matches!(answer, Err(Busy { retry_after_seconds: 0 }))));
    }

    #[tokio::test]
    async fn jobs_whose_caller_has_gone_are_skipped() {
        let hasher = Hasher::start(1, 64, SLOW);
        let before = Instant::now();
        assert!(hasher.verify(secret("pw"), None).await.is_ok());
        let one = before.elapsed();
        for _ in 0..40 {
            let (reply, answer) = oneshot::channel();
            drop(answer);
            let work = Work::Verify(unknown(secret("pw")), reply);
            assert!(hasher.line.try_send(Job { work, asked: Instant::now() }).is_ok());
        }
        let before = Instant::now();
        assert!(hasher.verify(secret("pw"), None).await.is_ok());
        assert!(before.elapsed() < one * 20, "{:?} after {one:?}", before.elapsed());
    }

    #[tokio::test]
    async fn a_job_that_waited_too_long_is_skipped() {
        let hasher = Hasher::start(1, 64, CHEAP);
        let (reply, answer) = oneshot::channel();
        let work = Work::Hash(secret("pw"), reply);
        let asked = Instant::now().checked_sub(PATIENCE + Duration::from_secs(1)).unwrap();
        assert!(hasher.line.try_send(Job { work, asked }).is_ok());
        assert!(answer.await.is_err());
    }

    #[tokio::test]
    async fn a_panic_in_a_job_does_not_end_its_thread() {
        let hasher = Hasher::start(1, 64, CHEAP);
        for _ in 0..3 {
            assert_eq!(hasher.ask(Work::Panic).await, Err(Busy { retry_after_seconds: 1 }));
        }
        assert_eq!(hasher.verify(secret("pw"), None).await, Ok(Verified::No));
    }

    #[tokio::test]
    async fn while_passwords_are_guessed_those_threads_that_go_on_serve_everybody() {
        for threads in 1..=3 {
            let hasher = Hasher::start(threads, 64, CHEAP);
            let stored = hasher.hash(secret("pw")).await.unwrap();
            for _ in 0..200 {
                assert_eq!(hasher.verify(secret("guess"), None).await, Ok(Verified::No));
            }
            for _ in 0..50 {
                assert_eq!(hasher.verify(secret("pw"), Some(stored.clone())).await, Ok(Verified::Yes));
            }
        }
    }

    #[tokio::test]
    async fn a_thread_that_shall_rest_takes_no_job_while_passwords_are_guessed() {
        let (line, jobs) = flume::bounded(1);
        let guesses = Arc::new(Guesses::default());
        (0..200).for_each(|_| guesses.seen(false));
        let worker = Worker { jobs, parameters: CHEAP, pace: Arc::default(), guesses: guesses.clone(), rests: true };
        let thread = thread::spawn(move || worker.work_off());
        let (reply, mut answer) = oneshot::channel();
        let work = Work::Verify(unknown(secret("pw")), reply);
        assert!(line.try_send(Job { work, asked: Instant::now() }).is_ok());
        tokio::time::sleep(REST * 4).await;
        assert!(answer.try_recv().is_err(), "it rests");
        (0..200).for_each(|_| guesses.seen(true));
        assert_eq!(answer.await, Ok(Some(Verified::No)));
        (0..200).for_each(|_| guesses.seen(false));
        drop(line);
        thread.join().unwrap();
    }

    #[test]
    fn at_least_one_thread_never_rests() {
        assert_eq!([1, 2, 4, 5, 16].map(resting), [0, 1, 1, 2, 4]);
    }

    #[test]
    fn the_threads_end_with_the_last_hasher() {
        let hasher = Hasher::start(2, 64, CHEAP);
        let (line, jobs) = flume::bounded(1);
        let (pace, guesses) = (Arc::default(), Arc::default());
        let worker = Worker { jobs, parameters: CHEAP, pace, guesses, rests: false };
        let thread = thread::spawn(move || worker.work_off());
        let other = Hasher { line, ..hasher };
        drop(other.clone());
        assert!(!thread.is_finished());
        drop(other);
        thread.join().unwrap();
    }

    /// `cargo test --lib credential::password -- --ignored --nocapture`: the pool against memory allocated for each.
    #[tokio::test]
    #[ignore = "a measurement"]
    async fn verifies_per_second_of_the_pool_and_of_naive_allocation() {
        let (parameters, cores, jobs) = (Parameters::default(), thread::available_parallelism().unwrap().get(), 200);
        let stored = hash_now(&secret("right"), parameters);
        let hasher = Hasher::start(cores, 1024, parameters);
        for round in 1..=3 {
            let start = Instant::now();
            let asked: Vec<_> = (0..jobs)
                .map(|_| {
                    let (hasher, stored) = (hasher.clone(), stored.clone());
                    tokio::spawn(async move { hasher.verify(secret("right"), Some(stored)).await })
                })
                .collect();
            for job in asked {
                assert_eq!(job.await.unwrap(), Ok(Verified::Yes));
            }
            let pool = f64::from(jobs) / start.elapsed().as_secs_f64();

            let start = Instant::now();
            thread::scope(|scope| {
                for _ in 0..cores {
                    scope.spawn(|| {
                        for _ in 0..jobs as usize / cores {
                            verify_now(&secret("wrong"), &stored);
                        }
                    });
                }
            });
            let naive = f64::from(jobs) / start.elapsed().as_secs_f64();
            println!("round {round}: pool {pool:.1}/s, naive {naive:.1}/s, ratio {:.2}", pool / naive);
        }
    }
}
