//! Passwords: hashes by argon2id on a few worker threads behind a bounded queue, so that memory
//! and CPU stay bounded however many people log in at once; and what a new one must be.

use super::foreign;
use crate::settings::Hashing;
use argon2::{Algorithm, Argon2, Block, MIN_SALT_LEN, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// What a hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Cost {
    /// OWASP's first choice for argon2id, and what the settings say unless they are changed.
    pub const REAL: Cost = Cost { memory_kib: 19_456, passes: 2, lanes: 1 };
    /// For tests in the process.
    pub const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

    /// As the settings say.
    pub fn of(settings: &Hashing) -> Self {
        Self { memory_kib: settings.memory_kib, passes: settings.passes, lanes: 1 }
    }

    /// A hash of this cost that no password has: its output is all zeros.
    fn nobody(self) -> String {
        format!("{}bm9ib2R5IGlzIGhlcmUh${}", self.prefix(), "A".repeat(43))
    }

    fn prefix(self) -> String {
        let Cost { memory_kib, passes, lanes } = self;
        format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}$")
    }
}

/// How long an idle worker keeps its 19 MiB.
const KEEP_MEMORY: Duration = Duration::from_secs(2);

/// Who waits for a hash. Each has a queue of its own, so that one does not fill the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Somebody in a browser that their account knows: they are served first.
    Known,
    /// Anybody.
    Anybody,
}

/// The workers. Cheap to clone; they end with the last clone.
#[derive(Clone)]
pub struct Hasher {
    queues: Arc<Handle>,
    cost: Cost,
    /// Hashes that were asked for.
    asked: Arc<AtomicU64>,
}

/// Closes the queues when nobody can put anything into them any more.
struct Handle(Arc<Queues>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.waiting.notify_all();
    }
}

/// Jobs that wait.
struct Queues {
    jobs: Mutex<Jobs>,
    waiting: Condvar,
    /// Jobs of each lane.
    longest: usize,
}

#[derive(Default)]
struct Jobs {
    known: VecDeque<Job>,
    anybody: VecDeque<Job>,
    closed: bool,
}

/// What a worker found.
enum Found {
    Job(Job),
    /// Nothing for a while.
    Nothing,
    Closed,
}

impl Queues {
    fn lock(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, lane: Lane, job: Job) -> Result<(), Busy> {
        let mut jobs = self.lock();
        let queue = match lane {
            Lane::Known => &mut jobs.known,
            Lane::Anybody => &mut jobs.anybody,
        };
        if queue.len() >= self.longest {
            return Err(Busy);
        }
        queue.push_back(job);
        drop(jobs);
        self.waiting.notify_one();
        Ok(())
    }

    fn next(&self) -> Found {
        let mut jobs = self.lock();
        loop {
            if let Some(job) = jobs.known.pop_front().or_else(|| jobs.anybody.pop_front()) {
                return Found::Job(job);
            }
            if jobs.closed {
                return Found::Closed;
            }
            let (woken, waited) = self
                .waiting
                .wait_timeout(jobs, KEEP_MEMORY)
                .unwrap_or_else(PoisonError::into_inner);
            if waited.timed_out() && woken.known.is_empty() && woken.anybody.is_empty() {
                return if woken.closed { Found::Closed } else { Found::Nothing };
            }
            jobs = woken;
        }
    }
}

struct Job {
    password: String,
    /// The stored hash to compare with; `None` makes a new one.
    stored: Option<String>,
    answer: oneshot::Sender<Answer>,
}

enum Answer {
    Hash(String),
    Matches(bool),
}

/// All workers are busy and the queue is full: the person should try again in a moment.
#[derive(Debug, thiserror::Error)]
#[error("the queue for password hashes is full")]
pub struct Busy;

