//! The border: opens a library, checks its descriptor, passes bytes both ways. All unsafe code of
//! the portal stands in this file.

#![expect(unsafe_code, reason = "a foreign library is loaded and called here and nowhere else")]

use super::host::Reply;
use sdk::abi::{self, Bytes, Descriptor, Host, Sink};
use std::ffi::c_void;
use std::path::Path;

/// A loaded plugin. It is never unloaded: threads may still run its code.
pub struct Library {
    descriptor: &'static Descriptor,
}

impl Library {
    /// Opens `path`, checks the handshake and initialises the plugin with `host`.
    ///
    /// # Errors
    /// Why the library is refused, in words for an operator.
    pub fn open(path: &Path, host: &'static Host) -> Result<Self, String> {
        // SAFETY: running a library's constructors is what loading means; the operator put the
        // file there and its hash was taken before.
        let library = unsafe { libloading::Library::new(path) }.map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            format!("cannot be loaded: {error} {}", cause.unwrap_or_default())
        })?;
        // SAFETY: the symbol has this type by the header; a wrong one is caught by the magic.
        let entry =
            unsafe { library.get::<unsafe extern "C" fn() -> *const Descriptor>(abi::SYMBOL) };
        let entry = entry.map_err(|_| "does not export musubi_plugin_v1".to_owned())?;
        // SAFETY: the function takes nothing and returns a constant.
        let descriptor = unsafe { entry() };
        // Leaked on purpose: dlclose with work pending is a crash.
        std::mem::forget(library);
        // SAFETY: a plugin returns a static; null is looked for first.
        let descriptor: &'static Descriptor =
            unsafe { descriptor.as_ref() }.ok_or("has no descriptor")?;
        if descriptor.magic != abi::MAGIC {
            return Err("is not a Musubi plugin (wrong magic number)".to_owned());
        }
        if descriptor.abi_major != abi::MAJOR
            || (descriptor.struct_size as usize) < size_of::<Descriptor>()
        {
            return Err(format!(
                "was built for ABI {}.{}, this portal has {}.{}",
                descriptor.abi_major,
                descriptor.abi_minor,
                abi::MAJOR,
                abi::MINOR
            ));
        }
        if descriptor.panic_unwind == 0 {
            return Err("was built with panic=abort; build it with panic=unwind".to_owned());
        }
        let mut why: Vec<u8> = Vec::new();
        let ctx = (&raw mut why).cast();
        let status = (descriptor.init)(host, std::ptr::null_mut(), abi::into_vec, ctx);
        if status != abi::OK {
            return Err(format!("init failed ({status}): {}", String::from_utf8_lossy(&why)));
        }
        Ok(Self { descriptor })
    }

    /// The manifest that the library was built with.
    pub fn manifest(&self) -> &'static [u8] {
        // SAFETY: a constant of the library, which is never unloaded.
        unsafe { self.descriptor.manifest.as_slice() }
    }

    /// Calls the plugin on this thread and returns status and reply.
    pub fn call(&self, handle: u64, op: u32, request: &[u8]) -> Reply {
        let mut reply: Vec<u8> = Vec::new();
        let ctx: *mut c_void = (&raw mut reply).cast();
        let request = Bytes::of(request);
        let status = (self.descriptor.call)(handle, op, request, abi::into_vec, ctx);
        (status, reply)
    }
}

/// Answers what a plugin asks of the host: the body of a [`Host`]'s `call`. `request` must be what
/// the plugin lent for the duration of this very call.
pub(in crate::plugins) fn answer(
    request: Bytes,
    reply: Sink,
    reply_ctx: *mut c_void,
    host: impl FnOnce(&[u8]) -> Reply,
) -> i32 {
    // SAFETY: the plugin lends the request for the duration of the call.
    let request = unsafe { request.as_slice() };
    let (status, body) = host(request);
    reply(reply_ctx, body.as_ptr(), body.len());
    status
}
