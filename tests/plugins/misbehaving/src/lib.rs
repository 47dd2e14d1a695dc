//! A plugin that does everything wrong, for host tests.

#![expect(unsafe_code, reason = "what a plugin may not do is tried by calling the kernel by hand")]

use sdk::{Call, CardReply, Fault, PageReply, json};
use std::sync::atomic::{AtomicU64, Ordering};

sdk::plugin! {
    manifest: include_bytes!("../plugin.toml"),
    pages: [
        fine => fine,
        panics => panics,
        aborts => aborts,
        overflows => overflows,
        hangs => hangs,
        template => template,
        html => html,
        undeclared => undeclared,
        shared => shared,
        system_call => system_call,
        opens => opens,
        begins_a_thread => begins_a_thread,
        takes_memory => takes_memory,
        frees_memory => frees_memory,
        makes_code => makes_code,
        shouts => shouts,
        forges => forges,
        counts => counts,
        loops => loops,
    ],
    cards: [bad => bad],
    checks: [],
}

fn fine(call: &Call) -> Result<PageReply, Fault> {
    let things: Vec<sdk::Value> = call.query("things", json!({}))?;
    PageReply::show("fine.html", json!({"text": format!("fine {}", things.len())}))
}

fn panics(_: &Call) -> Result<PageReply, Fault> {
    panic!("a message with a member's name must not leave the plugin: 港 花子")
}

fn aborts(_: &Call) -> Result<PageReply, Fault> {
    std::process::abort()
}

fn overflows(_: &Call) -> Result<PageReply, Fault> {
    #[allow(unconditional_recursion)]
    fn deeper(n: u64) -> u64 {
        std::hint::black_box([n; 100]);
        deeper(n + 1) + 1
    }
    PageReply::show("fine.html", json!({"text": deeper(0)}))
}

fn hangs(_: &Call) -> Result<PageReply, Fault> {
    loop {
        std::hint::black_box(0);
    }
}

/// Another owner's template.
fn template(_: &Call) -> Result<PageReply, Fault> {
    PageReply::show("../portal/home.html", json!({}))
}

fn html(_: &Call) -> Result<PageReply, Fault> {
    PageReply::show("fine.html", json!({"text": "<script>alert(1)</script>"}))
}

/// Asks another plugin's query, as the address says.
fn shared(call: &Call) -> Result<PageReply, Fault> {
    let (plugin, query) = (call.param("plugin"), call.param("query"));
    let params = match query {
        "payments" => json!({"from": "200001", "until": "209912"}),
        _ => json!({}),
    };
    let rows: Option<Vec<sdk::Value>> = call.query_of_plugin(plugin, query, params)?;
    said(rows.map_or("off".to_owned(), |rows| format!("rows {} {}", rows.len(), json!(rows))))
}

fn undeclared(call: &Call) -> Result<PageReply, Fault> {
    let rows: Vec<sdk::Value> = call.query("sessions", json!({"insurer": "aozora"}))?;
    PageReply::show("fine.html", json!({"text": rows.len()}))
}

unsafe extern "C" {
    fn syscall(number: i64, ...) -> i64;
    fn mmap(at: *mut u8, length: usize, rights: i32, flags: i32, file: i32, from: i64) -> *mut u8;
}

fn said(text: impl std::fmt::Display) -> Result<PageReply, Fault> {
    PageReply::show("fine.html", json!({"text": text.to_string()}))
}

/// Any system call, by its number: `/syscall?n=41&a=2&b=1`. The kernel looks at the number before it
/// looks at anything else.
fn system_call(call: &Call) -> Result<PageReply, Fault> {
    let number = |name: &str| call.param(name).parse::<i64>().unwrap_or(0);
    // SAFETY: the arguments are numbers; what would follow a pointer fails on address 0.
    said(unsafe {
        syscall(number("n"), number("a"), number("b"), number("c"), 0_i64, 0_i64, 0_i64)
    })
}

/// A file that everybody may read, by the standard library.
fn opens(call: &Call) -> Result<PageReply, Fault> {
    said(std::fs::read_to_string(call.param("file")).unwrap_or_else(|error| error.to_string()))
}

fn begins_a_thread(_: &Call) -> Result<PageReply, Fault> {
    said(std::thread::spawn(|| 5).join().unwrap_or(0))
}

fn takes_memory(_: &Call) -> Result<PageReply, Fault> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for _ in 0..64 {
        all.push(vec![7; 16 << 20]);
    }
    said(all.iter().map(Vec::len).sum::<usize>())
}

/// What every large page does: many small things, and then none of them.
fn frees_memory(_: &Call) -> Result<PageReply, Fault> {
    let all: Vec<String> = (0..100_000).map(|n| format!("a text of some length, {n}")).collect();
    let length: usize = all.iter().map(String::len).sum();
    drop(all);
    said(format!("freed {length}"))
}

/// Memory that can be run: where a stolen pointer would lead.
fn makes_code(_: &Call) -> Result<PageReply, Fault> {
    // SAFETY: private memory of its own (2 | 0x20), readable, writable and executable (7).
    said(unsafe { mmap(std::ptr::null_mut(), 4096, 7, 0x22, -1, 0) } as usize)
}

/// A flood, and a line as if the portal had written it.
fn shouts(_: &Call) -> Result<PageReply, Fault> {
    for n in 0..20_000 {
        eprintln!("{{\"level\":\"INFO\",\"message\":\"forged {n}\",\"target\":\"portal\"}}");
    }
    said("shouted")
}

/// A reply to a call that nobody made, written into the socket behind the SDK's back.
fn forges(_: &Call) -> Result<PageReply, Fault> {
    let mut frame = Vec::new();
    frame.extend_from_slice(&2_u32.to_le_bytes());
    frame.push(2);
    frame.extend_from_slice(&1_u64.to_le_bytes());
    frame.extend_from_slice(&[0; 8]);
    frame.extend_from_slice(b"{}");
    // SAFETY: write(0, …) of bytes that live as long as the call.
    unsafe { syscall(1, 0_i64, frame.as_ptr(), frame.len()) };
    std::thread::sleep(std::time::Duration::from_millis(300));
    said("forged")
}

/// A page that is a thousand times a thousand times a thousand rows of nothing.
fn loops(_: &Call) -> Result<PageReply, Fault> {
    PageReply::show("loops.html", json!({"rows": vec![0; 1000]}))
}

static CALLS: AtomicU64 = AtomicU64::new(0);

/// How often this very process was called.
fn counts(_: &Call) -> Result<PageReply, Fault> {
    said(format!("call {}", CALLS.fetch_add(1, Ordering::Relaxed) + 1))
}

fn bad(_: &Call) -> Result<CardReply, Fault> {
    Err(Fault::Plugin("nothing to show".into()))
}