impl Hasher {
    /// Starts the workers; 0 means one per core. New hashes have this cost.
    pub fn start(workers: usize, queue: usize, cost: Cost) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (jobs, waiting) = (Mutex::default(), Condvar::new());
        let queues = Arc::new(Queues { jobs, waiting, longest: queue.max(1) });
        for _ in 0..if workers == 0 { cores } else { workers } {
            let queues = queues.clone();
            std::thread::Builder::new()
                .name("hasher".into())
                .spawn(move || work(&queues, cost))
                .expect("a thread can be started");
        }
        Self { queues: Arc::new(Handle(queues)), cost, asked: Arc::default() }
    }

    /// How many hashes were asked for so far: what a stranger asks must cost the same, whoever there is.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Hashes a new password: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
    pub async fn hash(&self, password: &str) -> Result<String, Busy> {
        match self.run(Lane::Anybody, &opaque(password), None).await? {
            Answer::Hash(hash) => Ok(hash),
            Answer::Matches(_) => Err(Busy),
        }
    }

    /// Whether a stored hash was made with another cost than new ones are.
    pub fn is_outdated(&self, stored: &str) -> bool {
        !stored.starts_with(&self.cost.prefix())
    }

    /// Compares a password with a stored hash. Without one the same work is done and the answer
    /// is `false`: time does not tell whether an account exists.
    pub async fn matches(
        &self,
        lane: Lane,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, Busy> {
        let stored = stored.map_or_else(|| self.cost.nobody(), str::to_owned);
        let same = opaque(password);
        if self.compare(lane, &same, stored.clone()).await? {
            return Ok(true);
        }
        // Hashes from before passwords were brought into one form. What was typed decides whether
        // there is a second try, not whether there is an account.
        Ok(same != password && self.compare(lane, password, stored).await?)
    }

    async fn compare(&self, lane: Lane, password: &str, stored: String) -> Result<bool, Busy> {
        match self.run(lane, password, Some(stored)).await? {
            Answer::Matches(matches) => Ok(matches),
            Answer::Hash(_) => Err(Busy),
        }
    }

    async fn run(
        &self,
        lane: Lane,
        password: &str,
        stored: Option<String>,
    ) -> Result<Answer, Busy> {
        let (answer, receiver) = oneshot::channel();
        let job = Job { password: password.to_owned(), stored, answer };
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.queues.0.put(lane, job)?;
        receiver.await.map_err(|_| Busy)
    }
}

/// The form in which passwords are compared (RFC 8265 §4.2, OpaqueString): NFC, every space a
/// plain one. A keyboard that writes か and a mark writes what another writes as が. What that form
/// has no place for stays as it was typed.
fn opaque(password: &str) -> Cow<'_, str> {
    use precis_profiles::OpaqueString;
    use precis_profiles::precis_core::profile::PrecisFastInvocation;
    OpaqueString::enforce(password).unwrap_or(Cow::Borrowed(password))
}

fn work(queues: &Queues, cost: Cost) {
    // Fresh pages cost half as much again as the hash itself: keep them between hashes.
    let mut memory: Vec<Block> = Vec::new();
    loop {
        let job = match queues.next() {
            Found::Job(job) => job,
            Found::Nothing => {
                memory = Vec::new();
                continue;
            }
            Found::Closed => return,
        };
        let answer = match &job.stored {
            None => {
                let mut salt = [0; 16];
                aws_lc_rs::rand::fill(&mut salt).expect("the system has randomness");
                let hash = argon2id(&job.password, &salt, cost, &mut memory);
                Answer::Hash(format!(
                    "{}{}${}",
                    cost.prefix(),
                    STANDARD_NO_PAD.encode(salt),
                    STANDARD_NO_PAD.encode(hash)
                ))
            }
            Some(stored) => Answer::Matches(match parse(stored) {
                Some((cost, salt, hash)) => {
                    let given = argon2id(&job.password, &salt, cost, &mut memory);
                    aws_lc_rs::constant_time::verify_slices_are_equal(&given, &hash).is_ok()
                }
                None => foreign::matches(&job.password, stored),
            }),
        };
        job.answer.send(answer).ok();
    }
}

fn argon2id(password: &str, salt: &[u8], cost: Cost, memory: &mut Vec<Block>) -> [u8; 32] {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .expect("checked when parsed");
    let blocks = params.block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::default());
    }
    let mut out = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut out, &mut memory[..blocks])
        .expect("the memory has the right size");
    out
}

type Parsed = (Cost, Vec<u8>, Vec<u8>);

