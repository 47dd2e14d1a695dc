//! Exports the one symbol, catches panics and turns bodies into calls.

#![expect(
    unsafe_code,
    reason = "the host calls through the C ABI; its pointers are checked here and nowhere else"
)]

use crate::abi::{self, Bytes, Host, Sink};
use crate::{ActionHandler, Call, CardReply, CheckReply, ErrorReply, Fault, Form, PageReply};
use crate::{EventHandler, JobHandler, Next, Problem, Writes};
use serde::Serialize;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

type PageHandler = fn(&Call) -> Result<PageReply, Fault>;
type CardHandler = fn(&Call) -> Result<CardReply, Fault>;
type CheckHandler = fn(&Call, &[Map<String, Value>]) -> Vec<Problem>;
type Named<H> = &'static [(&'static str, H)];

/// A plugin's handlers by name, as [`crate::plugin!`] lists them.
pub struct Handlers {
    pub pages: Named<PageHandler>,
    pub cards: Named<CardHandler>,
    pub actions: Named<ActionHandler>,
    pub jobs: Named<JobHandler>,
    pub events: Named<EventHandler>,
    pub checks: Named<CheckHandler>,
}

struct Asked {
    host: &'static Host,
    ctx: usize,
}

static HOST: OnceLock<Asked> = OnceLock::new();

type TestHost = Box<dyn Fn(u32, &Value) -> Result<Value, Fault>>;

thread_local! {
    /// The host of a test; see `testing.rs`.
    pub(crate) static TEST_HOST: RefCell<Option<TestHost>> = const { RefCell::new(None) };
}

/// Asks the host. Blocks until it answers.
pub(crate) fn ask(handle: u64, op: u32, request: &Value) -> Result<Vec<u8>, Fault> {
    let tested = TEST_HOST.with(|host| host.borrow().as_ref().map(|host| host(op, request)));
    if let Some(answer) = tested {
        return answer.map(|value| serde_json::to_vec(&value).expect("a value is JSON"));
    }
    let asked = HOST.get().ok_or_else(|| Fault::Host("there is no host".into()))?;
    let body = serde_json::to_vec(request).expect("a value is JSON");
    let mut reply: Vec<u8> = Vec::new();
    let status = (asked.host.call)(
        asked.ctx as *mut c_void,
        handle,
        op,
        Bytes::of(&body),
        abi::into_vec,
        (&raw mut reply).cast(),
    );
    if status == abi::OK {
        return Ok(reply);
    }
    let why = serde_json::from_slice::<ErrorReply>(&reply).map(|reply| reply.error);
    Err(Fault::Host(why.unwrap_or_else(|_| format!("the host gave status {status}"))))
}

/// The body of the exported `init`.
///
/// # Safety
/// `host` must point to the host's table, which lives as long as the process.
pub unsafe fn init(host: *const Host, ctx: *mut c_void) -> i32 {
    // SAFETY: the caller promises it; a library is never unloaded.
    let host: &'static Host = unsafe { &*host };
    if (host.struct_size as usize) < size_of::<Host>() {
        return abi::E_HOST;
    }
    // A panic's message may hold a member's data: only the place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        eprintln!("a plugin panicked at {place}");
    }));
    HOST.get_or_init(|| Asked { host, ctx: ctx as usize });
    abi::OK
}

/// The body of the exported `call`: nothing that a handler does gets past it but bytes.
pub fn call(
    handlers: &Handlers,
    handle: u64,
    op: u32,
    request: Bytes,
    reply: Sink,
    ctx: *mut c_void,
) -> i32 {
    // SAFETY: the host lends the request for the duration of the call.
    let request = unsafe { request.as_slice() };
    let outcome = catch_unwind(AssertUnwindSafe(|| answer(handlers, handle, op, request)));
    let (status, body) = match outcome {
        Ok(Ok(body)) => (abi::OK, body),
        Ok(Err((status, error))) => (status, error_body(error)),
        // The panic's message may hold a member's data: it stays here.
        Err(_) => (abi::E_PANIC, error_body("the plugin panicked".to_owned())),
    };
    reply(ctx, body.as_ptr(), body.len());
    status
}

fn error_body(error: String) -> Vec<u8> {
    serde_json::to_vec(&ErrorReply { error }).expect("a text is JSON")
}

