//! What a handler gets and what it returns.

use crate::{abi, export};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
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

/// A page: the name of one of the plugin's templates and its data. Never HTML.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    Show {
        template: &'static str,
        data: Value,
    },
    /// Nothing is there for this address.
    NotFound,
}

impl Page {
    /// Data for `templates/NAME`.
    pub fn show(template: &'static str, data: impl Serialize) -> Result<Self, Fault> {
        let data = serde_json::to_value(data).map_err(|error| Fault::Plugin(error.to_string()))?;
        Ok(Page::Show { template, data })
    }
}

/// A card of the home page: data that the host draws.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Card {
    /// Message of the title.
    pub title: String,
    /// A page of this plugin: `/month?month=202603`.
    pub path: String,
    pub value: Option<String>,
    /// Message of the unit.
    pub unit: Option<String>,
    /// Message of a sentence.
    pub text: Option<String>,
    /// A month `YYYYMM` or day `YYYY-MM-DD` that the value is of.
    pub as_of: Option<String>,
}

/// A fault of one imported row, by our column name. Never put the value into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub line: u64,
    pub column: String,
    /// `sum`, `not-a-number`, … as the host knows them, or a sentence of the plugin's own.
    pub code: String,
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
