//! What both servers do with HTTP: listen, cookies, forms, errors, pages, themes, languages,
//! configuration. It knows neither insurers' data nor OpenID Connect.
//!
//! Code map:
//! - `listen/`: connections, our own TLS, clients' certificates, trusted proxies
//! - `running.rs`: from start to stop: addresses, signals, settings that are read again
//! - `serve.rs`, `compress.rs`: what surrounds every request (ids, logs, limits, headers, gzip), and
//!   readiness
//! - `error.rs`: the one error type and how it becomes an answer
//! - `look/`: insurer, language, text size and person of one request: draws pages
//! - `pages.rs`: a page is a struct with a template's name and samples
//! - `themes.rs`, `messages.rs`, `assets.rs`: what themes are made of
//! - `forms.rs`, `cookies.rs`: forms with a CSRF token, cookies; `reply.rs`: what a posted form
//!   gets back after the redirect
//! - `clock.rs`: seconds since 1970, and the day in Japan
//! - `config.rs`: TOML and environment, the insurers' folders, the generated reference
//! - `difference.rs`: what a new version of a definition changes; `doctor.rs`: what is tried
//! - `origin.rs`: scheme, host and port of an address; where a program is reached
//! - `mail.rs`: a mail, and one try to deliver it
//! - `log.rs`, `metrics.rs`: structured logs, Prometheus

pub mod assets;
pub mod brand;
pub mod clock;
mod compress;
pub mod config;
pub mod cookies;
pub mod difference;
pub mod doctor;
pub mod error;
pub mod forms;
pub mod listen;
pub mod log;
pub mod look;
pub mod mail;
pub mod messages;
pub mod metrics;
pub mod origin;
pub mod pages;
pub mod reply;
pub mod running;
pub mod serve;
pub mod testing;
pub mod themes;

pub use brand::{Brand, Text};
pub use error::{Error, Result};
pub use forms::{Brought, Form, Most, Posted, Upload};
pub use look::Look;
pub use origin::PublicUrl;
pub use pages::{Called, Opened, Page, Pages, chart_fault};
pub use reply::{Outcome, Reply};

/// Version and commit of the programs: `0.1.0 (1a2b3c4d5e)`.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("MUSUBI_COMMIT"), ")");
