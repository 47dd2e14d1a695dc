//! What a handler gets, and why it may be unable to answer.

use crate::{Event, abi, export};
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
    /// Where the plugin's pages begin: `/minato/p/medical-fees`, of staff `/minato/staff/p/medical-fees`.
    #[serde(default)]
    pub base: String,
    /// The parameters of the address.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    #[serde(default)]
    pub actor: Actor,
    /// Whose rows queries return: first the member.
    #[serde(default)]
    pub persons: Vec<Person>,
    /// The insurer's settings for this plugin.
    #[serde(default)]
    pub settings: Value,
    /// Today in Japan, `YYYY-MM-DD`.
    #[serde(default)]
    pub today: String,
    /// Whether files of routes with `signed = true` are signed here; else each says that it is a specimen.
    #[serde(default)]
    pub signs: bool,
    /// A text that no other call has: the id of a row that an action writes.
    #[serde(default)]
    pub fresh: String,
    #[serde(default)]
    pub(crate) cursor: String,
    #[serde(default)]
    pub(crate) event: Event,
    #[serde(default)]
    pub(crate) form: Value,
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
    /// The insured person of their household sees their rows, but for what they hide one by one (`hidden_by` in
    /// `tables.toml`). Not so for who hides everything on the portal's own page.
    #[serde(default)]
    pub shown: bool,
    /// Somebody who works for the insurer, on a staff page: queries return the rows of everybody.
    #[serde(default)]
    pub staff: bool,
}

/// Somebody whose rows this member may see.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Person {
    /// What stands in a query's column `person`: it means nothing outside this plugin's pages, and
    /// is the same on all cards that the person has.
    pub id: String,
    /// As in the insurer's roster.
    pub name: String,
    /// The member themselves.
    pub own: bool,
}

/// The rows of a named query.
pub type Rows<T> = Vec<T>;

impl Call {
    /// Runs a named query (`queries/NAME.sql`). The host binds the insurer and the persons.
    ///
    /// # Errors
    /// [`Fault::Host`] when the host cannot answer; pass it on with `?`.
    pub fn query<T: DeserializeOwned>(&self, name: &str, params: Value) -> Result<Rows<T>, Fault> {
        self.ask(name, &json!({"name": name, "params": params}))
    }

    /// The same, and only the rows of one of [`Call::persons`], by the id; of nobody when it is none
    /// of them.
    ///
    /// # Errors
    /// As [`Call::query`].
    pub fn query_of<T: DeserializeOwned>(
        &self,
        person: &str,
        name: &str,
        params: Value,
    ) -> Result<Rows<T>, Fault> {
        self.ask(name, &json!({"name": name, "params": params, "person": person}))
    }

    /// The same, and only the member's own rows: a household's are theirs to see, too.
    ///
    /// # Errors
    /// As [`Call::query`].
    pub fn query_own<T: DeserializeOwned>(
        &self,
        name: &str,
        params: Value,
    ) -> Result<Rows<T>, Fault> {
        self.query_of(self.me(), name, params)
    }

    /// The id of the member themselves among [`Call::persons`]; empty when they are none of them.
    pub fn me(&self) -> &str {
        self.persons.iter().find(|person| person.own).map_or("", |me| &me.id)
    }

    /// Rows of another plugin, by a query that it exports and `plugin.toml` says is used: of the same
    /// insurer and persons, with the class of this page. `None` when that plugin is off here.
    ///
    /// # Errors
    /// As [`Call::query`].
    pub fn query_of_plugin<T: DeserializeOwned>(
        &self,
        plugin: &str,
        name: &str,
        params: Value,
    ) -> Result<Option<Rows<T>>, Fault> {
        #[derive(Deserialize)]
        struct Reply<T> {
            #[serde(default)]
            off: bool,
            rows: Vec<T>,
        }
        let request = json!({"plugin": plugin, "name": name, "params": params});
        let reply = export::ask(self.handle, abi::QUERY, &request)?;
        let reply: Reply<T> = serde_json::from_slice(&reply)
            .map_err(|error| Fault::Plugin(format!("{plugin} {name}: {error}")))?;
        Ok((!reply.off).then_some(reply.rows))
    }

    /// Where the pages of another plugin of this insurer begin, beside [`Call::base`].
    pub fn base_of(&self, plugin: &str) -> String {
        let beside = self.base.rsplit_once('/').map_or("", |(beside, _)| beside);
        format!("{beside}/{plugin}")
    }

    /// The name of one of [`Call::persons`].
    pub fn person_name(&self, id: &str) -> Option<&str> {
        self.persons.iter().find(|person| person.id == id).map(|person| person.name.as_str())
    }

    fn ask<T: DeserializeOwned>(&self, name: &str, request: &Value) -> Result<Rows<T>, Fault> {
        #[derive(Deserialize)]
        struct Reply<T> {
            rows: Vec<T>,
        }
        let reply = export::ask(self.handle, abi::QUERY, request)?;
        let reply: Reply<T> = serde_json::from_slice(&reply)
            .map_err(|error| Fault::Plugin(format!("{name}: {error}")))?;
        Ok(reply.rows)
    }

    /// Writes a line into the portal's log. Never put a member's data into it.
    pub fn log(&self, message: &str) {
        let request = json!({"level": "info", "message": message});
        export::ask(self.handle, abi::LOG, &request).ok();
    }

    /// Where the step before left off, in a job; empty at the first.
    pub fn cursor(&self) -> &str {
        &self.cursor
    }

    /// A parameter of the address, empty when absent.
    pub fn param(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// A text of the insurer's settings in the language of the page.
    pub fn text_setting(&self, name: &str) -> Option<&str> {
        self.in_language(&self.settings[name])
    }

    /// The texts of a setting that is a list of such, each under `text`; `None` when the insurer says nothing.
    pub fn texts_setting(&self, name: &str) -> Option<Vec<String>> {
        let list = self.settings[name].as_array()?;
        Some(
            list.iter()
                .filter_map(|one| self.in_language(&one["text"]))
                .map(str::to_owned)
                .collect(),
        )
    }

    fn in_language<'t>(&self, text: &'t Value) -> Option<&'t str> {
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
