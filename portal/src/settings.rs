//! The settings of `portal`: one TOML file, overridden by `MUSUBI_PORTAL_…` variables.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use web::config::{ConfigError, public_url};
use web::listen::Connections;
use web::log::Log;
use web::mail::Smtp;

/// Settings of the member portal. The database's address may hold a password: no `Debug`.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The address that people use, without a trailing slash.
    pub public_url: String,
    /// `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/NAME`.
    pub database: String,
    /// The folder of themes.
    pub themes: PathBuf,
    /// The file with the key that seals client secrets; made at the first start.
    pub key_file: PathBuf,
    /// The server that takes mail about notifications. Without it members are told in their inbox only.
    pub smtp: Option<Smtp>,
    /// How long a file may be that staff bring by browser, in megabytes: it is held in memory while it is
    /// checked, and in the database until it counts. Longer ones are imported by command.
    pub staff_file_mb: usize,
    /// By insurer: the program that signs the XML files of plugins, and its arguments. It gets a file on its
    /// standard input and answers on its standard output with the signed one, within ten seconds.
    pub signing: BTreeMap<String, Vec<String>>,
    /// Plugins.
    pub plugins: Plugins,
    /// Proxies in front.
    pub proxy: Proxy,
    /// How many connections there may be, and how long one may be silent.
    pub connections: Connections,
    /// What is logged.
    pub log: Log,
}

/// Proxies in front.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Proxy {
    /// Addresses (`10.0.0.7`) and networks (`10.0.0.0/8`) of proxies: behind one stand many, so
    /// their connections are not counted by address.
    pub trusted: Vec<String>,
}

/// Where plugins are and how they run.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Plugins {
    /// The folder with one folder per plugin (`plugin.toml`, templates, queries, …).
    pub folder: PathBuf,
    /// The folder with the libraries `libNAME.so`.
    pub libraries: PathBuf,
    /// The file that lists the libraries which may be loaded, one line each as `sha256sum *.so` or
    /// `portal plugins hash` prints it. No other library is loaded.
    pub allowed_file: PathBuf,
    /// For an author's desk, never where members are: libraries that nobody listed or signed run, a plugin
    /// whose folder or library changes is loaded anew, and a bar on every page says so.
    pub development: bool,
    /// The file that says whose packages run: publishers, operators, and what was called back. See
    /// `docs/operators.md`.
    pub trust_file: PathBuf,
    /// Where verified copies of the libraries are kept, named by their hash.
    pub copies: PathBuf,
    /// `runner` (default): each plugin in a process of its own, where a crash or a hang stays.
    /// `in-process`: in the portal's process, for an operator's own plugins.
    pub loading: Loading,
    /// The most processes of a plugin at a time: each insurer at work has its own, and the one that was
    /// called longest ago ends for another.
    pub runners: usize,
    /// One process of a plugin serves all insurers: less memory, and what one insurer's call leaves in
    /// it another's can read.
    pub shared_runners: bool,
    /// Whether plugins are refused where the kernel lacks Landlock (before Linux 5.13). Without it a
    /// library can read what the portal can while it is loaded: list only such as you built yourself.
    pub needs_landlock: bool,
    /// How long a file may be that a member sends with a form, in megabytes. A form is held in memory while
    /// its files are looked at.
    pub upload_mb: usize,
    /// Milliseconds that a page may take before the person is told to try again.
    pub page_ms: u64,
    /// Milliseconds that a card of the home page may take.
    pub card_ms: u64,
}

/// How plugins are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Loading {
    Runner,
    InProcess,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8500)),
            public_url: "http://localhost:8500".into(),
            database: "sqlite:portal.sqlite".into(),
            themes: "themes".into(),
            key_file: "portal.key".into(),
            smtp: None,
            staff_file_mb: 30,
            signing: BTreeMap::new(),
            plugins: Plugins::default(),
            proxy: Proxy::default(),
            connections: Connections::default(),
            log: Log::default(),
        }
    }
}

impl Default for Plugins {
    fn default() -> Self {
        Self {
            folder: "plugins".into(),
            libraries: "plugins/lib".into(),
            allowed_file: "plugins/allowed.sha256".into(),
            development: false,
            trust_file: "plugins/trust.toml".into(),
            copies: "plugin-copies".into(),
            loading: Loading::Runner,
            runners: 64,
            shared_runners: false,
            needs_landlock: true,
            upload_mb: 10,
            page_ms: 2000,
            card_ms: 800,
        }
    }
}

impl Settings {
    /// What can be seen to be wrong without trying.
    ///
    /// # Errors
    /// Names the setting and says what to write.
    pub fn check(&self) -> Result<(), ConfigError> {
        public_url("public_url", &self.public_url)?;
        if let Some((insurer, _)) = self.signing.iter().find(|(_, command)| command.is_empty()) {
            let why = "name the program that signs, and its arguments";
            return Err(ConfigError(format!("signing.{insurer}: {why}")));
        }
        self.smtp.as_ref().map_or(Ok(()), Smtp::check)
    }

    /// Under https cookies are `Secure` and have the `__Host-` prefix.
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
