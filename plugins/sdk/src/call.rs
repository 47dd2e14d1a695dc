//! What a handler gets, and why it may be unable to answer.

use crate::{abi, export};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One call: who asks, in which language, with which settings. Insurer and persons are fixed by
/// the host; there is no way to name others.
#[derive(Debug, Clone, Deserialize)]
pub struct Call {
    #[serde(skip)]
    pub(crate) handle: u64,
    pub(crate) handler: String,
    /// `ja` or `en`.
    #[serde(default)]
    pub lang: String,
    /// Where the plugin's pages begin: `/minato/p/medical-fees`.
    #[serde(default)]
    pub base: String,
    /// The parameters of the address.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    #[serde(default)]
    pub actor: Actor,
    /// The insurer's settings for this plugin.
    #[serde(default)]
    pub settings: Value,
    /// Today in Japan, `YYYY-MM-DD`.
    #[serde(default)]
    pub today: String,
    #[serde(default)]
    pub(crate) rows: Vec<Map<String, Value>>,
}

/// The signed-in person.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Actor {
    /// 被保険者 (true) or 被扶養者 (false).
    #[serde(default)]
    pub insured: bool,
    /// Whether rows of other people of the household are among those that queries return.
    #[serde(default)]
    pub household: bool,
}

/// The rows of a named query.
pub type Rows<T> = Vec<T>;

impl Call {
    /// Runs a named query (`queries/NAME.sql`). The host binds the insurer and the persons.
    ///
    /// # Errors
    /// [`Fault::Host`] when the host cannot answer; pass it on with `?`.
    pub fn query<T: DeserializeOwned>(&self, name: &str, params: Value) -> Result<Rows<T>, Fault> {
        #[derive(Deserialize)]
        struct Reply<T> {
            rows: Vec<T>,
        }
        let request = json!({"name": name, "params": params});
        let reply = export::ask(self.handle, abi::QUERY, &request)?;
        let reply: Reply<T> = serde_json::from_slice(&reply)
            .map_err(|error| Fault::Plugin(format!("{name}: {error}")))?;
        Ok(reply.rows)
    }

    /// Writes a line into the portal's log. Never put a member's data into it.
    pub fn log(&self, message: &str) {
        let request = json!({"level": "info", "message": message});
        export::ask(self.handle, abi::LOG, &request).ok();
    }

    /// A parameter of the address, empty when absent.
    pub fn param(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// A text of the insurer's settings in the language of the page.
    pub fn text_setting(&self, name: &str) -> Option<&str> {
        let text = &self.settings[name];
        text[self.lang.as_str()].as_str().or_else(|| text["ja"].as_str())
    }
}

/// Why a handler cannot answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A host service failed; the plugin is not blamed.
    Host(String),
    /// The plugin's own reason.
    Plugin(String),
    /// The manifest names a handler that the library does not have.
    NoHandler,
}
