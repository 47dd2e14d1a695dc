//! The plugin in a process of its own: started when needed, killed when it hangs, started again
//! when it died. What goes wrong there stays there.

use crate::plugins::border::host::{Allowed, CallFault, Deadline, Reply, ended, host_service};
use crate::plugins::border::wire::{Frame, HEAD, Kind, MAX_BODY};
use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};

/// Time for a library to load and shake hands.
const START: Duration = Duration::from_secs(5);
/// How long a call may go on after its deadline before its process is killed: a slow database
/// must not kill a healthy plugin.
const HANG: Duration = Duration::from_secs(10);
/// Exits within [`WINDOW`] after which the plugin rests for [`REST`].
const EXITS: usize = 5;
const WINDOW: Duration = Duration::from_secs(600);
const REST: Duration = Duration::from_secs(60);

/// A plugin's runner: at most one live process.
pub struct Runner {
    library: PathBuf,
    live: tokio::sync::Mutex<Option<Arc<Live>>>,
    exits: Mutex<Vec<Instant>>,
}

struct Pending {
    allowed: Arc<Allowed>,
    reply: oneshot::Sender<Reply>,
}

/// A running process.
struct Live {
    out: mpsc::UnboundedSender<Frame>,
    /// `None` once the process has died: nothing new may wait.
    pending: Mutex<Option<HashMap<u64, Pending>>>,
    child: Mutex<Child>,
    next: AtomicU64,
    killed: AtomicBool,
    manifest: Vec<u8>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Runner {
    /// Starts a process to see whether the library loads. Returns the manifest inside it.
    ///
    /// # Errors
    /// Why the library is refused.
    pub async fn probe(library: PathBuf) -> Result<(Self, Vec<u8>), String> {
        let live = Live::start(&library).await?;
        let manifest = live.manifest.clone();
        let mut runner = Self::idle(library);
        *runner.live.get_mut() = Some(live);
        Ok((runner, manifest))
    }

    /// A runner whose process starts with the first call.
    pub(in crate::plugins) fn idle(library: PathBuf) -> Self {
        let live = tokio::sync::Mutex::new(None);
        Self { library, live, exits: Mutex::default() }
    }

    /// The id of the running process, for tests that kill it.
    pub async fn process_id(&self) -> Option<u32> {
        self.live.lock().await.as_ref().and_then(|live| lock(&live.child).id())
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
        let live = match tokio::time::timeout(deadline, self.live()).await {
            Ok(live) => live?,
            Err(_) => return Err(CallFault::Slow),
        };
        let id = live.next.fetch_add(1, Ordering::Relaxed);
        let (reply, mut receiver) = oneshot::channel();
        match lock(&live.pending).as_mut() {
            Some(pending) => pending.insert(id, Pending { allowed, reply }),
            None => return Err(CallFault::Crashed),
        };
        let word = i32::try_from(op).unwrap_or(0);
        live.out.send(Frame { kind: Kind::Call, id, word, body: request }).ok();
        match tokio::time::timeout(deadline, &mut receiver).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(_)) => Err(CallFault::Crashed),
            Err(_) => {
                // From now on the call's handle is dead: it reaches no data.
                if let Some(pending) = lock(&live.pending).as_mut()
                    && let Some(call) = pending.remove(&id)
                {
                    let (reply, late) = oneshot::channel();
                    let nothing = Arc::new(call.allowed.without_data());
                    pending.insert(id, Pending { allowed: nothing, reply });
                    let live = live.clone();
                    tokio::spawn(async move {
                        if tokio::time::timeout(deadline.max(HANG), late).await.is_err() {
                            tracing::warn!("a plugin hangs: its process is killed");
                            live.kill();
                        }
                    });
                }
                Err(CallFault::Slow)
            }
        }
    }

    async fn live(&self) -> Result<Arc<Live>, CallFault> {
        let mut slot = self.live.lock().await;
        if let Some(live) = slot.as_ref() {
            if lock(&live.pending).is_some() {
                return Ok(live.clone());
            }
            lock(&self.exits).push(Instant::now());
        }
        *slot = None;
        {
            let mut exits = lock(&self.exits);
            exits.retain(|exit| exit.elapsed() < WINDOW);
            if exits.len() >= EXITS && exits.last().is_some_and(|last| last.elapsed() < REST) {
                return Err(CallFault::Quarantined);
            }
        }
        let live = Live::start(&self.library).await.map_err(|why| {
            lock(&self.exits).push(Instant::now());
            CallFault::Failed(why)
        })?;
        *slot = Some(live.clone());
        Ok(live)
    }
}

impl Live {
    async fn start(library: &Path) -> Result<Arc<Self>, String> {
        let say = |error: std::io::Error| format!("runner: {error}");
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().map_err(say)?;
        ours.set_nonblocking(true).map_err(say)?;
        // This very program, even when its file was replaced by an upgrade.
        let mut child = Command::new("/proc/self/exe")
            .arg("runner")
            .arg(library)
            .env_clear()
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(say)?;
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
        let (out, mut frames) = mpsc::unbounded_channel::<Frame>();
        let live = Arc::new(Self {
            out,
            pending: Mutex::new(Some(HashMap::new())),
            child: Mutex::new(child),
            next: AtomicU64::new(1),
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
            while let Ok(frame) = next_frame(&mut read).await {
                let Some(live) = reading.upgrade() else { return };
                live.take(frame);
            }
            if let Some(live) = reading.upgrade() {
                // Whoever waited is told by the dropped sender.
                lock(&live.pending).take();
                live.kill();
            }
        });
        Ok(live)
    }

    fn take(self: &Arc<Self>, frame: Frame) {
        match frame.kind {
            Kind::Reply => {
                let call = lock(&self.pending).as_mut().and_then(|p| p.remove(&frame.id));
                if let Some(call) = call {
                    call.reply.send((frame.word, frame.body)).ok();
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
                    live.out.send(Frame::reply(Kind::Answer, frame.id, answer)).ok();
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
