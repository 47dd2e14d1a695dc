//! The project's own commands: `cargo xtask demo | test | check | tidy | settings | bench | partners | fuzz`.

mod demo;
mod floors;
mod fuzz;
mod run;
mod settings;
mod signs;
mod test;
mod tidy;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask demo [--fresh]   build and run everything with five fictional insurers
cargo xtask test [ARGS]      install what the tests need and run them all on both engines
cargo xtask check            formatting, lints, tidy, generated pages, then the tests
cargo xtask tidy             the rules of the house: who may know whom, what ids in comments mean, …
cargo xtask settings         write docs/settings-*.md from the code
cargo xtask bench [--json F] CPU time per request, release build
cargo xtask partners         the partner sites of docs/partners.md in every language
cargo xtask fuzz [SECONDS]   each fuzz target for a while (60 seconds)
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    let done = match args.first().map(String::as_str) {
        Some("demo") => demo::run(rest.contains(&"--fresh")),
        Some("test") => test::run(&rest),
        Some("check") => check(),
        Some("tidy") => tidy::run(),
        Some("settings") => settings::run(false),
        Some("bench") => test::bench(&rest),
        Some("partners") => test::partners(),
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

fn check() -> Result<(), String> {
    run::cargo(&["fmt", "--all", "--check"])?;
    tidy::run()?;
    run::cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    settings::run(true)?;
    test::run(&[])
}
