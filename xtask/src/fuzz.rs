//! `cargo xtask fuzz`: every parser of outside input, each for a while, with libFuzzer.

use crate::run::{checked, command, root};
use std::process::Command;

/// One file each in `oidc/fuzz/fuzz_targets`.
const TARGETS: [&str; 6] = [
    "authorization_request",
    "client_assertion",
    "dpop_proof",
    "request_object",
    "form_body",
    "redirect_uri",
];

/// Runs every target for some seconds. Installs cargo-fuzz when it is missing. The sanitizers need
/// flags that only a nightly compiler takes; `RUSTC_BOOTSTRAP` lets the stable one take them.
pub fn run(seconds: &str) -> Result<(), String> {
    let there = Command::new("cargo").args(["fuzz", "--version"]).output();
    if !there.is_ok_and(|there| there.status.success()) {
        command("cargo", &["install", "cargo-fuzz", "--locked"])?;
    }
    for target in TARGETS {
        println!("{target}: {seconds} seconds");
        let limit = format!("-max_total_time={seconds}");
        checked(
            Command::new("cargo")
                .args(["fuzz", "run", "--fuzz-dir"])
                .arg(root().join("oidc/fuzz"))
                .args([target, "--", &limit, "-max_len=4096"])
                .env("RUSTC_BOOTSTRAP", "1"),
        )?;
    }
    Ok(())
}
