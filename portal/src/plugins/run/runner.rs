//! The plugin in processes of its own, one for each insurer at work: started when needed, killed when
//! one hangs, started again when it died, ended when it is idle. What goes wrong there stays there,
//! and no memory serves two insurers.

use super::rest::Deaths;
use crate::plugins::border::host::{Allowed, CallFault, Deadline, Reply, ended, host_service};
use crate::plugins::border::wire::{Frame, HEAD, Kind, MAX_BODY};
use secret::random;
use std::collections::{BTreeSet, HashMap};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// Time for a library to load and shake hands.
const START: Duration = Duration::from_secs(5);
/// How long a call may go on after its deadline before its process is killed: a slow database
/// must not kill a healthy plugin.
const HANG: Duration = Duration::from_secs(10);
/// After so long without a call a process ends.
const IDLE: Duration = Duration::from_secs(300);
/// Asks of one process that are answered at the same time.
const ASKS: usize = 8;
/// What one process may write to its standard error within a minute, in lines.
const LINES: u32 = 20;

/// A plugin's processes.
pub struct Runner {
    library: PathBuf,
    /// What the processes are called in the log.
    plugin: String,
    processes: Processes,
    slots: Mutex<HashMap<String, Arc<Slot>>>,
    deaths: Arc<Mutex<Deaths>>,
}

/// One insurer's process.
struct Slot {
    live: Arc<tokio::sync::Mutex<Option<Arc<Live>>>>,
    used: Mutex<Instant>,
}

struct Pending {
    allowed: Arc<Allowed>,
    reply: oneshot::Sender<Reply>,
}

/// A running process.
struct Live {
    out: mpsc::Sender<Frame>,
    /// `None` once the process has died: nothing new may wait.
    pending: Mutex<Option<HashMap<u64, Pending>>>,
    /// Whom it served when it died, when that was one member.
    served: Mutex<Option<String>>,
    child: Mutex<Child>,
    killed: AtomicBool,
    manifest: Vec<u8>,
}

