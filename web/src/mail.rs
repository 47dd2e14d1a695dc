//! Mail as both programs send it: the server's settings, a mail as it waits, and one try to deliver it.

use crate::config::ConfigError;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Duration;

/// The server that takes outgoing mail. No `Debug`: it has a password.
#[derive(Clone, Deserialize, JsonSchema)]
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
    /// Password; set it by the variable (`…_SMTP__PASSWORD`) rather than in the file.
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

impl Smtp {
    /// What can be seen to be wrong without trying.
    ///
    /// # Errors
    /// Says what to write.
    pub fn check(&self) -> Result<(), ConfigError> {
        let host = self.host.as_str();
        let here = host == "localhost"
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        match self.security == SmtpSecurity::None && !here {
            false => Ok(()),
            true => Err(ConfigError(format!(
                "smtp.security = \"none\" with smtp.host = \"{host}\": links that open accounts \
                 would cross the network in clear. Write \"starttls\" or \"tls\", or use a mail \
                 server on this machine"
            ))),
        }
    }
}

/// A mail as it waits: both parts are written, the address is fixed. No `Debug`: it has links.
#[derive(Serialize, Deserialize)]
pub struct Mail {
    pub from_name: String,
    pub from: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Why a mail was not delivered.
pub enum Failure {
    /// The server may take it later.
    Later(String),
    /// The recipient's server has no such address.
    Refused(String),
    /// It never will: the mail itself cannot be sent.
    Hopeless(String),
}

/// The way to the mail server.
#[derive(Clone)]
pub struct Post(AsyncSmtpTransport<Tokio1Executor>);

impl Post {
    /// A pool of connections; none is opened yet.
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub fn new(smtp: &Smtp) -> Result<Self, lettre::transport::smtp::Error> {
        type Transport = AsyncSmtpTransport<Tokio1Executor>;
        let builder = match smtp.security {
            SmtpSecurity::None => Transport::builder_dangerous(&smtp.host),
            SmtpSecurity::Starttls => Transport::starttls_relay(&smtp.host)?,
            SmtpSecurity::Tls => Transport::relay(&smtp.host)?,
        };
        let builder = builder.port(smtp.port).timeout(Some(Duration::from_secs(20)));
        Ok(Self(if smtp.user.is_empty() {
            builder.build()
        } else {
            builder.credentials(Credentials::new(smtp.user.clone(), smtp.password.clone())).build()
        }))
    }

    /// Whether the server answers.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn test(&self) -> Result<bool, lettre::transport::smtp::Error> {
        self.0.test_connection().await
    }

    /// Tries to deliver a mail; `id` is its message id's first part.
    ///
    /// # Errors
    /// [`Failure`] says whether to try again.
    pub async fn deliver(&self, id: &str, mail: &Mail) -> Result<(), Failure> {
        let hopeless = |error: &dyn std::fmt::Display| Failure::Hopeless(error.to_string());
        let address = |text: &str| text.parse::<Address>().map_err(|error| hopeless(&error));
        let message = Message::builder()
            .from(Mailbox::new(Some(mail.from_name.clone()), address(&mail.from)?))
            .to(Mailbox::new(None, address(&mail.to)?))
            .subject(mail.subject.clone())
            .message_id(Some(format!("<{id}@{}>", domain(&mail.from))))
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|error| hopeless(&error))?;
        self.0.send(message).await.map(drop).map_err(|error| {
            // The server's own words may repeat the address: only its code is kept.
            let code = error.status().map(|code| code.to_string());
            match code.as_deref() {
                // The recipient is refused. Anything else (a changed password, a blocked relay) may
                // pass: the mail waits.
                Some("550" | "551" | "553" | "501") => Failure::Refused(code.unwrap_or_default()),
                Some(_) => Failure::Later(code.unwrap_or_default()),
                None => Failure::Later("no answer from the mail server".to_owned()),
            }
        })
    }
}

/// Whether a text is an address that mail can be sent to (RFC 5321).
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
}
