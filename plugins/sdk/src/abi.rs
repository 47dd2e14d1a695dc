//! `musubi_plugin.h` in Rust. The header is the source of truth.

#![expect(unsafe_code, reason = "bytes of the host are read through the pointers of the C ABI")]

use std::ffi::c_void;

pub const MAGIC: u32 = 0x4d55_5342;
pub const MAJOR: u16 = 1;
pub const MINOR: u16 = 1;

pub const PAGE: u32 = 1;
pub const CARD: u32 = 2;
pub const CHECK: u32 = 3;
pub const ACTION: u32 = 4;
pub const JOB: u32 = 5;
pub const EVENT: u32 = 6;

pub const QUERY: u32 = 1;
pub const LOG: u32 = 2;

pub const OK: i32 = 0;
pub const E_NOT_DECLARED: i32 = 1;
pub const E_HANDLE: i32 = 2;
pub const E_DEADLINE: i32 = 3;
pub const E_REQUEST: i32 = 4;
pub const E_HOST: i32 = 5;
pub const E_PANIC: i32 = 6;
pub const E_PLUGIN: i32 = 7;

/// The name of the one exported symbol.
pub const SYMBOL: &[u8] = b"musubi_plugin_v1\0";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bytes {
    pub ptr: *const u8,
    pub len: usize,
}

impl Bytes {
    pub const fn of(bytes: &[u8]) -> Self {
        Self { ptr: bytes.as_ptr(), len: bytes.len() }
    }

    /// # Safety
    /// `ptr` and `len` must name readable memory that outlives the slice.
    pub unsafe fn as_slice<'a>(self) -> &'a [u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: the caller promises it.
        unsafe { std::slice::from_raw_parts(self.ptr, self.len) }
    }
}

pub type Sink = extern "C" fn(ctx: *mut c_void, ptr: *const u8, len: usize);

pub type HostCall = extern "C" fn(
    host_ctx: *mut c_void,
    handle: u64,
    op: u32,
    request: Bytes,
    reply: Sink,
    reply_ctx: *mut c_void,
) -> i32;

pub type Init = extern "C" fn(
    host: *const Host,
    host_ctx: *mut c_void,
    error: Sink,
    error_ctx: *mut c_void,
) -> i32;

pub type PluginCall =
    extern "C" fn(handle: u64, op: u32, request: Bytes, reply: Sink, reply_ctx: *mut c_void) -> i32;

#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub call: HostCall,
}

#[repr(C)]
pub struct Descriptor {
    pub struct_size: u32,
    pub magic: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub panic_unwind: u8,
    pub sdk_version: Bytes,
    pub manifest: Bytes,
    pub init: Init,
    pub call: PluginCall,
}

// SAFETY: the pointers of a descriptor lead to constants.
unsafe impl Sync for Descriptor {}

/// A sink that copies into the `Vec<u8>` behind `ctx`.
pub extern "C" fn into_vec(ctx: *mut c_void, ptr: *const u8, len: usize) {
    // SAFETY: whoever passes this sink passes a `Vec<u8>` of its own stack frame as `ctx`.
    let out = unsafe { &mut *ctx.cast::<Vec<u8>>() };
    out.clear();
    // SAFETY: the sender lends these bytes for the duration of the call.
    out.extend_from_slice(unsafe { Bytes { ptr, len }.as_slice() });
}
