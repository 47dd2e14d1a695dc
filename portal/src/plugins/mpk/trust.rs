//! The trust file: whose packages an operator takes, who signs for the operator, and what was called back.

use super::archive::Package;
use super::refusal::Refusal;
use secret::hash::from_base64url;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
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
    /// When it was put where it lies; 0 when it lies nowhere yet.
    pub installed_at: i64,
    publisher_key: String,
    pub(super) operator_key: Option<String>,
}

impl Package {
    /// Who signed it.
    pub fn origin(&self) -> Origin {
        Origin {
            plugin: self.contents.id.clone(),
            hash: self.hash(),
            installed_at: 0,
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
            Ok(text) => {
                let read: Self =
                    toml::from_str(&text).map_err(|error| said(toml_fault(&text, &error)))?;
                read.check().map_err(said)?;
                Ok(read)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(said(error.to_string())),
        }
    }

    /// Whether every word of it can have the effect that it was written for.
    fn check(&self) -> Result<(), String> {
        let is_key = |text: &str| from_base64url(text).is_some_and(|key| key.len() == 32);
        let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        let is_hash = |text: &str| text.len() == 64 && text.chars().all(hex);
        if let Some(other) = self.revoked.iter().find(|text| !is_key(text) && !is_hash(text)) {
            let what = "neither a package, as `portal plugin verify` names it, nor a key";
            return Err(format!("revoked: {other:?} is {what}"));
        }
        let mut known = BTreeSet::new();
        let publishers = self.publisher.iter().map(|(name, publisher)| (name, &publisher.key));
        for (name, key) in
            publishers.chain(self.operator.iter().map(|(name, one)| (name, &one.key)))
        {
            if !is_key(key) {
                return Err(format!("{name}: key {key:?} is none that `portal plugin key` prints"));
            }
        }
        for (name, Publisher { key, until, .. }) in &self.publisher {
            if !known.insert(key) {
                return Err(format!(
                    "publisher {name}: another has the same key; put them together"
                ));
            }
            let day = |text: &String| text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10;
            if let Some(until) = until.as_ref().filter(|until| !day(until)) {
                return Err(format!("publisher {name}: until {until:?}: write it like 2028-03-31"));
            }
        }
        Ok(())
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

    /// Whether a package was called back by its hash.
    pub fn has_revoked(&self, hash: &str) -> bool {
        self.revoked.iter().any(|revoked| revoked == hash)
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
