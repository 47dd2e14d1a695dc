//! Tells the programs which commit they were built from.

use std::process::Command;

fn main() {
    // Without the history (an archive) there is no commit to tell.
    let git = Command::new("git").args(["rev-parse", "--short=10", "HEAD"]).output();
    let commit = git.ok().filter(|output| output.status.success());
    let commit = commit.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    println!("cargo::rustc-env=MUSUBI_COMMIT={}", commit.unwrap_or_else(|| "unknown".into()));
    // A program that goes to a server is built anew for its commit; while working it may lag.
    #[expect(clippy::disallowed_methods, reason = "cargo tells a build script by its environment")]
    let profile = std::env::var("PROFILE");
    if profile.is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../.git/logs/HEAD");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
