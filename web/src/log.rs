//! Structured logs on standard error.

use tracing_subscriber::EnvFilter;

/// Starts logging to standard error: plain text on a terminal, JSON lines elsewhere. `RUST_LOG`
/// overrides the level.
pub fn start() {
    use std::io::IsTerminal;
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,hyper=warn,lettre=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        log.compact().init();
    } else {
        // The request's span once, not again as a list of one.
        log.json().flatten_event(true).with_span_list(false).init();
    }
}
