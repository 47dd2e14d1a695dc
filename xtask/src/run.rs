//! Runs other programs and finds the project's folders.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The project's root.
pub fn root() -> PathBuf {
    // As cargo says it now: a target folder that two clones share has one xtask, built by either.
    #[expect(clippy::disallowed_methods, reason = "cargo tells where it runs")]
    let told = std::env::var("CARGO_MANIFEST_DIR");
    let own = told.as_deref().unwrap_or(env!("CARGO_MANIFEST_DIR"));
    Path::new(own).parent().expect("xtask lies in the root").to_owned()
}

/// The folder of cargo's output.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Runs a command in the root and fails when it fails.
pub fn command(program: &str, args: &[&str]) -> Result<(), String> {
    checked(Command::new(program).args(args))
}

/// Runs a prepared command in the root and fails when it fails.
pub fn checked(command: &mut Command) -> Result<(), String> {
    let status = command.current_dir(root()).status();
    let name = format!("{command:?}");
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name}: {status}")),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

/// Runs cargo with its own progress shown.
pub fn cargo(args: &[&str]) -> Result<(), String> {
    command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()), args)
}

/// Builds the documentation; a link that leads nowhere fails.
pub fn docs() -> Result<(), String> {
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    command.args(["doc", "--locked", "--workspace", "--no-deps", "--document-private-items"]);
    checked(command.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private-intra-doc-links"))
}

/// Asks cargo-deny for licences, bans, sources and, when their database is there, advisories.
pub fn advisories() -> Result<(), String> {
    if Command::new("cargo-deny").arg("--version").output().is_err() {
        return Err("cargo-deny is not installed: cargo install --locked cargo-deny".to_owned());
    }
    command("cargo-deny", &["--locked", "check", "licenses", "bans", "sources"])?;
    command("cargo-deny", &["--locked", "check", "--disable-fetch", "advisories"]).map_err(|why| {
        format!(
            "{why}\nwhen it says that the advisory database is missing: this machine may not \
             reach it; run `cargo deny fetch` where it can be reached"
        )
    })
}

/// What a command prints.
pub fn output(program: &Path, args: &[&str]) -> Result<String, String> {
    let done = Command::new(program)
        .args(args)
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    if !done.status.success() {
        return Err(format!("{}: {}", program.display(), done.status));
    }
    String::from_utf8(done.stdout).map_err(|error| error.to_string())
}

/// Installs Debian packages that are missing. `probe` is a file or a program of each.
pub fn install(wanted: &[(&str, &str)]) -> Result<(), String> {
    let there = |probe: &str| {
        Path::new(probe).exists()
            || std::env::var("PATH")
                .unwrap_or_default()
                .split(':')
                .any(|d| Path::new(d).join(probe).exists())
    };
    let missing: Vec<&str> =
        wanted.iter().filter(|(_, probe)| !there(probe)).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("installing {}", missing.join(" "));
    let id = output(Path::new("id"), &["-u"])?;
    let mut args = vec!["apt-get", "install", "-y", "--no-install-recommends"];
    args.extend(&missing);
    let (program, update) = if id.trim() == "0" {
        args.remove(0);
        ("apt-get", vec!["update"])
    } else {
        ("sudo", vec!["apt-get", "update"])
    };
    command(program, &update)?;
    command(program, &args).map_err(|why| {
        format!("{why}\ninstall these Debian packages by hand and try again: {}", missing.join(" "))
    })
}
