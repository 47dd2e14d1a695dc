//! The trust file: whose packages an operator takes, who signs for the operator, and what was called back.

use super::archive::Package;
use super::refusal::Refusal;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use web::config::toml_fault;

/// `plugins.trust_file`. A file that is not there trusts nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trust {
    /// Hashes of packages, and keys, that are not taken any more.
    revoked: Vec<String>,
    publisher: BTreeMap<String, Publisher>,
    operator: BTreeMap<String, Operator>,
}

/// Somebody who ships plugins.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Publisher {
    key: String,
    /// The ids that they may publish.
    plugins: Vec<String>,
    /// The last day, YYYY-MM-DD, on which a package of theirs is installed; what is installed goes on.
    until: Option<String>,
}

/// Somebody who says on the operator's behalf that a package may run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Operator {
    key: String,
}

/// Which package a plugin came in, and who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub plugin: String,
    pub hash: String,
    publisher_key: String,
    pub(super) operator_key: Option<String>,
}

impl Package {
    /// Who signed it.
    pub fn origin(&self) -> Origin {
        Origin {
            plugin: self.contents.id.clone(),
            hash: self.hash(),
            publisher_key: self.signatures.publisher.key.clone(),
            operator_key: self.signatures.operator.as_ref().map(|signature| signature.key.clone()),
        }
    }
}

impl Trust {
    /// Reads the file.
    ///
    /// # Errors
    /// Why it cannot be read, with its line.
    pub fn read(file: &Path) -> Result<Self, String> {
        let said = |why: String| format!("plugins.trust_file {}: {why}", file.display());
        match std::fs::read_to_string(file) {
            Ok(text) => toml::from_str(&text).map_err(|error| said(toml_fault(&text, &error))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(said(error.to_string())),
        }
    }

    /// Whether a package may run: a publisher and an operator of this file have signed it, and neither it
    /// nor their keys were called back. Returns the publisher's name.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn runs(&self, origin: &Origin) -> Result<&str, Refusal> {
        let (publisher, _) = self.publisher(origin)?;
        let signs = |key: &String| self.operator.values().any(|operator| operator.key == *key);
        match origin.operator_key.as_ref().filter(|key| signs(key)) {
            Some(_) => Ok(publisher),
            None => Err(Refusal::Operator),
        }
    }

    /// Whether a package of this publisher is taken today. Returns the publisher's name.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn takes(&self, origin: &Origin, today: &str) -> Result<&str, Refusal> {
        let (name, publisher) = self.publisher(origin)?;
        match &publisher.until {
            Some(until) if until.as_str() < today => {
                Err(Refusal::Expired { publisher: name.to_owned(), until: until.clone() })
            }
            _ => Ok(name),
        }
    }

    fn publisher(&self, origin: &Origin) -> Result<(&str, &Publisher), Refusal> {
        let keys = [Some(&origin.hash), Some(&origin.publisher_key), origin.operator_key.as_ref()];
        if let Some(revoked) = keys.into_iter().flatten().find(|key| self.revoked.contains(key)) {
            return Err(Refusal::Revoked(revoked.clone()));
        }
        let key = &origin.publisher_key;
        let mut found = self.publisher.iter().filter(|(_, publisher)| publisher.key == *key);
        let (name, publisher) = found.next().ok_or_else(|| Refusal::Publisher(key.clone()))?;
        if !publisher.plugins.contains(&origin.plugin) {
            let (publisher, plugin) = (name.clone(), origin.plugin.clone());
            return Err(Refusal::Scope { publisher, plugin });
        }
        Ok((name, publisher))
    }
}
