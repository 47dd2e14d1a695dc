//! A plugin that makes a system call before anybody has called it, for host tests: a library's
//! constructors run while it is loaded.

#![expect(unsafe_code, reason = "a constructor is placed and calls C by hand")]

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [],
    cards: [],
    checks: [],
}

unsafe extern "C" {
    fn syscall(number: i64, ...) -> i64;
}

/// The call's number and its first four arguments. Tests write others into copies of this file:
/// `socket(2, 1, 0)` as it is built.
#[used]
static CALL: [u8; 64] = *b"MUSUBI-CALL=000000000041,0000000002,0000000001,0000000000,000000";

extern "C" fn constructor() {
    let read = |from: usize, length: usize| {
        (from..from + length).fold(0_i64, |number, at| {
            // SAFETY: within the array; read as it lies in the file.
            let digit = unsafe { std::ptr::read_volatile(&raw const CALL[at]) };
            number * 10 + i64::from(digit.wrapping_sub(b'0'))
        })
    };
    let (n, a, b, c, d) = (read(12, 12), read(25, 10), read(36, 10), read(47, 10), read(58, 6));
    // SAFETY: the arguments are numbers; what would follow a pointer fails on address 0.
    unsafe { syscall(n, a, b, c, d, -1_i64, 0_i64) };
}

#[used]
#[unsafe(link_section = ".init_array")]
static CONSTRUCTOR: extern "C" fn() = constructor;
