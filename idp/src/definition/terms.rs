//! `terms/*.toml`: one version of one document.

use crate::need::Agreement;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use web::Text;

/// The id of the document that says how personal information is handled.
pub const PRIVACY: &str = "privacy";

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    pub id: String,
    pub version: String,
    pub title: Text,
    pub text: Text,
}

impl Terms {
    /// What somebody agrees to with it.
    pub fn agreement(&self) -> Agreement {
        Agreement { document: self.id.clone(), version: self.version.clone() }
    }
}

/// The newest version of each document, in the order of their ids.
pub fn newest(terms: &[Terms]) -> Vec<&Terms> {
    let mut newest = BTreeMap::new();
    for terms in terms {
        let slot = newest.entry(&terms.id).or_insert(terms);
        if terms.version > slot.version {
            *slot = terms;
        }
    }
    newest.into_values().collect()
}
