//! Structured logs on standard error.

use schemars::JsonSchema;
use serde::Deserialize;
use tracing_subscriber::EnvFilter;

/// What is logged.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// Lines for answered requests: `off`, `sampled` (one in a hundred, and each that failed or
    /// took a second) or `on`. `/metrics` counts them all.
    pub requests: Requests,
}

/// Which requests get a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Requests {
    Off,
    #[default]
    Sampled,
    On,
}

/// One in so many.
const SAMPLE: u64 = 100;
/// Seconds from which a request is slow.
const SLOW: f64 = 1.0;

impl Requests {
    /// Whether the `n`th request gets its line.
    pub fn want(self, n: u64, status: u16, seconds: f64) -> bool {
        match self {
            Requests::Off => false,
            Requests::Sampled => n.is_multiple_of(SAMPLE) || status >= 500 || seconds >= SLOW,
            Requests::On => true,
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::Requests;

    #[test]
    fn what_failed_or_was_slow_is_in_every_sample() {
        let lines = |requests: Requests, status, seconds| {
            (0..1000).filter(|n| requests.want(*n, status, seconds)).count()
        };
        assert_eq!(lines(Requests::On, 200, 0.0), 1000);
        assert_eq!(lines(Requests::Sampled, 200, 0.0), 10);
        assert_eq!(lines(Requests::Sampled, 503, 0.0), 1000);
        assert_eq!(lines(Requests::Sampled, 200, 1.5), 1000);
        assert_eq!(lines(Requests::Off, 500, 9.0), 0);
    }
}
