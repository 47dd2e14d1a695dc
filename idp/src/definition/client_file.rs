//! A client's file: `clients/*.toml` of the folder, or the argument of `idp client apply`.

use oidc::Client;
use std::path::Path;
use web::config::{ConfigError, insurer_file};

/// The metadata has the names of RFC 7591; beside it stand the name by language, the secret in
/// clear as the operator's environment gave it, and whose client it is. No `Debug`: it has the
/// secret.
pub struct ClientFile {
    pub client: Client,
    pub client_secret: Option<String>,
    /// `client apply` only: the insurer's slug, or `*` for all.
    pub insurer: Option<String>,
}

impl ClientFile {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// Names the file and what to mend.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let say = |why: &dyn std::fmt::Display| ConfigError(format!("{}: {why}", path.display()));
        let mut table: toml::Table = insurer_file(path)?;
        let mut text = |name: &str| match table.remove(name) {
            None => Ok(None),
            Some(toml::Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(say(&format_args!("{name} must be a text"))),
        };
        let (client_secret, insurer) = (text("client_secret")?, text("insurer")?);
        if let Some(file) = text("jwks_file")? {
            let at = path.with_file_name(&file);
            let read = std::fs::read_to_string(&at).map_err(|error| error.to_string());
            let keys = read.and_then(|text| {
                serde_json::from_str::<toml::Value>(&text).map_err(|error| error.to_string())
            });
            let why = |why| say(&format_args!("jwks_file: {}: {why}", at.display()));
            if table.insert("jwks".to_owned(), keys.map_err(why)?).is_some() {
                return Err(say(&"jwks and jwks_file: one of them"));
            }
        }
        let client: Client =
            table.try_into().map_err(|error: toml::de::Error| say(&error.message()))?;
        let file = Self { client, client_secret, insurer };
        match file.fault() {
            Some(why) => Err(say(&why)),
            None => Ok(file),
        }
    }

    fn fault(&self) -> Option<String> {
        let client = &self.client;
        let plain = |b: u8| b.is_ascii_graphic();
        if client.client_id.is_empty() || !client.client_id.bytes().all(plain) {
            return Some("client_id: printable letters without spaces are needed".to_owned());
        }
        if !client.secrets.is_empty() {
            return Some("secrets: use client_secret".to_owned());
        }
        let by_secret = client.token_endpoint_auth_method.by_secret();
        match &self.client_secret {
            Some(_) if !by_secret => {
                return Some("client_secret: this client authenticates without one".to_owned());
            }
            Some(secret) if secret.len() < 32 => {
                return Some("client_secret: 32 random characters or more are needed".to_owned());
            }
            _ => {}
        }
        oidc::registration::check(client).map(|fault| fault.why)
    }
}
