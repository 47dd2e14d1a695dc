//! The project's own commands: see `HELP`.

#![expect(
    clippy::disallowed_methods,
    reason = "the project's own commands read the variables that cargo and the shell set"
)]

mod demo;
mod floors;
mod fuzz;
mod release;
mod run;
mod settings;
mod signs;
mod test;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask demo [--fresh]   build and run everything with five fictional insurers
cargo xtask test [ARGS]      all checks, then all tests on both engines (with ARGS only those tests)
cargo xtask check            formatting, lints, tidy, docs and generated pages, without the tests
cargo xtask tidy             the rules of the house: who may know whom, what ids in comments mean, …
cargo xtask advisories       known holes in what we depend on, and licences (deny.toml)
cargo xtask settings         write docs/settings-*.md from the code
cargo xtask bench [--json F] CPU time per request, release build
cargo xtask partners         the partner sites of docs/partners.md in every language
cargo xtask release NAME     leave what later releases are tested with (migrations/fixtures)
cargo xtask fuzz [SECONDS]   each fuzz target for a while (60 seconds)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    let done = match args.first().map(String::as_str) {
        Some("demo") => demo::run(rest.contains(&"--fresh")),
        Some("test") => test(&rest),
        Some("check") => check(),
        Some("tidy") => tidy::run(),
        Some("advisories") => run::advisories(),
        Some("settings") => settings::run(false),
        Some("bench") => test::bench(&rest),
        Some("partners") => test::partners(),
        Some("release") => release::run(rest.first().copied()),
        Some("fuzz") => fuzz::run(rest.first().copied().unwrap_or("60")),
        _ => {
            print!("{HELP}");
            return ExitCode::FAILURE;
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Everything but the tests: what is quick to say.
fn check() -> Result<(), String> {
    run::cargo(&["fmt", "--all", "--check"])?;
    tidy::run()?;
    let lints = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
    run::cargo(&lints)?;
    run::docs()?;
    settings::run(true)
}

/// All checks and all tests; with arguments only the tests that they name.
fn test(args: &[&str]) -> Result<(), String> {
    if args.is_empty() {
        check()?;
    }
    test::run(args)
}