fn answer(
    handlers: &Handlers,
    handle: u64,
    op: u32,
    request: &[u8],
) -> Result<Vec<u8>, (i32, String)> {
    let mut call: Call =
        serde_json::from_slice(request).map_err(|error| (abi::E_REQUEST, error.to_string()))?;
    call.handle = handle;
    let name = call.handler.clone();
    match op {
        abi::PAGE => body(&run(handlers.pages, &name, |handler| handler(&call))?),
        abi::CARD => body(&run(handlers.cards, &name, |handler| handler(&call))?),
        abi::ACTION => {
            let form = Form(call.form.clone());
            let reply = run(handlers.actions, &name, |handler| {
                let mut writes = Writes::default();
                handler(&call, &form, &mut writes).map(|done| done.reply(writes))
            })?;
            body(&reply)
        }
        abi::JOB => {
            let reply = run(handlers.jobs, &name, |handler| {
                let mut writes = Writes::default();
                handler(&call, &mut writes).map(|next| next.reply(writes))
            })?;
            body(&reply)
        }
        abi::EVENT => {
            let event = call.event.clone();
            let reply = run(handlers.events, &name, |handler| {
                let mut writes = Writes::default();
                handler(&call, &event, &mut writes).map(|()| Next::Done.reply(writes))
            })?;
            body(&reply)
        }
        abi::CHECK => {
            let problems = run(handlers.checks, &name, |handler| Ok(handler(&call, &call.rows)))?;
            body(&CheckReply { problems })
        }
        _ => Err((abi::E_REQUEST, format!("op {op} is unknown"))),
    }
}

fn body(reply: &impl Serialize) -> Result<Vec<u8>, (i32, String)> {
    serde_json::to_vec(reply).map_err(|error| (abi::E_PLUGIN, error.to_string()))
}

fn run<H: Copy, T>(
    handlers: &[(&str, H)],
    name: &str,
    call: impl FnOnce(H) -> Result<T, Fault>,
) -> Result<T, (i32, String)> {
    let found = handlers.iter().find(|(known, _)| *known == name);
    let (_, handler) = found.ok_or((abi::E_NOT_DECLARED, format!("no handler {name}")))?;
    call(*handler).map_err(|fault| match fault {
        Fault::Host(why) => (abi::E_HOST, why),
        Fault::Plugin(why) => (abi::E_PLUGIN, why),
        Fault::NoHandler => (abi::E_NOT_DECLARED, name.to_owned()),
    })
}

/// Makes a library a plugin: names the handlers that `plugin.toml` refers to and exports
/// `musubi_plugin_v1`.
///
/// ```ignore
/// sdk::plugin! {
///     manifest: include_bytes!("../plugin.toml"),
///     pages: [list => pages::list::show],
///     cards: [latest => cards::latest],
///     checks: [rows => import::check],
/// }
/// ```
#[macro_export]
macro_rules! plugin {
    (
        manifest: $manifest:expr,
        pages: [$($page:ident => $page_fn:path),* $(,)?],
        cards: [$($card:ident => $card_fn:path),* $(,)?],
        $(actions: [$($action:ident => $action_fn:path),* $(,)?],)?
        $(jobs: [$($job:ident => $job_fn:path),* $(,)?],)?
        $(events: [$($event:ident => $event_fn:path),* $(,)?],)?
        checks: [$($check:ident => $check_fn:path),* $(,)?] $(,)?
    ) => {
        /// The handlers of this plugin.
        pub static HANDLERS: $crate::export::Handlers = $crate::export::Handlers {
            pages: &[$((stringify!($page), $page_fn)),*],
            cards: &[$((stringify!($card), $card_fn)),*],
            actions: &[$($((stringify!($action), $action_fn)),*)?],
            jobs: &[$($((stringify!($job), $job_fn)),*)?],
            events: &[$($((stringify!($event), $event_fn)),*)?],
            checks: &[$((stringify!($check), $check_fn)),*],
        };

        #[allow(unsafe_code, reason = "the host hands over its table by a pointer")]
        extern "C" fn musubi_init(
            host: *const $crate::abi::Host,
            ctx: *mut ::std::ffi::c_void,
            _error: $crate::abi::Sink,
            _error_ctx: *mut ::std::ffi::c_void,
        ) -> i32 {
            // SAFETY: the host calls this once with its own table.
            unsafe { $crate::export::init(host, ctx) }
        }

        extern "C" fn musubi_call(
            handle: u64,
            op: u32,
            request: $crate::abi::Bytes,
            reply: $crate::abi::Sink,
            reply_ctx: *mut ::std::ffi::c_void,
        ) -> i32 {
            $crate::export::call(&HANDLERS, handle, op, request, reply, reply_ctx)
        }

        static DESCRIPTOR: $crate::abi::Descriptor = $crate::abi::Descriptor {
            struct_size: ::std::mem::size_of::<$crate::abi::Descriptor>() as u32,
            magic: $crate::abi::MAGIC,
            abi_major: $crate::abi::MAJOR,
            abi_minor: $crate::abi::MINOR,
            panic_unwind: cfg!(panic = "unwind") as u8,
            sdk_version: $crate::abi::Bytes::of(env!("CARGO_PKG_VERSION").as_bytes()),
            manifest: $crate::abi::Bytes::of($manifest),
            init: musubi_init,
            call: musubi_call,
        };

        /// The one exported symbol.
        #[allow(unsafe_code, reason = "the host finds the plugin by this name")]
        #[unsafe(no_mangle)]
        pub extern "C" fn musubi_plugin_v1() -> *const $crate::abi::Descriptor {
            &DESCRIPTOR
        }
    };
}
