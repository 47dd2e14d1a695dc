//! `demo`: the mailbox of the demo, SMTP on one port and a page on another; or `demo households`, files with people
//! and their care.

use clap::{Parser, Subcommand};
use demo::{households, page, smtp::Mailbox};
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::net::TcpListener;

/// A mailbox that takes every mail and shows it.
#[derive(Parser)]
struct Cli {
    /// Where mail is taken.
    #[arg(long, default_value = "127.0.0.1:8625")]
    smtp: SocketAddr,
    /// Where the page is.
    #[arg(long, default_value = "127.0.0.1:8600")]
    http: SocketAddr,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Writes a roster, fees, benefits and medicines of people who do not exist, with their layouts
    Households {
        /// The folder for the files
        folder: PathBuf,
        /// Other people for each seed, the same ones each time
        #[arg(long)]
        seed: String,
        #[arg(long, default_value_t = 200)]
        count: u32,
    },
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let cli = Cli::parse();
    if let Some(Command::Households { folder, seed, count }) = cli.command {
        return households::write(&folder, &seed, count);
    }
    let mailbox = Mailbox::default();
    tokio::spawn(mailbox.clone().serve(TcpListener::bind(cli.smtp).await?));
    let listener = TcpListener::bind(cli.http).await?;
    let stop = async {
        tokio::signal::ctrl_c().await.ok();
    };
    axum::serve(listener, page::routes(mailbox)).with_graceful_shutdown(stop).await
}
