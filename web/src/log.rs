//! Structured logs. Personal data is masked here, in one place, before it reaches a line.

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

/// A mail address that an operator can recognise but not use: `h…@minato.example`.
pub fn masked_mail(address: &str) -> String {
    match address.split_once('@') {
        Some((local, domain)) => {
            format!("{}…@{domain}", local.chars().next().unwrap_or('…'))
        }
        None => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_masked_address_keeps_only_its_first_letter() {
        assert_eq!(super::masked_mail("hanako@minato.example"), "h…@minato.example");
        assert_eq!(super::masked_mail("nonsense"), "…");
    }
}
