//! The plugin in the portal's own process: an operator's choice for plugins of their own. A crash
//! takes the portal down; a hang loses a thread.

use crate::plugins::border::host::{Allowed, CallFault, Deadline, Reply, ended, host_service};
use crate::plugins::border::library::{self, Library};
use sdk::abi::{Bytes, Host, Sink};
use secret::random;
use std::collections::HashMap;
use std::ffi::c_void;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use tokio::runtime::Handle;

/// Running calls by handle: a handle dies with its call, and a stale one finds nothing.
type Calls = HashMap<u64, (Arc<Allowed>, Handle)>;

static CALLS: LazyLock<Mutex<Calls>> = LazyLock::new(Mutex::default);

fn calls() -> MutexGuard<'static, Calls> {
    CALLS.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

extern "C" fn host_call(
    _: *mut c_void,
    handle: u64,
    op: u32,
    request: Bytes,
    reply: Sink,
    ctx: *mut c_void,
) -> i32 {
    let found = calls().get(&handle).cloned();
    library::answer(request, reply, ctx, |request| match found {
        Some((allowed, runtime)) => runtime.block_on(host_service(&allowed, op, request)),
        None => ended(),
    })
}

static HOST: Host = Host { struct_size: size_of::<Host>() as u32, call: host_call };

/// The handle dies with it.
struct Ending(u64);

impl Drop for Ending {
    fn drop(&mut self) {
        calls().remove(&self.0);
    }
}

/// A plugin in this process.
#[derive(Clone)]
pub struct InProcess {
    library: Arc<Library>,
}

impl InProcess {
    /// Loads a library that a runner process has loaded and checked before.
    pub fn load(path: &Path) -> Result<Self, String> {
        Ok(Self { library: Arc::new(Library::open(path, &HOST)?) })
    }

    /// Calls the plugin on a thread for blocking work.
    pub async fn call(
        &self,
        allowed: Arc<Allowed>,
        op: u32,
        request: Vec<u8>,
        deadline: Deadline,
    ) -> Result<Reply, CallFault> {
        let handle = random::number();
        calls().insert(handle, (allowed, Handle::current()));
        // However this ends: the thread cannot be stopped, but it can no longer reach any data.
        let _ending = Ending(handle);
        let library = self.library.clone();
        let work = tokio::task::spawn_blocking(move || library.call(handle, op, &request));
        match tokio::time::timeout(deadline, work).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(_)) => Err(CallFault::Crashed),
            Err(_) => Err(CallFault::Slow),
        }
    }
}
