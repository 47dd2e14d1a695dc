//! The settings of `idp`: one TOML file, overridden by `MUSUBI_IDP_…` variables.

use schemars::JsonSchema;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Settings of the identity provider.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The address that people and clients use, without a trailing slash. Issuers, links in
    /// mails and redirects are made from it, never from a request header.
    pub public_url: String,
    /// `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/NAME`.
    pub database: String,
    /// The folder of themes.
    pub themes: PathBuf,
    /// The file with the key that seals signing keys and waiting mails; made at the first start.
    /// Without it both are lost: keep a copy apart from the database.
    pub key_file: PathBuf,
    /// Mail server.
    pub smtp: Smtp,
    /// Password hashing.
    pub hashing: Hashing,
}

/// The server that takes outgoing mail.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Smtp {
    /// Host name of the mail server.
    pub host: String,
    /// Port of the mail server.
    pub port: u16,
    /// `none` (only for a server on this machine), `starttls` or `tls`.
    pub security: SmtpSecurity,
    /// User name, empty when the server asks for none.
    pub user: String,
    /// Password; set it by `MUSUBI_IDP_SMTP__PASSWORD` rather than in the file.
    pub password: String,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    None,
    Starttls,
    Tls,
}

/// How much work may be under way at once.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Hashing {
    /// Hashes at the same time; each holds 19 MiB while it runs. 0 means one per core.
    pub workers: usize,
    /// Logins that may wait for a worker; more are told to try again.
    pub queue: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8400)),
            public_url: "http://localhost:8400".into(),
            database: "sqlite:idp.sqlite".into(),
            themes: "themes".into(),
            key_file: "idp.key".into(),
            smtp: Smtp::default(),
            hashing: Hashing::default(),
        }
    }
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            host: "localhost".into(),
            port: 25,
            security: SmtpSecurity::None,
            user: String::new(),
            password: String::new(),
        }
    }
}

impl Default for Hashing {
    fn default() -> Self {
        Self { workers: 0, queue: 64 }
    }
}

impl Settings {
    /// Under https cookies are `Secure` and have the `__Host-` prefix.
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
