//! A plugin that opens a socket before anybody has called it, for host tests: a library's constructors
//! run while it is loaded.

#![expect(unsafe_code, reason = "a constructor is placed and calls C by hand")]

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [],
    cards: [],
    checks: [],
}

unsafe extern "C" {
    fn socket(domain: i32, kind: i32, protocol: i32) -> i32;
}

extern "C" fn constructor() {
    // SAFETY: socket(2) takes three numbers.
    unsafe { socket(2, 1, 0) };
}

#[used]
#[unsafe(link_section = ".init_array")]
static CONSTRUCTOR: extern "C" fn() = constructor;
