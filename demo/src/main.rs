//! `demo`: the mailbox of the demo, SMTP on one port and a page on another.

use clap::Parser;
use demo::{page, smtp::Mailbox};
use std::net::SocketAddr;
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
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let cli = Cli::parse();
    let mailbox = Mailbox::default();
    tokio::spawn(mailbox.clone().serve(TcpListener::bind(cli.smtp).await?));
    let listener = TcpListener::bind(cli.http).await?;
    let stop = async {
        tokio::signal::ctrl_c().await.ok();
    };
    axum::serve(listener, page::routes(mailbox)).with_graceful_shutdown(stop).await
}
