//! A plugin that does everything wrong, for host tests.

use sdk::{Call, CardReply, Fault, PageReply, json};

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

fn undeclared(call: &Call) -> Result<PageReply, Fault> {
    let rows: Vec<sdk::Value> = call.query("sessions", json!({"insurer": "aozora"}))?;
    PageReply::show("fine.html", json!({"text": rows.len()}))
}

fn bad(_: &Call) -> Result<CardReply, Fault> {
    Err(Fault::Plugin("nothing to show".into()))
}
