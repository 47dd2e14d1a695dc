//! The other side of `runner.rs`: `portal runner LIBRARY`, a process that holds one plugin for one
//! insurer and talks over the socket that is its standard input. It has no database, no network and
//! no files: `jail.rs` sees to it, before the library runs its first line.

use crate::plugins::border::host::{Reply, refusal};
use crate::plugins::border::library::{self, Library};
use crate::plugins::border::wire::{Frame, Kind, MAX_BODY};
use crate::plugins::run::jail;
use sdk::abi::{self, Bytes, Host, Sink};
use std::collections::HashMap;
use std::ffi::c_void;
use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex, MutexGuard, OnceLock};

/// Calls at the same time; more wait.
const THREADS: usize = 4;

/// Status and body of the host's answers, by handle and number of the ask.
type Waiting = HashMap<(u64, u32), Sender<Reply>>;

struct Client {
    socket: Mutex<File>,
    /// Threads that wait for the host.
    waiting: Mutex<Waiting>,
    /// The number of the next ask.
    next: AtomicU32,
}

static CLIENT: OnceLock<Client> = OnceLock::new();

extern "C" fn host_call(
    _: *mut c_void,
    handle: u64,
    op: u32,
    request: Bytes,
    reply: Sink,
    ctx: *mut c_void,
) -> i32 {
    library::answer(request, reply, ctx, |request| {
        let silent = || refusal(abi::E_HOST, "the portal does not answer");
        ask(handle, op, request.to_vec()).unwrap_or_else(silent)
    })
}

fn ask(handle: u64, op: u32, body: Vec<u8>) -> Option<Reply> {
    if body.len() > MAX_BODY {
        return Some(refusal(abi::E_REQUEST, "the request is longer than 8 MiB"));
    }
    let client = CLIENT.get()?;
    let (sender, receiver) = channel();
    // Two threads that ask for one call are two asks.
    let number = client.next.fetch_add(1, Ordering::Relaxed);
    lock(&client.waiting).insert((handle, number), sender);
    let word = i32::try_from(op).ok()?;
    let frame = Frame { kind: Kind::Ask, id: handle, ask: number, word, body };
    frame.write(&mut *lock(&client.socket)).ok()?;
    receiver.recv().ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

static HOST: Host = Host { struct_size: size_of::<Host>() as u32, call: host_call };

/// Loads the library, says so, and serves calls until the portal closes the socket.
pub fn run(library: &Path, without_landlock: bool) -> ExitCode {
    let Ok(stdin) = std::io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::FAILURE;
    };
    serve(stdin, library, without_landlock).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
}

fn serve(socket: OwnedFd, path: &Path, without_landlock: bool) -> std::io::Result<()> {
    // Read and written as a file: then no call on sockets is needed.
    let mut socket = File::from(socket);
    let client = Client {
        socket: Mutex::new(socket.try_clone()?),
        waiting: Mutex::default(),
        next: AtomicU32::new(0),
    };
    CLIENT.set(client).ok();
    let first = |kind, body: &[u8]| Frame { kind, id: 0, ask: 0, word: 0, body: body.to_vec() };
    let opened = jail::before_loading(Some(path), without_landlock)
        .and_then(|()| Library::open(path, &HOST));
    let library = match opened {
        Ok(library) => Arc::new(library),
        Err(why) => return first(Kind::Refused, why.as_bytes()).write(&mut socket),
    };
    if library.manifest().len() > MAX_BODY {
        let why = b"the plugin.toml inside the library is longer than 8 MiB";
        return first(Kind::Refused, why).write(&mut socket);
    }
    let (queue, calls) = channel::<Frame>();
    let calls = Arc::new(Mutex::new(calls));
    let begun = Arc::new(Barrier::new(THREADS + 1));
    for _ in 0..THREADS {
        let (library, calls, begun) = (library.clone(), calls.clone(), begun.clone());
        std::thread::spawn(move || {
            begun.wait();
            answer_calls(&library, &calls);
        });
    }
    // What a thread asks of the kernel when it begins is not asked later.
    begun.wait();
    if let Err(why) = jail::before_serving() {
        return first(Kind::Refused, why.as_bytes()).write(&mut socket);
    }
    first(Kind::Ready, library.manifest()).write(&mut socket)?;
    loop {
        let frame = Frame::read(&mut socket)?;
        match frame.kind {
            Kind::Call => {
                queue.send(frame).ok();
            }
            Kind::Answer => {
                let client = CLIENT.get().expect("set before the first frame");
                if let Some(waiting) = lock(&client.waiting).remove(&(frame.id, frame.ask)) {
                    waiting.send((frame.word, frame.body)).ok();
                }
            }
            _ => return Err(std::io::ErrorKind::InvalidData.into()),
        }
    }
}

fn answer_calls(library: &Library, calls: &Mutex<Receiver<Frame>>) {
    loop {
        let Ok(frame) = lock(calls).recv() else { return };
        let op = u32::try_from(frame.word).unwrap_or(0);
        let reply = library.call(frame.id, op, &frame.body);
        let reply = Frame::reply(Kind::Reply, frame.id, 0, reply);
        let client = CLIENT.get().expect("set before the first call");
        if reply.write(&mut *lock(&client.socket)).is_err() {
            return;
        }
    }
}