/// How many processes there may be.
#[derive(Debug, Clone, Copy)]
pub struct Processes {
    /// One serves all insurers.
    pub shared: bool,
    pub most: usize,
    /// None is started where the kernel lacks Landlock.
    pub needs_landlock: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Runner {
    /// Starts a process to see whether the library loads, and ends it. Returns the manifest inside the
    /// library.
    ///
    /// # Errors
    /// Why the library is refused.
    pub async fn probe(
        library: PathBuf,
        plugin: &str,
        processes: Processes,
    ) -> Result<(Self, Vec<u8>), String> {
        let live = Live::start(&library, plugin, "", processes).await?;
        live.kill();
        Ok((Self::idle(library, plugin, processes), live.manifest.clone()))
    }

    /// A runner whose processes start with the first calls.
    pub(in crate::plugins) fn idle(library: PathBuf, plugin: &str, processes: Processes) -> Self {
        Self {
            library,
            plugin: plugin.to_owned(),
            processes,
            slots: Mutex::default(),
            deaths: Arc::default(),
        }
    }

    /// Calls the plugin. After the deadline the person is answered; the process is killed when
    /// the call still runs after another.
    pub async fn call(
        &self,
        allowed: Arc<Allowed>,
        op: u32,
        request: Vec<u8>,
        deadline: Deadline,
    ) -> Result<Reply, CallFault> {
        if request.len() > MAX_BODY {
            return Err(CallFault::Failed("the request is longer than 8 MiB".into()));
        }
        let live = self.live(&allowed.insurer, &allowed.member);
        let live = match tokio::time::timeout(deadline, live).await {
            Ok(live) => live?,
            Err(_) => return Err(CallFault::Slow),
        };
        // Nobody guesses a handle: a plugin cannot ask on behalf of a call that it was not given.
        let id = random::number();
        let (reply, mut receiver) = oneshot::channel();
        match lock(&live.pending).as_mut() {
            Some(pending) => pending.insert(id, Pending { allowed, reply }),
            None => return Err(CallFault::Crashed),
        };
        // Whether the time is over or the member has gone away: the handle dies with this.
        let _waiting = Waiting { live: live.clone(), id, plugin: self.plugin.clone(), deadline };
        let word = i32::try_from(op).unwrap_or(0);
        let frame = Frame { kind: Kind::Call, id, ask: 0, word, body: request };
        let answered = async {
            live.out.send(frame).await.map_err(|_| CallFault::Crashed)?;
            (&mut receiver).await.map_err(|_| CallFault::Crashed)
        };
        tokio::time::timeout(deadline, answered).await.map_err(|_| CallFault::Slow).flatten()
    }

    /// Ends processes that nobody has called for a while.
    pub async fn end_idle(&self) {
        let idle = |slot: &Arc<Slot>| lock(&slot.used).elapsed() > IDLE;
        let slots: Vec<(String, Arc<Slot>)> = {
            let slots = lock(&self.slots);
            let idle = slots.iter().filter(|(_, slot)| idle(slot));
            idle.map(|(insurer, slot)| (insurer.clone(), slot.clone())).collect()
        };
        for (insurer, slot) in slots {
            self.end(&insurer, &slot).await;
        }
    }

    /// Ends a process that serves nobody at the moment.
    async fn end(&self, insurer: &str, slot: &Slot) {
        let mut live = slot.live.lock().await;
        let calls = |live: &Arc<Live>| lock(&live.pending).as_ref().map_or(0, HashMap::len);
        if live.as_ref().is_some_and(|live| calls(live) > 0) {
            return;
        }
        if let Some(live) = live.take() {
            live.kill();
        }
        lock(&self.slots).remove(insurer);
    }

    /// Whether its processes die at several insurers.
    pub fn dies_everywhere(&self) -> bool {
        lock(&self.deaths).dies_everywhere(Instant::now())
    }

    /// The process of an insurer, started when there is none.
    async fn live(&self, insurer: &str, member: &str) -> Result<Arc<Live>, CallFault> {
        let slot = self.slot(insurer).await;
        let mut live = slot.live.clone().lock_owned().await;
        if let Some(found) = live.as_ref() {
            if lock(&found.pending).is_some() {
                return Ok(found.clone());
            }
            let served = lock(&found.served).clone();
            lock(&self.deaths).note(insurer, served.as_deref(), Instant::now());
            *live = None;
        }
        if lock(&self.deaths).rests(insurer, member, Instant::now()) {
            return Err(CallFault::Quarantined);
        }
        // In a task of its own: a start that takes longer than a page may is a start nevertheless.
        let label = if self.processes.shared { "" } else { insurer }.to_owned();
        let (library, plugin) = (self.library.clone(), self.plugin.clone());
        let processes = self.processes;
        let (deaths, insurer) = (self.deaths.clone(), insurer.to_owned());
        let starting = tokio::spawn(async move {
            let started = Live::start(&library, &plugin, &label, processes).await;
            match &started {
                Ok(started) => *live = Some(started.clone()),
                Err(_) => lock(&deaths).note(&insurer, None, Instant::now()),
            }
            started
        });
        let started = starting.await.map_err(|_| CallFault::Crashed)?;
        started.map_err(CallFault::Failed)
    }

    /// Room for a process: when there are too many, the one that was used longest ago makes it.
    async fn slot(&self, insurer: &str) -> Arc<Slot> {
        let key = if self.processes.shared { "" } else { insurer };
        let (slot, oldest) = {
            let mut slots = lock(&self.slots);
            if let Some(slot) = slots.get(key) {
                *lock(&slot.used) = Instant::now();
                return slot.clone();
            }
            let oldest = slots.iter().min_by_key(|(_, slot)| *lock(&slot.used));
            let oldest = oldest.map(|(insurer, slot)| (insurer.clone(), slot.clone()));
            let oldest = oldest.filter(|_| slots.len() >= self.processes.most);
            let (live, used) = (Arc::default(), Mutex::new(Instant::now()));
            let slot = Arc::new(Slot { live, used });
            slots.insert(key.to_owned(), slot.clone());
            (slot, oldest)
        };
        if let Some((insurer, oldest)) = oldest {
            self.end(&insurer, &oldest).await;
        }
        slot
    }
}

/// Somebody waits for a call. When they no longer do, its handle reaches no data, and its process ends
/// when it goes on for long.
struct Waiting {
    live: Arc<Live>,
    id: u64,
    plugin: String,
    deadline: Deadline,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut pending = lock(&self.live.pending);
        let Some(pending) = pending.as_mut() else { return };
        // What was answered is not there any more.
        let Some(call) = pending.remove(&self.id) else { return };
        let (reply, late) = oneshot::channel();
        let nothing = Arc::new(call.allowed.without_data());
        let (plugin, insurer) = (self.plugin.clone(), nothing.insurer.clone());
        pending.insert(self.id, Pending { allowed: nothing, reply });
        let (live, longest) = (self.live.clone(), self.deadline.max(HANG));
        tokio::spawn(async move {
            if tokio::time::timeout(longest, late).await.is_err() {
                tracing::warn!(plugin, insurer, "a plugin hangs: its process is killed");
                live.kill();
            }
        });
    }
}

