//! A library that shakes hands with the wrong ABI, for host tests.

#![expect(unsafe_code, reason = "a library with a wrong descriptor exports its symbol by hand")]

use sdk::abi::{self, Bytes, Descriptor, Host, Sink};
use std::ffi::c_void;

extern "C" fn init(_: *const Host, _: *mut c_void, _: Sink, _: *mut c_void) -> i32 {
    abi::OK
}

extern "C" fn call(_: u64, _: u32, _: Bytes, _: Sink, _: *mut c_void) -> i32 {
    abi::OK
}

static DESCRIPTOR: Descriptor = Descriptor {
    struct_size: size_of::<Descriptor>() as u32,
    magic: abi::MAGIC,
    abi_major: 9,
    abi_minor: 0,
    panic_unwind: 1,
    sdk_version: Bytes::of(b"9"),
    manifest: Bytes::of(b""),
    init,
    call,
};

/// The one exported symbol.
#[unsafe(no_mangle)]
pub extern "C" fn musubi_plugin_v1() -> *const Descriptor {
    &DESCRIPTOR
}
