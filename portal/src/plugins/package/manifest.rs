//! `plugin.toml`: what is not declared here does not exist. Read without running code.

use super::reserved;
use crate::plugins::data::class::DataClass;
use crate::plugins::data::query::Queries;
use crate::plugins::data::reach::Declared;
use serde::Deserialize;
use std::collections::BTreeMap;
use web::Text;
use web::config::toml_fault;

/// The manifest.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub schema: String,
    pub plugin: Head,
    #[serde(default)]
    pub route: Vec<Route>,
    #[serde(default)]
    pub card: Vec<Card>,
    pub menu: Option<Menu>,
    #[serde(default)]
    pub importer: Vec<Importer>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub id: String,
    pub version: String,
    pub name: Text,
    /// The host's interface that the plugin was written for.
    pub host_api: u32,
}

/// A page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    pub path: String,
    pub handler: String,
    pub data: DataClass,
    /// The queries that it may use; all that read when nothing is said.
    pub queries: Option<Vec<String>>,
}

impl Route {
    /// What the manifest says about it.
    pub fn declared(&self) -> Declared<'_> {
        let queries = self.queries.as_deref();
        Declared { handler: &self.handler, class: self.data, queries }
    }
}

/// A card of the home page.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub id: String,
    pub handler: String,
    pub data: DataClass,
    /// The queries that it may use; all that read when nothing is said.
    pub queries: Option<Vec<String>>,
}

impl Card {
    /// What the manifest says about it.
    pub fn declared(&self) -> Declared<'_> {
        let queries = self.queries.as_deref();
        Declared { handler: &self.handler, class: self.data, queries }
    }
}

/// The entry in the menu: a message of the plugin's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    pub label: String,
}

/// How an insurer's file becomes rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Importer {
    pub id: String,
    /// The handler that checks rows, when there is one.
    pub check: Option<String>,
    /// The word that a layout's `mode` must have.
    pub mode: String,
    /// The column by whose values old rows are cleared; all of them when absent.
    pub replace_by: Option<String>,
    /// Named statements.
    pub clear: String,
    pub insert: String,
    pub columns: BTreeMap<String, Column>,
}

/// A column of the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    #[serde(rename = "type")]
    pub kind: ColumnKind,
    /// May be empty.
    #[serde(default)]
    pub empty: bool,
    /// Longest text in characters.
    #[serde(default = "four_hundred")]
    pub max: usize,
    /// For `word`: the insurer's words and ours.
    #[serde(default)]
    pub words: BTreeMap<String, String>,
}

fn four_hundred() -> usize {
    400
}

/// How a column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnKind {
    Text,
    Kana,
    Month,
    Day,
    Int,
    Word,
}

/// The interface that this portal offers.
pub const HOST_API: u32 = 1;

impl Manifest {
    /// Reads and checks a manifest for the plugin in folder `folder_name`.
    ///
    /// # Errors
    /// Why it is refused, in words for the plugin's author.
    pub fn parse(text: &str, folder_name: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|error| toml_fault(text, &error))?;
        if manifest.schema != "musubi-plugin/1" {
            return Err(format!("schema {:?} is unknown", manifest.schema));
        }
        let id = &manifest.plugin.id;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || !id.chars().all(plain) {
            return Err(format!("id {id:?}: use a-z, 0-9 and -"));
        }
        if id != folder_name {
            return Err(format!("id {id:?} is not the folder's name {folder_name:?}"));
        }
        reserved::check(id)?;
        if manifest.plugin.host_api != HOST_API {
            let asked = manifest.plugin.host_api;
            return Err(format!("host_api {asked}: this portal offers {HOST_API}"));
        }
        Ok(manifest)
    }

    /// Checks pages, cards and importers against the plugin's queries.
    ///
    /// # Errors
    /// The entry that does not fit, the query, and what to write.
    pub fn check(&self, queries: &Queries) -> Result<(), String> {
        for route in &self.route {
            let checked = route.declared().check(queries);
            checked.map_err(|why| format!("plugin.toml: route {} {why}", route.path))?;
        }
        for card in &self.card {
            let checked = card.declared().check(queries);
            checked.map_err(|why| format!("plugin.toml: card {} {why}", card.id))?;
        }
        for importer in &self.importer {
            for statement in [&importer.clear, &importer.insert] {
                if !queries.contains_key(statement) {
                    return Err(format!(
                        "plugin.toml: importer {} names the query {statement:?}; add \
                         queries/{statement}.sql",
                        importer.id
                    ));
                }
            }
        }
        Ok(())
    }

    /// What the plugin's tables must begin with.
    pub fn table_prefix(&self) -> String {
        format!("{}_", self.plugin.id.replace('-', "_"))
    }

    /// The route of a path below the plugin.
    pub fn route(&self, path: &str) -> Option<&Route> {
        self.route.iter().find(|route| route.path == path)
    }
}

#[cfg(test)]
mod tests {
    use super::Manifest;

    #[test]
    fn a_wrong_manifest_says_what_is_wrong() {
        let text = |id: &str, api: u32| {
            format!(
                "schema = \"musubi-plugin/1\"\n[plugin]\nid = \"{id}\"\nversion = \"1\"\n\
                 name = {{ ja = \"x\" }}\nhost_api = {api}\n"
            )
        };
        assert!(Manifest::parse(&text("fees", 1), "fees").is_ok());
        for (text, folder, word) in [
            (text("fees", 1), "other", "folder"),
            (text("fees", 9), "fees", "host_api 9"),
            (text("Fees!", 1), "Fees!", "a-z"),
            (text("portal", 1), "portal", "the host's"),
            (format!("{}surprise = 1\n", text("fees", 1)), "fees", "surprise"),
        ] {
            let why = Manifest::parse(&text, folder).unwrap_err();
            assert!(why.contains(word), "{why}");
        }
    }
}