/// A hash as ours are; anything else is another system's.
fn parse(stored: &str) -> Option<Parsed> {
    let rest = stored.strip_prefix("$argon2id$v=19$m=")?;
    let (cost, rest) = rest.split_once('$')?;
    let (salt, hash) = rest.split_once('$')?;
    let (m, cost) = cost.split_once(",t=")?;
    let (t, p) = cost.split_once(",p=")?;
    let cost =
        Cost { memory_kib: m.parse().ok()?, passes: t.parse().ok()?, lanes: p.parse().ok()? };
    Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).ok()?;
    let (salt, hash) = (STANDARD_NO_PAD.decode(salt).ok()?, STANDARD_NO_PAD.decode(hash).ok()?);
    (hash.len() == 32 && salt.len() >= MIN_SALT_LEN).then_some((cost, salt, hash))
}

/// Whether a password is on the lists of common ones or made of the person's own words.
pub fn is_common(password: &str, own_words: &[&str]) -> bool {
    u8::from(zxcvbn::zxcvbn(password, own_words).score()) < 3
}

#[cfg(test)]
mod tests {
    use super::{Answer, Cost, Hasher, Hashing, Lane, parse};

    /// Attack 36: for an account that does not exist a hash is computed, too.
    #[tokio::test]
    async fn only_the_right_password_matches() {
        let hasher = Hasher::start(1, 4, Cost::REAL);
        let hash = hasher.hash("みなと の しおかぜ 2026").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            hasher.matches(Lane::Anybody, "みなと の しおかぜ 2026", Some(&hash)).await.unwrap()
        );
        assert!(
            !hasher.matches(Lane::Anybody, "みなと の しおかぜ 2025", Some(&hash)).await.unwrap()
        );
        assert!(!hasher.matches(Lane::Anybody, "x", None).await.unwrap());
        assert!(!hasher.matches(Lane::Anybody, "x", Some("$2b$garbage")).await.unwrap());
        assert_eq!(Cost::of(&Hashing::default()), Cost::REAL);
        for cost in [Cost::REAL, Cost::CHEAP] {
            assert_eq!(parse(&cost.nobody()).unwrap().0, cost);
        }
    }

    /// Held-out 8: RFC 8265 §4.2. Hashes of before still match.
    #[tokio::test]
    async fn every_keyboard_writes_the_same_password() {
        let hasher = Hasher::start(1, 4, Cost::CHEAP);
        let (composed, apart, wide) = (
            "がぎぐ と しおかぜ",
            "か\u{3099}き\u{3099}く\u{3099} と しおかぜ",
            "がぎぐ　と　しおかぜ",
        );
        let hash = hasher.hash(wide).await.unwrap();
        for typed in [composed, apart, wide] {
            assert!(hasher.matches(Lane::Anybody, typed, Some(&hash)).await.unwrap(), "{typed}");
        }
        assert!(!hasher.matches(Lane::Anybody, "がぎぐとしおかぜ", Some(&hash)).await.unwrap());
        let Answer::Hash(before) = hasher.run(Lane::Anybody, apart, None).await.unwrap() else {
            panic!()
        };
        assert!(hasher.matches(Lane::Anybody, apart, Some(&before)).await.unwrap());
        // What the form has no place for: a control character.
        let odd = hasher.hash("tab\tin it").await.unwrap();
        assert!(hasher.matches(Lane::Anybody, "tab\tin it", Some(&odd)).await.unwrap());
    }

    #[tokio::test]
    async fn a_full_queue_refuses_instead_of_growing() {
        let hasher = Hasher::start(1, 1, Cost::REAL);
        let many: Vec<_> = (0..40)
            .map(|_| {
                let hasher = hasher.clone();
                tokio::spawn(async move { hasher.hash("x").await.is_err() })
            })
            .collect();
        let mut refused = 0;
        for one in many {
            refused += usize::from(one.await.unwrap());
        }
        assert!(refused > 30, "{refused}");
    }

    /// Whoever is known waits behind nobody else, however many there are.
    #[tokio::test]
    async fn who_is_known_is_served_first() {
        let hasher = Hasher::start(1, 40, Cost::REAL);
        let done = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let order = std::sync::atomic::Ordering::SeqCst;
        let mut many = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let (hasher, done) = (hasher.clone(), done.clone());
            many.spawn(async move {
                let answered = hasher.matches(Lane::Anybody, "x", None).await.is_ok();
                done.fetch_add(usize::from(answered), order);
            });
        }
        // Each of them puts its job before this goes on.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        hasher.matches(Lane::Known, "x", None).await.unwrap();
        assert!(done.load(order) < 10, "{}", done.load(order));
        many.join_all().await;
        assert_eq!(done.load(order), 40);
    }
}