impl Live {
    async fn start(
        library: &Path,
        plugin: &str,
        insurer: &str,
        processes: Processes,
    ) -> Result<Arc<Self>, String> {
        let say = |error: std::io::Error| format!("runner: {error}");
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().map_err(say)?;
        ours.set_nonblocking(true).map_err(say)?;
        // This very program, even when its file was replaced by an upgrade.
        let mut child = Command::new("/proc/self/exe")
            .arg("runner")
            .arg(library)
            .args((!processes.needs_landlock).then_some("--without-landlock"))
            .env_clear()
            // With memory of its own for each thread the C library reads a file of the kernel's when it gives
            // some back: no runner may open one.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(say)?;
        if let Some(errors) = child.stderr.take() {
            tokio::spawn(overheard(errors, plugin.to_owned(), insurer.to_owned()));
        }
        let stream = UnixStream::from_std(ours).map_err(say)?;
        let (read, mut write) = stream.into_split();
        let mut read = BufReader::new(read);
        let first = tokio::time::timeout(START, next_frame(&mut read)).await;
        let manifest = match first {
            Ok(Ok(Frame { kind: Kind::Ready, body, .. })) => body,
            Ok(Ok(Frame { kind: Kind::Refused, body, .. })) => {
                return Err(String::from_utf8_lossy(&body).into_owned());
            }
            Ok(Ok(_)) => {
                return Err("the library calls the host in init; call it in handlers only".into());
            }
            Ok(Err(_)) => {
                // It has ended, or what it sends is no frame: either way nothing more will come.
                child.start_kill().ok();
                let status = child.wait().await.map(|s| s.to_string()).unwrap_or_default();
                return Err(format!("the process died while loading the library ({status})"));
            }
            Err(_) => return Err("the library did not load within 5 seconds".to_owned()),
        };
        let (out, mut frames) = mpsc::channel::<Frame>(ASKS);
        let live = Arc::new(Self {
            out,
            pending: Mutex::new(Some(HashMap::new())),
            served: Mutex::default(),
            child: Mutex::new(child),
            killed: AtomicBool::new(false),
            manifest,
        });
        tokio::spawn(async move {
            while let Some(frame) = frames.recv().await {
                let mut bytes = frame.head().to_vec();
                bytes.extend_from_slice(&frame.body);
                if write.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        });
        let reading = Arc::downgrade(&live);
        tokio::spawn(async move {
            let asks = Arc::new(Semaphore::new(ASKS));
            while let Ok(frame) = next_frame(&mut read).await {
                let Some(live) = reading.upgrade() else { return };
                // Nothing more is read from a process that has asked enough for now.
                let Ok(place) = asks.clone().acquire_owned().await else { return };
                live.take(frame, place);
            }
            if let Some(live) = reading.upgrade() {
                // Whoever waited is told by the dropped sender.
                let waited = lock(&live.pending).take().unwrap_or_default();
                let members = waited.values().map(|call| call.allowed.member.as_str());
                let members: BTreeSet<&str> = members.collect();
                if let [one] = members.into_iter().collect::<Vec<_>>().as_slice() {
                    *lock(&live.served) = Some((*one).to_owned());
                }
                drop(waited);
                live.kill();
            }
        });
        Ok(live)
    }

    fn take(self: &Arc<Self>, frame: Frame, place: OwnedSemaphorePermit) {
        match frame.kind {
            Kind::Reply => {
                let call = lock(&self.pending).as_mut().and_then(|p| p.remove(&frame.id));
                match call {
                    Some(call) => _ = call.reply.send((frame.word, frame.body)),
                    // Nobody waits for it: it was made up.
                    None => self.kill(),
                }
            }
            Kind::Ask => {
                let live = self.clone();
                let allowed = lock(&self.pending)
                    .as_ref()
                    .and_then(|pending| pending.get(&frame.id))
                    .map(|call| call.allowed.clone());
                tokio::spawn(async move {
                    let answer = match allowed {
                        Some(allowed) => {
                            let op = u32::try_from(frame.word).unwrap_or(0);
                            host_service(&allowed, op, &frame.body).await
                        }
                        None => ended(),
                    };
                    live.out
                        .send(Frame::reply(Kind::Answer, frame.id, frame.ask, answer))
                        .await
                        .ok();
                    drop(place);
                });
            }
            _ => self.kill(),
        }
    }

    fn kill(&self) {
        if !self.killed.swap(true, Ordering::Relaxed) {
            lock(&self.child).start_kill().ok();
        }
    }
}

async fn next_frame(from: &mut (impl AsyncReadExt + Unpin)) -> std::io::Result<Frame> {
    let mut head = [0; HEAD];
    from.read_exact(&mut head).await?;
    let (length, mut frame) = Frame::parse(&head).ok_or(std::io::ErrorKind::InvalidData)?;
    frame.body.resize(length, 0);
    from.read_exact(&mut frame.body).await?;
    Ok(frame)
}

/// What a plugin writes to its standard error becomes lines of the portal's log: under its name, at
/// most so many a minute, and never as if the portal had written them.
async fn overheard(errors: ChildStderr, plugin: String, insurer: String) {
    let mut errors = BufReader::new(errors);
    let (mut since, mut lines) = (Instant::now(), 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line without end is cut.
        let mut piece = (&mut errors).take(500);
        match tokio::io::AsyncBufReadExt::read_until(&mut piece, b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        if since.elapsed() > Duration::from_secs(60) {
            (since, lines) = (Instant::now(), 0);
        }
        lines += 1;
        if lines > LINES {
            continue;
        }
        let plain = String::from_utf8_lossy(&line);
        let text: String = plain.chars().filter(|c| !c.is_control()).collect();
        let more = if lines == LINES { " (the rest of this minute is left out)" } else { "" };
        tracing::warn!(plugin, insurer, text = format!("{text}{more}"), "a plugin wrote to stderr");
    }
}
