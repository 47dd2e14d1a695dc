//! The command line of the identity provider.

use clap::Parser;
use idp::commands::{Cli, run};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    web::log::start();
    // Two cores serve a great many logins; idle threads cost memory.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(8)
        .build()
        .expect("threads can be started");
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("idp: {}", error.text());
            ExitCode::FAILURE
        }
    }
}
