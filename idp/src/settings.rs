//! The settings of `idp`: one TOML file, overridden by `MUSUBI_IDP_…` variables.

use schemars::JsonSchema;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;
use web::config::{ConfigError, public_url};
use web::listen::Connections;
use web::log::Log;
use web::mail::Smtp;

/// Settings of the identity provider. No `Debug`: it has the mail server's password.
#[derive(Clone, Deserialize, JsonSchema)]
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
    /// A file of passwords that became known, none of which can be chosen: SHA-1 hashes in
    /// hexadecimal, one a line, sorted, with or without `:` and a count. Empty: only the common ones
    /// that the program knows are refused.
    pub breached_passwords_file: PathBuf,
    /// Where network addresses are, in words: a CSV file in UTF-8 with the columns `network`, `ja`, `en`,
    /// read at the start. Members see it beside their sign-ins. Empty: no places are shown.
    pub places_file: PathBuf,
    /// To which host passkeys are bound.
    pub passkeys: PasskeyHost,
    /// TLS of our own; without it a proxy in front must end TLS.
    pub tls: Tls,
    /// A second address for clients that show certificates.
    pub mtls: Mtls,
    /// Proxies in front.
    pub proxy: Proxy,
    /// How many connections there may be, and how long one may be silent.
    pub connections: Connections,
    /// What is logged.
    pub log: Log,
    /// What the provider itself fetches.
    pub outbound: Outbound,
}

/// The host of passkeys. It is chosen before the first one is made: another makes all useless.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PasskeyHost {
    /// The host to which passkeys are bound (RP ID), for example `example.jp`. Empty: the host of
    /// `public_url`. When `public_url` moves, write the host that it had.
    pub host: String,
    /// Other addresses at which members of this installation use the same passkeys, for example
    /// `https://login.brand.example`: five at the most. Browsers ask
    /// `https://HOST/.well-known/webauthn` for those that are not below the host; that address must
    /// lead here.
    pub origins: Vec<String>,
}

/// The server's certificate.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// PEM file with the certificate and its chain. Empty: no TLS of our own. A renewed file is
    /// taken over within a second.
    pub certificate_file: PathBuf,
    /// PEM file with the private key.
    pub key_file: PathBuf,
}

/// Where clients authenticate by certificate (RFC 8705). Browsers go elsewhere: they would ask
/// people for certificates.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mtls {
    /// Address and port of a listener that asks for client certificates; it uses the certificate
    /// of `[tls]`. Empty: none.
    pub listen: String,
    /// The address that clients use for it (`mtls_endpoint_aliases`), also when a proxy ends TLS.
    pub public_url: String,
    /// PEM file of the authorities whose client certificates are trusted (`tls_client_auth`).
    pub authorities_file: PathBuf,
}

/// Headers of proxies count only from these addresses.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Proxy {
    /// Addresses (`10.0.0.7`) and networks (`10.0.0.0/8`) whose `X-Forwarded-For` is believed.
    pub trusted: Vec<String>,
    /// The header in which they pass the client's certificate on, for example `client-cert`
    /// (RFC 9440). They must remove it from requests that have it already. Empty: none.
    pub client_certificate_header: String,
}

/// Addresses of clients that the provider fetches: keys, request objects, sector identifiers,
/// logos; and where it tells them of a logout.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Outbound {
    /// Only these hosts, when the list is not empty. Private addresses are refused either way.
    pub hosts: Vec<String>,
    /// Also loopback addresses, and http there: for tests on one machine.
    pub loopback: bool,
    /// PEM file with more certificate authorities to trust.
    pub authorities_file: PathBuf,
    /// Seconds for one fetch.
    pub timeout_seconds: u64,
    /// Bytes of one answer.
    pub max_bytes: usize,
}

impl Default for Outbound {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            loopback: false,
            authorities_file: PathBuf::new(),
            timeout_seconds: 5,
            max_bytes: 256 * 1024,
        }
    }
}

/// How much work may be under way at once.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Hashing {
    /// Hashes at the same time; each holds `memory_kib` while it runs. 0 means one per core.
    pub workers: usize,
    /// Logins that may wait for a worker; more are told to try again.
    pub queue: usize,
    /// KiB that a new hash takes (argon2id, one lane). With `passes` at least 7168 with 5, 9216
    /// with 4, 12288 with 3, 19456 with 2 or 47104 with 1. A stored hash is made
    /// anew when its owner signs in; until then time tells logins with an old one from none.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
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
            breached_passwords_file: PathBuf::new(),
            places_file: PathBuf::new(),
            passkeys: PasskeyHost::default(),
            tls: Tls::default(),
            mtls: Mtls::default(),
            proxy: Proxy::default(),
            connections: Connections::default(),
            log: Log::default(),
            outbound: Outbound::default(),
        }
    }
}

impl Default for Hashing {
    fn default() -> Self {
        Self { workers: 0, queue: 64, memory_kib: 19_456, passes: 2 }
    }
}

impl Hashing {
    /// At least one of the costs that OWASP's password storage sheet holds for equal.
    fn check(&self) -> Result<(), ConfigError> {
        let least = [(7_168, 5), (9_216, 4), (12_288, 3), (19_456, 2), (47_104, 1)];
        let enough = |(memory, passes)| self.memory_kib >= memory && self.passes >= passes;
        match least.into_iter().any(enough) {
            true => Ok(()),
            false => Err(ConfigError(format!(
                "hashing.memory_kib = {}, hashing.passes = {}: too cheap to guess. The least are \
                 7168 with 5, 9216 with 4, 12288 with 3, 19456 with 2 or 47104 with 1 (OWASP)",
                self.memory_kib, self.passes
            ))),
        }
    }
}

impl PasskeyHost {
    /// Browsers take five brands, and ask only names.
    fn check(&self) -> Result<(), ConfigError> {
        let host = self.host.as_str();
        let is_name = Url::parse(&format!("https://{host}"))
            .is_ok_and(|url| url.domain() == Some(host) && url.port().is_none());
        if !host.is_empty() && !is_name {
            return Err(ConfigError(format!(
                "passkeys.host = \"{host}\": write the name of a host in small letters, without \
                 https:// and port, such as example.jp"
            )));
        }
        if self.origins.len() > 5 {
            return Err(ConfigError("passkeys.origins: browsers take five at the most".to_owned()));
        }
        for origin in &self.origins {
            public_url("passkeys.origins", origin)?;
            let whole = Url::parse(origin).map(|url| url.origin().ascii_serialization());
            if whole.as_ref() != Ok(origin) {
                return Err(ConfigError(format!(
                    "passkeys.origins: \"{origin}\": write scheme and host only, such as \
                     https://login.brand.example"
                )));
            }
        }
        Ok(())
    }
}

impl Settings {
    /// What can be seen to be wrong without trying.
    ///
    /// # Errors
    /// Names the setting and says what to write.
    pub fn check(&self) -> Result<(), ConfigError> {
        public_url("public_url", &self.public_url)?;
        if !self.mtls.public_url.is_empty() {
            public_url("mtls.public_url", &self.mtls.public_url)?;
        }
        self.passkeys.check()?;
        self.smtp.check()?;
        self.hashing.check()
    }

    /// Under https cookies are `Secure` and have the `__Host-` prefix.
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// A path that was set.
    pub fn file(path: &std::path::Path) -> Option<&std::path::Path> {
        (!path.as_os_str().is_empty()).then_some(path)
    }
}
