//! The program `portal`: starts what the command line names.

use clap::Parser;
use portal::commands::{self, Cli, Command};
use portal::plugins::run::runner_process;
use portal::plugins::upload::inspect;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Command::Runner { library, without_landlock } = &cli.command {
        return runner_process::run(library, *without_landlock);
    }
    if let Command::Inspect { without_landlock } = &cli.command {
        return inspect::run(*without_landlock);
    }
    web::log::start();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(16)
        .build()
        .expect("threads can be started");
    match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("portal: {}", error.text());
            ExitCode::FAILURE
        }
    }
}
